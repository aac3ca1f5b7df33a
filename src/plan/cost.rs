//! What a plan costs: each order that may be sent, and all of them together, by currency.
//!
//! [`cost`] looks an order's lines up in a price list. What cannot be said is a value of its own, with the reason, and is
//! never added up as zero: [`Totals`] counts such orders beside the sums. Sums are those of the list: without tax, and
//! without promotions, discounts and credits that the list does not know.
//!
//! **Invariant:** exact. Nothing rounds and nothing is divided before an amount is shown, so sums do not depend on the
//! order of what is added. Every amount is bounded, so that no sum of a plan's orders can overflow.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Plan;
use crate::domain::{
    BillingCycle, Currency, LineItem, Money, OrderName, OrderSpec, Prices, Rates, TermDuration,
};

/// The months by which every term that can be priced divides: an amount a month is kept as what it comes to in these.
const COMMON_MONTHS: u32 = 360;
/// The longest term that can be priced, in months.
const LONGEST_TERM: u32 = 60;
/// The most that a line may come to, in whole units: two million orders of it can still be added exactly.
const MOST: u64 = 1_000_000_000_000;

/// What an order costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cost {
    /// Every line has a price, all in one currency.
    Known(OrderPrice),
    /// At least one line has none: each of those, in the order of the lines.
    Unknown(Vec<Gap>),
}

/// A line without a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Which line of the order, from 0.
    pub line: usize,
    /// Why.
    pub why: Unpriced,
}

/// Why nobody can say what a line costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unpriced {
    /// The order leaves its billing cycle to Partner Center.
    CycleOpen,
    /// The list has no price for the offer in this billing cycle.
    NotListed,
    /// The list has the offer in this billing cycle, but not for this term.
    TermNotListed,
    /// The line names no term, and the list has several.
    SeveralTerms,
    /// Neither the line nor the list names a term, so nobody can say how many times it is billed.
    TermOpen,
    /// The term is not made of whole billing periods, or is longer than five years.
    TermAgainstCycle,
    /// The list has several currencies, and nobody said which of them counts.
    SeveralCurrencies(BTreeSet<Currency>),
    /// The list does not have the currency that the customer is charged in.
    CurrencyNotListed(Currency),
    /// A promotion changes the price in a way that the list does not know.
    Promotion,
    /// The first term is shorter than a whole one, and charged by the day.
    ShortenedTerm,
    /// It comes to more than can be added up.
    TooLarge,
}

impl Unpriced {
    /// Returns the word for it in JSON and in the README.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::CycleOpen => "cycleOpen",
            Self::NotListed => "notListed",
            Self::TermNotListed => "termNotListed",
            Self::SeveralTerms => "severalTerms",
            Self::TermOpen => "termOpen",
            Self::TermAgainstCycle => "termAgainstCycle",
            Self::SeveralCurrencies(_) => "severalCurrencies",
            Self::CurrencyNotListed(_) => "currencyNotListed",
            Self::Promotion => "promotion",
            Self::ShortenedTerm => "shortenedTerm",
            Self::TooLarge => "tooLarge",
        }
    }

    /// Finds the reason by its word, and the currencies that belong to it.
    #[must_use]
    pub fn named(word: &str, currencies: &[Currency]) -> Option<Self> {
        let plain = [
            Self::CycleOpen,
            Self::NotListed,
            Self::TermNotListed,
            Self::SeveralTerms,
            Self::TermOpen,
            Self::TermAgainstCycle,
            Self::Promotion,
            Self::ShortenedTerm,
            Self::TooLarge,
        ];
        match (word, currencies) {
            ("severalCurrencies", several) => {
                Some(Self::SeveralCurrencies(several.iter().copied().collect()))
            }
            ("currencyNotListed", [currency]) => Some(Self::CurrencyNotListed(*currency)),
            (word, []) => plain.into_iter().find(|why| why.word() == word),
            _ => None,
        }
    }
}

/// What an order comes to, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPrice {
    /// The currency of all of it.
    pub currency: Currency,
    /// One for each line, in their order.
    pub lines: Vec<LinePrice>,
}

/// What a line comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinePrice {
    /// For one seat and one billing period.
    pub unit_price: Decimal,
    /// How many seats.
    pub quantity: u32,
    /// How many times it is billed in the term.
    pub payments: u32,
    /// The months of the term; `None` where there is no term, and it is paid once.
    pub term_months: Option<u32>,
}

impl LinePrice {
    /// Makes a line's price; `None` where it is beyond what can be added up exactly.
    #[must_use]
    pub fn new(unit_price: Decimal, quantity: u32, payments: u32, term_months: Option<u32>) -> Option<Self> {
        let price = Self { unit_price, quantity, payments, term_months };
        let months =
            |months: u32| months > 0 && months <= LONGEST_TERM && COMMON_MONTHS.is_multiple_of(months);
        let fits = payments <= LONGEST_TERM && term_months.is_none_or(months);
        (fits && price.committed() <= Decimal::from(MOST)).then_some(price)
    }

    /// Returns all that is owed over the term, exactly.
    #[must_use]
    pub fn committed(&self) -> Decimal {
        self.unit_price * Decimal::from(self.quantity) * Decimal::from(self.payments)
    }

    /// Returns what a month comes to in [`COMMON_MONTHS`]; `None` without a term.
    fn in_common_months(&self) -> Option<Decimal> {
        self.term_months.map(|months| self.committed() * Decimal::from(COMMON_MONTHS / months))
    }
}

/// Amounts of one currency, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    /// The currency.
    pub currency: Currency,
    /// How many orders.
    pub orders: usize,
    /// All that is owed over the terms, exactly.
    pub committed: Decimal,
    /// What a month comes to in [`COMMON_MONTHS`], so that it needs no division; `None` where nothing has a term.
    in_common_months: Option<Decimal>,
}

impl Sum {
    fn nothing(currency: Currency) -> Self {
        Self { currency, orders: 0, committed: Decimal::ZERO, in_common_months: None }
    }

    fn add(&mut self, order: &OrderPrice) {
        self.orders += 1;
        for line in &order.lines {
            self.committed += line.committed();
            if let Some(amount) = line.in_common_months() {
                *self.in_common_months.get_or_insert_default() += amount;
            }
        }
    }

    /// Returns all that is owed over the terms.
    #[must_use]
    pub fn committed(&self) -> Money {
        Money { currency: self.currency, amount: self.committed }
    }

    /// Returns the committed amount spread over the months of the terms; `None` where nothing has a term. This is the one
    /// division: it is exact to 28 digits, and nothing is added to it.
    #[must_use]
    pub fn monthly(&self) -> Option<Money> {
        let amount = self.in_common_months? / Decimal::from(COMMON_MONTHS);
        Some(Money { currency: self.currency, amount })
    }
}

impl OrderPrice {
    /// Returns what the order comes to.
    #[must_use]
    pub fn sum(&self) -> Sum {
        let mut sum = Sum::nothing(self.currency);
        sum.add(self);
        sum
    }
}

/// What orders cost together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// What is known, by currency.
    pub sums: BTreeMap<Currency, Sum>,
    /// How many orders nobody can say it of.
    pub unknown: usize,
}

impl Totals {
    /// Adds costs up.
    #[must_use]
    pub fn of<'a>(costs: impl IntoIterator<Item = &'a Cost>) -> Self {
        let mut totals = Self::default();
        for cost in costs {
            match cost {
                Cost::Unknown(_) => totals.unknown += 1,
                Cost::Known(price) => {
                    let sum = totals.sums.entry(price.currency);
                    sum.or_insert_with(|| Sum::nothing(price.currency)).add(price);
                }
            }
        }
        totals
    }
}

/// What the orders of a plan cost, by name: of each that may be sent.
pub type Costs = BTreeMap<OrderName, Cost>;

impl Plan {
    /// Says what its orders cost, as far as the prices tell.
    #[must_use]
    pub fn price(self, prices: &Prices) -> Self {
        let costs = self.costs_by(prices);
        Self { costs: Some(costs), ..self }
    }

    /// Looks up what each order that may be sent costs, with the availabilities that are sent: these may have prices of their
    /// own.
    pub(super) fn costs_by(&self, prices: &Prices) -> Costs {
        let sent = self.steps.iter().filter(|step| step.is_sent());
        sent.map(|step| (step.name.clone(), cost(&step.sent(), prices))).collect()
    }

    /// Returns what an order costs; `None` where nobody gave prices, or nothing would be sent.
    #[must_use]
    pub fn cost(&self, name: &OrderName) -> Option<&Cost> {
        self.costs.as_ref()?.get(name)
    }

    /// Adds up what all orders that may be sent cost; `None` where nobody gave prices.
    #[must_use]
    pub fn totals(&self) -> Option<Totals> {
        self.costs.as_ref().map(|costs| Totals::of(costs.values()))
    }
}

/// Looks up what an order costs.
#[must_use]
pub fn cost(spec: &OrderSpec, prices: &Prices) -> Cost {
    let (mut lines, mut gaps) = (Vec::new(), Vec::new());
    let mut currencies = BTreeSet::new();
    for (line, item) in spec.line_items.iter().enumerate() {
        match line_price(spec, item, prices) {
            Ok((currency, price)) => {
                currencies.insert(currency);
                lines.push(price);
            }
            Err(why) => gaps.push(Gap { line, why }),
        }
    }
    match (gaps.is_empty(), currencies.len(), currencies.first()) {
        (true, 1, Some(&currency)) => Cost::Known(OrderPrice { currency, lines }),
        // An order is charged in one currency; which, nobody said.
        (true, ..) => {
            let why = |line| Gap { line, why: Unpriced::SeveralCurrencies(currencies.clone()) };
            Cost::Unknown((0..spec.line_items.len()).map(why).collect())
        }
        (false, ..) => Cost::Unknown(gaps),
    }
}

fn line_price(spec: &OrderSpec, line: &LineItem, prices: &Prices) -> Result<(Currency, LinePrice), Unpriced> {
    if line.promotion_id.is_some() {
        return Err(Unpriced::Promotion);
    }
    if line.custom_term_end_date.is_some() {
        return Err(Unpriced::ShortenedTerm);
    }
    let cycle = spec.billing_cycle.as_ref().filter(|cycle| **cycle != BillingCycle::Unknown);
    let cycle = cycle.ok_or(Unpriced::CycleOpen)?;
    let rates = prices.list.rates(&line.offer_id, cycle);
    let wanted = prices.currency_of(spec.customer_id);
    let (term, currency, unit_price) = choose(&rates, line.term_duration.as_ref(), wanted)?;
    let (payments, term_months) = schedule(term.as_ref(), cycle)?;
    let price = LinePrice::new(unit_price, line.quantity, payments, term_months);
    Ok((currency, price.ok_or(Unpriced::TooLarge)?))
}

/// Chooses the one rate that is meant, by the term of the line and the currency that counts.
fn choose(
    rates: &Rates,
    term: Option<&TermDuration>,
    wanted: Option<Currency>,
) -> Result<(Option<TermDuration>, Currency, Decimal), Unpriced> {
    if rates.is_empty() {
        return Err(Unpriced::NotListed);
    }
    let fits = |listed: &Option<TermDuration>| term.is_none() || listed.as_ref() == term;
    let of_term: Vec<_> = rates.iter().filter(|((listed, _), _)| fits(listed)).collect();
    if of_term.is_empty() {
        return Err(Unpriced::TermNotListed);
    }
    let counts = |currency: Currency| wanted.is_none_or(|wanted| wanted == currency);
    let charged: Vec<_> = of_term.into_iter().filter(|((_, currency), _)| counts(*currency)).collect();
    let terms: BTreeSet<_> = charged.iter().map(|((term, _), _)| term).collect();
    let currencies: BTreeSet<Currency> = charged.iter().map(|((_, currency), _)| *currency).collect();
    match (charged.as_slice(), wanted) {
        ([], Some(wanted)) => Err(Unpriced::CurrencyNotListed(wanted)),
        ([((term, currency), price)], _) => Ok((term.clone(), *currency, **price)),
        _ if currencies.len() > 1 => Err(Unpriced::SeveralCurrencies(currencies)),
        // Partner Center needs the term where there is more than one to choose from ("Order resources").
        _ => {
            debug_assert!(terms.len() > 1, "one term and one currency are one rate");
            Err(Unpriced::SeveralTerms)
        }
    }
}

/// Returns how many times a term is billed, and its months.
fn schedule(term: Option<&TermDuration>, cycle: &BillingCycle) -> Result<(u32, Option<u32>), Unpriced> {
    let months = match term {
        Some(term) => Some(months(term).ok_or(Unpriced::TermAgainstCycle)?),
        None => None,
    };
    let period = match cycle {
        BillingCycle::Monthly => 1,
        BillingCycle::Annual => 12,
        BillingCycle::Biennial => 24,
        BillingCycle::Triennial => 36,
        BillingCycle::OneTime | BillingCycle::None => return Ok((1, months)),
        BillingCycle::Unknown | BillingCycle::Other(_) => return Err(Unpriced::CycleOpen),
    };
    let months = months.ok_or(Unpriced::TermOpen)?;
    match months % period {
        0 => Ok((months / period, Some(months))),
        _ => Err(Unpriced::TermAgainstCycle),
    }
}

/// Returns the months of a term such as `P1M`, `P1Y`, `P3Y`; `None` where an amount cannot be spread over them.
fn months(term: &TermDuration) -> Option<u32> {
    let (number, unit) = term.as_str().strip_prefix('P')?.split_at_checked(1)?;
    let number = number.chars().next()?.to_digit(10)?;
    let months = match unit {
        "M" => number,
        "Y" => number * 12,
        _ => return None,
    };
    (months > 0 && months <= LONGEST_TERM && COMMON_MONTHS.is_multiple_of(months)).then_some(months)
}

#[cfg(test)]
mod tests;
