//! The JSON Schema of what orders cost.

use serde_json::{Value, json};

use super::{named, number, object, reference};

/// What a plan costs, where prices were given: of every order that may be sent.
pub(super) fn totals() -> Value {
    let total = object(
        &["currency", "orders", "committed"],
        json!({
            "currency": reference("currency"),
            "orders": number("How many."),
            "monthly": named("amount", "The committed sum spread over the months of the terms."),
            "committed": named("amount", "All that is owed over the terms."),
        }),
    );
    object(
        &["totals", "unknown"],
        json!({
            "totals": { "type": "array", "items": total, "description": "One for each currency." },
            "unknown": number("Orders whose cost nobody can say; they are in no total."),
        }),
    )
}

/// What an order costs: amounts, or which lines have no price.
pub(super) fn cost() -> Value {
    let line = object(
        &["unitPrice", "payments", "committed"],
        json!({
            "unitPrice": named("amount", "For one seat and one billing period, exactly."),
            "payments": { "type": "integer", "minimum": 1, "description": "How many times it is billed in the term." },
            "termMonths": { "type": "integer", "minimum": 1 },
            "committed": named("amount", "All that is owed over the term."),
        }),
    );
    let whys = [
        "cycleOpen",
        "notListed",
        "termNotListed",
        "severalTerms",
        "termOpen",
        "termAgainstCycle",
        "severalCurrencies",
        "currencyNotListed",
        "promotion",
        "shortenedTerm",
        "tooLarge",
    ];
    let gap = object(
        &["line", "code"],
        json!({
            "line": number("Which line, from 0."),
            "code": { "enum": whys },
            "currencies": { "type": "array", "items": reference("currency") },
        }),
    );
    let known = json!({
        "currency": reference("currency"),
        "monthly": named("amount", "The committed sum spread over the months of the term."),
        "committed": named("amount", "All that is owed over the term."),
        "lines": { "type": "array", "items": line },
    });
    json!({
        "oneOf": [
            object(&["currency", "committed", "lines"], known),
            object(&["unknown"], json!({ "unknown": { "type": "array", "items": gap } })),
        ],
    })
}
