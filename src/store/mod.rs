//! The journal, its checkpoint and the lock, on disk.
//!
//! A state directory holds `journal.jsonl`, the truth: one record a line, each naming the hash of the line before;
//! `state.json`, its checkpoint: what the journal amounts to, for people and for noticing that a journal was rolled
//! back; and `lock`. [`Store`] opens it, [`JournalFile`] writes it, [`StoreError`] says why not and what to do.
//!
//! **Invariant:** a state is only ever made of a whole, verified journal. There is no way through here by which a
//! missing, shortened, edited or foreign file turns into a shorter list of what was bought.

mod disk;
mod error;
mod files;
mod format;
mod history;
mod journal_file;
mod lock;
mod opening;
mod room;
mod state_file;
mod stop_file;
#[cfg(test)]
mod tests;
mod watching;

pub use error::{Notice, StoreError};
pub use format::line::Digest;
pub use format::{FORMAT_VERSION, FormatVersion};
pub use journal_file::JournalFile;
pub use lock::Holder;
pub use opening::{Beginning, Opened, Snapshot, Store, Verified};
pub use stop_file::StopFile;
pub use watching::{JournalStamp, Watch};
