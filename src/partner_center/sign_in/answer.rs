//! What comes of asking for a token: the token and its life, or why there is none.
//!
//! Microsoft Entra's v1 endpoint, the metadata service and App Service write numbers as text, v2 as numbers; commands write
//! what `az account get-access-token`, `azd auth token` or a credential plugin of Kubernetes prints, or a bare token.

use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use super::SignInError;
use super::claims;
use crate::domain::{Excerpt, SignInProblem, SignInRefused, Timestamp};
use crate::partner_center::auth::AccessToken;
use crate::partner_center::body;
use crate::partner_center::exchange::Whole;

/// A token, and what came with it.
#[derive(Debug, Clone)]
pub(super) struct Granted {
    pub(super) access: AccessToken,
    /// How long it lives from now on, where that is known.
    pub(super) life: Option<Duration>,
    /// The refresh token for next time, where one came.
    pub(super) refresh: Option<SecretString>,
}

/// Why a sign-in server gave none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Denied {
    pub(super) error: SignInError,
    /// Whether what was presented is worthless from now on (`invalid_grant`, RFC 6749 section 5.2).
    pub(super) is_invalid_grant: bool,
}

impl From<SignInError> for Denied {
    fn from(error: SignInError) -> Self {
        Self { error, is_invalid_grant: false }
    }
}

#[derive(Deserialize)]
struct EntraError {
    error: String,
    #[serde(default)]
    error_description: String,
    #[serde(default)]
    error_codes: Vec<u64>,
}

/// Reads the answer of a sign-in server. `now` is this machine's clock.
pub(super) fn read(whole: &Whole, now: Timestamp) -> Result<Granted, Denied> {
    if whole.status == 200 {
        return granted(&whole.body, now).map_err(Denied::from);
    }
    if let Ok(said) = serde_json::from_slice::<EntraError>(&whole.body)
        && (400..500).contains(&whole.status)
        && whole.status != 429
    {
        return Err(said.denied());
    }
    Err(match whole.status {
        429 | 503 => SignInError::NotNow { retry_after: whole.retry_after },
        status => SignInError::failed(&format!("answer {status}: {}", body::beginning(&whole.body))),
    }
    .into())
}

impl EntraError {
    fn denied(self) -> Denied {
        // Behind the first line come ids and the time.
        let first = self.error_description.lines().next().unwrap_or_default().trim();
        let why = if first.is_empty() { self.error.as_str() } else { first };
        let refused =
            SignInRefused { why: Excerpt::of(why), problem: SignInProblem::of_entra(&self.error_codes) };
        Denied { error: SignInError::Refused(refused), is_invalid_grant: self.error == "invalid_grant" }
    }
}

/// Reads JSON with a token in it, in any of the shapes there are.
pub(super) fn granted(body: &[u8], now: Timestamp) -> Result<Granted, SignInError> {
    let unreadable = || SignInError::failed("what came has no token that can be read");
    let value: Value = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let object = if value["status"]["token"].is_string() { &value["status"] } else { &value };
    let text = |names: &[&str]| names.iter().find_map(|name| object[*name].as_str());
    let token = text(&["access_token", "accessToken", "token"]).ok_or_else(unreadable)?;
    let access = AccessToken::parse(token).map_err(|_| unreadable())?;
    let life = life(object, now).or_else(|| life_of(&access, now));
    let refresh = text(&["refresh_token"]).filter(|text| !text.trim().is_empty()).map(SecretString::from);
    Ok(Granted { access, life, refresh })
}

/// Reads a bare token, or JSON with one in it.
pub(super) fn printed(text: &str, now: Timestamp) -> Result<Granted, SignInError> {
    if text.trim_start().starts_with('{') {
        return granted(text.as_bytes(), now);
    }
    let access = AccessToken::parse(text).map_err(|error| SignInError::failed(&error.to_string()))?;
    let life = life_of(&access, now);
    Ok(Granted { access, life, refresh: None })
}

fn life(object: &Value, now: Timestamp) -> Option<Duration> {
    let number = |name: &str| {
        let value = &object[name];
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    };
    if let Some(seconds) = number("expires_in") {
        return Some(Duration::from_secs(seconds));
    }
    if let Some(seconds) = number("expires_on") {
        return Some(until(seconds, now));
    }
    let names = ["expiresOn", "expirationTimestamp", "expires_on"];
    let at = names.iter().find_map(|name| Timestamp::parse(object[*name].as_str()?))?;
    Some(until(u64::try_from(at.unix_ms() / 1000).unwrap_or(0), now))
}

fn life_of(access: &AccessToken, now: Timestamp) -> Option<Duration> {
    claims::read(access.expose())?.expires_at.map(|seconds| until(seconds, now))
}

fn until(seconds: u64, now: Timestamp) -> Duration {
    let now = u64::try_from(now.unix_ms() / 1000).unwrap_or(0);
    Duration::from_secs(seconds.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn now() -> Timestamp {
        Timestamp::from_unix_ms(NOW * 1000)
    }

    fn whole(status: u16, body: &str) -> Whole {
        Whole { status, date: None, retry_after: None, mfa: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_life_is_read_as_number_and_as_text_from_whoever_gave_the_token() {
        for (text, expected_s) in [
            (r#"{"access_token":"a.b","expires_in":3599}"#, Some(3599)),
            (r#"{"access_token":"a.b","expires_in":"3600","expires_on":"1"}"#, Some(3600)),
            (r#"{"access_token":"a.b","expires_on":"1800000060"}"#, Some(60)),
            (
                r#"{"accessToken":"a.b","expiresOn":"2027-01-15 09:00:00.000000","expires_on":1800000061}"#,
                Some(61),
            ),
            (r#"{"token":"a.b","expiresOn":"2027-01-15T08:01:02Z"}"#, Some(62)),
            (
                r#"{"kind":"ExecCredential","status":{"token":"a.b","expirationTimestamp":"2027-01-15T08:01:03Z"}}"#,
                Some(63),
            ),
            (r#"{"access_token":"a.b","expires_on":"1"}"#, Some(0)),
            (r#"{"access_token":"a.b"}"#, None),
        ] {
            let granted = granted(text.as_bytes(), now()).unwrap();
            assert_eq!(granted.life, expected_s.map(Duration::from_secs), "{text}");
        }
        assert_eq!(printed(" a.b\n", now()).unwrap().life, None);
        for wrong in ["", "two words", "{}", r#"{"access_token":7}"#, r#"{"access_token":"two words"}"#] {
            assert!(printed(wrong, now()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_refusal_is_known_by_its_number_and_only_invalid_grant_is_for_ever() {
        let said = r#"{"error":"invalid_grant","error_description":"AADSTS700082: expired.\r\nTrace ID: x","error_codes":[700082]}"#;
        let denied = read(&whole(400, said), now()).unwrap_err();
        let SignInError::Refused(refused) = &denied.error else { panic!("{denied:?}") };
        assert_eq!(refused.why.as_str(), "AADSTS700082: expired.");
        assert_eq!(refused.problem, Some(SignInProblem::RefreshTokenEnded));
        assert!(denied.is_invalid_grant);
        let client = read(&whole(401, r#"{"error":"invalid_client"}"#), now()).unwrap_err();
        assert!(matches!(client.error, SignInError::Refused(_)) && !client.is_invalid_grant);
        for (status, body) in [(500, said), (502, "<html>"), (302, ""), (400, "<html>")] {
            let denied = read(&whole(status, body), now()).unwrap_err();
            assert!(matches!(denied.error, SignInError::Failed(_)), "{status}");
        }
        for status in [429, 503] {
            let denied = read(&whole(status, said), now()).unwrap_err();
            assert!(matches!(denied.error, SignInError::NotNow { .. }), "{status}");
        }
    }
}
