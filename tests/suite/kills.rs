//! The real binary, killed (SIGKILL) at random instants while it buys, and then run until everything is settled.
//!
//! A sandbox in a process of its own is the witness: its ledger says what was really bought. It lists late, loses
//! answers, and treats a repeated request id in each of the three ways that a real service might.
//!
//! `cargo test` kills a few dozen times. `ORDERFORM_KILLS=1000 cargo test --release --test suite kills -- --nocapture`
//! kills a thousand times, in worlds of 200 orders, and prints what came of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use orderform::sandbox::read_ledger;

/// How often `apply` may be run to settle what the kills left in doubt, before the test gives up.
const MOST_RUNS: usize = 2000;

/// How long the list lags, and how late a lost request may still take effect.
const FAULTS: &str = "\
seed: SEED
faults:
  - { on: create, probability: 0.04, do: lose-answer-after }
  - { on: create, probability: 0.03, do: lose-answer-before }
  - { on: create, probability: 0.02, do: { status: 502, when: after } }
  - { on: create, probability: 0.02, do: { status: 429, retryAfter: 1 } }
  - { on: create, probability: 0.01, do: { executeLate: 500ms } }
  - { on: list, probability: 0.01, do: lose-answer-before }
";

/// A pretended chance, so that a seed gives the same kills again, as far as two processes can.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// The witness, stopped when this is dropped.
struct Sandbox {
    process: Child,
    url: String,
}

impl Sandbox {
    fn start(dir: &Path, request_ids: &str, audit: bool, seed: u64) -> Self {
        fs::write(dir.join("faults.yaml"), FAULTS.replace("SEED", &seed.to_string())).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderform"));
        command.arg("sandbox").args(["--listen", "127.0.0.1:0", "--list-lag", "1s", "--latency", "2ms"]);
        command.args(["--request-ids", request_ids]);
        command.arg("--data").arg(dir.join("world.jsonl")).arg("--faults").arg(dir.join("faults.yaml"));
        if !audit {
            command.arg("--no-audit");
        }
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("sandbox: ").unwrap().to_owned();
        Self { process, url }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// One world: manifests, a state, a witness.
struct World {
    dir: tempfile::TempDir,
    sandbox: Sandbox,
    orders: usize,
    chance: Chance,
}

/// What came of it.
#[derive(Debug, Default)]
struct Report {
    kills: usize,
    bought: usize,
    runs: usize,
    verdicts: usize,
}

impl World {
    fn new(orders: usize, request_ids: &str, audit: bool, seed: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let sandbox = Sandbox::start(dir.path(), request_ids, audit, seed);
        let project = dir.path().join("project");
        fs::create_dir(&project).unwrap();
        let mut text = String::new();
        for n in 0..orders {
            let customer = 1 + n % (orders / 5);
            write!(
                text,
                "---\napiVersion: orderform/v1\nkind: Order\nmetadata: {{ name: order-{n} }}\nspec:\n  customerId: \
                 00000000-0000-0000-0000-{customer:012}\n  billingCycle: monthly\n  lineItems:\n    - offerId: \
                 CFQ7TTC0LH18:0001:CFQ7TTC0K971\n      friendlyName: order-{n}\n      quantity: 3\n"
            )
            .unwrap();
        }
        fs::write(project.join("orders.yaml"), text).unwrap();
        let world =
            Self { dir, sandbox, orders, chance: Chance(seed.wrapping_mul(2).wrapping_add(0x9e37_79b9)) };
        let made = world.orderform(&["init"]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        world
    }

    fn orderform(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderform"));
        command.args(args).current_dir(self.dir.path().join("project"));
        command.env("ORDERFORM_ACCESS_TOKEN", "test").env("ORDERFORM_ENDPOINT", &self.sandbox.url);
        command
    }

    fn apply(&self) -> Command {
        // Three seconds: the list's lag, the late execution, and the one-second steps of the `Date` header.
        self.orderform(&[
            "apply",
            "--auto-approve",
            "--verbose",
            "--settle-after",
            "3s",
            "--parallelism",
            "16",
        ])
    }

    /// Begins to buy, and kills after so many lines of progress and a moment more. Says whether it was still running.
    fn apply_and_kill(&mut self) -> bool {
        let mut process = self.apply().stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        for _ in 0..self.chance.below(60) {
            if lines.next().is_none() {
                break;
            }
        }
        let moment = Duration::from_micros(self.chance.below(8000));
        let begin = Instant::now();
        while begin.elapsed() < moment {
            std::hint::spin_loop();
        }
        let running = process.try_wait().unwrap().is_none();
        process.kill().unwrap();
        process.wait().unwrap();
        running
    }

    /// Runs `apply` until nothing is in doubt. What has been sent three times in vain needs a person, who looks.
    fn settle(&self, report: &mut Report) {
        for _ in 0..MOST_RUNS {
            report.runs += 1;
            let ended = self.apply().args(["--format", "json"]).output().unwrap();
            match ended.status.code() {
                Some(0) => return,
                Some(4 | 8) => self.give_verdicts(&ended, report),
                other => panic!("exit {other:?}: {}", String::from_utf8_lossy(&ended.stderr)),
            }
        }
        panic!("still not settled after {MOST_RUNS} runs");
    }

    fn give_verdicts(&self, ended: &Output, report: &mut Report) {
        let stdout = String::from_utf8_lossy(&ended.stdout);
        let events = stdout.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        for event in events.filter(|event| event["reason"]["code"] == "noSendsLeft") {
            let name = event["name"].as_str().unwrap();
            let bought = self.bought();
            let verdict = match bought.get(name).map(|ids| &ids[..]) {
                None => self.orderform(&["settle", name, "--not-bought"]).output().unwrap(),
                Some(ids) => self.orderform(&["settle", name, "--bought", &ids[0]]).output().unwrap(),
            };
            assert!(verdict.status.success(), "{verdict:?}");
            report.verdicts += 1;
        }
    }

    /// What was really bought: the ids of the orders of each name.
    fn bought(&self) -> BTreeMap<String, Vec<String>> {
        let mut bought: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for entry in read_ledger(&self.dir.path().join("world.jsonl")).unwrap() {
            let body: serde_json::Value = serde_json::from_str(&entry.body).unwrap();
            let name = body["LineItems"][0]["FriendlyName"].as_str().unwrap().to_owned();
            bought.entry(name).or_default().push(entry.order_id);
        }
        bought
    }

    /// Compares the state with the ledger: every order once in both, under one id.
    fn check(&self) {
        let path = self.dir.path().join("project/.orderform/state.json");
        let state: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let bought = self.bought();
        let twice: Vec<_> = bought.iter().filter(|(_, ids)| ids.len() > 1).collect();
        assert!(twice.is_empty(), "bought twice: {twice:?}");
        for n in 0..self.orders {
            let name = format!("order-{n}");
            let recorded = state["orders"][&name]["orderId"].as_str();
            assert_eq!(recorded, bought.get(&name).map(|ids| ids[0].as_str()), "{name}");
            assert!(recorded.is_some(), "{name} is missing");
        }
    }
}

/// Kills so many times, then settles and compares.
fn play(orders: usize, kills: usize, request_ids: &str, audit: bool, seed: u64) -> Report {
    let mut world = World::new(orders, request_ids, audit, seed);
    let mut report = Report::default();
    for _ in 0..kills {
        report.kills += usize::from(world.apply_and_kill());
    }
    world.settle(&mut report);
    world.check();
    report.bought = world.bought().len();
    report
}

#[expect(clippy::print_stderr, reason = "whoever asks for a thousand kills wants to read what came of them")]
fn kills_by_request(request_ids: &str, seed: u64) {
    let Ok(text) = std::env::var("ORDERFORM_KILLS") else {
        let report = play(40, 8, request_ids, seed.is_multiple_of(2), seed);
        assert!(report.kills > 0 && report.bought == 40, "{report:?}");
        return;
    };
    let wanted: usize = text.parse().expect("ORDERFORM_KILLS is a number");
    let mut total = Report::default();
    for round in 0.. {
        // A third for each of the three tests.
        if total.kills * 3 >= wanted {
            break;
        }
        let report = play(200, 25, request_ids, round % 4 == 0, seed + 10 * round);
        total.kills += report.kills;
        total.bought += report.bought;
        total.runs += report.runs;
        total.verdicts += report.verdicts;
    }
    let Report { kills, bought, runs, verdicts } = total;
    eprintln!(
        "request ids {request_ids}: {kills} kills, {bought} orders bought once, 0 twice, 0 missing ({runs} runs to \
         settle, {verdicts} verdicts of a person)"
    );
}

#[test]
fn a_killed_apply_buys_nothing_twice_and_loses_nothing_where_request_ids_are_replayed() {
    kills_by_request("replay", 1);
}

#[test]
fn a_killed_apply_buys_nothing_twice_and_loses_nothing_where_request_ids_conflict() {
    kills_by_request("conflict", 2);
}

#[test]
fn a_killed_apply_buys_nothing_twice_and_loses_nothing_where_request_ids_are_ignored() {
    kills_by_request("ignore", 3);
}
