//! What the kit for GitHub does from a pull request to the orders.

use serde_json::{Value, json};

use super::runner::Job;
use super::site::{Site, read};
use crate::transcripts::words::{CONTOSO, FABRIKAM, order};

const PLAN: &str = "github/.github/workflows/orderform.yaml";
const APPLY: &str = "github/.github/workflows/orderform-apply.yaml";

/// What is refused for a customer.
const REFUSED: &str = "customers: { f81d98dd-c2f4-499e-a194-5619e260344e: { status: 403, code: 13605 } }";
/// What is left open though it was bought.
pub(super) const OPEN: &str =
    "faults: [{ on: create, times: 1, do: { status: 500, code: 800005, when: after } }]";

fn open(faults: &str) -> Site {
    Site::open(&["scripts", "github"], faults)
}

/// Checks what is checked out as a pull request with this head; returns its job and the exit code.
fn check(site: &Site, head: &str) -> (Job, i32) {
    let workflow = read(PLAN);
    let run = site.next_run();
    let mut job = site.job(&run, "pull_request", "");
    let code = job.carry_out(&workflow, "plan");
    let files = job.output(&workflow, "plan", "files");
    if !files.is_empty() {
        let mut comment = site.job(&run, "pull_request", "");
        assert_eq!(comment.carry_out(&workflow, "comment"), 0, "{}", comment.said);
    }
    if code == 0 {
        let number: u64 = run.parse().unwrap();
        let here = json!({ "id": 1 });
        let run = json!({ "id": number, "head_sha": head, "head_repository": here, "repository": here });
        site.forge.world.lock().unwrap().runs.push(run);
    }
    (job, code)
}

/// Carries out the run that an event on `main` begins; returns the exit code of the job that buys, if it had its turn.
fn run(site: &Site, event: &str, commit: &str) -> (Job, Option<i32>) {
    let workflow = read(APPLY);
    let run = site.next_run();
    site.check_out("main");
    let mut find = site.job(&run, event, commit);
    let code = find.carry_out(&workflow, "find");
    if find.output(&workflow, "find", "found") != "true" {
        return (find, (code != 0).then_some(code));
    }
    site.check_out("main");
    let mut apply = site.job(&run, event, commit);
    let code = apply.carry_out(&workflow, "apply");
    apply.said.insert_str(0, &find.said);
    (apply, Some(code))
}

/// Proposes an order, has it checked, and merges it.
fn review(site: &Site, name: &str, customer: &str, quantity: u32) -> String {
    let head = site.propose(name, &format!("licences/{name}.yaml"), &order(name, customer, quantity));
    let (job, code) = check(site, &head);
    assert_eq!(code, 0, "{}", job.said);
    site.merge(&head)
}

fn bodies(comments: &[Value]) -> Vec<&str> {
    comments.iter().map(|comment| comment["body"].as_str().unwrap()).collect()
}

#[test]
fn a_pull_request_has_one_comment_and_only_ours_is_kept_up_to_date() {
    let site = open("");
    let theirs =
        json!({ "id": 1, "user": { "login": "mallory" }, "body": "<!-- orderform:plan -->\nNothing to do" });
    site.forge.world.lock().unwrap().comments.push(theirs.clone());
    let head = site.propose("a", "licences/a.yaml", &order("a", CONTOSO, 5));
    let (job, code) = check(&site, &head);
    assert_eq!(code, 0, "{}", job.said);
    let comments = site.forge.comments();
    assert!(bodies(&comments)[1].contains("**Plan: 1 order to buy, 5 seats"), "{comments:?}");
    assert!(job.summary().contains(bodies(&comments)[1]));

    let head = site.propose("a", "licences/a.yaml", &order("a", CONTOSO, 6));
    assert_eq!(check(&site, &head).1, 0);
    let comments = site.forge.comments();
    assert_eq!((comments.len(), &comments[0]), (2, &theirs));
    assert!(bodies(&comments)[1].contains("**Plan: 1 order to buy, 6 seats"), "{comments:?}");
    assert_eq!(site.bought(), [0_u64; 0]);
}

#[test]
fn a_wrong_manifest_is_annotated_and_the_comment_says_why_there_is_no_plan() {
    let site = open("");
    let wrong = order("a", CONTOSO, 5).replace("quantity: 5", "quantity: 0");
    let head = site.propose("a", "licences/a.yaml", &wrong);
    let (job, code) = check(&site, &head);
    assert_eq!(code, 3);
    assert!(job.said.contains("::error file=licences/a.yaml,line="), "{}", job.said);
    let comments = site.forge.comments();
    assert!(bodies(&comments)[0].contains("nothing was attempted"), "{comments:?}");
    // Whoever merges it all the same has no plan that could be applied.
    let commit = site.merge(&head);
    let (job, code) = run(&site, "push", &commit);
    assert_eq!(code, Some(1));
    assert!(job.said.contains("::error title=orderform::nothing is applied"), "{}", job.said);
}

#[test]
fn a_pull_request_adds_records_only_and_that_is_said() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    assert_eq!(run(&site, "push", &commit).1, Some(0));
    let journal = site.on_main("licences/.orderform/journal.jsonl").unwrap();
    let (first, _) = journal.split_at(journal.find('\n').unwrap() + 1);
    let file = "licences/.orderform/journal.jsonl";
    let head = site.propose("rolled-back", file, first);
    let (job, code) = check(&site, &head);
    assert_eq!(code, 1);
    assert!(job.said.contains("takes records of what was bought out"), "{}", job.said);
    let head = site.propose("added", file, &format!("{journal}{{}}\n"));
    let (job, code) = check(&site, &head);
    assert_ne!(code, 0, "what was added is no record");
    assert!(job.said.contains("::warning title=orderform::this pull request adds records"), "{}", job.said);
}

#[test]
fn what_is_merged_is_bought_as_it_was_reviewed_and_recorded_on_the_branch() {
    let site = open("");
    let a = review(&site, "a", CONTOSO, 5);
    // The next one is reviewed and merged before the first one has been bought.
    let b = review(&site, "b", FABRIKAM, 7);
    let (job, code) = run(&site, "push", &a);
    assert_eq!(code, Some(8), "b has its own turn: {}", job.said);
    assert_eq!(site.bought(), [5]);
    let (job, code) = run(&site, "push", &b);
    assert_eq!(code, Some(0), "{}", job.said);
    assert!(job.summary().contains("1 order created"), "{}", job.summary());
    assert_eq!(site.bought(), [5, 7]);
    let state = site.on_main("licences/.orderform/state.json").unwrap();
    assert!(
        state.contains("\"a\":{\"status\":\"created\"") && state.contains("\"b\":{\"status\":\"created\"")
    );
    assert_eq!(site.on_main("licences/.orderform/lock"), None);
    // Once more, it buys nothing.
    assert_eq!(run(&site, "push", &b).1, Some(7));
    assert_eq!(site.bought(), [5, 7]);
}

#[test]
fn what_was_changed_after_the_review_is_not_bought() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    site.check_out("main");
    std::fs::write(site.work().join("licences/a.yaml"), order("a", CONTOSO, 500)).unwrap();
    let direct = site.commit("more seats, past the review");
    site.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
    let (job, code) = run(&site, "push", &commit);
    assert_eq!(code, Some(7), "{}", job.said);
    assert!(job.said.contains("5") && job.said.contains("500"), "{}", job.said);
    let (job, code) = run(&site, "push", &direct);
    assert_eq!(code, None, "{}", job.said);
    assert!(job.said.contains("::notice title=orderform::nothing is applied"), "{}", job.said);
    assert_eq!(site.bought(), [0_u64; 0]);
}

#[test]
fn the_plan_of_a_fork_is_not_applied() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    site.forge.world.lock().unwrap().runs[0]["head_repository"] = json!({ "id": 2 });
    assert_eq!(run(&site, "push", &commit).1, Some(1));
    assert_eq!(site.bought(), [0_u64; 0]);
}

#[test]
fn an_apply_that_fails_records_what_it_bought_and_fails_with_its_code() {
    let site = open(REFUSED);
    let both = order("a", CONTOSO, 5) + "---\n" + &order("b", FABRIKAM, 7);
    let head = site.propose("both", "licences/both.yaml", &both);
    assert_eq!(check(&site, &head).1, 0);
    let commit = site.merge(&head);
    let (job, code) = run(&site, "push", &commit);
    assert_eq!(code, Some(8), "{}", job.said);
    assert_eq!(site.bought(), [5]);
    let state = site.on_main("licences/.orderform/state.json").unwrap();
    assert!(state.contains("\"a\":{\"status\":\"created\""), "{state}");
    assert_eq!(site.on_main("licences/.orderform/in-doubt"), None);
}

#[test]
fn what_is_in_doubt_is_settled_by_the_hour_and_then_there_is_nothing_to_do() {
    let site = open(OPEN);
    let commit = review(&site, "a", CONTOSO, 5);
    assert_eq!(run(&site, "schedule", &commit).1, None);
    let (job, code) = run(&site, "push", &commit);
    assert_eq!(code, Some(4), "{}", job.said);
    assert!(site.on_main("licences/.orderform/in-doubt").is_some());
    let (job, code) = run(&site, "schedule", &commit);
    assert_eq!(code, Some(0), "{}", job.said);
    assert_eq!(site.on_main("licences/.orderform/in-doubt"), None);
    assert_eq!(run(&site, "schedule", &commit).1, None);
    assert_eq!(site.bought(), [5]);
}

#[test]
fn what_is_in_doubt_is_settled_by_the_next_merge_too() {
    let site = open(OPEN);
    let commit = review(&site, "a", CONTOSO, 5);
    let next = review(&site, "b", FABRIKAM, 7);
    assert_eq!(run(&site, "push", &commit).1, Some(4));
    let (job, code) = run(&site, "push", &next);
    assert_eq!(code, Some(0), "{}", job.said);
    assert_eq!(site.on_main("licences/.orderform/in-doubt"), None);
    assert_eq!(run(&site, "schedule", &next).1, None);
    assert_eq!(site.bought(), [5, 7]);
}

#[test]
fn what_was_bought_is_pushed_on_top_of_what_was_merged_meanwhile() {
    let site = open("");
    let commit = review(&site, "a", CONTOSO, 5);
    let hook = "#!/bin/sh\n# Somebody merges between the first push and the next.\n[ -e pushed ] && exit 0\ntouch pushed\n\
                unset GIT_QUARANTINE_PATH\ngit update-ref refs/heads/main refs/heads/later\n";
    site.check_out("main");
    std::fs::write(site.work().join("README.md"), "ours\n").unwrap();
    site.commit("a page");
    site.git(&["push", "--quiet", "origin", "HEAD:refs/heads/later"]);
    let path = site.path("origin/hooks/pre-receive");
    std::fs::write(&path, hook).unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let (job, code) = run(&site, "push", &commit);
    assert_eq!(code, Some(0), "{}", job.said);
    assert!(site.path("origin/pushed").exists());
    assert_eq!(site.on_main("README.md").as_deref(), Some("ours\n"));
    assert!(
        site.on_main("licences/.orderform/state.json").unwrap().contains("\"a\":{\"status\":\"created\"")
    );
}

#[test]
fn nobody_signs_in_with_what_entra_does_not_trust_and_no_token_is_shown() {
    let site = open("");
    let sign_in = |tenant: &str, assertion: &str| {
        let mut command = site.command("bash", &["ci/orderform/sign-in.sh"]);
        command.env("AZURE_AUTHORITY_HOST", &site.shop.endpoint).env("AZURE_TENANT_ID", tenant);
        command.env("AZURE_CLIENT_ID", "app").env("AZURE_FEDERATED_TOKEN", assertion).output().unwrap()
    };
    let trusted = super::forge::assertion("api://AzureADTokenExchange");
    let output = sign_in("tenant", &trusted);
    assert!(output.status.success() && output.stdout.starts_with(b"eyJ") && output.stderr.is_empty());
    let other = super::forge::assertion("api://another");
    let output = sign_in("tenant", &other);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said, "sign-in: Microsoft Entra refused (AADSTS700212)\n");
    assert!(!output.status.success() && output.stdout.is_empty());
    let output = sign_in("tenant", "");
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("sign-in: there is nothing to exchange"));
    let mut plain = site.command("bash", &["ci/orderform/sign-in.sh"]);
    plain.env("AZURE_AUTHORITY_HOST", "http://login.example").env("AZURE_TENANT_ID", "tenant");
    let output = plain.env("AZURE_CLIENT_ID", "app").env("AZURE_FEDERATED_TOKEN", &trusted).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("sign-in: the address has to begin with https://"), "{said}");
}
