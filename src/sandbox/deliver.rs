//! Answers a request: with the truth, or with what shall go wrong instead.
//!
//! Every route comes through [`Visit::answer`]: throttle, bearer, fault, latency, then the work itself, then headers.
//! Whether the work is done, and whether anyone hears of it, are two things: that is what faults are about.
//!
//! **Invariant:** the work is done once or not at all, whatever becomes of the answer.

use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use jiff::Timestamp;
use uuid::Uuid;

use super::Sandbox;
use super::bearer;
use super::change::Who;
use super::connection::Scissors;
use super::deed::{Deed, Html, Substitute, When};
use super::faults::Occasion;
use super::reply::{Refusal, Reply};
use super::witness::Asked;

/// The other customer of a wrong answer.
const STRANGER: &str = "00000000-0000-4000-8000-000000000000";

/// A request, without its body: who asks, under which ids, and the line it came over.
#[derive(Debug)]
pub(super) struct Visit {
    headers: HeaderMap,
    scissors: Option<Scissors>,
    correlation_id: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let scissors = parts.extensions.get::<ConnectInfo<Scissors>>();
        let headers = parts.headers.clone();
        let correlation_id = text(&headers, "ms-correlationid");
        Ok(Self {
            scissors: scissors.map(|info| info.0.clone()),
            correlation_id: correlation_id.unwrap_or_else(|| Uuid::new_v4().to_string()),
            headers,
        })
    }
}

impl Visit {
    /// Returns `MS-RequestId` in lower case, if one was sent.
    pub(super) fn request_id(&self) -> Option<String> {
        text(&self.headers, "ms-requestid").map(|id| id.to_ascii_lowercase())
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(super) fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// Returns `If-Match`, without its quotes.
    pub(super) fn if_match(&self) -> Option<String> {
        text(&self.headers, "if-match").map(|etag| etag.trim_matches('"').to_owned())
    }

    /// Returns who asks, as audit records say it: the application. Tokens here are nobody's.
    pub(super) fn who(&self) -> Who {
        Who { by: None, application: text(&self.headers, "ms-partnercenter-application") }
    }

    /// Answers. `work` is told how much later than now it is to take effect.
    pub(super) async fn answer(
        self,
        sandbox: &Sandbox,
        occasion: Occasion,
        customer: Option<&str>,
        work: impl FnOnce(Duration) -> Reply + Send,
    ) -> Response<Body> {
        let at = sandbox.0.clock.timestamp();
        let about = customer.map(str::to_owned);
        let response = self.answer_at(at, sandbox, occasion, customer, work).await;
        let status = response.status().as_u16();
        sandbox.0.witness.tell(|| Asked { on: occasion, customer: about, at, status });
        response
    }

    async fn answer_at(
        self,
        now: Timestamp,
        sandbox: &Sandbox,
        occasion: Occasion,
        customer: Option<&str>,
        work: impl FnOnce(Duration) -> Reply + Send,
    ) -> Response<Body> {
        // It stands before everything else, and knows no tokens.
        if let Some(wait) = sandbox.gateway().reject(occasion, customer, now) {
            return self.dress(sandbox, Reply::throttled(wait));
        }
        if occasion != Occasion::Token
            && let Err(refusal) = bearer::judge_bearer(&self.headers, now)
        {
            return self.dress(sandbox, Reply::from(&refusal));
        }
        let deed = sandbox.script().decide(occasion, customer, now);
        if !sandbox.pause(sandbox.0.latency).await {
            return self.lose();
        }
        match deed {
            Some(deed) => self.fail(sandbox, deed, customer, work).await,
            None => self.dress(sandbox, work(Duration::ZERO)),
        }
    }

    /// Makes something go wrong.
    async fn fail(
        self,
        sandbox: &Sandbox,
        deed: Deed,
        customer: Option<&str>,
        work: impl FnOnce(Duration) -> Reply + Send,
    ) -> Response<Body> {
        let now = Duration::ZERO;
        match deed {
            Deed::LoseAnswer(when) => {
                done(when, work);
                self.lose()
            }
            Deed::Hang(when) => {
                done(when, work);
                sandbox.closed().await;
                self.lose()
            }
            Deed::Html(when) => {
                done(when, work);
                self.dress(sandbox, Reply::html(200))
            }
            Deed::Substitute(substitute) => {
                done(substitute.when, work);
                self.dress(sandbox, told(substitute))
            }
            Deed::Late(later) => {
                work(later);
                self.dress(sandbox, Reply::html(504))
            }
            Deed::Slow(time) => {
                let reply = work(now);
                match sandbox.pause(time).await {
                    true => self.dress(sandbox, reply),
                    false => self.lose(),
                }
            }
            Deed::CutBody => {
                let reply = work(now);
                if let Some(scissors) = &self.scissors {
                    scissors.cut_in_body(reply.body.len() / 2);
                }
                self.dress(sandbox, reply)
            }
            Deed::Bom => {
                let reply = work(now);
                let body = ["\u{feff}".as_bytes(), &reply.body].concat().into();
                self.dress(sandbox, Reply { body, ..reply })
            }
            Deed::WrongCustomer => self.dress(sandbox, misdirected(work(now), customer)),
            Deed::DoubledHeaders => {
                let mut response = self.dress(sandbox, work(now));
                double(response.headers_mut());
                response
            }
        }
    }

    /// Closes the connection without a byte of an answer.
    fn lose(&self) -> Response<Body> {
        if let Some(scissors) = &self.scissors {
            scissors.cut_now();
        }
        Response::new(Body::empty())
    }

    /// Makes HTTP of a reply, with the headers of the page "Partner Center REST headers".
    pub(super) fn dress(&self, sandbox: &Sandbox, reply: Reply) -> Response<Body> {
        let mut response = Response::new(Body::from(reply.body));
        *response.status_mut() = reply.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
        headers.insert(header::DATE, date(sandbox.0.clock.now()));
        if let Some(seconds) = reply.retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if reply.status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"\"");
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        if reply.from_api {
            self.sign(headers);
        }
        if let Some(is_compliant) = bearer::mfa_compliance(&self.headers) {
            let word = if is_compliant { "true" } else { "false" };
            headers.insert(HeaderName::from_static("ismfacompliant"), HeaderValue::from_static(word));
        }
        response
    }

    fn sign(&self, headers: &mut HeaderMap) {
        let made_up = Uuid::new_v4().simple().to_string();
        let request_id = text(&self.headers, "ms-requestid");
        let locale = text(&self.headers, "x-locale");
        for (name, value) in [
            ("ms-requestid", request_id.unwrap_or_else(|| Uuid::new_v4().to_string())),
            ("ms-correlationid", self.correlation_id.clone()),
            ("ms-cv", format!("{}.0", &made_up[..16])),
            ("ms-serverid", "020030526".to_owned()),
            ("x-locale", locale.unwrap_or_else(|| "en-US".to_owned())),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn done(when: When, work: impl FnOnce(Duration) -> Reply) {
    if when == When::After {
        work(Duration::ZERO);
    }
}

fn told(substitute: Substitute) -> Reply {
    let Substitute { status, retry_after_secs, .. } = substitute;
    let reply = match (status, substitute.html) {
        (_, Html::Yes) => Reply::html(status),
        (429, Html::No) => Reply::throttled(retry_after_secs.unwrap_or(1)),
        _ => Reply::from(&Refusal::new(status, substitute.code, substitute.description)),
    };
    Reply { retry_after_secs: retry_after_secs.or(reply.retry_after_secs), ..reply }
}

/// Puts another customer in the place of the right one.
fn misdirected(reply: Reply, customer: Option<&str>) -> Reply {
    let Some(customer) = customer else {
        return reply;
    };
    let body = String::from_utf8_lossy(&reply.body);
    let body = Bytes::from(body.replace(&customer.to_ascii_lowercase(), STRANGER));
    Reply { body, ..reply }
}

/// Some documented answers have their values twice.
fn double(headers: &mut HeaderMap) {
    for name in ["ms-requestid", "ms-correlationid", "x-locale"] {
        let doubled = text(headers, name).map(|value| format!("{value},{value}"));
        if let Some(Ok(value)) = doubled.map(HeaderValue::try_from) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

fn date(now: SystemTime) -> HeaderValue {
    HeaderValue::try_from(httpdate::fmt_http_date(now)).expect("a date is ASCII")
}
