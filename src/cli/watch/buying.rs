//! What a watcher that buys does in a pass: opens the state, leaves out what is to be left out, applies the rest.
//!
//! **Invariant:** the state is open, and locked, during a pass only. Nothing is bought without limits by the hour and by the
//! day, nor while the kill switch is there.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch as channel;

use super::daemon::{Daemon, Made};
use crate::apply::{Event, Outcome, Session, Summary};
use crate::cli::apply::{open, server_time, settings};
use crate::cli::connect::Connection;
use crate::cli::failure::{Failure, exit};
use crate::cli::materials::store_failure;
use crate::cli::record::require_place;
use crate::cli::terminal::Terminal;
use crate::domain::{Limits, Recorded, Rule, State};
use crate::partner_center::RealTimer;
use crate::plan::{Budget, Plan};
use crate::ports::KillSwitch as _;
use crate::reconcile::{self, Pass, Watcher};
use crate::view::{Format, Progress, View, limit_in_words};
use crate::watch::{Counted, Guarded, MOST_IN_DOUBT, Manifests, Turn};

/// How soon it is looked again where something outside of the manifests holds everything.
const HELD: Duration = Duration::from_secs(2);

/// How soon it is looked again where a limit holds everything: what counts against it gets older.
const OVER: Duration = Duration::from_secs(60);

/// The limits without which nobody buys unattended.
const NEEDED: [Rule; 4] =
    [Rule::ORDERS_PER_HOUR, Rule::ORDERS_PER_DAY, Rule::SEATS_PER_HOUR, Rule::SEATS_PER_DAY];

/// Refuses to buy unattended without limits by the hour and by the day.
pub(super) fn require_limits(limits: &Limits) -> Result<(), Failure> {
    if std::env::var_os("ORDERFORM_ORGANISATION").is_some_and(|file| !file.is_empty()) {
        let message = "a watcher that buys does not know the limits of `ORDERFORM_ORGANISATION`";
        let failure = Failure::new(message).exit(exit::REFUSED_BY_GUARD);
        return Err(failure.hint("buy with `orderform apply`, which keeps to them"));
    }
    if let Some((rule, _)) = limits.iter().find(|(rule, _)| rule.is_spend()) {
        let message =
            format!("a watcher that buys has no price list, and cannot keep to `{}`", rule.as_str());
        let failure = Failure::new(message).exit(exit::REFUSED_BY_GUARD);
        return Err(failure.hint("buy with `orderform apply`, which keeps to it"));
    }
    let lacking = NEEDED.iter().filter(|rule| limits.bound(**rule).is_none());
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

impl Daemon<'_> {
    /// Makes a pass that buys. `stop` becomes true when nothing new is to begin.
    pub(super) async fn buy(&mut self, stop: &channel::Sender<bool>) -> Result<Made, Failure> {
        self.take_in()?;
        let materials = self.right_ones()?;
        require_limits(&materials.project.limits)?;
        let target = &self.args.target;
        let place = target.place(&materials.project)?;
        let rules = self.args.recovery.rules(&materials.project, &place, target.request_timeout)?;
        let mut opened = open(materials, target.shop.sandbox, &self.holder)
            .map_err(|error| store_failure(error, materials.lineage()))?;
        let plan = materials.plan(&opened.state, opened.journal.head(), place.clone(), None);
        let wrong = matches!(self.status.manifests, Manifests::Wrong { .. });
        let plan = self.care.hold(plan, &opened.state, wrong, self.now());
        let acts = reconcile::needs_partner_center(&plan, &opened.state) || plan.counts().rename > 0;
        if !acts {
            let again = self.care.again(self.now());
            return Ok(Made { plan, state: opened.state, turn: Turn::Planned, again });
        }
        if let Some(why) = self.switch.pulled() {
            let turn = Turn::Held { why: vec![why] };
            return Ok(Made { plan, state: opened.state, turn, again: Some(HELD) });
        }
        require_place(&opened.state, &place)?;
        let connection = Connection::open(target, &materials.project, &self.state_dir).await?;
        // Innermost, so that what the switch holds back is no request.
        let counted = Counted::new(Arc::clone(&connection.client), Arc::clone(&self.vitals.requests));
        let counted = Arc::new(counted);
        let now = server_time(&*counted, &plan).await?;
        let guarded = Guarded::new(counted, self.switch.clone(), stop.clone());
        let session = Session {
            partner_center: Arc::new(guarded),
            timer: Arc::new(RealTimer),
            journal: &mut opened.journal,
            state: &mut opened.state,
            budget: Budget::default(),
            stop: stop.subscribe(),
            settings: settings(self.args.parallelism, rules.clone(), &self.holder),
        };
        let mut unattended = Unattended::new(self.terminal, pending(session.state), stop.clone());
        let passed = reconcile::pass(&plan, None, now, session, &mut unattended).await;
        let closed = connection.close().await;
        let passed = passed?;
        closed?;
        let (turn, again) = self.learn(&plan, passed, rules.settle_after);
        Ok(Made { plan, state: opened.state, turn, again })
    }

    fn learn(&mut self, plan: &Plan, passed: Pass, settle_after: Duration) -> (Turn, Option<Duration>) {
        match passed {
            Pass::OverLimits(over) => {
                let line = |limit: &crate::plan::Limit| limit_in_words(limit, None);
                (Turn::Held { why: over.iter().map(line).collect() }, Some(OVER))
            }
            Pass::Declined => (Turn::Planned, None),
            Pass::Done(summary) => {
                let now = self.now();
                let mut chance = || uuid::Uuid::new_v4().as_bytes()[0];
                self.care.learn(plan, &summary, settle_after, now, &mut chance);
                self.status.totals.posts += summary.posts;
                self.status.totals.reads += summary.reads;
                (Turn::Applied(summary.tally()), self.again(&summary))
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

fn pending(state: &State) -> usize {
    state.orders.values().filter(|recorded| matches!(recorded, Recorded::Pending(_))).count()
}

/// Approves what the limits let through, tells what happens, and stops where too much is in doubt.
struct Unattended<'a> {
    terminal: &'a Terminal,
    view: Box<dyn View>,
    progress: Progress<std::io::Stderr>,
    /// How many attempts are pending.
    pending: usize,
    stop: channel::Sender<bool>,
}

impl<'a> Unattended<'a> {
    fn new(terminal: &'a Terminal, pending: usize, stop: channel::Sender<bool>) -> Self {
        let progress = Progress::new(std::io::stderr(), None, terminal.verbose);
        Self { terminal, view: terminal.view(), progress, pending, stop }
    }
}

impl Watcher for Unattended<'_> {
    fn approve(&mut self, _plan: &Plan) -> bool {
        true
    }

    fn event(&mut self, event: &Event) {
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
