//! Charts of what is bought for whom: the largest customers as bars with their numbers, and all of them as a table.
//!
//! **Invariant:** a chart is a table of numbers, and its bars add nothing to them: whoever does not see them misses none.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::orders::customer;
use crate::domain::CustomerId;
use crate::plan::Step;
use crate::view::words::grouped;

/// The most customers that have a bar of their own.
const MOST_BARS: usize = 10;

/// How long a bar can be.
const LONGEST_BAR: u64 = 1000;

/// What is bought for one customer.
pub(super) struct Share<'p> {
    /// One of its orders; it knows the customer's name.
    step: &'p Step,
    orders: usize,
    seats: u64,
}

/// Adds up what is bought, customer by customer: the one with most seats first.
pub(super) fn shares<'p>(bought: &[&'p Step]) -> Vec<Share<'p>> {
    let mut shares: BTreeMap<CustomerId, Share<'p>> = BTreeMap::new();
    for step in bought {
        let share = shares.entry(step.customer_id).or_insert(Share { step, orders: 0, seats: 0 });
        share.orders += 1;
        share.seats += step.spec.seats();
    }
    let mut shares: Vec<Share<'p>> = shares.into_values().collect();
    shares.sort_by(|a, b| b.seats.cmp(&a.seats).then_with(|| a.step.name.cmp(&b.step.name)));
    shares
}

/// Draws the seats of the largest customers, and lists all customers where those are not all.
pub(super) fn seats_per_customer(shares: &[Share<'_>]) -> Markup {
    let (shown, others) = shares.split_at(shares.len().min(MOST_BARS));
    let rest: u64 = others.iter().map(|share| share.seats).sum();
    let most = shown.iter().map(|share| share.seats).max().unwrap_or_default();
    html! {
        table.bars {
            caption { "Seats per customer" }
            colgroup { col.who; col; }
            thead.quiet { tr { th scope="col" { "Customer" } th scope="col" { "Seats" } } }
            tbody {
                @for share in shown { (bar(&customer(share.step), share.seats, most)) }
                // Hundreds together would dwarf every bar, so they have a number only.
                @if !others.is_empty() {
                    tr.rest {
                        th scope="row" { (others_in_words(others.len())) }
                        td { span.number { (grouped(rest)) } }
                    }
                }
            }
        }
        @if !others.is_empty() { (all_customers(shares)) }
    }
}

fn others_in_words(others: usize) -> String {
    match others {
        1 => "1 other".to_owned(),
        n => format!("{} others", grouped(n as u64)),
    }
}

/// One bar: who, how long, and the number.
fn bar(label: &Markup, value: u64, most: u64) -> Markup {
    let length = value.saturating_mul(LONGEST_BAR).checked_div(most).unwrap_or(0).max(u64::from(value > 0));
    html! {
        tr {
            th scope="row" { (label) }
            td {
                svg aria-hidden="true" focusable="false" viewBox={ "0 0 " (LONGEST_BAR) " 10" } preserveAspectRatio="none" {
                    rect width=(length) height="10" {}
                }
                span.number { (grouped(value)) }
            }
        }
    }
}

fn all_customers(shares: &[Share<'_>]) -> Markup {
    html! {
        details {
            summary { "All " (grouped(shares.len() as u64)) " customers" }
            div.frame {
                table.customers {
                    caption.quiet { "What is bought for each customer" }
                    thead {
                        tr {
                            th scope="col" data-sort="text" { "Customer" }
                            th scope="col" data-sort="text" { "Tenant id" }
                            th.number scope="col" data-sort="number" { "Orders" }
                            th.number scope="col" data-sort="number" { "Seats" }
                        }
                    }
                    tbody {
                        @for share in shares {
                            tr {
                                th scope="row" { (customer(share.step)) }
                                td { code { (share.step.customer_id) } }
                                td.number { (grouped(share.orders as u64)) }
                                td.number { (grouped(share.seats)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
