//! Wrong manifests: every problem at once, and nothing attempted.

use super::stage::Stage;
use super::words::{CONTOSO, order};

#[test]
fn every_problem_of_every_file_is_shown_and_nothing_is_attempted() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 0).replace("billingCycle: monthly", "billingcycle: monthly"));
    stage.write("b.yaml", &order("b", "contoso", 1));
    stage.write("c.yaml", &order("same", CONTOSO, 1));
    stage.write("d.yaml", &order("same", CONTOSO, 2));
    stage.write("e.yaml", "apiVersion: orderform/v1\nkind: Order\nmetadata: {name: e\n");
    let _shop = stage.open_shop("", &[]);
    for command in ["validate", "plan"] {
        assert_eq!(stage.run(&[command]).code, 3, "{command}");
    }
    for arguments in [&["apply", "--auto-approve"][..], &["apply", "--sandbox", "--auto-approve"], &["init"]]
    {
        assert_eq!(stage.quietly(arguments).code, 3, "{arguments:?}");
    }
    assert!(!stage.path(".orderform").exists());
    assert!(!stage.path("orderform.yaml").exists());
    stage.bought(0);
    let objects = stage.run(&["apply", "--auto-approve", "--format", "json"]).objects();
    assert_eq!(objects.last().unwrap()["exitCode"], 3);
    assert_transcript!(stage);
}

#[test]
fn one_wrong_manifest_stops_the_right_ones_too() {
    let stage = Stage::with_orders(&[("right", CONTOSO, 1)]);
    stage.write("wrong.yaml", &order("wrong", CONTOSO, 1).replace("quantity: 1", "quantity: many"));
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 3);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_directory_without_manifests_wants_nothing() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["validate"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_transcript!(stage);
}
