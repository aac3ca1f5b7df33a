//! What a manifest wants: one order, its lines, and where it was written.
//!
//! Property names and value lists are Partner Center's own ("Create an order", "Order resources").

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::ids::{CustomerId, OfferId, OrderName};

/// One order as the manifests want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredOrder {
    /// Our identity for it.
    pub name: OrderName,
    /// What would be bought.
    pub spec: OrderSpec,
    /// The name of the `kind: Customer` document it was written with, for people to read.
    pub customer_name: Option<String>,
    /// The name it was recorded under before it was renamed (`metadata.formerly`).
    pub formerly: Option<OrderName>,
    /// Whether a person said that an order just like another is meant (`metadata.allowDuplicate`).
    pub allow_duplicate: bool,
    /// What a person decided about the renewal of its subscriptions (`metadata.autoRenewEnabled`); it is not sent.
    pub auto_renew: Option<bool>,
    /// Free labels, for selecting.
    pub labels: BTreeMap<String, String>,
    /// Where it was written.
    pub place: Place,
}

/// A place in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file, as it was named or found.
    pub file: Arc<str>,
    /// The line, from 1.
    pub line: usize,
}

/// What is bought: all of an order that reaches Partner Center, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderSpec {
    /// The tenant that is bought for.
    pub customer_id: CustomerId,
    /// How often it is billed; Partner Center chooses where it is absent.
    pub billing_cycle: Option<BillingCycle>,
    /// Whether the partner of record has attested; asked for where a reseller is named.
    pub partner_on_record_attestation_accepted: Option<bool>,
    /// The lines, in their order: `lineItemNumber` is the position.
    pub line_items: Vec<LineItem>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItem {
    /// What is bought.
    pub offer_id: OfferId,
    /// How many seats; at least 1.
    pub quantity: u32,
    /// What the partner calls it; Partner Center fills in the offer's title where it is absent.
    pub friendly_name: Option<String>,
    /// The term, where the availability has more than one.
    pub term_duration: Option<TermDuration>,
    /// The end of the first term where it is to coincide with another's, as written (RFC 3339).
    pub custom_term_end_date: Option<String>,
    /// The promotion, as `ProductId:SkuId:PromotionId`.
    pub promotion_id: Option<String>,
    /// The indirect reseller's partner id, digits only.
    pub partner_id_on_record: Option<String>,
    /// Up to five more partner ids (EU and EFTA).
    pub additional_partner_ids_on_record: Vec<String>,
    /// Whether the offer's own terms were accepted, where it asks for that.
    pub attestation_accepted: Option<bool>,
    /// The term that a trial renews to.
    pub renews_to: Option<TermDuration>,
    /// What the SKU's `provisioningVariables` ask for.
    pub provisioning_context: BTreeMap<String, String>,
}

impl LineItem {
    /// Makes a line with nothing but what every line has.
    #[must_use]
    pub fn new(offer_id: OfferId, quantity: u32) -> Self {
        Self {
            offer_id,
            quantity,
            friendly_name: None,
            term_duration: None,
            custom_term_end_date: None,
            promotion_id: None,
            partner_id_on_record: None,
            additional_partner_ids_on_record: Vec::new(),
            attestation_accepted: None,
            renews_to: None,
            provisioning_context: BTreeMap::new(),
        }
    }
}

impl OrderSpec {
    /// Makes an order with nothing but a customer and lines; Partner Center chooses how it is billed.
    #[must_use]
    pub fn new(customer_id: CustomerId, line_items: Vec<LineItem>) -> Self {
        Self { customer_id, billing_cycle: None, partner_on_record_attestation_accepted: None, line_items }
    }

    /// Returns the seats of all lines together.
    #[must_use]
    pub fn seats(&self) -> u64 {
        self.line_items.iter().map(|line| u64::from(line.quantity)).sum()
    }
}

/// How often an order is billed. One for the whole order, not one a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum BillingCycle {
    /// Let the service choose; refused for trials.
    Unknown,
    /// Every month.
    Monthly,
    /// Every year.
    Annual,
    /// Every two years.
    Biennial,
    /// Every three years.
    Triennial,
    /// Not at all (trials).
    None,
    /// Once.
    OneTime,
    /// A value that this version does not know, in lower case. Never in a manifest.
    Other(String),
}

impl BillingCycle {
    /// The values a manifest may name.
    pub const KNOWN: [Self; 7] = [
        Self::Unknown,
        Self::Monthly,
        Self::Annual,
        Self::Biennial,
        Self::Triennial,
        Self::None,
        Self::OneTime,
    ];

    /// Reads any spelling Partner Center uses (`one_time`, `OneTime`, `onetime`); never fails, because closed
    /// enumerations break when the service grows.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let plain = text.to_ascii_lowercase().replace('_', "");
        let known = Self::KNOWN.into_iter().find(|cycle| cycle.as_str().replace('_', "") == plain);
        known.unwrap_or(Self::Other(text.to_ascii_lowercase()))
    }

    /// Returns the snake-case form that order bodies use.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "unknown",
            Self::Monthly => "monthly",
            Self::Annual => "annual",
            Self::Biennial => "biennial",
            Self::Triennial => "triennial",
            Self::None => "none",
            Self::OneTime => "one_time",
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for BillingCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An ISO 8601 term such as `P1M`, `P1Y`, `P3Y`, in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TermDuration(String);

impl TermDuration {
    /// The terms that Partner Center sells.
    pub const KNOWN: [&str; 3] = ["P1M", "P1Y", "P3Y"];

    /// Takes any text that could be a term; an empty one (perpetual software) is no term.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| Self(text.to_ascii_uppercase()))
    }

    /// Returns the term.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TermDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_billing_cycle_is_read_in_every_spelling_and_written_in_one() {
        for text in ["one_time", "OneTime", "onetime", "ONE_TIME"] {
            assert_eq!(BillingCycle::read(text).as_str(), "one_time");
        }
        assert_eq!(BillingCycle::read("Quinquennial"), BillingCycle::Other("quinquennial".into()));
    }
}
