//! Text on its way to a screen: made harmless, measured, padded, wrapped; numbers and durations in words.
//!
//! Names come from manifests and descriptions from servers. Whatever goes through [`escape`] can neither move a
//! terminal's cursor, nor show as other than it is, nor be taken for a command by the runner of a CI pipeline.
//!
//! **Invariant:** ids are never shortened. What [`wrap`] returns has no line that begins with a text of others.

use std::time::Duration;

use unicode_width::UnicodeWidthStr;

use crate::domain::is_harmful;

/// The most characters of a name that a person reads; JSON has all of them.
pub(super) const LONGEST_NAME: usize = 60;

/// The most characters of a reason or a value that a person reads.
pub(super) const LONGEST_TEXT: usize = 400;

/// Writes what could do harm as `\u{…}`: control and bidirectional characters, and what CI runners listen to: `##[` and
/// `##vso[` anywhere in a line, `::` at its beginning, behind blanks too.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut before = ' ';
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let twice = c == '#' && before == '#';
        let command = c == ':' && before.is_whitespace() && characters.peek() == Some(&':');
        let odd_blank = c.is_whitespace() && c != ' ';
        match c {
            c if is_harmful(c) || twice || command || odd_blank => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
        before = c;
    }
    safe
}

/// Keeps so many characters of a text that is not an id.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Returns how many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Fills a text up to so many columns.
pub(super) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Fills a text up to so many columns on its left.
pub(super) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Returns `1 order`, `2 orders`.
pub(super) fn plural(count: impl Into<u64>, noun: &str) -> String {
    match count.into() {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// Returns `1 order`, `2 orders` for what was counted in memory.
pub(super) fn count(count: usize, noun: &str) -> String {
    plural(u64::try_from(count).unwrap_or(u64::MAX), noun)
}

/// Returns `37 s`, `29 min`, `2 h 5 min`: rounded up, because people wait for as long as they are told.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_millis().div_ceil(1000).max(1);
    let minutes = seconds.div_ceil(60);
    match (seconds, minutes / 60, minutes % 60) {
        (..120, ..) => format!("{seconds} s"),
        (_, 0, _) => format!("{minutes} min"),
        (_, hours, 0) => format!("{hours} h"),
        (_, hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Breaks a text into lines of at most so many columns, each behind the indentation. It breaks at blanks only, and
/// never within backticks, so that a command can be copied.
pub(crate) fn wrap(text: &str, columns: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in unbroken(text) {
        let wanted = width(indent) + width(&line) + 1 + width(&word);
        if !line.is_empty() && wanted > columns {
            lines.push(format!("{indent}{line}"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(format!("{indent}{line}"));
    lines
}

/// Breaks a list into lines of at most so many columns, behind commas and semicolons only.
pub(super) fn wrap_list(text: &str, columns: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for part in text.split_inclusive([',', ';']) {
        let line = lines.last_mut().expect("it begins with a line, and lines are only added");
        if !line.is_empty() && width(line) + width(part) > columns {
            lines.push(part.trim_start().to_owned());
        } else {
            line.push_str(part);
        }
    }
    lines
}

/// Splits a text at blanks outside of backticks.
fn unbroken(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        open ^= word.matches('`').count() % 2 == 1;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_harmful_survives_and_everything_else_does() {
        assert_eq!(escape("Büro Müller 日本 (E3) #1 a::b"), "Büro Müller 日本 (E3) #1 a::b");
        assert_eq!(escape("\u{1b}[2J\r\n\t\u{202e}x"), "\\u{1b}[2J\\u{d}\\u{a}\\u{9}\\u{202e}x");
        assert_eq!(escape("::set-env x ::y"), "\\u{3a}:set-env x \\u{3a}:y");
        assert_eq!(escape("a ##vso[x] ##[y] ###"), "a #\\u{23}vso[x] #\\u{23}[y] #\\u{23}\\u{23}");
        assert_eq!(escape("a\u{a0}b"), "a\\u{a0}b");
    }

    proptest::proptest! {
        #[test]
        fn whatever_comes_in_nothing_harmful_goes_out(text in "(?s)[ -~#:\\PC\\x00-\\x1f\u{80}-\u{9f}\u{200b}-\u{206f}]*") {
            for line in wrap(&escape(&text), 20, "  ") {
                proptest::prop_assert!(!line.chars().any(is_harmful));
                proptest::prop_assert!(!line.contains("##") && !line.trim_start().starts_with("::"), "{line}");
            }
        }
    }

    #[test]
    fn durations_are_rounded_up() {
        let texts = [0, 37_000, 37_001, 119_000, 120_000, 1_740_001, 7_200_000, 7_500_000]
            .map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(texts, ["1 s", "37 s", "38 s", "119 s", "2 min", "30 min", "2 h", "2 h 5 min"]);
    }

    #[test]
    fn lines_break_at_blanks_and_never_within_backticks() {
        let lines = wrap("run `orderform settle a --not-bought` then go on", 20, "  ");
        assert_eq!(lines, ["  run", "  `orderform settle a --not-bought`", "  then go on"]);
        assert_eq!(wrap("", 10, "  "), ["  "]);
    }

    #[test]
    fn lists_break_between_their_parts() {
        assert_eq!(
            wrap_list("3 orders created, 1 in doubt; 2 reads", 20),
            ["3 orders created,", "1 in doubt; 2 reads"]
        );
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(
            [count(0, "order"), count(1, "seat"), count(2, "seat")],
            ["0 orders", "1 seat", "2 seats"]
        );
    }
}
