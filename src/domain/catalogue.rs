//! What Partner Center sells to a customer, and on which terms: as it answers when it is asked before anything is bought.
//!
//! An *availability* is the third part of an offer id, and Partner Center reissues it from time to time ("Product
//! resources"). What an answer leaves out is `None`, and nothing is concluded from it.
//!
//! **Invariant:** facts only; what follows from them for an order is decided elsewhere.

use std::collections::BTreeMap;

use super::ids::{CustomerId, OfferId};
use super::order::{BillingCycle, TermDuration};

/// Something that was asked: the answer, or why there is none, in a sentence.
pub type Known<T> = Result<T, String>;

/// One availability of a SKU in a customer's catalogue: its country and its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// The offer id with all three parts (`catalogItemId`).
    pub offer: OfferId,
    /// `commercial`, `education`, `government`, `nonprofit`.
    pub segment: Option<String>,
    /// By its code in ISO 3166.
    pub country: Option<String>,
    /// Whether it is sold at all.
    pub is_purchasable: Option<bool>,
    /// For how long, and how it is billed.
    pub terms: Vec<OfferedTerm>,
}

/// A term that an availability is sold for, with the way it is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedTerm {
    /// How long; `None` where it is for good.
    pub duration: Option<TermDuration>,
    /// How it is billed; reservations do not say.
    pub cycle: Option<BillingCycle>,
}

/// A SKU, or a legacy offer: what one line may buy of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sku {
    /// The offer id as a manifest may write it: `Product:Sku`, or the GUID of a legacy offer.
    pub offer: String,
    /// What it is called.
    pub title: String,
    /// The fewest seats of a line.
    pub minimum: Option<u64>,
    /// The most seats of a line.
    pub maximum: Option<u64>,
    /// Whether it is a trial.
    pub is_trial: bool,
    /// Whether it adds to another product.
    pub is_addon: bool,
    /// How it can be billed; empty where it does not say.
    pub cycles: Vec<BillingCycle>,
    /// What it asks for before it is bought, in Partner Center's words.
    pub prerequisites: Vec<String>,
    /// Whether its own terms have to be accepted (`attestationProperties.enforceAttestation`).
    pub needs_attestation: bool,
    /// Whether it is sold at all, where the offer itself says so (legacy).
    pub is_purchasable: Option<bool>,
}

/// A SKU with what is available of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The SKU.
    pub sku: Sku,
    /// Its availabilities; empty for legacy offers, which have none.
    pub availabilities: Vec<Availability>,
}

/// What is listed of a SKU: the SKU itself where the answer brings it, and its availabilities.
pub type Listed = (Option<Sku>, Vec<Availability>);

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The first part of an offer id.
    pub id: String,
    /// What it is called.
    pub title: String,
}

/// A SKU that was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its product.
    pub product: Product,
    /// The SKU.
    pub sku: Sku,
    /// What is available of it.
    pub availabilities: Vec<Availability>,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchResult {
    /// Whose catalogue was searched.
    pub customer: CustomerId,
    /// What was found.
    pub hits: Vec<Hit>,
    /// How many products and SKUs that could fit were not looked at.
    pub left_out: usize,
    /// How many requests were made.
    pub requests: u64,
}

/// Who a customer is, as far as it bears on what it can be sold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// `reseller` where we may sell to it ("Customer resources").
    pub relationship: Option<String>,
    /// Where it is, by its code in ISO 3166.
    pub country: Option<String>,
}

/// What Partner Center says of a promotion that a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Eligibility {
    /// The promotion.
    pub promotion: String,
    /// Whether it would be given.
    pub is_eligible: bool,
    /// Why not, in Partner Center's words: `SeatCount`, `Term`, `FirstPurchase`, each with its details.
    pub why: Vec<String>,
}

/// A line whose promotion is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promoted {
    /// The offer id with all three parts.
    pub offer: OfferId,
    /// How many seats.
    pub quantity: u32,
    /// For how long.
    pub term: Option<TermDuration>,
    /// How it is billed.
    pub cycle: Option<BillingCycle>,
    /// The promotion.
    pub promotion: String,
}

/// What is known about one customer and all that is to be bought for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who it is.
    pub profile: Known<Profile>,
    /// Whether the Microsoft Customer Agreement was confirmed for it.
    pub agreed: Known<bool>,
    /// SKUs and legacy offers, by their id without an availability, in upper case.
    pub shelves: BTreeMap<String, Known<Shelf>>,
    /// What was said of each line with a promotion that could be asked about.
    pub eligibilities: Known<Vec<(Promoted, Eligibility)>>,
}

impl Facts {
    /// Returns what is known of what an offer is of; `None` where nobody asked.
    #[must_use]
    pub fn shelf(&self, offer: &OfferId) -> Option<&Known<Shelf>> {
        self.shelves.get(&offer.product().to_ascii_uppercase())
    }
}

impl OfferId {
    /// Says whether the availability is left out: `Product:Sku` of new commerce, where all three parts are sent.
    #[must_use]
    pub fn leaves_availability_open(&self) -> bool {
        self.as_str().matches(':').count() == 1
    }

    /// Returns product and SKU of new commerce; `None` for a legacy id.
    #[must_use]
    pub fn product_and_sku(&self) -> Option<(&str, &str)> {
        let (product, rest) = self.as_str().split_once(':')?;
        Some((product, rest.split(':').next().unwrap_or(rest)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_product_and_sku_leave_the_availability_open() {
        for (text, open, parts) in [
            ("CFQ7TTC0LH18:0001", true, Some(("CFQ7TTC0LH18", "0001"))),
            ("CFQ7TTC0LH18:0001:CFQ7TTC0K971", false, Some(("CFQ7TTC0LH18", "0001"))),
            ("84A03D81-6B37-4D66-8D4A-FAEA24541538", false, None),
            ("MS-AZR-0145P", false, None),
        ] {
            let offer = OfferId::parse(text).unwrap();
            assert_eq!((offer.leaves_availability_open(), offer.product_and_sku()), (open, parts), "{text}");
        }
    }
}
