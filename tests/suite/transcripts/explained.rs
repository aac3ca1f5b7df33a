//! `orderform explain`: what a code means, for people, for Markdown and for programs.

use orderform::manifest::{Code, Explanation};

use super::stage::Stage;

#[test]
fn a_code_is_explained_however_it_is_typed_and_an_unknown_one_is_not_guessed() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["explain", "OF0204"]).code, 0);
    for text in ["of0204", "0204", "204"] {
        assert_eq!(stage.quietly(&["explain", text]).stdout, stage.quietly(&["explain", "OF0204"]).stdout);
    }
    for text in ["999", "240", "OF0412", "quantity"] {
        assert_eq!(stage.run(&["explain", text]).code, 1, "{text}");
    }
    assert_eq!(stage.run(&["explain", "999", "--format", "json"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn without_a_code_all_are_listed() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["explain"]).code, 0);
    for format in ["markdown", "json"] {
        let listed = stage.quietly(&["explain", "--format", format]).stdout;
        for code in Code::ALL {
            assert!(listed.contains(code.as_str()) && listed.contains(code.summary()), "{format}: {code}");
        }
    }
    assert_transcript!(stage);
}

#[test]
fn markdown_is_the_text_as_it_is_and_json_has_its_parts() {
    let stage = Stage::new();
    for code in [Code::UnknownKey, Code::NoSuchPath, Code::EarlySettling] {
        let text = stage.quietly(&["explain", code.as_str(), "--format", "markdown"]).stdout;
        assert_eq!(text, code.explanation());
        let json = stage.quietly(&["explain", code.as_str(), "--format", "json"]).stdout;
        let Explanation { prose, wrong, right } = Explanation::of(code);
        let expected = serde_json::json!({
            "formatVersion": "1.0",
            "code": code.as_str(),
            "severity": code.severity().to_string(),
            "summary": code.summary(),
            "explanation": prose,
            "wrong": wrong.text,
            "right": right.text,
        });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&json).unwrap(), expected);
    }
}

#[test]
fn colour_changes_no_word_and_a_narrow_terminal_gets_narrow_lines() {
    let stage = Stage::new();
    let plain = stage.quietly(&["explain", "OF0204"]).stdout;
    let coloured = stage.quietly(&["explain", "OF0204", "--color", "always"]).stdout;
    assert!(coloured.contains("\u{1b}["));
    let parts = coloured.split('\u{1b}').enumerate();
    let bare: String = parts
        .map(|(at, part)| if at == 0 { part } else { part.split_once('m').unwrap().1 })
        .collect::<Vec<_>>()
        .concat();
    assert_eq!(bare, plain);
    let mut narrow = stage.command(&["explain", "OF0204"]);
    let output = narrow.env("COLUMNS", "50").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let (prose, _) = text.split_once("\n\nWrong:").unwrap();
    assert!(prose.lines().all(|line| line.chars().count() <= 50), "{prose}");
}

#[test]
fn every_problem_leads_to_the_explanation_of_the_worst_and_no_problem_to_none() {
    let stage = Stage::new();
    let settings = "apiVersion: orderform/v1\nkind: Project\nspec:\n  recovery:\n    settleAfter: 5m\n";
    stage.write("orderform.yaml", settings);
    let lead = |text: &str| text.lines().filter(|line| line.starts_with("for more ")).count();
    let warned = stage.quietly(&["validate"]).stderr;
    assert!(warned.contains("orderform explain OF0321") && lead(&warned) == 1, "{warned}");
    stage.write("orderform.yaml", &(settings.to_owned() + "  color: red\n"));
    let wrong = stage.quietly(&["validate"]).stderr;
    assert!(wrong.contains("orderform explain OF0204") && lead(&wrong) == 1, "{wrong}");
    let json = stage.quietly(&["validate", "--format", "json"]);
    assert_eq!(lead(&(json.stdout + &json.stderr)), 0);
    stage.remove("orderform.yaml");
    assert_eq!(lead(&stage.quietly(&["validate"]).stderr), 0);
}
