//! One cheap read, to learn whether Partner Center takes our token at all.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::client::{Client, read_error};
use super::sign_in::{SignInError, Signed};
use crate::domain::Principal;
use crate::ports::ReadError;

const VALIDATE_MFA: HeaderName = HeaderName::from_static("validatemfa");

/// What Partner Center said of our token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// `isMfaCompliant`, of a user's token ("Partner security requirements").
    pub mfa: Option<bool>,
}

impl Client {
    /// Signs in, and says who that is.
    ///
    /// # Errors
    /// [`SignInError`] where there is no token.
    pub async fn sign_in(&self) -> Result<Signed, SignInError> {
        self.credential.sign_in().await
    }

    /// Asks for a page with one customer: one request, and once more where a token was refused and another got.
    ///
    /// # Errors
    /// [`ReadError`] where Partner Center does not let us.
    pub async fn probe(&self, signed: &Signed) -> Result<Probe, ReadError> {
        let mut url = self.endpoint.url(&["customers"]).expect("a word is a path segment");
        url.set_query(Some("size=1"));
        let mut extra = HeaderMap::new();
        if signed.claims.as_ref().is_none_or(|claims| claims.principal == Principal::User) {
            extra.insert(VALIDATE_MFA, HeaderValue::from_static("true"));
        }
        let (whole, _) = self.read(url, extra, self.settings.list_limit_bytes).await?;
        match whole.status {
            200 => Ok(Probe { mfa: whole.mfa }),
            _ => Err(read_error(&whole)),
        }
    }
}
