//! Which keys stand where in a manifest, in their order.

use crate::manifest::{document, order, project};

/// Returns the keys that a document of this kind may have under a path of keys, in the order they are written in; none
/// where any key may stand. The items of a list stand under its key.
pub(super) fn keys_under(kind: &str, path: &[&str]) -> &'static [&'static str] {
    match (kind, path) {
        (_, []) => document::DOCUMENT.keys,
        ("Order", ["metadata"]) => order::METADATA.keys,
        ("Order", ["spec"]) => order::SPEC.keys,
        ("Order", ["spec", "lineItems"]) => order::LINE.keys,
        ("Order", ["spec", "lineItems", "renewsTo"]) => order::RENEWS_TO.keys,
        ("Customer", ["metadata"]) => document::CUSTOMER_METADATA.keys,
        ("Customer", ["spec"]) => document::CUSTOMER_SPEC.keys,
        ("Project", ["metadata"]) => project::METADATA.keys,
        ("Project", ["spec"]) => project::SPEC.keys,
        ("Project", ["spec", "recovery"]) => project::RECOVERY.keys,
        ("Project", ["spec", "limits"]) => project::LIMITS.keys,
        _ => &[],
    }
}
