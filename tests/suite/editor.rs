//! The published schemas in an editor: what Red Hat's YAML server, which VS Code and others use, makes of them.
//!
//! Manifests name their schema in a comment, as `orderform init` writes it; the server is the real one, on its pipes.

mod client;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use orderform::domain::{BillingCycle, TermDuration};
use orderform::manifest::schema::{self, SchemaKind};
use orderform::manifest::{self, Sources};
use serde_json::{Value, json};

use super::manifests::fixtures;
use super::manifests::schemas::{documents, kind_of};
use super::tools;
use client::{Completion, Editor};

const HEAD: &str = "\
apiVersion: orderform/v1
kind: Order
metadata:
  name: contoso-exchange
spec:
  customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04
";

const LINES: &str = "  lineItems:
    - offerId: CFQ7TTC0LH18:0001
      quantity: 5
";

const CUSTOMER: &str = "\
apiVersion: orderform/v1
kind: Customer
metadata:
  name: contoso
spec:
  customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04
";

/// Starts an editor, or leaves the test out where there is no server.
fn editor(untested: &str) -> Option<Editor> {
    editor_with(json!({}), untested)
}

fn editor_with(schemas: Value, untested: &str) -> Option<Editor> {
    match server::installed() {
        Ok(program) => Some(Editor::start(&program, schemas)),
        Err(why) => {
            tools::leave_out(&why, untested);
            None
        }
    }
}

/// Returns the comment that names a schema, as the first line of a manifest one directory below the root.
fn modeline(kind: SchemaKind) -> String {
    format!("# yaml-language-server: $schema=../schema/{}.schema.json\n", kind.as_str())
}

fn order(text: &str) -> String {
    modeline(SchemaKind::Order) + text
}

/// Names the schema of any manifest in each document: the server reads the comment anew after every `---`.
fn manifest_of(text: &str) -> String {
    let modeline = modeline(SchemaKind::Manifest);
    modeline.clone() + &text.replace("\n---\n", &format!("\n---\n{modeline}"))
}

/// Returns the keys that a mapping of an order may have, with what the published schema says of them.
fn described(mapping: &str) -> BTreeMap<String, String> {
    let schema: Value = serde_json::from_str(&schema::text(SchemaKind::Order)).unwrap();
    let keys = schema["definitions"][mapping]["properties"].as_object().unwrap();
    keys.iter().map(|(key, of)| (key.clone(), of["description"].as_str().unwrap().to_owned())).collect()
}

fn sorted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    all.sort();
    all
}

fn labels(offered: &[Completion]) -> Vec<&str> {
    sorted(offered.iter().map(|one| one.label.as_str()))
}

fn keys(offered: &[Completion]) -> BTreeMap<String, String> {
    let keys = offered.iter().filter(|one| one.is_key);
    keys.map(|one| (one.label.clone(), one.about.clone())).collect()
}

#[test]
fn values_are_offered_where_there_are_few_and_each_says_what_it_means() {
    let Some(mut editor) = editor("which values an editor offers") else { return };
    let cycles = editor.completions(&order(&format!("{HEAD}  billingCycle: ‸\n{LINES}")));
    assert_eq!(labels(&cycles), sorted(BillingCycle::KNOWN.iter().map(BillingCycle::as_str)));
    for cycle in &cycles {
        assert!(cycle.about.ends_with('.') && cycle.text == cycle.label, "{cycle:?}");
    }
    let terms = editor.completions(&order(&format!("{HEAD}{LINES}      termDuration: ‸\n")));
    assert_eq!(labels(&terms), sorted(TermDuration::KNOWN));
    let truth = editor.completions(&order(&format!("{HEAD}{LINES}      attestationAccepted: ‸\n")));
    assert_eq!(labels(&truth), ["false", "true"]);
}

#[test]
fn a_line_item_is_offered_the_keys_that_it_lacks_each_with_its_description() {
    let Some(mut editor) = editor("which keys an editor offers") else { return };
    let mut expected = described("lineItem");
    let first = editor.completions(&order(&format!("{HEAD}  lineItems:\n    - ‸\n")));
    assert_eq!(keys(&first), expected);
    assert!(expected.remove("offerId").is_some() && expected.remove("quantity").is_some());
    let below = editor.completions(&order(&format!("{HEAD}{LINES}      ‸\n")));
    assert_eq!(keys(&below), expected);
    let typed = editor.completions(&order(&format!("{HEAD}{LINES}      te‸\n")));
    assert_eq!(keys(&typed), expected);
    expected.remove("termDuration");
    let between =
        format!("{HEAD}  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      ‸\n      termDuration: P1Y\n");
    expected.insert("quantity".to_owned(), described("lineItem")["quantity"].clone());
    assert_eq!(keys(&editor.completions(&order(&between))), expected);
}

/// Returns what a snippet leaves behind when every stop is passed without typing.
fn passed_over(snippet: &str) -> String {
    let mut left = String::new();
    let mut rest = snippet;
    while let Some((before, stop)) = rest.split_once('$') {
        left += before;
        let digits = stop.trim_start_matches(|one: char| one.is_ascii_digit());
        rest = match stop.strip_prefix('{').and_then(|stop| stop.split_once('}')) {
            Some((named, after)) => {
                left += named.split_once(':').map_or("", |(_, text)| text);
                after
            }
            None => digits,
        };
    }
    left + rest
}

#[test]
fn an_editor_writes_no_value_that_nobody_chose() {
    let Some(mut editor) = editor("what an editor writes beside a key") else { return };
    let at_line = format!("{HEAD}  lineItems:\n    - ‸\n");
    let in_metadata = "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  ‸\n".to_owned();
    let in_spec = "apiVersion: orderform/v1\nkind: Order\nspec:\n  ‸\n".to_owned();
    for text in [at_line, in_metadata, in_spec] {
        let offered = editor.completions(&order(&text));
        assert!(keys(&offered).len() >= 5, "{offered:?}");
        for one in offered {
            let written = passed_over(&one.text);
            let mut values = written.lines().filter_map(|line| line.split_once(": ")).map(|(_, value)| value);
            // Nothing can be bought none of.
            assert!(values.all(|value| ["", "0"].contains(&value)), "{one:?}");
        }
    }
}

#[test]
fn an_empty_file_is_offered_a_whole_order_that_cannot_be_bought_before_it_is_filled_in() {
    let Some(mut editor) = editor("what an editor offers in an empty file") else { return };
    for kind in [SchemaKind::Order, SchemaKind::Manifest] {
        let modeline = modeline(kind);
        let offered = editor.completions(&format!("{modeline}‸"));
        let whole = offered.iter().find(|one| one.label == "order" && !one.is_key).unwrap();
        let text = passed_over(&whole.text);
        assert_eq!(serde_yaml::from_str::<Value>(&text).unwrap()["kind"], "Order", "{text}");
        let mut sources = Sources::new();
        sources.add("customers.yaml", CUSTOMER.replace("contoso", "customer"));
        sources.add("a.yaml", text.clone());
        assert!(!manifest::parse(sources).is_valid(), "{text}");
        let problems = editor.problems(&format!("{modeline}{text}"));
        assert_eq!(problems.len(), 4, "each of the four gaps: {problems:?}");
    }
}

#[test]
fn what_is_wrong_is_marked_where_it_stands() {
    let Some(mut editor) = editor("which mistakes an editor marks") else { return };
    let lines = |line: &str| format!("{HEAD}  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      {line}\n");
    let spec = |key: &str| format!("{HEAD}  {key}\n{LINES}");
    let no_cycle = "8:17-23 Value is not accepted. Valid values: \"monthly\", \"annual\", \"biennial\", \
                    \"triennial\", \"one_time\", \"none\", \"unknown\".";
    let cases = [
        (lines("quantity: 5"), vec![]),
        (
            lines("quantitty: 5"),
            vec!["9:7-8 Missing property \"quantity\".", "10:7-16 Property quantitty is not allowed."],
        ),
        (lines("quantity: \"5\""), vec!["10:17-20 Incorrect type. Expected \"integer\"."]),
        (spec("billingCycle: yearly"), vec![no_cycle]),
    ];
    for (text, expected) in cases {
        let found = editor.problems_of_each(&[order(&text), manifest_of(&text)]);
        assert_eq!(found, [expected.clone(), expected], "{text}");
    }
}

/// The server has words for a type and for a list of values; everything else would be a regular expression, or a riddle.
#[test]
fn what_breaks_a_rule_is_told_in_our_words() {
    let Some(mut editor) = editor("what an editor says of a mistake") else { return };
    let reseller = "      partnerIdOnRecord: \"4847383\"\n";
    let legacy = "    - offerId: 84A03D81-6B37-4D66-8D4A-FAEA24541538\n      quantity: 1\n";
    let cases = [
        HEAD.replace("contoso", "Contoso") + LINES,
        HEAD.replace("4d3cf487-", "") + LINES,
        format!("{HEAD}  customer: contoso\n{LINES}"),
        HEAD.to_owned() + &LINES.replace(":0001", ""),
        format!("{HEAD}{LINES}{legacy}"),
        format!("{HEAD}  partnerOnRecordAttestationAccepted: false\n{LINES}{reseller}"),
        format!("{HEAD}{LINES}      partnerIdOnRecord: five\n"),
        format!("{HEAD}{LINES}      promotionId: spring\n"),
        format!("{HEAD}{LINES}      friendlyName: \"\"\n"),
        format!("{HEAD}{LINES}      customTermEndDate: soon\n"),
        format!("{HEAD}  billingCycle: annual\n{LINES}      termDuration: P1M\n"),
        format!("{HEAD}  billingCycle: biennial\n{LINES}      termDuration: P1Y\n"),
        "apiVersion: orderform/v1\nkind: Project\nspec:\n  lineage: ours\n  recovery:\n    settleAfter: soon\n"
            .to_owned(),
    ];
    let said = editor.problems_of_each(&cases.map(|text| manifest_of(&text)));
    insta::assert_snapshot!("rules_in_an_editor", said.concat().join("\n"));
}

#[test]
fn what_is_right_is_not_marked() {
    let Some(mut editor) = editor("that an editor finds nothing wrong with what is right") else { return };
    let examples = ["examples/quickstart", "examples/partner"].map(|path| manifest::load(Path::new(path)));
    let examples = examples.iter().flat_map(|loaded| loaded.sources.names().map(PathBuf::from));
    let (mut names, mut texts) = (Vec::new(), Vec::new());
    for path in fixtures("right").into_iter().chain(examples) {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.trim_start_matches('\u{feff}');
        names.push(path.clone());
        texts.push(manifest_of(text));
        if let [document] = documents(text).unwrap().as_slice() {
            names.push(path);
            texts.push(modeline(kind_of(document).unwrap()) + text);
        }
    }
    for (name, found) in names.iter().zip(editor.problems_of_each(&texts)) {
        assert_eq!(found, [""; 0], "{}", name.display());
    }
    assert!(names.len() >= 30, "{names:?}");
}

#[test]
fn every_published_schema_is_used_by_the_editor() {
    let Some(mut editor) = editor("that an editor reads each published schema") else { return };
    let texts = SchemaKind::ALL.map(|kind| modeline(kind) + "kind: Ordre\n");
    for (kind, found) in SchemaKind::ALL.iter().zip(editor.problems_of_each(&texts)) {
        assert!(found.iter().any(|one| one.starts_with("2:7-12 ")), "{}: {found:?}", kind.as_str());
    }
}

#[test]
fn a_term_is_explained_under_the_pointer() {
    let Some(mut editor) = editor("what an editor explains") else { return };
    let shown = editor.hover(&order(&format!("{HEAD}{LINES}      term‸Duration: P1Y\n")));
    assert!(shown.contains(&described("lineItem")["termDuration"]), "{shown}");
    assert!(shown.contains("`P3Y`: Three years."), "{shown}");
    // A mapping, and a word that is code: neither is hidden or disfigured.
    let shown = editor.hover(&order(&format!("{HEAD}{}", LINES.replace("line", "li‸ne"))));
    assert!(shown.contains(&described("orderSpec")["lineItems"]), "{shown}");
    let shown = editor.hover(&order(&format!("{}{LINES}", HEAD.replace("spec", "sp‸ec"))));
    assert!(shown.contains("What is bought, in Partner Center's own words."), "{shown}");
}

/// Checks what an editor makes of the second document of a file.
fn check_second_document(editor: &mut Editor, file: &dyn Fn(&str) -> String) {
    let after = |text: &str| file(&format!("{HEAD}{LINES}---\n{text}"));
    assert_eq!(editor.problems(&after(CUSTOMER)), [""; 0]);
    let lines_before = after("").lines().count();
    let wrong = editor.problems(&after(&CUSTOMER.replace("customerId", "customerID")));
    let missing = format!("{}:1-5 Missing property \"customerId\".", lines_before + 5);
    let unknown = format!("{}:3-13 Property customerID is not allowed.", lines_before + 6);
    assert_eq!(wrong, [missing, unknown]);

    let kinds = editor.completions(&after("apiVersion: orderform/v1\nkind: ‸\n"));
    assert_eq!(labels(&kinds), ["Customer", "Defaults", "Order", "Project"]);
    assert!(kinds.iter().all(|kind| kind.about.ends_with('.')), "{kinds:?}");
    let of_line = editor.completions(&after(&format!("{HEAD}{LINES}      ‸\n")));
    let mut expected = described("lineItem");
    assert!(expected.remove("offerId").is_some() && expected.remove("quantity").is_some());
    assert_eq!(keys(&of_line), expected);
    let of_customer = editor.completions(&after(&CUSTOMER.replace("customerId:", "c‸ #")));
    assert_eq!(keys(&of_customer).into_keys().collect::<Vec<_>>(), ["currency", "customerId"]);
    // As long as nobody has said of which kind it is, it can be of any.
    let of_any = editor.completions(&after("a‸\n"));
    assert_eq!(keys(&of_any).into_keys().collect::<Vec<_>>(), ["apiVersion", "kind"]);
}

#[test]
fn each_document_of_a_file_is_of_its_own_kind() {
    let Some(mut editor) = editor("several documents in one file in an editor") else { return };
    check_second_document(&mut editor, &manifest_of);
}

#[test]
fn a_setting_stands_for_the_comment_in_every_document() {
    let schemas = json!({ "schema/manifest.schema.json": "orders/*.yaml" });
    let Some(mut editor) = editor_with(schemas, "`yaml.schemas` in an editor") else { return };
    check_second_document(&mut editor, &str::to_owned);
}
