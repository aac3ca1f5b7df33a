//! A token of the platform we run on, which stands for the application's secret: nothing is stored anywhere.
//!
//! "Workload identity federation": the sign-in server takes it where a federated credential of the application names its
//! issuer, subject and audience.

use std::path::PathBuf;

use reqwest::Url;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use secrecy::SecretString;
use serde_json::Value;

use super::SignInError;
use super::line::{Line, ask};
use super::secret::{Secret, read_file};
use crate::partner_center::auth::AccessToken;
use crate::partner_center::body;
use crate::partner_center::exchange::Whole;

/// Whom such a token is for.
const AUDIENCE: &str = "api://AzureADTokenExchange";

/// The version of the endpoint of Azure DevOps ("Oidctoken - Create").
const DEVOPS_VERSION: &str = "7.1";

/// Where the platform's token comes from.
#[derive(Debug, Clone)]
pub enum Federated {
    /// GitHub Actions, in a job with `permissions: id-token: write`.
    GitHub {
        /// `ACTIONS_ID_TOKEN_REQUEST_URL`.
        url: Url,
        /// `ACTIONS_ID_TOKEN_REQUEST_TOKEN`.
        token: AccessToken,
    },
    /// A service connection of Azure DevOps.
    AzureDevOps {
        /// `SYSTEM_OIDCREQUESTURI`.
        url: Url,
        /// `SYSTEM_ACCESSTOKEN`.
        token: AccessToken,
        /// `AZURESUBSCRIPTION_SERVICE_CONNECTION_ID`.
        connection: String,
    },
    /// A token that is there already, as GitLab's `id_tokens`.
    Ready(Secret),
    /// A file that is read each time, because it is replaced about every hour: Kubernetes.
    File(PathBuf),
}

impl Federated {
    /// Gets a token.
    pub(super) async fn token(&self) -> Result<SecretString, SignInError> {
        match self {
            Self::Ready(secret) => secret.read(),
            Self::File(file) => read_file(file),
            Self::GitHub { url, token } => {
                let mut url = url.clone();
                url.query_pairs_mut().append_pair("audience", AUDIENCE);
                let request = Line::to(&url)?.get(url);
                let whole = ask(signed(request, token), &[]).await?;
                read("GitHub Actions", &whole, token, "value")
            }
            Self::AzureDevOps { url, token, connection } => {
                let mut url = url.clone();
                url.query_pairs_mut()
                    .append_pair("api-version", DEVOPS_VERSION)
                    .append_pair("serviceConnectionId", connection);
                let request = Line::to(&url)?.post(url).header(CONTENT_LENGTH, 0);
                // Without it, an expired token is answered by a page to sign in at.
                let request = request.header("X-TFS-FedAuthRedirect", "Suppress");
                let whole = ask(signed(request, token), &[]).await?;
                read("Azure DevOps", &whole, token, "oidcToken")
            }
        }
    }
}

fn signed(request: reqwest::RequestBuilder, token: &AccessToken) -> reqwest::RequestBuilder {
    request.header(AUTHORIZATION, token.header()).header(ACCEPT, "application/json")
}

fn read(who: &str, whole: &Whole, token: &AccessToken, name: &str) -> Result<SecretString, SignInError> {
    let said = || body::beginning(&token.blot(whole.body.clone()));
    if whole.status != 200 {
        let why = format!("{who} gave no token for federation: answer {}: {}", whole.status, said());
        return Err(match whole.status {
            400..429 => SignInError::refused(&why),
            _ => SignInError::failed(&why),
        });
    }
    let value: Option<Value> = serde_json::from_slice(&whole.body).ok();
    let text = value.as_ref().and_then(|value| value[name].as_str()).filter(|text| !text.is_empty());
    // Nothing of the answer: it may be a token in a shape that is not known.
    let text = text.ok_or_else(|| SignInError::failed(&format!("{who}'s answer has no `{name}`")))?;
    let token =
        AccessToken::parse(text).map_err(|_| SignInError::failed(&format!("`{name}` is no token")))?;
    Ok(SecretString::from(token.expose()))
}
