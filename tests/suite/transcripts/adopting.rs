//! Starting with what is already there: `adopt --customer` and `--all-customers`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::shop::Shop;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, LEGACY, OFFER, order, portal_order};

const RELECLOUD: &str = "00000000-0000-4000-8000-000000000007";
const DIR: [&str; 2] = ["--write", "customers"];

/// A stage with a state, no manifest, and a shop where companies have names.
fn stage(faults: &str, flags: &[&str]) -> (Stage, Shop) {
    let stage = Stage::with_orders(&[]);
    stage.write(
        "companies.txt",
        &format!("{CONTOSO}: Contoso Ltd\n{FABRIKAM}: Müller & Söhne\n{RELECLOUD}: Relecloud\n"),
    );
    let shop = stage.open_shop(faults, &[&["--companies", "companies.txt"], flags].concat());
    (stage, shop)
}

/// Buys one line in the portal.
fn buy(shop: &Shop, customer: &str, cycle: &str, lines: &[(&str, u32)]) -> String {
    let lines: Vec<String> = (0..)
        .zip(lines)
        .map(|(n, (offer, seats))| {
            format!(r#"{{"lineItemNumber":{n},"offerId":"{offer}","quantity":{seats}}}"#)
        })
        .collect();
    let lines = lines.join(",");
    shop.buy_in_the_portal(&format!(
        r#"{{"referenceCustomerId":"{customer}","billingCycle":"{cycle}","lineItems":[{lines}]}}"#
    ))
}

fn adopt<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&["adopt"], flags].concat()
}

#[test]
fn what_a_customer_has_is_listed_then_written_and_the_next_plan_has_nothing_to_do() {
    let (stage, shop) = stage("", &[]);
    shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    buy(&shop, CONTOSO, "annual", &[(LEGACY, 3), (LEGACY, 2)]);
    buy(&shop, CONTOSO, "none", &[("C0BD2E08-11AC-4836-BDC7-3712E744922F", 25)]);
    buy(&shop, CONTOSO, "monthly", &[("MS-AZR-0145P", 1)]);
    assert_eq!(stage.run(&adopt(&["--customer", CONTOSO])).code, 0);
    assert!(!stage.path("customers/contoso-ltd.yaml").exists());
    let write = [&["--customer", CONTOSO][..], &DIR].concat();
    assert_eq!(stage.run(&adopt(&write)).code, 0);
    stage.show("customers/contoso-ltd.yaml");
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    assert_eq!(stage.run(&["fmt", "--check"]).code, 0);
    assert_eq!(stage.run(&["validate"]).code, 0);
    assert_eq!(stage.run(&["state", "show", "contoso-ltd-microsoft-365-business-basic"]).code, 0);
    assert_eq!(stage.run(&["status"]).code, 0);
    stage.bought(4);
    // Once more by its name: nothing is there that is not recorded. What is bought later goes into a file of its own.
    let named = [&["--customer", "contoso-ltd"][..], &DIR].concat();
    assert_eq!(stage.run(&adopt(&named)).code, 0);
    buy(&shop, CONTOSO, "monthly", &[(OFFER, 1)]);
    assert_eq!(stage.run(&adopt(&named)).code, 0);
    stage.show("customers/contoso-ltd-2.yaml");
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn what_a_manifest_waits_to_buy_is_recorded_under_its_name() {
    let stage = Stage::with_orders(&[("mine", CONTOSO, 5), ("other", CONTOSO, 6)]);
    let shop = stage.open_shop("", &[]);
    shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    assert_eq!(stage.run(&adopt(&["--customer", CONTOSO, "--write", "."])).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn one_customer_that_cannot_be_read_holds_up_nobody_and_the_next_run_asks_for_it_alone() {
    let refused = format!(
        "faults: [{{ on: list, times: 1, match: {{ customer: {FABRIKAM} }}, do: {{ status: 403, code: 900308, description: no role }} }}]\n\
         customers: {{ 00000000-0000-4000-8000-000000000000: {{ status: 403, code: 20002 }} }}"
    );
    let (stage, shop) = stage(&refused, &[]);
    for customer in [CONTOSO, FABRIKAM] {
        shop.buy_in_the_portal(&portal_order(customer, 5));
    }
    let all = [&["--all-customers"][..], &DIR].concat();
    assert_eq!(stage.run(&adopt(&all)).code, 8);
    assert!(stage.state("adopting").exists());
    assert_eq!(stage.run(&adopt(&all)).code, 0);
    assert!(!stage.state("adopting").exists());
    stage.show("customers/sandboxf81d98dd.yaml");
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_run_that_cannot_sign_in_any_more_goes_on_where_it_ended() {
    let faults = "faults: [{ on: list, at: 2, do: { status: 401, code: 800001, description: expired } }]";
    let (stage, shop) = stage(faults, &[]);
    for customer in [CONTOSO, FABRIKAM, RELECLOUD] {
        shop.buy_in_the_portal(&portal_order(customer, 5));
    }
    let all = [&["--all-customers"][..], &DIR].concat();
    assert_eq!(stage.run(&adopt(&all)).code, 1);
    assert_eq!(stage.run(&adopt(&all)).code, 0);
    // It came to its end, so the next one asks everybody.
    let again = stage.run(&adopt(&[&all[..], &["--format", "json"]].concat()));
    let report: serde_json::Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!((&report["summary"]["remembered"], &report["summary"]["requests"]), (&0.into(), &7.into()));
    assert_transcript!(stage);
}

#[test]
fn what_no_manifest_of_that_directory_could_say_is_left_out() {
    let (stage, shop) = stage("", &[]);
    stage.write(
        "customers/defaults.yaml",
        "apiVersion: orderform/v1\nkind: Defaults\nspec:\n  partnerOnRecordAttestationAccepted: true\n  partnerIdOnRecord: \"873452\"\n",
    );
    shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    let write = [&["--customer", CONTOSO][..], &DIR].concat();
    assert_eq!(stage.run(&adopt(&write)).code, 0);
    assert!(!stage.path("customers/contoso-ltd.yaml").exists());
    assert_transcript!(stage);
}

#[test]
fn what_cannot_be_meant_is_refused_before_anybody_is_asked() {
    let (stage, _shop) = stage("", &[]);
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    for words in [
        &["adopt"][..],
        &["adopt", "a"],
        &["adopt", "a", "b", "--customer", CONTOSO],
        &["adopt", "--customer", "nobody"],
        &["adopt", "--customer", CONTOSO, "a.yaml"],
        &["adopt", "--customer", CONTOSO, "--write", "/no/such/else"],
        &["adopt", "--customer", CONTOSO, "--write", ".hidden"],
        &["adopt", "--from-scratch", "--customer", CONTOSO],
    ] {
        assert_eq!(stage.run(words).code, 1, "{words:?}");
    }
    assert_transcript!(stage);
}

#[test]
fn a_run_that_was_stopped_before_its_file_is_made_whole() {
    let (stage, shop) = stage("", &[]);
    shop.buy_in_the_portal(&portal_order(CONTOSO, 5));
    let write = [&["--customer", CONTOSO][..], &DIR].concat();
    assert_eq!(stage.quietly(&adopt(&write)).code, 0);
    // As a kill leaves it: the record is there, the file is not.
    let file = fs::read_to_string(stage.path("customers/contoso-ltd.yaml")).unwrap();
    stage.remove("customers/contoso-ltd.yaml");
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 5);
    stage.bought(1);
    assert_eq!(stage.run(&adopt(&write)).code, 0);
    assert_eq!(fs::read_to_string(stage.path("customers/contoso-ltd.yaml")).unwrap(), file);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_transcript!(stage);
}

/// Counts the orders that manifests have and those that are recorded, and finds whatever the next plan would do.
fn assert_whole(stage: &Stage, orders: usize) {
    let plan = stage.quietly(&["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&plan.stdout).unwrap();
    let summary = &plan["summary"];
    assert_eq!(summary["keep"], orders, "{summary}");
    for nothing in ["create", "settle", "blocked", "orphan", "rename"] {
        assert_eq!(summary[nothing], 0, "{summary}");
    }
    let listed = stage.quietly(&["state", "list", "--format", "json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let ids: BTreeSet<&str> =
        listed["orders"].as_array().unwrap().iter().map(|one| one["orderId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), orders);
}

fn tenant(n: usize) -> String {
    format!("00000000-0000-4000-9000-{n:012}")
}

#[test]
fn four_hundred_customers_are_adopted_with_two_requests_each_and_nothing_is_bought() {
    let (stage, shop) = stage("", &[]);
    for n in 0..400 {
        for (cycle, offer) in [("monthly", OFFER), ("annual", "CFQ7TTC0LH0Z:0001"), ("monthly", LEGACY)] {
            buy(&shop, &tenant(n), cycle, &[(offer, 1 + n as u32 % 7)]);
        }
    }
    let ran = stage.quietly(&adopt(&["--all-customers", "--write", "customers", "--format", "json"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let summary = &report["summary"];
    // One page of customers, and the three companies of every stage have nothing.
    let expected = [("adopted", 1200), ("customers", 403), ("files", 400), ("requests", 1 + 2 * 403)];
    for (what, count) in expected {
        assert_eq!(summary[what], count, "{summary}");
    }
    assert_eq!(report["nextPlan"]["keep"], 1200);
    assert_whole(&stage, 1200);
    let apply = stage.quietly(&["apply", "--auto-approve"]);
    assert_eq!(apply.code, 0, "{}", apply.stderr);
    stage.bought(1200);
}

/// Whatever instant it is killed at: nothing is lost, nothing twice, and the same command ends it.
#[test]
fn an_adoption_that_is_killed_again_and_again_ends_as_one_that_is_not() {
    let (stage, shop) = stage("", &["--latency", "3ms"]);
    for n in 0..30 {
        buy(&shop, &tenant(n), "monthly", &[(OFFER, 2)]);
        buy(&shop, &tenant(n), "monthly", &[(LEGACY, 2), (LEGACY, 1)]);
    }
    let all = adopt(&["--all-customers", "--write", "customers"]);
    let mut kills = 0;
    for (lines, moment_us) in
        [(0, 0), (1, 3000), (2, 700), (3, 5000), (3, 1500), (4, 9000), (4, 2200), (5, 4000)]
    {
        let mut child = stage.command(&all).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
        (0..lines).for_each(|_| drop(told.next()));
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_micros(moment_us) {
            std::hint::spin_loop();
        }
        kills += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        // Nothing would be bought by whoever applies what is there. Behind the plan there may be an error: that manifests
        // were lost.
        let plan = stage.quietly(&["plan", "--format", "json"]);
        let mut printed = serde_json::Deserializer::from_str(&plan.stdout).into_iter::<serde_json::Value>();
        let plan = printed.next().unwrap().unwrap();
        assert_eq!((&plan["summary"]["create"], &plan["summary"]["blocked"]), (&0.into(), &0.into()));
    }
    assert!(kills > 4, "it was killed {kills} times before it was done");
    let ran = stage.quietly(&all);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_whole(&stage, 60);
    stage.bought(60);
}
