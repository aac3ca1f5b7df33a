//! One line of `journal.jsonl`: a record, the hash of the line before, and a checksum.
//!
//! The checksum catches what a disk does, the chain what a person does. Both are over bytes, so that a line has one
//! spelling only: other spaces, upper-case digits or another order of properties are refused.
//!
//! **Invariant:** a line that [`unseal`] takes is the line that [`seal`] made of that record after that line.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::record::RecordForm;
use super::values::read_time;
use super::{FORMAT_VERSION, FormatVersion, Refusal};
use crate::domain::Record;

/// The SHA-256 of a line without its newline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

impl Digest {
    /// What stands for the line before the first.
    pub const NONE: Self = Self([0; 32]);

    fn of(line: &[u8]) -> Self {
        Self(Sha256::digest(line).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.pad(std::str::from_utf8(&text).expect("digits are ASCII"))
    }
}

#[derive(Serialize)]
struct Written<'a> {
    serial: u64,
    previous: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    record: &'a RecordForm,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read<'a> {
    serial: u64,
    #[serde(borrow)]
    previous: &'a str,
    #[serde(default)]
    time: Option<String>,
    record: RecordForm,
    #[serde(rename = "checksum")]
    _checksum: &'a str,
}

/// How long what [`checksum_of`] makes is.
const CHECKSUM_BYTES: usize = r#","checksum":"00000000"}"#.len();

/// Makes a line, newline included, and the hash that the next one names.
pub(crate) fn seal(record: &Record, previous: &Digest) -> (Vec<u8>, Digest) {
    let written = Written {
        serial: record.serial,
        previous: previous.to_string(),
        time: record.time.as_ref().map(ToString::to_string),
        record: &RecordForm::from(&record.kind),
    };
    let mut line = serde_json::to_vec(&written).expect("a record is plain data with text as keys");
    line.pop();
    line.extend(checksum_of(&line).into_bytes());
    let hash = Digest::of(&line);
    line.push(b'\n');
    (line, hash)
}

/// Reads a line, given without its newline, and the hash that the next one has to name.
pub(crate) fn unseal(line: &[u8], previous: &Digest) -> Result<(Record, Digest), Refusal> {
    let damaged = |why: &str| Refusal::Damaged(why.to_owned());
    let end = line.len().checked_sub(CHECKSUM_BYTES);
    let (checked, checksum) = line.split_at(end.ok_or_else(|| damaged("it is cut short"))?);
    if checksum != checksum_of(checked).as_bytes() {
        return Err(damaged("its checksum is not that of its content"));
    }
    let read: Read<'_> = serde_json::from_slice(line).map_err(|e| Refusal::of_json(&e))?;
    if read.previous != previous.to_string() {
        return Err(damaged("it does not follow the line before it"));
    }
    let record = Record { serial: read.serial, time: read_time(read.time)?, kind: read.record.read()? };
    Ok((record, Digest::of(line)))
}

/// Refuses a first line of a major version to come, whatever else may have changed by then.
pub(crate) fn check_version(first_line: &[u8]) -> Result<(), Refusal> {
    #[derive(Deserialize)]
    struct First {
        record: Genesis,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Genesis {
        format_version: String,
    }
    let written = serde_json::from_slice::<First>(first_line)
        .ok()
        .and_then(|first| FormatVersion::parse(&first.record.format_version));
    match written {
        Some(version) if !FORMAT_VERSION.reads(version) => {
            Err(Refusal::Newer(format!("its format is {version}")))
        }
        _ => Ok(()),
    }
}

fn checksum_of(checked: &[u8]) -> String {
    format!(r#","checksum":"{:08x}"}}"#, crc32fast::hash(checked))
}
