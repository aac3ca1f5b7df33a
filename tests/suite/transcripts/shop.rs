//! A sandbox in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};

use super::stage::program;

/// A sandbox that serves until it is dropped.
pub(crate) struct Shop {
    child: Child,
    pub(crate) endpoint: String,
}

impl Shop {
    /// Starts it with the faults and the world of a directory.
    pub(crate) fn open(directory: &Path, flags: &[&str]) -> Self {
        let mut command = program(directory);
        command.args([
            "sandbox",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "world.jsonl",
            "--faults",
            "faults.txt",
        ]);
        let mut child = command.args(flags).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.trim().strip_prefix("sandbox: ").expect("it says where it serves").to_owned();
        Self { child, endpoint }
    }

    /// Buys in the portal, where no client knows of it, and returns the order's id.
    pub(crate) fn buy_in_the_portal(&self, body: &str) -> String {
        let answer = self.ask("POST /sandbox/orders", body);
        let order: serde_json::Value = serde_json::from_str(&answer).unwrap();
        order["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Gives every availability another id.
    pub(crate) fn reissue(&self) {
        let answer = self.ask("POST /sandbox/catalogue/reissue", "");
        assert!(answer.contains("reissued"), "{answer}");
    }

    /// The same, by a user who stands in the audit log.
    pub(crate) fn buy_in_the_portal_by(&self, user: &str, body: &str) -> String {
        let answer = self.ask(&format!("POST /sandbox/orders?by={user}"), body);
        let order: serde_json::Value = serde_json::from_str(&answer).unwrap();
        order["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Changes in the portal what was bought.
    pub(crate) fn change(&self, body: &str) {
        let answer = self.ask("POST /sandbox/changes", body);
        let made: serde_json::Value = serde_json::from_str(&answer).unwrap();
        assert!(made["totalCount"].as_u64().is_some_and(|count| count > 0), "{answer}");
    }

    /// Waits until so many orders have been bought.
    pub(crate) fn wait_for_orders(&self, expected: u64) {
        let asks = (0..20_000).map(|_| self.ask("GET /sandbox/ledger", ""));
        let counts = asks.map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap());
        let mut counts = counts.map(|ledger| ledger["totalCount"].as_u64().unwrap());
        assert!(counts.any(|count| count >= expected), "{expected} orders never came");
    }

    fn ask(&self, what: &str, body: &str) -> String {
        let host = self.endpoint.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let head =
            format!("{what} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}");
        write!(stream, "{head}\r\n\r\n{body}").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split_once("\r\n\r\n").expect("HTTP").1.to_owned()
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
