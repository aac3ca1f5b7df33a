//! Manifests in their canonical layout and order of keys, with every comment.
//!
//! The walk: `read` makes the text into `syntax`, by the parser's events and a `cursor`, and finds out where each `scalar`
//! ends · `arrange` puts the keys into the order of `keys` · `print` writes it anew, and `align` the comments beside it ·
//! `check` reads both texts with the reader of manifests and compares what they say.
//!
//! Formatters of YAML at large choose quotes anew and lose the columns that comments stand in; this one is made for
//! manifests.
//!
//! **Invariant:** a text is formatted only if what comes out holds the same documents, disregarding the order of keys,
//! and the same comments. A formatter never changes what is bought.

mod align;
mod arrange;
mod check;
mod cursor;
mod keys;
mod print;
mod read;
mod scalar;
mod syntax;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use super::code::Code;
use super::diagnostic::{Diagnostic, Findings, Span};
use super::source;
use super::sources::{Source, Sources};
use super::tree::{self, Part};
use super::{parallel, scan};
use read::Stop;
use syntax::{Piece, Root};

/// What came of one text.
#[derive(Debug)]
pub struct Formatting<'a> {
    /// The file, as it was named or found.
    pub file: &'a str,
    /// The text as it is in the file.
    pub before: Cow<'a, str>,
    /// The text as it should be.
    pub after: Result<String, Unformatted>,
}

/// Why a text was left as it is.
#[derive(Debug)]
pub enum Unformatted {
    /// It is not YAML as manifests are written in.
    Unreadable(Vec<Diagnostic>),
    /// What came out would not have said the same; a bug.
    Unsafe,
}

impl Formatting<'_> {
    /// Returns the text as it should be, where it is another.
    #[must_use]
    pub fn change(&self) -> Option<&str> {
        self.after.as_deref().ok().filter(|after| **after != self.before)
    }
}

/// Finds and reads manifests as [`load`](super::load) does, but of a file that is named nothing else.
#[must_use]
pub fn read_all(paths: &[PathBuf]) -> (Sources, Vec<Diagnostic>) {
    source::read_each(paths)
}

/// Formats every text, on all processors; changes nothing.
#[must_use]
pub fn format_all(sources: &Sources) -> Vec<Formatting<'_>> {
    parallel::map(sources.files(), format_source)
}

fn format_source(source: &Source) -> Formatting<'_> {
    let before = if source.has_mark {
        Cow::Owned(format!("\u{feff}{}", source.text))
    } else {
        Cow::Borrowed(source.text.as_str())
    };
    Formatting { file: &source.name, before, after: format(&source.name, &source.text) }
}

/// Formats a text; `file` is what it is called in diagnostics.
fn format(file: &Arc<str>, text: &str) -> Result<String, Unformatted> {
    let findings = Findings::of(file);
    check_readable(text, &findings);
    let found = findings.into_diagnostics();
    if !found.is_empty() {
        return Err(Unformatted::Unreadable(found));
    }
    let text = normal(text);
    let mut comments = Vec::new();
    let pieces = pieces(&text, file, &mut comments)?;
    let after = print::print(&pieces);
    if is_safe(&text, comments, &after, file) { Ok(after) } else { Err(Unformatted::Unsafe) }
}

/// Reports what makes a text unreadable as YAML, or as the kind of it that manifests are written in.
fn check_readable(text: &str, findings: &Findings) {
    if scan::is_readable(text, findings) {
        Part::cut(text).for_each(|part| tree::read(part, findings, |_| {}));
    }
}

/// Ends every line with a line feed; the scan let no other carriage return pass.
fn normal(text: &str) -> Cow<'_, str> {
    let is_whole = text.is_empty() || text.ends_with('\n');
    match (text.contains('\r'), is_whole) {
        (false, true) => Cow::Borrowed(text),
        (_, is_whole) => Cow::Owned(text.replace('\r', "") + if is_whole { "" } else { "\n" }),
    }
}

/// Reads the pieces of a text, arranged; adds its comments to the others.
fn pieces<'a>(
    text: &'a str,
    file: &Arc<str>,
    comments: &mut Vec<&'a str>,
) -> Result<Vec<Piece<'a>>, Unformatted> {
    let mut all = Vec::new();
    for part in Part::cut(text) {
        let refused = |stop| refuse(&stop, part, file);
        let mut arranged = read::pieces(part.text(), comments).map_err(refused)?;
        let keeps_aliases = arranged.iter_mut().all(arrange::arrange);
        if !keeps_aliases {
            arranged = read::pieces(part.text(), &mut Vec::new()).map_err(refused)?;
            arranged.iter_mut().for_each(arrange::settle_head);
        }
        for piece in &mut arranged {
            if let Root::Collection(root) = &mut piece.root {
                arrange::lift_comments(root);
            }
        }
        all.append(&mut arranged);
    }
    Ok(all)
}

/// Says why a text was not read, at its place.
fn refuse(stop: &Stop, part: Part<'_>, file: &Arc<str>) -> Unformatted {
    let (at, code, message, hint) = match stop {
        Stop::Lost => return Unformatted::Unsafe,
        Stop::Key(at) => (
            at,
            Code::BadKey,
            "a key should be a text, on the line of its value",
            "write `key: value`; put quotes around a text that begins with `[`, `{` or `?`",
        ),
        Stop::Sign(at) => (
            at,
            Code::Syntax,
            "not well-formed YAML: a text cannot begin with this sign",
            "put the text between quotes",
        ),
    };
    let mut span = span_of(part.text(), *at);
    span.line += part.lines_before();
    let findings = Findings::of(file);
    findings.report(code, span, message, hint);
    Unformatted::Unreadable(findings.into_diagnostics())
}

fn span_of(text: &str, at: usize) -> Span {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let column = text[line..at].chars().count() + 1;
    Span { line: text[..line].matches('\n').count() + 1, column, length: 1 }
}

/// Says whether both texts hold the same documents and comments, and can be read the same way.
fn is_safe(before: &str, mut comments: Vec<&str>, after: &str, file: &Arc<str>) -> bool {
    let findings = Findings::of(file);
    let is_readable = scan::is_readable(after, &findings);
    let same = check::same_documents(before, after, &findings);
    let mut kept = Vec::new();
    let is_read = pieces(after, file, &mut kept).is_ok();
    comments.sort_unstable();
    kept.sort_unstable();
    is_readable && same && findings.into_diagnostics().is_empty() && is_read && comments == kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::render;

    fn formatted(text: &str) -> Result<String, Unformatted> {
        format(&Arc::from("a.yaml"), text)
    }

    #[test]
    fn what_the_parser_lets_pass_and_nobody_else_reads_is_refused_at_its_place() {
        for (text, expected) in [
            ("a: b\n---\nc:\n  ? d\n  : e\n", "a.yaml:4:3: error[OF0107]: a key should be a text"),
            ("- [b]: c\n", "a.yaml:1:4: error[OF0107]: a key should be a text"),
            ("a:\n  : b\n", "a.yaml:2:3: error[OF0107]: a key should be a text"),
            ("{ \"a\n  b\": c }\n", "a.yaml:1:3: error[OF0107]: a key should be a text"),
            ("a: { é: |\n b }\n", "a.yaml:1:9: error[OF0101]: not well-formed YAML: a text cannot"),
            ("[{\"a\":?}]\n", "a.yaml:1:7: error[OF0101]: not well-formed YAML: a text cannot"),
            ("a: b\n\u{feff}\n", "a.yaml:2:1: error[OF0007]: an invisible byte order mark (U+FEFF)"),
        ] {
            let Err(Unformatted::Unreadable(found)) = formatted(text) else {
                panic!("{text}");
            };
            assert!(render::short(&found[0]).starts_with(expected), "{text}: {}", render::short(&found[0]));
        }
    }

    #[test]
    fn a_text_that_would_not_be_read_the_same_way_is_left_alone() {
        // The unknown key begins with a no-break space; at the beginning of a line it would pass for an indentation.
        let text = "kind: Order\nspec:\n  lineItems:\n    - \u{a0}x: 1\n      offerId: 2\n";
        assert!(matches!(formatted(text), Err(Unformatted::Unsafe)));
    }

    #[test]
    fn a_change_is_one_of_bytes() {
        let mut sources = Sources::new();
        sources.add("marked.yaml", "\u{feff}a: b\n");
        sources.add("neat.yaml", "a: b\n");
        let changes: Vec<Option<String>> =
            format_all(&sources).iter().map(|one| one.change().map(str::to_owned)).collect();
        assert_eq!(changes, [Some("a: b\n".to_owned()), None]);
    }
}
