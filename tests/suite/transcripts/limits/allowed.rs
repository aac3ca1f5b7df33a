//! What was allowed: paired with a reason, needed, shown above the fold, pinned in a saved plan.

use super::super::words::{CONTOSO, order};
use super::{APPLY, stage, with_limits};

const SAVE: [&str; 5] = ["plan", "--out", "plan.json", "--markdown", "plan.md"];
const ALLOW: [&str; 4] = ["--allow", "ordersPerRun", "--reason", "quarter end | <b>"];
const REVIEWED: [&str; 5] = ["apply", "--plan", "plan.json", "--parallelism", "1"];

#[test]
fn an_allowance_is_paired_with_a_reason_and_needed() {
    let (stage, _shop) = stage("{ ordersPerRun: 1 }");
    for wrong in [
        &["--allow", "ordersPerRun"][..],
        &["--reason", "why"],
        &["--allow", "ordersPerRun", "--allow", "seatsPerRun", "--reason", "why"],
        &["--allow", "ordersPerRun", "--reason", "why", "--allow", "ordersPerRun", "--reason", "why"],
        &["--allow", "ordersPerYear", "--reason", "why"],
        &["--allow", "ordersPerRun", "--reason", " "],
        &["--allow", "ordersPerRun", "--reason", "why", "--allow", "seatsPerDay", "--reason", "why"],
    ] {
        assert_eq!(stage.run(&[&["plan"], wrong].concat()).code, 1, "{}", stage.transcript());
        assert_eq!(stage.quietly(&[&APPLY[..], wrong].concat()).code, 1);
    }
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_saved_plan_says_what_it_may_exceed_and_is_applied_without_saying_it_again() {
    let (stage, _shop) = stage("{ ordersPerRun: 1 }");
    assert_eq!(stage.run(&[&SAVE[..], &ALLOW].concat()).code, 0);
    stage.show("plan.json");
    stage.show("plan.md");
    assert_eq!(stage.quietly(&[&REVIEWED[..], &ALLOW].concat()).code, 1, "what was reviewed says it itself");
    stage.bought(0);
    assert_eq!(stage.run(&REVIEWED).code, 0);
    stage.bought(2);
    stage.allowed();
    assert_transcript!(stage);
}

/// Whoever approves a digest approves what may be exceeded, too.
#[test]
fn an_allowance_is_part_of_the_digest() {
    let (stage, _shop) = stage("{ ordersPerRun: 1 }");
    let digest = |reason: &str| {
        let ran = stage.quietly(&["plan", "--format", "json", "--allow", "ordersPerRun", "--reason", reason]);
        let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        plan["digest"].as_str().unwrap().to_owned()
    };
    let (one, other) = (digest("one"), digest("other"));
    assert_ne!(one, other);
    let apply = |reason: &str| {
        stage.quietly(&["apply", "--approve", &one, "--allow", "ordersPerRun", "--reason", reason]).code
    };
    assert_eq!(apply("other"), 7);
    stage.bought(0);
    assert_eq!(apply("one"), 0);
    stage.bought(2);
}

#[test]
fn a_saved_plan_is_stale_once_any_limit_is_another() {
    let (stage, _shop) = stage("{ ordersPerRun: 5 }");
    let organisation = |most: u32, raisable: &str| {
        let text = format!(
            "apiVersion: orderform/v1\nkind: Organisation\nspec: {{ limits: {{ seatsPerRun: {most} }}, mayBeRaised: [{raisable}] }}\n"
        );
        stage.write(".org/limits.yaml", &text);
    };
    let flags = ["--organisation", ".org/limits.yaml"];
    organisation(50, "");
    assert_eq!(stage.quietly(&[&SAVE[..], &flags].concat()).code, 0);
    let refused = |flags: &[&str]| {
        assert_eq!(stage.run(&[&REVIEWED[..], flags].concat()).code, 7, "{}", stage.transcript());
        stage.bought(0);
    };
    refused(&[]);
    organisation(60, "");
    refused(&flags);
    organisation(50, "seatsPerRun");
    refused(&flags);
    organisation(50, "");
    with_limits(&stage, "{ ordersPerRun: 5, longestTerm: P1Y, allowedOffers: [CFQ7TTC0LH18] }");
    refused(&flags);
    with_limits(&stage, "{ ordersPerRun: 5 }");
    assert_eq!(stage.quietly(&[&REVIEWED[..], &flags].concat()).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

/// What was allowed was allowed as it came to then; the rest may come to something else by time.
#[test]
fn the_rest_of_a_plan_exceeds_nothing_by_time() {
    let (stage, _shop) = stage("{ ordersPerDay: 1 }");
    let allow = ["--allow", "ordersPerDay", "--reason", "two at once"];
    assert_eq!(stage.quietly(&[&SAVE[..], &allow].concat()).code, 0);
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_eq!(stage.run(&[&REVIEWED[..], &["--rebase"]].concat()).code, 5);
    stage.bought(0);
    assert_transcript!(stage);
}
