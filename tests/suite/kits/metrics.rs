//! What a watcher tells Prometheus, and what the kits ask of it; expressions are read by Prometheus' own grammar.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde::Deserialize;

use super::FROM_NPM;
use crate::tools;

/// What `watch --listen` tells, and the labels of it beside `job` and `instance`. A histogram is there by its buckets.
pub(super) const METRICS: [(&str, &[&str]); 23] = [
    ("orderform_build_info", &["version"]),
    ("orderform_start_time_seconds", &[]),
    ("orderform_leader", &[]),
    ("orderform_lock_age_seconds", &[]),
    ("orderform_buys", &[]),
    ("orderform_manifests_valid", &[]),
    ("orderform_manifest_problems", &[]),
    ("orderform_orders", &["action"]),
    ("orderform_orders_in_doubt", &[]),
    ("orderform_oldest_in_doubt_age_seconds", &[]),
    ("orderform_holds", &[]),
    ("orderform_readings_total", &[]),
    ("orderform_passes_total", &["outcome"]),
    ("orderform_pass_duration_seconds_bucket", &["le"]),
    ("orderform_last_success_timestamp_seconds", &[]),
    ("orderform_orders_created_total", &[]),
    ("orderform_api_requests_total", &["operation", "outcome"]),
    ("orderform_throttle_waits_total", &[]),
    ("orderform_throttle_wait_seconds_total", &[]),
    ("orderform_limit_used", &["rule"]),
    ("orderform_limit_allowed", &["rule"]),
    ("orderform_notifications_total", &["outcome"]),
    // Prometheus' own.
    ("up", &[]),
];

/// Metrics of `METRICS` that README.md need not list: they are told by whoever is there to be told, or by Prometheus itself.
const UNLISTED: [&str; 2] = ["orderform_notifications_total", "up"];

/// Returns what README.md lists, as expressions ask for it.
fn listed(readme: &str) -> BTreeMap<String, Vec<String>> {
    let rows = readme.lines().skip_while(|line| !line.starts_with("| metric | type |")).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| `")?.split_once("` | "));
    let metric = |(metric, rest): (&str, &str)| {
        let (name, labels) = metric.split_once('{').unwrap_or((metric, ""));
        let labels = labels.trim_end_matches('}').split(',').filter(|label| !label.is_empty());
        match rest.starts_with("histogram") {
            true => (format!("{name}_bucket"), vec!["le".to_owned()]),
            false => (name.to_owned(), labels.map(str::to_owned).collect()),
        }
    };
    rows.map(metric).collect()
}

#[test]
fn the_kits_know_what_the_readme_lists_and_nothing_else() {
    let table = "| metric | type | means |\n|---|---|---|\n| `a_total{b,c}` | counter | d |\n| `e` | histogram | f |\n\ng";
    let read = [
        ("a_total".to_owned(), vec!["b".to_owned(), "c".to_owned()]),
        ("e_bucket".to_owned(), vec!["le".to_owned()]),
    ];
    assert_eq!(listed(table), BTreeMap::from(read));
    let listed = listed(&fs::read_to_string(super::kit("../../README.md")).unwrap());
    let owned = |labels: &[&str]| labels.iter().map(|label| (*label).to_owned()).collect::<Vec<_>>();
    let mut known: BTreeMap<_, _> =
        METRICS.iter().map(|(name, labels)| ((*name).to_owned(), owned(labels))).collect();
    known.retain(|name, _| listed.contains_key(name) || !UNLISTED.contains(&&**name));
    assert_eq!(known, listed);
}

/// What the grammar finds in an expression.
#[derive(Debug, Deserialize)]
pub(super) struct Read {
    /// Where it cannot go on.
    pub(super) wrong: Vec<String>,
    pub(super) metrics: BTreeSet<String>,
    pub(super) labels: BTreeSet<String>,
}

/// Reads expressions; nothing where the grammar cannot be had.
pub(super) fn read(expressions: &[String]) -> Option<Vec<Read>> {
    let untested = "that Prometheus takes the expressions";
    let directory = FROM_NPM.installed().map_err(|why| tools::leave_out(&why, untested)).ok()?;
    // Node.js finds packages from where a script is.
    let script = tempfile::Builder::new().suffix(".mjs").tempfile_in(&directory).unwrap();
    fs::write(script.path(), include_str!("promql.mjs")).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), serde_json::to_string(expressions).unwrap()).unwrap();
    let output = Command::new("node").arg(script.path()).arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Asserts that expressions are right and ask for nothing that no watcher tells; returns the metrics that they ask for.
#[track_caller]
pub(super) fn assert_told(expressions: &[String]) -> Option<BTreeSet<String>> {
    let mut asked = BTreeSet::new();
    for (expression, read) in expressions.iter().zip(read(expressions)?) {
        assert_eq!(read.wrong, [""; 0], "{expression}");
        assert!(!read.metrics.is_empty(), "{expression}");
        let known = METRICS.iter().filter(|(name, _)| read.metrics.contains(*name));
        let labels: BTreeSet<_> = known.clone().flat_map(|(_, labels)| labels.iter().copied()).collect();
        assert_eq!(known.count(), read.metrics.len(), "{expression}: {:?}", read.metrics);
        let is_known = |label: &String| labels.contains(&**label) || ["job", "instance"].contains(&&**label);
        assert!(read.labels.iter().all(is_known), "{expression}: {:?}", read.labels);
        asked.extend(read.metrics);
    }
    Some(asked)
}

#[test]
fn the_grammar_sees_what_is_asked_and_what_is_wrong() {
    let expressions = [
        "sum by (outcome) (rate(orderform_passes_total{job=\"a\"}[5m])) > 0.5 and on (instance) up",
        "sum(rate(orderform_passes_total[5m])",
        "orderform_leader{action==\"a\"}",
    ];
    let Some(read) = read(&expressions.map(str::to_owned)) else { return };
    assert_eq!(read[0].wrong, [""; 0]);
    assert_eq!(read[0].metrics.iter().collect::<Vec<_>>(), ["orderform_passes_total", "up"]);
    assert_eq!(read[0].labels.iter().collect::<Vec<_>>(), ["instance", "job", "outcome"]);
    assert!(!read[1].wrong.is_empty() && !read[2].wrong.is_empty(), "{read:?}");
}
