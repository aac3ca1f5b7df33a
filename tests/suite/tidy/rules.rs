//! What every file keeps to, whatever it holds.

use super::Violation;
use super::code::Source;

const MOST_LINES: usize = 400;

/// Names that would fit any module.
const VAGUE: [&str; 10] =
    ["util", "utils", "helper", "helpers", "manager", "common", "types", "data", "info", "imp"];

/// What is left behind by accident, or makes a test a matter of luck; in two parts, so that this file may hold it.
const FORBIDDEN: [(&str, &str); 6] = [
    ("todo", "!"),
    ("unimplemented", "!"),
    ("dbg", "!"),
    ("#[ign", "ore"),
    ("thread::sl", "eep"),
    ("#[all", "ow("),
];

pub(super) fn check(source: &Source) -> Vec<Violation> {
    let violation = |line: usize, what: String, rule: &str| Violation {
        file: source.name.clone(),
        line,
        what,
        rule: rule.to_owned(),
    };
    let mut found = Vec::new();
    if !source.lines.first().is_some_and(|line| line.starts_with("//! ")) {
        let what = "no module documentation".to_owned();
        found.push(violation(1, what, "a file begins with `//!`"));
    }
    let lines = source.lines.len();
    if lines > MOST_LINES {
        found.push(violation(lines, format!("{lines} lines"), "at most 400"));
    }
    let stem = source.name.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if VAGUE.contains(&stem) {
        found.push(violation(1, format!("`{stem}` says nothing"), "a module is named for what it holds"));
    }
    for (line, text) in (1..).zip(&source.lines) {
        for (first, second) in FORBIDDEN {
            let word = format!("{first}{second}");
            if text.contains(&word) && !text.trim_start().starts_with("//") {
                found.push(violation(line, format!("`{word}`"), "not here"));
            }
        }
    }
    found
}
