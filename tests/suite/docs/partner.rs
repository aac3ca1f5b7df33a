//! `examples/partner`, the layout that a partner can start from: right, in canonical layout, and what `init` would make.

use std::fs;

use orderform::manifest;

use super::{root, run};

/// Copies the example to a directory of its own.
fn copy() -> tempfile::TempDir {
    fn all(from: &std::path::Path, to: &std::path::Path) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
            if path.is_dir() && name != ".orderform" {
                all(&path, &to.join(name));
            } else if path.is_file() {
                fs::copy(&path, to.join(name)).unwrap();
            }
        }
    }
    let dir = tempfile::tempdir().unwrap();
    all(&root().join("examples/partner"), dir.path());
    dir
}

#[test]
fn the_partners_repository_is_right_and_without_a_warning() {
    let loaded = manifest::load(&root().join("examples/partner"));
    assert_eq!(loaded.diagnostics, []);
    assert_eq!(loaded.customers.len(), 3);
    assert_eq!(loaded.orders.len(), 5);
    assert!(loaded.project.is_some());
}

#[test]
fn whoever_starts_from_it_can_go_on_with_the_commands_of_its_readme() {
    let dir = copy();
    let readme = fs::read_to_string(dir.path().join("README.md")).unwrap();
    let commands = readme.lines().filter_map(|line| line.strip_prefix("    orderform "));
    let mut ran = 0;
    for command in commands.map(|line| line.split(" #").next().unwrap().trim()) {
        let (_, code) = run(dir.path(), command);
        assert_eq!(code, 0, "{command}");
        ran += 1;
    }
    assert_eq!(ran, 4);
    let (shown, _) = run(dir.path(), "plan");
    assert!(shown.contains("EUR 909.08 a month, 9,076.40 committed"), "{shown}");
    let (shown, code) = run(dir.path(), "apply --sandbox --state-dir trial --auto-approve");
    assert_eq!(code, 0);
    assert!(shown.contains("5 orders created (86 seats)"), "{shown}");
}

#[test]
fn every_document_names_a_schema_that_init_makes() {
    let dir = copy();
    assert_eq!(run(dir.path(), "init").1, 0);
    let mut checked = 0;
    for source in manifest::load(dir.path()).sources.names() {
        let text = fs::read_to_string(source).unwrap();
        // An editor reads the comment anew for every document.
        for document in text.split("\n---\n") {
            let first = document.lines().next().unwrap();
            let named = first.strip_prefix("# yaml-language-server: $schema=").unwrap();
            assert!(std::path::Path::new(source).parent().unwrap().join(named).is_file(), "{source}");
            checked += 1;
        }
    }
    assert_eq!(checked, 12);
}

#[test]
fn its_workflow_and_its_gitignore_are_those_of_init() {
    let new = tempfile::tempdir().unwrap();
    assert_eq!(run(new.path(), "init").1, 0);
    let action = ".github/actions/orderform-plan/action.yaml";
    for name in [".gitignore", ".github/workflows/orderform.yaml", action] {
        let made = fs::read_to_string(new.path().join(name)).unwrap();
        assert_eq!(fs::read_to_string(root().join("examples/partner").join(name)).unwrap(), made, "{name}");
    }
}
