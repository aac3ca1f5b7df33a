//! The words for what happens while a run goes on: one line each, for a log.

use std::time::Duration;

use super::super::text::{count, duration, plural};
use super::Medium;
use super::outcome::{outcome, symbol};
use crate::apply::{Ended, Event, Outcome};
use crate::domain::SubscriptionId;
use crate::protocol::backoff::PATIENCE;

/// Says what happened in one line; `None` where only somebody who wants every detail cares.
pub(in crate::view) fn event(event: &Event, verbose: bool) -> Option<String> {
    let medium = Medium::Terminal;
    match event {
        Event::Started { orders: 0, .. } => None,
        Event::Started { orders, seats } => {
            Some(format!("starting: {}, {}", count(*orders, "order"), plural(*seats, "seat")))
        }
        Event::Sending { name, request_id, number } => verbose.then(|| {
            let again = if *number > 1 { format!(", send {number}") } else { String::new() };
            format!("sending {name} (request {request_id}{again})")
        }),
        Event::Waiting { shared: true, .. } if !verbose => None,
        Event::Waiting { name, wait, why, .. } => {
            Some(format!("waiting {}: {} — {name}", duration(*wait), medium.text(why)))
        }
        Event::Paused { wait } => Some(pause(*wait)),
        Event::Ended(ended) => Some(end(ended, verbose)),
        Event::SubscriptionsKnown { name, subscription_ids } => {
            Some(format!("+ {name}: now known: {}", known(subscription_ids).join(", ")))
        }
        Event::Stopping { in_flight: 0 } => Some("stopping: nothing new begins".to_owned()),
        Event::Stopping { in_flight } => {
            let orders = count(*in_flight, "order");
            Some(format!("stopping: nothing new begins; waiting for {orders} (again to leave them in doubt)"))
        }
        Event::Unrecorded { name, request_id, answer } => Some(format!(
            "! {name}: an answer came that could not be recorded; note it down: {} (request {request_id})",
            medium.text(answer)
        )),
    }
}

/// Says how long nothing is asked.
pub(in crate::view) fn pause(wait: Duration) -> String {
    let time = duration(wait);
    if wait > PATIENCE {
        return format!("Partner Center asked to wait {time}: nothing more is asked");
    }
    format!("waiting {time}: Partner Center asked for it")
}

fn end(ended: &Ended, verbose: bool) -> String {
    let account = outcome(&ended.name, &ended.outcome, Medium::Terminal);
    let mut line = format!("{} {}: {}", symbol(&ended.outcome).as_str(), ended.name, account.headline);
    let details = match &ended.outcome {
        // All of it stands in the summary.
        Outcome::Created { order, .. } if verbose => known(&order.subscription_ids),
        Outcome::Created { .. } => Vec::new(),
        _ => account.details,
    };
    for detail in &details {
        line.push_str("; ");
        line.push_str(detail);
    }
    line
}

fn known(ids: &[Option<SubscriptionId>]) -> Vec<String> {
    ids.iter().flatten().map(|id| format!("subscription {}", Medium::Terminal.text(id.as_str()))).collect()
}
