//! Drift, and orders that are accounted for, as documents.
//!
//! **Invariant:** orders are sorted by name, unrecorded ones by customer and by when they were made; every finding has a stable `kind`.

use serde::Serialize;
use serde_json::{Value, json};

use super::plan::PlanJson;
use super::{FORMAT_VERSION, text};
use crate::plan::{
    Account, Accounts, Deviation, Differs, Done, Drift, Entry, MayBe, News, OrderDrift, Part, Plan,
    RenewalBy, UnknownOrder, Unread,
};

/// Drift.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DriftJson<'a> {
    format_version: &'static str,
    /// Whether there is any.
    drift: bool,
    compared: usize,
    drifted: usize,
    requests: u64,
    orders: Vec<OrderJson<'a>>,
    unknown: Vec<UnknownJson<'a>>,
    unread: Vec<UnreadJson<'a>>,
}

/// A plan with the drift beside it.
#[derive(Debug, Serialize)]
struct RefreshedJson<'a> {
    #[serde(flatten)]
    plan: PlanJson<'a>,
    drift: DriftJson<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OrderJson<'a> {
    name: &'a str,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    order_id: &'a str,
    findings: Vec<Value>,
    news: Vec<Value>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnknownJson<'a> {
    order_id: &'a str,
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<&'a str>,
    line_items: Vec<LineJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    may_be: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<DoneJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LineJson<'a> {
    offer_id: &'a str,
    quantity: u32,
}

/// Who did something.
#[derive(Debug, Serialize)]
struct DoneJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<String>,
    operation: &'a str,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct UnreadJson<'a> {
    customer_id: String,
    part: &'static str,
    why: &'a str,
}

impl<'a> From<&'a Drift> for DriftJson<'a> {
    fn from(drift: &'a Drift) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            drift: drift.is_some(),
            compared: drift.compared,
            drifted: drift.drifted(),
            requests: drift.requests,
            orders: drift.orders.iter().map(OrderJson::from).collect(),
            unknown: drift.unknown.iter().map(UnknownJson::from).collect(),
            unread: drift.unread.iter().map(UnreadJson::from).collect(),
        }
    }
}

impl<'a> From<&'a OrderDrift> for OrderJson<'a> {
    fn from(order: &'a OrderDrift) -> Self {
        Self {
            name: order.name.as_str(),
            customer_id: order.customer_id.to_string(),
            customer_name: order.customer_name.as_deref(),
            order_id: order.order_id.as_str(),
            findings: order.findings.iter().map(finding).collect(),
            news: order.news.iter().map(news).collect(),
        }
    }
}

impl<'a> From<&'a UnknownOrder> for UnknownJson<'a> {
    fn from(order: &'a UnknownOrder) -> Self {
        let (may_be, name) = match &order.may_be {
            MayBe::Strange => ("strange", None),
            MayBe::Wanted(name) => ("wanted", Some(name.as_str())),
            MayBe::Pending(name) => ("pending", Some(name.as_str())),
            MayBe::Forgotten => ("forgotten", None),
        };
        let line = |(offer, quantity): &'a (crate::domain::OfferId, u32)| LineJson {
            offer_id: offer.as_str(),
            quantity: *quantity,
        };
        Self {
            order_id: order.order_id.as_str(),
            customer_id: order.customer_id.to_string(),
            customer_name: order.customer_name.as_deref(),
            line_items: order.lines.iter().map(line).collect(),
            created: order.created.map(|at| at.to_string()),
            may_be,
            name,
            who: order.who.as_ref().map(DoneJson::from),
        }
    }
}

impl<'a> From<&'a Done> for DoneJson<'a> {
    fn from(done: &'a Done) -> Self {
        Self {
            user: done.who.user.as_deref(),
            application: done.who.application.as_deref(),
            at: done.at.map(|at| at.to_string()),
            operation: &done.operation,
        }
    }
}

impl<'a> From<&'a Unread> for UnreadJson<'a> {
    fn from(unread: &'a Unread) -> Self {
        let part = match unread.part {
            Part::Estate => "estate",
            Part::AuditLog => "auditLog",
        };
        Self { customer_id: unread.customer_id.to_string(), part, why: &unread.why }
    }
}

fn finding(finding: &Deviation) -> Value {
    let mut value = match &finding.what {
        Differs::Gone { subscriptions } => {
            json!({ "subscriptionIds": subscriptions.iter().map(|id| id.as_str()).collect::<Vec<_>>() })
        }
        Differs::Cancelled { subscription: None } => json!({}),
        Differs::Cancelled { subscription: Some(subscription) }
        | Differs::Suspended { subscription }
        | Differs::Expired { subscription } => json!({ "subscriptionId": subscription.as_str() }),
        Differs::Status { subscription, status } => {
            json!({ "subscriptionId": subscription.as_str(), "status": status })
        }
        Differs::Seats { product, recorded, reported } => {
            let reported = reported.iter().map(|(id, seats)| match id {
                Some(id) => json!({ "subscriptionId": id.as_str(), "seats": seats }),
                None => json!({ "seats": seats }),
            });
            json!({ "product": product, "recorded": recorded, "reported": reported.collect::<Vec<_>>() })
        }
        Differs::Renamed { subscription, recorded, reported } => {
            let mut value = json!({ "recorded": recorded, "reported": reported });
            if let Some(id) = subscription {
                value["subscriptionId"] = id.as_str().into();
            }
            value
        }
        Differs::AutoRenewal { subscription, reported, by, .. } => {
            let by = match by {
                RenewalBy::Manifest => "manifest",
                RenewalBy::Recorded => "recorded",
            };
            json!({ "subscriptionId": subscription.as_str(), "reported": reported, "by": by })
        }
    };
    value["kind"] = finding.what.word().into();
    if let Some(who) = &finding.who {
        value["who"] = json!(DoneJson::from(who));
    }
    value
}

fn news(news: &News) -> Value {
    match news {
        News::NotListedYet => json!({ "kind": "notListedYet" }),
        News::Subscriptions(ids) => {
            let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
            json!({ "kind": "subscriptions", "subscriptionIds": ids })
        }
        News::Renewed { subscription, until } => {
            json!({ "kind": "renewed", "subscriptionId": subscription.as_str(), "until": until })
        }
    }
}

/// Writes a plan with the drift beside it as one document.
#[must_use]
pub fn refreshed_plan(plan: &Plan, drift: &Drift) -> String {
    text(&RefreshedJson { plan: plan.into(), drift: drift.into() })
}

/// Accounts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountsJson<'a> {
    format_version: &'static str,
    in_order: bool,
    requests: u64,
    summary: Value,
    orders: Vec<AccountJson<'a>>,
    unread: Vec<UnreadJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountJson<'a> {
    customer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    entry: &'static str,
    accounted_for: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    who: Option<DoneJson<'a>>,
}

impl<'a> From<&'a Accounts> for AccountsJson<'a> {
    fn from(accounts: &'a Accounts) -> Self {
        let summary =
            Entry::ALL.into_iter().map(|entry| (entry.word().to_owned(), accounts.count(entry).into()));
        Self {
            format_version: FORMAT_VERSION,
            in_order: accounts.are_in_order(),
            requests: accounts.requests,
            summary: Value::Object(summary.collect()),
            orders: accounts.orders.iter().map(AccountJson::from).collect(),
            unread: accounts.unread.iter().map(UnreadJson::from).collect(),
        }
    }
}

impl<'a> From<&'a Account> for AccountJson<'a> {
    fn from(account: &'a Account) -> Self {
        Self {
            customer_id: account.customer_id.to_string(),
            order_id: account.order_id.as_ref().map(|id| id.as_str()),
            name: account.name.as_ref().map(|name| name.as_str()),
            entry: account.entry.word(),
            accounted_for: account.entry.is_accounted_for(),
            who: account.who.as_ref().map(DoneJson::from),
        }
    }
}
