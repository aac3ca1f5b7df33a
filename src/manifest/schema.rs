//! JSON Schemas of the documents, written from the [grammar](super::grammar) that the reader checks keys against.
//!
//! Draft 7, because that is what the YAML servers of editors read, with the few keywords that they add to it: what a
//! wrong value is told (`errorMessage`, `patternErrorMessage`), and what is shown of a right one. What a schema cannot
//! say is left to `orderform validate`: how a number is spelt, dates that do not exist, and whatever takes another
//! document.
//!
//! **Invariant:** a schema never refuses what the reader takes, and never gives an editor a value to write that could
//! be bought as it stands: examples are for reading.

use serde_json::{Map, Value, json};

use super::grammar::{API_VERSION, FREE_TEXT, Form, KINDS, Key, Shape};
use super::line;
use crate::domain::{BillingCycle, TermDuration};

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaKind {
    /// Any document of a manifest, told apart by its `kind`.
    Manifest,
    /// `kind: Order`.
    Order,
    /// `kind: Customer`.
    Customer,
    /// `kind: Project`, in `orderform.yaml`.
    Project,
    /// `kind: Defaults`, in a `defaults.yaml`.
    Defaults,
    /// `kind: Organisation`, in a file of its own.
    Organisation,
}

impl SchemaKind {
    /// Every schema.
    pub const ALL: [Self; 6] =
        [Self::Manifest, Self::Order, Self::Customer, Self::Project, Self::Defaults, Self::Organisation];

    /// Returns the word for it, as in `order.schema.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Order => "order",
            Self::Customer => "customer",
            Self::Project => "project",
            Self::Defaults => "defaults",
            Self::Organisation => "organisation",
        }
    }
}

/// Writes a schema, ending in a newline; the same bytes every time.
#[must_use]
pub fn text(kind: SchemaKind) -> String {
    let mut definitions = Map::new();
    let body = match kind {
        SchemaKind::Manifest => any_document(&mut definitions),
        kind => {
            let found = KINDS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(kind.as_str()));
            let (name, shape) = found.expect("every other kind is a kind of document");
            let mut body = object(shape, &mut definitions);
            if kind == SchemaKind::Order {
                // The keys that have to be there are offered anyway, but an order needs a customer, too.
                let snippets: Vec<Value> = snippet(name, shape).into_iter().collect();
                body.insert("defaultSnippets".to_owned(), snippets.into());
            }
            body
        }
    };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": mark(kind),
        "title": format!("orderform {}", kind.as_str()),
    });
    let root = schema.as_object_mut().expect("it was just made");
    root.extend(body);
    // A document may be empty: nothing stands after a last `---`.
    root.insert("type".to_owned(), json!(["object", "null"]));
    root.insert("definitions".to_owned(), Value::Object(definitions));
    format!("{schema:#}\n")
}

/// Returns the words by which a schema is known to be this program's.
#[must_use]
pub fn mark(kind: SchemaKind) -> String {
    format!("written by `orderform schema {}`", kind.as_str())
}

/// Makes the schema of a document whose kind decides.
fn any_document(definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let mut rules = Vec::new();
    for (kind, shape) in KINDS {
        let body = object(shape, definitions);
        definitions.insert(shape.name.to_owned(), Value::Object(body));
        rules.push(json!({
            "if": { "type": "object", "properties": { "kind": { "const": kind } }, "required": ["kind"] },
            "then": { "$ref": format!("#/definitions/{}", shape.name) },
        }));
    }
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let abouts: Vec<&str> = KINDS.iter().map(|(_, shape)| shape.about).collect();
    let snippets: Vec<Value> = KINDS.iter().filter_map(|(kind, shape)| snippet(kind, shape)).collect();
    // A whole document is offered until it is one of a kind.
    rules.push(json!({ "if": { "required": ["kind"] }, "else": { "defaultSnippets": snippets } }));
    let mut schema = json!({
        "properties": {
            "apiVersion": { "type": "string", "const": API_VERSION, "description": "The version of the format." },
            "kind": {
                "type": "string",
                "enum": kinds,
                "enumDescriptions": abouts,
                "description": "What the document describes.",
            },
        },
        "required": ["apiVersion", "kind"],
        "allOf": rules,
    });
    let schema = schema.as_object_mut().expect("it was just made");
    describe(schema, "A document of a manifest; `kind` says what it describes.");
    std::mem::take(schema)
}

/// Makes the schema of a mapping; those below it become definitions.
fn object(shape: &Shape, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let properties = shape.keys.iter().map(|key| (key.name.to_owned(), property(key, definitions)));
    let properties: Map<String, Value> = properties.collect();
    let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), false.into()),
    ]);
    describe(&mut schema, shape.about);
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    let rules = rules(shape);
    if !rules.is_empty() {
        schema.insert("allOf".to_owned(), rules.into());
    }
    schema
}

fn property(key: &Key, definitions: &mut Map<String, Value>) -> Value {
    let mut schema = value(&key.form, definitions);
    let examples: Vec<String> = key.examples.iter().map(|example| format!("`{example}`")).collect();
    let mut about = key.about.to_owned();
    if !examples.is_empty() {
        // Not as `examples`: an editor would write the first one beside the key, as if it was meant.
        about += &format!(" Such as {}.", examples.join(" or "));
    }
    // Draft 7 reads nothing beside a reference, but editors show what is described there.
    describe(&mut schema, &about);
    Value::Object(schema)
}

/// Says what a schema is of; the words in backticks look like code to those who read Markdown.
fn describe(schema: &mut Map<String, Value>, about: &str) {
    schema.insert("description".to_owned(), about.into());
    if about.contains('`') {
        schema.insert("markdownDescription".to_owned(), about.into());
    }
}

fn value(form: &Form, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let schema = match form {
        Form::Exactly(text) => json!({ "type": "string", "const": text }),
        Form::Text(pattern, asks) => {
            json!({ "type": "string", "pattern": pattern, "patternErrorMessage": asks })
        }
        Form::Choice(choices) => {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let meanings: Vec<&str> = choices.iter().map(|(_, meaning)| *meaning).collect();
            let mut choice = json!({ "type": "string", "enum": words });
            if meanings.iter().any(|meaning| !meaning.is_empty()) {
                choice["enumDescriptions"] = meanings.into();
            }
            choice
        }
        Form::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Texts => {
            let text = value(&FREE_TEXT, definitions);
            json!({ "type": "object", "propertyNames": text, "additionalProperties": text })
        }
        Form::Money => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[A-Z]{3}$" },
            "additionalProperties": { "type": "string", "pattern": "^[0-9]{1,15}([.][0-9]{1,8})?$" },
        }),
        Form::List { of, least, most } => {
            let mut list = json!({ "type": "array", "items": value(of, definitions) });
            if *least > 0 {
                list["minItems"] = (*least).into();
            }
            if *most < usize::MAX {
                list["maxItems"] = (*most).into();
            }
            // A list that is as long as anybody likes may name something twice.
            if matches!(of, Form::Text(..)) && *most < usize::MAX {
                list["uniqueItems"] = true.into();
            }
            list
        }
        Form::Mapping(shape) => {
            if !definitions.contains_key(shape.name) {
                let body = object(shape, definitions);
                definitions.insert(shape.name.to_owned(), Value::Object(body));
            }
            json!({ "$ref": format!("#/definitions/{}", shape.name) })
        }
    };
    let Value::Object(schema) = schema else { unreachable!("every form is an object") };
    schema
}

/// Makes what holds between the keys of a mapping. What a `defaults.yaml` may fill in is not asked for.
fn rules(shape: &Shape) -> Vec<Value> {
    match shape.name {
        "orderSpec" => {
            let mut rules = vec![one_customer(), attested(), unmixed()];
            rules.extend(cycles(&|line| json!({ "properties": { "lineItems": { "items": line } } })));
            rules
        }
        "defaultsSpec" => {
            let mut rules = vec![one_customer()];
            rules.extend(cycles(&|line| line));
            rules
        }
        _ => Vec::new(),
    }
}

/// A customer is named once; told at the second key, and not as a `not`, which no editor can put into words.
fn one_customer() -> Value {
    json!({
        "if": { "required": ["customer"] },
        "then": {
            "properties": { "customerId": false },
            "errorMessage": "the customer is named twice, by `customerId` and by `customer`: keep one of them",
        },
    })
}

/// A reseller needs an attestation; one that is not written may be a default.
fn attested() -> Value {
    let reseller = json!({
        "anyOf": [{ "required": ["partnerIdOnRecord"] }, { "required": ["additionalPartnerIdsOnRecord"] }],
    });
    let accepted = json!({
        "const": true,
        "errorMessage": "a line names a reseller: Partner Center refuses the order where this is not `true`",
    });
    json!({
        "if": { "properties": { "lineItems": { "contains": reseller } }, "required": ["lineItems"] },
        "then": { "properties": { "partnerOnRecordAttestationAccepted": accepted } },
    })
}

/// Where one line is of new commerce, all are.
fn unmixed() -> Value {
    let of_new_commerce = |required: &[&str]| {
        json!({
            "properties": {
                "offerId": {
                    "type": "string",
                    "pattern": "^[A-Z0-9]{12}:",
                    "patternErrorMessage": "legacy and new-commerce offers cannot stand in one order: make two orders of it",
                },
            },
            "required": required,
        })
    };
    let some = of_new_commerce(&["offerId"]);
    json!({
        "if": { "properties": { "lineItems": { "contains": some } }, "required": ["lineItems"] },
        "then": { "properties": { "lineItems": { "items": of_new_commerce(&[]) } } },
    })
}

/// For each billing cycle, the terms that can be billed in it; `place` puts the schema of a line where lines are.
fn cycles(place: &dyn Fn(Value) -> Value) -> Vec<Value> {
    let mut rules = Vec::new();
    for cycle in BillingCycle::KNOWN {
        let terms = TermDuration::KNOWN;
        let fits =
            |term: &&str| TermDuration::read(term).is_some_and(|term| line::can_be_billed(&term, &cycle));
        let fitting: Vec<&str> = terms.into_iter().filter(fits).collect();
        if fitting.len() == terms.len() {
            continue;
        }
        let line = if fitting.is_empty() {
            // With no fitting term, the key can hold nothing that is right.
            let message = format!("no term can be billed `{cycle}`");
            json!({ "properties": { "termDuration": false }, "errorMessage": message })
        } else {
            let message = format!("with `billingCycle: {cycle}`, the term is `{}`", fitting.join("` or `"));
            json!({ "properties": { "termDuration": { "enum": fitting, "errorMessage": message } } })
        };
        rules.push(json!({
            "if": { "properties": { "billingCycle": { "const": cycle.as_str() } }, "required": ["billingCycle"] },
            "then": place(line),
        }));
    }
    rules
}

/// Makes what an editor offers to write into an empty document. What is still to be filled in is refused as it stands,
/// so that nobody buys a placeholder.
fn snippet(kind: &str, shape: &Shape) -> Option<Value> {
    let (metadata, spec) = match kind {
        "Order" => {
            let line = json!({ "offerId": "${3:PRODUCT:SKU}", "quantity": "${4:0}" });
            (json!({ "name": "${1:NAME}" }), json!({ "customer": "${2:CUSTOMER}", "lineItems": [line] }))
        }
        "Customer" => (json!({ "name": "${1:NAME}" }), json!({ "customerId": "${2:GUID}" })),
        // `orderform init` writes the one, and the other begins with any of its keys.
        _ => return None,
    };
    let body = json!({ "apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec });
    Some(json!({ "label": shape.name, "description": shape.about, "body": body }))
}
