//! The two files as they are written: the journal's lines and the checkpoint, in structs of their own.
//!
//! [`line`] is one line of `journal.jsonl` with its chain and checksum, [`record`] what it records, [`values`] what both
//! files are made of, [`checkpoint`] `state.json`. Property names are camelCase, inside `spec` Partner Center's own.
//!
//! **Invariant:** values only. Nothing here opens a file, and what is read is either understood whole or refused.

pub(crate) mod checkpoint;
pub(crate) mod line;
pub(crate) mod record;
pub(crate) mod terms;
mod type_first;
pub(crate) mod values;

use std::fmt;

/// The format that this version writes, in both files.
///
/// Changes:
/// * **1.0** — the first. Journal records: `genesis`, `bound`, `rebuilt`, `opened`, `intended`, `sending`, `sendEnded`,
///   `created`, `notOrdered`, `adopted`, `subscriptionsKnown`, `moved`, `forgotten`.
/// * **1.1** — `allowed`: who allowed a run to go beyond which limit, and why.
/// * **1.2** — `approved` of `opened`: which plan was approved, how, at which commit; `termsKnown`: until when subscriptions run
///   and can be given back.
///
/// A new record type, or a new property, is a new minor version: an older reader refuses the line that has it, and
/// nothing else. Anything that changes what a written line means is a new major version.
pub const FORMAT_VERSION: FormatVersion = FormatVersion { major: 1, minor: 2 };

/// `major.minor`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormatVersion {
    /// Readers refuse any greater than their own.
    pub major: u32,
    /// Readers accept any, as long as they understand all that is there.
    pub minor: u32,
}

impl FormatVersion {
    /// Reads `major.minor` in decimal digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        let number = |digits: &str| {
            let plain = !digits.is_empty() && digits.bytes().all(|c| c.is_ascii_digit());
            plain.then(|| digits.parse().ok()).flatten()
        };
        Some(Self { major: number(major)?, minor: number(minor)? })
    }

    /// Says whether this version may read what that one wrote.
    pub(crate) fn reads(self, written: Self) -> bool {
        written.major <= self.major
    }
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// Why bytes were not taken.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// They are not what was written.
    #[error("{0}")]
    Damaged(String),
    /// They are whole, and hold something that this version does not know.
    #[error("{0}")]
    Newer(String),
}

impl Refusal {
    /// Sorts an error of the parser. What it calls unknown, a later version may have written.
    pub(crate) fn of_json(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        if text.starts_with("unknown field") || text.starts_with("unknown variant") {
            Self::Newer(text)
        } else {
            Self::Damaged(text)
        }
    }
}

impl From<values::FormError> for Refusal {
    fn from(error: values::FormError) -> Self {
        Self::Damaged(error.to_string())
    }
}
