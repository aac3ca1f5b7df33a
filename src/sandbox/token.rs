//! Who is given a token: answers as Microsoft Entra's token endpoints do.
//!
//! Both versions are there: v1 writes numbers as text, v2 as numbers ("Partner Center authentication", "Enable the secure
//! application model"). Any client id, secret, refresh token and assertion will do but these:
//!
//! | what | value | is refused with |
//! |---|---|---|
//! | tenant | `unknown` | AADSTS90002 |
//! | client id | `unknown` | AADSTS700016 |
//! | client id | `confidential`, without secret or assertion | AADSTS7000218 |
//! | client secret | `wrong`, `expired` | AADSTS7000215, AADSTS7000222 |
//! | refresh token | `expired`, `revoked` | AADSTS700082, AADSTS50173 |
//! | refresh token | `no-mfa`, `unconsented` | AADSTS50076, AADSTS65001 |
//! | refresh token | one that was used, where each is [for once](super::RefreshTokens) | AADSTS70000 |
//! | assertion | too old, for another audience, of the subject `stranger` | AADSTS700024, AADSTS700212, AADSTS700213 |
//! | assertion | by a certificate, of the client id `unregistered` | AADSTS700027 |
//!
//! An application `roleless` and a refresh token `password-only` get tokens that the API refuses: see `bearer`.
//!
//! **Invariant:** nothing is kept but which refresh tokens were used; a token says itself what it is.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::RefreshTokens;
use super::bearer::{self, Identity};
use super::reply::Reply;

/// What an assertion in place of a secret is.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Whom another issuer's assertion is meant for.
pub(super) const EXCHANGE: &str = "api://AzureADTokenExchange";

/// Which of the two token endpoints is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    /// `/oauth2/token`, with `resource`.
    V1,
    /// `/oauth2/v2.0/token`, with `scope`.
    V2,
}

/// A form that was posted to a token endpoint.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posted<'a> {
    pub(super) version: Version,
    pub(super) tenant: &'a str,
    pub(super) form: &'a HashMap<String, String>,
}

/// Who gives tokens.
#[derive(Debug)]
pub(super) struct Desk {
    life_secs: i64,
    refresh_tokens: RefreshTokens,
    used: Mutex<HashSet<String>>,
}

/// A refusal in Microsoft Entra's words.
#[derive(Debug)]
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

    fn client(number: u32, text: &str) -> Self {
        Self::new(401, "invalid_client", number, text)
    }

    fn grant(number: u32, text: &str) -> Self {
        Self::new(400, "invalid_grant", number, text)
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

impl Posted<'_> {
    fn field(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Denied> {
        let text = format!("The request body must contain the following parameter: '{name}'.");
        self.field(name).ok_or_else(|| Denied::new(400, "invalid_request", 900_144, text))
    }

    /// Judges who the application says that it is.
    fn judge_application(&self, now: Timestamp) -> Result<&str, Denied> {
        let client = self.required("client_id")?;
        if self.tenant == "unknown" {
            let text = "Tenant 'unknown' not found. Check to make sure you have the correct tenant ID.";
            return Err(Denied::new(400, "invalid_request", 90_002, text));
        }
        if client == "unknown" {
            let text = "Application with identifier 'unknown' was not found in the directory.";
            return Err(Denied::new(400, "unauthorized_client", 700_016, text));
        }
        match self.field("client_secret") {
            Some("wrong") => return Err(Denied::client(7_000_215, "Invalid client secret provided.")),
            Some("expired") => {
                return Err(Denied::client(7_000_222, "The provided client secret keys are expired."));
            }
            Some(_) => return Ok(client),
            None => {}
        }
        if let Some(assertion) = self.field("client_assertion") {
            if self.required("client_assertion_type")? != ASSERTION_TYPE {
                let text = "The value of 'client_assertion_type' is not supported.";
                return Err(Denied::new(400, "invalid_request", 90_019, text));
            }
            judge_assertion(client, assertion, now)?;
        } else if client == "confidential" {
            let text = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.";
            return Err(Denied::client(7_000_218, text));
        }
        Ok(client)
    }

    fn audience(&self) -> Result<String, Denied> {
        match self.version {
            Version::V1 => Ok(self.required("resource")?.to_owned()),
            Version::V2 => Ok(audience_of(self.required("scope")?)),
        }
    }
}

impl Desk {
    pub(super) fn new(life: Duration, refresh_tokens: RefreshTokens) -> Self {
        let life_secs = i64::try_from(life.as_secs()).unwrap_or(i64::MAX / 2);
        Self { life_secs, refresh_tokens, used: Mutex::default() }
    }

    /// Answers a form that was posted to a token endpoint.
    pub(super) fn token(&self, posted: Posted, now: Timestamp) -> Reply {
        match self.granted(posted, now) {
            Ok(token) => Reply::json(200, &token),
            Err(refusal) => refusal.reply(now),
        }
    }

    /// Answers who asks for the identity of a machine: numbers are texts ("How to use managed identities …").
    pub(super) fn machine(&self, resource: &str, client: Option<&str>, now: Timestamp) -> Reply {
        let identity = Identity {
            application: client.unwrap_or("sandbox-machine"),
            tenant: "sandbox",
            is_user: false,
            has_second_factor: false,
        };
        let from = now.as_second();
        let access = bearer::jwt(&identity, resource, from, self.life_secs);
        Reply::json(
            200,
            &json!({
                "access_token": access,
                "expires_in": self.life_secs.to_string(),
                "expires_on": (from + self.life_secs).to_string(),
                "resource": resource,
                "token_type": "Bearer",
            }),
        )
    }

    fn granted(&self, posted: Posted, now: Timestamp) -> Result<Value, Denied> {
        let grant = posted.required("grant_type")?;
        let application = posted.judge_application(now)?;
        let refresh = match grant {
            "client_credentials" if posted.field("client_assertion").is_some() => None,
            "client_credentials" => {
                posted.required("client_secret")?;
                None
            }
            "refresh_token" => Some(self.judge_refresh(posted.required("refresh_token")?)?),
            other => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                return Err(Denied::new(400, "unsupported_grant_type", 70_003, text));
            }
        };
        let identity = Identity {
            application,
            tenant: posted.tenant,
            is_user: refresh.is_some(),
            has_second_factor: refresh != Some("password-only"),
        };
        let audience = posted.audience()?;
        let access = bearer::jwt(&identity, &audience, now.as_second(), self.life_secs);
        Ok(self.answer(posted.version, refresh.is_some(), &audience, &access, now))
    }

    fn judge_refresh<'a>(&self, token: &'a str) -> Result<&'a str, Denied> {
        match token {
            "expired" => {
                return Err(Denied::grant(700_082, "The refresh token has expired due to inactivity."));
            }
            "revoked" => {
                return Err(Denied::grant(50_173, "The provided grant has expired due to it being revoked."));
            }
            "no-mfa" => {
                let text = "You must use multi-factor authentication to access the resource.";
                return Err(Denied::grant(50_076, text));
            }
            "unconsented" => {
                return Err(Denied::grant(
                    65_001,
                    "The user or administrator has not consented to use the application.",
                ));
            }
            _ => {}
        }
        if self.refresh_tokens == RefreshTokens::Once {
            let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
            if !used.insert(token.to_owned()) {
                return Err(Denied::grant(
                    70_000,
                    "The provided value for the input parameter 'refresh_token' is not valid.",
                ));
            }
        }
        Ok(token)
    }

    fn answer(&self, version: Version, is_user: bool, audience: &str, access: &str, now: Timestamp) -> Value {
        let (from, life) = (now.as_second(), self.life_secs);
        let mut answer = match version {
            Version::V1 => json!({
                "token_type": "Bearer",
                "expires_in": life.to_string(),
                "ext_expires_in": life.to_string(),
                "expires_on": (from + life).to_string(),
                "not_before": from.to_string(),
                "resource": audience,
                "access_token": access,
            }),
            Version::V2 => json!({
                "token_type": "Bearer",
                "expires_in": life,
                "ext_expires_in": life,
                "access_token": access,
            }),
        };
        if is_user {
            answer["scope"] = match version {
                Version::V1 => json!("user_impersonation"),
                Version::V2 => json!(format!("{audience}/user_impersonation")),
            };
        }
        // The documented answer of v1 brings no new one; where each is for once, there has to be.
        if is_user && (version == Version::V2 || self.refresh_tokens == RefreshTokens::Once) {
            answer["refresh_token"] = json!(format!("sandbox-refresh-{}", Uuid::new_v4()));
        }
        answer
    }
}

/// Judges what stands for the application's secret: a JWT signed with its certificate, which names the application as its
/// issuer, or a token of another issuer.
fn judge_assertion(client: &str, assertion: &str, now: Timestamp) -> Result<(), Denied> {
    let Some(claims) = bearer::claims(assertion) else {
        return Err(Denied::client(50_027, "JWT token is invalid or malformed."));
    };
    let audience = claims.aud.as_deref().unwrap_or_default();
    let is_own = claims.iss.as_deref() == Some(client) && claims.sub.as_deref() == Some(client);
    if is_own && client == "unregistered" {
        let text = "The certificate with identifier used to sign the client assertion is not registered on application.";
        return Err(Denied::client(700_027, text));
    }
    if !is_own && audience != EXCHANGE {
        let text = "No matching federated identity record found for presented assertion audience.";
        return Err(Denied::client(700_212, text));
    }
    if is_own && !audience.trim_end_matches('/').ends_with("/token") {
        let text = "Client assertion audience claim does not match Realm issuer.";
        return Err(Denied::client(700_023, text));
    }
    if !is_own && claims.sub.as_deref() == Some("stranger") {
        let text = "No matching federated identity record found for presented assertion subject 'stranger'.";
        return Err(Denied::client(700_213, text));
    }
    if claims.exp.is_none_or(|expiry| bearer::is_past(expiry, now)) {
        return Err(Denied::client(700_024, "Client assertion is not within its valid time range."));
    }
    Ok(())
}

/// The resource of the first scope that has one.
fn audience_of(scope: &str) -> String {
    let scope = scope.split_whitespace().find(|scope| scope.contains("://")).unwrap_or(scope);
    let resource = scope.rsplit_once('/').map_or(scope, |(resource, _)| resource);
    resource.to_owned()
}

#[cfg(test)]
mod tests;
