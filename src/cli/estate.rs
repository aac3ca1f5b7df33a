//! What Partner Center reports of several customers: two requests each, a few customers at a time.
//!
//! **Invariant:** reads only; a customer that cannot be read holds up nobody else, a sign-in that is not accepted everybody.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::failure::Failure;
use crate::apply::{Retries, patiently};
use crate::domain::CustomerId;
use crate::partner_center::{AuditLog, Client, RealTimer};
use crate::plan::{Part, Reported, Unread};
use crate::ports::{PartnerCenter, ReadError};

/// How many customers are read at once: what is asked of Partner Center's limits is little, and it is nobody's hurry.
const AT_ONCE: usize = 4;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Estates {
    /// Of each customer that could be read, by its id.
    pub(super) reports: Vec<Reported>,
    pub(super) unread: Vec<Unread>,
    pub(super) requests: u64,
}

/// Reads orders and subscriptions of customers.
pub(super) async fn read(
    client: &Arc<Client>,
    customers: BTreeSet<CustomerId>,
    retries: &Arc<Retries>,
) -> Result<Estates, Failure> {
    let mut waiting = customers.into_iter();
    let mut reading = JoinSet::new();
    let mut estates = Estates::default();
    loop {
        while reading.len() < AT_ONCE {
            let Some(customer) = waiting.next() else { break };
            let (client, retries) = (Arc::clone(client), Arc::clone(retries));
            reading.spawn(async move { (customer, estate(&client, customer, &retries).await) });
        }
        let Some(done) = reading.join_next().await else { break };
        let (customer, (requests, report)) = done.map_err(|error| Failure::of(&error))?;
        estates.requests += requests;
        match report {
            Ok(report) => estates.reports.push(report),
            Err(error) => estates.unread.push(unread(customer, Part::Estate, error)?),
        }
    }
    estates.reports.sort_by_key(|report| report.customer);
    estates.unread.sort_by_key(|unread| unread.customer_id);
    Ok(estates)
}

async fn estate(
    client: &Client,
    customer: CustomerId,
    retries: &Retries,
) -> (u64, Result<Reported, ReadError>) {
    let mut requests = 0;
    let orders = patiently(&RealTimer, &mut requests, retries, || client.list_orders(customer)).await;
    let orders = match orders {
        Ok(orders) => orders,
        Err(error) => return (requests, Err(error)),
    };
    let subscriptions =
        patiently(&RealTimer, &mut requests, retries, || client.list_subscriptions(customer)).await;
    (requests, subscriptions.map(|subscriptions| Reported { customer, orders, subscriptions }))
}

/// Reads the audit log of a customer since shortly before a time, or for as long as it goes back.
pub(super) async fn audit_log(
    client: &Client,
    customer: CustomerId,
    since: Option<crate::domain::Timestamp>,
    retries: &Retries,
) -> (u64, Result<AuditLog, ReadError>) {
    let since = since.unwrap_or(crate::domain::Timestamp::from_unix_ms(0));
    let mut tries = 0;
    let log = patiently(&RealTimer, &mut tries, retries, || client.audit_log(customer, since)).await;
    // The last try has counted its own pages.
    let pages = log.as_ref().map_or(1, |log| log.requests);
    (tries.saturating_sub(1) + pages, log)
}

/// Says that something could not be read; a sign-in that is not accepted ends everything.
pub(super) fn unread(customer_id: CustomerId, part: Part, error: ReadError) -> Result<Unread, Failure> {
    match error {
        ReadError::SignIn(_) => Err(error.into()),
        error => Ok(Unread { customer_id, part, why: error.to_string() }),
    }
}
