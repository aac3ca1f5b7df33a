//! What the kit for GitLab does from a merge request to the orders.

use std::fs;

use serde_json::json;
use serde_yaml::Value;

use super::runner::{copy, mapping};
use super::site::{Site, read};
use crate::transcripts::words::{CONTOSO, FABRIKAM, order};

const KIT: &str = "gitlab/.gitlab-ci.yml";

fn open(faults: &str) -> Site {
    Site::open(&["scripts", "gitlab"], faults)
}

/// Carries out a job as the runner does: its lines in one shell; returns the exit code and what was said.
fn carry_out(site: &Site, job: &str, told: &[(&str, &str)]) -> (i32, String) {
    let kit = read(KIT);
    let mut environment = vec![
        ("CI_API_V4_URL".to_owned(), format!("{}/api/v4", site.forge.base)),
        ("AZURE_AUTHORITY_HOST".to_owned(), site.shop.endpoint.clone()),
    ];
    for (name, value) in [
        ("ORDERFORM_INSTALL", "orderform --version"),
        ("ORDERFORM_API_TOKEN", "canary-of-the-forge"),
        ("CI_PROJECT_ID", "3"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_CLIENT_ID", "app"),
    ] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    let given = told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    environment.extend(given);
    for of in [&kit["variables"], &kit[job]["variables"]] {
        environment.extend(mapping(of).into_iter().map(|(n, v)| (n, v.as_str().unwrap().to_owned())));
    }
    for (name, token) in mapping(&kit[job]["id_tokens"]) {
        environment.push((name, super::forge::assertion(token["aud"].as_str().unwrap())));
    }
    let lines = |of: &Value| {
        let lines = of.as_sequence().into_iter().flatten();
        lines.map(|line| line.as_str().unwrap().to_owned()).collect::<Vec<_>>().join("\n")
    };
    let (code, said) = site.bash(&format!("set -eo pipefail\n{}", lines(&kit[job]["script"])), &environment);
    let after = lines(&kit[job]["after_script"]);
    // What comes after the script has no say in how the job ends.
    let after = if after.is_empty() { String::new() } else { site.bash(&after, &environment).1 };
    (code, said + &after)
}

/// Checks a branch as a merge request; returns the exit code of the check.
fn check(site: &Site, head: &str) -> (i32, String) {
    site.git(&["checkout", "--quiet", "--force", "--detach", head]);
    let (code, said) = carry_out(site, "plan", &[]);
    if site.work().join("orderform-plan/comment.md").exists() {
        assert_eq!(carry_out(site, "comment", &[]).0, 0);
    }
    if code == 0 {
        let run = site.next_run();
        copy(&site.work().join("orderform-plan"), &site.path("artifacts").join(&run).join("orderform-plan"));
        let pipeline = json!({ "id": run.parse::<u64>().unwrap(), "sha": head, "status": "success" });
        site.forge.world.lock().unwrap().runs.push(pipeline);
    }
    (code, said)
}

/// Carries out the pipeline of `main`; returns the exit code.
fn run(site: &Site, source: &str, commit: &str) -> (i32, String) {
    let told = [("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_SHA", commit)];
    site.git(&["checkout", "--quiet", "--force", "--detach", commit]);
    site.git(&["clean", "--quiet", "--force", "-d", "-x"]);
    let (code, found) = carry_out(site, "find", &told);
    if code != 0 {
        return (code, found);
    }
    let (code, said) = carry_out(site, "apply", &told);
    (code, found + &said)
}

fn review(site: &Site, name: &str, customer: &str, quantity: u32) -> String {
    let head = site.propose(name, &format!("licences/{name}.yaml"), &order(name, customer, quantity));
    let (code, said) = check(site, &head);
    assert_eq!(code, 0, "{said}");
    let commit = site.merge(&head);
    let merged = json!({
        "iid": 7,
        "state": "merged",
        "target_branch": "main",
        "source_project_id": 3,
        "target_project_id": 3,
        "merge_commit_sha": commit,
        "squash_commit_sha": null,
        "sha": head,
    });
    site.forge.world.lock().unwrap().pulls = vec![merged];
    commit
}

#[test]
fn what_was_reviewed_in_a_merge_request_is_bought_after_the_merge_and_recorded() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    let notes = site.forge.comments();
    assert!(notes[0]["body"].as_str().unwrap().contains("**Plan: 1 order to buy, 5 seats"), "{notes:?}");
    let (code, said) = run(&site, "push", &commit);
    assert_eq!(code, 0, "{said}");
    assert_eq!(site.bought(), [5]);
    assert!(
        site.on_main("licences/.orderform/state.json").unwrap().contains("\"a\":{\"status\":\"created\"")
    );
    // The next one keeps the one note up to date, and is of the newest state.
    let next = review(&site, "b", FABRIKAM, 7);
    let notes = site.forge.comments();
    assert!(notes.len() == 1 && notes[0]["body"].as_str().unwrap().contains("7 seats"), "{notes:?}");
    let (code, said) = run(&site, "push", &next);
    assert_eq!(code, 0, "{said}");
    assert_eq!(site.bought(), [5, 7]);
    // Started again it has the newest state, and so nothing to do.
    assert_eq!(run(&site, "push", &next).0, 7);
    assert_eq!(site.bought(), [5, 7]);
}

#[test]
fn a_commit_that_is_no_merge_buys_nothing_and_neither_does_a_merge_without_a_check() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    site.forge.world.lock().unwrap().runs.clear();
    let (code, said) = run(&site, "push", &commit);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("no check of !7 went well"), "{said}");
    site.forge.world.lock().unwrap().pulls.clear();
    let (code, said) = run(&site, "push", &commit);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("nobody reviewed a plan"), "{said}");
    assert_eq!(site.bought(), [0_u64; 0]);
}

#[test]
fn what_is_in_doubt_is_recorded_and_settled_by_the_schedule() {
    let site = open(super::github::OPEN);
    let commit = review(&site, "a", CONTOSO, 5);
    let (code, said) = run(&site, "push", &commit);
    assert_eq!(code, 4, "{said}");
    assert!(site.on_main("licences/.orderform/in-doubt").is_some());
    let (code, said) = run(&site, "schedule", &commit);
    assert_eq!(code, 0, "{said}");
    assert_eq!(site.on_main("licences/.orderform/in-doubt"), None);
    assert_eq!(run(&site, "schedule", &commit).0, 0);
    assert_eq!(site.bought(), [5]);
}

#[test]
fn a_merge_request_takes_no_records_away_and_a_wrong_manifest_has_no_plan() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    assert_eq!(run(&site, "push", &commit).0, 0);
    let file = "licences/.orderform/journal.jsonl";
    let journal = site.on_main(file).unwrap();
    let (first, _) = journal.split_at(journal.find('\n').unwrap() + 1);
    let head = site.propose("rolled-back", file, first);
    let (code, said) = check(&site, &head);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("takes records of what was bought out"), "{said}");
    let head = site.propose("b", "licences/b.yaml", "kind: Order\n");
    assert_eq!(check(&site, &head).0, 3);
    assert!(
        fs::read_to_string(site.work().join("orderform-plan/plan.json")).unwrap().contains("\"problem\"")
    );
}
