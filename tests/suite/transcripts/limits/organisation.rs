//! The organisation's file: it holds whatever the project says, and what cannot be read of it stops everything.

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM};
use super::{APPLY, stage};

/// Writes an organisation's file beside the project, and returns the flags that name it.
fn organisation(stage: &Stage, spec: &str) -> [&'static str; 2] {
    let text =
        format!("apiVersion: orderform/v1\nkind: Organisation\nmetadata: {{ name: desk }}\nspec: {spec}\n");
    stage.write(".org/limits.yaml", &text);
    ["--organisation", ".org/limits.yaml"]
}

#[test]
fn limits_of_the_organisation_hold_whatever_the_project_says() {
    let (stage, _shop) = stage("{ ordersPerRun: 100, seatsPerRun: 5 }");
    let flags = organisation(&stage, "{ limits: { ordersPerRun: 1 } }");
    assert_eq!(stage.run(&[&["plan"], &flags[..]].concat()).code, 5);
    assert_eq!(stage.run(&[&APPLY[..], &flags].concat()).code, 5);
    stage.bought(0);
    let allowed =
        ["--allow", "ordersPerRun", "--reason", "in a hurry", "--allow", "seatsPerRun", "--reason", "x"];
    assert_eq!(stage.run(&[&APPLY[..], &flags, &allowed].concat()).code, 5, "nobody may raise it");
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn the_organisation_says_which_of_its_limits_may_be_raised() {
    let (stage, _shop) = stage("{}");
    let flags = organisation(&stage, "{ limits: { ordersPerRun: 1 }, mayBeRaised: [ordersPerRun] }");
    assert_eq!(stage.run(&[&["plan"], &flags[..]].concat()).code, 5);
    let allowed = ["--allow", "ordersPerRun", "--reason", "agreed with finance"];
    assert_eq!(stage.run(&[&APPLY[..], &flags, &allowed].concat()).code, 0);
    stage.bought(2);
    stage.allowed();
    assert_transcript!(stage);
}

#[test]
fn the_environment_names_the_file_for_every_run() {
    let (stage, _shop) = stage("{}");
    organisation(&stage, "{ limits: { seatsPerRun: 1 } }");
    for arguments in [&["plan"][..], &APPLY] {
        let mut command = stage.command(arguments);
        command.env("ORDERFORM_ORGANISATION", ".org/limits.yaml");
        assert_eq!(stage.run_command(arguments, command).code, 5);
    }
    let mut command = stage.command(&APPLY);
    command.env("ORDERFORM_ORGANISATION", "");
    assert_eq!(stage.run_command(&APPLY, command).code, 1, "an empty name names no file");
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_file_that_is_missing_or_wrong_is_never_no_limit() {
    let (stage, _shop) = stage("{}");
    let flags = ["--organisation", ".org/limits.yaml"];
    let refused = |why: &str| {
        stage.note(why);
        assert_eq!(stage.run(&[&APPLY[..], &flags].concat()).code, 3, "{}", stage.transcript());
        stage.bought(0);
    };
    refused("there is none");
    stage.write(".org/limits.yaml", "");
    refused("it is empty");
    organisation(&stage, "{ limits: { ordersPerRun: many }, mayBeRaised: [orders] }");
    refused("a limit is no number");
    organisation(&stage, "{ limits: { allowedCustomers: [contoso] } }");
    refused("a name is up to the manifests");
    stage.write(
        ".org/limits.yaml",
        "apiVersion: orderform/v1\nkind: Project\nspec: { limits: { ordersPerRun: 9 } }\n",
    );
    refused("it is a project's");
    stage.remove(".org/limits.yaml");
    stage.write(".org/limits.yaml/orderform.yaml", "");
    refused("it is a directory");
    assert_transcript!(stage);
}

#[test]
fn among_manifests_it_is_out_of_place() {
    let (stage, _shop) = stage("{}");
    stage.write(
        "limits.yaml",
        "apiVersion: orderform/v1\nkind: Organisation\nspec: { limits: { ordersPerRun: 1 } }\n",
    );
    assert_eq!(stage.run(&["validate"]).code, 3);
    assert_eq!(stage.run(&APPLY).code, 3);
    stage.bought(0);
    assert_transcript!(stage);
}

/// Names are what manifests make of them, ids are not.
#[test]
fn a_manifest_cannot_give_an_allowed_name_to_another_tenant() {
    let (stage, _shop) = stage("{}");
    let flags = organisation(&stage, &format!("{{ limits: {{ allowedCustomers: [{CONTOSO}] }} }}"));
    stage.write(
        "customers.yaml",
        &format!("apiVersion: orderform/v1\nkind: Customer\nmetadata: {{ name: {CONTOSO} }}\nspec: {{ customerId: {FABRIKAM} }}\n"),
    );
    let text = std::fs::read_to_string(stage.path("b.yaml")).unwrap();
    stage.write("b.yaml", &text.replace(&format!("customerId: {FABRIKAM}"), &format!("customer: {CONTOSO}")));
    assert_eq!(stage.run(&[&APPLY[..], &flags].concat()).code, 5);
    stage.bought(0);
    assert_transcript!(stage);
}
