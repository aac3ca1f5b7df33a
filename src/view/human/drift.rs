//! Drift, and orders that are accounted for, for a terminal.
//!
//! **Invariant:** what needs nobody's attention is a count, unless asked for.

use super::super::words::{self, Medium, Symbol};
use super::super::{Look, text};
use super::{DETAIL, Page};
use crate::plan::{Account, Accounts, Drift, OrderDrift, UnknownOrder};

/// Renders drift.
pub(super) fn page(drift: &Drift, look: Look) -> Page {
    let mut page = Page::new(look);
    page.title(&words::drift_verdict(drift));
    if !drift.orders.is_empty() || !drift.unknown.is_empty() || !drift.unread.is_empty() {
        page.line("");
    }
    drift.orders.iter().for_each(|order| recorded(order, &mut page));
    drift.unknown.iter().for_each(|order| unknown(order, &mut page));
    drift.unread.iter().for_each(|one| page.paragraph(&words::unread(one, Medium::Terminal), super::ORDER));
    if !drift.orders.is_empty() || !drift.unknown.is_empty() || !drift.unread.is_empty() {
        page.line("");
    }
    page.line(&words::drift_counts(drift));
    page
}

fn recorded(order: &OrderDrift, page: &mut Page) {
    let symbol = if order.findings.is_empty() { Symbol::Keep } else { Symbol::Blocked };
    let id = format!("order {}", Medium::Terminal.text(order.order_id.as_str()));
    let customer = customer(order.customer_name.as_deref(), &order.customer_id.to_string());
    page.order(symbol, &[order.name.to_string(), customer, id]);
    page.account(&words::order_drift(order, Medium::Terminal));
}

fn unknown(order: &UnknownOrder, page: &mut Page) {
    let id = format!("order {}", Medium::Terminal.text(order.order_id.as_str()));
    let customer = customer(order.customer_name.as_deref(), &order.customer_id.to_string());
    page.order(Symbol::Doubt, &[id, customer, "not recorded".to_owned()]);
    page.account(&words::unknown_order(order, Medium::Terminal));
}

fn customer(name: Option<&str>, id: &str) -> String {
    name.map_or_else(|| format!("customer {id}"), |name| Medium::Terminal.name(name))
}

/// Renders accounts.
pub(super) fn accounts(accounts: &Accounts, look: Look) -> Page {
    let mut page = Page::new(look);
    page.title(&words::accounts_verdict(accounts));
    let shown: Vec<&Account> =
        accounts.orders.iter().filter(|one| look.verbose || !one.entry.is_accounted_for()).collect();
    if !shown.is_empty() || !accounts.unread.is_empty() {
        page.line("");
    }
    for account in &shown {
        let id = account
            .order_id
            .as_ref()
            .map_or("no order yet".to_owned(), |id| format!("order {}", Medium::Terminal.text(id.as_str())));
        let symbol = if account.entry.is_accounted_for() { Symbol::Keep } else { Symbol::Blocked };
        page.order(symbol, &[id, format!("customer {}", account.customer_id)]);
        page.paragraph(&words::entry(account, Medium::Terminal), DETAIL);
        if let Some(who) = &account.who {
            page.paragraph(&words::made_by(who, Medium::Terminal), DETAIL);
        }
        page.hints(&words::hint_of(account, Medium::Terminal));
    }
    accounts
        .unread
        .iter()
        .for_each(|one| page.paragraph(&words::unread(one, Medium::Terminal), super::ORDER));
    if !shown.is_empty() || !accounts.unread.is_empty() {
        page.line("");
    }
    for line in text::wrap_list(&words::accounts_counts(accounts), look.width) {
        page.line(&line);
    }
    page
}
