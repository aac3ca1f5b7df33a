//! Signatures, as "Standard Webhooks" has them: `v1,` and the Base64 of HMAC-SHA256 over `id.timestamp.body`.
//!
//! **Invariant:** a secret is in no `Debug` and no error, and is wiped on drop.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// What a secret begins with, so that it is known for one.
const PREFIX: &str = "whsec_";

/// How long a secret is ("Signature scheme": 192 to 512 bits).
const LENGTH_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The secrets of a receiver: one, or, while it is replaced, the new and the old one.
#[derive(Debug, Clone)]
pub struct Secrets(Vec<SecretSlice<u8>>);

/// Why a text is not a secret to sign with. Says nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Nothing but white space.
    #[error("is empty")]
    Empty,
    /// Not Base64, with or without `whsec_` before it.
    #[error("is not `whsec_` and Base64")]
    Malformed,
    /// Too short to be secure, or longer than receivers take.
    #[error("is not 24 to 64 bytes long")]
    Length,
}

impl Secrets {
    /// Takes secrets with blanks between them.
    ///
    /// # Errors
    /// [`SecretError`] where one of them is none.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let secrets: Vec<_> = text.split_whitespace().map(parse_one).collect::<Result<_, _>>()?;
        if secrets.is_empty() { Err(SecretError::Empty) } else { Ok(Self(secrets)) }
    }

    /// Returns the value of `webhook-signature`: a signature by each secret.
    pub(super) fn sign(&self, id: &str, timestamp_s: i64, body: &str) -> String {
        let content = format!("{id}.{timestamp_s}.{body}");
        let sign = |secret: &SecretSlice<u8>| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret()).expect("HMAC takes any key");
            mac.update(content.as_bytes());
            format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
        };
        self.0.iter().map(sign).collect::<Vec<_>>().join(" ")
    }
}

fn parse_one(text: &str) -> Result<SecretSlice<u8>, SecretError> {
    let encoded = text.strip_prefix(PREFIX).unwrap_or(text);
    let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::Malformed)?;
    if LENGTH_BYTES.contains(&bytes.len()) { Ok(SecretSlice::from(bytes)) } else { Err(SecretError::Length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the libraries of "Standard Webhooks".
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn the_published_example_has_its_published_signature() {
        let secrets = Secrets::parse(SECRET).unwrap();
        let signature = secrets.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn while_a_secret_is_replaced_both_sign() {
        let old = format!("{SECRET} {}", STANDARD.encode([7_u8; 32]));
        let both = Secrets::parse(&old).unwrap().sign("msg_1", 1, "{}");
        let one = Secrets::parse(SECRET).unwrap().sign("msg_1", 1, "{}");
        assert_eq!(both.split(' ').next(), Some(one.as_str()));
        assert_eq!(both.split(' ').count(), 2);
    }

    #[test]
    fn what_is_no_secret_is_refused_and_not_repeated() {
        for (text, expected) in [
            (" ", SecretError::Empty),
            ("whsec_canary!", SecretError::Malformed),
            ("whsec_Y2FuYXJ5", SecretError::Length),
        ] {
            let error = Secrets::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!format!("{error:?} {error}").contains("canary"));
        }
        assert!(!format!("{:?}", Secrets::parse(SECRET)).contains("MfKQ"));
    }
}
