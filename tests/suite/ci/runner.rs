//! A runner of GitHub's: carries out the steps of a job as they stand in the YAML, and knows no more than these need.
//!
//! **Invariant:** an expression or a step that this runner does not know ends the test; it is never taken for something
//! else. Nothing that a step prints holds a token, but for the line that has it blotted out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_yaml::Value;

/// What a token begins with: all of them are JSON Web Tokens.
const TOKEN: &str = "eyJ";

/// A job under way.
pub(super) struct Job {
    pub(super) workspace: PathBuf,
    pub(super) temp: PathBuf,
    /// The artifacts of all runs: a directory for each run, with one for each name.
    pub(super) artifacts: PathBuf,
    pub(super) run: String,
    /// What each step is told beside its own `env`.
    pub(super) environment: BTreeMap<String, String>,
    /// What expressions stand for, but for those about steps.
    pub(super) values: BTreeMap<String, String>,
    steps: BTreeMap<String, String>,
    failed: Option<i32>,
    pub(super) said: String,
}

impl Job {
    pub(super) fn new(directory: &Path, artifacts: &Path, run: &str) -> Self {
        let temp = directory.parent().unwrap().join(format!("temp-{run}"));
        fs::create_dir_all(&temp).unwrap();
        let values = BTreeMap::from([("runner.temp".to_owned(), temp.display().to_string())]);
        Self {
            workspace: directory.to_owned(),
            temp,
            artifacts: artifacts.to_owned(),
            run: run.to_owned(),
            environment: BTreeMap::new(),
            values,
            steps: BTreeMap::new(),
            failed: None,
            said: String::new(),
        }
    }

    /// Carries out a job of a workflow, and returns its exit code: that of the first step that failed.
    pub(super) fn carry_out(&mut self, workflow: &Value, job: &str) -> i32 {
        for of in [workflow, &workflow["jobs"][job]] {
            for (name, value) in mapping(&of["env"]) {
                let value = self.text(&value);
                self.values.insert(format!("env.{name}"), value.clone());
                self.environment.insert(name, value);
            }
        }
        let shell = workflow["defaults"]["run"]["shell"].as_str();
        self.carry_out_steps(&workflow["jobs"][job]["steps"], shell);
        self.failed.unwrap_or(0)
    }

    /// Returns an output of a job by its expressions.
    pub(super) fn output(&self, workflow: &Value, job: &str, name: &str) -> String {
        self.text(&workflow["jobs"][job]["outputs"][name])
    }

    /// Returns what the steps wrote to the page of the job.
    pub(super) fn summary(&self) -> String {
        fs::read_to_string(self.temp.join("summary.md")).unwrap_or_default()
    }

    fn carry_out_steps(&mut self, steps: &Value, shell: Option<&str>) {
        for step in steps.as_sequence().unwrap() {
            let id = step["id"].as_str().unwrap_or_default().to_owned();
            if !self.is_due(step["if"].as_str()) {
                self.steps.insert(format!("steps.{id}.outcome"), "skipped".to_owned());
                continue;
            }
            let code = match (step["uses"].as_str(), step["run"].as_str()) {
                (Some(uses), None) => self.use_action(uses, &id, &step["with"]),
                (None, Some(script)) => {
                    let shell = step["shell"].as_str().or(shell);
                    self.run_script(script, shell.expect("without `shell: bash`, pipes hide failures"), step)
                }
                _ => panic!("a step uses or runs: {step:?}"),
            };
            let outcome = if code == 0 { "success" } else { "failure" };
            self.steps.insert(format!("steps.{id}.outcome"), outcome.to_owned());
            if code != 0 {
                self.failed.get_or_insert(code);
            }
        }
    }

    /// Says whether a step has its turn: by its condition, which means "where nothing failed" unless it says otherwise.
    fn is_due(&self, condition: Option<&str>) -> bool {
        let condition = condition.unwrap_or_default().trim_start_matches("${{").trim_end_matches("}}").trim();
        let whatever_failed = condition.contains("always()") || condition.contains("!cancelled()");
        let mut terms =
            condition.split(" && ").filter(|term| !["", "always()", "!cancelled()"].contains(term));
        let holds = |term: &str| {
            let (left, equal, right) = match term.split_once(" == ") {
                Some((left, right)) => (left, true, right),
                None => term.split_once(" != ").map(|(left, right)| (left, false, right)).unwrap(),
            };
            (self.value(left) == right.trim_matches('\'')) == equal
        };
        (whatever_failed || self.failed.is_none()) && terms.all(holds)
    }

    /// Puts the values of its expressions into a text.
    fn text(&self, value: &Value) -> String {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => serde_yaml::to_string(other).unwrap().trim().to_owned(),
        };
        let (mut whole, mut rest) = (String::new(), text.as_str());
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, after) = after.split_once("}}").unwrap();
            whole += before;
            whole += &self.value(expression.trim());
            rest = after;
        }
        whole + rest
    }

    fn value(&self, expression: &str) -> String {
        if let Some(value) = self.values.get(expression).or_else(|| self.steps.get(expression)) {
            return value.clone();
        }
        // An output that nobody wrote is empty; so is one of a step that had no turn.
        assert!(expression.starts_with("steps."), "the test does not say what `{expression}` is");
        String::new()
    }

    fn run_script(&mut self, script: &str, shell: &str, step: &Value) -> i32 {
        assert_eq!(shell, "bash");
        let output = self.temp.join("output");
        fs::write(&output, "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script]);
        command.current_dir(&self.workspace).env_clear().stdin(Stdio::null()).envs(&self.environment);
        command.env("RUNNER_TEMP", &self.temp).env("GITHUB_OUTPUT", &output).env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_STEP_SUMMARY", self.temp.join("summary.md")).env("ARTIFACTS", &self.artifacts);
        for (name, value) in mapping(&step["env"]) {
            command.env(name, self.text(&value));
        }
        let ended = command.output().unwrap();
        for line in fs::read_to_string(&output).unwrap().lines() {
            let (name, value) = line.split_once('=').unwrap();
            let id = step["id"].as_str().unwrap();
            self.steps.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        let said = [ended.stdout, ended.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
        let mut shown = said.lines().filter(|line| !line.starts_with("::add-mask::"));
        assert!(shown.all(|line| !line.contains(TOKEN) && !line.contains("canary")), "{said}");
        self.said += &said;
        ended.status.code().unwrap()
    }

    /// Does what the actions do that the kit uses; one of its own is carried out step by step.
    fn use_action(&mut self, uses: &str, id: &str, with: &Value) -> i32 {
        let with: BTreeMap<String, String> =
            mapping(with).into_iter().map(|(name, value)| (name, self.text(&value))).collect();
        if let Some(path) = uses.strip_prefix("./") {
            let action = fs::read_to_string(self.workspace.join(path).join("action.yaml")).unwrap();
            let action: Value = serde_yaml::from_str(&action).unwrap();
            return self.carry_out_action(&action, id, with);
        }
        let kept = |name: &str| self.artifacts.join(&self.run).join(name);
        match uses.split_once('@').unwrap().0 {
            "actions/checkout" => {}
            "actions/upload-artifact" => copy(&self.workspace.join(&with["path"]), &kept(&with["name"])),
            "actions/download-artifact" => copy(&kept(&with["name"]), Path::new(&with["path"])),
            other => panic!("the test does not know what `{other}` does"),
        }
        0
    }

    fn carry_out_action(&mut self, action: &Value, id: &str, with: BTreeMap<String, String>) -> i32 {
        let mut inner = Self::new(&self.workspace, &self.artifacts, &self.run);
        inner.environment = self.environment.clone();
        for (name, input) in mapping(&action["inputs"]) {
            let value = with.get(&name).cloned();
            assert!(value.is_some() || input["required"] != Value::Bool(true), "`{name}` has to be given");
            inner.values.insert(format!("inputs.{name}"), value.unwrap_or_default());
        }
        inner.carry_out_steps(&action["runs"]["steps"], None);
        self.said += &inner.said;
        for (name, output) in mapping(&action["outputs"]) {
            self.steps.insert(format!("steps.{id}.outputs.{name}"), inner.text(&output["value"]));
        }
        inner.failed.unwrap_or(0)
    }
}

/// Returns the entries of a mapping, or of none.
pub(super) fn mapping(value: &Value) -> Vec<(String, Value)> {
    let entries = value.as_mapping().into_iter().flatten();
    entries.map(|(name, value)| (name.as_str().unwrap().to_owned(), value.clone())).collect()
}

/// Copies what a directory holds into another.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let copied = Command::new("cp").arg("-R").arg(from.join(".")).arg(to).status().unwrap();
    assert!(copied.success(), "{}", from.display());
}
