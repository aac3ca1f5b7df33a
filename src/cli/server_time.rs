//! The server's time, for limits by hour and day: the local clock decides nothing about money.
//!
//! It is in every answer, whatever the answer is, so one customer whose orders cannot be listed does not hold up the others.
//!
//! **Invariant:** each customer is asked once, and only where nobody's answer had the time in it the first one again.

use std::collections::BTreeSet;
use std::pin::pin;

use tokio::sync::watch;

use super::failure::Failure;
use super::materials;
use crate::apply::{self, Retries};
use crate::domain::{CustomerId, Timestamp};
use crate::partner_center::RealTimer;
use crate::plan::{Plan, Step};
use crate::ports::{PartnerCenter, ReadError};

/// Asks the server for its time, where a limit by hour or day needs it. Once `stop` is true nothing is sent any more, and
/// the local time is as good.
pub(super) async fn server_time(
    shop: &impl PartnerCenter,
    plan: &Plan,
    stop: &mut watch::Receiver<bool>,
) -> Result<Timestamp, Failure> {
    if !plan.pins.as_ref().is_some_and(|pins| pins.limits.is_by_time()) {
        return Ok(materials::local_time());
    }
    let told_to_stop = async {
        // Where nobody is left to tell, it never comes.
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = pin!(told_to_stop) => Ok(materials::local_time()),
        now = ask(shop, plan) => now,
    }
}

/// Lists the orders of one customer after the other, until an answer says what time it is.
async fn ask(shop: &impl PartnerCenter, plan: &Plan) -> Result<Timestamp, Failure> {
    // Of what is not sent the customer may be gone; and where nothing is sent, nothing is held against a limit.
    let sent = plan.steps.iter().filter(|step| step.is_sent());
    let Some(first) = sent.clone().next().map(|step| step.customer_id) else {
        return Ok(materials::local_time());
    };
    let mut asked = BTreeSet::new();
    for customer in sent.map(|step: &Step| step.customer_id).filter(|customer| asked.insert(*customer)) {
        // The sign-in is everybody's.
        if let Err(error @ ReadError::SignIn(_)) = shop.list_orders(customer).await {
            return Err(error.into());
        }
        if let Some(now) = shop.now().server {
            return Ok(now);
        }
    }
    patiently(shop, first).await
}

async fn patiently(shop: &impl PartnerCenter, customer: CustomerId) -> Result<Timestamp, Failure> {
    apply::patiently(&RealTimer, &mut 0, &Retries::default(), || shop.list_orders(customer)).await?;
    shop.now().server.ok_or_else(|| {
        Failure::new("Partner Center did not say what time it is, so limits by hour and day cannot be kept")
    })
}
