//! A partner's repository with the kit in it, its origin, a forge, and a Partner Center to buy at.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;
use serde_yaml::Value;

use super::forge::Forge;
use super::runner::{Job, copy};
use crate::transcripts::shop::Shop;

/// `gh`, as far as the kit calls it: the forge on loopback, and a directory of artifacts.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
case $1 in
api)
    shift
    method=GET out=/dev/stdout body=()
    while [ $# -gt 0 ]; do
        case $1 in
        --paginate) ;;
        --silent) out=/dev/null ;;
        --method) method=$2; shift ;;
        --field) body=(--data-binary "$(jq --raw-input --slurp '{body: .}' < "${2#body=@}")"); shift ;;
        *) path=$1 ;;
        esac
        shift
    done
    curl --silent --show-error --fail --request "$method" --header "Authorization: Bearer $GH_TOKEN" "${body[@]}" "$GITHUB_API_URL/$path" > "$out"
    ;;
run)
    [ "$2 $4 $6 $8" = "download --repo --name --dir" ]
    mkdir -p "$9"
    cp -R "$ARTIFACTS/$3/$7/." "$9"
    ;;
*) exit 64 ;;
esac
"#;

/// A repository, and everything around it.
pub(super) struct Site {
    directory: tempfile::TempDir,
    pub(super) forge: Forge,
    pub(super) shop: Shop,
    runs: std::cell::Cell<u32>,
}

impl Site {
    /// Makes a repository with the kit in these directories and an empty state; the shop has these faults.
    pub(super) fn open(kit: &[&str], faults: &str) -> Self {
        let directory = tempfile::Builder::new().prefix("site-").tempdir().unwrap();
        let root = directory.path();
        fs::write(root.join("faults.txt"), faults).unwrap();
        let shop = Shop::open(root, &[]);
        let forge = Forge::open(root.join("artifacts"));
        let site = Self { directory, forge, shop, runs: std::cell::Cell::new(0) };
        fs::create_dir(site.path("bin")).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_orderform"), site.path("bin/orderform")).unwrap();
        fs::write(site.path("bin/gh"), GH).unwrap();
        fs::set_permissions(site.path("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
        site.git_in(site.directory.path(), &["init", "--quiet", "--bare", "--initial-branch=main", "origin"]);
        site.git_in(site.directory.path(), &["clone", "--quiet", "origin", "work"]);
        for part in kit {
            copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(part), &site.work());
        }
        let made = site.command("orderform", &["init", "--ci", "none", "licences"]).output().unwrap();
        assert!(made.status.success());
        site.commit("the kit, and an empty state");
        site.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
        site
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// Returns a command in the work tree with the tools of a job and nothing of the tester's environment.
    pub(super) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        let path = std::env::join_paths([
            self.path("bin"),
            "/usr/local/bin".into(),
            "/usr/bin".into(),
            "/bin".into(),
        ]);
        command.args(arguments).current_dir(self.work()).env_clear().env("PATH", path.unwrap());
        command.env("HOME", self.directory.path()).env("ORDERFORM_ENDPOINT", &self.shop.endpoint);
        command
    }

    fn git_in(&self, directory: &Path, arguments: &[&str]) -> String {
        let mut command = self.command("git", arguments);
        command.current_dir(directory);
        for who in ["AUTHOR", "COMMITTER"] {
            command
                .env(format!("GIT_{who}_NAME"), "kim")
                .env(format!("GIT_{who}_EMAIL"), "kim@partner.example");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub(super) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.work(), arguments)
    }

    pub(super) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Checks out what is on a branch of the origin.
    pub(super) fn check_out(&self, branch: &str) {
        self.git(&["fetch", "--quiet", "origin"]);
        self.git(&["checkout", "--quiet", "--force", "--detach", &format!("origin/{branch}")]);
        self.git(&["clean", "--quiet", "--force", "-d", "-x"]);
    }

    /// Pushes a branch from the tip of `main` with one file changed, and checks out its merge; returns the branch's commit.
    pub(super) fn propose(&self, branch: &str, file: &str, text: &str) -> String {
        self.check_out("main");
        fs::create_dir_all(self.work().join(file).parent().unwrap()).unwrap();
        fs::write(self.work().join(file), text).unwrap();
        let head = self.commit(branch);
        self.git(&["push", "--quiet", "--force", "origin", &format!("HEAD:refs/heads/{branch}")]);
        self.merge_of(&head);
        head
    }

    /// Makes the merge of a commit into `main`, and checks it out.
    fn merge_of(&self, head: &str) {
        self.check_out("main");
        self.git(&["merge", "--quiet", "--no-ff", "--message", "merge", head]);
    }

    /// Merges a pull request; the forge knows of it.
    pub(super) fn merge(&self, head: &str) -> String {
        self.merge_of(head);
        self.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
        let commit = self.git(&["rev-parse", "HEAD"]);
        let pull = json!({
            "merge_commit_sha": commit,
            "merged_at": "2026-01-01T00:00:00Z",
            "base": { "ref": "main" },
            "head": { "sha": head },
        });
        self.forge.world.lock().unwrap().pulls.push(pull);
        commit
    }

    /// Runs a script in the work tree with these variables; returns its exit code and what it said, which is no token.
    pub(super) fn bash(&self, script: &str, environment: &[(String, String)]) -> (i32, String) {
        let mut command = self.command("bash", &["--noprofile", "--norc", "-c", script]);
        let ended = command.envs(environment.iter().cloned()).stdin(Stdio::null()).output().unwrap();
        let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        assert!(!said.contains("eyJ") && !said.contains("canary"), "{said}");
        (ended.status.code().unwrap(), said)
    }

    /// Starts a job of a run with what GitHub tells every one.
    pub(super) fn job(&self, run: &str, event: &str, commit: &str) -> Job {
        let mut job = Job::new(&self.work(), &self.path("artifacts"), run);
        let command = self.command("true", &[]);
        let told = command.get_envs().map(|(name, value)| (name, value.unwrap()));
        job.environment =
            told.map(|(n, v)| (n.to_str().unwrap().to_owned(), v.to_str().unwrap().to_owned())).collect();
        for (name, value) in [
            ("GITHUB_API_URL", self.forge.base.as_str()),
            ("GITHUB_REPOSITORY", "partner/licences"),
            ("GITHUB_EVENT_NAME", event),
            ("GITHUB_REF_NAME", "main"),
            ("GITHUB_SHA", commit),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", &format!("{}/vouch?api-version=2.0", self.forge.base)),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "canary-of-the-forge"),
            ("AZURE_AUTHORITY_HOST", &self.shop.endpoint),
        ] {
            job.environment.insert(name.to_owned(), value.to_owned());
        }
        for (expression, value) in [
            ("vars.ORDERFORM_INSTALL", "orderform --version"),
            ("vars.AZURE_TENANT_ID", "11111111-1111-4111-8111-111111111111"),
            ("vars.AZURE_CLIENT_ID", "22222222-2222-4222-8222-222222222222"),
            ("secrets.ORDERFORM_DEPLOY_KEY", ""),
            ("github.token", "canary-of-the-forge"),
            ("github.ref_name", "main"),
            ("github.run_attempt", "1"),
            ("github.event.pull_request.number", "7"),
        ] {
            job.values.insert(expression.to_owned(), value.to_owned());
        }
        job
    }

    /// Returns a number for a run that no other has.
    pub(super) fn next_run(&self) -> String {
        self.runs.set(self.runs.get() + 1);
        self.runs.get().to_string()
    }

    /// Lists what was bought: the quantity of each order's line.
    pub(super) fn bought(&self) -> Vec<u64> {
        let ledger = self
            .command("orderform", &["sandbox", "ledger", "../world.jsonl", "--format", "json"])
            .output()
            .unwrap();
        let lines = String::from_utf8(ledger.stdout).unwrap();
        let orders = lines.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        orders.map(|order| order["lines"][0]["quantity"].as_u64().unwrap()).collect()
    }

    /// Reads a file as it is on `main` of the origin.
    pub(super) fn on_main(&self, file: &str) -> Option<String> {
        self.git(&["fetch", "--quiet", "origin"]);
        let output = self.command("git", &["show", &format!("origin/main:{file}")]).output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }
}

/// Reads a YAML file of the kits.
pub(super) fn read(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ci").join(file);
    serde_yaml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
