//! A plan as one document: as `--format json` shows it, and as a file keeps it.
//!
//! What is shown holds no time, so an unchanged plan is the same bytes; a file has `pins` besides, and in them the two
//! times there are.
//!
//! **Invariant:** steps are sorted by name, whatever the order of the plan.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::FORMAT_VERSION;
use super::checks::{AvailabilityJson, ChecksJson};
use super::cost::{CostJson, TotalsJson};
use super::diagnostic::ProblemJson;
use super::limit::LimitJson;
use super::order::SpecJson;
use super::pins::PinsJson;
use super::reason::{DifferenceJson, ReasonJson, differences};
use super::scope::ScopeJson;
use crate::domain::{CustomerId, IdError, Lineage, OrderId, OrderName, RequestId};
use crate::plan::{Action, Costs, Counts, Limit, Plan, Saved, Step};

/// A plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanJson<'a> {
    format_version: Cow<'a, str>,
    lineage: String,
    serial: u64,
    pub(super) digest: String,
    /// Which orders it is about, where it is pinned to them.
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<ScopeJson<'a>>,
    summary: CountsJson,
    /// Where there are prices.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<TotalsJson>,
    /// Where Partner Center was asked beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<ChecksJson<'a>>,
    /// Those in force. What those by hour and day come to depends on the time.
    limits: Vec<LimitJson>,
    steps: Vec<StepJson<'a>>,
    /// In a file only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pins: Option<PinsJson<'a>>,
}

/// A plan that cannot be applied, as far as it was made, and why.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FailedJson<'a> {
    /// Where there is no plan, which brings its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    format_version: Option<&'static str>,
    #[serde(flatten)]
    plan: Option<PlanJson<'a>>,
    problem: ProblemJson<'a>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CountsJson {
    create: usize,
    create_seats: u64,
    settle: usize,
    keep: usize,
    rename: usize,
    blocked: usize,
    orphan: usize,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StepJson<'a> {
    name: Cow<'a, str>,
    action: Cow<'a, str>,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formerly: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    allow_duplicate: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_renew_enabled: Option<bool>,
    #[serde(flatten)]
    spec: SpecJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostJson<'a>>,
    /// What is sent in place of offers that leave their availability out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    availabilities: Vec<AvailabilityJson<'a>>,
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
            format_version: FORMAT_VERSION.into(),
            lineage: plan.lineage.to_string(),
            serial: plan.serial,
            digest: plan.digest(),
            scope: plan.pins.as_ref().map(ScopeJson::of),
            summary: plan.counts().into(),
            cost: plan.totals().as_ref().map(TotalsJson::from),
            checks: plan.checks.as_ref().map(ChecksJson::from),
            limits: plan.limits.iter().map(LimitJson::from).collect(),
            steps: steps
                .into_iter()
                .map(|step| StepJson { cost: plan.cost(&step.name).map(CostJson::from), ..step.into() })
                .collect(),
            pins: None,
        }
    }
}

impl PlanJson<'_> {
    /// Takes other limits: a plan is kept for longer than they stay the same.
    pub(super) fn with_limits(self, limits: &[Limit]) -> Self {
        Self { limits: limits.iter().map(LimitJson::from).collect(), ..self }
    }
}

impl<'a> From<&'a Saved> for PlanJson<'a> {
    fn from(saved: &'a Saved) -> Self {
        Self { pins: PinsJson::of(saved), ..Self::from(&saved.plan) }
    }
}

impl<'a> FailedJson<'a> {
    pub(super) fn new(plan: Option<&'a Saved>, problem: ProblemJson<'a>) -> Self {
        let format_version = plan.is_none().then_some(FORMAT_VERSION);
        Self { format_version, plan: plan.map(PlanJson::from), problem }
    }
}

impl From<Counts> for CountsJson {
    fn from(counts: Counts) -> Self {
        let Counts { create, create_seats, settle, keep, rename, blocked, orphan } = counts;
        Self { create, create_seats, settle, keep, rename, blocked, orphan }
    }
}

impl CountsJson {
    pub(super) fn read(self) -> Counts {
        let Self { create, create_seats, settle, keep, rename, blocked, orphan } = self;
        Counts { create, create_seats, settle, keep, rename, blocked, orphan }
    }
}

impl<'a> From<&'a Step> for StepJson<'a> {
    fn from(step: &'a Step) -> Self {
        let mut json = Self {
            name: step.name.as_str().into(),
            action: step.action.word().into(),
            customer_id: step.customer_id.to_string(),
            customer_name: step.customer_name.as_deref().map(Cow::Borrowed),
            order_id: None,
            request_id: None,
            formerly: None,
            allow_duplicate: step.allow_duplicate,
            auto_renew_enabled: step.auto_renew,
            spec: (&step.spec).into(),
            cost: None,
            availabilities: step.offers.iter().map(AvailabilityJson::from).collect(),
            reason: None,
            differences: None,
        };
        match &step.action {
            Action::Create => {}
            Action::Settle { request_id } => json.request_id = Some(request_id.to_string()),
            Action::Keep { order_id } | Action::Orphan { order_id } => {
                json.order_id = Some(order_id.as_str().into());
            }
            Action::Rename { from, order_id } => {
                json.order_id = Some(order_id.as_str().into());
                json.formerly = Some(from.as_str().into());
            }
            Action::Blocked(block) => {
                json.reason = Some(block.into());
                json.differences = differences(block);
            }
        }
        json
    }
}

impl PlanJson<'_> {
    /// Reads a plan that was saved, as far as it is one.
    pub(super) fn read(self) -> Result<Saved, String> {
        let lineage = Lineage::parse(&self.lineage).map_err(|error| error.to_string())?;
        let (mut steps, mut costs) = (Vec::new(), Costs::new());
        for mut step in self.steps {
            let cost = step.cost.take();
            let step = step.read()?;
            if let Some(cost) = cost {
                costs.insert(step.name.clone(), cost.read(&step.spec)?);
            }
            steps.push(step);
        }
        let costs = self.cost.map(|_| costs);
        let limits: Result<Vec<_>, _> = self.limits.into_iter().map(LimitJson::read).collect();
        let limits = limits?;
        let outside = self.scope.ok_or("it has no `scope`")?.read_outside()?;
        let checks = self.checks.map(ChecksJson::read).transpose()?;
        let pins = self.pins.ok_or("it has no `pins`")?;
        pins.vouch_for(checks.as_ref())?;
        let (pins, created, expires) = pins.read(outside, &limits)?;
        let plan = Plan { lineage, serial: self.serial, steps, pins: Some(pins), costs, checks, limits };
        Ok(Saved { plan, created, expires })
    }
}

impl StepJson<'_> {
    fn read(self) -> Result<Step, String> {
        let name = OrderName::parse(&self.name).map_err(|error| error.to_string())?;
        let lacking = format!("step `{name}` lacks what its action needs");
        let step = self.read_named(name).map_err(|error| error.to_string())?;
        step.ok_or(lacking)
    }

    /// Reads a step; `None` where its action is not known, or lacks something.
    fn read_named(self, name: OrderName) -> Result<Option<Step>, IdError> {
        let customer_id = CustomerId::parse(&self.customer_id)?;
        let order_id = self.order_id.as_deref().map(OrderId::parse).transpose()?;
        let request_id = self.request_id.as_deref().map(RequestId::parse).transpose()?;
        let from = self.formerly.as_deref().map(OrderName::parse).transpose()?;
        let differences = self.differences.unwrap_or_default();
        let differences = differences.into_iter().map(DifferenceJson::read).collect();
        let action = match &*self.action {
            "create" => Some(Action::Create),
            "settle" => request_id.map(|request_id| Action::Settle { request_id }),
            "keep" => order_id.map(|order_id| Action::Keep { order_id }),
            "rename" => from.zip(order_id).map(|(from, order_id)| Action::Rename { from, order_id }),
            "orphan" => order_id.map(|order_id| Action::Orphan { order_id }),
            "blocked" => {
                let block = self.reason.map(|reason| reason.read(differences)).transpose()?;
                block.flatten().map(Action::Blocked)
            }
            _ => None,
        };
        let Some(action) = action else { return Ok(None) };
        let offers: Result<_, _> = self.availabilities.into_iter().map(AvailabilityJson::read).collect();
        Ok(Some(Step {
            name,
            customer_id,
            customer_name: self.customer_name.map(Cow::into_owned),
            spec: self.spec.read(customer_id)?,
            allow_duplicate: self.allow_duplicate,
            auto_renew: self.auto_renew_enabled,
            offers: offers?,
            action,
        }))
    }
}
