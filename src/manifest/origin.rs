//! Where a value comes from: the line that wrote it, in the manifest itself, in a `defaults.yaml` or at a customer.
//!
//! **Invariant:** what is written goes before a default, whether it could be read or not: a mistake is never covered up.

use std::collections::BTreeMap;

use super::diagnostic::{Findings, Region};
use super::fields::{Fields, Value};

/// Where each value of an order comes from, by its path, such as `spec.lineItems[0].offerId`.
pub type Origins = BTreeMap<String, Region>;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Sourced<T> {
    pub(super) value: T,
    pub(super) region: Region,
}

/// Takes the values of one document, and notes their origins where somebody wants them.
pub(super) struct Taking<'t> {
    pub(super) findings: &'t Findings,
    /// Nothing where nobody asks: a hundred thousand orders have a million values.
    pub(super) origins: Option<Origins>,
}

impl Taking<'_> {
    /// Takes what is written under a key, or else the default.
    pub(super) fn take<T: Clone>(
        &mut self,
        fields: &Fields<'_>,
        (prefix, key): (&str, &str),
        read: impl FnOnce(Value<'_>) -> Option<T>,
        default: Option<&Sourced<T>>,
    ) -> Option<T> {
        if let Some(value) = fields.value(key) {
            self.note(prefix, key, || value.findings.at(value.node.span));
            return read(value);
        }
        let default = default?;
        self.note(prefix, key, || default.region.clone());
        Some(default.value.clone())
    }

    /// Notes where the value under a key was written.
    pub(super) fn note(&mut self, prefix: &str, key: &str, region: impl FnOnce() -> Region) {
        if let Some(origins) = &mut self.origins {
            origins.insert(format!("{prefix}.{key}"), region());
        }
    }

    /// Makes the prefix of what is below, where somebody wants it.
    pub(super) fn prefix(&self, path: impl FnOnce() -> String) -> String {
        if self.origins.is_some() { path() } else { String::new() }
    }
}
