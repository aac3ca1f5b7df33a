//! Partner Center behind a kill switch: it is looked at before every order leaves, the first time and every other time.
//!
//! An order that is held back here has been announced, so the journal says that it never left. Once the switch was
//! found pulled the run is asked to stop, so that nothing else begins.
//!
//! **Invariant:** no byte of an order leaves after the switch was seen pulled. Reading goes on: it buys nothing.

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::{
    Answer, AuditedOrder, CustomerId, EndpointId, Excerpt, Listing, Moment, NotSent, ObservedOrder,
    ObservedSubscription, OrderId, OrderSpec,
};
use crate::ports::{KillSwitch, NoTurn, Outgoing, PartnerCenter, Pauses, ReadError, Turn};

/// A Partner Center that sends nothing once the switch is pulled.
#[derive(Debug)]
pub struct Guarded<P, K> {
    inner: Arc<P>,
    switch: K,
    stop: watch::Sender<bool>,
}

impl<P, K> Guarded<P, K> {
    /// Guards one; `stop` becomes true where something was held back.
    pub fn new(inner: Arc<P>, switch: K, stop: watch::Sender<bool>) -> Self {
        Self { inner, switch, stop }
    }
}

impl<P: PartnerCenter, K: KillSwitch> PartnerCenter for Guarded<P, K> {
    fn endpoint(&self) -> EndpointId {
        self.inner.endpoint()
    }

    fn render(&self, spec: &OrderSpec) -> String {
        self.inner.render(spec)
    }

    fn now(&self) -> Moment {
        self.inner.now()
    }

    async fn turn(&self) -> Result<Turn, NoTurn> {
        self.inner.turn().await
    }

    fn pauses(&self) -> Pauses {
        self.inner.pauses()
    }

    async fn next_pause(&self, told: u64) -> Pauses {
        self.inner.next_pause(told).await
    }

    async fn create_order(&self, send: Outgoing) -> Answer {
        if let Some(why) = self.switch.pulled() {
            self.stop.send_replace(true);
            return Answer::NotSent(NotSent(Excerpt::of(&why)));
        }
        self.inner.create_order(send).await
    }

    async fn list_orders(&self, customer: CustomerId) -> Result<Listing, ReadError> {
        self.inner.list_orders(customer).await
    }

    async fn list_subscriptions(&self, customer: CustomerId) -> Result<Vec<ObservedSubscription>, ReadError> {
        self.inner.list_subscriptions(customer).await
    }

    async fn find_order(
        &self,
        customer: CustomerId,
        order: OrderId,
    ) -> Result<Option<ObservedOrder>, ReadError> {
        self.inner.find_order(customer, order).await
    }

    async fn audited_orders(
        &self,
        customer: CustomerId,
        since: Moment,
    ) -> Result<Vec<AuditedOrder>, ReadError> {
        self.inner.audited_orders(customer, since).await
    }
}
