//! What is recorded, for a terminal: a line an order, or everything about one.
//!
//! **Invariant:** nothing is left out of one order but the bytes that were sent and the orders of the baseline.

use super::super::words::{self, Medium, Symbol};
use super::super::{Look, text};
use super::{Page, WIDEST_NAME, column};
use crate::domain::{Attempt, Bought, CorrelationId, Fate, OrderName, OrderSpec, Recorded, State};

/// Renders all orders, one a line however long it is: for `grep`.
pub(super) fn list(state: &State, look: Look) -> Page {
    let mut page = Page::new(look);
    let rows: Vec<(Symbol, &OrderName, String, &OrderSpec)> =
        state.orders.iter().map(|(name, recorded)| row(name, recorded)).collect();
    let name_width = column(rows.iter().map(|row| row.1.as_str()), WIDEST_NAME);
    let id_width = column(rows.iter().map(|row| row.2.as_str()), usize::MAX);
    for (symbol, name, id, spec) in &rows {
        let (name, id) = (text::pad(name.as_str(), name_width), text::pad(id, id_width));
        let line = format!("{name}  {id}  customer {}  {}", spec.customer_id, seats(spec.seats()));
        page.order_line(Some(*symbol), &line);
    }
    let pending = rows.iter().filter(|row| row.0 == Symbol::Doubt).count();
    let orders = text::count(rows.len() - pending, "order");
    page.line(&format!("{orders} recorded, {pending} pending, serial {}", state.serial));
    page
}

fn row<'a>(name: &'a OrderName, recorded: &'a Recorded) -> (Symbol, &'a OrderName, String, &'a OrderSpec) {
    match recorded {
        Recorded::Pending(attempt) => {
            (Symbol::Doubt, name, format!("request {}", attempt.request_id), &attempt.spec)
        }
        Recorded::Created(bought) => {
            let id = format!("order {}", Medium::Terminal.text(bought.order.order_id.as_str()));
            (Symbol::Keep, name, id, &bought.spec)
        }
    }
}

fn seats(count: u64) -> String {
    text::plural(count, "seat")
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
        Recorded::Pending(attempt) => pending(name, attempt, &mut page),
        Recorded::Created(bought) => created(bought, &mut page),
    }
    page
}

fn pending(name: &OrderName, attempt: &Attempt, page: &mut Page) {
    field(page, "status", "pending: nobody knows yet whether it was bought");
    field(page, "request", &attempt.request_id.to_string());
    field(page, "generation", &attempt.generation.0.to_string());
    field(page, "plan", &Medium::Terminal.text(&attempt.plan));
    contents(&attempt.spec, page);
    for (number, sent) in (1..).zip(&attempt.sends) {
        let at = sent.at.server.map_or("at an unknown time".to_owned(), |at| at.to_string());
        let fate = match &sent.fate {
            None => "no answer".to_owned(),
            Some(Fate::Unknown { why, .. }) => format!("unknown: {}", Medium::Terminal.text(why)),
            Some(Fate::Refused(why)) => format!("refused: {}", Medium::Terminal.text(why)),
            Some(Fate::NotNow(why)) => format!("put off: {}", Medium::Terminal.text(why)),
        };
        field(page, &format!("send {number}"), &format!("{at}, {fate}"));
        let correlation = CorrelationId::derive(attempt.request_id, number);
        field(page, "", &format!("correlation {correlation}"));
    }
    page.hints(&words::pending(name));
}

fn created(bought: &Bought, page: &mut Page) {
    let order = &bought.order;
    let id = Medium::Terminal.text(order.order_id.as_str());
    let how = words::evidence(bought.evidence).map(|how| format!(" ({how})")).unwrap_or_default();
    field(page, "order", &format!("{id}{how}"));
    for line in words::subscriptions(order, Medium::Terminal) {
        field(page, "", &line);
    }
    let request = bought.request_id.map_or("none: adopted".to_owned(), |id| id.to_string());
    field(page, "request", &request);
    field(page, "generation", &bought.generation.0.to_string());
    contents(&bought.spec, page);
    let recorded = bought.recorded.map(|at| at.to_string());
    let until = bought.cancel_until().map(|until| format!("{until}, for a prorated credit"));
    let optional = [
        ("order status", &order.status),
        ("made", &order.creation_date),
        ("recorded", &recorded),
        ("etag", &order.etag),
        ("cancel by", &until),
    ];
    for (label, value) in optional {
        if let Some(value) = value {
            field(page, label, &Medium::Terminal.text(value));
        }
    }
    for terms in &bought.terms {
        field(page, "runs", &words::runs(terms, Medium::Terminal));
    }
}

fn contents(spec: &OrderSpec, page: &mut Page) {
    field(page, "customer", &spec.customer_id.to_string());
    if let Some(cycle) = &spec.billing_cycle {
        field(page, "billing", &Medium::Terminal.text(cycle.as_str()));
    }
    if let Some(accepted) = spec.partner_on_record_attestation_accepted {
        field(page, "attestation", if accepted { "accepted for the reseller" } else { "not accepted" });
    }
    for line in &spec.line_items {
        field(page, "buys", &words::seats_of(line, Medium::Terminal));
        let terms = words::line_terms(line, Medium::Terminal);
        if !terms.is_empty() {
            field(page, "", &terms);
        }
    }
}

fn field(page: &mut Page, label: &str, value: &str) {
    page.line(&format!("  {}  {value}", text::pad(label, "attestation".len())));
}
