//! A price list as JSON: an array of objects, each with the keys that the columns of CSV have. All values are texts: a
//! number would be a floating-point number to most programs that write one.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::row::{COLUMNS, Cell, Row};
use super::unknown_column;
use crate::manifest::{Code, Findings, Span};

/// Cuts a text into rows; none where it is not an array.
pub(super) fn rows<'t>(text: &'t str, findings: &Findings) -> Vec<Row<'t>> {
    let places = Places::new(text);
    match serde_json::from_str::<Vec<&RawValue>>(text) {
        Ok(rows) => rows.into_iter().filter_map(|raw| row(raw, &places, findings)).collect(),
        Err(error) => {
            let span = Span { line: error.line().max(1), column: error.column().max(1), length: 1 };
            let why = error.to_string();
            let why = why.split(" at line ").next().unwrap_or_default();
            let hint = "a price list is an array of objects: `[{ \"offerId\": …, … }, …]`";
            findings.report(Code::PriceList, span, format!("this is not a price list in JSON: {why}"), hint);
            Vec::new()
        }
    }
}

fn row<'t>(raw: &'t RawValue, places: &Places<'t>, findings: &Findings) -> Option<Row<'t>> {
    let span = places.of(raw.get());
    let Ok(Entries(entries)) = serde_json::from_str(raw.get()) else {
        let hint = "write an object: `{ \"offerId\": …, … }`";
        findings.report(Code::WrongType, span, "a row of a price list is an object", hint);
        return None;
    };
    let mut cells = [const { None }; 5];
    let mut is_right = true;
    for (key, value) in entries {
        let at = places.of(value.get());
        let Some(column) = COLUMNS.iter().position(|column| **column == *key) else {
            unknown_column(&key, at, findings);
            is_right = false;
            continue;
        };
        if cells[column].is_some() {
            let message = format!("the key `{key}` stands in this row twice");
            findings.report(Code::DuplicateKey, at, message, "remove one of them");
            is_right = false;
        }
        if value.get() == "null" {
            continue;
        }
        let Ok(text) = serde_json::from_str::<String>(value.get()) else {
            let hint = format!("write it between quotes, such as \"{}\"", example(column));
            findings.report(Code::WrongType, at, format!("`{key}` is a text"), hint);
            is_right = false;
            continue;
        };
        cells[column] = Some(Cell { text: Cow::Owned(text), span: at });
    }
    is_right.then_some(Row { span: Span { length: 1, ..span }, cells })
}

fn example(column: usize) -> &'static str {
    ["CFQ7TTC0LH18:0001", "P1Y", "monthly", "EUR", "12.90"][column]
}

/// The entries of an object, in their order, also those that are written twice.
struct Entries<'t>(Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Entries<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    entries.push((Cow::Owned(key), map.next_value()?));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Where the lines of a text begin.
struct Places<'t> {
    text: &'t str,
    lines: Vec<usize>,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Self { text, lines: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    /// Says where a part of the text stands.
    fn of(&self, part: &str) -> Span {
        // Raw values are borrowed from the text, so that their address tells where they stand in it.
        let at = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr()).min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= at);
        let start = self.lines[line - 1];
        let column = self.text.get(start..at).map_or(0, |before| before.chars().count()) + 1;
        Span { line, column, length: part.lines().next().unwrap_or_default().chars().count().max(1) }
    }
}
