//! Who did it, and when: what differs, held against the audit log.
//!
//! Each record shows a resource as it was afterwards. So whoever made a subscription what it is reported to be is who did the
//! first operation of the last run of those that show it so.
//!
//! **Invariant:** nobody is named for what the log does not show.

use super::{Deviation, Differs, Done, Drift};
use crate::domain::{
    AuditedOperation, AuditedSubject, CustomerId, ObservedOrder, ObservedSubscription, OrderId,
    SubscriptionId,
};

impl Drift {
    /// Takes in what the audit log says of a customer.
    pub fn attribute(&mut self, customer: CustomerId, log: &[AuditedOperation]) {
        let mut log: Vec<&AuditedOperation> = log.iter().collect();
        log.sort_by_key(|operation| operation.at);
        for order in self.orders.iter_mut().filter(|order| order.customer_id == customer) {
            for Deviation { what, who } in &mut order.findings {
                *who = doer(what, &order.order_id, &log).map(Done::from);
            }
        }
        for order in self.unknown.iter_mut().filter(|order| order.customer_id == customer) {
            let made =
                of_order(&log, &order.order_id).find(|(operation, _)| operation.operation == "create_order");
            order.who = made.map(|(operation, _)| Done::from(operation));
        }
    }
}

impl From<&AuditedOperation> for Done {
    fn from(operation: &AuditedOperation) -> Self {
        Self { who: operation.who.clone(), at: operation.at, operation: operation.operation.clone() }
    }
}

fn doer<'a>(what: &Differs, order: &OrderId, log: &[&'a AuditedOperation]) -> Option<&'a AuditedOperation> {
    let made = |id: &SubscriptionId, is: &dyn Fn(&ObservedSubscription) -> bool| {
        last_change(of_subscription(log, id), is, false)
    };
    match what {
        Differs::Gone { .. } => of_order(log, order)
            .filter(|(operation, _)| operation.operation != "create_order")
            .last()
            .map(|(operation, _)| operation),
        Differs::Cancelled { subscription: None } => {
            let is = |order: &ObservedOrder| order.lines.iter().any(|line| line.quantity == 0);
            last_change(of_order(log, order), &|order| order.is_cancelled() || is(order), false)
        }
        Differs::Cancelled { subscription: Some(id) } => made(id, &|one| one.status == "deleted"),
        Differs::Suspended { subscription } => made(subscription, &|one| one.status == "suspended"),
        Differs::Expired { subscription } => made(subscription, &|one| one.status == "expired"),
        Differs::Status { subscription, status } => made(subscription, &|one| one.status == *status),
        Differs::Seats { reported, .. } => {
            let of =
                reported.iter().filter_map(|(id, seats)| made(id.as_ref()?, &|one| one.quantity == *seats));
            of.max_by_key(|operation| operation.at)
        }
        Differs::Renamed { subscription, reported, .. } => {
            made(subscription.as_ref()?, &|one| one.friendly_name == *reported)
        }
        Differs::AutoRenewal { subscription, reported, is_as_before, .. } => {
            let is = |one: &ObservedSubscription| one.terms.auto_renew == Some(*reported);
            last_change(of_subscription(log, subscription), &is, *is_as_before)
        }
    }
}

/// Finds the operation that made something what it is, unless it was so before, or is not so in the last record.
fn last_change<'a, T: 'a>(
    operations: impl Iterator<Item = (&'a AuditedOperation, &'a T)>,
    is: &dyn Fn(&T) -> bool,
    was: bool,
) -> Option<&'a AuditedOperation> {
    let (mut was, mut change) = (was, None);
    for (operation, shown) in operations {
        let now = is(shown);
        match (was, now) {
            (false, true) => change = Some(operation),
            (_, false) => change = None,
            (true, true) => {}
        }
        was = now;
    }
    change
}

fn of_subscription<'a>(
    log: &[&'a AuditedOperation],
    id: &SubscriptionId,
) -> impl Iterator<Item = (&'a AuditedOperation, &'a ObservedSubscription)> {
    log.iter().filter_map(move |operation| match &operation.subject {
        AuditedSubject::Subscription(shown) if shown.terms.id.is_same(id) => {
            Some((*operation, shown.as_ref()))
        }
        _ => None,
    })
}

fn of_order<'a>(
    log: &[&'a AuditedOperation],
    id: &OrderId,
) -> impl Iterator<Item = (&'a AuditedOperation, &'a ObservedOrder)> {
    log.iter().filter_map(move |operation| match &operation.subject {
        AuditedSubject::Order(shown) if shown.id == *id => Some((*operation, shown.as_ref())),
        _ => None,
    })
}
