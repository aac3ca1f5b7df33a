//! The bearer of a request: tokens that the sandbox gives, and what it makes of one that comes.
//!
//! A bearer may be any text. Of one that is a JWT, audience and expiry are judged, not the signature; an application without
//! roles is refused (403/900308), and so is a user without a second factor (403/900309), each as "Error codes" has it.
//!
//! **Invariant:** pure; what is judged follows from the token and the instant.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::reply::Refusal;

/// The application id of Partner Center's API, which tokens of v1 may name instead of its address.
const PARTNER_CENTER: &str = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd";

/// Who a token is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identity<'a> {
    pub(super) application: &'a str,
    pub(super) tenant: &'a str,
    pub(super) is_user: bool,
    pub(super) has_second_factor: bool,
}

/// What a token says of itself, as far as it is judged.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Claims {
    pub(super) aud: Option<String>,
    pub(super) exp: Option<f64>,
    pub(super) iss: Option<String>,
    pub(super) sub: Option<String>,
    /// `app` of an application's own token ("Access token claims reference").
    idtyp: Option<String>,
    roles: Vec<String>,
    amr: Option<Vec<String>>,
}

impl Claims {
    fn is_application(&self) -> bool {
        self.idtyp.as_deref() == Some("app")
    }

    fn has_second_factor(&self) -> Option<bool> {
        self.amr.as_ref().map(|methods| methods.iter().any(|method| method == "mfa"))
    }
}

/// Makes a token; nothing outside the sandbox takes it, because it is not signed.
pub(super) fn jwt(identity: &Identity, audience: &str, from_secs: i64, life_secs: i64) -> String {
    let Identity { application, tenant, .. } = identity;
    let mut claims = json!({
        "aud": audience,
        "iss": "orderform sandbox",
        "nbf": from_secs,
        "iat": from_secs,
        "exp": from_secs + life_secs,
        "jti": Uuid::new_v4().to_string(),
        "appid": application,
        "tid": tenant,
        "ver": "1.0",
    });
    if identity.is_user {
        claims["scp"] = json!("user_impersonation");
        claims["upn"] = json!(format!("kim@{tenant}"));
        claims["amr"] = if identity.has_second_factor { json!(["pwd", "mfa"]) } else { json!(["pwd"]) };
    } else {
        claims["idtyp"] = json!("app");
        if *application != "roleless" {
            claims["roles"] = json!(["Sandbox.All"]);
        }
    }
    unsigned(&claims)
}

/// Makes a JWT of claims, without a signature that anybody could check.
pub(super) fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.sandbox", part(&json!({"typ": "JWT", "alg": "none"})), part(claims))
}

/// Judges the bearer of a request: 401/800001 without one or with an expired one, 401/900420 with one for another
/// service ("Error codes"), 403 with one that may do nothing.
pub(super) fn judge_bearer(headers: &HeaderMap, now: Timestamp) -> Result<(), Refusal> {
    let invalid = |text: &str| Refusal::new(401, 800_001, text);
    let token = token_of(headers).ok_or_else(|| invalid("The request has no bearer token."))?;
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
    if claims.exp.is_some_and(|expiry| is_past(expiry, now)) {
        return Err(invalid("The token is expired."));
    }
    if claims.is_application() && claims.roles.is_empty() {
        return Err(Refusal::new(403, 900_308, "The caller does not have the required role."));
    }
    match claims.has_second_factor() {
        Some(false) => Err(Refusal::new(403, 900_309, "Access is blocked by a conditional access policy.")),
        _ => Ok(()),
    }
}

/// Judges whether a user asks: 403/900329 for an application's own token ("Error codes"). A bearer that is no JWT is anybody.
pub(super) fn judge_user(headers: &HeaderMap) -> Result<(), Refusal> {
    match token_of(headers).and_then(claims) {
        Some(claims) if claims.is_application() => Err(Refusal::new(
            403,
            900_329,
            "The resource needs an App+User token; an App only token was sent.",
        )),
        _ => Ok(()),
    }
}

/// Returns what `isMfaCompliant` says to who asks with `ValidateMfa: true` ("Partner security requirements").
pub(super) fn mfa_compliance(headers: &HeaderMap) -> Option<bool> {
    let asked = headers.get("validatemfa")?.to_str().ok()?;
    if !asked.trim().eq_ignore_ascii_case("true") {
        return None;
    }
    claims(token_of(headers)?)?.has_second_factor()
}

pub(super) fn token_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of any date in use are exact")]
pub(super) fn is_past(expiry_secs: f64, now: Timestamp) -> bool {
    expiry_secs <= now.as_second() as f64
}

/// What a token says of itself, if it is a JWT.
pub(super) fn claims(token: &str) -> Option<Claims> {
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
    const APP: Identity =
        Identity { application: "a", tenant: "t", is_user: false, has_second_factor: false };

    fn headers(authorization: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        headers
    }

    fn judged(authorization: &str, now: Timestamp) -> Result<(), (u16, i64)> {
        judge_bearer(&headers(authorization), now).map_err(|refusal| (refusal.status, refusal.code))
    }

    fn of(identity: Identity, audience: &str) -> String {
        format!("Bearer {}", jwt(&identity, audience, 1_800_000_000, 3600))
    }

    #[test]
    fn a_bearer_is_any_text_or_a_jwt_for_partner_center() {
        let ours = of(APP, "https://api.partnercenter.microsoft.com");
        let graph = of(APP, "https://graph.windows.net");
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
    fn who_has_no_role_or_no_second_factor_or_is_no_user_is_told_so() {
        let user = Identity { is_user: true, has_second_factor: true, ..APP };
        let weak = Identity { is_user: true, ..APP };
        let roleless = Identity { application: "roleless", ..APP };
        let ours = PARTNER_CENTER;
        assert_eq!(judged(&of(user, ours), NOW), Ok(()));
        assert_eq!(judged(&of(weak, ours), NOW), Err((403, 900_309)));
        assert_eq!(judged(&of(roleless, ours), NOW), Err((403, 900_308)));
        let user_asks = |text: &str| judge_user(&headers(text)).map_err(|refusal| refusal.code);
        assert_eq!(user_asks(&of(APP, ours)), Err(900_329));
        assert_eq!((user_asks(&of(user, ours)), user_asks("Bearer any")), (Ok(()), Ok(())));
        let compliance = |identity| {
            let mut headers = headers(&of(identity, ours));
            headers.insert("validatemfa", "true".parse().unwrap());
            mfa_compliance(&headers)
        };
        assert_eq!((compliance(user), compliance(weak), compliance(APP)), (Some(true), Some(false), None));
    }
}
