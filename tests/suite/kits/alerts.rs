//! The alerts, judged by `promtool`: that they are rules, and that each fires when it should, and then only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;

use super::metrics::assert_told;
use super::{kit, list, string, text, yaml};
use crate::debian::Program;
use crate::tools;

const PROMTOOL: Program = Program { package: "prometheus", path: "usr/bin/promtool" };

fn promtool(untested: &str) -> Option<PathBuf> {
    PROMTOOL.found().map_err(|why| tools::leave_out(&why, untested)).ok()
}

fn rules() -> Vec<Value> {
    let file = yaml(&text("prometheus/alerts.yaml"));
    list(&file["groups"]).flat_map(|group| list(&group["rules"]).cloned().collect::<Vec<_>>()).collect()
}

fn names() -> BTreeSet<String> {
    rules().iter().map(|rule| string(&rule["alert"]).to_owned()).collect()
}

/// Runs `promtool` beside the two files; returns what it says, and whether it is content.
fn run(promtool: &Path, arguments: &[&str], alerts: &str) -> (bool, String) {
    let place = tempfile::tempdir().unwrap();
    fs::write(place.path().join("alerts.yaml"), alerts).unwrap();
    fs::copy(kit("prometheus/alerts.test.yaml"), place.path().join("alerts.test.yaml")).unwrap();
    let output = Command::new(promtool).args(arguments).current_dir(place.path()).output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.success(), said)
}

const CHECK: [&str; 5] = ["check", "rules", "--lint=all", "--lint-fatal", "alerts.yaml"];
const TEST: [&str; 3] = ["test", "rules", "alerts.test.yaml"];

#[test]
fn promtool_takes_the_rules_and_sees_what_is_wrong() {
    let Some(promtool) = promtool("that Prometheus takes the alerts") else { return };
    let ours = text("prometheus/alerts.yaml");
    let (content, said) = run(&promtool, &CHECK, &ours);
    assert!(content, "{said}");
    for (right, wrong) in [
        ("expr: absent(", "expr: absnt("),
        ("for: 5m", "for: 5 minutes"),
        ("summary: \"{{", "summary: \"{{{"),
    ] {
        assert!(ours.contains(right), "{right}");
        assert!(!run(&promtool, &CHECK, &ours.replacen(right, wrong, 1)).0, "{wrong}");
    }
}

#[test]
fn every_alert_fires_when_it_should_and_then_only() {
    let Some(promtool) = promtool("when the alerts fire") else { return };
    let ours = text("prometheus/alerts.yaml");
    let (content, said) = run(&promtool, &TEST, &ours);
    assert!(content, "{said}");
    // Each one that never fired, or always, would be noticed.
    for other in ["vector(1) < 0", "vector(1)"] {
        let mut changed = yaml(&ours);
        for rule in changed["groups"][0]["rules"].as_sequence_mut().unwrap() {
            rule["expr"] = other.into();
        }
        let (_, said) = run(&promtool, &TEST, &serde_yaml::to_string(&changed).unwrap());
        let noticed = said.split("alertname: ").skip(1).filter_map(|rest| rest.split(',').next());
        assert_eq!(noticed.map(str::to_owned).collect::<BTreeSet<_>>(), names(), "{other}");
    }
}

#[test]
fn every_alert_asks_for_what_a_watcher_tells() {
    let expressions: Vec<_> = rules().iter().map(|rule| string(&rule["expr"]).to_owned()).collect();
    assert_told(&expressions);
}

#[test]
fn every_alert_says_what_is_wrong_and_the_page_what_to_do() {
    for rule in rules() {
        let alert = string(&rule["alert"]);
        let severity = string(&rule["labels"]["severity"]);
        assert!(["critical", "warning", "info"].contains(&severity), "{alert}");
        let said: Vec<_> = rule["annotations"].as_mapping().unwrap().keys().map(string).collect();
        assert_eq!(said, ["summary", "description"], "{alert}");
    }
    let page = text("prometheus/README.md");
    let explained = page.lines().filter_map(|line| line.strip_prefix("### "));
    assert_eq!(explained.map(str::to_owned).collect::<BTreeSet<_>>(), names());
}

#[test]
fn every_alert_is_tried_where_it_fires_and_where_it_does_not() {
    let tests = yaml(&text("prometheus/alerts.test.yaml"));
    let cases: Vec<_> =
        list(&tests["tests"]).flat_map(|test| list(&test["alert_rule_test"]).collect::<Vec<_>>()).collect();
    let tried = |fires: bool| {
        let of_it = cases.iter().filter(|case| (list(&case["exp_alerts"]).count() > 0) == fires);
        of_it.map(|case| string(&case["alertname"]).to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(tried(true), names());
    assert_eq!(tried(false), names());
}
