//! `why`: who approved what, what was sent, what came back, from the journal.

use super::changed::{commit, run, there_is_git};
use super::stage::Stage;
use super::words::{CONTOSO, order};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

#[test]
fn a_receipt_says_who_approved_what_and_tells_every_send() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-after }]", &[]);
    assert_eq!(stage.quietly(&APPLY).code, 4);
    assert_eq!(stage.quietly(&APPLY).code, 0);
    assert_eq!(stage.quietly(&["state", "mv", "a", "b"]).code, 0);
    for format in ["human", "markdown", "json"] {
        assert_eq!(stage.run(&["why", "b", "--format", format]).code, 0);
    }
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn of_what_was_refused_or_never_tried_there_is_an_answer_too() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop(&format!("customers: {{ {CONTOSO}: {{ status: 403, code: 13605 }} }}"), &[]);
    assert_eq!(stage.run(&["why", "a"]).code, 1);
    assert_eq!(stage.quietly(&APPLY).code, 8);
    assert_eq!(stage.run(&["why", "a"]).code, 0);
    assert_eq!(stage.run(&["why", "nobody"]).code, 1);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_receipt_names_the_commit_and_says_where_manifests_were_not_committed() {
    if !there_is_git() {
        return;
    }
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    commit(&stage, ".", "first");
    assert_eq!(run(&stage, &APPLY).code, 0);
    stage.write("b.yaml", &order("b", CONTOSO, 6));
    assert_eq!(run(&stage, &APPLY).code, 0);
    let approved = |name: &str| {
        let why = stage.quietly(&["why", name, "--format", "json"]).stdout;
        let receipt: serde_json::Value = serde_json::from_str(&why).unwrap();
        receipt["entries"][0]["run"]["approved"].clone()
    };
    let (first, second) = (approved("a"), approved("b"));
    let id = first["commit"].as_str().unwrap();
    assert!(id.len() == 40 && id.bytes().all(|c| c.is_ascii_hexdigit()), "{id}");
    assert_eq!(second["commit"].as_str().unwrap(), format!("{id}+"));
    assert_eq!(first["how"], "flag");
    assert_ne!(first["plan"], second["plan"]);
}
