//! Charts of what is bought for whom: the largest customers as bars with their numbers, and all of them as a table.
//!
//! **Invariant:** a chart is a table of numbers, and its bars add nothing to them: whoever does not see them misses none.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rust_decimal::Decimal;

use super::costs;
use super::orders::{customer, orders};
use crate::domain::{Currency, CustomerId, Money};
use crate::plan::{Cost, Plan, Step, Totals};
use crate::view::words::grouped;

/// The most customers that have a bar of their own.
const MOST_BARS: usize = 10;

/// How long a bar can be.
pub(super) const LONGEST_BAR: u64 = 1000;

/// What is bought for one customer.
pub(super) struct Share<'p> {
    /// One of its orders; it knows the customer's name.
    step: &'p Step,
    orders: usize,
    seats: u64,
    totals: Totals,
}

/// Adds up what is bought, customer by customer: the one with most seats first.
pub(super) fn shares<'p>(plan: &'p Plan, bought: &[&'p Step]) -> Vec<Share<'p>> {
    let mut customers: BTreeMap<CustomerId, Vec<&'p Step>> = BTreeMap::new();
    for step in bought {
        customers.entry(step.customer_id).or_default().push(step);
    }
    let share = |steps: Vec<&'p Step>| {
        let costs: Vec<&Cost> = steps.iter().filter_map(|step| plan.cost(&step.name)).collect();
        Some(Share {
            step: steps.first()?,
            orders: steps.len(),
            seats: steps.iter().map(|step| step.spec.seats()).sum(),
            totals: Totals::of(costs),
        })
    };
    let mut shares: Vec<Share<'p>> = customers.into_values().filter_map(share).collect();
    shares.sort_by(|a, b| b.seats.cmp(&a.seats).then_with(|| a.step.name.cmp(&b.step.name)));
    shares
}

/// Draws what is bought for the largest customers, and lists all customers where those are not all.
pub(super) fn overview(plan: &Plan, bought: &[&Step], shares: &[Share<'_>]) -> Markup {
    let totals = Totals::of(bought.iter().filter_map(|step| plan.cost(&step.name)));
    html! {
        div.overview {
            div.charts {
                (seats(shares))
                @for currency in totals.sums.keys() { (committed(*currency, shares)) }
            }
            @if totals.unknown > 0 && !totals.sums.is_empty() {
                p.soft { (orders(totals.unknown)) " of unknown price: in no amount here" }
            }
            @if shares.len() > MOST_BARS || plan.costs.is_some() {
                (all_customers(shares, plan.costs.is_some()))
            }
        }
    }
}

fn seats(shares: &[Share<'_>]) -> Markup {
    let (shown, others) = shares.split_at(shares.len().min(MOST_BARS));
    let most = shown.iter().map(|share| share.seats).max().unwrap_or_default();
    let length = |seats: u64| seats.saturating_mul(LONGEST_BAR).checked_div(most).unwrap_or_default();
    let bars = shown.iter().map(|share| (share.step, length(share.seats), grouped(share.seats))).collect();
    let rest: u64 = others.iter().map(|share| share.seats).sum();
    chart("Seats per customer", "Seats", bars, others.len(), &grouped(rest))
}

/// What is owed over the terms in one currency.
fn committed(currency: Currency, shares: &[Share<'_>]) -> Markup {
    let sum = |share: &Share<'_>| share.totals.sums.get(&currency).map(|sum| sum.committed().amount);
    let mut amounts: Vec<(&Step, Decimal)> =
        shares.iter().filter_map(|share| Some((share.step, sum(share)?))).collect();
    amounts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name.cmp(&b.0.name)));
    let (shown, others) = amounts.split_at(amounts.len().min(MOST_BARS));
    let most = shown.first().map(|(_, amount)| *amount).unwrap_or_default();
    let in_words = |amount: Decimal| Money { currency, amount }.to_string();
    let bars = shown
        .iter()
        .map(|(step, amount)| (*step, costs::share(*amount, most, LONGEST_BAR), in_words(*amount)))
        .collect();
    let rest: Decimal = others.iter().map(|(_, amount)| amount).sum();
    chart(&format!("Committed per customer, {currency}"), "Committed", bars, others.len(), &in_words(rest))
}

/// Writes a table whose numbers have bars: who, how long, and the number; and what the others have together.
fn chart(title: &str, measure: &str, bars: Vec<(&Step, u64, String)>, others: usize, rest: &str) -> Markup {
    html! {
        table.bars {
            caption { (title) }
            colgroup { col.who; col; }
            thead.quiet { tr { th scope="col" { "Customer" } th scope="col" { (measure) } } }
            tbody {
                @for (step, length, number) in bars {
                    tr {
                        th scope="row" { (customer(step)) }
                        td { (bar(length.max(1))) span.number { (number) } }
                    }
                }
                // Hundreds together would dwarf every bar, so they have a number only.
                @if others > 0 {
                    tr.rest { th scope="row" { (others_in_words(others)) } td { span.number { (rest) } } }
                }
            }
        }
    }
}

/// Draws a bar, which says nothing that no number beside it says.
pub(super) fn bar(length: u64) -> Markup {
    let room = format!("0 0 {LONGEST_BAR} 10");
    html! {
        svg aria-hidden="true" focusable="false" viewBox=(room) preserveAspectRatio="none" {
            rect width=(length) height="10" {}
        }
    }
}

fn others_in_words(others: usize) -> String {
    match others {
        1 => "1 other".to_owned(),
        n => format!("{} others", grouped(n as u64)),
    }
}

fn all_customers(shares: &[Share<'_>], with_costs: bool) -> Markup {
    html! {
        details {
            summary { "All customers as a table (" (grouped(shares.len() as u64)) ")" }
            div.frame {
                table.customers {
                    caption.quiet { "What is bought for each customer" }
                    thead {
                        tr {
                            th scope="col" data-sort="text" { "Customer" }
                            th scope="col" data-sort="text" { "Tenant id" }
                            th.number scope="col" data-sort="number" { "Orders" }
                            th.number scope="col" data-sort="number" { "Seats" }
                            @if with_costs { th.number.money scope="col" data-sort="amount" { "Committed" } }
                        }
                    }
                    tbody { @for share in shares { (row(share, with_costs)) } }
                }
            }
        }
    }
}

fn row(share: &Share<'_>, with_costs: bool) -> Markup {
    html! {
        tr {
            th scope="row" { (customer(share.step)) }
            td { code { (share.step.customer_id) } }
            td.number { (grouped(share.orders as u64)) }
            td.number { (grouped(share.seats)) }
            @if with_costs { (costs::of_a_customer(&share.totals)) }
        }
    }
}
