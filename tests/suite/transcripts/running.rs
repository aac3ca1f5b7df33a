//! A command that runs while the test goes on: its lines are waited for, its process can be told to stop.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::stage::Ran;

/// A command that runs.
pub(super) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    printed: String,
    seen: String,
}

impl Running {
    pub(super) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stdout, stderr, printed: String::new(), seen: String::new() }
    }

    /// Reads stderr until a line has this in it; gives that line.
    pub(super) fn wait_for(&mut self, part: &str) -> String {
        read_until(&mut self.stderr, &mut self.seen, part)
    }

    /// Reads stdout until a line has this in it.
    pub(super) fn wait_for_print(&mut self, part: &str) {
        read_until(&mut self.stdout, &mut self.printed, part);
    }

    /// Waits until it says where it listens; gives that address.
    pub(super) fn wait_for_address(&mut self) -> SocketAddr {
        let line = self.wait_for("listening on http://");
        line.trim_end().rsplit_once("http://").unwrap().1.parse().unwrap()
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }

    /// Waits for its end.
    pub(super) fn finish(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.seen).unwrap();
        self.stdout.read_to_string(&mut self.printed).unwrap();
        let stdout = std::mem::take(&mut self.printed);
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        Ran { code, stdout, stderr: std::mem::take(&mut self.seen) }
    }
}

fn read_until(stream: &mut impl BufRead, seen: &mut String, part: &str) -> String {
    loop {
        let mut line = String::new();
        let read = stream.read_line(&mut line).unwrap();
        seen.push_str(&line);
        assert!(read > 0, "it ended without saying `{part}`: {seen}");
        if line.contains(part) {
            return line;
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
