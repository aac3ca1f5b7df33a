//! Which way an environment stands for, and what is said of one that stands for none.

use super::*;

fn variables(set: &[(&str, &str)]) -> Variables {
    Variables::of(set.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())))
}

fn found(set: &[(&str, &str)]) -> Result<&'static str, String> {
    let found = find_in(&variables(set), Cloud::Public);
    let shown = format!("{found:?}");
    assert!(!shown.contains("canary"), "{shown}");
    found
        .map(|found| found.method.word())
        .map_err(|failure| format!("{} | {}", failure.message, failure.hint.unwrap_or_default()))
}

const TENANT: (&str, &str) = ("ORDERFORM_TENANT_ID", "contoso.example");
const CLIENT: (&str, &str) = ("ORDERFORM_CLIENT_ID", "app");
const SECRET: (&str, &str) = ("ORDERFORM_CLIENT_SECRET", "canary");
const GITHUB: [(&str, &str); 2] =
    [("ACTIONS_ID_TOKEN_REQUEST_URL", "https://x.example?a=b"), ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary")];

#[test]
fn the_way_of_the_first_rank_is_taken() {
    let azure = [("AZURE_TENANT_ID", "t"), ("AZURE_CLIENT_ID", "a"), ("AZURE_CLIENT_SECRET", "canary")];
    let token = [("ORDERFORM_ACCESS_TOKEN", "canary.canary")];
    let refresh = [("ORDERFORM_REFRESH_TOKEN", "canary")];
    let devops = [
        ("SYSTEM_OIDCREQUESTURI", "https://x.example"),
        ("SYSTEM_ACCESSTOKEN", "canary"),
        ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c"),
    ];
    let identity = [("IDENTITY_ENDPOINT", "http://localhost:1/msi"), ("IDENTITY_HEADER", "canary")];
    for (set, way) in [
        (&[&azure[..]][..], "client-secret"),
        (&[&azure, &token], "access-token"),
        (&[&azure, &[("ORDERFORM_TOKEN_COMMAND", "echo canary")]], "token-command"),
        (&[&azure, &refresh], "refresh-token"),
        (&[&[TENANT, CLIENT], &refresh], "refresh-token"),
        (&[&[TENANT, CLIENT], &[("ORDERFORM_ID_TOKEN", "canary")], &GITHUB], "id-token"),
        (&[&[TENANT, CLIENT], &GITHUB], "github"),
        (&[&[TENANT, CLIENT], &devops], "azure-devops"),
        (&[&azure, &GITHUB], "client-secret"),
        (&[&[CLIENT], &identity], "managed-identity"),
        (&[&[("ORDERFORM_SIGN_IN", "managed-identity")], &azure], "managed-identity"),
        (&[&[("ORDERFORM_SIGN_IN", "client-secret")], &azure, &token], "client-secret"),
        // CI sets what it has no value for.
        (&[&azure, &[("ORDERFORM_CLIENT_SECRET", ""), ("ORDERFORM_REFRESH_TOKEN", "")]], "client-secret"),
    ] {
        assert_eq!(found(&set.concat()), Ok(way), "{set:?}");
    }
}

#[test]
fn two_ways_of_one_rank_are_named_and_so_is_what_a_half_set_way_lacks() {
    let certificate = ("ORDERFORM_CLIENT_CERTIFICATE_PATH", "/no/such.pem");
    let refresh = ("ORDERFORM_REFRESH_TOKEN", "canary");
    for (set, parts) in [
        (&[][..], &["there is nothing to sign in", "ORDERFORM_ACCESS_TOKEN"][..]),
        (&GITHUB, &["there is nothing to sign in"]),
        (&[TENANT, CLIENT], &["`ORDERFORM_CLIENT_ID` is set, and nothing", "ORDERFORM_CLIENT_SECRET"]),
        (&[TENANT, SECRET], &["lacks `ORDERFORM_CLIENT_ID`"]),
        (&[CLIENT, SECRET], &["lacks `ORDERFORM_TENANT_ID`", "AZURE_TENANT_ID"]),
        (
            &[TENANT, CLIENT, SECRET, certificate],
            &["`ORDERFORM_CLIENT_SECRET` and `ORDERFORM_CLIENT_CERTIFICATE_PATH`"],
        ),
        (&[TENANT, CLIENT, SECRET, certificate, refresh], &["are two ways"]),
        (
            &[TENANT, CLIENT, certificate],
            &["the file that `ORDERFORM_CLIENT_CERTIFICATE_PATH` names: No such"],
        ),
        (&[TENANT, CLIENT, refresh, ("ORDERFORM_REFRESH_TOKEN_FILE", "x")], &["are both set"]),
        (
            &[TENANT, CLIENT, SECRET, ("ORDERFORM_AUTHORITY", "http://login.example")],
            &["`ORDERFORM_AUTHORITY` is no"],
        ),
        (&[("ORDERFORM_SIGN_IN", "magic")], &["`magic`", "`managed-identity`"]),
        (&[("ORDERFORM_TOKEN_COMMAND", "'open")], &["`ORDERFORM_TOKEN_COMMAND` is no command"]),
        (&[TENANT, CLIENT, GITHUB[0]], &["lacks `ACTIONS_ID_TOKEN_REQUEST_TOKEN`", "id-token: write"]),
        (
            &[("ORDERFORM_ACCESS_TOKEN", "a.b"), ("ORDERFORM_TOKEN_COMMAND", "x")],
            &["`ORDERFORM_ACCESS_TOKEN` and `ORDERFORM_TOKEN_COMMAND`"],
        ),
    ] {
        let said = found(set).unwrap_err();
        assert!(parts.iter().all(|part| said.contains(part)), "{set:?}: {said}");
    }
}

#[test]
fn a_secret_where_its_file_is_to_be_named_is_not_repeated() {
    for name in [
        "ORDERFORM_ACCESS_TOKEN_FILE",
        "ORDERFORM_CLIENT_SECRET_FILE",
        "ORDERFORM_CLIENT_CERTIFICATE_PATH",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_FEDERATED_TOKEN_FILE",
        "ORDERFORM_REFRESH_TOKEN_FILE",
    ] {
        let failure = find_in(&variables(&[TENANT, CLIENT, (name, "canary")]), Cloud::Public).unwrap_err();
        let said = failure.render();
        assert!(said.contains(name) && !said.contains("canary"), "{said}");
    }
}
