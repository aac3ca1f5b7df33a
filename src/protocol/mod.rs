//! One attempt to buy one order, as a pure state machine: an event goes in, one effect comes out.
//!
//! [`Machine::buy`] begins a new attempt, [`Machine::settle`] takes up one that an earlier run left pending. Whoever
//! drives it carries out the [`Effect`] and feeds back the [`Event`] it asked for, until [`Effect::Finish`]. The same
//! code is driven by the apply loop for real, by the simulator with a seed, and by property tests.
//!
//! ```text
//!   buy    ─ List ─▶ look ─ Record(intended) ─▶ Send ─▶ answer ─┬ created, refused ─ Record ─▶ Finish
//!                                                 ▲             ├ not now ─ Record, Wait, Record(sending) ─┐
//!                                                 ├─────────────┼──────────────────────────────────────────┘
//!   settle ─ ReadAudit ─ List ─▶ evidence ────────┘             └ unknown ─ Record ─▶ Finish (in doubt)
//! ```
//!
//! **Invariants:** no clock, disk, network or randomness in here. An [`Effect::Send`] is only ever given out after an
//! [`Event::Durable`] for the record that announces it. A send that may have bought something is never followed by
//! another one unless the wait has passed and the list shows nothing (or recovery is `trust`).

pub mod backoff;
pub mod classify;
mod machine;
pub mod settle;

use std::collections::BTreeSet;
use std::time::Duration;

pub use machine::Machine;

use crate::domain::{
    Answer, AuditedOrder, Evidence, Generation, Moment, NotOrdered, ObservedOrder, OrderId, OrderName,
    OrderSpec, PlacedOrder, RecordKind, RecoveryMode, RequestId,
};

/// What a person may choose about recovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// What may be done once the wait has passed.
    pub mode: RecoveryMode,
    /// How old the last send must be before the order list counts as evidence: the list's lag (15 minutes at the
    /// most, says "Get all of a customer's orders") and what a request can live on in gateways.
    pub settle_after: Duration,
}

impl Default for Rules {
    fn default() -> Self {
        Self { mode: RecoveryMode::Verify, settle_after: Duration::from_secs(30 * 60) }
    }
}

/// How long `trust` relies on `MS-RequestId`: Microsoft's own client re-sends within about as much.
pub const TRUST_WINDOW: Duration = Duration::from_secs(600);

/// How long after its announcement a send may leave. A process that was stopped for longer announces it anew, so that
/// the recorded time of a send is never much older than the send.
pub const HELD_UP: Duration = Duration::from_secs(60);

/// What is to be bought, ready to be intended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Our name for it.
    pub name: OrderName,
    /// What the manifest wants.
    pub spec: OrderSpec,
    /// Whether a person said that another order just like an existing one is meant.
    pub allow_duplicate: bool,
    /// The exact bytes to send.
    pub body: String,
    /// Which generation it is.
    pub generation: Generation,
    /// The request id for all of that.
    pub request_id: RequestId,
    /// The digest of the plan it carries out.
    pub plan: String,
    /// When the state was made again from a list, if it was.
    pub rebuilt: Option<Moment>,
    /// Orders that a person dropped from the state, which exist all the same.
    pub dropped: BTreeSet<OrderId>,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum Event {
    /// The machine is set going.
    Start,
    /// The customer's orders were listed.
    Listed {
        /// When, by the clock of the answer.
        at: Moment,
        /// All that were shown.
        order_ids: Vec<OrderId>,
        /// Those of them that nobody has recorded.
        unclaimed: Vec<ObservedOrder>,
    },
    /// They could not be listed, for this reason.
    ListFailed(String),
    /// The audit log was read.
    Audited(Vec<AuditedOrder>),
    /// It could not be read, for this reason.
    AuditFailed(String),
    /// The records last asked for are on disk.
    Durable,
    /// The send last asked for came back with this.
    Answered(Answer),
    /// The wait last asked for is over.
    Waited,
    /// The user wants to stop, so the wait last asked for was cut short.
    Stopped,
}

/// What is to be done next.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// List the customer's orders. One list per customer and run serves all of its attempts.
    List,
    /// Read the audit records of orders made for the customer since this moment.
    ReadAudit {
        /// Then.
        since: Moment,
    },
    /// Make these durable.
    Record(Vec<RecordKind>),
    /// Send the attempt's bytes as this send (from 1).
    Send {
        /// The number, for the correlation id.
        number: u32,
    },
    /// Wait this long.
    Wait(Duration, String),
    /// It is over for this run.
    Finish(Verdict),
}

/// How it ended for this run.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The order exists and is recorded.
    Created {
        /// As what.
        order: PlacedOrder,
        /// How we know.
        evidence: Evidence,
    },
    /// Nothing was bought, and that is recorded.
    NotOrdered(NotOrdered),
    /// The order may exist.
    InDoubt(Doubt),
    /// Nothing was attempted.
    Blocked(Obstacle),
}

/// Why an order is in doubt, and what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// A send of this run got no answer that settles it.
    Unanswered {
        /// What came instead.
        why: String,
    },
    /// An earlier send is too young for the list to count.
    TooYoung {
        /// How much longer.
        wait: Duration,
    },
    /// These orders could be it.
    Candidates(Vec<OrderId>),
    /// It is listed nowhere, and recovery is `strict`.
    Strict,
    /// It is listed nowhere, and was sent as often as is allowed.
    NoSendsLeft,
    /// The customer's orders could not be listed.
    Unlisted {
        /// Why.
        why: String,
    },
}

/// Why nothing was attempted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The customer has orders with exactly the same lines that nobody recorded.
    AlreadyBought(Vec<OrderId>),
    /// The customer has orders that a state which was lost or rolled back may have bought: under this very name, or ones
    /// that nobody recorded since the state was made again.
    LostState(Vec<OrderId>),
    /// The state was made again from a list so lately that orders may be missing in it.
    RebuiltLately {
        /// How much longer.
        wait: Duration,
    },
    /// The customer's orders could not be listed, so nobody could look first.
    Unlisted {
        /// Why.
        why: String,
    },
    /// Another one like an order that is there is meant, and the audit log, which alone can tell whether it was bought
    /// already, could not be read.
    Unaudited {
        /// Why.
        why: String,
    },
}
