//! One POST to the token endpoint of Microsoft Entra (v2), by which an application or a user gets a token.

use secrecy::{ExposeSecret as _, SecretString};

use super::SignInError;
use super::answer::{self, Denied, Granted};
use super::authority::Authority;
use super::line::{Line, ask};
use super::way::Proof;
use crate::domain::Timestamp;

/// What an assertion in place of a secret is (RFC 7523).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// An application in a tenant, and what it wants a token for.
#[derive(Debug, Clone)]
pub struct Entra {
    /// The sign-in server.
    pub authority: Authority,
    /// The tenant: a GUID or a domain.
    pub tenant: String,
    /// The application.
    pub client_id: String,
    /// What the token is to be for: see [`resource`](super::resource).
    pub resource: String,
}

/// A field of the form; all of them are treated as secrets.
pub(super) type Field = (&'static str, SecretString);

impl Entra {
    /// Asks for a token of the application alone.
    pub(super) async fn as_application(&self, proof: &Proof, now: Timestamp) -> Result<Granted, Denied> {
        let scope = format!("{}/.default", self.resource);
        let mut fields = self.fields("client_credentials", &scope);
        fields.extend(self.proof(proof, now).await?);
        self.ask(fields, now).await
    }

    /// Asks for a token of the user whose refresh token this is.
    pub(super) async fn as_user(
        &self,
        refresh: &SecretString,
        proof: Option<&Proof>,
        now: Timestamp,
    ) -> Result<Granted, Denied> {
        let scope = format!("{}/user_impersonation offline_access openid", self.resource);
        let mut fields = self.fields("refresh_token", &scope);
        fields.push(("refresh_token", refresh.clone()));
        if let Some(proof) = proof {
            fields.extend(self.proof(proof, now).await?);
        }
        self.ask(fields, now).await
    }

    fn fields(&self, grant: &str, scope: &str) -> Vec<Field> {
        vec![
            ("client_id", self.client_id.as_str().into()),
            ("grant_type", grant.into()),
            ("scope", scope.into()),
        ]
    }

    /// Returns what proves the application.
    async fn proof(&self, proof: &Proof, now: Timestamp) -> Result<Vec<Field>, SignInError> {
        let assertion = match proof {
            Proof::Secret(secret) => return Ok(vec![("client_secret", secret.read()?)]),
            Proof::Certificate(certificate) => {
                certificate.assertion(&self.client_id, self.token_url()?.as_str(), now)?
            }
            Proof::Federated(federated) => federated.token().await?,
        };
        Ok(vec![("client_assertion_type", ASSERTION_TYPE.into()), ("client_assertion", assertion)])
    }

    fn token_url(&self) -> Result<reqwest::Url, SignInError> {
        let url = self.authority.token_url(&self.tenant);
        url.ok_or_else(|| SignInError::refused("the tenant is neither a GUID nor a domain"))
    }

    async fn ask(&self, fields: Vec<Field>, now: Timestamp) -> Result<Granted, Denied> {
        let url = self.token_url()?;
        let request = Line::to(&url)?
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .body(form(&fields));
        let secret = |field: &&Field| !matches!(field.0, "client_id" | "grant_type" | "scope");
        let secrets: Vec<&SecretString> = fields.iter().filter(secret).map(|field| &field.1).collect();
        let whole = ask(request, &secrets).await?;
        let read = answer::read(&whole, now);
        tracing::debug!(status = whole.status, granted = read.is_ok(), "asked for a token");
        read
    }
}

fn form(fields: &[Field]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        form.append_pair(name, value.expose_secret());
    }
    form.finish()
}
