//! Subscription ids that come later than their order.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::ApplyError;
use super::event::Event;
use super::run::Run;
use super::turn::stopped;
use crate::domain::{CustomerId, ObservedOrder, OrderId, OrderName, RecordKind, Recorded};
use crate::plan::Plan;
use crate::ports::{Journal, PartnerCenter, Timer};

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// Reads once more what was recorded without its subscription ids ("Create an order": they may come later), and returns
    /// the names of which some have come.
    pub(super) async fn catch_up(&mut self, plan: &Plan) -> Result<Vec<OrderName>, ApplyError> {
        if self.halt.is_some() {
            return Ok(Vec::new());
        }
        let mut missing: Vec<_> = plan.steps.iter().filter_map(|step| self.missing_ids(&step.name)).collect();
        missing.reverse();
        let mut reading: JoinSet<(OrderName, Option<ObservedOrder>)> = JoinSet::new();
        let (mut arrived, mut names) = (Vec::new(), Vec::new());
        loop {
            while reading.len() < self.session.settings.parallelism.max(1) {
                let Some((name, customer, order)) = missing.pop() else { break };
                let shop = Arc::clone(&self.session.partner_center);
                self.summary.reads += 1;
                reading.spawn(async move { (name, shop.find_order(customer, order).await.ok().flatten()) });
            }
            let (shop, stop) = (Arc::clone(&self.session.partner_center), self.session.stop.clone());
            let done = tokio::select! {
                biased;
                pauses = shop.next_pause(self.told) => {
                    self.take_pause(pauses);
                    continue;
                }
                done = reading.join_next() => done,
                // The next run reads them.
                () = stopped(stop) => None,
            };
            let Some(done) = done else { break };
            if let Ok((name, Some(order))) = done {
                let event = self.record_subscriptions(name.clone(), &order);
                names.extend(event.is_some().then_some(name));
                arrived.extend(event);
            }
        }
        self.flush()?;
        arrived.iter().for_each(|event| (self.show)(event));
        Ok(names)
    }

    fn missing_ids(&self, name: &OrderName) -> Option<(OrderName, CustomerId, OrderId)> {
        let Recorded::Created(bought) = self.session.state.orders.get(name)? else { return None };
        let missing = bought.order.subscription_ids.iter().any(Option::is_none);
        missing.then(|| (name.clone(), bought.spec.customer_id, bought.order.order_id.clone()))
    }

    /// Records what has arrived, and returns what to show of it once it is durable.
    fn record_subscriptions(&mut self, name: OrderName, order: &ObservedOrder) -> Option<Event> {
        let Recorded::Created(bought) = self.session.state.orders.get(&name)? else { return None };
        let known = &bought.order.subscription_ids;
        if order.lines.len() != known.len() {
            return None;
        }
        let seen = order.lines.iter().map(|line| &line.subscription_id);
        let seen: Vec<_> =
            known.iter().zip(seen).map(|(known, seen)| known.as_ref().or(seen.as_ref()).cloned()).collect();
        if seen == *known {
            return None;
        }
        let kind = RecordKind::SubscriptionsKnown { name: name.clone(), subscription_ids: seen.clone() };
        self.record(vec![kind]).ok()?;
        Some(Event::SubscriptionsKnown { name, subscription_ids: seen })
    }
}
