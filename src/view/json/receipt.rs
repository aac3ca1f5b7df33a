//! A receipt, as one document.
//!
//! **Invariant:** an entry is a record of the journal with what it holds under the journal's own names, the run that wrote it,
//! and the ids of the send it is about.

use serde::Serialize;

use super::FORMAT_VERSION;
use super::order::SpecJson;
use super::reason::ReasonJson;
use super::run::PlacedJson;
use super::state::TermsJson;
use crate::domain::receipt::{Entry, Receipt, Run};
use crate::domain::{Approval, Evidence, Fate, OrderName, Place, RecordKind};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReceiptJson<'a> {
    format_version: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    manifest: Option<PlaceJson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    formerly: Vec<&'a str>,
    entries: Vec<EntryJson<'a>>,
}

#[derive(Debug, Serialize)]
struct PlaceJson<'a> {
    file: &'a str,
    line: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson<'a> {
    serial: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    #[serde(flatten)]
    what: WhatJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum WhatJson<'a> {
    Intended {
        generation: u32,
        customer_id: String,
        #[serde(flatten)]
        spec: SpecJson<'a>,
        body: &'a str,
        orders_before: usize,
    },
    Sending,
    SendEnded {
        fate: &'static str,
        why: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        order_id: Option<&'a str>,
    },
    Created(PlacedJson<'a>),
    NotOrdered {
        reason: ReasonJson<'a>,
    },
    Adopted {
        #[serde(flatten)]
        order: PlacedJson<'a>,
        customer_id: String,
        #[serde(flatten)]
        spec: SpecJson<'a>,
    },
    SubscriptionsKnown {
        subscription_ids: Vec<Option<&'a str>>,
    },
    TermsKnown {
        terms: Vec<TermsJson<'a>>,
    },
    Moved {
        from: &'a str,
        to: &'a str,
    },
    Forgotten,
    /// A record that is about no order, and is in no receipt.
    Other,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RunJson<'a> {
    serial: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    by: &'a str,
    command: &'a str,
    tool: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    approved: Option<ApprovedJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ApprovedJson<'a> {
    plan: &'a str,
    how: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<&'a str>,
}

impl<'a> ReceiptJson<'a> {
    pub(super) fn new(receipt: &'a Receipt, manifest: Option<&'a Place>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            name: receipt.name.as_str(),
            manifest: manifest.map(|place| PlaceJson { file: &place.file, line: place.line }),
            formerly: receipt.formerly.iter().map(OrderName::as_str).collect(),
            entries: receipt.entries.iter().map(EntryJson::from).collect(),
        }
    }
}

impl<'a> From<&'a Entry> for EntryJson<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            serial: entry.record.serial,
            time: entry.record.time.map(|at| at.to_string()),
            what: (&entry.record.kind).into(),
            request_id: entry.sent.map(|(id, _)| id.to_string()),
            correlation_id: entry.sent.map(|(_, id)| id.to_string()),
            run: entry.run.as_deref().map(RunJson::from),
        }
    }
}

impl<'a> From<&'a RecordKind> for WhatJson<'a> {
    fn from(kind: &'a RecordKind) -> Self {
        match kind {
            RecordKind::Intended { attempt, .. } => Self::Intended {
                generation: attempt.generation.0,
                customer_id: attempt.spec.customer_id.to_string(),
                spec: (&attempt.spec).into(),
                body: &attempt.body,
                orders_before: attempt.baseline.order_ids.len(),
            },
            RecordKind::Sending { .. } => Self::Sending,
            RecordKind::SendEnded { fate, .. } => {
                let (fate, why, order_id) = match fate {
                    Fate::Unknown { why, order_id } => ("unknown", why, order_id.as_ref()),
                    Fate::Refused(why) => ("refused", why, None),
                    Fate::NotNow(why) => ("notNow", why, None),
                };
                Self::SendEnded { fate, why, order_id: order_id.map(|id| id.as_str()) }
            }
            RecordKind::Created { order, evidence, .. } => Self::Created(PlacedJson::new(order, *evidence)),
            RecordKind::NotOrdered { reason, .. } => Self::NotOrdered { reason: reason.into() },
            RecordKind::Adopted { order, spec, .. } => Self::Adopted {
                order: PlacedJson::new(order, Evidence::Person),
                customer_id: spec.customer_id.to_string(),
                spec: spec.as_ref().into(),
            },
            RecordKind::SubscriptionsKnown { subscription_ids, .. } => Self::SubscriptionsKnown {
                subscription_ids: subscription_ids
                    .iter()
                    .map(|id| id.as_ref().map(|id| id.as_str()))
                    .collect(),
            },
            RecordKind::TermsKnown { terms, .. } => {
                Self::TermsKnown { terms: terms.iter().map(TermsJson::from).collect() }
            }
            RecordKind::Moved { from, to } => Self::Moved { from: from.as_str(), to: to.as_str() },
            RecordKind::Forgotten { .. } => Self::Forgotten,
            RecordKind::Genesis { .. }
            | RecordKind::Bound { .. }
            | RecordKind::Rebuilt { .. }
            | RecordKind::Opened { .. }
            | RecordKind::Allowed { .. } => Self::Other,
        }
    }
}

impl<'a> From<&'a Run> for RunJson<'a> {
    fn from(run: &'a Run) -> Self {
        let approved = run.approved.as_ref().map(|approved| ApprovedJson {
            plan: &approved.plan,
            how: match approved.how {
                Approval::Person => "person",
                Approval::Flag => "flag",
                Approval::SavedPlan => "savedPlan",
                Approval::Watcher => "watcher",
            },
            commit: approved.commit.as_deref(),
        });
        Self {
            serial: run.serial,
            time: run.time.map(|at| at.to_string()),
            by: &run.by,
            command: &run.command,
            tool: &run.tool,
            approved,
        }
    }
}
