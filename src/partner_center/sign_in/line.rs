//! The connection to whoever gives tokens, and one request over it.
//!
//! **Invariant:** no redirect is followed, no proxy of the environment is used, and nothing leaves unencrypted but to this
//! machine: loopback, or the link-local address of its own metadata service.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::{RequestBuilder, Url};
use secrecy::SecretString;

use super::SignInError;
use crate::partner_center::auth::blot;
use crate::partner_center::exchange::{Failure, Whole, exchange};

/// A token is a matter of a second; who takes longer is down.
const TIMEOUT: Duration = Duration::from_secs(30);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// No answer with a token in it is longer.
const LIMIT_BYTES: usize = 1 << 20;

/// A way to ask over HTTP.
#[derive(Debug, Clone)]
pub(super) struct Line(reqwest::Client);

impl Line {
    /// Gets ready to ask hosts like that of a URL.
    pub(super) fn to(url: &Url) -> Result<Self, SignInError> {
        // Whoever was first has set it, and to the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let plain = url.scheme() == "http";
        if plain && !is_of_this_machine(url) {
            let host = url.host_str().unwrap_or_default();
            let why = format!("a secret would be sent unencrypted to `{host}`");
            return Err(SignInError::refused(&why));
        }
        let builder = reqwest::Client::builder()
            .user_agent(concat!("orderform/", env!("CARGO_PKG_VERSION")))
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .pool_max_idle_per_host(0)
            .https_only(!plain)
            .tls_version_min(reqwest::tls::Version::TLS_1_2);
        let builder = if plain { builder.tls_certs_only([]) } else { builder };
        let client = builder.build().map_err(|_| SignInError::failed("cannot set up TLS"))?;
        Ok(Self(client))
    }

    pub(super) fn get(&self, url: Url) -> RequestBuilder {
        self.0.get(url)
    }

    pub(super) fn post(&self, url: Url) -> RequestBuilder {
        self.0.post(url)
    }
}

/// Sends a request once and reads its whole answer. What a refusal repeats of the secrets that went with it is blotted out;
/// another answer is read by us alone, and may hold one of them with good reason: the same refresh token again.
pub(super) async fn ask(request: RequestBuilder, secrets: &[&SecretString]) -> Result<Whole, SignInError> {
    match exchange(request, LIMIT_BYTES).await {
        Ok(mut whole) => {
            for secret in secrets.iter().filter(|_| whole.status != 200) {
                whole.body = blot(secret, std::mem::take(&mut whole.body));
            }
            Ok(whole)
        }
        Err(Failure::NotSent(why) | Failure::Lost(why)) => Err(SignInError::Failed(why)),
    }
}

fn is_of_this_machine(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse::<IpAddr>().is_ok_and(|address| match address {
            IpAddr::V4(address) => address.is_loopback() || address.is_link_local(),
            IpAddr::V6(address) => address.is_loopback(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unencrypted_is_for_this_machine_alone() {
        for (url, fits) in [
            ("http://127.0.0.1:1", true),
            ("http://[::1]:1", true),
            ("http://localhost:42356/msi/token", true),
            ("http://169.254.169.254/metadata", true),
            ("http://10.0.0.1", false),
            ("http://localhost.example", false),
            ("http://login.microsoftonline.com", false),
        ] {
            assert_eq!(Line::to(&Url::parse(url).unwrap()).is_ok(), fits, "{url}");
        }
    }
}
