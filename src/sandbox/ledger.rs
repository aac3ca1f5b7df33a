//! The world file: every order ever bought and every change of one, a JSON line each, appended before it is answered.
//!
//! The first line says what the file is. One process writes, and holds a lock of the operating system meanwhile; the
//! kernel releases it when the process dies. A last line without its newline was never answered: it is cut.
//!
//! **Invariant:** what was appended once is never changed; an append that fails leaves the file as it was.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::SandboxError;
use super::change::{Change, Who};
use crate::partner_center::wire::order::Order;

/// The format that is written; older ones are read, and become this one when they are opened for writing.
///
/// * 1: the first.
/// * 2: lines with `change`, what happened to an order after it was bought; who bought it.
const VERSION: u32 = 2;

const HEADER: &str = "{\"format\":\"orderform-sandbox\",\"version\":2}\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    version: u32,
}

/// One line of the file.
#[derive(Debug)]
pub(super) enum Line {
    /// An order that was bought.
    Sale(Box<Sale>),
    /// A change of one that was bought before.
    Change(Change),
}

/// An order that was bought.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sale {
    /// When it takes effect, in milliseconds since 1970; later than now for an order that is executed late.
    pub(super) created_at_ms: i64,
    /// Lower case.
    pub(super) customer_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) request_id: Option<String>,
    pub(super) correlation_id: String,
    #[serde(flatten)]
    pub(super) who: Who,
    /// As received.
    pub(super) body: String,
    /// As it is answered once provisioned.
    pub(super) order: Order,
}

impl Sale {
    pub(super) fn order_id(&self) -> &str {
        self.order.id.as_deref().unwrap_or_default()
    }
}

/// One order that was bought, whoever knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerEntry {
    /// Partner Center's id.
    pub order_id: String,
    /// The customer's tenant id, in lower case.
    pub customer_id: String,
    /// What was bought, by line number.
    pub lines: Vec<LedgerLine>,
    /// `MS-RequestId` in lower case; absent where none was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// `MS-CorrelationId`, as sent or made up.
    pub correlation_id: String,
    /// The body of the request, as received.
    pub body: String,
    /// When it took effect (or will), in milliseconds since 1970.
    pub created_at_ms: i64,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LedgerLine {
    /// The offer, with its availability.
    pub offer_id: String,
    /// Seats.
    pub quantity: i64,
}

impl From<&Sale> for LedgerEntry {
    fn from(sale: &Sale) -> Self {
        let lines = sale
            .order
            .line_items
            .iter()
            .map(|line| LedgerLine { offer_id: line.offer_id.clone(), quantity: line.quantity });
        Self {
            order_id: sale.order_id().to_owned(),
            customer_id: sale.customer_id.clone(),
            lines: lines.collect(),
            request_id: sale.request_id.clone(),
            correlation_id: sale.correlation_id.clone(),
            body: sale.body.clone(),
            created_at_ms: sale.created_at_ms,
        }
    }
}

/// Reads the ledger of a world file, also while a sandbox has it; a torn last line is left out.
///
/// # Errors
/// [`SandboxError`] where the file cannot be read, is something else, or is damaged.
pub fn read_ledger(path: &Path) -> Result<Vec<LedgerEntry>, SandboxError> {
    let text = std::fs::read(path).map_err(|source| failed(path, source))?;
    let read = parse(path, &text)?;
    let entry = |line: &Line| match line {
        Line::Sale(sale) => Some(LedgerEntry::from(sale.as_ref())),
        Line::Change(_) => None,
    };
    Ok(read.lines.iter().filter_map(entry).collect())
}

/// The file that orders are appended to.
#[derive(Debug)]
pub(super) struct Ledger {
    file: File,
    length: u64,
}

impl Ledger {
    /// Opens or makes a world file, takes it for this process alone, and reads it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Line>), SandboxError> {
        let failed = |source| failed(path, source);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => SandboxError::Busy { path: path.to_owned() },
            TryLockError::Error(source) => failed(source),
        })?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(failed)?;
        let Read { version, lines, whole } = parse(path, &text)?;
        let mut ledger = Self { file, length: 0 };
        if version < VERSION {
            ledger.upgrade().map_err(failed)?;
        }
        ledger.cut(whole).map_err(failed)?;
        if whole == 0 {
            ledger.append_text(HEADER).map_err(failed)?;
        }
        Ok((ledger, lines))
    }

    /// Appends a sale or a change with one write.
    pub(super) fn append(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_string(line)?;
        line.push('\n');
        self.append_text(&line)
    }

    /// Writes the header anew, which is as long in every version.
    fn upgrade(&mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(HEADER.as_bytes())
    }

    fn append_text(&mut self, line: &str) -> io::Result<()> {
        if let Err(failure) = self.file.write_all(line.as_bytes()) {
            // What was written of the line has no newline: should cutting fail too, reading drops it.
            let _ = self.cut(self.length);
            return Err(failure);
        }
        self.length += line.len() as u64;
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)?;
        self.file.seek(SeekFrom::Start(length))?;
        self.length = length;
        Ok(())
    }

    /// Makes one whose every append fails.
    #[cfg(test)]
    pub(super) fn broken(path: &Path) -> Self {
        let file = File::open(path).unwrap();
        let length = file.metadata().unwrap().len();
        Self { file, length }
    }
}

/// What a file holds.
struct Read {
    version: u32,
    lines: Vec<Line>,
    /// How many bytes the whole lines are.
    whole: u64,
}

/// Reads the whole lines.
fn parse(path: &Path, text: &[u8]) -> Result<Read, SandboxError> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole == 0 && !HEADER.as_bytes().starts_with(text) {
        return Err(other_format(path, "it has no header"));
    }
    let mut lines = text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate();
    let version = lines.next().map_or(Ok(VERSION), |(_, header)| check_header(path, header))?;
    let damaged =
        |n: usize| move |source| SandboxError::Damaged { path: path.to_owned(), line: n + 1, source };
    let lines = lines.map(|(n, line)| read_line(line).map_err(damaged(n))).collect::<Result<_, _>>()?;
    Ok(Read { version, lines, whole: whole as u64 })
}

fn read_line(line: &[u8]) -> Result<Line, serde_json::Error> {
    let value: serde_json::Value = serde_json::from_slice(line)?;
    Ok(match value.get("change") {
        Some(_) => Line::Change(serde_json::from_value(value)?),
        None => Line::Sale(Box::new(serde_json::from_value(value)?)),
    })
}

/// Returns the version of a file that can be read.
fn check_header(path: &Path, line: &[u8]) -> Result<u32, SandboxError> {
    let header: Header = serde_json::from_slice(line).map_err(|_| other_format(path, "it has no header"))?;
    if header.format != "orderform-sandbox" {
        return Err(other_format(path, &format!("it is a `{}`", header.format)));
    }
    if !(1..=VERSION).contains(&header.version) {
        let reason = format!("it is of version {}, known is {VERSION}", header.version);
        return Err(other_format(path, &reason));
    }
    Ok(header.version)
}

fn failed(path: &Path, source: io::Error) -> SandboxError {
    SandboxError::File { path: path.to_owned(), source }
}

fn other_format(path: &Path, reason: &str) -> SandboxError {
    SandboxError::Format { path: PathBuf::from(path), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sale(order: &str) -> Sale {
        Sale {
            created_at_ms: 7,
            customer_id: "c".to_owned(),
            request_id: None,
            correlation_id: "k".to_owned(),
            who: Who::default(),
            body: "{}".to_owned(),
            order: Order { id: Some(order.to_owned()), ..Order::default() },
        }
    }

    #[test]
    fn a_torn_last_line_is_cut_and_the_rest_kept() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        let (mut ledger, _) = Ledger::open(&path).unwrap();
        ledger.append(&sale("a")).unwrap();
        ledger.append_text("{\"created").unwrap();
        drop(ledger);
        assert_eq!(read_ledger(&path).unwrap().len(), 1);
        let (mut ledger, sales) = Ledger::open(&path).unwrap();
        assert_eq!(sales.len(), 1);
        ledger.append(&sale("b")).unwrap();
        let orders = read_ledger(&path).unwrap();
        assert_eq!(orders.iter().map(|o| o.order_id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_torn_header_is_written_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        std::fs::write(&path, &HEADER[..9]).unwrap();
        drop(Ledger::open(&path).unwrap());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), HEADER);
    }

    #[test]
    fn a_file_that_is_something_else_is_refused_and_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        for text in
            ["{\"formatVersion\":1", "{\"a\":1}\n", "{\"format\":\"orderform-sandbox\",\"version\":3}\n"]
        {
            std::fs::write(&path, text).unwrap();
            assert!(matches!(Ledger::open(&path), Err(SandboxError::Format { .. })), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn damage_in_the_middle_names_the_line() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        std::fs::write(&path, format!("{HEADER}oops\n{{}}\n")).unwrap();
        let error = Ledger::open(&path).unwrap_err();
        assert!(matches!(error, SandboxError::Damaged { line: 2, .. }));
    }

    #[test]
    fn a_world_of_the_first_version_is_read_and_goes_on() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        let line = serde_json::to_string(&sale("a")).unwrap();
        std::fs::write(&path, format!("{}{line}\n", HEADER.replace('2', "1"))).unwrap();
        assert_eq!(read_ledger(&path).unwrap().len(), 1);
        let (mut ledger, lines) = Ledger::open(&path).unwrap();
        assert!(matches!(lines.as_slice(), [Line::Sale(_)]));
        let change = serde_json::json!({"change": "gone", "atMs": 7, "orderId": "a"});
        ledger.append(&change).unwrap();
        drop(ledger);
        let (_, lines) = Ledger::open(&path).unwrap();
        assert!(matches!(lines.as_slice(), [Line::Sale(_), Line::Change(_)]));
        assert_eq!(read_ledger(&path).unwrap().len(), 1);
        assert!(std::fs::read_to_string(&path).unwrap().starts_with(HEADER));
    }

    #[test]
    fn one_process_has_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        let first = Ledger::open(&path).unwrap();
        assert!(matches!(Ledger::open(&path), Err(SandboxError::Busy { .. })));
        drop(first);
        assert!(Ledger::open(&path).is_ok());
    }
}
