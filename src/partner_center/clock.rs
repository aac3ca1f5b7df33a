//! The server's clock, carried on by this machine's boot clock between answers.
//!
//! `Date` headers have steps of one second. The newest answer is believed, whichever way it moves the clock: who
//! measures an age holds it back by the boot clock ([`Moment::age_since`]).
//!
//! [`Stopwatch`] is for what is measured within a run, such as a pause.
//!
//! **Invariant:** the wall clock of this machine is never read.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use crate::domain::{Moment, Timestamp};

/// Which boot this is, on Linux.
const BOOT_ID_FILE: &str = "/proc/sys/kernel/random/boot_id";

/// What time it is there, as well as it is known here.
#[derive(Debug)]
pub(super) struct ServerClock {
    boot_id: String,
    newest: Mutex<Option<Reading>>,
}

/// What an answer said, and when it came.
#[derive(Debug, Clone, Copy)]
struct Reading {
    server: Timestamp,
    boot_ms: u64,
}

impl ServerClock {
    /// Makes a clock that has not heard of the server yet.
    pub(super) fn new() -> Self {
        let boot_id = std::fs::read_to_string(BOOT_ID_FILE).unwrap_or_default();
        Self { boot_id: boot_id.trim().to_owned(), newest: Mutex::new(None) }
    }

    /// Returns the instant there: the newest `Date` and the time that has passed since.
    pub(super) fn now(&self) -> Moment {
        self.now_at(boot_ms())
    }

    /// Takes the `Date` of an answer that has just come, and returns its instant.
    pub(super) fn note(&self, date: Option<Timestamp>) -> Moment {
        self.note_at(date, boot_ms())
    }

    fn now_at(&self, boot_ms: u64) -> Moment {
        let newest = *self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        let carried_on = |reading: Reading| {
            let passed = boot_ms.saturating_sub(reading.boot_ms);
            reading.server.after(Duration::from_millis(passed))
        };
        self.moment(newest.map(carried_on), boot_ms)
    }

    fn note_at(&self, date: Option<Timestamp>, boot_ms: u64) -> Moment {
        if let Some(server) = date {
            let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
            *newest = Some(Reading { server, boot_ms });
        }
        self.moment(date, boot_ms)
    }

    fn moment(&self, server: Option<Timestamp>, boot_ms: u64) -> Moment {
        Moment { server, boot_id: self.boot_id.clone(), boot_ms }
    }
}

/// Counts milliseconds since it was made, by the clock that timers go by.
#[derive(Debug)]
pub(super) struct Stopwatch(tokio::time::Instant);

impl Stopwatch {
    /// Begins at 0.
    pub(super) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }

    /// Returns how many milliseconds have passed, rounded down.
    pub(super) fn ms(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// Reads a `Date`, or any other date as HTTP writes it.
pub(super) fn parse_http_date(text: &str) -> Option<Timestamp> {
    let since_1970 = httpdate::parse_http_date(text.trim()).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let ms = i64::try_from(since_1970.as_millis()).ok()?;
    Some(Timestamp::from_unix_ms(ms))
}

/// Returns milliseconds since this machine was booted, suspended time included where the system can tell.
fn boot_ms() -> u64 {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let clock = rustix::time::ClockId::Boottime;
    // Without suspended time the clock runs behind, and ages are too short: the safe side.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let clock = rustix::time::ClockId::Monotonic;
    let now = rustix::time::clock_gettime(clock);
    let ms = now.tv_sec.saturating_mul(1000) + now.tv_nsec / 1_000_000;
    u64::try_from(ms).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(moment: &Moment) -> Option<i64> {
        moment.server.map(|server| server.unix_ms() / 1000)
    }

    fn at(s: i64) -> Option<Timestamp> {
        Some(Timestamp::from_unix_ms(s * 1000))
    }

    #[test]
    fn the_clock_says_nothing_before_the_first_date_and_runs_on_after_it() {
        let clock = ServerClock::new();
        assert_eq!(seconds(&clock.now_at(5_000)), None);
        assert_eq!(seconds(&clock.note_at(None, 6_000)), None);
        assert_eq!(seconds(&clock.now_at(7_000)), None);
        assert_eq!(seconds(&clock.note_at(at(100), 10_000)), Some(100));
        assert_eq!(seconds(&clock.now_at(40_000)), Some(130));
        assert_eq!(clock.now_at(40_000).boot_ms, 40_000);
    }

    #[test]
    fn the_newest_answer_is_believed_even_where_it_goes_back() {
        let clock = ServerClock::new();
        clock.note_at(at(1_000), 10_000);
        clock.note_at(at(900), 20_000);
        assert_eq!(seconds(&clock.now_at(21_000)), Some(901));
        // An answer without a date moves nothing, and claims no instant of its own.
        assert_eq!(seconds(&clock.note_at(None, 30_000)), None);
        assert_eq!(seconds(&clock.now_at(30_000)), Some(910));
        // A boot clock that went back adds nothing.
        assert_eq!(seconds(&clock.now_at(1_000)), Some(900));
    }

    #[test]
    fn the_boot_clock_runs_and_knows_its_boot() {
        let clock = ServerClock::new();
        let (first, second) = (clock.now(), clock.now());
        assert!(first.boot_ms > 0 && second.boot_ms >= first.boot_ms);
        assert_eq!(first.boot_id, second.boot_id);
        assert_eq!(first.boot_id, first.boot_id.trim());
    }

    #[test]
    fn dates_are_read_as_http_writes_them() {
        let ms = |text| parse_http_date(text).map(Timestamp::unix_ms);
        assert_eq!(ms("Thu, 30 Mar 2017 17:43:08 GMT"), Some(1_490_895_788_000));
        assert_eq!(ms("2017-03-30T17:43:08Z"), None);
        assert_eq!(ms(""), None);
    }
}
