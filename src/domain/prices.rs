//! What a partner pays: a list of prices, and in which currency each customer is charged.
//!
//! **Invariant:** a list holds one price for one thing. Nothing here adds up: `plan::cost` does.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

use super::ids::{CustomerId, OfferId};
use super::money::Currency;
use super::order::{BillingCycle, TermDuration};

/// One row of a price list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// What it is for: as in an order, `Product:Sku` for all of its availabilities.
    pub offer_id: OfferId,
    /// For which term; `None` for what has none.
    pub term_duration: Option<TermDuration>,
    /// For which billing cycle.
    pub billing_cycle: BillingCycle,
    /// In which currency.
    pub currency: Currency,
    /// For one seat and one billing period.
    pub unit_price: Decimal,
}

/// What may be paid for one offer in one billing cycle.
pub type Rates = BTreeMap<(Option<TermDuration>, Currency), Decimal>;

/// Prices, each for one offer, term, billing cycle and currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceList {
    /// By offer, in capital letters, and billing cycle.
    rates: BTreeMap<(String, BillingCycle), Rates>,
}

/// A price list, and which of its currencies counts for whom.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prices {
    /// The list.
    pub list: PriceList,
    /// The currency of the project.
    pub currency: Option<Currency>,
    /// The currencies of those customers that have one of their own.
    pub by_customer: BTreeMap<CustomerId, Currency>,
}

impl Prices {
    /// Returns the currency that a customer is charged in, where anybody said so.
    #[must_use]
    pub fn currency_of(&self, customer: CustomerId) -> Option<Currency> {
        self.by_customer.get(&customer).copied().or(self.currency)
    }
}

impl PriceList {
    /// Adds a price. The same one may be said twice.
    ///
    /// # Errors
    /// The price that is there already, where it is another; the list is then as before.
    pub fn insert(&mut self, price: Price) -> Result<(), Decimal> {
        let key = (price.offer_id.as_str().to_ascii_uppercase(), price.billing_cycle);
        let rates = self.rates.entry(key).or_default();
        let there = *rates.entry((price.term_duration, price.currency)).or_insert(price.unit_price);
        if there == price.unit_price { Ok(()) } else { Err(there) }
    }

    /// Returns how many prices there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rates.values().map(BTreeMap::len).sum()
    }

    /// Says whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rates.is_empty()
    }

    /// Returns the prices for an offer in a billing cycle: those of its very id go before those of its product and SKU.
    #[must_use]
    pub fn rates(&self, offer: &OfferId, cycle: &BillingCycle) -> Rates {
        let rates = |offer: &str| self.rates.get(&(offer.to_ascii_uppercase(), cycle.clone()));
        let mut found = rates(offer.product()).cloned().unwrap_or_default();
        if offer.product() != offer.as_str() {
            found.extend(rates(offer.as_str()).cloned().unwrap_or_default());
        }
        found
    }

    /// Returns `sha256:…` over the prices as values: the order of the rows, the layout and the format do not matter.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let mut text = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text);
        };
        text("orderform prices 1");
        for ((offer, cycle), rates) in &self.rates {
            for ((term, currency), price) in rates {
                text(offer);
                text(cycle.as_str());
                text(term.as_ref().map_or("", TermDuration::as_str));
                text(currency.as_str());
                text(&price.normalize().to_string());
            }
        }
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::money::parse_price;
    use super::*;

    fn price(offer: &str, term: &str, cycle: &str, currency: &str, unit_price: &str) -> Price {
        Price {
            offer_id: OfferId::parse(offer).unwrap(),
            term_duration: TermDuration::read(term),
            billing_cycle: BillingCycle::read(cycle),
            currency: Currency::parse(currency).unwrap(),
            unit_price: parse_price(unit_price).unwrap(),
        }
    }

    fn list(prices: &[Price]) -> PriceList {
        let mut list = PriceList::default();
        prices.iter().for_each(|price| list.insert(price.clone()).unwrap());
        list
    }

    #[test]
    fn one_thing_has_one_price() {
        let mut list = list(&[price("a:1", "P1Y", "monthly", "EUR", "10.50")]);
        assert_eq!(list.insert(price("A:1", "p1y", "Monthly", "EUR", "10.5")), Ok(()), "the same once more");
        let there = parse_price("10.5").unwrap();
        assert_eq!(list.insert(price("a:1", "P1Y", "monthly", "EUR", "11")), Err(there));
        assert_eq!(list.len(), 1);
    }

    #[test]
    fn the_more_specific_row_wins() {
        let list = list(&[
            price("p:1", "P1Y", "monthly", "EUR", "10"),
            price("p:1", "P1M", "monthly", "EUR", "12"),
            price("p:1:b", "P1Y", "monthly", "EUR", "9"),
        ]);
        let rate = |offer: &str, term: &str| {
            let rates = list.rates(&OfferId::parse(offer).unwrap(), &BillingCycle::Monthly);
            let key = (TermDuration::read(term), Currency::parse("EUR").unwrap());
            rates.get(&key).map(ToString::to_string)
        };
        assert_eq!(rate("p:1:b", "P1Y").as_deref(), Some("9"));
        assert_eq!(rate("P:1:B", "P1M").as_deref(), Some("12"), "that of the SKU, where it has none");
        assert_eq!(rate("p:1:c", "P1Y").as_deref(), Some("10"));
        assert_eq!(rate("p:1", "P1Y").as_deref(), Some("10"), "never that of one availability");
        assert_eq!(rate("p:2", "P1Y"), None);
    }

    #[test]
    fn the_digest_is_that_of_the_prices_and_not_of_how_they_are_written() {
        let (a, b) = (price("a", "", "one_time", "EUR", "1.50"), price("b", "P1Y", "annual", "JPY", "20"));
        let digest = list(&[a.clone(), b.clone()]).digest();
        assert_eq!(list(&[b.clone(), a.clone(), a.clone()]).digest(), digest);
        assert_eq!(list(&[price("A", "", "OneTime", "EUR", "1.5"), b.clone()]).digest(), digest);
        for other in [
            price("c", "", "one_time", "EUR", "1.50"),
            price("a", "P1Y", "one_time", "EUR", "1.50"),
            price("a", "", "monthly", "EUR", "1.50"),
            price("a", "", "one_time", "USD", "1.50"),
            price("a", "", "one_time", "EUR", "1.51"),
        ] {
            assert_ne!(list(&[other, b.clone()]).digest(), digest);
        }
        assert_ne!(list(&[b]).digest(), digest);
    }
}
