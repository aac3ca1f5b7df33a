//! The files: written whatever became of the plan, and never over something else.

use std::fs;

use super::super::stage::Stage;
use super::super::words::{CONTOSO, order};
use super::{APPLY, SAVE, document, stage};

#[test]
fn a_plan_beyond_the_limits_is_written_with_the_reason_and_not_applied() {
    let (stage, _shop) = stage();
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}  limits: {{ ordersPerRun: 1 }}\n"));
    assert_eq!(stage.run(&SAVE).code, 5);
    let problem = &document(&stage)["problem"];
    assert_eq!(problem["code"], "limits");
    assert_eq!(
        problem["exceeded"][0],
        serde_json::json!({"rule": "ordersPerRun", "file": "project", "limit": 1, "value": 2, "exceeded": true})
    );
    stage.show("plan.md");
    assert_eq!(stage.run(&APPLY).code, 7);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn wrong_manifests_are_written_down_and_not_applied() {
    let (stage, _shop) = stage();
    stage.write("c.yaml", &order("c", "nobody", 1));
    assert_eq!(stage.quietly(&SAVE).code, 3);
    stage.show("plan.json");
    stage.show("plan.md");
    assert_eq!(document(&stage)["problem"]["code"], "manifests");
    stage.remove("c.yaml");
    assert_eq!(stage.run(&APPLY).code, 7);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_plan_without_a_state_can_be_read_and_not_applied() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    assert_eq!(stage.run(&["plan", "--sandbox", "--out", "plan.json"]).code, 0);
    assert_eq!(document(&stage)["problem"]["code"], "noState");
    assert_eq!(stage.run(&["apply", "--sandbox", "--plan", "plan.json"]).code, 7);
    let digest = document(&stage)["digest"].as_str().unwrap().to_owned();
    assert_eq!(stage.run(&["apply", "--sandbox", "--approve", &digest]).code, 1);
    assert!(!stage.path(".orderform").exists(), "nothing was made for it");
    assert_transcript!(stage);
}

#[test]
fn a_state_that_cannot_be_read_is_written_down_too() {
    let (stage, _shop) = stage();
    stage.write(".orderform/journal.jsonl", "damaged\n");
    assert_eq!(stage.quietly(&SAVE).code, 1);
    assert_eq!(document(&stage)["problem"]["code"], "failed");
    assert!(fs::read_to_string(stage.path("plan.md")).unwrap().contains("**Not applied:**"));
}

#[test]
fn nothing_but_a_plan_of_ours_is_overwritten() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4)]);
    stage.write("notes.txt", "mine");
    std::os::unix::fs::symlink("notes.txt", stage.path("link")).unwrap();
    for arguments in [
        &["plan", "--out", "notes.txt"][..],
        &["plan", "--out", "orderform.yaml"],
        &["plan", "--out", ".orderform/state.json"],
        &["plan", "--out", "link"],
        &["plan", "--out", "no/such/plan.json"],
        &["plan", "--markdown", "notes.txt"],
        &["plan", "--markdown", "a.yaml"],
        &["plan", "--expires", "2h"],
    ] {
        let before = stage.quietly(&["state", "verify"]).stdout;
        assert_eq!(stage.run(arguments).code, 1, "{arguments:?}");
        assert_eq!(stage.quietly(&["state", "verify"]).stdout, before);
    }
    assert_eq!(fs::read_to_string(stage.path("notes.txt")).unwrap(), "mine");
    assert_transcript!(stage);
}

#[test]
fn no_secret_is_in_a_plan() {
    let (stage, _shop) = stage();
    for file in ["plan.json", "plan.md"] {
        let text = fs::read_to_string(stage.path(file)).unwrap();
        assert!(!text.contains(super::super::stage::TOKEN), "{text}");
    }
}
