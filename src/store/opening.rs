//! Making, opening, reading and setting aside a state directory.
//!
//! **Invariant:** only [`Store::create_with`], [`Store::open_for_writing`] and [`Store::set_aside`] write, and only under
//! the lock; the last two change nothing until all of the files has been verified or moved whole.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::disk::{Disk, RealDisk};
use super::error::{Notice, StoreError};
use super::files::{self, failed};
use super::format::line::{Digest, seal};
use super::history::{Examined, examine, replay};
use super::journal_file::{End, JournalFile, write_all};
use super::lock::{Holder, Lock};
use super::state_file;
use crate::domain::{FoldError, Lineage, Record, RecordKind, State, Timestamp};

/// A state directory, by the things that can be done with one.
#[derive(Debug)]
pub struct Store;

/// A state that was opened for writing.
pub struct Opened {
    /// The journal; it holds the lock for as long as it exists.
    pub journal: JournalFile,
    /// What it amounts to.
    pub state: State,
    /// What was put right.
    pub notices: Vec<Notice>,
}

/// A state that was read.
#[derive(Debug)]
pub struct Snapshot {
    /// What the journal amounts to.
    pub state: State,
    /// The hash of its last line.
    pub head: Digest,
    /// What the next one who writes will put right.
    pub notices: Vec<Notice>,
}

/// That a state directory is in order.
#[derive(Debug)]
pub struct Verified {
    /// Which history it is.
    pub lineage: Lineage,
    /// How many records were verified.
    pub records: u64,
    /// The serial of the last one.
    pub serial: u64,
    /// The hash of its line: who keeps it elsewhere can prove later that nothing before it was changed.
    pub head: Digest,
    /// What the next one who writes will put right.
    pub notices: Vec<Notice>,
}

/// The records that a journal begins with. They can follow one another: whoever has one can write it.
#[derive(Debug, Clone)]
pub struct Beginning {
    records: Vec<Record>,
    state: State,
}

impl Beginning {
    /// Returns the beginning of a history in which nothing has happened.
    #[must_use]
    pub fn empty(lineage: Lineage, tool: &str) -> Self {
        let genesis = RecordKind::Genesis { lineage, tool: tool.to_owned() };
        let genesis = Record { serial: 1, time: None, kind: genesis };
        let state = State::begin(&genesis).expect("a history begins with `genesis`");
        Self { records: vec![genesis], state }
    }

    /// Adds what happened next, at this time of the server.
    ///
    /// # Errors
    /// [`FoldError`] where one of them cannot follow.
    pub fn then(mut self, time: Option<Timestamp>, kinds: Vec<RecordKind>) -> Result<Self, FoldError> {
        for kind in kinds {
            let record = Record { serial: self.state.serial + 1, time, kind };
            self.state.fold(&record)?;
            self.records.push(record);
        }
        Ok(self)
    }
}

impl Store {
    /// Makes an empty state, and the directory where it is missing.
    ///
    /// # Errors
    /// As [`Store::create_with`].
    pub fn create(dir: &Path, lineage: Lineage, holder: &Holder) -> Result<JournalFile, StoreError> {
        Self::create_with(dir, &Beginning::empty(lineage, &holder.tool), holder)
    }

    /// Makes a state that begins with several records, and the directory where it is missing. All of them are there in
    /// one step or none is: a state that lacked some would be a valid one that knows of fewer orders.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is a journal or a `state.json`, whatever is in it; else as opening.
    pub fn create_with(
        dir: &Path,
        beginning: &Beginning,
        holder: &Holder,
    ) -> Result<JournalFile, StoreError> {
        files::make_directory(dir)?;
        let lock = Lock::take(dir, holder)?;
        for path in [dir.join(files::JOURNAL), dir.join(files::STATE)] {
            if files::exists(&path) {
                return Err(StoreError::Exists { path });
            }
        }
        let Beginning { records, state } = beginning;
        let mut lines = Vec::new();
        let mut head = Digest::NONE;
        for record in records {
            let (line, sealed) = seal(record, &head);
            lines.extend(line);
            head = sealed;
        }
        let disk = begin(dir, &lines)?;
        state_file::replace(dir, state, &head)?;
        let end = End { serial: state.serial, head, len: lines.len() as u64 };
        Ok(JournalFile::resume(Box::new(disk), dir.into(), end, lock))
    }

    /// Takes the lock, verifies everything, and puts right what an early end left behind.
    ///
    /// # Errors
    /// [`StoreError`]: nothing was changed then. `expected` is the lineage that `orderform.yaml` names.
    pub fn open_for_writing(
        dir: &Path,
        expected: Option<Lineage>,
        holder: &Holder,
    ) -> Result<Opened, StoreError> {
        require_state(dir)?;
        let lock = Lock::take(dir, holder)?;
        let path = dir.join(files::JOURNAL);
        let mut file = files::open(&path, true)?.ok_or_else(|| journal_missing(dir))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(failed("read", &path))?;
        let checkpoint = files::read(&dir.join(files::STATE))?;
        let mut examined = examine(&bytes, checkpoint, expected)?;
        files::remove_leftovers(dir)?;
        let mut disk = RealDisk { file, dir: dir.into() };
        drop_torn_line(dir, &mut disk, &bytes, &mut examined)?;
        let Examined { history, vouched, notices } = examined;
        let (state, end) = (history.state, history.end);
        if vouched < end.len {
            let from = usize::try_from(vouched).expect("it is an offset in memory");
            let to = usize::try_from(end.len).expect("it is an offset in memory");
            write_again(&mut disk, &bytes[from..to], vouched).map_err(failed("sync", &path))?;
            state_file::replace(dir, &state, &end.head)?;
        }
        let journal = JournalFile::resume(Box::new(disk), dir.into(), end, lock);
        Ok(Opened { journal, state, notices })
    }

    /// Reads a state without the lock and without changing anything, even while another process writes.
    ///
    /// # Errors
    /// [`StoreError`], except [`StoreError::Locked`].
    pub fn read(dir: &Path, expected: Option<Lineage>) -> Result<Snapshot, StoreError> {
        let (checkpoint, journal) = read_files(dir)?;
        let mut examined = examine(&journal, checkpoint, expected)?;
        if examined.history.torn_bytes > 0 {
            examined.notices.push(torn(&examined, None));
        }
        Ok(Snapshot {
            state: examined.history.state,
            head: examined.history.end.head,
            notices: examined.notices,
        })
    }

    /// Verifies every line, the chain, every transition and the checkpoint, without changing anything.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn verify(dir: &Path) -> Result<Verified, StoreError> {
        let snapshot = Self::read(dir, None)?;
        Ok(Verified {
            lineage: snapshot.state.lineage,
            records: snapshot.state.serial,
            serial: snapshot.state.serial,
            head: snapshot.head,
            notices: snapshot.notices,
        })
    }

    /// Returns all records in order, verified.
    ///
    /// # Errors
    /// As [`Store::read`], except that the checkpoint is not looked at.
    pub fn records(dir: &Path) -> Result<impl Iterator<Item = Record>, StoreError> {
        let (_, journal) = read_files(dir)?;
        let mut records = Vec::new();
        replay(&journal, None, |record, _, _| {
            records.push(record);
            Ok(())
        })?;
        Ok(records.into_iter())
    }

    /// Returns what came after a record: the hash of that record's line, or `None` where the journal does not reach it,
    /// and the records that follow it, verified.
    ///
    /// # Errors
    /// As [`Store::records`].
    pub fn since(dir: &Path, serial: u64) -> Result<(Option<Digest>, Vec<Record>), StoreError> {
        let (_, journal) = read_files(dir)?;
        let (mut head, mut later) = (None, Vec::new());
        replay(&journal, None, |record, _, end| {
            if end.serial == serial {
                head = Some(end.head);
            } else if end.serial > serial {
                later.push(record);
            }
            Ok(())
        })?;
        Ok((head, later))
    }

    /// Moves the journal and its checkpoint, whatever is in them, to a new directory `damaged-N` beside them, and
    /// returns it. What may be in them is never deleted.
    ///
    /// # Errors
    /// [`StoreError::Missing`] where there is neither, [`StoreError::Locked`], [`StoreError::Io`].
    pub fn set_aside(dir: &Path, holder: &Holder) -> Result<PathBuf, StoreError> {
        require_state(dir)?;
        let _lock = Lock::take(dir, holder)?;
        let aside = (1_u32..)
            .map(|number| dir.join(format!("damaged-{number}")))
            .find(|path| !files::exists(path))
            .expect("there are fewer directories than numbers");
        files::make_directory(&aside)?;
        // The journal first: what is left in between is a checkpoint without a journal, which nobody opens.
        for name in [files::JOURNAL, files::STATE] {
            let from = dir.join(name);
            if files::exists(&from) {
                fs::rename(&from, aside.join(name)).map_err(failed("move", &from))?;
            }
        }
        files::sync_directory(&aside)?;
        files::sync_directory(dir)?;
        Ok(aside)
    }
}

/// Makes the journal with its first lines, so that it is never there without one of them.
fn begin(dir: &Path, lines: &[u8]) -> Result<RealDisk, StoreError> {
    let path = dir.join(files::JOURNAL);
    let mut temporary = tempfile::Builder::new()
        .prefix(files::STATE_TEMPORARY)
        .tempfile_in(dir)
        .map_err(failed("create a file in", dir))?;
    temporary
        .write_all(lines)
        .and_then(|()| temporary.as_file().sync_all())
        .map_err(failed("write", &path))?;
    let file = temporary.persist_noclobber(&path).map_err(|error| failed("create", &path)(error.error))?;
    files::sync_directory(dir)?;
    Ok(RealDisk { file, dir: dir.into() })
}

/// Reads both files. The checkpoint first: a writer that goes on in between makes the journal longer than what it was
/// read with, which is how an early end looks, and not shorter, which is how a rolled back one does.
fn read_files(dir: &Path) -> Result<(Option<Vec<u8>>, Vec<u8>), StoreError> {
    require_state(dir)?;
    let checkpoint = files::read(&dir.join(files::STATE))?;
    let journal = files::read(&dir.join(files::JOURNAL))?.ok_or_else(|| journal_missing(dir))?;
    Ok((checkpoint, journal))
}

fn require_state(dir: &Path) -> Result<(), StoreError> {
    let there = files::check_directory(dir)?
        && (files::exists(&dir.join(files::JOURNAL)) || files::exists(&dir.join(files::STATE)));
    if there {
        return Ok(());
    }
    Err(StoreError::Missing { dir: dir.into() })
}

fn journal_missing(dir: &Path) -> StoreError {
    if files::exists(&dir.join(files::STATE)) {
        StoreError::JournalMissing
    } else {
        StoreError::Missing { dir: dir.into() }
    }
}

/// Cuts off what follows the last complete line, once a copy of it is durable.
fn drop_torn_line(
    dir: &Path,
    disk: &mut RealDisk,
    bytes: &[u8],
    examined: &mut Examined,
) -> Result<(), StoreError> {
    let end = examined.history.end;
    if examined.history.torn_bytes == 0 {
        return Ok(());
    }
    let from = usize::try_from(end.len).expect("it is an offset in memory");
    let copy = dir.join(format!("journal.torn-{}", end.serial + 1));
    files::keep(&copy, &bytes[from..])?;
    files::sync_directory(dir)?;
    disk.truncate(end.len)
        .and_then(|()| disk.sync())
        .map_err(failed("shorten", &dir.join(files::JOURNAL)))?;
    examined.notices.push(torn(examined, Some(copy)));
    Ok(())
}

fn torn(examined: &Examined, kept: Option<PathBuf>) -> Notice {
    Notice::TornLine { serial: examined.history.end.serial + 1, bytes: examined.history.torn_bytes, kept }
}

/// Writes the same bytes in the same place again, and syncs them.
///
/// The last run ended without a checkpoint, perhaps because a sync failed. The kernel then keeps the pages and calls
/// them clean: they read well until they are evicted, and are gone after the next power loss. A sync alone would do
/// nothing, since nothing is dirty; written again, they are (Rebello et al., USENIX ATC 2020).
fn write_again(disk: &mut dyn Disk, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    write_all(disk, bytes, offset)?;
    disk.sync()
}
