//! One customer whose orders cannot be listed, and the others: they are bought for.

use std::net::TcpListener;

use rustix::process::Signal;

use super::running::Running;
use super::stage::Stage;
use super::unattended::{WATCH, limit};
use super::words::{CONTOSO, FABRIKAM};

/// How the list of one customer may fail: refused, without an answer, by a front door whose clock is none.
const WAYS: [&str; 3] = [
    "{ status: 403, code: 2000, description: no rights for this customer }",
    "lose-answer-before",
    "{ status: 502, html: true }",
];

/// The barred customer's order comes first by its name.
fn stage_barred(way: &str) -> (Stage, super::shop::Shop) {
    let stage = Stage::with_orders(&[("aa-barred", CONTOSO, 5), ("bb-fine", FABRIKAM, 7)]);
    limit(&stage);
    let faults = format!("faults:\n  - {{ on: list, match: {{ customer: {CONTOSO} }}, do: {way} }}\n");
    let shop = stage.open_shop(&faults, &[]);
    (stage, shop)
}

#[test]
fn a_watcher_buys_for_the_others_in_its_first_pass() {
    for way in WAYS {
        let (stage, _shop) = stage_barred(way);
        let mut watch = stage.start(&WATCH);
        watch.wait_for_print("pass 1: ");
        watch.signal(Signal::TERM);
        let ran = watch.finish();
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.stdout.contains("pass 1: 1 order created"), "{way}: {ran:?}");
        assert!(!ran.stdout.contains("failed"), "{way}: {ran:?}");
        stage.bought(1);
        assert!(stage.quietly(&["state", "list"]).stdout.contains("bb-fine"));
    }
}

#[test]
fn apply_buys_for_the_others_and_says_what_bars_the_one() {
    for way in WAYS {
        let (stage, _shop) = stage_barred(way);
        let ran = stage.quietly(&["apply", "--auto-approve"]);
        assert_eq!(ran.code, 8, "{way}: {ran:?}");
        assert!((ran.stdout + &ran.stderr).contains("aa-barred"), "{way}");
        stage.bought(1);
    }
}

/// Where nobody answers, it ends as the failure of the first one.
#[test]
fn where_no_list_can_be_had_nothing_is_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 7)]);
    limit(&stage);
    let _shop = stage.open_shop("faults:\n  - { on: list, do: lose-answer-before }\n", &[]);
    let ran = stage.quietly(&["apply", "--auto-approve"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("Partner Center could not be read"), "{ran:?}");
    stage.bought(0);
}

/// Somebody who accepts connections and never answers.
#[test]
fn a_watcher_that_waits_for_the_time_hears_that_it_is_to_stop() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = stage.command(&[&WATCH[..], &["--grace", "5s"]].concat());
    command.env("ORDERFORM_ENDPOINT", format!("http://{}", silent.local_addr().unwrap()));
    let watch = Running::start(&mut command);
    let _open = silent.accept().unwrap();
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("pass 1: 0 orders created, 1 not attempted"), "{ran:?}");
}
