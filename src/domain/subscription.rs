//! What Partner Center reports of subscriptions: what a line of an order has become.
//!
//! Properties are those of "Subscription resources". Dates are kept as they were written, because Partner Center writes
//! them in five shapes and what is shown to people is what it said.

use super::ids::{CustomerId, OfferId, OrderId, SubscriptionId};
use super::moment::Timestamp;
use super::order::{BillingCycle, TermDuration};

/// A subscription as Partner Center shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedSubscription {
    /// How long it runs, and until when it can be given back.
    pub terms: SubscriptionTerms,
    /// The order that made it.
    pub order_id: Option<OrderId>,
    /// What was bought. Its availability may be another than the order's: they are reissued.
    pub offer_id: Option<OfferId>,
    /// The offer's title.
    pub offer_name: Option<String>,
    /// What it is called.
    pub friendly_name: Option<String>,
    /// Seats.
    pub quantity: u32,
    /// `active`, `suspended`, `expired`, `deleted`, `disabled`, `pending`, and what else will come; in lower case.
    pub status: String,
    /// How it is billed.
    pub billing_cycle: Option<BillingCycle>,
    /// Its term.
    pub term_duration: Option<TermDuration>,
    /// The promotion.
    pub promotion_id: Option<String>,
    /// The indirect reseller.
    pub partner_id: Option<String>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// When it was made, where that could be read.
    pub created: Option<Timestamp>,
}

impl ObservedSubscription {
    /// Says whether it has ended for good (`deleted`, `expired`): nothing can be done with it any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        matches!(self.status.as_str(), "deleted" | "expired")
    }
}

impl SubscriptionId {
    /// Says whether both are one subscription: GUIDs change case between resources.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

/// How long a subscription runs and what happens then, as far as Partner Center said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionTerms {
    /// Which subscription.
    pub id: SubscriptionId,
    /// `commitmentEndDate`: the last day of its term (new commerce) or the day after it (legacy); the year 9999 where it
    /// never ends.
    pub commitment_end: Option<String>,
    /// `cancellationAllowedUntilDate`: until then it can be cancelled for a prorated credit; new commerce only.
    pub cancellation_allowed_until: Option<String>,
    /// `autoRenewEnabled`: on by default for new commerce.
    pub auto_renew: Option<bool>,
    /// `renewalTermDuration`: the term that it renews to, where it is another one.
    pub renewal_term: Option<TermDuration>,
}

/// A customer as Partner Center shows one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedCustomer {
    /// The tenant id.
    pub id: CustomerId,
    /// Its company's name.
    pub company_name: Option<String>,
    /// Its first domain.
    pub domain: Option<String>,
    /// `relationshipToPartner`: `reseller`, or nothing is sold to it (403/20002).
    pub relationship: Option<String>,
}
