//! Workflow commands of GitHub Actions: an annotation for each diagnostic.
//!
//! The page "Workflow commands for GitHub Actions" has the syntax; how texts are escaped, and that the runner skips
//! blanks before `::` and obeys `##[…]` anywhere in a line, is in the runner's own `ActionCommand`.
//!
//! **Invariant:** every command is one line that begins with ours. A text of others stands in it escaped, or in a line
//! that begins with something else.

use super::{Check, Paths, end_column, place};
use crate::domain::is_harmful;
use crate::manifest::{Diagnostic, Severity, render};
use crate::view::text::{count, escape};

/// The most annotations of a kind that GitHub shows of one step.
const MOST: usize = 10;

/// Returns the annotations, in words what is too much for them, and the verdict.
pub(super) fn report(check: &Check<'_>, paths: &Paths) -> String {
    let mut text = String::new();
    let mut rest = Vec::new();
    let mut annotated = [0, 0];
    for diagnostic in &check.loaded().diagnostics {
        let severity = diagnostic.severity();
        let annotated = &mut annotated[usize::from(severity == Severity::Warning)];
        if *annotated < MOST {
            *annotated += 1;
            text.push_str(&annotation(diagnostic, check, paths));
        } else {
            rest.push(diagnostic);
        }
    }
    if !rest.is_empty() {
        text.push_str(&notice(&rest));
        let in_words = rest.iter().map(|one| render::human(one, &check.loaded().sources, false));
        text.extend(in_words.map(|words| words + "\n"));
    }
    text.push_str(&check.verdict());
    text.push('\n');
    text
}

fn annotation(diagnostic: &Diagnostic, check: &Check<'_>, paths: &Paths) -> String {
    let region = &diagnostic.region;
    let mut properties = format!("file={}", property(&paths.of(&region.file)));
    if let (Some(span), Some(end)) = (region.span, end_column(region, &check.loaded().sources)) {
        properties.push_str(&format!(",line={},col={},endColumn={end}", span.line, span.column));
    }
    let mut lines = vec![diagnostic.message.clone()];
    lines.extend(diagnostic.related.iter().map(|related| {
        format!("{}: {}", related.message, place(&related.region, &paths.of(&related.region.file)))
    }));
    lines.extend(diagnostic.hint.iter().map(|hint| format!("hint: {hint}")));
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    let kind = diagnostic.severity();
    format!("::{kind} {properties},title={}::{}\n", diagnostic.code, data(&lines.join("\n")))
}

/// Says how many diagnostics have no annotation, and where they are.
fn notice(rest: &[&Diagnostic]) -> String {
    let warnings = rest.iter().filter(|one| one.severity() == Severity::Warning).count();
    let more = match (rest.len() - warnings, warnings) {
        (errors, 0) => count(errors, "more problem"),
        (0, warnings) => count(warnings, "more warning"),
        (errors, warnings) => {
            format!("{} and {}", count(errors, "more problem"), count(warnings, "more warning"))
        }
    };
    let stand = if rest.len() == 1 { "stands" } else { "stand" };
    let limit = format!("GitHub shows {MOST} errors and {MOST} warnings of a step");
    format!("::notice title=orderform::{limit}: {more} {stand} in its log\n")
}

/// Escapes what a command says.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a file's name as the value of a property. Only where it would move a terminal, or be a command for a runner of
/// another kind, which reads any line, it is not the name any more.
fn property(name: &str) -> String {
    let is_harmful = name.contains("##") || name.chars().any(is_harmful);
    let name = if is_harmful { escape(name) } else { name.to_owned() };
    data(&name).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_properties_and_what_is_said_are_escaped_as_the_runner_reads_them() {
        assert_eq!(data("100%\r\n::error::x, y: z"), "100%25%0D%0A::error::x, y: z");
        assert_eq!(property("a,b:c%0A.yaml"), "a%2Cb%3Ac%250A.yaml");
        assert_eq!(property("ä b#1.yaml"), "ä b#1.yaml");
        assert_eq!(property("##vso[x].yaml"), "#\\u{23}vso[x].yaml");
    }
}
