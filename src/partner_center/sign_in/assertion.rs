//! An application proves itself by its certificate: a short-lived JWT, signed with the certificate's key.
//!
//! "Microsoft identity platform application authentication certificate credentials": PS256, `x5t#S256` in the header, the
//! token endpoint as audience, issuer and subject the application.
//!
//! **Invariant:** the key is in no `Debug`; it is used for nothing but assertions.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PSS_SHA256;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::SignInError;
use super::secret::read_file;
use crate::domain::Timestamp;

/// How long an assertion may be used: long enough for clocks that differ a little.
const LIFE_S: i64 = 600;

/// A certificate and its RSA key, out of one PEM file.
#[derive(Debug)]
pub struct Certificate {
    key: KeyPair,
    /// SHA-256 of the certificate, as the header has it.
    thumbprint: String,
}

/// Why a file is not a certificate with its key. Repeats nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The file cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// No `CERTIFICATE` block.
    #[error("it has no `-----BEGIN CERTIFICATE-----`")]
    NoCertificate,
    /// No private key block.
    #[error("it has no private key (`-----BEGIN PRIVATE KEY-----`), or the key has a passphrase")]
    NoKey,
    /// A key of another kind, or a broken one.
    #[error("its key is no RSA key of 2048 to 8192 bits")]
    NotRsa,
}

impl Certificate {
    /// Reads a PEM file with one private key and the certificate, in any order; of a chain, the first one counts.
    ///
    /// # Errors
    /// [`CertificateError`] where one of them is missing or the key is not RSA.
    pub fn read(file: &Path) -> Result<Self, CertificateError> {
        let text = read_file(file).map_err(|error| CertificateError::Unreadable(error.to_string()))?;
        Self::parse(&text)
    }

    fn parse(text: &SecretString) -> Result<Self, CertificateError> {
        let pem = text.expose_secret().as_bytes();
        let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| CertificateError::NoCertificate)?;
        let key = match PrivateKeyDer::from_pem_slice(pem).map_err(|_| CertificateError::NoKey)? {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(CertificateError::NotRsa),
        };
        let key = key.map_err(|_| CertificateError::NotRsa)?;
        Ok(Self { key, thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&certificate)) })
    }

    /// Makes an assertion of an application for a token endpoint.
    pub(super) fn assertion(
        &self,
        client_id: &str,
        token_url: &str,
        now: Timestamp,
    ) -> Result<SecretString, SignInError> {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let now = now.unix_ms() / 1000;
        let header = part(json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint}));
        let claims = part(json!({
            "aud": token_url,
            "iss": client_id,
            "sub": client_id,
            "jti": Uuid::new_v4().to_string(),
            "nbf": now,
            "iat": now,
            "exp": now + LIFE_S,
        }));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| SignInError::failed("the certificate's key cannot sign"))?;
        Ok(SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

#[cfg(test)]
mod tests {
    use ring::signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey};

    use super::*;

    /// A key that is used nowhere but here, and its certificate of itself.
    const PEM: &str = include_str!("testing_only.pem");

    fn parse(text: &str) -> Result<Certificate, CertificateError> {
        Certificate::parse(&text.into())
    }

    #[test]
    fn an_assertion_is_signed_by_the_key_and_names_the_certificate() {
        let certificate = parse(PEM).unwrap();
        let now = Timestamp::from_unix_ms(1_800_000_000_000);
        let url = "https://login.microsoftonline.com/t/oauth2/v2.0/token";
        let assertion = certificate.assertion("app", url, now).unwrap();
        let (signed, signature) = assertion.expose_secret().rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, certificate.key.public().as_ref());
        public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let json = |part: &str| -> serde_json::Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
        };
        let (header, claims) = signed.split_once('.').unwrap();
        let (header, claims) = (json(header), json(claims));
        assert_eq!(header["alg"], "PS256");
        assert_eq!(header["x5t#S256"].as_str().unwrap().len(), 43);
        assert_eq!(
            (&claims["aud"], &claims["iss"], &claims["sub"]),
            (&json!(url), &json!("app"), &json!("app"))
        );
        assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(1_800_000_000), &json!(1_800_000_600)));
        assert!(!format!("{certificate:?}").contains("PRIVATE"));
    }

    #[test]
    fn what_a_file_lacks_is_said_without_any_of_it() {
        let (begin, end) = ("-----BEGIN ", "-----END ");
        let without = |what: &str| {
            let (before, rest) = PEM.split_once(&format!("{begin}{what}-----")).unwrap();
            let after = rest.split_once(&format!("{end}{what}-----")).unwrap().1;
            format!("{before}{after}")
        };
        let broken = PEM.replacen("MII", "AII", 2);
        for (text, expected) in [
            (String::new(), CertificateError::NoCertificate),
            (without("CERTIFICATE"), CertificateError::NoCertificate),
            (without("PRIVATE KEY"), CertificateError::NoKey),
            (broken, CertificateError::NotRsa),
        ] {
            assert_eq!(parse(&text).err(), Some(expected));
        }
    }
}
