//! What Partner Center is asked, for an adoption: who its customers are, and what each of them has.
//!
//! **Invariant:** reads only, with patience; every request is counted.

use std::collections::BTreeMap;

use crate::apply::{Retries, patiently};
use crate::domain::{CustomerId, Listing, ObservedCustomer, ObservedSubscription};
use crate::partner_center::{Client, RealTimer};
use crate::ports::{PartnerCenter, ReadError};

/// How much was asked, and what may be asked again.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) requests: u64,
    retries: Retries,
}

impl Asked {
    async fn patiently<R, F>(&mut self, ask: impl FnMut() -> F) -> Result<R, ReadError>
    where
        F: Future<Output = Result<R, ReadError>>,
    {
        patiently(&RealTimer, &mut self.requests, &self.retries, ask).await
    }
}

/// What a customer has.
pub(super) struct Has {
    pub(super) orders: Listing,
    pub(super) subscriptions: Vec<ObservedSubscription>,
}

/// Lists all customers, page by page, by their tenant ids.
pub(super) async fn all_customers(
    client: &Client,
    asked: &mut Asked,
) -> Result<BTreeMap<CustomerId, ObservedCustomer>, ReadError> {
    let mut all = BTreeMap::new();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = asked.patiently(|| client.list_customers(after.as_ref())).await?;
        all.extend(page.customers.into_iter().map(|customer| (customer.id, customer)));
        match page.next {
            // A service that goes round in circles shall not be asked for ever.
            Some(next) if !seen.contains(&next) => {
                seen.push(next.clone());
                after = Some(next);
            }
            _ => return Ok(all),
        }
    }
}

/// Reads one customer.
pub(super) async fn customer(
    client: &Client,
    id: CustomerId,
    asked: &mut Asked,
) -> Result<ObservedCustomer, ReadError> {
    asked.patiently(|| client.find_customer(id)).await
}

/// Reads what a customer has, in two requests.
pub(super) async fn what_it_has(
    client: &Client,
    id: CustomerId,
    asked: &mut Asked,
) -> Result<Has, ReadError> {
    let orders = asked.patiently(|| client.list_orders(id)).await?;
    let subscriptions = asked.patiently(|| client.list_subscriptions(id)).await?;
    Ok(Has { orders, subscriptions })
}
