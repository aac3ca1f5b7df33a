//! As much of an editor as a YAML server needs: the Language Server Protocol over the pipes of a child.
//!
//! **Invariant:** the child does not outlive its editor, fetches nothing, and no answer is waited for longer than
//! [`PATIENCE`]; whoever waits in vain fails with everything that was received.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Long: it passes only where something is broken.
const PATIENCE: Duration = Duration::from_secs(60);

/// A workspace with the published schemas in it, and the server that an editor would start for it.
pub(super) struct Editor {
    workspace: tempfile::TempDir,
    server: Child,
    stdin: ChildStdin,
    /// Those of `yaml.schemas`.
    schemas: Value,
    messages: Receiver<Value>,
    received: Vec<Value>,
    /// The latest of every file, by URI.
    diagnostics: BTreeMap<String, Vec<Value>>,
    asked: u64,
    opened: u64,
}

impl Editor {
    /// Starts the server and tells it the settings; `schemas` are those of `yaml.schemas`.
    pub(super) fn start(program: &Path, schemas: Value) -> Self {
        // The patterns of settings pass over what begins with a dot.
        let workspace = tempfile::Builder::new().prefix("editor-").tempdir().unwrap();
        let directory = workspace.path().join("schema");
        fs::create_dir(&directory).unwrap();
        for schema in fs::read_dir("schema").unwrap() {
            let schema = schema.unwrap();
            fs::copy(schema.path(), directory.join(schema.file_name())).unwrap();
        }
        let mut server = Command::new("node")
            .arg(program)
            .arg("--stdio")
            .current_dir(&workspace)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(workspace.path().join("stderr")).unwrap())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let messages = read(stdout);
        let mut editor = Self {
            workspace,
            server,
            stdin,
            schemas,
            messages,
            received: Vec::new(),
            diagnostics: BTreeMap::new(),
            asked: 0,
            opened: 0,
        };
        editor.introduce();
        editor
    }

    fn introduce(&mut self) {
        let root = self.uri("");
        self.ask(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "workspace" }],
                "capabilities": {
                    "workspace": { "configuration": true, "workspaceFolders": true },
                    "textDocument": {
                        "completion": {
                            "completionItem": { "snippetSupport": true, "documentationFormat": ["markdown"] },
                        },
                        "hover": { "contentFormat": ["markdown"] },
                    },
                },
            }),
        );
        self.tell("initialized", &json!({}));
        // The server asks for its settings; what is opened after that is read with them.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.next("its question for settings", deadline);
            self.answer(&message);
            if message["method"] == "workspace/configuration" {
                return;
            }
        }
    }

    /// Opens a new file below `orders/`; a `‸` in the text is taken out, and is where the cursor stands.
    pub(super) fn open(&mut self, text: &str) -> Place {
        self.opened += 1;
        let uri = self.uri(&format!("/orders/{}.yaml", self.opened));
        let before = text.split('‸').next().unwrap_or_default();
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap_or_default().encode_utf16().count();
        let text = text.replace('‸', "");
        let document = json!({ "uri": uri, "languageId": "yaml", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        Place { uri, position: json!({ "line": line, "character": character }) }
    }

    /// Returns what is wrong with a text, as `LINE:COLUMN-COLUMN MESSAGE`, counted from 1 as editors do.
    pub(super) fn problems(&mut self, text: &str) -> Vec<String> {
        self.problems_of_each(&[text.to_owned()]).remove(0)
    }

    /// Returns what is wrong with each of some texts; faster than one after the other, because the server lets a text
    /// rest before it looks.
    pub(super) fn problems_of_each(&mut self, texts: &[String]) -> Vec<Vec<String>> {
        let places: Vec<Place> = texts.iter().map(|text| self.open(text)).collect();
        let deadline = Instant::now() + PATIENCE;
        while !places.iter().all(|place| self.diagnostics.contains_key(&place.uri)) {
            let message = self.next("diagnostics", deadline);
            self.answer(&message);
        }
        let found = places.iter().map(|place| &self.diagnostics[&place.uri]);
        found.map(|found| found.iter().map(shown).collect()).collect()
    }

    /// Returns what is offered at the cursor.
    pub(super) fn completions(&mut self, text: &str) -> Vec<Completion> {
        let place = self.open(text);
        let answer = self.ask("textDocument/completion", &place.params());
        let items = answer["items"].as_array().or(answer.as_array()).unwrap();
        items.iter().map(Completion::read).collect()
    }

    /// Returns what is shown for the word under the cursor, in Markdown.
    pub(super) fn hover(&mut self, text: &str) -> String {
        let place = self.open(text);
        let answer = self.ask("textDocument/hover", &place.params());
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn uri(&self, path: &str) -> String {
        format!("file://{}{path}", self.workspace.path().display())
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let message = self.next(method, deadline);
            if message.get("method").is_none() && message["id"] == id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.answer(&message);
        }
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.stdin.flush().unwrap();
    }

    fn next(&mut self, awaited: &str, deadline: Instant) -> Value {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(message) = self.messages.recv_timeout(left) else {
            let stderr = fs::read_to_string(self.workspace.path().join("stderr")).unwrap_or_default();
            panic!("waited in vain for {awaited}\nreceived: {:#?}\nstderr: {stderr}", self.received);
        };
        self.received.push(message.clone());
        message
    }

    /// Keeps what the server tells, and answers what it asks and no test is about.
    fn answer(&mut self, message: &Value) {
        if message["method"] == "textDocument/publishDiagnostics" {
            let (uri, found) = (&message["params"]["uri"], &message["params"]["diagnostics"]);
            let found = found.as_array().unwrap().clone();
            self.diagnostics.insert(uri.as_str().unwrap().to_owned(), found);
        } else if message["method"] == "workspace/configuration" {
            self.answer_settings(message);
        } else if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
        }
    }

    fn answer_settings(&mut self, question: &Value) {
        let settings = json!({
            "yaml": {
                "completion": true,
                "hover": true,
                "validate": true,
                "schemas": self.schemas,
                "schemaStore": { "enable": false },
                "kubernetesCRDStore": { "enable": false },
            },
            "redhat": { "telemetry": { "enabled": false } },
            // Nobody listens there: what should be fetched all the same is not.
            "http": { "proxy": "http://127.0.0.1:9", "proxyStrictSSL": true },
        });
        let items = question["params"]["items"].as_array().unwrap();
        let sections = items.iter().map(|item| settings[item["section"].as_str().unwrap()].clone());
        let result: Vec<Value> = sections.collect();
        self.send(&json!({ "jsonrpc": "2.0", "id": question["id"], "result": result }));
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn shown(diagnostic: &Value) -> String {
    let (start, end) = (&diagnostic["range"]["start"], &diagnostic["range"]["end"]);
    let [line, from, to] =
        [&start["line"], &start["character"], &end["character"]].map(|number| number.as_u64().unwrap() + 1);
    let message = diagnostic["message"].as_str().unwrap();
    assert_eq!(diagnostic["severity"], 1, "an error: {message}");
    format!("{line}:{from}-{to} {message}")
}

/// Where the cursor stands.
pub(super) struct Place {
    uri: String,
    position: Value,
}

impl Place {
    fn params(&self) -> Value {
        json!({ "textDocument": { "uri": self.uri }, "position": self.position })
    }
}

/// One line of the list that an editor offers.
#[derive(Debug)]
pub(super) struct Completion {
    pub(super) label: String,
    /// What would be written, with the marks of a snippet.
    pub(super) text: String,
    pub(super) about: String,
    /// Whether it is a key of the mapping; what is not is a value, or stands for several keys.
    pub(super) is_key: bool,
}

impl Completion {
    fn read(item: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let about = item["documentation"].get("value").unwrap_or(&item["documentation"]);
        let is_key = item["kind"] == 10;
        let edit = item["textEdit"].get("newText").unwrap_or(&item["insertText"]);
        Self { label: text(&item["label"]), text: text(edit), about: text(about), is_key }
    }
}

/// Reads messages until the server ends.
fn read(stdout: ChildStdout) -> Receiver<Value> {
    let (sender, messages) = mpsc::channel();
    thread::spawn(move || {
        let mut stdout = BufReader::new(stdout);
        while let Some(message) = next_message(&mut stdout) {
            if sender.send(message).is_err() {
                return;
            }
        }
    });
    messages
}

fn next_message(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut header = String::new();
        if stdout.read_line(&mut header).ok()? == 0 {
            return None;
        }
        match header.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length?];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
