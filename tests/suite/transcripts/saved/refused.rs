//! Whatever changed since the review, the plan is refused, and it is said what changed and what still stands.

use std::fs;

use serde_json::Value;

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM, order, portal_order};
use super::{APPLY, REBASE, SAVE, assert_refused, document, stage};

/// Adds settings to the project file.
fn set(stage: &Stage, settings: &str) {
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}{settings}"));
}

#[test]
fn manifests_that_were_changed_added_and_removed() {
    let (stage, _shop) = stage();
    stage.write("c.yaml", &order("c", FABRIKAM, 1));
    stage.quietly(&SAVE);
    stage.write("a.yaml", &order("a", CONTOSO, 40));
    stage.remove("c.yaml");
    stage.write("d.yaml", &order("d", FABRIKAM, 2));
    assert_refused(&stage, &stage.run(&APPLY));
    assert_refused(&stage, &stage.run(&[&APPLY[..], &["--format", "markdown"]].concat()));
    let error = stage.run(&[&APPLY[..], &["--format", "json"]].concat()).objects().pop().unwrap();
    assert_eq!(error["exitCode"], 7);
    let changes: Vec<(&str, &str)> = error["changes"]["orders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| (order["name"].as_str().unwrap(), order["change"].as_str().unwrap()))
        .collect();
    assert_eq!(changes, [("a", "changed"), ("c", "gone"), ("d", "added")]);
    assert_eq!(error["changes"]["orders"][0]["differences"][0]["before"], 4);
    assert_eq!(error["changes"]["standing"], serde_json::json!(["b"]));
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_state_that_another_apply_changed() {
    let (stage, _shop) = stage();
    stage.write("elsewhere/x.yaml", &order("a", CONTOSO, 4));
    // With settings of its own, it is no part of this project.
    fs::copy(stage.path("orderform.yaml"), stage.path("elsewhere/orderform.yaml")).unwrap();
    let arguments = ["apply", "elsewhere/x.yaml", "--state-dir", ".orderform", "--auto-approve"];
    assert_eq!(stage.quietly(&arguments).code, 0);
    fs::remove_dir_all(stage.path("elsewhere")).unwrap();
    stage.bought(1);
    assert_eq!(stage.run(&APPLY).code, 7);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn limits_and_recovery_that_were_changed() {
    let (stage, _shop) = stage();
    set(&stage, "  limits: { ordersPerRun: 20 }\n");
    assert_refused(&stage, &stage.run(&APPLY));
    stage.quietly(&SAVE);
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &project.replace("ordersPerRun: 20", "ordersPerRun: 30, seatsPerDay: 900"));
    assert_refused(&stage, &stage.run(&APPLY));
    set(&stage, "  recovery: { mode: strict }\n");
    assert_refused(&stage, &stage.run(&APPLY));
    assert_refused(&stage, &stage.run(&REBASE));
    assert_transcript!(stage);
}

/// Nobody is asked there: it is refused before anything is opened.
#[test]
fn another_place_and_another_scope() {
    let (stage, _shop) = stage();
    let elsewhere = ["--endpoint", "https://partner.example"];
    assert_refused(&stage, &stage.run(&[&APPLY[..], &elsewhere].concat()));
    assert_refused(&stage, &stage.run(&[&REBASE[..], &elsewhere].concat()));
    assert_refused(&stage, &stage.run(&[&APPLY[..], &["a.yaml"]].concat()));
    assert_transcript!(stage);
}

#[test]
fn another_state_and_a_journal_that_is_not_the_one_it_was() {
    let (stage, shop) = stage();
    fs::rename(stage.path(".orderform"), stage.path("aside")).unwrap();
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.remove("orderform.yaml");
    assert_eq!(stage.quietly(&["init"]).code, 0);
    assert_refused(&stage, &stage.run(&APPLY));
    // Of the same lineage, and begun anew all the same: all journals of one lineage share their first record alone.
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    fs::rename(stage.path("aside"), stage.path(".orderform")).unwrap();
    stage.write("orderform.yaml", &project);
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    let bought = shop.buy_in_the_portal(&portal_order(CONTOSO, 1));
    assert_eq!(stage.quietly(&["adopt", "c", &bought]).code, 0);
    stage.quietly(&SAVE);
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    assert_eq!(stage.quietly(&["state", "rebuild"]).code, 0);
    for arguments in [&APPLY[..], &REBASE] {
        assert_eq!(stage.run(arguments).code, 7);
    }
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_plan_whose_time_is_over() {
    let (stage, _shop) = stage();
    assert_eq!(stage.run(&[&SAVE[..], &["--expires", "0s"]].concat()).code, 0);
    assert_refused(&stage, &stage.run(&APPLY));
    assert_refused(&stage, &stage.run(&REBASE));
    assert_eq!(stage.run(&[&SAVE[..], &["--expires", "400d"]].concat()).code, 1);
    assert_transcript!(stage);
}

#[test]
fn files_that_are_not_as_they_were_written() {
    let (stage, _shop) = stage();
    let text = fs::read_to_string(stage.path("plan.json")).unwrap();
    let schema_of_all = stage.quietly(&["plan", "--format", "json"]).stdout;
    for (what, text) in [
        ("more seats in it", text.replace("\"quantity\": 4", "\"quantity\": 400")),
        ("another body in it", text.replacen("\"body\": \"sha256:", "\"body\": \"sha256:0", 1)),
        ("something added", text.replacen('{', "{\n  \"note\": 1,", 1)),
        ("other blanks", text.replace("  ", " ")),
        // Where nothing stands before it that is now longer, now shorter, such as a time.
        ("cut off", text[..text.find("\"steps\"").unwrap() + 4].to_owned()),
        ("of a version to come", text.replace("\"formatVersion\": \"1.0\"", "\"formatVersion\": \"2.0\"")),
        ("shown, not saved", schema_of_all),
        ("empty", String::new()),
    ] {
        stage.note(what);
        stage.write("plan.json", &text);
        assert_refused(&stage, &stage.run(&APPLY));
        assert_eq!(stage.quietly(&REBASE).code, 7, "{what}");
    }
    fs::write(stage.path("plan.json"), [0xff, 0xfe, 0]).unwrap();
    assert_refused(&stage, &stage.run(&APPLY));
    assert_transcript!(stage);
}

#[test]
fn files_that_cannot_be_read_are_a_wrong_call() {
    let (stage, _shop) = stage();
    stage.remove("plan.json");
    assert_eq!(stage.run(&APPLY).code, 1);
    fs::create_dir(stage.path("plan.json")).unwrap();
    assert_eq!(stage.run(&APPLY).code, 1);
    assert_eq!(stage.run(&["apply", "--rebase"]).code, 1);
    stage.bought(0);
    assert_transcript!(stage);
}

/// A version of the program is part of the plan, since another one may decide otherwise.
#[test]
fn a_plan_of_another_version_is_refused() {
    let (stage, _shop) = stage();
    let text = fs::read_to_string(stage.path("plan.json")).unwrap();
    let tool = document(&stage)["pins"]["tool"].as_str().unwrap().to_owned();
    stage.write("plan.json", &text.replace(&tool, "orderform 0.0.9"));
    let ran = stage.quietly(&APPLY);
    assert_eq!(ran.code, 7);
    // Only with the digest that belongs to it does it get as far as being compared.
    let digest = ran.stderr.split("content is `").nth(1).unwrap().split('`').next().unwrap();
    let written = document(&stage)["digest"].as_str().unwrap().to_owned();
    let text = fs::read_to_string(stage.path("plan.json")).unwrap();
    stage.write("plan.json", &text.replace(&written, digest));
    let ran = stage.quietly(&REBASE);
    assert_eq!(ran.code, 7);
    assert!(ran.stderr.contains("it was made by `orderform 0.0.9`"), "{}", ran.stderr);
    stage.bought(0);
}

#[test]
fn wrong_manifests_are_told_as_ever() {
    let (stage, _shop) = stage();
    stage.write("c.yaml", "kind: Order\n");
    assert_eq!(stage.quietly(&APPLY).code, 3);
    stage.bought(0);
}

#[test]
fn the_limits_of_now_are_kept_to_by_what_is_left_too() {
    let (stage, _shop) = stage();
    set(&stage, "  limits: { ordersPerRun: 1 }\n");
    assert_eq!(stage.run(&REBASE).code, 5);
    stage.bought(0);
    let error: Value = stage.quietly(&[&REBASE[..], &["--format", "json"]].concat()).objects().pop().unwrap();
    assert_eq!(
        error["exceeded"][0],
        serde_json::json!({"rule": "ordersPerRun", "file": "project", "limit": 1, "value": 2, "exceeded": true})
    );
    assert_transcript!(stage);
}
