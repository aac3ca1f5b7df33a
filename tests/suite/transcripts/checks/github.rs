//! The annotations of GitHub Actions, read as its runner reads them.
//!
//! [`commands`] does what the runner's `ActionCommand` does: blanks before `::` are skipped, and `##[…]` counts anywhere.

use super::{customer, wrong_order};
use crate::transcripts::stage::Stage;

/// What the runner obeys.
const KNOWN: [&str; 16] = [
    "add-mask",
    "add-matcher",
    "add-path",
    "debug",
    "echo",
    "endgroup",
    "error",
    "group",
    "internal-set-repo-path",
    "notice",
    "remove-matcher",
    "save-state",
    "set-env",
    "set-output",
    "stop-commands",
    "warning",
];

/// A command that the runner found in a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    pub(super) name: String,
    pub(super) properties: Vec<(String, String)>,
    pub(super) says: String,
}

impl Command {
    pub(super) fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Returns what the runner would obey in an output.
pub(super) fn commands(text: &str) -> Vec<Command> {
    text.split(['\n', '\r']).filter_map(|line| of_two_colons(line).or_else(|| of_hashes(line))).collect()
}

fn of_two_colons(line: &str) -> Option<Command> {
    let (head, says) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    command(head, ',', says)
}

fn of_hashes(line: &str) -> Option<Command> {
    let (head, says) = line.split_once("##[")?.1.split_once(']')?;
    command(head, ';', says)
}

fn command(head: &str, comma: char, says: &str) -> Option<Command> {
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    KNOWN.contains(&name.to_ascii_lowercase().as_str()).then(|| {
        let pairs = properties.split(comma).filter_map(|pair| pair.trim().split_once('='));
        let properties = pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect();
        Command { name: name.to_owned(), properties, says: unescaped(says) }
    })
}

fn unescaped(text: &str) -> String {
    let pairs = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")];
    pairs.iter().fold(text.to_owned(), |text, (escape, character)| text.replace(escape, character))
}

#[test]
fn the_model_finds_what_the_runner_finds() {
    let found =
        commands("  ::error file=a%2Cb,line=1::x%0Ay%25\n::nothing::x\n ::: a\na ##[set-env name=x]y\n");
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].property("file"), Some("a,b"));
    assert_eq!((found[0].says.as_str(), found[1].name.as_str()), ("x\ny%", "set-env"));
}

#[test]
fn beyond_ten_of_a_kind_github_is_told_and_people_read_on() {
    let stage = Stage::new();
    for number in 10..35 {
        stage.write(&format!("{number}.yaml"), &wrong_order(&format!("a{number}")));
    }
    let ran = stage.run(&["validate", "--format", "github", "--color", "always"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (3, ""));
    let found = commands(&ran.stdout);
    let errors = found.iter().filter(|command| command.name == "error").count();
    assert_eq!((errors, found.len()), (10, 11));
    for number in 10..35 {
        assert_eq!(ran.stdout.matches(&format!("{number}.yaml")).count(), 1, "{number}");
    }
    assert_transcript!(stage);
}

#[test]
fn errors_and_warnings_have_ten_annotations_each() {
    let stage = Stage::new();
    for number in 10..22 {
        stage.write(&format!("{number}.yaml"), &wrong_order(&format!("a{number}")));
        stage.write(&format!("customer-{number}.yaml"), &customer(&format!("c{number}")));
    }
    let found = commands(&stage.quietly(&["validate", "--format", "github"]).stdout);
    let count = |name: &str| found.iter().filter(|command| command.name == name).count();
    assert_eq!((count("error"), count("warning"), count("notice")), (10, 10, 1));
    let notice = &found[20].says;
    assert!(notice.contains("2 more problems and 1 more warning stand in its log"), "{notice}");
}

#[test]
fn files_are_named_from_the_root_of_the_repository_that_github_names() {
    let stage = Stage::new();
    stage.write("shop/licences/a b.yaml", &wrong_order("a"));
    stage.write("shop/orders/b.yaml", &wrong_order("b"));
    let root = stage.path("shop");
    let elsewhere = stage.path("elsewhere");
    let named = |directory: &str, path: &str, workspace: &std::path::Path| {
        let ran = |format| {
            let mut command = stage.command(&["validate", path, "--format", format]);
            command.current_dir(stage.path(directory)).env("GITHUB_WORKSPACE", workspace);
            String::from_utf8(command.output().unwrap().stdout).unwrap()
        };
        let file = commands(&ran("github"))[0].property("file").unwrap().to_owned();
        let log: serde_json::Value = serde_json::from_str(&ran("sarif")).unwrap();
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        (file, place["uri"].as_str().unwrap().to_owned())
    };
    let expected = |file: &str, uri: &str| (file.to_owned(), uri.to_owned());
    assert_eq!(named("shop", "licences", &root), expected("licences/a b.yaml", "licences/a%20b.yaml"));
    assert_eq!(named("shop/licences", ".", &root), expected("licences/a b.yaml", "licences/a%20b.yaml"));
    assert_eq!(named("shop/licences", "../orders", &root), expected("orders/b.yaml", "orders/b.yaml"));
    let whole = stage.path("shop/orders");
    assert_eq!(named(".", whole.to_str().unwrap(), &root).0, "orders/b.yaml");
    assert_eq!(named("shop/licences", "../orders", &elsewhere).0, "../orders/b.yaml");
    assert_eq!(named("shop", "orders", &stage.path("shop/licences")).0, "orders/b.yaml");
}
