//! Limits: beyond one of them nothing at all is attempted.

mod allowed;
mod organisation;
mod rules;

use std::fs;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

const APPLY: [&str; 4] = ["apply", "--auto-approve", "--parallelism", "1"];

/// A stage with two orders of ten seats together, and limits.
fn stage(limits: &str) -> (Stage, super::shop::Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 6)]);
    let shop = stage.open_shop("", &[]);
    with_limits(&stage, limits);
    (stage, shop)
}

/// Makes these the limits of the project.
fn with_limits(stage: &Stage, limits: &str) {
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    let others = project.lines().filter(|line| !line.starts_with("  limits:"));
    let others: String = others.map(|line| format!("{line}\n")).collect();
    stage.write("orderform.yaml", &format!("{others}  limits: {limits}\n"));
}

impl Stage {
    /// Writes down what the journal says was allowed.
    fn allowed(&self) {
        let journal = fs::read_to_string(self.state("journal.jsonl")).unwrap();
        for line in journal.lines().filter(|line| line.contains("\"type\":\"allowed\"")) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            self.note(&format!("recorded: {}", line["record"]));
        }
    }
}

fn refused(limits: &str) -> Stage {
    let (stage, _shop) = stage(limits);
    assert_eq!(stage.run(&["plan"]).code, 5);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 5);
    stage.bought(0);
    stage
}

#[test]
fn more_orders_than_one_run_may_buy() {
    assert_transcript!(refused("{ ordersPerRun: 1 }"));
}

#[test]
fn more_seats_than_one_run_may_buy() {
    assert_transcript!(refused("{ seatsPerRun: 9 }"));
}

#[test]
fn every_limit_that_is_passed_is_named() {
    assert_transcript!(refused("{ ordersPerRun: 1, ordersPerHour: 1, seatsPerDay: 3 }"));
}

#[test]
fn what_was_bought_today_counts_for_the_day() {
    let (stage, _shop) = stage("{ ordersPerDay: 2, seatsPerHour: 10 }");
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 0);
    stage.bought(2);
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 5);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--format", "json"]).code, 5);
    stage.bought(2);
    assert_transcript!(stage);
}

/// The server's time is asked of a customer that something is bought for, and asked again where there is no answer.
#[test]
fn the_servers_time_is_asked_of_somebody_who_is_there() {
    let (stage, shop) = stage("{ ordersPerDay: 9 }");
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    drop(shop);
    stage.remove("a.yaml");
    stage.write("c.yaml", &order("c", FABRIKAM, 1));
    let gone = format!("customers: {{ {CONTOSO}: {{ status: 404, code: 600, description: gone }} }}");
    let busy = "faults: [{ on: list, times: 1, do: { status: 500, code: 800005 } }]";
    let _shop = stage.open_shop(&format!("{busy}\n{gone}"), &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}
