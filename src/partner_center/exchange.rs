//! One request and its whole answer, or why there is none.
//!
//! An answer is whole when its body ended where it said it would, within the limit and the deadline of the request.
//!
//! **Invariant:** a request is sent once. Nothing is [`Failure::NotSent`] unless no byte of it can have left.

use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, RETRY_AFTER};

use super::clock::parse_http_date;
use crate::domain::{Excerpt, Timestamp};

/// No `Retry-After` is taken for longer than a day.
const LONGEST_WAIT_S: u64 = 86_400;

/// A whole answer.
#[derive(Debug)]
pub(super) struct Whole {
    /// The HTTP status.
    pub(super) status: u16,
    /// What its `Date` says.
    pub(super) date: Option<Timestamp>,
    /// What its `Retry-After` says.
    pub(super) retry_after: Option<Duration>,
    /// What its `isMfaCompliant` says, where it was asked for (`ValidateMfa`).
    pub(super) mfa: Option<bool>,
    /// The bytes of its body.
    pub(super) body: Vec<u8>,
}

/// Why there is no whole answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// No byte of the request left: it could not be built, or nothing to send it over was made.
    NotSent(Excerpt),
    /// It left, or may have left.
    Lost(Excerpt),
}

/// Sends a request and reads its answer to the end, `limit` bytes of body at most.
pub(super) async fn exchange(request: reqwest::RequestBuilder, limit: usize) -> Result<Whole, Failure> {
    let mut response = request.send().await.map_err(judge)?;
    let status = response.status().as_u16();
    let date = read_date(response.headers());
    let retry_after = read_retry_after(response.headers(), date);
    let stated = read_length(response.headers());
    let mfa = read_mfa(response.headers());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if chunk.len() > limit.saturating_sub(body.len()) {
            let why = format!("the answer {status} is longer than {limit} bytes");
            return Err(Failure::Lost(Excerpt::of(&why)));
        }
        body.extend_from_slice(&chunk);
    }
    if stated.is_some_and(|stated| stated != Some(body.len())) {
        let why = format!("the answer {status} is not as long as it says");
        return Err(Failure::Lost(Excerpt::of(&why)));
    }
    Ok(Whole { status, date, retry_after, mfa, body })
}

/// Sorts an error of sending. hyper reports "connect" for look-up, TCP and TLS only: before the request is written.
fn judge(error: reqwest::Error) -> Failure {
    if error.is_builder() || error.is_connect() { Failure::NotSent(describe(error)) } else { lost(error) }
}

fn lost(error: reqwest::Error) -> Failure {
    Failure::Lost(describe(error))
}

/// Writes an error with all its causes and without the URL, which the caller knows.
fn describe(error: reqwest::Error) -> Excerpt {
    Excerpt::with_causes(&error.without_url())
}

/// Reads `Date`; several of them must agree.
fn read_date(headers: &HeaderMap) -> Option<Timestamp> {
    let mut dates = headers.get_all(DATE).iter().map(|value| parse_http_date(value.to_str().ok()?));
    let first = dates.next()??;
    dates.all(|other| other == Some(first)).then_some(first)
}

/// Reads `Content-Length`: `None` where there is none, `Some(None)` where it is no number.
fn read_length(headers: &HeaderMap) -> Option<Option<usize>> {
    let value = headers.get(CONTENT_LENGTH)?;
    Some(value.to_str().ok().and_then(|text| text.parse().ok()))
}

/// Reads `isMfaCompliant`; nothing else than the two words is one of them.
fn read_mfa(headers: &HeaderMap) -> Option<bool> {
    headers.get("ismfacompliant")?.to_str().ok()?.trim().to_ascii_lowercase().parse().ok()
}

/// Reads `Retry-After` ("API throttling guidance": seconds); the longest of several.
fn read_retry_after(headers: &HeaderMap, date: Option<Timestamp>) -> Option<Duration> {
    let values = headers.get_all(RETRY_AFTER).iter();
    values.filter_map(|value| parse_retry_after(value.to_str().ok()?, date)).max()
}

/// Reads whole seconds, or a date as the wait from the answer's own `Date`; a day at most.
///
/// `None` for what is neither, for a date that is not later than the answer, and without a date to count from.
fn parse_retry_after(text: &str, date: Option<Timestamp>) -> Option<Duration> {
    let text = text.trim();
    let longest = Duration::from_secs(LONGEST_WAIT_S);
    if !text.is_empty() && text.bytes().all(|c| c.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(u64::MAX);
        return Some(Duration::from_secs(seconds).min(longest));
    }
    let wait = parse_http_date(text)?.since(date?);
    (!wait.is_zero()).then_some(wait.min(longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_as_seconds_or_as_a_date_and_never_guessed() {
        let date = parse_http_date("Tue, 21 Jul 2020 04:10:58 GMT");
        for (text, expected_s) in [
            ("57", Some(57)),
            (" 0 ", Some(0)),
            ("86401", Some(86_400)),
            ("1000000000000", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("1e12", None),
            ("-5", None),
            ("+5", None),
            ("5.5", None),
            ("", None),
            ("soon", None),
            ("57,57", None),
            ("Tue, 21 Jul 2020 04:11:58 GMT", Some(60)),
            ("Fri, 21 Jul 2023 04:11:58 GMT", Some(86_400)),
            ("Tue, 21 Jul 2020 04:10:58 GMT", None),
            ("Tue, 21 Jul 2015 04:10:58 GMT", None),
        ] {
            let expected = expected_s.map(Duration::from_secs);
            assert_eq!(parse_retry_after(text, date), expected, "{text}");
        }
        assert_eq!(parse_retry_after("Tue, 21 Jul 2020 04:11:58 GMT", None), None);
    }

    #[test]
    fn dates_that_disagree_tell_no_time_and_of_several_waits_the_longest_counts() {
        let mut headers = HeaderMap::new();
        let date = "Tue, 21 Jul 2020 04:10:58 GMT";
        headers.append(DATE, date.parse().unwrap());
        headers.append(DATE, date.parse().unwrap());
        assert_eq!(read_date(&headers), parse_http_date(date));
        headers.append(DATE, "Tue, 21 Jul 2020 04:10:59 GMT".parse().unwrap());
        assert_eq!(read_date(&headers), None);
        headers.append(RETRY_AFTER, "5".parse().unwrap());
        headers.append(RETRY_AFTER, "soon".parse().unwrap());
        headers.append(RETRY_AFTER, "9".parse().unwrap());
        assert_eq!(read_retry_after(&headers, None), Some(Duration::from_secs(9)));
    }
}
