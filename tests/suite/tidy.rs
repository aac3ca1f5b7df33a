//! The shape of the code: the layers of the table in `src/lib.rs`, module docs, lengths, words that do not belong.
//!
//! The table is read out of the documentation, so there is one table and nobody has to trust it.

mod code;
mod layers;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use code::Source;
use layers::Table;

/// One thing that is out of order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    file: String,
    line: usize,
    what: String,
    rule: String,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, line, what, rule } = self;
        write!(f, "{file}:{line}: {what} ({rule})")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Reads every Rust file below a directory of the project, sorted by path.
fn read(dir: &str) -> Vec<Source> {
    let mut paths = vec![root().join(dir)];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    let source = |path: &PathBuf| {
        let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
        Source::new(&name, &fs::read_to_string(path).unwrap())
    };
    files.iter().map(source).collect()
}

fn table() -> Table {
    Table::parse(&fs::read_to_string(root().join("src/lib.rs")).unwrap())
}

#[track_caller]
fn assert_none(mut violations: Vec<Violation>) {
    violations.sort();
    violations.dedup();
    let lines: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

#[test]
fn the_layers_are_those_of_the_table() {
    assert_none(layers::check(&table(), &read("src")));
}

#[test]
fn every_file_is_in_order() {
    let files = ["src", "tests", "examples"].map(read).into_iter().flatten();
    assert_none(files.flat_map(|source| rules::check(&source)).collect());
}

/// A project of one file that the real table judges; gives what is said of it.
fn said(name: &str, text: &str) -> Vec<String> {
    let mut table = table();
    table.keep_only_what_is_crossed();
    let sources = [Source::new(name, text)];
    let mut violations = layers::check(&table, &sources);
    violations.extend(sources.iter().flat_map(rules::check));
    violations.sort();
    violations.dedup();
    violations.iter().map(ToString::to_string).collect()
}

#[test]
fn a_layer_that_is_crossed_is_named_with_its_place() {
    let text = "//! A planner that asks.\n\nuse crate::domain::State;\nuse crate::ports::{self, Timer};\n";
    let crossed = "src/plan/new.rs:4: `plan` imports `ports` (the layers of src/lib.rs allow it: domain)";
    assert_eq!(said("src/plan/new.rs", text), [crossed]);

    let text = "//! A sandbox that knows the client.\nuse crate::partner_center::{\n    wire::Order,\n    Client,\n};\n";
    let crossed = "src/sandbox/new.rs:4: `sandbox` imports `partner_center::Client` (the layers of src/lib.rs allow it: \
                   partner_center::wire)";
    assert_eq!(said("src/sandbox/new.rs", text), [crossed]);

    let text = "//! A way round.\nfn f() { super::super::store::open() }\n";
    let around =
        "src/plan/new.rs:2: `super` reaches the crate root (paths across layers begin with `crate::`)";
    assert_eq!(said("src/plan/new.rs", text), [around]);
}

#[test]
fn a_touch_that_is_not_allowed_is_named_with_its_place() {
    let touch = |file: &str, text: &str| said(file, &format!("//! It touches.\n{text}\n"));
    let forbidden = |file: &str, what: &str, allowed: &str| {
        vec![format!("{file}:2: {what} (the layers of src/lib.rs allow it: {allowed})")]
    };
    for (text, what) in [
        ("use std::time::{Duration, Instant};", "`Instant` touches clocks"),
        ("use std::{fmt, fs};", "`std::fs` touches files"),
        ("use std::net::TcpStream;", "`TcpStream` touches network"),
        ("let home = std::env::var(\"HOME\");", "`std::env` touches environment"),
        ("let id = Uuid::new_v4();", "`new_v4` touches chance"),
        ("#[derive(serde::Serialize)]", "`serde` touches formats"),
        ("tracing::info!(\"planned\");", "`tracing` touches log"),
    ] {
        let file = "src/plan/new.rs";
        assert_eq!(touch(file, text), forbidden(file, &format!("`plan`: {what}"), "nothing"), "{text}");
    }
    // A file that is named in the table may, its neighbours may not.
    assert_eq!(touch("src/manifest/source.rs", "use std::fs;"), [""; 0]);
    let file = "src/manifest/order.rs";
    let allowed = "formats, files (source), threads (parallel)";
    assert_eq!(touch(file, "use std::fs;"), forbidden(file, "`manifest`: `std::fs` touches files", allowed));
}

#[test]
fn tests_and_comments_may_name_what_code_may_not() {
    let text = "//! See [`apply`](crate::apply).\n\n// std::fs is for others.\n#[cfg(test)]\nmod tests {\n    \
                use crate::apply::run;\n    use std::fs;\n}\n";
    assert_eq!(said("src/plan/new.rs", text), [""; 0]);
}

#[test]
fn a_file_that_is_out_of_order_is_named() {
    let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(400));
    let text = said("src/plan/new.rs", &long);
    assert_eq!(text, ["src/plan/new.rs:401: 401 lines (at most 400)"]);
    let undescribed = said("src/plan/new.rs", "fn f() {}\n");
    assert_eq!(undescribed, ["src/plan/new.rs:1: no module documentation (a file begins with `//!`)"]);
    let unfinished = format!("//! Unfinished.\nfn f() {{ {}!() }}\n", "todo");
    let expected = format!("src/plan/new.rs:2: `{}!` (not here)", "todo");
    assert_eq!(said("src/plan/new.rs", &unfinished), [expected]);
    let vague = said("src/plan/util.rs", "//! Things.\n");
    assert_eq!(vague, ["src/plan/util.rs:1: `util` says nothing (a module is named for what it holds)"]);
}

#[test]
fn what_the_table_allows_and_nobody_does_is_reported() {
    let mut wide = table();
    wide.allow("plan", "ports");
    let violations = layers::check(&wide, &read("src"));
    let texts: Vec<String> = violations.iter().map(ToString::to_string).collect();
    assert_eq!(
        texts,
        ["src/lib.rs:0: `plan` may import `ports` and does not (the table says what is, not more)"]
    );
}
