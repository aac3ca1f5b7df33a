//! The order of keys.
//!
//! **Invariant:** only members of mappings move, each with its comments; no alias comes to stand before its anchor,
//! because then the whole document keeps the order it was written in.

use std::collections::HashMap;

use super::keys::keys_under;
use super::syntax::{Anchor, Collection, Member, Piece, Root, Trivia, Value, append};

/// The merge key: what it brings in is meant to stand first.
const MERGE: &str = "<<";

/// Puts the keys of a document into their order. Says `false` where an alias would stand before its anchor.
pub(super) fn arrange(piece: &mut Piece<'_>) -> bool {
    settle_head(piece);
    let Root::Collection(root) = &mut piece.root else {
        return true;
    };
    let kind = kind_of(root).unwrap_or_default();
    sort(root, &kind, &[]);
    keeps_aliases(root, &mut HashMap::new())
}

/// Lets what stands before the first key stand there, whichever key comes first.
pub(super) fn settle_head(piece: &mut Piece<'_>) {
    let Root::Collection(root) = &mut piece.root else {
        return;
    };
    if let Some(first) = root.members.first_mut() {
        append(&mut piece.head, std::mem::take(&mut first.above));
    }
}

fn kind_of(root: &Collection<'_>) -> Option<String> {
    let is_kind = |member: &&Member<'_>| member.key.as_ref().is_some_and(|key| key.text == "kind");
    match &root.members.iter().find(is_kind)?.value {
        Value::Scalar { text, .. } => Some(text.to_string()),
        _ => None,
    }
}

fn sort(collection: &mut Collection<'_>, kind: &str, path: &[&str]) {
    for member in &mut collection.members {
        let Value::Collection(inner) = &mut member.value else { continue };
        match &member.key {
            Some(key) => sort(inner, kind, &[path, &[&*key.text]].concat()),
            None => sort(inner, kind, path),
        }
    }
    if collection.is_mapping {
        let known = keys_under(kind, path);
        collection.members.sort_by_key(|member| {
            let text = member.key.as_ref().map_or("", |key| &*key.text);
            match known.iter().position(|key| *key == text) {
                _ if text == MERGE => 0,
                Some(place) => place + 1,
                None => known.len() + 1,
            }
        });
    }
}

/// Says whether every alias repeats the same anchor as before; `anchors` are those above, by name.
fn keeps_aliases<'a>(collection: &Collection<'a>, anchors: &mut HashMap<&'a str, usize>) -> bool {
    let mark = |anchors: &mut HashMap<&'a str, usize>, anchor: Option<Anchor<'a>>| {
        anchor.map(|anchor| anchors.insert(&anchor.raw[1..], anchor.id));
    };
    collection.members.iter().all(|member| {
        let mut same = true;
        if let Some(key) = &member.key {
            mark(anchors, key.anchor);
            same = key.alias.is_none_or(|id| anchors.get(&key.raw[1..]) == Some(&id));
        }
        mark(anchors, member.anchor);
        same && match &member.value {
            Value::Alias { raw, id } => anchors.get(&raw[1..]) == Some(id),
            Value::Collection(inner) => keeps_aliases(inner, anchors),
            _ => true,
        }
    })
}

/// Moves the comments that an item of a list begins with above its dash, so that its first key can stand beside it.
pub(super) fn lift_comments(collection: &mut Collection<'_>) {
    for member in &mut collection.members {
        let Value::Collection(inner) = &mut member.value else { continue };
        lift_comments(inner);
        if member.key.is_none() && member.head.is_none() && member.anchor.is_none() && !inner.is_flow {
            let first = inner.members.first_mut().expect("a block has members");
            let lifted = std::mem::take(&mut first.above);
            let skipped = usize::from(lifted.iter().all(Trivia::is_blank)) * lifted.len();
            append(&mut member.above, lifted.into_iter().skip(skipped));
        }
    }
}
