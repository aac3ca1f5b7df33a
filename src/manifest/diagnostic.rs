//! One thing that is wrong with the manifests, as a plain value.
//!
//! **Invariant:** nothing here prints or colours; [`render`](super::render) does, and the JSON of it belongs to the
//! views. Texts from files stand in messages only through [`quoted`], which makes them harmless.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::code::{Code, Severity};
use crate::domain::is_harmful;

/// What is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code; its severity is [`Diagnostic::severity`].
    pub code: Code,
    /// What is wrong: lower case, no final period, one line.
    pub message: String,
    /// The way out, where one is known.
    pub hint: Option<String>,
    /// Where it is wrong.
    pub region: Region,
    /// Other places that belong to it, such as the first of two.
    pub related: Vec<Related>,
}

/// A place that belongs to a diagnostic, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub region: Region,
    /// What is there, in a few words.
    pub message: String,
}

/// A stretch of a file, or all of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    /// The file, as it was named or found.
    pub file: Arc<str>,
    /// Where in it; `None` means the file itself.
    pub span: Option<Span>,
}

/// A stretch of one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters from 1.
    pub column: usize,
    /// The length in characters; may reach beyond the end of the line.
    pub length: usize,
}

impl Diagnostic {
    /// Makes a diagnostic without hint or related places.
    #[must_use]
    pub fn new(code: Code, region: Region, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, region, related: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn related(mut self, region: Region, message: impl Into<String>) -> Self {
        self.related.push(Related { region, message: message.into() });
        self
    }

    /// Returns how bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

impl Region {
    /// Names a whole file.
    #[must_use]
    pub fn file(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), span: None }
    }
}

/// The most errors of one file that are shown: nobody reads more, and a file of nothing else shall not cost more.
pub(super) const MAX_ERRORS: usize = 100;

/// Keeps the first errors of each file, of diagnostics in their order, and says where the rest begins.
pub(crate) fn shorten(found: &mut Vec<Diagnostic>) {
    let mut errors = 0;
    let mut file: Option<Arc<str>> = None;
    found.retain_mut(|diagnostic| {
        if file.as_ref() != Some(&diagnostic.region.file) {
            file = Some(Arc::clone(&diagnostic.region.file));
            errors = 0;
        }
        if diagnostic.severity() == Severity::Warning {
            return true;
        }
        errors = if diagnostic.code == Code::TooManyProblems { errors.max(MAX_ERRORS) } else { errors } + 1;
        if errors == MAX_ERRORS + 1 {
            *diagnostic = more_than_shown(diagnostic.region.clone());
        }
        errors <= MAX_ERRORS + 1
    });
}

/// Says that there are more errors from here on.
pub(super) fn more_than_shown(region: Region) -> Diagnostic {
    let message = format!("this file has more than {MAX_ERRORS} errors; from here on they are not shown");
    Diagnostic::new(Code::TooManyProblems, region, message).hint("put the ones above right, and look again")
}

/// The diagnostics of one file as they are found.
#[derive(Debug)]
pub(crate) struct Findings {
    file: Arc<str>,
    found: RefCell<Vec<Diagnostic>>,
    errors: Cell<usize>,
}

impl Findings {
    pub(crate) fn of(file: &Arc<str>) -> Self {
        Self { file: Arc::clone(file), found: RefCell::new(Vec::new()), errors: Cell::new(0) }
    }

    pub(crate) fn file(&self) -> &Arc<str> {
        &self.file
    }

    pub(crate) fn at(&self, span: Span) -> Region {
        Region { file: Arc::clone(&self.file), span: Some(span) }
    }

    /// Adds a diagnostic; of errors only as many as are shown, and one more that says so.
    pub(crate) fn add(&self, diagnostic: Diagnostic) {
        let mut found = self.found.borrow_mut();
        if diagnostic.severity() == Severity::Warning {
            found.push(diagnostic);
            return;
        }
        match self.errors.get() {
            errors if errors < MAX_ERRORS => found.push(diagnostic),
            MAX_ERRORS => found.push(more_than_shown(diagnostic.region)),
            _ => return,
        }
        self.errors.set(self.errors.get() + 1);
    }

    /// Says whether no further error would be shown.
    pub(crate) fn is_full(&self) -> bool {
        self.errors.get() > MAX_ERRORS
    }

    pub(crate) fn report(&self, code: Code, span: Span, message: impl Into<String>, hint: impl Into<String>) {
        self.add(Diagnostic::new(code, self.at(span), message).hint(hint));
    }

    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }
}

/// The most characters of a text from outside in a message.
const QUOTED: usize = 64;

/// Writes text from outside between backticks, on one line, shortened and harmless.
pub(super) fn quoted(text: &str) -> String {
    quoted_with(text, |_| false)
}

fn quoted_with(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut out = String::from("`");
    let mut characters = text.chars();
    for c in characters.by_ref().take(QUOTED) {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '`' => out.push('\''),
            c if is_harmful(c) || is_escaped(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    if characters.next().is_some() {
        out.push('…');
    }
    out.push('`');
    out
}

/// Writes a text of which only ASCII is taken, as [`quoted`] does; letters and digits of other scripts among ASCII ones
/// stand there as what they are, so that `cоntoso` and `contoso` can be told apart.
pub(crate) fn spelt(text: &str) -> String {
    let escape = has_lookalikes(text);
    quoted_with(text, |c| escape && is_lookalike(c))
}

/// Asks whether something else was meant; says so where letters only look like it.
pub(super) fn did_you_mean(text: &str, meant: &str) -> String {
    match text.chars().find(|c| has_lookalikes(text) && is_lookalike(*c)) {
        Some(c) if is_harmful(c) => {
            format!("did you mean `{meant}`, without the invisible U+{:04X}?", u32::from(c))
        }
        Some(c) => {
            format!("did you mean `{meant}`? U+{:04X} is another letter than it looks like", u32::from(c))
        }
        None => format!("did you mean `{meant}`?"),
    }
}

/// Says whether letters of other scripts stand among ASCII ones, or digits that are none of ASCII's.
fn has_lookalikes(text: &str) -> bool {
    let digits = text.chars().any(|c| c.is_numeric() && !c.is_ascii());
    digits || (text.chars().any(|c| c.is_ascii_alphanumeric()) && text.chars().any(is_lookalike))
}

/// Latin letters with accents look like nothing else; all others beyond ASCII may.
fn is_lookalike(c: char) -> bool {
    let is_latin = matches!(c, '\u{c0}'..='\u{17f}') && !matches!(c, 'ı' | 'ĸ' | 'ſ' | '×' | '÷');
    !c.is_ascii() && !is_latin
}

/// Names the choices, each between backticks: `` `a`, `b` or `c` ``.
pub(super) fn choices<'a>(all: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<String> = all.into_iter().map(|one| format!("`{one}`")).collect();
    let last = all.pop().unwrap_or_default();
    if all.is_empty() { last } else { format!("{} or {last}", all.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_one_short_harmless_line() {
        assert_eq!(quoted("a\nb\u{202e}c`"), "`a\\nb\\u{202e}c'`");
        assert_eq!(quoted(&"x".repeat(1000)).chars().count(), 67);
    }

    #[test]
    fn letters_that_only_look_alike_can_be_told_apart() {
        assert_eq!(spelt("c\u{43e}ntoso"), "`c\\u{43e}ntoso`");
        assert_eq!(spelt("\u{ff15}"), "`\\u{ff15}`");
        for honest in ["contoso", "größe", "микрософт", "微软", "Käse 5"] {
            assert_eq!(spelt(honest), format!("`{honest}`"));
        }
        let hint = did_you_mean("\u{441}ustomerId", "customerId");
        assert_eq!(hint, "did you mean `customerId`? U+0441 is another letter than it looks like");
    }
}
