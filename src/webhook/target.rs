//! Where notifications go: a URL that may be a secret as a whole.
//!
//! **Invariant:** `https`, or plain `http` to literal loopback; no error and no `Debug` repeats any of it.

use std::net::{Ipv4Addr, Ipv6Addr};

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

/// The URL of a receiver.
#[derive(Debug, Clone)]
pub struct Target {
    url: SecretString,
    port_of_plain: Option<u16>,
}

/// Why a text is not the URL of a receiver. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Not an absolute URL with a host.
    #[error("is not a URL")]
    NotUrl,
    /// Neither `https` nor `http`.
    #[error("is not a URL that begins with `https://`")]
    Scheme,
    /// Plain `http` to somewhere else than this machine.
    #[error(
        "would send notifications unencrypted: use `https`; plain `http` goes to 127.0.0.1, [::1] and localhost only"
    )]
    Unencrypted,
    /// A user name or a password.
    #[error("has a user name or a password in it, which is not sent")]
    SignIn,
}

impl Target {
    /// Takes a URL, with or without white space around it.
    ///
    /// # Errors
    /// [`TargetError`] where nothing should be sent there.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let url = Url::parse(text.trim()).map_err(|_| TargetError::NotUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(TargetError::Scheme);
        }
        let host = url.host_str().ok_or(TargetError::NotUrl)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::SignIn);
        }
        let is_plain = url.scheme() == "http";
        if is_plain && !is_loopback(host) {
            return Err(TargetError::Unencrypted);
        }
        let port_of_plain = is_plain.then(|| url.port().unwrap_or(80));
        Ok(Self { url: SecretString::from(String::from(url)), port_of_plain })
    }

    /// Returns the port, where requests go without TLS; only ever so to loopback.
    pub(super) fn port_of_plain(&self) -> Option<u16> {
        self.port_of_plain
    }

    /// Returns the URL, for the request alone.
    pub(super) fn expose(&self) -> &str {
        self.url.expose_secret()
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || v6.is_some_and(|host| host.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_are_sent_encrypted_or_to_this_machine() {
        for text in [
            "https://hooks.example/services/T0/B0/canary",
            " https://hooks.example/?sig=canary\n",
            "http://127.0.0.1:1/canary",
            "http://[::1]:1/",
            "http://LOCALHOST/",
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.port_of_plain().is_some(), text.starts_with("http:"), "{text}");
            assert!(!format!("{target:?}").contains("canary"));
        }
        for (text, expected) in [
            ("", TargetError::NotUrl),
            ("canary", TargetError::NotUrl),
            ("file:///canary", TargetError::Scheme),
            ("http://hooks.example/canary", TargetError::Unencrypted),
            ("http://0.0.0.0/canary", TargetError::Unencrypted),
            ("http://127.0.0.1.example/canary", TargetError::Unencrypted),
            ("https://canary@hooks.example", TargetError::SignIn),
            ("https://:canary@hooks.example", TargetError::SignIn),
        ] {
            let error = Target::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }
}
