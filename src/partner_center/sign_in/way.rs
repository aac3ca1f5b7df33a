//! A way to get a token, out of those there are.

use std::time::{SystemTime, UNIX_EPOCH};

use secrecy::ExposeSecret as _;

use super::SignInError;
use super::answer::{self, Granted};
use super::assertion::Certificate;
use super::cache::Source;
use super::entra::Entra;
use super::federated::Federated;
use super::managed::ManagedIdentity;
use super::program::Program;
use super::refresh::RefreshToken;
use super::secret::Secret;
use crate::domain::{Excerpt, Timestamp};

/// How an application proves that it is itself.
#[derive(Debug)]
pub enum Proof {
    /// A client secret.
    Secret(Secret),
    /// A certificate.
    Certificate(Box<Certificate>),
    /// A token of the platform that we run on.
    Federated(Federated),
}

/// A way to get a token.
#[derive(Debug)]
pub enum Way {
    /// The application alone (app-only).
    Application(Entra, Proof),
    /// A user by way of the application (app and user), by a refresh token; a public client proves nothing.
    User(Entra, Option<Proof>, RefreshToken),
    /// What a command prints.
    Command(Program),
    /// The identity of the machine that we run on.
    Machine {
        /// Whom to ask.
        identity: ManagedIdentity,
        /// What the token is to be for.
        resource: String,
        /// Which of several identities.
        client_id: Option<String>,
    },
}

impl Source for Way {
    async fn grant(&self) -> Result<Granted, SignInError> {
        let now = wall_clock();
        match self {
            Self::Application(entra, proof) => {
                entra.as_application(proof, now).await.map_err(|denied| denied.error)
            }
            Self::User(entra, proof, refresh) => as_user(entra, proof.as_ref(), refresh, now).await,
            Self::Command(program) => {
                let failed = |why: Excerpt| SignInError::failed(&format!("the token command failed: {why}"));
                let text = program.run(None).await.map_err(failed)?;
                answer::printed(text.expose_secret(), now)
            }
            Self::Machine { identity, resource, client_id } => {
                let granted = identity.token(resource, client_id.as_deref(), now).await;
                granted.map_err(|denied| denied.error)
            }
        }
    }
}

async fn as_user(
    entra: &Entra,
    proof: Option<&Proof>,
    refresh: &RefreshToken,
    now: Timestamp,
) -> Result<Granted, SignInError> {
    let token = refresh.newest()?;
    match entra.as_user(&token, proof, now).await {
        Ok(granted) => {
            refresh.renew(granted.refresh.clone()).await;
            Ok(granted)
        }
        Err(denied) => {
            if denied.is_invalid_grant {
                refresh.end(token, denied.error.clone());
            }
            Err(denied.error)
        }
    }
}

/// Returns this machine's time, which assertions and lives are counted by; never anything about orders.
fn wall_clock() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
