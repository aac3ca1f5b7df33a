//! How much a run may ask again: a storm must not be answered by one.
//!
//! Whatever is asked for the first time adds to the budget, and whatever is asked again takes from it. So however many
//! requests fail, a run makes little more of them than it has to.
//!
//! **Invariant:** what is in the budget is never negative, whoever takes from it at the same time.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a run may ask again however little it asks.
const LEAST: u64 = 32;

/// Of how many first requests one more may be asked again.
const PART: u64 = 10;

/// The budget of a run.
#[derive(Debug, Default)]
pub(crate) struct Retries {
    first: AtomicU64,
    again: AtomicU64,
}

impl Retries {
    /// Counts something that is asked for the first time.
    pub(crate) fn first(&self) {
        self.first.fetch_add(1, Relaxed);
    }

    /// Takes from the budget; says whether there was something left.
    pub(crate) fn again(&self) -> bool {
        let allowed = LEAST + self.first.load(Relaxed) / PART;
        let take = |again: u64| (again < allowed).then_some(again + 1);
        self.again.fetch_update(Relaxed, Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_what_was_asked_may_be_asked_again_and_a_little_always() {
        let retries = Retries::default();
        let drawn = |retries: &Retries| (0..10_000).take_while(|_| retries.again()).count();
        assert_eq!(drawn(&retries), 32);
        (0..1000).for_each(|_| retries.first());
        assert_eq!(drawn(&retries), 100);
        assert!(!retries.again());
    }
}
