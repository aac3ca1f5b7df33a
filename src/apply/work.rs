//! Requests and waits: what leaves the loop, and what comes back to it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinError;

use super::event::{Event, Skipped};
use super::reads::patiently;
use super::run::{Halt, Run};
use super::turn::stopped;
use crate::domain::{Answer, AnswerBody, AuditedOrder, CorrelationId, Listing, Moment, SignInRefused};
use crate::ports::{Journal, NoTurn, Outgoing, PartnerCenter, ReadError, Timer, Turn};
use crate::protocol::Event as Input;

/// What came back to a lane.
#[derive(Debug)]
pub(super) enum Reply {
    Listed(Result<Listing, ReadError>),
    /// Nothing where the user asked to stop.
    Audited(Option<Result<Vec<AuditedOrder>, ReadError>>),
    Answered(Answer),
    Turn(Result<Turn, NoTurn>),
    /// The user asked to stop.
    Stopped,
    Input(Input),
}

/// How long a read may go on once the user asked to stop. It changes nothing, so it is not waited for.
const GRACE: Duration = Duration::from_secs(2);

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    pub(super) fn list(&mut self, index: usize) {
        let now = self.session.partner_center.now();
        if let Some(listed) = self.lanes[index].listed_lately(&now, self.session.state) {
            return self.ready.push_back((index, listed));
        }
        let (shop, timer) = (Arc::clone(&self.session.partner_center), Arc::clone(&self.session.timer));
        let customer = self.lanes[index].customer_id;
        let (retries, stop) = (Arc::clone(&self.retries), self.session.stop.clone());
        self.tasks.spawn(async move {
            let mut reads = 0;
            let listed = tokio::select! {
                biased;
                listed = patiently(&*timer, &mut reads, &retries, || shop.list_orders(customer)) => Some(listed),
                () = stopped_for(GRACE, stop, &*timer) => None,
            };
            (index, listed.map_or(Reply::Stopped, Reply::Listed), reads)
        });
    }

    pub(super) fn read_audit(&mut self, index: usize, since: Moment) {
        let (shop, timer) = (Arc::clone(&self.session.partner_center), Arc::clone(&self.session.timer));
        let customer = self.lanes[index].customer_id;
        let stop = self.session.stop.clone();
        self.retries.first();
        self.tasks.spawn(async move {
            let audited = tokio::select! {
                biased;
                audited = shop.audited_orders(customer, since) => Some(audited),
                () = stopped_for(GRACE, stop, &*timer) => None,
            };
            (index, Reply::Audited(audited), 1)
        });
    }

    pub(super) fn send(&mut self, index: usize, number: u32) {
        let Some(attempt) = self.lanes[index].current.as_ref().and_then(|job| job.machine.attempt()) else {
            return;
        };
        let send = Outgoing {
            customer: attempt.spec.customer_id,
            request_id: attempt.request_id,
            correlation_id: CorrelationId::derive(attempt.request_id, number),
            body: attempt.body.clone(),
        };
        let request_id = attempt.request_id;
        if let Some(name) = self.name(index) {
            (self.show)(&Event::Sending { name, request_id, number });
        }
        self.summary.posts += 1;
        self.sending += 1;
        let shop = Arc::clone(&self.session.partner_center);
        let turn = self.lanes[index].current.as_mut().and_then(|job| job.turn.take());
        self.tasks.spawn(async move {
            let answer = shop.create_order(send).await;
            drop(turn);
            (index, Reply::Answered(answer), 0)
        });
    }

    pub(super) fn wait(&mut self, index: usize, wait: Duration, why: String) {
        if let Some(name) = self.name(index) {
            let shared = !self.session.partner_center.pauses().left.is_zero();
            (self.show)(&Event::Waiting { name, wait, why, shared });
        }
        let timer = Arc::clone(&self.session.timer);
        let stop = self.session.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = timer.sleep(wait) => (index, Reply::Input(Input::Waited), 0),
                () = stopped(stop) => (index, Reply::Input(Input::Stopped), 0),
            }
        });
    }

    /// Notes whether an order has left, by what is said of it.
    fn note_leaving(&mut self, index: usize, answer: &Answer) {
        match answer {
            Answer::NotYet { .. } => self.summary.posts -= 1,
            Answer::NotSent(_) | Answer::NotSignedIn(_) => {}
            Answer::Lost(_) | Answer::SignInRenewed(_) | Answer::Response { .. } => {
                let Some(job) = &mut self.lanes[index].current else { return };
                if !std::mem::replace(&mut job.has_left, true) {
                    self.retries.first();
                }
            }
        }
    }

    /// Takes in what came back of a task.
    pub(super) fn take(&mut self, done: Result<(usize, Reply, u64), JoinError>) {
        let (index, reply, reads) = match done {
            Ok(done) => done,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        self.summary.reads += reads;
        let input = match reply {
            Reply::Listed(Ok(listing)) => {
                self.lanes[index].listing = Some(listing);
                self.lanes[index].listed(self.session.state)
            }
            Reply::Listed(Err(ReadError::NotAsked(NoTurn { left }))) if self.has_no_attempt(index) => {
                return self.turn_away(index, &mut Vec::new(), Skipped::Paused { left });
            }
            Reply::Listed(Err(error)) => {
                if let ReadError::SignIn(why) = &error {
                    self.halt(Halt::SignIn(why.clone()));
                }
                Some(Input::ListFailed(error.to_string()))
            }
            Reply::Audited(None) if self.has_no_attempt(index) => return self.stop_waiting(index),
            Reply::Audited(Some(Err(ReadError::NotAsked(NoTurn { left })))) if self.has_no_attempt(index) => {
                return self.turn_away(index, &mut Vec::new(), Skipped::Paused { left });
            }
            Reply::Audited(Some(Ok(audited))) => Some(Input::Audited(audited)),
            Reply::Audited(Some(Err(error))) => Some(Input::AuditFailed(error.to_string())),
            Reply::Audited(None) => Some(Input::AuditFailed("the run was stopped".to_owned())),
            Reply::Answered(answer) => {
                self.sending -= 1;
                self.note_leaving(index, &answer);
                // Whatever it says about this order, every other would meet the same.
                if let Some(refused) = sign_in_refused(&answer) {
                    self.halt(Halt::SignIn(refused));
                }
                Some(Input::Answered(answer))
            }
            Reply::Turn(turn) => return self.take_turn(index, turn),
            Reply::Stopped => return self.stop_waiting(index),
            Reply::Input(input) => Some(input),
        };
        self.ready.extend(input.map(|input| (index, input)));
    }
}

/// Returns once the user has asked to stop, and this long ago.
async fn stopped_for(grace: Duration, stop: watch::Receiver<bool>, timer: &impl Timer) {
    stopped(stop).await;
    timer.sleep(grace).await;
}

fn sign_in_refused(answer: &Answer) -> Option<SignInRefused> {
    match answer {
        Answer::NotSignedIn(refused) => Some(refused.clone()),
        Answer::Response { status: 401, body: AnswerBody::Error(error), .. } => Some(error.into()),
        Answer::Response { status: 401, .. } => Some(SignInRefused::saying("401 for an order")),
        _ => None,
    }
}
