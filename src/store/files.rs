//! Opening, keeping and removing files of a state directory.
//!
//! **Invariant:** no symbolic link is followed, files are made with mode 0600 and directories with 0700, and what was
//! made, renamed or removed is durable once the directory has been synced.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::error::StoreError;

/// The truth.
pub(super) const JOURNAL: &str = "journal.jsonl";
/// Its checkpoint.
pub(super) const STATE: &str = "state.json";
/// What temporary files of the checkpoint begin with.
pub(super) const STATE_TEMPORARY: &str = ".state.json.";
/// The lock, and who holds it.
pub(super) const LOCK: &str = "lock";
/// The right to watch, and who has it.
pub(super) const WATCH: &str = "watch.lock";
/// What the watcher says of itself.
pub(super) const STATUS: &str = "status.json";
/// What temporary files of that begin with.
pub(super) const STATUS_TEMPORARY: &str = ".status.json.";
/// Room for outcomes, where the file system cannot promise any.
pub(super) const RESERVE: &str = "reserve";

/// Says whether the directory is there.
pub(super) fn check_directory(dir: &Path) -> Result<bool, StoreError> {
    match fs::symlink_metadata(dir) {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(found) if found.is_symlink() => Err(StoreError::Symlink { path: dir.into() }),
        Ok(_) => Err(failed("open", dir)(io::ErrorKind::NotADirectory.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed("open", dir)(error)),
    }
}

/// Makes the directory, and those above it, where they are missing.
pub(super) fn make_directory(dir: &Path) -> Result<(), StoreError> {
    if check_directory(dir)? {
        return Ok(());
    }
    if let Some(parent) = parent_of(dir) {
        fs::create_dir_all(parent).map_err(failed("create", parent))?;
    }
    let made = DirBuilder::new().mode(0o700).create(dir);
    made.map_err(failed("create", dir))?;
    match parent_of(dir) {
        Some(parent) => sync_directory(parent),
        None => sync_directory(Path::new(".")),
    }
}

/// Opens a file that exists; `None` where it does not.
pub(super) fn open(path: &Path, write: bool) -> Result<Option<File>, StoreError> {
    match options().read(true).write(write).open(path) {
        Ok(file) => regular(file, path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused("open", path, error)),
    }
}

/// Opens a file, made where it is missing, without touching what is in it.
pub(super) fn open_or_make(path: &Path) -> Result<File, StoreError> {
    let opened = options().read(true).write(true).create(true).open(path);
    regular(opened.map_err(|error| refused("open", path, error))?, path)
}

/// Reads all of a file; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(mut file) = open(path, false)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failed("read", path))?;
    Ok(Some(bytes))
}

/// Writes a whole file anew, durably.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let opened = options().write(true).create(true).truncate(true).open(path);
    let mut file = regular(opened.map_err(|error| refused("create", path, error))?, path)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", path))
}

/// Makes what was made, renamed or removed in a directory durable.
pub(super) fn sync_directory(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(failed("sync", dir))
}

/// Removes what a killed writer may have left behind. Call it with the lock held.
pub(super) fn remove_leftovers(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let entry = entry.map_err(failed("read", dir))?;
        let name = entry.file_name();
        let leftover = name == RESERVE || name.to_string_lossy().starts_with(STATE_TEMPORARY);
        if leftover {
            fs::remove_file(entry.path()).map_err(failed("remove", &entry.path()))?;
        }
    }
    Ok(())
}

/// Removes what a killed watcher may have left behind. Call it with the right to watch.
pub(super) fn remove_status_leftovers(dir: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        let entry = entry.map_err(failed("read", dir))?;
        if entry.file_name().to_string_lossy().starts_with(STATUS_TEMPORARY) {
            fs::remove_file(entry.path()).map_err(failed("remove", &entry.path()))?;
        }
    }
    Ok(())
}

/// Says whether there is anything with that name, a dangling link included.
pub(super) fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Makes the error of a failed action, for `map_err`.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path: PathBuf = path.into();
    move |source| StoreError::Io { action, path, source }
}

/// `O_NONBLOCK` matters for a pipe that was put there only: without it, opening one waits for ever.
fn options() -> OpenOptions {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(i32::try_from(flags.bits()).expect("flags of open(2) fit an int"));
    options
}

fn regular(file: File, path: &Path) -> Result<File, StoreError> {
    let found = file.metadata().map_err(failed("open", path))?;
    if found.is_file() {
        return Ok(file);
    }
    Err(failed("open", path)(io::Error::other("not a regular file")))
}

fn refused(action: &'static str, path: &Path, error: io::Error) -> StoreError {
    if Errno::from_io_error(&error) == Some(Errno::LOOP) {
        return StoreError::Symlink { path: path.into() };
    }
    failed(action, path)(error)
}

fn parent_of(dir: &Path) -> Option<&Path> {
    dir.parent().filter(|parent| !parent.as_os_str().is_empty())
}
