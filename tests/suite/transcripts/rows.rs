//! The rows of the planner's table, from the manifests to the exit code.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order, order_with};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// Plans and applies what is blocked, and requires this exit code, and that nothing more is bought.
fn blocked(stage: &Stage, code: i32, bought: usize) {
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 2);
    assert_eq!(stage.run(&APPLY).code, code);
    stage.bought(bought);
}

/// A stage where order `a` was bought.
fn bought() -> (Stage, super::shop::Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    (stage, shop)
}

/// A stage where order `a` is in doubt.
fn pending() -> (Stage, super::shop::Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-after }]", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    (stage, shop)
}

#[test]
fn a_placed_order_is_not_edited() {
    let (stage, _shop) = bought();
    let changed = order("a", CONTOSO, 50).replace("billingCycle: monthly", "billingCycle: annual");
    stage.write("a.yaml", &changed);
    blocked(&stage, 8, 1);
    stage.run(&["plan", "--format", "json"]);
    assert_transcript!(stage);
}

#[test]
fn with_detail_a_placed_order_is_held_against_its_manifest_as_a_text() {
    let (stage, _shop) = bought();
    let changed = order("a", CONTOSO, 50).replace("billingCycle: monthly", "billingCycle: annual");
    stage.write("a.yaml", &changed);
    assert_eq!(stage.run(&["plan", "-v"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn an_order_that_went_to_another_customer_is_not_bought_again() {
    let (stage, _shop) = bought();
    stage.write("a.yaml", &order("a", FABRIKAM, 5));
    blocked(&stage, 8, 1);
    assert_transcript!(stage);
}

#[test]
fn an_order_without_a_manifest_is_left_alone() {
    let (stage, _shop) = bought();
    stage.write("b.yaml", &order("b", CONTOSO, 6));
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.remove("a.yaml");
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_new_name_is_not_bought_until_it_says_what_it_was() {
    let (stage, _shop) = bought();
    stage.remove("a.yaml");
    stage.write("b.yaml", &order("b", CONTOSO, 5));
    blocked(&stage, 8, 1);
    stage.write("b.yaml", &order_with("  formerly: a\n", "b", CONTOSO, 5));
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 2);
    assert_eq!(stage.run(&APPLY).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn orders_that_say_the_same_are_blocked_until_each_is_meant() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    blocked(&stage, 8, 0);
    for name in ["a", "b"] {
        stage.write(&format!("{name}.yaml"), &order_with("  allowDuplicate: true\n", name, CONTOSO, 5));
    }
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_in_doubt_is_planned_to_be_settled() {
    let (stage, _shop) = pending();
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 2);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_in_doubt_whose_manifest_changed_is_settled_first() {
    let (stage, _shop) = pending();
    stage.write("a.yaml", &order("a", CONTOSO, 6));
    blocked(&stage, 4, 1);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_in_doubt_whose_manifest_is_gone_stops_its_customers_orders() {
    let (stage, _shop) = pending();
    stage.remove("a.yaml");
    stage.write("b.yaml", &order("b", CONTOSO, 7));
    blocked(&stage, 4, 1);
    assert_transcript!(stage);
}

#[test]
fn what_is_blocked_holds_up_nobody_else() {
    let (stage, _shop) = bought();
    stage.write("a.yaml", &order("a", CONTOSO, 50));
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_new_name_for_an_attempt_in_doubt_is_not_bought() {
    let (stage, _shop) = pending();
    stage.remove("a.yaml");
    stage.write("b.yaml", &order("b", CONTOSO, 5));
    blocked(&stage, 4, 1);
    assert_transcript!(stage);
}

#[test]
fn names_that_were_swapped_buy_nothing() {
    let (stage, _shop) = bought();
    stage.write("a.yaml", &order("a", CONTOSO, 6));
    stage.write("b.yaml", &order("b", CONTOSO, 5));
    blocked(&stage, 8, 1);
    assert_eq!(stage.run(&["state", "mv", "a", "b"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_transcript!(stage);
}
