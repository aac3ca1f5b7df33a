//! A plan as one document.
//!
//! **Invariant:** steps are sorted by name, whatever the order of the plan.

use serde::Serialize;

use super::FORMAT_VERSION;
use super::order::SpecJson;
use super::reason::{DifferenceJson, ReasonJson, differences};
use crate::plan::{Action, Counts, Plan, Step};

/// A plan.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanJson<'a> {
    format_version: &'static str,
    lineage: String,
    serial: u64,
    digest: String,
    summary: CountsJson,
    steps: Vec<StepJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CountsJson {
    create: usize,
    create_seats: u64,
    settle: usize,
    keep: usize,
    rename: usize,
    blocked: usize,
    orphan: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct StepJson<'a> {
    name: &'a str,
    action: &'static str,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formerly: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    allow_duplicate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_renew_enabled: Option<bool>,
    #[serde(flatten)]
    spec: SpecJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<ReasonJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<DifferenceJson<'a>>>,
}

impl<'a> From<&'a Plan> for PlanJson<'a> {
    fn from(plan: &'a Plan) -> Self {
        let mut steps: Vec<&Step> = plan.steps.iter().collect();
        steps.sort_by_key(|step| &step.name);
        Self {
            format_version: FORMAT_VERSION,
            lineage: plan.lineage.to_string(),
            serial: plan.serial,
            digest: plan.digest(),
            summary: plan.counts().into(),
            steps: steps.into_iter().map(StepJson::from).collect(),
        }
    }
}

impl From<Counts> for CountsJson {
    fn from(counts: Counts) -> Self {
        let Counts { create, create_seats, settle, keep, rename, blocked, orphan } = counts;
        Self { create, create_seats, settle, keep, rename, blocked, orphan }
    }
}

impl<'a> From<&'a Step> for StepJson<'a> {
    fn from(step: &'a Step) -> Self {
        let mut json = Self {
            name: step.name.as_str(),
            action: "create",
            customer_id: step.customer_id.to_string(),
            customer_name: step.customer_name.as_deref(),
            order_id: None,
            request_id: None,
            formerly: None,
            allow_duplicate: step.allow_duplicate,
            auto_renew_enabled: step.auto_renew,
            spec: (&step.spec).into(),
            reason: None,
            differences: None,
        };
        match &step.action {
            Action::Create => {}
            Action::Settle { request_id } => {
                json.action = "settle";
                json.request_id = Some(request_id.to_string());
            }
            Action::Keep { order_id } => (json.action, json.order_id) = ("keep", Some(order_id.as_str())),
            Action::Rename { from, order_id } => {
                (json.action, json.order_id) = ("rename", Some(order_id.as_str()));
                json.formerly = Some(from.as_str());
            }
            Action::Blocked(block) => {
                (json.action, json.reason) = ("blocked", Some(block.into()));
                json.differences = differences(block);
            }
            Action::Orphan { order_id } => (json.action, json.order_id) = ("orphan", Some(order_id.as_str())),
        }
        json
    }
}
