//! One request to a receiver, and what its answer means.
//!
//! **Invariant:** a request is sent once; no redirect is followed, no proxy of the environment is used, and of an answer
//! nothing is read but its status and `Retry-After`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};

use super::sign::Secrets;
use super::target::Target;
use crate::domain::Excerpt;
use crate::ports::{Delivery, Letter, Receive};

/// How long a request may take, all of it ("Request timeouts": 15 to 30 s).
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// No `Retry-After` is taken for longer than an hour: what is told later than that is no news.
const LONGEST_WAIT_S: u64 = 3_600;

/// A receiver behind a URL.
#[derive(Debug)]
pub struct Webhook {
    client: reqwest::Client,
    target: Target,
    secrets: Option<Secrets>,
}

/// Why a webhook could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// TLS could not be set up: the system's certificates, most likely.
    #[error("cannot set up TLS")]
    Tls(#[source] reqwest::Error),
}

impl Webhook {
    /// Makes one. Nothing is sent yet.
    ///
    /// # Errors
    /// [`WebhookError`] where the system's certificates cannot be loaded.
    pub fn new(target: Target, secrets: Option<Secrets>) -> Result<Self, WebhookError> {
        // Whoever was first has set it, and to the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("orderform/", env!("CARGO_PKG_VERSION")))
            .timeout(REQUEST_TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            // Of HTTP/2 the libraries log more than of HTTP/1.1, and a message a pass gains nothing by it.
            .http1_only()
            .https_only(target.port_of_plain().is_none())
            .tls_version_min(reqwest::tls::Version::TLS_1_2);
        let builder = match target.port_of_plain() {
            None => builder,
            Some(port) => {
                let here = [
                    SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
                    SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
                ];
                builder.tls_certs_only([]).resolve_to_addrs("localhost", &here)
            }
        };
        Ok(Self { client: builder.build().map_err(WebhookError::Tls)?, target, secrets })
    }
}

impl Receive for Webhook {
    async fn deliver(&self, letter: &Letter) -> Delivery {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let timestamp_s = i64::try_from(now).unwrap_or(i64::MAX);
        let mut request = self
            .client
            .post(self.target.expose())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", &letter.id)
            .header("webhook-timestamp", timestamp_s);
        if let Some(secrets) = &self.secrets {
            request =
                request.header("webhook-signature", secrets.sign(&letter.id, timestamp_s, &letter.body));
        }
        match request.body(letter.body.clone()).send().await {
            Ok(response) => judge(response.status().as_u16(), read_retry_after(response.headers(), now)),
            Err(error) => Delivery::NotNow { why: describe(error), retry_after: None },
        }
    }
}

/// Sorts an answer by what may be done about it ("Delivery success and failure").
fn judge(status: u16, retry_after: Option<Duration>) -> Delivery {
    let why = |text: &str| Excerpt::of(&format!("it answered {status}{text}"));
    match status {
        200..300 => Delivery::Taken,
        410 => Delivery::Gone,
        408 | 429 | 500.. => Delivery::NotNow { why: why(""), retry_after },
        300..400 => Delivery::Refused(why(", and no redirect is followed")),
        _ => Delivery::Refused(why("")),
    }
}

/// Reads `Retry-After`: whole seconds, or a date as the wait from now.
fn read_retry_after(headers: &HeaderMap, now_s: u64) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
            date.as_secs().saturating_sub(now_s)
        }
    };
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT_S)))
}

/// Writes an error with all its causes and without the URL.
fn describe(error: reqwest::Error) -> Excerpt {
    Excerpt::with_causes(&error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_is_sent_again() {
        let kind = |status| match judge(status, None) {
            Delivery::Taken => "taken",
            Delivery::NotNow { .. } => "again",
            Delivery::Refused(_) => "refused",
            Delivery::Gone => "gone",
        };
        for (status, expected) in [
            (200, "taken"),
            (202, "taken"),
            (204, "taken"),
            (301, "refused"),
            (307, "refused"),
            (400, "refused"),
            (401, "refused"),
            (404, "refused"),
            (408, "again"),
            (410, "gone"),
            (429, "again"),
            (500, "again"),
            (503, "again"),
            (599, "again"),
        ] {
            assert_eq!(kind(status), expected, "{status}");
        }
    }

    #[test]
    fn a_wait_is_read_as_seconds_or_as_a_date_and_is_an_hour_at_the_most() {
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            read_retry_after(&headers, 1_595_304_658).map(|wait| wait.as_secs())
        };
        assert_eq!(read("57"), Some(57));
        assert_eq!(read("86400"), Some(3600));
        assert_eq!(read("Tue, 21 Jul 2020 04:11:58 GMT"), Some(60));
        assert_eq!(read("Tue, 21 Jul 2015 04:11:58 GMT"), Some(0));
        assert_eq!(read("soon"), None);
    }
}
