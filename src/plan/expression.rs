//! One expression that selects orders: how it is written, and which orders it is about.
//!
//! `contoso-*` is a name; `name=…`, `customer=…` and `label.KEY=…` say what is looked at, `!=` turns it round, `,` is
//! "and". `*` stands for any characters, `?` for one, `\` takes the next character as it is.
//!
//! **Invariant:** an expression is shown ([`Display`](fmt::Display)) as a text that is read as the same expression, and
//! two that differ in no more than spelling or order are the same.

mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use read::{LONGEST_EXPRESSION, Mistake, MistakeKind};

use crate::domain::{CustomerId, OrderName};

/// What orders have to be, all of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expression(BTreeSet<Term>);

/// One thing that an order has to be, or must not be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// What is looked at.
    pub key: Key,
    /// Whether it has to be so (`=`), or must not (`!=`).
    pub is: bool,
    /// What it is compared with.
    pub pattern: Pattern,
}

/// What of an order is looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Its name.
    Name,
    /// Its customer, by name or tenant id.
    Customer,
    /// The label of this name.
    Label(String),
}

/// A text with wildcards.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(Vec<Sign>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sign {
    /// This character.
    Just(char),
    /// Any one character.
    One,
    /// Any characters, or none.
    Any,
}

/// What an expression is held against.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The order's name.
    pub name: &'a OrderName,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_names: &'a BTreeSet<&'a str>,
    /// The labels; none where there is no manifest.
    pub labels: &'a BTreeMap<String, String>,
}

impl Expression {
    /// Returns what an order has to be, all of it.
    pub fn terms(&self) -> impl Iterator<Item = &Term> {
        self.0.iter()
    }

    /// Says whether an order is all that it has to be.
    #[must_use]
    pub fn fits(&self, subject: &Subject<'_>) -> bool {
        self.0.iter().all(|term| term.finds(subject) == term.is)
    }
}

impl Term {
    /// Says whether an order has what the pattern describes, whichever operator stands before it.
    #[must_use]
    pub fn finds(&self, subject: &Subject<'_>) -> bool {
        match &self.key {
            Key::Name => self.pattern.fits(subject.name.as_str()),
            Key::Customer => {
                subject.customer_names.iter().any(|name| self.pattern.fits(name))
                    || self.pattern.fits(&subject.customer_id.to_string())
            }
            Key::Label(key) => subject.labels.get(key).is_some_and(|value| self.pattern.fits(value)),
        }
    }
}

impl Pattern {
    /// Says whether a text is what it describes. It costs no more than the product of both lengths.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let (signs, text) = (&self.0, text.chars().collect::<Vec<_>>());
        let (mut sign, mut at) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while at < text.len() {
            match signs.get(sign) {
                Some(Sign::Any) => {
                    back = Some((sign, at));
                    sign += 1;
                }
                Some(Sign::One) => (sign, at) = (sign + 1, at + 1),
                Some(Sign::Just(c)) if *c == text[at] => (sign, at) = (sign + 1, at + 1),
                // The last `*` takes one character more, and what follows it is tried again.
                _ => match back {
                    Some((any, from)) => {
                        back = Some((any, from + 1));
                        (sign, at) = (any + 1, from + 1);
                    }
                    None => return false,
                },
            }
        }
        signs[sign..].iter().all(|sign| *sign == Sign::Any)
    }

    /// Returns what texts that it describes begin with, up to the first wildcard.
    #[must_use]
    pub fn beginning(&self) -> String {
        let just = |sign: &Sign| if let Sign::Just(c) = sign { Some(*c) } else { None };
        self.0.iter().map_while(just).collect()
    }

    /// Says whether it stands for one text only.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.0.iter().all(|sign| matches!(sign, Sign::Just(_)))
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, term) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str(",")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.key, if self.is { "=" } else { "!=" }, self.pattern)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Customer => f.write_str("customer"),
            Self::Label(key) => {
                f.write_str("label.")?;
                let signs: Vec<Sign> = key.chars().map(Sign::Just).collect();
                write_escaped(f, signs.into_iter())
            }
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_escaped(f, self.0.iter().copied())
    }
}

/// Writes characters so that none of them is taken for a sign of the grammar.
fn write_escaped(f: &mut fmt::Formatter<'_>, signs: impl ExactSizeIterator<Item = Sign>) -> fmt::Result {
    let last = signs.len().saturating_sub(1);
    for (at, sign) in signs.enumerate() {
        match sign {
            Sign::Any => f.write_str("*")?,
            Sign::One => f.write_str("?")?,
            Sign::Just(c) if r"\*?,=!".contains(c) => write!(f, "\\{c}")?,
            // Blanks around a text are not a part of it.
            Sign::Just(c) if c.is_whitespace() && (at == 0 || at == last) => write!(f, "\\{c}")?,
            Sign::Just(c) => write!(f, "{c}")?,
        }
    }
    Ok(())
}
