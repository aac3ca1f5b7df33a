//! Manifests: every mistake has its message, and what is right is read as any YAML reader would.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its fixtures has failed")]

mod bounds;
mod comments;
mod defaults;
mod determinism;
mod explained;
mod files;
mod formatted;
mod layouts;
mod oracle;
pub(crate) mod schemas;
mod written;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use orderform::domain::is_harmful;
use orderform::manifest::{self, Code, Loaded, Sources, render};

pub(crate) fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new("tests/fixtures/manifests").join(kind);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Parses one fixture as if it stood alone; `project-*` is the project's own file, `defaults-*` a `defaults.yaml`.
fn parse(path: &Path) -> Loaded {
    let name = name_of(path);
    let text = fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    if name.starts_with("project-") && name != "project-elsewhere.yaml" {
        sources.add_project(&name, text);
    } else if name.starts_with("defaults-") && name != "defaults-elsewhere.yaml" {
        sources.add("defaults.yaml", text);
    } else {
        sources.add(&name, text);
    }
    manifest::parse(sources)
}

fn rendered(loaded: &Loaded) -> String {
    let shown = loaded.diagnostics.iter();
    shown.map(|diagnostic| render::human(diagnostic, &loaded.sources, false)).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_mistake_has_a_message_that_says_what_is_wrong_and_what_to_do() {
    let mut all = String::new();
    let mut silent = Vec::new();
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        if loaded.diagnostics.is_empty() {
            silent.push(name_of(&path));
        }
        all += &format!("## {}\n\n{}\n", name_of(&path), rendered(&loaded));
    }
    assert!(fixtures("wrong").len() >= 150);
    insta::assert_snapshot!("every_mistake", all);
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn what_is_right_is_read_without_a_word() {
    let paths = fixtures("right");
    assert!(paths.len() >= 40);
    for path in paths {
        let loaded = parse(&path);
        assert_eq!(rendered(&loaded), "", "{}", path.display());
        assert!(loaded.is_valid());
    }
}

#[test]
fn a_project_is_read_whole() {
    let loaded = parse(Path::new("tests/fixtures/manifests/right/project-everything.yaml"));
    insta::assert_debug_snapshot!("project", loaded.project.unwrap());
}

#[test]
fn orders_know_the_line_they_begin_at() {
    let loaded = parse(Path::new("tests/fixtures/manifests/right/several.yaml"));
    let lines: Vec<usize> = loaded.orders.iter().map(|order| order.place.line).collect();
    assert_eq!(lines, [2, 13, 24]);
    assert_eq!(&*loaded.orders[0].place.file, "several.yaml");
}

#[test]
fn manifests_with_one_error_are_no_orders_at_all() {
    let mut sources = Sources::new();
    for name in ["right/smallest.yaml", "wrong/quantity-zero.yaml"] {
        let path = Path::new("tests/fixtures/manifests").join(name);
        sources.add(name, fs::read_to_string(path).unwrap());
    }
    let loaded = manifest::parse(sources);
    assert!(!loaded.is_valid());
    assert_eq!(loaded.orders, []);
}

#[test]
fn settings_with_one_error_are_no_settings() {
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        let is_wrong = !loaded.is_valid();
        assert!(loaded.project.is_none() || !is_wrong, "{}", path.display());
    }
    let warned = parse(Path::new("tests/fixtures/manifests/wrong/project-settle-after-too-short.yaml"));
    assert!(warned.is_valid() && warned.project.is_some());
}

#[test]
fn names_are_compared_across_files_and_both_places_are_shown() {
    let text = fs::read_to_string("tests/fixtures/manifests/right/smallest.yaml").unwrap();
    let mut sources = Sources::new();
    sources.add("a.yaml", text.clone());
    sources.add("b.yaml", format!("# another file\n{text}"));
    let loaded = manifest::parse(sources);
    insta::assert_snapshot!("name_in_two_files", rendered(&loaded));
    assert_eq!(
        render::short(&loaded.diagnostics[0]),
        "b.yaml:5:9: error[OF0401]: order name `contoso-exchange` is used twice"
    );
}

#[test]
fn diagnostics_come_by_file_line_column_and_code_whatever_the_order_of_the_files() {
    let all: Vec<(String, String)> =
        fixtures("wrong").iter().map(|path| (name_of(path), fs::read_to_string(path).unwrap())).collect();
    let load = |files: &mut dyn Iterator<Item = &(String, String)>| {
        let mut sources = Sources::new();
        files.for_each(|(name, text)| sources.add(name, text.clone()));
        manifest::parse(sources)
    };
    let loaded = load(&mut all.iter());
    let places: Vec<_> = loaded.diagnostics.iter().map(|d| (&d.region, d.code)).collect();
    assert!(places.is_sorted());
    assert!(places.len() > all.len());
    let again = load(&mut all.iter());
    assert_eq!(loaded.diagnostics, again.diagnostics);
}

#[test]
fn nothing_that_is_rendered_can_move_a_terminal() {
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        for diagnostic in &loaded.diagnostics {
            let text = render::human(diagnostic, &loaded.sources, false) + &render::short(diagnostic);
            let harmful = text.chars().find(|c| *c != '\n' && is_harmful(*c));
            assert_eq!(harmful, None, "{}", path.display());
        }
    }
}

#[test]
fn colour_adds_styles_and_changes_no_word() {
    let loaded = parse(Path::new("tests/fixtures/manifests/wrong/name-twice.yaml"));
    let plain = render::human(&loaded.diagnostics[0], &loaded.sources, false);
    let styled = render::human(&loaded.diagnostics[0], &loaded.sources, true);
    assert!(styled.contains("\u{1b}["));
    let mut bare = String::new();
    let mut rest = styled.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        bare.push_str(&rest[..at]);
        let end = rest[at..].find('m').unwrap();
        rest = &rest[at + end + 1..];
    }
    bare.push_str(rest);
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&bare), words(&plain));
}

#[cfg(unix)]
#[test]
fn every_code_is_produced_by_some_test() {
    let mut produced = BTreeSet::new();
    for path in fixtures("wrong") {
        produced.extend(parse(&path).diagnostics.iter().map(|d| d.code));
    }
    produced.extend(bounds::more_errors_than_are_shown().diagnostics.iter().map(|d| d.code));
    let directory = files::unreadable_directory();
    for path in [directory.path(), Path::new("tests/fixtures/nowhere")] {
        produced.extend(manifest::load(path).diagnostics.iter().map(|d| d.code));
    }
    produced.extend(files::freeze_of_no_order().diagnostics.iter().map(|d| d.code));
    let header = "offerId,termDuration,billingCycle,currency,unitPrice";
    let row = "CFQ7TTC0LH18:0001,P1Y,monthly,EUR,";
    for text in [String::new(), format!("{header}\n{row}1e3\n"), format!("{header}\n{row}1\n{row}2\n")] {
        let wrong = orderform::prices::parse("prices.csv", &text).unwrap_err();
        produced.extend(wrong.diagnostics.iter().map(|d| d.code));
    }
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&produced).collect();
    assert_eq!(missing, Vec::<&Code>::new());
}
