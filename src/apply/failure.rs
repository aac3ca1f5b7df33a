//! What is left to do once the journal has failed: wait for what is in flight, and show what cannot be kept.

use super::ApplyError;
use super::event::Event;
use super::run::Run;
use super::work::Reply;
use crate::domain::{Answer, AnswerBody, OrderName, Record, RecordKind};
use crate::ports::{Journal, JournalError, PartnerCenter, Timer};

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// The journal has failed: nothing more is sent, and what is still answered is shown, since it cannot be kept.
    pub(super) async fn drain(&mut self, error: JournalError) -> ApplyError {
        let durable = std::mem::take(&mut self.batch);
        for (name, answer) in durable.iter().filter_map(unrecorded) {
            self.show_unrecorded(&name, answer);
        }
        while self.sending > 0 {
            let Some(done) = self.tasks.join_next().await else { break };
            let Ok((index, Reply::Answered(answer), _)) = done else { continue };
            self.sending -= 1;
            let Some(name) = self.name(index) else { continue };
            self.show_unrecorded(&name, describe(&answer));
        }
        error.into()
    }

    fn show_unrecorded(&mut self, name: &OrderName, answer: String) {
        let jobs = self.lanes.iter().filter_map(|lane| lane.current.as_ref());
        let attempt = jobs.filter(|job| job.step.name == *name).find_map(|job| job.machine.attempt());
        let Some(request_id) = attempt.map(|attempt| attempt.request_id) else { return };
        (self.show)(&Event::Unrecorded { name: name.clone(), request_id, answer });
    }
}

/// Returns what a record would have kept of an answer.
fn unrecorded(record: &Record) -> Option<(OrderName, String)> {
    match &record.kind {
        RecordKind::Created { name, order, .. } => Some((name.clone(), format!("order {}", order.order_id))),
        RecordKind::NotOrdered { name, reason } => Some((name.clone(), format!("not ordered: {reason:?}"))),
        _ => None,
    }
}

fn describe(answer: &Answer) -> String {
    match answer {
        Answer::Response { body: AnswerBody::Order(order), .. } => {
            format!("order {}", order.id)
        }
        other => format!("{other:?}"),
    }
}
