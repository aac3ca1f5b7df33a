//! One thing that is wrong with the manifests, as a plain value.
//!
//! **Invariant:** nothing here prints or colours; [`render`](super::render) does, and the JSON of it belongs to the
//! views. Texts from files stand in messages only through [`quoted`], which makes them harmless.

use std::cell::RefCell;
use std::sync::Arc;

use super::code::{Code, Severity};
use crate::domain::is_harmful;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; its severity is [`Diagnostic::severity`].
    pub code: Code,
    /// What is wrong: lower case, no final period, one line.
    pub message: String,
    /// The way out, where one is known.
    pub hint: Option<String>,
    /// Where it is wrong.
    pub region: Region,
    /// Other places that belong to it, such as the first of two.
    pub related: Vec<Related>,
}

/// A place that belongs to a diagnostic, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub region: Region,
    /// What is there, in a few words.
    pub message: String,
}

/// A stretch of a file, or all of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// The file, as it was named or found.
    pub file: Arc<str>,
    /// Where in it; `None` means the file itself.
    pub span: Option<Span>,
}

/// A stretch of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The length in characters; may reach beyond the end of the line.
    pub length: usize,
}

impl Diagnostic {
    /// Makes a diagnostic without hint or related places.
    #[must_use]
    pub fn new(code: Code, region: Region, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, region, related: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, region: Region, message: impl Into<String>) -> Self {
        self.related.push(Related { region, message: message.into() });
        self
    }

    /// Returns how bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl Region {
    /// Names a whole file.
    #[must_use]
    pub fn file(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), span: None }
    }
}

/// The diagnostics of one file as they are found.
#[derive(Debug)]
pub(super) struct Findings {
    file: Arc<str>,
    found: RefCell<Vec<Diagnostic>>,
}

impl Findings {
    pub(super) fn of(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), found: RefCell::new(Vec::new()) }
    }

    pub(super) fn file(&self) -> &Arc<str> {
        &self.file
    }

    pub(super) fn at(&self, span: Span) -> Region {
        Region { file: Arc::clone(&self.file), span: Some(span) }
    }

    pub(super) fn add(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    pub(super) fn report(&self, code: Code, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Diagnostic::new(code, self.at(span), message).hint(hint));
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }
}

/// Writes text from outside between backticks, on one line, shortened and harmless.
pub(super) fn quoted(text: &str) -> String {
    const LIMIT: usize = 64;
    let mut out = String::from("`");
    let mut characters = text.chars();
    for c in characters.by_ref().take(LIMIT) {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '`' => out.push('\''),
            c if is_harmful(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    if characters.next().is_some() {
        out.push('…');
    }
    out.push('`');
    out
}

/// Names the choices, each between backticks: `` `a`, `b` or `c` ``.
pub(super) fn choices<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = all.into_iter().map(|one| format!("`{one}`")).collect();
    let last = all.pop().unwrap_or_default();
    if all.is_empty() { last } else { format!("{} or {last}", all.join(", ")) }
}

/// Finds the one that was probably meant: the same but for case, or a few letters away.
pub(super) fn nearest<'a>(text: &str, all: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if text.len() > 64 {
        return None;
    }
    let plain = text.to_lowercase();
    let most = (plain.chars().count() / 3).clamp(1, 3);
    all.into_iter()
        .map(|one| (distance(&plain, &one.to_lowercase()), one))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, one)| one)
}

/// Counts the letters to insert, drop, replace or swap to get from one text to the other.
pub(super) fn distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for i in 1..=from.len() {
        let mut next = vec![i];
        for j in 1..=to.len() {
            let replaced = row[j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                least = least.min(before[j - 2] + 1);
            }
            next.push(least);
        }
        before = std::mem::replace(&mut row, next);
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_is_a_few_letters_away_or_differs_in_case() {
        let keys = ["offerId", "quantity", "friendlyName"];
        assert_eq!(nearest("quantitty", keys), Some("quantity"));
        assert_eq!(nearest("OfferID", keys), Some("offerId"));
        assert_eq!(nearest("quantiyt", keys), Some("quantity"));
        assert_eq!(nearest("price", keys), None);
        assert_eq!(nearest(&"q".repeat(100), keys), None);
    }

    #[test]
    fn quoted_text_is_one_short_harmless_line() {
        assert_eq!(quoted("a\nb\u{202e}c`"), "`a\\nb\\u{202e}c'`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), 67);
    }
}
