//! Where what Partner Center reports differs from what is recorded: pure, and no decision about anything.
//!
//! [`drift`] compares each recorded order with its lines and subscriptions as they are reported. What the manifest left to
//! Partner Center is no drift: a name that was filled in, a reissued availability, lines that were renumbered, a GUID in
//! another case. Seats, names and renewals are those of subscriptions where there are some, because the portal changes those.
//!
//! **Invariant:** nothing here buys, forgets or repairs. An order that is gone stays recorded, so no plan buys it again.

mod compare;
mod records;
#[cfg(test)]
mod tests;
mod unknown;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

pub use records::arrived;

use crate::domain::{
    CustomerId, DesiredOrder, Doer, Listing, ObservedSubscription, OfferId, OrderId, OrderName, State,
    SubscriptionId, Timestamp,
};

/// What Partner Center reports of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// Whose.
    pub customer: CustomerId,
    /// Its orders.
    pub orders: Listing,
    /// Its subscriptions, those that have ended too.
    pub subscriptions: Vec<ObservedSubscription>,
}

/// What is compared with what, beside the reports.
#[derive(Debug, Clone, Copy)]
pub struct Recollection<'a> {
    /// What is recorded.
    pub state: &'a State,
    /// What the manifests want.
    pub desired: &'a [DesiredOrder],
    /// Which recorded orders it is about.
    pub names: &'a BTreeSet<OrderName>,
    /// How long an order may be missing in lists before it counts as gone.
    pub settle_after: Duration,
}

/// Where what is reported differs from what is recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drift {
    /// How many recorded orders were compared.
    pub compared: usize,
    /// Recorded orders that there is something to tell of, by name.
    pub orders: Vec<OrderDrift>,
    /// Orders that are not recorded, by customer and by when they were made.
    pub unknown: Vec<UnknownOrder>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// How many requests it took.
    pub requests: u64,
}

/// What there is to tell of a recorded order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderDrift {
    /// Its name.
    pub name: OrderName,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_name: Option<String>,
    /// The order.
    pub order_id: OrderId,
    /// Since when the audit log can tell what was done to it.
    pub since: Option<Timestamp>,
    /// Where it differs.
    pub findings: Vec<Deviation>,
    /// What is no drift, and worth knowing.
    pub news: Vec<News>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviation {
    /// What differs.
    pub what: Differs,
    /// Who did it and when; `None` where the audit log does not say (yet).
    pub who: Option<Done>,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Who.
    pub who: Doer,
    /// When.
    pub at: Option<Timestamp>,
    /// What the log calls it, such as `update_subscription`.
    pub operation: String,
}

/// What differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differs {
    /// The order is listed no more, long after it was recorded.
    Gone {
        /// Its subscriptions that are there all the same, and have not ended.
        subscriptions: Vec<SubscriptionId>,
    },
    /// It was cancelled: the whole order, or the subscription of a line.
    Cancelled {
        /// The subscription; `None` for the order.
        subscription: Option<SubscriptionId>,
    },
    /// A subscription is suspended.
    Suspended {
        /// Which.
        subscription: SubscriptionId,
    },
    /// The term of a subscription is over.
    Expired {
        /// Which.
        subscription: SubscriptionId,
    },
    /// A subscription has a status that needs attention, such as `disabled`.
    Status {
        /// Which.
        subscription: SubscriptionId,
        /// The status.
        status: String,
    },
    /// A product of the order has other seats.
    Seats {
        /// The product, without its availability.
        product: String,
        /// Of each line that was ordered.
        recorded: Vec<u32>,
        /// Of each line or subscription that is there.
        reported: Vec<(Option<SubscriptionId>, u32)>,
    },
    /// A line is not called any more as it was ordered.
    Renamed {
        /// The subscription; `None` where the line has none.
        subscription: Option<SubscriptionId>,
        /// What it was ordered as.
        recorded: String,
        /// What it is called; `None` for nothing.
        reported: Option<String>,
    },
    /// A subscription renews by itself, or does not, other than it should.
    AutoRenewal {
        /// Which.
        subscription: SubscriptionId,
        /// Whether it does.
        reported: bool,
        /// What says otherwise.
        by: RenewalBy,
        /// Whether it is as it was when it was last recorded, or else as such subscriptions are at first: nobody changed it since.
        is_as_before: bool,
    },
}

/// What says how a subscription should renew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalBy {
    /// `metadata.autoRenewEnabled` of the manifest.
    Manifest,
    /// What was recorded last, where the manifest says nothing.
    Recorded,
}

impl Differs {
    /// Returns the one word for it, as the README has it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Gone { .. } => "gone",
            Self::Cancelled { .. } => "cancelled",
            Self::Suspended { .. } => "suspended",
            Self::Expired { .. } => "expired",
            Self::Status { .. } => "status",
            Self::Seats { .. } => "seats",
            Self::Renamed { .. } => "renamed",
            Self::AutoRenewal { .. } => "autoRenewal",
        }
    }
}

/// What is no drift, and worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// The order is so young that it may be missing in the list.
    NotListedYet,
    /// Subscriptions that were not known when it was recorded.
    Subscriptions(Vec<SubscriptionId>),
    /// A subscription runs until another day than was recorded.
    Renewed {
        /// Which.
        subscription: SubscriptionId,
        /// The end of its commitment, as written.
        until: String,
    },
}

/// An order that is not recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOrder {
    /// The order.
    pub order_id: OrderId,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_name: Option<String>,
    /// What was bought, and how many seats.
    pub lines: Vec<(OfferId, u32)>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// What it may be to us.
    pub may_be: MayBe,
    /// Who bought it and when; `None` where the audit log does not say (yet).
    pub who: Option<Done>,
}

/// What an order that is not recorded may be to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MayBe {
    /// Nothing that anybody here knows.
    Strange,
    /// A manifest wants exactly this, and has no order yet.
    Wanted(OrderName),
    /// What an attempt in doubt bought.
    Pending(OrderName),
    /// It was recorded once, and forgotten.
    Forgotten,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// Of which customer.
    pub customer_id: CustomerId,
    /// What.
    pub part: Part,
    /// Why; a text of others may be in it.
    pub why: String,
}

/// What may not be readable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Orders or subscriptions: nothing is known of the customer.
    Estate,
    /// The audit log: what differs is known, and not by whom.
    AuditLog,
}

impl Drift {
    /// Says whether anything differs, or an order is there that is not recorded.
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.drifted() > 0 || !self.unknown.is_empty()
    }

    /// Counts the recorded orders that differ.
    #[must_use]
    pub fn drifted(&self) -> usize {
        self.orders.iter().filter(|order| !order.findings.is_empty()).count()
    }

    /// Says whether there are customers of which nothing is known.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.unread.iter().any(|unread| unread.part == Part::Estate)
    }

    /// Returns the customers whose audit log can say more, and since when; `None` for as long as it goes back.
    #[must_use]
    pub fn questions(&self) -> BTreeMap<CustomerId, Option<Timestamp>> {
        let drifted = self.orders.iter().filter(|order| !order.findings.is_empty());
        let drifted = drifted.map(|order| (order.customer_id, order.since));
        let unknown = self.unknown.iter().map(|order| (order.customer_id, order.created));
        let mut questions: BTreeMap<CustomerId, Option<Timestamp>> = BTreeMap::new();
        for (customer, since) in drifted.chain(unknown) {
            questions
                .entry(customer)
                .and_modify(|earliest| *earliest = (*earliest).min(since))
                .or_insert(since);
        }
        questions
    }
}

/// Compares what is recorded with what is reported.
///
/// What is recorded of a customer without a report is not compared.
#[must_use]
pub fn drift(known: Recollection<'_>, reports: &[Reported]) -> Drift {
    let mut drift = Drift::default();
    let customers: BTreeMap<CustomerId, &Reported> =
        reports.iter().map(|report| (report.customer, report)).collect();
    for name in known.names {
        let Some((bought, report)) = records::created(known.state, name, &customers) else { continue };
        drift.compared += 1;
        let order = compare::order(known, name, bought, report);
        if !order.findings.is_empty() || !order.news.is_empty() {
            drift.orders.push(order);
        }
    }
    drift.unknown = customers.values().flat_map(|report| unknown::orders(known, report)).collect();
    drift
}

/// Returns the recorded names that a plan's steps are about; all of them where it is of everything.
#[must_use]
pub fn recorded_names(plan: &super::Plan, state: &State, is_everything: bool) -> BTreeSet<OrderName> {
    let former = plan.steps.iter().filter_map(|step| match &step.action {
        super::Action::Rename { from, .. } => Some(from),
        _ => None,
    });
    let named: BTreeSet<&OrderName> = plan.steps.iter().map(|step| &step.name).chain(former).collect();
    let names = state.orders.keys().filter(|name| is_everything || named.contains(name));
    names.cloned().collect()
}

/// Returns what the manifests call a customer.
fn called(desired: &[DesiredOrder], customer: CustomerId) -> Option<String> {
    let of = desired.iter().filter(|order| order.spec.customer_id == customer);
    of.filter_map(|order| order.customer_name.clone()).min()
}
