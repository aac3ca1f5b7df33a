//! The main job: init, plan, apply, apply again, and looking at what is recorded.

use serde_json::Value;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, LEGACY, OFFER};

/// A stage with an order of either generation, one of them with two lines.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.write(
        "contoso.yaml",
        &format!(
            "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: contoso-exchange\nspec:\n  customer: contoso\n  \
             billingCycle: monthly\n  lineItems:\n    - offerId: {LEGACY}\n      friendlyName: new offer purchase\n      \
             quantity: 5\n---\napiVersion: orderform/v1\nkind: Customer\nmetadata:\n  name: contoso\nspec:\n  \
             customerId: {CONTOSO}\n"
        ),
    );
    stage.write(
        "fabrikam.yaml",
        &format!(
            "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: fabrikam-office\n  autoRenewEnabled: true\nspec:\n  customerId: {FABRIKAM}\n  \
             billingCycle: monthly\n  lineItems:\n    - offerId: {OFFER}\n      friendlyName: office for everybody\n      \
             quantity: 40\n      termDuration: P1Y\n    - offerId: CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P\n      quantity: 1\n      \
             termDuration: P1Y\n"
        ),
    );
    stage
}

#[test]
fn what_the_manifests_want_is_bought_once_and_then_there_is_nothing_to_do() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["init"]).code, 0);
    assert_eq!(stage.run(&["validate"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode", "--verbose"]).code, 2);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 0);
    stage.bought(2);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_pull_request_shows_the_plan_and_its_end() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    stage.quietly(&["init"]);
    assert_eq!(stage.run(&["plan", "--format", "markdown"]).code, 0);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1", "--format", "markdown"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_program_reads_one_document_of_a_plan_and_lines_of_an_apply() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    stage.quietly(&["init"]);
    let plan: Value = serde_json::from_str(&stage.run(&["plan", "--format", "json"]).stdout).unwrap();
    assert_eq!(plan["formatVersion"], "1.0");
    assert_eq!(plan["summary"]["create"], 2);
    assert!(plan["lineage"].is_string() && plan["serial"].is_u64(), "{plan}");
    for count in ["create", "settle", "keep", "blocked", "orphan"] {
        assert!(plan["summary"][count].is_u64(), "{count}: {plan}");
    }
    let names: Vec<&Value> = plan["steps"].as_array().unwrap().iter().map(|step| &step["name"]).collect();
    assert_eq!(names, ["contoso-exchange", "fabrikam-office"]);
    let ran = stage.run(&["apply", "--auto-approve", "--parallelism", "1", "--format", "json"]);
    let objects = ran.objects();
    assert!(objects.iter().all(|object| object["type"].is_string()), "{objects:#?}");
    let summary = objects.last().unwrap();
    assert_eq!((&summary["type"], &summary["created"]), (&Value::from("summary"), &Value::from(2)));
    assert_eq!((&summary["notOrdered"], &summary["unknown"]), (&Value::from(0), &Value::from(0)));
    let summary = stage.run(&["apply", "--auto-approve", "--format", "json"]).objects().pop().unwrap();
    assert_eq!((&summary["type"], &summary["posts"]), (&Value::from("summary"), &Value::from(0)));
    assert_transcript!(stage);
}

#[test]
fn what_is_recorded_is_listed_shown_and_verified() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    stage.quietly(&["init"]);
    stage.run(&["state", "list"]);
    stage.quietly(&["apply", "--auto-approve", "--parallelism", "1"]);
    stage.run(&["state", "list"]);
    stage.run(&["state", "show", "fabrikam-office"]);
    stage.run(&["state", "verify"]);
    for arguments in [
        &["state", "list", "--format", "json"][..],
        &["state", "show", "contoso-exchange", "--format", "json"],
        &["state", "verify", "--format", "json"],
    ] {
        let ran = stage.run(arguments);
        assert!(serde_json::from_str::<Value>(&ran.stdout).unwrap().is_object(), "{arguments:?}");
    }
    assert_eq!(stage.run(&["state", "show", "nobody"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn the_embedded_sandbox_needs_neither_init_nor_a_token() {
    let stage = stage();
    let arguments = ["apply", "--sandbox", "--auto-approve", "--parallelism", "1"];
    let mut command = stage.command(&arguments);
    command.env_remove("ORDERFORM_ACCESS_TOKEN");
    assert_eq!(stage.run_command(&arguments, command).code, 0);
    assert_eq!(stage.run(&["apply", "--sandbox", "--auto-approve"]).code, 0);
    assert_eq!(stage.run(&["sandbox", "ledger", ".orderform/sandbox.jsonl"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_recorded_order_is_forgotten_and_moved_without_anything_being_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1), ("b", FABRIKAM, 2)]);
    let _shop = stage.open_shop("", &[]);
    stage.quietly(&["apply", "--auto-approve"]);
    assert_eq!(stage.run(&["state", "mv", "a", "b"]).code, 1);
    assert_eq!(stage.run(&["state", "mv", "a", "c"]).code, 0);
    assert_eq!(stage.run(&["state", "mv", "c", "a"]).code, 0);
    assert_eq!(stage.run(&["state", "forget", "b"]).code, 0);
    assert_eq!(stage.run(&["state", "forget", "b"]).code, 1);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 8);
    stage.bought(2);
    assert_transcript!(stage);
}
