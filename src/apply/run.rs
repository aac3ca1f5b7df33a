//! The loop.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::event::{Ended, Event, Outcome, Skipped, Summary};
use super::lane::{Job, Lane, ended, lanes};
use super::retries::Retries;
use super::work::Reply;
use super::{ApplyError, Session};
use crate::domain::{Approved, OrderName, Record, RecordKind, SignInRefused};
use crate::plan::{Action, Plan, Step};
use crate::ports::{Journal, JournalError, PartnerCenter, Timer};
use crate::protocol::{Doubt, Effect, Event as Input, Verdict};

/// How long a record waits for another one to share its sync: little beside a request, much beside a sync.
const QUIET: Duration = Duration::from_millis(3);

/// How long it waits at the most while others keep coming in.
const LINGER: Duration = Duration::from_millis(25);

/// Carries out a plan. `show` hears of everything once it is durable.
///
/// # Errors
/// [`ApplyError`]; whatever had happened before is in the journal.
pub async fn run<P, T, J>(
    plan: &Plan,
    session: Session<'_, P, T, J>,
    show: &mut dyn FnMut(&Event),
) -> Result<Summary, ApplyError>
where
    P: PartnerCenter,
    T: Timer,
    J: Journal,
{
    let asked = session.partner_center.endpoint();
    if let Some(bound) = session.state.endpoint.clone().filter(|bound| *bound != asked) {
        return Err(ApplyError::OtherEndpoint { bound, asked });
    }
    let before = session.state.serial;
    if (plan.lineage, plan.serial) != (session.state.lineage, before) {
        return Err(ApplyError::Stale { planned: plan.serial, serial: before });
    }
    let render = |spec: &_| session.partner_center.render(spec);
    if let Some(name) = plan.not_as_pinned(session.state, render) {
        return Err(ApplyError::NotAsPinned { name: name.clone() });
    }
    if let Some(open) = plan.open_steps().next() {
        return Err(ApplyError::AvailabilityOpen { name: open.name.clone() });
    }
    let mut run = Run::new(plan, session, show);
    run.begin(plan)?;
    run.drive().await?;
    let arrived = run.catch_up(plan).await?;
    run.summary.waited = run.waited();
    let learnt = run.learn_terms(arrived).await;
    let Run { session, mut summary, halt, .. } = run;
    summary.ended.sort_by(|a, b| a.name.cmp(&b.name));
    summary.interrupted = matches!(halt, Some(Halt::Interrupted));
    summary.sign_in_failed = matches!(halt, Some(Halt::SignIn(_)));
    summary.syncs = session.journal.syncs();
    // What could not be written of terms is no reason to be silent about what was bought.
    let written = match learnt {
        Ok(()) if session.state.serial != before => session.journal.checkpoint(session.state),
        learnt => learnt,
    };
    match (halt, written) {
        (_, Err(source)) => Err(ApplyError::Checkpoint { source, summary: Box::new(summary) }),
        (Some(Halt::Journal(error)), Ok(())) => Err(error.into()),
        _ => Ok(summary),
    }
}

/// Returns what there is to say of a plan that sends nothing: what it keeps, and what it stops.
#[must_use]
pub fn idle(plan: &Plan) -> Summary {
    let counts = plan.counts();
    let ended = plan.steps.iter().filter_map(ended_by_plan).collect();
    Summary { ended, kept: counts.keep, orphans: counts.orphan, ..Summary::default() }
}

fn ended_by_plan(step: &Step) -> Option<Ended> {
    let Action::Blocked(block) = &step.action else { return None };
    Some(ended(step, None, Outcome::Blocked(block.clone())))
}

/// Why nothing new begins.
#[derive(Debug)]
pub(super) enum Halt {
    Interrupted,
    SignIn(SignInRefused),
    Journal(JournalError),
}

/// A run under way.
pub(super) struct Run<'a, 'b, P, T, J> {
    pub(super) session: Session<'a, P, T, J>,
    pub(super) show: &'b mut dyn FnMut(&Event),
    /// The digest of the plan that was approved.
    pub(super) digest: String,
    pub(super) lanes: Vec<Lane>,
    /// Lanes that have not begun.
    pub(super) waiting: VecDeque<usize>,
    /// How many lanes are under way.
    pub(super) active: usize,
    /// Events to be fed to lanes.
    pub(super) ready: VecDeque<(usize, Input)>,
    /// Records that are folded and not yet durable, and the lanes that wait for them.
    pub(super) batch: Vec<Record>,
    pub(super) batch_lanes: Vec<usize>,
    /// Requests and waits under way, with how many reads they cost.
    pub(super) tasks: JoinSet<(usize, Reply, u64)>,
    /// How many orders are with Partner Center.
    pub(super) sending: usize,
    pub(super) halt: Option<Halt>,
    pub(super) opened: bool,
    /// Whether the plan sends anything, and so was approved.
    pub(super) sends: bool,
    pub(super) summary: Summary,
    /// What may be asked again.
    pub(super) retries: Arc<Retries>,
    /// What was told of pauses, and how long those before the run lasted.
    pub(super) told: u64,
    pub(super) paused_before: Duration,
}

impl<'a, 'b, P: PartnerCenter, T: Timer, J: Journal> Run<'a, 'b, P, T, J> {
    fn new(plan: &Plan, session: Session<'a, P, T, J>, show: &'b mut dyn FnMut(&Event)) -> Self {
        let lanes = lanes(plan, session.state);
        let counts = plan.counts();
        let paused_before = session.partner_center.pauses().total;
        Self {
            retries: Arc::default(),
            told: 0,
            paused_before,
            waiting: (0..lanes.len()).collect(),
            lanes,
            session,
            show,
            digest: plan.approved(),
            active: 0,
            ready: VecDeque::new(),
            batch: Vec::new(),
            batch_lanes: Vec::new(),
            tasks: JoinSet::new(),
            sending: 0,
            halt: None,
            opened: false,
            sends: plan.steps.iter().any(Step::is_sent),
            summary: Summary { kept: counts.keep, orphans: counts.orphan, ..Summary::default() },
        }
    }

    /// Says what is to come, and does what needs no request: new names, and what the plan stops.
    fn begin(&mut self, plan: &Plan) -> Result<(), ApplyError> {
        let steps = self.lanes.iter().flat_map(|lane| &lane.queue);
        let (orders, seats) = steps.fold((0, 0), |(n, seats), step| (n + 1, seats + step.spec.seats()));
        (self.show)(&Event::Started { orders, seats });
        let stopped = plan.steps.iter().filter_map(ended_by_plan);
        let mut done: Vec<Ended> = stopped.collect();
        for step in &plan.steps {
            let Action::Rename { from, .. } = &step.action else { continue };
            let moved = RecordKind::Moved { from: from.clone(), to: step.name.clone() };
            self.record(vec![moved]).expect("the plan renames only what is recorded, to what is not");
            done.push(ended(step, None, Outcome::Renamed { from: from.clone() }));
        }
        self.flush()?;
        done.into_iter().for_each(|ended| self.end(ended));
        Ok(())
    }

    async fn drive(&mut self) -> Result<(), ApplyError> {
        loop {
            self.notice_stop();
            self.feed();
            if !self.batch.is_empty() {
                self.linger().await;
                if let Err(error) = self.flush() {
                    return Err(self.drain(error).await);
                }
                continue;
            }
            if self.tasks.is_empty() {
                return Ok(());
            }
            self.wait_for_reply().await;
        }
    }

    /// Lets records of other lanes come in that can share the sync.
    async fn linger(&mut self) {
        let timer = Arc::clone(&self.session.timer);
        let over = timer.sleep(LINGER);
        tokio::pin!(over);
        while !self.tasks.is_empty() {
            let quiet = timer.sleep(QUIET);
            tokio::select! {
                biased;
                () = &mut over => return,
                Some(done) = self.tasks.join_next() => self.take(done),
                () = quiet => return,
            }
            self.feed();
        }
    }

    async fn wait_for_reply(&mut self) {
        let asked = *self.session.stop.borrow();
        if asked && self.halt.is_none() {
            // It came while machines were stepped, and is told before anything is waited for.
            return;
        }
        let stop_can_come = !asked && self.session.stop.has_changed().is_ok();
        let (shop, timer) = (Arc::clone(&self.session.partner_center), Arc::clone(&self.session.timer));
        // What the rejection did to its own order comes first.
        let paused = async {
            let pauses = shop.next_pause(self.told).await;
            timer.sleep(QUIET).await;
            pauses
        };
        tokio::select! {
            biased;
            _ = self.session.stop.changed(), if stop_can_come => {}
            Some(done) = self.tasks.join_next() => self.take(done),
            pauses = paused, if self.halt.is_none() => self.take_pause(pauses),
        }
    }

    pub(super) fn notice_stop(&mut self) {
        if self.halt.is_none() && *self.session.stop.borrow() {
            self.halt(Halt::Interrupted);
            (self.show)(&Event::Stopping { in_flight: self.sending });
        }
    }

    /// From here on nothing new begins, and nothing that has not left is sent.
    pub(super) fn halt(&mut self, halt: Halt) {
        self.halt.get_or_insert(halt);
        let jobs = self.lanes.iter_mut().filter_map(|lane| lane.current.as_mut());
        jobs.for_each(|job| job.machine.hold());
    }

    /// Sets lanes going, as many as may be in flight together.
    fn activate(&mut self) {
        while self.active < self.session.settings.parallelism.max(1) {
            let Some(index) = self.waiting.pop_front() else { return };
            self.active += 1;
            self.next_job(index);
        }
    }

    /// Begins the lane's next order, or ends the lane.
    pub(super) fn next_job(&mut self, index: usize) {
        while let Some(step) = self.lanes[index].queue.pop_front() {
            if let Some(skipped) = self.reason_to_skip(index) {
                self.end(ended(&step, None, Outcome::NotAttempted(skipped)));
                continue;
            }
            let body = self.session.partner_center.render(&step.sent());
            let rules = self.session.settings.rules.clone();
            self.lanes[index].current = Some(Job::new(step, self.session.state, body, &self.digest, rules));
            self.ready.push_back((index, Input::Start));
            return;
        }
        self.active -= 1;
    }

    pub(super) fn reason_to_skip(&self, index: usize) -> Option<Skipped> {
        if let Some(name) = &self.lanes[index].in_doubt {
            return Some(Skipped::CustomerInDoubt(name.clone()));
        }
        match self.halt.as_ref()? {
            Halt::Interrupted => Some(Skipped::Interrupted),
            Halt::SignIn(why) => Some(Skipped::SignIn(why.clone())),
            Halt::Journal(error) => Some(Skipped::NoRoom(error.to_string())),
        }
    }

    /// Steps machines until each of them waits for the world. Where one lane ends the next begins, so that none is left
    /// behind when the last ones in flight end together.
    fn feed(&mut self) {
        loop {
            self.activate();
            let Some((index, input)) = self.ready.pop_front() else { return };
            let now = self.session.partner_center.now();
            let Some(job) = &mut self.lanes[index].current else { continue };
            let effect = job.machine.step(input, &now);
            self.carry_out(index, effect);
        }
    }

    pub(super) fn carry_out(&mut self, index: usize, effect: Effect) {
        match effect {
            Effect::List => self.list(index),
            Effect::ReadAudit { since } => self.read_audit(index, since),
            Effect::Record(kinds) => self.record_for(index, kinds),
            Effect::Send { number } => self.send(index, number),
            Effect::Wait(wait, why) => self.wait(index, wait, why),
            Effect::Finish(verdict) => self.finish(index, verdict),
        }
    }

    fn record_for(&mut self, index: usize, mut kinds: Vec<RecordKind>) {
        if !self.has_turn(index, &mut kinds) || !self.may_pass(index, &mut kinds) {
            return;
        }
        if let Err(contradiction) = self.record(kinds) {
            let why = format!("what Partner Center shows contradicts the state: {contradiction}");
            return self.finish(index, Verdict::InDoubt(Doubt::Unanswered { why }));
        }
        self.batch_lanes.push(index);
    }

    /// Folds records into the state and queues them for the disk. Folding is the check that they can follow.
    pub(super) fn record(&mut self, kinds: Vec<RecordKind>) -> Result<(), crate::domain::FoldError> {
        let time = self.session.partner_center.now().server;
        for kind in self.opening().into_iter().chain(kinds) {
            let record = Record { serial: self.session.state.serial + 1, time, kind };
            self.session.state.fold(&record)?;
            self.batch.push(record);
        }
        Ok(())
    }

    /// Returns what precedes the first record of a run.
    fn opening(&mut self) -> Vec<RecordKind> {
        if std::mem::replace(&mut self.opened, true) {
            return Vec::new();
        }
        let settings = &self.session.settings;
        let (by, command, tool) = (settings.by.clone(), settings.command.clone(), settings.tool.clone());
        let (how, commit) = (settings.approval, settings.commit.clone());
        let approved = self.sends.then(|| Approved { plan: self.digest.clone(), how, commit });
        let opened = RecordKind::Opened { by, command, tool, approved };
        let endpoint = self.session.partner_center.endpoint();
        let bound = self.session.state.endpoint.is_none().then_some(RecordKind::Bound { endpoint });
        [opened].into_iter().chain(bound).chain(self.allowances()).collect()
    }

    /// Makes the batch durable and tells the lanes that waited for it.
    pub(super) fn flush(&mut self) -> Result<(), JournalError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.session.journal.append(&self.batch)?;
        self.batch.clear();
        let durable = self.batch_lanes.drain(..).map(|index| (index, Input::Durable));
        self.ready.extend(durable);
        Ok(())
    }

    pub(super) fn finish(&mut self, index: usize, verdict: Verdict) {
        let Some(job) = self.lanes[index].current.take() else { return };
        let outcome = match verdict {
            Verdict::Created { order, evidence } => Outcome::Created { order, evidence },
            Verdict::NotOrdered(reason) => Outcome::NotOrdered(reason),
            Verdict::InDoubt(doubt) => {
                self.lanes[index].in_doubt = Some(job.step.name.clone());
                Outcome::InDoubt(doubt)
            }
            Verdict::Blocked(obstacle) => Outcome::Stopped(obstacle),
        };
        self.end(job.ended(outcome));
        self.next_job(index);
    }

    pub(super) fn end(&mut self, ended: Ended) {
        (self.show)(&Event::Ended(ended.clone()));
        self.summary.ended.push(ended);
    }

    pub(super) fn name(&self, index: usize) -> Option<OrderName> {
        self.lanes[index].current.as_ref().map(|job| job.step.name.clone())
    }
}
