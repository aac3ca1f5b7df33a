//! Text to an expression, or the first mistake in it with its place.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Expression, Key, Pattern, Sign, Term};
use crate::domain::{CustomerId, is_harmful};

/// The most bytes of an expression.
pub const LONGEST_EXPRESSION: usize = 1000;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the text that it is about.
    pub span: Range<usize>,
    /// What is wrong there.
    pub kind: MistakeKind,
}

/// What can be wrong in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MistakeKind {
    /// It is longer than [`LONGEST_EXPRESSION`], or would be where every sign in it is spelt out.
    TooLong,
    /// There is nothing here.
    NothingHere,
    /// A character that cannot be seen.
    Unseen,
    /// Nothing follows a backslash.
    NothingEscaped,
    /// Orders have no such property.
    UnknownKey(String),
    /// A label without its name.
    NoLabel,
    /// A label without what it is compared with.
    NoOperator,
    /// Nothing follows the operator.
    NoValue,
    /// No name, of an order or a customer, has this character.
    NotInNames(char),
}

/// A character, where it begins, and whether a backslash stands before it.
#[derive(Debug, Clone, Copy)]
struct Letter {
    at: usize,
    c: char,
    is_escaped: bool,
}

impl Letter {
    fn is(&self, c: char) -> bool {
        self.c == c && !self.is_escaped
    }

    fn end(&self) -> usize {
        self.at + usize::from(self.is_escaped) + self.c.len_utf8()
    }

    fn span(&self) -> Range<usize> {
        self.at..self.end()
    }
}

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// The first [`Mistake`] in it.
    pub fn parse(text: &str) -> Result<Self, Mistake> {
        let mistake = |span, kind| Err(Mistake { span, kind });
        if text.len() > LONGEST_EXPRESSION {
            return mistake(0..text.len(), MistakeKind::TooLong);
        }
        let letters = letters(text)?;
        let mut terms = BTreeSet::new();
        let mut begin = 0;
        for piece in letters.split(|letter| letter.is(',')) {
            let end = begin + piece.iter().map(|letter| letter.span().len()).sum::<usize>();
            let trimmed = trim(piece);
            if trimmed.is_empty() {
                return mistake(begin..end, MistakeKind::NothingHere);
            }
            terms.insert(term(trimmed)?);
            begin = end + 1;
        }
        let read = Self(terms);
        match read.to_string().len() > LONGEST_EXPRESSION {
            true => mistake(0..text.len(), MistakeKind::TooLong),
            false => Ok(read),
        }
    }
}

/// Cuts a text into characters; a backslash and what it protects are one.
fn letters(text: &str) -> Result<Vec<Letter>, Mistake> {
    let mut found = Vec::new();
    let mut all = text.char_indices();
    while let Some((at, c)) = all.next() {
        let is_escaped = c == '\\';
        let c = if is_escaped { all.next().map(|(_, next)| next) } else { Some(c) };
        let Some(c) = c else {
            return Err(Mistake { span: at..text.len(), kind: MistakeKind::NothingEscaped });
        };
        let letter = Letter { at, c, is_escaped };
        if is_harmful(c) {
            return Err(Mistake { span: letter.span(), kind: MistakeKind::Unseen });
        }
        found.push(letter);
    }
    Ok(found)
}

fn trim(letters: &[Letter]) -> &[Letter] {
    let is_text = |letter: &Letter| letter.is_escaped || !letter.c.is_whitespace();
    let Some(begin) = letters.iter().position(is_text) else { return &[] };
    let end = letters.iter().rposition(is_text).map_or(begin, |last| last + 1);
    &letters[begin..end]
}

/// Reads `key=pattern`, `key!=pattern`, or the pattern of a name.
fn term(letters: &[Letter]) -> Result<Term, Mistake> {
    let equals = letters.iter().position(|letter| letter.is('='));
    let whole = letters[0].at..letters[letters.len() - 1].end();
    let Some(equals) = equals else {
        if text(letters).starts_with("label.") {
            return Err(Mistake { span: whole, kind: MistakeKind::NoOperator });
        }
        return Ok(Term { key: Key::Name, is: true, pattern: name_pattern(letters, false)? });
    };
    let is = !(equals > 0 && letters[equals - 1].is('!'));
    // `==` is what people write for `=` elsewhere.
    let doubled = letters.get(equals + 1).is_some_and(|letter| letter.is('='));
    let operator = if is { equals } else { equals - 1 };
    let before = trim(&letters[..operator]);
    let value = trim(&letters[equals + 1 + usize::from(doubled)..]);
    let at = letters[operator].at;
    let key = key(before, at..letters[equals].end())?;
    if value.is_empty() {
        return Err(Mistake { span: at..whole.end, kind: MistakeKind::NoValue });
    }
    let pattern = match &key {
        Key::Name => name_pattern(value, false)?,
        Key::Customer => name_pattern(value, true)?,
        Key::Label(_) => pattern(value),
    };
    Ok(Term { key, is, pattern })
}

fn key(letters: &[Letter], operator: Range<usize>) -> Result<Key, Mistake> {
    let Some((first, last)) = letters.first().zip(letters.last()) else {
        return Err(Mistake { span: operator, kind: MistakeKind::UnknownKey(String::new()) });
    };
    let span = first.at..last.end();
    let text = text(letters);
    match (text.as_str(), text.strip_prefix("label.")) {
        ("name", _) => Ok(Key::Name),
        ("customer", _) => Ok(Key::Customer),
        ("label", _) | (_, Some("")) => Err(Mistake { span, kind: MistakeKind::NoLabel }),
        (_, Some(label)) => Ok(Key::Label(label.to_owned())),
        _ => Err(Mistake { span, kind: MistakeKind::UnknownKey(text) }),
    }
}

fn text(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.c).collect()
}

fn pattern(letters: &[Letter]) -> Pattern {
    let mut signs: Vec<Sign> = letters
        .iter()
        .map(|letter| match letter {
            letter if letter.is('*') => Sign::Any,
            letter if letter.is('?') => Sign::One,
            letter => Sign::Just(letter.c),
        })
        .collect();
    signs.dedup_by(|a, b| *a == Sign::Any && *b == Sign::Any);
    Pattern(signs)
}

/// Reads the pattern of a name; `or_id` takes a tenant id, in any case, too.
fn name_pattern(letters: &[Letter], or_id: bool) -> Result<Pattern, Mistake> {
    if or_id && let Ok(id) = CustomerId::parse(&text(letters)) {
        return Ok(Pattern(id.to_string().chars().map(Sign::Just).collect()));
    }
    let is_fit = |letter: &&Letter| {
        letter.c.is_ascii_lowercase() || letter.c.is_ascii_digit() || "-*?".contains(letter.c)
    };
    match letters.iter().find(|letter| !is_fit(letter)) {
        Some(letter) => Err(Mistake { span: letter.span(), kind: MistakeKind::NotInNames(letter.c) }),
        None => Ok(pattern(letters)),
    }
}
