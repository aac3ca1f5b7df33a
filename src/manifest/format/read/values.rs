//! Keys and values, with the comments around them.

use saphyr_parser::{Event, ScalarStyle};

use super::super::scalar;
use super::super::syntax::{Comment, Key, Member, Trivia, Value, append};
use super::{Place, Read, Reader, Stop, is_nothing};

impl<'a> Reader<'a> {
    /// Reads a key up to its `:`.
    pub(super) fn key(&mut self) -> Read<Key<'a>> {
        let start = self.cursor.at;
        let not_a_text = Err(Stop::Key(start));
        let (event, end) = self.events.next().ok_or(Stop::Lost)?;
        let key = match event {
            Event::Alias(id) => {
                let raw = self.up_to(end)?;
                if !raw.starts_with('*') {
                    return not_a_text;
                }
                Key { raw, text: raw.into(), anchor: None, alias: Some(id) }
            }
            Event::Scalar(text, style, id, None) => {
                let anchor = if id > 0 { Some(self.anchor(id)?) } else { None };
                self.cursor.skip_blanks();
                // A plain text says what it is written as, so that `?` before it, or nothing at all, shows.
                let is_plain = style == ScalarStyle::Plain;
                let rest = &self.cursor.text[self.cursor.at..];
                let is_marked = rest.starts_with(['?', ':']) && !(is_plain && rest.starts_with(&*text));
                if is_marked || (is_plain && text.is_empty()) {
                    return not_a_text;
                }
                Key { raw: self.scalar(&text, style, end)?, text, anchor, alias: None }
            }
            _ => return not_a_text,
        };
        if key.raw.contains('\n') {
            return not_a_text;
        }
        Ok(key)
    }

    /// Reads a value after its key or dash, with the comments around it.
    pub(super) fn value(&mut self, member: &mut Member<'a>, place: Place) -> Read<()> {
        if self.cursor.is_clear() {
            member.head = self.cursor.beside();
        }
        let (event, _) = self.events.peek().ok_or(Stop::Lost)?;
        let id = anchor_of(event);
        let is_nothing_at_all = is_nothing(event);
        if !is_nothing_at_all {
            self.cursor.gather();
        }
        if id > 0 {
            self.anchor_of_value(member, id)?;
        }
        match self.events.peek() {
            Some((Event::MappingStart(..) | Event::SequenceStart(..), _)) => {
                return self.value_collection(member, place);
            }
            Some((Event::Scalar(text, ScalarStyle::Plain, ..), _)) if text.is_empty() => {
                self.event()?;
                if let Place::Block(column) = place {
                    member.value = Value::Nothing(self.cursor.take_tail(column + 1));
                }
                return Ok(());
            }
            _ => member.between = without_blanks(self.cursor.take_all()),
        }
        let (event, end) = self.events.next().ok_or(Stop::Lost)?;
        member.value = match event {
            Event::Alias(id) => Value::Alias { raw: self.up_to(end)?, id },
            Event::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded, ..) => {
                return self.block_text(member, place);
            }
            Event::Scalar(text, style, ..) => Value::Scalar { raw: self.scalar(&text, style, end)?, text },
            _ => return Err(Stop::Lost),
        };
        member.after = self.cursor.beside();
        Ok(())
    }

    fn value_collection(&mut self, member: &mut Member<'a>, place: Place) -> Read<()> {
        if matches!(self.cursor.byte(), Some(b'[' | b'{')) {
            member.between = without_blanks(self.cursor.take_all());
            let mut collection = self.collection(place)?;
            if collection.members.is_empty() {
                append(&mut member.above, std::mem::take(&mut collection.tail));
            }
            if !collection.is_flow {
                let first = collection.members.first_mut().expect("a list without members stays in brackets");
                let above = std::mem::take(&mut first.above);
                append(&mut first.above, std::mem::take(&mut member.between));
                append(&mut first.above, above);
            }
            member.value = Value::Collection(collection);
            let beside = self.cursor.beside();
            self.end(member, beside);
            return Ok(());
        }
        member.value = Value::Collection(self.collection(place)?);
        Ok(())
    }

    /// Gives a member the comment beside its end; where that place is taken or is none, it waits for the next one.
    pub(super) fn end(&mut self, member: &mut Member<'a>, beside: Option<Comment<'a>>) {
        match &mut member.value {
            Value::Collection(inner) if !inner.is_flow => {
                append(&mut inner.tail, beside.map(Trivia::Comment));
            }
            Value::Nothing(_) if member.head.is_some() => self.cursor.put_off(beside),
            _ if member.after.is_some() => self.cursor.put_off(beside),
            _ => member.after = beside,
        }
    }

    fn anchor_of_value(&mut self, member: &mut Member<'a>, id: usize) -> Read<()> {
        let mut before = self.cursor.take_all();
        member.anchor = Some(self.anchor(id)?);
        if let Some(beside) = self.cursor.beside() {
            let is_first = member.head.is_none() && before.iter().all(Trivia::is_blank);
            if is_first {
                member.head = Some(beside);
            } else {
                before.push(Trivia::Comment(beside));
            }
        }
        self.cursor.gather();
        self.cursor.put_back(before);
        Ok(())
    }

    fn block_text(&mut self, member: &mut Member<'a>, place: Place) -> Read<()> {
        let Place::Block(column) = place else { return Err(Stop::Sign(self.cursor.at)) };
        let start = self.cursor.at;
        self.cursor.at = scalar::header_end(self.cursor.text, start);
        let header = &self.cursor.text[start..self.cursor.at];
        member.after = self.cursor.beside();
        self.cursor.skip_blanks();
        if !self.cursor.take(b'\n') && self.cursor.byte().is_some() {
            return Err(Stop::Lost);
        }
        let (block, end) = scalar::block_text(self.cursor.text, self.cursor.at, header, column);
        self.cursor.at = end;
        member.value = Value::Block(block);
        Ok(())
    }
}

fn anchor_of(event: &Event<'_>) -> usize {
    match event {
        Event::Scalar(_, _, id, _) | Event::SequenceStart(id, _) | Event::MappingStart(id, _) => *id,
        _ => 0,
    }
}

/// Drops blank lines where nothing but blank lines stands.
fn without_blanks(trivia: Vec<Trivia<'_>>) -> Vec<Trivia<'_>> {
    if trivia.iter().all(Trivia::is_blank) { Vec::new() } else { trivia }
}
