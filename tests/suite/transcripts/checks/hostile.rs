//! Names and texts that want to be commands, markup or another line: in no format do they become it.

use super::MEANT;
use super::github::commands;
use crate::transcripts::stage::{Ran, Stage};
use crate::transcripts::words::{CONTOSO, order_with};

/// What the texts are made of: commands of build servers, escapes of theirs and ours, markup, what moves a terminal.
const PIECES: [&str; 30] = [
    "::error::x",
    "::error file=a.yaml,line=1::x",
    "::set-env name=A::b",
    "::stop-commands::x",
    "::add-mask::a",
    "##vso[task.setvariable variable=A]b",
    "##VSO[task.complete result=Succeeded]",
    "##[error]x",
    "##[add-path]x",
    "###[group]x",
    "%0A::error::x",
    "%250A::error::x",
    "%0D%0A##[error]x",
    "%3A%3Aerror%3A%3Ax",
    "a,line=99,title=b",
    "a=b:c,d",
    "\u{1b}[2J",
    "\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "\u{7f}\u{8}\u{0}",
    "\u{202e}evil\u{2066}",
    "\u{200b}\u{feff}\u{e0041}",
    "\u{2028}::error::x\u{2029}",
    "\u{85}::error::x",
    "|\\||`x`|",
    "``` </details> <img src=x> @all #1",
    "[x](http://example.com) ![x](//example.com)",
    "\"}],\"valid\":true,\"x\":[{\"",
    "\\u001b\\u{1b}\\n",
    "{0} {{1}} %s $(x) ${{ secrets.A }}",
];

/// Returns hostile texts: every piece, and every piece behind the end of a line.
fn texts() -> Vec<String> {
    let ends = ["", "\n", "\r\n", "a\n  "];
    ends.iter().flat_map(|end| PIECES.iter().map(move |piece| format!("{end}{piece}"))).collect()
}

/// Writes manifests in which a text is a file's name, a key, a value, or stands beside what is wrong.
fn stage_of(texts: &[String]) -> Stage {
    let stage = Stage::new();
    for (number, text) in texts.iter().enumerate() {
        let quoted = serde_json::to_string(text).unwrap();
        let wrong =
            |from: &str, to: &str| order_with(MEANT, &format!("a{number}"), CONTOSO, 1).replace(from, to);
        stage.write(&format!("{number}-key.yaml"), &wrong("billingCycle", &quoted));
        stage.write(&format!("{number}-value.yaml"), &wrong("monthly", &quoted));
        stage.write(&format!("{number}-name.yaml"), &wrong(&format!("a{number}"), &quoted));
        let one_line = text.replace(['\n', '\r'], " ");
        stage.write(
            &format!("{number}-beside.yaml"),
            &wrong("quantity: 1", &format!("quantity: 0 # {one_line}")),
        );
        stage.write(
            &format!("{number}-before.yaml"),
            &format!("{text}\n{}", wrong("quantity: 1", "quantity: 0")),
        );
        let name = text.replace(['/', '\0'], "_");
        stage.write(&format!("{name}.yaml"), "apiVersion: orderform/v1\nkind: Nothing\n");
    }
    stage
}

/// Says what is wrong with an output that anybody may read raw, on a terminal or in a log.
fn harm(text: &str) -> Option<String> {
    let control = text.chars().find(|c| *c != '\n' && orderform::domain::is_harmful(*c));
    let vso = text.to_ascii_lowercase().contains("##vso[");
    control
        .map(|c| format!("the character {}", c.escape_unicode()))
        .or_else(|| vso.then(|| "a command of Azure Pipelines".to_owned()))
}

#[track_caller]
fn assert_harmless(ran: &Ran, what: &str) {
    for text in [&ran.stdout, &ran.stderr] {
        assert_eq!(harm(text), None, "{what}:\n{text}");
    }
}

#[test]
fn no_text_of_a_manifest_becomes_a_command_or_a_control_in_any_format() {
    let texts = texts();
    assert!(texts.len() >= 50);
    let stage = stage_of(&texts);
    for format in ["human", "markdown", "json", "sarif"] {
        let ran = stage.quietly(&["validate", "--format", format]);
        assert_eq!(ran.code, 3);
        assert_harmless(&ran, format);
        assert_eq!(commands(&format!("{}\n{}", ran.stdout, ran.stderr)), [], "{format}");
        if ["json", "sarif"].contains(&format) {
            serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
        }
    }
    for command in ["plan", "apply"] {
        for format in ["human", "markdown", "json"] {
            let ran = stage.quietly(&[command, "--format", format]);
            assert_eq!(ran.code, 3);
            assert_harmless(&ran, format);
            assert_eq!(commands(&format!("{}\n{}", ran.stdout, ran.stderr)), [], "{command} {format}");
        }
    }
}

#[test]
fn github_reads_our_annotations_and_no_other_command() {
    for text in texts() {
        let stage = stage_of(std::slice::from_ref(&text));
        let ran = stage.quietly(&["validate", "--format", "github"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (3, ""));
        assert_harmless(&ran, &text);
        let lines = ran.stdout.lines().filter(|line| line.trim_start().starts_with("::")).count();
        let found = commands(&ran.stdout);
        assert_eq!(found.len(), lines, "{}", ran.stdout);
        let json = stage.quietly(&["validate", "--format", "json"]).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let diagnostics = json["diagnostics"].as_array().unwrap();
        assert!((6..=10).contains(&diagnostics.len()), "{json:#}");
        assert_eq!(found.len(), diagnostics.len(), "{}", ran.stdout);
        for (command, diagnostic) in found.iter().zip(diagnostics) {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            assert_eq!(command.name, "error");
            assert_eq!(command.property("title"), diagnostic["code"].as_str());
            let is_renamed = text(&diagnostic["place"]["file"]).contains("##");
            assert!(
                is_renamed || command.property("file") == diagnostic["place"]["file"].as_str(),
                "{command:?}"
            );
            let line = diagnostic["place"]["line"].as_u64().map(|line| line.to_string());
            assert_eq!(command.property("line").map(str::to_owned), line);
            let keys: Vec<&str> = command.properties.iter().map(|(key, _)| key.as_str()).collect();
            let all = ["file", "line", "col", "endColumn", "title"];
            assert!(keys == all || keys == ["file", "title"], "{keys:?}");
        }
    }
}

#[test]
fn what_is_beyond_the_annotations_holds_no_command_either() {
    let stage = stage_of(&texts());
    let ran = stage.quietly(&["validate", "--format", "github"]);
    assert_harmless(&ran, "github");
    let found = commands(&ran.stdout);
    assert_eq!(found.len(), 11, "{found:#?}");
    assert_eq!(found.iter().filter(|command| command.property("title") == Some("orderform")).count(), 1);
}

/// Returns what of a row is not in a code span, and no line break of ours.
fn outside_of_code(row: &str) -> String {
    let (mut outside, mut rest) = (String::new(), row);
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        let fence = rest[at..].chars().take_while(|c| *c == '`').count();
        let inside = &rest[at + fence..];
        let closes = |at: &usize| {
            let run = inside[*at..].chars().take_while(|c| *c == '`').count();
            run == fence && !inside[..*at].ends_with('`')
        };
        let end = inside.match_indices('`').map(|(at, _)| at).find(closes);
        let end = end.unwrap_or_else(|| panic!("a code span without its end: {row}"));
        rest = &inside[end + fence..];
    }
    (outside + rest).replace("<br>", "")
}

#[test]
fn no_cell_of_the_table_breaks_out_of_its_row() {
    for text in texts() {
        let ran = stage_of(std::slice::from_ref(&text)).quietly(&["validate", "--format", "markdown"]);
        let mut rows = ran.stdout.lines().skip_while(|line| !line.starts_with("|---"));
        assert_eq!(rows.next(), Some("|---|---|---|---|"));
        for row in rows {
            let bars = row.replace("\\|", "").matches('|').count();
            assert_eq!(bars, 5, "{row}");
            assert!(row.starts_with("| error `OF"), "{row}");
            assert_eq!(outside_of_code(row).find(['<', '@', '[', '#', '!']), None, "{row}");
        }
    }
}
