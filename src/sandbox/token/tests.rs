//! The token endpoints: who gets what, and who does not.

use super::*;

const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);
const OURS: &str = "https://api.partnercenter.microsoft.com";

fn desk(refresh_tokens: RefreshTokens) -> Desk {
    Desk::new(Duration::from_secs(3600), refresh_tokens)
}

fn ask(desk: &Desk, version: Version, tenant: &str, fields: &[(&str, &str)]) -> (u16, Value) {
    let form = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let reply = desk.token(Posted { version, tenant, form: &form }, NOW);
    (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap())
}

fn number(fields: &[(&str, &str)]) -> u64 {
    let scope = format!("{OURS}/.default");
    let fields = [fields, &[("scope", scope.as_str())]].concat();
    let (_, answer) = ask(&desk(RefreshTokens::Lasting), Version::V2, "t", &fields);
    answer["error_codes"][0].as_u64().unwrap_or(0)
}

#[test]
fn the_audience_is_the_scope_without_its_last_part() {
    assert_eq!(audience_of(&format!("{OURS}/.default")), OURS);
    assert_eq!(audience_of(&format!("openid {OURS}/user_impersonation")), OURS);
}

#[test]
fn each_mistake_is_refused_by_its_number() {
    let app = [("client_id", "a"), ("grant_type", "client_credentials")];
    let user = [("client_id", "a"), ("grant_type", "refresh_token")];
    let with = |base: &[(&'static str, &'static str)], more: &[(&'static str, &'static str)]| {
        number(&[base, more].concat())
    };
    assert_eq!(number(&[]), 900_144);
    assert_eq!(with(&app, &[]), 900_144);
    assert_eq!(with(&app, &[("client_secret", "s")]), 0);
    assert_eq!(with(&app, &[("client_secret", "wrong")]), 7_000_215);
    assert_eq!(with(&app, &[("client_secret", "expired")]), 7_000_222);
    assert_eq!(with(&app[1..], &[("client_id", "unknown"), ("client_secret", "s")]), 700_016);
    for (token, expected) in
        [("any", 0), ("expired", 700_082), ("revoked", 50_173), ("no-mfa", 50_076), ("unconsented", 65_001)]
    {
        assert_eq!(with(&user, &[("refresh_token", token)]), expected, "{token}");
    }
    assert_eq!(with(&user[1..], &[("client_id", "confidential"), ("refresh_token", "any")]), 7_000_218);
    assert_eq!(with(&[("client_id", "a"), ("grant_type", "password")], &[]), 70_003);
    let fields = [&app[..], &[("client_secret", "s"), ("resource", OURS)]].concat();
    let (status, answer) = ask(&desk(RefreshTokens::Lasting), Version::V1, "unknown", &fields);
    assert_eq!((status, &answer["error_codes"][0]), (400, &json!(90_002)));
}

#[test]
fn v1_writes_numbers_as_text_and_brings_no_new_refresh_token_unless_each_is_for_once() {
    let fields = [
        ("client_id", "a"),
        ("grant_type", "refresh_token"),
        ("refresh_token", "one"),
        ("resource", OURS),
        ("scope", OURS),
    ];
    let lasting = desk(RefreshTokens::Lasting);
    let (_, v1) = ask(&lasting, Version::V1, "t", &fields);
    assert_eq!((&v1["expires_in"], &v1["refresh_token"]), (&json!("3600"), &Value::Null));
    let (_, v2) = ask(&lasting, Version::V2, "t", &fields);
    assert_eq!(v2["expires_in"], json!(3600));
    assert!(v2["refresh_token"].is_string());
    assert_eq!(ask(&lasting, Version::V2, "t", &fields).0, 200);
    let once = desk(RefreshTokens::Once);
    assert!(ask(&once, Version::V1, "t", &fields).1["refresh_token"].is_string());
    assert_eq!(ask(&once, Version::V1, "t", &fields).1["error_codes"][0], json!(70_000));
}

#[test]
fn an_assertion_stands_for_a_secret_where_it_is_meant_for_entra_and_young() {
    let from = NOW.as_second();
    let of = |claims: Value| bearer::unsigned(&claims);
    let number = |client: &'static str, assertion: &str, kind: &str| {
        number(&[
            ("client_id", client),
            ("grant_type", "client_credentials"),
            ("client_assertion_type", kind),
            ("client_assertion", assertion),
        ])
    };
    let foreign = of(json!({"aud": EXCHANGE, "exp": from + 60, "iss": "github", "sub": "repo"}));
    assert_eq!(number("a", &foreign, ASSERTION_TYPE), 0);
    assert_eq!(number("a", &foreign, "jwt"), 90_019);
    let own = |client: &str| {
        of(json!({"aud": "https://x/t/oauth2/v2.0/token", "exp": from + 60, "iss": client, "sub": client}))
    };
    assert_eq!(number("a", &own("a"), ASSERTION_TYPE), 0);
    assert_eq!(number("unregistered", &own("unregistered"), ASSERTION_TYPE), 700_027);
    for (claims, expected) in [
        (json!({"aud": "api://another", "exp": from + 60}), 700_212),
        (json!({"aud": EXCHANGE, "exp": from}), 700_024),
        (json!({"aud": EXCHANGE, "exp": from + 60, "sub": "stranger"}), 700_213),
        (json!({"aud": "https://x", "exp": from + 60, "iss": "a", "sub": "a"}), 700_023),
    ] {
        assert_eq!(number("a", &of(claims), ASSERTION_TYPE), expected);
    }
    assert_eq!(number("a", "no token", ASSERTION_TYPE), 50_027);
}
