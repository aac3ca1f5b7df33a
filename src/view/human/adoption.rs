//! What customers have already, for a terminal.

use super::super::words::{self, Medium, Symbol};
use super::super::{AdoptedCustomer, AdoptionReport, Look, text};
use super::{Page, WIDEST_NAME, column};
use crate::plan::Why;

/// With more customers than this, one of which all was adopted gets a line.
const FEW: usize = 20;

/// Renders what was found.
pub(super) fn page(report: &AdoptionReport, look: Look) -> Page {
    let mut page = Page::new(look);
    let is_long = look.verbose || report.customers.len() <= FEW;
    for customer in &report.customers {
        one(customer, is_long, &mut page);
    }
    if !report.customers.is_empty() {
        page.line("");
    }
    for line in words::not_asked(report) {
        page.paragraph(&line, "");
    }
    for line in text::wrap_list(&words::adoption_tally(report), look.width) {
        page.line(&line);
    }
    if let Some(next) = &report.next {
        page.paragraph(&format!("the next plan: {}", words::counts(next)), "");
    }
    page
}

fn one(customer: &AdoptedCustomer, is_long: bool, page: &mut Page) {
    let medium = Medium::Terminal;
    let company = customer.company.as_deref().map(|name| medium.name(name)).unwrap_or_default();
    let head = format!("customer {}  {}  {company}", medium.name(&customer.name), customer.customer_id);
    let found = match &customer.found {
        Ok(found) => found,
        Err(why) => {
            page.title(&head);
            return page.paragraph(&format!("not read: {}", medium.text(why)), "  ");
        }
    };
    let left_out = found.left_out.iter();
    let left_out: Vec<_> =
        left_out.filter(|one| page.look.verbose || !matches!(one.why, Why::Recorded(_))).collect();
    if !is_long && left_out.is_empty() {
        return page.line(&format!("{}  {}", head.trim_end(), text::count(found.orders.len(), "order")));
    }
    page.title(&head);
    let width = column(found.orders.iter().map(|order| order.name.as_str()), WIDEST_NAME);
    for order in found.orders.iter().filter(|_| is_long) {
        let id = format!("order {}", medium.text(order.order.order_id.as_str()));
        page.order(Symbol::Keep, &[text::pad(order.name.as_str(), width), id]);
        for line in words::adoptee(order, medium) {
            page.paragraph(&line, super::DETAIL);
        }
    }
    for one in left_out {
        page.paragraph(&format!("left out: {}", words::left_out(one, medium)), "  ");
    }
    if let Some(file) = &customer.file {
        page.paragraph(&format!("wrote `{}`", medium.text(file)), "  ");
    }
    if found.orders.is_empty() && found.left_out.is_empty() {
        page.line("  nothing");
    }
}
