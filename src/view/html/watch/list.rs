//! Every order on a watcher's page: a search, filters, and one page of a table at a time.
//!
//! **Invariant:** each order can be reached by following links, without a script.

use maud::{Markup, html};

use super::asked::{Asked, Show, Sort};
use super::lines::{Line, Stand, found};
use super::standing::sign;
use crate::view::html::costs;
use crate::view::html::orders::{customer, orders, what};
use crate::view::html::rich::sentence;
use crate::view::text::escape;
use crate::view::words::{self, Medium, grouped};
use crate::watch::{Standing, Status};

/// How many orders one page of the table has.
pub(super) const PER_PAGE: usize = 100;

/// How many orders are named that can be cancelled soonest.
const MOST_SOON: usize = 5;

/// The field that searches all orders. Whoever serves the page does; with the script it is done while somebody types.
pub(super) fn search(lines: &[Line<'_>], asked: &Asked) -> Markup {
    html! {
        form.search role="search" method="get" data-form {
            label for="words" { "Search orders" }
            input type="search" id="words" name="search" value=(escape(&asked.search)) autocomplete="off" spellcheck="false";
            @for (name, value) in asked.fields() { input type="hidden" name=(name) value=(value); }
            button { "Search" }
            p id="found" role="status" data-live-text { (count(lines, asked)) }
        }
    }
}

fn count(lines: &[Line<'_>], asked: &Asked) -> String {
    let found = found(lines, asked).len();
    match found == lines.len() {
        true => orders(found),
        false => format!("{} of {}", grouped(found as u64), orders(lines.len())),
    }
}

/// The filters, and the page of the table that is asked for.
pub(super) fn list(status: &Status, lines: &[Line<'_>], asked: &Asked) -> Markup {
    let found = found(lines, asked);
    let pages = found.len().div_ceil(PER_PAGE).max(1);
    let asked = asked.on(asked.page.min(pages - 1));
    let shown = found.iter().skip(asked.page * PER_PAGE).take(PER_PAGE);
    html! {
        (filters(lines, &asked))
        @if found.is_empty() {
            p.empty { (why_none(status, lines)) }
        } @else {
            div.frame {
                table.orders.standing {
                    caption.quiet { "Orders, and how each stands" }
                    thead {
                        tr {
                            (heading("order", "Order", Sort::Name, &asked))
                            (heading("customer", "Customer", Sort::Customer, &asked))
                            th.what scope="col" { "What" }
                            (heading("stands", "How it stands", Sort::Until, &asked))
                            (heading("number", "Seats", Sort::Seats, &asked))
                        }
                    }
                    tbody { @for line in shown { (row(line)) } }
                }
            }
            @if pages > 1 { (paging(&asked, pages)) }
        }
    }
}

fn why_none(status: &Status, lines: &[Line<'_>]) -> &'static str {
    match (&status.picture, &status.standing) {
        (Some(_), _) if lines.is_empty() => "No manifest wants an order, and none is recorded.",
        (Some(_), _) => "No order is like that.",
        (None, Standing::StandsBy { .. }) => {
            "The watcher that is at work knows of the orders; this one does not."
        }
        (None, _) => "No pass has got as far as a plan yet.",
    }
}

fn filters(lines: &[Line<'_>], asked: &Asked) -> Markup {
    let number = |show| lines.iter().filter(|line| line.is_shown(show)).count();
    let all = Show::ALL.into_iter().map(|(_, show, words)| (show, words, number(show)));
    html! {
        nav aria-label="Which orders" {
            ul.filters {
                @for (show, words, number) in all.filter(|(show, _, n)| *n > 0 || *show == Show::All || *show == asked.show) {
                    li {
                        a href=(asked.showing(show).link()) aria-current=[(show == asked.show).then_some("true")] {
                            (words) " " span.count { (grouped(number as u64)) }
                        }
                    }
                }
            }
        }
    }
}

/// A heading that sorts. What it sorts by stands in its link, so that it needs no script.
fn heading(class: &str, words: &str, sort: Sort, asked: &Asked) -> Markup {
    // Of seats the largest comes first.
    let goes_down = asked.is_reversed != (sort == Sort::Seats);
    let direction = if goes_down { "descending" } else { "ascending" };
    html! {
        th.(class) scope="col" aria-sort=[(asked.sort == sort).then_some(direction)] {
            a href={(asked.sorted(sort).link()) "#orders"} { (words) }
        }
    }
}

fn row(line: &Line<'_>) -> Markup {
    let step = line.step;
    html! {
        tr data-order {
            th scope="row" { (step.name.as_str()) }
            td { (customer(step)) }
            td { (what(step)) p.terms { (words::term_and_billing(&step.spec)) } }
            td { (sign(line)) (evidence(line)) }
            td.number { (grouped(step.spec.seats())) }
        }
    }
}

/// What is known of an order beyond what it buys.
fn evidence(line: &Line<'_>) -> Markup {
    let account = words::step(line.step, Medium::Html);
    // What was to be done is of the past where it has been done.
    let is_told = matches!(line.stand, Stand::Blocked | Stand::Rename | Stand::Buy);
    html! {
        @if is_told && !account.headline.is_empty() { p.terms { (sentence(&account.headline)) } }
        @if let Some(bought) = line.bought { p.terms { "Order " code { (escape(bought.order.order_id.as_str())) } } }
        @if let Some(attempt) = line.attempt { p.terms { "Request " code { (attempt.request_id) } } }
        @if let Some(cost) = line.cost { p.terms { (costs::in_words(cost)) } }
        @if let Some(until) = line.until { p.terms { "Can be cancelled until " (until) } }
    }
}

fn paging(asked: &Asked, pages: usize) -> Markup {
    let link = |page: usize| asked.on(page).link() + "#orders";
    let last = pages - 1;
    html! {
        nav aria-label="Pages" {
            ul.pages {
                @if asked.page > 0 {
                    li { a href=(link(0)) { "First" } }
                    li { a href=(link(asked.page - 1)) rel="prev" { "Previous" } }
                }
                li { "Page " (grouped(asked.page as u64 + 1)) " of " (grouped(pages as u64)) }
                @if asked.page < last {
                    li { a href=(link(asked.page + 1)) rel="next" { "Next" } }
                    li { a href=(link(last)) { "Last" } }
                }
            }
        }
    }
}

/// What can be cancelled soonest, and where the rest is.
pub(super) fn cancellable(lines: &[Line<'_>]) -> Markup {
    let asked = Asked::only(Show::Cancellable);
    let found = found(lines, &asked);
    html! {
        @if !found.is_empty() {
            section aria-labelledby="cancel" {
                h2 id="cancel" { "Can still be cancelled" " " span.count { (grouped(found.len() as u64)) } }
                p.soft {
                    "Licences of new commerce, for a prorated credit, within seven days of the purchase. What Partner Center says of a "
                    "subscription decides. It is done there: nothing here cancels anything."
                }
                ul.soon {
                    @for line in found.iter().take(MOST_SOON) {
                        li {
                            strong { (line.step.name.as_str()) } " until "
                            @if let Some(until) = line.until { time datetime=(until) { (until) } }
                            span.soft { ", " (customer(line.step)) }
                        }
                    }
                }
                @if found.len() > MOST_SOON {
                    p.rest { a href={(asked.link()) "#orders"} { "All " (orders(found.len())) " that can be cancelled" } }
                }
            }
        }
    }
}
