//! What happens in a run, one object a line, and its end.
//!
//! **Invariant:** every object has a `type`; the last one is the `summary`.

use serde::Serialize;

use super::reason::{DifferenceJson, ReasonJson, differences, wait_ms};
use crate::apply::{Ended, Event, Outcome, Summary};
use crate::domain::{CancelUntil, Evidence, OrderName, PlacedOrder, SubscriptionId};

/// Something that happened.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum EventJson<'a> {
    Started { orders: usize, seats: u64 },
    Sending { name: &'a str, request_id: String, number: u32 },
    Waiting { name: &'a str, wait_ms: u64, why: &'a str },
    Paused { wait_ms: u64 },
    Created(EndJson<'a>),
    NotOrdered(EndJson<'a>),
    Unknown(EndJson<'a>),
    Blocked(EndJson<'a>),
    Renamed(EndJson<'a>),
    NotAttempted(EndJson<'a>),
    SubscriptionsKnown { name: &'a str, subscription_ids: Vec<Option<&'a str>> },
    Stopping { in_flight: usize },
    Unrecorded { name: &'a str, request_id: String, answer: &'a str },
    Summary(SummaryJson),
}

/// How an order ended.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndJson<'a> {
    name: &'a str,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    seats: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    order: Option<PlacedJson<'a>>,
    #[serde(flatten)]
    undo: UndoJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    formerly: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<DifferenceJson<'a>>>,
}

/// An order that exists.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlacedJson<'a> {
    order_id: &'a str,
    subscription_ids: Vec<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    etag: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    creation_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    evidence: &'static str,
}

/// Until when an order can be cancelled for credit.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UndoJson {
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancel_until: Option<String>,
    /// The instant, where Partner Center said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_allowed_until_date: Option<String>,
}

impl From<Option<CancelUntil>> for UndoJson {
    fn from(until: Option<CancelUntil>) -> Self {
        let instant = until.and_then(CancelUntil::instant);
        Self {
            cancel_until: until.map(CancelUntil::day),
            cancellation_allowed_until_date: instant.map(|instant| instant.to_string()),
        }
    }
}

/// The end of a run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SummaryJson {
    created: usize,
    created_seats: u64,
    not_ordered: usize,
    unknown: usize,
    blocked: usize,
    renamed: usize,
    not_attempted: usize,
    kept: usize,
    orphan: usize,
    posts: u64,
    reads: u64,
    syncs: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    waited_ms: Option<u64>,
    interrupted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<u8>,
}

impl<'a> From<&'a Event> for EventJson<'a> {
    fn from(event: &'a Event) -> Self {
        match event {
            Event::Started { orders, seats } => Self::Started { orders: *orders, seats: *seats },
            Event::Sending { name, request_id, number } => {
                Self::Sending { name: name.as_str(), request_id: request_id.to_string(), number: *number }
            }
            Event::Paused { wait } => Self::Paused { wait_ms: wait_ms(*wait) },
            Event::Waiting { name, wait, why, .. } => {
                Self::Waiting { name: name.as_str(), wait_ms: wait_ms(*wait), why }
            }
            Event::Ended(ended) => end(ended),
            Event::SubscriptionsKnown { name, subscription_ids } => Self::SubscriptionsKnown {
                name: name.as_str(),
                subscription_ids: subscriptions(subscription_ids),
            },
            Event::Stopping { in_flight } => Self::Stopping { in_flight: *in_flight },
            Event::Unrecorded { name, request_id, answer } => {
                Self::Unrecorded { name: name.as_str(), request_id: request_id.to_string(), answer }
            }
        }
    }
}

/// Makes the last object of a run.
pub(super) fn summary(summary: &Summary, exit_code: Option<u8>) -> EventJson<'static> {
    let tally = summary.tally();
    EventJson::Summary(SummaryJson {
        created: tally.created,
        created_seats: tally.created_seats,
        not_ordered: tally.not_ordered,
        unknown: tally.unknown,
        blocked: tally.blocked,
        renamed: tally.renamed,
        not_attempted: tally.not_attempted,
        kept: summary.kept,
        orphan: summary.orphans,
        posts: summary.posts,
        reads: summary.reads,
        syncs: summary.syncs,
        waited_ms: (!summary.waited.is_zero()).then(|| wait_ms(summary.waited)),
        interrupted: summary.interrupted,
        exit_code,
    })
}

fn end(ended: &Ended) -> EventJson<'_> {
    let mut json = EndJson {
        name: ended.name.as_str(),
        customer_id: ended.customer_id.to_string(),
        customer_name: ended.customer_name.as_deref(),
        seats: ended.seats,
        request_id: ended.request_id.map(|id| id.to_string()),
        order: None,
        undo: UndoJson::from(ended.cancel_until),
        formerly: None,
        reason: None,
        differences: None,
    };
    match &ended.outcome {
        Outcome::Created { order, evidence } => {
            json.order = Some(PlacedJson::new(order, *evidence));
            EventJson::Created(json)
        }
        Outcome::NotOrdered(reason) => EventJson::NotOrdered(json.because(reason.into())),
        Outcome::InDoubt(doubt) => EventJson::Unknown(json.because(doubt.into())),
        Outcome::Stopped(obstacle) => EventJson::Blocked(json.because(obstacle.into())),
        Outcome::Blocked(block) => {
            json.differences = differences(block);
            EventJson::Blocked(json.because(block.into()))
        }
        Outcome::Renamed { from } => {
            json.formerly = Some(OrderName::as_str(from));
            EventJson::Renamed(json)
        }
        Outcome::NotAttempted(skipped) => EventJson::NotAttempted(json.because(skipped.into())),
    }
}

impl<'a> EndJson<'a> {
    fn because(self, reason: ReasonJson<'a>) -> Self {
        Self { reason: Some(reason), ..self }
    }
}

impl<'a> PlacedJson<'a> {
    /// Takes an order, and how we know of it.
    pub(super) fn new(order: &'a PlacedOrder, evidence: Evidence) -> Self {
        Self {
            order_id: order.order_id.as_str(),
            subscription_ids: subscriptions(&order.subscription_ids),
            etag: order.etag.as_deref(),
            creation_date: order.creation_date.as_deref(),
            status: order.status.as_deref(),
            evidence: match evidence {
                Evidence::Answer => "answer",
                Evidence::Audit => "audit",
                Evidence::Match => "match",
                Evidence::Person => "person",
            },
        }
    }
}

fn subscriptions(ids: &[Option<SubscriptionId>]) -> Vec<Option<&str>> {
    ids.iter().map(|id| id.as_ref().map(SubscriptionId::as_str)).collect()
}
