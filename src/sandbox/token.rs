//! Who may ask: gives tokens as Microsoft Entra does, and judges the bearer of one.
//!
//! Both token endpoints are there: v1 writes numbers as text, v2 as numbers ("Partner Center authentication", "Enable
//! the secure application model"). Any client id and secret will do but the secret `wrong`; any refresh token but
//! `expired`; any assertion that is meant for Entra and not too old ("Microsoft identity platform and the OAuth 2.0
//! client credentials flow", third case). A bearer may be any text; of one that is a JWT, audience and expiry are
//! judged, not the signature.
//!
//! **Invariant:** nothing is kept: a token says itself what it is.

use std::collections::HashMap;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::reply::{Refusal, Reply};

/// How long a token lives.
const LIFE_SECS: i64 = 3600;

/// The application id of Partner Center's API, which tokens of v1 may name instead of its address.
const PARTNER_CENTER: &str = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd";

/// What an assertion in place of a secret is.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Whom another issuer's assertion is meant for.
const EXCHANGE: &str = "api://AzureADTokenExchange";

/// Which of the two token endpoints is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/token`, with `resource`.
    V1,
    /// `/oauth2/v2.0/token`, with `scope`.
    V2,
}

/// Answers a form that was posted to a token endpoint.
pub(super) fn token(version: Version, form: &HashMap<String, String>, now: Timestamp) -> Reply {
    match granted(version, form, now) {
        Ok(token) => Reply::json(200, &token),
        Err(refusal) => refusal.reply(now),
    }
}

/// A refusal in Microsoft Entra's words.
struct Denied {
    status: u16,
    error: &'static str,
    number: u32,
    text: String,
}

impl Denied {
    fn new(status: u16, error: &'static str, number: u32, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { status, error, number, text }
    }

    fn reply(&self, now: Timestamp) -> Reply {
        let (trace, correlation) = (Uuid::new_v4(), Uuid::new_v4());
        let now = now.strftime("%Y-%m-%d %H:%M:%SZ");
        let text = format!(
            "AADSTS{}: {}\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {now}",
            self.number, self.text
        );
        let body = json!({
            "error": self.error,
            "error_description": text,
            "error_codes": [self.number],
            "timestamp": now.to_string(),
            "trace_id": trace.to_string(),
            "correlation_id": correlation.to_string(),
        });
        Reply::json(self.status, &body)
    }
}

fn granted(version: Version, form: &HashMap<String, String>, now: Timestamp) -> Result<Value, Denied> {
    let field = |name: &str| form.get(name).map(|value| value.trim()).filter(|v| !v.is_empty());
    let required = |name: &str| {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        field(name).ok_or_else(|| Denied::new(400, "invalid_request", 900_144, text))
    };
    let grant = required("grant_type")?;
    required("client_id")?;
    match grant {
        "client_credentials" if field("client_assertion").is_some() => {
            if required("client_assertion_type")? != ASSERTION_TYPE {
                let text = "The value of 'client_assertion_type' is not supported.";
                return Err(Denied::new(400, "invalid_request", 90_019, text));
            }
            judge_assertion(required("client_assertion")?, now)?;
        }
        "client_credentials" => required("client_secret").map(drop)?,
        "refresh_token" if required("refresh_token")? == "expired" => {
            let text = "The refresh token has expired due to inactivity.";
            return Err(Denied::new(400, "invalid_grant", 700_082, text));
        }
        "refresh_token" => {}
        other => {
            let text = format!("The app requested an unsupported grant type '{other}'.");
            return Err(Denied::new(400, "unsupported_grant_type", 70_003, text));
        }
    }
    if field("client_secret") == Some("wrong") {
        let text = "Invalid client secret provided.";
        return Err(Denied::new(401, "invalid_client", 7_000_215, text));
    }
    let audience = match version {
        Version::V1 => required("resource")?.to_owned(),
        Version::V2 => audience_of(required("scope")?),
    };
    Ok(answer(version, grant, &audience, now))
}

/// Judges a token of another issuer that stands for the application's secret.
fn judge_assertion(assertion: &str, now: Timestamp) -> Result<(), Denied> {
    let denied = |number, text: &str| Err(Denied::new(401, "invalid_client", number, text));
    match claims(assertion) {
        None => denied(50_027, "JWT token is invalid or malformed."),
        Some(claims) if claims.aud.as_deref() != Some(EXCHANGE) => {
            denied(700_212, "No matching federated identity record found for presented assertion audience.")
        }
        Some(claims) if claims.exp.is_none_or(|expiry| is_past(expiry, now)) => {
            denied(700_024, "Client assertion is not within its valid time range.")
        }
        Some(_) => Ok(()),
    }
}

/// The resource of the first scope that has one.
fn audience_of(scope: &str) -> String {
    let scope = scope.split_whitespace().find(|scope| scope.contains("://")).unwrap_or(scope);
    let resource = scope.rsplit_once('/').map_or(scope, |(resource, _)| resource);
    resource.to_owned()
}

fn answer(version: Version, grant: &str, audience: &str, now: Timestamp) -> Value {
    let from = now.as_second();
    let access = jwt(audience, from);
    let is_refresh = grant == "refresh_token";
    match version {
        Version::V1 => {
            let mut answer = json!({
                "token_type": "Bearer",
                "expires_in": LIFE_SECS.to_string(),
                "ext_expires_in": LIFE_SECS.to_string(),
                "expires_on": (from + LIFE_SECS).to_string(),
                "not_before": from.to_string(),
                "resource": audience,
                "access_token": access,
            });
            if is_refresh {
                answer["scope"] = json!("user_impersonation");
            }
            answer
        }
        Version::V2 => {
            let mut answer = json!({
                "token_type": "Bearer",
                "expires_in": LIFE_SECS,
                "ext_expires_in": LIFE_SECS,
                "access_token": access,
            });
            if is_refresh {
                answer["scope"] = json!(format!("{audience}/user_impersonation"));
                answer["refresh_token"] = json!(format!("sandbox-refresh-{}", Uuid::new_v4()));
            }
            answer
        }
    }
}

/// An unsigned token: nothing outside the sandbox takes it.
fn jwt(audience: &str, from_secs: i64) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({"typ": "JWT", "alg": "none"}));
    let claims = part(json!({
        "aud": audience,
        "iss": "orderform sandbox",
        "nbf": from_secs,
        "exp": from_secs + LIFE_SECS,
        "jti": Uuid::new_v4().to_string(),
    }));
    format!("{header}.{claims}.sandbox")
}

#[derive(Deserialize)]
struct Claims {
    aud: Option<String>,
    exp: Option<f64>,
}

/// Judges the bearer of a request: 401/800001 without one or with an expired one, 401/900420 with one for another
/// service ("Error codes").
pub(super) fn judge_bearer(headers: &HeaderMap, now: Timestamp) -> Result<(), Refusal> {
    let invalid = |text: &str| Refusal::new(401, 800_001, text);
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .filter(|token| !token.is_empty())
        .ok_or_else(|| invalid("The request has no bearer token."))?;
    let Some(claims) = claims(token) else {
        return Ok(());
    };
    if claims.aud.as_deref().is_some_and(|audience| !is_ours(audience)) {
        return Err(Refusal::new(
            401,
            900_420,
            "The audience in the token is invalid and is no longer supported in Partner Center API.",
        ));
    }
    match claims.exp.is_some_and(|expiry| is_past(expiry, now)) {
        true => Err(invalid("The token is expired.")),
        false => Ok(()),
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds of any date in use are exact")]
fn is_past(expiry_secs: f64, now: Timestamp) -> bool {
    expiry_secs <= now.as_second() as f64
}

/// What a token says of itself, if it is a JWT.
fn claims(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    serde_json::from_slice(&payload).ok()
}

fn is_ours(audience: &str) -> bool {
    let host = audience.split("://").nth(1).unwrap_or_default().trim_end_matches('/');
    audience == PARTNER_CENTER
        || host == "api.partnercenter.microsoft.com"
        || host == "partner.partnercenterapi.microsoftonline.cn"
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn judged(authorization: &str, now: Timestamp) -> Result<(), (u16, i64)> {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        judge_bearer(&headers, now).map_err(|refusal| (refusal.status, refusal.code))
    }

    #[test]
    fn a_bearer_is_any_text_or_a_jwt_for_partner_center() {
        let ours = format!("Bearer {}", jwt("https://api.partnercenter.microsoft.com", 1_800_000_000));
        let graph = format!("Bearer {}", jwt("https://graph.windows.net", 1_800_000_000));
        let later = Timestamp::constant(1_800_003_600, 0);
        assert_eq!(judged("Bearer anything", NOW), Ok(()));
        assert_eq!(judged("bearer a.b.c", NOW), Ok(()));
        assert_eq!(judged(&ours, NOW), Ok(()));
        assert_eq!(judged(&ours, later), Err((401, 800_001)));
        assert_eq!(judged(&graph, NOW), Err((401, 900_420)));
        assert_eq!(judged("Bearer ", NOW), Err((401, 800_001)));
        assert_eq!(judged("Basic eDp5", NOW), Err((401, 800_001)));
        assert!(judge_bearer(&HeaderMap::new(), NOW).is_err());
    }

    #[test]
    fn the_audience_is_the_scope_without_its_last_part() {
        let ours = "https://api.partnercenter.microsoft.com";
        assert_eq!(audience_of(&format!("{ours}/.default")), ours);
        assert_eq!(audience_of(&format!("openid {ours}/user_impersonation")), ours);
    }

    #[test]
    fn refusals_are_those_of_the_token_endpoint() {
        let form = |fields: &[(&str, &str)]| {
            fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
        };
        let status = |fields: &[(&str, &str)]| token(Version::V1, &form(fields), NOW).status.as_u16();
        let client = [("client_id", "a"), ("grant_type", "client_credentials"), ("resource", "r")];
        let with_secret = |secret| [&client[..], &[("client_secret", secret)]].concat();
        assert_eq!(status(&[]), 400);
        assert_eq!(status(&client), 400);
        assert_eq!(status(&with_secret("s")), 200);
        assert_eq!(status(&with_secret("wrong")), 401);
        let refresh = [("client_id", "a"), ("grant_type", "refresh_token"), ("refresh_token", "expired")];
        assert_eq!(status(&refresh), 400);
    }

    #[test]
    fn an_assertion_stands_for_a_secret_where_it_is_meant_for_entra_and_young() {
        let answer = |assertion: &str, kind: &str, now| {
            let scope = "https://api.partnercenter.microsoft.com/.default";
            let form = [
                ("client_id", "a"),
                ("grant_type", "client_credentials"),
                ("scope", scope),
                ("client_assertion_type", kind),
                ("client_assertion", assertion),
            ];
            let form = form.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            token(Version::V2, &form, now).status.as_u16()
        };
        let from = NOW.as_second();
        assert_eq!(answer(&jwt(EXCHANGE, from), ASSERTION_TYPE, NOW), 200);
        assert_eq!(answer(&jwt(EXCHANGE, from), "jwt", NOW), 400);
        assert_eq!(answer(&jwt("api://another", from), ASSERTION_TYPE, NOW), 401);
        assert_eq!(answer(&jwt(EXCHANGE, from - LIFE_SECS), ASSERTION_TYPE, NOW), 401);
        assert_eq!(answer("no token", ASSERTION_TYPE, NOW), 401);
    }
}
