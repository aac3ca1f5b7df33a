//! What an order is and what we know about one: values, and the one function that changes them.
//!
//! [`order`] is what the manifests want, [`project`] what they settle for all orders, [`limits`] how much may be bought, [`freeze`] what is not to
//! be for a while, [`windows`] when a watcher may,
//! [`observed`] and [`subscription`] what Partner Center reports, [`audited`] what it says was done, [`journal`] what has happened, [`state`] what follows from it, [`receipt`] what it says of one order, [`prices`] what it
//! costs ([`money`]), [`moment`] how time is measured where money depends on it,
//! [`notify`] who is told of what, [`catalogue`] what is sold to whom, [`sign_in`] who signed in, or why nobody.
//!
//! **Invariant:** nothing here reads a clock, a file, a random number or the network, and no aggregate
//! derives serde: formats belong to the boundaries that write them.

pub mod answer;
pub mod audited;
pub mod catalogue;
pub mod freeze;
pub mod ids;
pub mod journal;
pub mod limits;
pub mod moment;
pub mod money;
pub mod notify;
pub mod observed;
pub mod order;
pub mod prices;
pub mod project;
pub mod receipt;
#[cfg(test)]
pub(crate) mod samples;
pub mod sign_in;
pub mod state;
pub mod subscription;
pub mod windows;

pub use answer::{Answer, AnswerBody, Excerpt, NotSent, ServiceError, is_harmful};
pub use audited::{AuditedOperation, AuditedSubject, Doer};
pub use catalogue::{
    Availability, Eligibility, Facts, Hit, Known, Listed, OfferedTerm, Product, Profile, Promoted,
    SearchResult, Shelf, Sku,
};
pub use freeze::Freeze;
pub use ids::{
    CorrelationId, CustomerId, EndpointId, Generation, IdError, Lineage, OfferId, OrderId, OrderName,
    RequestId, SubscriptionId,
};
pub use journal::{
    Approval, Approved, Attempt, Baseline, Evidence, Fate, NotOrdered, PlacedOrder, Record, RecordKind, Sent,
};
pub use limits::{
    Allowance, AllowedCustomer, Bound, Keeper, Limits, Measure, Organisation, Rule, Rulebook, Whose, Window,
    money_written,
};
pub use moment::{Moment, Timestamp};
pub use money::{Currency, CurrencyError, Money, PriceError, parse_amount, parse_price};
pub use notify::{Receiver, Shape, Topic};
pub use observed::{AuditedOrder, Likeness, Listing, ObservedLine, ObservedOrder};
pub use order::{BillingCycle, DesiredOrder, LineItem, OrderSpec, Place, TermDuration};
pub use prices::{Price, PriceList, Prices, Rates};
pub use project::{Cloud, Project, Recovery, RecoveryMode};
pub use sign_in::{Claims, Principal, SignInProblem, SignInRefused};
pub use state::{Bought, FoldError, Recorded, State};
pub use subscription::{CancelUntil, ObservedCustomer, ObservedSubscription, SubscriptionTerms};
pub use windows::{DAY_MINUTES, TimeWindow, Windows, Zone};
