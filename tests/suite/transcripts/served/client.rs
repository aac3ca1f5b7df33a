//! A client that says exactly what it is told to, and gives what came back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than anything takes that is meant to happen; a test that meets it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// In small letters, a line each.
    pub(super) head: String,
    pub(super) body: String,
}

impl Reply {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let fits = |line: &'_ str| line.split_once(": ").is_some_and(|(found, _)| found == name);
        self.head.lines().find(|line| fits(line)).and_then(|line| Some(line.split_once(": ")?.1))
    }
}

pub(super) fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Sends bytes, and reads until the other side ends; `None` where it ended without an answer.
pub(super) fn send(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = connect(address);
    // It may be refused before all of it was said.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    // What was not read of ours makes it a reset; what came before that counts.
    let _ = stream.read_to_end(&mut answer);
    read(&String::from_utf8(answer).unwrap())
}

fn read(answer: &str) -> Option<Reply> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok()?;
    Some(Reply { status, head: head.to_lowercase().replace('\r', ""), body: body.to_owned() })
}

/// Asks for a path as a browser would.
pub(super) fn get(address: SocketAddr, path: &str) -> Reply {
    asked(address, "GET", path, "")
}

/// Asks for a path, with more headers, each with its line break.
pub(super) fn asked(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
    send(address, request.as_bytes()).unwrap()
}

/// Somebody who follows the events.
pub(super) struct Events(BufReader<TcpStream>);

impl Events {
    pub(super) fn follow(address: SocketAddr, headers: &str) -> Self {
        let mut stream = connect(address);
        let request = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        Self(BufReader::new(stream))
    }

    /// Follows as soon as somebody else has left: that takes the other side a moment.
    pub(super) fn follow_when_there_is_room(address: SocketAddr) -> Self {
        loop {
            let mut events = Self::follow(address, "");
            let status = events.line("HTTP/1.1 ").unwrap();
            if status.starts_with("200") {
                return events;
            }
        }
    }

    /// Reads lines until one begins so; gives the rest of it. `None` where the stream ended before.
    pub(super) fn line(&mut self, beginning: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some(rest) = line.strip_prefix(beginning) {
                return Some(rest.trim_end().to_owned());
            }
        }
    }

    /// Waits for the next event `status`; gives its data.
    pub(super) fn next(&mut self) -> Option<serde_json::Value> {
        assert_eq!(self.line("event: ")?, "status");
        Some(serde_json::from_str(&self.line("data: ")?).unwrap())
    }

    /// Waits for an event that is so.
    pub(super) fn until(&mut self, fits: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
        loop {
            let event = self.next().unwrap();
            if fits(&event) {
                return event;
            }
        }
    }
}
