//! The identity that Azure gave the machine we run on.
//!
//! "How managed identities for Azure resources work with Azure virtual machines" (the metadata service) and "How to use
//! managed identities for App Service and Azure Functions" (also of Container Apps).

use reqwest::Url;
use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;

use super::SignInError;
use super::answer::{self, Denied, Granted};
use super::line::{Line, ask};
use crate::domain::Timestamp;

const METADATA: HeaderName = HeaderName::from_static("metadata");
const IDENTITY_HEADER: HeaderName = HeaderName::from_static("x-identity-header");

/// Whom to ask for the machine's identity.
#[derive(Debug, Clone)]
pub enum ManagedIdentity {
    /// The metadata service of a virtual machine.
    Metadata {
        /// Its base URL: `http://169.254.169.254`, or `AZURE_POD_IDENTITY_AUTHORITY_HOST`.
        base: Url,
    },
    /// App Service, Functions, Container Apps.
    AppService {
        /// `IDENTITY_ENDPOINT`.
        endpoint: Url,
        /// `IDENTITY_HEADER`.
        header: SecretString,
    },
}

impl ManagedIdentity {
    /// Asks for a token for `resource`; of several identities, for that of `client_id`.
    pub(super) async fn token(
        &self,
        resource: &str,
        client_id: Option<&str>,
        now: Timestamp,
    ) -> Result<Granted, Denied> {
        let (mut url, name, value, version) = match self {
            Self::Metadata { base } => {
                let url = base.join("/metadata/identity/oauth2/token");
                let url = url.map_err(|_| SignInError::failed("the metadata service has no URL"))?;
                (url, METADATA, HeaderValue::from_static("true"), "2018-02-01")
            }
            Self::AppService { endpoint, header } => {
                use secrecy::ExposeSecret as _;
                let value = HeaderValue::from_str(header.expose_secret());
                let mut value = value.map_err(|_| SignInError::refused("`IDENTITY_HEADER` is no header"))?;
                value.set_sensitive(true);
                (endpoint.clone(), IDENTITY_HEADER, value, "2019-08-01")
            }
        };
        url.query_pairs_mut().append_pair("api-version", version).append_pair("resource", resource);
        if let Some(client_id) = client_id {
            url.query_pairs_mut().append_pair("client_id", client_id);
        }
        let whole = ask(Line::to(&url)?.get(url).header(name, value), &[]).await?;
        answer::read(&whole, now)
    }
}
