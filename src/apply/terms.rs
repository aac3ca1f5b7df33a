//! How long what was bought runs, and until when it can be given back: asked once a customer, at the end of a run.
//!
//! **Invariant:** what cannot be read is left out, and is no failure: what was bought is recorded already.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::event::{Ended, Outcome};
use super::run::Run;
use super::turn::stopped;
use crate::domain::{
    CustomerId, ObservedSubscription, OrderName, RecordKind, Recorded, SubscriptionId, SubscriptionTerms,
};
use crate::ports::{Journal, JournalError, PartnerCenter, Timer};

/// Finds the terms of subscriptions among all that a customer has, in their order.
#[must_use]
pub fn terms_of(ids: &[Option<SubscriptionId>], seen: &[ObservedSubscription]) -> Vec<SubscriptionTerms> {
    let found = ids.iter().flatten().filter_map(|id| {
        let is = |one: &&ObservedSubscription| one.terms.id.as_str().eq_ignore_ascii_case(id.as_str());
        seen.iter().find(is).map(|one| one.terms.clone())
    });
    found.collect()
}

impl<P: PartnerCenter, T: Timer, J: Journal> Run<'_, '_, P, T, J> {
    /// Reads and records the terms of what this run bought, and of `others`: those whose subscription ids have just come.
    pub(super) async fn learn_terms(&mut self, others: Vec<OrderName>) -> Result<(), JournalError> {
        if self.halt.is_some() {
            return Ok(());
        }
        let mut customers = self.unknown_terms(others);
        let mut reading: JoinSet<(Vec<OrderName>, Vec<ObservedSubscription>)> = JoinSet::new();
        loop {
            // Whoever asks to stop while it reads has what was bought recorded already.
            let may_ask = !*self.session.stop.borrow();
            while may_ask && reading.len() < self.session.settings.parallelism.max(1) {
                let Some((customer, names)) = customers.pop_last() else { break };
                let shop = Arc::clone(&self.session.partner_center);
                self.summary.reads += 1;
                reading.spawn(
                    async move { (names, shop.list_subscriptions(customer).await.unwrap_or_default()) },
                );
            }
            let (shop, stop) = (Arc::clone(&self.session.partner_center), self.session.stop.clone());
            let done = tokio::select! {
                biased;
                done = reading.join_next() => done,
                // They are good to know, and no reason to wait: `drift` reads them too.
                _ = shop.next_pause(self.told) => None,
                () = stopped(stop) => None,
            };
            let Some(done) = done else { break };
            let (names, seen) = done.unwrap_or_default();
            names.into_iter().for_each(|name| self.record_terms(name, &seen));
        }
        self.flush()?;
        for ended in &mut self.summary.ended {
            if let (Outcome::Created { .. }, Some(Recorded::Created(bought))) =
                (&ended.outcome, self.session.state.orders.get(&ended.name))
            {
                ended.cancel_until = bought.cancel_until();
            }
        }
        Ok(())
    }

    /// Returns whose subscriptions are to be asked for, and of which orders.
    fn unknown_terms(&self, others: Vec<OrderName>) -> BTreeMap<CustomerId, Vec<OrderName>> {
        let is_new = |ended: &&Ended| matches!(ended.outcome, Outcome::Created { .. });
        let new = self.summary.ended.iter().filter(is_new).map(|ended| ended.name.clone());
        let mut customers: BTreeMap<CustomerId, Vec<OrderName>> = BTreeMap::new();
        for name in new.chain(others) {
            let Some(Recorded::Created(bought)) = self.session.state.orders.get(&name) else { continue };
            if bought.order.subscription_ids.iter().any(Option::is_some) {
                customers.entry(bought.spec.customer_id).or_default().push(name);
            }
        }
        customers
    }

    fn record_terms(&mut self, name: OrderName, seen: &[ObservedSubscription]) {
        let Some(Recorded::Created(bought)) = self.session.state.orders.get(&name) else { return };
        let terms = terms_of(&bought.order.subscription_ids, seen);
        if !terms.is_empty() && terms != bought.terms {
            let recorded = self.record(vec![RecordKind::TermsKnown { name, terms }]);
            recorded.expect("terms can follow wherever an order is recorded");
        }
    }
}
