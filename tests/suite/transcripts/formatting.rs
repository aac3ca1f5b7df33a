//! Formatting: what is rewritten, what is only told, and what is left alone.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Stdio;

use super::stage::{Ran, Stage};
use super::words::{CONTOSO, order};

/// An order as a hurried person writes it, and as it should be.
const HURRIED: &str = "# for the new branch\nkind: Order\napiVersion: orderform/v1\nmetadata: {name: b}\nspec:\n    lineItems:\n    - quantity: 5   # seats\n      offerId: CFQ7TTC0LH18:0001\n    customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04\n";
const NEAT: &str = "# for the new branch\napiVersion: orderform/v1\nkind: Order\nmetadata: { name: b }\nspec:\n  customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04\n  lineItems:\n    - offerId: CFQ7TTC0LH18:0001\n      quantity: 5   # seats\n";

/// A stage with a neat manifest, a hurried one, and one that is no YAML.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    stage.write("sub/b.yml", HURRIED);
    stage.write("c.yaml", "kind: Order\nmetadata: {name: c\n");
    stage.write("notes.txt", HURRIED);
    stage
}

fn read(stage: &Stage, name: &str) -> String {
    fs::read_to_string(stage.path(name)).unwrap()
}

/// Formats a text from stdin.
fn format_stdin(stage: &Stage, text: &[u8], arguments: &[&str]) -> Ran {
    let input = stage.path("input");
    fs::write(&input, text).unwrap();
    let mut command = stage.command(arguments);
    command.stdin(Stdio::from(File::open(&input).unwrap()));
    stage.run_command(arguments, command)
}

#[test]
fn what_is_readable_is_rewritten_and_the_rest_is_left_as_it_is() {
    let stage = stage();
    assert_eq!(stage.run(&["fmt"]).code, 3);
    assert_eq!(read(&stage, "sub/b.yml"), NEAT);
    assert_eq!((read(&stage, "c.yaml").len(), read(&stage, "notes.txt").as_str()), (31, HURRIED));
    stage.remove("c.yaml");
    stage.note("c.yaml is removed");
    let again = stage.run(&["fmt"]);
    assert_eq!((again.code, again.stdout.as_str()), (0, ""));
    assert_eq!(stage.run(&["fmt", "--check"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_check_or_a_difference_changes_nothing() {
    let stage = stage();
    assert_eq!(stage.run(&["fmt", "--check", "a.yaml", "sub"]).code, 1);
    assert_eq!(stage.run(&["fmt", "--diff", "sub"]).code, 0);
    assert_eq!(stage.run(&["fmt", "--check", "--diff", "sub/b.yml"]).code, 1);
    assert_eq!(stage.run(&["fmt", "--check", ".", "nowhere"]).code, 3);
    assert_eq!(stage.run(&["fmt", "--check", "--format", "json"]).code, 3);
    assert_eq!(stage.run(&["fmt", "--diff", "--format", "json", "sub"]).code, 0);
    assert_eq!(read(&stage, "sub/b.yml"), HURRIED);
    assert_transcript!(stage);
}

#[test]
fn an_editor_hands_over_a_text_and_gets_it_back_in_order() {
    let stage = Stage::new();
    let ran = format_stdin(&stage, HURRIED.as_bytes(), &["fmt", "-"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, NEAT));
    // The variable of the environment is for people's terminals, not for what an editor puts into a file.
    let ran = format_stdin(&stage, HURRIED.as_bytes(), &["fmt", "-", "--format", "json"]);
    assert_eq!(ran.stdout, NEAT);
    assert_eq!(format_stdin(&stage, HURRIED.as_bytes(), &["fmt", "--check", "-"]).code, 1);
    assert_eq!(format_stdin(&stage, NEAT.as_bytes(), &["fmt", "--check", "-"]).code, 0);
    assert_eq!(format_stdin(&stage, HURRIED.as_bytes(), &["fmt", "--diff", "-"]).code, 0);
    for unreadable in [b"a: [".as_slice(), b"a: \xff"] {
        let ran = format_stdin(&stage, unreadable, &["fmt", "-"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""));
    }
    assert_eq!(format_stdin(&stage, b"", &["fmt", "-", "a.yaml"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn the_file_that_a_link_leads_to_is_rewritten_once_and_keeps_its_mode() {
    let stage = Stage::new();
    stage.write("..data/b.yaml", HURRIED);
    fs::set_permissions(stage.path("..data/b.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("..data/b.yaml", stage.path("one.yaml")).unwrap();
    symlink("..data/b.yaml", stage.path("two.yaml")).unwrap();
    let ran = stage.run(&["fmt"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, "one.yaml\n"));
    assert_eq!(read(&stage, "..data/b.yaml"), NEAT);
    assert!(fs::symlink_metadata(stage.path("two.yaml")).unwrap().is_symlink());
    let mode = fs::metadata(stage.path("..data/b.yaml")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert_eq!(fs::read_dir(stage.path("..data")).unwrap().count(), 1);
}

#[test]
fn only_the_file_that_is_named_is_formatted() {
    let stage = stage();
    let project = "kind: Project\napiVersion: orderform/v1\n";
    stage.write("orderform.yaml", project);
    assert_eq!(stage.run(&["fmt", "a.yaml", "sub/b.yml", "./sub/b.yml"]).stdout, "sub/b.yml\n");
    assert_eq!(read(&stage, "orderform.yaml"), project);
}

#[test]
fn what_init_writes_needs_no_formatting() {
    let stage = Stage::new();
    assert_eq!(stage.quietly(&["init"]).code, 0);
    assert_eq!(stage.run(&["fmt", "--check"]).code, 0);
}

#[test]
fn nothing_in_a_difference_can_move_a_terminal() {
    let stage = Stage::new();
    for sign in ["\u{9b}2J", "\u{200b}", "\u{ad}", "\u{61c}", "\u{e0041}", "\u{1b}[2J", "\u{2028}", "\r"] {
        stage.write("a.yaml", &format!("kind:   \"a{sign}b\" # c{sign}d\r\n"));
        let ran = stage.quietly(&["fmt", "--diff"]);
        let harmful = |c: char| c != '\n' && orderform::domain::is_harmful(c);
        assert!(!(ran.stdout + &ran.stderr).chars().any(harmful), "{sign:?}");
    }
    stage.write("a.yaml", "kind:   Order\r\n");
    assert!(stage.quietly(&["fmt", "--diff"]).stdout.contains("-kind:   Order^M\n"));
}

#[test]
fn nothing_in_a_name_or_a_difference_commands_a_build_server() {
    let stage = Stage::new();
    for name in [
        "::stop-commands::x",
        "::warning title=Approved::all is well.yaml",
        "##[error]a.yaml",
        "##vso[b]c.yaml",
    ] {
        let inside = if name.ends_with(".yaml") { name.to_owned() } else { format!("{name}/a.yaml") };
        stage.write(&inside, "kind:   Order\n# x\n::error::a: 1\n  ##[error]b: 2\nc:   3 ##vso[d]\n");
        stage.write(&format!("unreadable/{inside}"), "a: [\n::error::b\n##[c]\n");
    }
    for arguments in [
        &["fmt", "--check"][..],
        &["fmt", "--diff"],
        &["fmt", "--check", "--diff", "--format", "json"],
        &["fmt", "--check", "::nowhere", "##[nowhere]"],
        &["fmt"],
    ] {
        let ran = stage.quietly(arguments);
        let shown = ran.stdout + &ran.stderr;
        assert!(shown.len() > 100, "{arguments:?}: {shown}");
        for line in shown.lines() {
            let obeyed =
                line.trim_start().starts_with("::") || line.contains("##[") || line.contains("##vso[");
            assert!(!obeyed, "{arguments:?}: {line}");
        }
    }
}
