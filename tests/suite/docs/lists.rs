//! The tables of the README are complete, and list nothing that is not there.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use orderform::domain::{Rule, SignInProblem};
use orderform::manifest::Code;

use super::{readme, root};

fn set<T: Into<String>>(items: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    items.into_iter().map(Into::into).collect()
}

/// Returns the rows of the table whose head begins so, as cells.
pub(crate) fn table(head: &str) -> Vec<Vec<String>> {
    let text = readme();
    let lines = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    let rows = lines.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |").or(line.strip_suffix("|")));
    let cells = |row: &str| row.split(" |").map(|cell| cell.trim_matches(['|', ' ']).to_owned()).collect();
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "README.md has no table `{head}`");
    rows
}

/// Returns what stands between backticks.
pub(crate) fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Returns the help of the program and of every command in it.
fn help() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut commands = vec![String::new()];
    while let Some(command) = commands.pop() {
        let output = Command::new(env!("CARGO_BIN_EXE_orderform"))
            .args(command.split_whitespace())
            .arg("--help")
            .env_clear()
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let listed =
            text.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|l| !l.is_empty());
        let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
        commands.extend(names.map(|name| format!("{command} {name}").trim().to_owned()));
        found.push((command, text));
    }
    found
}

#[test]
fn every_flag_is_listed_and_every_listed_flag_is_there() {
    let flag = |word: &str| {
        let end = word.find(|c: char| !(c.is_ascii_lowercase() || c == '-')).unwrap_or(word.len());
        word.starts_with("--")
            .then(|| word[..end].to_owned())
            .filter(|flag| !flag.trim_start_matches('-').is_empty())
    };
    let is_option = |line: &&str| line.trim_start().starts_with('-');
    let help = help();
    let options = help.iter().flat_map(|(_, text)| text.lines().filter(is_option));
    let there: BTreeSet<String> = options.flat_map(|line| line.split_whitespace().filter_map(flag)).collect();
    let rows = table("| flag | of |");
    let listed: BTreeSet<String> =
        rows.iter().flat_map(|row| quoted(&row[0]).filter_map(flag).collect::<Vec<_>>()).collect();
    assert_eq!(listed, there);
    // Whatever else the text mentions is one of them, or cargo's.
    let cargos = set(["--release", "--example", "--open"]);
    let text = readme();
    let mentioned = text.split(|c: char| c.is_whitespace() || "`(),:;".contains(c)).filter_map(flag);
    let unknown: Vec<String> =
        mentioned.filter(|flag| !there.contains(flag) && !cargos.contains(flag)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn every_command_is_listed_and_every_listed_command_is_there() {
    let help = help();
    let parents = ["", "audit", "auth", "catalog", "new", "state"];
    let there = set(help.iter().map(|(command, _)| command.as_str()).filter(|name| !parents.contains(name)));
    let words = |text: &str| {
        let lower = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
        text.split(' ').filter(|word| *word != "orderform").take_while(lower).collect::<Vec<_>>().join(" ")
    };
    let rows = table("| command | does |");
    let listed = set(rows.iter().flat_map(|row| quoted(&row[0]).map(words).collect::<Vec<_>>()));
    assert_eq!(listed, there);
}

#[test]
fn every_limit_is_listed_and_every_listed_limit_is_there() {
    let there = set(Rule::ALL.iter().map(|(word, _)| *word));
    let rows = table("| rule | limits |");
    let listed = set(rows.iter().flat_map(|row| quoted(&row[0]).map(str::to_owned).collect::<Vec<_>>()));
    assert_eq!(listed, there);
}

#[test]
fn every_exit_code_is_listed() {
    let source = fs::read_to_string(root().join("src/cli/failure.rs")).unwrap();
    let constants = source.lines().filter_map(|line| line.trim().strip_prefix("pub(crate) const "));
    let there = set(constants.filter_map(|line| Some(line.split_once("u8 = ")?.1.trim_end_matches(';'))));
    let listed = set(table("| exit | means |").into_iter().map(|row| row[0].clone()));
    assert_eq!(listed, there);
}

/// Returns the variables that signing in reads: every name in capitals that its source has between quotes.
fn sign_in_variables() -> BTreeSet<String> {
    let sources = ["src/cli/sign_in.rs", "src/cli/sign_in/build.rs"];
    let text: String = sources.iter().map(|file| fs::read_to_string(root().join(file)).unwrap()).collect();
    let is_name = |word: &&str| {
        word.contains('_')
            && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
            && !word.starts_with('_')
    };
    set(text.split('"').skip(1).step_by(2).filter(is_name))
}

#[test]
fn every_code_of_a_refused_sign_in_is_listed() {
    let rows = table("| refused with | means |");
    let listed: Vec<BTreeSet<String>> = rows.iter().map(|row| set(quoted(&row[0]))).collect();
    let there = SignInProblem::ALL.iter().map(|(_, codes)| set(codes.iter().copied()));
    assert_eq!(listed, there.collect::<Vec<_>>());
}

#[test]
fn every_way_to_sign_in_is_listed_in_its_rank() {
    let source = fs::read_to_string(root().join("src/cli/sign_in.rs")).unwrap();
    let words = source.lines().filter_map(|line| line.trim().strip_prefix("(Self::"));
    let there = set(words.filter_map(|line| line.split('"').nth(1)));
    let rows = table("| rank | `ORDERFORM_SIGN_IN` |");
    assert_eq!(set(rows.iter().flat_map(|row| quoted(&row[1]).collect::<Vec<_>>())), there);
    let marks =
        source.lines().filter_map(|line| line.trim().strip_prefix('(')).filter(|l| l.contains("Method::"));
    for mark in marks {
        let (rank, rest) = mark.split_once(',').unwrap();
        let variable = rest.split('"').nth(1).unwrap();
        let row = rows.iter().find(|row| quoted(&row[2]).any(|name| name == variable));
        assert_eq!(row.unwrap_or_else(|| panic!("`{variable}`"))[0], rank, "{variable}");
    }
}

#[test]
fn every_variable_of_the_environment_is_listed() {
    let rows = table("| environment | means |");
    let listed = set(rows.iter().flat_map(|row| quoted(&row[0]).collect::<Vec<_>>()));
    let help = help();
    let of_flags = help.iter().flat_map(|(_, text)| text.split("[env: ").skip(1));
    let mut there = set(of_flags.filter_map(|text| text.split('=').next()));
    // Read by no flag.
    there.extend(set([
        "ORDERFORM_LOG",
        "ORDERFORM_LOG_FORMAT",
        "ORDERFORM_LOG_PATH",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "GITHUB_WORKSPACE",
        "NO_COLOR",
        "TERM",
        "COLUMNS",
    ]));
    there.extend(sign_in_variables());
    assert_eq!(listed, there);
}

#[test]
fn every_group_of_diagnostic_codes_is_listed() {
    let listed = set(table("| codes | about |").into_iter().map(|row| row[0].clone()));
    assert_eq!(listed, set(Code::ALL.iter().map(|code| &code.as_str()[..4])));
}

/// Returns the variants of an enum of `src/plan/mod.rs`, with a small first letter.
fn variants(name: &str) -> BTreeSet<String> {
    let source = fs::read_to_string(root().join("src/plan/mod.rs")).unwrap();
    let start = format!("pub enum {name} {{");
    let body = source.lines().skip_while(|line| *line != start).skip(1).take_while(|line| *line != "}");
    let is_variant =
        |line: &&str| line.starts_with("    ") && line.trim_start().starts_with(char::is_uppercase);
    let names = body.filter(is_variant).filter(|line| !line.starts_with("     "));
    let name = |line: &str| {
        let name: String = line.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
        name[..1].to_lowercase() + &name[1..]
    };
    names.map(name).collect()
}

#[test]
fn the_decision_table_has_every_action_and_every_reason() {
    let rows = table("| manifest | recorded | action |");
    let cell = |at: usize| set(rows.iter().flat_map(|row| quoted(&row[at]).collect::<Vec<_>>()));
    assert_eq!(cell(2), variants("Action"));
    assert_eq!(cell(3), variants("Block"));
    for row in &rows {
        assert_eq!(row[2] == "`blocked`", !row[3].is_empty(), "{row:?}");
    }
}
