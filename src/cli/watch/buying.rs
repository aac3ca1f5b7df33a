//! What a watcher that buys does in a pass: opens the state, leaves out what is to be left out, applies the rest.
//!
//! **Invariant:** the state is open, and locked, during a pass only. Nothing is bought without limits by the hour and by the
//! day, nor while the kill switch is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch as channel;

use super::around::{in_doubt, lost, words};
use super::daemon::{Daemon, Made};
use crate::apply::{ApplyError, Ended, Event, Outcome, Session, Settings, Summary};
use crate::cli::apply::{open, settings};
use crate::cli::catalog_asking::resolve_at;
use crate::cli::connect::Connection;
use crate::cli::failure::{Failure, exit};
use crate::cli::materials::{self, Materials, show_notices, store_failure};
use crate::cli::record::require_place;
use crate::cli::revision;
use crate::cli::server_time::server_time;
use crate::cli::terminal::Terminal;
use crate::cli::trail::Trail;
use crate::domain::{Approval, Rule, Rulebook};
use crate::partner_center::RealTimer;
use crate::plan::{Action, Block, Budget, Held, Plan, Step};
use crate::ports::KillSwitch as _;
use crate::reconcile::{self, Pass, Watcher};
use crate::view::{Format, Progress, View, held_in_words};
use crate::watch::{Counted, Guarded, MOST_IN_DOUBT, Turn};

/// How soon it is looked again where something outside of the manifests holds everything.
const HELD: Duration = Duration::from_secs(2);

/// How soon it is looked again where a limit holds everything: what counts against it gets older.
const OVER: Duration = Duration::from_secs(60);

/// How soon it is looked again where something is not in the catalogue: Partner Center does not like to be asked for ever.
const UNAVAILABLE: Duration = Duration::from_secs(15 * 60);

/// The limits without which nobody buys unattended.
const NEEDED: [Rule; 4] =
    [Rule::ORDERS_PER_HOUR, Rule::ORDERS_PER_DAY, Rule::SEATS_PER_HOUR, Rule::SEATS_PER_DAY];

/// Refuses to buy unattended without a project that says which state is its own: where its file is gone, so is everything
/// that it forbids. In the sandbox there is no money.
pub(super) fn require_project(materials: &Materials, is_sandbox: bool) -> Result<(), Failure> {
    if is_sandbox || materials.lineage().is_some() {
        return Ok(());
    }
    let failure = Failure::new(
        "`--auto-apply` buys without anybody watching, and no `orderform.yaml` pins a `lineage`",
    );
    Err(failure
        .exit(exit::REFUSED_BY_GUARD)
        .hint("write `spec.lineage` there, as `orderform init` does; `orderform state list --format json` says which it is"))
}

/// Refuses to buy unattended without limits by the hour and by the day, and with limits of spend without prices.
pub(super) fn require_limits(rulebook: &Rulebook, has_prices: bool) -> Result<(), Failure> {
    let spend = rulebook.iter().find(|(_, rule, _)| rule.is_spend() && !has_prices);
    if let Some((_, rule, _)) = spend {
        let failure =
            Failure::new(format!("`{}` limits what is spent, and there is no price list", rule.as_str()));
        return Err(failure
            .exit(exit::REFUSED_BY_GUARD)
            .hint("name one: `--prices FILE`, or `prices` in `orderform.yaml`"));
    }
    let is_there = |needed: &Rule| rulebook.iter().any(|(_, rule, _)| rule == *needed);
    let lacking = NEEDED.iter().filter(|needed| !is_there(needed));
    let lacking: Vec<String> = lacking.map(|rule| format!("`{}`", rule.as_str())).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let failure = Failure::new(format!(
        "`--auto-apply` buys without anybody watching, and `spec.limits` lacks {}",
        lacking.join(", ")
    ));
    Err(failure
        .exit(exit::REFUSED_BY_GUARD)
        .hint("set them in `orderform.yaml`: what may be bought in an hour and in a day"))
}

/// What a pass that was carried out came to.
struct Learnt {
    turn: Turn,
    ended: Vec<Ended>,
    again: Option<Duration>,
}

impl Daemon<'_> {
    /// Makes a pass that buys. `stop` becomes true when nothing new is to begin.
    pub(super) async fn buy(&mut self, stop: &channel::Sender<bool>) -> Result<Made, Failure> {
        self.take_in()?;
        let prices = self.read_around()?;
        let materials = self.right_ones()?;
        require_project(materials, self.args.target.shop.sandbox)?;
        require_limits(&materials.rulebook(), prices.is_some())?;
        let target = &self.args.target;
        let place = target.place(&materials.project)?;
        let rules = self.args.recovery.rules(&materials.project, &place, target.request_timeout)?;
        let mut opened = open(materials, target.shop.sandbox, &self.holder)
            .map_err(|error| store_failure(error, materials.lineage()))?;
        show_notices(&opened.notices, self.terminal);
        let local = materials::local_time();
        let plan =
            materials.plan(&opened.state, opened.journal.head(), place.clone(), prices.as_ref(), local);
        let nothing_new = self.nothing_new();
        let mut plan = self.care.hold(plan, &opened.state, nothing_new.as_ref(), self.now());
        if let Some(pins) = &mut plan.pins {
            pins.holding.windows = materials.project.windows.clone();
            pins.holding.all = nothing_new.clone().filter(|why| *why == Held::ManifestsWrong);
        }
        if let Some(limit) = lost(&plan) {
            let turn = Turn::Held { why: vec![words(limit)] };
            return Ok(Made::of(plan, opened.state, turn, None, prices));
        }
        let acts = reconcile::needs_partner_center(&plan, &opened.state) || plan.counts().rename > 0;
        if !acts {
            let turn = held_for_now(&plan, nothing_new.as_ref());
            let again = self.care.again(self.now());
            return Ok(Made::of(plan, opened.state, turn, again, prices));
        }
        if let Some(why) = self.switch.pulled() {
            let turn = Turn::Held { why: vec![why] };
            return Ok(Made::of(plan, opened.state, turn, Some(HELD), prices));
        }
        require_place(&opened.state, &place)?;
        let connection = Connection::open(target, &materials.project, &self.state_dir).await?;
        let plan =
            resolve_at((plan, prices.as_ref()), &opened.state, &connection.client, self.terminal).await?;
        // Innermost, so that what the switch holds back is no request.
        let counted = Counted::new(Arc::clone(&connection.client), Arc::clone(&self.vitals.requests));
        let counted = Arc::new(counted);
        let now = server_time(&*counted, &plan, &mut stop.subscribe()).await?;
        let guarded = Guarded::new(counted, self.switch.clone(), stop.clone());
        let session = Session {
            partner_center: Arc::new(guarded),
            timer: Arc::new(RealTimer),
            journal: &mut opened.journal,
            state: &mut opened.state,
            budget: Budget::default(),
            stop: stop.subscribe(),
            settings: Settings {
                approval: Approval::Watcher,
                commit: revision::read_at(&materials::root(&self.args.place.path)),
                ..settings(self.args.parallelism, rules.clone(), &self.holder)
            },
        };
        let mut unattended = Unattended::new(self.terminal, in_doubt(session.state), stop.clone());
        let passed = reconcile::pass(&plan, prices.as_ref(), now, session, &mut unattended).await;
        let closed = connection.close().await;
        let passed = self.despite(passed, closed)?;
        let Learnt { turn, ended, again } = self.learn(&plan, passed, rules.settle_after);
        let again = if waits_for_the_catalogue(&plan) {
            Some(again.map_or(UNAVAILABLE, |again| again.min(UNAVAILABLE)))
        } else {
            again
        };
        Ok(Made { plan, state: Arc::new(opened.state), turn, ended, again, prices })
    }

    /// Takes a pass as carried out although its checkpoint could not be written: all of it is in the journal, and whoever
    /// opens that makes the checkpoint again, or fails. How the connection was `closed` changes nothing about it, either.
    fn despite(
        &self,
        passed: Result<Pass, ApplyError>,
        closed: Result<(), Failure>,
    ) -> Result<Pass, Failure> {
        if let Err(failure) = closed {
            self.warn(&failure);
        }
        match passed {
            Err(ApplyError::Checkpoint { source, summary }) => {
                self.warn(&ApplyError::Checkpoint { source, summary: Box::default() }.into());
                Ok(Pass::Done(*summary))
            }
            other => Ok(other?),
        }
    }

    fn warn(&self, failure: &Failure) {
        self.terminal.say(&format!("warning: {}", failure.in_one_line()));
    }

    fn learn(&mut self, plan: &Plan, passed: Pass, settle_after: Duration) -> Learnt {
        match passed {
            Pass::OverLimits(over) => {
                let turn = Turn::Held { why: over.iter().map(words).collect() };
                Learnt { turn, ended: Vec::new(), again: Some(OVER) }
            }
            Pass::Declined => Learnt { turn: Turn::Planned, ended: Vec::new(), again: None },
            Pass::Done(summary) => {
                let now = self.now();
                let mut chance = || uuid::Uuid::new_v4().as_bytes()[0];
                self.care.learn(plan, &summary, settle_after, now, &mut chance);
                self.status.totals.posts += summary.posts;
                self.status.totals.reads += summary.reads;
                let (turn, again) = (Turn::Applied(summary.tally()), self.again(&summary));
                Learnt { turn, ended: summary.ended, again }
            }
        }
    }

    /// Returns when to come back: when the care says, and soon where something held back what could go on.
    fn again(&self, summary: &Summary) -> Option<Duration> {
        let care = self.care.again(self.now());
        match summary.interrupted {
            true => Some(care.map_or(HELD, |care| care.min(HELD))),
            false => care,
        }
    }
}

/// Says whether an order waits for an availability that it can be bought of.
fn waits_for_the_catalogue(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step.action, Action::Blocked(Block::Unavailable { .. })))
}

/// Says how a pass ended that had nothing to carry out: held, where something was left out of its plan for now.
fn held_for_now(plan: &Plan, nothing_new: Option<&Held>) -> Turn {
    let is_held = |step: &Step| {
        matches!(&step.action, Action::Blocked(Block::Held { why: Held::OutsideWindows { .. }, .. }))
    };
    match nothing_new.filter(|_| plan.steps.iter().any(is_held)) {
        Some(why) => Turn::Held { why: vec![held_in_words(why)] },
        None => Turn::Planned,
    }
}

/// Approves what the limits let through, tells what happens, and stops where too much is in doubt.
struct Unattended<'a> {
    terminal: &'a Terminal,
    view: Box<dyn View>,
    progress: Progress<std::io::Stderr>,
    trail: Trail,
    /// How many attempts are pending.
    pending: usize,
    stop: channel::Sender<bool>,
}

impl<'a> Unattended<'a> {
    fn new(terminal: &'a Terminal, pending: usize, stop: channel::Sender<bool>) -> Self {
        let progress = Progress::new(std::io::stderr(), None, terminal.verbose);
        // `make_pass` is within the span of the pass.
        let trail = Trail::within(tracing::Span::current());
        Self { terminal, view: terminal.view(), progress, trail, pending, stop }
    }
}

impl Watcher for Unattended<'_> {
    fn approve(&mut self, _plan: &Plan) -> bool {
        true
    }

    fn event(&mut self, event: &Event) {
        self.trail.event(event);
        // What cannot be shown is recorded all the same.
        let _ = match self.terminal.format {
            Format::Json => self.view.event(event),
            Format::Human | Format::Markdown => self.progress.event(event),
        };
        let Event::Ended(ended) = event else { return };
        match &ended.outcome {
            // One that was pending before is counted already.
            Outcome::InDoubt(crate::protocol::Doubt::Unanswered { .. }) => self.pending += 1,
            _ => return,
        }
        if self.pending >= MOST_IN_DOUBT {
            self.stop.send_replace(true);
        }
    }
}
