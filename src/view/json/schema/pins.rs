//! What the schema of a plan says of its pins.

use serde_json::{Value, json};

use super::limits::limits;
use super::{list, named, number, object, reference, text};

pub(super) fn pins() -> Value {
    let keys = [
        "createdAt",
        "expiresAt",
        "tool",
        "place",
        "scope",
        "journal",
        "manifests",
        "limits",
        "recovery",
        "judged",
        "sends",
    ];
    object(
        &keys,
        json!({
            "createdAt": reference("time"),
            "expiresAt": reference("time"),
            "tool": text("The name and version of the program that made it."),
            "place": text("Where orders would be bought: `sandbox`, or an origin."),
            "scope": named("scope", "Which orders were asked for."),
            "journal": object(
                &["lineage", "serial", "head"],
                json!({
                    "lineage": reference("guid"),
                    "serial": number("The last record."),
                    "head": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
                }),
            ),
            "manifests": named("digest", "Of the orders that are wanted, as values, and of limits and recovery."),
            "limits": limits("Of the project."),
            "organisation": object(
                &["limits", "mayBeRaised"],
                json!({
                    "limits": limits("Of the organisation."),
                    "mayBeRaised": { "type": "array", "items": { "type": "string" } },
                }),
            ),
            "allowed": {
                "type": "array",
                "description": "The limits that the plan may go beyond.",
                "items": object(
                    &["rule", "reason"],
                    json!({ "rule": text("Which one."), "reason": text("Why, in a person's words.") }),
                ),
            },
            "recovery": object(
                &["mode"],
                json!({
                    "mode": { "enum": ["verify", "trust", "strict"] },
                    "settleAfterMs": number("Whole milliseconds."),
                }),
            ),
            "judged": named("digest", "Over `limits` of the plan; some depend on the time, so they are not in its own."),
            "prices": object(
                &["list"],
                json!({
                    "list": named("digest", "Of the price list, as values."),
                    "currency": reference("currency"),
                }),
            ),
            "sends": list("What would be sent, of every step that may send something.", "send"),
        }),
    )
}
