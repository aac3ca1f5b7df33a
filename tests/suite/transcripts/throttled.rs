//! Being asked to wait: who waits, what is said of it, and when it is too long.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order, portal_order};

const APPLY: [&str; 4] = ["apply", "--auto-approve", "--parallelism", "1"];

#[test]
fn a_sandbox_that_may_be_asked_once_in_two_seconds_makes_a_run_wait() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &["--throttle", "1/2s"]);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_pause_is_an_event_of_its_own_and_the_summary_says_how_long_all_of_them_lasted() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let _shop = stage.open_shop("faults: [{ on: list, at: 2, do: { status: 429, retryAfter: 1 } }]", &[]);
    let ran = stage.run(&[&APPLY[..], &["--format", "json"]].concat());
    let types: Vec<_> =
        ran.objects().iter().map(|object| object["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(types, ["started", "sending", "created", "paused", "sending", "created", "summary"]);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_command_that_only_reads_waits_too_and_says_so() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("faults: [{ on: get, at: 1, do: { status: 429, retryAfter: 1 } }]", &[]);
    let id = shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    assert_eq!(stage.run(&["adopt", "a", &id]).code, 0);
    assert_transcript!(stage);
}

/// All orders would meet the same, so none of them is tried, and the watcher or the person comes back then.
#[test]
fn nobody_sits_out_a_pause_of_an_hour() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let _shop =
        stage.open_shop("faults: [{ on: create, at: 1, do: { status: 429, retryAfter: 3600 } }]", &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_rate_is_calls_and_a_time() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 5));
    for rate in ["500", "0/min", "5/0s", "x/min", "5/fortnight"] {
        assert_eq!(stage.run(&["sandbox", "--throttle", rate]).code, 1);
    }
    assert_transcript!(stage);
}
