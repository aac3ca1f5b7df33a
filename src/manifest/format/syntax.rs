//! A document as it was written: values with their comments, blank lines and anchors.
//!
//! **Invariant:** a scalar is the stretch of text it was written as; nothing here knows what it means. What stands
//! between the values (`-`, `:`, brackets, indentation) is not kept, because it is written anew.

use std::borrow::Cow;

/// A comment, from its `#`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'a> {
    pub(super) text: &'a str,
    /// The column it begins at, in characters from 0.
    pub(super) column: usize,
    /// The blanks before it, where something else stands on its line.
    pub(super) gap: usize,
}

/// What may stand on lines of its own between values.
#[derive(Debug, Clone, Copy)]
pub(super) enum Trivia<'a> {
    /// One or more empty lines.
    Blank,
    Comment(Comment<'a>),
}

impl Trivia<'_> {
    pub(super) fn is_blank(&self) -> bool {
        matches!(self, Self::Blank)
    }
}

/// What stands between two marks `---`.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    /// The comment beside the mark.
    pub(super) mark: Option<Comment<'a>>,
    /// What stands before the first key.
    pub(super) head: Vec<Trivia<'a>>,
    pub(super) root: Root<'a>,
    /// The comment beside the end of a root in brackets.
    pub(super) after: Option<Comment<'a>>,
}

#[derive(Debug)]
pub(super) enum Root<'a> {
    /// No document, or an empty one.
    Nothing,
    Collection(Collection<'a>),
    /// What is no mapping and no list cannot be a manifest; it stays as it is, with its mark.
    Verbatim(&'a str),
}

/// A mapping or a list.
#[derive(Debug)]
pub(super) struct Collection<'a> {
    pub(super) is_mapping: bool,
    /// Whether it stands on one line, between brackets.
    pub(super) is_flow: bool,
    pub(super) members: Vec<Member<'a>>,
    /// What stands after the last member, as far in as the members.
    pub(super) tail: Vec<Trivia<'a>>,
}

/// A key with its value, or an item of a list.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) above: Vec<Trivia<'a>>,
    pub(super) key: Option<Key<'a>>,
    /// The comment beside the key, or beside the dash, where the value begins on another line.
    pub(super) head: Option<Comment<'a>>,
    /// What stands between the key and a value that is no block.
    pub(super) between: Vec<Trivia<'a>>,
    pub(super) anchor: Option<Anchor<'a>>,
    pub(super) value: Value<'a>,
    /// The comment beside the end of the value.
    pub(super) after: Option<Comment<'a>>,
}

#[derive(Debug)]
pub(super) struct Key<'a> {
    pub(super) raw: &'a str,
    /// What it says, without quotes.
    pub(super) text: Cow<'a, str>,
    pub(super) anchor: Option<Anchor<'a>>,
    /// The anchor that it repeats, where it is an alias.
    pub(super) alias: Option<usize>,
}

/// `&name`, and the number that the parser gave it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor<'a> {
    pub(super) raw: &'a str,
    pub(super) id: usize,
}

#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Nothing was written; perhaps comments, further in than the key.
    Nothing(Vec<Trivia<'a>>),
    /// A plain or quoted scalar, and what it says.
    Scalar {
        raw: &'a str,
        text: Cow<'a, str>,
    },
    Alias {
        raw: &'a str,
        id: usize,
    },
    Block(BlockText<'a>),
    Collection(Collection<'a>),
}

/// A text after `|` or `>`.
#[derive(Debug)]
pub(super) struct BlockText<'a> {
    /// The sign and its modifiers, such as `>-`.
    pub(super) header: &'a str,
    /// How far the text is indented from its parent, where the header says so.
    pub(super) indent: Option<usize>,
    /// The lines, without the indentation they have in common.
    pub(super) lines: Vec<&'a str>,
}

/// Adds what stands on lines of its own; never two blank lines in a row.
pub(super) fn append<'a>(all: &mut Vec<Trivia<'a>>, more: impl IntoIterator<Item = Trivia<'a>>) {
    for trivia in more {
        let doubled = trivia.is_blank() && all.last().is_some_and(Trivia::is_blank);
        if !doubled {
            all.push(trivia);
        }
    }
}
