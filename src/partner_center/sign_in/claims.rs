//! What an access token says of itself, read without judging its signature: to be shown to whoever signed in.
//!
//! **Invariant:** nothing is decided by it; who may do what is Partner Center's business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use crate::domain::{Claims, Excerpt, Principal};

#[derive(Deserialize)]
struct Payload {
    aud: Option<Value>,
    tid: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    app_displayname: Option<String>,
    upn: Option<String>,
    preferred_username: Option<String>,
    unique_name: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
    scp: Option<String>,
    amr: Option<Vec<String>>,
    exp: Option<Value>,
}

/// Reads a token; `None` where it is no JWT, as tokens may be.
pub(super) fn read(token: &str) -> Option<Claims> {
    let mut parts = token.split('.');
    let (_, payload, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let payload: Payload = serde_json::from_slice(&payload).ok()?;
    Some(payload.claims())
}

impl Payload {
    fn claims(self) -> Claims {
        let text = |text: Option<String>| text.map(|text| Excerpt::of(&text));
        let all = |texts: &mut dyn Iterator<Item = &str>| texts.map(Excerpt::of).collect::<Vec<_>>();
        let scopes = all(&mut self.scp.as_deref().unwrap_or_default().split_whitespace());
        let audience = self.aud.as_ref().and_then(|aud| aud.as_str().or_else(|| aud[0].as_str()));
        let seconds = |value: &Value| {
            let whole = value.as_f64().filter(|seconds| (0.0..1e12).contains(seconds))?;
            whole.trunc().to_string().parse().ok()
        };
        Claims {
            audience: audience.map(Excerpt::of),
            tenant: text(self.tid),
            application: text(self.appid.or(self.azp)),
            application_name: text(self.app_displayname),
            user: text(self.upn.or(self.preferred_username).or(self.unique_name)),
            principal: if scopes.is_empty() { Principal::Application } else { Principal::User },
            roles: all(&mut self.roles.iter().map(String::as_str)),
            scopes,
            mfa: self.amr.map(|methods| methods.iter().any(|method| method == "mfa" || method == "ngcmfa")),
            expires_at: self.exp.as_ref().and_then(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn an_application_and_a_user_are_told_apart_by_scopes() {
        let app = read(&token(r#"{"aud":"a","appid":"x","tid":"t","roles":["r"],"exp":1800000000}"#));
        let app = app.unwrap();
        assert_eq!(
            (app.principal, app.mfa, app.expires_at),
            (Principal::Application, None, Some(1_800_000_000))
        );
        assert_eq!(app.roles.len(), 1);
        let user = token(
            r#"{"aud":["a"],"azp":"x","scp":"user_impersonation","upn":"kim","amr":["pwd","mfa"],"exp":1.5e9}"#,
        );
        let user = read(&user).unwrap();
        assert_eq!(
            (user.principal, user.mfa, user.expires_at),
            (Principal::User, Some(true), Some(1_500_000_000))
        );
        assert_eq!(user.user.unwrap().as_str(), "kim");
        assert_eq!(user.audience.unwrap().as_str(), "a");
    }

    #[test]
    fn what_is_no_jwt_says_nothing_and_harms_nobody() {
        for text in ["", "opaque", "a.b", "a.b.c", "a.b.c.d", "a.!!.c"] {
            assert_eq!(read(text), None, "{text}");
        }
        let nasty = read(&token("{\"upn\":\"\\u001b[2J\\u202ekim\",\"exp\":-1}")).unwrap();
        assert_eq!(nasty.user.unwrap().as_str(), "\\u{1b}[2J\\u{202e}kim");
        assert_eq!(nasty.expires_at, None);
    }
}
