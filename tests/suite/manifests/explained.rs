//! The texts of `orderform explain`: each belongs to a code, and each example does what it is there to show.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use orderform::manifest::explain::{Example, GROUPS};
use orderform::manifest::{self, Code, Explanation, Sources};

const TEXTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/manifest/explain");

/// The widest line of a text. Titles are as long as the summaries are.
const WIDEST: usize = 80;

/// A manifest that a console example finds in its directory.
const CONTOSO: &str = "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: contoso-exchange\nspec:\n  customerId: \
                       4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04\n  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      \
                       quantity: 5\n";

#[test]
fn every_text_belongs_to_a_code() {
    let names = fs::read_dir(Path::new(TEXTS)).unwrap().map(|entry| entry.unwrap().file_name());
    let there: BTreeSet<String> = names.map(|name| name.into_string().unwrap()).collect();
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    assert_eq!(there, codes);
}

#[test]
fn every_title_is_the_summary_of_its_code() {
    for code in Code::ALL {
        let title = code.explanation().lines().next().unwrap();
        assert_eq!(title, format!("# {code}: {}", code.summary()));
    }
}

#[test]
fn every_text_says_something_and_keeps_to_its_width() {
    for code in Code::ALL {
        let wide: Vec<&str> =
            code.explanation().lines().skip(1).filter(|line| line.chars().count() > WIDEST).collect();
        assert!(wide.is_empty(), "{code}: {wide:#?}");
        let prose = Explanation::of(*code).prose;
        let sentences = prose.split(|c: char| c.is_whitespace()).filter(|word| word.ends_with('.'));
        assert!(sentences.count() >= 2, "{code}: {prose}");
        let whole = prose.split("\n\n").all(|paragraph| paragraph.ends_with('.'));
        assert!(whole, "{code}: a paragraph ends without a period");
        let printable = |c: char| c == '\n' || !orderform::domain::is_harmful(c);
        assert!(code.explanation().chars().all(printable), "{code}");
    }
}

#[test]
fn every_wrong_example_has_its_own_code_and_no_other_and_every_right_one_has_none() {
    let mut others = Vec::new();
    for code in Code::ALL {
        let Played { wrong, right } = played(*code);
        let mut expected = BTreeSet::from([code.to_string()]);
        if *code == Code::TooManyProblems {
            // The hundred that it follows.
            expected.extend([Code::MissingKey.to_string(), Code::UnknownKind.to_string()]);
            expected = expected.intersection(&wrong).cloned().collect();
        }
        if wrong != expected || !wrong.contains(code.as_str()) || !right.is_empty() {
            others.push(format!("{code}: wrong has {wrong:?}, right has {right:?}"));
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn what_is_right_differs_from_what_is_wrong_and_is_whole() {
    for code in Code::ALL {
        let Explanation { wrong, right, .. } = Explanation::of(*code);
        assert_ne!(wrong.text, right.text, "{code}");
        assert_eq!(wrong.language, right.language, "{code}");
        if right.language == "yaml" {
            let loaded = parse(right.text);
            assert!(
                !loaded.orders.is_empty()
                    || loaded.project.is_some()
                    || right.text.contains("Customer")
                    || right.text.contains("Defaults")
            );
        }
    }
}

#[test]
fn the_groups_are_those_of_the_readme() {
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let rows = readme.lines().filter_map(|line| line.strip_prefix("| OF"));
    let named: Vec<String> = rows.map(|row| format!("OF{}", row.split(':').next().unwrap())).collect();
    let groups: Vec<String> = GROUPS.iter().map(|(group, about)| format!("{group} | {about}")).collect();
    assert_eq!(named, groups);
}

/// The codes that the two examples of an explanation lead to.
struct Played {
    wrong: BTreeSet<String>,
    right: BTreeSet<String>,
}

fn played(code: Code) -> Played {
    let Explanation { wrong, right, .. } = Explanation::of(code);
    let codes = |example: Example| {
        let diagnostics = parse(example.text).diagnostics;
        diagnostics.iter().map(|diagnostic| diagnostic.code.to_string()).collect()
    };
    match wrong.language {
        "yaml" => Played { wrong: codes(wrong), right: codes(right) },
        "console" => {
            // What is right goes on where what is wrong has left off.
            let stage = stage();
            Played { wrong: typed(wrong, &stage), right: typed(right, &stage) }
        }
        other => panic!("{code}: nobody can play `{other}`"),
    }
}

/// Reads an example as the files it says it is.
fn parse(text: &str) -> manifest::Loaded {
    const FILE: &str = "# --- file: ";
    let mut sources = Sources::new();
    let mut add = |name: &str, text: &str| match name {
        "orderform.yaml" => sources.add_project(name, text),
        _ => sources.add(name, text),
    };
    if let Some(files) = text.strip_prefix(FILE) {
        for file in files.split(&format!("\n{FILE}")) {
            let (name, text) = file.split_once('\n').unwrap();
            add(name, text);
        }
    } else if text.starts_with("# orderform.yaml\n") {
        add("orderform.yaml", text);
    } else {
        add("orders.yaml", text);
    }
    manifest::parse(sources)
}

/// Makes a directory with one order, inside another one.
fn stage() -> tempfile::TempDir {
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(outside.path().join("licences")).unwrap();
    fs::write(outside.path().join("licences/contoso.yaml"), CONTOSO).unwrap();
    outside
}

/// Types the commands of an example, requires what it shows of their output, and gives the codes in that output.
fn typed(example: Example, stage: &tempfile::TempDir) -> BTreeSet<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_orderform"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut output = String::new();
    let mut shown = Vec::new();
    for line in example.text.lines() {
        let Some(command) = line.strip_prefix("$ ") else {
            shown.push(line);
            continue;
        };
        let ran = Command::new("sh")
            .args(["-c", &format!("{command} 2>&1")])
            .current_dir(stage.path().join("licences"))
            .env_clear()
            .env("PATH", &path)
            .output()
            .unwrap();
        output += &String::from_utf8(ran.stdout).unwrap();
    }
    let mut lines = output.lines();
    for line in shown {
        // `…` stands for the rest of a line, and any line may have been left out.
        let is_it = |real: &str| line.strip_suffix('…').map_or(line == real, |start| real.starts_with(start));
        assert!(lines.any(is_it), "`{line}` is not in\n{output}");
    }
    let kinds = ["error[", "warning["];
    let codes = kinds.iter().flat_map(|kind| output.split(kind).skip(1));
    codes.filter_map(|rest| rest.split(']').next()).map(str::to_owned).collect()
}
