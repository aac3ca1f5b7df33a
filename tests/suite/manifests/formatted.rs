//! The formatter: it changes how manifests are written, and never what they say.

use std::collections::BTreeMap;
use std::fs;

use orderform::manifest::format::{self, Unformatted};
use orderform::manifest::{self, Loaded, Sources};
use proptest::prelude::*;

use super::oracle::mutated;
use super::{fixtures, name_of};

fn sources(name: &str, text: &str) -> Sources {
    let mut sources = Sources::new();
    if name.starts_with("project-") && name != "project-elsewhere.yaml" {
        sources.add_project(name, text);
    } else {
        sources.add(name, text);
    }
    sources
}

fn format(text: &str) -> Result<String, Unformatted> {
    format::format_all(&sources("a.yaml", text)).remove(0).after
}

/// Returns how often each character is there, without blanks and the signs that YAML builds with.
fn ink(text: &str) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    let text = text.trim_start_matches('\u{feff}');
    for c in text.chars().filter(|c| !c.is_whitespace() && !"-:,.[]{}".contains(*c)) {
        *counts.entry(c).or_default() += 1;
    }
    counts
}

/// Returns what was found, without the places; they move.
fn said(loaded: &Loaded) -> Vec<String> {
    let mut said: Vec<String> =
        loaded.diagnostics.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
    said.sort();
    said
}

/// Requires that a text is formatted as a formatter should; gives what came out.
#[track_caller]
pub(super) fn assert_formatted(name: &str, text: &str) -> Option<String> {
    let formatted = match format(text) {
        Ok(formatted) => formatted,
        Err(Unformatted::Unreadable(found)) => {
            assert!(!found.is_empty(), "{name}");
            return None;
        }
        // A key that begins with what looks like a blank, and would come to stand where a blank should.
        Err(Unformatted::Unsafe) if text.contains('\u{a0}') => return None,
        Err(Unformatted::Unsafe) => panic!("{name}: not safe to format\n{text}"),
    };
    assert_eq!(ink(text), ink(&formatted), "{name}: {text}\n{formatted}");
    assert_eq!(format(&formatted).expect("what was formatted can be"), formatted, "{name}: {text}");
    let (before, after) = (manifest::parse(sources(name, text)), manifest::parse(sources(name, &formatted)));
    assert_eq!(said(&before), said(&after), "{name}: {text}\n{formatted}");
    let specs = |loaded: Loaded| {
        let orders = loaded.orders.into_iter();
        orders.map(|order| (order.name, order.labels, order.spec, order.customer_name)).collect::<Vec<_>>()
    };
    assert_eq!(before.project, after.project, "{name}: {text}\n{formatted}");
    assert_eq!(specs(before), specs(after), "{name}: {text}\n{formatted}");
    assert!(!formatted.contains('\r') && (formatted.is_empty() || formatted.ends_with('\n')));
    Some(formatted)
}

/// Requires that a text becomes another, and that nothing is left to do about that one.
#[track_caller]
pub(super) fn becomes(before: &str, after: &str) {
    assert_eq!(assert_formatted("a.yaml", before).as_deref(), Some(after));
}

/// Requires that a text is as it should be.
#[track_caller]
pub(super) fn stays(text: &str) {
    becomes(text, text);
}

#[test]
fn every_fixture_says_the_same_when_it_is_formatted() {
    for kind in ["right", "wrong"] {
        for path in fixtures(kind) {
            let text = fs::read_to_string(&path).unwrap();
            assert_formatted(&name_of(&path), &text);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_formatted_says_the_same(text in mutated()) {
        assert_formatted("a.yaml", &text);
    }
}

/// Lines to put between the others, each at an indentation of its own.
const LINES: [&str; 14] = [
    "# one",
    "",
    "#two  ",
    "k: v",
    "k:",
    "- i",
    "-",
    "k: |\n           text # no comment\n",
    "k: >2-  # c\n             text\n",
    "k: { a: 1, b: [x,y] } # c",
    "k: [a, # c\n            b,\n            # d\n            ]",
    "k: &a # c",
    "- &b {quantity: 1, offerId: 2}",
    "k: *a",
];

/// Texts in which comments, empty lines and all kinds of values stand anywhere.
fn rewritten() -> impl Strategy<Value = String> {
    let texts: Vec<String> =
        fixtures("right").iter().map(|path| fs::read_to_string(path).unwrap().replace('\r', "")).collect();
    let line = (any::<prop::sample::Index>(), 0..5_usize, prop::sample::select(&LINES[..]));
    let lines = prop::collection::vec(line, 0..6);
    let beside = prop::collection::vec((any::<prop::sample::Index>(), 0..4_usize), 0..4);
    let swaps = prop::collection::vec(any::<prop::sample::Index>(), 0..3);
    (prop::sample::select(texts), lines, beside, swaps, 1..4_usize).prop_map(
        |(text, added, beside, swaps, step)| {
            let mut lines: Vec<String> = text.lines().map(|line| indented(line, step)).collect();
            for at in swaps {
                let at = at.index(lines.len().max(1));
                if at + 1 < lines.len() {
                    lines.swap(at, at + 1);
                }
            }
            for (at, blanks) in beside {
                let at = at.index(lines.len().max(1));
                if let Some(line) = lines.get_mut(at) {
                    *line += &format!("{}# beside", " ".repeat(blanks));
                }
            }
            for (at, level, line) in added {
                let at = at.index(lines.len() + 1);
                lines.insert(at, " ".repeat(level * step) + line);
            }
            lines.join("\n")
        },
    )
}

/// Indents a line that is indented by twos by another number.
fn indented(line: &str, step: usize) -> String {
    let text = line.trim_start();
    " ".repeat((line.len() - text.len()) / 2 * step) + text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn comments_stay_wherever_they_stand(text in rewritten()) {
        assert_formatted("a.yaml", &text);
    }
}
