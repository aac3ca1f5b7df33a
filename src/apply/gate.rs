//! The gate that every send passes before it is announced, the first of an attempt as well as any other.
//!
//! **Invariant:** nothing is announced, and so nothing sent, that was not let through here.

use super::event::{Outcome, Skipped};
use super::lane::ended;
use super::run::{Halt, Run};
use crate::domain::RecordKind;
use crate::plan::{Block, Held};
use crate::ports::{Journal, PartnerCenter, Timer};

/// Why nothing more is sent again in a run that has sent much again.
const ENOUGH: &str = "so much was asked again in this run that nothing more is";

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
        Skipped::Paused { left } => {
            format!("Partner Center asked everybody to wait {} s, so it is not sent again", left.as_secs())
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
                let forbidden = match self.may_repeat(index) {
                    true => self.admit(index).map_err(|forbidden| held_back(&forbidden)).err(),
                    false => Some(ENOUGH.to_owned()),
                };
                let Some(why) = forbidden else { return true };
                self.withhold(index, &why, kinds);
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
        self.skip(index, skipped);
        false
    }

    fn skip(&mut self, index: usize, skipped: Skipped) {
        if let Some(job) = self.lanes[index].current.take() {
            self.end(ended(&job.step, None, Outcome::NotAttempted(skipped)));
        }
        self.next_job(index);
    }

    /// Does without what records announce: of a first send, that was all there was of it.
    pub(super) fn turn_away(&mut self, index: usize, kinds: &mut Vec<RecordKind>, skipped: Skipped) {
        match kinds.last() {
            Some(RecordKind::Sending { .. }) => self.withhold(index, &held_back(&skipped), kinds),
            _ => self.skip(index, skipped),
        }
    }

    fn withhold(&mut self, index: usize, why: &str, kinds: &mut Vec<RecordKind>) {
        kinds.pop();
        let before = std::mem::take(kinds);
        let Some(job) = &mut self.lanes[index].current else { return };
        let effect = job.machine.withhold(why, before);
        self.carry_out(index, effect);
    }

    /// Says whether an order may be sent that was sent in this run already.
    fn may_repeat(&self, index: usize) -> bool {
        let has_left = self.lanes[index].current.as_ref().is_some_and(|job| job.has_left);
        !has_left || self.retries.again()
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
