//! Access to the keys of a mapping, checked against the shape it should have.
//!
//! **Invariant:** opening a mapping reports everything that is wrong with its *keys*: unknown, refused, missing,
//! doubled. Whoever takes a value answers for the value alone.

use std::collections::HashMap;

use super::code::Code;
use super::diagnostic::{Diagnostic, Findings, Span, did_you_mean, quoted, spelt};
use super::grammar::{self, Form, Home, Key, Refused, Shape};
use super::nearest::nearest;
use super::plain;
use super::tree::{Entry, Kind, Node};

/// A value, what it is called, and where it is called that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'t> {
    pub(super) node: &'t Node<'t>,
    pub(super) name: &'t str,
    pub(super) key: Span,
    pub(super) role: Role,
    pub(super) findings: &'t Findings,
}

/// What a value is in what stands around it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role {
    /// The document itself.
    Document,
    /// What stands under a key of the grammar.
    Key(&'static Key),
    /// What stands under a key that anybody may invent.
    Free,
    /// An item of a list.
    Item,
}

/// A mapping whose keys were checked.
#[derive(Debug)]
pub(super) struct Fields<'t> {
    entries: &'t [Entry<'t>],
    shape: &'static Shape,
    /// Keys that are not there, but were probably meant by others.
    meant: Vec<&'static str>,
    findings: &'t Findings,
}

impl<'t> Value<'t> {
    /// Reports something about the value at its own place.
    pub(super) fn report(&self, code: Code, message: impl Into<String>, hint: impl Into<String>) {
        self.findings.report(code, self.node.span, message, hint);
    }

    /// Names the value in a message: a key between backticks, `a line item` as it is.
    fn called(&self) -> String {
        match (self.role, self.name) {
            (Role::Item, "a line item") | (Role::Document, _) => self.name.to_owned(),
            (Role::Item, key) => format!("an item of {}", quoted(key)),
            (_, key) => quoted(key),
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
        let how = match self.role {
            Role::Item => "write one",
            Role::Key(Key { form: Form::Mapping(_) | Form::Texts | Form::Money, .. }) => {
                "write its keys below it, indented"
            }
            Role::Key(Key { form: Form::List { .. }, .. }) => "write its items below it, each after `- `",
            _ => "write one after the `:`",
        };
        let or = match self.role {
            Role::Item => ", or remove the item",
            Role::Key(Key { required: true, .. }) => "",
            _ => ", or remove the key",
        };
        let null = match &self.node.kind {
            Kind::Scalar { text, plain: true } if !text.is_empty() => {
                format!(": {} stands for nothing in YAML", quoted(text))
            }
            _ => String::new(),
        };
        let message = format!("{} has no value{null}", self.called());
        self.findings.report(Code::MissingValue, self.key, message, format!("{how}{or}"));
    }

    /// Takes a text that no YAML reader takes for something else: `2024`, `no` and `1e3` need quotes.
    ///
    /// For what is free enough to look like a number; where only certain words are taken, [`Value::text`] does.
    pub(super) fn unmistakable_text(&self) -> Option<&'t str> {
        let (text, plain) = self.scalar()?;
        if plain && let Some(other) = plain::taken_for(text) {
            let message = format!("{} is {other} to other YAML readers; a text is meant here", quoted(text));
            self.report(Code::NotText, message, put_quotes(text));
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
                let hint = "write one value after the `:`; a text that begins with `[` or `{` needs quotes";
                self.wrong_type("a single value", hint);
                None
            }
        }
    }

    /// Takes the items of a list.
    pub(super) fn items(&self) -> Option<impl ExactSizeIterator<Item = Value<'t>> + use<'t>> {
        let Kind::Sequence(items) = &self.node.kind else {
            self.wrong_type("a list", "write each item on a line of its own, after `- `");
            return None;
        };
        let (name, findings) = (self.name, self.findings);
        Some(items.iter().map(move |node| Value {
            node,
            name,
            key: first_span(node),
            role: Role::Item,
            findings,
        }))
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
        let named = entries.iter().filter(|entry| !is_merge_key(entry));
        Some(named.filter_map(move |entry| value_of(entry, Role::Free, findings)))
    }

    /// Takes a mapping of the given shape, and reports all that is wrong with its keys.
    pub(super) fn fields(&self, shape: &'static Shape) -> Option<Fields<'t>> {
        let Kind::Mapping(entries) = &self.node.kind else {
            self.wrong_type("a mapping", &how_to_write(shape));
            return None;
        };
        check_keys(entries, self.findings);
        let mut fields = Fields { entries, shape, meant: Vec::new(), findings: self.findings };
        fields.check_known();
        // What a merge key that was reported would have brought is not missing.
        let is_whole = !entries.iter().any(is_merge_key);
        for key in shape.keys.iter().filter(|key| key.required && is_whole) {
            if !fields.has(key.name) {
                let message = format!("{} has no key `{}`", self.called(), key.name);
                self.findings.report(Code::MissingKey, self.key, message, how_to_add(key));
            }
        }
        Some(fields)
    }
}

impl<'t> Fields<'t> {
    /// Takes the value of a key, where it is there.
    pub(super) fn value(&self, name: &str) -> Option<Value<'t>> {
        let key = self.shape.keys.iter().find(|key| key.name == name);
        let role = key.map_or(Role::Free, Role::Key);
        self.entry(name).and_then(|entry| value_of(entry, role, self.findings))
    }

    /// Says whether a key is there, or was probably meant by one that is.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entry(name).is_some() || self.meant.contains(&name)
    }

    /// Says whether a key stands here that belongs elsewhere.
    pub(super) fn has_stray(&self, name: &str) -> bool {
        self.entry(name).is_some()
    }

    fn entry(&self, key: &str) -> Option<&'t Entry<'t>> {
        self.entries.iter().find(|entry| key_text(entry) == Some(key))
    }

    /// Reports keys that should not be there, and notes the ones that were probably meant: those are not missing.
    fn check_known(&mut self) {
        for entry in self.entries.iter().filter(|entry| !is_merge_key(entry)) {
            let Some(key) = key_text(entry).filter(|key| !self.shape.has(key) && !key.is_empty()) else {
                continue;
            };
            if self.findings.is_full() {
                return;
            }
            let span = entry.key.span;
            if let Some(Refused(_, why, hint)) = self.shape.refuses(key) {
                // A reason that names a key of this place says what was meant.
                self.meant.extend(self.shape.names().find(|name| why.contains(&format!("`{name}`"))));
                let message = format!("{} {why}", spelt(key));
                self.findings.report(Code::RefusedKey, span, message, *hint);
            } else if let Some(home) = grammar::home_of(key, self.shape) {
                self.meant.extend(home.outermost());
                self.report_stray(key, span, home);
            } else if let Some(meant) =
                grammar::meant_by(key, self.shape).or_else(|| nearest(key, self.shape.names()))
            {
                self.meant.push(meant);
                let message = format!("unknown key {}", spelt(key));
                self.findings.report(Code::UnknownKey, span, message, did_you_mean(key, meant));
            } else {
                let keys: Vec<String> = self.shape.names().map(|name| format!("`{name}`")).collect();
                let hint = format!("the keys here are {}", keys.join(", "));
                self.findings.report(Code::UnknownKey, span, format!("unknown key {}", spelt(key)), hint);
            }
        }
    }

    fn report_stray(&self, key: &str, span: Span, home: Home) {
        let key = quoted(key);
        let (message, hint) = match home {
            Home::Document => {
                (format!("{key} belongs to the document itself"), "move it to the left margin".to_owned())
            }
            Home::Key(name, _) => {
                (format!("{key} belongs to `{name}`"), format!("move it below `{name}:`, and indent it"))
            }
            Home::Item(name, _) => (
                format!("{key} belongs to an item of `{name}`"),
                format!("move it into the items below `{name}:`"),
            ),
        };
        self.findings.report(Code::RefusedKey, span, message, hint);
    }
}

/// Says how a mapping of a shape is written.
fn how_to_write(shape: &Shape) -> String {
    let required: Vec<_> = shape.keys.iter().filter(|key| key.required).collect();
    if required.is_empty() {
        let keys: Vec<String> = shape.names().map(|name| format!("`{name}`")).collect();
        let keys = keys.join(", ");
        return format!("write `key: value` pairs on the next lines, indented; the keys are {keys}");
    }
    let keys: Vec<String> = required.iter().map(|key| format!("`{}: …`", key.name)).collect();
    let how = if keys.len() == 1 { "on the next line, indented" } else { "one a line, indented alike" };
    format!("write {} {how}", keys.join(" and "))
}

/// Says how a key is added that is missing.
fn how_to_add(key: &Key) -> String {
    let name = key.name;
    match &key.form {
        Form::Exactly(text) => format!("add `{name}: {text}`"),
        Form::Mapping(shape) => format!("add `{name}:`, and {}", how_to_write(shape)),
        Form::List { .. } => format!("add `{name}:`, and write each item on a line below it, after `- `"),
        _ => format!("add `{name}: …`"),
    }
}

/// Says how a text is kept from being taken for something else.
fn put_quotes(text: &str) -> String {
    let quoted = quoted(text);
    // What was shortened or made harmless is not what should be written.
    if quoted.len() == text.len() + 2 {
        format!("put quotes around it: `\"{text}\"`")
    } else {
        "put quotes around it".to_owned()
    }
}

fn key_text<'t>(entry: &'t Entry<'t>) -> Option<&'t str> {
    match &entry.key.kind {
        Kind::Scalar { text, .. } => Some(text.as_ref()),
        _ => None,
    }
}

/// Recognises a merge key that could not be merged: it was reported as that.
fn is_merge_key(entry: &Entry<'_>) -> bool {
    matches!(&entry.key.kind, Kind::Scalar { text, plain: true } if text == "<<")
}

fn value_of<'t>(entry: &'t Entry<'t>, role: Role, findings: &'t Findings) -> Option<Value<'t>> {
    let name = key_text(entry)?;
    Some(Value { node: &entry.value, name, key: entry.key.span, role, findings })
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
        && !is_merge_key(entry)
        && let Some(other) = plain::taken_for(text)
    {
        let message = format!("key {} is {other} to other YAML readers; a text is meant here", quoted(text));
        findings.report(Code::NotText, entry.key.span, message, put_quotes(text));
    }
}

/// Reports keys that are no texts, and keys that stand more than once, each a single time.
fn check_keys<'t>(entries: &'t [Entry<'t>], findings: &'t Findings) {
    let mut seen: HashMap<&str, (Span, usize)> = HashMap::with_capacity(entries.len());
    let mut twice: Vec<(&str, Span)> = Vec::new();
    for entry in entries {
        let span = entry.key.span;
        match key_text(entry) {
            Some("") => findings.report(Code::BadKey, span, "a key is empty", "write `key: value`"),
            None => findings.report(
                Code::BadKey,
                span,
                "a key should be a text",
                "write `key: value`; put quotes around a text that begins with `[`, `{` or `?`",
            ),
            Some(key) => {
                let (_, times) = seen.entry(key).and_modify(|(_, times)| *times += 1).or_insert((span, 1));
                if *times == 2 {
                    twice.push((key, span));
                }
            }
        }
    }
    // A whole document again, after the first: one mistake.
    let begins_again = twice.len() > 1 && matches!(twice[0].0, "apiVersion" | "kind");
    let shown = if begins_again { 1 } else { twice.len() };
    for (key, span) in twice.into_iter().take(shown) {
        let (first, times) = seen[key];
        let (message, hint) = if begins_again {
            ("another document begins here".to_owned(), "write `---` on a line of its own before it")
        } else if times == 2 {
            (format!("key {} is written twice", quoted(key)), "keep one of them")
        } else {
            (format!("key {} is written {times} times", quoted(key)), "keep one of them")
        };
        let diagnostic = Diagnostic::new(Code::DuplicateKey, findings.at(span), message);
        findings.add(diagnostic.related(findings.at(first), "first written here").hint(hint));
    }
}
