//! What a watcher does: reads, plans, reports.
//!
//! **Invariant:** a pass is made from texts that were read, whole, before it began; nothing of the manifests is read in
//! between. With manifests that are wrong the last right ones hold, and nothing is forgotten.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch as channel;
use tracing::Instrument as _;

use super::around::{Stamp, beside, lost, words};
use super::history::History;
use super::telling::Telling;
use super::{Shown, WatchArgs};
use crate::apply::Ended;
use crate::cli::TOOL;
use crate::cli::failure::Failure;
use crate::cli::materials::{self, Materials};
use crate::cli::terminal::Terminal;
use crate::cli::trail;
use crate::domain::{Prices, State};
use crate::manifest::{self, Loaded};
use crate::plan::Plan;
use crate::store::{Holder, StopFile, Store, Watch};
use crate::watch::{
    Care, Deeds, Manifests, Picture, Report, Seeing, Sight, Standing, Status, Turn, Vitals, Work,
};

/// The first wait after a pass that failed, and the longest.
const RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(300);

/// What is said when the project's settings are gone.
const PROJECT_LOST: &str = "warning: `orderform.yaml` is gone, and its limits, freezes and windows with it; the last right manifests \
                            hold until it is back, or the watcher is started again";

/// The kill switch, in the state directory.
const SWITCH: &str = "stop";

/// What a watcher has at hand.
pub(super) struct Daemon<'a> {
    pub(super) args: &'a WatchArgs,
    pub(super) terminal: &'a Terminal,
    pub(super) seeing: Seeing,
    pub(super) state_dir: PathBuf,
    pub(super) holder: Holder,
    pub(super) right: Option<Watch>,
    /// What was made of what was read last, by its digest, until a pass takes it in.
    parsed: Option<([u8; 32], Loaded)>,
    /// The digest of what was taken in last.
    taken_in: Option<[u8; 32]>,
    /// The last manifests that were right.
    pub(super) right_ones: Option<Materials>,
    pub(super) status: Status,
    /// What changes between two of those.
    pub(super) vitals: Arc<Vitals>,
    /// Where everybody else sees the status.
    pub(super) shown: channel::Sender<Shown>,
    /// What the last line told, so that the same is not told again.
    pub(super) told: Option<(String, Manifests)>,
    /// Who else is told.
    pub(super) telling: Telling,
    /// What is left alone for now.
    pub(super) care: Care,
    /// What stops everything.
    pub(super) switch: StopFile,
    pub(super) began: Instant,
    /// How many passes failed one after the other.
    failures: u32,
    /// How long the journal was after the last pass: where it is longer, somebody else wrote.
    journal: u64,
    /// What is recorded, as it was read last without its lock.
    history: History,
    /// The files beside the manifests.
    pub(super) beside: Vec<PathBuf>,
}

/// What came of a pass.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) state: Arc<State>,
    pub(super) turn: Turn,
    /// How orders ended, where it was carried out.
    pub(super) ended: Vec<Ended>,
    /// After how long another is wanted although nothing changes.
    pub(super) again: Option<Duration>,
    /// What its orders cost by.
    pub(super) prices: Option<Prices>,
}

impl Made {
    /// Returns what came of a pass that carried nothing out.
    pub(super) fn of(
        plan: Plan,
        state: State,
        turn: Turn,
        again: Option<Duration>,
        prices: Option<Prices>,
    ) -> Self {
        Self { plan, state: Arc::new(state), turn, ended: Vec::new(), again, prices }
    }

    /// Returns it for whoever looks at it later.
    fn picture(self) -> Picture {
        Picture::new(self.plan, self.state, self.prices, materials::local_time())
    }
}

/// What readings are compared by: the digest of the manifests, the journal's length where somebody else wrote to it, and
/// how the files beside them look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    manifests: [u8; 32],
    journal: Option<u64>,
    /// What else it goes by, as it was seen.
    around: Vec<Stamp>,
}

impl<'a> Daemon<'a> {
    pub(super) fn new(
        args: &'a WatchArgs,
        terminal: &'a Terminal,
        seeing: Seeing,
        state_dir: PathBuf,
        telling: Telling,
        beside: Vec<PathBuf>,
    ) -> Self {
        let holder = materials::holder("orderform watch");
        let path = args.place.path.display().to_string();
        let status =
            Status::new(holder.who(), TOOL.to_owned(), path, materials::local_time(), args.auto_apply);
        let shown = channel::Sender::new(Arc::new(status.clone()));
        telling.ledger().show(shown.clone());
        let switch = args.kill_switch.clone().unwrap_or_else(|| state_dir.join(SWITCH));
        Self {
            args,
            terminal,
            seeing,
            journal: Store::journal_length(&state_dir),
            state_dir,
            holder,
            right: None,
            parsed: None,
            taken_in: None,
            right_ones: None,
            shown,
            status,
            vitals: Arc::new(Vitals::new(0)),
            told: None,
            telling,
            care: Care::default(),
            switch: StopFile::new(switch),
            began: Instant::now(),
            failures: 0,
            history: History::default(),
            beside,
        }
    }

    /// Takes the right to watch, where there is a state to have it of.
    pub(super) fn lead(&mut self, right: Option<Watch>) {
        let stood_by = matches!(self.status.standing, Standing::StandsBy { .. });
        self.hold(right);
        self.status.standing = Standing::Watches;
        if let Sight::Polling { every, why } = self.seeing.sight() {
            let every = every.as_secs_f32();
            self.terminal.say(&format!("note: looking for changes every {every} s: {why}"));
        }
        if stood_by {
            self.say_standing();
        }
        self.publish();
    }

    /// Returns how changes are noticed.
    pub(super) fn sight(&self) -> &Sight {
        self.seeing.sight()
    }

    fn hold(&mut self, right: Option<Watch>) {
        self.status.leads_since = right.as_ref().map(|_| materials::local_time());
        self.right = right;
    }

    /// Ends in order.
    pub(super) fn end(&mut self) {
        self.status.standing = Standing::Ended;
        self.status.leads_since = None;
        self.publish();
        self.right = None;
    }

    /// Lets what waits to be told be told.
    pub(super) async fn close(self) {
        self.telling.close().await;
    }

    /// Takes in what was read; where it is wrong, the last right manifests hold.
    pub(super) fn take_in(&mut self) -> Result<(), Failure> {
        let Some((digest, loaded)) = self.parsed.take() else { return Ok(()) };
        self.taken_in = Some(digest);
        let problems =
            loaded.diagnostics.iter().filter(|one| one.severity() == manifest::Severity::Error).count();
        match Materials::of(loaded, &self.args.place, self.terminal) {
            Ok(materials) if self.has_lost_its_project(&materials) => {
                self.terminal.say(PROJECT_LOST);
                let holding = self.right_ones.as_ref().map(|right| right.orders.len());
                self.status.manifests = Manifests::Wrong { problems: 1, holding };
                Ok(())
            }
            Ok(materials) => {
                self.status.manifests = Manifests::Right { orders: materials.orders.len() };
                let _told = materials.instant(self.terminal);
                self.beside = beside(self.args, &materials);
                self.right_ones = Some(materials);
                Ok(())
            }
            Err(failure) => {
                let holding = self.right_ones.as_ref().map(|right| right.orders.len());
                self.status.manifests = Manifests::Wrong { problems: problems.max(1), holding };
                if holding.is_some() { Ok(()) } else { Err(failure) }
            }
        }
    }

    /// Says whether the project's settings are gone. What is not there forbids nothing, so that is no way to change them.
    fn has_lost_its_project(&self, materials: &Materials) -> bool {
        !materials.has_project && self.right_ones.as_ref().is_some_and(|right| right.has_project)
    }

    /// Returns the last right manifests.
    pub(super) fn right_ones(&self) -> Result<&Materials, Failure> {
        let none = || Failure::new("no manifests were right yet");
        let materials = self.right_ones.as_ref().ok_or_else(none)?;
        if materials.state_dir != self.state_dir {
            return Err(Failure::new("`spec.stateDir` is another one than when this watcher began")
                .hint("start the watcher again"));
        }
        Ok(materials)
    }

    fn plan(&mut self) -> Result<Made, Failure> {
        self.take_in()?;
        let prices = self.read_around()?;
        let pinned = self.right_ones()?.lineage();
        let (state, head) = self.history.read(&self.state_dir, pinned)?;
        let materials = self.right_ones()?;
        let place = self.args.target.place(&materials.project)?;
        let plan = materials.plan(&state, head, place, prices.as_ref(), materials::local_time());
        let turn = match lost(&plan) {
            Some(limit) => Turn::Held { why: vec![words(limit)] },
            None => Turn::Planned,
        };
        Ok(Made { plan, state, turn, ended: Vec::new(), again: None, prices })
    }

    async fn make_pass(&mut self, stop: &channel::Sender<bool>) -> Result<Made, Failure> {
        let made = match self.args.auto_apply {
            true => self.buy(stop).await,
            false => self.plan(),
        }?;
        let again = made.again.into_iter().chain(self.turns()).min();
        Ok(Made { again, ..made })
    }

    /// Returns the instant, in milliseconds since the watcher began.
    pub(super) fn now(&self) -> u64 {
        millis_since(self.began)
    }

    /// Returns after how long a pass that failed is made again: twice as long each time, spread so that a crowd does not
    /// come back as one.
    fn retry(&self) -> Duration {
        let doubled = RETRY * 2_u32.pow(self.failures.min(10));
        let longest = doubled.min(LONGEST_RETRY);
        let chance = u32::from(uuid::Uuid::new_v4().as_bytes()[0]);
        longest / 2 + longest * chance / 512
    }
}

pub(super) fn millis_since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Work for Daemon<'_> {
    type Digest = Seen;

    fn read(&mut self) -> Option<Seen> {
        self.seeing.look_again();
        if self.seeing.git_is_at_work() {
            return None;
        }
        let began = Instant::now();
        let texts = manifest::read(&self.args.place.path);
        let manifests = texts.digest();
        let read = began.elapsed();
        // At once, so that the second of two equal readings parses nothing.
        if self.taken_in == Some(manifests) {
            self.parsed = None;
        } else if self.parsed.as_ref().is_none_or(|(digest, _)| *digest != manifests) {
            self.parsed = Some((manifests, texts.parse()));
        }
        let length = Store::journal_length(&self.state_dir);
        let journal = Some(length).filter(|length| *length != self.journal);
        let seen = Seen { manifests, journal, around: self.stamps() };
        self.status.totals.readings += 1;
        tracing::debug!(?read, took = ?began.elapsed(), "the manifests were read");
        self.vitals.pulse.read(self.now());
        Some(seen)
    }

    async fn pass(&mut self, stop: channel::Sender<bool>) -> Option<Duration> {
        let (began, at) = (Instant::now(), materials::local_time());
        let number = self.status.totals.passes + 1;
        let span = trail::pass(number);
        self.vitals.pulse.begin(self.now());
        let journal = Store::journal_length(&self.state_dir);
        let made = self.make_pass(&stop).instrument(span.clone()).await;
        if self.right.is_none() && Store::journal_length(&self.state_dir) > 0 {
            // The pass made the state, or somebody else did. Where that one watches it too, both do until one ends: only the
            // right to write keeps them apart.
            self.hold(Store::watch(&self.state_dir, &self.holder).ok());
        }
        // Whoever only looks had it as it was before; what was written since is a change.
        self.journal = match self.args.auto_apply {
            true => Store::journal_length(&self.state_dir),
            false => journal,
        };
        let (turn, made) = match made {
            Ok(made) => (made.turn.clone(), Some(made)),
            Err(failure) => (Turn::Failed { why: failure.in_one_line() }, None),
        };
        self.failures = if made.is_some() { 0 } else { self.failures + 1 };
        let report = Report {
            number,
            at,
            took: began.elapsed(),
            counts: made.as_ref().map(|made| made.plan.counts()),
            digest: made.as_ref().map(|made| made.plan.digest()),
            deeds: made.as_ref().map(|made| Deeds::of(&made.plan, &made.state, &turn)).unwrap_or_default(),
            turn,
        };
        self.status.holds = match &report.turn {
            Turn::Held { why } => why.clone(),
            _ => Vec::new(),
        };
        for why in self.standing_holds(made.as_ref().map(|made| (&made.plan, &*made.state))) {
            if !self.status.holds.contains(&why) {
                self.status.holds.push(why);
            }
        }
        let wrong = matches!(self.status.manifests, Manifests::Wrong { holding: None, .. });
        // Manifests that are wrong do not get right by waiting.
        let again = match &made {
            Some(made) => made.again,
            None => (!wrong).then(|| self.retry()),
        };
        self.vitals.passes.add(&report.turn, report.took);
        self.status.add(report.clone(), again);
        let (picture, ended) = made.map_or_else(Default::default, |mut made| {
            let ended = std::mem::take(&mut made.ended);
            (Some(Arc::new(made.picture())), ended)
        });
        if picture.is_some() {
            self.status.picture.clone_from(&picture);
        }
        self.vitals.pulse.end(self.now());
        trail::passed(&report, &span);
        // The screen last: who reads of a pass there finds it in the status too.
        self.publish();
        let plan = picture.as_ref().map(|picture| &picture.plan);
        self.tell(&report, plan);
        self.notify(&report, plan, &ended);
        tracing::debug!(took = ?began.elapsed(), "the pass was told of");
        again
    }

    fn reload(&mut self) {
        self.care.forget();
    }

    fn look_after_hints(&mut self) -> Option<Duration> {
        match self.seeing.sight() {
            Sight::Events => None,
            Sight::Polling { every, .. } => Some(*every),
        }
    }
}
