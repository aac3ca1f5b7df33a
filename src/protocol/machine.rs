//! The machine itself: which event leads to which effect.

use std::time::Duration;

use super::classify::{Class, classify};
use super::settle::{self, Absent, Finding};
use super::{Doubt, Effect, Event, HELD_UP, Obstacle, Rules, TRUST_WINDOW, Verdict, Wanted, backoff};
use crate::domain::{
    Answer, Attempt, AuditedOrder, Baseline, Evidence, Fate, Likeness, Moment, NotOrdered, ObservedOrder,
    OrderId, PlacedOrder, RecordKind, RecoveryMode, Sent,
};

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
        let stops = |order: &&ObservedOrder| {
            order.likeness(&self.wanted.spec) == Likeness::Exact
                && (!self.wanted.allow_duplicate || self.may_be_of_the_lost_state(order, &at))
        };
        let alike: Vec<OrderId> = unclaimed.iter().filter(stops).map(|order| order.id.clone()).collect();
        if !alike.is_empty() {
            return self.finish(Verdict::Blocked(Obstacle::AlreadyBought(alike)));
        }
        self.intend(Baseline { at, order_ids }, now)
    }

    /// Says whether an order may have been bought by a state that was lost. `allowDuplicate` does not stand for those: it
    /// cannot tell the second from the first, bought again. An order that says it was made later than the time that
    /// surely passed was dated by a clock that jumped, so its date proves nothing.
    fn may_be_of_the_lost_state(&self, order: &ObservedOrder, at: &Moment) -> bool {
        let Some(rebuilt) = &self.wanted.rebuilt else { return false };
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

    /// Announces another send of the same attempt, behind `before`; gives up where none may leave any more.
    fn announce(&mut self, now: &Moment, before: Vec<RecordKind>) -> Effect {
        if self.held {
            return self.give_up(HELD_BACK, before);
        }
        let trusts = self.may_trust(now);
        let attempt = self.attempt.as_mut().expect("only an intended attempt is sent again");
        // Trust runs out while a re-send waits to be let in.
        if attempt.open_sends() > self.cleared && !trusts {
            return self.give_up("it took too long to be sent again in trust", before);
        }
        let name = self.wanted.name.clone();
        attempt.sends.push(Sent { at: now.clone(), fate: None });
        self.phase = Phase::Announcing;
        let mut records = before;
        records.push(RecordKind::Sending { name, at: now.clone() });
        Effect::Record(records)
    }

    fn send(&mut self, now: &Moment) -> Effect {
        if self.held {
            let ended = self.end_send(Fate::NotBought(HELD_BACK.to_owned()));
            return self.give_up(HELD_BACK, vec![ended]);
        }
        let attempt = self.attempt.as_mut().expect("only an intended attempt is sent");
        let announced = attempt.last_sent().expect("an intended attempt has a send");
        let since = Duration::from_millis(now.boot_ms.saturating_sub(announced.boot_ms));
        if since > HELD_UP {
            return self.hold_up(now);
        }
        self.phase = Phase::Sending;
        Effect::Send { number: u32::try_from(attempt.sends.len()).unwrap_or(u32::MAX) }
    }

    /// What was announced did not leave in time, so it is announced anew; not for ever where the machine is that slow.
    fn hold_up(&mut self, now: &Moment) -> Effect {
        let why = "held up before it left";
        let ended = self.end_send(Fate::NotBought(why.to_owned()));
        self.not_now += 1;
        match self.not_now < backoff::MOST_TRIES {
            true => self.announce(now, vec![ended]),
            false => self.give_up(why, vec![ended]),
        }
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
            let why = match asked {
                Some(wait) => format!("{why}; it asked to wait {} s", wait.as_secs()),
                None => why,
            };
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
        let age = attempt.sends.first().and_then(|sent| now.age_at_most(&sent.at));
        let young = age.is_some_and(|age| age < TRUST_WINDOW);
        self.rules.mode == RecoveryMode::Trust
            && !self.held
            && young
            && attempt.open_sends() < Attempt::MOST_SENDS
    }

    /// Ends a run in which nothing more may be sent, behind `records`: with nothing open, nothing was bought.
    fn give_up(&mut self, why: &str, mut records: Vec<RecordKind>) -> Effect {
        let why = why.to_owned();
        let open = self.attempt.as_ref().is_some_and(|attempt| attempt.open_sends() > 0);
        let verdict = if open {
            Verdict::InDoubt(Doubt::Unanswered { why })
        } else {
            let reason = NotOrdered::NotNow(why);
            records.push(RecordKind::NotOrdered { name: self.wanted.name.clone(), reason: reason.clone() });
            Verdict::NotOrdered(reason)
        };
        if records.is_empty() {
            return self.finish(verdict);
        }
        self.phase = Phase::Ending(verdict);
        Effect::Record(records)
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
mod tests;
