//! A place in a text, and the comments and blank lines on the way to the next thing that means something.
//!
//! **Invariant:** comments are taken one by one as the cursor passes them, and each goes to exactly one taker.

use std::collections::VecDeque;

use super::syntax::{Comment, Trivia};

/// A place in a text whose line ends are line feeds.
#[derive(Debug)]
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    /// The place, in bytes.
    pub(super) at: usize,
    /// What was passed and is not taken yet.
    pending: VecDeque<Trivia<'a>>,
    /// Every comment that was passed.
    pub(super) comments: Vec<&'a str>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, pending: VecDeque::new(), comments: Vec::new() }
    }

    pub(super) fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes past a character if it is the next one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.byte() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Returns the column of a place, in characters from 0.
    pub(super) fn column_of(&self, at: usize) -> usize {
        let line = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        self.text[line..at].chars().count()
    }

    pub(super) fn column(&self) -> usize {
        self.column_of(self.at)
    }

    /// Says whether a line begins here, with this mark on it: `---` or `...`.
    pub(super) fn is_at_mark(&self, mark: &str) -> bool {
        let rest = &self.text[self.at..];
        let after = rest.as_bytes().get(mark.len());
        self.is_at_line() && rest.starts_with(mark) && after.is_none_or(u8::is_ascii_whitespace)
    }

    fn is_at_line(&self) -> bool {
        self.at == 0 || self.text.as_bytes()[self.at - 1] == b'\n'
    }

    /// Goes to the next thing that means something, past comments and empty lines, which wait to be taken.
    pub(super) fn gather(&mut self) {
        let mut is_empty = self.is_at_line();
        loop {
            let before = self.at;
            self.skip_blanks();
            match self.byte() {
                Some(b'\n') => {
                    let is_first = !self.pending.back().is_some_and(Trivia::is_blank);
                    if is_empty && is_first {
                        self.pending.push_back(Trivia::Blank);
                    }
                    is_empty = true;
                    self.at += 1;
                }
                Some(b'#') => {
                    let comment = self.comment(before);
                    self.pending.push_back(Trivia::Comment(comment));
                    is_empty = false;
                }
                _ => return,
            }
        }
    }

    /// Takes the comment beside what was just passed.
    pub(super) fn beside(&mut self) -> Option<Comment<'a>> {
        let before = self.at;
        self.skip_blanks();
        if self.byte() == Some(b'#') && self.pending.is_empty() {
            return Some(self.comment(before));
        }
        self.at = before;
        None
    }

    fn comment(&mut self, before: usize) -> Comment<'a> {
        let rest = &self.text[self.at..];
        let line = rest.split('\n').next().unwrap_or_default();
        let comment = Comment {
            text: line.trim_end_matches([' ', '\t']),
            column: self.column(),
            gap: self.at - before,
        };
        self.at += line.len();
        self.comments.push(comment.text);
        comment
    }

    /// Puts things back, before everything that waits.
    pub(super) fn put_back(&mut self, trivia: Vec<Trivia<'a>>) {
        for one in trivia.into_iter().rev() {
            self.pending.push_front(one);
        }
    }

    /// Lets a comment wait after everything else that does.
    pub(super) fn put_off(&mut self, comment: Option<Comment<'a>>) {
        self.pending.extend(comment.map(Trivia::Comment));
    }

    /// Says whether nothing waits to be taken.
    pub(super) fn is_clear(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes everything that waits.
    pub(super) fn take_all(&mut self) -> Vec<Trivia<'a>> {
        self.pending.drain(..).collect()
    }

    /// Takes the comments that belong to a block which just ended: those in `column` or further in, up to the first that
    /// stands where the next thing does, or further out.
    pub(super) fn take_tail(&mut self, column: usize) -> Vec<Trivia<'a>> {
        self.gather();
        let is_last = self.byte().is_none() || self.is_at_mark("...");
        let least = if is_last || self.is_clear() { column } else { column.max(self.column() + 1) };
        let mut tail = Vec::new();
        loop {
            let at = usize::from(self.pending.front().is_some_and(Trivia::is_blank));
            match self.pending.get(at) {
                Some(Trivia::Comment(comment)) if comment.column >= least => {
                    tail.extend(self.pending.drain(..=at));
                }
                _ => return tail,
            }
        }
    }
}
