//! What is recorded, for a terminal: a line an order, or everything about one.
//!
//! **Invariant:** nothing is left out of one order but the bytes that were sent and the orders of the baseline.

use super::super::words::{self, Medium, Symbol};
use super::super::{Look, text};
use super::{DETAIL, Page, column};
use crate::domain::{Attempt, Bought, CorrelationId, Fate, OrderName, OrderSpec, Recorded, State};

/// Renders all orders.
pub(super) fn list(state: &State, look: Look) -> Page {
    let mut page = Page::new(look);
    let names: Vec<String> = state.orders.keys().map(ToString::to_string).collect();
    let widest = column(names.iter());
    for (name, recorded) in &state.orders {
        let (symbol, what) = match recorded {
            Recorded::Pending(attempt) => (Symbol::Doubt, format!("pending, request {}", attempt.request_id)),
            Recorded::Created(bought) => {
                (Symbol::Keep, format!("order {}", Medium::Terminal.text(bought.order.order_id.as_str())))
            }
        };
        let seats = text::plural(spec(recorded).seats(), "seat");
        page.order(symbol, &[text::pad(name.as_str(), widest), text::pad(&seats, 8), what]);
    }
    let pending = state.orders.values().filter(|r| matches!(r, Recorded::Pending(_))).count();
    let orders = text::count(state.orders.len() - pending, "order");
    page.line(&format!("{orders}, {pending} pending, serial {}", state.serial));
    page
}

/// Renders everything about one order.
pub(super) fn show(name: &OrderName, state: &State, look: Look) -> Page {
    let mut page = Page::new(look);
    let Some(recorded) = state.orders.get(name) else {
        page.line(&format!("nothing is recorded of `{name}`"));
        return page;
    };
    page.title(&format!("Order {name}"));
    match recorded {
        Recorded::Pending(attempt) => pending(attempt, &mut page),
        Recorded::Created(bought) => created(bought, &mut page),
    }
    page
}

fn spec(recorded: &Recorded) -> &OrderSpec {
    match recorded {
        Recorded::Pending(attempt) => &attempt.spec,
        Recorded::Created(bought) => &bought.spec,
    }
}

fn pending(attempt: &Attempt, page: &mut Page) {
    field(page, "status", "pending: nobody knows yet whether it was bought");
    field(page, "request", &attempt.request_id.to_string());
    field(page, "generation", &attempt.generation.0.to_string());
    field(page, "plan", &Medium::Terminal.text(&attempt.plan));
    contents(&attempt.spec, page);
    for (number, sent) in (1..).zip(&attempt.sends) {
        let at = sent.at.server.map_or("at an unknown time".to_owned(), |at| at.to_string());
        let fate = match &sent.fate {
            None => "no answer".to_owned(),
            Some(Fate::Unknown(why)) => format!("unknown: {}", Medium::Terminal.text(why)),
            Some(Fate::NotBought(why)) => format!("not bought: {}", Medium::Terminal.text(why)),
        };
        field(page, &format!("send {number}"), &format!("{at}, {fate}"));
        let correlation = CorrelationId::derive(attempt.request_id, number);
        page.line(&format!("{DETAIL}correlation {correlation}"));
    }
}

fn created(bought: &Bought, page: &mut Page) {
    let order = &bought.order;
    let id = Medium::Terminal.text(order.order_id.as_str());
    let how = words::evidence(bought.evidence).map(|how| format!(" ({how})")).unwrap_or_default();
    field(page, "order", &format!("{id}{how}"));
    for line in words::subscriptions(order, Medium::Terminal) {
        page.line(&format!("  {line}"));
    }
    let request = bought.request_id.map_or("none: adopted".to_owned(), |id| id.to_string());
    field(page, "request", &request);
    field(page, "generation", &bought.generation.0.to_string());
    contents(&bought.spec, page);
    let recorded = bought.recorded.map(|at| at.to_string());
    let optional = [
        ("status", &order.status),
        ("made", &order.creation_date),
        ("recorded", &recorded),
        ("etag", &order.etag),
    ];
    for (label, value) in optional {
        if let Some(value) = value {
            field(page, label, &Medium::Terminal.text(value));
        }
    }
}

fn contents(spec: &OrderSpec, page: &mut Page) {
    field(page, "customer", &spec.customer_id.to_string());
    let schedule = words::schedule(spec);
    if !schedule.is_empty() {
        field(page, "term and billing", &schedule);
    }
    for line in &spec.line_items {
        let what = words::line_item(line, Medium::Terminal);
        page.line(&format!("  {} of {what}", text::plural(line.quantity, "seat")));
    }
}

fn field(page: &mut Page, label: &str, value: &str) {
    page.line(&format!("  {label} {value}"));
}
