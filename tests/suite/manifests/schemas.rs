//! The published JSON Schemas, held to the reader by an independent validator: both accept and refuse the same manifests.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use orderform::manifest::schema::{self, SchemaKind};
use orderform::manifest::{self, Code, Sources};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::oracle::mutated;
use super::{fixtures, name_of, parse};

/// What a schema cannot see, and why.
const BEYOND: &[(Code, &str)] = &[
    (Code::ForbiddenCharacter, "characters outside of values"),
    (Code::TooComplex, "how much there is, and what other files have"),
    (Code::Tag, "how a value is written"),
    (Code::Directive, "how a document is written"),
    (Code::NotText, "what is a number depends on the reader"),
    (Code::Quantity, "`010` and `5.0` are numbers to some readers"),
    (Code::Date, "days that do not exist"),
    (Code::DuplicatePartner, "the reseller stands under another key"),
    (Code::DuplicateName, "another document"),
    (Code::UnknownCustomer, "another document"),
    (Code::FormerlyInUse, "another document"),
    (Code::ProjectMisplaced, "the file's name"),
    (Code::DuplicateProject, "another document"),
    (Code::DefaultsMisplaced, "the file's name"),
    (Code::DuplicateDefaults, "another document"),
    (Code::TwoCurrencies, "another document"),
    (Code::OrganisationMisplaced, "the file's name"),
    (Code::DuplicateReceiver, "another item"),
];

/// Fixtures whose mistake a schema cannot see, though it sees others of the same code, and why.
const UNSEEN: [(&str, &str); 7] = [
    ("customer-id-missing.yaml", "a `defaults.yaml` could mend it"),
    ("reseller-without-attestation.yaml", "a `defaults.yaml` could mend it"),
    ("partners-without-attestation.yaml", "a `defaults.yaml` could mend it"),
    ("attestation-capitalised.yaml", "`True` is true to many readers"),
    ("project-freeze-of-a-stranger.yaml", "another document"),
    ("project-freeze-until-no-such-day.yaml", "days that do not exist"),
    ("project-window-of-no-length.yaml", "what stands under another key"),
];

fn validator(kind: SchemaKind) -> Validator {
    let schema: Value = serde_json::from_str(&schema::text(kind)).unwrap();
    jsonschema::draft7::meta::validate(&schema).unwrap();
    jsonschema::draft7::new(&schema).unwrap()
}

/// Reads the documents of a text with another YAML reader, as an editor would.
pub(crate) fn documents(text: &str) -> Result<Vec<Value>, serde_yaml::Error> {
    let text = text.trim_start_matches('\u{feff}');
    if text.lines().all(|line| line.is_empty() || line.starts_with(['#', '-'])) {
        return Ok(Vec::new());
    }
    let documents = serde_yaml::Deserializer::from_str(text).map(|one| {
        let mut value = serde_yaml::Value::deserialize(one)?;
        // Again, for what is merged into what is merged.
        for _ in 0..3 {
            value.apply_merge()?;
        }
        serde_yaml::from_value::<Value>(value)
    });
    Ok(documents.collect::<Result<Vec<_>, _>>()?.into_iter().filter(|one| !one.is_null()).collect())
}

/// Every schema, made once: that takes longer than using it.
struct Validators(Vec<(SchemaKind, Validator)>);

impl Validators {
    fn new() -> Self {
        Self(SchemaKind::ALL.into_iter().map(|kind| (kind, validator(kind))).collect())
    }

    fn of(&self, kind: SchemaKind) -> &Validator {
        &self.0.iter().find(|(one, _)| one.as_str() == kind.as_str()).unwrap().1
    }
}

pub(crate) fn kind_of(document: &Value) -> Option<SchemaKind> {
    let kind = document.get("kind")?.as_str()?.to_ascii_lowercase();
    SchemaKind::ALL.into_iter().find(|one| one.as_str() == kind)
}

#[test]
fn the_published_schemas_are_the_ones_that_the_program_prints() {
    for kind in SchemaKind::ALL {
        let path = format!("schema/{}.schema.json", kind.as_str());
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == schema::text(kind), "write `orderform schema {}` to {path}", kind.as_str());
    }
    let documents = [
        ("plan", orderform::view::plan_schema()),
        ("drift", orderform::view::drift_schema()),
        ("status", orderform::view::status_schema()),
        ("notification", orderform::view::notification_schema()),
    ];
    for (kind, schema) in &documents {
        let path = format!("schema/{kind}.schema.json");
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(published == *schema, "write `orderform schema {kind}` to {path}");
    }
    assert_eq!(fs::read_dir("schema").unwrap().count(), SchemaKind::ALL.len() + documents.len());
}

#[test]
fn what_is_right_is_right_by_the_schemas_too() {
    let validators = Validators::new();
    let any = validators.of(SchemaKind::Manifest);
    for path in fixtures("right") {
        for document in documents(&fs::read_to_string(&path).unwrap()).unwrap() {
            let own = validators.of(kind_of(&document).unwrap());
            for schema in [own, any] {
                let errors: Vec<String> = schema.iter_errors(&document).map(|e| e.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
            }
        }
    }
}

#[test]
fn what_is_wrong_is_wrong_by_the_schemas_too_as_far_as_they_can_see() {
    let validators = Validators::new();
    let any = validators.of(SchemaKind::Manifest);
    let (mut refused, mut taken) = (0, Vec::new());
    for path in fixtures("wrong") {
        let found = parse(&path).diagnostics;
        let errors: Vec<Code> =
            found.iter().filter(|d| d.severity() == manifest::Severity::Error).map(|d| d.code).collect();
        let Ok(documents) = documents(&fs::read_to_string(&path).unwrap()) else { continue };
        let accepted = documents.iter().all(|document| {
            let own = kind_of(document).is_none_or(|kind| validators.of(kind).is_valid(document));
            let by_any = any.is_valid(document);
            assert!(own == by_any || kind_of(document).is_none(), "{}: the schemas disagree", path.display());
            by_any
        });
        refused += usize::from(!accepted);
        let is_beyond = |code: &Code| BEYOND.iter().any(|(beyond, _)| beyond == code);
        let unseen = UNSEEN.iter().find(|(name, _)| *name == name_of(&path));
        assert!(accepted || unseen.is_none(), "{unseen:?} is seen: take it off the list");
        let expected = unseen.is_some() || errors.iter().all(is_beyond);
        if accepted && !expected {
            taken.push((name_of(&path), errors));
        }
    }
    assert_eq!(taken, Vec::new(), "the schemas take these");
    assert!(refused >= 200, "only {refused} were refused");
}

/// The list of what schemas cannot see shall not hide that they could.
#[test]
fn each_blind_spot_of_the_schemas_is_one() {
    let any = validator(SchemaKind::Manifest);
    let mut unseen = Vec::new();
    for path in fixtures("wrong") {
        let codes: Vec<Code> = parse(&path).diagnostics.iter().map(|d| d.code).collect();
        if let Ok(documents) = documents(&fs::read_to_string(&path).unwrap())
            && documents.iter().all(|document| any.is_valid(document))
        {
            unseen.extend(codes);
        }
    }
    let seen: Vec<_> = BEYOND.iter().filter(|(code, _)| !unseen.contains(code)).collect();
    assert_eq!(seen, Vec::<&(Code, &str)>::new(), "always seen: take it off the list");
}

#[test]
fn the_examples_are_right_by_the_schemas() {
    let any = validator(SchemaKind::Manifest);
    let mut checked = 0;
    for directory in ["examples/quickstart", "examples/partner"] {
        for path in manifest::load(Path::new(directory)).sources.names() {
            for document in documents(&fs::read_to_string(path).unwrap()).unwrap() {
                let own = validator(kind_of(&document).unwrap());
                assert!(any.is_valid(&document) && own.is_valid(&document), "{path}");
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 19);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_schema_refuses_what_the_reader_takes(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text.clone());
        let loaded = manifest::parse(sources);
        if let (true, Ok(documents)) = (loaded.is_valid(), documents(&text)) {
            let any = validator(SchemaKind::Manifest);
            for document in documents {
                let errors: Vec<String> = any.iter_errors(&document).map(|e| e.to_string()).collect();
                prop_assert_eq!(errors, Vec::<String>::new());
            }
        }
    }
}
