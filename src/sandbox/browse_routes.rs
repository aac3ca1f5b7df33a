//! The routes of the catalogue and of agreements, and the one by which availabilities are reissued.
//!
//! **Invariant:** no rule about what is for sale: a route names what is asked and hands it on.

use std::collections::HashMap;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::Response;
use axum::routing::{get, post};

use super::Sandbox;
use super::bearer::judge_user;
use super::browse::{self, Aisle};
use super::deliver::Visit;
use super::faults::Occasion;
use super::reply::{Refusal, Reply};
use super::server::plain;

type Parameters = Query<HashMap<String, String>>;
/// The parts of a path by their names: with a customer or without.
type Parts = Path<HashMap<String, String>>;

/// Returns the routes, under `/v1` and under `/v1/customers/{customer}`.
pub(super) fn routes() -> Router<Sandbox> {
    let mut router = Router::new();
    for base in ["/v1", "/v1/customers/{customer}"] {
        let products = format!("{base}/products");
        router = router
            .route(&products, get(browse))
            .route(&format!("{products}/{{product}}"), get(browse))
            .route(&format!("{products}/{{product}}/skus"), get(browse_skus))
            .route(&format!("{products}/{{product}}/skus/{{sku}}"), get(browse))
            .route(&format!("{products}/{{product}}/skus/{{sku}}/availabilities"), get(browse_availabilities))
            .route(&format!("{products}/{{product}}/skus/{{sku}}/availabilities/{{id}}"), get(browse));
    }
    router
        .route("/v1/offers/{offer}", get(offer))
        .route("/v1/productpromotions", get(promotions))
        .route("/v1/customers/{customer}/promotionEligibilities", post(eligibilities))
        .route("/v1/customers/{customer}/agreements", get(agreements).post(agree))
        .route("/sandbox/catalogue/reissue", post(reissue))
}

/// Answers from an aisle of the catalogue.
async fn answer(
    sandbox: Sandbox,
    parts: &HashMap<String, String>,
    country: Option<&String>,
    visit: Visit,
    look: impl FnOnce(&Aisle) -> Result<Reply, Refusal> + Send,
) -> Response<Body> {
    let customer = parts.get("customer").map(String::as_str);
    let country = country.map(String::as_str);
    let work = |_| sandbox.world().aisle(customer, country).and_then(|aisle| look(&aisle)).into();
    visit.answer(&sandbox, Occasion::Catalogue, customer, work).await
}

async fn browse(
    State(sandbox): State<Sandbox>,
    Path(parts): Parts,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let part = |name: &str| parts.get(name).map(String::as_str);
    let look = |aisle: &Aisle| match (part("product"), part("sku"), part("id")) {
        (Some(product), Some(sku), Some(id)) => aisle.availability(product, sku, id),
        (Some(product), Some(sku), None) => aisle.sku(product, sku),
        (Some(product), None, _) => aisle.product(product),
        (None, ..) => aisle.products(query.get("targetView").map(String::as_str)),
    };
    answer(sandbox, &parts, query.get("country"), visit, look).await
}

async fn browse_skus(
    State(sandbox): State<Sandbox>,
    Path(parts): Parts,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let product = parts.get("product").cloned().unwrap_or_default();
    answer(sandbox, &parts, query.get("country"), visit, |aisle| aisle.skus(&product)).await
}

async fn browse_availabilities(
    State(sandbox): State<Sandbox>,
    Path(parts): Parts,
    Query(query): Parameters,
    visit: Visit,
) -> Response<Body> {
    let part = |name: &str| parts.get(name).cloned().unwrap_or_default();
    let (product, sku) = (part("product"), part("sku"));
    let look = |aisle: &Aisle| aisle.availabilities(&product, &sku);
    answer(sandbox, &parts, query.get("country"), visit, look).await
}

async fn offer(State(sandbox): State<Sandbox>, Path(id): Path<String>, visit: Visit) -> Response<Body> {
    visit.answer(&sandbox, Occasion::Catalogue, None, |_| browse::offer(&id).into()).await
}

async fn promotions(State(sandbox): State<Sandbox>, visit: Visit) -> Response<Body> {
    visit.answer(&sandbox, Occasion::Catalogue, None, |_| Aisle::promotions()).await
}

async fn eligibilities(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response<Body> {
    let work = |_| {
        let known = sandbox.world().customer(&customer, false);
        known.and_then(|_| Aisle::eligibilities(&body)).into()
    };
    visit.answer(&sandbox, Occasion::Catalogue, Some(&customer), work).await
}

async fn agreements(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    visit: Visit,
) -> Response<Body> {
    let judged = judge_user(visit.headers());
    let work = |_| judged.and_then(|()| sandbox.world().agreements_of(&customer)).into();
    visit.answer(&sandbox, Occasion::Agreements, Some(&customer), work).await
}

async fn agree(
    State(sandbox): State<Sandbox>,
    Path(customer): Path<String>,
    visit: Visit,
    body: Bytes,
) -> Response<Body> {
    let judged = judge_user(visit.headers());
    let work = |_| judged.and_then(|()| sandbox.world().agree(&customer, &body)).into();
    visit.answer(&sandbox, Occasion::Agreements, Some(&customer), work).await
}

async fn reissue(State(sandbox): State<Sandbox>) -> Response<Body> {
    plain(sandbox.world().reissue())
}
