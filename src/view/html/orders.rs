//! Tables of orders: one row an order, in the order of the names; a script can search and sort them.
//!
//! **Invariant:** every row is there without the script, and says in words all that a colour says.

use maud::{Markup, html};

use super::costs;
use super::rich::{rich, sentence};
use crate::domain::LineItem;
use crate::plan::{Action, Block, Plan, Step};
use crate::view::text::{LONGEST_NAME, count, escape, plural, shorten};
use crate::view::words::{self, Medium, action_symbol, grouped};

/// Writes a table of orders under a caption for those who do not see its heading.
///
/// What they cost is a column where it is asked for: of orders that are bought, as far as somebody gave prices.
pub(super) fn table(caption: &str, plan: &Plan, steps: &[&Step], with_costs: bool) -> Markup {
    html! {
        div.frame {
            table.orders.priced[with_costs] {
                caption.quiet { (caption) }
                thead {
                    tr {
                        th.order scope="col" data-sort="text" { "Order" }
                        th.customer scope="col" data-sort="text" { "Customer" }
                        th.what scope="col" data-sort="text" { "What" }
                        th.term scope="col" data-sort="text" { "Term and billing" }
                        th.number scope="col" data-sort="number" { "Seats" }
                        @if with_costs { th.number.money scope="col" data-sort="amount" { "Committed" } }
                    }
                }
                tbody { @for step in steps { (row(step, plan, with_costs)) } }
            }
        }
    }
}

fn row(step: &Step, plan: &Plan, with_costs: bool) -> Markup {
    let cost = plan.cost(&step.name);
    html! {
        tr data-order {
            th scope="row" { (step.name.as_str()) }
            td { (customer(step)) }
            td { (what(step)) (notes(step, plan)) (costs::gaps(cost)) }
            td { (words::term_and_billing(&step.spec)) }
            td.number { (grouped(step.spec.seats())) }
            @if with_costs { (costs::of_an_order(cost)) }
        }
    }
}

/// What else there is to say of an order that nobody has to do anything about.
fn notes(step: &Step, plan: &Plan) -> Markup {
    let account = words::with_findings(words::step(step, Medium::Html), plan, step, Medium::Html);
    html! {
        @if !account.headline.is_empty() { p.note { (sentence(&account.headline)) } }
        @for line in account.details.iter().chain(&account.hints) { p.note { (sentence(line)) } }
    }
}

/// The customer: its name in the manifests, or else its tenant id.
pub(super) fn customer(step: &Step) -> Markup {
    html! {
        @match &step.customer_name {
            Some(name) => bdi { (escape(&shorten(name, LONGEST_NAME))) },
            None => code { (step.customer_id) },
        }
    }
}

/// What an order buys, line by line.
pub(super) fn what(step: &Step) -> Markup {
    html! {
        @match step.spec.line_items.as_slice() {
            [line] => (product(line, false)),
            lines => ul.lines { @for line in lines { li { (product(line, true)) } } },
        }
    }
}

/// One line: what the partner calls it, its offer, and what else bears on what is paid.
fn product(line: &LineItem, with_seats: bool) -> Markup {
    let terms = words::line_terms(line, Medium::Html);
    let own_term = line.term_duration.as_ref().filter(|_| with_seats);
    let own_term = html! { @if let Some(term) = own_term { span.soft { ", " (words::line_term(term)) } } };
    html! {
        @if with_seats { span.seats { (plural(line.quantity, "seat")) } " " }
        @match &line.friendly_name {
            Some(name) => {
                bdi.product { (escape(&shorten(name, LONGEST_NAME))) } (own_term)
                div.offer { code { (escape(line.offer_id.as_str())) } }
            },
            None => { code { (escape(line.offer_id.as_str())) } (own_term) },
        }
        @if !terms.is_empty() { p.terms { (rich(&terms)) } }
    }
}

/// Says in a word and a symbol what would be done.
pub(super) fn badge(action: &Action) -> Markup {
    let (tone, word) = match action {
        Action::Create => ("go", "to buy"),
        Action::Settle { .. } => ("wait", "in doubt"),
        Action::Keep { .. } => ("calm", "unchanged"),
        Action::Rename { .. } => ("calm", "to rename"),
        Action::Blocked(reason) => ("stop", blocked(reason)),
        Action::Orphan { .. } => ("calm", "no manifest"),
    };
    html! { span.badge.(tone) { span aria-hidden="true" { (action_symbol(action).as_str()) } " " (word) } }
}

fn blocked(reason: &Block) -> &'static str {
    if reason.is_in_doubt() { "blocked, in doubt" } else { "blocked" }
}

/// Returns `1 order` or `3,000 orders`.
pub(super) fn orders(number: usize) -> String {
    let grouped = words::grouped(u64::try_from(number).unwrap_or(u64::MAX));
    count(number, "order").replacen(&number.to_string(), &grouped, 1)
}
