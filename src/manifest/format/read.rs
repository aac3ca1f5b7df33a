//! The text of a file as [`Piece`]s: the parser's events say what stands where, the text how it was written.
//!
//! **Invariant:** every character is accounted for. It is part of a scalar, an anchor or a comment, or it is a blank or
//! one of YAML's signs where the events ask for it; anything else stops the reading, so that nothing is lost unseen.

mod tokens;
mod values;

use std::iter::Peekable;
use std::vec;

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::cursor::Cursor;
use super::syntax::{Collection, Member, Piece, Root, Trivia, Value, append};

/// Why a text was not read to its end, and where, in bytes.
#[derive(Debug)]
pub(super) enum Stop {
    /// A key is a collection, spread over lines, marked with `?`, or empty.
    Key(usize),
    /// A text begins with a sign of YAML's, which the parser lets pass between brackets.
    Sign(usize),
    /// The events and the text do not agree: a mistake of ours or of the parser.
    Lost,
}

type Read<T> = Result<T, Stop>;

/// Reads one part of a file, which was cut at its `---` lines; adds its comments to the others.
pub(super) fn pieces<'a>(text: &'a str, comments: &mut Vec<&'a str>) -> Read<Vec<Piece<'a>>> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|_| Stop::Lost)?;
        events.push((event, span.end.index()));
    }
    let events = events.into_iter().peekable();
    let mut reader = Reader { cursor: Cursor::new(text), events, counted: (0, 0) };
    let pieces = reader.documents()?;
    comments.append(&mut reader.cursor.comments);
    Ok(pieces)
}

/// What a value stands in.
#[derive(Debug, Clone, Copy)]
enum Place {
    Document,
    /// A block whose keys or dashes begin at this column.
    Block(usize),
    /// Brackets.
    Flow,
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    /// With the place where each ends, in characters.
    events: Peekable<vec::IntoIter<(Event<'a>, usize)>>,
    /// A place in characters and the same in bytes.
    counted: (usize, usize),
}

impl<'a> Reader<'a> {
    fn documents(&mut self) -> Read<Vec<Piece<'a>>> {
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        self.expect(|event| matches!(event, Event::StreamStart))?;
        loop {
            self.cursor.gather();
            if self.cursor.is_at_mark("...") {
                self.cursor.at += 3;
                let beside = self.cursor.beside();
                self.cursor.put_off(beside);
                continue;
            }
            match self.event()? {
                Event::StreamEnd => break,
                Event::DocumentStart(_) => match self.document()? {
                    Some(piece) => pieces.push(piece),
                    None => {
                        let root = Root::Verbatim(self.cursor.text);
                        return Ok(vec![Piece { mark: None, head: Vec::new(), root, after: None }]);
                    }
                },
                _ => return Err(Stop::Lost),
            }
            self.cursor.gather();
            let rest = self.cursor.take_all();
            let last = pieces.last_mut().expect("a piece was just added");
            append(last.end(), rest);
        }
        if self.cursor.byte().is_some() {
            return Err(Stop::Lost);
        }
        let rest = self.cursor.take_all();
        match pieces.last_mut() {
            Some(last) => append(last.end(), rest),
            None => pieces.push(Piece { mark: None, head: rest, root: Root::Nothing, after: None }),
        }
        Ok(pieces)
    }

    /// Reads a document whose start is the event before; `None` if it is no mapping and no list.
    fn document(&mut self) -> Read<Option<Piece<'a>>> {
        let mut mark = None;
        if self.cursor.is_at_mark("---") {
            self.cursor.at += 3;
            mark = self.cursor.beside();
            self.cursor.gather();
        }
        let mut piece = Piece { mark, head: Vec::new(), root: Root::Nothing, after: None };
        match self.events.peek() {
            Some((Event::MappingStart(0, None) | Event::SequenceStart(0, None), _)) => {
                let mut collection = self.collection(Place::Document)?;
                if collection.members.is_empty() {
                    piece.head = std::mem::take(&mut collection.tail);
                }
                match self.cursor.beside() {
                    beside if collection.is_flow => piece.after = beside,
                    beside => self.cursor.put_off(beside),
                }
                piece.root = Root::Collection(collection);
            }
            Some((event, _)) if is_nothing(event) => drop(self.event()?),
            _ => return Ok(None),
        }
        self.expect(|event| matches!(event, Event::DocumentEnd))?;
        Ok(Some(piece))
    }

    /// Reads a collection whose start is the next event.
    fn collection(&mut self, place: Place) -> Read<Collection<'a>> {
        let is_mapping = matches!(self.event()?, Event::MappingStart(..));
        let is_flow = matches!(self.cursor.byte(), Some(b'[' | b'{'));
        let mut collection = Collection { is_mapping, is_flow: false, members: Vec::new(), tail: Vec::new() };
        match place {
            _ if is_flow => self.flow(&mut collection)?,
            Place::Flow => self.pair(&mut collection)?,
            Place::Document => self.block(&mut collection, 0)?,
            Place::Block(parent) => self.block(&mut collection, parent + 1)?,
        }
        Ok(collection)
    }

    /// Reads a collection without brackets. What stands after it in column `inside`, or further in, belongs to it.
    fn block(&mut self, collection: &mut Collection<'a>, inside: usize) -> Read<()> {
        let column = self.cursor.column();
        while !self.take_end() {
            let mut member = self.member();
            if collection.is_mapping {
                member.key = Some(self.key()?);
                self.cursor.skip_blanks();
                self.sign(b':')?;
            } else {
                self.sign(b'-')?;
            }
            self.value(&mut member, Place::Block(column))?;
            collection.members.push(member);
            self.cursor.gather();
        }
        collection.tail = self.cursor.take_tail(inside.min(column));
        Ok(())
    }

    fn flow(&mut self, collection: &mut Collection<'a>) -> Read<()> {
        let start = self.cursor.at;
        let close = if collection.is_mapping { b'}' } else { b']' };
        self.cursor.at += 1;
        self.cursor.gather();
        while !self.take_end() {
            let mut member = self.member();
            if collection.is_mapping {
                self.flow_pair(&mut member)?;
            } else {
                self.value(&mut member, Place::Flow)?;
            }
            self.cursor.gather();
            if self.cursor.take(b',') && self.cursor.is_clear() {
                let beside = self.cursor.beside();
                self.end(&mut member, beside);
            }
            collection.members.push(member);
            self.cursor.gather();
        }
        collection.tail = self.cursor.take_all();
        self.sign(close)?;
        let is_on_one_line = !self.cursor.text[start..self.cursor.at].contains('\n');
        collection.is_flow = is_on_one_line || collection.members.is_empty();
        Ok(())
    }

    /// Reads a mapping without brackets, which is an item of a list in brackets: `[a: b]`.
    fn pair(&mut self, collection: &mut Collection<'a>) -> Read<()> {
        let start = self.cursor.at;
        let mut member = self.member();
        self.flow_pair(&mut member)?;
        collection.members.push(member);
        collection.is_flow = !self.cursor.text[start..self.cursor.at].contains('\n');
        if self.take_end() { Ok(()) } else { Err(Stop::Lost) }
    }

    fn flow_pair(&mut self, member: &mut Member<'a>) -> Read<()> {
        member.key = Some(self.key()?);
        self.cursor.gather();
        if self.cursor.byte() == Some(b':') {
            append(&mut member.above, self.cursor.take_all());
            self.cursor.at += 1;
            return self.value(member, Place::Flow);
        }
        let (event, _) = self.events.next().ok_or(Stop::Lost)?;
        if is_nothing(&event) { Ok(()) } else { Err(Stop::Lost) }
    }

    fn member(&mut self) -> Member<'a> {
        Member {
            above: self.cursor.take_all(),
            key: None,
            head: None,
            between: Vec::new(),
            anchor: None,
            value: Value::Nothing(Vec::new()),
            after: None,
        }
    }
}

impl<'a> Piece<'a> {
    /// Returns where comments belong that stand after everything else.
    fn end(&mut self) -> &mut Vec<Trivia<'a>> {
        match &mut self.root {
            Root::Collection(collection) if !collection.members.is_empty() => &mut collection.tail,
            _ => &mut self.head,
        }
    }
}

fn is_nothing(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, 0, None) if text.is_empty())
}
