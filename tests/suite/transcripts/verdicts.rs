//! A person's word: `adopt`, `settle --bought`, `settle --not-bought`, and what they refuse to believe.

use super::shop::Shop;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order, order_with, portal_order};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// A stage where the one order is in doubt, though it was bought; returns its id as well.
fn in_doubt() -> (Stage, Shop, String) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let faults = "faults: [{ on: create, times: 1, do: lose-answer-after }]";
    let shop = stage.open_shop(faults, &["--no-audit"]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    let id = stage.ledger()[0]["orderId"].as_str().unwrap().to_owned();
    (stage, shop, id)
}

#[test]
fn what_was_bought_in_the_portal_stops_the_order_until_it_is_adopted() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    let id = shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(1);
    assert_eq!(stage.run(&["adopt", "a", &id]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn what_another_state_bought_stops_the_order_and_a_duplicate_has_to_be_meant() {
    let other = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = other.open_shop("", &[]);
    assert_eq!(other.quietly(&APPLY).code, 0);
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let apply = ["apply", "--auto-approve", "--endpoint", &shop.endpoint];
    assert_eq!(stage.run(&[&apply[..], &["--format", "json"]].concat()).code, 8);
    other.bought(1);
    stage.write("a.yaml", &order_with("  allowDuplicate: true\n", "a", CONTOSO, 5));
    assert_eq!(stage.run(&apply).code, 0);
    other.bought(2);
    assert_transcript!(stage);
}

#[test]
fn adopt_takes_no_order_that_is_not_what_the_manifest_wants() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    let other_customer = shop.buy_in_the_portal(&portal_order(FABRIKAM, 5));
    let other_lines = shop.buy_in_the_portal(&portal_order(CONTOSO, 6));
    for (name, id) in [
        ("a", "000000000000"),
        ("a", &other_customer),
        ("a", &other_lines),
        ("b", &other_lines),
        ("a", "../x"),
    ] {
        assert_eq!(stage.run(&["adopt", name, id]).code, 1, "{name} {id}");
    }
    assert_eq!(stage.run(&["state", "list"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn what_is_recorded_is_not_adopted_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    stage.quietly(&APPLY);
    let id = shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    assert_eq!(stage.run(&["adopt", "a", &id]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn one_order_is_not_recorded_under_two_names() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    stage.quietly(&APPLY);
    stage.write("b.yaml", &order_with("  allowDuplicate: true\n", "b", CONTOSO, 5));
    stage.write("a.yaml", &order_with("  allowDuplicate: true\n", "a", CONTOSO, 5));
    let id = stage.ledger()[0]["orderId"].as_str().unwrap().to_owned();
    assert_eq!(stage.run(&["adopt", "b", &id]).code, 1);
    assert_eq!(stage.run(&["state", "list"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_person_says_that_it_was_bought() {
    let (stage, _shop, id) = in_doubt();
    assert_eq!(stage.run(&["adopt", "a", &id]).code, 1);
    assert_eq!(stage.run(&["settle", "a", "--bought", &id]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_person_is_not_believed_against_the_evidence() {
    let (stage, shop, _) = in_doubt();
    let other_customer = shop.buy_in_the_portal(&portal_order(FABRIKAM, 5));
    let other_lines = shop.buy_in_the_portal(&portal_order(CONTOSO, 6));
    for id in ["000000000000", &other_customer, &other_lines] {
        assert_eq!(stage.run(&["settle", "a", "--bought", id]).code, 1, "{id}");
    }
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 2);
    assert_transcript!(stage);
}

#[test]
fn a_person_says_that_it_was_not_bought_and_is_saved_from_a_mistake() {
    let (stage, _shop, _) = in_doubt();
    stage.write("a.yaml", &order("a", CONTOSO, 6));
    assert_eq!(stage.run(&["settle", "a", "--not-bought"]).code, 1);
    assert_eq!(stage.run(&APPLY).code, 4);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn what_a_person_says_was_not_bought_is_bought_by_the_next_apply() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-before }]", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    assert_eq!(stage.run(&["settle", "a", "--not-bought"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn only_an_attempt_in_doubt_is_settled() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["settle", "a", "--not-bought"]).code, 1);
    stage.quietly(&APPLY);
    assert_eq!(stage.run(&["settle", "a", "--not-bought"]).code, 1);
    assert_eq!(stage.run(&["settle", "nobody", "--not-bought"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_in_doubt_is_neither_forgotten_nor_moved() {
    let (stage, _shop, _) = in_doubt();
    assert_eq!(stage.run(&["state", "forget", "a"]).code, 1);
    assert_eq!(stage.run(&["state", "mv", "a", "b"]).code, 1);
    assert_transcript!(stage);
}

/// The list lags and shows nothing, and the audit log has the order already: a person's no does not stand against proof.
#[test]
fn what_the_audit_log_proves_bought_is_not_settled_as_not_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let faults = "faults: [{ on: create, times: 1, do: lose-answer-after }]";
    let _shop = stage.open_shop(faults, &["--list-lag", "10m", "--request-ids", "ignore"]);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 4);
    let ran = stage.quietly(&["settle", "a", "--not-bought"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.contains("the audit log says that `a` was bought, as order "), "{}", ran.stderr);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    stage.bought(1);
}
