//! How time is measured where money depends on it: by the server's clock, held back by the boot clock.
//!
//! **Invariant:** the local wall clock appears nowhere. A jump of it, a suspended laptop or a wrong CI clock can
//! neither shorten a wait nor lengthen one.

use std::fmt;
use std::time::Duration;

/// How finely a `Date` header tells time: ages are taken one such step shorter than they look.
const SERVER_CLOCK_STEP: Duration = Duration::from_secs(1);

/// An instant as Partner Center writes it, to the nanosecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Reads RFC 3339 leniently: any offset, 0 to 9 digits of a second, and no zone at all taken for UTC, as Partner
    /// Center's own samples have it. Returns `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let zoned = text.parse::<jiff::Timestamp>().ok();
        let assumed_utc = || {
            let local: jiff::civil::DateTime = text.parse().ok()?;
            local.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
        };
        zoned.or_else(assumed_utc).map(Self)
    }

    /// Returns it for whoever knows calendars.
    pub(super) fn instant(self) -> jiff::Timestamp {
        self.0
    }

    /// Takes an instant from whoever knows calendars.
    pub(super) fn of(instant: jiff::Timestamp) -> Self {
        Self(instant)
    }

    /// Makes an instant of whole milliseconds since 1970; the nearest possible one where that is out of range.
    #[must_use]
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH))
    }

    /// Returns whole milliseconds since 1970.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        self.0.as_millisecond()
    }

    /// Returns how much later this is than `earlier`; zero where it is not.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let ms = self.unix_ms().saturating_sub(earlier.unix_ms());
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    }

    /// Returns the instant `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_ms(self.unix_ms().saturating_add(ms))
    }

    /// Returns the instant `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        let ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_unix_ms(self.unix_ms().saturating_sub(ms))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One instant, told by two clocks that a user cannot set: the server's and this machine's since it was booted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// What the server's `Date` headers say; `None` where it never sent one.
    pub server: Option<Timestamp>,
    /// Which boot of which machine `boot_ms` counts from; empty where that is unknown.
    pub boot_id: String,
    /// Milliseconds since that boot, suspended time included.
    pub boot_ms: u64,
}

impl Moment {
    /// Returns how much time has *surely* passed since `earlier`.
    ///
    /// It is the difference of the server's clocks less one step of them, and where both were read on the same
    /// boot, never more than the boot clock allows. Without a server's clock on both sides nothing has surely passed.
    #[must_use]
    pub fn age_since(&self, earlier: &Self) -> Duration {
        let (Some(now), Some(then)) = (self.server, earlier.server) else {
            return Duration::ZERO;
        };
        let by_server = now.since(then).saturating_sub(SERVER_CLOCK_STEP);
        if self.boot_id.is_empty() || self.boot_id != earlier.boot_id {
            return by_server;
        }
        by_server.min(Duration::from_millis(self.boot_ms.saturating_sub(earlier.boot_ms)))
    }

    /// Returns how much time can have passed since `earlier` at the most; `None` where nobody can tell.
    ///
    /// It is the longer of what both clocks say, so that a server's clock that stands still makes nothing young.
    #[must_use]
    pub fn age_at_most(&self, earlier: &Self) -> Option<Duration> {
        let (now, then) = self.server.zip(earlier.server)?;
        let by_server = now.since(then) + SERVER_CLOCK_STEP;
        if self.boot_id.is_empty() || self.boot_id != earlier.boot_id {
            return (now >= then).then_some(by_server);
        }
        let by_boot = self.boot_ms.checked_sub(earlier.boot_ms).map(Duration::from_millis)?;
        Some(by_server.max(by_boot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(server_s: Option<i64>, boot: &str, boot_s: u64) -> Moment {
        let server = server_s.map(|s| Timestamp::from_unix_ms(s * 1000));
        Moment { server, boot_id: boot.into(), boot_ms: boot_s * 1000 }
    }

    #[test]
    fn an_age_is_never_more_than_either_clock_allows() {
        let then = moment(Some(1000), "boot", 10);
        assert_eq!(moment(Some(1100), "boot", 110).age_since(&then), Duration::from_secs(99));
        // The server's clock jumped ten years: the boot clock holds the age back.
        assert_eq!(moment(Some(400_000_000), "boot", 15).age_since(&then), Duration::from_secs(5));
        // After a reboot only the server can tell.
        assert_eq!(moment(Some(1100), "other", 1).age_since(&then), Duration::from_secs(99));
        // It went backwards, or stood still, or never spoke: nothing has surely passed.
        for now in
            [moment(Some(900), "boot", 500), moment(Some(1000), "boot", 500), moment(None, "boot", 500)]
        {
            assert_eq!(now.age_since(&then), Duration::ZERO);
        }
        assert_eq!(moment(Some(9000), "boot", 500).age_since(&moment(None, "boot", 1)), Duration::ZERO);
    }

    #[test]
    fn nothing_is_young_that_either_clock_makes_old() {
        let then = moment(Some(1000), "boot", 10);
        let at_most = |now: Moment| now.age_at_most(&then).map(|age| age.as_secs());
        assert_eq!(at_most(moment(Some(1100), "boot", 110)), Some(101));
        // The server's clock stands still, or went back: the boot clock tells.
        assert_eq!(at_most(moment(Some(1000), "boot", 7210)), Some(7200));
        assert_eq!(at_most(moment(Some(900), "boot", 7210)), Some(7200));
        // After a reboot only the server can tell, and not where it contradicts itself.
        assert_eq!(at_most(moment(Some(1100), "other", 1)), Some(101));
        for unknown in
            [moment(Some(900), "other", 1), moment(None, "boot", 20), moment(Some(1100), "boot", 9)]
        {
            assert_eq!(at_most(unknown), None);
        }
    }

    /// "Order resources" and the samples beside it show all of these.
    #[test]
    fn every_documented_form_of_a_date_is_read() {
        for (text, ms) in [
            ("2017-03-30T10:43:07.157-07:00", 1_490_895_787_157),
            ("2021-08-17T18:13:11.3122226Z", 1_629_223_991_312),
            ("2019-01-16T00:48:44.76+00:00", 1_547_599_724_760),
            ("2022-01-13T00:00:00Z", 1_642_032_000_000),
            ("0001-01-01T00:00:00", -62_135_596_800_000),
        ] {
            assert_eq!(Timestamp::parse(text).map(Timestamp::unix_ms), Some(ms), "{text}");
        }
        assert_eq!(Timestamp::parse("yesterday"), None);
    }
}
