//! Comments beside what they are about.
//!
//! **Invariant:** comments that stood in one column of a document stand in one column again, and each is at least as far
//! from the text as the nearest of them was. So a table of comments stays one when its lines move.

use std::collections::HashMap;

use super::syntax::Comment;

/// A line and the comment beside its end.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) text: String,
    pub(super) comment: Option<Comment<'a>>,
}

/// Writes the lines of one document.
pub(super) fn write(lines: &[Line<'_>], out: &mut String) {
    // By the column of old: the longest text, and the smallest gap.
    let mut columns: HashMap<usize, (usize, usize)> = HashMap::new();
    for line in lines {
        if let Some(comment) = line.comment {
            let (width, gap) = columns.entry(comment.column).or_insert((0, usize::MAX));
            *width = (*width).max(line.text.chars().count());
            *gap = (*gap).min(comment.gap.max(1));
        }
    }
    for line in lines {
        out.push_str(&line.text);
        if let Some(comment) = line.comment {
            let (width, gap) = columns[&comment.column];
            let blanks = width + gap - line.text.chars().count();
            out.extend(std::iter::repeat_n(' ', blanks));
            out.push_str(comment.text);
        }
        out.push('\n');
    }
}
