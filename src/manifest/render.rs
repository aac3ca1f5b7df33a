//! Diagnostics for people: with the source line and a caret, or in one line.
//!
//! **Invariant:** what comes out can be printed as it is, in the log of a build server too. Characters that could do harm
//! are replaced one for one, so that the caret still points at the right column.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::code::Severity;
use super::diagnostic::{Diagnostic, Region, Span};
use super::sources::Sources;
use crate::domain::is_harmful;

/// The longest line that is shown; of a longer one only the place is.
const MAX_LINE: usize = 1000;
/// The most lines between two places that are shown in one piece.
const MAX_GAP: usize = 200;
/// The most bytes of a piece of more than one line.
const MAX_PIECE: usize = 16 * 1024;

/// Renders a diagnostic with its source lines, ending in a newline; `colour` adds ANSI styles.
#[must_use]
pub fn human(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let level = match diagnostic.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    for piece in pieces(diagnostic, sources) {
        group = match piece {
            Piece::Lines(lines) => group.element(lines.snippet()),
            Piece::Place(origin) => group.element(origin),
        };
    }
    if let Some(hint) = &diagnostic.hint {
        group = group.element(Level::HELP.with_name("hint").message(hint.as_str()));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = without_commands(&renderer.render(&[group]));
    text.push('\n');
    text
}

/// Breaks what build servers obey: `##[…]`, `##vso[…]` and the like anywhere in a line, `::` at its beginning, behind blanks too.
/// Characters are replaced one for one, and lines stay as many.
pub(crate) fn without_commands(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let command = line.trim_start();
        match command.strip_prefix("::") {
            // `::: file` is how a second file is pointed at; no runner has a command `:`.
            Some(rest) if !rest.starts_with(": ") => {
                let blanks = &line[..line.len() - command.len()];
                without_bracketed(&format!("{blanks}\u{fffd}:{rest}"))
            }
            _ => without_bracketed(line),
        }
    });
    lines.collect()
}

/// Breaks `##[…]`, `##vso[…]` and `##teamcity[…]`.
fn without_bracketed(text: &str) -> String {
    let is_command = |rest: &str| {
        let rest = rest.trim_start_matches('#');
        rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
    };
    let mut safe = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("##") {
        let (before, command) = rest.split_at(at + 1);
        safe.push_str(before);
        safe.push(if is_command(command) { '\u{fffd}' } else { '#' });
        rest = &command[1..];
    }
    safe + rest
}

/// Renders a diagnostic as `file:line:column: error[OF0101]: message`, without a newline.
#[must_use]
pub fn short(diagnostic: &Diagnostic) -> String {
    let Region { file, span } = &diagnostic.region;
    let place = span.map_or(String::new(), |span| format!(":{}:{}", span.line, span.column));
    format!("{file}{place}: {}[{}]: {}", diagnostic.severity(), diagnostic.code, diagnostic.message)
}

/// A run of lines with marks.
struct Lines {
    file: String,
    first: usize,
    text: String,
    marks: Vec<(AnnotationKind, std::ops::Range<usize>, String)>,
}

enum Piece {
    Lines(Lines),
    Place(Origin<'static>),
}

impl Lines {
    fn snippet(self) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
        let marks = self.marks.into_iter().map(|(kind, range, label)| {
            let mark = kind.span(range);
            if label.is_empty() { mark } else { mark.label(label) }
        });
        let marks: Vec<_> = marks.collect();
        Snippet::source(self.text).line_start(self.first).path(self.file).annotations(marks)
    }
}

/// Puts the places of a diagnostic into pieces: those of one file that are near each other into one.
fn pieces(diagnostic: &Diagnostic, sources: &Sources) -> Vec<Piece> {
    let primary = (AnnotationKind::Primary, &diagnostic.region, "");
    let related = diagnostic.related.iter();
    let related = related.map(|one| (AnnotationKind::Context, &one.region, one.message.as_str()));
    let places: Vec<_> = std::iter::once(primary).chain(related).collect();
    let spans = || places.iter().filter_map(|(_, region, _)| region.span);
    let (first, last) =
        (spans().map(|span| span.line).min().unwrap_or(0), spans().map(|span| span.line).max().unwrap_or(0));
    let one_file = places.iter().all(|(_, region, _)| region.file == diagnostic.region.file);
    if one_file && last - first <= MAX_GAP && is_short(&diagnostic.region.file, first..=last, sources) {
        return vec![piece(&places, first..=last, sources)];
    }
    let each = places.iter().map(|place| {
        let line = place.1.span.map_or(0, |span| span.line);
        piece(std::slice::from_ref(place), line..=line, sources)
    });
    each.collect()
}

/// Says whether lines are few bytes: many diagnostics about long lines shall not each copy them all.
fn is_short(file: &str, lines: std::ops::RangeInclusive<usize>, sources: &Sources) -> bool {
    lines.map(|line| sources.line(file, line).map_or(0, str::len)).sum::<usize>() <= MAX_PIECE
}

fn piece(
    places: &[(AnnotationKind, &Region, &str)],
    range: std::ops::RangeInclusive<usize>,
    sources: &Sources,
) -> Piece {
    let region = places[0].1;
    let first = *range.start();
    let mut text = String::new();
    let mut starts = Vec::new();
    for line in range {
        let Some(line) = sources.line(&region.file, line).filter(|line| line.len() <= MAX_LINE) else {
            return Piece::Place(origin(region));
        };
        starts.push(text.len());
        text.extend(line.chars().map(|c| if c != '\t' && is_harmful(c) { '\u{fffd}' } else { c }));
        text.push('\n');
    }
    let marks = places.iter().filter_map(|(kind, region, label)| {
        let span = region.span?;
        let start = starts[span.line - first];
        Some((*kind, range_of(&text, start, span), (*label).to_owned()))
    });
    let marks = marks.collect();
    Piece::Lines(Lines { file: name(&region.file), first, text, marks })
}

/// Finds the bytes of a span in a text whose line begins at `start`; never beyond the line's end.
fn range_of(text: &str, start: usize, span: Span) -> std::ops::Range<usize> {
    let line = text[start..].split('\n').next().unwrap_or_default();
    let mut offsets = line.char_indices().map(|(at, _)| start + at);
    let from = offsets.nth(span.column - 1).unwrap_or(start + line.len());
    let to = match span.length.checked_sub(1) {
        Some(0) | None => offsets.next(),
        Some(more) => offsets.nth(more),
    };
    let to = to.unwrap_or(start + line.len());
    from..to.max(from)
}

/// Returns the name of a file as it can be shown, line breaks and all.
fn name(file: &str) -> String {
    file.chars().map(|c| if is_harmful(c) { '\u{fffd}' } else { c }).collect()
}

fn origin(region: &Region) -> Origin<'static> {
    let origin = Origin::path(name(&region.file));
    match region.span {
        Some(span) => origin.line(span.line).char_column(span.column),
        None => origin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_build_server_would_obey_is_broken_and_a_row_of_hashes_is_not() {
        assert_eq!(without_commands("a ##[error]x ##VSO[y]z"), "a #\u{fffd}[error]x #\u{fffd}VSO[y]z");
        assert_eq!(without_commands("####[x]"), "#\u{fffd}#\u{fffd}[x]");
        assert_eq!(without_commands("#### orders ## #[x] ##"), "#### orders ## #[x] ##");
        assert_eq!(
            without_commands("::a::b\n \u{a0}::c ::d\n+::e\n  ::: f"),
            "\u{fffd}:a::b\n \u{a0}\u{fffd}:c ::d\n+::e\n  ::: f"
        );
    }
}
