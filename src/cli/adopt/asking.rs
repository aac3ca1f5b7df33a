//! What Partner Center is asked, for an adoption: who its customers are, and what each of them has.
//!
//! **Invariant:** reads only, with patience; every request is counted.

use std::collections::BTreeMap;

use crate::apply;
use crate::domain::{CustomerId, Listing, ObservedCustomer, ObservedSubscription};
use crate::partner_center::{Client, RealTimer};
use crate::ports::{PartnerCenter, ReadError};

/// What a customer has.
pub(super) struct Has {
    pub(super) orders: Listing,
    pub(super) subscriptions: Vec<ObservedSubscription>,
}

/// Lists all customers, page by page, by their tenant ids.
pub(super) async fn all_customers(
    client: &Client,
    requests: &mut u64,
) -> Result<BTreeMap<CustomerId, ObservedCustomer>, ReadError> {
    let mut all = BTreeMap::new();
    let mut after = None;
    loop {
        let page = apply::patiently(&RealTimer, requests, || client.list_customers(after.as_ref())).await?;
        all.extend(page.customers.into_iter().map(|customer| (customer.id, customer)));
        match page.next {
            // A service that gives the same page for ever shall not be asked for ever.
            Some(next) if Some(&next) != after.as_ref() => after = Some(next),
            _ => return Ok(all),
        }
    }
}

/// Reads one customer.
pub(super) async fn customer(
    client: &Client,
    id: CustomerId,
    requests: &mut u64,
) -> Result<ObservedCustomer, ReadError> {
    apply::patiently(&RealTimer, requests, || client.find_customer(id)).await
}

/// Reads what a customer has, in two requests.
pub(super) async fn what_it_has(
    client: &Client,
    id: CustomerId,
    requests: &mut u64,
) -> Result<Has, ReadError> {
    let orders = apply::patiently(&RealTimer, requests, || client.list_orders(id)).await?;
    let subscriptions = apply::patiently(&RealTimer, requests, || client.list_subscriptions(id)).await?;
    Ok(Has { orders, subscriptions })
}
