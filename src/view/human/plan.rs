//! A plan for a terminal: the verdict, a line an order, what a person has to know, the counts.
//!
//! **Invariant:** steps keep their order; what needs nobody's attention is folded into a count unless asked for.

use super::super::words::{self, Medium};
use super::super::{Look, text};
use super::{DETAIL, ORDER, Page, WIDEST_NAME, column, diff};
use crate::plan::{Action, Cost, Plan, Step};

/// The widest cell that others are aligned with: a named customer, but not a tenant id.
const WIDEST_CUSTOMER: usize = 24;

/// Renders a plan.
pub(super) fn page(plan: &Plan, look: Look) -> Page {
    let mut page = Page::new(look);
    page.title(&words::verdict(plan));
    for line in words::scope(plan, Medium::Terminal) {
        page.paragraph(&line, "");
    }
    words::limits(plan, Medium::Terminal).iter().for_each(|line| page.paragraph(line, ORDER));
    let shown: Vec<Row> = plan
        .steps
        .iter()
        .filter(|step| is_shown(step, look.verbose))
        .map(|step| Row::new(step, plan))
        .collect();
    if shown.is_empty() {
        return page;
    }
    page.line("");
    let columns = Columns {
        name: column(shown.iter().map(|row| row.name.as_str()), WIDEST_NAME),
        customer: column(shown.iter().map(|row| row.customer.as_str()), WIDEST_CUSTOMER),
        seats: column(shown.iter().map(|row| row.seats.as_str()), WIDEST_CUSTOMER),
        schedule: column(shown.iter().map(|row| row.schedule.as_str()), WIDEST_CUSTOMER),
        cost: column(shown.iter().map(|row| row.cost.as_str()), usize::MAX),
    };
    for row in &shown {
        row.write(&columns, &mut page);
    }
    page.line("");
    for line in text::wrap_list(&words::counts(&plan.counts()), look.width) {
        page.line(&line);
    }
    if let Some(totals) = plan.totals().as_ref().and_then(words::totals) {
        text::wrap_list(&totals, look.width).iter().for_each(|line| page.line(line));
    }
    if let Some(checks) = words::checks(plan) {
        text::wrap_list(&checks, look.width).iter().for_each(|line| page.line(line));
    }
    if look.verbose {
        page.line(&format!("plan {}", plan.approved()));
    }
    page
}

/// Returns `1 seat `, `2 seats`: as long as each other, so that numbers end in one column.
fn seats(count: u64) -> String {
    text::pad(&text::plural(count, "seat"), count.to_string().len() + " seats".len())
}

fn is_shown(step: &Step, verbose: bool) -> bool {
    verbose || !matches!(step.action, Action::Keep { .. })
}

/// The widths of the columns.
struct Columns {
    name: usize,
    customer: usize,
    seats: usize,
    schedule: usize,
    cost: usize,
}

/// A step in cells.
struct Row<'a> {
    step: &'a Step,
    name: String,
    customer: String,
    seats: String,
    schedule: String,
    /// Empty where nobody gave prices, or nothing is to be paid.
    cost: String,
    price: Option<&'a Cost>,
    plan: &'a Plan,
}

impl<'a> Row<'a> {
    fn new(step: &'a Step, plan: &'a Plan) -> Self {
        let price = plan.cost(&step.name);
        let customer = match &step.customer_name {
            Some(name) => Medium::Terminal.name(name),
            None => step.customer_id.to_string(),
        };
        Self {
            step,
            name: step.name.to_string(),
            customer,
            seats: seats(step.spec.seats()),
            schedule: words::schedule(&step.spec),
            cost: price.map(words::cost).unwrap_or_default(),
            price,
            plan,
        }
    }

    fn write(&self, columns: &Columns, page: &mut Page) {
        let step = self.step;
        let mut pieces = vec![
            text::pad(&self.name, columns.name),
            text::pad(&self.customer, columns.customer),
            text::pad_left(&self.seats, columns.seats),
            text::pad(&self.schedule, columns.schedule),
            text::pad_left(&self.cost, columns.cost),
        ];
        let lines = step.spec.line_items.as_slice();
        if let [line] = lines {
            pieces.push(words::line_item(line, Medium::Terminal));
        }
        page.order(words::action_symbol(&step.action), &pieces);
        for line in lines {
            if lines.len() > 1 {
                page.line(&format!("{DETAIL}{}", words::seats_of(line, Medium::Terminal)));
            }
            let terms = words::line_terms(line, Medium::Terminal);
            if !terms.is_empty() {
                page.paragraph(&terms, DETAIL);
            }
        }
        if page.look.verbose && step.customer_name.is_some() {
            page.line(&format!("{DETAIL}customer {}", step.customer_id));
        }
        if page.look.verbose {
            let window = (step.action == Action::Create).then(|| words::cancel_window(&step.spec)).flatten();
            let told = self.price.and_then(words::committed).into_iter().chain(window);
            told.for_each(|line| page.paragraph(&line, DETAIL));
        }
        let account = words::step(step, Medium::Terminal);
        let account = words::with_findings(account, self.plan, step, Medium::Terminal);
        page.account(&words::explain_cost(account, self.price, Medium::Terminal));
        if page.look.verbose {
            diff::add(step, page);
        }
    }
}
