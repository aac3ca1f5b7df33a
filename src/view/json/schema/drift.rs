//! The JSON Schema of drift: what `drift --format json` prints, and `plan --refresh` beside its plan.

use serde_json::{Value, json};

use super::{list, named, number, object, reference, text};

/// Writes the schema of drift, ending in a newline; the same bytes every time.
#[must_use]
pub fn drift_schema() -> String {
    let mut schema = drift();
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["$comment"] = "written by `orderform schema drift`".into();
    schema["title"] = "orderform: drift".into();
    let mut definitions = json!({
        "guid": { "type": "string", "pattern": "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$" },
        "name": { "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$" },
        "time": { "type": "string", "format": "date-time" },
    });
    for (name, definition) in parts() {
        definitions[name] = definition;
    }
    schema["definitions"] = definitions;
    format!("{schema:#}\n")
}

/// The document itself.
pub(super) fn drift() -> Value {
    let mut document = object(
        &["formatVersion", "drift", "compared", "drifted", "requests", "orders", "unknown", "unread"],
        json!({
            "formatVersion": { "const": "1.0" },
            "drift": { "type": "boolean", "description": "Whether there is any." },
            "compared": number("How many recorded orders were compared."),
            "drifted": number("How many of them differ."),
            "requests": number("How many requests it took."),
            "orders": list("Recorded orders that there is something to tell of, by name.", "drifted"),
            "unknown": list("Orders that are not recorded, by customer and by when they were made.", "unknown"),
            "unread": list("What could not be read.", "unread"),
        }),
    );
    document["description"] = "Where what Partner Center reports differs from what is recorded.".into();
    document
}

/// What the document is made of.
pub(super) fn parts() -> [(&'static str, Value); 6] {
    let drifted = object(
        &["name", "customerId", "orderId", "findings", "news"],
        json!({
            "name": reference("name"),
            "customerId": named("guid", "The customer's tenant id."),
            "customerName": text("What the manifests call the customer."),
            "orderId": text("The order."),
            "findings": list("Where it differs.", "driftFinding"),
            "news": list("What is no drift, and worth knowing.", "news"),
        }),
    );
    let unknown = object(
        &["orderId", "customerId", "lineItems", "mayBe"],
        json!({
            "orderId": text("The order."),
            "customerId": named("guid", "The customer's tenant id."),
            "customerName": text("What the manifests call the customer."),
            "lineItems": {
                "type": "array",
                "items": object(&["offerId", "quantity"], json!({
                    "offerId": text("What was bought."),
                    "quantity": number("How many seats."),
                })),
            },
            "created": named("time", "When it was made."),
            "mayBe": { "enum": ["strange", "wanted", "pending", "forgotten"] },
            "name": named("name", "Which manifest wants it, or whose attempt may have bought it."),
            "who": reference("done"),
        }),
    );
    let done = object(
        &["operation"],
        json!({
            "user": text("The user's login name, as the audit log has it."),
            "application": text("What the application calls itself."),
            "at": named("time", "When."),
            "operation": text("What the audit log calls it, such as `update_subscription`."),
        }),
    );
    let unread = object(
        &["customerId", "part", "why"],
        json!({
            "customerId": named("guid", "The customer's tenant id."),
            "part": { "enum": ["estate", "auditLog"], "description": "Orders and subscriptions, or the audit log." },
            "why": text("Why."),
        }),
    );
    [
        ("drifted", drifted),
        ("unknown", unknown),
        ("unread", unread),
        ("done", done),
        ("driftFinding", finding()),
        ("news", news()),
    ]
}

/// One object told apart by its `kind`, with what it has.
fn kind(kind: &str, required: &[&str], mut properties: Value) -> Value {
    properties["kind"] = json!({ "const": kind });
    let required: Vec<&str> = required.iter().copied().chain(["kind"]).collect();
    object(&required, properties)
}

fn finding() -> Value {
    let subscription = || text("The subscription.");
    let ids = json!({ "type": "array", "items": { "type": "string" } });
    let id = &["subscriptionId"];
    let mut all = [
        kind("gone", &["subscriptionIds"], json!({ "subscriptionIds": ids })),
        kind("cancelled", &[], json!({ "subscriptionId": subscription() })),
        kind("suspended", id, json!({ "subscriptionId": subscription() })),
        kind("expired", id, json!({ "subscriptionId": subscription() })),
        kind(
            "status",
            &["subscriptionId", "status"],
            json!({
                "subscriptionId": subscription(),
                "status": text("Its status, in lower case."),
            }),
        ),
        kind(
            "seats",
            &["product", "recorded", "reported"],
            json!({
                "product": text("The product and SKU."),
                "recorded": { "type": "array", "items": number("Of one line that was ordered.") },
                "reported": {
                    "type": "array",
                    "items": object(&["seats"], json!({ "subscriptionId": subscription(), "seats": number("Its seats.") })),
                },
            }),
        ),
        kind(
            "renamed",
            &["recorded", "reported"],
            json!({
                "subscriptionId": subscription(),
                "recorded": text("What it was ordered as."),
                "reported": { "type": ["string", "null"], "description": "What it is called." },
            }),
        ),
        kind(
            "autoRenewal",
            &["subscriptionId", "reported", "by"],
            json!({
                "subscriptionId": subscription(),
                "reported": { "type": "boolean", "description": "Whether it renews by itself." },
                "by": { "enum": ["manifest", "recorded"], "description": "What says otherwise." },
            }),
        ),
    ];
    for one in &mut all {
        one["properties"]["who"] = reference("done");
    }
    json!({ "oneOf": all })
}

fn news() -> Value {
    let ids = json!({ "type": "array", "items": { "type": "string" } });
    json!({ "oneOf": [
        kind("notListedYet", &[], json!({})),
        kind("subscriptions", &["subscriptionIds"], json!({ "subscriptionIds": ids })),
        kind("renewed", &["subscriptionId", "until"], json!({
            "subscriptionId": text("The subscription."),
            "until": text("The end of its commitment, as written."),
        })),
    ] })
}
