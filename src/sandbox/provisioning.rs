//! How far an order is provisioned ("Get order provisioning status"): for users alone.
//!
//! **Invariant:** nothing here changes the world.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Sandbox;
use super::bearer::judge_user;
use super::deliver::Visit;
use super::faults::Occasion;
use super::reply::{Refusal, Reply};
use super::world::World;
use crate::partner_center::wire::Collection;

pub(super) async fn status(
    State(sandbox): State<Sandbox>,
    Path((customer, order)): Path<(String, String)>,
    visit: Visit,
) -> Response<Body> {
    let judged = judge_user(visit.headers());
    let work = |_| {
        let now = sandbox.0.clock.timestamp();
        judged.and_then(|()| provisioned(&sandbox.world(), &customer, &order, now)).into()
    };
    visit.answer(&sandbox, Occasion::Get, Some(&customer), work).await
}

/// Returns what of an order is there: a line with a subscription is fulfilled.
fn provisioned(world: &World, customer: &str, order: &str, now: Timestamp) -> Result<Reply, Refusal> {
    let reply = world.order(customer, order, now)?;
    let order: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let lines = order["lineItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let status = |line: &Value| {
        let status = if line["subscriptionId"].is_string() { "fulfilled" } else { "unfulfilled" };
        json!({
            "lineItemNumber": line["lineItemNumber"],
            "status": status,
            "quantityProvisioningInformation": [{"quantity": line["quantity"], "status": status}],
        })
    };
    Ok(Reply::json(200, &Collection::of(lines.iter().map(status).collect())))
}
