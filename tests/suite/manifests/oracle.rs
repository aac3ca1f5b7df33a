//! Another YAML reader as the oracle: what is right has the same values there, and so has every text that both take.

use std::collections::BTreeMap;
use std::fs;

use orderform::domain::{DesiredOrder, LineItem, TermDuration};
use orderform::manifest::{self, Sources};
use proptest::prelude::*;
use serde::Deserialize;

use super::{fixtures, parse, rendered};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    kind: String,
    metadata: Option<Metadata>,
    spec: Option<Spec>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    name: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    formerly: Option<String>,
    #[serde(default)]
    allow_duplicate: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec {
    customer_id: Option<String>,
    customer: Option<String>,
    billing_cycle: Option<String>,
    partner_on_record_attestation_accepted: Option<bool>,
    #[serde(default)]
    line_items: Vec<Line>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    offer_id: String,
    quantity: u32,
    friendly_name: Option<String>,
    term_duration: Option<String>,
    custom_term_end_date: Option<String>,
    promotion_id: Option<String>,
    partner_id_on_record: Option<String>,
    #[serde(default)]
    additional_partner_ids_on_record: Vec<String>,
    attestation_accepted: Option<bool>,
    renews_to: Option<RenewsTo>,
    #[serde(default)]
    provisioning_context: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RenewsTo {
    term_duration: String,
}

/// Reads all documents of a text; empty ones are left out.
fn documents(text: &str) -> Result<Vec<Document>, serde_yaml::Error> {
    let text = text.trim_start_matches('\u{feff}');
    if text.lines().all(|line| line.is_empty() || line.starts_with(['#', '-'])) {
        return Ok(Vec::new());
    }
    serde_yaml::Deserializer::from_str(text)
        .map(|one| {
            let mut value = serde_yaml::Value::deserialize(one)?;
            // Again, for what is merged into what is merged.
            for _ in 0..3 {
                value.apply_merge()?;
            }
            serde_yaml::from_value::<Option<Document>>(value)
        })
        .filter_map(Result::transpose)
        .collect()
}

fn line_of(line: &LineItem) -> Line {
    let term = |term: &TermDuration| term.as_str().to_owned();
    Line {
        offer_id: line.offer_id.as_str().to_owned(),
        quantity: line.quantity,
        friendly_name: line.friendly_name.clone(),
        term_duration: line.term_duration.as_ref().map(term),
        custom_term_end_date: line.custom_term_end_date.clone(),
        promotion_id: line.promotion_id.clone(),
        partner_id_on_record: line.partner_id_on_record.clone(),
        additional_partner_ids_on_record: line.additional_partner_ids_on_record.clone(),
        attestation_accepted: line.attestation_accepted,
        renews_to: line.renews_to.as_ref().map(|renews| RenewsTo { term_duration: term(renews) }),
        provisioning_context: line.provisioning_context.clone(),
    }
}

fn assert_same(order: &DesiredOrder, document: Document, customers: &BTreeMap<String, String>) {
    let (metadata, spec) = (document.metadata.unwrap(), document.spec.unwrap());
    assert_eq!(order.name.as_str(), metadata.name);
    assert_eq!(order.labels, metadata.labels);
    assert_eq!(order.formerly.as_ref().map(|name| name.as_str().to_owned()), metadata.formerly);
    assert_eq!(order.allow_duplicate, metadata.allow_duplicate);
    assert_eq!(order.customer_name, spec.customer);
    let named = spec.customer.map(|name| customers[&name].clone());
    let customer_id = spec.customer_id.or(named).unwrap();
    assert_eq!(order.spec.customer_id.to_string(), customer_id.to_lowercase());
    let billing_cycle = order.spec.billing_cycle.as_ref();
    assert_eq!(billing_cycle.map(|cycle| cycle.as_str().to_owned()), spec.billing_cycle);
    assert_eq!(
        order.spec.partner_on_record_attestation_accepted,
        spec.partner_on_record_attestation_accepted
    );
    let lines: Vec<_> = order.spec.line_items.iter().map(line_of).collect();
    assert_eq!(lines, spec.line_items);
}

#[test]
fn what_is_right_has_the_values_that_another_yaml_reader_finds() {
    let mut compared = 0;
    for path in fixtures("right") {
        let loaded = parse(&path);
        let (mut orders, mut customers) = (Vec::new(), BTreeMap::new());
        for document in documents(&fs::read_to_string(&path).unwrap()).unwrap() {
            match document.kind.as_str() {
                "Order" => orders.push(document),
                "Customer" => {
                    let id = document.spec.unwrap().customer_id.unwrap();
                    customers.insert(document.metadata.unwrap().name, id);
                }
                _ => {}
            }
        }
        assert_eq!(loaded.orders.len(), orders.len(), "{}", path.display());
        compared += orders.len();
        for (order, document) in loaded.orders.iter().zip(orders) {
            assert_same(order, document, &customers);
        }
    }
    assert!(compared >= 10);
}

/// Pieces that YAML, and this reader of it, treat specially.
const PIECES: [&str; 30] = [
    "\n",
    "\n---\n",
    "...\n",
    "- ",
    ": ",
    "  ",
    "\t",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!t ",
    "<<",
    "|\n",
    ">-\n",
    "#",
    "%",
    "~",
    "é",
    "\u{202e}",
    "\r",
    "\u{feff}",
    "\u{a0}",
    "?",
    "0",
    "kind: Order\n",
];

pub(super) fn mutated() -> impl Strategy<Value = String> {
    let texts: Vec<String> = ["right", "wrong"]
        .iter()
        .flat_map(|kind| fixtures(kind))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let edit = (any::<prop::sample::Index>(), 0..8_usize, prop::sample::select(&PIECES[..]));
    let edits = prop::collection::vec(edit, 0..6);
    (prop::sample::select(texts), edits).prop_map(|(text, edits)| {
        let mut characters: Vec<char> = text.chars().collect();
        for (at, dropped, piece) in edits {
            let from = at.index(characters.len() + 1);
            let to = (from + dropped).min(characters.len());
            characters.splice(from..to, piece.chars());
        }
        characters.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_the_reader_panic_and_every_problem_can_be_shown(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text);
        let loaded = manifest::parse(sources);
        let shown = rendered(&loaded);
        prop_assert_eq!(shown.is_empty(), loaded.diagnostics.is_empty());
        prop_assert!(loaded.is_valid() || loaded.orders.is_empty());
        for diagnostic in &loaded.diagnostics {
            prop_assert!(diagnostic.region.span.is_some());
            prop_assert!(!diagnostic.message.contains('\n') && !diagnostic.message.ends_with('.'));
        }
    }

    #[test]
    fn what_two_yaml_readers_take_for_orders_is_the_same(text in mutated()) {
        let mut sources = Sources::new();
        sources.add("a.yaml", text.clone());
        let loaded = manifest::parse(sources);
        let alone = loaded.orders.iter().all(|order| order.customer_name.is_none());
        // The other reader knows YAML 1.1 only and refuses more (tabs, some flow styles); what both take is the same.
        if let (true, true, Ok(documents)) = (loaded.is_valid(), alone, documents(&text)) {
            let documents: Vec<_> = documents.into_iter().filter(|one| one.kind == "Order").collect();
            prop_assert_eq!(documents.len(), loaded.orders.len());
            for (order, document) in loaded.orders.iter().zip(documents) {
                assert_same(order, document, &BTreeMap::new());
            }
        }
    }
}
