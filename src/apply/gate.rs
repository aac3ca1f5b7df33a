//! The gate that every send passes before it is announced, the first of an attempt as well as any other.
//!
//! **Invariant:** nothing is announced, and so nothing sent, that was not let through here.

use super::event::{Outcome, Skipped};
use super::lane::ended;
use super::run::{Halt, Run};
use crate::domain::RecordKind;
use crate::plan::{Block, Held};
use crate::ports::{Journal, PartnerCenter, Timer};

/// Says why a send that follows others is held back.
fn held_back(why: &Skipped) -> String {
    match why {
        Skipped::OverLimit(limit) => {
            format!("another send would go beyond limit `{}`", limit.rule.as_str())
        }
        Skipped::Held(Block::Frozen { reason, .. }) => {
            format!("it is frozen, so it is not sent again: {reason}")
        }
        Skipped::Held(Block::Held { why: Held::ManifestsWrong, .. }) => {
            "the manifests are wrong, so it is not sent again".to_owned()
        }
        _ => "it is outside of all windows, so it is not sent again".to_owned(),
    }
}

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// Lets a record pass, or does without what it announces: says whether it is to be written.
    pub(super) fn may_pass(&mut self, index: usize, kinds: &mut Vec<RecordKind>) -> bool {
        match kinds.last() {
            Some(RecordKind::Intended { .. }) => self.may_begin(index),
            Some(RecordKind::Sending { .. }) => {
                let Err(forbidden) = self.admit(index) else { return true };
                kinds.pop();
                let before = std::mem::take(kinds);
                let Some(job) = &mut self.lanes[index].current else { return false };
                let why = held_back(&forbidden);
                let effect = job.machine.withhold(&why, before);
                self.carry_out(index, effect);
                false
            }
            _ => true,
        }
    }

    /// Says whether a first send may be announced: nobody asked to stop, there is room for its outcome, and it is within
    /// the limits.
    fn may_begin(&mut self, index: usize) -> bool {
        self.notice_stop();
        if self.halt.is_none()
            && let Err(error) = self.session.journal.reserve(self.active)
        {
            self.halt(Halt::Journal(error));
        }
        let skipped = self.reason_to_skip(index).or_else(|| self.admit(index).err());
        let Some(skipped) = skipped else { return true };
        if let Some(job) = self.lanes[index].current.take() {
            self.end(ended(&job.step, None, Outcome::NotAttempted(skipped)));
        }
        self.next_job(index);
        false
    }

    /// Asks whether anything holds it, and for what the limits leave, by what the journal and the server's clock say now.
    fn admit(&mut self, index: usize) -> Result<(), Skipped> {
        let now = self.session.partner_center.now().server;
        let Some(job) = &self.lanes[index].current else { return Ok(()) };
        if let Some(block) = self.session.budget.holds(&job.step, now) {
            return Err(Skipped::Held(block));
        }
        self.session.budget.admit(&job.step, now).map_err(Skipped::OverLimit)
    }

    /// Returns what the journal says of the limits that this run may go beyond.
    pub(super) fn allowances(&self) -> Vec<RecordKind> {
        let by = &self.session.settings.by;
        let raised = self.session.budget.raised().map(|limit| RecordKind::Allowed {
            by: by.clone(),
            rule: limit.rule.as_str().to_owned(),
            keeper: limit.keeper.as_str().to_owned(),
            reason: limit.allowed.clone().unwrap_or_default(),
            limit: limit.bound.written(),
            value: limit.value.written(),
        });
        raised.collect()
    }
}
