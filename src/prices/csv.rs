//! A price list as CSV (RFC 4180): a header with the names of the columns, in any order, and rows.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};

use super::row::{COLUMNS, Cell, Row};
use super::unknown_column;
use crate::manifest::{Code, Findings, Span};

const START: Span = Span { line: 1, column: 1, length: 1 };

/// Cuts a text into rows; none where the header is not right.
pub(super) fn rows<'t>(text: &'t str, findings: &Findings) -> Vec<Row<'t>> {
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut next = || {
        let more = reader.read_byte_record(&mut record).expect("a text in memory is readable");
        more.then(|| Record::new(text, &record))
    };
    let Some(header) = next() else {
        let hint = format!("begin with the header: {}", COLUMNS.join(","));
        findings.report(Code::PriceList, START, "this price list is empty", hint);
        return Vec::new();
    };
    let Some(columns) = columns(&header, findings) else { return Vec::new() };
    let mut rows = Vec::new();
    while let Some(record) = next() {
        if findings.is_full() {
            break;
        }
        rows.extend(record.row(&columns, findings));
    }
    rows
}

/// Finds out which of our columns each column of the file is.
fn columns(header: &Record<'_>, findings: &Findings) -> Option<Vec<usize>> {
    let one_cell = header.cells.len() == 1;
    if let (true, Some(separator)) = (one_cell, header.text().chars().find(|c| matches!(c, ';' | '\t' | '|')))
    {
        let message = format!("the columns are parted by {separator:?}, not by commas");
        findings.report(
            Code::PriceList,
            header.span(),
            message,
            "save it as CSV with commas, and prices with points",
        );
        return None;
    }
    let mut found = Vec::new();
    let mut is_right = true;
    for cell in &header.cells {
        let text = &*cell.text;
        match COLUMNS.iter().position(|column| *column == text) {
            Some(column) if found.contains(&column) => {
                findings.report(
                    Code::DuplicateKey,
                    cell.span,
                    format!("the column `{text}` stands here twice"),
                    "remove one of them",
                );
                is_right = false;
            }
            Some(column) => found.push(column),
            None => {
                unknown_column(text, cell.span, findings);
                is_right = false;
            }
        }
    }
    let missing: Vec<String> = (0..COLUMNS.len())
        .filter(|column| is_right && !found.contains(column))
        .map(|column| format!("`{}`", COLUMNS[column]))
        .collect();
    if !missing.is_empty() {
        let message = format!("the header lacks {}", missing.join(", "));
        let hint = format!("begin with the header: {}", COLUMNS.join(","));
        findings.report(Code::PriceList, header.span(), message, hint);
    }
    (is_right && missing.is_empty()).then_some(found)
}

/// A record with the places of its cells.
struct Record<'t> {
    cells: Vec<Cell<'t>>,
}

impl<'t> Record<'t> {
    /// Finds the places of the cells: the parser gives the record's only.
    fn new(text: &'t str, record: &ByteRecord) -> Self {
        let position = record.position().expect("it was just read");
        let at = usize::try_from(position.byte()).unwrap_or(0);
        let mut line = usize::try_from(position.line()).unwrap_or(1);
        // Empty lines before a record are passed over by the parser.
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        line += rest[..blank].matches('\n').count();
        let mut place = Place { rest: &rest[blank..], line, column: 1 };
        let cells = record.iter().map(|cell| {
            let span = place.step();
            let text = String::from_utf8_lossy(cell).into_owned();
            Cell { text: Cow::Owned(text), span }
        });
        Self { cells: cells.collect() }
    }

    fn text(&self) -> String {
        self.cells.iter().map(|cell| &*cell.text).collect()
    }

    fn span(&self) -> Span {
        self.cells.first().map_or(START, |cell| cell.span)
    }

    fn row(self, columns: &[usize], findings: &Findings) -> Option<Row<'t>> {
        let span = self.span();
        if self.cells.len() != columns.len() {
            let (has, header) = (self.cells.len(), columns.len());
            let message = format!("this row has {has} cells, and the header has {header}");
            let hint = "look for a comma too many or too few; a price has a point, not a comma";
            findings.report(Code::PriceList, span, message, hint);
            return None;
        }
        let mut cells = [const { None }; 5];
        for (cell, column) in self.cells.into_iter().zip(columns) {
            cells[*column] = Some(cell);
        }
        Some(Row { span, cells })
    }
}

/// Where in the text the next cell begins.
struct Place<'t> {
    rest: &'t str,
    line: usize,
    column: usize,
}

impl Place<'_> {
    /// Steps over a cell and the comma behind it, and says where it was.
    fn step(&mut self) -> Span {
        let (line, column) = (self.line, self.column);
        let (mut in_quotes, mut length) = (false, 0);
        let mut passed = self.rest.len();
        for (at, c) in self.rest.char_indices() {
            match c {
                '"' => in_quotes = !in_quotes,
                ',' | '\n' | '\r' if !in_quotes => {
                    passed = at + c.len_utf8();
                    self.column += 1;
                    break;
                }
                '\n' => {
                    self.line += 1;
                    self.column = 0;
                }
                _ => {}
            }
            self.column += 1;
            length += 1;
        }
        self.rest = &self.rest[passed..];
        Span { line, column, length: length.max(1) }
    }
}
