//! The machine itself: which event leads to which effect.

use std::time::Duration;

use super::settle::{self, Absent, Finding, Proof};
use super::{Doubt, Effect, Event, Obstacle, Rules, Verdict, Wanted};
use crate::domain::{
    Attempt, AuditedOrder, Baseline, CorrelationId, Evidence, Likeness, Moment, NotOrdered, ObservedOrder,
    OrderId, PlacedOrder, RecordKind, Sent,
};

/// How many sends of an attempt the audit log is searched for when the state knows nothing of it: those that were put off,
/// in whatever run, have numbers too.
const MOST_REMEMBERED: u32 = 64;

/// Why something did not leave any more.
const HELD_BACK: &str = "the run ended before it could be sent";

/// One attempt under way.
#[derive(Debug, Clone)]
pub struct Machine {
    wanted: Wanted,
    rules: Rules,
    /// The attempt, once it is intended.
    attempt: Option<Attempt>,
    phase: Phase,
    /// How often this run has heard "not now", or was held up itself.
    not_now: u32,
    /// How many open sends the list has shown to have bought nothing.
    cleared: usize,
    /// Whether nothing more may leave in this run.
    held: bool,
}

/// What the machine is waiting for.
#[derive(Debug, Clone)]
enum Phase {
    /// To be set going.
    Idle,
    /// The list, to look before the first send.
    Looking,
    /// The audit log, for whether a state that knows of it no more bought one of those that are alike.
    LookingAgain(Baseline),
    /// The audit log, for proof.
    Proving,
    /// The list, for a match.
    Matching,
    /// The disk, to send then.
    Announcing,
    /// The answer.
    Sending,
    /// The disk, to wait then.
    Putting { off: Duration, why: String },
    /// The time.
    Waiting,
    /// The disk, to begin afresh then.
    Closing,
    /// The disk, to end then.
    Ending(Verdict),
    /// Nothing more.
    Over,
}

impl Machine {
    /// Begins a new attempt.
    #[must_use]
    pub fn buy(wanted: Wanted, rules: Rules) -> Self {
        Self { wanted, rules, attempt: None, phase: Phase::Idle, not_now: 0, cleared: 0, held: false }
    }

    /// Takes up a pending attempt; `wanted` is what to buy in case nothing of it is open.
    #[must_use]
    pub fn settle(wanted: Wanted, attempt: Attempt, rules: Rules) -> Self {
        Self { attempt: Some(attempt), ..Self::buy(wanted, rules) }
    }

    /// Returns what is bought.
    #[must_use]
    pub fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Returns the attempt, once it is intended.
    #[must_use]
    pub fn attempt(&self) -> Option<&Attempt> {
        self.attempt.as_ref()
    }

    /// Holds back whatever has not left yet: the run is to end. What is settled by then is settled by evidence alone.
    pub fn hold(&mut self) {
        self.held = true;
    }

    /// Takes an event in and says what is to be done next. `now` is the server's clock as well as it is known.
    ///
    /// # Panics
    /// Where the event is not the one that was asked for: a bug of whoever drives the machine.
    pub fn step(&mut self, event: Event, now: &Moment) -> Effect {
        let phase = std::mem::replace(&mut self.phase, Phase::Over);
        match (phase, event) {
            (Phase::Idle, Event::Start) => self.start(),
            (Phase::Looking, Event::Listed { at, order_ids, unclaimed }) => {
                self.look(at, order_ids, &unclaimed, now)
            }
            (Phase::Looking, Event::ListFailed(why)) => {
                self.finish(Verdict::Blocked(Obstacle::Unlisted { why }))
            }
            (Phase::LookingAgain(baseline), Event::Audited(audited)) => {
                self.look_again(baseline, &audited, now)
            }
            // What would show that it was bought already is not known not to be there.
            (Phase::LookingAgain(_), Event::AuditFailed(why)) => {
                self.finish(Verdict::Blocked(Obstacle::Unaudited { why }))
            }
            (Phase::Proving, Event::Audited(audited)) => self.prove(&audited, now),
            // Only what is there proves anything, and the list settles what the log does not.
            (Phase::Proving, Event::AuditFailed(_)) => self.prove(&[], now),
            (Phase::Matching, Event::Listed { at, unclaimed, .. }) => self.match_list(&at, &unclaimed, now),
            (Phase::Matching, Event::ListFailed(why)) => {
                self.finish(Verdict::InDoubt(Doubt::Unlisted { why }))
            }
            (Phase::Announcing, Event::Durable) => self.send(now),
            (Phase::Sending, Event::Answered(answer)) => self.judge(answer, now),
            (Phase::Putting { off, why }, Event::Durable) => {
                self.phase = Phase::Waiting;
                Effect::Wait(off, why)
            }
            (Phase::Waiting, Event::Waited) => self.announce(now, Vec::new()),
            (Phase::Waiting, Event::Stopped) => self.give_up(HELD_BACK, Vec::new()),
            (Phase::Closing, Event::Durable) => {
                self.attempt = None;
                self.start()
            }
            (Phase::Ending(verdict), Event::Durable) => self.finish(verdict),
            (phase, event) => panic!("the attempt was {phase:?} and asked for no {event:?}"),
        }
    }

    fn start(&mut self) -> Effect {
        let Some(attempt) = &self.attempt else {
            self.phase = Phase::Looking;
            return Effect::List;
        };
        if attempt.open_sends() > 0 {
            self.phase = Phase::Proving;
            return Effect::ReadAudit { since: attempt.baseline.at.clone() };
        }
        // Every send was answered "not now": nothing is in doubt, so look and begin again, with the same request id.
        self.phase = Phase::Closing;
        let reason = NotOrdered::NotNow("an earlier run was put off and ended".to_owned());
        Effect::Record(vec![RecordKind::NotOrdered { name: self.wanted.name.clone(), reason }])
    }

    /// The look before the first send: were the state lost, or somebody faster in the portal, it would show here.
    fn look(
        &mut self,
        at: Moment,
        order_ids: Vec<OrderId>,
        unclaimed: &[ObservedOrder],
        now: &Moment,
    ) -> Effect {
        let rebuilt = self.wanted.rebuilt.as_ref();
        let wait =
            rebuilt.map_or(Duration::ZERO, |then| self.rules.settle_after.saturating_sub(at.age_since(then)));
        if !wait.is_zero() {
            return self.finish(Verdict::Blocked(Obstacle::RebuiltLately { wait }));
        }
        let ids = |alike: &[&ObservedOrder]| alike.iter().map(|order| order.id.clone()).collect();
        let likeness = |order: &ObservedOrder| order.likeness(&self.wanted.spec);
        let lost = |order: &&ObservedOrder| self.may_be_of_the_lost_state(order, &at);
        let lost: Vec<&ObservedOrder> = unclaimed.iter().filter(lost).collect();
        if !lost.is_empty() {
            return self.finish(Verdict::Blocked(Obstacle::LostState(ids(&lost))));
        }
        let is_alike =
            |order: &&ObservedOrder| likeness(order) == Likeness::Exact || self.may_be_a_dropped_one(order);
        let alike: Vec<&ObservedOrder> = unclaimed.iter().filter(is_alike).collect();
        if !alike.is_empty() && !self.wanted.allow_duplicate {
            return self.finish(Verdict::Blocked(Obstacle::AlreadyBought(ids(&alike))));
        }
        let baseline = Baseline { at, order_ids };
        let Some(oldest) = alike.iter().map(|order| order.created).min() else {
            return self.intend(baseline, now);
        };
        // Another one is meant. Was it bought already, by this state before somebody restored an older copy of it?
        let since = Moment { server: oldest.or(baseline.at.server), ..baseline.at.clone() };
        self.phase = Phase::LookingAgain(baseline);
        Effect::ReadAudit { since }
    }

    /// The ids of our sends are derived, so the audit log knows them even where the state does not.
    fn look_again(&mut self, baseline: Baseline, audited: &[AuditedOrder], now: &Moment) -> Effect {
        let sends = (1..=MOST_REMEMBERED).map(|send| CorrelationId::derive(self.wanted.request_id, send));
        let ours: Vec<OrderId> =
            settle::made_by(audited, sends).iter().map(|order| order.id.clone()).collect();
        if ours.is_empty() {
            return self.intend(baseline, now);
        }
        self.finish(Verdict::Blocked(Obstacle::LostState(ours)))
    }

    /// Says whether this is an order that a person dropped from the state, and that may be what is wanted: its seats can have
    /// been changed since it was recorded.
    fn may_be_a_dropped_one(&self, order: &ObservedOrder) -> bool {
        self.wanted.dropped.contains(&order.id)
            && !order.is_cancelled()
            && order.has_same_products(&self.wanted.spec)
    }

    /// Says whether an order may have been bought, for what is wanted, by a state that was lost. `allowDuplicate` does not
    /// stand for those, it cannot tell the second from the first, bought again. Its seats can have been changed since it
    /// was bought, so they do not tell it apart. An order that says it was made later than the time that surely passed was
    /// dated by a clock that jumped, so its date proves nothing.
    fn may_be_of_the_lost_state(&self, order: &ObservedOrder, at: &Moment) -> bool {
        let Some(rebuilt) = &self.wanted.rebuilt else { return false };
        let spec = &self.wanted.spec;
        let could_be = order.likeness(spec) != Likeness::Different
            || (order.has_same_products(spec) && !order.is_cancelled());
        if !could_be {
            return false;
        }
        let Some((made, then)) = order.created.zip(rebuilt.server) else { return true };
        made <= then.after(self.rules.settle_after) || made.since(then) > at.age_since(rebuilt)
    }

    fn intend(&mut self, baseline: Baseline, now: &Moment) -> Effect {
        let attempt = Attempt {
            generation: self.wanted.generation,
            request_id: self.wanted.request_id,
            spec: self.wanted.spec.clone(),
            body: self.wanted.body.clone(),
            baseline,
            plan: self.wanted.plan.clone(),
            sends: vec![Sent { at: now.clone(), ended: None, fate: None }],
        };
        self.attempt = Some(attempt.clone());
        self.phase = Phase::Announcing;
        Effect::Record(vec![RecordKind::Intended {
            name: self.wanted.name.clone(),
            attempt: Box::new(attempt),
        }])
    }

    fn prove(&mut self, audited: &[AuditedOrder], now: &Moment) -> Effect {
        let attempt = self.attempt.as_ref().expect("only a pending attempt is proved");
        match settle::proof(attempt, audited) {
            Proof::Ours(order) => return self.created(&order, Evidence::Audit),
            Proof::Contradiction(ids) => return self.finish(Verdict::InDoubt(Doubt::Candidates(ids))),
            Proof::Silence => {}
        }
        if self.may_trust(now) {
            return self.announce(now, Vec::new());
        }
        let wait = settle::wait_left(attempt, now, self.rules.settle_after);
        // Where the audit log did not tell the time either, the list does, and its own time is what counts.
        if !wait.is_zero() && now.server.is_some() {
            return self.finish(Verdict::InDoubt(Doubt::TooYoung { wait }));
        }
        self.phase = Phase::Matching;
        Effect::List
    }

    fn match_list(&mut self, at: &Moment, unclaimed: &[ObservedOrder], now: &Moment) -> Effect {
        let attempt = self.attempt.as_ref().expect("only a pending attempt is matched");
        let wait = settle::wait_left(attempt, at, self.rules.settle_after);
        if !wait.is_zero() {
            return self.finish(Verdict::InDoubt(Doubt::TooYoung { wait }));
        }
        match settle::find(attempt, unclaimed) {
            Finding::Match(order) => self.created(&order, Evidence::Match),
            Finding::Candidates(ids) => self.finish(Verdict::InDoubt(Doubt::Candidates(ids))),
            Finding::Nothing if attempt.shown_orders().next().is_some() => {
                let shown = attempt.shown_orders().cloned().collect();
                self.finish(Verdict::InDoubt(Doubt::Candidates(shown)))
            }
            Finding::Nothing => match settle::absent(attempt, &self.rules) {
                Absent::SendAgain => {
                    self.cleared = attempt.open_sends();
                    self.announce(now, Vec::new())
                }
                Absent::NotOrdered(why) => self.not_ordered(NotOrdered::ListedNowhere(why)),
                Absent::Strict => self.finish(Verdict::InDoubt(Doubt::Strict)),
                Absent::NoSendsLeft => self.finish(Verdict::InDoubt(Doubt::NoSendsLeft)),
            },
        }
    }

    fn created(&mut self, order: &ObservedOrder, evidence: Evidence) -> Effect {
        let order = PlacedOrder::from(order);
        let name = self.wanted.name.clone();
        self.phase = Phase::Ending(Verdict::Created { order: order.clone(), evidence });
        Effect::Record(vec![RecordKind::Created { name, order, evidence }])
    }

    fn not_ordered(&mut self, reason: NotOrdered) -> Effect {
        let name = self.wanted.name.clone();
        self.phase = Phase::Ending(Verdict::NotOrdered(reason.clone()));
        Effect::Record(vec![RecordKind::NotOrdered { name, reason }])
    }

    fn finish(&mut self, verdict: Verdict) -> Effect {
        self.phase = Phase::Over;
        Effect::Finish(verdict)
    }
}

mod sending;
#[cfg(test)]
mod tests;
