//! Partner Center with somebody who counts: what was asked, what came of it, and how long it asked us to wait.
//!
//! What is counted is a question of ours, as [`PartnerCenter`] has them. One about audit records may take several pages.
//!
//! **Invariant:** nothing is changed on the way, and nobody waits for whoever reads the counts.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::domain::{
    Answer, AuditedOrder, CustomerId, EndpointId, Listing, Moment, ObservedOrder, OrderId, OrderSpec,
};
use crate::ports::{Outgoing, PartnerCenter, ReadError};

/// What Partner Center is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// An order is sent.
    Create,
    /// A customer's orders are listed.
    List,
    /// One order is read.
    Find,
    /// Audit records are read.
    Audit,
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met {
    /// What was asked for; of one order, also that there is none.
    Ok,
    /// A refusal: 4xx, and a sign-in that is not accepted.
    Refused,
    /// A request to come back later: 429, or 503 with `Retry-After`.
    Throttled,
    /// No whole answer to an order that left or may have left.
    Unanswered,
    /// An error of the server, or an answer that cannot be read; to what only reads, also none at all.
    Failed,
    /// No byte of an order left this machine.
    NotSent,
}

impl Operation {
    /// All of them, each with its word.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Create, "create"), (Self::List, "list"), (Self::Find, "find"), (Self::Audit, "audit")];
}

impl Met {
    /// All of them, each with its word.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Ok, "ok"),
        (Self::Refused, "refused"),
        (Self::Throttled, "throttled"),
        (Self::Unanswered, "unanswered"),
        (Self::Failed, "failed"),
        (Self::NotSent, "not_sent"),
    ];

    fn by(answer: &Answer) -> Self {
        match answer {
            Answer::NotSent(_) | Answer::NotSignedIn(_) => Self::NotSent,
            Answer::SignInRenewed(_) => Self::Refused,
            Answer::Lost(_) => Self::Unanswered,
            Answer::Response { status: 429, .. } => Self::Throttled,
            Answer::Response { status: 503, retry_after: Some(_), .. } => Self::Throttled,
            Answer::Response { status: 200..300, .. } => Self::Ok,
            Answer::Response { status: 400..500, .. } => Self::Refused,
            Answer::Response { .. } => Self::Failed,
        }
    }
}

impl From<&ReadError> for Met {
    fn from(error: &ReadError) -> Self {
        match error {
            ReadError::SignIn(_) | ReadError::Refused(_) => Self::Refused,
            ReadError::NotNow { .. } => Self::Throttled,
            ReadError::Failed(_) => Self::Failed,
        }
    }
}

/// How often something was asked, by what and by what came of it.
#[derive(Debug, Default)]
pub struct Requests {
    counts: [[AtomicU64; Met::ALL.len()]; Operation::ALL.len()],
    waits: AtomicU64,
    wait_ms: AtomicU64,
}

impl Requests {
    /// Returns how often this came of that.
    #[must_use]
    pub fn count(&self, operation: Operation, met: Met) -> u64 {
        self.counts[operation as usize][met as usize].load(Relaxed)
    }

    /// Returns how often Partner Center asked us to wait, and for how long in sum. An answer without `Retry-After` names no time.
    #[must_use]
    pub fn waits(&self) -> (u64, Duration) {
        (self.waits.load(Relaxed), Duration::from_millis(self.wait_ms.load(Relaxed)))
    }

    fn note(&self, operation: Operation, met: Met, retry_after: Option<Duration>) {
        self.counts[operation as usize][met as usize].fetch_add(1, Relaxed);
        if met == Met::Throttled {
            self.waits.fetch_add(1, Relaxed);
            // A server may ask for more than a sum of them could hold: 49 days are enough of one.
            let asked = u32::try_from(retry_after.unwrap_or_default().as_millis()).unwrap_or(u32::MAX);
            self.wait_ms.fetch_add(u64::from(asked), Relaxed);
        }
    }

    fn note_read<R>(&self, operation: Operation, read: Result<R, ReadError>) -> Result<R, ReadError> {
        let retry_after = match &read {
            Err(ReadError::NotNow { retry_after }) => *retry_after,
            _ => None,
        };
        self.note(operation, read.as_ref().err().map_or(Met::Ok, Met::from), retry_after);
        read
    }
}

/// A Partner Center that is counted.
#[derive(Debug)]
pub struct Counted<P> {
    inner: Arc<P>,
    requests: Arc<Requests>,
}

impl<P> Counted<P> {
    /// Counts what one is asked.
    pub fn new(inner: Arc<P>, requests: Arc<Requests>) -> Self {
        Self { inner, requests }
    }
}

impl<P: PartnerCenter> PartnerCenter for Counted<P> {
    fn endpoint(&self) -> EndpointId {
        self.inner.endpoint()
    }

    fn render(&self, spec: &OrderSpec) -> String {
        self.inner.render(spec)
    }

    fn now(&self) -> Moment {
        self.inner.now()
    }

    async fn create_order(&self, send: Outgoing) -> Answer {
        let answer = self.inner.create_order(send).await;
        let retry_after = match &answer {
            Answer::Response { retry_after, .. } => *retry_after,
            Answer::NotSent(_) | Answer::NotSignedIn(_) | Answer::SignInRenewed(_) | Answer::Lost(_) => None,
        };
        self.requests.note(Operation::Create, Met::by(&answer), retry_after);
        answer
    }

    async fn list_orders(&self, customer: CustomerId) -> Result<Listing, ReadError> {
        self.requests.note_read(Operation::List, self.inner.list_orders(customer).await)
    }

    async fn find_order(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> Result<Option<ObservedOrder>, ReadError> {
        self.requests.note_read(Operation::Find, self.inner.find_order(customer, order).await)
    }

    async fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> Result<Vec<AuditedOrder>, ReadError> {
        self.requests.note_read(Operation::Audit, self.inner.audited_orders(customer, since).await)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AnswerBody, Excerpt, NotSent};

    fn response(status: u16, retry_after: Option<u64>) -> Answer {
        let body = AnswerBody::Unreadable(Excerpt::of(""));
        Answer::Response { status, retry_after: retry_after.map(Duration::from_secs), body }
    }

    #[test]
    fn every_answer_is_counted_as_what_it_is() {
        for (answer, met) in [
            (Answer::NotSent(NotSent(Excerpt::of("no route"))), Met::NotSent),
            (Answer::Lost(Excerpt::of("reset")), Met::Unanswered),
            (response(201, None), Met::Ok),
            (response(302, None), Met::Failed),
            (response(401, None), Met::Refused),
            (response(429, None), Met::Throttled),
            (response(503, Some(1)), Met::Throttled),
            (response(503, None), Met::Failed),
        ] {
            assert_eq!(Met::by(&answer), met, "{answer:?}");
        }
    }

    #[test]
    fn what_partner_center_asks_us_to_wait_adds_up() {
        let requests = Requests::default();
        let not_now =
            |seconds: Option<u64>| ReadError::NotNow { retry_after: seconds.map(Duration::from_secs) };
        for error in [not_now(Some(2)), not_now(None), ReadError::Failed(Excerpt::of("no"))] {
            assert!(requests.note_read::<()>(Operation::List, Err(error)).is_err());
        }
        assert_eq!(requests.note_read(Operation::List, Ok(7)), Ok(7));
        requests.note(Operation::Create, Met::Throttled, Some(Duration::from_secs(3)));
        assert_eq!(requests.waits(), (3, Duration::from_secs(5)));
        let lists = [Met::Ok, Met::Throttled, Met::Failed].map(|met| requests.count(Operation::List, met));
        assert_eq!(lists, [1, 2, 1]);
    }
}
