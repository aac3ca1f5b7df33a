//! `--rebase`: what still is exactly as it was reviewed is applied, and nothing else.

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM, order};
use super::{APPLY, REBASE, SAVE, document, stage};

#[test]
fn the_rest_is_bought_and_what_changed_is_left_out() {
    let (stage, _shop) = stage();
    stage.write("a.yaml", &order("a", CONTOSO, 40));
    stage.write("c.yaml", &order("c", FABRIKAM, 1));
    assert_eq!(stage.run(&REBASE).code, 8);
    stage.bought(1);
    let ledger = stage.ledger();
    assert_eq!(ledger[0]["requestId"], document(&stage)["pins"]["sends"][1]["requestId"]);
    assert_eq!(stage.run(&REBASE).code, 7, "nothing of it still stands");
    stage.bought(1);
    assert_transcript!(stage);
}

/// The journal names the plan that was reviewed, not the rest that was made of it.
#[test]
fn what_is_recorded_names_the_plan_that_was_reviewed() {
    let (stage, _shop) = stage();
    stage.remove("a.yaml");
    assert_eq!(stage.quietly(&REBASE).code, 0);
    let journal = std::fs::read_to_string(stage.state("journal.jsonl")).unwrap();
    let digest = document(&stage)["digest"].as_str().unwrap().to_owned();
    // What was approved, and what was intended.
    assert_eq!(journal.matches(&digest).count(), 2, "{journal}");
    stage.bought(1);
}

#[test]
fn a_plan_that_was_cut_short_is_finished() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 6)]);
    let _shop = stage.open_shop("faults:\n  - { on: create, at: 1, do: lose-answer-after }\n", &[]);
    assert_eq!(stage.quietly(&SAVE).code, 0);
    assert_eq!(stage.run(&APPLY).code, 4);
    stage.bought(2);
    assert_eq!(stage.run(&APPLY).code, 7);
    stage.write("c.yaml", &order("c", FABRIKAM, 1));
    assert_eq!(stage.run(&REBASE).code, 8, "c was not reviewed");
    stage.bought(2);
    assert_eq!(stage.quietly(&["state", "show", "a"]).stdout.lines().next(), Some("Order a"));
    assert_transcript!(stage);
}

#[test]
fn limits_that_were_raised_let_the_rest_be_bought() {
    let (stage, _shop) = stage();
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}  limits: {{ ordersPerRun: 30 }}\n"));
    assert_eq!(stage.run(&REBASE).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}
