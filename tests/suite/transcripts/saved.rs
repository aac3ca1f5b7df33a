//! Saved plans: what is applied is what was reviewed, and anything else is refused with what changed.

mod files;
mod ledger;
mod pages;
mod rebased;
mod refused;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::shop::Shop;
use super::stage::{Ran, Stage};
use super::words::{CONTOSO, FABRIKAM, order};

const SAVE: [&str; 5] = ["plan", "--out", "plan.json", "--markdown", "plan.md"];
const APPLY: [&str; 5] = ["apply", "--plan", "plan.json", "--parallelism", "1"];
const REBASE: [&str; 6] = ["apply", "--plan", "plan.json", "--rebase", "--parallelism", "1"];

/// A stage with two orders of ten seats together, a sandbox, and a plan that was saved.
fn stage() -> (Stage, Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 6)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&SAVE).code, 0);
    (stage, shop)
}

/// Returns what a file of a plan says.
fn document(stage: &Stage) -> Value {
    serde_json::from_str(&fs::read_to_string(stage.path("plan.json")).unwrap()).unwrap()
}

/// Requires that a plan is refused as stale, and that nothing was bought.
#[track_caller]
fn assert_refused(stage: &Stage, ran: &Ran) {
    assert_eq!(ran.code, 7, "{}", stage.transcript());
    stage.bought(0);
}

#[test]
fn a_saved_plan_is_applied_exactly_and_once() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 6)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&SAVE).code, 0);
    stage.show("plan.json");
    stage.show("plan.md");
    for file in ["plan.json", "plan.md"] {
        let mode = fs::metadata(stage.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644, "{file}");
    }
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(2);
    assert_eq!(stage.run(&APPLY).code, 7);
    assert_eq!(stage.run(&REBASE).code, 7);
    stage.bought(2);
    let digest = document(&stage)["digest"].as_str().unwrap().to_owned();
    let journal = fs::read_to_string(stage.state("journal.jsonl")).unwrap();
    let named = journal.lines().filter(|line| line.contains("\"plan\":"));
    let carried: Vec<bool> = named.map(|line| line.contains(&digest)).collect();
    // What was approved, and both intents.
    assert_eq!(carried, [true; 3], "{journal}");
    assert_transcript!(stage);
}

#[test]
fn an_unchanged_plan_is_the_same_bytes_but_for_its_times() {
    let (stage, _shop) = stage();
    let (first, markdown) =
        (fs::read_to_string(stage.path("plan.json")).unwrap(), fs::read(stage.path("plan.md")).unwrap());
    let text = fs::read_to_string(stage.path("a.yaml")).unwrap();
    stage.write("a.yaml", &format!("# a comment\n\n{text}"));
    assert_eq!(stage.quietly(&[&SAVE[..], &["--expires", "2h"]].concat()).code, 0);
    let second = fs::read_to_string(stage.path("plan.json")).unwrap();
    let differing = first.lines().zip(second.lines()).filter(|(a, b)| a != b);
    let keys: Vec<&str> = differing.filter_map(|(line, _)| line.split('"').nth(1)).collect();
    assert!(keys.iter().all(|key| ["createdAt", "expiresAt"].contains(key)), "{keys:?}");
    assert_eq!(first.lines().count(), second.lines().count());
    assert_eq!(fs::read(stage.path("plan.md")).unwrap(), markdown);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.bought(2);
}

#[test]
fn stdout_keeps_its_format_while_files_are_written() {
    let (stage, _shop) = stage();
    let shown = stage.quietly(&[&SAVE[..], &["--format", "json"]].concat());
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let mut saved = document(&stage);
    assert!(saved.as_object_mut().unwrap().remove("pins").is_some());
    assert_eq!(shown, saved);
}

#[test]
fn a_digest_approves_one_plan_and_no_other() {
    let (stage, _shop) = stage();
    let digest = document(&stage)["digest"].as_str().unwrap().to_owned();
    let approve = |digest: &str| stage.run(&["apply", "--parallelism", "1", "--approve", digest]);
    assert_eq!(approve("sha256:0").code, 1);
    let other = format!("sha256:{}", "0".repeat(64));
    assert_refused(&stage, &approve(&other));
    assert_refused(&stage, &stage.run(&[&APPLY[..], &["--approve", &other]].concat()));
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_refused(&stage, &approve(&digest));
    stage.remove("c.yaml");
    assert_eq!(approve(&digest).code, 0);
    stage.bought(2);
    assert_refused_again(&stage, &approve(&digest));
    assert_transcript!(stage);
}

#[track_caller]
fn assert_refused_again(stage: &Stage, ran: &Ran) {
    assert_eq!(ran.code, 7, "{}", stage.transcript());
    stage.bought(2);
}

#[test]
fn a_plan_with_a_digest_is_applied_where_both_agree() {
    let (stage, _shop) = stage();
    let digest = document(&stage)["digest"].as_str().unwrap().to_owned();
    assert_eq!(stage.quietly(&[&APPLY[..], &["--approve", &digest]].concat()).code, 0);
    stage.bought(2);
}

#[test]
fn a_plan_for_the_embedded_sandbox_is_applied_there() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4)]);
    assert_eq!(stage.run(&["plan", "--sandbox", "--out", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "--sandbox", "--plan", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "--sandbox", "--plan", "plan.json"]).code, 7);
    assert_transcript!(stage);
}

/// The file says what it is by the schema that the program prints, whatever became of the plan.
#[test]
fn every_plan_that_is_written_is_right_by_the_published_schema() {
    let (stage, _shop) = stage();
    let schema: Value = serde_json::from_str(&stage.quietly(&["schema", "plan"]).stdout).unwrap();
    let schema = jsonschema::draft7::new(&schema).unwrap();
    let check = |document: &Value| {
        let errors: Vec<String> = schema.iter_errors(document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document:#}");
    };
    check(&document(&stage));
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.write("a.yaml", &order("a", CONTOSO, 5));
    stage.write("c.yaml", &order("c", CONTOSO, 4));
    for flags in [&SAVE[..], &["plan", "--sandbox", "--out", "plan.json"]] {
        stage.quietly(flags);
        check(&document(&stage));
    }
    let shown: Value = serde_json::from_str(&stage.quietly(&["plan", "--format", "json"]).stdout).unwrap();
    check(&shown);
    stage.write("d.yaml", "apiVersion: orderform/v1\nkind: Order\n");
    assert_eq!(stage.quietly(&SAVE).code, 3);
    check(&document(&stage));
}
