//! What the kit for Azure Pipelines does from a pull request to the orders.

use std::collections::BTreeMap;

use serde_json::json;
use serde_yaml::Value;

use super::runner::{copy, mapping};
use super::site::{Site, read};
use crate::transcripts::words::{CONTOSO, FABRIKAM, order};

const KIT: &str = "azure/azure-pipelines.yml";

fn open(faults: &str) -> Site {
    Site::open(&["scripts", "azure"], faults)
}

/// A run of the pipeline: its variables, and what it said.
struct Run<'a> {
    site: &'a Site,
    number: String,
    variables: BTreeMap<String, String>,
    outputs: BTreeMap<String, String>,
    said: String,
}

impl<'a> Run<'a> {
    fn new(site: &'a Site, reason: &str, commit: &str) -> Self {
        let number = site.next_run();
        let temp = site.path(&format!("temp-{number}"));
        std::fs::create_dir_all(&temp).unwrap();
        let variables = [
            ("Agent.TempDirectory", temp.to_str().unwrap()),
            ("Pipeline.Workspace", temp.to_str().unwrap()),
            ("Build.Reason", reason),
            ("Build.SourceBranch", "refs/heads/main"),
            ("Build.SourceVersion", commit),
            ("Build.Repository.ID", "r"),
            ("System.CollectionUri", &format!("{}/org/", site.forge.base)),
            ("System.TeamProjectId", "p"),
            ("System.DefinitionId", "4"),
            ("System.JobAttempt", "1"),
            ("System.AccessToken", "canary-of-the-forge"),
            ("System.PullRequest.PullRequestId", "7"),
            ("ORDERFORM_INSTALL", "orderform --version"),
        ];
        let mut variables: BTreeMap<_, _> =
            variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        for (name, value) in mapping(&read(KIT)["variables"]) {
            variables.insert(name, value.as_str().unwrap().to_owned());
        }
        Self { site, number, variables, outputs: BTreeMap::new(), said: String::new() }
    }

    /// Carries out the steps of a job; returns the exit code of the first that failed.
    fn carry_out(&mut self, steps: &Value) -> i32 {
        let mut failed = 0;
        for step in steps.as_sequence().unwrap() {
            if !self.is_due(step["condition"].as_str(), failed) {
                continue;
            }
            let code = self.step(step);
            failed = if failed == 0 { code } else { failed };
        }
        failed
    }

    fn is_due(&self, condition: Option<&str>, failed: i32) -> bool {
        match condition {
            None | Some("succeeded()") => failed == 0,
            Some("always()" | "not(canceled())") => true,
            Some("and(succeeded(), ne(variables['run'], ''))") => {
                failed == 0 && self.variables.contains_key("run")
            }
            Some(other) => panic!("the test does not know `{other}`"),
        }
    }

    fn step(&mut self, step: &Value) -> i32 {
        if let Some(script) = step["bash"].as_str() {
            return self.bash(script, step, &[]);
        }
        if let Some(path) = step["publish"].as_str() {
            let (path, name) = (self.text(path), self.text(step["artifact"].as_str().unwrap()));
            copy(&self.site.work().join(path), &self.site.path("artifacts").join(&self.number).join(name));
            return 0;
        }
        if step["download"] == "current" {
            let name = step["artifact"].as_str().unwrap();
            let from = self.site.path("artifacts").join(&self.number).join(name);
            copy(&from, &self.site.path(&format!("temp-{}", self.number)).join(name));
            return 0;
        }
        let inputs = &step["inputs"];
        match step["task"].as_str() {
            Some("AzureCLI@2") => {
                assert_eq!(inputs["addSpnToEnvironment"], Value::Bool(true));
                let vouched = super::forge::assertion("api://AzureADTokenExchange");
                let told = [("tenantId", "tenant"), ("servicePrincipalId", "app"), ("idToken", &vouched)];
                self.bash(inputs["inlineScript"].as_str().unwrap(), step, &told)
            }
            Some("DownloadPipelineArtifact@2") => {
                let run = self.text(inputs["runId"].as_str().unwrap());
                let name = inputs["artifact"].as_str().unwrap();
                let to = self.text(inputs["path"].as_str().unwrap());
                copy(&self.site.path("artifacts").join(run).join(name), std::path::Path::new(&to));
                0
            }
            other => {
                assert!(step["checkout"] == "self", "the test does not know {other:?}");
                0
            }
        }
    }

    /// Puts the values of its macros into a text.
    fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.variables {
            text = text.replace(&format!("$({name})"), value);
        }
        assert!(!text.contains("$("), "the test does not say what `{text}` is");
        text
    }

    fn bash(&mut self, script: &str, step: &Value, told: &[(&str, &str)]) -> i32 {
        let mut environment = vec![("AZURE_AUTHORITY_HOST".to_owned(), self.site.shop.endpoint.clone())];
        // Secrets are in no environment but where a step asks for them.
        let open = self.variables.iter().filter(|(name, _)| *name != "System.AccessToken");
        environment.extend(open.map(|(name, value)| (name.to_uppercase().replace('.', "_"), value.clone())));
        environment.extend(told.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        for (name, value) in mapping(&step["env"]) {
            environment.push((name, self.text(value.as_str().unwrap())));
        }
        let (code, said) = self.site.bash(script, &environment);
        for command in said.lines().filter_map(|line| line.strip_prefix("##vso[task.setvariable variable=")) {
            let (name, value) = command.split_once(']').unwrap();
            match name.strip_suffix(";isOutput=true") {
                Some(name) => self.outputs.insert(name.to_owned(), value.to_owned()),
                None => self.variables.insert(name.to_owned(), value.to_owned()),
            };
        }
        self.said += &said;
        code
    }
}

/// Checks what is checked out as a pull request; returns the exit code.
fn check<'a>(site: &'a Site, head: &str) -> (Run<'a>, i32) {
    let kit = read(KIT);
    let mut run = Run::new(site, "PullRequest", "");
    let code = run.carry_out(&kit["stages"][0]["jobs"][0]["steps"]);
    if code == 0 {
        let number: u64 = run.number.parse().unwrap();
        let build = json!({ "id": number, "triggerInfo": { "pr.sourceSha": head } });
        site.forge.world.lock().unwrap().runs.push(build);
    }
    (run, code)
}

/// Carries out a run on `main`; returns the exit code of the job that buys, if it had its turn.
fn run<'a>(site: &'a Site, reason: &str, commit: &str) -> (Run<'a>, Option<i32>) {
    let kit = read(KIT);
    site.check_out("main");
    let mut run = Run::new(site, reason, commit);
    let code = run.carry_out(&kit["stages"][1]["jobs"][0]["steps"]);
    if code != 0 || !run.outputs.contains_key("found") {
        return (run, (code != 0).then_some(code));
    }
    let code = run.carry_out(&kit["stages"][2]["jobs"][0]["strategy"]["runOnce"]["deploy"]["steps"]);
    (run, Some(code))
}

fn review(site: &Site, name: &str, customer: &str, quantity: u32) -> String {
    let head = site.propose(name, &format!("licences/{name}.yaml"), &order(name, customer, quantity));
    let (run, code) = check(site, &head);
    assert_eq!(code, 0, "{}", run.said);
    let commit = site.merge(&head);
    let pull = json!({
        "pullRequestId": 7,
        "status": "completed",
        "targetRefName": "refs/heads/main",
        "lastMergeCommit": { "commitId": commit },
        "lastMergeSourceCommit": { "commitId": head },
    });
    site.forge.world.lock().unwrap().pulls = vec![pull];
    commit
}

#[test]
fn what_was_reviewed_in_a_pull_request_is_bought_after_the_merge_and_recorded() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    let threads = site.forge.comments();
    let first = &threads[0]["comments"][0]["content"];
    assert!(first.as_str().unwrap().contains("**Plan: 1 order to buy, 5 seats"), "{threads:?}");
    assert_eq!(threads[0]["status"], "closed");
    let (job, code) = run(&site, "IndividualCI", &commit);
    assert_eq!(code, Some(0), "{}", job.said);
    assert_eq!(site.bought(), [5]);
    assert!(
        site.on_main("licences/.orderform/state.json").unwrap().contains("\"a\":{\"status\":\"created\"")
    );
    let next = review(&site, "b", FABRIKAM, 7);
    let threads = site.forge.comments();
    let first = &threads[0]["comments"][0]["content"];
    assert!(threads.len() == 1 && first.as_str().unwrap().contains("7 seats"), "{threads:?}");
    let (job, code) = run(&site, "IndividualCI", &next);
    assert_eq!(code, Some(0), "{}", job.said);
    assert_eq!(run(&site, "IndividualCI", &next).1, Some(7));
    assert_eq!(site.bought(), [5, 7]);
}

#[test]
fn a_commit_that_is_no_merge_buys_nothing_and_neither_does_a_merge_without_a_check() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    site.forge.world.lock().unwrap().runs.clear();
    let (job, code) = run(&site, "IndividualCI", &commit);
    assert_eq!(code, Some(1), "{}", job.said);
    assert!(job.said.contains("no check of pull request 7 went well"), "{}", job.said);
    site.forge.world.lock().unwrap().pulls.clear();
    let (job, code) = run(&site, "IndividualCI", &commit);
    assert_eq!(code, None, "{}", job.said);
    assert!(job.said.contains("nobody reviewed a plan"), "{}", job.said);
    assert_eq!(site.bought(), [0_u64; 0]);
}

#[test]
fn what_is_in_doubt_is_recorded_and_settled_by_the_schedule() {
    let site = open(super::github::OPEN);
    let commit = review(&site, "a", CONTOSO, 5);
    let (job, code) = run(&site, "IndividualCI", &commit);
    assert_eq!(code, Some(4), "{}", job.said);
    assert!(site.on_main("licences/.orderform/in-doubt").is_some());
    let (job, code) = run(&site, "Schedule", &commit);
    assert_eq!(code, Some(0), "{}", job.said);
    assert_eq!(site.on_main("licences/.orderform/in-doubt"), None);
    assert_eq!(run(&site, "Schedule", &commit).1, None);
    assert_eq!(site.bought(), [5]);
}

#[test]
fn a_wrong_manifest_fails_the_check_and_the_thread_says_why() {
    let site = open("");
    let head = site.propose("a", "licences/a.yaml", "kind: Order\n");
    let (job, code) = check(&site, &head);
    assert_eq!(code, 3, "{}", job.said);
    let threads = site.forge.comments();
    let first = threads[0]["comments"][0]["content"].as_str().unwrap();
    assert!(first.contains("nothing was attempted"), "{first}");
}
