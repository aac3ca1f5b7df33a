//! `--changed-since`: what is wanted otherwise than at a commit, whatever else is in the repository.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use serde_json::Value;

use super::stage::{Ran, Stage};
use super::words::{CONTOSO, FABRIKAM, order, order_with};
use crate::tools::leave_out;

/// Runs Git in a directory of the stage, with nothing of the tester's settings and always at the same time.
fn git(stage: &Stage, directory: &str, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    command.arg("-C").arg(stage.path(directory)).args(arguments).env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    for (who, name) in [("AUTHOR", "kim"), ("COMMITTER", "kim")] {
        command.env(format!("GIT_{who}_NAME"), name).env(format!("GIT_{who}_EMAIL"), "kim@example.org");
        command.env(format!("GIT_{who}_DATE"), "2026-11-25T12:00:00Z");
    }
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Commits all that there is in a directory, and makes the repository before the first time.
pub(super) fn commit(stage: &Stage, directory: &str, message: &str) {
    if !stage.path(directory).join(".git").exists() {
        git(stage, directory, &["init", "--quiet", "--initial-branch=main", "--object-format=sha1"]);
    }
    git(stage, directory, &["add", "--all", "--", ".", ":(exclude).orderform"]);
    git(stage, directory, &["commit", "--quiet", "--allow-empty", "--message", message]);
}

/// Says loudly where there is no Git to be asked.
pub(super) fn there_is_git() -> bool {
    let there = Command::new("git").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        leave_out("there is no `git`", "what has changed since a commit");
    }
    there
}

/// Runs a command with the path that Git is found by.
pub(super) fn run(stage: &Stage, arguments: &[&str]) -> Ran {
    let mut command = stage.command(arguments);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    stage.run_command(arguments, command)
}

/// Returns the names that a plan selects.
fn selected(stage: &Stage, arguments: &[&str]) -> Vec<String> {
    let ran = run(stage, &[arguments, &["--format", "json"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    let names =
        plan["steps"].as_array().unwrap().iter().map(|step| step["name"].as_str().unwrap().to_owned());
    names.collect()
}

/// A repository with four orders.
fn stage() -> Stage {
    let stage = Stage::new();
    for (name, customer, quantity) in
        [("a", CONTOSO, 4), ("b", CONTOSO, 5), ("c", FABRIKAM, 6), ("d", FABRIKAM, 7)]
    {
        stage.write(&format!("{name}.yaml"), &order(name, customer, quantity));
    }
    commit(&stage, ".", "four orders");
    stage
}

#[test]
fn what_is_added_changed_or_removed_is_selected_and_nothing_else() {
    if !there_is_git() {
        return;
    }
    let stage = stage();
    assert_eq!(stage.quietly(&["apply", "--sandbox", "--auto-approve"]).code, 0);
    stage.write("a.yaml", &order("a", CONTOSO, 40));
    stage.write(
        "b.yaml",
        &format!("# another comment\n{}", order_with("  labels: { team: sales }\n", "b", CONTOSO, 5)),
    );
    stage.remove("c.yaml");
    fs::rename(stage.path("d.yaml"), stage.path("moved.yaml")).unwrap();
    stage.write("e.yaml", &order("e", CONTOSO, 8));
    assert_eq!(run(&stage, &["plan", "--changed-since", "HEAD"]).code, 0);
    assert_eq!(
        run(&stage, &["plan", "--changed-since", "HEAD", "--except", "c", "--format", "markdown"]).code,
        0
    );
    commit(&stage, ".", "all of it");
    assert_eq!(run(&stage, &["plan", "--changed-since", "HEAD"]).code, 0);
    assert_eq!(selected(&stage, &["plan", "--changed-since", "main~1"]), ["a", "c", "e"]);
    assert_transcript!(stage);
}

#[test]
fn what_cannot_be_told_is_an_error_of_its_own() {
    if !there_is_git() {
        return;
    }
    let stage = stage();
    for revision in
        ["mian", "HEAD:a.yaml", "HEAD~1", "HEAD..HEAD", "", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef"]
    {
        assert_eq!(run(&stage, &["plan", "--changed-since", revision]).code, 1);
    }
    let marker = format!("--changed-since=--output={}", stage.path("written").display());
    assert_eq!(run(&stage, &["plan", &marker]).code, 1);
    assert!(!stage.path("written").exists());
    stage.write("d.yaml", &order("d", FABRIKAM, 7).replace("quantity: 7", "quantity: many"));
    commit(&stage, ".", "a mistake");
    stage.write("d.yaml", &order("d", FABRIKAM, 7));
    assert_eq!(run(&stage, &["plan", "--changed-since", "HEAD"]).code, 1);
    let arguments = ["plan", "--changed-since", "HEAD"];
    let mut without_git = stage.command(&arguments);
    without_git.env("PATH", stage.path("no-such-directory"));
    assert_eq!(stage.run_command(&arguments, without_git).code, 1);
    assert_transcript!(stage);
}

#[test]
fn a_directory_without_a_repository_and_a_shallow_clone_are_told_apart() {
    if !there_is_git() {
        return;
    }
    let outside = Stage::new();
    outside.write("a.yaml", &order("a", CONTOSO, 4));
    assert_eq!(run(&outside, &["plan", "--changed-since", "HEAD"]).code, 1);
    let stage = Stage::new();
    stage.write("origin/a.yaml", &order("a", CONTOSO, 4));
    commit(&stage, "origin", "one");
    stage.write("origin/b.yaml", &order("b", CONTOSO, 5));
    commit(&stage, "origin", "two");
    let origin = format!("file://{}", stage.path("origin").display());
    git(&stage, ".", &["clone", "--quiet", "--depth", "1", &origin, "clone"]);
    assert_eq!(run(&stage, &["plan", "clone", "--changed-since", "HEAD~1"]).code, 1);
    git(&stage, "clone", &["fetch", "--quiet", "--unshallow"]);
    assert_eq!(selected(&stage, &["plan", "clone", "--changed-since", "HEAD~1"]), ["b"]);
    outside.note("in a shallow clone");
    let both = format!("{}{}", outside.transcript(), stage.transcript());
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(both);
    });
}

#[test]
fn a_project_below_the_top_of_the_repository_is_compared_with_itself() {
    if !there_is_git() {
        return;
    }
    let stage = Stage::new();
    stage.write("licences/a.yaml", &order("a", CONTOSO, 4));
    stage.write("licences/deep/b.yaml", &order("b", CONTOSO, 5));
    stage.write("licences-old/a.yaml", &order("a", CONTOSO, 40));
    stage.write("a.yaml", "this: is no manifest\n");
    commit(&stage, ".", "one");
    stage.write("licences/deep/b.yaml", &order("b", CONTOSO, 50));
    assert_eq!(selected(&stage, &["plan", "licences", "--changed-since", "HEAD"]), ["b"]);
    assert_eq!(selected(&stage, &["plan", "licences/a.yaml", "--changed-since", "HEAD"]), [""; 0]);
    stage.write("licences/c.yaml", &order("c", CONTOSO, 6));
    assert_eq!(selected(&stage, &["plan", "licences/c.yaml", "--changed-since", "HEAD"]), ["c"]);
    stage.write("new/d.yaml", &order("d", CONTOSO, 7));
    assert_eq!(selected(&stage, &["plan", "new", "--changed-since", "HEAD"]), ["d"]);
}

#[test]
fn nothing_has_changed_since_what_is_checked_out_however_it_is_laid_out() {
    if !there_is_git() {
        return;
    }
    let stage = Stage::new();
    let bare = order("a", CONTOSO, 4).replace("  billingCycle: monthly\n", "");
    stage.write("defaults.yaml", "apiVersion: orderform/v1\nkind: Defaults\nspec:\n  billingCycle: annual\n");
    stage.write("customers.yml", &format!("apiVersion: orderform/v1\nkind: Customer\nmetadata: {{ name: contoso }}\nspec: {{ customerId: {CONTOSO} }}\n"));
    stage.write("deep/a.yaml", &bare.replace(&format!("customerId: {CONTOSO}"), "customer: contoso"));
    stage.write("deep/crlf.yaml", &order("crlf", CONTOSO, 5).replace('\n', "\r\n"));
    stage.write(".hidden/wrong.yaml", "wrong\n");
    stage.write(".hidden/linked.yaml", &order("linked", CONTOSO, 6));
    stage.write("notes.txt", &order("noted", CONTOSO, 7));
    stage.write("empty.yaml/readme.txt", "a directory with the name of a manifest\n");
    symlink(".hidden/linked.yaml", stage.path("linked.yaml")).unwrap();
    symlink("notes.txt", stage.path("noted.yaml")).unwrap();
    symlink("deep", stage.path("again")).unwrap();
    symlink("/nowhere", stage.path("dangling")).unwrap();
    stage.write("ä ö\tü.yaml", &order("umlaut", FABRIKAM, 8));
    fs::rename(stage.path("ä ö\tü.yaml"), stage.path("ä ö.yaml")).unwrap();
    commit(&stage, ".", "all of it");
    let all = selected(&stage, &["plan"]);
    assert_eq!(all, ["a", "crlf", "linked", "noted", "umlaut"]);
    assert_eq!(selected(&stage, &["plan", "--changed-since", "HEAD"]), [""; 0]);
    stage.write("notes.txt", &order("noted", CONTOSO, 70));
    stage
        .write("defaults.yaml", "apiVersion: orderform/v1\nkind: Defaults\nspec:\n  billingCycle: monthly\n");
    assert_eq!(selected(&stage, &["plan", "--changed-since", "HEAD"]), ["a", "noted"]);
}

/// A link that leads out of the directory is refused there as it is here, and nothing is read through it.
#[test]
fn a_link_at_a_commit_leads_nowhere_outside_and_a_submodule_is_refused() {
    if !there_is_git() {
        return;
    }
    let stage = stage();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("x.yaml"), order("x", CONTOSO, 9)).unwrap();
    symlink(outside.path().join("x.yaml"), stage.path("x.yaml")).unwrap();
    commit(&stage, ".", "a link that leads out");
    stage.remove("x.yaml");
    let ran = run(&stage, &["plan", "--changed-since", "HEAD"]);
    assert!(ran.code == 1 && ran.stderr.contains("OF0005"), "{}", ran.stderr);
    commit(&stage, ".", "without it");
    let id = String::from_utf8(git(&stage, ".", &["rev-parse", "HEAD"]).stdout).unwrap();
    let module = format!("160000,{},vendor", id.trim());
    git(&stage, ".", &["update-index", "--add", "--cacheinfo", &module]);
    git(&stage, ".", &["commit", "--quiet", "--message", "a submodule"]);
    let ran = run(&stage, &["plan", "--changed-since", "HEAD"]);
    assert!(ran.code == 1 && ran.stderr.contains("`vendor` is a submodule"), "{}", ran.stderr);
}

/// Neither the environment nor the settings of a repository make another program run, or another repository count.
#[test]
fn a_repository_is_only_read() {
    if !there_is_git() {
        return;
    }
    let stage = stage();
    let script = stage.path("script");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\n", stage.path("ran").display())).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let script = script.to_str().unwrap();
    for key in
        ["core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "filter.x.smudge", "diff.external"]
    {
        git(&stage, ".", &["config", key, script]);
    }
    for alias in ["rev-parse", "ls-tree", "cat-file"] {
        git(&stage, ".", &["config", &format!("alias.{alias}"), &format!("!{script}")]);
    }
    stage.write(".git/info/attributes", "*.yaml filter=x diff=x\n");
    for hook in ["post-checkout", "reference-transaction", "post-index-change"] {
        fs::copy(script, stage.path(".git/hooks").join(hook)).unwrap();
    }
    let other = Stage::new();
    commit(&other, ".", "nothing in it");
    stage.write("a.yaml", &order("a", CONTOSO, 40));
    let arguments = ["plan", "--changed-since", "HEAD", "--format", "json"];
    let mut command = stage.command(&arguments);
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.env("GIT_DIR", other.path(".git")).env("GIT_WORK_TREE", other.path("."));
    let ran = stage.run_command(&arguments, command);
    let plan: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(plan["scope"]["changedSince"]["names"], serde_json::json!(["a"]), "{}", ran.stderr);
    assert!(!stage.path("ran").exists());
    let left = fs::read_dir(stage.path(".git")).unwrap().flatten();
    assert!(!left.into_iter().any(|entry| entry.file_name().to_string_lossy().ends_with(".lock")));
}

#[test]
fn a_saved_plan_is_applied_where_there_is_no_history() {
    if !there_is_git() {
        return;
    }
    let stage = stage();
    assert_eq!(stage.quietly(&["init", "."]).code, 0);
    commit(&stage, ".", "a state");
    let _shop = stage.open_shop("", &[]);
    stage.write("a.yaml", &order("a", CONTOSO, 40));
    let save = ["plan", "--changed-since", "HEAD", "--out", "plan.json"];
    assert_eq!(run(&stage, &save).code, 0);
    fs::remove_dir_all(stage.path(".git")).unwrap();
    // What changes after the review is not in it.
    stage.write("b.yaml", &order("b", CONTOSO, 50));
    let apply = ["apply", "--plan", "plan.json", "--rebase", "--parallelism", "1"];
    assert_eq!(run(&stage, &apply).code, 0);
    stage.bought(1);
    assert_eq!(stage.ledger()[0]["lines"][0]["quantity"], 40, "{:?}", stage.ledger());
}
