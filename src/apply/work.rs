//! Requests and waits: what leaves the loop, and what comes back to it.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinError;

use super::event::Event;
use super::reads::patiently;
use super::run::{Halt, Run};
use crate::domain::{Answer, AnswerBody, AuditedOrder, CorrelationId, Listing, Moment, SignInRefused};
use crate::ports::{Journal, Outgoing, PartnerCenter, ReadError, Timer};
use crate::protocol::Event as Input;

/// What came back to a lane.
#[derive(Debug)]
pub(super) enum Reply {
    Listed(Result<Listing, ReadError>),
    Audited(Vec<AuditedOrder>),
    Answered(Answer),
    Input(Input),
}

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    pub(super) fn list(&mut self, index: usize) {
        let now = self.session.partner_center.now();
        if let Some(listed) = self.lanes[index].listed_lately(&now, self.session.state) {
            return self.ready.push_back((index, listed));
        }
        let (shop, timer) = (Arc::clone(&self.session.partner_center), Arc::clone(&self.session.timer));
        let customer = self.lanes[index].customer_id;
        self.tasks.spawn(async move {
            let mut reads = 0;
            let listed = patiently(&*timer, &mut reads, || shop.list_orders(customer)).await;
            (index, Reply::Listed(listed), reads)
        });
    }

    pub(super) fn read_audit(&mut self, index: usize, since: Moment) {
        let shop = Arc::clone(&self.session.partner_center);
        let customer = self.lanes[index].customer_id;
        self.tasks.spawn(async move {
            // Positive evidence only: a log that cannot be read proves as little as an empty one.
            let audited = shop.audited_orders(customer, since).await.unwrap_or_default();
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
        self.tasks.spawn(async move { (index, Reply::Answered(shop.create_order(send).await), 0) });
    }

    pub(super) fn wait(&mut self, index: usize, wait: Duration, why: String) {
        if let Some(name) = self.name(index) {
            (self.show)(&Event::Waiting { name, wait, why });
        }
        let timer = Arc::clone(&self.session.timer);
        let mut stop = self.session.stop.clone();
        self.tasks.spawn(async move {
            let stopped = async move {
                if stop.wait_for(|stop| *stop).await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            tokio::select! {
                biased;
                () = timer.sleep(wait) => (index, Reply::Input(Input::Waited), 0),
                () = stopped => (index, Reply::Input(Input::Stopped), 0),
            }
        });
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
            Reply::Listed(Err(error)) => {
                if let ReadError::SignIn(why) = &error {
                    self.halt(Halt::SignIn(why.clone()));
                }
                Some(Input::ListFailed(error.to_string()))
            }
            Reply::Audited(audited) => Some(Input::Audited(audited)),
            Reply::Answered(answer) => {
                self.sending -= 1;
                // Whatever it says about this order, every other would meet the same.
                if let Some(refused) = sign_in_refused(&answer) {
                    self.halt(Halt::SignIn(refused));
                }
                Some(Input::Answered(answer))
            }
            Reply::Input(input) => Some(input),
        };
        self.ready.extend(input.map(|input| (index, input)));
    }
}

fn sign_in_refused(answer: &Answer) -> Option<SignInRefused> {
    match answer {
        Answer::NotSignedIn(refused) => Some(refused.clone()),
        Answer::Response { status: 401, body: AnswerBody::Error(error), .. } => Some(error.into()),
        Answer::Response { status: 401, .. } => Some(SignInRefused::saying("401 for an order")),
        _ => None,
    }
}
