//! The parser's events, side by side with the text they come from.

use saphyr_parser::{Event, ScalarStyle};

use super::super::scalar;
use super::super::syntax::Anchor;
use super::{Read, Reader, Stop};

impl<'a> Reader<'a> {
    pub(super) fn anchor(&mut self, id: usize) -> Read<Anchor<'a>> {
        let start = self.cursor.at;
        if self.cursor.byte() != Some(b'&') {
            return Err(Stop::Lost);
        }
        self.cursor.at = scalar::name_end(self.cursor.text, start);
        Ok(Anchor { raw: &self.cursor.text[start..self.cursor.at], id })
    }

    /// Takes a plain or quoted scalar; `end` is where the parser says a plain one ends.
    pub(super) fn scalar(&mut self, text: &str, style: ScalarStyle, end: usize) -> Read<&'a str> {
        let start = self.cursor.at;
        let quote = match style {
            ScalarStyle::SingleQuoted => b'\'',
            ScalarStyle::DoubleQuoted => b'"',
            ScalarStyle::Plain => {
                let raw = self.up_to(end)?;
                if raw.starts_with(['|', '>']) || matches!(raw, "?" | "-" | ":") {
                    return Err(Stop::Sign(start));
                }
                return if raw == text || raw.contains('\n') { Ok(raw) } else { Err(Stop::Lost) };
            }
            _ => return Err(Stop::Key(start)),
        };
        if self.cursor.byte() != Some(quote) {
            return Err(Stop::Lost);
        }
        self.cursor.at = scalar::quoted_end(self.cursor.text, start).ok_or(Stop::Lost)?;
        Ok(&self.cursor.text[start..self.cursor.at])
    }

    /// Takes the text up to a place in characters, without the blanks at its end.
    pub(super) fn up_to(&mut self, end: usize) -> Read<&'a str> {
        let end = self.bytes(end);
        let raw = self.cursor.text.get(self.cursor.at..end).ok_or(Stop::Lost)?;
        let raw = raw.trim_end_matches([' ', '\t', '\n']);
        if raw.is_empty() || raw.starts_with('#') {
            return Err(Stop::Lost);
        }
        self.cursor.at += raw.len();
        Ok(raw)
    }

    /// Returns a place in characters as one in bytes; quick where places are asked for in their order.
    fn bytes(&mut self, place: usize) -> usize {
        let (characters, bytes) = if place < self.counted.0 { (0, 0) } else { self.counted };
        let rest = self.cursor.text[bytes..].char_indices().nth(place - characters);
        let found = rest.map_or(self.cursor.text.len(), |(at, _)| bytes + at);
        self.counted = (place, found);
        found
    }

    pub(super) fn event(&mut self) -> Read<Event<'a>> {
        self.events.next().map(|(event, _)| event).ok_or(Stop::Lost)
    }

    pub(super) fn expect(&mut self, is_it: impl Fn(&Event<'a>) -> bool) -> Read<()> {
        if is_it(&self.event()?) { Ok(()) } else { Err(Stop::Lost) }
    }

    pub(super) fn sign(&mut self, byte: u8) -> Read<()> {
        if self.cursor.take(byte) { Ok(()) } else { Err(Stop::Lost) }
    }

    pub(super) fn take_end(&mut self) -> bool {
        self.events.next_if(|(event, _)| matches!(event, Event::MappingEnd | Event::SequenceEnd)).is_some()
    }
}
