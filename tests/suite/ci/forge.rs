//! What the kits ask of a forge, pretended on loopback: comments, merges, runs, and whom it vouches for.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// What a forge knows.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) comments: Vec<Value>,
    /// The pull requests that a commit is the merge of.
    pub(super) pulls: Vec<Value>,
    pub(super) runs: Vec<Value>,
    /// Where the artifacts of all runs are.
    pub(super) artifacts: PathBuf,
}

/// A forge that serves until it is dropped.
pub(super) struct Forge {
    pub(super) base: String,
    pub(super) world: Arc<Mutex<World>>,
    _runtime: Runtime,
}

impl Forge {
    pub(super) fn open(artifacts: PathBuf) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let world = Arc::new(Mutex::new(World { artifacts, ..World::default() }));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(&world));
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { base, world, _runtime: runtime }
    }

    pub(super) fn comments(&self) -> Vec<Value> {
        self.world.lock().unwrap().comments.clone()
    }
}

/// A token as a CI system vouches with: for ten years, because no test is about its age.
pub(super) fn assertion(audience: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({ "aud": audience, "iss": "https://forge.example", "exp": 4_000_000_000_u64 });
    format!("{}.{}.forge", part(json!({ "alg": "none", "typ": "JWT" })), part(claims))
}

async fn answer(
    State(world): State<Arc<Mutex<World>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_known = header("authorization") == "Bearer canary-of-the-forge"
        || header("private-token") == "canary-of-the-forge";
    let asked = Asked {
        method: method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
    };
    let mut world = world.lock().unwrap();
    let answer = match asked.path.split('/').nth(1) {
        _ if !is_known => None,
        Some("vouch") => asked.parameter("audience").map(|audience| json!({ "value": assertion(audience) })),
        Some("api") => world.gitlab(&asked),
        Some("org") => world.azure(&asked),
        _ => world.github(&asked),
    };
    match answer {
        // A file, byte for byte.
        Some(Value::String(text)) => (StatusCode::OK, text),
        Some(answer) => (StatusCode::OK, answer.to_string()),
        None => (StatusCode::NOT_FOUND, json!({ "message": "Not Found" }).to_string()),
    }
}

/// A request.
struct Asked<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    body: Value,
}

impl Asked<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}

impl World {
    fn github(&mut self, asked: &Asked<'_>) -> Option<Value> {
        let path = asked.path.strip_prefix("/repos/partner/licences/")?;
        match (asked.method, path) {
            ("GET", "issues/7/comments") => Some(json!(self.comments)),
            ("POST", "issues/7/comments") => {
                let by = json!({ "login": "github-actions[bot]" });
                Some(self.add(json!({ "user": by, "body": asked.body["body"] })))
            }
            ("PATCH", path) => self.change(path.strip_prefix("issues/comments/")?, &asked.body),
            ("GET", "actions/workflows/orderform.yaml/runs") => {
                let is_one = asked.parameter("event") == Some("pull_request")
                    && asked.parameter("status") == Some("success");
                let head = asked.parameter("head_sha").filter(|_| is_one)?;
                let runs = self.runs.iter().rev().filter(|run| run["head_sha"] == head);
                Some(json!({ "workflow_runs": runs.collect::<Vec<_>>() }))
            }
            ("GET", path) => {
                let commit = path.strip_prefix("commits/")?.strip_suffix("/pulls")?;
                let pulls = self.pulls.iter().filter(|pull| pull["merge_commit_sha"] == commit);
                Some(json!(pulls.collect::<Vec<_>>()))
            }
            _ => None,
        }
    }

    fn gitlab(&mut self, asked: &Asked<'_>) -> Option<Value> {
        if asked.path == "/api/v4/user" {
            return Some(json!({ "id": 9 }));
        }
        let path = asked.path.strip_prefix("/api/v4/projects/3/")?;
        match (asked.method, path) {
            ("GET", "merge_requests/7/notes") => Some(json!(self.comments)),
            ("POST", "merge_requests/7/notes") => {
                Some(self.add(json!({ "author": { "id": 9 }, "body": asked.body["body"] })))
            }
            ("PUT", path) => self.change(path.strip_prefix("merge_requests/7/notes/")?, &asked.body),
            ("GET", "merge_requests/7/pipelines") => Some(json!(self.runs.iter().rev().collect::<Vec<_>>())),
            ("GET", path) if path.starts_with("repository/commits/") => Some(json!(self.pulls)),
            // The job of a pipeline has its number.
            ("GET", path) if path.starts_with("pipelines/") => {
                let id: u64 = path.strip_prefix("pipelines/")?.strip_suffix("/jobs")?.parse().ok()?;
                Some(json!([{ "id": 0, "name": "comment" }, { "id": id, "name": "plan" }]))
            }
            ("GET", path) => {
                let (job, file) = path.strip_prefix("jobs/")?.split_once("/artifacts/")?;
                std::fs::read_to_string(self.artifacts.join(job).join(file)).ok().map(Value::String)
            }
            _ => None,
        }
    }

    fn azure(&mut self, asked: &Asked<'_>) -> Option<Value> {
        if asked.path == "/org/_apis/connectionData" {
            return Some(json!({ "authenticatedUser": { "id": "us" } }));
        }
        match (asked.method, asked.path.strip_prefix("/org/p/_apis/")?) {
            ("GET", "git/repositories/r/pullRequests/7/threads") => Some(json!({ "value": self.comments })),
            ("POST", "git/repositories/r/pullRequests/7/threads") => {
                let mut thread = asked.body.clone();
                thread["comments"][0]["author"] = json!({ "id": "us" });
                Some(self.add(thread))
            }
            ("PATCH", path) => {
                let thread = path.strip_prefix("git/repositories/r/pullRequests/7/threads/")?;
                let id: usize = thread.strip_suffix("/comments/1")?.parse().ok()?;
                let thread = self.comments.iter_mut().find(|thread| thread["id"] == json!(id))?;
                thread["comments"][0]["content"] = asked.body["content"].clone();
                Some(json!({ "id": 1 }))
            }
            ("POST", "git/repositories/r/pullrequestquery") => {
                let commit = asked.body["queries"][0]["items"][0].as_str()?;
                let pulls: Vec<_> =
                    self.pulls.iter().filter(|pull| pull["lastMergeCommit"]["commitId"] == commit).collect();
                let found = if pulls.is_empty() { json!({}) } else { json!({ commit: pulls }) };
                Some(json!({ "results": [found] }))
            }
            ("GET", "build/builds") => {
                let is_one = asked.parameter("reasonFilter") == Some("pullRequest")
                    && asked.parameter("resultFilter") == Some("succeeded")
                    && asked.parameter("branchName") == Some("refs/pull/7/merge");
                is_one.then(|| json!({ "value": self.runs.iter().rev().collect::<Vec<_>>() }))
            }
            _ => None,
        }
    }

    /// Adds a comment, with a number of its own.
    fn add(&mut self, mut comment: Value) -> Value {
        let id = self.comments.len() + 100;
        comment["id"] = json!(id);
        self.comments.push(comment);
        json!({ "id": id })
    }

    /// Changes the text of a comment.
    fn change(&mut self, id: &str, body: &Value) -> Option<Value> {
        let id: usize = id.parse().ok()?;
        let comment = self.comments.iter_mut().find(|comment| comment["id"] == json!(id))?;
        comment["body"] = body["body"].clone();
        Some(json!({ "id": id }))
    }
}
