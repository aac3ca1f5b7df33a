//! A document in its canonical layout.
//!
//! **Invariant:** printing what was printed changes nothing. No line ends in blanks, except in block texts, where they
//! are part of the text.

use super::align::{self, Line};
use super::scalar;
use super::syntax::{Anchor, Collection, Comment, Key, Member, Piece, Root, Trivia, Value};

const STEP: usize = 2;

/// Prints the pieces of a file, with a mark `---` between them.
pub(super) fn print(pieces: &[Piece<'_>]) -> String {
    let is_there = |piece: &&Piece<'_>| {
        !(matches!(piece.root, Root::Nothing)
            && piece.mark.is_none()
            && piece.head.iter().all(Trivia::is_blank))
    };
    let mut text = String::new();
    for piece in pieces.iter().filter(is_there) {
        print_piece(piece, &mut text);
    }
    text
}

fn print_piece(piece: &Piece<'_>, text: &mut String) {
    let mut printer = Printer { lines: Vec::new() };
    if let Root::Verbatim(raw) = piece.root {
        text.push_str(raw);
        return;
    }
    match piece.mark {
        _ if !text.is_empty() => printer.line("---".to_owned(), piece.mark),
        Some(mark) => printer.line(mark.text.to_owned(), None),
        None => {}
    }
    let marks = printer.lines.len();
    printer.trivia(&piece.head, 0, marks);
    if let Root::Collection(root) = &piece.root {
        if root.is_flow {
            printer.line(flow(root), piece.after);
            printer.trivia(&root.tail, 0, 0);
        } else {
            printer.collection(root, 0, marks);
        }
    }
    while printer.lines.last().is_some_and(|line| line.text.is_empty() && line.comment.is_none()) {
        printer.lines.pop();
    }
    align::write(&printer.lines, text);
}

struct Printer<'a> {
    lines: Vec<Line<'a>>,
}

impl<'a> Printer<'a> {
    fn line(&mut self, text: String, comment: Option<Comment<'a>>) {
        self.lines.push(Line { text, comment });
    }

    /// Prints lines that stand alone; no empty line comes first where the block began at line `start`.
    fn trivia(&mut self, trivia: &[Trivia<'a>], indent: usize, start: usize) {
        for one in trivia {
            match one {
                Trivia::Blank if self.lines.len() == start || self.ends_in_blank() => {}
                Trivia::Blank => self.line(String::new(), None),
                Trivia::Comment(comment) => self.line(blanks(indent) + comment.text, None),
            }
        }
    }

    fn ends_in_blank(&self) -> bool {
        self.lines.last().is_some_and(|line| line.text.is_empty())
    }

    fn collection(&mut self, collection: &Collection<'a>, indent: usize, start: usize) {
        for member in &collection.members {
            self.trivia(&member.above, indent, start);
            self.member(member, indent);
        }
        self.trivia(&collection.tail, indent, start);
    }

    fn member(&mut self, member: &Member<'a>, indent: usize) {
        let inner = indent + STEP;
        let start = blanks(indent) + &member.key.as_ref().map_or("-".to_owned(), |key| key_text(key) + ":");
        let anchor = member.anchor.map_or(String::new(), |anchor| format!(" {}", anchor.raw));
        match &member.value {
            Value::Nothing(tail) => {
                self.line(start + &anchor, member.head.or(member.after));
                let begin = self.lines.len();
                self.trivia(tail, inner, begin);
            }
            Value::Collection(collection) if !collection.is_flow => {
                let is_compact = member.key.is_none() && member.anchor.is_none() && member.head.is_none();
                if !is_compact {
                    self.line(start + &anchor, member.head);
                }
                let begin = self.lines.len();
                self.collection(collection, inner, begin);
                if is_compact {
                    self.lines[begin].text.replace_range(indent..=indent, "-");
                }
            }
            value => {
                let on_own_line = member.head.is_some() || !member.between.is_empty();
                if on_own_line {
                    self.line(start + &anchor, member.head);
                    let begin = self.lines.len();
                    self.trivia(&member.between, inner, begin);
                    self.scalar(value, blanks(inner), indent, member.after);
                } else {
                    self.scalar(value, start + &anchor + " ", indent, member.after);
                }
            }
        }
    }

    /// Prints a value that begins on the line that `start` begins; `indent` is that of its key or dash.
    fn scalar(&mut self, value: &Value<'a>, start: String, indent: usize, after: Option<Comment<'a>>) {
        match value {
            Value::Block(block) => {
                self.line(start + block.header, after);
                let inner = indent + block.indent.unwrap_or(STEP);
                for line in &block.lines {
                    let text = if line.is_empty() { String::new() } else { blanks(inner) + line };
                    self.line(text, None);
                }
            }
            Value::Collection(collection) => self.line(start + &flow(collection), after),
            Value::Alias { raw, .. } => self.line(start + raw, after),
            Value::Scalar { raw, .. } => {
                let mut lines = scalar::lines(raw).into_iter();
                let mut text = start + lines.next().unwrap_or_default();
                for line in lines {
                    self.line(text, None);
                    text = if line.is_empty() { String::new() } else { blanks(indent + STEP) + line };
                }
                self.line(text, after);
            }
            Value::Nothing(_) => unreachable!("nothing has a line of its own"),
        }
    }
}

fn blanks(count: usize) -> String {
    " ".repeat(count)
}

fn key_text(key: &Key<'_>) -> String {
    let anchor = anchored(key.anchor);
    // Without the blank, `:` would be part of the alias.
    let gap = if key.alias.is_some() { " " } else { "" };
    format!("{anchor}{}{gap}", key.raw)
}

fn anchored(anchor: Option<Anchor<'_>>) -> String {
    anchor.map_or(String::new(), |anchor| format!("{} ", anchor.raw))
}

/// Prints a collection on one line.
fn flow(collection: &Collection<'_>) -> String {
    let members: Vec<String> = collection.members.iter().map(flow_member).collect();
    match (collection.is_mapping, members.is_empty()) {
        (true, true) => "{}".to_owned(),
        (true, false) => format!("{{ {} }}", members.join(", ")),
        (false, _) => format!("[{}]", members.join(", ")),
    }
}

fn flow_member(member: &Member<'_>) -> String {
    let anchor = anchored(member.anchor);
    let value = match &member.value {
        Value::Nothing(_) => anchor.trim_end().to_owned(),
        Value::Scalar { raw, .. } | Value::Alias { raw, .. } => anchor + raw,
        Value::Collection(collection) => anchor + &flow(collection),
        Value::Block(_) => unreachable!("a block text does not stand between brackets"),
    };
    match &member.key {
        None => value,
        Some(key) if value.is_empty() => key_text(key) + ":",
        Some(key) => format!("{}: {value}", key_text(key)),
    }
}
