//! Two appliers at once, and being told to stop, asked or not: nothing is lost, nothing is doubled.

use rustix::process::Signal;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM};

const APPLY: [&str; 5] = ["apply", "--auto-approve", "--parallelism", "1", "--verbose"];

fn stage() -> Stage {
    Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)])
}

/// Stops a run while its first order is with Partner Center: that one is recorded, the other is for the next run.
fn stopped(signal: Signal) -> Stage {
    let stage = stage();
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { delay: 1s } }]", &[]);
    let mut running = stage.start(&APPLY);
    running.wait_for("sending a");
    running.signal(signal);
    running.wait_for("stopping");
    assert_eq!(stage.finish(&APPLY, running).code, 130);
    stage.bought(1);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    stage
}

#[test]
fn a_run_that_is_terminated_records_what_is_in_flight() {
    assert_transcript!(stopped(Signal::TERM));
}

#[test]
fn a_run_that_is_interrupted_records_what_is_in_flight() {
    assert_transcript!(stopped(Signal::INT));
}

#[test]
fn a_second_signal_ends_at_once_and_the_next_run_settles() {
    let stage = stage();
    let shop = stage.open_shop("faults: [{ on: create, times: 1, do: hang-after }]", &[]);
    let mut running = stage.start(&APPLY);
    running.wait_for("sending a");
    shop.wait_for_orders(1);
    running.signal(Signal::TERM);
    running.wait_for("stopping");
    running.signal(Signal::TERM);
    assert_eq!(stage.finish(&APPLY, running).code, 130);
    stage.bought(1);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_run_that_is_killed_in_the_middle_of_a_send_is_settled_by_the_next() {
    let stage = stage();
    let shop = stage.open_shop("faults: [{ on: create, times: 1, do: hang-after }]", &[]);
    let mut running = stage.start(&APPLY);
    running.wait_for("sending a");
    shop.wait_for_orders(1);
    running.signal(Signal::KILL);
    assert_eq!(stage.finish(&APPLY, running).code, -1);
    stage.bought(1);
    assert_eq!(stage.run(&["state", "list"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_second_applier_is_told_who_holds_the_lock() {
    let stage = stage();
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { delay: 1s } }]", &[]);
    let mut running = stage.start(&APPLY);
    running.wait_for("sending a");
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 6);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--format", "json"]).code, 6);
    assert_eq!(stage.run(&["state", "forget", "a"]).code, 6);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_eq!(stage.finish(&APPLY, running).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_signal_during_a_wait_gives_the_order_up_for_now() {
    let stage = stage();
    let _shop =
        stage.open_shop("faults: [{ on: create, times: 1, do: { status: 429, retryAfter: 100 } }]", &[]);
    let mut running = stage.start(&APPLY);
    running.wait_for("waiting 100 s: Partner Center asked for it");
    running.signal(Signal::TERM);
    assert_eq!(stage.finish(&APPLY, running).code, 130);
    stage.bought(0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}
