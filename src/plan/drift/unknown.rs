//! Orders that are there and not recorded.
//!
//! **Invariant:** what has ended is left out: nobody has to do anything about it.

use super::{MayBe, Recollection, Reported, UnknownOrder, called};
use crate::domain::{Likeness, ObservedOrder, ObservedSubscription, Recorded};

/// Lists the orders of a customer that are not recorded, the oldest first.
pub(super) fn orders(known: Recollection<'_>, report: &Reported) -> Vec<UnknownOrder> {
    let unrecorded = report.orders.orders.iter().filter(|order| known.state.name_of(&order.id).is_none());
    let mut orders: Vec<UnknownOrder> = unrecorded
        .filter(|order| !order.is_cancelled() && !has_ended(order, report))
        .map(|order| UnknownOrder {
            order_id: order.id.clone(),
            customer_id: report.customer,
            customer_name: called(known.desired, report.customer),
            lines: order.lines.iter().map(|line| (line.offer_id.clone(), line.quantity)).collect(),
            created: order.created.filter(|created| created.unix_ms() > 0),
            may_be: may_be(known, order),
            who: None,
        })
        .collect();
    orders.sort_by(|one, other| (one.created, &one.order_id).cmp(&(other.created, &other.order_id)));
    orders
}

/// Says whether every line has a subscription, and every subscription has ended.
fn has_ended(order: &ObservedOrder, report: &Reported) -> bool {
    let shown = |line: &crate::domain::ObservedLine| {
        line.subscription_id.as_ref().and_then(|id| super::compare::subscription(report, id))
    };
    order.lines.iter().all(|line| shown(line).is_some_and(ObservedSubscription::has_ended))
}

fn may_be(known: Recollection<'_>, order: &ObservedOrder) -> MayBe {
    if known.state.forgotten.iter().any(|bought| bought.order.order_id == order.id) {
        return MayBe::Forgotten;
    }
    let pending = known.state.orders.iter().find(|(_, recorded)| match recorded {
        Recorded::Pending(attempt) => {
            !attempt.baseline.order_ids.contains(&order.id)
                && order.customer_id == Some(attempt.spec.customer_id)
                && order.likeness(&attempt.spec) != Likeness::Different
        }
        Recorded::Created(_) => false,
    });
    if let Some((name, _)) = pending {
        return MayBe::Pending(name.clone());
    }
    let is_wanted = |wanted: &&crate::domain::DesiredOrder| {
        !known.state.orders.contains_key(&wanted.name) && order.likeness(&wanted.spec) == Likeness::Exact
    };
    let mut wanted: Vec<_> = known.desired.iter().filter(is_wanted).map(|order| &order.name).collect();
    wanted.sort();
    wanted.first().map_or(MayBe::Strange, |name| MayBe::Wanted((*name).clone()))
}
