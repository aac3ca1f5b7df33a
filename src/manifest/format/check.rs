//! Whether two texts say the same.

use crate::manifest::diagnostic::Findings;
use crate::manifest::tree::{self, Kind, Node, Part};

/// A value without its place; the keys of mappings are in an order of their own.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Scalar { text: String, plain: bool },
    Sequence(Vec<Meaning>),
    Mapping(Vec<(String, Meaning)>),
}

/// Says whether two texts hold the same documents with the same keys and values, and how each value is written.
pub(super) fn same_documents(before: &str, after: &str, findings: &Findings) -> bool {
    meanings(before, findings) == meanings(after, findings)
}

fn meanings(text: &str, findings: &Findings) -> Vec<Meaning> {
    let mut all = Vec::new();
    for part in Part::cut(text) {
        tree::read(part, findings, |root| {
            if !root.is_null() {
                all.push(meaning(root));
            }
        });
    }
    all
}

fn meaning(node: &Node<'_>) -> Meaning {
    match &node.kind {
        Kind::Scalar { text, plain } => Meaning::Scalar { text: text.to_string(), plain: *plain },
        Kind::Sequence(items) => Meaning::Sequence(items.iter().map(meaning).collect()),
        Kind::Mapping(entries) => {
            let entry = |entry: &tree::Entry<'_>| (key(&entry.key), meaning(&entry.value));
            let mut entries: Vec<_> = entries.iter().map(entry).collect();
            // Keys that stand twice keep their order.
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Meaning::Mapping(entries)
        }
    }
}

fn key(node: &Node<'_>) -> String {
    match &node.kind {
        Kind::Scalar { text, plain } => format!("{plain} {text}"),
        _ => format!("{:?}", meaning(node)),
    }
}
