//! How much of each limit is used: a bar, and the numbers that it draws.
//!
//! Of a limit by hour or day, what is used has a row, and what it would come to with all that is to be bought has one below
//! where that exceeds it. Nothing is used up of the others: their row is what is to be bought.
//!
//! **Invariant:** a bar adds nothing to its numbers, and a limit that is no number has no bar.

use maud::{Markup, html};

use crate::domain::{Bound, Money, Timestamp};
use crate::plan::{Limit, Measured};
use crate::view::html::charts::{LONGEST_BAR, bar};
use crate::view::html::costs;
use crate::view::html::facts::{kept, of, spelled};
use crate::view::text::{LONGEST_NAME, escape, shorten};
use crate::view::words::grouped;
use crate::watch::Status;

/// The limits of the last plan, where there was one, at `now`.
pub(super) fn limits(status: &Status, now: Timestamp) -> Markup {
    let rows = status.picture.as_ref().map(|picture| rows(&picture.used(now), &picture.judged(now)));
    html! {
        @if let Some(rows) = rows {
            section aria-labelledby="limits" {
                h2 id="limits" { "Limits used" }
                @if rows.is_empty() {
                    p.soft { "No limit is set, or nothing was measured by one yet." }
                } @else {
                    div.overview {
                        table.bars.used {
                            caption.quiet { "What counts against each limit" }
                            colgroup { col.who; col; }
                            thead.quiet { tr { th scope="col" { "Limit" } th scope="col" { "Used, and allowed" } } }
                            tbody { @for row in &rows { (row.written()) } }
                        }
                    }
                    p.soft {
                        "By hour and day: what was bought in that time, and what is in doubt; and with all that is to be bought, "
                        "where that exceeds it. Others: all that is to be bought."
                    }
                }
            }
        }
    }
}

/// A row: a limit, and whether what is to be bought stands below what is used.
struct Row {
    limit: Limit,
    is_below: bool,
}

/// Orders what is used of limits and what they would come to.
fn rows(used: &[Limit], judged: &[Limit]) -> Vec<Row> {
    let mut rows = Vec::new();
    for limit in used {
        let is_same = |other: &&Limit| (other.keeper, other.rule) == (limit.keeper, limit.rule);
        let is_below = limit.rule.is_by_time();
        if is_below {
            rows.push(Row { limit: limit.clone(), is_below: false });
        }
        let judged = judged.iter().filter(is_same).filter(|judged| !is_below || judged.is_over());
        rows.extend(judged.map(|judged| Row { limit: judged.clone(), is_below }));
    }
    rows
}

impl Row {
    fn written(&self) -> Markup {
        let limit = &self.limit;
        let of_customer = limit.customer_name.as_ref().map(|name| escape(&shorten(name, LONGEST_NAME)));
        let of_customer = of_customer.or_else(|| limit.customer.map(|id| id.to_string()));
        html! {
            tr.over[limit.is_over()] {
                th scope="row" {
                    (spelled(limit.rule.as_str())) (of(limit.keeper))
                    @if let Some(customer) = of_customer { ", " bdi { (customer) } }
                    @if self.is_below { ", with all that is to be bought" }
                }
                td { (used(limit)) }
            }
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
