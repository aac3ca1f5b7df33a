//! The page for a browser: written whatever became of the plan, and never over something else.

use std::fs;

use super::super::stage::{Stage, TOKEN};
use super::super::words::order;
use super::stage;

const PAGE: [&str; 3] = ["plan", "--html", "plan.html"];

/// Returns what the page says, without elements, style and script, from its heading on; a line a piece.
fn said(stage: &Stage) -> String {
    let page = fs::read_to_string(stage.path("plan.html")).unwrap();
    assert!(!page.contains(TOKEN));
    let (_, body) = page.split_once("<h1>").unwrap();
    let (body, _) = body.split_once("<script>").unwrap();
    let pieces = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text).trim());
    pieces.filter(|piece| !piece.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_page_is_written_whatever_became_of_the_plan() {
    let (stage, _shop) = stage();
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    assert_eq!(stage.run(&PAGE).code, 0);
    stage.note(&said(&stage));
    let first = fs::read(stage.path("plan.html")).unwrap();
    assert_eq!(stage.quietly(&PAGE).code, 0);
    assert_eq!(fs::read(stage.path("plan.html")).unwrap(), first, "the same plan is the same bytes");
    stage.write("orderform.yaml", &format!("{project}  limits: {{ ordersPerRun: 1 }}\n"));
    assert_eq!(stage.run(&PAGE).code, 5);
    stage.note(&said(&stage));
    stage.write("c.yaml", &order("c", "nobody", 1));
    assert_eq!(stage.run(&PAGE).code, 3);
    stage.note(&said(&stage));
    stage.remove("c.yaml");
    stage.write(".orderform/journal.jsonl", "damaged\n");
    assert_eq!(stage.run(&PAGE).code, 1);
    stage.note(&said(&stage));
    assert_transcript!(stage);
}

#[test]
fn nothing_but_a_page_of_a_plan_is_overwritten_by_one() {
    let (stage, _shop) = stage();
    stage.write("other.html", "<!DOCTYPE html><html lang=\"en\"><title>mine</title>");
    for file in ["other.html", "plan.md", "plan.json", "a.yaml"] {
        let before = fs::read(stage.path(file)).unwrap();
        assert_eq!(stage.run(&["plan", "--html", file]).code, 1);
        assert_eq!(fs::read(stage.path(file)).unwrap(), before, "{file}");
    }
    assert_eq!(stage.quietly(&PAGE).code, 0);
    for flag in ["--out", "--markdown"] {
        assert_eq!(stage.run(&["plan", flag, "plan.html"]).code, 1);
    }
    assert_transcript!(stage);
}
