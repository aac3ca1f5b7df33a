//! The words for what orders cost, and until when money comes back.
//!
//! **Invariant:** an amount is never shortened, and what is unknown is never shown as an amount.

use super::super::text::plural;
use super::{Account, Medium};
use crate::domain::{Money, OfferId, OrderSpec};
use crate::plan::{Cost, Gap, Sum, Totals, Unpriced};

/// Returns what an order comes to a month, or once where it has no term.
pub(in crate::view) fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Unknown(_) => "price unknown".to_owned(),
        Cost::Known(price) => {
            let sum = price.sum();
            match sum.monthly() {
                Some(monthly) => format!("{monthly} a month"),
                None => format!("{} once", sum.committed()),
            }
        }
    }
}

/// Returns all that is owed over the term, where that is known.
pub(in crate::view) fn committed(cost: &Cost) -> Option<String> {
    match cost {
        Cost::Unknown(_) => None,
        Cost::Known(price) => Some(format!("{} committed", price.sum().committed())),
    }
}

/// Adds to what is told about an order why nobody can say what it costs.
pub(in crate::view) fn explain_cost(account: Account, cost: Option<&Cost>, medium: Medium) -> Account {
    let Some(Cost::Unknown(gaps)) = cost else { return account };
    let several = gaps.iter().any(|gap| gap.line > 0);
    let mut account = account;
    for gap in gaps {
        let line = if several { format!(", line {}", gap.line + 1) } else { String::new() };
        account = account.detail(format!("price unknown{line}: {}", why(gap)));
    }
    let unsaid = |gap: &Gap| matches!(gap.why, Unpriced::SeveralCurrencies(_));
    match gaps.iter().any(unsaid) {
        true => account.hint(format!(
            "say which currency counts: {} in {} or of the customer",
            medium.code("spec.currency"),
            medium.code("orderform.yaml")
        )),
        false => account,
    }
}

fn why(gap: &Gap) -> String {
    match &gap.why {
        Unpriced::CycleOpen => "the order leaves its billing cycle to Partner Center".to_owned(),
        Unpriced::NotListed => "the price list does not have it in this billing cycle".to_owned(),
        Unpriced::TermNotListed => "the price list does not have it for this term".to_owned(),
        Unpriced::SeveralTerms => "it names no term, and the price list has several".to_owned(),
        Unpriced::TermOpen => "neither the order nor the price list names a term".to_owned(),
        Unpriced::TermAgainstCycle => "its term is not made of whole billing periods".to_owned(),
        Unpriced::SeveralCurrencies(currencies) => {
            let codes: Vec<&str> = currencies.iter().map(|currency| currency.as_str()).collect();
            format!("it is priced in {}, and nobody said which counts", codes.join(", "))
        }
        Unpriced::CurrencyNotListed(currency) => format!("the price list does not have it in {currency}"),
        Unpriced::Promotion => "a promotion changes the price".to_owned(),
        Unpriced::ShortenedTerm => "its first term ends early, and is charged by the day".to_owned(),
        Unpriced::TooLarge => "it comes to more than can be added up".to_owned(),
    }
}

/// Says what all orders come to; `None` where there is nothing to add up.
pub(in crate::view) fn totals(totals: &Totals) -> Option<String> {
    let unknown = (totals.unknown > 0).then(|| format!("{} of unknown price", plural_of(totals.unknown)));
    let sums: Vec<String> = totals.sums.values().map(sum).collect();
    match (sums.is_empty(), unknown) {
        (true, unknown) => unknown,
        (false, None) => Some(sums.join("; ")),
        (false, Some(unknown)) if sums.len() == 1 => Some(format!("{}, and {unknown}", sums[0])),
        (false, Some(unknown)) => Some(format!("{}; and {unknown}", sums.join("; "))),
    }
}

fn plural_of(orders: usize) -> String {
    plural(u64::try_from(orders).unwrap_or(u64::MAX), "order")
}

/// Names the currency once: `EUR 1,929.00 a month, 13,864.00 committed`.
fn sum(sum: &Sum) -> String {
    let bare = |money: Money| money.to_string().split_off(sum.currency.as_str().len() + 1);
    match sum.monthly() {
        Some(monthly) => format!("{monthly} a month, {} committed", bare(sum.committed())),
        None => format!("{} committed", sum.committed()),
    }
}

/// Says until when an order that is to be bought can be cancelled for credit, where that is known beforehand.
pub(in crate::view) fn cancel_window(spec: &OrderSpec) -> Option<String> {
    let is_licence = spec.line_items.iter().all(|line| OfferId::is_new_commerce_licence(&line.offer_id));
    is_licence.then(|| "can be cancelled for a prorated credit within 7 days of the purchase".to_owned())
}
