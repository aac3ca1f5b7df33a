//! What is said of manifests: a verdict, and every diagnostic in the formats that `validate` speaks.
//!
//! People read diagnostics with their source lines ([`manifest::render`](crate::manifest::render)) on stderr; what goes
//! to stdout is made here. JSON is the same in `validate` and in the error of another command.
//!
//! **Invariant:** the same manifests give the same bytes: no times, no colour, nothing of the machine but file names.
//! Whatever they hold, a line that a CI runner takes for a command is one of [`github`]'s own.

mod github;
mod markdown;
mod paths;
mod sarif;

use std::collections::BTreeSet;

pub use paths::Paths;

use super::text::count;
use super::{Format, json};
use crate::manifest::{Code, Diagnostic, Loaded, Region, Severity, Sources};

pub(super) use markdown::report as markdown_report;

/// The longest line that is looked into; a longer one is of no use to people, and looking would take long.
const MAX_LINE: usize = 1000;

/// The formats of `validate`: those of every command, and two for what reads diagnostics only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CheckFormat {
    /// Text for a terminal.
    #[default]
    Human,
    /// A comment for a pull request.
    Markdown,
    /// JSON for programs.
    Json,
    /// Annotations of GitHub Actions.
    Github,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
}

impl CheckFormat {
    /// Returns the format as every command knows it; `None` for those of `validate` alone.
    #[must_use]
    pub fn of_every_command(self) -> Option<Format> {
        match self {
            Self::Human => Some(Format::Human),
            Self::Markdown => Some(Format::Markdown),
            Self::Json => Some(Format::Json),
            Self::Github | Self::Sarif => None,
        }
    }
}

/// Manifests that were read, and how strictly they are judged.
#[derive(Debug, Clone, Copy)]
pub struct Check<'a> {
    loaded: &'a Loaded,
    deny_warnings: bool,
}

impl<'a> Check<'a> {
    /// Judges manifests; `deny_warnings` lets warnings count as errors.
    #[must_use]
    pub fn new(loaded: &'a Loaded, deny_warnings: bool) -> Self {
        Self { loaded, deny_warnings }
    }

    /// Says whether nothing is wrong, or nothing but warnings that do not count.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.loaded.is_valid() && !(self.deny_warnings && self.count(Severity::Warning) > 0)
    }

    /// Says in one line what was found: `3 problems in 2 files, 1 warning`.
    #[must_use]
    pub fn verdict(&self) -> String {
        let warnings = self.count(Severity::Warning);
        let warned = count(warnings, "warning");
        let counts = self.deny_warnings && warnings > 0;
        match (self.count(Severity::Error), warnings) {
            (0, 0) => self.orders(),
            (0, _) if counts => {
                let become_problems = if warnings == 1 { "counts as a problem" } else { "count as problems" };
                let files = self.files(Severity::Warning);
                format!("{warned}{files}, which {become_problems} (`--deny-warnings`)")
            }
            (0, _) => format!("{}, {warned}", self.orders()),
            (errors, _) => {
                let problems = format!("{}{}", count(errors, "problem"), self.files(Severity::Error));
                let too = if warnings == 1 { "counts" } else { "count" };
                match warnings {
                    0 => problems,
                    _ if counts => format!("{problems}, {warned}, which {too} too (`--deny-warnings`)"),
                    _ => format!("{problems}, {warned}"),
                }
            }
        }
    }

    /// Returns what `validate` writes to stdout in a format; it ends with a line break.
    #[must_use]
    pub fn report(&self, format: CheckFormat, paths: &Paths) -> String {
        match format {
            CheckFormat::Human => format!("{}\n", self.verdict()),
            CheckFormat::Markdown => markdown::report(self, &self.verdict()),
            CheckFormat::Json => json::text(&json::CheckJson::from(self)),
            CheckFormat::Github => github::report(self, paths),
            CheckFormat::Sarif => json::text(&sarif::log(self, paths)),
        }
    }

    pub(super) fn loaded(&self) -> &'a Loaded {
        self.loaded
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &'a Diagnostic> {
        self.loaded.diagnostics.iter().filter(move |diagnostic| diagnostic.severity() == severity)
    }

    fn count(&self, severity: Severity) -> usize {
        self.of(severity).count()
    }

    fn orders(&self) -> String {
        match self.loaded.orders.len() {
            0 => "no order is declared here".to_owned(),
            1 => "1 order is in order".to_owned(),
            orders => format!("{orders} orders are in order"),
        }
    }

    /// Returns ` in 2 files`; nothing where there is no such file.
    fn files(&self, severity: Severity) -> String {
        let there = self.of(severity).filter(|diagnostic| diagnostic.code != Code::NoSuchPath);
        let files: BTreeSet<&str> = there.map(|diagnostic| &*diagnostic.region.file).collect();
        if files.is_empty() { String::new() } else { format!(" in {}", count(files.len(), "file")) }
    }
}

/// Returns the line that a region is in, unless it is too long to look into.
fn line<'a>(region: &Region, sources: &'a Sources) -> Option<&'a str> {
    sources.line(&region.file, region.span?.line).filter(|line| line.len() <= MAX_LINE)
}

/// Returns the column behind the last character of a region, counted from 1 and never beyond the line's end. Of a line
/// that is too long to look into, the bytes are taken for characters.
pub(super) fn end_column(region: &Region, sources: &Sources) -> Option<usize> {
    let span = region.span?;
    let characters = match sources.line(&region.file, span.line) {
        Some(line) if line.len() > MAX_LINE => line.len(),
        Some(line) => line.chars().count(),
        None => 0,
    };
    let end = span.column.saturating_add(span.length).min(characters + 1);
    Some(end.max(span.column))
}

/// Returns `file:line:column`, or as much of it as there is.
pub(super) fn place(region: &Region, file: &str) -> String {
    match region.span {
        Some(span) => format!("{file}:{}:{}", span.line, span.column),
        None => file.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{self, Sources};

    const CUSTOMER: &str = "apiVersion: orderform/v1\nkind: Customer\nmetadata: { name: NAME }\n\
                            spec: { customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04 }\n";

    /// Loads so many wrong files, and customers who share one tenant: a warning for each but the first.
    fn loaded(wrong: usize, warnings: usize) -> Loaded {
        let mut sources = Sources::new();
        for number in 0..wrong {
            sources.add(&format!("wrong-{number}.yaml"), "kind: Nothing\napiVersion: orderform/v1\n");
        }
        for number in 0..=warnings {
            sources.add(&format!("{number}.yaml"), CUSTOMER.replace("NAME", &format!("c{number}")));
        }
        manifest::parse(sources)
    }

    #[test]
    fn the_verdict_counts_problems_files_and_warnings() {
        let verdict = |wrong, warnings, deny| Check::new(&loaded(wrong, warnings), deny).verdict();
        assert_eq!(verdict(0, 0, true), "no order is declared here");
        assert_eq!(verdict(1, 0, true), "1 problem in 1 file");
        assert_eq!(verdict(3, 1, false), "3 problems in 3 files, 1 warning");
        assert_eq!(
            verdict(2, 1, true),
            "2 problems in 2 files, 1 warning, which counts too (`--deny-warnings`)"
        );
        assert_eq!(
            verdict(2, 2, true),
            "2 problems in 2 files, 2 warnings, which count too (`--deny-warnings`)"
        );
        assert_eq!(verdict(0, 2, false), "no order is declared here, 2 warnings");
        assert_eq!(verdict(0, 1, true), "1 warning in 1 file, which counts as a problem (`--deny-warnings`)");
        assert_eq!(verdict(0, 2, true), "2 warnings in 2 files, which count as problems (`--deny-warnings`)");
    }

    #[test]
    fn what_is_not_there_is_no_file() {
        let nowhere = manifest::load(std::path::Path::new("tests/nowhere"));
        assert_eq!(Check::new(&nowhere, false).verdict(), "1 problem");
    }

    #[test]
    fn warnings_count_only_where_they_are_denied() {
        let loaded = loaded(0, 1);
        assert!(Check::new(&loaded, false).passes());
        assert!(!Check::new(&loaded, true).passes());
    }

    #[test]
    fn a_region_ends_with_its_line_at_the_latest() {
        let mut sources = Sources::new();
        sources.add("a.yaml", "äöü: 1\n");
        let end = |column, length| {
            let span = manifest::Span { line: 1, column, length };
            end_column(&Region { file: "a.yaml".into(), span: Some(span) }, &sources)
        };
        let ends = [end(1, 3), end(6, 1), end(6, 9), end(1, usize::MAX), end(7, 1), end(9, 1)];
        assert_eq!(ends.map(Option::unwrap), [4, 7, 7, 7, 7, 9]);
        assert_eq!(end_column(&Region::file(&"a.yaml".into()), &sources), None);
    }
}
