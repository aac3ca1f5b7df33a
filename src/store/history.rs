//! A journal, read from its first byte to its last: verified, folded up, and held against its checkpoint.
//!
//! **Invariant:** bytes in, a history or the reason why it is none out; no file is touched.

use super::error::{Notice, StoreError};
use super::files;
use super::format::Refusal;
use super::format::line::{Digest, check_version, unseal};
use super::journal_file::End;
use super::state_file::Checkpoint;
use crate::domain::{Lineage, Record, RecordKind, State};

/// What a journal says.
pub(super) struct History {
    pub(super) state: State,
    /// Where its last complete line ends.
    pub(super) end: End,
    /// How many bytes there are after it: of a line that was not written whole, or zeros.
    pub(super) torn_bytes: u64,
}

/// What a journal and its checkpoint say together.
pub(super) struct Examined {
    pub(super) history: History,
    /// How much of the journal the checkpoint vouches for, in bytes: that much was durable when it was made.
    pub(super) vouched: u64,
    pub(super) notices: Vec<Notice>,
}

/// Verifies a journal and holds it against its checkpoint.
pub(super) fn examine(
    journal: &[u8],
    checkpoint: Option<Vec<u8>>,
    expected: Option<Lineage>,
) -> Result<Examined, StoreError> {
    let checkpoint = checkpoint.map(Checkpoint::read).transpose()?;
    let mut vouched = 0;
    let history = replay(journal, expected, |_, state, end| {
        let Some(checkpoint) = &checkpoint else {
            return Ok(());
        };
        if end.serial == 1 {
            same_lineage(files::STATE, Some(state.lineage), checkpoint.header.lineage)?;
        }
        if end.serial == checkpoint.header.serial {
            checkpoint.check(state, &end.head)?;
            vouched = end.len;
        }
        Ok(())
    })?;
    let serial = history.end.serial;
    let mut notices = Vec::new();
    match checkpoint.map(|checkpoint| checkpoint.header.serial) {
        None => notices.push(Notice::CheckpointMissing { serial }),
        Some(0) => {
            let why = "its serial is 0, and a journal begins with 1".to_owned();
            return Err(StoreError::StateDamaged { why });
        }
        Some(expected) if expected > serial => {
            return Err(StoreError::RolledBack { expected, found: serial });
        }
        Some(from) if from < serial => {
            notices.push(Notice::CheckpointBehind { from, to: serial });
        }
        Some(_) => {}
    }
    Ok(Examined { history, vouched, notices })
}

/// Verifies a journal line by line, showing each record and what it led to.
pub(super) fn replay(
    journal: &[u8],
    expected: Option<Lineage>,
    mut show: impl FnMut(Record, &State, &End) -> Result<(), StoreError>,
) -> Result<History, StoreError> {
    let mut lines = journal.split_inclusive(|byte| *byte == b'\n');
    let (mut state, mut end) = first(lines.next().unwrap_or_default(), expected, &mut show)?;
    for line in lines {
        let Some(complete) = line.strip_suffix(b"\n") else {
            break;
        };
        let number = end.serial + 1;
        let (record, head) =
            unseal(complete, &end.head).map_err(|refusal| into_store_error(refusal, number))?;
        state.fold(&record).map_err(|error| damaged(number, error.to_string()))?;
        end = End { serial: record.serial, head, len: end.len + line.len() as u64 };
        show(record, &state, &end)?;
    }
    let torn_bytes = journal.len() as u64 - end.len;
    Ok(History { state, end, torn_bytes })
}

fn first(
    line: &[u8],
    expected: Option<Lineage>,
    show: &mut impl FnMut(Record, &State, &End) -> Result<(), StoreError>,
) -> Result<(State, End), StoreError> {
    let complete = line.strip_suffix(b"\n").ok_or(StoreError::Empty)?;
    let (record, head) = check_version(complete)
        .and_then(|()| unseal(complete, &Digest::NONE))
        .map_err(|refusal| into_store_error(refusal, 1))?;
    if let RecordKind::Genesis { lineage, .. } = &record.kind {
        same_lineage(files::JOURNAL, expected, *lineage)?;
    }
    let state = State::begin(&record).map_err(|error| damaged(1, error.to_string()))?;
    let end = End { serial: 1, head, len: line.len() as u64 };
    show(record, &state, &end)?;
    Ok((state, end))
}

fn same_lineage(file: &'static str, expected: Option<Lineage>, found: Lineage) -> Result<(), StoreError> {
    match expected {
        Some(expected) if expected != found => Err(StoreError::Foreign { file, expected, found }),
        _ => Ok(()),
    }
}

fn damaged(line: u64, why: String) -> StoreError {
    StoreError::Damaged { line, why }
}

fn into_store_error(refusal: Refusal, line: u64) -> StoreError {
    match refusal {
        Refusal::Damaged(why) => damaged(line, why),
        Refusal::Newer(why) => {
            StoreError::NewerFormat { file: files::JOURNAL, why: format!("line {line}: {why}") }
        }
    }
}
