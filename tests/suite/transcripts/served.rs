//! `watch --listen`: what is seen over HTTP, by whom, and that nobody who looks is in the watcher's way.

mod client;
mod exposition;
mod hostile;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{SocketAddr, TcpListener};

use rustix::process::Signal;
use serde_json::Value;

use super::running::Running;
use super::stage::Stage;
use super::unattended::{WATCH, limit};
use super::words::{CONTOSO, FABRIKAM, order};
use crate::docs::lists::{quoted, table};
use client::{Events, asked, get};
use exposition::{Exposition, Family};

const LISTEN: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// Starts one that plans in the sandbox, and waits for its first pass.
fn watching(stage: &Stage) -> (Running, SocketAddr) {
    let mut watch = stage.start(&[&["watch", ".", "--sandbox"][..], &LISTEN].concat());
    let address = watch.wait_for_address();
    watch.wait_for_print("pass 1: ");
    (watch, address)
}

fn end(watch: Running) {
    watch.signal(Signal::TERM);
    assert_eq!(watch.finish().code, 0);
}

fn metrics(address: SocketAddr) -> Exposition {
    let reply = asked(address, "GET", "/metrics", "Accept: application/openmetrics-text\r\n");
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    assert_eq!((reply.status, reply.header("content-type")), (200, Some(kind)));
    Exposition::parse(&reply.body).unwrap_or_else(|wrong| panic!("{wrong}\n{}", reply.body))
}

fn status(address: SocketAddr) -> Value {
    let reply = get(address, "/status");
    assert_eq!((reply.status, reply.header("content-type")), (200, Some("application/json")));
    let document: Value = serde_json::from_str(&reply.body).unwrap();
    let schema = serde_json::from_str(&orderform::view::status_schema()).unwrap();
    let schema = jsonschema::draft7::new(&schema).unwrap();
    let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{document:#}");
    document
}

#[test]
fn what_a_watcher_buys_is_seen_as_it_happens() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let busy = "faults:\n  - { on: create, at: 1, do: { status: 429, retryAfter: 1 } }\n";
    let _shop = stage.open_shop(busy, &[]);
    let mut watch = stage.start(&[&WATCH[..], &LISTEN].concat());
    let address = watch.wait_for_address();
    watch.wait_for_print("pass 1: 1 order created");
    assert_eq!(get(address, "/livez").body, "alive\n");
    assert_eq!(get(address, "/readyz").body, "pass 1 ended well\n");
    assert_eq!(get(address, "/").header("content-type"), Some("text/html; charset=utf-8"));
    let document = status(address);
    assert_eq!(document["state"]["orders"][0]["name"], "a");
    assert_eq!(document["watcher"]["totals"]["created"], 1);
    let seen = metrics(address);
    for (sample, value) in [
        ("orderform_leader", 1.0),
        ("orderform_buys", 1.0),
        ("orderform_manifests_valid", 1.0),
        ("orderform_orders{action=\"create\"}", 0.0),
        ("orderform_orders{action=\"keep\"}", 1.0),
        ("orderform_orders_in_doubt", 0.0),
        ("orderform_orders_created_total", 1.0),
        ("orderform_passes_total{outcome=\"applied\"}", 1.0),
        ("orderform_pass_duration_seconds_count", 1.0),
        ("orderform_api_requests_total{operation=\"create\",outcome=\"throttled\"}", 1.0),
        ("orderform_api_requests_total{operation=\"create\",outcome=\"ok\"}", 1.0),
        ("orderform_throttle_waits_total", 1.0),
        ("orderform_throttle_wait_seconds_total", 1.0),
    ] {
        assert_eq!(seen.value(sample), value, "{sample}");
    }
    assert!(seen.value("orderform_api_requests_total{operation=\"list\",outcome=\"ok\"}") >= 1.0);
    let since = |name: &str| seen.value(name) - seen.value("orderform_start_time_seconds");
    assert!((0.0..60.0).contains(&since("orderform_last_success_timestamp_seconds")));
    let mut events = Events::follow(address, "Last-Event-ID: 9999999\r\n");
    assert_eq!(events.next().unwrap()["pass"], 1, "how things stand is told first");
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    let event = events.until(|event| event["pass"] == 2);
    assert_eq!((&event["turn"], &event["left"]["keep"]), (&"applied".into(), &2.into()));
    assert_eq!(metrics(address).value("orderform_orders_created_total"), 2.0);
    watch.signal(Signal::TERM);
    assert_eq!(events.until(|event| event["standing"] == "ended")["pass"], 2);
    assert_eq!(events.next(), None);
    assert_eq!(watch.finish().code, 0);
    stage.bought(2);
}

#[test]
fn what_is_in_doubt_is_seen_with_its_age_and_wrong_manifests_are_too() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let lose = "faults:\n  - { on: create, at: 1, do: lose-answer-before }\n";
    let _shop = stage.open_shop(lose, &[]);
    let arguments = ["watch", ".", "--auto-apply", "--settle-after", "1h"];
    let mut watch = stage.start(&[&arguments[..], &LISTEN].concat());
    let address = watch.wait_for_address();
    watch.wait_for_print("pass 1: 0 orders created, 1 in doubt");
    let seen = metrics(address);
    assert_eq!(seen.value("orderform_orders_in_doubt"), 1.0);
    assert_eq!(seen.value("orderform_orders{action=\"settle\"}"), 1.0);
    let lost = "orderform_api_requests_total{operation=\"create\",outcome=\"unanswered\"}";
    assert_eq!(seen.value(lost), 1.0);
    let age = seen.value("orderform_oldest_in_doubt_age_seconds");
    assert!((0.0..60.0).contains(&age), "{age}");
    let mut events = Events::follow(address, "");
    assert_eq!(events.next().unwrap()["inDoubt"], 1);
    stage.write("b.yaml", &order("b", FABRIKAM, 0));
    assert_eq!(events.until(|event| event["pass"] == 2)["manifests"]["holding"], 1);
    let seen = metrics(address);
    assert_eq!(seen.value("orderform_manifests_valid"), 0.0);
    assert!(seen.value("orderform_manifest_problems") >= 1.0);
    assert_eq!(get(address, "/readyz").status, 200, "the last right ones hold");
    end(watch);
}

/// What `status --format json` prints is what is served, whoever buys meanwhile.
#[test]
fn a_limit_that_holds_is_seen_as_exceeded_and_what_is_used_is_told_apart_from_it() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let text = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &(text + "    seatsPerRun: 5\n"));
    let _shop = stage.open_shop("", &[]);
    let mut watch = stage.start(&[&WATCH[..], &LISTEN].concat());
    let address = watch.wait_for_address();
    watch.wait_for_print("pass 1: 1 order created");
    let same = |of: &Value| {
        let printed: Value =
            serde_json::from_str(&stage.run(&["status", "--format", "json"]).stdout).unwrap();
        assert_eq!(of["limits"], printed["limits"]);
        printed
    };
    let bought = status(address);
    assert_eq!(same(&bought)["limits"].as_array().unwrap().len(), 6, "and whether manifests were lost");
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("pass 2: held: ");
    let held = status(address);
    assert_eq!(held["plan"]["limits"], same(&held)["plan"]["limits"]);
    let row = |limits: &Value, rule: &str| {
        let row = limits.as_array().unwrap().iter().find(|row| row["rule"] == rule).unwrap().clone();
        (row["value"].as_u64().unwrap(), row["exceeded"].as_bool().unwrap())
    };
    assert_eq!(row(&held["plan"]["limits"], "seatsPerRun"), (7, true));
    assert_eq!(row(&held["plan"]["limits"], "seatsPerDay"), (12, false));
    assert_eq!(row(&held["limits"], "seatsPerDay"), (5, false));
    assert!(get(address, "/").body.contains("exceeded"));
    let seen = metrics(address);
    assert_eq!(seen.value("orderform_limit_used{rule=\"seatsPerDay\"}"), 5.0);
    let plain = get(address, "/metrics").body;
    assert!(!plain.contains("seatsPerRun"), "nothing is used up of a limit a run");
    end(watch);
    stage.bought(1);
}

#[test]
fn a_pass_that_fails_is_alive_and_not_ready() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    stage.write("a.yaml", &order("a", CONTOSO, 0));
    let (watch, address) = watching(&stage);
    assert_eq!(get(address, "/livez").status, 200);
    let ready = get(address, "/readyz");
    assert_eq!(ready.status, 503);
    assert!(ready.body.starts_with("pass 1 failed: "), "{}", ready.body);
    let seen = metrics(address);
    assert_eq!(seen.value("orderform_passes_total{outcome=\"failed\"}"), 1.0);
    assert_eq!(seen.value("orderform_last_success_timestamp_seconds"), 0.0);
    assert_eq!(status(address).get("plan"), None);
    end(watch);
}

#[test]
fn whoever_stands_by_says_so_until_it_takes_over() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (first, _) = watching(&stage);
    let mut second = stage.start(&[&["watch", ".", "--sandbox"][..], &LISTEN].concat());
    let address = second.wait_for_address();
    second.wait_for("standing by");
    let mut events = Events::follow(address, "");
    events.until(|event| event["standing"] == "standsBy");
    assert_eq!(get(address, "/livez").status, 200);
    let ready = get(address, "/readyz");
    assert_eq!(ready.status, 200);
    assert!(ready.body.starts_with("standing by for `orderform watch` by kim on "), "{}", ready.body);
    let holder = status(address)["watcher"]["standing"]["holder"].clone();
    assert!(holder.as_str().unwrap().contains("kim on "), "{holder}");
    let seen = metrics(address);
    assert_eq!((seen.value("orderform_leader"), seen.value("orderform_lock_age_seconds")), (0.0, 0.0));
    first.signal(Signal::KILL);
    events.until(|event| event["standing"] == "watches" && event["pass"] == 1);
    assert_eq!(get(address, "/readyz").body, "pass 1 ended well\n");
    let seen = metrics(address);
    assert_eq!(seen.value("orderform_leader"), 1.0);
    assert!(seen.value("orderform_lock_age_seconds") > 0.0);
    end(second);
}

#[test]
fn a_port_that_is_taken_ends_it_before_anything_is_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(stage.run(&[&WATCH[..], &["--listen", &address]].concat()).code, 1);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn where_other_machines_get_to_is_said_and_answers_to_addresses_and_given_names() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let arguments =
        ["watch", ".", "--sandbox", "--listen", "0.0.0.0:0", "--listen-host", "orderform.example"];
    let mut watch = stage.start(&arguments);
    let mut address = watch.wait_for_address();
    watch.wait_for("may be reached from other machines");
    address.set_ip([127, 0, 0, 1].into());
    let by = |host: &str| {
        let request = format!("GET /livez HTTP/1.1\r\nHost: {host}\r\n\r\n");
        client::send(address, request.as_bytes()).unwrap().status
    };
    assert_eq!([by("10.1.2.3:9464"), by("orderform.example"), by("evil.example")], [200, 200, 403]);
    end(watch);
}

#[test]
fn both_dialects_count_the_same() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (watch, address) = watching(&stage);
    let reply = get(address, "/metrics");
    assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    let samples = |text: &str| -> BTreeSet<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        // Bounds are written `1` in one, `1.0` in the other.
        lines.filter_map(|line| Some(line.rsplit_once(' ')?.0.replace(".0\"", "\""))).collect()
    };
    let other = asked(address, "GET", "/metrics", "Accept: application/openmetrics-text\r\n");
    assert_eq!(samples(&reply.body), samples(&other.body));
    assert!(samples(&reply.body).len() > 40);
    end(watch);
}

/// The table is what alerts and dashboards are written from.
#[test]
fn every_metric_is_listed_and_every_listed_metric_is_there() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (watch, address) = watching(&stage);
    let seen = metrics(address);
    end(watch);
    let there = seen.0.iter().map(|(name, family)| (family.queried(name), family));
    let there: BTreeMap<String, &Family> = there.collect();
    let rows = table("| metric | type |");
    for row in &rows {
        let written = quoted(&row[0]).next().unwrap();
        let (name, labels) = written.trim_end_matches('}').split_once('{').unwrap_or((written, ""));
        let family = there.get(name).unwrap_or_else(|| panic!("no `{name}`"));
        assert_eq!(row[1], family.kind, "{name}");
        let labels: Vec<&str> = labels.split(',').filter(|label| !label.is_empty()).collect();
        assert!(family.labels().is_none_or(|there| there == labels), "{written}: {:?}", family.labels());
    }
    assert_eq!(rows.len(), there.len(), "{:?}", there.keys());
}
