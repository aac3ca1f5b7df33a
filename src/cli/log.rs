//! The log, where `ORDERFORM_LOG` asks for one: on stderr or in a file, as text or as JSON, and to a collector where one is
//! configured.
//!
//! **Invariant:** what is logged is a line, whatever is in it, and moves no terminal. It never goes to stdout.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry};

use super::failure::Failure;
use super::otlp::{self, Collector};
use crate::view::{escape, harmless_json};

const FILTER: &str = "ORDERFORM_LOG";
const FORMAT: &str = "ORDERFORM_LOG_FORMAT";
const PATH: &str = "ORDERFORM_LOG_PATH";

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Text,
    Json,
}

/// A part of what is done with what is logged.
pub(super) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Begins to log. What it returns is to be closed at the end, so that what was logged last is not lost.
pub(super) fn start() -> Result<Collector, Failure> {
    let mut layers: Vec<BoxedLayer> = Vec::new();
    let format = read_format()?;
    if let Some(filter) = read_filter()? {
        let lines = Lines { format, file: open_file()? };
        let lines = tracing_subscriber::fmt::layer().with_writer(lines).with_ansi(false);
        layers.push(match format {
            Format::Text => lines.with_filter(filter).boxed(),
            Format::Json => lines.json().with_filter(filter).boxed(),
        });
    }
    let (collector, more) = otlp::open()?;
    layers.extend(more);
    if !layers.is_empty() {
        tracing_subscriber::registry().with(layers).init();
    }
    Ok(collector)
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|text| !text.is_empty())
}

fn read_filter() -> Result<Option<EnvFilter>, Failure> {
    let Some(text) = variable(FILTER) else { return Ok(None) };
    let wrong = |error: tracing_subscriber::filter::ParseError| {
        let failure =
            Failure::new(format!("`{FILTER}` does not say what to log")).caused_by(error.to_string());
        failure.hint("write a level, such as `debug`, or one for a part of it, such as `orderform=trace`")
    };
    EnvFilter::builder().parse(text).map(Some).map_err(wrong)
}

fn read_format() -> Result<Format, Failure> {
    match variable(FORMAT).as_deref() {
        None | Some("text") => Ok(Format::Text),
        Some("json") => Ok(Format::Json),
        Some(_) => {
            Err(Failure::new(format!("`{FORMAT}` names no format of the log")).hint("write `text` or `json`"))
        }
    }
}

/// Opens the file to append the log to, where one is named. Only its owner can read one that is made.
fn open_file() -> Result<Option<Arc<File>>, Failure> {
    let Some(path) = std::env::var_os(PATH).filter(|path| !path.is_empty()) else { return Ok(None) };
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = |error: io::Error| {
        let failure = Failure::new(format!("cannot log to `{}`", Path::new(&path).display()));
        failure.caused_by(error.to_string()).hint(format!("`{PATH}` names a file to append the log to"))
    };
    options.open(&path).map(Arc::new).map(Some).map_err(failed)
}

/// Stderr or a file, a whole line at a time.
#[derive(Debug, Clone)]
struct Lines {
    format: Format,
    file: Option<Arc<File>>,
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Lines {
    /// Takes a line as the formatter makes it: whole, with its end.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let safe = self.format.safe(line);
        match &self.file {
            Some(file) => file.as_ref().write_all(safe.as_bytes())?,
            None => io::stderr().write_all(safe.as_bytes())?,
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match &self.file {
            Some(file) => file.as_ref().flush(),
            None => io::stderr().flush(),
        }
    }
}

impl Format {
    fn safe(self, line: &[u8]) -> String {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches('\n');
        match self {
            Self::Text => escape(text) + "\n",
            Self::Json => harmless_json(text) + "\n",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_a_line_and_moves_no_terminal() {
        let hostile = "a\u{1b}[2J\u{202e}b";
        assert_eq!(Format::Text.safe(format!("{hostile}\nc\n").as_bytes()), "a\\u{1b}[2J\\u{202e}b\\u{a}c\n");
        let json = serde_json::to_string(&serde_json::json!({ "message": format!("{hostile}\n") })).unwrap();
        let safe = Format::Json.safe(json.as_bytes());
        assert!(!safe.trim_end().chars().any(crate::domain::is_harmful), "{safe}");
        let read: serde_json::Value = serde_json::from_str(&safe).unwrap();
        assert_eq!(read["message"], format!("{hostile}\n"));
    }
}
