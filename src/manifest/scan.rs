//! A look at the bare text, for mistakes that a YAML parser would report as something else or not at all.
//!
//! **Invariant:** every line break of a text that passes is a line feed, alone or after a carriage return, so that
//! everybody counts the same lines.

use super::code::Code;
use super::diagnostic::{Findings, Span};

/// Reports what makes a text unfit for YAML; says whether there is any point in parsing it.
pub(super) fn is_readable(text: &str, findings: &Findings) -> bool {
    let fit = no_conflict(text, findings);
    let clean = no_control(text, findings);
    let honest = text.is_ascii() || no_deception(text, findings);
    fit && clean && honest
}

/// Finds what Git leaves behind where two changes met.
fn no_conflict(text: &str, findings: &Findings) -> bool {
    const MARK: &str = "<<<<<<< ";
    let at = if text.starts_with(MARK) { Some(0) } else { text.find("\n<<<<<<< ").map(|at| at + 1) };
    let Some(at) = at else { return true };
    let span = span_at(text, at, 7);
    let message = "a merge conflict was left here";
    findings.report(Code::ConflictMarker, span, message, "keep what is right, and remove the marks");
    false
}

/// Finds control characters, also a carriage return on its own.
fn no_control(text: &str, findings: &Findings) -> bool {
    let bytes = text.as_bytes();
    let stray = |(at, b): (usize, &u8)| match b {
        b'\n' | b'\t' => false,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        b => *b < 0x20 || *b == 0x7f,
    };
    let Some(at) = bytes.iter().enumerate().position(stray) else {
        return true;
    };
    let (message, hint) = match bytes[at] {
        b'\r' => (
            "a carriage return (U+000D) stands here without a line feed".to_owned(),
            "end lines with a line feed, or with both",
        ),
        b => (format!("the control character U+{b:04X} does not belong in a manifest"), "remove it"),
    };
    findings.report(Code::ForbiddenCharacter, span_at(text, at, 1), message, hint);
    false
}

/// Finds characters by which a line shows something else than it says: what turns its direction, what some YAML readers
/// take for its end, and blanks that look like an indentation and are none.
fn no_deception(text: &str, findings: &Findings) -> bool {
    let mut clean = true;
    for (number, line) in text.split('\n').enumerate().filter(|(_, line)| !line.is_ascii()) {
        let indent = line.chars().position(|c| !c.is_whitespace()).unwrap_or(usize::MAX);
        let mut characters = line.chars().enumerate().filter(|(_, c)| !c.is_ascii());
        let found = characters.find_map(|(at, c)| deception(c, at < indent).map(|words| (at, words)));
        let Some((at, (message, hint))) = found else { continue };
        clean = false;
        let span = Span { line: number + 1, column: at + 1, length: 1 };
        findings.report(Code::ForbiddenCharacter, span, message, hint);
    }
    clean
}

/// Says what is wrong with a character, in the indentation of a line or after it.
fn deception(c: char, in_indent: bool) -> Option<(String, &'static str)> {
    let code = u32::from(c);
    Some(match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => (
            format!("the character U+{code:04X} makes this line look like another"),
            "remove it: what a reviewer sees should be what is bought",
        ),
        '\u{85}' | '\u{2028}' | '\u{2029}' => (
            format!("the character U+{code:04X} ends the line for some YAML readers, and for others not"),
            "replace it by a line feed, or remove it",
        ),
        '\u{80}'..='\u{9f}' => {
            (format!("the control character U+{code:04X} does not belong in a manifest"), "remove it")
        }
        '\u{feff}' => (
            "an invisible byte order mark (U+FEFF) stands inside the file".to_owned(),
            "remove it: there may be one at the very beginning, and nowhere else",
        ),
        _ if in_indent && c.is_whitespace() => {
            (format!("the line is indented with U+{code:04X}, which is not a space"), "replace it by a space")
        }
        _ => return None,
    })
}

fn span_at(text: &str, at: usize, length: usize) -> Span {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Span {
        line: before.bytes().filter(|b| *b == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        length,
    }
}
