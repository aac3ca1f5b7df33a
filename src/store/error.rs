//! Why a state directory is not opened, and what was put right while it was.
//!
//! **Invariant:** every way in which the files can contradict each other or themselves has a variant, and every
//! variant a way out. None of them means "start afresh": that would be a shopping list.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::lock::Holder;
use crate::domain::Lineage;

/// Why a state directory was not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no state: no directory, or neither of the files in it.
    #[error("there is no state in `{}`", dir.display())]
    Missing {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// There is one already, so none is created.
    #[error("`{}` exists already", path.display())]
    Exists {
        /// What is there.
        path: PathBuf,
    },
    /// Another process writes.
    #[error("another process works with this state{}", by(holder.as_deref()))]
    Locked {
        /// Who says to hold the lock; `None` where that cannot be read (yet).
        holder: Option<Box<Holder>>,
    },
    /// `state.json` is there, and the journal it was made of is not.
    #[error("`journal.jsonl` is missing, but `state.json` is a checkpoint of it")]
    JournalMissing,
    /// The journal has no complete line.
    #[error("`journal.jsonl` is empty")]
    Empty,
    /// A line of the journal is not what was written.
    #[error("line {line} of `journal.jsonl` is damaged: {why}")]
    Damaged {
        /// Which one, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// The state is of another history than it has to be.
    #[error("`{file}` has lineage {found}, expected {expected}")]
    Foreign {
        /// Which file says so.
        file: &'static str,
        /// What `orderform.yaml`, or the journal, says.
        expected: Lineage,
        /// What the file says.
        found: Lineage,
    },
    /// The journal lacks records that a checkpoint was made of, or has others in their place.
    #[error(
        "`journal.jsonl` was rolled back: `state.json` has come to record {expected}, the journal {}",
        rolled(*found, *expected)
    )]
    RolledBack {
        /// The last serial that `state.json` knows.
        expected: u64,
        /// The last serial of the journal.
        found: u64,
    },
    /// `state.json` does not say what the journal says.
    #[error("`state.json` was edited: {what} is not as recorded in the journal")]
    StateEdited {
        /// Where it differs first.
        what: String,
    },
    /// `state.json` cannot be read as one.
    #[error("`state.json` is damaged: {why}")]
    StateDamaged {
        /// What is wrong with it.
        why: String,
    },
    /// A later version wrote something that this one does not know.
    #[error("`{file}` was written by a newer orderform: {why}")]
    NewerFormat {
        /// Which file.
        file: &'static str,
        /// What is not known.
        why: String,
    },
    /// A symbolic link stands where a file or the directory has to be.
    #[error("`{}` is a symbolic link, which is not followed", path.display())]
    Symlink {
        /// The link.
        path: PathBuf,
    },
    /// The system refused.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

impl StoreError {
    /// Returns the way out, for the line that begins with `hint:`.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "`orderform init` makes an empty state; if there was one, restore it or run `orderform state rebuild`: \
                 an empty state means that every order would be bought"
            }
            Self::Exists { .. } => {
                "to begin again from what Partner Center lists, run `orderform state rebuild`"
            }
            Self::Locked { .. } => {
                "wait until that process ends: the lock ends with it, and deleting the file `lock` does not help"
            }
            Self::JournalMissing | Self::Empty => {
                "the journal is the truth: restore `journal.jsonl` from a backup, or run `orderform state rebuild`"
            }
            Self::Damaged { .. } => {
                "restore `journal.jsonl` from a backup, or run `orderform state rebuild`; \
                 do not delete the line, orders may be in it"
            }
            Self::Foreign { .. } => {
                "this is the state of another project: check `--state-dir` and `spec.lineage` in `orderform.yaml`"
            }
            Self::RolledBack { .. } => {
                "an older copy was restored, and orders bought since would be bought again: restore the newest copy \
                 of `journal.jsonl`, or run `orderform state rebuild`"
            }
            Self::StateEdited { .. } | Self::StateDamaged { .. } => {
                "the journal is the truth: delete `state.json` and it is made again; \
                 to change what is recorded, use `orderform adopt` and `orderform state`"
            }
            Self::NewerFormat { .. } => "update orderform to at least the version that wrote it",
            Self::Symlink { .. } => {
                "put the directory itself there, or name its real place with `--state-dir`"
            }
            Self::Io { .. } => "check that the disk has room and that the files belong to you",
        }
    }
}

fn by(holder: Option<&Holder>) -> String {
    holder.map_or_else(String::new, |holder| format!(": {holder}"))
}

fn rolled(found: u64, expected: u64) -> String {
    if found < expected {
        format!("ends with record {found}")
    } else {
        format!("has another record {expected}")
    }
}

/// What was not as an orderly end leaves it, and does no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// The last line of the journal was not written whole. Nothing was promised by it, so it was dropped.
    TornLine {
        /// The serial that it would have had.
        serial: u64,
        /// How many bytes there were of it.
        bytes: u64,
        /// Where they are kept; `None` where nothing was changed.
        kept: Option<PathBuf>,
    },
    /// `state.json` was missing; it follows from the journal.
    CheckpointMissing {
        /// How far the journal has come.
        serial: u64,
    },
    /// The last run ended before it wrote `state.json`; what is newer follows from the journal.
    CheckpointBehind {
        /// How far `state.json` had come.
        from: u64,
        /// How far the journal has come.
        to: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TornLine { serial, bytes, kept } => {
                write!(
                    f,
                    "record {serial} of `journal.jsonl` was not written whole and is dropped ({bytes} bytes"
                )?;
                match kept {
                    Some(path) => write!(f, ", kept in `{}`)", path.display()),
                    None => write!(f, ")"),
                }
            }
            Self::CheckpointMissing { serial } => {
                write!(f, "`state.json` was missing; it follows from the {serial} records of the journal")
            }
            Self::CheckpointBehind { from, to } => write!(
                f,
                "the last run ended early: records {} to {to} of the journal were not in `state.json` yet",
                from + 1
            ),
        }
    }
}
