//! The words for what customers have already.

use super::super::text::{count, plural};
use super::Medium;
use super::plan::line_item;
use crate::domain::OrderId;
use crate::plan::{Adoptee, LeftOut, Origin, Why};
use crate::view::{AdoptionReport, AdoptionTally};

/// Says what an adopted order is of, a line of it each.
pub(in crate::view) fn adoptee(order: &Adoptee, medium: Medium) -> Vec<String> {
    let lines = order.spec.line_items.iter();
    let mut all: Vec<String> = lines
        .map(|line| format!("{} of {}", plural(line.quantity, "seat"), line_item(line, medium)))
        .collect();
    match order.origin {
        Origin::New => {}
        Origin::Wanted => all.push("a manifest wants exactly it".to_owned()),
        Origin::Recorded => all.push("recorded before, without a manifest".to_owned()),
    }
    all
}

/// Says what is left out, and why.
pub(in crate::view) fn left_out(one: &LeftOut, medium: Medium) -> String {
    let order = one.order_id.as_ref().map(|id| format!("order {}", medium.text(id.as_str())));
    let line = one.line.map(|line| format!("line {line}"));
    let what: Vec<String> = [order, line].into_iter().flatten().collect();
    let title = one.title.as_deref().map(|title| format!(" ({})", medium.name(title))).unwrap_or_default();
    let what = if what.is_empty() { "a subscription".to_owned() } else { what.join(", ") };
    format!("{what}{title}: {}", why(&one.why, medium))
}

fn why(why: &Why, medium: Medium) -> String {
    let order = |id: &OrderId| medium.code(id.as_str());
    match why {
        Why::Recorded(name) => format!("recorded as {}", medium.code(name.as_str())),
        Why::InDoubt(name) => {
            format!("it could be {}, which is in doubt: settle that first", medium.code(name.as_str()))
        }
        Why::CouldBe(name) => {
            let adopt = medium.code(&format!("orderform adopt {name} ORDER_ID"));
            format!("it could be {}, which a manifest wants: if it is, {adopt}", medium.code(name.as_str()))
        }
        Why::Cancelled => "it was cancelled".to_owned(),
        Why::Status(status) => format!("its subscription is {}", medium.text(status)),
        Why::Trial => "a trial, which ends by itself".to_owned(),
        Why::AddOn => "an add-on, which no order can be written for".to_owned(),
        Why::Usage => "Azure, which is paid by use".to_owned(),
        Why::NoSubscription => "it has no subscription, as Azure reservations have none".to_owned(),
        Why::NotListed => {
            "its subscription does not exist yet, or was transferred: ask again later".to_owned()
        }
        Why::Elsewhere(other) => format!("its subscription belongs to order {} now", order(other)),
        Why::NoOrder(id) => format!(
            "no order of subscription {} is listed: it was transferred, or is too young",
            medium.text(id.as_str())
        ),
        Why::Unwritable(problem) => format!("no manifest can say it: {}", medium.text(problem)),
    }
}

/// Says what it came to.
pub(in crate::view) fn adoption_tally(report: &AdoptionReport) -> String {
    let AdoptionTally { adopted, left_out, recorded, failed, files } = report.tally();
    let orders = count(adopted, "order");
    let adopted = match (report.is_written, files) {
        (false, _) => format!("{orders} to adopt"),
        (true, 0) => format!("{orders} adopted"),
        (true, files) => format!("{orders} adopted, {} written", count(files, "file")),
    };
    let mut parts = vec![adopted, format!("{recorded} recorded before"), format!("{left_out} left out")];
    if failed > 0 {
        parts.push(format!("{} not read", count(failed, "customer")));
    }
    let asked = count(report.customers.len(), "customer");
    format!("{}; {asked} asked about with {}", parts.join(", "), plural(report.requests, "request"))
}

/// Says which customers were not asked about, and why.
pub(in crate::view) fn not_asked(report: &AdoptionReport) -> Vec<String> {
    let mut lines = Vec::new();
    if report.strangers > 0 {
        let customers = count(report.strangers, "customer");
        lines.push(format!("not asked about, because you are not their reseller: {customers}"));
    }
    if report.remembered > 0 {
        let customers = count(report.remembered, "customer");
        lines.push(format!(
            "done by an earlier run, and not asked about again: {customers} (`--from-scratch` asks)"
        ));
    }
    if report.unread > 0 {
        lines.push(format!(
            "not come to: {}; the same command goes on there",
            count(report.unread, "customer")
        ));
    }
    lines
}
