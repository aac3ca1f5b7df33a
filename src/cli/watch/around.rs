//! What a watcher goes by beside the manifests: the organisation's limits, the price list, the kill switch, the time.
//!
//! **Invariant:** files are read anew in every pass, whole or not at all: one that changes meanwhile is not used.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::WatchArgs;
use super::daemon::Daemon;
use crate::cli::failure::Failure;
use crate::cli::materials::{Materials, local_time};
use crate::domain::{Prices, Recorded, Rule, State};
use crate::plan::{self, Held, Limit, Plan};
use crate::ports::KillSwitch as _;
use crate::view::{freeze_in_words, held_in_words, limit_in_words};
use crate::watch::{MOST_IN_DOUBT, Manifests};

/// How long it is waited for an instant at the longest: the clock that tells it may be put meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// A file as it was seen: its name, and what changes with its content. `None` where it is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp(PathBuf, Option<[u64; 4]>);

impl Stamp {
    fn of(path: &Path) -> Self {
        let of = |found: std::fs::Metadata| {
            [found.ino(), found.len(), found.mtime().unsigned_abs(), found.mtime_nsec().unsigned_abs()]
        };
        Self(path.to_owned(), std::fs::metadata(path).ok().map(of))
    }
}

/// Returns the files beside the manifests that a watcher goes by: the organisation's limits, and the price list.
pub(super) fn beside(args: &WatchArgs, materials: &Materials) -> Vec<PathBuf> {
    let organisation = args.organisation.path().map(Path::to_owned);
    organisation.into_iter().chain(args.prices.path(materials)).collect()
}

impl Daemon<'_> {
    /// Looks at the files beside the manifests: where one of them changed, a pass is made.
    pub(super) fn stamps(&self) -> Vec<Stamp> {
        self.beside.iter().map(PathBuf::as_path).chain([self.switch.path()]).map(Stamp::of).collect()
    }

    /// Reads the organisation's limits into the last right manifests, and the price list that goes with them.
    pub(super) fn read_around(&mut self) -> Result<Option<Prices>, Failure> {
        let before = self.stamps();
        let organisation = self.args.organisation.read(self.terminal)?;
        let prices = self.args.prices.read(self.right_ones()?, self.terminal)?;
        if self.stamps() != before {
            return Err(Failure::new("a file beside the manifests changed while it was read"));
        }
        if let Some(right) = &mut self.right_ones {
            right.organisation = organisation;
        }
        Ok(prices)
    }

    /// Returns why nothing new is bought at all, where something outside of the plan says so.
    pub(super) fn nothing_new(&self) -> Option<Held> {
        if matches!(self.status.manifests, Manifests::Wrong { .. }) {
            return Some(Held::ManifestsWrong);
        }
        let (windows, now) = (&self.right_ones.as_ref()?.project.windows, local_time());
        (!windows.is_open(now)).then(|| Held::OutsideWindows { opens: windows.opens(now) })
    }

    /// Returns what stands in the way of buying, whether there is anything to buy or not; a line each.
    pub(super) fn standing_holds(&self, made: Option<(&Plan, &State)>) -> Vec<String> {
        let mut holds: Vec<String> = made.and_then(|(plan, _)| lost(plan)).map(words).into_iter().collect();
        let now = local_time();
        let freezes = self.right_ones.iter().flat_map(|right| &right.project.freeze);
        let of_all = freezes.filter(|freeze| freeze.is_of_everything() && !freeze.is_over(Some(now)));
        holds.extend(of_all.map(freeze_in_words));
        if !self.status.buys {
            return holds;
        }
        holds.extend(self.switch.pulled());
        holds.extend(self.nothing_new().as_ref().map(held_in_words));
        let pending = made.map_or(0, |(_, state)| in_doubt(state));
        let many = (pending >= MOST_IN_DOUBT).then_some(Held::ManyInDoubt { orders: pending });
        holds.extend(many.as_ref().map(held_in_words));
        holds
    }

    /// Returns after how long something turns by itself: a freeze is over, a window opens or closes.
    pub(super) fn turns(&self) -> Option<Duration> {
        let right = self.right_ones.as_ref()?;
        let now = local_time();
        let thaws = plan::thaws(&right.orders, &right.project.freeze, now);
        let windows = &right.project.windows;
        let turn = || if windows.is_open(now) { windows.open_until(now) } else { windows.opens(now) };
        let turn = self.status.buys.then(turn).flatten();
        let next = thaws.into_iter().chain(turn).min()?;
        // An instant may lie between two milliseconds.
        Some((next.since(now) + Duration::from_millis(1)).min(LONGEST_WAIT))
    }
}

/// Returns the limit that says that manifests were lost, where they were. It needs nothing but the plan: it is there
/// whether anything is to be bought or not.
pub(super) fn lost(plan: &Plan) -> Option<&Limit> {
    plan.limits.iter().find(|limit| limit.rule == Rule::ManifestsLost && limit.is_over())
}

/// Says which limit holds everything.
pub(super) fn words(limit: &Limit) -> String {
    limit_in_words(limit, None)
}

/// Counts the attempts that are in doubt.
pub(super) fn in_doubt(state: &State) -> usize {
    state.orders.values().filter(|recorded| matches!(recorded, Recorded::Pending(_))).count()
}
