//! JSON Schemas of the documents, written from the [grammar](super::grammar) that the reader checks keys against.
//!
//! Draft 7, because that is what the YAML servers of editors read. What a schema cannot say is left to
//! `orderform validate`: how a number is spelt, dates that do not exist, and whatever takes another document.
//!
//! **Invariant:** a schema never refuses what the reader takes.

use serde_json::{Map, Value, json};

use super::grammar::{API_VERSION, Form, KINDS, Key, Shape};
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
}

impl SchemaKind {
    /// Every schema.
    pub const ALL: [Self; 5] = [Self::Manifest, Self::Order, Self::Customer, Self::Project, Self::Defaults];

    /// Returns the word for it, as in `order.schema.json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Order => "order",
            Self::Customer => "customer",
            Self::Project => "project",
            Self::Defaults => "defaults",
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
            let found = KINDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind.as_str()));
            object(found.expect("every other kind is a kind of document").1, &mut definitions)
        }
    };
    let mut schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$comment": format!("written by `orderform schema {}`", kind.as_str()),
        "title": format!("orderform: {}", kind.as_str()),
    });
    let root = schema.as_object_mut().expect("it was just made");
    root.extend(body);
    root.insert("definitions".to_owned(), Value::Object(definitions));
    format!("{schema:#}\n")
}

/// Makes the schema of a document whose kind decides.
fn any_document(definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let mut rules = Vec::new();
    for (kind, shape) in KINDS {
        let body = object(shape, definitions);
        definitions.insert(shape.name.to_owned(), Value::Object(body));
        rules.push(json!({
            "if": { "properties": { "kind": { "const": kind } }, "required": ["kind"] },
            "then": { "$ref": format!("#/definitions/{}", shape.name) },
        }));
    }
    let kinds: Vec<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let schema = json!({
        "description": "A document of a manifest; `kind` says what it describes.",
        "type": "object",
        "properties": {
            "apiVersion": { "const": API_VERSION, "description": "The version of the format." },
            "kind": { "enum": kinds, "description": "What the document describes." },
        },
        "required": ["apiVersion", "kind"],
        "allOf": rules,
    });
    let Value::Object(schema) = schema else { unreachable!("it was just made") };
    schema
}

/// Makes the schema of a mapping; those below it become definitions.
fn object(shape: &Shape, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let properties = shape.keys.iter().map(|key| (key.name.to_owned(), property(key, definitions)));
    let properties: Map<String, Value> = properties.collect();
    let required: Vec<&str> = shape.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::from_iter([
        ("description".to_owned(), shape.about.into()),
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), false.into()),
    ]);
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
    let mut about = key.about.to_owned();
    if let Form::Choice(choices) = key.form {
        for (word, meaning) in choices {
            about += &format!("\n- `{word}`: {meaning}");
        }
    }
    if schema.contains_key("$ref") {
        // Draft 7 reads nothing beside a reference.
        schema = Map::from_iter([("allOf".to_owned(), json!([schema]))]);
    }
    schema.insert("description".to_owned(), about.into());
    let examples: Vec<Value> = key
        .examples
        .iter()
        .map(|example| serde_yaml::from_str(example).expect("the examples of the grammar are YAML"))
        .collect();
    if !examples.is_empty() {
        schema.insert("examples".to_owned(), examples.into());
    }
    Value::Object(schema)
}

fn value(form: &Form, definitions: &mut Map<String, Value>) -> Map<String, Value> {
    let schema = match form {
        Form::Exactly(text) => json!({ "const": text }),
        Form::Text(pattern) => json!({ "type": "string", "pattern": pattern }),
        Form::Choice(choices) => {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let meanings: Vec<&str> = choices.iter().map(|(_, meaning)| *meaning).collect();
            json!({ "enum": words, "enumDescriptions": meanings })
        }
        Form::Whole(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Boolean => json!({ "type": "boolean" }),
        Form::Texts => {
            let text = json!({ "type": "string", "pattern": super::grammar::FREE_TEXT_PATTERN });
            json!({ "type": "object", "propertyNames": text, "additionalProperties": text })
        }
        Form::List { of, least, most } => {
            let mut list = json!({ "type": "array", "items": value(of, definitions) });
            if *least > 0 {
                list["minItems"] = (*least).into();
            }
            if *most < usize::MAX {
                list["maxItems"] = (*most).into();
            }
            if matches!(of, Form::Text(_)) {
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
    let one_customer = json!({ "not": { "required": ["customer", "customerId"] } });
    match shape.name {
        "orderSpec" => {
            let below = |line: Value| json!({ "lineItems": { "items": line } });
            let mut rules = vec![one_customer, attested(), unmixed()];
            rules.extend(cycles(&|line| below(line)));
            rules
        }
        "defaultsSpec" => {
            let mut rules = vec![one_customer];
            rules.extend(cycles(&|line| line["properties"].clone()));
            rules
        }
        _ => Vec::new(),
    }
}

/// A reseller needs an attestation; one that is not written may be a default.
fn attested() -> Value {
    let reseller = json!({
        "anyOf": [{ "required": ["partnerIdOnRecord"] }, { "required": ["additionalPartnerIdsOnRecord"] }],
    });
    json!({
        "if": { "properties": { "lineItems": { "contains": reseller } }, "required": ["lineItems"] },
        "then": { "properties": { "partnerOnRecordAttestationAccepted": { "const": true } } },
    })
}

/// Where one line is of new commerce, all are.
fn unmixed() -> Value {
    let modern = json!({ "properties": { "offerId": { "type": "string", "pattern": "^[A-Z0-9]{12}:" } } });
    let mut one_modern = modern.clone();
    one_modern["required"] = json!(["offerId"]);
    json!({
        "if": { "properties": { "lineItems": { "contains": one_modern } }, "required": ["lineItems"] },
        "then": { "properties": { "lineItems": { "items": modern } } },
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
        // With no fitting term, the key can hold nothing that is right.
        let term = if fitting.is_empty() { json!(false) } else { json!({ "enum": fitting }) };
        rules.push(json!({
            "if": { "properties": { "billingCycle": { "const": cycle.as_str() } }, "required": ["billingCycle"] },
            "then": { "properties": place(json!({ "properties": { "termDuration": term } })) },
        }));
    }
    rules
}
