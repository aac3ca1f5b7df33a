//! A place to play: a directory with manifests, perhaps a sandbox, and everything that was typed and shown.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::running::Running;
use super::shop::Shop;
use super::words::normalise;

/// A token that must never be seen again.
pub(super) const TOKEN: &str = "canary-7f3b1c9e-never-to-be-seen";

/// A directory of manifests, and what was done in it.
///
/// Every command logs all there is to log, into a file beside the directory; when the stage is left, the token stands
/// nowhere: not in what was printed or logged, and in no file.
pub(super) struct Stage {
    directory: tempfile::TempDir,
    logged: tempfile::TempDir,
    log: RefCell<String>,
    raw: RefCell<String>,
    endpoint: RefCell<Option<String>>,
}

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) code: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Stage {
    pub(super) fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("stage-").tempdir().unwrap();
        let (log, raw) = (RefCell::default(), RefCell::default());
        let logged = tempfile::Builder::new().prefix("logged-").tempdir().unwrap();
        Self { directory, logged, log, raw, endpoint: RefCell::default() }
    }

    /// Makes a stage with a state and one order for each name, all of them alike but for their customer and seats.
    pub(super) fn with_orders(orders: &[(&str, &str, u32)]) -> Self {
        let stage = Self::new();
        for (name, customer, quantity) in orders {
            stage.write(&format!("{name}.yaml"), &super::words::order(name, customer, *quantity));
        }
        assert_eq!(stage.quietly(&["init", "."]).code, 0);
        stage
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(super) fn state(&self, name: &str) -> PathBuf {
        self.path(".orderform").join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes down what a file holds.
    pub(super) fn show(&self, name: &str) {
        let text = fs::read_to_string(self.path(name)).unwrap();
        self.log.borrow_mut().push_str(&format!("$ cat {name}\n{text}\n"));
    }

    pub(super) fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    /// Starts a sandbox; what is typed from now on goes there. Its world is kept in `world.jsonl`.
    pub(super) fn open_shop(&self, faults: &str, flags: &[&str]) -> Shop {
        self.write("faults.txt", faults);
        let shop = Shop::open(self.directory.path(), flags);
        *self.endpoint.borrow_mut() = Some(shop.endpoint.clone());
        shop
    }

    /// Returns the program, ready to run here with nothing of the tester's environment.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.directory.path());
        command.args(arguments).env("ORDERFORM_ACCESS_TOKEN", TOKEN);
        command.env("ORDERFORM_LOG", "trace").env("ORDERFORM_LOG_PATH", self.log_file());
        if let Some(endpoint) = &*self.endpoint.borrow() {
            command.env("ORDERFORM_ENDPOINT", endpoint);
        }
        command
    }

    /// Returns where everything is logged.
    pub(super) fn log_file(&self) -> PathBuf {
        self.logged.path().join("log")
    }

    /// Runs a command to its end, and writes it down.
    pub(super) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_command(arguments, self.command(arguments))
    }

    /// Runs a command that was made ready by hand, and writes it down.
    pub(super) fn run_command(&self, arguments: &[&str], mut command: Command) -> Ran {
        let ran = Ran::from(command.output().unwrap());
        self.write_down(arguments, &ran);
        ran
    }

    /// Runs a command to its end, which is not what the test is about.
    pub(super) fn quietly(&self, arguments: &[&str]) -> Ran {
        let ran = Ran::from(self.command(arguments).output().unwrap());
        self.raw.borrow_mut().push_str(&(ran.stdout.clone() + &ran.stderr));
        ran
    }

    /// Starts a command.
    pub(super) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        Running::start(&mut command)
    }

    /// Waits for the end of a command, and writes it down.
    pub(super) fn finish(&self, arguments: &[&str], running: Running) -> Ran {
        let ran = running.finish();
        self.write_down(arguments, &ran);
        ran
    }

    /// Writes something of the test itself down.
    pub(super) fn note(&self, text: &str) {
        self.log.borrow_mut().push_str(&format!("# {text}\n\n"));
    }

    /// Requires that so many orders were ever bought at the sandbox, and writes it down.
    #[track_caller]
    pub(super) fn bought(&self, expected: usize) {
        let ledger = self.ledger();
        assert_eq!(ledger.len(), expected, "{ledger:#?}\n{}", self.transcript());
        self.note(&format!("bought so far: {expected}"));
    }

    /// Returns the ledger of the sandbox, an order each.
    pub(super) fn ledger(&self) -> Vec<serde_json::Value> {
        let output = program(self.directory.path())
            .args(["sandbox", "ledger", "world.jsonl", "--format", "json"])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{text}");
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Returns everything that was typed and shown, with placeholders.
    pub(super) fn transcript(&self) -> String {
        let directory = self.directory.path().to_str().unwrap();
        normalise(&self.log.borrow(), directory).replace(TOKEN, "[TOKEN]")
    }

    /// Returns everything that was shown, byte for byte.
    pub(super) fn raw(&self) -> String {
        self.raw.borrow().clone()
    }

    fn write_down(&self, arguments: &[&str], ran: &Ran) {
        self.raw.borrow_mut().push_str(&(ran.stdout.clone() + &ran.stderr));
        let mut log = self.log.borrow_mut();
        log.push_str(&format!("$ orderform {}\n{}", arguments.join(" "), ran.stdout));
        for line in ran.stderr.lines() {
            log.push_str(format!("2> {line}").trim_end());
            log.push('\n');
        }
        log.push_str(&format!("[exit {}]\n\n", ran.code));
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        assert!(!self.raw.borrow().contains(TOKEN), "the token was printed");
        for place in [&self.directory, &self.logged] {
            let leaks = files_with(place.path(), TOKEN.as_bytes());
            assert!(leaks.is_empty(), "the token stands in {leaks:?}");
        }
    }
}

/// Returns the files below a directory that hold these bytes; a tester's own faults may.
pub(super) fn files_with(directory: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let (path, Ok(kind)) = (entry.path(), entry.file_type()) else { continue };
        if kind.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if kind.is_file() && path.file_name().is_some_and(|name| name != "faults.txt") {
            let text = fs::read(&path).unwrap_or_default();
            found.extend(text.windows(bytes.len()).any(|part| part == bytes).then_some(path));
        }
    }
    found
}

impl Ran {
    /// Returns the objects that were printed, one a line.
    pub(super) fn objects(&self) -> Vec<serde_json::Value> {
        self.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Returns the program with an empty environment.
pub(super) fn program(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_orderform"));
    command.current_dir(directory).env_clear().env("USER", "kim").stdin(Stdio::null());
    command
}
