//! Who we are to Partner Center: one for all tasks, and the token that a request carries.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderValue;
use secrecy::ExposeSecret as _;
use tokio::time::Instant;

use super::cache::Cache;
use super::claims;
use super::secret::read_file;
use super::{SignInError, Way};
use crate::domain::Claims;
use crate::partner_center::auth::AccessToken;

/// Who we are. Clones are the same, and share what was got.
#[derive(Debug, Clone)]
pub struct Credential(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    /// A token that somebody else got.
    Ready(Arc<Token>),
    /// A file with such a token, which is read for every request: whatever renews tokens replaces it at any time.
    File(PathBuf),
    /// What a way of signing in gives, kept while it lives.
    Cached(Cache<Way>),
}

impl From<AccessToken> for Credential {
    fn from(access: AccessToken) -> Self {
        Self(Arc::new(Kind::Ready(Arc::new(Token::new(access, None)))))
    }
}

impl Credential {
    /// Takes the token of a file.
    #[must_use]
    pub fn file(file: PathBuf) -> Self {
        Self(Arc::new(Kind::File(file)))
    }

    /// Signs in this way, when a token is needed for the first time.
    #[must_use]
    pub fn by(way: Way) -> Self {
        Self(Arc::new(Kind::Cached(Cache::new(way))))
    }

    /// Signs in, and says who that is.
    ///
    /// # Errors
    /// [`SignInError`] where there is no token.
    pub async fn sign_in(&self) -> Result<Signed, SignInError> {
        let token = self.token().await?;
        let claims = claims::read(token.access.expose());
        Ok(Signed { claims, life: token.until.map(|until| until.saturating_duration_since(Instant::now())) })
    }

    /// Returns a token that lives.
    pub(in crate::partner_center) async fn token(&self) -> Result<Arc<Token>, SignInError> {
        match &*self.0 {
            Kind::Ready(token) => Ok(Arc::clone(token)),
            Kind::File(file) => {
                let text = read_file(file)?;
                let access = AccessToken::parse(text.expose_secret());
                let why = |error| SignInError::failed(&format!("`{}`: {error}", file.display()));
                Ok(Arc::new(Token::new(access.map_err(why)?, None)))
            }
            Kind::Cached(cache) => cache.token().await,
        }
    }

    /// Returns another token than one that was refused (401), where there is one or one can be got. Of one token this asks
    /// once, however many were refused with it.
    pub(in crate::partner_center) async fn renew(&self, refused: &Arc<Token>) -> Option<Arc<Token>> {
        match &*self.0 {
            Kind::Ready(_) => None,
            Kind::File(_) => self.token().await.ok().filter(|token| !token.access.is(&refused.access)),
            Kind::Cached(cache) => cache.renew(refused).await,
        }
    }
}

/// Who signed in.
#[derive(Debug, Clone)]
pub struct Signed {
    /// What the token says of itself, where it is one that can be read.
    pub claims: Option<Claims>,
    /// How long it lives from now on, where that is known.
    pub life: Option<Duration>,
}

/// A token as requests carry it.
#[derive(Debug)]
pub(in crate::partner_center) struct Token {
    pub(super) access: AccessToken,
    /// The end of its life, where that is known.
    pub(super) until: Option<Instant>,
    /// From when on it is better renewed.
    pub(super) renew_from: Option<Instant>,
    /// Whether it was got because another was refused.
    pub(super) replaces: bool,
    /// Whether Partner Center ever took it.
    pub(super) taken: AtomicBool,
    /// It was refused, and before then no other is asked for.
    pub(super) not_again_before: Mutex<Option<Instant>>,
}

impl Token {
    pub(super) fn new(access: AccessToken, life: Option<Duration>) -> Self {
        let now = Instant::now();
        let until = life.and_then(|life| now.checked_add(life));
        let early = life.map(|life| life.saturating_sub(margin(life)));
        Self {
            access,
            until,
            renew_from: early.and_then(|early| now.checked_add(early)),
            replaces: false,
            taken: AtomicBool::new(false),
            not_again_before: Mutex::new(None),
        }
    }

    pub(in crate::partner_center) fn header(&self) -> HeaderValue {
        self.access.header()
    }

    pub(in crate::partner_center) fn blot(&self, text: Vec<u8>) -> Vec<u8> {
        self.access.blot(text)
    }

    /// Notes that Partner Center took it.
    pub(in crate::partner_center) fn note_taken(&self) {
        self.taken.store(true, Relaxed);
    }

    pub(super) fn was_taken(&self) -> bool {
        self.taken.load(Relaxed)
    }

    /// Notes that another was just asked for because it was refused: not again for so long.
    pub(super) fn rest(&self, span: Duration) {
        let not_before = Instant::now().checked_add(span);
        *self.not_again_before.lock().unwrap_or_else(PoisonError::into_inner) = not_before;
    }

    pub(super) fn is_resting(&self) -> bool {
        let not_before = *self.not_again_before.lock().unwrap_or_else(PoisonError::into_inner);
        not_before.is_some_and(|not_before| Instant::now() < not_before)
    }
}

/// How long before its end a token is renewed: five minutes, of a short life a fifth.
fn margin(life: Duration) -> Duration {
    const EARLY: Duration = Duration::from_secs(300);
    EARLY.min(life / 5)
}
