//! Signs of life of a watcher: when its loop last turned, when it last read, and whether a pass is under way.
//!
//! The loop writes them and goes on; whoever asks reads them at any time. Nobody waits for anybody.
//!
//! **Invariant:** no clock: instants come in as milliseconds of any clock that never goes back.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// An instant that has not been.
const NEVER: u64 = u64::MAX;

/// The signs of life.
#[derive(Debug)]
pub struct Pulse {
    turned: AtomicU64,
    read: AtomicU64,
    passing: AtomicU64,
    readings: AtomicU64,
}

/// What the signs of life say at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// How long ago the loop turned.
    pub turned: Duration,
    /// How long ago the manifests were read; `None` where they never were.
    pub read: Option<Duration>,
    /// How long a pass has been under way; `None` where none is.
    pub passing: Option<Duration>,
    /// How often the manifests were read.
    pub readings: u64,
}

impl Pulse {
    /// Begins: the loop turns at this instant.
    #[must_use]
    pub fn new(now: u64) -> Self {
        Self {
            turned: AtomicU64::new(now),
            read: AtomicU64::new(NEVER),
            passing: AtomicU64::new(NEVER),
            readings: AtomicU64::new(0),
        }
    }

    /// The loop turns.
    pub fn turn(&self, now: u64) {
        self.turned.store(now, Relaxed);
    }

    /// The manifests were read.
    pub fn read(&self, now: u64) {
        self.read.store(now, Relaxed);
        self.readings.fetch_add(1, Relaxed);
    }

    /// A pass begins.
    pub fn begin(&self, now: u64) {
        self.passing.store(now, Relaxed);
    }

    /// The pass is over. What it was made from was looked at by it, so that counts as read.
    pub fn end(&self, now: u64) {
        self.read.store(now, Relaxed);
        self.passing.store(NEVER, Relaxed);
    }

    /// Returns what there is to say at an instant.
    #[must_use]
    pub fn at(&self, now: u64) -> Life {
        let ago = |instant: &AtomicU64| {
            let instant = instant.load(Relaxed);
            (instant != NEVER).then(|| Duration::from_millis(now.saturating_sub(instant)))
        };
        Life {
            turned: ago(&self.turned).unwrap_or_default(),
            read: ago(&self.read),
            passing: ago(&self.passing),
            readings: self.readings.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_last_is_what_counts() {
        let pulse = Pulse::new(1000);
        let seconds = Duration::from_secs;
        let begun = Life { turned: seconds(1), read: None, passing: None, readings: 0 };
        assert_eq!(pulse.at(2000), begun);
        pulse.turn(3000);
        pulse.read(4000);
        pulse.begin(5000);
        let passing =
            Life { turned: seconds(4), read: Some(seconds(3)), passing: Some(seconds(2)), readings: 1 };
        assert_eq!(pulse.at(7000), passing);
        pulse.end(8000);
        let over = Life { turned: seconds(6), read: Some(seconds(1)), passing: None, readings: 1 };
        assert_eq!(pulse.at(9000), over);
        // Whoever asks with an older instant sees no age below nothing.
        assert_eq!(pulse.at(0).turned, Duration::ZERO);
    }
}
