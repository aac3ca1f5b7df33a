//! What is answered, before it becomes HTTP: status, body, and the few headers that depend on them.
//!
//! **Invariant:** values; nothing here knows a request.

use axum::body::Bytes;
use axum::http::StatusCode;
use serde::Serialize;

use crate::partner_center::wire::fault::{Code, Fault, Throttle};

/// A refusal in Partner Center's words ("Error codes"): codes mean something together with the status only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: i64,
    pub(super) description: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: i64, description: impl Into<String>) -> Self {
        let description = description.into();
        Self { status, code, description }
    }

    /// 400/800002.
    pub(super) fn invalid_input(description: impl Into<String>) -> Self {
        Self::new(400, 800_002, description)
    }

    /// 409/800060, the only documented answer that looks like a guard against duplicates.
    pub(super) fn in_progress() -> Self {
        Self::new(409, 800_060, "Your order is in progress. Check your order history in a few minutes.")
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
    /// `Retry-After`, in seconds.
    pub(super) retry_after_secs: Option<u64>,
    /// Whether this is an answer of the API proper, which echoes ids, or of something in front of it.
    pub(super) from_api: bool,
}

const JSON: &str = "application/json; charset=utf-8";

impl Reply {
    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("the wire structs have text keys only");
        Self::new(status, JSON, body)
    }

    pub(super) fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html>\r\n<html><head><title>Service unavailable</title></head>\
            <body><h2>Our services aren't available right now</h2></body></html>\r\n";
        Self { from_api: false, ..Self::new(status, "text/html", page) }
    }

    /// The throttle gateway's 429, which has another shape than every other error ("API throttling guidance").
    pub(super) fn throttled(retry_after_secs: u64) -> Self {
        let body = Throttle {
            status_code: 429,
            message: format!("Rate limit is exceeded. Try again in {retry_after_secs} seconds."),
        };
        Self {
            content_type: "application/json",
            retry_after_secs: Some(retry_after_secs),
            from_api: false,
            ..Self::json(429, &body)
        }
    }

    pub(super) fn new(status: u16, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            content_type,
            body: body.into(),
            retry_after_secs: None,
            from_api: true,
        }
    }
}

impl From<&Refusal> for Reply {
    fn from(refusal: &Refusal) -> Self {
        let body = Fault {
            code: Code::Number(refusal.code),
            description: refusal.description.clone(),
            data: Vec::new(),
            source: "PartnerFD".to_owned(),
        };
        Self::json(refusal.status, &body)
    }
}

impl<T: Into<Self>> From<Result<T, Refusal>> for Reply {
    fn from(result: Result<T, Refusal>) -> Self {
        result.map_or_else(|refusal| Self::from(&refusal), Into::into)
    }
}
