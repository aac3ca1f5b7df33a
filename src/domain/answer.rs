//! What came back of one send: facts, not yet judged. [`protocol::classify`](crate::protocol::classify) judges.

use std::fmt;
use std::time::Duration;

use super::observed::ObservedOrder;
use super::sign_in::SignInRefused;

/// What came back of one POST.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// No byte of the request left this machine, for this reason: name look-up, connecting, TLS.
    NotSent(NotSent),
    /// No byte of the request left, because we are not signed in and cannot be.
    NotSignedIn(SignInRefused),
    /// A whole 401 in Partner Center's own words, which bought nothing. Since then somebody has signed in anew, so that the
    /// same would be sent with another token.
    SignInRenewed(ServiceError),
    /// The request left or may have left, and no whole answer came: timeout, reset, cut body.
    Lost(Excerpt),
    /// A whole answer.
    Response {
        /// The HTTP status.
        status: u16,
        /// `Retry-After`, as a wait from now.
        retry_after: Option<Duration>,
        /// What the body was.
        body: AnswerBody,
    },
}

/// Why a request never left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSent(pub Excerpt);

/// What the body of an answer was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerBody {
    /// An order.
    Order(Box<ObservedOrder>),
    /// Partner Center's own error: `{"code":…,"description":…}`.
    Error(ServiceError),
    /// The throttle gateway's: `{"statusCode":429,"message":…}`.
    Throttled(Excerpt),
    /// Anything else: what it began with, or what was wrong with it.
    Unreadable(Excerpt),
}

/// Partner Center's own error. Codes are not unique: they mean something only beside the status ("Error codes").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status it came with.
    pub status: u16,
    /// The code; documented as text, a number on the wire.
    pub code: String,
    /// The description, localised by `X-Locale`: to be shown, never to be matched.
    pub description: Excerpt,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}: {}", self.status, self.code, self.description)
    }
}

/// Text from outside, shortened and made harmless: no control or bidirectional characters, at most 300 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// The most characters that are kept.
    pub const LIMIT: usize = 300;

    /// Keeps the beginning of a text and writes what could move a terminal as `\u{…}`. The excerpt of an excerpt is
    /// the same one, so that it survives being recorded.
    #[must_use]
    pub fn of(text: &str) -> Self {
        // As nearly all of them are.
        if text.len() <= Self::LIMIT && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Self(text.to_owned());
        }
        let mut kept = String::with_capacity(text.len().min(Self::LIMIT));
        let mut room = Self::LIMIT;
        for c in text.chars() {
            let escaped: String = match c {
                '\n' | '\r' | '\t' => ' '.into(),
                c if is_harmful(c) => c.escape_unicode().collect(),
                c => c.into(),
            };
            let taken = escaped.chars().count();
            if taken > room {
                kept.push('…');
                break;
            }
            room -= taken;
            kept.push_str(&escaped);
        }
        Self(kept)
    }

    /// Keeps the beginning of an error with all its causes.
    #[must_use]
    pub fn with_causes(error: &dyn std::error::Error) -> Self {
        let causes = std::iter::successors(Some(error), |error| error.source());
        Self::of(&causes.map(ToString::to_string).collect::<Vec<_>>().join(": "))
    }

    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Says whether a character could move a terminal's cursor, or show a text as other than it is: control characters, and
/// those of Unicode that show nothing (joiners, fillers, tags, selectors beyond those of pictures) or turn a text around.
#[must_use]
pub fn is_harmful(c: char) -> bool {
    let invisible = matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}'
        | '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    c.is_control() || invisible
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_short_and_cannot_move_a_terminal() {
        let text = Excerpt::of("a\u{1b}[2Jb\u{202e}c\r\n");
        assert_eq!(text.as_str(), "a\\u{1b}[2Jb\\u{202e}c  ");
        assert_eq!(Excerpt::of(&"x".repeat(5000)).as_str().chars().count(), Excerpt::LIMIT + 1);
    }

    #[test]
    fn the_excerpt_of_an_excerpt_is_the_same() {
        for text in ["short", &"x".repeat(301), &"\u{1b}".repeat(300), &"x\u{202e}…".repeat(200)] {
            let once = Excerpt::of(text);
            assert_eq!(once, Excerpt::of(once.as_str()), "{text}");
        }
    }
}
