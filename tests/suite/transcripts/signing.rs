//! Signing in, as people see it: every way of it against the sandbox's own sign-in server, and what is said of each mistake.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use super::shop::Shop;
use super::stage::{Ran, Stage};
use super::words::{CONTOSO, order};

/// What must be seen nowhere but where it is handed over.
const SECRET: &str = "canary-secret-5d1c0e77-never-to-be-seen";
const REFRESH: &str = "canary-refresh-a1b2c3d4-never-to-be-seen";
const PLATFORM: &str = "canary-platform-90fe12ab-never-to-be-seen";

const CHECK: [&str; 2] = ["auth", "check"];
const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// A stage with one order to buy, and a shop whose sign-in server is the shop itself.
fn open(flags: &[&str], faults: &str) -> (Stage, Shop) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let shop = stage.open_shop(faults, flags);
    (stage, shop)
}

/// Returns a command in whose environment an application is named, and nothing else to sign in with.
fn command(stage: &Stage, shop: &Shop, arguments: &[&str], set: &[(&str, &str)]) -> Command {
    let mut command = stage.command(arguments);
    command
        .env_remove("ORDERFORM_ACCESS_TOKEN")
        .env("ORDERFORM_AUTHORITY", &shop.endpoint)
        .env("ORDERFORM_TENANT_ID", "contoso.example")
        .env("ORDERFORM_CLIENT_ID", "licensing");
    command.envs(set.iter().copied());
    command
}

fn run(stage: &Stage, shop: &Shop, arguments: &[&str], set: &[(&str, &str)]) -> Ran {
    let names: Vec<String> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
    stage.note(&hidden(&names.join(" "), shop));
    let ran = stage.run_command(arguments, command(stage, shop, arguments, set));
    assert_unseen(&ran);
    ran
}

fn hidden(text: &str, shop: &Shop) -> String {
    let text = text.replace(&shop.endpoint, "[shop]");
    [SECRET, REFRESH, PLATFORM].iter().fold(text, |text, canary| text.replace(canary, "[canary]"))
}

#[track_caller]
fn assert_unseen(ran: &Ran) {
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!shown.contains("canary"), "{shown}");
    // A token of the sandbox begins like every JWT with such a header.
    assert!(!shown.contains("eyJ"), "{shown}");
}

fn testing_only() -> String {
    format!("{}/src/partner_center/sign_in/testing_only.pem", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_way_of_signing_in_buys_and_says_who_it_is() {
    let (stage, shop) = open(&[], "");
    stage.write("service-account", &federated_token());
    stage.write("refresh-token", REFRESH);
    stage.write("secret", SECRET);
    let certificate = testing_only();
    let github = format!("{}/sandbox/github/token?api-version=2.0", shop.endpoint);
    let devops = format!("{}/sandbox/devops/token", shop.endpoint);
    let identity = format!("{}/sandbox/identity/token", shop.endpoint);
    let printed = format!("printf '{{\"accessToken\": \"{}\"}}' a.b", "opaque");
    for set in [
        &[("ORDERFORM_CLIENT_SECRET", SECRET)][..],
        &[("ORDERFORM_CLIENT_SECRET_FILE", "secret")],
        &[("AZURE_CLIENT_SECRET", SECRET)],
        &[("ORDERFORM_REFRESH_TOKEN_FILE", "refresh-token"), ("ORDERFORM_CLIENT_SECRET", SECRET)],
        &[("AZURE_FEDERATED_TOKEN_FILE", "service-account")],
        &[("ORDERFORM_ID_TOKEN", &federated_token())],
        &[("ACTIONS_ID_TOKEN_REQUEST_URL", &github), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", PLATFORM)],
        &[
            ("SYSTEM_OIDCREQUESTURI", &devops),
            ("SYSTEM_ACCESSTOKEN", PLATFORM),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "7"),
        ],
        &[("IDENTITY_ENDPOINT", &identity), ("IDENTITY_HEADER", PLATFORM)],
        &[("ORDERFORM_SIGN_IN", "managed-identity"), ("AZURE_POD_IDENTITY_AUTHORITY_HOST", &shop.endpoint)],
        &[("ORDERFORM_TOKEN_COMMAND", &printed)],
        &[("ORDERFORM_CLIENT_CERTIFICATE_PATH", &certificate)],
    ] {
        let masked: Vec<(&str, String)> =
            set.iter().map(|(name, value)| (*name, shown(name, value))).collect();
        let names: Vec<String> = masked.iter().map(|(name, value)| format!("{name}={value}")).collect();
        stage.note(&hidden(&names.join(" "), &shop));
        let ran = stage.run_command(&CHECK, command(&stage, &shop, &CHECK, set));
        assert_unseen(&ran);
        assert_eq!(ran.code, 0, "{set:?}: {ran:?}");
    }
    let ran = run(&stage, &shop, &APPLY, &[("ORDERFORM_CLIENT_SECRET", SECRET)]);
    assert_eq!(ran.code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

/// What a transcript shows of a variable: nothing that differs from machine to machine or from run to run.
fn shown(name: &str, value: &str) -> String {
    match name {
        "ORDERFORM_CLIENT_CERTIFICATE_PATH" => "[certificate]".to_owned(),
        "ORDERFORM_ID_TOKEN" => "[id token]".to_owned(),
        _ => value.to_owned(),
    }
}

/// A token as a cluster or GitLab gives one to who runs there.
fn federated_token() -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims =
        r#"{"aud":"api://AzureADTokenExchange","exp":100000000000,"sub":"system:serviceaccount:a:b"}"#;
    format!("{}.{}.{}", part(r#"{"alg":"RS256"}"#), part(claims), part("signature"))
}

#[test]
fn each_mistake_is_told_with_what_to_do_about_it() {
    let (stage, shop) = open(&[], "");
    let secret = ("ORDERFORM_CLIENT_SECRET", SECRET);
    let certificate = testing_only();
    for set in [
        &[("ORDERFORM_CLIENT_SECRET", "wrong")][..],
        &[("ORDERFORM_CLIENT_SECRET", "expired")],
        &[secret, ("ORDERFORM_CLIENT_ID", "unknown")],
        &[secret, ("ORDERFORM_TENANT_ID", "unknown")],
        &[("ORDERFORM_REFRESH_TOKEN", "expired")],
        &[("ORDERFORM_REFRESH_TOKEN", "no-mfa")],
        &[("ORDERFORM_REFRESH_TOKEN", "unconsented")],
        &[("ORDERFORM_REFRESH_TOKEN", REFRESH), ("ORDERFORM_CLIENT_ID", "confidential")],
        &[("ORDERFORM_ID_TOKEN", "no-jwt")],
        &[secret, ("ORDERFORM_CLIENT_ID", "roleless")],
        &[("ORDERFORM_TOKEN_COMMAND", "sh -c 'echo canary; echo log in first >&2; exit 3'")],
        &[("ORDERFORM_TOKEN_COMMAND", "/no/such/at/all")],
        &[],
        &[secret, ("ORDERFORM_CLIENT_CERTIFICATE_PATH", "x.pem")],
    ] {
        assert_eq!(run(&stage, &shop, &CHECK, set).code, 1, "{set:?}");
    }
    stage.note("a certificate that the application does not know");
    let unknown = [
        ("ORDERFORM_CLIENT_CERTIFICATE_PATH", certificate.as_str()),
        ("ORDERFORM_CLIENT_ID", "unregistered"),
    ];
    let ran = stage.run_command(&CHECK, command(&stage, &shop, &CHECK, &unknown));
    assert_eq!(ran.code, 1);
    stage.note("a token for another service");
    let graph = [("ORDERFORM_ACCESS_TOKEN", token_for("https://graph.windows.net"))];
    let graph: Vec<(&str, &str)> = graph.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let ran = stage.run_command(&CHECK, command(&stage, &shop, &CHECK, &graph));
    assert_eq!(ran.code, 1);
    stage.note("a user without a second factor, whose refresh token cannot be kept");
    let weak = [("ORDERFORM_REFRESH_TOKEN", "password-only")];
    let ran = stage.run_command(&CHECK, command(&stage, &shop, &CHECK, &weak));
    assert_eq!(ran.code, 1);
    assert_transcript!(stage);
}

fn token_for(audience: &str) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"aud":"{audience}","exp":100000000000,"idtyp":"app","roles":["x"]}}"#);
    format!("{}.{}.{}", part("{}"), part(&claims), part("signature"))
}

#[test]
fn a_check_is_read_by_programs_too() {
    let (stage, shop) = open(&[], "");
    let arguments = ["auth", "check", "--format", "json"];
    for set in [
        &[("ORDERFORM_CLIENT_SECRET", SECRET)][..],
        &[("ORDERFORM_CLIENT_SECRET", "wrong")],
        &[("ORDERFORM_CLIENT_SECRET", SECRET), ("ORDERFORM_CLIENT_ID", "roleless")],
    ] {
        let ran = run(&stage, &shop, &arguments, set);
        let value: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        assert!(value.is_object());
    }
    assert_eq!(run(&stage, &shop, &["auth", "check", "--sandbox"], &[]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_token_that_is_refused_in_the_middle_is_renewed_and_the_same_attempt_sent_again() {
    let faults = "faults: [{ on: create, at: 1, do: { status: 401, code: 800001, description: old } }]";
    let (stage, shop) = open(&[], faults);
    let ran = run(&stage, &shop, &APPLY, &[("ORDERFORM_CLIENT_SECRET", SECRET)]);
    assert_eq!(ran.code, 0);
    stage.bought(1);
    let journal = fs::read_to_string(stage.state("journal.jsonl")).unwrap();
    let count = |word: &str| journal.matches(word).count();
    // Announced twice under one intent: what was sent is on record each time.
    assert_eq!((count("\"type\":\"intended\""), count("\"type\":\"sending\"")), (1, 1));
    assert!(journal.contains("signed in anew"), "{journal}");
    let requests: Vec<_> = stage.ledger().iter().map(|order| order["requestId"].clone()).collect();
    assert!(journal.contains(requests[0].as_str().unwrap()));
    assert_transcript!(stage);
}

#[test]
fn a_token_that_is_refused_for_a_list_is_renewed_once() {
    let faults = "faults: [{ on: list, at: 1, do: { status: 401, code: 800001, description: old } }]";
    let (stage, shop) = open(&[], faults);
    assert_eq!(run(&stage, &shop, &APPLY, &[("ORDERFORM_CLIENT_SECRET", SECRET)]).code, 0);
    stage.bought(1);
    // Whoever is refused with a new token too is not asked again and again.
    let (stage, shop) =
        open(&[], "faults: [{ on: any, do: { status: 401, code: 800001, description: no } }]");
    let ran = run(&stage, &shop, &APPLY, &[("ORDERFORM_CLIENT_SECRET", SECRET)]);
    assert_ne!(ran.code, 0);
    stage.bought(0);
}

#[test]
fn a_refresh_token_that_is_for_once_is_replaced_in_its_file_and_by_its_command() {
    let (stage, shop) = open(&["--refresh-once"], "");
    stage.write("refresh-token", "first");
    fs::set_permissions(stage.path("refresh-token"), fs::Permissions::from_mode(0o644)).unwrap();
    let file = [("ORDERFORM_REFRESH_TOKEN_FILE", "refresh-token")];
    for _ in 0..3 {
        assert_eq!(run(&stage, &shop, &CHECK, &file).code, 0);
        let kept = fs::read_to_string(stage.path("refresh-token")).unwrap();
        assert!(kept.starts_with("sandbox-refresh-"), "{kept}");
        let mode = fs::metadata(stage.path("refresh-token")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let kept = [
        ("ORDERFORM_REFRESH_TOKEN", "second"),
        ("ORDERFORM_REFRESH_TOKEN_COMMAND", "sh -c 'cat > kept.txt'"),
        ("PATH", "/usr/bin:/bin"),
    ];
    assert_eq!(run(&stage, &shop, &CHECK, &kept).code, 0);
    assert!(fs::read_to_string(stage.path("kept.txt")).unwrap().starts_with("sandbox-refresh-"));
    let lost = [
        ("ORDERFORM_REFRESH_TOKEN", "third"),
        ("ORDERFORM_REFRESH_TOKEN_COMMAND", "false"),
        ("PATH", "/usr/bin:/bin"),
    ];
    let ran = run(&stage, &shop, &CHECK, &lost);
    assert!(ran.stderr.contains("is not kept"), "{}", ran.stderr);
    assert_eq!(run(&stage, &shop, &CHECK, &lost).code, 1);
    assert_transcript!(stage);
}

#[test]
fn no_secret_is_seen_at_any_level_of_the_log() {
    let (stage, shop) = open(&[], "faults: [{ on: create, at: 1, do: { status: 401, code: 800001 } }]");
    stage.write("refresh-token", REFRESH);
    let identity = format!("{}/sandbox/identity/token", shop.endpoint);
    let github = format!("{}/sandbox/github/token?api-version=2.0", shop.endpoint);
    let certificate = testing_only();
    let key = fs::read_to_string(&certificate).unwrap();
    let key_line = key.lines().nth(5).unwrap();
    let ways = [
        &[("ORDERFORM_CLIENT_SECRET", SECRET)][..],
        &[("ORDERFORM_REFRESH_TOKEN_FILE", "refresh-token"), ("ORDERFORM_CLIENT_SECRET", SECRET)],
        &[("ORDERFORM_CLIENT_SECRET", SECRET), ("ORDERFORM_CLIENT_ID", "unknown")],
        &[("ORDERFORM_CLIENT_CERTIFICATE_PATH", &certificate)],
        &[("IDENTITY_ENDPOINT", &identity), ("IDENTITY_HEADER", PLATFORM)],
        &[("ACTIONS_ID_TOKEN_REQUEST_URL", &github), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", PLATFORM)],
        &[("ORDERFORM_TOKEN_COMMAND", "echo canary-command-token-never-to-be-seen")],
    ];
    for (seats, set) in (2..).zip(ways) {
        // Something to buy for each of them.
        stage.write(&format!("o{seats}.yaml"), &order(&format!("o{seats}"), CONTOSO, seats));
        for arguments in [&APPLY[..], &CHECK] {
            let mut command = command(&stage, &shop, arguments, set);
            command.env_remove("ORDERFORM_LOG_PATH").env("ORDERFORM_LOG", "trace");
            let ran = Ran::from(command.output().unwrap());
            assert_unseen(&ran);
            let shown = format!("{}{}", ran.stdout, ran.stderr);
            assert!(shown.contains("TRACE") || shown.contains("DEBUG"), "nothing was logged: {shown}");
            assert!(!shown.contains(key_line), "{shown}");
            assert!(!shown.contains("sandbox-refresh-"), "{shown}");
        }
    }
    let state = fs::read_to_string(stage.state("journal.jsonl")).unwrap();
    assert!(!state.contains("canary") && !state.contains("eyJ"));
}
