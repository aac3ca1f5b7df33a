//! Whose turn it is: an order waits for one before it is announced, so that it leaves soon after.
//!
//! Where there is one at once, nothing is different from having none. Where there is not, what was to be announced is put
//! by, and announced as of the instant at which the turn came.
//!
//! **Invariant:** nothing that was put by has been folded, written or shown.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;

use super::event::{Event, Skipped};
use super::run::Run;
use super::work::Reply;
use crate::domain::RecordKind;
use crate::ports::{Journal, NoTurn, PartnerCenter, Pauses, Timer, Turn};
use crate::protocol::Event as Input;

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// Says whether records may go on: they announce nothing, or their lane has its turn, or nothing will leave anyhow.
    /// Where they may not, they are put by until it comes.
    pub(super) fn has_turn(&mut self, index: usize, kinds: &mut Vec<RecordKind>) -> bool {
        let announces =
            matches!(kinds.last(), Some(RecordKind::Intended { .. } | RecordKind::Sending { .. }));
        if !announces || self.halt.is_some() {
            return true;
        }
        let shop = Arc::clone(&self.session.partner_center);
        let Some(job) = &mut self.lanes[index].current else { return true };
        if job.turn.is_some() {
            return true;
        }
        if let Some(Ok(turn)) = shop.turn().now_or_never() {
            job.turn = Some(turn);
            return true;
        }
        job.put_by = std::mem::take(kinds);
        let stop = self.session.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stopped(stop) => (index, Reply::Stopped, 0),
                turn = shop.turn() => (index, Reply::Turn(turn), 0),
            }
        });
        false
    }

    /// Goes on with what was put by: it has its turn, or will never have one.
    pub(super) fn take_turn(&mut self, index: usize, turn: Result<Turn, NoTurn>) {
        let now = self.session.partner_center.now();
        let Some(job) = &mut self.lanes[index].current else { return };
        let mut kinds = std::mem::take(&mut job.put_by);
        match turn {
            Ok(turn) => {
                job.turn = Some(turn);
                let effect = job.machine.announce_late(kinds, &now);
                self.carry_out(index, effect);
            }
            Err(NoTurn { left }) => self.turn_away(index, &mut kinds, Skipped::Paused { left }),
        }
    }

    /// The user asked to stop while a lane waited, for its turn or to read something.
    pub(super) fn stop_waiting(&mut self, index: usize) {
        self.notice_stop();
        let now = self.session.partner_center.now();
        let Some(job) = &mut self.lanes[index].current else { return };
        if !job.put_by.is_empty() {
            let kinds = std::mem::take(&mut job.put_by);
            let effect = job.machine.announce_late(kinds, &now);
            return self.carry_out(index, effect);
        }
        if self.has_no_attempt(index) {
            return self.turn_away(index, &mut Vec::new(), Skipped::Interrupted);
        }
        let why = "the run was stopped".to_owned();
        self.ready.push_back((index, Input::ListFailed(why)));
    }

    /// Says whether nothing of the lane's order was ever announced, so that its turn may as well never come.
    pub(super) fn has_no_attempt(&self, index: usize) -> bool {
        self.lanes[index].current.as_ref().is_some_and(|job| job.machine.attempt().is_none())
    }

    /// Tells of a pause.
    pub(super) fn take_pause(&mut self, pauses: Pauses) {
        self.told = pauses.news;
        // It is asked for in whole seconds, and told of a little later.
        let seconds = u64::try_from(pauses.left.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
        (self.show)(&Event::Paused { wait: Duration::from_secs(seconds) });
    }

    /// Returns how long Partner Center has had everybody wait since the run began.
    pub(super) fn waited(&self) -> Duration {
        self.session.partner_center.pauses().total.saturating_sub(self.paused_before)
    }
}

/// Returns once the user asks to stop.
pub(super) async fn stopped(mut stop: watch::Receiver<bool>) {
    // Where nobody is left to ask, it never comes.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}
