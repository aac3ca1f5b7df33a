//! What of a report is written down: subscription ids that have arrived, and how long subscriptions run.
//!
//! **Invariant:** only what completes what is recorded; never that an order is gone, and never how a subscription renews once
//! that is known, so that a drift stays one until a person decides.

use std::collections::{BTreeMap, BTreeSet};

use super::Reported;
use super::compare::subscription;
use crate::domain::{
    Bought, CustomerId, ObservedOrder, OrderName, RecordKind, Recorded, State, SubscriptionId,
    SubscriptionTerms,
};

/// Returns the order that is recorded of a name, with the report of its customer.
pub(super) fn created<'a>(
    state: &'a State,
    name: &OrderName,
    reports: &BTreeMap<CustomerId, &'a Reported>,
) -> Option<(&'a Bought, &'a Reported)> {
    let Recorded::Created(bought) = state.orders.get(name)? else { return None };
    Some((bought, reports.get(&bought.spec.customer_id)?))
}

/// Returns what has arrived and is to be recorded.
#[must_use]
pub fn arrived(state: &State, names: &BTreeSet<OrderName>, reports: &[Reported]) -> Vec<RecordKind> {
    let customers: BTreeMap<CustomerId, &Reported> =
        reports.iter().map(|report| (report.customer, report)).collect();
    let mut records = Vec::new();
    for name in names {
        let Some((bought, report)) = created(state, name, &customers) else { continue };
        let Some(order) = report.orders.orders.iter().find(|order| order.id == bought.order.order_id) else {
            continue;
        };
        let known = &bought.order.subscription_ids;
        let ids = subscription_ids(bought, order).unwrap_or_else(|| known.clone());
        if ids != *known {
            let subscription_ids = ids.clone();
            records.push(RecordKind::SubscriptionsKnown { name: name.clone(), subscription_ids });
        }
        let terms = terms(bought, &ids, report);
        if terms != bought.terms {
            records.push(RecordKind::TermsKnown { name: name.clone(), terms });
        }
    }
    records
}

/// Returns the subscription of each line, what is recorded first; `None` where the order has other lines than it had.
pub(super) fn subscription_ids(
    bought: &Bought,
    order: &ObservedOrder,
) -> Option<Vec<Option<SubscriptionId>>> {
    let known = &bought.order.subscription_ids;
    let seen = order.lines.iter().map(|line| line.subscription_id.as_ref());
    let merged = known.iter().zip(seen).map(|(known, seen)| known.as_ref().or(seen).cloned());
    (order.lines.len() == known.len()).then(|| merged.collect())
}

fn terms(bought: &Bought, ids: &[Option<SubscriptionId>], report: &Reported) -> Vec<SubscriptionTerms> {
    let merged = ids.iter().flatten().filter_map(|id| {
        let was = bought.terms.iter().find(|terms| terms.id.is_same(id));
        let Some(shown) = subscription(report, id) else { return was.cloned() };
        let id = was.map_or_else(|| shown.terms.id.clone(), |was| was.id.clone());
        let auto_renew = was.and_then(|was| was.auto_renew).or(shown.terms.auto_renew);
        Some(SubscriptionTerms { id, auto_renew, ..shown.terms.clone() })
    });
    merged.collect()
}
