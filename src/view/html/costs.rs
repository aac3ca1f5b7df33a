//! What orders cost, on a page: what is known as exact amounts, what is unknown as just that.
//!
//! **Invariant:** an amount names its currency and is never shortened, amounts of different currencies are never added
//! up or compared, and what is unknown is neither left out nor shown as an amount.

use maud::{Markup, html};
use rust_decimal::Decimal;

use crate::plan::{Cost, Gap, Sum, Totals};
use crate::view::words::grouped;

/// What an order costs, in a cell that sorts by currency and amount.
pub(super) fn of_an_order(cost: Option<&Cost>) -> Markup {
    html! {
        @match cost {
            None => td.number.money {},
            Some(Cost::Unknown(_)) => td.number.money { (unknown("unknown")) },
            Some(Cost::Known(price)) => {
                @let sum = price.sum();
                td.number.money data-sort=(sorted_by(&sum)) {
                    (sum.committed())
                    @if let Some(monthly) = sum.monthly() { div.soft { (monthly) " a month" } }
                }
            },
        }
    }
}

/// What the orders of a customer cost together, in a cell.
pub(super) fn of_a_customer(totals: &Totals) -> Markup {
    let first = totals.sums.values().next().map(sorted_by);
    html! {
        td.number.money data-sort=[first] {
            @for sum in totals.sums.values() { div { (sum.committed()) } }
            @if totals.unknown > 0 { div { (unknown(&format!("{} unknown", grouped(totals.unknown as u64)))) } }
        }
    }
}

fn unknown(words: &str) -> Markup {
    html! { span.badge.wait { span aria-hidden="true" { "?" } " " (words) } }
}

/// The currency, and the amount with as many digits behind its point as every amount of it.
fn sorted_by(sum: &Sum) -> String {
    format!("{} {}", sum.currency, sum.committed().rounded())
}

/// Why nobody can say what an order costs, where that is so.
pub(super) fn gaps(cost: Option<&Cost>) -> Markup {
    let gaps: &[Gap] = match cost {
        Some(Cost::Unknown(gaps)) => gaps,
        _ => &[],
    };
    html! {
        @for gap in gaps { p.note { "Price of line " (gap.line + 1) " unknown: " code { (gap.why.word()) } } }
    }
}

/// What an order costs, in a few words.
pub(super) fn in_words(cost: &Cost) -> String {
    match cost {
        Cost::Known(price) => format!("{} committed", price.sum().committed()),
        Cost::Unknown(_) => "price unknown".to_owned(),
    }
}

/// What all orders cost that may be sent, as figures: one a currency, and how many have no price.
pub(super) fn figures(totals: &Totals, in_doubt: usize) -> Markup {
    let what = if in_doubt > 0 { "Committed, with what is in doubt" } else { "Committed" };
    html! {
        @for sum in totals.sums.values() {
            div.money {
                dt { (what) @if let Some(monthly) = sum.monthly() { ", " (monthly) " a month" } }
                dd { (sum.committed()) }
            }
        }
        @if totals.unknown > 0 {
            div { dt { "Orders of unknown price" } dd { (grouped(totals.unknown as u64)) } }
        }
    }
}

/// How long the bar of an amount is, where the longest is of `most`.
pub(super) fn share(amount: Decimal, most: Decimal, longest: u64) -> u64 {
    let share = amount.checked_div(most).unwrap_or_default() * Decimal::from(longest);
    u64::try_from(share.trunc()).unwrap_or_default()
}
