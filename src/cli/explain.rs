//! `orderform explain`: what a diagnostic code means, for whoever meets it for the first time.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use clap::Args;
use serde_json::{Value, json};

use super::failure::{Failure, exit};
use super::terminal::Terminal;
use crate::domain::Excerpt;
use crate::manifest::explain::{Explanation, GROUPS};
use crate::manifest::{Code, Severity};
use crate::view::{self, Format, Look};

/// The widest lines of text that are pleasant to read.
const WIDEST: usize = 80;

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// The code, such as `OF0204`; without one, all codes are listed.
    code: Option<String>,
}

pub(super) fn run(args: &ExplainArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let look = terminal.look();
    let code = args.code.as_deref().map(|text| Code::named(text).ok_or_else(|| unknown(text)));
    let text = match (code.transpose()?, terminal.format) {
        (Some(code), Format::Human) => text_of(code, look),
        (Some(code), Format::Markdown) => code.explanation().to_owned(),
        (Some(code), Format::Json) => format!("{:#}\n", json_of(code)),
        (None, Format::Human) => list(look),
        (None, Format::Markdown) => table(),
        (None, Format::Json) => format!("{:#}\n", json_of_all()),
    };
    terminal.print(&text)?;
    Ok(exit::DONE)
}

/// Says that there is no such code, and which ones may have been meant.
fn unknown(text: &str) -> Failure {
    let near: Vec<String> = Code::near(text).iter().map(|code| format!("`{code}`")).collect();
    let meant = match near.as_slice() {
        [] => String::new(),
        [one] => format!("did you mean {one}? "),
        [all @ .., last] => format!("did you mean {} or {last}? ", all.join(", ")),
    };
    Failure::new(format!("there is no code `{}`", Excerpt::of(text).as_str()))
        .hint(format!("{meant}`orderform explain` lists all codes"))
}

/// Writes an explanation for a terminal: the title as the diagnostic has it, the examples indented.
fn text_of(code: Code, look: Look) -> String {
    let explanation = Explanation::of(code);
    let head = format!("{}[{code}]", code.severity());
    let title = paint(&format!(": {}", code.summary()), Style::new().bold(), look);
    let mut text = format!("{}{title}\n", paint(&head, style(code.severity()), look));
    for paragraph in explanation.prose.split("\n\n") {
        let lines = view::wrap(&paragraph.replace('\n', " "), look.width.min(WIDEST), "");
        let _ = writeln!(text, "\n{}", lines.join("\n"));
    }
    for (label, example) in [("Wrong:", explanation.wrong), ("Right:", explanation.right)] {
        let _ = writeln!(text, "\n{}\n", paint(label, Style::new().bold(), look));
        for line in example.text.lines() {
            let indent = if line.is_empty() { "" } else { "    " };
            let _ = writeln!(text, "{indent}{line}");
        }
    }
    text
}

fn json_of(code: Code) -> Value {
    let explanation = Explanation::of(code);
    json!({
        "formatVersion": "1.0",
        "code": code.as_str(),
        "severity": code.severity().to_string(),
        "summary": code.summary(),
        "explanation": explanation.prose,
        "wrong": explanation.wrong.text,
        "right": explanation.right.text,
    })
}

/// Returns the headings of the groups, each with its codes.
fn groups() -> impl Iterator<Item = (String, impl Iterator<Item = Code>)> {
    let of = |group| Code::ALL.iter().copied().filter(move |code| code.group() == group);
    GROUPS.into_iter().map(move |(group, about)| (format!("{group} {about}"), of(group)))
}

/// Lists all codes for a terminal, in columns.
fn list(look: Look) -> String {
    const SEVERITY: usize = 7;
    let mut text = String::new();
    for (heading, codes) in groups() {
        let _ = writeln!(text, "{}", paint(&heading, Style::new().bold(), look));
        for code in codes {
            let severity = paint(&format!("{:SEVERITY$}", code.severity()), style(code.severity()), look);
            let indent = " ".repeat("  OF0000  ".len() + SEVERITY + 2);
            let summary = view::wrap(code.summary(), look.width, &indent).join("\n");
            let _ = writeln!(text, "  {code}  {severity}  {}", summary.trim_start());
        }
        text.push('\n');
    }
    text + "`orderform explain CODE` tells more about one of them\n"
}

/// Lists all codes as Markdown, a table for each group.
fn table() -> String {
    let tables = groups().map(|(heading, codes)| {
        let row = |code: Code| format!("| {code} | {} | {} |\n", code.severity(), code.summary());
        let rows: String = codes.map(row).collect();
        format!("## {heading}\n\n| code | severity | means |\n|---|---|---|\n{rows}")
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn json_of_all() -> Value {
    let code = |code: &Code| {
        json!({
            "code": code.as_str(),
            "severity": code.severity().to_string(),
            "summary": code.summary(),
        })
    };
    let codes: Vec<Value> = Code::ALL.iter().map(code).collect();
    json!({ "formatVersion": "1.0", "codes": codes })
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
    }
}

fn paint(text: &str, style: Style, look: Look) -> String {
    if look.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
}
