//! The world file: every order ever bought, one JSON line each, appended before it is answered.
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
use crate::partner_center::wire::order::Order;

/// The format that is written and read. 1: the first.
const VERSION: u32 = 1;

const HEADER: &str = "{\"format\":\"orderform-sandbox\",\"version\":1}\n";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    version: u32,
}

/// One line of the file: an order that was bought.
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
    let (sales, _) = parse(path, &text)?;
    Ok(sales.iter().map(LedgerEntry::from).collect())
}

/// The file that orders are appended to.
#[derive(Debug)]
pub(super) struct Ledger {
    file: File,
    length: u64,
}

impl Ledger {
    /// Opens or makes a world file, takes it for this process alone, and reads it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Sale>), SandboxError> {
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
        let (sales, whole) = parse(path, &text)?;
        let mut ledger = Self { file, length: 0 };
        ledger.cut(whole).map_err(failed)?;
        if whole == 0 {
            ledger.append_text(HEADER).map_err(failed)?;
        }
        Ok((ledger, sales))
    }

    /// Appends a sale with one write.
    pub(super) fn append(&mut self, sale: &Sale) -> io::Result<()> {
        let mut line = serde_json::to_string(sale)?;
        line.push('\n');
        self.append_text(&line)
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

/// Reads the whole lines, and says how many bytes they are.
fn parse(path: &Path, text: &[u8]) -> Result<(Vec<Sale>, u64), SandboxError> {
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    if whole == 0 && !HEADER.as_bytes().starts_with(text) {
        return Err(other_format(path, "it has no header"));
    }
    let mut lines = text[..whole].split_inclusive(|byte| *byte == b'\n').enumerate();
    if let Some((_, header)) = lines.next() {
        check_header(path, header)?;
    }
    let sales = lines
        .map(|(n, line)| {
            serde_json::from_slice(line).map_err(|source| SandboxError::Damaged {
                path: path.to_owned(),
                line: n + 1,
                source,
            })
        })
        .collect::<Result<_, _>>()?;
    Ok((sales, whole as u64))
}

fn check_header(path: &Path, line: &[u8]) -> Result<(), SandboxError> {
    let header: Header = serde_json::from_slice(line).map_err(|_| other_format(path, "it has no header"))?;
    if header.format != "orderform-sandbox" {
        return Err(other_format(path, &format!("it is a `{}`", header.format)));
    }
    if header.version != VERSION {
        let reason = format!("it is of version {}, known is {VERSION}", header.version);
        return Err(other_format(path, &reason));
    }
    Ok(())
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
            ["{\"formatVersion\":1", "{\"a\":1}\n", "{\"format\":\"orderform-sandbox\",\"version\":2}\n"]
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
    fn one_process_has_the_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        let first = Ledger::open(&path).unwrap();
        assert!(matches!(Ledger::open(&path), Err(SandboxError::Busy { .. })));
        drop(first);
        assert!(Ledger::open(&path).is_ok());
    }
}
