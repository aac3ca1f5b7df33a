//! Drift, and orders that are accounted for, for a pull request.
//!
//! **Invariant:** no more than so many orders are shown; how many are left out is said.

use super::super::text::count;
use super::super::words::{self, Account, Medium};
use super::{cell, code, notes};
use crate::plan::{Accounts, Drift};

/// The most rows.
const MOST_ROWS: usize = 100;

/// Writes drift as a section.
pub(super) fn section(drift: &Drift) -> String {
    let medium = Medium::Markdown;
    let mut text = format!("**{}**\n", words::drift_verdict(drift));
    let recorded = drift.orders.iter().map(|order| {
        let symbol = if order.findings.is_empty() { "=" } else { "!" };
        let kinds: Vec<&str> = order.findings.iter().map(|finding| finding.what.word()).collect();
        let name = order.name.to_string();
        let row = format!(
            "| `{symbol}` | {} | {} | {} |\n",
            code(&name),
            code(order.order_id.as_str()),
            cell(&kinds.join(", "))
        );
        (row, name, words::order_drift(order, medium))
    });
    let unknown = drift.unknown.iter().map(|order| {
        let id = order.order_id.to_string();
        (format!("| `?` | | {} | not recorded |\n", code(&id)), id, words::unknown_order(order, medium))
    });
    let all: Vec<(String, String, Account)> = recorded.chain(unknown).collect();
    let shown = &all[..all.len().min(MOST_ROWS)];
    if !shown.is_empty() {
        text.push_str("\n| | order | id | what |\n|---|---|---|---|\n");
        text.extend(shown.iter().map(|(row, _, _)| row.as_str()));
        text.push_str(&notes(shown.iter().map(|(_, name, account)| (name.as_str(), account.clone()))));
    }
    if all.len() > shown.len() {
        text.push_str(&format!("\n{} more\n", count(all.len() - shown.len(), "order")));
    }
    if !drift.unread.is_empty() {
        text.push('\n');
        text.extend(drift.unread.iter().map(|one| format!("- {}\n", words::unread(one, medium))));
    }
    text.push_str(&format!("\n{}\n", words::drift_counts(drift)));
    text
}

/// Writes accounts.
pub(super) fn accounts(accounts: &Accounts) -> String {
    let medium = Medium::Markdown;
    let mut text = format!("**{}**\n", words::accounts_verdict(accounts));
    let open: Vec<_> = accounts.orders.iter().filter(|one| !one.entry.is_accounted_for()).collect();
    let shown = &open[..open.len().min(MOST_ROWS)];
    if !shown.is_empty() {
        text.push_str("\n| order | customer | what |\n|---|---|---|\n");
    }
    for account in shown {
        let id = account.order_id.as_ref().map(|id| code(id.as_str())).unwrap_or_default();
        let customer = code(&account.customer_id.to_string());
        text.push_str(&format!("| {id} | {customer} | {} |\n", cell(&words::entry(account, medium))));
    }
    if open.len() > shown.len() {
        text.push_str(&format!("\n{} more\n", count(open.len() - shown.len(), "order")));
    }
    if !accounts.unread.is_empty() {
        text.push('\n');
        text.extend(accounts.unread.iter().map(|one| format!("- {}\n", words::unread(one, medium))));
    }
    text.push_str(&format!("\n{}\n", words::accounts_counts(accounts)));
    text
}
