//! `journal.jsonl`, open for writing: the one [`Journal`] that is shipped.
//!
//! One append is one write and one `fdatasync`, whatever number of records is in it. Whatever goes wrong in between
//! poisons the journal: after a failed sync the kernel marks the pages clean although they never reached the disk, so a
//! second sync would lie (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
//!
//! **Invariant:** a byte that was once durable is never written differently, and nothing is written after a failure that leaves
//! doubt about what the disk holds.

use std::io;
use std::path::PathBuf;

use super::disk::Disk;
use super::error::StoreError;
use super::files;
use super::format::line::{Digest, seal};
use super::lock::Lock;
use super::room::{Room, is_full};
use super::state_file;
use crate::domain::{Record, RecordKind, State};
use crate::ports::{Journal, JournalError};

/// The journal, locked and ready for the next record.
pub struct JournalFile {
    disk: Box<dyn Disk>,
    dir: PathBuf,
    end: End,
    room: Room,
    poisoned: bool,
    syncs: u64,
    /// Last, so that it is released last.
    _lock: Lock,
}

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// The serial of its last record.
    pub(super) serial: u64,
    /// The hash of its last line.
    pub(super) head: Digest,
    /// Its length in bytes.
    pub(super) len: u64,
}

impl JournalFile {
    /// Takes over a journal that was verified, or just begun.
    pub(super) fn resume(disk: Box<dyn Disk>, dir: PathBuf, end: End, lock: Lock) -> Self {
        Self { disk, dir, end, room: Room::default(), poisoned: false, syncs: 0, _lock: lock }
    }

    /// Returns the serial of the last durable record: the next one's is one more.
    #[must_use]
    pub fn serial(&self) -> u64 {
        self.end.serial
    }

    /// Returns the hash of the last durable line.
    #[must_use]
    pub fn head(&self) -> Digest {
        self.end.head
    }

    /// Makes the lines of some records.
    ///
    /// # Panics
    /// Where a serial does not follow: the journal would never be read again.
    fn seal_all(&self, records: &[Record]) -> (Vec<u8>, End) {
        let mut end = self.end;
        let mut bytes = Vec::new();
        for record in records {
            assert_eq!(
                record.serial,
                end.serial + 1,
                "records are appended in the order of their serials, without gaps"
            );
            let (line, head) = seal(record, &end.head);
            bytes.extend(line);
            end.serial = record.serial;
            end.head = head;
        }
        end.len += bytes.len() as u64;
        (bytes, end)
    }

    fn check_length(&self) -> Result<(), JournalError> {
        let found = self.disk.len().map_err(failed("read the length of"))?;
        if found == self.end.len {
            return Ok(());
        }
        // The lock lies on some network file systems; two writers would spoil the chain for both.
        let why = "its length changed: another process writes to it";
        Err(failed("append to")(io::Error::other(why)))
    }

    /// Writes where the disk may be full: outcomes into the room that was kept for them, promises not at all.
    fn write(&mut self, bytes: &[u8], promises: bool) -> io::Result<Written> {
        let first = write_all(self.disk.as_mut(), bytes, self.end.len);
        let Err(error) = first else {
            return Ok(Written::Whole);
        };
        if !is_full(&error) {
            return Err(error);
        }
        self.disk.truncate(self.end.len)?;
        if promises {
            return Ok(Written::Nothing(error));
        }
        if !self.room.spend(self.disk.as_mut())? {
            return Err(error);
        }
        write_all(self.disk.as_mut(), bytes, self.end.len).map(|()| Written::Whole)
    }
}

/// What a write came to that did not fail.
enum Written {
    /// All of it is in the file, and not durable yet.
    Whole,
    /// The disk is full, and the file is as it was before.
    Nothing(io::Error),
}

impl Journal for JournalFile {
    /// A refusal does not poison: what is in flight may still be recorded, in the room that was promised before.
    fn reserve(&mut self, orders: usize) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        self.room.reserve(self.disk.as_mut(), self.end.len, orders).map_err(failed("set room aside in"))
    }

    /// Where a record that promises a send would take the room of outcomes, it is refused, the file is as before, and
    /// outcomes can still be appended. Any other failure is the last.
    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        if records.is_empty() {
            return Ok(());
        }
        let (bytes, end) = self.seal_all(records);
        let promises = records.iter().any(promises_a_send);
        if promises {
            self.room
                .before_a_promise(self.disk.as_mut(), self.end.len, bytes.len())
                .map_err(failed("set room aside in"))?;
        }
        // Set before, so that not even a panic leaves a journal of which nobody knows where it ends.
        self.poisoned = true;
        self.check_length()?;
        match self.write(&bytes, promises).map_err(failed("append to"))? {
            Written::Whole => {}
            Written::Nothing(error) => {
                self.poisoned = false;
                return Err(failed("append to")(error));
            }
        }
        self.disk.sync().map_err(failed("sync"))?;
        self.poisoned = false;
        self.syncs += 1;
        self.end = end;
        self.room.note(records);
        Ok(())
    }

    fn checkpoint(&mut self, state: &State) -> Result<(), JournalError> {
        if self.poisoned {
            return Err(JournalError::Poisoned);
        }
        assert_eq!(state.serial, self.end.serial, "a checkpoint is made of all records of the journal");
        state_file::replace(&self.dir, state, &self.end.head).map_err(into_journal_error)
    }

    fn syncs(&self) -> u64 {
        self.syncs
    }
}

impl Drop for JournalFile {
    fn drop(&mut self) {
        // Room that nobody needs any more. Where it stays, the next one to open removes it.
        let _ = self.room.spend(self.disk.as_mut());
    }
}

/// Writes all of it there, in as few writes as the system takes.
pub(super) fn write_all(disk: &mut dyn Disk, bytes: &[u8], offset: u64) -> io::Result<()> {
    let mut written = 0;
    while written < bytes.len() {
        match disk.write_at(&bytes[written..], offset + written as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(some) => written += some,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn promises_a_send(record: &Record) -> bool {
    matches!(record.kind, RecordKind::Intended { .. } | RecordKind::Sending { .. })
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> JournalError {
    move |source| JournalError::Io { action, file: files::JOURNAL.to_owned(), source }
}

fn into_journal_error(error: StoreError) -> JournalError {
    match error {
        StoreError::Io { action, path, source } => {
            JournalError::Io { action, file: path.display().to_string(), source }
        }
        other => JournalError::Io {
            action: "replace",
            file: files::STATE.to_owned(),
            source: io::Error::other(other),
        },
    }
}
