//! What there is to be read.
//!
//! **Invariant:** a document is made once a status, and anew where less of the limits is used by then; it is kept for whoever
//! asks next; one is made at a time, beside the threads
//! that answer, so that many who ask cost little more than one.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use tokio::sync::{Mutex, Semaphore};
use tokio::task::spawn_blocking;

use super::connections::Stage;
use super::door::{door, text};
use super::metrics::{self, Dialect};
use super::{Hosts, Watched, events, health};
use crate::plan::Limit;
use crate::view::{Asked, situation_document, watch_page};
use crate::watch::Status;

/// The most streams of events at once.
const MOST_STREAMS: usize = 32;

const PATHS: &str = "there is `/`, `/status`, `/events`, `/metrics`, `/livez` and `/readyz`";

/// The last document, of which status it is, and what was used of the limits then.
type Made = (Arc<Status>, Vec<Limit>, Bytes);

/// What every route knows.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) watched: Watched,
    pub(super) streams: Arc<Semaphore>,
    document: Arc<Mutex<Option<Made>>>,
    page: Arc<Mutex<()>>,
}

pub(super) fn routes(watched: Watched, hosts: Hosts) -> Router {
    let known = Known {
        watched,
        streams: Arc::new(Semaphore::new(MOST_STREAMS)),
        document: Arc::default(),
        page: Arc::default(),
    };
    Router::new()
        .route("/", get(page))
        .route("/status", get(status))
        .route("/events", get(stream))
        .route("/metrics", get(exposition))
        .route("/livez", get(livez))
        .route("/readyz", get(readyz))
        .fallback(async || text(StatusCode::NOT_FOUND, PATHS))
        .layer(middleware::from_fn_with_state(Arc::new(hosts), door))
        .with_state(known)
}

async fn livez(State(known): State<Known>) -> Response {
    said(health::livez(&known.watched.life()))
}

async fn readyz(State(known): State<Known>) -> Response {
    let watched = &known.watched;
    said(health::readyz(&watched.status(), &watched.life(), watched.interval))
}

fn said(health: Result<String, String>) -> Response {
    match health {
        Ok(line) => text(StatusCode::OK, &line),
        Err(line) => text(StatusCode::SERVICE_UNAVAILABLE, &line),
    }
}

async fn exposition(State(known): State<Known>, headers: HeaderMap) -> Response {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    let dialect = Dialect::of(accept);
    typed(dialect.content_type(), metrics::exposition(&known.watched, dialect))
}

async fn status(State(known): State<Known>) -> Response {
    let (status, now) = (known.watched.status(), (known.watched.clock.local)());
    let used = status.picture.as_deref().map(|picture| picture.used(now)).unwrap_or_default();
    let mut kept = Arc::clone(&known.document).lock_owned().await;
    let is_new = |(of, then, _): &&Made| Arc::ptr_eq(of, &status) && *then == used;
    if let Some((_, _, document)) = kept.as_ref().filter(is_new) {
        return typed("application/json", document.clone());
    }
    // The lock goes along: whoever goes away meanwhile does not let a second one be made beside it.
    let made = spawn_blocking(move || {
        let document = Bytes::from(situation_document(&status, now));
        *kept = Some((status, used, document.clone()));
        document
    });
    made.await.map_or_else(|_| broken(), |document| typed("application/json", document))
}

async fn page(State(known): State<Known>, RawQuery(query): RawQuery) -> Response {
    let asked = Asked::of_query(&query.unwrap_or_default());
    let (status, now) = (known.watched.status(), (known.watched.clock.local)());
    let turn = Arc::clone(&known.page).lock_owned().await;
    let made = spawn_blocking(move || {
        let page = watch_page(&status, now, &asked);
        drop(turn);
        page
    });
    let Ok(page) = made.await else { return broken() };
    // What else it may do stands in the page itself, by the hashes of what is in it.
    let framed = HeaderValue::from_static("frame-ancestors 'none'");
    ([(header::CONTENT_SECURITY_POLICY, framed)], typed("text/html; charset=utf-8", page)).into_response()
}

async fn stream(State(known): State<Known>, Extension(stage): Extension<Arc<Stage>>) -> Response {
    let Ok(permit) = Arc::clone(&known.streams).try_acquire_owned() else {
        let later = [(header::RETRY_AFTER, HeaderValue::from_static("30"))];
        let full = text(StatusCode::SERVICE_UNAVAILABLE, "too many follow the events already");
        return (later, full).into_response();
    };
    stage.streaming();
    events::stream(known.watched.status, permit)
}

fn typed(kind: &'static str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// What was made failed, which is a bug; the log has it.
fn broken() -> Response {
    text(StatusCode::INTERNAL_SERVER_ERROR, "this could not be made, which is a mistake in the program")
}

#[cfg(test)]
mod tests;
