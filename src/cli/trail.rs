//! What happens in a run, for the log and for a collector: a span for each attempt, and an event for each step of it.
//!
//! It is made from the events that views are shown, so the core knows nothing of it. An attempt begins when its order leaves for the
//! first time in a run, and ends when the order does; its sends are events in it, each with its correlation id.
//!
//! **Invariant:** nothing but ids, names, numbers and reasons; no body of a request, and no secret, comes here.

use std::collections::BTreeMap;

use tracing::field::{Empty, display};
use tracing::{Span, info, info_span};

use crate::apply::{Ended, Event, Outcome, Skipped};
use crate::domain::{CorrelationId, NotOrdered, OrderName, RequestId};
use crate::protocol::{Doubt, Obstacle};
use crate::watch::{Report, Turn};

/// Begins the span of a pass.
pub(super) fn pass(number: u64) -> Span {
    info_span!("pass", number, turn = Empty)
}

/// Notes how a pass ended, in its span and in the log.
pub(super) fn passed(report: &Report, span: &Span) {
    let (turn, why) = match &report.turn {
        Turn::Planned => ("planned", None),
        Turn::Applied(_) => ("applied", None),
        Turn::Held { why } => ("held", Some(why.join("; "))),
        Turn::Failed { why } => ("failed", Some(why.clone())),
    };
    let counts = report.counts.unwrap_or_default();
    span.record("turn", turn);
    info!(
        parent: span, number = report.number, turn, why, create = counts.create, settle = counts.settle,
        keep = counts.keep, blocked = counts.blocked, orphan = counts.orphan, "pass"
    );
}

/// The attempts of a run that are under way.
#[derive(Debug)]
pub(super) struct Trail {
    pass: Span,
    attempts: BTreeMap<OrderName, Span>,
}

impl Trail {
    /// Begins, within the span of a pass.
    pub(super) fn within(pass: Span) -> Self {
        Self { pass, attempts: BTreeMap::new() }
    }

    /// Notes what happened.
    pub(super) fn event(&mut self, event: &Event) {
        match event {
            Event::Started { orders, seats } => info!(parent: &self.pass, orders, seats, "started"),
            Event::Sending { name, request_id, number } => self.sending(name, *request_id, *number),
            Event::Waiting { name, wait, why, .. } => {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                info!(parent: self.of(name), order = %name, wait_ms, why = %why, "waiting");
            }
            Event::Paused { wait } => {
                let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
                info!(parent: &self.pass, wait_ms, "paused");
            }
            Event::Ended(ended) => self.ended(ended),
            Event::SubscriptionsKnown { name, .. } => {
                info!(parent: &self.pass, order = %name, "subscriptions known");
            }
            Event::Stopping { in_flight } => info!(parent: &self.pass, in_flight, "stopping"),
            Event::Unrecorded { name, request_id, answer } => {
                tracing::error!(parent: self.of(name), order = %name, %request_id, %answer, "unrecorded");
            }
        }
    }

    /// Returns the span of an attempt; that of the pass, where none is under way.
    fn of(&self, name: &OrderName) -> &Span {
        self.attempts.get(name).unwrap_or(&self.pass)
    }

    fn sending(&mut self, name: &OrderName, request_id: RequestId, number: u32) {
        let pass = &self.pass;
        let span = self.attempts.entry(name.clone()).or_insert_with(|| {
            info_span!(
                parent: pass, "attempt", order = %name, %request_id, correlation_id = Empty, customer_id = Empty,
                outcome = Empty, order_id = Empty, why = Empty
            )
        });
        let correlation_id = CorrelationId::derive(request_id, number);
        span.record("correlation_id", display(correlation_id));
        info!(parent: &*span, order = %name, %request_id, %correlation_id, number, "sending");
    }

    fn ended(&mut self, ended: &Ended) {
        let span = self.attempts.remove(&ended.name);
        let (outcome, why) = (word(&ended.outcome), why(&ended.outcome));
        let order_id = match &ended.outcome {
            Outcome::Created { order, .. } => Some(order.order_id.as_str()),
            _ => None,
        };
        if let Some(span) = &span {
            span.record("customer_id", display(ended.customer_id));
            span.record("outcome", outcome);
            span.record("order_id", order_id);
            span.record("why", why.as_deref());
        }
        info!(
            parent: span.as_ref().unwrap_or(&self.pass), order = %ended.name, customer_id = %ended.customer_id,
            request_id = ended.request_id.map(display), outcome, order_id, why, "ended"
        );
    }
}

/// Returns the word that JSON has for an end.
fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Created { .. } => "created",
        Outcome::NotOrdered(_) => "notOrdered",
        Outcome::InDoubt(_) => "unknown",
        Outcome::Stopped(_) | Outcome::Blocked(_) => "blocked",
        Outcome::Renamed { .. } => "renamed",
        Outcome::NotAttempted(_) => "notAttempted",
    }
}

/// Returns what somebody else said of why it is not as it should be.
fn why(outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::NotOrdered(NotOrdered::Refused(error)) => Some(error.to_string()),
        Outcome::NotOrdered(NotOrdered::NotNow(why) | NotOrdered::ListedNowhere(why))
        | Outcome::InDoubt(Doubt::Unanswered { why } | Doubt::Unlisted { why })
        | Outcome::Stopped(Obstacle::Unlisted { why } | Obstacle::Unaudited { why })
        | Outcome::NotAttempted(Skipped::NoRoom(why)) => Some(why.clone()),
        Outcome::NotAttempted(Skipped::SignIn(refused)) => Some(refused.to_string()),
        _ => None,
    }
}
