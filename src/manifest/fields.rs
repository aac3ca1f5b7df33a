//! Access to the keys of a mapping, checked against the shape it should have.
//!
//! **Invariant:** opening a mapping reports everything that is wrong with its *keys*: unknown, refused, missing,
//! doubled. Whoever takes a value answers for the value alone.

use std::collections::HashMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Findings, Span, nearest, quoted};
use super::grammar::{Refused, Shape};
use super::plain;
use super::tree::{Entry, Kind, Node};

/// A value, what it is called, and where it is called that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t> {
    pub(super) node: &'t Node<'t>,
    pub(super) name: &'t str,
    pub(super) key: Span,
    pub(super) findings: &'t Findings,
}

/// A mapping whose keys were checked.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    entries: &'t [Entry<'t>],
    findings: &'t Findings,
}

impl<'t> Value<'t> {
    /// Reports something about the value at its own place.
    pub(super) fn report(&self, code: Code, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.report(code, self.node.span, message, hint);
    }

    /// Names the value in a message: a key between backticks, `a line item` as it is.
    fn called(&self) -> String {
        match self.name {
            "a line item" | "the document" => self.name.to_owned(),
            key => quoted(key),
        }
    }

    fn wrong_type(&self, wanted: &str, hint: &str) {
        if self.node.is_null() {
            self.missing_value();
            return;
        }
        let message = format!("{} should be {wanted}, found {}", self.called(), self.node.found());
        let span = match self.node.kind {
            Kind::Scalar { .. } => self.node.span,
            _ => self.key,
        };
        self.findings.report(Code::WrongType, span, message, hint);
    }

    fn missing_value(&self) {
        self.findings.report(
            Code::MissingValue,
            self.key,
            format!("{} has no value", self.called()),
            "write one, or remove the key",
        );
    }

    /// Takes a text that no YAML reader takes for something else: `2024`, `no` and `1e3` need quotes.
    ///
    /// For what is free enough to look like a number; where only certain words are taken, [`Value::text`] does.
    pub(super) fn unmistakable_text(&self) -> Option<&'t str> {
        let (text, plain) = self.scalar()?;
        if plain && let Some(other) = plain::taken_for(text) {
            let message = format!("{} is {other} to other YAML readers; a text is meant here", quoted(text));
            self.report(Code::NotText, message, format!("put quotes around it: `\"{text}\"`"));
            return None;
        }
        Some(text)
    }

    /// Takes a text as it was written, whatever YAML would take it for; an empty one is none.
    pub(super) fn text(&self) -> Option<&'t str> {
        self.scalar().map(|(text, _)| text)
    }

    /// Takes a text, and says whether it was written without quotes.
    pub(super) fn scalar(&self) -> Option<(&'t str, bool)> {
        match &self.node.kind {
            Kind::Scalar { text, plain } if !self.node.is_null() && !text.is_empty() => {
                Some((text.as_ref(), *plain))
            }
            Kind::Scalar { .. } => {
                self.missing_value();
                None
            }
            _ => {
                self.wrong_type("a single value", "write it on the same line, after the `:`");
                None
            }
        }
    }

    /// Takes the items of a list.
    pub(super) fn items(&self) -> Option<impl ExactSizeIterator<Item = Value<'t>> + use<'t>> {
        let Kind::Sequence(items) = &self.node.kind else {
            self.wrong_type("a list", "begin each item with `- `, on a line of its own");
            return None;
        };
        let (name, findings) = (self.name, self.findings);
        Some(items.iter().map(move |node| Value { node, name, key: first_span(node), findings }))
    }

    /// Takes the keys and values of a mapping with free keys.
    pub(super) fn pairs(&self) -> Option<impl Iterator<Item = Value<'t>> + use<'t>> {
        let Kind::Mapping(entries) = &self.node.kind else {
            self.wrong_type("a mapping", "write `key: value` pairs, indented, one a line");
            return None;
        };
        let findings = self.findings;
        check_keys(entries, findings);
        entries.iter().for_each(|entry| check_free_key(entry, findings));
        Some(entries.iter().filter_map(move |entry| value_of(entry, findings)))
    }

    /// Takes a mapping of the given shape, and reports all that is wrong with its keys.
    pub(super) fn fields(&self, shape: &'static Shape) -> Option<Fields<'t>> {
        let Kind::Mapping(entries) = &self.node.kind else {
            self.wrong_type("a mapping", "write `key: value` pairs, indented, one a line");
            return None;
        };
        check_keys(entries, self.findings);
        let fields = Fields { entries, findings: self.findings };
        let meant = fields.check_known(shape);
        for key in shape.keys.iter().filter(|key| key.required).map(|key| key.name) {
            if fields.entry(key).is_none() && !meant.contains(&key) {
                let message = format!("{} has no key `{key}`", self.called());
                let hint = format!("add `{key}: …`");
                self.findings.report(Code::MissingKey, self.key, message, hint);
            }
        }
        Some(fields)
    }
}

impl<'t> Fields<'t> {
    /// Takes the value of a key, where it is there.
    pub(super) fn value(&self, key: &str) -> Option<Value<'t>> {
        self.entry(key).and_then(|entry| value_of(entry, self.findings))
    }

    fn entry(&self, key: &str) -> Option<&'t Entry<'t>> {
        self.entries.iter().find(|entry| key_text(entry) == Some(key))
    }

    /// Reports keys that should not be there, and returns the ones that were probably meant: those are not missing.
    fn check_known(&self, shape: &Shape) -> Vec<&'static str> {
        let mut all_meant = Vec::new();
        for entry in self.entries {
            let Some(key) = key_text(entry).filter(|key| !shape.has(key)) else {
                continue;
            };
            let span = entry.key.span;
            if key.is_empty() {
                continue;
            }
            if let Some(Refused(_, why, hint)) = shape.refuses(key) {
                let message = format!("{} {why}", quoted(key));
                self.findings.report(Code::RefusedKey, span, message, *hint);
                continue;
            }
            let meant = nearest(key, shape.names());
            all_meant.extend(meant);
            let hint = match meant {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => format!("the keys here are: {}", shape.names().collect::<Vec<_>>().join(", ")),
            };
            let message = format!("unknown key {}", quoted(key));
            self.findings.report(Code::UnknownKey, span, message, hint);
        }
        all_meant
    }
}

fn key_text<'t>(entry: &'t Entry<'t>) -> Option<&'t str> {
    match &entry.key.kind {
        Kind::Scalar { text, .. } => Some(text.as_ref()),
        _ => None,
    }
}

fn value_of<'t>(entry: &'t Entry<'t>, findings: &'t Findings) -> Option<Value<'t>> {
    let name = key_text(entry)?;
    Some(Value { node: &entry.value, name, key: entry.key.span, findings })
}

/// Finds the place that shows a value best: of a mapping its first key.
pub(super) fn first_span(node: &Node<'_>) -> Span {
    match &node.kind {
        Kind::Mapping(entries) => entries.first().map_or(node.span, |entry| entry.key.span),
        _ => node.span,
    }
}

/// Reports a free key that other YAML readers take for a number, a truth value or a date.
fn check_free_key(entry: &Entry<'_>, findings: &Findings) {
    if let Kind::Scalar { text, plain: true } = &entry.key.kind
        && let Some(other) = plain::taken_for(text)
    {
        let message = format!("key {} is {other} to other YAML readers; a text is meant here", quoted(text));
        findings.report(
            Code::NotText,
            entry.key.span,
            message,
            format!("put quotes around it: `\"{text}\"`"),
        );
    }
}

/// Reports keys that are no texts, and keys that stand twice.
fn check_keys<'t>(entries: &'t [Entry<'t>], findings: &'t Findings) {
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
    for entry in entries {
        let span = entry.key.span;
        match key_text(entry) {
            None | Some("") => findings.report(
                Code::BadKey,
                span,
                "a key should be a text",
                "write `key: value`; put quotes around a text that begins with `[`, `{` or `?`",
            ),
            Some(key) => {
                if let Some(first) = seen.insert(key, span) {
                    seen.insert(key, first);
                    let message = format!("key {} is written twice", quoted(key));
                    let diagnostic = Diagnostic::new(Code::DuplicateKey, findings.at(span), message);
                    let diagnostic = diagnostic.related(findings.at(first), "first written here");
                    findings.add(diagnostic.hint("keep one of them"));
                }
            }
        }
    }
}
