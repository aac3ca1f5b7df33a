//! TLS for those who take nothing else: Microsoft's own sign-in library asks for tokens over `https` only.
//!
//! **Invariant:** a certificate and its key are read from PEM once; who does not finish a handshake keeps nobody waiting.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::SandboxError;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// A certificate with its key, to be served with.
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

impl Tls {
    /// Reads a chain of certificates and the private key of the first, both as PEM.
    ///
    /// # Errors
    /// [`SandboxError::Tls`] where one of them is not there, or they do not belong together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, SandboxError> {
        let unread = |what: &str, error: &dyn fmt::Display| SandboxError::Tls(format!("{what}: {error}"));
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificates).collect();
        let chain = chain.map_err(|error| unread("the certificate cannot be read", &error))?;
        if chain.is_empty() {
            return Err(SandboxError::Tls("there is no certificate in it".to_owned()));
        }
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|error| unread("the private key cannot be read", &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| unread("TLS cannot be set up", &error))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|error| unread("certificate and key cannot be used together", &error))?;
        Ok(Self(Arc::new(config)))
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// Handshakes under way.
pub(super) struct Handshakes {
    acceptor: TlsAcceptor,
    under_way: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

impl Handshakes {
    pub(super) fn new(tls: Tls) -> Self {
        Self { acceptor: TlsAcceptor::from(tls.0), under_way: JoinSet::new() }
    }

    /// Begins a handshake with one who has connected.
    pub(super) fn begin(&mut self, stream: TcpStream, address: SocketAddr) {
        let accepting = self.acceptor.accept(stream);
        self.under_way.spawn(async move {
            let stream = timeout(HANDSHAKE, accepting).await.ok()?.ok()?;
            Some((stream, address))
        });
    }

    /// Returns the next who has finished; never while nobody does.
    pub(super) async fn finished(&mut self) -> (TlsStream<TcpStream>, SocketAddr) {
        loop {
            match self.under_way.join_next().await {
                Some(Ok(Some(finished))) => return finished,
                Some(_) => {}
                None => std::future::pending::<()>().await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_or_no_key_is_refused_and_not_repeated() {
        for (certificate, key) in [("", ""), ("canary", "canary"), ("-----BEGIN CERTIFICATE-----", "canary")]
        {
            let error = Tls::from_pem(certificate.as_bytes(), key.as_bytes()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
}
