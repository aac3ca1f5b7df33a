//! The JSON Schema of a notification: what a receiver of shape `json` is sent.

use serde_json::{Value, json};

use super::{list, named, number, object, text};
use crate::domain::Topic;

/// Writes the schema of a notification, ending in a newline; the same bytes every time.
#[must_use]
pub fn notification_schema() -> String {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "written by `orderform schema notification`",
        "title": "orderform: notification",
        "description": "What of a pass of a watcher is told by a webhook.",
        "type": "object",
        "required": ["type", "timestamp", "formatVersion", "data"],
        "properties": {
            "type": { "const": "orderform.pass" },
            "timestamp": named("time", "When the pass ended, by the watcher's clock."),
            "formatVersion": { "const": "1.0" },
            "data": data(),
        },
        "definitions": {
            "guid": { "type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
            "name": { "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" },
            "time": { "type": "string", "format": "date-time" },
            "topic": { "enum": Topic::ALL.map(|(word, _)| word) },
            "order": order(),
        },
    });
    format!("{schema:#}\n")
}

fn data() -> Value {
    let turns = ["planned", "applied", "held", "failed"];
    let pass = object(
        &["number", "at", "tookMs", "turn"],
        json!({
            "number": number("Which pass of this watcher, from 1."),
            "at": named("time", "When it began."),
            "tookMs": number("How long it took, in milliseconds."),
            "digest": text("The digest of its plan."),
            "turn": { "enum": turns, "description": "How it ended." },
            "why": { "description": "What held it, a line each, or why it failed." },
            "summary": { "type": "object", "description": "What its plan comes to, as in a plan." },
        }),
    );
    let manifests = object(
        &["are"],
        json!({
            "are": { "enum": ["unread", "right", "wrong"] },
            "orders": number("How many orders they want."),
            "problems": number("How many problems they have."),
            "holding": number("How many orders the last right ones want, which hold."),
        }),
    );
    object(
        &["watcher", "path", "topics", "text", "pass", "manifests", "orders", "more"],
        json!({
            "watcher": text("Who watches: user, host and process."),
            "path": text("What is watched."),
            "topics": list("What is new in it, the most urgent first.", "topic"),
            "text": text("The same in a line for people."),
            "pass": pass,
            "manifests": manifests,
            "orders": list("The orders it is about, the most urgent first; 100 at the most.", "order"),
            "more": number("How many orders are not named."),
        }),
    )
}

fn order() -> Value {
    let code = json!({ "code": text("Stable, as in plans and runs.") });
    let mut reason = object(&["code"], code);
    reason["description"] = "Why it is not, or not yet, bought.".into();
    object(
        &["name", "topic", "customerId", "seats", "text"],
        json!({
            "name": named("name", "The order's name."),
            "topic": named("topic", "What it is about."),
            "customerId": named("guid", "The customer's tenant id."),
            "customerName": text("What the manifests call the customer."),
            "seats": number("Its seats."),
            "requestId": named("guid", "The `MS-RequestId` of its attempt."),
            "orderId": text("Partner Center's order id, where there is one."),
            "reason": reason,
            "text": text("The same in a line for people."),
        }),
    )
}
