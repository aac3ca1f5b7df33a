//! Texts of others, and the token: the first never reach a terminal raw, the second nobody at all.

use std::fs;

use super::stage::{Stage, TOKEN};
use super::words::{CONTOSO, FABRIKAM, LEGACY};

/// Moves a cursor, turns a text around, commands a build server, breaks a comment.
const EVIL: &str = "\u{1b}[2J\u{202e}evil\r\n::set-env name=A::b\n##vso[task.setvariable]x\n</details>`@all`";

/// Returns what nobody may read raw on a terminal or in a log of a build server.
fn harms(text: &str) -> Option<&'static str> {
    let line = |start: &str| text.lines().any(|line| line.trim_start_matches("2> ").starts_with(start));
    let found = [
        (text.contains('\u{1b}'), "an escape"),
        (text.contains('\u{202e}'), "a text turned around"),
        (text.contains('\r'), "a carriage return"),
        (line("::") || line("##vso["), "a command to a build server"),
    ];
    found.into_iter().find(|(found, _)| *found).map(|(_, what)| what)
}

/// Plans, applies and looks in every format.
fn look_everywhere(stage: &Stage) {
    for format in ["human", "markdown", "json"] {
        stage.quietly(&["plan", "--verbose", "--format", format]);
        stage.quietly(&["apply", "--auto-approve", "--verbose", "--format", format]);
        stage.quietly(&["state", "list", "--format", format]);
        stage.quietly(&["state", "show", "a", "--format", format]);
    }
}

#[test]
fn what_a_server_says_never_reaches_a_terminal_raw() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let description = serde_json::to_string(EVIL).unwrap();
    let refused = format!("{{ status: 400, code: 2002, description: {description} }}");
    let unknown = format!("{{ status: 500, code: 800005, description: {description} }}");
    let faults = format!(
        "faults:\n  - {{ on: create, match: {{ customer: {CONTOSO} }}, do: {refused} }}\n  \
         - {{ on: create, do: {unknown} }}\n"
    );
    let _shop = stage.open_shop(&faults, &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--parallelism", "1"]).code, 4);
    look_everywhere(&stage);
    assert_eq!(harms(&stage.raw()), None, "{}", stage.raw());
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn what_a_manifest_says_never_reaches_a_terminal_raw() {
    let stage = Stage::with_orders(&[]);
    let text = serde_json::to_string(EVIL).unwrap();
    let manifest = |name: &str, more: &str| {
        format!(
            "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\nspec:\n  customerId: {CONTOSO}\n  \
             lineItems:\n    - offerId: {LEGACY}\n      quantity: 1\n{more}"
        )
    };
    stage.write("a.yaml", &manifest(&text, ""));
    stage.write("b.yaml", &manifest("b", &format!("      friendlyName: {text}\n")));
    stage.write("c.yaml", &manifest("c", &format!("      {text}: 1\n")));
    stage.write("d.yaml", &format!("# \u{1b}[2J\u{202e}\n{}", manifest("d", "")));
    stage.write("e\u{1b}[2J.yaml", "apiVersion: 1");
    stage.run(&["validate"]);
    look_everywhere(&stage);
    stage.quietly(&["validate", "--format", "json"]);
    stage.quietly(&["plan", "\u{1b}[2J\u{202e}"]);
    assert_eq!(harms(&stage.raw()), None, "{}", stage.raw());
    assert_transcript!(stage);
}

#[test]
fn the_token_is_seen_nowhere() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 6)]);
    let faults = format!(
        "faults:\n  - {{ on: create, at: 1, do: {{ status: 500, code: 1, description: {TOKEN} }} }}\n  \
         - {{ on: create, at: 2, do: {{ status: 400, code: 1, description: {TOKEN} }} }}\n"
    );
    let _shop = stage.open_shop(&faults, &[]);
    for arguments in [
        &["apply", "--auto-approve", "--settle-after", "0s", "--format", "json", "--verbose"][..],
        &["apply", "--auto-approve", "--settle-after", "0s"],
        &["apply", "--auto-approve", "--endpoint", "http://example.com"],
        &["state", "show", "a"],
        &["state", "rebuild"],
        &["adopt", "a", "000000000000"],
    ] {
        let mut command = stage.command(arguments);
        stage.run_command(arguments, {
            command.env_remove("ORDERFORM_LOG_PATH");
            command
        });
    }
    assert!(!stage.raw().contains(TOKEN), "{}", stage.raw());
    assert!(stage.raw().contains("TRACE"), "the log was on");
    for entry in fs::read_dir(stage.path(".orderform")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        assert!(!text.contains(TOKEN), "{text}");
    }
    assert_eq!(stage.ledger().len(), 2);
}

/// Every stage logs all there is to log and is searched for its token in the end: this is what is searched.
#[test]
fn what_every_stage_is_searched_for_would_be_found() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    let logged = fs::read_to_string(stage.log_file()).unwrap();
    for part in ["TRACE hyper", "DEBUG", "create order"] {
        assert!(logged.contains(part), "no `{part}` in {logged}");
    }
    stage.write("deep/below/leak", &format!("a{TOKEN}b"));
    assert_eq!(
        super::stage::files_with(&stage.path("."), TOKEN.as_bytes()),
        [stage.path("./deep/below/leak")]
    );
    stage.remove("deep/below/leak");
}
