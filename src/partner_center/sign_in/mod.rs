//! Signing in: where the bearer token of each request comes from.
//!
//! A [`Credential`] is a ready token, a file with one, or a [`Way`] to get one. `cache` keeps what a way gave and renews it,
//! one request for all who wait. `entra` asks the sign-in server, `answer` reads what it says, `assertion` proves an
//! application by its certificate, `federated` by a token of the platform it runs on, `refresh` keeps the refresh token of a
//! user, `managed` asks the machine's own identity, `program` what a command prints, and `claims` is what a token says of itself.
//!
//! Own code, because the official `azure_identity` has no refresh token, and Partner Center's "secure application model" is
//! exactly that.
//!
//! **Invariant:** no secret is in any `Debug`, `Display`, error or log, and none leaves but to the sign-in server. Nothing here
//! retries, and a refusal is not asked for again while nothing has changed.

mod answer;
mod assertion;
mod authority;
mod cache;
mod claims;
mod credential;
mod entra;
mod federated;
mod line;
mod managed;
mod program;
mod refresh;
mod secret;
mod way;

pub(crate) use super::auth::blot;
pub use assertion::{Certificate, CertificateError};
pub use authority::{Authority, resource};
pub(super) use credential::Token;
pub use credential::{Credential, Signed};
pub use entra::Entra;
pub use federated::Federated;
pub use managed::ManagedIdentity;
pub use program::{Printed, Program};
pub use refresh::{Notify, RefreshToken};
pub use secret::Secret;
pub use way::{Proof, Way};

use std::time::Duration;

use crate::domain::{Excerpt, SignInRefused};

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// It was refused, and will be again.
    #[error("signing in was refused: {0}")]
    Refused(SignInRefused),
    /// The sign-in server is busy.
    #[error("the sign-in server asked to wait")]
    NotNow {
        /// `Retry-After`, where one was given.
        retry_after: Option<Duration>,
    },
    /// Not reached, a server error, or something that cannot be read.
    #[error("signing in failed: {0}")]
    Failed(Excerpt),
}

impl SignInError {
    fn failed(why: &str) -> Self {
        Self::Failed(Excerpt::of(why))
    }

    fn refused(why: &str) -> Self {
        Self::Refused(SignInRefused::saying(why))
    }
}
