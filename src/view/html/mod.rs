//! A plan as a page: one file that a browser shows without a network, for people who never see a terminal. [`watch`] makes
//! a page of a watcher from the same parts.
//!
//! The verdict comes first, then what needs a person, then what is bought and for whom, and what is unchanged last. It is
//! read without the script, which only searches and sorts. [`page`] and the style know nothing of plans.
//!
//! **Invariant:** every text of others is escaped twice over: what could deceive by [`escape`](super::text::escape),
//! markup by the templates; and the page's own policy runs nothing that is not ours. No times: the same plan gives the
//! same bytes.

mod attention;
mod charts;
mod costs;
mod facts;
mod orders;
mod page;
mod problem;
mod rich;
#[cfg(test)]
mod tests;
mod watch;

use maud::{Markup, html};

pub(super) use rich::{Piece, code, isolated, pieces};
pub use watch::{Asked, watch_page};

use super::Trouble;
use super::words::{self, Medium, grouped};
use crate::plan::{Action, Plan, Step};
use attention::needs_attention;
use page::{Life, Page};

/// What the page of a plan begins with, so that nothing else is ever overwritten.
pub const PLAN_PAGE_MARK: &str = page::mark();

/// More cards than this, and the others are folded: what is bought is to be found below them.
const MOST_OPEN: usize = 8;

/// Writes a plan as a page, as far as it was made, with what keeps it from being applied first.
#[must_use]
pub fn html_plan(plan: Option<&Plan>, trouble: Option<&Trouble<'_>>) -> String {
    let verdict = plan.map_or_else(|| "There is no plan".to_owned(), verdict);
    let body = html! {
        a.skip href="#orders" { "Skip to the orders" }
        header.top {
            p.kicker { "orderform" span.soft { "purchase plan" } }
            h1 { (verdict) }
            p.lead { (lead(plan, trouble)) }
            // Under the verdict: a plan of a part never reads like a plan of the whole.
            @if let Some(plan) = plan.filter(|plan| !words::scope(plan, Medium::Html).is_empty()) {
                div.scope { (facts::scope(plan)) }
            }
        }
        main {
            @if let Some(trouble) = trouble {
                (problem::problem(trouble, if plan.is_some() { "This plan cannot be applied" } else { "Why" }))
            }
            @match plan {
                Some(plan) => (content(plan)),
                None => section aria-label="Orders" id="orders" tabindex="-1" {
                    p.empty { "No order was planned, so there is none to show." }
                },
            }
        }
        footer { p { "Nothing was bought by making this page. It needs no network and sends nothing anywhere." } }
    };
    Page { kind: "plan", title: &format!("{verdict} - orderform"), body, life: Life::Still }.render()
}

/// Says in one line what applying the plan would do.
fn verdict(plan: &Plan) -> String {
    let verdict = words::verdict(plan);
    let verdict = verdict.strip_prefix("Plan: ").unwrap_or(&verdict);
    let mut words = verdict.split(' ').map(|word| match word.parse() {
        Ok(number) => grouped(number),
        Err(_) => word.to_owned(),
    });
    let first = words.next().unwrap_or_default();
    let mut letters = first.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    std::iter::once(first).chain(words).collect::<Vec<_>>().join(" ")
}

/// Says what to make of the verdict.
fn lead(plan: Option<&Plan>, trouble: Option<&Trouble<'_>>) -> Markup {
    let counts = plan.map(Plan::counts).unwrap_or_default();
    html! {
        @if trouble.is_some() {
            span.badge.stop { span aria-hidden="true" { "!" } " cannot be applied" }
            " Nothing was attempted. What stands in the way comes first."
        } @else if counts.blocked + counts.settle > 0 {
            span.badge.wait { span aria-hidden="true" { "!" } " needs a person" }
            " What is blocked or in doubt holds up nobody else. It comes first."
        } @else if let Some(refused) = plan.filter(|plan| plan.will_be_refused() > 0) {
            span.badge.wait { span aria-hidden="true" { "!" } " needs a person" }
            " " (orders::orders(refused.will_be_refused())) " will be refused, as Partner Center said when it was asked."
        } @else if counts.create + counts.rename > 0 {
            span.badge.go { span aria-hidden="true" { "+" } " ready to apply" }
            " Nothing has been bought yet: this is what applying the plan would do."
        } @else {
            span.badge.calm { span aria-hidden="true" { "=" } " nothing to do" }
            " What the manifests want is what is recorded."
        }
    }
}

fn content(plan: &Plan) -> Markup {
    let of = |wanted: fn(&Step) -> bool| plan.steps.iter().filter(|step| wanted(step)).collect::<Vec<_>>();
    let attention = of(needs_attention);
    let bought = of(|step| step.action == Action::Create);
    let renamed = of(|step| matches!(step.action, Action::Rename { .. }));
    let orphans = of(|step| matches!(step.action, Action::Orphan { .. }));
    let kept = of(|step| matches!(step.action, Action::Keep { .. }));
    let shares = charts::shares(plan, &bought);
    html! {
        (facts::beyond(plan))
        section aria-label="Figures" { (facts::figures(plan, shares.len())) }
        section.results aria-label="Orders" id="orders" tabindex="-1" {
            (search(plan.steps.len()))
            @if let Some(checks) = words::checks(plan) { p.soft { (checks) } }
            @if plan.steps.is_empty() { (nothing_wanted()) }
            @if !attention.is_empty() { (needs_a_person(plan, &attention)) }
            @if !bought.is_empty() {
                section aria-labelledby="buy" {
                    h2 id="buy" { "To buy" (number(bought.len())) }
                    (charts::overview(plan, &bought, &shares))
                    (orders::table("Orders to buy", plan, &bought, plan.costs.is_some()))
                }
            }
            (folded(plan, "rename", "To rename, nothing is bought", &renamed))
            (folded(plan, "orphans", "Without a manifest, nothing is cancelled", &orphans))
            (folded(plan, "kept", "Unchanged", &kept))
        }
        (facts::about(plan))
    }
}

fn needs_a_person(plan: &Plan, steps: &[&Step]) -> Markup {
    let (open, rest) = steps.split_at(steps.len().min(MOST_OPEN));
    html! {
        section aria-labelledby="attention" {
            h2 id="attention" { "Needs a person" (number(steps.len())) }
            div.cards { @for step in open { (attention::card(step, plan)) } }
            @if !rest.is_empty() {
                details {
                    summary { "Show " (grouped(rest.len() as u64)) " more" }
                    div.cards { @for step in rest { (attention::card(step, plan)) } }
                }
            }
        }
    }
}

fn number(orders: usize) -> Markup {
    html! { " " span.count { (grouped(orders as u64)) } }
}

/// The field that searches all orders on the page; the script shows it, because without it it would do nothing.
fn search(orders: usize) -> Markup {
    html! {
        @if orders > 0 {
            div.search role="search" hidden data-search {
                label for="search" { "Search orders" }
                input type="search" id="search" autocomplete="off" spellcheck="false" aria-describedby="found";
                p id="found" role="status" aria-live="polite" { (orders::orders(orders)) }
            }
        }
    }
}

fn nothing_wanted() -> Markup {
    html! {
        div.empty {
            p { "No manifest wants an order, and none is recorded." }
            p.soft { "The first one is written by " code { "orderform new order NAME" } "." }
        }
    }
}

/// Orders that need nobody: folded, and there for whoever looks.
fn folded(plan: &Plan, id: &str, title: &str, steps: &[&Step]) -> Markup {
    html! {
        @if !steps.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) (number(steps.len())) }
                details {
                    summary { "Show " (orders::orders(steps.len())) }
                    (orders::table(title, plan, steps, false))
                }
            }
        }
    }
}
