//! What has changed since a plan was reviewed, as data.
//!
//! **Invariant:** a `change` or a `code` never changes its meaning.

use serde::Serialize;

use super::pins::PricesJson;
use super::reason::DifferenceJson;
use super::scope::ScopeJson;
use crate::domain::EndpointId;
use crate::plan::{Around, Changes, Happened, OrderChange};

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChangesJson<'a> {
    orders: Vec<OrderJson<'a>>,
    around: Vec<AroundJson<'a>>,
    /// Orders that still are exactly as they were reviewed, and are to be bought, settled or renamed.
    standing: Vec<&'a str>,
    /// Whether `--rebase` would carry those out.
    can_rebase: bool,
    /// Whether all of it was done already.
    applied: bool,
}

#[derive(Debug, Serialize)]
struct OrderJson<'a> {
    name: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    was: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<DifferenceJson<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum AroundJson<'a> {
    Lineage { was: String, is: String },
    Journal { was: u64, is: u64, continued: bool, names: Vec<&'a str> },
    Place { was: Option<String>, is: Option<String> },
    Scope { was: &'a str, is: &'a str, before: Box<ScopeJson<'a>>, after: Box<ScopeJson<'a>> },
    Tool { was: &'a str, is: &'a str },
    Limits { differences: Vec<DifferenceJson<'a>> },
    Recovery { differences: Vec<DifferenceJson<'a>> },
    Prices { was: Option<PricesJson<'a>>, is: Option<PricesJson<'a>> },
    Manifests,
    Expired { created_at: String, expires_at: String, now: String },
}

impl<'a> From<&'a Changes> for ChangesJson<'a> {
    fn from(changes: &'a Changes) -> Self {
        Self {
            orders: changes.orders.iter().map(OrderJson::from).collect(),
            around: changes.around.iter().map(AroundJson::from).collect(),
            standing: changes.standing.iter().map(|name| name.as_str()).collect(),
            can_rebase: changes.leave_a_rest(),
            applied: changes.is_applied(),
        }
    }
}

impl<'a> From<&'a OrderChange> for OrderJson<'a> {
    fn from(order: &'a OrderChange) -> Self {
        let (change, was, is) = match &order.happened {
            Happened::Added { is } => ("added", None, Some(is.word())),
            Happened::Gone { was } => ("gone", Some(was.word()), None),
            Happened::Changed { was, is, .. } => ("changed", Some(was.word()), Some(is.word())),
            Happened::Done => ("done", None, None),
            Happened::Begun => ("begun", None, None),
        };
        let differences = match &order.happened {
            Happened::Changed { differences, .. } => differences.iter().map(DifferenceJson::from).collect(),
            _ => Vec::new(),
        };
        Self { name: order.name.as_str(), change, was, is, differences }
    }
}

impl<'a> From<&'a Around> for AroundJson<'a> {
    fn from(around: &'a Around) -> Self {
        let place = |place: &Option<EndpointId>| place.as_ref().map(ToString::to_string);
        match around {
            Around::Lineage { was, is } => Self::Lineage { was: was.to_string(), is: is.to_string() },
            Around::Journal { was, is, is_continued, names } => Self::Journal {
                was: *was,
                is: *is,
                continued: *is_continued,
                names: names.iter().map(|name| name.as_str()).collect(),
            },
            Around::Place { was, is } => Self::Place { was: place(was), is: place(is) },
            Around::Scope { was, is } => Self::Scope {
                was: &was.path,
                is: &is.path,
                before: Box::new(ScopeJson::asked(was)),
                after: Box::new(ScopeJson::asked(is)),
            },
            Around::Tool { was, is } => Self::Tool { was, is },
            Around::Limits(differences) => {
                Self::Limits { differences: differences.iter().map(DifferenceJson::from).collect() }
            }
            Around::Recovery(differences) => {
                Self::Recovery { differences: differences.iter().map(DifferenceJson::from).collect() }
            }
            Around::Prices { was, is } => {
                let [was, is] = [was, is].map(|prices| prices.as_ref().map(PricesJson::from));
                Self::Prices { was, is }
            }
            Around::Manifests => Self::Manifests,
            Around::Expired { created, expires, now } => Self::Expired {
                created_at: created.to_string(),
                expires_at: expires.to_string(),
                now: now.to_string(),
            },
        }
    }
}
