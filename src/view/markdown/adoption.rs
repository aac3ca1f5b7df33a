//! What customers have already, as a table.

use super::super::AdoptionReport;
use super::super::words::{self, Medium};
use super::{cell, code};
use crate::plan::Why;

/// Renders what was found.
pub(super) fn page(report: &AdoptionReport) -> String {
    let medium = Medium::Markdown;
    let mut text = format!("**{}**\n", words::adoption_tally(report));
    text.extend(words::not_asked(report).iter().map(|line| format!("\n{line}\n")));
    let (mut rows, mut notes) = (String::new(), String::new());
    for customer in &report.customers {
        let name = medium.name(&customer.name);
        let found = match &customer.found {
            Ok(found) => found,
            Err(why) => {
                notes.push_str(&format!("- {name}: not read: {}\n", medium.text(why)));
                continue;
            }
        };
        for order in &found.orders {
            let what = words::adoptee(order, medium).join("<br>");
            let (order_name, id) = (code(order.name.as_str()), code(order.order.order_id.as_str()));
            rows.push_str(&format!("| {} | {order_name} | {} | {} |\n", cell(&name), cell(&id), cell(&what)));
        }
        for one in found.left_out.iter().filter(|one| !matches!(one.why, Why::Recorded(_))) {
            notes.push_str(&format!("- {name}: left out: {}\n", words::left_out(one, medium)));
        }
    }
    if !rows.is_empty() {
        text.push_str(&format!("\n| customer | order | id | what |\n|---|---|---|---|\n{rows}"));
    }
    if !notes.is_empty() {
        text.push_str(&format!("\n{notes}"));
    }
    text
}
