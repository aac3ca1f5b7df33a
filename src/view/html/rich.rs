//! Words with names and code in them, set as elements.
//!
//! The words for plans are written once for every medium, as texts. In a page, what is set off in them stands between
//! control characters, which [`rich`] turns into elements.
//!
//! **Invariant:** nobody's text holds such a character, because [`escape`] rewrites every one of them; and every piece
//! goes through the escaping of the templates all the same. So no text of others ever becomes an element.

use maud::{Markup, html};

use crate::view::text::escape;

/// Around what can be copied.
const CODE: [char; 2] = ['\u{1}', '\u{2}'];
/// Around a text of others, which may run from right to left.
const ISOLATED: [char; 2] = ['\u{3}', '\u{4}'];

/// Sets off what can be copied: names, ids, commands, fields.
pub(in crate::view) fn code(text: &str) -> String {
    format!("{}{}{}", CODE[0], escape(text), CODE[1])
}

/// Sets a text of others apart, so that its direction turns nothing around it.
pub(in crate::view) fn isolated(text: &str) -> String {
    format!("{}{}{}", ISOLATED[0], escape(text), ISOLATED[1])
}

/// Sets words as elements that begin like a sentence; a name or a command that they begin with stays as it is.
pub(super) fn sentence(text: &str) -> Markup {
    rich(&capital(text))
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// What a piece of words is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::view) enum Piece {
    /// Words of ours.
    Words,
    /// What can be copied.
    Code,
    /// A text of others.
    Isolated,
}

/// Takes words apart, for whatever sets them; no piece is empty.
pub(in crate::view) fn pieces(text: &str) -> Vec<(Piece, String)> {
    let mut pieces = Vec::new();
    let mut kind = Piece::Words;
    let mut piece = String::new();
    for c in text.chars() {
        let next = match c {
            c if c == CODE[0] => Piece::Code,
            c if c == ISOLATED[0] => Piece::Isolated,
            c if c == CODE[1] || c == ISOLATED[1] => Piece::Words,
            c => {
                piece.push(c);
                continue;
            }
        };
        pieces.push((kind, std::mem::take(&mut piece)));
        kind = next;
    }
    pieces.push((kind, piece));
    pieces.retain(|(_, piece)| !piece.is_empty());
    pieces
}

/// Sets words as elements.
pub(super) fn rich(text: &str) -> Markup {
    html! {
        @for (kind, piece) in pieces(text) {
            @match kind {
                Piece::Code => code { (piece) },
                Piece::Isolated => bdi { (piece) },
                Piece::Words => (piece),
            }
        }
    }
}

/// Sets a message that was written for a terminal, as a sentence: what stands between backticks is code.
pub(super) fn message(text: &str) -> Markup {
    let safe = capital(&escape(text));
    let pieces: Vec<&str> = safe.split('`').collect();
    let is_paired = pieces.len() % 2 == 1;
    html! {
        @if is_paired {
            @for (at, piece) in pieces.iter().enumerate().filter(|(_, piece)| !piece.is_empty()) {
                @if at % 2 == 1 { code { (piece) } } @else { (piece) }
            }
        } @else {
            (safe)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_off_becomes_an_element_and_everything_is_escaped() {
        let words = format!("put {} back, {}", code("a<b"), isolated("\"x\" & y"));
        let expected = "put <code>a&lt;b</code> back, <bdi>&quot;x&quot; &amp; y</bdi>";
        assert_eq!(rich(&words).into_string(), expected);
        assert_eq!(rich("").into_string(), "");
    }

    #[test]
    fn a_sentence_begins_with_a_capital_and_a_name_keeps_its_letters() {
        assert_eq!(sentence("undo it").into_string(), "Undo it");
        assert_eq!(sentence(&format!("{} is there", code("a"))).into_string(), "<code>a</code> is there");
        assert_eq!(message("`a` is there").into_string(), "<code>a</code> is there");
    }

    #[test]
    fn nobodys_text_sets_anything_off() {
        for text in ["\u{1}x\u{2}", "\u{2}\u{1}", "</code><script>", "\u{4}\u{3}"] {
            let set = rich(&format!("{} {}", code(text), isolated(text))).into_string();
            assert_eq!(set.matches("<code>").count(), 1, "{set}");
            assert_eq!(set.matches("<bdi>").count(), 1, "{set}");
            assert!(!set.contains(char::is_control) && !set.contains("<script"), "{set}");
        }
    }

    #[test]
    fn a_message_has_its_code_between_backticks() {
        assert_eq!(message("no `<a>` in `b`").into_string(), "No <code>&lt;a&gt;</code> in <code>b</code>");
        assert_eq!(message("one ` alone\n").into_string(), "One ` alone\\u{a}");
    }
}
