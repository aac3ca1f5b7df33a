//! What holds for the files of the kits whatever they do: nothing of an event reaches a script, nothing moves unseen.

use std::fs;
use std::path::Path;

use serde_yaml::Value;

use super::runner::mapping;
use super::site::read;

const FILES: [&str; 3] = [
    "github/.github/workflows/orderform.yaml",
    "github/.github/workflows/orderform-apply.yaml",
    "github/.github/actions/orderform-plan/action.yaml",
];

/// Returns every value of a key, at any depth.
fn all(value: &Value, key: &str) -> Vec<Value> {
    let below = |value: &Value| match value {
        Value::Sequence(items) => items.iter().flat_map(|item| all(item, key)).collect::<Vec<_>>(),
        other => mapping(other).iter().flat_map(|(_, value)| all(value, key)).collect(),
    };
    let here = mapping(value).into_iter().filter(|(name, _)| name == key).map(|(_, value)| value);
    here.chain(below(value)).collect()
}

#[test]
fn no_expression_stands_in_a_script() {
    for file in FILES {
        let scripts = all(&read(file), "run");
        let mut texts = scripts.iter().filter_map(Value::as_str);
        assert!(texts.clone().count() > 0, "{file}");
        assert!(texts.all(|text| !text.contains("${{")), "{file}");
    }
}

/// Keys of Azure Pipelines ("YAML schema reference for Azure Pipelines"), as far as the kit uses them.
const AZURE: [(&str, &[&str]); 5] = [
    ("", &["trigger", "pr", "schedules", "lockBehavior", "variables", "pool", "stages"]),
    ("stages", &["stage", "dependsOn", "condition", "jobs"]),
    ("jobs", &["job", "deployment", "environment", "timeoutInMinutes", "strategy", "steps"]),
    ("schedules", &["cron", "displayName", "branches", "always"]),
    (
        "steps",
        &[
            "bash",
            "task",
            "checkout",
            "publish",
            "download",
            "artifact",
            "inputs",
            "name",
            "displayName",
            "condition",
            "env",
            "fetchDepth",
            "persistCredentials",
        ],
    ),
];

#[test]
fn the_pipeline_for_azure_has_no_key_that_is_not_known_there() {
    let pipeline = read("azure/azure-pipelines.yml");
    for (of, known) in AZURE {
        let lists =
            if of.is_empty() { vec![Value::Sequence(vec![pipeline.clone()])] } else { all(&pipeline, of) };
        let entries: Vec<_> = lists.iter().flat_map(|list| list.as_sequence().unwrap()).collect();
        assert!(!entries.is_empty(), "{of}");
        for (key, _) in entries.into_iter().flat_map(mapping) {
            assert!(known.contains(&key.as_str()), "{of}: {key}");
        }
    }
    // The shell of a step there goes on after a failure unless it is told not to.
    let scripts = [all(&pipeline, "bash"), all(&pipeline, "inlineScript")].concat();
    for script in scripts.iter().map(|script| script.as_str().unwrap()) {
        assert!(script.lines().count() == 1 || script.starts_with("set -euo pipefail\n"), "{script}");
        // A macro would be pasted into the script.
        let pasted = ["$(System.", "$(Build.", "$(Agent.", "$(DIRECTORY"];
        assert!(pasted.iter().all(|macro_| !script.contains(macro_)), "{script}");
    }
}

#[test]
fn every_action_is_ours_or_pinned_to_a_commit() {
    for file in FILES {
        for uses in all(&read(file), "uses") {
            let uses = uses.as_str().unwrap();
            let commit = uses.split_once('@').map_or("", |(_, commit)| commit);
            let is_pinned = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
            assert!(uses.starts_with("./") || uses.starts_with("actions/") && is_pinned, "{file}: {uses}");
        }
    }
}

#[test]
fn no_job_of_a_pull_request_may_do_more_than_read_but_the_one_that_comments() {
    let workflow = read(FILES[0]);
    let events: Vec<_> = mapping(&workflow["on"]).into_iter().map(|(event, _)| event).collect();
    assert_eq!(events, ["pull_request"]);
    assert_eq!(mapping(&workflow["permissions"]), []);
    for (name, job) in mapping(&workflow["jobs"]) {
        let rights: Vec<_> = mapping(&job["permissions"])
            .iter()
            .map(|(of, right)| format!("{of}: {}", right.as_str().unwrap()))
            .collect();
        let expected = if name == "comment" { "pull-requests: write" } else { "contents: read" };
        assert_eq!(rights, [expected], "{name}");
        assert_eq!(job["environment"], Value::Null, "{name}");
    }
    let text = fs::read_to_string(Path::new("examples/ci").join(FILES[0])).unwrap();
    assert!(!text.contains("secrets."), "{text}");
}

#[test]
fn whoever_may_buy_is_in_the_environment_and_one_at_a_time() {
    let workflow = read(FILES[1]);
    let mut buying = 0;
    for (name, job) in mapping(&workflow["jobs"]) {
        let may_sign_in = job["permissions"]["id-token"] == "write";
        assert_eq!(may_sign_in, job["environment"] == "partner-center", "{name}");
        buying += u32::from(may_sign_in);
    }
    assert_eq!(buying, 1);
    assert_eq!(workflow["concurrency"]["queue"], "max");
    assert_eq!(workflow["concurrency"]["cancel-in-progress"], Value::Null);
}
