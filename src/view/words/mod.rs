//! The words for what plans and runs say, the same in a terminal and in a pull request.
//!
//! An [`Account`] is what a person is told about one order: what is the matter, the evidence, and what to do next.
//!
//! **Invariant:** every text of others goes through [`Medium::text`], everything to be copied through
//! [`Medium::code`], so nothing here decides how a text is made harmless.

mod accounts;
mod adoption;
mod changes;
mod checks;
mod cost;
mod doubt;
mod drift;
mod event;
mod limits;
mod notice;
mod outcome;
mod plan;
mod receipt;
mod scope;
mod sign_in;
mod tally;
mod terms;
mod watch;

pub(super) use accounts::{accounts_counts, accounts_verdict, entry, hint_of};
pub(super) use adoption::{adoptee, adoption_tally, left_out, not_asked};
pub(super) use changes::changes;
use checks::{availabilities, unavailable};
pub(super) use checks::{checks, with_findings};
pub(super) use cost::{cancel_window, committed, cost, explain_cost, totals};
pub(super) use doubt::{age, doubt, moment};
pub(super) use drift::{drift_counts, drift_verdict, made_by, order_drift, unknown_order, unread};
pub(super) use event::{event, pause};
pub(super) use limits::{limit_of, limits, use_of};
pub(super) use notice::{matter, matter_title, notice};
pub(super) use outcome::{ended, evidence, symbol};
pub(super) use plan::{
    Symbol, action_symbol, counts, freeze, held, line_item, line_terms, schedule, seats_of, step, verdict,
};
pub(super) use receipt::{facts as receipt_facts, run as receipt_run, title as receipt_title};
pub(super) use scope::scope;
pub(crate) use sign_in::way_out;
pub(super) use tally::tally;
pub(super) use terms::{grouped, line_term, runs, term_and_billing};
pub(super) use watch::{applied, manifests, pass, remembered, watcher};

use super::{html, markdown, text};
use crate::domain::{OrderId, OrderName, PlacedOrder};

/// The command that hints speak of most.
const APPLY: &str = "orderform apply";

/// What recovery `verify` promises; a view does not know whether a person chose another.
const SENT_AGAIN: &str = "by default it is sent again only after the order list proves it absent";

/// What words are written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Medium {
    /// A terminal or a log.
    Terminal,
    /// A comment in a pull request.
    Markdown,
    /// A page: what it gives is set as elements by [`html::rich`].
    Html,
}

impl Medium {
    /// Makes a text of others harmless, and no longer than people read. Ids fit in whole.
    pub(super) fn text(self, text: &str) -> String {
        self.limited(text, text::LONGEST_TEXT)
    }

    /// Makes a name that somebody chose freely harmless, and no longer than a line has room for.
    pub(super) fn name(self, text: &str) -> String {
        self.limited(text, text::LONGEST_NAME)
    }

    fn limited(self, text: &str, longest: usize) -> String {
        match self {
            Self::Terminal => text::escape(&text::shorten(text, longest)),
            Self::Markdown => markdown::code(&text::shorten(text, longest)),
            Self::Html => html::isolated(&text::shorten(text, longest)),
        }
    }

    /// Sets off what can be copied: names, ids, commands, fields. Never shortened.
    pub(super) fn code(self, text: &str) -> String {
        match self {
            Self::Terminal => format!("`{}`", text::escape(text)),
            Self::Markdown => markdown::code(text),
            Self::Html => html::code(text),
        }
    }

    /// Lists names or ids: `a`, `b` and `c`.
    pub(super) fn list<'a>(self, items: impl IntoIterator<Item = &'a str>) -> String {
        let mut items: Vec<String> = items.into_iter().map(|item| self.code(item)).collect();
        match (items.pop(), items.as_slice()) {
            (None, _) => String::new(),
            (Some(last), []) => last,
            (Some(last), others) => format!("{} and {last}", others.join(", ")),
        }
    }

    fn names(self, names: &[OrderName]) -> String {
        self.list(names.iter().map(OrderName::as_str))
    }

    fn orders(self, ids: &[OrderId]) -> String {
        self.list(ids.iter().map(OrderId::as_str))
    }
}

/// What a person is told about one order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Account {
    /// What is the matter; empty where there is nothing to tell.
    pub(super) headline: String,
    /// The evidence, a line each.
    pub(super) details: Vec<String>,
    /// What to do next, each a way of its own.
    pub(super) hints: Vec<String>,
}

impl Account {
    fn new(headline: impl Into<String>) -> Self {
        Self { headline: headline.into(), ..Self::default() }
    }

    fn detail(mut self, detail: impl Into<String>) -> Self {
        self.details.push(detail.into());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Says which subscriptions an order has, and that some are missing where they are.
pub(super) fn subscriptions(order: &PlacedOrder, medium: Medium) -> Vec<String> {
    let known = order.subscription_ids.iter().flatten();
    let mut lines: Vec<String> =
        known.map(|id| format!("subscription {}", medium.text(id.as_str()))).collect();
    let missing = order.subscription_ids.iter().filter(|id| id.is_none()).count();
    let later = "a later apply records it";
    match (missing, order.subscription_ids.len()) {
        (0, 1..) => {}
        (0 | 1, 0 | 1) => lines.push(format!("subscription id not known yet; {later}")),
        (missing, total) => {
            let are = if missing == 1 { "is" } else { "are" };
            lines.push(format!("{missing} of {total} subscription ids {are} not known yet; {later}"));
        }
    }
    lines
}

/// Says what to do about an attempt that is recorded without a result.
pub(super) fn pending(name: &OrderName) -> Account {
    let medium = Medium::Terminal;
    let hint = format!("run {} to settle it", medium.code(APPLY));
    Account::default().hint(hint).hint(settle(name, medium))
}

/// The command with which a person settles an attempt.
fn settle(name: &OrderName, medium: Medium) -> String {
    format!(
        "if you know, {} or {}",
        medium.code(&format!("orderform settle {name} --bought ORDER_ID")),
        medium.code(&format!("orderform settle {name} --not-bought")),
    )
}
