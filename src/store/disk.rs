//! What the journal asks of a disk, so that a disk that fails can take its place in a test.
//!
//! **Invariant:** nothing here decides anything: no retry, no fallback, no order of steps.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;

use super::files;

/// One file to append to, and room beside it.
pub(super) trait Disk: Send {
    /// Returns how long the file is now, whoever made it so.
    fn len(&self) -> io::Result<u64>;

    /// Writes some of the bytes there, and says how many.
    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Makes the file this long.
    fn truncate(&mut self, len: u64) -> io::Result<()>;

    /// Makes what was written durable, with the length that is needed to read it.
    fn sync(&mut self) -> io::Result<()>;

    /// Allocates room beyond the end without changing the length; `Unsupported` where the file system cannot.
    fn allocate(&mut self, offset: u64, bytes: u64) -> io::Result<()>;

    /// Makes a file of at least that many real bytes beside this one: room that can be freed when it is needed. Where
    /// there is no room for more, it stays as it is.
    fn grow_reserve(&mut self, bytes: u64) -> io::Result<()>;

    /// Frees that room.
    fn drop_reserve(&mut self) -> io::Result<()>;
}

/// The real one.
#[derive(Debug)]
pub(super) struct RealDisk {
    pub(super) file: File,
    pub(super) dir: PathBuf,
}

impl Disk for RealDisk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.file.write_at(bytes, offset)
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    #[cfg(any(target_os = "linux", target_os = "android"))]
    fn allocate(&mut self, offset: u64, bytes: u64) -> io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, offset, bytes) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
                Err(io::ErrorKind::Unsupported.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    fn allocate(&mut self, _offset: u64, _bytes: u64) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn grow_reserve(&mut self, bytes: u64) -> io::Result<()> {
        let flags = rustix::fs::OFlags::NOFOLLOW.bits();
        let mut file = fs::OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .custom_flags(i32::try_from(flags).expect("flags of open(2) fit an int"))
            .open(self.dir.join(files::RESERVE))?;
        let before = file.metadata()?.len();
        // Real bytes, synced: a hole, or room that the file system has promised only itself, would be none.
        let more = io::repeat(b'.').take(bytes.saturating_sub(before));
        let grown = io::copy(&mut { more }, &mut file).and_then(|_| file.sync_all());
        grown.or_else(|error| file.set_len(before).and(Err(error)))
    }

    fn drop_reserve(&mut self) -> io::Result<()> {
        fs::remove_file(self.dir.join(files::RESERVE))
    }
}
