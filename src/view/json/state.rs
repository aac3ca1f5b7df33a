//! What is recorded, as one document: all orders, or one.
//!
//! This is a view for scripts; the state file has a format of its own.
//!
//! **Invariant:** orders are sorted by name; `is` says `pending` or `created`, because `status` is Partner Center's word.

use serde::Serialize;

use super::FORMAT_VERSION;
use super::order::SpecJson;
use super::run::{PlacedJson, UndoJson};
use crate::domain::{
    Attempt, Bought, CorrelationId, Fate, OrderName, Recorded, State, SubscriptionTerms, TermDuration,
};

/// All that is recorded.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StateJson<'a> {
    format_version: &'static str,
    lineage: String,
    serial: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    orders: Vec<RecordedJson<'a>>,
}

/// What is recorded of one name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecordedJson<'a> {
    /// In a document of its own only; a list has it at its head.
    #[serde(skip_serializing_if = "Option::is_none")]
    format_version: Option<&'static str>,
    name: &'a str,
    is: &'static str,
    customer_id: String,
    generation: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    order: Option<PlacedJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<String>,
    #[serde(flatten)]
    undo: UndoJson,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    subscriptions: Vec<TermsJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plan: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sends: Option<Vec<SentJson<'a>>>,
    #[serde(flatten)]
    spec: SpecJson<'a>,
}

/// How long a subscription runs, as far as Partner Center said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TermsJson<'a> {
    subscription_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment_end_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellation_allowed_until_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_renew_enabled: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal_term_duration: Option<&'a str>,
}

impl<'a> From<&'a SubscriptionTerms> for TermsJson<'a> {
    fn from(terms: &'a SubscriptionTerms) -> Self {
        Self {
            subscription_id: terms.id.as_str(),
            commitment_end_date: terms.commitment_end.as_deref(),
            cancellation_allowed_until_date: terms.cancellation_allowed_until.as_deref(),
            auto_renew_enabled: terms.auto_renew,
            renewal_term_duration: terms.renewal_term.as_ref().map(TermDuration::as_str),
        }
    }
}

/// One send of a pending attempt.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SentJson<'a> {
    number: u32,
    correlation_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

impl<'a> From<&'a State> for StateJson<'a> {
    fn from(state: &'a State) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            lineage: state.lineage.to_string(),
            serial: state.serial,
            endpoint: state.endpoint.as_ref().map(ToString::to_string),
            orders: state.orders.iter().map(|(name, order)| RecordedJson::new(name, order)).collect(),
        }
    }
}

impl<'a> RecordedJson<'a> {
    /// Takes what is recorded of a name, for a document of its own.
    pub(super) fn alone(name: &'a OrderName, recorded: &'a Recorded) -> Self {
        Self { format_version: Some(FORMAT_VERSION), ..Self::new(name, recorded) }
    }

    /// Takes what is recorded of a name.
    pub(super) fn new(name: &'a OrderName, recorded: &'a Recorded) -> Self {
        match recorded {
            Recorded::Pending(attempt) => Self::pending(name.as_str(), attempt),
            Recorded::Created(bought) => Self::created(name.as_str(), bought),
        }
    }

    fn pending(name: &'a str, attempt: &'a Attempt) -> Self {
        let sends = (1..).zip(&attempt.sends).map(|(number, sent)| {
            let (fate, why) = match &sent.fate {
                None => ("open", None),
                Some(Fate::Unknown { why, .. }) => ("unknown", Some(why.as_str())),
                Some(Fate::Refused(why)) => ("refused", Some(why.as_str())),
                Some(Fate::NotNow(why)) => ("notNow", Some(why.as_str())),
            };
            let correlation_id = CorrelationId::derive(attempt.request_id, number).to_string();
            SentJson { number, correlation_id, at: sent.at.server.map(|at| at.to_string()), fate, why }
        });
        Self {
            format_version: None,
            name,
            is: "pending",
            customer_id: attempt.spec.customer_id.to_string(),
            generation: attempt.generation.0,
            request_id: Some(attempt.request_id.to_string()),
            order: None,
            recorded: None,
            undo: UndoJson::default(),
            subscriptions: Vec::new(),
            plan: Some(&attempt.plan),
            sends: Some(sends.collect()),
            spec: (&attempt.spec).into(),
        }
    }

    fn created(name: &'a str, bought: &'a Bought) -> Self {
        Self {
            format_version: None,
            name,
            is: "created",
            customer_id: bought.spec.customer_id.to_string(),
            generation: bought.generation.0,
            request_id: bought.request_id.map(|id| id.to_string()),
            order: Some(PlacedJson::new(&bought.order, bought.evidence)),
            recorded: bought.recorded.map(|at| at.to_string()),
            undo: bought.cancel_until().into(),
            subscriptions: bought.terms.iter().map(TermsJson::from).collect(),
            plan: None,
            sends: None,
            spec: (&bought.spec).into(),
        }
    }
}
