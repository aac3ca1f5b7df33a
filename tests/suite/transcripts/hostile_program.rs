//! The hostile texts through the program itself: in manifests, as names of files, and from the server; nothing of them
//! is alive on stdout or stderr, in any format of any command.

use std::collections::BTreeSet;
use std::fs;

use super::stage::Stage;
use crate::hostile::corpus;
use crate::hostile::judge::Kind;

/// What is shown in which format.
const FORMATS: [(&str, Kind); 3] =
    [("human", Kind::Terminal), ("markdown", Kind::Markdown), ("json", Kind::Json)];

/// Runs a command, and requires that nothing it shows is alive.
#[track_caller]
fn judged(stage: &Stage, arguments: &[&str], kind: Kind) -> super::stage::Ran {
    let ran = stage.quietly(arguments);
    let mut found = kind.judge(&ran.stdout);
    found.extend(Kind::Terminal.judge(&ran.stderr));
    assert!(found.is_empty(), "{arguments:?}: {}", found.join("\n"));
    ran
}

/// Runs a command in every format that all commands have.
#[track_caller]
fn judged_in_every_format(stage: &Stage, arguments: &[&str], expected: i32) {
    for (format, kind) in FORMATS {
        let ran = judged(stage, &[arguments, &["--format", format]].concat(), kind);
        assert_eq!(ran.code, expected, "{arguments:?} {format}: {}", ran.stderr);
    }
}

fn validated(stage: &Stage) {
    judged_in_every_format(stage, &["validate"], 3);
    judged(stage, &["validate", "--format", "github"], Kind::Github);
    judged(stage, &["validate", "--format", "sarif"], Kind::Json);
}

/// Writes a text as YAML, with everything unusual escaped.
fn quoted(text: &str) -> String {
    let is_usual = |c: char| (c.is_ascii_graphic() || c == ' ') && c != '"' && c != '\\';
    let escaped = |c: char| if is_usual(c) { c.to_string() } else { format!("\\U{:08x}", u32::from(c)) };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

fn customer(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// An order with a text in every place that takes any.
fn order(number: usize, text: &str) -> String {
    let text = quoted(text);
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: o{number}\n  labels: {{ text: {text} }}\nspec:\n  \
         customerId: {}\n  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      quantity: 1\n      termDuration: P1Y\n      \
         friendlyName: {text}\n      provisioningContext: {{ text: {text} }}\n",
        customer(number)
    )
}

/// A stage with an order for each text, those left out that no manifest may hold.
fn stage_of_right_manifests() -> Stage {
    let stage = Stage::new();
    for (number, text) in corpus::texts().iter().enumerate() {
        stage.write(&format!("{number}.yaml"), &order(number, text));
    }
    validated(&stage);
    judged_in_every_format(&stage, &["plan"], 3);
    let report: serde_json::Value =
        serde_json::from_str(&stage.quietly(&["validate", "--format", "json"]).stdout).unwrap();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let errors = diagnostics.iter().filter(|one| one["severity"] == "error");
    let wrong: BTreeSet<&str> = errors.map(|one| one["place"]["file"].as_str().unwrap()).collect();
    wrong.iter().for_each(|file| stage.remove(file));
    assert_eq!(stage.quietly(&["init", "."]).code, 0);
    stage
}

#[test]
fn no_text_of_a_manifest_is_alive_in_what_the_program_shows() {
    let stage = stage_of_right_manifests();
    let right = fs::read_dir(stage.path(".")).unwrap().count();
    assert!(right > 150, "most of the texts may stand in a manifest: {right}");
    judged_in_every_format(&stage, &["plan"], 0);
    judged_in_every_format(&stage, &["plan", "--verbose", "--sandbox"], 0);
    for (format, kind) in [("human", Kind::Terminal), ("markdown", Kind::Fence), ("json", Kind::Json)] {
        judged(&stage, &["render", "--format", format], kind);
    }
    judged(&stage, &["fmt", "--check"], Kind::Terminal);
    judged(&stage, &["fmt", "--diff"], Kind::Terminal);
    judged_in_every_format(&stage, &["apply", "--sandbox", "--auto-approve", "--verbose"], 0);
    judged_in_every_format(&stage, &["state", "list"], 0);
    judged_in_every_format(&stage, &["state", "show", "o200"], 0);
}

#[test]
fn no_name_of_a_file_is_alive_in_what_the_program_shows() {
    let stage = Stage::new();
    for text in corpus::texts() {
        let may_be = !text.contains(['/', '\0']) && text.len() <= 200;
        if may_be {
            stage.write(&format!("{text}.yaml"), "apiVersion: 1\nkind: Order\n");
        }
    }
    validated(&stage);
    judged_in_every_format(&stage, &["plan"], 3);
    judged(&stage, &["fmt", "--check"], Kind::Terminal);
    judged(&stage, &["plan", "--out", "plan.json", "--markdown", "plan.md"], Kind::Terminal);
    for (file, kind) in [("plan.json", Kind::Json), ("plan.md", Kind::Markdown)] {
        assert_eq!(kind.judge(&fs::read_to_string(stage.path(file)).unwrap()), Vec::<String>::new());
    }
}

#[test]
fn no_text_of_a_server_is_alive_in_what_the_program_shows() {
    for (status, expected) in [(400, 8), (500, 4)] {
        let stage = Stage::new();
        let mut faults = "faults:\n".to_owned();
        for (number, text) in corpus::texts().iter().enumerate() {
            stage.write(&format!("{number}.yaml"), &order(number, "plain"));
            let answer = format!("{{ status: {status}, code: 1, description: {} }}", quoted(text));
            let customer = customer(number);
            faults.push_str(&format!(
                "  - {{ on: create, match: {{ customer: {customer} }}, do: {answer} }}\n"
            ));
        }
        assert_eq!(stage.quietly(&["init", "."]).code, 0);
        let _shop = stage.open_shop(&faults, &[]);
        judged_in_every_format(&stage, &["apply", "--auto-approve"], expected);
        judged_in_every_format(&stage, &["state", "list"], 0);
    }
}
