//! Whoever reads what is shown may leave early.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM};

/// Runs a command whose reader has gone, and returns its exit code and what it said.
fn run_unread(stage: &Stage, arguments: &[&str]) -> (i32, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = stage.command(arguments);
    let output = command.stdout(writer).stderr(std::process::Stdio::piped()).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_command_whose_reader_has_gone_ends_without_a_word() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4)]);
    for command in [
        &["plan"][..],
        &["plan", "--format", "json"],
        &["plan", "--format", "markdown"],
        &["schema", "order"],
        &["explain"],
        &["state", "list"],
        &["man"],
        &["completions", "bash"],
    ] {
        let (code, said) = run_unread(&stage, command);
        assert!(code == 141 && !said.contains("error"), "{command:?}: {code} {said}");
    }
}

/// Nothing is bought that nobody could read of before; a program that follows has approved without reading.
#[test]
fn what_was_bought_decides_the_exit_code_of_apply_and_not_who_reads_of_it() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 6)]);
    let _shop = stage.open_shop("faults: [{ on: create, at: 1, do: lose-answer-after }]\n", &["--no-audit"]);
    let apply = ["apply", "--auto-approve", "--parallelism", "1"];
    assert_eq!(run_unread(&stage, &apply).0, 141, "the plan could not be shown");
    stage.bought(0);
    let (code, said) = run_unread(&stage, &[&apply[..], &["--format", "json"]].concat());
    assert!(code == 4 && !said.contains("error"), "{code} {said}");
    stage.bought(2);
}
