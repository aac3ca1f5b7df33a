//! How much of each limit is used: a bar, and the numbers that it draws.
//!
//! **Invariant:** a bar adds nothing to its numbers, and a limit that is no number has no bar.

use maud::{Markup, html};

use crate::domain::{Bound, Money};
use crate::plan::{Limit, Measured};
use crate::view::html::charts::{LONGEST_BAR, bar};
use crate::view::html::costs;
use crate::view::html::facts::{kept, of, spelled};
use crate::view::text::{LONGEST_NAME, escape, shorten};
use crate::view::words::grouped;
use crate::watch::Status;

/// The limits of the last plan, where there was one.
pub(super) fn limits(status: &Status) -> Markup {
    let limits = status.picture.as_ref().map(|picture| picture.plan.limits.as_slice());
    html! {
        @if let Some(limits) = limits {
            section aria-labelledby="limits" {
                h2 id="limits" { "Limits used" }
                @if limits.is_empty() {
                    p.soft { "No limit is set, or nothing was measured by one yet." }
                } @else {
                    div.overview {
                        table.bars.used {
                            caption.quiet { "What counts against each limit, with all that is to be bought" }
                            colgroup { col.who; col; }
                            thead.quiet { tr { th scope="col" { "Limit" } th scope="col" { "Used, and allowed" } } }
                            tbody { @for limit in limits { (row(limit)) } }
                        }
                    }
                    p.soft { "With what was bought in that time, what is in doubt, and all that is to be bought now." }
                }
            }
        }
    }
}

fn row(limit: &Limit) -> Markup {
    let of_customer = limit.customer_name.as_ref().map(|name| escape(&shorten(name, LONGEST_NAME)));
    let of_customer = of_customer.or_else(|| limit.customer.map(|id| id.to_string()));
    html! {
        tr.over[limit.is_over()] {
            th scope="row" {
                (spelled(limit.rule.as_str())) (of(limit.keeper))
                @if let Some(customer) = of_customer { ", " bdi { (customer) } }
            }
            td { (used(limit)) }
        }
    }
}

fn used(limit: &Limit) -> Markup {
    let exceeded = html! {
        @if limit.is_over() { " " span.badge.stop { span aria-hidden="true" { "!" } " exceeded" } }
    };
    html! {
        @match (&limit.value, &limit.bound) {
            (Measured::Amount(used), Bound::Most(most)) => {
                (bar(length(*used, *most)))
                span.number { (grouped(*used)) " of " (grouped(*most)) (exceeded) }
            },
            (Measured::Money { sums, unpriced: 0 }, Bound::Money(allowed)) => {
                div.amounts {
                    @for (currency, most) in allowed {
                        @let used = sums.get(currency).copied().unwrap_or_default();
                        @let money = |amount| Money { currency: *currency, amount };
                        div {
                            (bar(costs::share(used, *most, LONGEST_BAR).min(LONGEST_BAR)))
                            span.number { (money(used)) " of " (money(*most)) }
                        }
                    }
                    (exceeded)
                }
            },
            _ => { span.kept { (kept(limit)) } }
        }
    }
}

/// How long the bar of a number is. What is used of nothing at all is all of it.
fn length(used: u64, most: u64) -> u64 {
    match (used, most) {
        (0, _) => 0,
        (_, 0) => LONGEST_BAR,
        _ => (u128::from(used) * u128::from(LONGEST_BAR) / u128::from(most))
            .try_into()
            .unwrap_or(LONGEST_BAR)
            .min(LONGEST_BAR),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_never_longer_than_its_room() {
        let lengths = [(0, 0), (0, 9), (1, 0), (5, 10), (9, 3), (u64::MAX, 1), (u64::MAX, u64::MAX)];
        assert_eq!(lengths.map(|(used, most)| length(used, most)), [0, 0, 1000, 500, 1000, 1000, 1000]);
    }
}
