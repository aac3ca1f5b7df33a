//! The machine itself: which event leads to which effect.

use std::time::Duration;

use super::classify::{Class, classify};
use super::settle::{self, Absent, Finding};
use super::{Doubt, Effect, Event, HELD_UP, Obstacle, Rules, TRUST_WINDOW, Verdict, Wanted, backoff};
use crate::domain::{
    Answer, Attempt, AuditedOrder, Baseline, Evidence, Fate, Likeness, Moment, NotOrdered, ObservedOrder,
    OrderId, PlacedOrder, RecordKind, RecoveryMode, Sent,
};

/// One attempt under way.
#[derive(Debug, Clone)]
pub struct Machine {
    wanted: Wanted,
    rules: Rules,
    /// The attempt, once it is intended.
    attempt: Option<Attempt>,
    phase: Phase,
    /// How often this run has heard "not now".
    not_now: u32,
}

/// What the machine is waiting for.
#[derive(Debug, Clone)]
enum Phase {
    /// To be set going.
    Idle,
    /// The list, to look before the first send.
    Looking,
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
        Self { wanted, rules, attempt: None, phase: Phase::Idle, not_now: 0 }
    }

    /// Takes up a pending attempt; `wanted` is what to buy in case nothing of it is open.
    #[must_use]
    pub fn settle(wanted: Wanted, attempt: Attempt, rules: Rules) -> Self {
        Self { wanted, rules, attempt: Some(attempt), phase: Phase::Idle, not_now: 0 }
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
            (Phase::Proving, Event::Audited(audited)) => self.prove(&audited, now),
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
            (Phase::Waiting, Event::Stopped) => {
                self.give_up("stopped before it could be sent again".to_owned())
            }
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
        let stops = |order: &&ObservedOrder| {
            order.likeness(&self.wanted.spec) == Likeness::Exact
                && (!self.wanted.allow_duplicate || self.may_be_of_the_lost_state(order))
        };
        let alike: Vec<OrderId> = unclaimed.iter().filter(stops).map(|order| order.id.clone()).collect();
        if !alike.is_empty() {
            return self.finish(Verdict::Blocked(Obstacle::AlreadyBought(alike)));
        }
        self.intend(Baseline { at, order_ids }, now)
    }

    /// Says whether an order may have been bought by a state that was lost. `allowDuplicate` does not stand for those: it
    /// cannot tell the second from the first, bought again.
    fn may_be_of_the_lost_state(&self, order: &ObservedOrder) -> bool {
        let Some(rebuilt) = &self.wanted.rebuilt else { return false };
        let Some((made, rebuilt)) = order.created.zip(rebuilt.server) else { return true };
        made <= rebuilt.after(self.rules.settle_after)
    }

    fn intend(&mut self, baseline: Baseline, now: &Moment) -> Effect {
        let attempt = Attempt {
            generation: self.wanted.generation,
            request_id: self.wanted.request_id,
            spec: self.wanted.spec.clone(),
            body: self.wanted.body.clone(),
            baseline,
            plan: self.wanted.plan.clone(),
            sends: vec![Sent { at: now.clone(), fate: None }],
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
        if let Some(order) = settle::proof(attempt, audited) {
            return self.created(&order, Evidence::Audit);
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
            Finding::Nothing => match settle::absent(attempt, &self.rules) {
                Absent::SendAgain => self.announce(now, Vec::new()),
                Absent::NotOrdered(why) => self.not_ordered(NotOrdered::ListedNowhere(why)),
                Absent::Strict => self.finish(Verdict::InDoubt(Doubt::Strict)),
                Absent::NoSendsLeft => self.finish(Verdict::InDoubt(Doubt::NoSendsLeft)),
            },
        }
    }

    /// Announces another send of the same attempt, behind `before`.
    fn announce(&mut self, now: &Moment, before: Vec<RecordKind>) -> Effect {
        let name = self.wanted.name.clone();
        let attempt = self.attempt.as_mut().expect("only an intended attempt is sent again");
        attempt.sends.push(Sent { at: now.clone(), fate: None });
        self.phase = Phase::Announcing;
        let mut records = before;
        records.push(RecordKind::Sending { name, at: now.clone() });
        Effect::Record(records)
    }

    fn send(&mut self, now: &Moment) -> Effect {
        let attempt = self.attempt.as_mut().expect("only an intended attempt is sent");
        let announced = attempt.last_sent().expect("an intended attempt has a send");
        if now.boot_ms.saturating_sub(announced.boot_ms)
            > u64::try_from(HELD_UP.as_millis()).unwrap_or(u64::MAX)
        {
            let ended = self.end_send(Fate::NotBought("held up before it left".to_owned()));
            return self.announce(now, vec![ended]);
        }
        self.phase = Phase::Sending;
        Effect::Send { number: u32::try_from(attempt.sends.len()).unwrap_or(u32::MAX) }
    }

    fn judge(&mut self, answer: Answer, now: &Moment) -> Effect {
        let earlier_open = self.attempt.as_ref().is_some_and(|attempt| attempt.open_sends() > 1);
        match classify(answer, &self.wanted_by_attempt()) {
            Class::Created(order) => self.created(&order, Evidence::Answer),
            Class::Refused(error) if !earlier_open => self.not_ordered(NotOrdered::Refused(error)),
            // It proves nothing about the sends before it.
            Class::Refused(error) => self.end_in_doubt(Fate::NotBought(error.to_string()), error.to_string()),
            Class::NotNow { wait, why } => self.put_off(wait, why, earlier_open),
            Class::Unknown { why } => self.lose(why, now),
        }
    }

    fn wanted_by_attempt(&self) -> crate::domain::OrderSpec {
        self.attempt.as_ref().map_or_else(|| self.wanted.spec.clone(), |attempt| attempt.spec.clone())
    }

    fn put_off(&mut self, asked: Option<Duration>, why: String, earlier_open: bool) -> Effect {
        self.not_now += 1;
        let request_id = self.attempt.as_ref().map_or(self.wanted.request_id, |attempt| attempt.request_id);
        let Some(off) = backoff::wait(self.not_now, asked, request_id) else {
            return match earlier_open {
                true => self.end_in_doubt(Fate::NotBought(why.clone()), why),
                false => self.not_ordered(NotOrdered::NotNow(why)),
            };
        };
        let ended = self.end_send(Fate::NotBought(why.clone()));
        self.phase = Phase::Putting { off, why };
        Effect::Record(vec![ended])
    }

    fn lose(&mut self, why: String, now: &Moment) -> Effect {
        if self.may_trust(now) {
            let ended = self.end_send(Fate::Unknown(why));
            return self.announce(now, vec![ended]);
        }
        self.end_in_doubt(Fate::Unknown(why.clone()), why)
    }

    /// Says whether the same id may be sent again at once, in the trust that Partner Center honours it.
    fn may_trust(&self, now: &Moment) -> bool {
        let Some(attempt) = &self.attempt else {
            return false;
        };
        let first = attempt.sends.first().and_then(|sent| sent.at.server);
        let young = first.zip(now.server).is_some_and(|(then, now)| now.since(then) < TRUST_WINDOW);
        self.rules.mode == RecoveryMode::Trust && young && attempt.open_sends() < Attempt::MOST_SENDS
    }

    /// Ends a run that was stopped while it waited: with nothing open, nothing was bought.
    fn give_up(&mut self, why: String) -> Effect {
        let open = self.attempt.as_ref().is_some_and(|attempt| attempt.open_sends() > 0);
        match open {
            true => self.finish(Verdict::InDoubt(Doubt::Unanswered { why })),
            false => self.not_ordered(NotOrdered::NotNow(why)),
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

    fn end_in_doubt(&mut self, fate: Fate, why: String) -> Effect {
        let ended = self.end_send(fate);
        self.phase = Phase::Ending(Verdict::InDoubt(Doubt::Unanswered { why }));
        Effect::Record(vec![ended])
    }

    fn end_send(&mut self, fate: Fate) -> RecordKind {
        if let Some(sent) = self.attempt.as_mut().and_then(|attempt| attempt.sends.last_mut()) {
            sent.fate = Some(fate.clone());
        }
        RecordKind::SendEnded { name: self.wanted.name.clone(), fate }
    }

    fn finish(&mut self, verdict: Verdict) -> Effect {
        self.phase = Phase::Over;
        Effect::Finish(verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{attempt, moment, order};
    use crate::domain::{Generation, OrderName};

    /// A machine that has read the audit log in vain, at an instant that nobody knows.
    fn without_proof() -> (Machine, Effect) {
        let attempt = attempt(5, &[0]);
        let wanted = Wanted {
            name: OrderName::parse("a").unwrap(),
            spec: attempt.spec.clone(),
            allow_duplicate: false,
            body: attempt.body.clone(),
            generation: Generation::FIRST,
            request_id: attempt.request_id,
            plan: attempt.plan.clone(),
            rebuilt: None,
        };
        let mut machine = Machine::settle(wanted, attempt, Rules::default());
        let unknown = Moment { server: None, ..moment(0) };
        machine.step(Event::Start, &unknown);
        let effect = machine.step(Event::Audited(Vec::new()), &unknown);
        (machine, effect)
    }

    fn listed(machine: &mut Machine, at: Moment) -> Effect {
        let unclaimed = vec![order("1", 5)];
        let order_ids = unclaimed.iter().map(|order| order.id.clone()).collect();
        machine.step(Event::Listed { at: at.clone(), order_ids, unclaimed }, &at)
    }

    #[test]
    fn an_audit_log_that_cannot_be_read_keeps_no_order_in_doubt_for_ever() {
        let (mut machine, effect) = without_proof();
        assert_eq!(effect, Effect::List);
        let effect = listed(&mut machine, moment(3600));
        assert!(
            matches!(&effect, Effect::Record(kinds) if matches!(kinds[..], [RecordKind::Created { .. }]))
        );
    }

    #[test]
    fn a_list_that_was_asked_because_nobody_knew_the_time_counts_no_earlier() {
        let (mut machine, _) = without_proof();
        let effect = listed(&mut machine, moment(60));
        assert!(matches!(effect, Effect::Finish(Verdict::InDoubt(Doubt::TooYoung { .. }))), "{effect:?}");
    }
}
