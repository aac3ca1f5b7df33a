//! What a run came to, for a terminal: every order that ended, and the counts.
//!
//! **Invariant:** ids are whole: an order id, a subscription id or a request id may be all that a person has to go by.

use super::super::words::{self, Medium};
use super::super::{Look, text};
use super::{DETAIL, Page, WIDEST_NAME, column};
use crate::apply::{Ended, Outcome, Summary};

/// Renders a summary.
pub(super) fn page(summary: &Summary, look: Look) -> Page {
    let mut page = Page::new(look);
    let widest = column(summary.ended.iter().map(|ended| ended.name.as_str()), WIDEST_NAME);
    // People have just read in the plan why nothing was to be done.
    let told = if summary.is_as_planned() { &[][..] } else { &summary.ended };
    for ended in told {
        order(ended, widest, &mut page);
    }
    if !told.is_empty() {
        page.line("");
    }
    if summary.interrupted {
        let rest = "what was in flight is recorded; run `orderform apply` to go on";
        page.paragraph(&format!("Interrupted: {rest}"), "");
    }
    for line in text::wrap_list(&words::tally(summary), look.width) {
        page.line(&line);
    }
    page
}

fn order(ended: &Ended, widest: usize, page: &mut Page) {
    let account = words::ended(ended, Medium::Terminal);
    let pieces = [text::pad(ended.name.as_str(), widest), account.headline.clone()];
    let fits = 4 + widest.max(text::width(ended.name.as_str())) + 2 + text::width(&account.headline)
        <= page.look.width;
    let symbol = words::symbol(&ended.outcome);
    if fits {
        page.order(symbol, &pieces);
    } else {
        page.order(symbol, &pieces[..1]);
        page.paragraph(&account.headline, DETAIL);
    }
    // Why, and what to do, stands in the plan above.
    if matches!(ended.outcome, Outcome::Blocked(_)) {
        return;
    }
    for detail in &account.details {
        page.paragraph(detail, DETAIL);
    }
    if let Some(id) = ended.request_id {
        page.line(&format!("{DETAIL}request {id}"));
    }
    page.hints(&account);
}
