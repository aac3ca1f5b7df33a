//! `notify`: who is told what a watcher does.
//!
//! **Invariant:** nothing that could be a secret is taken from a file, and no message repeats what stood in its place.

use std::collections::HashMap;

use super::code::Code;
use super::diagnostic::Diagnostic;
use super::fields::Value;
use super::grammar::RECEIVER;
use super::validate;
use crate::domain::notify::{Receiver, Shape, Topic};

/// The longest name of an environment variable.
const LONGEST_VARIABLE: usize = 128;

/// Reads the receivers of a project. Each name is one receiver's.
pub(super) fn receivers(value: Value<'_>) -> Vec<Receiver> {
    let mut names = HashMap::new();
    let mut receivers = Vec::new();
    for item in value.items().into_iter().flatten() {
        let Some(fields) = item.fields(&RECEIVER) else { continue };
        let name = fields.value("name").and_then(|value| Some((validate::name(value)?, value)));
        if let Some((name, value)) = &name
            && let Some(first) = names.insert(name.clone(), value.node.span)
        {
            let message = format!("two receivers are called `{name}`");
            let diagnostic =
                Diagnostic::new(Code::DuplicateReceiver, value.findings.at(value.node.span), message);
            let related = diagnostic.related(value.findings.at(first), "the other one");
            value.findings.add(related.hint("give each a name of its own"));
        }
        let url_from = fields.value("urlFrom").and_then(variable);
        let shape = fields.value("shape").and_then(|value| validate::choice(value, &Shape::ALL));
        let secret_from = fields.value("secretFrom").and_then(variable);
        let topics = fields.value("on").and_then(|value| value.items()).into_iter().flatten();
        let on = topics.filter_map(|item| validate::choice(item, &Topic::ALL)).collect();
        let (Some((name, _)), Some(url_from), Some(shape)) = (name, url_from, shape) else { continue };
        receivers.push(Receiver { name: name.to_string(), url_from, shape, secret_from, on });
    }
    receivers
}

/// Takes the name of an environment variable.
fn variable(value: Value<'_>) -> Option<String> {
    let text = value.unmistakable_text()?;
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_plain = text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    if begins && is_plain && text.len() <= LONGEST_VARIABLE {
        return Some(text.to_owned());
    }
    let message = format!("what stands at `{}` does not name an environment variable", value.name);
    value.report(
        Code::Variable,
        message,
        "write a name of letters, digits and `_`, such as `DESK_URL`, and set that variable where the watcher runs; \
         a secret that stood here has to be replaced where it was issued",
    );
    None
}
