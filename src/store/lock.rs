//! Who may write: a lock of the operating system on a file of its own.
//!
//! The kernel releases it when the process dies, however it dies, so there is nothing to unlock by hand. The file says
//! who holds it, for people; it is never deleted, because deleting it would let in a second writer.
//!
//! **Invariant:** what the file says decides nothing.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::files::{self, failed};
use crate::domain::Timestamp;

/// Who holds the lock. The facts are gathered by whoever opens a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// The machine.
    pub host: String,
    /// The user.
    pub user: String,
    /// What they ran.
    pub command: String,
    /// Since when, by the local clock: for people to read, nothing else.
    pub started: Option<Timestamp>,
    /// The version of this program.
    pub tool: String,
}

impl Holder {
    /// Says who it is: user, host and process.
    #[must_use]
    pub fn who(&self) -> String {
        format!("{} on {}, process {}", self.user, self.host, self.pid)
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` by {}", self.command, self.who())?;
        match &self.started {
            Some(started) => write!(f, ", since {started}"),
            None => Ok(()),
        }
    }
}

/// The right to write, for as long as this exists.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Takes the lock of the writer, or says who has it. Never waits.
    pub(super) fn take(dir: &Path, holder: &Holder) -> Result<Self, StoreError> {
        Self::take_file(dir, files::LOCK, holder)
    }

    /// Returns who holds the lock of this name, if somebody does, without taking it from whoever tries meanwhile for longer
    /// than that.
    pub(super) fn holder(dir: &Path, name: &str) -> Result<Option<Option<Holder>>, StoreError> {
        let path = dir.join(name);
        let mut file = files::open_or_make(&path)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(None),
            Err(TryLockError::WouldBlock) => Ok(Some(read(&mut file))),
            Err(TryLockError::Error(error)) => Err(failed("lock", &path)(error)),
        }
    }

    /// Takes the lock of this name, or says who has it. Never waits.
    pub(super) fn take_file(dir: &Path, name: &str, holder: &Holder) -> Result<Self, StoreError> {
        let path = dir.join(name);
        let mut file = files::open_or_make(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read(&mut file).map(Box::new);
                return Err(StoreError::Locked { holder });
            }
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
        }
        write(&mut file, holder).map_err(failed("write", &path))?;
        Ok(Self(file))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // So that the next one who finds it locked is not told of this process before the new holder has written.
        // Where it fails the name stays, and decides nothing.
        let _ = self.0.set_len(0);
        // A program that this one is just starting has the file open until it is loaded, and would hold the lock on.
        let _ = self.0.unlock();
    }
}

#[derive(Serialize, Deserialize)]
struct HolderForm {
    pid: u32,
    host: String,
    user: String,
    command: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    started: Option<String>,
    tool: String,
}

fn write(file: &mut File, holder: &Holder) -> io::Result<()> {
    let form = HolderForm {
        pid: holder.pid,
        host: holder.host.clone(),
        user: holder.user.clone(),
        command: holder.command.clone(),
        started: holder.started.as_ref().map(ToString::to_string),
        tool: holder.tool.clone(),
    };
    let mut line = serde_json::to_vec(&form)?;
    line.push(b'\n');
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&line)
}

/// Reads who says to hold the lock; half a line, or none yet, says nothing.
fn read(file: &mut File) -> Option<Holder> {
    const LONGEST: u64 = 16 << 10;
    let mut line = Vec::new();
    file.take(LONGEST).read_to_end(&mut line).ok()?;
    let form: HolderForm = serde_json::from_slice(&line).ok()?;
    Some(Holder {
        pid: form.pid,
        host: form.host,
        user: form.user,
        command: form.command,
        started: form.started.as_deref().and_then(Timestamp::parse),
        tool: form.tool,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_was_let_go_is_free_although_a_child_still_has_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let text = String::new;
        let holder =
            Holder { pid: 1, host: text(), user: text(), command: text(), started: None, tool: text() };
        let lock = Lock::take(dir.path(), &holder).unwrap();
        let inherited = lock.0.try_clone().unwrap();
        assert!(matches!(Lock::take(dir.path(), &holder), Err(StoreError::Locked { .. })));
        drop(lock);
        assert!(Lock::take(dir.path(), &holder).is_ok());
        drop(inherited);
    }
}
