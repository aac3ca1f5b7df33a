//! The JSON Schema of how things stand: what `status --format json` prints, and what a watcher serves.
//!
//! **Invariant:** the plan in it is the one of the plan's own schema.

use serde_json::{Value, json};

use super::{definitions, list, named, number, object, plan_properties, reference, summary, text};
use crate::watch::{Deed, MOST_DEEDS, Turn};

/// Writes the schema of how things stand, ending in a newline; the same bytes every time.
#[must_use]
pub fn status_schema() -> String {
    let mut definitions = definitions();
    definitions["plan"] = object(
        &["formatVersion", "lineage", "serial", "digest", "summary", "limits", "steps"],
        plan_properties(),
    );
    definitions["pass"] = pass();
    definitions["recorded"] = recorded();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "written by `orderform schema status`",
        "title": "orderform: status",
        "description": "How things stand: what is wanted and recorded, and who watches.",
        "type": "object",
        "required": ["formatVersion", "watches"],
        "properties": {
            "formatVersion": { "const": "1.0" },
            "watches": { "type": "boolean", "description": "Whether somebody watches at this moment." },
            "watcher": watcher(),
            "plan": named("plan", "What would be done; absent where the manifests are wrong, or were not read yet."),
            "limits": {
                "type": "array",
                "description": "The limits in force, with what is used of them; as in a plan.",
                "items": { "type": "object" },
            },
            "state": object(
                &["formatVersion", "lineage", "serial", "orders"],
                json!({
                    "formatVersion": { "const": "1.0" },
                    "lineage": reference("guid"),
                    "serial": number("How far it has come."),
                    "endpoint": text("Where it bought: `sandbox`, or an origin."),
                    "orders": list("What is recorded, sorted by name.", "recorded"),
                }),
            ),
        },
        "definitions": definitions,
    });
    format!("{schema:#}\n")
}

fn watcher() -> Value {
    object(
        &[
            "formatVersion",
            "who",
            "tool",
            "path",
            "started",
            "buys",
            "standing",
            "manifests",
            "holds",
            "passes",
            "totals",
        ],
        json!({
            "formatVersion": { "const": "1.0" },
            "who": text("User, host and process."),
            "tool": text("The name and version of the program."),
            "path": text("What is watched, as it was named."),
            "started": reference("time"),
            "buys": { "type": "boolean", "description": "Whether it buys; otherwise it plans and reports." },
            "standing": one_of("is", &[
                ("watches", &[], json!({})),
                ("standsBy", &[], json!({ "holder": text("For whom.") })),
                ("ended", &[], json!({})),
            ]),
            "polls": text("Why the path is polled; absent where events tell of changes."),
            "manifests": one_of("are", &[
                ("unread", &[], json!({})),
                ("right", &["orders"], json!({ "orders": number("How many orders they want.") })),
                ("wrong", &["problems"], json!({
                    "problems": number("How many problems they have."),
                    "holding": number("How many orders the last right ones want; absent where there were none."),
                })),
            ]),
            "holds": texts("Why nothing is bought at the moment."),
            "passes": list("The last ones, the newest last.", "pass"),
            "totals": object(
                &["readings", "passes", "failed", "created", "posts", "reads"],
                json!({
                    "readings": number("How often the manifests were read."),
                    "passes": number("How many passes were made."),
                    "failed": number("How many of them failed."),
                    "created": number("How many orders were created."),
                    "posts": number("How many orders were sent."),
                    "reads": number("How often Partner Center was read."),
                }),
            ),
            "lastSuccess": named("time", "When a pass last ended well."),
            "again": named("time", "When another is wanted although nothing changes."),
        }),
    )
}

fn pass() -> Value {
    let applied = ["created", "createdSeats", "notOrdered", "unknown", "blocked", "renamed", "notAttempted"];
    let mut pass = object(
        &["number", "at", "tookMs", "turn"],
        json!({
            "number": { "type": "integer", "minimum": 1 },
            "at": named("time", "When it began."),
            "tookMs": number("How long it took."),
            "summary": summary(),
            "digest": named("digest", "Of its plan."),
            "changes": {
                "type": "array",
                "maxItems": MOST_DEEDS,
                "items": object(
                    &["name", "action"],
                    json!({
                        "name": reference("name"),
                        "action": { "enum": Deed::ALL.map(|(word, _)| word) },
                    }),
                ),
                "description": "What it was to do, or did, about which orders.",
            },
            "moreChanges": number("How many more orders those were."),
            "turn": { "enum": Turn::WORDS, "description": "How it ended." },
        }),
    );
    for count in applied {
        pass["properties"][count] = number("Of a pass that was carried out: how many.");
    }
    // A text where it failed, a list where it was held.
    pass["properties"]["why"] = json!({ "type": ["string", "array"], "items": { "type": "string" } });
    let needs = |turn: &str, keys: &[&str]| json!({ "if": { "properties": { "turn": { "const": turn } } }, "then": { "required": keys } });
    pass["allOf"] = json!([needs("applied", &applied), needs("held", &["why"]), needs("failed", &["why"])]);
    pass
}

fn recorded() -> Value {
    let send = object(
        &["number", "correlationId", "fate"],
        json!({
            "number": { "type": "integer", "minimum": 1 },
            "correlationId": named("guid", "The `MS-CorrelationId` of this send."),
            "at": named("time", "When it was announced, by the server's clock."),
            "fate": { "enum": ["open", "unknown", "refused", "notNow"] },
            "why": text("Why it settled nothing."),
        }),
    );
    let mut recorded = object(
        &["name", "is", "customerId", "generation", "seats", "lineItems"],
        json!({
            "name": reference("name"),
            "is": { "enum": ["pending", "created"] },
            "customerId": named("guid", "The customer's tenant id."),
            "generation": { "type": "integer", "minimum": 1 },
            "requestId": named("guid", "The `MS-RequestId`."),
            "orderId": text("The order."),
            "subscriptionIds": { "type": "array", "items": { "type": ["string", "null"] } },
            "etag": text("Its version."),
            "creationDate": text("As Partner Center wrote it."),
            "status": text("Partner Center's own word."),
            "evidence": { "enum": ["answer", "audit", "match", "person"], "description": "How we know that it is ours." },
            "recorded": named("time", "When it was recorded, by the server's clock."),
            "cancelUntil": text("The last day to cancel it for credit."),
            "cancellationAllowedUntilDate": named("time", "The instant, where Partner Center said it."),
            "subscriptions": { "type": "array", "description": "How long they run, as far as Partner Center said.", "items": terms() },
            "plan": text("The digest of the plan that it carries out."),
            "sends": { "type": "array", "items": send },
            "seats": number("Of all lines together."),
            "billingCycle": text("How often it is billed."),
            "partnerOnRecordAttestationAccepted": { "type": "boolean" },
            "lineItems": list("What was bought.", "line"),
        }),
    );
    let needs = |is: &str, keys: &[&str]| json!({ "if": { "properties": { "is": { "const": is } } }, "then": { "required": keys } });
    recorded["allOf"] = json!([
        needs("pending", &["requestId", "sends"]),
        needs("created", &["orderId", "subscriptionIds", "evidence"]),
    ]);
    recorded
}

/// How long a subscription runs: dates as Partner Center wrote them.
fn terms() -> Value {
    object(
        &["subscriptionId"],
        json!({
            "subscriptionId": text("The subscription."),
            "commitmentEndDate": text("The last day of its term for new commerce, the day after it for legacy offers."),
            "cancellationAllowedUntilDate": text("Until when it can be cancelled for a prorated credit."),
            "autoRenewEnabled": { "type": "boolean" },
            "renewalTermDuration": text("The term that it renews to, where it is another one."),
        }),
    )
}

/// An object told apart by one of its keys.
fn one_of(key: &str, kinds: &[(&str, &[&str], Value)]) -> Value {
    let kinds = kinds.iter().map(|(word, required, properties)| {
        let required: Vec<&str> = std::iter::once(key).chain(required.iter().copied()).collect();
        let mut kind = object(&required, properties.clone());
        kind["properties"][key] = json!({ "const": word });
        kind
    });
    json!({ "oneOf": kinds.collect::<Vec<_>>() })
}

fn texts(description: &str) -> Value {
    json!({ "type": "array", "description": description, "items": { "type": "string" } })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;
    use crate::apply::Tally;
    use crate::domain::Timestamp;
    use crate::view::samples::{every_step, state};
    use crate::view::situation_document;
    use crate::watch::{Deeds, Manifests, Picture, Report, Standing, Status};

    /// A status with everything in it.
    fn full() -> Status {
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let mut status = Status::new("kim on here".into(), "test".into(), ".".into(), at, true);
        status.polls = Some("NFS".into());
        status.holds = vec!["frozen".into()];
        let plan = every_step();
        for (number, turn) in (1..).zip([
            Turn::Planned,
            Turn::Applied(Tally::default()),
            Turn::Held { why: vec!["frozen".into()] },
            Turn::Failed { why: "no network".into() },
        ]) {
            let (counts, digest) = (Some(plan.counts()), Some(plan.digest()));
            let took = Duration::from_millis(12);
            let deeds = Deeds { more: 3, ..Deeds::of(&plan, &state(), &turn) };
            status
                .add(Report { number, at, took, counts, digest, deeds, turn }, Some(Duration::from_secs(60)));
        }
        status.picture = Some(Arc::new(Picture::new(plan, Arc::new(state()), None, at)));
        status
    }

    fn errors(document: &Value) -> Vec<String> {
        let schema: Value = serde_json::from_str(&status_schema()).unwrap();
        jsonschema::draft7::meta::validate(&schema).unwrap();
        let schema = jsonschema::draft7::new(&schema).unwrap();
        schema.iter_errors(document).map(|error| error.to_string()).collect()
    }

    fn document(status: &Status) -> Value {
        serde_json::from_str(&situation_document(status, Timestamp::from_unix_ms(1_700_000_000_000))).unwrap()
    }

    #[test]
    fn however_things_stand_it_is_right_by_the_schema() {
        let mut status = full();
        let none: Vec<String> = vec![];
        for manifests in [
            Manifests::Unread,
            Manifests::Right { orders: 3 },
            Manifests::Wrong { problems: 1, holding: None },
            Manifests::Wrong { problems: 1, holding: Some(3) },
        ] {
            status.manifests = manifests;
            assert_eq!(errors(&document(&status)), none);
        }
        for standing in [
            Standing::Ended,
            Standing::StandsBy { holder: None },
            Standing::StandsBy { holder: Some("kim".into()) },
        ] {
            status.standing = standing;
            status.picture = None;
            assert_eq!(errors(&document(&status)), none);
        }
    }

    /// Whoever adds a key describes it.
    #[test]
    fn every_key_that_is_written_is_in_the_schema() {
        let schema: Value = serde_json::from_str(&status_schema()).unwrap();
        let document = document(&full());
        let described = |of: &Value, name: &str| of["properties"].get(name).is_some();
        let watcher = &schema["properties"]["watcher"];
        let pass = &schema["definitions"]["pass"];
        let recorded = &schema["definitions"]["recorded"];
        let passes = document["watcher"]["passes"].as_array().unwrap().iter();
        let orders = document["state"]["orders"].as_array().unwrap().iter();
        let all = [(&document, &schema), (&document["watcher"], watcher)];
        let all =
            all.into_iter().chain(passes.map(|one| (one, pass))).chain(orders.map(|one| (one, recorded)));
        for (written, of) in all {
            for key in written.as_object().unwrap().keys() {
                assert!(described(of, key), "`{key}`");
            }
        }
    }

    #[test]
    fn the_schema_sees_what_is_missing_or_of_another_type() {
        let refuses = |change: fn(&mut Value)| {
            let mut document = document(&full());
            change(&mut document);
            !errors(&document).is_empty()
        };
        assert!(!refuses(|_| {}));
        assert!(refuses(|document| drop(document.as_object_mut().unwrap().remove("watches"))));
        assert!(refuses(|document| document["watcher"]["standing"] = json!({ "is": "asleep" })));
        assert!(refuses(|document| document["watcher"]["passes"][0]["turn"] = json!("applied")));
        assert!(refuses(|document| document["plan"]["steps"][0]["action"] = json!("buy")));
        assert!(refuses(|document| document["state"]["orders"][0]["is"] = json!("lost")));
    }
}
