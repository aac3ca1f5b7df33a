//! Selecting: what is outside is neither bought nor settled nor renamed, and nothing is selected by mistake.

use std::fs;

use serde_json::Value;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order, order_with};

fn labelled(name: &str, customer: &str, quantity: u32, region: &str) -> String {
    order_with(&format!("  labels: {{ region: {region} }}\n"), name, customer, quantity)
}

/// Three orders of a named customer and one of another.
fn stage() -> Stage {
    let stage = Stage::with_orders(&[("fabrikam-office", FABRIKAM, 6)]);
    stage.write(
        "customers.yaml",
        &format!(
            "apiVersion: orderform/v1\nkind: Customer\nmetadata:\n  name: contoso\nspec:\n  customerId: {CONTOSO}\n"
        ),
    );
    let named = |text: String| text.replace(&format!("customerId: {CONTOSO}"), "customer: contoso");
    stage.write("contoso-office.yaml", &named(labelled("contoso-office", CONTOSO, 4, "emea")));
    stage.write("contoso-visio.yaml", &named(labelled("contoso-visio", CONTOSO, 2, "apac")));
    stage.write("contoso-test.yaml", &named(order("contoso-test", CONTOSO, 1)));
    stage
}

#[test]
fn a_plan_says_what_it_is_about_and_how_much_it_is_not() {
    let stage = stage();
    assert_eq!(stage.run(&["plan", "--only", "contoso-*", "--except", "contoso-test"]).code, 0);
    assert_eq!(stage.run(&["plan", "--only", "customer=contoso,label.region=*"]).code, 0);
    assert_eq!(stage.run(&["plan", "--only", "label.region=emea", "--only", "customer!=contoso"]).code, 0);
    assert_eq!(stage.run(&["plan", "--only", "contoso-*", "--except", "c*", "--format", "markdown"]).code, 0);
    assert_eq!(stage.run(&["plan", "--except", "customer=contoso", "--format", "markdown"]).code, 0);
    let shown = stage.quietly(&["plan", "--only", "fabrikam-office", "--format", "json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let expected =
        serde_json::json!({ "path": ".", "only": ["name=fabrikam-office"], "outside": { "orders": 3 } });
    assert_eq!(shown["scope"], expected);
    assert_eq!(shown["steps"].as_array().unwrap().len(), 1);
    assert_transcript!(stage);
}

#[test]
fn files_of_expressions_add_to_those_that_are_typed() {
    let stage = stage();
    stage.write("wave-1.txt", "# the first wave\n\n  contoso-visio\r\nfabrikam-*\n");
    stage.write("hold.txt", "\u{feff}label.region=apac\n");
    let files = ["plan", "--only-file", "wave-1.txt", "--only", "contoso-test", "--except-file", "hold.txt"];
    assert_eq!(stage.run(&files).code, 0);
    stage.write("empty.txt", "# nobody yet\n");
    assert_eq!(stage.run(&["plan", "--only-file", "empty.txt"]).code, 1);
    assert_eq!(stage.run(&["plan", "--only-file", "missing.txt"]).code, 1);
    stage.write("wrong.txt", "contoso-*\n\nregion=emea\n  Contoso\n");
    assert_eq!(stage.run(&["plan", "--only-file", "wrong.txt", "--except", "label.region"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn every_mistake_in_an_expression_is_shown_where_it_is() {
    let stage = stage();
    let wrong = ["", "a,,b", "custmer=contoso", "=x", "label.=x", "label.region=", "name=Büro", "a\\", "::x"];
    let mut arguments = vec!["plan"];
    wrong.iter().for_each(|one| arguments.extend(["--only", one]));
    assert_eq!(stage.run(&arguments).code, 1);
    let long = format!("plan --except {}", "a".repeat(1001));
    assert_eq!(stage.quietly(&long.split(' ').collect::<Vec<_>>()).code, 1);
    assert_transcript!(stage);
}

#[test]
fn expressions_that_match_nothing_are_told_all_at_once_with_what_may_be_meant() {
    let stage = stage();
    let unmatched = [
        "contoso-ofice",
        "contosso-*",
        "customer=contosso",
        "label.regoin=emea",
        "label.region=emae",
        "name!=contoso-tset",
        "fabrikam-*,label.region=emea",
        "nothing-like-it",
    ];
    let mut arguments = vec!["plan", "--except", "customer=nobody", "--only", "contoso-office"];
    unmatched.iter().for_each(|one| arguments.extend(["--only", one]));
    assert_eq!(stage.run(&arguments).code, 1);
    assert_eq!(stage.run(&["apply", "--sandbox", "--auto-approve", "--only", "contosso-*"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn what_is_outside_is_neither_bought_nor_renamed() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    let apply = ["apply", "--auto-approve", "--parallelism", "1"];
    assert_eq!(stage.run(&[&apply[..], &["--only", "contoso-office"]].concat()).code, 0);
    stage.bought(1);
    stage.remove("contoso-office.yaml");
    stage.write("new.yaml", &order_with("  formerly: contoso-office\n", "contoso-new", CONTOSO, 4));
    assert_eq!(stage.run(&[&apply[..], &["--except", "contoso-*"]].concat()).code, 0);
    stage.bought(2);
    assert_eq!(stage.run(&["state", "list"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn an_attempt_in_doubt_outside_is_left_alone_and_holds_its_customer_back() {
    let stage = stage();
    let _shop =
        stage.open_shop("faults: [{ on: create, do: lose-answer-after, times: 1 }]\n", &["--no-audit"]);
    let apply = ["apply", "--auto-approve", "--parallelism", "1"];
    assert_eq!(stage.run(&[&apply[..], &["--only", "contoso-office"]].concat()).code, 4);
    stage.bought(1);
    let others = ["--only", "contoso-visio", "--only", "fabrikam-*"];
    assert_eq!(stage.run(&[&apply[..], &others].concat()).code, 8);
    stage.bought(2);
    let pending = stage.quietly(&["state", "show", "contoso-office", "--format", "json"]);
    assert!(pending.stdout.contains("\"pending\""), "{}", pending.stdout);
    assert_transcript!(stage);
}

const SAVE: [&str; 5] = ["plan", "--only", "customer=contoso", "--out", "plan.json"];
const APPLY: [&str; 5] = ["apply", "--plan", "plan.json", "--parallelism", "1"];

#[test]
fn a_saved_plan_brings_its_selection_and_is_held_to_it() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&SAVE).code, 0);
    let wider = [&APPLY[..], &["--only", "*"]].concat();
    assert_eq!(stage.run(&wider).code, 7);
    stage.bought(0);
    let saved: Value = serde_json::from_str(&fs::read_to_string(stage.path("plan.json")).unwrap()).unwrap();
    let approve = |select: &[&str]| {
        stage.quietly(&[&["apply", "--approve", saved["digest"].as_str().unwrap()], select].concat())
    };
    assert_eq!(approve(&[]).code, 7, "the digest is of another scope");
    stage.bought(0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn a_selection_that_is_spelt_otherwise_is_the_one_that_was_reviewed() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&SAVE).code, 0);
    assert_eq!(stage.quietly(&[&APPLY[..], &["--only", " customer == contoso "]].concat()).code, 0);
    stage.bought(3);
}

#[test]
fn what_changes_outside_of_a_saved_plan_makes_it_stale_and_its_orders_stand() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&SAVE).code, 0);
    stage.write("fabrikam-office.yaml", &order("fabrikam-office", FABRIKAM, 60));
    assert_eq!(stage.run(&APPLY).code, 7);
    stage.bought(0);
    assert_eq!(stage.run(&[&APPLY[..], &["--rebase"]].concat()).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn a_saved_plan_whose_scope_was_changed_by_hand_is_refused() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&SAVE).code, 0);
    let text = fs::read_to_string(stage.path("plan.json")).unwrap();
    for (from, to) in [
        ("\"customer=contoso\"", "\"customer=*\""),
        ("\"customer=contoso\"", "\"customer = contoso\""),
        ("\"customer=contoso\"", "\"\""),
        ("\"orders\": 1", "\"orders\": 0"),
        ("\"only\"", "\"except\""),
    ] {
        assert!(text.contains(from), "{from}");
        stage.write("plan.json", &text.replace(from, to));
        assert_eq!(stage.quietly(&APPLY).code, 7, "{from} -> {to}");
    }
    stage.bought(0);
}
