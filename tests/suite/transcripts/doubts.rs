//! Answers that leave it open whether an order was bought, and how the next runs settle it: exactly once.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];
const AT_ONCE: [&str; 4] = ["apply", "--auto-approve", "--settle-after", "0s"];

/// Applies at a shop whose first answer to a create leaves it open what happened, then settles by the audit log.
///
/// `bought` says whether the order was bought all the same; then the audit log proves it, and else the list its absence.
fn in_doubt(deed: &str, bought: bool) -> Stage {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop(&format!("faults: [{{ on: create, times: 1, do: {deed} }}]"), &[]);
    let apply = ["apply", "--auto-approve", "--request-timeout", "500ms"];
    assert_eq!(stage.run(&apply).code, 4);
    stage.bought(usize::from(bought));
    if bought {
        assert_eq!(stage.run(&APPLY).code, 0);
    } else {
        assert_eq!(stage.quietly(&APPLY).code, 4);
        assert_eq!(stage.ledger().len(), 0, "too young to be sent again");
        assert_eq!(stage.run(&AT_ONCE).code, 0);
    }
    stage.bought(1);
    assert_eq!(stage.quietly(&["plan", "--detailed-exitcode"]).code, 0);
    stage
}

#[test]
fn an_error_of_the_server_that_bought_nothing() {
    assert_transcript!(in_doubt("{ status: 500, code: 800005 }", false));
}

#[test]
fn an_error_of_the_server_that_bought_all_the_same() {
    assert_transcript!(in_doubt("{ status: 500, code: 800005, when: after }", true));
}

#[test]
fn a_page_of_a_front_door() {
    assert_transcript!(in_doubt("{ status: 503, html: true }", false));
}

#[test]
fn a_page_with_status_200() {
    assert_transcript!(in_doubt("html-after", true));
}

#[test]
fn an_answer_that_never_comes() {
    assert_transcript!(in_doubt("hang-after", true));
}

#[test]
fn a_request_that_is_never_carried_out() {
    assert_transcript!(in_doubt("hang-before", false));
}

#[test]
fn a_connection_that_ends_before_the_order() {
    assert_transcript!(in_doubt("lose-answer-before", false));
}

#[test]
fn a_connection_that_ends_after_the_order() {
    assert_transcript!(in_doubt("lose-answer-after", true));
}

#[test]
fn a_body_that_was_cut() {
    assert_transcript!(in_doubt("cut-body", true));
}

#[test]
fn an_answer_about_another_customer() {
    assert_transcript!(in_doubt("wrong-customer", true));
}

#[test]
fn a_conflict() {
    assert_transcript!(in_doubt("{ status: 409, code: 800060, description: Order in progress }", false));
}

#[test]
fn a_redirection_is_not_followed() {
    assert_transcript!(in_doubt("{ status: 307, html: true, when: after }", true));
}

#[test]
fn a_refusal_that_is_not_partner_centers_own_is_not_believed() {
    assert_transcript!(in_doubt("{ status: 400, html: true }", false));
}

#[test]
fn a_doubt_is_read_by_programs_too() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-after }]", &[]);
    let json = ["apply", "--auto-approve", "--format", "json"];
    let ran = stage.run(&json);
    assert_eq!((ran.code, &ran.objects().last().unwrap()["unknown"]), (4, &1.into()));
    stage.run(&["plan", "--format", "json"]);
    assert_eq!(stage.run(&json).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn without_an_audit_log_the_list_settles_a_doubt_once_it_is_old_enough() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-after }]", &["--no-audit"]);
    assert_eq!(stage.run(&APPLY).code, 4);
    assert_eq!(stage.run(&["state", "list"]).code, 0);
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    assert_eq!(stage.run(&APPLY[..]).code, 4);
    assert_eq!(stage.run(&AT_ONCE).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_doubt_stops_its_customers_other_orders_and_nobody_elses() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", CONTOSO, 6), ("c", FABRIKAM, 7)]);
    let _shop = stage.open_shop("faults: [{ on: create, at: 1, do: lose-answer-before }]", &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 4);
    stage.bought(1);
    let at_once = [&AT_ONCE[..], &["--parallelism", "1"]].concat();
    assert_eq!(stage.run(&at_once).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_is_sent_three_times_and_never_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, do: lose-answer-before }]", &[]);
    for _ in 0..3 {
        assert_eq!(stage.quietly(&AT_ONCE).code, 4);
    }
    assert_eq!(stage.run(&AT_ONCE).code, 4);
    stage.bought(0);
    assert_eq!(stage.run(&["settle", "a", "--not-bought"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn in_strict_mode_nothing_is_sent_twice() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-before }]", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    let strict = [&AT_ONCE[..], &["--recovery", "strict"]].concat();
    assert_eq!(stage.run(&strict).code, 4);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn in_trust_mode_a_young_attempt_is_sent_again_at_once() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let flags = ["--no-audit"];
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-after }]", &flags);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    let trust = [&APPLY[..], &["--recovery", "trust"]].concat();
    assert_eq!(stage.run(&trust).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn an_order_that_takes_effect_late_is_not_bought_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { executeLate: 1h } }]", &[]);
    assert_eq!(stage.run(&APPLY).code, 4);
    assert_eq!(stage.run(&APPLY).code, 4);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn lookalikes_that_came_meanwhile_are_left_to_a_person() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let faults = "faults: [{ on: create, times: 1, do: lose-answer-after }]";
    let shop = stage.open_shop(faults, &["--no-audit"]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    shop.buy_in_the_portal(&super::words::portal_order(CONTOSO, 5));
    assert_eq!(stage.run(&AT_ONCE).code, 4);
    stage.bought(2);
    assert_transcript!(stage);
}
