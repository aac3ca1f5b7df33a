//! What a watcher counts and shows of itself while it works, for whoever serves it: beside [`Status`](super::Status),
//! which changes with a pass, what changes at any time.
//!
//! **Invariant:** counts only ever grow, and nobody waits for whoever reads them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::counted::Requests;
use super::pulse::Pulse;
use super::status::Turn;

/// What changes at any time.
#[derive(Debug)]
pub struct Vitals {
    /// Signs of life.
    pub pulse: Pulse,
    /// What Partner Center was asked.
    pub requests: Arc<Requests>,
    /// The passes so far.
    pub passes: Passes,
}

impl Vitals {
    /// Begins at this instant, in milliseconds of a clock that never goes back.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self { pulse: Pulse::new(now), requests: Arc::default(), passes: Passes::default() }
    }
}

/// How many passes there were, by how they ended and by how long they took.
#[derive(Debug, Default)]
pub struct Passes {
    ended: [AtomicU64; Turn::WORDS.len()],
    took: [AtomicU64; Passes::BOUNDS.len() + 1],
    took_us: AtomicU64,
}

impl Passes {
    /// What durations are sorted by, in seconds: the longest of each drawer; what takes longer than the last is in one more.
    pub const BOUNDS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

    /// Counts one.
    pub fn add(&self, turn: &Turn, took: Duration) {
        self.ended[turn.at()].fetch_add(1, Relaxed);
        let drawer = Self::BOUNDS.iter().take_while(|bound| took.as_secs_f64() > **bound).count();
        self.took[drawer].fetch_add(1, Relaxed);
        self.took_us.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Relaxed);
    }

    /// Returns how many ended in each way, by its word.
    pub fn ended(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        Turn::WORDS.into_iter().zip(self.ended.iter().map(|count| count.load(Relaxed)))
    }

    /// Returns how many are in each drawer, the last being what took longer than every bound; and all durations in sum.
    #[must_use]
    pub fn took(&self) -> ([u64; Self::BOUNDS.len() + 1], Duration) {
        let drawers = self.took.each_ref().map(|count| count.load(Relaxed));
        (drawers, Duration::from_micros(self.took_us.load(Relaxed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pass_is_in_one_drawer_and_under_one_word() {
        let passes = Passes::default();
        for (turn, ms) in [
            (Turn::Planned, 10),
            (Turn::Planned, 11),
            (Turn::Held { why: vec![] }, 3),
            (Turn::Failed { why: String::new() }, 3_600_000),
        ] {
            passes.add(&turn, Duration::from_millis(ms));
        }
        let (drawers, sum) = passes.took();
        assert_eq!(drawers, [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(sum, Duration::from_millis(3_600_024));
        let ended: Vec<_> = passes.ended().collect();
        assert_eq!(ended, [("planned", 2), ("applied", 0), ("held", 1), ("failed", 1)]);
    }
}
