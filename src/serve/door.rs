//! Who is answered, and what every answer carries.
//!
//! Only GET and HEAD, without a body, by a name of ours, and not on behalf of another site's page. A link on another site that
//! somebody follows is fine: that page gets nothing of it.
//!
//! **Invariant:** every answer that leaves here says that it is not to be kept, framed, guessed at or read by others.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::connections::Stage;
use super::hosts::Hosts;

const ALLOWED: &str = "GET, HEAD";

/// What may be done with an answer that has no policy of its own: nothing.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// What every answer carries.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Lets in whoever may, and dresses every answer.
pub(super) async fn door(State(hosts): State<Arc<Hosts>>, request: Request, next: Next) -> Response {
    if let Some(stage) = request.extensions().get::<Arc<Stage>>() {
        stage.answering();
    }
    let mut response = match refusal(&hosts, &request) {
        Some(refusal) => refusal,
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    // The page brings one of its own.
    response.headers_mut().entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    response
}

fn refusal(hosts: &Hosts, request: &Request) -> Option<Response> {
    if !is_by_our_name(hosts, request) {
        let why = "not by this name: it answers by its addresses, `localhost`, and names that `--listen-host` gives";
        return Some(text(StatusCode::FORBIDDEN, why));
    }
    if is_for_another_site(request.headers()) {
        return Some(text(StatusCode::FORBIDDEN, "not for another site's page"));
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "there is nothing to be changed here");
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static(ALLOWED));
        return Some(refusal);
    }
    has_a_body(request.headers()).then(|| text(StatusCode::PAYLOAD_TOO_LARGE, "no body is read here"))
}

/// Every name that the request has must be ours: that of its target, where it has one, and the only `Host`.
fn is_by_our_name(hosts: &Hosts, request: &Request) -> bool {
    let mut named = request.headers().get_all(header::HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else { return false };
    let target = request.uri().authority().is_none_or(|authority| hosts.answer(authority.as_str()));
    target && host.to_str().is_ok_and(|host| hosts.answer(host))
}

/// Browsers say on whose behalf they ask.
fn is_for_another_site(headers: &HeaderMap) -> bool {
    let says = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let other = matches!(says("sec-fetch-site"), Some("cross-site" | "same-site"));
    other && says("sec-fetch-mode") != Some("navigate")
}

fn has_a_body(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH);
    headers.contains_key(header::TRANSFER_ENCODING) || length.is_some_and(|length| length != "0")
}

/// Answers with a line of text.
pub(super) fn text(status: StatusCode, line: &str) -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    (status, [(header::CONTENT_TYPE, kind)], format!("{line}\n")).into_response()
}
