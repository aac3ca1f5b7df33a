//! What leaves, and what its answer leads to.

use std::time::Duration;

use super::{HELD_BACK, Machine, Phase};
use crate::domain::{
    Answer, Attempt, Evidence, Fate, Moment, NotOrdered, OrderId, RecordKind, RecoveryMode, Sent,
};
use crate::protocol::classify::{Class, classify};
use crate::protocol::{Doubt, Effect, HELD_UP, TRUST_WINDOW, Verdict, backoff};

impl Machine {
    /// Announces another send of the same attempt, behind `before`; gives up where none may leave any more.
    pub(super) fn announce(&mut self, now: &Moment, before: Vec<RecordKind>) -> Effect {
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
        attempt.sends.push(Sent { at: now.clone(), ended: None, fate: None });
        self.phase = Phase::Announcing;
        let mut records = before;
        records.push(RecordKind::Sending { name, at: now.clone() });
        Effect::Record(records)
    }

    /// Announces as of now what was to be announced when it had no turn yet: `records` are those of then, of which
    /// nobody heard.
    ///
    /// # Panics
    /// Where they announce nothing: a bug of whoever drives the machine.
    pub fn announce_late(&mut self, mut records: Vec<RecordKind>, now: &Moment) -> Effect {
        match records.pop() {
            Some(RecordKind::Intended { attempt, .. }) => self.intend(attempt.baseline, now),
            Some(RecordKind::Sending { .. }) => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.sends.pop();
                }
                self.announce(now, records)
            }
            other => panic!("{other:?} announces nothing"),
        }
    }

    /// Takes back the send that was to be announced last, behind what was to be recorded before it: it is held back, and
    /// nobody heard of it.
    pub fn withhold(&mut self, why: &str, before: Vec<RecordKind>) -> Effect {
        if let Some(attempt) = &mut self.attempt {
            attempt.sends.pop();
        }
        self.give_up(why, before)
    }

    pub(super) fn send(&mut self, now: &Moment) -> Effect {
        if self.held {
            let ended = self.end_send(Fate::NotNow(HELD_BACK.to_owned()), now);
            return self.give_up(HELD_BACK, vec![ended]);
        }
        let attempt = self.attempt.as_mut().expect("only an intended attempt is sent");
        let announced = &attempt.sends.last().expect("an intended attempt has a send").at;
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
        let ended = self.end_send(Fate::NotNow(why.to_owned()), now);
        self.not_now += 1;
        match self.not_now < backoff::MOST_TRIES {
            true => self.announce(now, vec![ended]),
            false => self.give_up(why, vec![ended]),
        }
    }

    pub(super) fn judge(&mut self, answer: Answer, now: &Moment) -> Effect {
        let earlier_open = self.attempt.as_ref().is_some_and(|attempt| attempt.open_sends() > 1);
        match classify(answer, &self.wanted_by_attempt()) {
            Class::Created(order) => self.created(&order, Evidence::Answer),
            Class::Refused(error) if !earlier_open => self.not_ordered(NotOrdered::Refused(error)),
            // It proves nothing about the sends before it.
            Class::Refused(error) => {
                self.end_in_doubt(Fate::Refused(error.to_string()), error.to_string(), now)
            }
            Class::NotNow { wait, why } => self.put_off(wait, why, now),
            Class::Paused { wait } => self.wait_with_all(wait, now),
            Class::Unknown { why, order_id } => self.lose(why, order_id, now),
        }
    }

    fn wanted_by_attempt(&self) -> crate::domain::OrderSpec {
        self.attempt.as_ref().map_or_else(|| self.wanted.spec.clone(), |attempt| attempt.spec.clone())
    }

    fn put_off(&mut self, asked: Option<Duration>, why: String, now: &Moment) -> Effect {
        self.not_now += 1;
        let earlier_open = self.attempt.as_ref().is_some_and(|attempt| attempt.open_sends() > 1);
        let request_id = self.attempt.as_ref().map_or(self.wanted.request_id, |attempt| attempt.request_id);
        let Some(off) = backoff::wait(self.not_now, asked, request_id) else {
            let why = match asked {
                Some(wait) => format!("{why}; it asked to wait {} s", wait.as_secs()),
                None => why,
            };
            return match earlier_open {
                true => self.end_in_doubt(Fate::NotNow(why.clone()), why, now),
                false => self.not_ordered(NotOrdered::NotNow(why)),
            };
        };
        let ended = self.end_send(Fate::NotNow(why.clone()), now);
        self.phase = Phase::Putting { off, why };
        Effect::Record(vec![ended])
    }

    /// Waits because everybody does. It left as little as theirs did, so no try is charged for it.
    fn wait_with_all(&mut self, wait: Duration, now: &Moment) -> Effect {
        if wait > backoff::PATIENCE {
            let why = format!("Partner Center asked everybody to wait {} s", wait.as_secs());
            let ended = self.end_send(Fate::NotNow(why.clone()), now);
            return self.give_up(&why, vec![ended]);
        }
        let why = "Partner Center asked everybody to wait".to_owned();
        let ended = self.end_send(Fate::NotNow(why.clone()), now);
        self.phase = Phase::Putting { off: wait, why };
        Effect::Record(vec![ended])
    }

    fn lose(&mut self, why: String, order_id: Option<OrderId>, now: &Moment) -> Effect {
        let ended = self.end_send(Fate::Unknown { why: why.clone(), order_id }, now);
        if self.may_trust(now) {
            return self.announce(now, vec![ended]);
        }
        self.phase = Phase::Ending(Verdict::InDoubt(Doubt::Unanswered { why }));
        Effect::Record(vec![ended])
    }

    /// Says whether the same id may be sent again at once, in the trust that Partner Center honours it.
    pub(super) fn may_trust(&self, now: &Moment) -> bool {
        let Some(attempt) = &self.attempt else {
            return false;
        };
        let age = attempt.sends.first().and_then(|sent| now.age_at_most(&sent.at));
        let young = age.is_some_and(|age| age < TRUST_WINDOW);
        self.rules.mode == RecoveryMode::Trust
            && !self.held
            && attempt.shown_orders().next().is_none()
            && young
            && attempt.open_sends() < Attempt::MOST_SENDS
    }

    /// Ends a run in which nothing more may be sent, behind `records`: with nothing open, nothing was bought.
    pub(super) fn give_up(&mut self, why: &str, mut records: Vec<RecordKind>) -> Effect {
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

    fn end_in_doubt(&mut self, fate: Fate, why: String, now: &Moment) -> Effect {
        let ended = self.end_send(fate, now);
        self.phase = Phase::Ending(Verdict::InDoubt(Doubt::Unanswered { why }));
        Effect::Record(vec![ended])
    }

    /// Ends the last send, as of now.
    fn end_send(&mut self, fate: Fate, now: &Moment) -> RecordKind {
        if let Some(sent) = self.attempt.as_mut().and_then(|attempt| attempt.sends.last_mut()) {
            sent.fate = Some(fate.clone());
            sent.ended = Some(now.clone());
        }
        RecordKind::SendEnded { name: self.wanted.name.clone(), fate, at: now.clone() }
    }
}
