//! Diagnostics for a pull request: the verdict, and a table of what is wrong where.
//!
//! **Invariant:** as in [`markdown`](crate::view::markdown): every text of others stands in a code span that it cannot
//! leave. A message that is more than words and quotations stands in one altogether.

use super::{Check, place};
use crate::manifest::Diagnostic;
use crate::view::markdown::{cell, code};
use crate::view::text::{count, shorten};

/// The most rows: a comment on GitHub has room for 65536 characters.
const MOST: usize = 100;
/// The most characters of a message that a person reads.
const LONGEST: usize = 200;

/// Returns the verdict that is given, and the table.
pub(in crate::view) fn report(check: &Check<'_>, verdict: &str) -> String {
    let mut text = format!("**{verdict}**\n");
    let all = &check.loaded().diagnostics;
    if all.is_empty() {
        return text;
    }
    text.push_str("\n| | where | what | hint |\n|---|---|---|---|\n");
    text.extend(all.iter().take(MOST).map(row));
    if all.len() > MOST {
        let more = count(all.len() - MOST, "more row");
        text.push_str(&format!("\nThere would be {more}: `orderform validate` shows everything\n"));
    }
    text
}

fn row(diagnostic: &Diagnostic) -> String {
    let mut what = prose(&diagnostic.message);
    for related in &diagnostic.related {
        let at = code(&place(&related.region, &related.region.file));
        what.push_str(&format!("<br>{}: {at}", prose(&related.message)));
    }
    let at = code(&place(&diagnostic.region, &diagnostic.region.file));
    let hint = diagnostic.hint.as_deref().map(prose).unwrap_or_default();
    let kind = format!("{} `{}`", diagnostic.severity(), diagnostic.code);
    format!("| {kind} | {} | {} | {} |\n", cell(&at), cell(&what), cell(&hint))
}

/// Sets the quotations of a message in code spans. Where the words around them could be markup, all of it.
fn prose(message: &str) -> String {
    let message = shorten(message, LONGEST);
    let parts: Vec<&str> = message.split('`').collect();
    let is_plain =
        |words: &&str| words.chars().all(|c| c.is_alphanumeric() || " .,:;?'\"()/+-=…".contains(c));
    let are_paired = parts.len() % 2 == 1;
    if !are_paired || !parts.iter().step_by(2).all(is_plain) {
        return code(&message);
    }
    let quotations = parts.iter().enumerate().map(|(at, part)| match at % 2 {
        0 => (*part).to_owned(),
        _ => code(part),
    });
    quotations.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_become_code_and_words_stay_words() {
        assert_eq!(prose("not `a|b`, did you mean `b`?"), "not `a|b`, did you mean `b`?");
        assert_eq!(prose("unknown key `a_b`"), "unknown key `a_b`");
        assert_eq!(prose("a quantity is at least 1"), "a quantity is at least 1");
    }

    #[test]
    fn whatever_could_be_markup_is_code_altogether() {
        assert_eq!(prose("<img> @all"), "`<img> @all`");
        assert_eq!(prose("half `open"), "``half `open``");
        assert_eq!(prose("`x`"), "`x`");
    }
}
