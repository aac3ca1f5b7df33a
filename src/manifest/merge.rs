//! YAML merge keys: `<<: *anchor` takes over what a mapping does not write itself.
//!
//! **Invariant:** nothing is made here that was not read before: the merged entries are the alias's own copies, which
//! the builder has counted.

use std::borrow::Cow;
use std::collections::HashSet;

use super::code::Code;
use super::diagnostic::{Diagnostic, Findings};
use super::tree::{Entry, Kind, Node};

/// Puts the entries of each mapping that is merged after the mapping's own; what stands there already stays. A merge key
/// that cannot be merged is reported and stays, so that nobody misses what it would have brought.
pub(super) fn expand(entries: &mut Vec<Entry<'_>>, findings: &Findings) {
    let Some(at) = entries.iter().position(|entry| is_merge_key(&entry.key)) else {
        return;
    };
    let merge = entries.remove(at);
    if let Some(again) = entries.iter().find(|entry| is_merge_key(&entry.key)) {
        let (first, second) = (findings.at(merge.key.span), findings.at(again.key.span));
        let diagnostic = Diagnostic::new(Code::DuplicateKey, second, "the merge key `<<` is written twice");
        let diagnostic = diagnostic.related(first, "first written here");
        findings.add(diagnostic.hint("merge several mappings by one key: `<<: [*one, *other]`"));
        return;
    }
    let is_mapping = |node: &Node<'_>| matches!(node.kind, Kind::Mapping(_));
    let all_mappings = match &merge.value.kind {
        Kind::Sequence(items) => items.iter().all(is_mapping),
        _ => is_mapping(&merge.value),
    };
    if !all_mappings {
        findings.report(
            Code::MergeKey,
            merge.key.span,
            "the merge key `<<` should name a mapping, or a list of mappings",
            "mark a mapping with `&anchor` above, and write `<<: *anchor`",
        );
        entries.push(merge);
        return;
    }
    let mappings = match merge.value.kind {
        Kind::Sequence(items) => items,
        _ => vec![merge.value],
    };
    let mut own: HashSet<Cow<'_, str>> =
        entries.iter().filter_map(|entry| key_text(&entry.key).cloned()).collect();
    for mapping in mappings {
        let Kind::Mapping(merged) = mapping.kind else { continue };
        for entry in merged {
            if key_text(&entry.key).is_none_or(|key| own.insert(key.clone())) {
                entries.push(entry);
            }
        }
    }
}

/// In quotes, `<<` is a key like any other.
fn is_merge_key(key: &Node<'_>) -> bool {
    matches!(&key.kind, Kind::Scalar { text, plain: true } if text == "<<")
}

fn key_text<'n, 'a>(key: &'n Node<'a>) -> Option<&'n Cow<'a, str>> {
    match &key.kind {
        Kind::Scalar { text, .. } => Some(text),
        _ => None,
    }
}
