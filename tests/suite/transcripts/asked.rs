//! Being asked at a terminal: the plan was shown, and Ctrl-C at the question is a no.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::stage::Stage;
use super::words::CONTOSO;

/// A command at a terminal of its own; its stdout is elsewhere.
pub(super) struct Asked {
    child: Child,
    screen: File,
    seen: String,
}

impl Asked {
    pub(super) fn start(stage: &Stage, arguments: &[&str]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
        let terminal = OpenOptions::new().read(true).write(true).open(name).unwrap();
        let mut command = stage.command(arguments);
        command.env("NO_COLOR", "1");
        command.stdin(terminal.try_clone().unwrap()).stdout(Stdio::null()).stderr(terminal);
        Self { child: command.spawn().unwrap(), screen: File::from(master), seen: String::new() }
    }

    /// Reads the screen until it has this on it.
    pub(super) fn wait_for(&mut self, part: &str) {
        while !self.seen.contains(part) {
            let mut bytes = [0; 4096];
            let read = self.screen.read(&mut bytes).unwrap_or(0);
            assert!(read > 0, "it ended without saying `{part}`: {}", self.seen);
            self.seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }

    /// Forgets what was on the screen so far.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
    }

    pub(super) fn answer(&mut self, line: &str) {
        writeln!(self.screen, "{line}").unwrap();
    }

    fn interrupt(&self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
    }

    pub(super) fn end(&mut self) -> ExitStatus {
        // What is shown has to be read, so that it can go on.
        let mut bytes = [0; 4096];
        while self.screen.read(&mut bytes).is_ok_and(|read| read > 0) {}
        self.child.wait().unwrap()
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn ctrl_c_at_the_question_ends_at_once_and_buys_nothing() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    let mut asked = Asked::start(&stage, &["apply"]);
    asked.wait_for("Type 1 to buy");
    asked.interrupt();
    assert_eq!(asked.end().signal(), Some(Signal::INT.as_raw()));
    stage.bought(0);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0, "the lock was let go");
}

#[test]
fn only_the_number_that_was_asked_for_buys() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    for (answer, code, bought) in [("yes", 1, 0), ("2", 1, 0), ("1", 0, 1)] {
        let mut asked = Asked::start(&stage, &["apply"]);
        asked.wait_for("Type 1 to buy");
        asked.answer(answer);
        assert_eq!(asked.end().code(), Some(code), "{answer}");
        stage.bought(bought);
    }
}

#[test]
fn who_is_asked_has_seen_the_plan_whatever_programs_read() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    let mut asked = Asked::start(&stage, &["apply", "--format", "json"]);
    asked.wait_for("Type 1 to buy");
    assert!(asked.seen.contains("1 order to buy, 5 seats") && asked.seen.contains("+ a"), "{}", asked.seen);
    asked.answer("1");
    assert_eq!(asked.end().code(), Some(0));
    stage.bought(1);
}
