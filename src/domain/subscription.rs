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
    /// The subscription that it is an add-on of.
    pub parent_id: Option<SubscriptionId>,
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

/// How many days after its purchase a licence of new commerce can be cancelled for a prorated credit ("Purchase new commerce
/// license-based services"). Partner Center's own `cancellationAllowedUntilDate` goes before it.
const CANCEL_DAYS: u64 = 7;

/// Until when an order can be cancelled for a prorated credit. Ordered: what is over first comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CancelUntil {
    at: Timestamp,
    is_exact: bool,
}

impl CancelUntil {
    /// Takes the instant that Partner Center said; `None` where it is no date, or one of the year 1 that stands for none.
    #[must_use]
    pub fn said(text: &str) -> Option<Self> {
        let at = Timestamp::parse(text).filter(|at| at.unix_ms() > 0)?;
        Some(Self { at, is_exact: true })
    }

    /// Reckons the day from when an order was made, where Partner Center has not said it.
    #[must_use]
    pub fn reckoned(creation_date: &str) -> Option<Self> {
        let made = Self::said(creation_date)?.at;
        let at = made.after(std::time::Duration::from_secs(CANCEL_DAYS * 24 * 3600));
        Some(Self { at, is_exact: false })
    }

    /// Returns the day, as `2026-03-08` in UTC.
    #[must_use]
    pub fn day(self) -> String {
        day(self.at)
    }

    /// Returns the instant, where Partner Center said it.
    #[must_use]
    pub fn instant(self) -> Option<Timestamp> {
        self.is_exact.then_some(self.at)
    }

    /// Says whether it has not passed. A day that was reckoned has not until it is over.
    #[must_use]
    pub fn is_open(self, now: Timestamp) -> bool {
        if self.is_exact { now <= self.at } else { day(now) <= self.day() }
    }
}

impl std::fmt::Display for CancelUntil {
    /// The instant to the second, or the day.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.is_exact {
            let seconds = self.at.unix_ms() / 1000;
            write!(f, "{}", Timestamp::from_unix_ms(seconds * 1000))
        } else {
            f.write_str(&self.day())
        }
    }
}

fn day(at: Timestamp) -> String {
    let text = at.to_string();
    text.split_once('T').map_or(text.clone(), |(day, _)| day.to_owned())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_partner_center_said_ends_at_its_instant_and_what_was_reckoned_with_its_day() {
        let at = |text| Timestamp::parse(text).unwrap();
        let said = CancelUntil::said("2021-01-21T16:57:15.0966728Z").unwrap();
        assert_eq!((said.to_string().as_str(), said.day().as_str()), ("2021-01-21T16:57:15Z", "2021-01-21"));
        assert!(said.is_open(at("2021-01-21T16:57:15Z")) && !said.is_open(at("2021-01-21T16:57:16Z")));
        let reckoned = CancelUntil::reckoned("2021-01-14T08:57:15-08:00").unwrap();
        assert_eq!((reckoned.to_string().as_str(), reckoned.instant()), ("2021-01-21", None));
        assert!(
            reckoned.is_open(at("2021-01-21T23:59:59Z")) && !reckoned.is_open(at("2021-01-22T00:00:00Z"))
        );
    }

    #[test]
    fn a_date_that_stands_for_none_is_none() {
        for text in ["", "0001-01-01T00:00:00", "soon"] {
            assert_eq!((CancelUntil::said(text), CancelUntil::reckoned(text)), (None, None), "{text}");
        }
    }
}
