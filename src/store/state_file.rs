//! `state.json`: replaced in one step, and compared with the journal before it is believed.
//!
//! **Invariant:** at any instant there is a whole old file or a whole new one under that name.

use std::io::{BufWriter, Write};
use std::path::Path;

use super::error::StoreError;
use super::files::{self, failed};
use super::format::Refusal;
use super::format::checkpoint::{self, Header};
use super::format::line::Digest;
use crate::domain::State;

/// Replaces the checkpoint: a temporary file beside it, synced, renamed over it, and the directory synced.
pub(super) fn replace(dir: &Path, state: &State, head: &Digest) -> Result<(), StoreError> {
    let path = dir.join(files::STATE);
    let temporary = tempfile::Builder::new()
        .prefix(files::STATE_TEMPORARY)
        .tempfile_in(dir)
        .map_err(failed("create a file in", dir))?;
    let mut out = BufWriter::with_capacity(1 << 20, temporary);
    checkpoint::write(&mut out, state, head)
        .and_then(|()| out.flush())
        .and_then(|()| out.get_ref().as_file().sync_all())
        .map_err(failed("write", &path))?;
    let temporary = out.into_inner();
    let temporary = temporary.map_err(|error| failed("write", &path)(error.into_error()))?;
    let renamed = temporary.persist(&path);
    renamed.map_err(|error| failed("replace", &path)(error.error))?;
    files::sync_directory(dir)
}

/// A checkpoint as it was found.
pub(super) struct Checkpoint {
    bytes: Vec<u8>,
    pub(super) header: Header,
}

impl Checkpoint {
    /// Reads what it says about itself.
    pub(super) fn read(bytes: Vec<u8>) -> Result<Self, StoreError> {
        let header = checkpoint::read_header(&bytes).map_err(into_store_error)?;
        Ok(Self { bytes, header })
    }

    /// Makes sure that it is what the journal's first records make, of which this is the outcome.
    pub(super) fn check(&self, state: &State, head: &Digest) -> Result<(), StoreError> {
        if self.header.head != head.to_string() {
            return Err(StoreError::RolledBack { expected: self.header.serial, found: self.header.serial });
        }
        match checkpoint::difference(&self.bytes, state, head).map_err(into_store_error)? {
            None => Ok(()),
            Some(what) => Err(StoreError::StateEdited { what }),
        }
    }
}

fn into_store_error(refusal: Refusal) -> StoreError {
    match refusal {
        Refusal::Damaged(why) => StoreError::StateDamaged { why },
        Refusal::Newer(why) => StoreError::NewerFormat { file: files::STATE, why },
    }
}
