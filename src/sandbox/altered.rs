//! What all changes of one order amount to, and how it and its subscriptions look with them.
//!
//! **Invariant:** pure; the same changes in the same order show the same.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Span;
use jiff::Timestamp;
use jiff::civil::Date;

use super::change::{Alteration, Change};
use super::clock;
use super::fill::{etag_of, utc};
use crate::partner_center::wire::order::Order;
use crate::partner_center::wire::subscription::Subscription;

/// Until when a licence can be cancelled after its renewal ("Purchase new commerce license-based services").
const WINDOW: Duration = Duration::from_secs(7 * 24 * 3600);

/// What has become of an order.
#[derive(Debug, Clone, Default)]
pub(super) struct Altered {
    /// It is not shown any more.
    pub(super) is_gone: bool,
    is_cancelled: bool,
    lines: BTreeMap<usize, Line>,
}

/// What has become of the subscription of a line.
#[derive(Debug, Clone, Default)]
struct Line {
    changes: u32,
    quantity: Option<i64>,
    status: Option<&'static str>,
    friendly_name: Option<String>,
    auto_renew: Option<bool>,
    renewals: i64,
    renewed_ms: Option<i64>,
}

impl Altered {
    /// Takes the next change in.
    pub(super) fn take(&mut self, change: &Change) {
        match (&change.alteration, change.line) {
            (Alteration::Gone, _) => self.is_gone = true,
            (Alteration::CancelOrder, _) => self.is_cancelled = true,
            (alteration, Some(line)) => {
                self.lines.entry(line).or_default().take(alteration, change.at_ms);
            }
            (_, None) => {}
        }
    }

    /// Shows an order with it.
    pub(super) fn order(&self, order: &mut Order) {
        if self.is_cancelled {
            order.status = Some("cancelled".to_owned());
            order.line_items.iter_mut().for_each(|line| line.quantity = 0);
        }
    }

    /// Shows the subscription of a line with it.
    pub(super) fn subscription(&self, line: usize, shown: &mut Subscription) {
        if let Some(line) = self.lines.get(&line) {
            line.show(shown);
        }
        if self.is_cancelled {
            shown.status = "deleted".to_owned();
        }
    }
}

impl Line {
    fn take(&mut self, alteration: &Alteration, at_ms: i64) {
        self.changes += 1;
        match alteration {
            Alteration::Seats { quantity } => self.quantity = Some(*quantity),
            Alteration::Suspend => self.status = Some("suspended"),
            Alteration::Reactivate => self.status = Some("active"),
            Alteration::Cancel => self.status = Some("deleted"),
            Alteration::Expire => self.status = Some("expired"),
            Alteration::Disable => self.status = Some("disabled"),
            Alteration::Renew => {
                self.renewals += 1;
                self.renewed_ms = Some(at_ms);
            }
            Alteration::Rename { friendly_name } => self.friendly_name = Some(friendly_name.clone()),
            Alteration::AutoRenew { enabled } => self.auto_renew = Some(*enabled),
            Alteration::CancelOrder | Alteration::Gone => {}
        }
    }

    fn show(&self, shown: &mut Subscription) {
        shown.quantity = self.quantity.unwrap_or(shown.quantity);
        if let Some(status) = self.status {
            shown.status = status.to_owned();
        }
        if let Some(name) = &self.friendly_name {
            shown.friendly_name.clone_from(name);
        }
        shown.auto_renew_enabled = self.auto_renew.or(shown.auto_renew_enabled);
        if let Some(renewed) = self.renewed_ms.and_then(|ms| Timestamp::from_millisecond(ms).ok()) {
            let term = shown.term_duration.as_deref().and_then(|term| term.parse().ok()).unwrap_or_default();
            shown.commitment_end_date = renewed_end(&shown.commitment_end_date, term, self.renewals);
            if let Some(until) = &mut shown.cancellation_allowed_until_date {
                *until = utc(clock::after(renewed, WINDOW));
            }
        }
        // Each change makes another version ("Test and debug").
        if shown.attributes.etag.is_some() {
            shown.attributes.etag = Some(etag_of(&shown.id, self.changes + 1));
        }
    }
}

/// Returns when a term ends that was begun so many times more.
fn renewed_end(end: &str, term: Span, renewals: i64) -> String {
    let day = end.split('T').next().and_then(|day| day.parse::<Date>().ok());
    let Some(day) = day else { return end.to_owned() };
    let end = (0..renewals).fold(day, |day, _| day.saturating_add(term));
    format!("{end}T00:00:00Z")
}

#[cfg(test)]
mod tests {
    use super::super::change::Who;
    use super::*;

    #[test]
    fn a_renewal_begins_the_term_again_and_the_days_to_cancel_in() {
        let mut altered = Altered::default();
        altered.take(&Change {
            alteration: Alteration::Renew,
            at_ms: 1_800_000_000_000,
            order_id: "a".to_owned(),
            line: Some(0),
            who: Who::default(),
        });
        let mut shown = Subscription {
            term_duration: Some("P1Y".to_owned()),
            commitment_end_date: "2027-01-14T00:00:00Z".to_owned(),
            cancellation_allowed_until_date: Some("2026-01-22T00:00:00Z".to_owned()),
            ..Subscription::default()
        };
        altered.subscription(0, &mut shown);
        assert_eq!(shown.commitment_end_date, "2028-01-14T00:00:00Z");
        assert!(shown.cancellation_allowed_until_date.unwrap().starts_with("2027-01-22"));
    }
}
