//! The bearer token that every request carries; `sign_in` is where it comes from.
//!
//! **Invariant:** the token is in no `Debug`, `Display`, error or log; it leaves in the `Authorization` header only,
//! and what a server echoes of it is blotted out before anybody sees it.

use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// What stands where a token stood.
const BLOT: &[u8] = b"[token]";

/// Shorter ones are no secrets but a sandbox's, and could be part of any answer.
const LEAST_BYTES_TO_BLOT: usize = 20;

/// A ready bearer token, as Microsoft Entra ID gives it ("Partner Center authentication").
#[derive(Debug, Clone)]
pub struct AccessToken(SecretString);

/// Why a text is not a bearer token. Says nothing of the text, which may be a secret all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Nothing but white space.
    #[error("the access token is empty")]
    Empty,
    /// It has characters that no bearer token has (RFC 6750, section 2.1).
    #[error("the access token has characters that no bearer token has")]
    Malformed,
}

impl AccessToken {
    /// Takes a token, with or without white space around it and `Bearer` before it.
    ///
    /// # Errors
    /// [`TokenError`] where it is none.
    pub fn parse(text: &str) -> Result<Self, TokenError> {
        let text = text.trim();
        let token = match text.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim_start(),
            _ => text,
        };
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        let well_formed = |c: u8| c.is_ascii_alphanumeric() || b"-._~+/=".contains(&c);
        if !token.bytes().all(well_formed) {
            return Err(TokenError::Malformed);
        }
        Ok(Self(SecretString::from(token)))
    }

    /// Returns the value of `Authorization`, marked so that no library shows it.
    pub(super) fn header(&self) -> HeaderValue {
        let text = SecretString::from(format!("Bearer {}", self.0.expose_secret()));
        let mut value =
            HeaderValue::from_str(text.expose_secret()).expect("a checked token is visible ASCII");
        value.set_sensitive(true);
        value
    }

    /// Blots the token out of a text from outside.
    pub(super) fn blot(&self, text: Vec<u8>) -> Vec<u8> {
        blot(&self.0, text)
    }

    /// Says whether this is the same token.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }

    /// Returns the text, for what reads in it who it is of.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Blots a secret out of a text from outside.
pub(crate) fn blot(secret: &SecretString, text: Vec<u8>) -> Vec<u8> {
    let secret = secret.expose_secret().as_bytes();
    if secret.len() < LEAST_BYTES_TO_BLOT || !text.windows(secret.len()).any(|part| part == secret) {
        return text;
    }
    let mut blotted = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    while let Some(at) = rest.windows(secret.len()).position(|part| part == secret) {
        blotted.extend_from_slice(&rest[..at]);
        blotted.extend_from_slice(BLOT);
        rest = &rest[at + secret.len()..];
    }
    blotted.extend_from_slice(rest);
    blotted
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "eyJ0eXAiOiJKV1Qi.canary-canary.sig_0~9+/=";

    #[test]
    fn a_token_is_taken_as_people_paste_it_and_shown_to_nobody() {
        for text in
            [TOKEN.to_owned(), format!(" {TOKEN}\n"), format!("Bearer {TOKEN}"), format!("bearer  {TOKEN}")]
        {
            let token = AccessToken::parse(&text).unwrap();
            assert_eq!(token.header().as_bytes(), format!("Bearer {TOKEN}").as_bytes());
            assert!(!format!("{token:?} {:?}", token.header()).contains("canary"));
        }
    }

    #[test]
    fn what_is_no_token_is_refused_without_being_repeated() {
        assert_eq!(AccessToken::parse(" \n").unwrap_err(), TokenError::Empty);
        for text in ["canary canary", "canary\r\nX: y", "canary\u{e4}", "\"canary\""] {
            let error = AccessToken::parse(text).unwrap_err();
            assert_eq!(error, TokenError::Malformed);
            assert!(!format!("{error} {error:?}").contains("canary"));
        }
    }

    #[test]
    fn an_echo_of_the_token_is_blotted_out_however_often_it_comes() {
        let token = AccessToken::parse(TOKEN).unwrap();
        let echo = format!("a{TOKEN}{TOKEN}b");
        assert_eq!(token.blot(echo.into_bytes()), b"a[token][token]b");
        assert_eq!(token.blot(b"nothing".to_vec()), b"nothing");
        let short = AccessToken::parse("sandbox").unwrap();
        assert_eq!(short.blot(b"a sandbox".to_vec()), b"a sandbox");
    }
}
