//! Somebody who is told of every request and how it was answered.
//!
//! **Invariant:** it is told only; it changes nothing.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::faults::Occasion;

/// A request, as it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What was asked.
    pub on: Occasion,
    /// About which customer.
    pub customer: Option<String>,
    /// When it came, by the clock of the sandbox.
    pub at: Timestamp,
    /// The status it was answered with; what is lost on its way has one too.
    pub status: u16,
}

type Tell = dyn Fn(&Asked) + Send + Sync;

/// A witness; by default nobody.
#[derive(Clone, Default)]
pub struct Witness(Option<Arc<Tell>>);

impl Witness {
    /// Makes one of a function.
    pub fn new(tell: impl Fn(&Asked) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(super) fn tell(&self, asked: impl FnOnce() -> Asked) {
        if let Some(tell) = &self.0 {
            tell(&asked());
        }
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Witness").field(&self.0.is_some()).finish()
    }
}
