//! Everything this program can do to the world: a few traits, in our own words.
//!
//! [`PartnerCenter`] is the shop, [`Catalogue`] what is on its shelves, [`Journal`] the memory, [`Timer`] the patience, and
//! [`KillSwitch`] the brake of a watcher that buys, [`Receive`] who is told of it. The shipped implementors are in
//! [`partner_center`](crate::partner_center), [`store`](crate::store) and [`webhook`](crate::webhook); tests bring their own, with a seed.
//!
//! **Invariant:** traits and the values they speak of; nothing here acts.

use std::any::Any;
use std::future::Future;
use std::time::Duration;

use crate::domain::{
    Answer, AuditedOrder, CorrelationId, CustomerId, Eligibility, EndpointId, Excerpt, Listed, Listing,
    Moment, ObservedOrder, ObservedSubscription, OfferId, OrderId, OrderSpec, Product, Profile, Promoted,
    Record, RequestId, ServiceError, SignInRefused, Sku, State,
};

/// Partner Center, as far as we need it. Implementors never retry: what to do about an answer is decided by others.
pub trait PartnerCenter: Send + Sync + 'static {
    /// Returns where this is, for binding a state to it.
    fn endpoint(&self) -> EndpointId;

    /// Renders the exact body of the POST that would buy this. The same spec gives the same bytes.
    fn render(&self, spec: &OrderSpec) -> String;

    /// Returns the instant there, as well as it is known: the last `Date` header and the time passed since.
    fn now(&self) -> Moment;

    /// Waits until an order may leave, and takes the turn. It is asked for before an order is announced, because an
    /// announcement is soon followed by the order, or made anew. By default nobody has to wait.
    fn turn(&self) -> impl Future<Output = Result<Turn, NoTurn>> + Send {
        async { Ok(Turn::free()) }
    }

    /// Returns what there is to say of how long Partner Center has asked everybody to wait. By default nothing.
    fn pauses(&self) -> Pauses {
        Pauses::default()
    }

    /// Returns once there is more to tell of pauses than was `told` ([`Pauses::news`]), and one is under way. By default
    /// never.
    fn next_pause(&self, _told: u64) -> impl Future<Output = Pauses> + Send {
        std::future::pending()
    }

    /// Sends one POST, once, and says what came back. It waits for nothing: where nothing may leave, it says so.
    fn create_order(&self, send: Outgoing) -> impl Future<Output = Answer> + Send;

    /// Lists a customer's orders. A new one may be missing for up to 15 minutes.
    fn list_orders(&self, customer: CustomerId) -> impl Future<Output = Result<Listing, ReadError>> + Send;

    /// Reads one order; `None` where Partner Center does not know it (yet).
    fn find_order(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> impl Future<Output = Result<Option<ObservedOrder>, ReadError>> + Send;

    /// Lists all subscriptions of a customer, those that have ended too; by default there are none to be seen.
    fn list_subscriptions(
        &self,
        _customer: CustomerId,
    ) -> impl Future<Output = Result<Vec<ObservedSubscription>, ReadError>> + Send {
        std::future::ready(Ok(Vec::new()))
    }

    /// Reads the audit records of orders created for a customer since shortly before `since`.
    ///
    /// Positive evidence only: how late records come is documented nowhere.
    fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> impl Future<Output = Result<Vec<AuditedOrder>, ReadError>> + Send;
}

/// What Partner Center sells to whom, asked before anything is bought. Implementors never retry; nothing here buys, and each
/// call is one request.
pub trait Catalogue: Send + Sync + 'static {
    /// Reads who a customer is.
    fn profile(&self, customer: CustomerId) -> impl Future<Output = Result<Profile, ReadError>> + Send;

    /// Asks whether the Microsoft Customer Agreement was confirmed for a customer. Only a user may ask: an application by
    /// itself is refused with 403 and code 900329.
    fn agreed(&self, customer: CustomerId) -> impl Future<Output = Result<bool, ReadError>> + Send;

    /// Lists what is available of a SKU for a customer, in its country and segment, with the SKU where the answer has it;
    /// `None` where there is no such product or SKU for it.
    fn availabilities(
        &self,
        customer: CustomerId,
        offer: OfferId,
    ) -> impl Future<Output = Result<Option<Listed>, ReadError>> + Send;

    /// Reads one SKU as a customer may buy it; `None` where there is none.
    fn sku(
        &self,
        customer: CustomerId,
        offer: OfferId,
    ) -> impl Future<Output = Result<Option<Sku>, ReadError>> + Send;

    /// Lists the SKUs of a product as a customer may buy them.
    fn skus(
        &self,
        customer: CustomerId,
        product: String,
    ) -> impl Future<Output = Result<Vec<Sku>, ReadError>> + Send;

    /// Lists the products of online services that a customer may buy.
    fn products(&self, customer: CustomerId) -> impl Future<Output = Result<Vec<Product>, ReadError>> + Send;

    /// Reads a legacy offer in a country; `None` where there is none.
    fn legacy_offer(
        &self,
        offer: OfferId,
        country: String,
    ) -> impl Future<Output = Result<Option<Sku>, ReadError>> + Send;

    /// Asks whether these lines would be given their promotions: an answer each, in their order.
    fn eligibilities(
        &self,
        customer: CustomerId,
        lines: Vec<Promoted>,
    ) -> impl Future<Output = Result<Vec<Eligibility>, ReadError>> + Send;
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

/// Leave for one order to be sent, out of what may be in flight; dropping it gives it back.
#[derive(Debug)]
#[must_use = "dropping it gives it back"]
pub struct Turn {
    _held: Option<Box<dyn Any + Send>>,
}

impl Turn {
    /// One that nobody else is kept from.
    pub fn free() -> Self {
        Self { _held: None }
    }

    /// One that lasts as long as this is held.
    pub fn holding(held: impl Any + Send) -> Self {
        Self { _held: Some(Box::new(held)) }
    }
}

/// Why there is no turn to be had: it would take longer than anybody here waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.words())]
pub struct NoTurn {
    /// How much longer nothing may leave; zero where there were too many before it.
    pub left: Duration,
}

impl NoTurn {
    fn words(self) -> String {
        match self.left.as_millis().div_ceil(1000) {
            0 => "nothing was asked: too many requests wait for their turn".to_owned(),
            seconds => {
                format!("nothing was asked: Partner Center has everybody wait for another {seconds} s")
            }
        }
    }
}

/// What there is to say of how long Partner Center has asked everybody to wait.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pauses {
    /// How often there was something to tell: a pause that began, or got longer than it was told to be.
    pub news: u64,
    /// How much longer nothing may leave; zero where no pause is under way.
    pub left: Duration,
    /// How long all of them have lasted by now.
    pub total: Duration,
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
    /// Nothing was asked, because Partner Center has asked everybody to wait for longer than anybody here does.
    #[error(transparent)]
    NotAsked(#[from] NoTurn),
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
