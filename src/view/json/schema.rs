//! The JSON Schema of a plan: what `plan --format json` prints, and what `plan --out` writes.
//!
//! Draft 7, as the schemas of manifests are. A property that is not listed here is not refused: fields may be added
//! within a version of the format.
//!
//! **Invariant:** every plan that is written is right by it; a test writes every kind.

mod cost;
mod drift;
mod limits;
mod notification;
mod pins;
mod status;

pub use drift::drift_schema;
pub use status::status_schema;

use serde_json::{Map, Value, json};

use crate::plan::{Outlook, Problem};
use limits::limit;
pub use notification::notification_schema;
use pins::pins;

/// Writes the schema of a plan, ending in a newline; the same bytes every time.
#[must_use]
pub fn plan_schema() -> String {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": "written by `orderform schema plan`",
        "title": "orderform: plan",
        "description": "What would be done, or why that could not be said.",
        "type": "object",
        "required": ["formatVersion"],
        "anyOf": [
            { "required": ["lineage", "serial", "digest", "summary", "limits", "steps"] },
            { "required": ["problem"] },
        ],
        "properties": plan_properties(),
        "definitions": definitions(),
    });
    format!("{schema:#}\n")
}

fn plan_properties() -> Value {
    json!({
        "formatVersion": { "const": "1.0" },
        "lineage": named("guid", "Which history the state is of."),
        "serial": number("How far the state had come."),
        "digest": named("digest", "Over all of it but times; what `apply --approve` takes."),
        "scope": named("scope", "Which orders it is about."),
        "summary": summary(),
        "cost": cost::totals(),
        "checks": object(
            &["requests", "findings"],
            json!({
                "requests": number("How many it took to ask Partner Center."),
                "findings": list("What was found.", "finding"),
            }),
        ),
        "limits": list("The limits in force, and what this plan would come to.", "limit"),
        "steps": list("One for each name, sorted by name.", "step"),
        "pins": pins(),
        "drift": drift::drift(),
        "problem": problem(),
    })
}

fn definitions() -> Value {
    let mut definitions = json!({
        "guid": { "type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
        "digest": { "type": "string", "pattern": "^sha256:[0-9a-f]{64}$" },
        "name": { "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" },
        "names": { "type": "array", "items": reference("name") },
        "time": { "type": "string", "format": "date-time" },
        "expression": text("What an order has to be, such as `customer=contoso`."),
        "scope": scope(),
        "step": step(),
        "cost": cost::cost(),
        "amount": { "type": "string", "pattern": "^[0-9]+([.][0-9]+)?$" },
        "currency": { "type": "string", "pattern": "^[A-Z]{3}$", "description": "By its code in ISO 4217." },
        "line": line(),
        "reason": reason(),
        "difference": difference(),
        "send": object(
            &["name", "requestId", "generation", "body"],
            json!({
                "name": reference("name"),
                "requestId": named("guid", "The `MS-RequestId`."),
                "generation": { "type": "integer", "minimum": 1 },
                "body": named("digest", "Of the exact body."),
            }),
        ),
        "limit": limit(),
        "finding": finding(),
    });
    for (name, definition) in drift::parts() {
        definitions[name] = definition;
    }
    definitions
}

fn finding() -> Value {
    let words = |words: Vec<&str>| json!({ "enum": words });
    object(
        &["name", "outlook", "problem", "evidence"],
        json!({
            "name": reference("name"),
            "line": number("The position of the line; absent where it is about the order."),
            "outlook": words(Outlook::ALL.iter().map(|(_, word)| *word).collect()),
            "problem": words(Problem::ALL.iter().map(|(_, word)| *word).collect()),
            "asked": text("Method and path of what was asked."),
            "evidence": {
                "type": "array",
                "description": "What was answered, and what is wanted.",
                "items": object(&["name", "value"], json!({ "name": text("Whose."), "value": text("What.") })),
            },
        }),
    )
}

fn summary() -> Value {
    let counts = ["create", "createSeats", "settle", "keep", "rename", "blocked", "orphan"];
    let properties: Map<String, Value> =
        counts.iter().map(|count| ((*count).to_owned(), number("How many."))).collect();
    object(&counts, Value::Object(properties))
}

fn scope() -> Value {
    object(
        &["path"],
        json!({
            "path": text("`.` for the whole project, or the name of a file."),
            "only": list("What orders have to be, one of these.", "expression"),
            "except": list("What no order may be, none of these.", "expression"),
            "changedSince": object(
                &["commit", "names"],
                json!({
                    "commit": text("The full id of the commit."),
                    "names": named("names", "What was added, changed or removed since."),
                }),
            ),
            "outside": object(
                &["orders"],
                json!({
                    "orders": number("How many are left out."),
                    "inDoubt": named("names", "Attempts in doubt among them that hold selected orders back."),
                }),
            ),
        }),
    )
}

fn step() -> Value {
    let mut step = object(
        &["name", "action", "customerId", "seats", "lineItems"],
        json!({
            "name": reference("name"),
            "action": { "enum": ["create", "settle", "keep", "rename", "blocked", "orphan"] },
            "customerId": named("guid", "The customer's tenant id."),
            "customerName": text("What the manifests call the customer."),
            "orderId": text("The recorded order."),
            "requestId": named("guid", "Of the attempt that is to be settled."),
            "formerly": reference("name"),
            "allowDuplicate": { "const": true },
            "autoRenewEnabled": { "type": "boolean" },
            "seats": number("Of all lines together."),
            "billingCycle": text("How often it is billed."),
            "partnerOnRecordAttestationAccepted": { "type": "boolean" },
            "lineItems": list("What is bought.", "line"),
            "cost": reference("cost"),
            "availabilities": {
                "type": "array",
                "description": "What is sent in place of offers that leave their availability out.",
                "items": object(
                    &["line", "offerId"],
                    json!({ "line": number("The position of the line."), "offerId": text("With its availability.") }),
                ),
            },
            "reason": reference("reason"),
            "differences": list("Where what is wanted differs from what is recorded.", "difference"),
        }),
    );
    let needs = |action: &str, keys: &[&str]| {
        json!({
            "if": { "properties": { "action": { "const": action } } },
            "then": { "required": keys },
        })
    };
    step["allOf"] = json!([
        needs("settle", &["requestId"]),
        needs("keep", &["orderId"]),
        needs("rename", &["orderId", "formerly"]),
        needs("blocked", &["reason"]),
        needs("orphan", &["orderId"]),
    ]);
    step
}

fn line() -> Value {
    object(
        &["offerId", "quantity"],
        json!({
            "offerId": text("What is bought."),
            "quantity": { "type": "integer", "minimum": 1 },
            "friendlyName": text("What the partner calls it."),
            "termDuration": text("The term, such as `P1Y`."),
            "customTermEndDate": text("The end of the first term."),
            "promotionId": text("The promotion."),
            "partnerIdOnRecord": text("The indirect reseller."),
            "additionalPartnerIdsOnRecord": { "type": "array", "items": { "type": "string" } },
            "attestationAccepted": { "type": "boolean" },
            "renewsTo": object(&["termDuration"], json!({ "termDuration": text("The term.") })),
            "provisioningContext": { "type": "object", "additionalProperties": { "type": "string" } },
        }),
    )
}

/// Why nothing will be done: an object told apart by its `code`.
fn reason() -> Value {
    let one = |code: &str, evidence: Value| {
        let evidence = evidence.as_object().cloned().unwrap_or_default();
        let required: Vec<String> =
            std::iter::once("code".to_owned()).chain(evidence.keys().cloned()).collect();
        let mut properties = evidence;
        properties.insert("code".to_owned(), json!({ "const": code }));
        json!({ "type": "object", "required": required, "properties": properties })
    };
    let (name, names) = (reference("name"), reference("names"));
    json!({
        "oneOf": [
            one("pendingDiffers", json!({})),
            one("createdDiffers", json!({ "orderId": text("The recorded order.") })),
            one("pendingWithoutManifest", json!({})),
            one("looksRenamed", json!({ "names": names, "was": { "enum": ["pending", "changed", "orphan"] } })),
            one("sameAs", json!({ "names": names })),
            one("formerNamePending", json!({ "formerly": name })),
            one("formerNameShared", json!({ "formerly": name, "names": names })),
            one("notReviewed", json!({ "pending": { "type": "boolean" } })),
            one(
                "unavailable",
                json!({
                    "line": number("The position of the line."),
                    "offerId": text("Its offer."),
                    "why": { "enum": ["notListed", "notPurchasable", "notOffered", "several", "notRead"] },
                }),
            ),
            one(
                "frozen",
                json!({
                    "reason": text("Why, in a person's words."),
                    "until": { "type": ["string", "null"], "description": "When that is over." },
                }),
            ),
            one("held", json!({ "pending": { "type": "boolean" }, "why": { "type": "string" } })),
        ],
    })
}

fn difference() -> Value {
    let text = json!({ "type": ["string", "null"] });
    let typed = json!({ "type": ["string", "null", "integer", "boolean", "array"] });
    object(
        &["field", "recorded", "desired", "before", "after"],
        json!({
            "field": { "type": "string", "description": "Its path in the manifest." },
            "recorded": text,
            "desired": text,
            "before": typed,
            "after": typed,
        }),
    )
}

fn problem() -> Value {
    object(
        &["code", "message", "causes", "hint"],
        json!({
            "code": { "enum": ["limits", "manifests", "noState", "unresolved", "failed"] },
            "message": text("Why it cannot be applied."),
            "causes": { "type": "array", "items": { "type": "string" } },
            "hint": { "type": ["string", "null"] },
            "exceeded": list("The limits that it goes beyond.", "limit"),
            "diagnostics": { "type": "array", "items": { "type": "object" } },
        }),
    )
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "required": required, "properties": properties })
}

fn list(description: &str, of: &str) -> Value {
    json!({ "type": "array", "description": description, "items": reference(of) })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn number(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "description": description })
}

fn reference(definition: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// A reference with a description, beside which draft 7 knows no other key.
fn named(definition: &str, description: &str) -> Value {
    json!({ "description": description, "allOf": [reference(definition)] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Saved};
    use crate::view::samples::{checked, every_limit, every_step, plan, priced, saved_plan_of, step};
    use crate::view::{Trouble, failed_plan, saved_plan};

    fn assert_right(text: &str) {
        let schema: Value = serde_json::from_str(&plan_schema()).unwrap();
        jsonschema::draft7::meta::validate(&schema).unwrap();
        let schema = jsonschema::draft7::new(&schema).unwrap();
        let document: Value = serde_json::from_str(text).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{text}");
    }

    fn refuses(change: impl FnOnce(&mut Value)) -> bool {
        let schema: Value = serde_json::from_str(&plan_schema()).unwrap();
        let mut document: Value = serde_json::from_str(&saved_plan(&saved_plan_of(every_step()))).unwrap();
        change(&mut document);
        !jsonschema::draft7::is_valid(&schema, &document)
    }

    #[test]
    fn every_action_and_every_block_is_right_by_the_schema() {
        let everything = saved_plan_of(every_step());
        assert_right(&saved_plan(&everything));
        assert_right(&crate::view::json::text(&crate::view::json::plan::PlanJson::from(&everything.plan)));
        assert_right(&saved_plan(&checked(priced(everything))));
        assert_right(&saved_plan(&saved_plan_of(plan(vec![]))));
        let mut full = step("full", 5, Action::Create);
        full.allow_duplicate = true;
        full.auto_renew = Some(false);
        full.spec.partner_on_record_attestation_accepted = Some(true);
        let line = &mut full.spec.line_items[0];
        line.additional_partner_ids_on_record = vec!["517285".into()];
        line.partner_id_on_record = Some("873452".into());
        line.attestation_accepted = Some(true);
        line.renews_to = line.term_duration.clone();
        let full: Saved = saved_plan_of(plan(vec![full]));
        assert_right(&saved_plan(&full));
        assert_eq!(crate::view::read_plan(&saved_plan(&full)), Ok(full));
    }

    #[test]
    fn every_problem_is_right_by_the_schema() {
        let exceeded = every_limit();
        let causes = ["one".to_owned()];
        let mut sources = crate::manifest::Sources::new();
        sources.add("a.yaml", "kind: Order");
        let loaded = crate::manifest::parse(sources);
        let trouble = Trouble {
            exit_code: 3,
            message: "wrong",
            causes: &causes,
            hint: None,
            manifests: Some(&loaded),
            exceeded: &exceeded,
            changes: None,
        };
        for code in ["limits", "manifests", "noState", "failed"] {
            assert_right(&failed_plan(None, code, &trouble));
            assert_right(&failed_plan(Some(&saved_plan_of(every_step())), code, &trouble));
        }
    }

    #[test]
    fn the_schema_sees_what_is_missing_or_of_another_type() {
        assert!(!refuses(|_| {}));
        assert!(refuses(|document| drop(document.as_object_mut().unwrap().remove("steps"))));
        assert!(refuses(|document| document["digest"] = json!("sha256:0")));
        assert!(refuses(|document| document["steps"][0]["action"] = json!("buy")));
        assert!(refuses(|document| document["pins"]["sends"][0]["generation"] = json!(0)));
        assert!(refuses(|document| document["steps"][1]["reason"] = json!({ "code": "because" })));
        assert!(refuses(|document| document["steps"][1].as_object_mut().unwrap().clear()));
    }
}
