//! Maintenance windows: when a watcher may buy, by the clocks of the places where people are awake.
//!
//! A window is what the clock on the wall says: from one time of day up to another, on certain days, in one time zone.
//! Where that clock is put forward, a window that lies in the hour left out is not there on that day; where it is put
//! back, one that lies in the hour shown twice is open twice. The zones are inside of the program.
//!
//! **Invariant:** pure. Without any window it is always open; whoever does not know the time has to ask for it.

use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{ToSpan as _, civil};

use super::moment::Timestamp;

/// The minutes of a day, which is the end of it.
pub const DAY_MINUTES: u16 = 24 * 60;

/// How many days ahead the next opening is looked for: two weeks hold every day of the week, also where a clock that is
/// put forward takes one of them.
const DAYS_AHEAD: i32 = 15;

/// One window (an item of `spec.windows`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeWindow {
    /// On which days, from Monday; that of a window that goes past midnight is the one it begins on.
    pub days: [bool; 7],
    /// When it opens, in minutes from midnight.
    pub from: u16,
    /// When it closes, in minutes from midnight; not after `from` where it goes past midnight.
    pub to: u16,
    /// By which clock.
    pub zone: Zone,
}

/// A time zone of the IANA database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Finds a zone by its name, such as `Europe/Berlin`, in whatever case it is written.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        TimeZone::get(name).ok().map(Self)
    }

    /// Returns its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }
}

impl TimeWindow {
    /// Says whether it is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = at.instant().to_zoned(self.zone.0.clone()).datetime();
        let minute =
            u16::try_from(local.hour()).unwrap_or(0) * 60 + u16::try_from(local.minute()).unwrap_or(0);
        let is_on =
            |day: civil::Weekday| self.days[usize::try_from(day.to_monday_zero_offset()).unwrap_or(0)];
        let today = local.date().weekday();
        match self.from < self.to {
            true => is_on(today) && (self.from..self.to).contains(&minute),
            false => (is_on(today) && minute >= self.from) || (is_on(today.previous()) && minute < self.to),
        }
    }

    /// Returns when it opens next, where it is not open. It does where its time comes, or where the clock is put.
    fn opens(&self, after: Timestamp) -> Option<Timestamp> {
        let zone = &self.zone.0;
        let today = after.instant().to_zoned(zone.clone()).date();
        let begins = (-1..DAYS_AHEAD).filter_map(|day| {
            let date = today.checked_add(day.days()).ok()?;
            Some(date.at(i8::try_from(self.from / 60).ok()?, i8::try_from(self.from % 60).ok()?, 0, 0))
        });
        let begins = begins.flat_map(|local| {
            let offsets = match zone.to_ambiguous_timestamp(local).offset() {
                AmbiguousOffset::Unambiguous { offset } => [offset, offset],
                AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                    [before, after]
                }
            };
            offsets.map(|offset| offset.to_timestamp(local))
        });
        let end = after.instant().checked_add(i64::from(DAYS_AHEAD * 24).hours()).ok()?;
        let put = zone.following(after.instant()).map(|change| change.timestamp()).take_while(|at| *at < end);
        let all = begins.filter_map(Result::ok).chain(put).map(Timestamp::of);
        all.filter(|at| *at > after && self.is_open(*at)).min()
    }
}

/// All windows of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows(pub Vec<TimeWindow>);

impl Windows {
    /// Says whether there is none, so that it is always open.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Says whether any is open.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.is_empty() || self.0.iter().any(|window| window.is_open(at))
    }

    /// Returns until when one is open at the least, where one is: an hour at the most, since nobody waits longer for it.
    #[must_use]
    pub fn open_until(&self, now: Timestamp) -> Option<Timestamp> {
        const MINUTE_MS: i64 = 60_000;
        let next = now.unix_ms().div_euclid(MINUTE_MS) + 1;
        let minutes = (next..=next + 60).map(|minute| Timestamp::from_unix_ms(minute * MINUTE_MS));
        let ends = || minutes.clone().find(|at| !self.is_open(*at)).or_else(|| minutes.clone().next_back());
        (!self.is_empty()).then(ends).flatten()
    }

    /// Returns when the next one opens, where none is open.
    #[must_use]
    pub fn opens(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.iter().filter_map(|window| window.opens(after)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn window(days: &str, from: u16, to: u16, zone: &str) -> TimeWindow {
        let days = std::array::from_fn(|day| days.as_bytes()[day] == b'x');
        TimeWindow { days, from, to, zone: Zone::named(zone).unwrap() }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn a_window_is_what_the_clock_of_its_place_says() {
        let office = window("xxxxx..", 9 * 60, 17 * 60, "Europe/Berlin");
        // A Thursday in winter, a Thursday in summer, a Saturday.
        assert!(!office.is_open(at("2026-01-15T07:59:59Z")) && office.is_open(at("2026-01-15T08:00:00Z")));
        assert!(office.is_open(at("2026-01-15T15:59:59Z")) && !office.is_open(at("2026-01-15T16:00:00Z")));
        assert!(office.is_open(at("2026-07-16T07:00:00Z")) && !office.is_open(at("2026-07-16T06:59:00Z")));
        assert!(!office.is_open(at("2026-01-17T10:00:00Z")));
    }

    #[test]
    fn a_window_past_midnight_is_of_the_day_it_begins_on() {
        let friday_night = window("....x..", 22 * 60, 6 * 60, "UTC");
        assert!(
            friday_night.is_open(at("2026-01-16T22:00:00Z"))
                && friday_night.is_open(at("2026-01-17T05:59:00Z"))
        );
        assert!(!friday_night.is_open(at("2026-01-16T05:00:00Z")), "that night began on Thursday");
        assert!(
            !friday_night.is_open(at("2026-01-17T22:30:00Z"))
                && !friday_night.is_open(at("2026-01-17T06:00:00Z"))
        );
    }

    #[test]
    fn it_is_open_until_none_is_and_nobody_looks_further_than_an_hour() {
        let office = window("xxxxx..", 9 * 60, 17 * 60, "Europe/Berlin");
        let lunch = window("xxxxx..", 17 * 60, 17 * 60 + 10, "Europe/Berlin");
        let until = |windows: &[&TimeWindow], now: &str| {
            Windows(windows.iter().copied().cloned().collect()).open_until(at(now))
        };
        assert_eq!(until(&[], "2026-01-15T15:30:20Z"), None, "always");
        assert_eq!(until(&[&office], "2026-01-15T15:30:20Z"), Some(at("2026-01-15T16:00:00Z")));
        assert_eq!(until(&[&office, &lunch], "2026-01-15T15:30:20Z"), Some(at("2026-01-15T16:10:00Z")));
        assert_eq!(
            until(&[&office], "2026-01-15T10:00:00Z"),
            Some(at("2026-01-15T11:01:00Z")),
            "at the least"
        );
    }

    /// In Berlin 02:00 to 03:00 is left out on 2026-03-29, and shown twice on 2026-10-25.
    #[test]
    fn where_the_clock_is_put_a_window_is_left_out_or_open_twice() {
        let early = Windows(vec![window("xxxxxxx", 2 * 60 + 15, 2 * 60 + 45, "Europe/Berlin")]);
        let opens = |after: &str| early.opens(at(after)).map(|at| at.to_string());
        assert_eq!(opens("2026-03-28T12:00:00Z").as_deref(), Some("2026-03-30T00:15:00Z"));
        assert_eq!(opens("2026-10-24T12:00:00Z").as_deref(), Some("2026-10-25T00:15:00Z"));
        assert_eq!(opens("2026-10-25T00:45:00Z").as_deref(), Some("2026-10-25T01:15:00Z"));
        let around = Windows(vec![window("xxxxxxx", 2 * 60 + 30, 3 * 60 + 30, "Europe/Berlin")]);
        let opens = around.opens(at("2026-03-28T12:00:00Z")).map(|at| at.to_string());
        assert_eq!(opens.as_deref(), Some("2026-03-29T01:00:00Z"), "as soon as the clock shows a time of it");
    }

    /// Every minute of a year: whenever all are closed, the next opening is the next minute at which one is open.
    #[test]
    fn the_next_opening_is_the_first_minute_that_is_open() {
        let year = [
            Windows(vec![window("x.x..x.", 2 * 60 + 30, 3 * 60 + 10, "Europe/Berlin")]),
            Windows(vec![
                window("......x", 23 * 60, 60, "America/Sao_Paulo"),
                window("x......", 0, DAY_MINUTES, "UTC"),
            ]),
            Windows(vec![window("......x", 60 + 30, 2 * 60 + 30, "America/New_York")]),
            Windows(vec![
                window(".x.x...", 90, 105, "Australia/Lord_Howe"),
                window("x......", 1, 2, "Africa/Cairo"),
            ]),
        ];
        let begin = at("2026-01-01T00:00:00Z").unix_ms();
        for windows in year {
            let mut next: Option<i64> = None;
            let mut checked = 0;
            for minute in (0..370 * 24 * 60).rev() {
                let now = Timestamp::from_unix_ms(begin + minute * MINUTE_MS);
                if windows.is_open(now) {
                    next = Some(now.unix_ms());
                } else if let Some(next) =
                    next.filter(|_| minute % 61 == 0 || windows.is_open(now.before(MINUTE)))
                {
                    assert_eq!(windows.opens(now).map(Timestamp::unix_ms), Some(next), "{now} {windows:?}");
                    checked += 1;
                }
            }
            assert!(checked > 5000, "{checked}");
        }
    }

    const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

    #[test]
    fn without_windows_it_is_always_open_and_zones_are_found_in_any_case() {
        assert!(Windows::default().is_open(at("2026-01-01T00:00:00Z")));
        assert_eq!(Windows::default().opens(at("2026-01-01T00:00:00Z")), None);
        assert_eq!(
            Zone::named("europe/BERLIN").map(|zone| zone.name().to_owned()).as_deref(),
            Some("Europe/Berlin")
        );
        assert!(Zone::named("Europe/Bonn").is_none() && Zone::named("").is_none());
    }
}
