//! A notification for programs: the pass and its orders, with codes and evidence.
//!
//! The outermost keys are those of "Standard Webhooks": `type`, `timestamp` and `data`.
//!
//! **Invariant:** every document is right by the schema that `orderform schema notification` prints; a test writes every
//! kind of order.

use serde::Serialize;

use super::reason::ReasonJson;
use super::status::{ManifestsJson, PassJson};
use super::{FORMAT_VERSION, harmless};
use crate::apply::Outcome;
use crate::domain::Topic;
use crate::plan::Action;
use crate::view::words::{self, Medium};
use crate::watch::{Matter, Notice, Status, What};

/// The most orders that a document names.
const MOST_ORDERS: usize = 100;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct NotificationJson<'a> {
    r#type: &'static str,
    /// When the pass ended.
    timestamp: String,
    format_version: &'static str,
    data: DataJson<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DataJson<'a> {
    watcher: &'a str,
    path: &'a str,
    topics: Vec<&'static str>,
    text: String,
    pass: PassJson,
    manifests: ManifestsJson,
    orders: Vec<OrderJson<'a>>,
    /// How many orders are not named.
    more: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderJson<'a> {
    name: &'a str,
    topic: &'static str,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    seats: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson<'a>>,
    text: String,
}

/// Writes a notification as one document.
pub(in crate::view) fn notification(notice: &Notice, status: &Status) -> String {
    let shown = notice.matters.len().min(MOST_ORDERS);
    let document = NotificationJson {
        r#type: "orderform.pass",
        timestamp: notice.report.at.after(notice.report.took).to_string(),
        format_version: FORMAT_VERSION,
        data: DataJson {
            watcher: &status.who,
            path: &status.path,
            topics: notice.topics.iter().map(|topic| Topic::word(*topic)).collect(),
            text: words::notice(notice, Medium::Terminal).headline,
            pass: PassJson::from(&notice.report),
            manifests: notice.manifests.into(),
            orders: notice.matters[..shown].iter().map(OrderJson::from).collect(),
            more: notice.matters.len() - shown,
        },
    };
    harmless(&serde_json::to_string(&document).expect("keys are texts and numbers are finite"))
}

impl<'a> From<&'a Matter> for OrderJson<'a> {
    fn from(matter: &'a Matter) -> Self {
        let mut json = Self {
            name: matter.name.as_str(),
            topic: matter.topic.word(),
            customer_id: matter.customer_id.to_string(),
            customer_name: matter.customer_name.as_deref(),
            seats: matter.seats,
            request_id: None,
            order_id: None,
            reason: None,
            text: words::matter(matter, Medium::Terminal).headline,
        };
        match &matter.what {
            What::Ended(ended) => {
                json.request_id = ended.request_id.map(|id| id.to_string());
                json.reason = reason(&ended.outcome);
                if let Outcome::Created { order, .. } = &ended.outcome {
                    json.order_id = Some(order.order_id.as_str());
                }
            }
            What::Planned(step) => match &step.action {
                Action::Settle { request_id } => json.request_id = Some(request_id.to_string()),
                Action::Rename { order_id, .. } => json.order_id = Some(order_id.as_str()),
                Action::Blocked(block) => json.reason = Some(block.into()),
                Action::Create | Action::Keep { .. } | Action::Orphan { .. } => {}
            },
        }
        json
    }
}

fn reason(outcome: &Outcome) -> Option<ReasonJson<'_>> {
    match outcome {
        Outcome::Created { .. } | Outcome::Renamed { .. } => None,
        Outcome::NotOrdered(reason) => Some(reason.into()),
        Outcome::InDoubt(doubt) => Some(doubt.into()),
        Outcome::Stopped(obstacle) => Some(obstacle.into()),
        Outcome::Blocked(block) => Some(block.into()),
        Outcome::NotAttempted(skipped) => Some(skipped.into()),
    }
}
