//! Who watches a state, and what the watcher last said of itself.
//!
//! Watching is a right of its own, beside the right to write: a watcher keeps it for its life, and writes only during a
//! pass, so that people can settle and adopt in between. The kernel takes it back when the process dies.
//!
//! **Invariant:** what the status file says decides nothing, and whether somebody watches is asked of the kernel.

use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::error::StoreError;
use super::files::{self, failed};
use super::lock::{Holder, Lock};
use super::opening::Store;

/// The right to watch a state, for as long as this exists.
#[derive(Debug)]
pub struct Watch {
    _lock: Lock,
}

/// How a journal looks from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalStamp {
    file: (u64, u64),
    length: u64,
    instants: [i64; 4],
}

impl Store {
    /// Takes the right to watch. Never waits.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where somebody watches, [`StoreError::Missing`] where there is no directory.
    pub fn watch(dir: &Path, holder: &Holder) -> Result<Watch, StoreError> {
        if !files::check_directory(dir)? {
            return Err(StoreError::Missing { dir: dir.into() });
        }
        let lock = Lock::take_file(dir, files::WATCH, holder)?;
        files::remove_status_leftovers(dir)?;
        Ok(Watch { _lock: lock })
    }

    /// Returns who watches, if somebody does; `Some(None)` where that one cannot be read.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Symlink`].
    pub fn watcher(dir: &Path) -> Result<Option<Option<Holder>>, StoreError> {
        if !files::check_directory(dir)? || !files::exists(&dir.join(files::WATCH)) {
            return Ok(None);
        }
        Lock::holder(dir, files::WATCH)
    }

    /// Replaces what the watcher says of itself, in one step. It need not survive a power cut.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn write_status(dir: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let path = dir.join(files::STATUS);
        let made = tempfile::Builder::new().prefix(files::STATUS_TEMPORARY).tempfile_in(dir);
        let mut temporary = made.map_err(failed("create a file in", dir))?;
        temporary.write_all(bytes).map_err(failed("write", &path))?;
        temporary.persist(&path).map_err(|error| failed("replace", &path)(error.error))?;
        Ok(())
    }

    /// Returns what a watcher last said of itself; `None` where none ever did.
    ///
    /// # Errors
    /// [`StoreError::Io`], [`StoreError::Symlink`].
    pub fn read_status(dir: &Path) -> Result<Option<Vec<u8>>, StoreError> {
        if !files::check_directory(dir)? {
            return Ok(None);
        }
        files::read(&dir.join(files::STATUS))
    }

    /// Returns how long the journal is: another length is another journal, since it is only appended to.
    #[must_use]
    pub fn journal_length(dir: &Path) -> u64 {
        std::fs::symlink_metadata(dir.join(files::JOURNAL)).map_or(0, |found| found.len())
    }

    /// Returns how the journal looks from outside; `None` where there is none. Another look is another journal, also where one
    /// was put in its place.
    #[must_use]
    pub fn journal_stamp(dir: &Path) -> Option<JournalStamp> {
        let found = std::fs::symlink_metadata(dir.join(files::JOURNAL)).ok()?;
        let instants = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()];
        Some(JournalStamp { file: (found.dev(), found.ino()), length: found.len(), instants })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(command: &str) -> Holder {
        Holder {
            pid: 7,
            host: "here".into(),
            user: "kim".into(),
            command: command.into(),
            started: None,
            tool: "test".into(),
        }
    }

    #[test]
    fn one_watches_and_whoever_asks_is_told_who() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Store::watcher(dir.path()).unwrap(), None);
        let watch = Store::watch(dir.path(), &holder("first")).unwrap();
        let refused = Store::watch(dir.path(), &holder("second")).unwrap_err();
        assert!(matches!(&refused, StoreError::Locked { holder: Some(one) } if one.command == "first"));
        assert_eq!(Store::watcher(dir.path()).unwrap(), Some(Some(holder("first"))));
        drop(watch);
        assert_eq!(Store::watcher(dir.path()).unwrap(), None);
        assert!(Store::watch(dir.path(), &holder("second")).is_ok());
    }

    #[test]
    fn watching_and_writing_are_rights_of_their_own() {
        let dir = tempfile::tempdir().unwrap();
        let _watch = Store::watch(dir.path(), &holder("watch")).unwrap();
        let lineage = crate::domain::Lineage::from_random(1);
        assert!(Store::create(dir.path(), lineage, &holder("init")).is_ok());
    }

    #[test]
    fn a_status_is_replaced_whole() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Store::read_status(dir.path()).unwrap(), None);
        for text in ["one", "another"] {
            Store::write_status(dir.path(), text.as_bytes()).unwrap();
            assert_eq!(Store::read_status(dir.path()).unwrap().as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
