//! Where scalars end, and how their lines move when they are indented anew.
//!
//! **Invariant:** what a scalar says never changes: only blanks are touched that YAML does not count as part of it.

use super::syntax::BlockText;

/// Finds the end of a quoted scalar that begins at `at`.
pub(super) fn quoted_end(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(at)?;
    let mut end = at + 1;
    loop {
        match *bytes.get(end)? {
            b'\\' if quote == b'"' => end += 2,
            b'\'' if quote == b'\'' && bytes.get(end + 1) == Some(&b'\'') => end += 2,
            b if b == quote => return Some(end + 1),
            _ => end += 1,
        }
    }
}

/// Finds the end of `&name` or `*name`.
pub(super) fn name_end(text: &str, at: usize) -> usize {
    let stops = |c: char| c.is_ascii_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
    text[at..].find(stops).map_or(text.len(), |length| at + length)
}

/// Returns the lines of a plain or quoted scalar, each without the blanks that YAML folds away.
pub(super) fn lines(raw: &str) -> Vec<&str> {
    let is_double = raw.starts_with('"');
    let count = raw.split('\n').count();
    let line = |(number, line): (usize, &'_ str)| {
        let start = if number == 0 { 0 } else { line.len() - line.trim_start_matches([' ', '\t']).len() };
        let mut end = line.trim_end_matches([' ', '\t']).len().max(start);
        if number + 1 == count {
            return start..line.len();
        }
        let slashes = line[start..end].bytes().rev().take_while(|b| *b == b'\\').count();
        // `\ ` is a blank that counts.
        if is_double && slashes % 2 == 1 && end < line.len() {
            end += 1;
        }
        start..end
    };
    raw.split('\n').enumerate().map(|at| &at.1[line(at)]).collect()
}

/// Finds the end of a block text's header: the sign and its modifiers.
pub(super) fn header_end(text: &str, at: usize) -> usize {
    let is_modifier = |b: &u8| matches!(b, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9');
    at + text.as_bytes()[at..].iter().take_while(|b| is_modifier(b)).count()
}

/// Reads the lines of a block text from the line after its header, and returns where they end.
///
/// `parent` is the column of the key or dash it belongs to.
pub(super) fn block_text<'a>(
    text: &'a str,
    at: usize,
    header: &'a str,
    parent: usize,
) -> (BlockText<'a>, usize) {
    let digit = header.bytes().find(u8::is_ascii_digit).map(|b| usize::from(b - b'0'));
    let keeps_all = header.contains('+');
    let rest = &text[at..];
    let indent = match digit {
        Some(more) => parent + more,
        None => {
            let first = rest.split('\n').find(|line| !is_empty(line)).map(spaces);
            // Where nothing but blanks stands below the header, none of them counts.
            first.filter(|first| *first > parent).unwrap_or(usize::MAX)
        }
    };
    let mut block = BlockText { header, indent: digit, lines: Vec::new() };
    let (mut end, mut passed, mut kept) = (at, at, 0);
    for line in rest.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        let is_blank = is_empty(bare) && bare.len() <= indent;
        if !is_blank && spaces(bare) < indent {
            break;
        }
        passed += line.len();
        block.lines.push(if is_blank { "" } else { &bare[indent..] });
        if !is_blank || keeps_all {
            end = passed;
            kept = block.lines.len();
        }
    }
    block.lines.truncate(kept);
    (block, end)
}

fn spaces(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn is_empty(line: &str) -> bool {
    line.bytes().all(|b| b == b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_scalar_ends_at_its_own_quote() {
        for text in ["'it''s'", r#""a\"b""#, r#""a\\""#, "''"] {
            assert_eq!(quoted_end(&format!("{text} 'x' \"y\""), 0), Some(text.len()), "{text}");
        }
        assert_eq!(quoted_end("'it''s", 0), None);
    }

    #[test]
    fn the_lines_of_a_scalar_lose_only_blanks_that_are_folded_away() {
        assert_eq!(lines("one \n\n  two"), ["one", "", "two"]);
        assert_eq!(lines("\"one\\ \t\n two \""), ["\"one\\ ", "two \""]);
        assert_eq!(lines("\"one\\\\ \n two\""), ["\"one\\\\", "two\""]);
        assert_eq!(lines(" 'x"), [" 'x"]);
    }

    #[test]
    fn a_block_text_ends_where_a_line_stands_further_out() {
        let read = |text: &str, header| {
            let (block, end) = block_text(text, 0, header, 0);
            (block.lines.join("|"), text[end..].to_owned())
        };
        let text = "    a\n     b  \n   \n  # c\nd: 1\n";
        assert_eq!(read(text, "|"), ("a| b  ".to_owned(), "   \n  # c\nd: 1\n".to_owned()));
        assert_eq!(read("  a\n\n\nb: 1", "|+"), ("a||".to_owned(), "b: 1".to_owned()));
        assert_eq!(read("\n   a\n", "|2"), ("| a".to_owned(), String::new()));
        assert_eq!(read("# c\n", ">"), (String::new(), "# c\n".to_owned()));
    }
}
