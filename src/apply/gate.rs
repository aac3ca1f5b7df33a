//! The gate that every send passes before it is announced, the first of an attempt as well as any other.
//!
//! **Invariant:** nothing is announced, and so nothing sent, that was not let through here.

use super::event::{Outcome, Skipped};
use super::lane::ended;
use super::run::{Halt, Run};
use crate::domain::RecordKind;
use crate::plan::Limit;
use crate::ports::{Journal, PartnerCenter, Timer};

/// Why a send that follows others is held back.
const HELD_BACK: &str = "another send would go beyond limit";

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// Lets a record pass, or does without what it announces: says whether it is to be written.
    pub(super) fn may_pass(&mut self, index: usize, kinds: &mut Vec<RecordKind>) -> bool {
        match kinds.last() {
            Some(RecordKind::Intended { .. }) => self.may_begin(index),
            Some(RecordKind::Sending { .. }) => {
                let Err(limit) = self.admit(index) else { return true };
                kinds.pop();
                let before = std::mem::take(kinds);
                let Some(job) = &mut self.lanes[index].current else { return false };
                let why = format!("{HELD_BACK} `{}`", limit.rule.as_str());
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
        let skipped = self.reason_to_skip(index).or_else(|| self.admit(index).err().map(Skipped::OverLimit));
        let Some(skipped) = skipped else { return true };
        if let Some(job) = self.lanes[index].current.take() {
            self.end(ended(&job.step, None, Outcome::NotAttempted(skipped)));
        }
        self.next_job(index);
        false
    }

    /// Asks for what the limits leave, by what the journal and the server's clock say now.
    fn admit(&mut self, index: usize) -> Result<(), Box<Limit>> {
        let now = self.session.partner_center.now().server;
        let Some(job) = &self.lanes[index].current else { return Ok(()) };
        self.session.budget.admit(&job.step, now)
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
