//! A user's refresh token: where it comes from, and where the one that replaces it goes.
//!
//! Each use may bring a new one ("Refresh tokens in the Microsoft identity platform"). It is used from then on, and put where
//! the next run finds it: in place of the file it came from, or into a command that keeps it. Until that is done the old one
//! stays where it is, so that a kill at any instant leaves one of the two, whole.
//!
//! **Invariant:** a token that replaced another is never dropped silently; what cannot be kept is said aloud, and tried again. What
//! somebody else put in the place of the old one meanwhile is not replaced.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret as _, SecretString};
use tempfile::NamedTempFile;

use super::program::Program;
use super::secret::Secret;
use super::{SignInError, blot};
use crate::domain::Excerpt;

/// Tells a person something at once; the text is a warning and holds no secret.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// A refresh token, and who keeps the next one.
pub struct RefreshToken {
    from: Secret,
    keeper: Option<Program>,
    notify: Notify,
    memory: Mutex<Memory>,
}

/// What this process knows of it.
#[derive(Default)]
struct Memory {
    /// What was found at its place last.
    found: Option<SecretString>,
    /// The newest one.
    newest: Option<SecretString>,
    /// Whether the newest one is where the next run finds it.
    is_kept: bool,
    /// Whether it was said that it is not.
    is_told: bool,
    /// The one that was refused for good, and how.
    ended: Option<(SecretString, SignInError)>,
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RefreshToken").field("from", &self.from).finish_non_exhaustive()
    }
}

impl RefreshToken {
    /// Takes where it is, and the command that is handed a new one; without a command a new one replaces the file it came
    /// from.
    #[must_use]
    pub fn new(from: Secret, keeper: Option<Program>, notify: Notify) -> Self {
        Self { from, keeper, notify, memory: Mutex::default() }
    }

    /// Returns the newest one: what somebody else put in its place, or what came last.
    pub(super) fn newest(&self) -> Result<SecretString, SignInError> {
        let mut memory = self.memory();
        match self.from.read() {
            Ok(found) if !same(memory.found.as_ref(), &found) => {
                memory.newest = Some(found.clone());
                memory.found = Some(found);
                memory.is_kept = true;
            }
            Ok(_) => {}
            // What is in memory is as good, and may be the only one there is.
            Err(error) if memory.newest.is_none() => return Err(error),
            Err(_) => {}
        }
        let newest = memory.newest.clone().expect("one was found, now or before");
        match &memory.ended {
            Some((ended, error)) if same(Some(ended), &newest) => Err(error.clone()),
            _ => Ok(newest),
        }
    }

    /// Remembers that a token was refused for good: it is not presented again.
    pub(super) fn end(&self, token: SecretString, error: SignInError) {
        self.memory().ended = Some((token, error));
    }

    /// Takes the token that came with an access token, and keeps what is not kept yet.
    pub(super) async fn renew(&self, came: Option<SecretString>) {
        let unkept = {
            let mut memory = self.memory();
            if let Some(came) = came.filter(|came| !same(memory.newest.as_ref(), came)) {
                memory.newest = Some(came);
                memory.is_kept = false;
            }
            memory.newest.clone().filter(|_| !memory.is_kept)
        };
        let Some(token) = unkept else { return };
        match self.keep(&token).await {
            Ok(Kept::Not) => self.tell_of_another(),
            Ok(Kept::Whole) => {
                let mut memory = self.memory();
                memory.is_kept = true;
                memory.is_told = false;
                tracing::info!("the new refresh token is kept");
            }
            Err(why) => self.complain(&why),
        }
    }

    async fn keep(&self, token: &SecretString) -> Result<Kept, Excerpt> {
        if let Some(keeper) = &self.keeper {
            let kept = keeper.run(Some(token.clone())).await;
            return kept.map(|_| Kept::Whole).map_err(|why| without(token, &why));
        }
        let Secret::File(file) = &self.from else {
            return Err(Excerpt::of(
                "there is neither `ORDERFORM_REFRESH_TOKEN_FILE` nor `ORDERFORM_REFRESH_TOKEN_COMMAND` to keep it",
            ));
        };
        let kept = write_beside(file, token).and_then(|beside| match self.holds_another(token) {
            true => Ok(Kept::Not),
            false => beside.put_in_place().map(|()| Kept::Whole),
        });
        let kept =
            kept.map_err(|error| Excerpt::of(&format!("cannot write `{}`: {error}", file.display())))?;
        if kept == Kept::Whole {
            self.memory().found = Some(token.clone());
        }
        Ok(kept)
    }

    /// Says whether its place holds another token than it did when the old one was taken from there.
    fn holds_another(&self, token: &SecretString) -> bool {
        let now = self.from.read();
        let memory = self.memory();
        now.is_ok_and(|now| {
            memory.found.is_some() && !same(memory.found.as_ref(), &now) && !same(Some(token), &now)
        })
    }

    fn tell_of_another(&self) {
        tracing::warn!("the new refresh token is not kept: there is another one in the file");
        (self.notify)(
            "warning: a new refresh token came and is not kept: somebody put another one into its file meanwhile; that one \
             is used from now on",
        );
    }

    fn complain(&self, why: &Excerpt) {
        let is_first = !std::mem::replace(&mut self.memory().is_told, true);
        tracing::warn!(%why, "the new refresh token is not kept");
        if is_first {
            (self.notify)(&format!(
                "warning: a new refresh token came and is not kept: {why}; this run goes on with it, and the next one has \
                 the old one only"
            ));
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of a token that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    /// It is where the next run finds it.
    Whole,
    /// Somebody else put another one there.
    Not,
}

/// Returns what a command said without the token that it was handed.
fn without(token: &SecretString, why: &Excerpt) -> Excerpt {
    Excerpt::of(&String::from_utf8_lossy(&blot(token, why.to_string().into_bytes())))
}

fn same(one: Option<&SecretString>, other: &SecretString) -> bool {
    one.is_some_and(|one| one.expose_secret() == other.expose_secret())
}

/// A token on disk, whole and synced, beside the file that it is to replace.
struct Beside {
    temporary: NamedTempFile,
    target: PathBuf,
}

/// Writes a token beside a file; of a link, beside the file that it leads to.
fn write_beside(file: &Path, token: &SecretString) -> io::Result<Beside> {
    let target = fs::canonicalize(file)?;
    let dir = target.parent().ok_or_else(|| io::Error::other("it has no directory"))?;
    let mut temporary = tempfile::Builder::new().prefix(".orderform-").tempfile_in(dir)?;
    temporary.as_file().set_permissions(Permissions::from_mode(0o600))?;
    temporary.write_all(token.expose_secret().as_bytes())?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    Ok(Beside { temporary, target })
}

impl Beside {
    /// Replaces the file in one step.
    fn put_in_place(self) -> io::Result<()> {
        self.temporary.persist(&self.target).map_err(|error| error.error)?;
        let dir = self.target.parent().ok_or_else(|| io::Error::other("it has no directory"))?;
        File::open(dir)?.sync_all()
    }
}

#[cfg(test)]
mod tests;
