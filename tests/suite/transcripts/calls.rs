//! Wrong calls: what was typed is refused before anything is sent.

use super::stage::Stage;
use super::words::CONTOSO;

fn stage() -> Stage {
    Stage::with_orders(&[("a", CONTOSO, 1)])
}

#[test]
fn a_call_that_is_not_understood_is_told_what_would_be() {
    let stage = stage();
    for arguments in [
        &[][..],
        &["aply"],
        &["apply", "--auto-aprove"],
        &["apply", "--parallelism", "0"],
        &["apply", "--settle-after", "30"],
        &["apply", "--settle-after", "soon"],
        &["apply", "--recovery", "nonsense"],
        &["plan", "--format", "yaml"],
        &["settle", "a"],
        &["settle", "a", "--bought", "x", "--not-bought"],
        &["state", "show", "Not_A_Name"],
        &["adopt", "a"],
        &["sandbox", "--listen", "localhost"],
    ] {
        assert_eq!(stage.run(arguments).code, 1, "{arguments:?}");
    }
    assert_transcript!(stage);
}

#[test]
fn a_path_that_does_not_exist_is_an_error_and_no_empty_project() {
    let stage = Stage::new();
    for command in ["validate", "plan", "apply"] {
        assert_eq!(stage.run(&[command, "nowhere"]).code, 3, "{command}");
    }
    assert!(!stage.path("nowhere").exists());
    assert_transcript!(stage);
}

#[test]
fn an_endpoint_that_a_token_should_not_go_to_is_refused_before_any_connection() {
    let stage = stage();
    let shop = stage.open_shop("", &[]);
    for endpoint in [
        &format!("{}/v1", shop.endpoint),
        "http://api.partnercenter.microsoft.com",
        "http://192.0.2.1:8787",
        "ftp://127.0.0.1",
        "127.0.0.1:8787",
        "https://kim:secret@api.partnercenter.microsoft.com",
        "",
    ] {
        let ran = stage.run(&["apply", "--auto-approve", "--endpoint", endpoint]);
        assert_eq!(ran.code, 1, "{endpoint}");
        assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    }
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_wait_that_is_too_short_for_real_orders_is_refused_before_any_connection() {
    let stage = stage();
    let real = ["apply", "--auto-approve", "--endpoint", "https://192.0.2.1"];
    for short in [&["--settle-after", "0s"][..], &["--settle-after", "18m"], &["--request-timeout", "20m"]] {
        assert_eq!(stage.run(&[&real[..], short].concat()).code, 5);
    }
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}  recovery: {{ settleAfter: 1s }}\n"));
    assert_eq!(stage.run(&real).code, 5);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--format", "json"]).code, 5);
    assert_transcript!(stage);
}

#[test]
fn without_a_token_that_can_be_one_nothing_is_sent() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    for token in [None, Some(""), Some("two words here"), Some("canary\u{e4}")] {
        let arguments = ["apply", "--auto-approve"];
        let mut command = stage.command(&arguments);
        match token {
            None => command.env_remove("ORDERFORM_ACCESS_TOKEN"),
            Some(token) => command.env("ORDERFORM_ACCESS_TOKEN", token),
        };
        stage.note(&format!("the token is {token:?}"));
        assert_eq!(stage.run_command(&arguments, command).code, 1);
    }
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn without_a_terminal_and_without_approval_nothing_is_bought() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["apply"]).code, 1);
    let objects = stage.run(&["apply", "--format", "json"]).objects();
    assert_eq!(objects.last().unwrap()["exitCode"], 1);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn a_sandbox_serves_this_machine_only() {
    let stage = Stage::new();
    stage.write("wrong.txt", "faults: [{ on: create, do: explode }]");
    for arguments in [
        &["sandbox", "--listen", "0.0.0.0:0"][..],
        &["sandbox", "--listen", "127.0.0.1:0", "--faults", "wrong.txt"],
        &["sandbox", "--listen", "127.0.0.1:0", "--faults", "missing.txt"],
        &["sandbox", "ledger", "missing.jsonl"],
    ] {
        assert_eq!(stage.run(arguments).code, 1, "{arguments:?}");
    }
    assert_transcript!(stage);
}
