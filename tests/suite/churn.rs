//! A watcher that buys, while its manifests are churned and it is killed (SIGKILL) again and again: what was bought in the
//! end is what the manifests want, once each.
//!
//! A sandbox in a process of its own is the witness. It lists late and loses answers.
//!
//! `cargo test` churns for a few dozen deeds. `ORDERFORM_CHURN=600 cargo test --release --test suite churn -- --nocapture`
//! churns for so many seconds, a deed a second, and then watches the watcher's files and memory.

mod tree;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use orderform::sandbox::read_ledger;
use tree::Tree;

const FAULTS: &str = "\
seed: 11
faults:
  - { on: create, probability: 0.05, do: lose-answer-after }
  - { on: create, probability: 0.03, do: lose-answer-before }
  - { on: create, probability: 0.03, do: { status: 429, retryAfter: 1 } }
  - { on: create, probability: 0.01, do: { executeLate: 500ms } }
  - { on: list, probability: 0.02, do: lose-answer-before }
";

/// How long it may take until everything is bought and settled once the churn is over.
const PATIENCE: Duration = Duration::from_secs(240);

/// A process, killed when this is dropped.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A watcher, and the lines that it prints.
struct Watcher {
    process: Process,
    lines: Receiver<String>,
}

struct World {
    dir: tempfile::TempDir,
    url: String,
    _sandbox: Process,
    tree: Tree,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("faults.yaml"), FAULTS).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderform"));
        command.arg("sandbox").args(["--listen", "127.0.0.1:0", "--list-lag", "1s"]).current_dir(dir.path());
        command.args(["--data", "world.jsonl", "--faults", "faults.yaml"]);
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("sandbox: ").unwrap().to_owned();
        let tree = Tree::new(dir.path());
        let world = Self { dir, url, _sandbox: Process(process), tree };
        let made = world.orderform(&["init", "current", "--bare"]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        world
    }

    fn orderform(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderform"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("ORDERFORM_STATE_DIR", self.dir.path().join("state"));
        command.env("ORDERFORM_ACCESS_TOKEN", "test").env("ORDERFORM_ENDPOINT", &self.url);
        command
    }

    fn watch(&self) -> Watcher {
        // Three seconds: the list's lag, the late execution, and the one-second steps of the `Date` header.
        let arguments = [
            "watch",
            "current",
            "--auto-apply",
            "--settle-after",
            "3s",
            "--interval",
            "5s",
            "--format",
            "json",
        ];
        let mut process =
            self.orderform(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stdout = BufReader::new(process.stdout.take().unwrap());
        let (send, lines) = channel();
        std::thread::spawn(move || stdout.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Watcher { process: Process(process), lines }
    }

    /// Gives a person's verdict where one is needed: what has been sent three times in vain.
    fn hear(&self, line: &str) {
        let said: serde_json::Value = serde_json::from_str(line).unwrap();
        if said["reason"]["code"] != "noSendsLeft" {
            return;
        }
        let name = said["name"].as_str().unwrap();
        let ids = self.bought().into_iter().filter(|(bought, _)| bought == self.tree.first_name(name));
        let verdict = match ids.map(|(_, id)| id).next() {
            None => self.orderform(&["settle", name, "current", "--not-bought"]).output().unwrap(),
            Some(id) => self.orderform(&["settle", name, "current", "--bought", &id]).output().unwrap(),
        };
        // A pass may hold the lock, and then it says so again in the next one.
        assert!(matches!(verdict.status.code(), Some(0 | 6)), "{verdict:?}");
    }

    /// What was really bought: each order's first name, and its id.
    fn bought(&self) -> Vec<(String, String)> {
        let entries = read_ledger(&self.dir.path().join("world.jsonl")).unwrap();
        let of = |body: &str| {
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            body["LineItems"][0]["FriendlyName"].as_str().unwrap().to_owned()
        };
        entries.into_iter().map(|entry| (of(&entry.body), entry.order_id)).collect()
    }

    /// Waits until every order that the manifests want is recorded.
    fn settle(&self, watcher: &Watcher) {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let state = fs::read_to_string(self.dir.path().join("state/state.json")).unwrap_or_default();
            let state: serde_json::Value = serde_json::from_str(&state).unwrap_or_default();
            let is_recorded = |name: &String| state["orders"][name]["orderId"].is_string();
            if self.tree.names().iter().all(is_recorded) {
                return;
            }
            if let Ok(line) = watcher.lines.recv_timeout(Duration::from_millis(200)) {
                self.hear(&line);
            }
        }
        let status = self.orderform(&["status", "current"]).output().unwrap();
        panic!("still not settled: {}", String::from_utf8_lossy(&status.stdout));
    }

    /// Compares the ledger with the manifests: every order that was ever wanted once, and no other.
    fn check(&self) -> usize {
        let mut bought: Vec<String> = self.bought().into_iter().map(|(name, _)| name).collect();
        bought.sort();
        let wanted = self.tree.first_names();
        assert_eq!(bought, wanted, "the ledger is not what the manifests want");
        bought.len()
    }
}

impl Watcher {
    /// Hears what it prints for so long; says whether it said anything.
    fn listen(&self, world: &World, until: Instant) {
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            match self.lines.recv_timeout(left) {
                Ok(line) => world.hear(&line),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the watcher ended by itself"),
            }
        }
    }

    /// How many files it has open, and how many kilobytes of memory it takes.
    fn takes(&self) -> (usize, u64) {
        let proc = PathBuf::from(format!("/proc/{}", self.process.0.id()));
        let files = fs::read_dir(proc.join("fd")).unwrap().count();
        let status = fs::read_to_string(proc.join("status")).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        (files, line.trim().trim_end_matches(" kB").parse().unwrap())
    }
}

/// Churns: a deed every so often, a kill every few deeds, until the deeds or the time are over. Returns how many of each.
fn churn(world: &mut World, deeds: usize, pace: Duration, kill_every: usize) -> (usize, Watcher) {
    let (mut kills, mut watcher) = (0, world.watch());
    for deed in 0..deeds {
        let until = Instant::now() + pace;
        world.tree.change(deed);
        watcher.listen(world, until);
        if deed % kill_every == kill_every - 1 {
            drop(watcher);
            kills += 1;
            watcher = world.watch();
        }
    }
    world.tree.mend();
    (kills, watcher)
}

#[test]
#[expect(
    clippy::print_stderr,
    reason = "whoever asks for ten minutes of churn wants to read what came of it"
)]
fn whatever_happens_to_the_manifests_and_the_watcher_the_ledger_is_what_they_want() {
    let seconds = std::env::var("ORDERFORM_CHURN")
        .map(|text| text.parse::<usize>().expect("ORDERFORM_CHURN is seconds"));
    let mut world = World::new();
    let Ok(seconds) = seconds else {
        let (kills, watcher) = churn(&mut world, 24, Duration::from_millis(120), 5);
        world.settle(&watcher);
        drop(watcher);
        assert!(kills > 3 && world.check() > 5);
        return;
    };
    let (kills, watcher) = churn(&mut world, seconds, Duration::from_secs(1), 4);
    world.settle(&watcher);
    // As long again as a tenth of it, and nobody is killed. What is taken is counted once it has taken all that it needs.
    let mut go_on = |from: usize, to: usize| {
        for deed in from..to {
            world.tree.change(deed);
            watcher.listen(&world, Instant::now() + Duration::from_secs(1));
        }
    };
    let (warm, end) = (seconds + seconds / 30, seconds + seconds / 10);
    go_on(seconds, warm);
    let before = watcher.takes();
    go_on(warm, end);
    world.tree.mend();
    world.settle(&watcher);
    let after = watcher.takes();
    drop(watcher);
    let bought = world.check();
    eprintln!(
        "{seconds} s of churn, {kills} kills: {bought} orders bought once, 0 twice, 0 missing; files open {} → {}, memory {} → \
         {} kB",
        before.0, after.0, before.1, after.1
    );
    assert!(after.0 <= before.0 + 3, "files: {before:?} → {after:?}");
    assert!(after.1 < before.1 + before.1 / 4 + 4096, "memory: {before:?} → {after:?}");
}

/// Runs git where the manifests are.
fn git(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args([
        "-c",
        "user.name=kim",
        "-c",
        "user.email=kim@host.example",
        "-c",
        "init.defaultBranch=main",
    ]);
    let ran = command.args(args).current_dir(dir).output().unwrap();
    assert!(ran.status.success(), "git {args:?}: {ran:?}");
}
