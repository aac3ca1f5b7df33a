//! Notifications: what of a pass is told by a webhook, in the shape that its receiver reads.
//!
//! A message names as many orders as fit, the most urgent first, and says how many more there are.
//!
//! **Invariant:** the same notice gives the same bytes. No text of others is markup, a mention or a link in any shape, and
//! no message is longer than its receiver takes.

mod slack;
mod teams;

use super::json;
use super::words::{self, Account, Medium};
use crate::domain::Shape;
use crate::watch::{Matter, Notice, Status};

/// The most orders that a message for people names.
const MOST_ORDERS: usize = 20;

/// The most lines that are said of one order, beside its title.
const MOST_LINES: usize = 6;

/// Writes a notification of a pass. `status` is that of the watcher that made it.
#[must_use]
pub fn notification(shape: Shape, notice: &Notice, status: &Status) -> String {
    match shape {
        Shape::Json => json::notification(notice, status),
        Shape::Teams => fitting(notice, teams::MOST_BYTES, |shown| teams::message(notice, status, shown)),
        Shape::Slack => fitting(notice, slack::MOST_BYTES, |shown| slack::message(notice, status, shown)),
    }
}

/// Writes a message with so many orders as fit into a number of bytes.
fn fitting(notice: &Notice, most_bytes: usize, write: impl Fn(&[Matter]) -> String) -> String {
    let mut shown = notice.matters.len().min(MOST_ORDERS);
    loop {
        let message = write(&notice.matters[..shown]);
        if message.len() <= most_bytes || shown == 0 {
            return message;
        }
        shown /= 2;
    }
}

/// Says who tells this, and of what.
fn source(notice: &Notice, status: &Status) -> String {
    let (path, who) = (Medium::Html.text(&status.path), Medium::Html.text(&status.who));
    format!("pass {} over {path}, by {who}, {}", notice.report.number, notice.report.at)
}

/// Returns what is said of an order, beside its title, a line each.
fn lines_of(matter: &Matter) -> Vec<String> {
    let Account { headline, details, hints } = words::matter(matter, Medium::Html);
    let lines = std::iter::once(headline).chain(details).chain(hints).filter(|line| !line.is_empty());
    lines.take(MOST_LINES).collect()
}

/// Says how many orders are not named.
fn and_more(notice: &Notice, shown: usize) -> Option<String> {
    match notice.matters.len() - shown {
        0 => None,
        1 => Some("and 1 more order".to_owned()),
        more => Some(format!("and {more} more orders")),
    }
}

#[cfg(test)]
mod tests;
