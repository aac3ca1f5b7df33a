//! What the kits ask of a forge, pretended on loopback: comments, merges, runs, and whom it vouches for.

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
    /// Everything that was changed, by method and path.
    pub(super) changes: Vec<String>,
}

/// A forge that serves until it is dropped.
pub(super) struct Forge {
    pub(super) base: String,
    pub(super) world: Arc<Mutex<World>>,
    _runtime: Runtime,
}

impl Forge {
    pub(super) fn open() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let world = Arc::<Mutex<World>>::default();
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
    let bearer = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let query = uri.query().unwrap_or_default();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let mut world = world.lock().unwrap();
    if method != Method::GET {
        world.changes.push(format!("{method} {}", uri.path()));
    }
    let answer = match (method.as_str(), uri.path()) {
        _ if bearer != "Bearer canary-of-the-forge" => None,
        ("GET", "/vouch") => {
            let audience = query.split('&').find_map(|pair| pair.strip_prefix("audience="));
            audience.map(|audience| json!({ "value": assertion(audience) }))
        }
        (method, path) => github(&mut world, method, path, query, body),
    };
    match answer {
        Some(answer) => (StatusCode::OK, answer.to_string()),
        None => (StatusCode::NOT_FOUND, json!({ "message": "Not Found" }).to_string()),
    }
}

fn github(world: &mut World, method: &str, path: &str, query: &str, body: Value) -> Option<Value> {
    let path = path.strip_prefix("/repos/partner/licences/")?;
    let is_of = |commit: &str| path == format!("commits/{commit}/pulls");
    match (method, path) {
        ("GET", "issues/7/comments") => Some(json!(world.comments)),
        ("POST", "issues/7/comments") => {
            let id = world.comments.len() + 100;
            let by = json!({ "login": "github-actions[bot]" });
            world.comments.push(json!({ "id": id, "user": by, "body": body["body"] }));
            Some(json!({ "id": id }))
        }
        ("PATCH", path) => {
            let id: usize = path.strip_prefix("issues/comments/")?.parse().ok()?;
            let comment = world.comments.iter_mut().find(|comment| comment["id"] == json!(id))?;
            comment["body"] = body["body"].clone();
            Some(json!({ "id": id }))
        }
        ("GET", "actions/workflows/orderform.yaml/runs") => {
            let head = query.strip_prefix("event=pull_request&status=success&head_sha=")?;
            let runs = world.runs.iter().rev().filter(|run| run["head_sha"] == head);
            Some(json!({ "workflow_runs": runs.collect::<Vec<_>>() }))
        }
        ("GET", path) if path.starts_with("commits/") => {
            let pulls = world.pulls.iter().filter(|pull| is_of(pull["merge_commit_sha"].as_str().unwrap()));
            Some(json!(pulls.collect::<Vec<_>>()))
        }
        _ => None,
    }
}
