//! One token for all tasks: got once, renewed early, and once more where it is refused.
//!
//! However many wait, one request is under way, and all of them take what comes of it. It is a task of its own, because what
//! it brings must not be lost with whoever happened to ask: a refresh token may come with it.
//!
//! **Invariant:** an early renewal that fails harms nobody while the old token lives; a refusal is not asked for again for a
//! minute, and a token that replaced a refused one and is refused itself is the end of it. For a refused one that nothing came
//! for, another is asked for again, but not at once: the sign-in server may have been down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as Flight, OwnedMutexGuard as Alone};
use tokio::time::Instant;

use super::SignInError;
use super::answer::Granted;
use super::credential::Token;

/// How soon a renewal that failed is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// For how long a refusal is believed.
const REFUSAL_LASTS: Duration = Duration::from_secs(60);

/// Somebody who gives tokens. Asks once and never retries.
pub(super) trait Source: Send + Sync + 'static {
    /// Gets a token.
    fn grant(&self) -> impl Future<Output = Result<Granted, SignInError>> + Send;
}

/// A token, and who gives the next one.
#[derive(Debug)]
pub(super) struct Cache<S> {
    source: Arc<S>,
    held: Arc<Mutex<Held>>,
    flight: Arc<Flight<()>>,
}

#[derive(Debug, Default)]
struct Held {
    token: Option<Arc<Token>>,
    /// How many requests have ended.
    flights: u64,
    /// How the last one failed, and when.
    failed: Option<(SignInError, Instant)>,
    /// Before then no early renewal is tried.
    not_before: Option<Instant>,
}

/// How the token at hand is.
enum Standing {
    Fresh(Arc<Token>),
    Ageing(Arc<Token>),
    Gone,
}

impl<S: Source> Cache<S> {
    pub(super) fn new(source: S) -> Self {
        Self { source: Arc::new(source), held: Arc::default(), flight: Arc::default() }
    }

    /// Returns a token that lives.
    pub(super) async fn token(&self) -> Result<Arc<Token>, SignInError> {
        match self.standing() {
            Standing::Fresh(token) => Ok(token),
            Standing::Ageing(token) => match Arc::clone(&self.flight).try_lock_owned() {
                Ok(alone) => Ok(self.fetch(alone, None).await.unwrap_or(token)),
                Err(_) => Ok(token),
            },
            Standing::Gone => self.wait().await,
        }
    }

    async fn wait(&self) -> Result<Arc<Token>, SignInError> {
        let seen = self.held().flights;
        let alone = Arc::clone(&self.flight).lock_owned().await;
        // Whoever was first has asked for all of us.
        if self.held().flights != seen {
            if let Standing::Fresh(token) | Standing::Ageing(token) = self.standing() {
                return Ok(token);
            }
            if let Some((error, _)) = &self.held().failed {
                return Err(error.clone());
            }
        }
        if let Some(refusal) = self.held().refusal() {
            return Err(refusal);
        }
        self.fetch(alone, None).await
    }

    /// Returns another token than one that was refused.
    pub(super) async fn renew(&self, refused: &Arc<Token>) -> Option<Arc<Token>> {
        let other = || self.held().token.clone().filter(|token| !token.access.is(&refused.access));
        if let Some(token) = other() {
            return Some(token);
        }
        if refused.replaces && !refused.was_taken() {
            return None;
        }
        let alone = Arc::clone(&self.flight).lock_owned().await;
        if let Some(token) = other() {
            return Some(token);
        }
        if refused.is_resting() || self.held().refusal().is_some() {
            return None;
        }
        let token = self.fetch(alone, Some(Arc::clone(refused))).await.ok();
        token.filter(|token| !token.access.is(&refused.access))
    }

    /// Asks for a token, alone until it is there; in the place of one that was refused, where there is one.
    async fn fetch(&self, alone: Alone<()>, refused: Option<Arc<Token>>) -> Result<Arc<Token>, SignInError> {
        let (source, held) = (Arc::clone(&self.source), Arc::clone(&self.held));
        let flight = tokio::spawn(async move {
            let granted = source.grant().await;
            let taken = lock(&held).land(granted, refused.is_some());
            if let Some(refused) = refused {
                refused.rest(AGAIN);
            }
            drop(alone);
            taken
        });
        match flight.await {
            Ok(taken) => taken,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(SignInError::failed("signing in was cut off")),
        }
    }

    fn standing(&self) -> Standing {
        let held = self.held();
        let now = Instant::now();
        let Some(token) = held.token.clone() else { return Standing::Gone };
        if token.until.is_some_and(|until| until <= now) {
            return Standing::Gone;
        }
        let is_due = token.renew_from.is_some_and(|from| from <= now);
        let may = held.not_before.is_none_or(|not_before| not_before <= now);
        if is_due && may { Standing::Ageing(token) } else { Standing::Fresh(token) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        lock(&self.held)
    }
}

fn lock(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    /// Returns the refusal that is still believed.
    fn refusal(&self) -> Option<SignInError> {
        let (error, at) = self.failed.as_ref()?;
        let is_believed = matches!(error, SignInError::Refused(_)) && at.elapsed() < REFUSAL_LASTS;
        is_believed.then(|| error.clone())
    }

    fn land(
        &mut self,
        granted: Result<Granted, SignInError>,
        replaces: bool,
    ) -> Result<Arc<Token>, SignInError> {
        self.flights += 1;
        match granted {
            Ok(granted) => Ok(self.take(granted, replaces)),
            Err(error) => {
                tracing::warn!(%error, "no token");
                self.failed = Some((error.clone(), Instant::now()));
                self.not_before = Instant::now().checked_add(AGAIN);
                Err(error)
            }
        }
    }

    fn take(&mut self, granted: Granted, replaces: bool) -> Arc<Token> {
        self.failed = None;
        self.not_before = None;
        let now = Instant::now();
        let known = self.token.clone().filter(|token| token.access.is(&granted.access));
        // Whoever keeps tokens himself gives the same one until shortly before its end.
        if let Some(known) = known.filter(|token| token.until.is_none_or(|until| until > now)) {
            self.not_before = now.checked_add(AGAIN);
            return known;
        }
        let token = Arc::new(Token { replaces, ..Token::new(granted.access, granted.life) });
        self.token = Some(Arc::clone(&token));
        token
    }
}

#[cfg(test)]
mod tests;
