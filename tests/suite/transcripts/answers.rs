//! Answers that say what happened: refusals, throttling, oddities that do no harm; and what the next run makes of it.

use super::stage::Stage;
use super::words::CONTOSO;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

fn stage() -> Stage {
    Stage::with_orders(&[("a", CONTOSO, 5)])
}

/// Applies twice at a shop whose first answer to a create is a refusal: nothing is bought, then one order is.
fn refused_once(deed: &str) -> Stage {
    let stage = stage();
    let _shop = stage.open_shop(&format!("faults: [{{ on: create, times: 1, do: {deed} }}]"), &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    stage
}

/// Applies twice at a shop whose answers are odd and say what happened all the same.
fn bought_at_once(faults: &str) -> Stage {
    let stage = stage();
    let _shop = stage.open_shop(faults, &[]);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    assert_eq!(stage.ledger().len(), 1);
    stage
}

#[test]
fn a_wrong_offer_is_refused_and_bought_once_it_is_right() {
    assert_transcript!(refused_once("{ status: 400, code: 2002, description: Invalid offer }"));
}

#[test]
fn an_order_without_a_relationship_to_the_customer_is_refused() {
    assert_transcript!(refused_once("{ status: 403, code: 20002, description: No relationship }"));
}

#[test]
fn an_order_for_nobody_is_refused() {
    assert_transcript!(refused_once("{ status: 404, code: 20000, description: Customer not found }"));
}

#[test]
fn a_refused_sign_in_stops_the_run_before_the_next_order() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", super::words::FABRIKAM, 6)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { status: 401, code: 401 } }]", &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 1);
    stage.bought(0);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_refusal_is_read_by_programs_too() {
    let stage = stage();
    let faults = "faults: [{ on: create, do: { status: 400, code: 2002, description: Invalid offer } }]";
    let _shop = stage.open_shop(faults, &[]);
    let ran = stage.run(&["apply", "--auto-approve", "--format", "json"]);
    assert_eq!(ran.code, 8);
    assert_eq!(ran.objects().last().unwrap()["notOrdered"], 1);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_customer_whose_agreement_is_missing_is_told_so() {
    let stage = stage();
    let faults =
        format!("customers: {{ {CONTOSO}: {{ status: 400, code: 800009, description: No agreement }} }}");
    let _shop = stage.open_shop(&faults, &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_stranger_whose_orders_cannot_be_listed_is_sent_nothing() {
    let stage = stage();
    let faults =
        format!("customers: {{ {CONTOSO}: {{ status: 403, code: 20002, description: No relationship }} }}");
    let _shop = stage.open_shop(&faults, &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_throttled_order_waits_as_long_as_it_was_told() {
    assert_transcript!(bought_at_once(
        "faults: [{ on: create, times: 1, do: { status: 429, retryAfter: 2 } }]"
    ));
}

#[test]
fn an_order_that_is_put_off_for_too_long_is_left_for_the_next_run() {
    assert_transcript!(refused_once("{ status: 429, retryAfter: 3600 }"));
}

#[test]
fn an_answer_with_a_byte_order_mark_is_read() {
    assert_transcript!(bought_at_once("faults: [{ on: create, do: bom }]"));
}

#[test]
fn an_answer_with_doubled_headers_is_read() {
    assert_transcript!(bought_at_once("faults: [{ on: create, do: doubled-headers }]"));
}

#[test]
fn where_nobody_listens_nothing_is_bought() {
    let stage = stage();
    // Nothing listens at port 1 of this machine: it is reserved, and only root could.
    assert_eq!(stage.run(&["apply", "--auto-approve", "--endpoint", "http://127.0.0.1:1"]).code, 8);
    assert_transcript!(stage);
}

#[test]
fn a_list_that_cannot_be_read_stops_what_it_is_needed_for() {
    let stage = stage();
    let shop =
        stage.open_shop("faults: [{ on: list, do: { status: 400, code: 800002, description: Bad } }]", &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    drop(shop);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}
