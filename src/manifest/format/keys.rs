//! Which keys stand where in a manifest, in their order.

use crate::manifest::grammar::{Form, KINDS, ORDER, Shape};

/// Returns the keys that a document of this kind may have under a path of keys, in the order they are written in; none
/// where any key may stand. The items of a list stand under its key.
pub(super) fn keys_under(kind: &str, path: &[&str]) -> Vec<&'static str> {
    let document = KINDS.iter().find(|(known, _)| *known == kind).map(|(_, shape)| *shape);
    // Whatever a document of no known kind turns out to be, it begins as all do.
    let document = document.or(path.is_empty().then_some(&ORDER));
    let shape = document.and_then(|document| path.iter().try_fold(document, |shape, key| below(shape, key)));
    shape.map(|shape| shape.names().collect()).unwrap_or_default()
}

/// Finds the shape of what stands under a key, if it has one.
fn below(shape: &'static Shape, key: &str) -> Option<&'static Shape> {
    match &shape.keys.iter().find(|known| known.name == key)?.form {
        Form::Mapping(below) | Form::List { of: Form::Mapping(below), .. } => Some(*below),
        _ => None,
    }
}
