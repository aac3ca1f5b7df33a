//! The part of a plan's schema that is about limits.

use serde_json::{Map, Value, json};

use super::{named, number, object, reference, text};
use crate::domain::{Keeper, Measure, Rule};

/// A limit in force, and what a plan would come to.
pub(super) fn limit() -> Value {
    let amount = |about: &str| {
        json!({
            "description": about,
            "type": ["integer", "string", "array", "object", "null"],
            "items": { "type": "string" },
            "additionalProperties": { "type": "string" },
        })
    };
    let rules: Vec<&str> = Rule::ALL.iter().map(|(word, _)| *word).collect();
    object(
        &["rule", "file", "limit", "value", "exceeded"],
        json!({
            "rule": { "enum": rules, "description": "Which one, as it is written under `spec.limits`." },
            "file": { "enum": Keeper::ALL.map(|(word, _)| word), "description": "Whose file it stands in." },
            "limit": amount("What it allows: a number; amounts by currency; a term; or the offers or customers."),
            "value": amount("What it would come to: a number; a term, or null; or what is not allowed."),
            "exceeded": { "type": "boolean" },
            "customerId": named("guid", "For whom, where it is about each customer: those beyond it, or the one nearest to it."),
            "customerName": text("What the manifests call them."),
            "unpriced": number("How many orders of unknown price there are beside the amounts."),
            "usual": number("How many orders a run usually buys."),
            "recorded": number("How many orders are recorded."),
            "orders": { "type": "array", "items": reference("name"), "description": "The orders that break it." },
            "allowed": text("Why it may be exceeded in this run."),
        }),
    )
}

/// What a file sets.
pub(super) fn limits(about: &str) -> Value {
    let rule = |rule: Rule| match rule {
        Rule::AllowedOffers | Rule::AllowedCustomers => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        Rule::Amount(_, Measure::Spend, _) => {
            json!({ "type": "object", "additionalProperties": { "type": "string" } })
        }
        Rule::LongestTerm => text("The term."),
        _ => number("What it allows."),
    };
    let set = Rule::ALL.iter().filter(|(_, rule)| *rule != Rule::ManifestsLost);
    let rules: Map<String, Value> = set.map(|(word, one)| ((*word).to_owned(), rule(*one))).collect();
    let mut limits = object(&[], Value::Object(rules));
    limits["description"] = about.into();
    limits
}
