//! States that are missing, lost, damaged or somebody else's: each is refused with a way out, and nothing is bought.

use std::fs;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM};

/// A stage where two orders were bought.
fn stage() -> (Stage, super::shop::Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1), ("b", FABRIKAM, 2)]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&["apply", "--auto-approve", "--parallelism", "1"]).code, 0);
    (stage, shop)
}

/// Damages the state of a stage where two orders were bought, and requires that nobody goes on with it.
fn refused(damage: impl FnOnce(&Stage)) -> Stage {
    let (stage, _shop) = stage();
    damage(&stage);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 1);
    assert_eq!(stage.run(&["plan"]).code, 1);
    assert_eq!(stage.run(&["state", "verify"]).code, 1);
    assert_eq!(stage.run(&["init"]).code, 1);
    stage.bought(2);
    stage
}

fn edit(stage: &Stage, name: &str, change: impl FnOnce(String) -> String) {
    let text = fs::read_to_string(stage.state(name)).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed);
    fs::write(stage.state(name), changed).unwrap();
}

#[test]
fn without_a_state_nothing_is_bought_at_a_real_endpoint() {
    let stage = Stage::new();
    stage.write("a.yaml", &super::words::order("a", CONTOSO, 1));
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 1);
    assert_eq!(stage.run(&["state", "list"]).code, 1);
    assert_eq!(stage.run(&["plan"]).code, 0);
    stage.bought(0);
    assert!(!stage.path(".orderform").exists());
    assert_transcript!(stage);
}

#[test]
fn a_state_that_was_lost_though_its_lineage_is_pinned_is_not_made_anew() {
    let stage = refused(|stage| fs::remove_dir_all(stage.path(".orderform")).unwrap());
    assert!(!stage.path(".orderform").exists());
    assert_transcript!(stage);
}

#[test]
fn init_may_be_repeated() {
    let (stage, _shop) = stage();
    assert_eq!(stage.run(&["init"]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    let unused = Stage::with_orders(&[]);
    unused.remove("orderform.yaml");
    assert_eq!(unused.run(&["init"]).code, 0);
    assert_eq!(unused.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_state_of_the_sandbox_is_not_pinned_for_real_orders() {
    let (stage, _shop) = stage();
    stage.remove("orderform.yaml");
    assert_eq!(stage.run(&["init"]).code, 1);
    assert!(!stage.path("orderform.yaml").exists());
    assert_eq!(stage.run(&["init", "--state-dir", "elsewhere"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_project_file_without_a_place_for_the_lineage_is_told_the_lines_that_put_it_right() {
    let stage = Stage::new();
    let head = "apiVersion: orderform/v1\nkind: Project\n";
    stage.write("orderform.yaml", &format!("{head}spec: {{}}\n"));
    let ran = stage.run(&["init"]);
    assert_eq!(ran.code, 1);
    let told = ran.stderr.split_once("yourself:\n").unwrap().1.replace("\n    ", "\n");
    stage.write("orderform.yaml", &format!("{head}{}", told.trim_start()));
    assert_eq!(stage.run(&["init"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_project_file_with_another_indent_is_pinned_in() {
    let stage = Stage::new();
    stage.write("orderform.yaml", "apiVersion: orderform/v1\nkind: Project\nspec:\n    cloud: public\n");
    assert_eq!(stage.run(&["init"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
}

#[test]
fn an_empty_journal_is_refused() {
    let stage = refused(|stage| edit(stage, "journal.jsonl", |_| String::new()));
    assert_transcript!(stage);
}

#[test]
fn a_missing_journal_is_refused() {
    let stage = refused(|stage| fs::remove_file(stage.state("journal.jsonl")).unwrap());
    assert_transcript!(stage);
}

#[test]
fn a_journal_that_lacks_records_of_its_checkpoint_is_refused() {
    let stage = refused(|stage| {
        edit(stage, "journal.jsonl", |text| text.lines().take(4).map(|line| format!("{line}\n")).collect());
    });
    assert_transcript!(stage);
}

#[test]
fn a_damaged_line_is_refused_by_its_number() {
    let stage = refused(|stage| {
        edit(stage, "journal.jsonl", |text| {
            text.replacen("\"type\":\"intended\"", "\"type\":\"intendet\"", 1)
        });
    });
    assert_transcript!(stage);
}

#[test]
fn a_line_that_was_taken_out_is_refused() {
    let stage = refused(|stage| {
        edit(stage, "journal.jsonl", |text| {
            let lines = text.lines().enumerate().filter(|(at, _)| *at != 3);
            lines.map(|(_, line)| format!("{line}\n")).collect()
        });
    });
    assert_transcript!(stage);
}

#[test]
fn a_state_of_another_project_is_refused() {
    let other = Stage::with_orders(&[("c", CONTOSO, 3)]);
    let stage = refused(|stage| {
        for name in ["journal.jsonl", "state.json"] {
            fs::copy(other.state(name), stage.state(name)).unwrap();
        }
    });
    assert_transcript!(stage);
}

#[test]
fn an_older_copy_of_the_journal_is_refused() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let _shop = stage.open_shop("", &[]);
    let older = fs::read(stage.state("journal.jsonl")).unwrap();
    stage.quietly(&["apply", "--auto-approve"]);
    fs::write(stage.state("journal.jsonl"), older).unwrap();
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 1);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn an_edited_checkpoint_is_refused() {
    let stage = refused(|stage| {
        edit(stage, "state.json", |text| text.replacen("\"quantity\":1", "\"quantity\":9", 1))
    });
    assert_transcript!(stage);
}

#[test]
fn a_checkpoint_that_is_no_json_is_refused() {
    let stage = refused(|stage| edit(stage, "state.json", |text| text.replacen('{', "<<<<<<< HEAD\n{", 1)));
    assert_transcript!(stage);
}

#[test]
fn a_newer_format_is_refused() {
    let stage = refused(|stage| {
        edit(stage, "state.json", |text| {
            text.replacen("\"formatVersion\":\"1.2\"", "\"formatVersion\":\"2.0\"", 1)
        });
    });
    assert_transcript!(stage);
}

#[test]
fn a_directory_that_is_a_link_is_refused() {
    let stage = refused(|stage| {
        fs::rename(stage.path(".orderform"), stage.path("elsewhere")).unwrap();
        std::os::unix::fs::symlink(stage.path("elsewhere"), stage.path(".orderform")).unwrap();
    });
    assert_transcript!(stage);
}

#[test]
fn a_torn_last_line_is_dropped_with_a_note() {
    let (stage, _shop) = stage();
    edit(&stage, "journal.jsonl", |text| text + "{\"serial\":99,\"prev");
    assert_eq!(stage.run(&["state", "verify"]).code, 0);
    stage.write("c.yaml", &super::words::order("c", CONTOSO, 7));
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn a_checkpoint_that_is_missing_is_made_again() {
    let (stage, _shop) = stage();
    fs::remove_file(stage.state("state.json")).unwrap();
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    assert!(stage.state("state.json").exists());
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn what_was_bought_is_shown_although_the_checkpoint_cannot_be_written() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { delay: 1s } }]", &[]);
    let mut running = stage.start(&["apply", "--auto-approve", "--verbose"]);
    running.wait_for("sending a");
    fs::remove_file(stage.state("state.json")).unwrap();
    fs::create_dir(stage.state("state.json")).unwrap();
    let ran = running.finish();
    let created = ran.stderr.find("+ a: created: order").expect("the order is shown");
    assert!(ran.stderr.find("error:").is_some_and(|error| created < error), "{}", ran.stderr);
    assert!(ran.stderr.contains("`orderform state list`"), "{}", ran.stderr);
    fs::remove_dir(stage.state("state.json")).unwrap();
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    stage.bought(1);
}

#[test]
fn wrong_manifests_hide_no_state() {
    let (stage, _shop) = stage();
    stage.write("a.yaml", "kind: nonsense\n");
    for command in [&["state", "list"][..], &["state", "show", "a"], &["state", "verify"]] {
        assert_eq!(stage.run(command).code, 0, "{command:?}");
    }
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 3);
    assert_transcript!(stage);
}
