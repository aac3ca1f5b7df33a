//! The routes, and the loop that serves them.
//!
//! Under `/v1` those of Partner Center that an order needs; beside it those of `token_routes`, and the sandbox's own
//! corner: `GET /sandbox/ledger`, `POST /sandbox/orders`, by which someone buys in the portal, `POST /sandbox/changes`, by
//! which what was bought is changed there, and `POST /sandbox/catalogue/reissue`, by which every availability gets another id.
//!
//! **Invariant:** no rule about orders: a route names what is asked and hands it on.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, Response, header};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::Sandbox;
use super::audit::AuditQuery;
use super::browse_routes;
use super::change::Who;
use super::clock;
use super::connection::{CuttableListener, Scissors};
use super::customers::PageQuery;
use super::deliver::Visit;
use super::faults::Occasion;
use super::patch::Patch;
use super::reply::{Refusal, Reply};
use super::world::Purchase;
use super::{provisioning, token_routes};
use crate::partner_center::wire;
use crate::partner_center::wire::Collection;
use crate::partner_center::wire::order::Order;

/// The largest body that is read.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long connections have to end at shutdown before they are left behind.
const GRACE: Duration = Duration::from_secs(1);

type Parameters = Query<HashMap<String, String>>;

/// Serves until `shutdown` is done, then ends what waits.
pub(super) async fn run(
    sandbox: Sandbox,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = routes(sandbox.clone()).into_make_service_with_connect_info::<Scissors>();
    let closing = sandbox.clone();
    let shutdown = async move {
        shutdown.await;
        closing.0.closing.send_replace(true);
    };
    let listener = CuttableListener::new(listener, sandbox.0.tls.clone());
    let serving = axum::serve(listener, service).with_graceful_shutdown(shutdown);
    let grace = async {
        sandbox.closed().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served,
        () = grace => Ok(()),
    }
}

fn routes(sandbox: Sandbox) -> Router {
    let orders = "/v1/customers/{customer}/orders";
    let subscriptions = "/v1/customers/{customer}/subscriptions";
    Router::new()
        .route(orders, post(create).get(list))
        .route(&format!("{orders}/{{order}}"), get(order).patch(patch_order))
        .route(&format!("{orders}/{{order}}/provisioningstatus"), get(provisioning::status))
        .route(subscriptions, get(list_subscriptions))
        .route(&format!("{subscriptions}/{{subscription}}"), get(subscription).patch(patch_subscription))
        .route("/v1/customers", get(customers))
        .route("/v1/customers/{customer}", get(customer))
        .route("/v1/auditrecords", get(audit))
        .merge(token_routes::routes())
        .route("/sandbox/ledger", get(ledger))
        .route("/sandbox/orders", post(buy_in_the_portal))
        .merge(browse_routes::routes())
        .route("/sandbox/changes", post(change))
        .fallback(unknown)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(sandbox)
}

async fn create(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    visit: Visit,
    body: Result<Bytes, BytesRejection>,
) -> Response<Body> {
    let body = match body {
        Ok(body) => body,
        Err(rejection) => {
            let status = rejection.status().as_u16();
            let refusal = Refusal::new(status, 800_002, rejection.body_text());
            return visit.dress(&sandbox, Reply::from(&refusal));
        }
    };
    let request_id = visit.request_id();
    let correlation_id = visit.correlation_id().to_owned();
    let who = visit.who();
    let work = |later| {
        let at = sandbox.0.clock.timestamp();
        sandbox.world().create(&Purchase {
            customer: customer.clone(),
            request_id,
            correlation_id,
            who,
            body: body.to_vec(),
            at,
            effective: clock::after(at, later),
        })
    };
    visit.answer(&sandbox, Occasion::Create, Some(&customer), work).await
}

async fn list(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let billing_type = query.get("billingType").map(String::as_str);
    let work = |_| {
        let now = sandbox.0.clock.timestamp();
        sandbox.world().orders(&customer, billing_type, now).into()
    };
    visit.answer(&sandbox, Occasion::List, Some(&customer), work).await
}

async fn order(
    State(sandbox): State<Sandbox>,
    Path((customer, order)): Path<(String, String)>,
    visit: Visit,
) -> Response<Body> {
    let work = |_| {
        let now = sandbox.0.clock.timestamp();
        sandbox.world().order(&customer, &order, now).into()
    };
    visit.answer(&sandbox, Occasion::Get, Some(&customer), work).await
}

async fn patch_order(
    State(sandbox): State<Sandbox>,
    Path((customer, id)): Path<(String, String)>,
    visit: Visit,
    body: Bytes,
) -> Response<Body> {
    let (if_match, who) = (visit.if_match(), visit.who());
    let work = |_| {
        let at = sandbox.0.clock.timestamp();
        let patch = Patch { customer: &customer, id: &id, body: &body, if_match, who, at };
        sandbox.world().patch_order(&patch).into()
    };
    visit.answer(&sandbox, Occasion::Get, Some(&customer), work).await
}

async fn patch_subscription(
    State(sandbox): State<Sandbox>,
    Path((customer, id)): Path<(String, String)>,
    visit: Visit,
    body: Bytes,
) -> Response<Body> {
    let (if_match, who) = (visit.if_match(), visit.who());
    let work = |_| {
        let at = sandbox.0.clock.timestamp();
        let patch = Patch { customer: &customer, id: &id, body: &body, if_match, who, at };
        sandbox.world().patch_subscription(&patch).into()
    };
    visit.answer(&sandbox, Occasion::Subscriptions, Some(&customer), work).await
}

async fn list_subscriptions(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let order = query.get("order_id").map(String::as_str);
    let work = |_| {
        let now = sandbox.0.clock.timestamp();
        sandbox.world().subscriptions(&customer, order, now).into()
    };
    visit.answer(&sandbox, Occasion::Subscriptions, Some(&customer), work).await
}

async fn subscription(
    State(sandbox): State<Sandbox>,
    Path((customer, id)): Path<(String, String)>,
    visit: Visit,
) -> Response<Body> {
    let work = |_| {
        let now = sandbox.0.clock.timestamp();
        sandbox.world().subscription(&customer, &id, now).into()
    };
    visit.answer(&sandbox, Occasion::Subscriptions, Some(&customer), work).await
}

async fn customers(
    State(sandbox): State<Sandbox>,
    Query(query): Parameters,
    headers: HeaderMap,
    visit: Visit,
) -> Response<Body> {
    let token = headers.get("MS-ContinuationToken").and_then(|token| token.to_str().ok());
    let goes_on = query.get("seekOperation").is_some_and(|seek| seek.eq_ignore_ascii_case("next"));
    let query = PageQuery {
        size: query.get("size").and_then(|size| size.parse().ok()),
        after: token.filter(|_| goes_on).map(str::to_owned),
    };
    let work = |_| sandbox.world().customers(&query);
    visit.answer(&sandbox, Occasion::Customers, None, work).await
}

async fn customer(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    visit: Visit,
) -> Response<Body> {
    let work = |_| sandbox.world().customer_by_id(&customer).into();
    visit.answer(&sandbox, Occasion::Customers, Some(&customer), work).await
}

async fn audit(State(sandbox): State<Sandbox>, Query(query): Parameters, visit: Visit) -> Response<Body> {
    let query = AuditQuery::parse(&query);
    let customer = query.as_ref().ok().and_then(|query| query.customer.clone());
    let work = |_| match &query {
        Ok(query) => sandbox.world().audit(query, sandbox.0.clock.timestamp()),
        Err(refusal) => Reply::from(refusal),
    };
    visit.answer(&sandbox, Occasion::Audit, customer.as_deref(), work).await
}

async fn ledger(State(sandbox): State<Sandbox>) -> Response<Body> {
    plain(Reply::json(200, &Collection::of(sandbox.ledger())))
}

/// Buys without any client knowing of it: the customer is the body's `referenceCustomerId`, and `by` of the query is who;
/// no bearer, no fault.
async fn buy_in_the_portal(
    State(sandbox): State<Sandbox>,
    Query(query): Parameters,
    body: Bytes,
) -> Response<Body> {
    let order = wire::read::<Order>(&body).ok();
    let at = sandbox.0.clock.timestamp();
    plain(sandbox.world().create(&Purchase {
        customer: order.and_then(|order| order.reference_customer_id).unwrap_or_default(),
        request_id: None,
        correlation_id: Uuid::new_v4().to_string(),
        who: Who { by: query.get("by").cloned(), application: None },
        body: body.to_vec(),
        at,
        effective: at,
    }))
}

/// Changes what was bought, without any client knowing of it; no bearer, no fault.
async fn change(State(sandbox): State<Sandbox>, body: Bytes) -> Response<Body> {
    let now = sandbox.0.clock.timestamp();
    plain(sandbox.world().change(&body, now).into())
}

pub(super) fn plain(reply: Reply) -> Response<Body> {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = reply.status;
    let content_type = HeaderValue::from_static(reply.content_type);
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

async fn unknown(State(sandbox): State<Sandbox>, visit: Visit) -> Response<Body> {
    let refusal = Refusal::new(404, 404, "Resource not found.");
    visit.dress(&sandbox, Reply::from(&refusal))
}

async fn not_allowed(State(sandbox): State<Sandbox>, visit: Visit) -> Response<Body> {
    let refusal = Refusal::new(405, 405, "The method is not allowed.");
    visit.dress(&sandbox, Reply::from(&refusal))
}
