//! The README, held to the program: what it shows is what happens, what it lists is what there is.

pub(crate) mod lists;
mod partner;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use orderform::manifest::{self, Sources};
use orderform::sandbox::Faults;

#[path = "../../examples/create_order.rs"]
#[expect(dead_code, reason = "the example's own `main` is not called here")]
mod create_order;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Returns the fenced blocks of a language.
fn blocks(language: &str) -> Vec<String> {
    let (fence, text) = (format!("```{language}"), readme());
    let mut lines = text.lines();
    let mut blocks = Vec::new();
    while lines.any(|line| line == fence) {
        blocks.push(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
    }
    assert!(!blocks.is_empty(), "README.md has no `{language}` block");
    blocks
}

/// Runs the program where the README does, on a copy of the quickstart; gives stdout and the exit code.
fn run(dir: &Path, arguments: &str) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_orderform"))
        .args(arguments.split(' '))
        .current_dir(dir)
        .env_clear()
        .output()
        .unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap())
}

/// Copies `examples/quickstart`, manifests only, to the same path of an empty directory.
fn quickstart() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("examples/quickstart");
    fs::create_dir_all(&copy).unwrap();
    for entry in fs::read_dir(root().join("examples/quickstart")).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            fs::copy(&path, copy.join(path.file_name().unwrap())).unwrap();
        }
    }
    dir
}

/// Writes `ID` for what differs from run to run.
fn masked(text: &str) -> String {
    let line = |line: &str| {
        let id = ["created: order ", "      subscription ", "      request ", "credit until "]
            .into_iter()
            .find_map(|words| {
                let at = line.find(words)? + words.len();
                Some(format!("{}ID", &line[..at]))
            });
        id.unwrap_or_else(|| line.trim_end().to_owned())
    };
    text.trim_end().lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_quickstart_shows_what_the_readme_shows() {
    let dir = quickstart();
    let plan = "plan examples/quickstart --detailed-exitcode";
    assert!(readme().contains(plan));
    assert_eq!(run(dir.path(), plan).1, 2);
    for block in blocks("console") {
        let (command, shown) = block.split_once('\n').unwrap();
        let arguments = command.strip_prefix("$ cargo run --release -- ").unwrap();
        let (stdout, code) = run(dir.path(), arguments);
        assert_eq!((masked(&stdout), code), (masked(shown), 0), "{command}");
    }
    assert_eq!(run(dir.path(), plan).1, 0);
}

#[test]
fn every_yaml_block_is_what_it_looks_like() {
    for block in blocks("yaml") {
        if block.contains("\nfaults:") {
            Faults::from_yaml(&block).unwrap();
            continue;
        }
        if block.starts_with("# organisation.yaml") {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &block).unwrap();
            assert!(manifest::load_organisation(file.path()).organisation.is_some(), "{block}");
            continue;
        }
        let mut sources = Sources::new();
        if block.starts_with("# orderform.yaml") {
            sources.add_project("orderform.yaml", block);
        } else if block.starts_with("# defaults.yaml") {
            sources.add("defaults.yaml", block);
        } else {
            sources.add("README.yaml", block);
        }
        let loaded = manifest::parse(sources);
        let said: Vec<String> =
            loaded.diagnostics.iter().map(|d| manifest::render::human(d, &loaded.sources, false)).collect();
        assert!(said.is_empty(), "{}", said.join("\n"));
    }
}

#[test]
fn every_yaml_text_of_ours_is_formatted() {
    let mut sources = Sources::new();
    for (number, block) in blocks("yaml").into_iter().enumerate() {
        sources.add(&format!("README.md, block {number}"), block + "\n");
    }
    let (examples, found) =
        manifest::format::read_all(&["quickstart", "partner"].map(|name| root().join("examples").join(name)));
    assert!(found.is_empty() && examples.names().count() > 3);
    for formatting in [sources, examples].iter().flat_map(manifest::format::format_all) {
        assert_eq!(formatting.after.ok().as_deref(), Some(&*formatting.before), "{}", formatting.file);
    }
}

#[test]
fn the_example_buys_an_order_and_tells_its_id_and_etag() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let told = runtime.block_on(create_order::create_order()).unwrap();
    let (order, etag) = told.split_once(", etag ").unwrap();
    assert!(order.starts_with("order ") && order.len() > 10, "{told}");
    assert!(etag.len() > 10, "{told}");
}

#[test]
fn every_file_that_the_readme_and_the_map_name_is_there() {
    let map = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let ours = ["examples/", "tests/", ".ci/", "src/"];
    let texts = [readme(), map];
    let named = texts.iter().flat_map(|text| text.split('`').skip(1).step_by(2));
    let mut count = 0;
    for path in named.filter(|path| ours.iter().any(|start| path.starts_with(start)) && !path.contains(' ')) {
        let made_by_the_program = path.ends_with(".orderform");
        assert!(made_by_the_program || root().join(path).exists(), "`{path}`");
        count += 1;
    }
    assert!(count > 5, "{count}");
}
