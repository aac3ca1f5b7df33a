//! What customers have already, as one document.

use serde::Serialize;

use super::FORMAT_VERSION;
use super::order::SpecJson;
use super::state::TermsJson;
use crate::domain::{OrderId, OrderName, SubscriptionId};
use crate::plan::{Adoptee, LeftOut, Why};
use crate::view::adopting::origin;
use crate::view::{AdoptedCustomer, AdoptionReport};

/// All of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AdoptionJson<'a> {
    format_version: &'static str,
    written: bool,
    summary: SummaryJson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_plan: Option<NextJson>,
    customers: Vec<CustomerJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryJson<'a> {
    customers: usize,
    adopted: usize,
    recorded: usize,
    left_out: usize,
    not_read: usize,
    not_resold: usize,
    remembered: usize,
    not_come_to: usize,
    files: usize,
    requests: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped: Option<&'a str>,
}

/// How many steps of each kind the next plan has.
#[derive(Debug, Serialize)]
struct NextJson {
    create: usize,
    settle: usize,
    keep: usize,
    rename: usize,
    blocked: usize,
    orphan: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CustomerJson<'a> {
    customer_id: String,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
    orders: Vec<AdopteeJson<'a>>,
    left_out: Vec<LeftOutJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AdopteeJson<'a> {
    name: &'a str,
    origin: &'static str,
    order_id: &'a str,
    subscription_ids: Vec<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auto_renew_enabled: Option<bool>,
    subscriptions: Vec<TermsJson<'a>>,
    #[serde(flatten)]
    spec: SpecJson<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LeftOutJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    reason: WhyJson<'a>,
}

/// Why something is left out: a stable `code`, with its evidence.
#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum WhyJson<'a> {
    Recorded { name: &'a str },
    InDoubt { name: &'a str },
    CouldBe { name: &'a str },
    Cancelled,
    Status { status: &'a str },
    Trial,
    AddOn,
    Usage,
    NoSubscription,
    NotListed,
    Elsewhere { order_id: &'a str },
    NoOrder { subscription_id: &'a str },
    Unwritable { problem: &'a str },
}

impl<'a> From<&'a AdoptionReport> for AdoptionJson<'a> {
    fn from(report: &'a AdoptionReport) -> Self {
        let tally = report.tally();
        Self {
            format_version: FORMAT_VERSION,
            written: report.is_written,
            summary: SummaryJson {
                customers: report.customers.len(),
                adopted: tally.adopted,
                recorded: tally.recorded,
                left_out: tally.left_out,
                not_read: tally.failed,
                not_resold: report.strangers,
                remembered: report.remembered,
                not_come_to: report.unread,
                files: tally.files,
                requests: report.requests,
                stopped: report.stopped.as_deref(),
            },
            next_plan: report.next.as_ref().map(|next| NextJson {
                create: next.create,
                settle: next.settle,
                keep: next.keep,
                rename: next.rename,
                blocked: next.blocked,
                orphan: next.orphan,
            }),
            customers: report.customers.iter().map(CustomerJson::from).collect(),
        }
    }
}

impl<'a> From<&'a AdoptedCustomer> for CustomerJson<'a> {
    fn from(customer: &'a AdoptedCustomer) -> Self {
        let found = customer.found.as_ref().ok();
        Self {
            customer_id: customer.customer_id.to_string(),
            name: &customer.name,
            company_name: customer.company.as_deref(),
            file: customer.file.as_deref(),
            error: customer.found.as_ref().err().map(String::as_str),
            orders: found.into_iter().flat_map(|found| &found.orders).map(AdopteeJson::from).collect(),
            left_out: found.into_iter().flat_map(|found| &found.left_out).map(LeftOutJson::from).collect(),
        }
    }
}

impl<'a> From<&'a Adoptee> for AdopteeJson<'a> {
    fn from(order: &'a Adoptee) -> Self {
        let ids = order.order.subscription_ids.iter();
        Self {
            name: order.name.as_str(),
            origin: origin(order.origin),
            order_id: order.order.order_id.as_str(),
            subscription_ids: ids.map(|id| id.as_ref().map(SubscriptionId::as_str)).collect(),
            auto_renew_enabled: order.auto_renew,
            subscriptions: order.terms.iter().map(TermsJson::from).collect(),
            spec: (&order.spec).into(),
        }
    }
}

impl<'a> From<&'a LeftOut> for LeftOutJson<'a> {
    fn from(one: &'a LeftOut) -> Self {
        let name = OrderName::as_str;
        let reason = match &one.why {
            Why::Recorded(of) => WhyJson::Recorded { name: name(of) },
            Why::InDoubt(of) => WhyJson::InDoubt { name: name(of) },
            Why::CouldBe(of) => WhyJson::CouldBe { name: name(of) },
            Why::Cancelled => WhyJson::Cancelled,
            Why::Status(status) => WhyJson::Status { status },
            Why::Trial => WhyJson::Trial,
            Why::AddOn => WhyJson::AddOn,
            Why::Usage => WhyJson::Usage,
            Why::NoSubscription => WhyJson::NoSubscription,
            Why::NotListed => WhyJson::NotListed,
            Why::Elsewhere(id) => WhyJson::Elsewhere { order_id: id.as_str() },
            Why::NoOrder(id) => WhyJson::NoOrder { subscription_id: id.as_str() },
            Why::Unwritable(problem) => WhyJson::Unwritable { problem },
        };
        let order_id = one.order_id.as_ref().map(OrderId::as_str);
        Self { order_id, line: one.line, title: one.title.as_deref(), reason }
    }
}
