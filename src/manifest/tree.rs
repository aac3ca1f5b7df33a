//! YAML text as trees with places: every key and value knows its line and column.
//!
//! A file is cut at its `---` lines first, so that a syntax error costs one document and not the ones after it, and so
//! that the documents of one large file can be read side by side.
//! Positions are the parser's own (`saphyr-parser`: lines from 1, columns in characters from 0), never looked up.
//!
//! **Invariant:** nothing is typed here. A scalar is its text and how it was written; `010`, `no` and `1e3` stay what
//! they are. A tree is bounded in depth and, aliases expanded, in size; what goes beyond gives no tree.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScanError};

use super::builder::Builder;
use super::code::Code;
use super::diagnostic::{Findings, Span};

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    pub(super) span: Span,
    pub(super) kind: Kind<'a>,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Kind<'a> {
    /// Any scalar; `plain` if it was written without quotes and not as a block.
    Scalar {
        text: Cow<'a, str>,
        plain: bool,
    },
    Sequence(Vec<Node<'a>>),
    Mapping(Vec<Entry<'a>>),
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry<'a> {
    pub(super) key: Node<'a>,
    pub(super) value: Node<'a>,
}

impl Node<'_> {
    /// Says whether there is nothing: an empty value, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true }
            if matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Names what was found, for a message.
    pub(super) fn found(&self) -> &'static str {
        match &self.kind {
            _ if self.is_null() => "nothing",
            Kind::Scalar { .. } => "text",
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
        }
    }
}

/// A piece of a file that is read on its own: as a rule one document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    text: &'a str,
    /// The lines of the file before it.
    line: usize,
}

impl<'a> Part<'a> {
    /// Cuts a file at its `---` lines.
    pub(super) fn cut(text: &'a str) -> impl Iterator<Item = Self> {
        let mut line = 0;
        pieces(text).map(move |text| {
            let part = Self { text, line };
            line += text.bytes().filter(|b| *b == b'\n').count();
            part
        })
    }

    /// Returns the text.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// Returns how many lines of the file stand before it.
    pub(super) fn lines_before(&self) -> usize {
        self.line
    }

    /// Returns the length in bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }
}

/// Reads the documents of a part, one tree at a time; those that cannot be read are reported and left out.
pub(super) fn read(part: Part<'_>, findings: &Findings, mut each: impl FnMut(&Node<'_>)) {
    if let Some(directive) = directive_line(part.text) {
        findings.report(
            Code::Directive,
            whole_line(part.line + directive + 1),
            "a YAML directive (a line that begins with `%`) is not used here",
            "remove the line",
        );
    } else {
        read_trees(part, findings, &mut each);
    }
}

/// Cuts a text before each line that is `---` or begins with `--- `.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let marks = text.match_indices("\n---").map(|(at, _)| at + 1);
        let cut = marks.into_iter().find(|at| {
            let after = text.as_bytes().get(at + 3);
            after.is_none_or(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
        });
        rest = cut.map(|at| &text[at..]);
        Some(cut.map_or(text, |at| &text[..at]))
    })
}

/// Finds a directive among the comments and empty lines that a part begins with.
fn directive_line(part: &str) -> Option<usize> {
    let blank = |line: &str| line.trim().is_empty() || line.starts_with('#');
    let (number, line) = part.lines().enumerate().find(|(_, line)| !blank(line))?;
    line.starts_with('%').then_some(number)
}

fn whole_line(line: usize) -> Span {
    Span { line, column: 1, length: usize::MAX }
}

fn read_trees(part: Part<'_>, findings: &Findings, each: &mut impl FnMut(&Node<'_>)) {
    let mut parser = Parser::new_from_str(part.text);
    let mut builder = Builder::new(part.line, part.len(), findings);
    while !builder.given_up
        && let Some(event) = parser.next_event()
    {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((Event::DocumentStart(_), _)) => builder = Builder::new(part.line, part.len(), findings),
            Ok((Event::DocumentEnd, _)) => {
                if let Some(root) = builder.root.take() {
                    each(&root);
                }
            }
            Ok((event, marks)) => builder.take(event, marks),
            Err(error) => {
                syntax_error(&error, part, findings);
                break;
            }
        }
    }
}

fn syntax_error(error: &ScanError, part: Part<'_>, findings: &Findings) {
    let mark = error.marker();
    let span = Span { line: part.line + mark.line(), column: mark.col() + 1, length: 1 };
    let mut near = part.text.lines().skip(mark.line() - 1);
    let hint = syntax_hint(error.info(), near.next(), near.next());
    let message = format!("not well-formed YAML: {}", error.info());
    findings.report(Code::Syntax, span, message, hint);
}

/// Says what most probably went wrong, by the parser's words and by the line it stopped at and the next.
fn syntax_hint(info: &str, line: Option<&str>, next: Option<&str>) -> &'static str {
    let tabs = |line: Option<&str>| {
        let line = line.unwrap_or_default();
        line[..line.len() - line.trim_start().len()].contains('\t')
    };
    if tabs(line) || (info.contains("tab") && tabs(next)) {
        "indent with spaces: YAML does not take tabs"
    } else if info.contains("anchor") {
        "an alias repeats what was marked with `&` above, in the same document"
    } else if info.contains("quoted scalar") {
        "look for a quote that is not closed, on this line or above"
    } else if info.contains("mapping values are not allowed") {
        "put quotes around a text that contains `: `, or look at the indentation"
    } else {
        "look at the indentation, and for a missing `:` or quote, on this line and the one above"
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn scalars(text: &str) -> Vec<(String, usize, usize, usize)> {
        fn walk(node: &Node<'_>, out: &mut Vec<(String, usize, usize, usize)>) {
            match &node.kind {
                Kind::Scalar { text, .. } => {
                    let span = node.span;
                    out.push((text.to_string(), span.line, span.column, span.length));
                }
                Kind::Sequence(items) => items.iter().for_each(|item| walk(item, out)),
                Kind::Mapping(entries) => entries.iter().for_each(|entry| {
                    walk(&entry.key, out);
                    walk(&entry.value, out);
                }),
            }
        }
        let findings = Findings::of(&Arc::from("t.yaml"));
        let mut out = Vec::new();
        for part in Part::cut(text) {
            read(part, &findings, |root| walk(root, &mut out));
        }
        assert_eq!(findings.into_diagnostics(), []);
        out
    }

    fn whole(text: &str) -> Part<'_> {
        Part { text, line: 0 }
    }

    #[test]
    fn places_are_counted_in_characters_from_one_also_after_other_documents_and_letters() {
        let text = "é: {ü: \"ä\"}\r\n--- # two\nkä: vä\n---\n- x\n";
        let places = scalars(text);
        let expected = [
            ("é", 1, 1, 1),
            ("ü", 1, 5, 1),
            ("ä", 1, 8, 3),
            ("kä", 3, 1, 2),
            ("vä", 3, 5, 2),
            ("x", 5, 3, 1),
        ];
        let expected = expected.map(|(text, line, column, length)| (text.to_owned(), line, column, length));
        assert_eq!(places, expected);
    }

    #[test]
    fn a_text_is_cut_at_document_marks_and_nowhere_else() {
        let text = "a: b\n---\nc: |\n  ---\n--- # d\n----\n---";
        let cut: Vec<&str> = pieces(text).collect();
        assert_eq!(cut, ["a: b\n", "---\nc: |\n  ---\n", "--- # d\n----\n", "---"]);
        assert_eq!(cut.concat(), text);
    }

    #[test]
    fn aliases_are_expanded_up_to_a_bound_that_no_bomb_passes() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for i in 1..40 {
            let list = vec![format!("*a{}", i - 1); 10].join(", ");
            bomb += &format!("a{i}: &a{i} [{list}]\n");
        }
        let findings = Findings::of(&Arc::from("t.yaml"));
        read(whole(&bomb), &findings, |_| panic!("no tree of a bomb"));
        let codes: Vec<Code> = findings.into_diagnostics().iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::TooComplex]);
    }

    #[test]
    fn depth_is_bounded_in_flow_and_block_style() {
        let block: String = (0..5000).map(|i| format!("{}a:\n", " ".repeat(i))).collect();
        for deep in ["[".repeat(200), block, "- ".repeat(5000)] {
            let findings = Findings::of(&Arc::from("t.yaml"));
            read(whole(&deep), &findings, |_| panic!("no tree that deep"));
            let found = findings.into_diagnostics();
            assert_eq!(found[0].code, Code::TooComplex);
        }
    }
}
