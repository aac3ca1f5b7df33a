//! The parser's objections, in words that say what to do, and at the line where it has to be done.
//!
//! **Invariant:** words and places only: whether a text is YAML is decided by the parser, and what is not listed here keeps
//! the parser's own words.

use super::code::Code;
use super::diagnostic::{Findings, Span};

/// What the parser said, and the lines of the part that it read.
struct Objection<'a> {
    info: &'a str,
    lines: Vec<&'a str>,
    /// The line it stopped at, from 0.
    at: usize,
    /// The column it stopped at, in characters from 0.
    column: usize,
}

/// A message, a hint and a better place than where the parser stopped, where there is one.
struct Words {
    message: String,
    hint: &'static str,
    place: Option<(usize, usize)>,
}

/// Reports that a text, which begins after so many lines of its file, is not well-formed; the line (from 1) and column
/// (from 0) are the parser's.
pub(super) fn report(
    findings: &Findings,
    text: &str,
    before: usize,
    info: &str,
    (line, column): (usize, usize),
) {
    // Only the neighbourhood is looked at: a part can be long, and objections many.
    let at = line.saturating_sub(1);
    let lines: Vec<&str> = text.lines().take(at + 2).collect();
    let objection = Objection { info, lines, at, column };
    let words = objection.words();
    let (line, column) = words.place.unwrap_or((at, column));
    let span = Span { line: before + line + 1, column: column + 1, length: 1 };
    let message = format!("not well-formed YAML: {}", words.message);
    findings.report(Code::Syntax, span, message, words.hint);
}

impl Objection<'_> {
    fn line(&self, at: usize) -> &str {
        self.lines.get(at).copied().unwrap_or_default()
    }

    fn words(&self) -> Words {
        let here = self.line(self.at);
        if let Some(words) = self.tab().or_else(|| self.template()).or_else(|| self.begins_with(here)) {
            return words;
        }
        self.key().or_else(|| self.quote()).or_else(|| self.structure()).unwrap_or_else(|| Words {
            message: self.info.to_owned(),
            hint: "look at the indentation, and for a missing `:` or quote, on this line and the one above",
            place: None,
        })
    }

    /// A tab where the indentation should be; the parser may have stopped before it.
    fn tab(&self) -> Option<Words> {
        let in_indent = |at: usize| {
            let line = self.line(at);
            line[..line.len() - line.trim_start().len()]
                .chars()
                .position(|c| c == '\t')
                .map(|column| (at, column))
        };
        let anywhere = || self.line(self.at).chars().position(|c| c == '\t').map(|column| (self.at, column));
        let is_said = self.info.contains("tab");
        let said = || is_said.then(|| in_indent(self.at + 1).or_else(anywhere)).flatten();
        let place = in_indent(self.at).or_else(said);
        if place.is_none() && !is_said {
            return None;
        }
        Some(Words {
            message: "a tab stands where spaces should".to_owned(),
            hint: "indent with spaces: YAML does not take tabs",
            place,
        })
    }

    /// What other tools leave in a file.
    fn template(&self) -> Option<Words> {
        let here = self.line(self.at).trim_start();
        let (message, hint) = if here.starts_with("```") {
            ("a code block of Markdown is marked here", "remove the lines with ```")
        } else if here.starts_with("{{") || here.contains("{{-") {
            (
                "this is a template that was not filled in",
                "write the finished file, or keep the template in another directory",
            )
        } else {
            return None;
        };
        Some(Words { message: message.to_owned(), hint, place: None })
    }

    /// A text that begins with a character that means something to YAML.
    fn begins_with(&self, here: &str) -> Option<Words> {
        const HINT: &str = "put quotes around the text";
        let sign = here.chars().nth(self.column);
        if self.info.starts_with("unexpected character") {
            let sign = sign.filter(char::is_ascii_graphic).filter(|c| *c != '`');
            let message = match sign {
                Some(sign) => format!("a text without quotes cannot begin with `{sign}`"),
                None => "a text without quotes cannot begin like this".to_owned(),
            };
            return Some(Words { message, hint: HINT, place: None });
        }
        if !self.info.contains("anchor") {
            return None;
        }
        Some(Words {
            message: "this alias repeats what no `&` above marks".to_owned(),
            hint: "mark the value with `&name` above, in the same document; a text that begins with `*` needs quotes",
            place: None,
        })
    }

    fn key(&self) -> Option<Words> {
        let above = (0..self.at).rev().find(|at| !is_blank(self.line(*at)));
        if self.info.starts_with("simple key expect") {
            let culprit = above.filter(|_| self.column == indent_of(self.line(self.at)));
            let line = self.line(culprit.unwrap_or(self.at));
            let place = culprit.map(|at| (at, indent_of(line)));
            let is_rule = line.len() > 3 && line.trim_end().bytes().all(|b| b == b'-');
            let (message, hint) = if is_rule {
                ("this line is neither a key nor `---`", "divide documents by `---`, three hyphens exactly")
            } else {
                ("a key here has no `: ` after it", "write `key: value`, with a blank after the `:`")
            };
            return Some(Words { message: message.to_owned(), hint, place });
        }
        if !self.info.contains("mapping values are not allowed") {
            return None;
        }
        let dash = above.filter(|at| {
            let line = self.line(*at).trim_start();
            line.strip_prefix('-').is_some_and(|rest| !rest.starts_with([' ', '-']) && !rest.is_empty())
        });
        let (message, hint, place) = match dash {
            Some(at) => {
                let message = "the `-` of an item has no blank after it";
                (message, "write `- key: value`", Some((at, indent_of(self.line(at)))))
            }
            None => (
                "a second `: ` stands in one value, or a key is indented too far",
                "put quotes around a text that contains `: `, or look at the indentation",
                None,
            ),
        };
        Some(Words { message: message.to_owned(), hint, place })
    }

    fn quote(&self) -> Option<Words> {
        let (message, hint) = if self.info.contains("trailing content") {
            (
                "a text goes on after its closing quote",
                "put quotes around all of it; inside, write `''` for a single and `\\\"` for a double one",
            )
        } else if self.info.contains("escape") {
            (
                "this text in double quotes has a `\\` that means nothing to YAML",
                "write `\\\\` for a backslash, or put the text in single quotes",
            )
        } else if self.info.contains("quoted scalar") {
            ("this quote is not closed", "close it, or look for one that is missing on a line above")
        } else {
            return None;
        };
        Some(Words { message: message.to_owned(), hint, place: None })
    }

    fn structure(&self) -> Option<Words> {
        let known: [(&str, &str, &'static str); 6] = [
            (
                "flow mapping",
                "a `,` or `}` is missing here or before",
                "look for a `{` that is not closed; put quotes around a text with `,`, `{` or `}` in it",
            ),
            (
                "flow sequence",
                "a `,` or `]` is missing here or before",
                "look for a `[` that is not closed; put quotes around a text with `,`, `[` or `]` in it",
            ),
            (
                "block collection",
                "this line belongs to no item of the list above",
                "indent the keys of an item alike, below the first key after its `- `",
            ),
            (
                "block mapping",
                "this does not belong to the mapping above",
                "indent its keys alike; put quotes around a text that begins with `[` or `{`",
            ),
            ("node content", "a value is missing here", "look for a `,` or `:` too many"),
            (
                "document end marker",
                "something follows `...`, which ends a document",
                "write it on the next line, after `---`",
            ),
        ];
        let (_, message, hint) = known.into_iter().find(|(part, ..)| self.info.contains(part))?;
        Some(Words { message: message.to_owned(), hint, place: None })
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with('#')
}

/// Counts the characters that a line is indented by.
fn indent_of(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).count()
}
