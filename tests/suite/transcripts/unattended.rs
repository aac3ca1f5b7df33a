//! `watch --auto-apply`: it buys within limits, and stops where a person would.

use rustix::process::Signal;

use super::running::Running;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

pub(super) const WATCH: [&str; 5] = ["watch", ".", "--auto-apply", "--settle-after", "1s"];

const LIMITS: &str =
    "  limits:\n    ordersPerHour: 50\n    ordersPerDay: 50\n    seatsPerHour: 500\n    seatsPerDay: 500\n";

/// Adds limits to the project that `init` made.
pub(super) fn limit(stage: &Stage) {
    let text = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &(text.trim_end().to_owned() + "\n" + LIMITS));
}

fn end(stage: &Stage, watch: Running, arguments: &[&str]) {
    watch.signal(Signal::TERM);
    assert_eq!(stage.finish(arguments, watch).code, 0);
}

#[test]
fn without_limits_by_the_hour_and_by_the_day_nobody_buys_unattended() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let ran = stage.run(&["watch", ".", "--auto-apply", "--sandbox"]);
    assert_eq!(ran.code, 5);
    assert_transcript!(stage);
}

/// It has no price list, so it cannot know what it spends.
#[test]
fn where_spend_is_limited_nobody_buys_unattended() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}    spendPerDay: {{ EUR: \"900.00\" }}\n"));
    assert_eq!(stage.run(&["watch", ".", "--auto-apply", "--sandbox"]).code, 5);
    assert_transcript!(stage);
}

#[test]
fn what_is_added_is_bought_and_nothing_is_done_twice() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print("pass 1: 1 order created");
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("pass 2: 1 order created");
    // Read as it is, and all is as it should be.
    watch.signal(Signal::HUP);
    watch.wait_for_print("0 to buy, 0 to settle, 2 unchanged");
    stage.run(&["status", "."]);
    end(&stage, watch, &WATCH);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_refused_order_waits_for_its_manifest_and_others_go_on() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 7)]);
    limit(&stage);
    let refuse = "faults:\n  - { on: create, at: 1, match: { customer: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04 }, do: { status: 400 } }\n";
    let _shop = stage.open_shop(refuse, &[]);
    // One after the other, so that they end in this order.
    let arguments = [&WATCH[..], &["--parallelism", "1"]].concat();
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("pass 1: 1 order created, 1 not ordered");
    stage.write("c.yaml", &order("c", FABRIKAM, 9));
    watch.wait_for_print("pass 2: 1 order created");
    stage.bought(2);
    stage.write("a.yaml", &order("a", CONTOSO, 6));
    watch.wait_for_print("pass 3: 1 order created");
    end(&stage, watch, &arguments);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn what_was_put_right_when_the_state_was_opened_is_said() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let torn = std::fs::read_to_string(stage.state("journal.jsonl")).unwrap() + "{\"serial\":99,\"prev";
    std::fs::write(stage.state("journal.jsonl"), torn).unwrap();
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print(": 1 order created");
    end(&stage, watch, &WATCH);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn while_the_kill_switch_is_there_nothing_is_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    stage.write(".orderform/stop", "kim looks into it\n");
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print("pass 1: held: ");
    stage.bought(0);
    stage.remove(".orderform/stop");
    watch.wait_for_print(": 1 order created");
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert!(ran.stdout.contains("kim looks into it"), "{}", ran.stdout);
    stage.bought(1);
}

#[test]
fn an_order_whose_answer_was_lost_is_settled_when_its_time_has_come() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let lose = "faults:\n  - { on: create, at: 1, do: lose-answer-after }\n";
    let _shop = stage.open_shop(lose, &["--no-audit"]);
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print("pass 1: 0 orders created, 1 in doubt");
    watch.wait_for_print(": 1 order created");
    watch.signal(Signal::TERM);
    assert_eq!(watch.finish().code, 0);
    stage.bought(1);
}

#[test]
fn with_three_in_doubt_nothing_new_is_bought() {
    let customers: Vec<String> = (1..=5).map(|n| format!("00000000-0000-4000-8000-00000000000{n}")).collect();
    let names = ["a", "b", "c", "d", "e"];
    let orders: Vec<_> =
        names.iter().zip(&customers).map(|(name, customer)| (*name, customer.as_str(), 5)).collect();
    let stage = Stage::with_orders(&orders);
    limit(&stage);
    let _shop = stage.open_shop("faults:\n  - { on: create, probability: 1, do: lose-answer-before }\n", &[]);
    let arguments = ["watch", ".", "--auto-apply", "--settle-after", "1h", "--parallelism", "1"];
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("pass 1: 0 orders created, 3 in doubt, 2 not attempted");
    watch.signal(Signal::HUP);
    watch.wait_for_print("2 blocked");
    end(&stage, watch, &arguments);
    stage.bought(0);
}

#[test]
fn what_goes_beyond_a_limit_is_held_whole() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 300), ("b", FABRIKAM, 300)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print("pass 1: held: ");
    stage.remove("b.yaml");
    watch.wait_for_print(": 1 order created");
    watch.signal(Signal::TERM);
    assert_eq!(watch.finish().code, 0);
    stage.bought(1);
}

#[test]
fn told_to_stop_in_the_middle_it_records_what_is_in_flight() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", CONTOSO, 7)]);
    limit(&stage);
    let shop = stage.open_shop("faults:\n  - { on: create, at: 1, do: { delay: 1500ms } }\n", &[]);
    let mut watch = stage.start(&[&WATCH[..], &["--verbose"]].concat());
    watch.wait_for("sending a ");
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
    shop.wait_for_orders(1);
    assert_eq!(stage.run(&["state", "list"]).stdout.matches("order ").count(), 2, "one line, one count");
    stage.bought(1);
}
