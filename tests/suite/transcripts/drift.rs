//! Drift: what is changed outside is told, with who did it; what has arrived is recorded; nothing is bought.

use std::fs;

use super::shop::Shop;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, OFFER, order, order_with, portal_order};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];
const KIM: &str = "kim@partner.example";

/// Changes what a name bought, by kim.
fn change(stage: &Stage, shop: &Shop, name: &str, change: &str) {
    let shown = stage.quietly(&["state", "show", name, "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    shop.change(&format!(r#"{{"orderId":{},"by":"{KIM}",{change}}}"#, shown["orderId"]));
}

fn manifest_named(name: &str, quantity: u32, friendly_name: &str) -> String {
    order(name, CONTOSO, quantity) + &format!("      friendlyName: {friendly_name}\n")
}

/// A stage where each order was bought, and a name says what will happen to it.
fn bought(names: &[&str]) -> (Stage, Shop) {
    let orders: Vec<(&str, &str, u32)> =
        names.iter().zip(5..).map(|(name, quantity)| (*name, CONTOSO, quantity)).collect();
    let stage = Stage::with_orders(&orders);
    stage.write("named.yaml", &manifest_named("named", 40, "for the board"));
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    (stage, shop)
}

#[test]
fn where_nothing_differs_there_is_no_drift() {
    let (stage, _shop) = bought(&["a", "b"]);
    assert_eq!(stage.run(&["drift"]).code, 0);
    assert_eq!(stage.run(&["drift", "--format", "markdown"]).code, 0);
    assert_eq!(stage.run(&["drift", "--format", "json"]).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn every_kind_of_drift_is_told_with_who_did_it_and_nothing_is_bought_because_of_it() {
    let happened = [
        ("auto-renewal", r#""change":"autoRenew","enabled":false"#),
        ("cancelled", r#""change":"cancel""#),
        ("cancelled-order", r#""change":"cancelOrder""#),
        ("disabled", r#""change":"disable""#),
        ("expired", r#""change":"expire""#),
        ("gone", r#""change":"gone""#),
        ("seats", r#""change":"seats","quantity":99"#),
        ("suspended", r#""change":"suspend""#),
    ];
    let names = happened.map(|(name, _)| name);
    let (stage, shop) = bought(&names);
    for (name, what) in happened {
        change(&stage, &shop, name, what);
    }
    change(&stage, &shop, "named", r#""change":"rename","friendlyName":"theirs""#);
    let drift = ["drift", "--settle-after", "0s"];
    assert_eq!(stage.run(&drift).code, 2);
    assert_eq!(stage.run(&[&drift[..], &["--format", "markdown"]].concat()).code, 2);
    assert_eq!(stage.run(&[&drift[..], &["--format", "json"]].concat()).code, 2);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(9);
    assert_transcript!(stage);
}

#[test]
fn what_nobody_is_known_to_have_done_is_said_so() {
    let (stage, shop) = bought(&["a"]);
    let shown = stage.quietly(&["state", "show", "a", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    shop.change(&format!(r#"{{"orderId":{},"change":"suspend"}}"#, shown["orderId"]));
    assert_eq!(stage.run(&["drift"]).code, 2);
    assert_transcript!(stage);
}

#[test]
fn a_young_order_is_not_listed_yet_and_never_gone() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &["--list-lag", "15m"]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    assert_eq!(stage.run(&["drift"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn what_arrives_later_is_recorded_once_and_renewals_are_news() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &["--subscription-delay", "1h"]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    drop(shop);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["drift", "--no-record"]).code, 0);
    let before = fs::read(stage.state("journal.jsonl")).unwrap();
    assert_eq!(stage.run(&["drift"]).code, 0);
    let after = fs::read(stage.state("journal.jsonl")).unwrap();
    assert!(after.len() > before.len());
    assert_eq!(stage.run(&["drift"]).code, 0);
    assert_eq!(fs::read(stage.state("journal.jsonl")).unwrap(), after, "recorded once");
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    change(&stage, &shop, "a", r#""change":"renew""#);
    assert_eq!(stage.run(&["drift"]).code, 0);
    assert_eq!(stage.run(&["state", "verify"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn where_another_process_writes_it_is_reported_and_not_recorded() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &["--subscription-delay", "1h"]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    drop(shop);
    let _shop = stage.open_shop("", &[]);
    let before = fs::read(stage.state("journal.jsonl")).unwrap();
    let lock = fs::File::open(stage.state("lock")).unwrap();
    lock.try_lock().unwrap();
    assert_eq!(stage.run(&["drift"]).code, 0);
    assert_eq!(fs::read(stage.state("journal.jsonl")).unwrap(), before);
    drop(lock);
    assert_transcript!(stage);
}

#[test]
fn orders_that_are_not_recorded_are_told_with_who_bought_them() {
    let (stage, shop) = bought(&["a"]);
    shop.buy_in_the_portal_by(KIM, &portal_order(CONTOSO, 70));
    let wanted = shop.buy_in_the_portal_by(KIM, &portal_order(CONTOSO, 80));
    let ended = shop.buy_in_the_portal_by(KIM, &portal_order(CONTOSO, 90));
    shop.change(&format!(r#"{{"orderId":"{ended}","change":"cancel"}}"#));
    stage.write("wanted.yaml", &order("wanted", CONTOSO, 80));
    assert_eq!(stage.run(&["drift"]).code, 2);
    assert_eq!(stage.run(&["drift", "--format", "markdown"]).code, 2);
    assert_eq!(stage.run(&["drift", "--format", "json"]).code, 2);
    assert_eq!(stage.run(&["adopt", "wanted", &wanted]).code, 0);
    assert_eq!(stage.run(&["drift"]).code, 2);
    stage.bought(5);
    assert_transcript!(stage);
}

#[test]
fn an_order_that_an_attempt_in_doubt_may_have_bought_is_left_to_apply() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", CONTOSO, 6)]);
    let _shop = stage.open_shop("faults: [{ on: create, at: 2, do: lose-answer-after }]", &["--no-audit"]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    assert_eq!(stage.run(&["drift"]).code, 2);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_plan_is_the_same_with_what_partner_center_reports_beside_it() {
    let (stage, shop) = bought(&["a"]);
    change(&stage, &shop, "a", r#""change":"seats","quantity":8"#);
    let digest = |ran: &super::stage::Ran| {
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        plan["digest"].clone()
    };
    let offline = digest(&stage.quietly(&["plan", "--format", "json"]));
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["plan", "--refresh", "--detailed-exitcode"]).code, 2);
    assert_eq!(stage.run(&["plan", "--refresh"]).code, 0);
    assert_eq!(stage.run(&["plan", "--refresh", "--format", "markdown", "--markdown", "plan.md"]).code, 0);
    stage.show("plan.md");
    let refreshed = stage.run(&["plan", "--refresh", "--format", "json"]);
    assert_eq!(digest(&refreshed), offline);
    assert_transcript!(stage);
}

#[test]
fn drift_after_drift_leaves_the_plan_the_same() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.write("b.yaml", &order("b", CONTOSO, 6));
    change(&stage, &shop, "a", r#""change":"gone""#);
    let steps = |ran: &super::stage::Ran| {
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        plan["steps"].clone()
    };
    let before = stage.quietly(&["plan", "--format", "json"]);
    assert_eq!(stage.run(&["drift", "--settle-after", "0s"]).code, 2);
    assert_eq!(steps(&stage.quietly(&["plan", "--format", "json"])), steps(&before));
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_customer_that_cannot_be_read_hides_nobody_else() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    change(&stage, &shop, "a", r#""change":"suspend""#);
    drop(shop);
    let refused = "{ status: 403, code: 20002, description: no relationship }";
    let faults = format!("faults: [{{ on: list, match: {{ customer: {FABRIKAM} }}, do: {refused} }}]");
    let shop = stage.open_shop(&faults, &[]);
    assert_eq!(stage.run(&["drift"]).code, 8);
    assert_eq!(stage.run(&["drift", "--format", "json"]).code, 8);
    assert_eq!(stage.run(&["drift", "--only", "a"]).code, 2);
    assert_eq!(stage.run(&["drift", "--only", "b"]).code, 8);
    drop(shop);
    let _shop =
        stage.open_shop("faults: [{ on: audit, do: { status: 403, code: 900308, description: role } }]", &[]);
    assert_eq!(stage.run(&["drift"]).code, 2);
    assert_transcript!(stage);
}

#[test]
fn drift_needs_a_state_and_the_place_that_it_was_bought_at() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 5));
    assert_eq!(stage.run(&["drift", "--sandbox"]).code, 1);
    assert_eq!(stage.quietly(&["init", "."]).code, 0);
    assert_eq!(stage.run(&["drift", "--sandbox"]).code, 0);
    assert_eq!(stage.quietly(&["apply", "--sandbox", "--auto-approve"]).code, 0);
    assert_eq!(stage.run(&["drift", "--sandbox"]).code, 0);
    assert_eq!(stage.run(&["drift", "--endpoint", "https://partner.example"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn what_others_wrote_into_names_and_logs_is_harmless() {
    let stage = Stage::with_orders(&[]);
    stage.write("named.yaml", &manifest_named("named", 40, "for the board"));
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    let evil = r"\u001b[2J\u202e##vso[task.setvariable]x</details>`@all`|";
    let shown = stage.quietly(&["state", "show", "named", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let id = &shown["orderId"];
    shop.change(&format!(r#"{{"orderId":{id},"by":"{evil}","change":"rename","friendlyName":"{evil}"}}"#));
    for format in ["human", "markdown", "json"] {
        let ran = stage.run(&["drift", "--format", format]);
        assert_eq!(ran.code, 2);
        assert!(!ran.stdout.contains(['\u{1b}', '\u{202e}']), "{}", ran.stdout);
        assert!(!ran.stdout.contains("##vso["), "{}", ran.stdout);
    }
    assert_transcript!(stage);
}

#[test]
fn what_is_printed_is_right_by_the_schema() {
    let (stage, shop) = bought(&["a", "gone"]);
    shop.buy_in_the_portal_by(KIM, &portal_order(CONTOSO, 70));
    change(&stage, &shop, "a", r#""change":"seats","quantity":8"#);
    change(&stage, &shop, "named", r#""change":"rename","friendlyName":"theirs""#);
    change(&stage, &shop, "gone", r#""change":"gone""#);
    stage.write("b.yaml", &order_with("", "b", CONTOSO, 7).replace(OFFER, "CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P"));
    let right = |schema: &str, arguments: &[&str]| {
        let schema = serde_json::from_str(schema).unwrap();
        jsonschema::draft7::meta::validate(&schema).unwrap();
        let schema = jsonschema::draft7::new(&schema).unwrap();
        let document = serde_json::from_str(&stage.quietly(arguments).stdout).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document}");
    };
    right(&orderform::view::drift_schema(), &["drift", "--format", "json", "--settle-after", "0s"]);
    right(&orderform::view::plan_schema(), &["plan", "--refresh", "--format", "json"]);
}
