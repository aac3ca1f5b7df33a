//! What has happened, one record at a time. Records are the only things that change a [`State`](super::State).

use super::answer::ServiceError;
use super::ids::{
    CorrelationId, EndpointId, Generation, Lineage, OrderId, OrderName, RequestId, SubscriptionId,
};
use super::moment::{Moment, Timestamp};
use super::observed::ObservedOrder;
use super::order::OrderSpec;
use super::subscription::SubscriptionTerms;

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Its number, from 1, without gaps.
    pub serial: u64,
    /// The server's time, where a server had been heard when it was written.
    pub time: Option<Timestamp>,
    /// What happened.
    pub kind: RecordKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordKind {
    /// The journal begins.
    Genesis {
        /// Which history it is.
        lineage: Lineage,
        /// The version of this program that began it.
        tool: String,
    },
    /// The first run fixed where this state's orders are bought.
    Bound {
        /// There.
        endpoint: EndpointId,
    },
    /// The state was made again from what Partner Center lists: orders younger than the list's lag may be missing in it.
    Rebuilt {
        /// When.
        at: Moment,
    },
    /// Somebody began to write.
    Opened {
        /// Who: user, host and process.
        by: String,
        /// What they ran.
        command: String,
        /// With which version of this program.
        tool: String,
        /// What they approved, where the run was to buy something; unknown of what older versions wrote.
        approved: Option<Approved>,
    },
    /// Somebody allowed the run that begins to go beyond a limit.
    Allowed {
        /// Who: user, host and process.
        by: String,
        /// Which limit, as [`Rule`](super::limits::Rule) has it.
        rule: String,
        /// Who keeps it, as [`Keeper`](super::limits::Keeper) has it.
        keeper: String,
        /// Why, in a person's words.
        reason: String,
        /// What it allows.
        limit: String,
        /// What it would come to.
        value: String,
    },
    /// An order is about to be sent for the first time. Durable before the first byte leaves.
    Intended {
        /// Whose name.
        name: OrderName,
        /// The attempt, with send number 1 open.
        attempt: Box<Attempt>,
    },
    /// The same attempt is about to be sent again. Durable before the first byte leaves.
    Sending {
        /// Whose name.
        name: OrderName,
        /// When at the latest it leaves, as far as is known.
        at: Moment,
    },
    /// The last send of an attempt came to an end that settles nothing.
    SendEnded {
        /// Whose name.
        name: OrderName,
        /// How it ended.
        fate: Fate,
        /// When we gave it up or heard of its end: it cannot have left later.
        at: Moment,
    },
    /// The order exists.
    Created {
        /// Whose name.
        name: OrderName,
        /// As what.
        order: PlacedOrder,
        /// How we know.
        evidence: Evidence,
    },
    /// The attempt is over, and nothing was bought by it.
    NotOrdered {
        /// Whose name.
        name: OrderName,
        /// How we know.
        reason: NotOrdered,
    },
    /// A person, or a rebuild, says that an existing order is this one.
    Adopted {
        /// Whose name.
        name: OrderName,
        /// What the manifest wanted then.
        spec: Box<OrderSpec>,
        /// The order.
        order: PlacedOrder,
    },
    /// Subscription ids that were not known when the order was recorded have arrived.
    SubscriptionsKnown {
        /// Whose name.
        name: OrderName,
        /// By line; `None` for those still missing.
        subscription_ids: Vec<Option<SubscriptionId>>,
    },
    /// How long subscriptions of an order run, and until when they can be given back, as Partner Center said.
    TermsKnown {
        /// Whose name.
        name: OrderName,
        /// Of each subscription that was seen, in the order of the lines.
        terms: Vec<SubscriptionTerms>,
    },
    /// A recorded order got another name.
    Moved {
        /// The old one.
        from: OrderName,
        /// The new one.
        to: OrderName,
    },
    /// A recorded order was dropped from the state. Nothing was cancelled.
    Forgotten {
        /// Whose name.
        name: OrderName,
    },
}

impl RecordKind {
    /// Returns the name that the record is about, where it is about one.
    #[must_use]
    pub fn name(&self) -> Option<&OrderName> {
        match self {
            Self::Genesis { .. }
            | Self::Bound { .. }
            | Self::Rebuilt { .. }
            | Self::Opened { .. }
            | Self::Allowed { .. } => None,
            Self::Intended { name, .. }
            | Self::Sending { name, .. }
            | Self::SendEnded { name, .. }
            | Self::Created { name, .. }
            | Self::NotOrdered { name, .. }
            | Self::Adopted { name, .. }
            | Self::SubscriptionsKnown { name, .. }
            | Self::TermsKnown { name, .. }
            | Self::Forgotten { name } => Some(name),
            Self::Moved { from, .. } => Some(from),
        }
    }
}

/// That a plan was approved, before anything of it was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The digest of the plan.
    pub plan: String,
    /// How.
    pub how: Approval,
    /// The commit that the manifests were read at, where they are in a Git repository; with `+` behind it where manifests
    /// had been changed since.
    pub commit: Option<String>,
}

/// How a plan was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// A person said yes to it.
    Person,
    /// `--auto-approve`.
    Flag,
    /// It was saved, and carried out as it was saved.
    SavedPlan,
    /// A watcher that buys.
    Watcher,
}

/// One try at buying one order, with one request id that never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which generation of the name it buys.
    pub generation: Generation,
    /// The `MS-RequestId` of every send.
    pub request_id: RequestId,
    /// What the manifest wanted.
    pub spec: OrderSpec,
    /// The exact bytes that every send carries, whatever the manifest says by then.
    pub body: String,
    /// What the customer had before.
    pub baseline: Baseline,
    /// The digest of the plan that it carries out.
    pub plan: String,
    /// Every send, in order; the first is number 1.
    pub sends: Vec<Sent>,
}

impl Attempt {
    /// The most sends an attempt may ever have in doubt.
    pub const MOST_SENDS: usize = 3;

    /// Returns the correlation ids of all sends so far.
    pub fn correlation_ids(&self) -> impl Iterator<Item = CorrelationId> + '_ {
        (1..).take(self.sends.len()).map(|number| CorrelationId::derive(self.request_id, number))
    }

    /// Returns how many sends may have bought something.
    #[must_use]
    pub fn open_sends(&self) -> usize {
        self.sends.iter().filter(|sent| sent.fate.as_ref().is_none_or(Fate::is_open)).count()
    }

    /// Returns the orders that answers named which settled nothing: while there are any, nothing is proved absent.
    pub fn shown_orders(&self) -> impl Iterator<Item = &OrderId> {
        self.sends.iter().filter_map(|sent| match &sent.fate {
            Some(Fate::Unknown { order_id, .. }) => order_id.as_ref(),
            _ => None,
        })
    }

    /// Returns when the last send left, at the latest, as far as is known.
    #[must_use]
    pub fn last_sent(&self) -> Option<&Moment> {
        self.sends.last().map(|sent| sent.ended.as_ref().unwrap_or(&sent.at))
    }
}

/// One send of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// When it was announced: it did not leave earlier.
    pub at: Moment,
    /// When we heard of its end or gave it up: it did not leave later. A process that was stopped may send long after
    /// it announced.
    pub ended: Option<Moment>,
    /// How it ended; `None` while it is under way, or when we were stopped in between.
    pub fate: Option<Fate>,
}

/// How a send ended that did not settle its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nobody knows whether it bought something.
    Unknown {
        /// What came instead of a clear answer.
        why: String,
        /// The order that the answer named all the same, with another customer or other lines than were sent.
        order_id: Option<OrderId>,
    },
    /// It was refused: it surely bought nothing, and neither would the same again.
    Refused(String),
    /// It was put off or never left: it surely bought nothing.
    NotNow(String),
}

impl Fate {
    /// Says whether the send may have bought something.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// What a customer had before the first send: what is in it is not ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// When it was listed.
    pub at: Moment,
    /// The ids of all orders that were listed.
    pub order_ids: Vec<OrderId>,
}

/// An order that exists, as far as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedOrder {
    /// Its id.
    pub order_id: OrderId,
    /// The subscription of each line; `None` where it was not known yet.
    pub subscription_ids: Vec<Option<SubscriptionId>>,
    /// Its version; legacy orders only.
    pub etag: Option<String>,
    /// When it was made, as written.
    pub creation_date: Option<String>,
    /// Its status when it was recorded.
    pub status: Option<String>,
}

impl From<&ObservedOrder> for PlacedOrder {
    fn from(order: &ObservedOrder) -> Self {
        Self {
            order_id: order.id.clone(),
            subscription_ids: order.lines.iter().map(|line| line.subscription_id.clone()).collect(),
            etag: order.etag.clone(),
            creation_date: order.creation_date.clone(),
            status: order.status.clone(),
        }
    }
}

/// How we know that an order exists and is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Partner Center answered our POST with it.
    Answer,
    /// An audit record of its creation carries our correlation id.
    Audit,
    /// It is the one order in the customer's list that can be the attempt's.
    Match,
    /// A person said so.
    Person,
}

/// How we know that an attempt bought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotOrdered {
    /// Partner Center refused it.
    Refused(ServiceError),
    /// Partner Center was not reached, or asked us to come back later.
    NotNow(String),
    /// Its last send was refused, and long enough after all others it is listed nowhere.
    ListedNowhere(String),
    /// A person said so.
    Person,
}

impl NotOrdered {
    /// Says whether the next try is a new generation, with a new request id: "after any response, success or
    /// business failure" ("Headers").
    #[must_use]
    pub fn spends_the_generation(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::ListedNowhere(_))
    }
}
