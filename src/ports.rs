//! Everything this program can do to the world: a few traits, in our own words.
//!
//! [`PartnerCenter`] is the shop, [`Journal`] the memory, [`Timer`] the patience, and
//! [`KillSwitch`] the brake of a watcher that buys, [`Receive`] who is told of it. The shipped implementors are in
//! [`partner_center`](crate::partner_center), [`store`](crate::store) and [`webhook`](crate::webhook); tests bring their own, with a seed.
//!
//! **Invariant:** traits and the values they speak of; nothing here acts.

use std::future::Future;
use std::time::Duration;

use crate::domain::{
    Answer, AuditedOrder, CorrelationId, CustomerId, EndpointId, Excerpt, Listing, Moment, ObservedOrder,
    OrderId, OrderSpec, Record, RequestId, ServiceError, SignInRefused, State,
};

/// Partner Center, as far as we need it. Implementors never retry: what to do about an answer is decided by others.
pub trait PartnerCenter: Send + Sync + 'static {
    /// Returns where this is, for binding a state to it.
    fn endpoint(&self) -> EndpointId;

    /// Renders the exact body of the POST that would buy this. The same spec gives the same bytes.
    fn render(&self, spec: &OrderSpec) -> String;

    /// Returns the instant there, as well as it is known: the last `Date` header and the time passed since.
    fn now(&self) -> Moment;

    /// Sends one POST, once, and says what came back.
    fn create_order(&self, send: Outgoing) -> impl Future<Output = Answer> + Send;

    /// Lists a customer's orders. A new one may be missing for up to 15 minutes.
    fn list_orders(&self, customer: CustomerId) -> impl Future<Output = Result<Listing, ReadError>> + Send;

    /// Reads one order; `None` where Partner Center does not know it (yet).
    fn find_order(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> impl Future<Output = Result<Option<ObservedOrder>, ReadError>> + Send;

    /// Reads the audit records of orders created for a customer since shortly before `since`.
    ///
    /// Positive evidence only: how late records come is documented nowhere.
    fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> impl Future<Output = Result<Vec<AuditedOrder>, ReadError>> + Send;
}

/// One POST, ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Whose order.
    pub customer: CustomerId,
    /// `MS-RequestId`: the same for every send of an attempt.
    pub request_id: RequestId,
    /// `MS-CorrelationId`: of this send alone.
    pub correlation_id: CorrelationId,
    /// The bytes.
    pub body: String,
}

/// Why something could not be read. Reading changes nothing, so whoever asked may ask again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The token is missing, expired or not accepted (401).
    #[error("Partner Center did not accept the sign-in: {0}")]
    SignIn(SignInRefused),
    /// Partner Center refused, and will again.
    #[error("Partner Center refused: {0}")]
    Refused(ServiceError),
    /// Partner Center is busy (429), or asked us to come back.
    #[error("Partner Center asked to wait")]
    NotNow {
        /// `Retry-After`, where one was given.
        retry_after: Option<Duration>,
    },
    /// Not reached, a server error, or an answer that cannot be read.
    #[error("Partner Center could not be read: {0}")]
    Failed(Excerpt),
}

/// The append-only truth. There is one writer, and it holds the lock for as long as this exists.
pub trait Journal {
    /// Makes sure that the outcomes of this many more orders can be written, before any of them is sent.
    ///
    /// # Errors
    /// [`JournalError`] where the disk has no room.
    fn reserve(&mut self, orders: usize) -> Result<(), JournalError>;

    /// Appends the records in one write and makes them durable in one sync, before it returns.
    ///
    /// # Errors
    /// [`JournalError`]. Where an announcement met a full disk, nothing was written and outcomes can still be; after any
    /// other failure every call fails, because nobody knows what the disk holds.
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError>;

    /// Replaces the checkpoint by this state.
    ///
    /// # Errors
    /// [`JournalError`]; the journal is not affected, and the next run makes the checkpoint again.
    fn checkpoint(&mut self, state: &State) -> Result<(), JournalError>;

    /// Returns how many syncs the appends so far have cost.
    fn syncs(&self) -> u64;
}

/// Why the journal could not be written. Nothing may be sent after it.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The disk refused.
    #[error("cannot {action} `{file}`")]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// With which file.
        file: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// An earlier write or sync failed, so what the disk holds is not known.
    #[error("the journal could not be written earlier in this run")]
    Poisoned,
}

/// Somebody's word that nothing may be bought, looked at before every order leaves.
pub trait KillSwitch: Send + Sync + 'static {
    /// Returns why nothing may be bought; `None` while it may.
    fn pulled(&self) -> Option<String>;
}

/// Somebody who is told what a watcher does. Implementors send once and never retry.
pub trait Receive: Send + Sync + 'static {
    /// Sends a notification, once, and says what came of it.
    fn deliver(&self, letter: &Letter) -> impl Future<Output = Delivery> + Send;
}

/// A notification, ready to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The same for every try, so that a receiver knows it again. It has no full stop in it.
    pub id: String,
    /// The bytes.
    pub body: String,
}

/// What came of one try to deliver a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// It was not, which may pass.
    NotNow {
        /// Why.
        why: Excerpt,
        /// `Retry-After`, where one was given.
        retry_after: Option<Duration>,
    },
    /// It was not, and the same will not be.
    Refused(Excerpt),
    /// Nothing will be taken any more.
    Gone,
}

/// The patience of a run.
pub trait Timer: Send + Sync + 'static {
    /// Returns after this long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}
