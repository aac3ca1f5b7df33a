//! Which customers a run over all of them is done with, in a file beside the state, so that the next run goes on there.
//!
//! **Invariant:** it saves requests and decides nothing else: where it is lost, everybody is asked again, and what is recorded is
//! not recorded twice.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::super::failure::Failure;
use crate::domain::CustomerId;

/// The file, a tenant id a line.
const FILE: &str = "adopting";

/// Whom a run is done with.
pub(super) struct Memory {
    path: PathBuf,
    file: File,
    pub(super) done: BTreeSet<CustomerId>,
}

impl Memory {
    /// Opens it in a state's directory; `from_scratch` forgets what is in it.
    pub(super) fn open(state_dir: &Path, from_scratch: bool) -> Result<Self, Failure> {
        let path = state_dir.join(FILE);
        let failed = |error: std::io::Error| Failure::of_file("use", &path, &error);
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true).mode(0o600).custom_flags(libc_nofollow());
        let file = options.open(&path).map_err(failed)?;
        if from_scratch {
            file.set_len(0).map_err(failed)?;
        }
        let text = fs::read_to_string(&path).map_err(failed)?;
        // A line that was cut short is nobody's id.
        let done = text.lines().filter_map(|line| CustomerId::parse(line).ok()).collect();
        Ok(Self { path, file, done })
    }

    /// Notes that a run is done with a customer.
    pub(super) fn note(&mut self, customer: CustomerId) -> Result<(), Failure> {
        // After a cut line the next one begins anew.
        self.file
            .write_all(format!("\n{customer}\n").as_bytes())
            .map_err(|error| Failure::of_file("write", &self.path, &error))
    }

    /// Forgets all: a run came to its end, and the next one asks everybody.
    pub(super) fn forget(self) -> Result<(), Failure> {
        fs::remove_file(&self.path).map_err(|error| Failure::of_file("remove", &self.path, &error))
    }
}

/// Follows no symbolic link.
fn libc_nofollow() -> i32 {
    i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn customer(n: u32) -> CustomerId {
        CustomerId::parse(&format!("00000000-0000-4000-8000-{n:012}")).unwrap()
    }

    #[test]
    fn what_was_noted_is_known_again_whatever_was_cut() {
        let dir = tempfile::tempdir().unwrap();
        Memory::open(dir.path(), false).unwrap().note(customer(1)).unwrap();
        let path = dir.path().join(FILE);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{text}00000000-0000-4")).unwrap();
        let mut memory = Memory::open(dir.path(), false).unwrap();
        memory.note(customer(2)).unwrap();
        let memory = Memory::open(dir.path(), false).unwrap();
        assert_eq!(memory.done, BTreeSet::from([customer(1), customer(2)]));
        assert!(Memory::open(dir.path(), true).unwrap().done.is_empty());
        memory.forget().unwrap();
        assert!(!path.exists());
    }
}
