//! Manifests: every mistake has its message, and what is right is read as any YAML reader would.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot read its fixtures has failed"
)]

use std::fs;
use std::path::{Path, PathBuf};

use orderform::manifest::{self, Loaded, Sources, render};

fn fixtures(kind: &str) -> Vec<PathBuf> {
    let directory = Path::new("tests/fixtures/manifests").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// Parses one fixture as if it stood alone; `project-*` is the project's own file.
fn parse(path: &Path) -> Loaded {
    let name = name_of(path);
    let text = fs::read_to_string(path).unwrap();
    let mut sources = Sources::new();
    if name.starts_with("project-") && name != "project-elsewhere.yaml" {
        sources.add_project(&name, text);
    } else {
        sources.add(&name, text);
    }
    manifest::parse(sources)
}

fn rendered(loaded: &Loaded) -> String {
    let shown = loaded.diagnostics.iter();
    shown
        .map(|diagnostic| render::human(diagnostic, &loaded.sources, false))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_mistake_has_a_message_that_says_what_is_wrong_and_what_to_do() {
    let mut all = String::new();
    for path in fixtures("wrong") {
        let loaded = parse(&path);
        assert!(!loaded.diagnostics.is_empty(), "{}", path.display());
        all += &format!("## {}\n\n{}\n", name_of(&path), rendered(&loaded));
    }
    insta::assert_snapshot!("every_mistake", all);
}
