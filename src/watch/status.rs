//! What a watcher knows of itself and of what it watches: a value, for whoever shows or serves it.
//!
//! **Invariant:** values only. Times are those of the local clock, for people to read; they decide nothing.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::deeds::Deeds;
use crate::apply::Tally;
use crate::domain::{Prices, Recorded, State, Timestamp};
use crate::plan::{self, Action, Counts, Limit, Plan, Usage};

/// How many passes are remembered.
const REMEMBERED: usize = 20;

/// What a watcher knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Who watches: user, host and process.
    pub who: String,
    /// With which version of this program.
    pub tool: String,
    /// What is watched, as it was named.
    pub path: String,
    /// Since when.
    pub started: Timestamp,
    /// Whether it buys; otherwise it plans and reports.
    pub buys: bool,
    /// What it is to the state.
    pub standing: Standing,
    /// Since when it has held the right to watch; `None` where it does not, or there is no state to have it of. It is not in
    /// the status file.
    pub leads_since: Option<Timestamp>,
    /// Why the path is polled; `None` where events tell of changes.
    pub polls: Option<String>,
    /// What the manifests are like.
    pub manifests: Manifests,
    /// Why nothing is bought at the moment, whatever the plan says; a line each.
    pub holds: Vec<String>,
    /// The last passes, the newest last.
    pub passes: VecDeque<Report>,
    /// What all passes came to.
    pub totals: Totals,
    /// When a pass last ended well.
    pub last_success: Option<Timestamp>,
    /// When another is wanted although nothing changes.
    pub again: Option<Timestamp>,
    /// What the last pass that got so far was made with and from. It is not in the status file: whoever reads that has
    /// the manifests and the state.
    pub picture: Option<Arc<Picture>>,
}

/// What a pass was made of. The limits of the plan are judged by what is left to be bought after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The plan.
    pub plan: Plan,
    /// What is recorded, after the pass.
    pub state: Arc<State>,
    prices: Option<Prices>,
    usage: Usage,
}

impl Picture {
    /// Takes what a pass was made of, as it is at `now`, after the pass.
    #[must_use]
    pub fn new(mut plan: Plan, state: Arc<State>, prices: Option<Prices>, now: Timestamp) -> Self {
        // What the pass bought is recorded by now.
        plan.limits = plan::manifests_lost(&plan, &state).into_iter().collect();
        let usage = Usage::of(&plan, &state, prices.as_ref());
        plan.limits = plan::judge(&plan, &state, prices.as_ref(), Some(now));
        Self { plan, state, prices, usage }
    }

    /// Lists the limits with what is used of them at `now`: what was bought, which gets older, and what is in doubt.
    #[must_use]
    pub fn used(&self, now: Timestamp) -> Vec<Limit> {
        self.usage.at(now)
    }

    /// Lists the limits with what they would come to where all that is left was bought at `now`.
    #[must_use]
    pub fn judged(&self, now: Timestamp) -> Vec<Limit> {
        plan::judge(&self.plan, &self.state, self.prices.as_ref(), Some(now))
    }

    /// Counts what is to be done after the pass: what it has bought is there, and what it could not find out is in doubt.
    #[must_use]
    pub fn left(&self) -> Counts {
        let Counts { blocked, orphan, .. } = self.plan.counts();
        let mut counts = Counts { blocked, orphan, ..Counts::default() };
        for step in &self.plan.steps {
            match (&step.action, self.state.orders.get(&step.name)) {
                (Action::Blocked(_) | Action::Orphan { .. }, _) => {}
                (_, Some(Recorded::Created(_))) => counts.keep += 1,
                (_, Some(Recorded::Pending(_))) => counts.settle += 1,
                (Action::Rename { .. }, None) => counts.rename += 1,
                (_, None) => {
                    counts.create += 1;
                    counts.create_seats += step.spec.seats();
                }
            }
        }
        counts
    }
}

/// What a watcher is to the state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It watches.
    Watches,
    /// Another one watches, and it waits for that one's end.
    StandsBy {
        /// For whom, as far as that can be read.
        holder: Option<String>,
    },
    /// It ended in order.
    Ended,
}

/// What the manifests are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manifests {
    /// They have not been read yet.
    Unread,
    /// They are in order.
    Right {
        /// How many orders they want.
        orders: usize,
    },
    /// They are wrong; the last right ones hold, if there were any.
    Wrong {
        /// How many problems they have.
        problems: usize,
        /// How many orders the last right ones want.
        holding: Option<usize>,
    },
}

/// One pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which one, from 1.
    pub number: u64,
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// What its plan comes to; `None` where it did not get so far.
    pub counts: Option<Counts>,
    /// The digest of its plan.
    pub digest: Option<String>,
    /// What it was to do, or did, about which orders.
    pub deeds: Deeds,
    /// How it ended.
    pub turn: Turn,
}

/// How a pass ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// It was planned and reported; there was nothing to carry out, or it is not for this watcher to do.
    Planned,
    /// It was carried out.
    Applied(Tally),
    /// It was planned, and something holds all of it.
    Held {
        /// What, a line each.
        why: Vec<String>,
    },
    /// It failed; it will be tried again.
    Failed {
        /// What went wrong, with its causes.
        why: String,
    },
}

impl Turn {
    /// The word for each.
    pub const WORDS: [&'static str; 4] = ["planned", "applied", "held", "failed"];

    /// Returns where its word is.
    pub(super) fn at(&self) -> usize {
        match self {
            Self::Planned => 0,
            Self::Applied(_) => 1,
            Self::Held { .. } => 2,
            Self::Failed { .. } => 3,
        }
    }

    /// Returns its word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        Self::WORDS[self.at()]
    }
}

/// What all passes of a watcher came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// How often the manifests were read.
    pub readings: u64,
    /// How many passes were made.
    pub passes: u64,
    /// How many of them failed.
    pub failed: u64,
    /// How many orders were created.
    pub created: u64,
    /// How many orders were sent: POST requests.
    pub posts: u64,
    /// How much was read: GET requests.
    pub reads: u64,
    /// How many notifications were delivered.
    pub notified: u64,
    /// How many were given up: not taken by their receiver, or dropped because too many waited.
    pub not_notified: u64,
}

impl Status {
    /// Begins.
    #[must_use]
    pub fn new(who: String, tool: String, path: String, started: Timestamp, buys: bool) -> Self {
        Self {
            who,
            tool,
            path,
            started,
            buys,
            standing: Standing::Watches,
            leads_since: None,
            polls: None,
            manifests: Manifests::Unread,
            holds: Vec::new(),
            passes: VecDeque::new(),
            totals: Totals::default(),
            last_success: None,
            again: None,
            picture: None,
        }
    }

    /// Adds a pass. The oldest is forgotten where there are many.
    pub fn add(&mut self, report: Report, again: Option<Duration>) {
        let ended = report.at.after(report.took);
        self.totals.passes += 1;
        match &report.turn {
            Turn::Failed { .. } => self.totals.failed += 1,
            Turn::Planned | Turn::Applied(_) | Turn::Held { .. } => self.last_success = Some(ended),
        }
        if let Turn::Applied(tally) = &report.turn {
            self.totals.created += u64::try_from(tally.created).unwrap_or(u64::MAX);
        }
        self.again = again.map(|again| ended.after(again));
        self.passes.push_back(report);
        while self.passes.len() > REMEMBERED {
            self.passes.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(number: u64, turn: Turn) -> Report {
        let at = Timestamp::from_unix_ms(1000 * i64::try_from(number).unwrap());
        let took = Duration::from_millis(10);
        Report { number, at, took, counts: None, digest: None, deeds: Deeds::default(), turn }
    }

    #[test]
    fn the_last_passes_are_remembered_and_all_are_counted() {
        let begin = Timestamp::from_unix_ms(0);
        let mut status = Status::new("kim".into(), "test".into(), ".".into(), begin, true);
        for number in 1..=30 {
            let applied = Turn::Applied(Tally { created: 2, ..Tally::default() });
            let failed = Turn::Failed { why: "no network".into() };
            let turn = if number % 10 == 0 { failed } else { applied };
            status.add(report(number, turn), (number == 30).then_some(Duration::from_secs(5)));
        }
        assert_eq!(
            status.passes.iter().map(|pass| pass.number).collect::<Vec<_>>(),
            (11..=30).collect::<Vec<_>>()
        );
        let expected = Totals { passes: 30, failed: 3, created: 54, ..Totals::default() };
        assert_eq!(status.totals, expected);
        assert_eq!(status.last_success.map(Timestamp::unix_ms), Some(29_010));
        assert_eq!(status.again.map(Timestamp::unix_ms), Some(35_010));
    }
}
