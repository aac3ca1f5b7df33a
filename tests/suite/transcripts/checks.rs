//! What `validate` says in each format, and other commands of wrong manifests.

mod github;
mod hostile;
mod sarif;

use super::stage::Stage;
use super::words::{CONTOSO, order, order_with};

/// Says that many orders of one thing are meant.
const MEANT: &str = "  allowDuplicate: true\n";

const FORMATS: [&str; 5] = ["human", "markdown", "json", "github", "sarif"];

/// Describes a customer; two of one tenant are worth a warning.
fn customer(name: &str) -> String {
    format!(
        "apiVersion: orderform/v1\nkind: Customer\nmetadata: {{ name: {name} }}\nspec: {{ customerId: {CONTOSO} }}\n"
    )
}

fn wrong_order(name: &str) -> String {
    order_with(MEANT, name, CONTOSO, 1).replace("billingCycle", "billingcycle")
}

/// A stage with one error in one place, one in two places, and one warning.
fn mixed() -> Stage {
    let stage = Stage::new();
    stage.write("customers.yaml", &format!("{}---\n{}", customer("contoso"), customer("contoso-too")));
    stage.write("orders/a.yaml", &wrong_order("a"));
    stage.write("orders/b.yaml", &order("same", CONTOSO, 1));
    stage.write("orders/c.yaml", &order("same", CONTOSO, 2));
    stage
}

#[test]
fn one_error_is_said_in_every_format() {
    let stage = Stage::new();
    stage.write("a.yaml", &wrong_order("a"));
    for format in FORMATS {
        assert_eq!(stage.run(&["validate", "--format", format]).code, 3, "{format}");
    }
    assert_transcript!(stage);
}

#[test]
fn one_warning_is_said_in_every_format_and_holds_nothing_up() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    stage.write("customers.yaml", &format!("{}---\n{}", customer("contoso"), customer("contoso-too")));
    for format in FORMATS {
        assert_eq!(stage.run(&["validate", "--format", format]).code, 0, "{format}");
    }
    assert_eq!(stage.run(&["validate", "--deny-warnings", "--format", "github"]).code, 3);
    let denied = stage.quietly(&["validate", "--deny-warnings", "--format", "json"]);
    let denied: serde_json::Value = serde_json::from_str(&denied.stdout).unwrap();
    assert_eq!((&denied["valid"], &denied["orders"]), (&false.into(), &1.into()));
    assert_transcript!(stage);
}

#[test]
fn what_stands_in_two_places_is_said_of_both() {
    let stage = mixed();
    for format in FORMATS {
        assert_eq!(stage.run(&["validate", "--format", format]).code, 3, "{format}");
    }
    assert_eq!(stage.run(&["validate", "--deny-warnings"]).code, 3);
    assert_transcript!(stage);
}

#[test]
fn what_is_right_is_said_in_every_format() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    for format in FORMATS {
        assert_eq!(stage.run(&["validate", "--deny-warnings", "--format", format]).code, 0, "{format}");
    }
    assert_transcript!(stage);
}

#[test]
fn a_path_that_is_not_there_is_said_in_every_format() {
    let stage = Stage::new();
    for format in FORMATS {
        assert_eq!(stage.run(&["validate", "no where", "--format", format]).code, 3, "{format}");
    }
    assert_transcript!(stage);
}

#[test]
fn other_commands_tell_programs_and_pull_requests_what_is_wrong() {
    let stage = mixed();
    for arguments in [
        &["plan", "--format", "markdown"][..],
        &["plan", "--format", "json"],
        &["apply", "--auto-approve", "--format", "json"],
    ] {
        assert_eq!(stage.run(arguments).code, 3, "{arguments:?}");
    }
    let of = |arguments: &[&str]| serde_json::from_str(&stage.quietly(arguments).stdout).unwrap();
    let error: serde_json::Value = of(&["plan", "--format", "json"]);
    let validated: serde_json::Value = of(&["validate", "--format", "json"]);
    assert_eq!(error["diagnostics"], validated["diagnostics"]);
    assert_transcript!(stage);
}

#[test]
fn the_formats_of_validate_are_refused_elsewhere_with_a_way_out() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    for arguments in [
        &["plan", "--format", "sarif"][..],
        &["--format", "github", "state", "list"],
        &["plan", "--format", "yaml"],
        &["validate", "--format", "yaml"],
        &["validate", "-h"],
        &["plan", "-h"],
    ] {
        let code = i32::from(!arguments.contains(&"-h"));
        assert_eq!(stage.run(arguments).code, code, "{arguments:?}");
    }
    for (value, arguments, code) in [
        ("sarif", &["plan"][..], 1),
        ("sarif", &["validate", "--format", "human"], 0),
        ("github", &["validate"], 0),
    ] {
        let mut command = stage.command(arguments);
        command.env("ORDERFORM_FORMAT", value);
        stage.note(&format!("with ORDERFORM_FORMAT={value}"));
        assert_eq!(stage.run_command(arguments, command).code, code, "{value} {arguments:?}");
    }
    assert_transcript!(stage);
}

#[test]
fn a_format_means_the_same_before_and_behind_the_command() {
    let stage = mixed();
    for format in FORMATS {
        let behind = stage.quietly(&["validate", "--format", format]);
        let before = stage.quietly(&["--format", format, "validate"]);
        let mut by_environment = stage.command(&["validate"]);
        by_environment.env("ORDERFORM_FORMAT", format);
        let by_environment = stage.run_command(&["validate"], by_environment);
        assert_eq!((&behind.stdout, behind.code), (&before.stdout, before.code), "{format}");
        assert_eq!((&behind.stdout, behind.code), (&by_environment.stdout, by_environment.code), "{format}");
    }
}

#[test]
fn the_same_manifests_give_the_same_bytes_wherever_they_are() {
    for format in FORMATS {
        let [one, other] = [mixed(), mixed()].map(|stage| stage.quietly(&["validate", "--format", format]));
        assert_eq!((one.stdout, one.stderr), (other.stdout, other.stderr), "{format}");
    }
}
