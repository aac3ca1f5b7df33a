//! `audit reconcile`: every order accounted for once, by the journal, Partner Center's orders and its audit log.

use super::shop::Shop;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, portal_order};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];
const RECONCILE: [&str; 2] = ["audit", "reconcile"];

fn bought() -> (Stage, Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    (stage, shop)
}

#[test]
fn what_was_bought_is_recorded_listed_and_audited() {
    let (stage, shop) = bought();
    assert_eq!(stage.run(&RECONCILE).code, 0);
    shop.buy_in_the_portal_by("kim@partner.example", &portal_order(CONTOSO, 70));
    assert_eq!(stage.run(&[&RECONCILE[..], &["--verbose"]].concat()).code, 0);
    assert_eq!(stage.run(&[&RECONCILE[..], &["--format", "json"]].concat()).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn what_a_person_said_was_not_bought_is_found_by_its_correlation_id() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage
        .open_shop("faults: [{ on: create, do: lose-answer-after }]", &["--list-lag", "1h", "--no-audit"]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    assert_eq!(stage.run(&RECONCILE).code, 8);
    assert_eq!(stage.quietly(&["settle", "a", "--not-bought"]).code, 0);
    drop(shop);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&RECONCILE).code, 8);
    assert_eq!(stage.run(&[&RECONCILE[..], &["--format", "markdown"]].concat()).code, 8);
    let id = stage.ledger()[0]["orderId"].as_str().unwrap().to_owned();
    assert_eq!(stage.run(&["adopt", "a", &id]).code, 0);
    assert_eq!(stage.run(&RECONCILE).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn what_is_listed_no_more_is_named_and_what_is_young_may_be_missing() {
    let (stage, shop) = bought();
    let ledger = stage.ledger();
    let bought = ledger.iter().find(|order| order["customerId"] == CONTOSO).unwrap();
    let id = bought["orderId"].as_str().unwrap();
    shop.change(&format!(r#"{{"orderId":"{id}","change":"gone"}}"#));
    assert_eq!(stage.run(&RECONCILE).code, 0);
    assert_eq!(stage.run(&[&RECONCILE[..], &["--settle-after", "0s"]].concat()).code, 8);
    assert_transcript!(stage);
}

#[test]
fn what_another_journal_bought_for_the_same_customer_is_not_accounted_for_here() {
    let (stage, shop) = bought();
    let other = Stage::with_orders(&[("c", CONTOSO, 9)]);
    let apply = [&APPLY[..], &["--endpoint", &shop.endpoint]].concat();
    assert_eq!(other.quietly(&apply).code, 0);
    assert_eq!(stage.run(&RECONCILE).code, 8);
    assert_transcript!(stage);
}

#[test]
fn without_an_audit_log_nobody_can_say_whose_an_order_is() {
    let (stage, shop) = bought();
    shop.buy_in_the_portal(&portal_order(CONTOSO, 70));
    drop(shop);
    let _shop = stage.open_shop("", &["--no-audit"]);
    assert_eq!(stage.run(&RECONCILE).code, 8);
    assert_transcript!(stage);
}
