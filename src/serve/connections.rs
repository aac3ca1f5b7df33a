//! The connections: how many there may be, and how long each may take over what.
//!
//! A connection is for one request. Where there are too many, the one that has waited longest with its request unsaid
//! goes, so that whoever has something to ask gets through; where all of them are being answered, the new one goes.
//!
//! **Invariant:** memory and descriptors are bounded, whatever clients do or leave undone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

/// The most connections at once.
const MOST: usize = 128;
/// How long a client may take to say what it wants.
const SAYING: Duration = Duration::from_secs(5);
/// How long all of it may take, for what has an end.
const ANSWERING: Duration = Duration::from_secs(30);
/// How long a stream of events is kept up; browsers come back by themselves.
const STREAMING: Duration = Duration::from_secs(1800);
/// How long clients have once nobody new is answered.
const LEAVING: Duration = Duration::from_secs(1);
/// How long to wait where the system has no descriptor to give.
const PAUSE: Duration = Duration::from_millis(200);

/// What a request may have of lines above its body, in bytes and in number.
const LONGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// How far a connection has come: it waits for its request, is answered, or is a stream.
#[derive(Debug, Default)]
pub(super) struct Stage(AtomicU8);

impl Stage {
    /// The request was said.
    pub(super) fn answering(&self) {
        self.0.fetch_max(1, Relaxed);
    }

    /// The answer has no end.
    pub(super) fn streaming(&self) {
        self.0.fetch_max(2, Relaxed);
    }

    fn is_waiting(&self) -> bool {
        self.0.load(Relaxed) == 0
    }

    fn is_streaming(&self) -> bool {
        self.0.load(Relaxed) == 2
    }
}

/// Accepts until told to stop.
pub(super) async fn accept(listener: TcpListener, app: Router, mut stop: oneshot::Receiver<()>) {
    let mut open = Open::default();
    loop {
        tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(_) = open.tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => open.add(stream, &app),
                // No descriptor is left, or the client has gone already.
                Err(error) => {
                    tracing::debug!(%error, "a connection was not accepted");
                    sleep(PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let all = async { while open.tasks.join_next().await.is_some() {} };
    // What is left then is cut when the set is dropped.
    let _ = timeout(LEAVING, all).await;
}

/// The connections there are.
#[derive(Default)]
struct Open {
    tasks: JoinSet<()>,
    /// Those that have not said what they want, oldest first.
    waiting: VecDeque<(AbortHandle, Arc<Stage>)>,
}

impl Open {
    fn add(&mut self, stream: TcpStream, app: &Router) {
        self.waiting.retain(|(handle, stage)| !handle.is_finished() && stage.is_waiting());
        if self.tasks.len() >= MOST {
            let Some((oldest, _)) = self.waiting.pop_front() else { return };
            oldest.abort();
        }
        let stage = Arc::new(Stage::default());
        let handle = self.tasks.spawn(connection(stream, app.clone(), Arc::clone(&stage)));
        self.waiting.push_back((handle, stage));
    }
}

async fn connection(stream: TcpStream, app: Router, stage: Arc<Stage>) {
    let service = TowerToHyperService::new(app.layer(Extension(Arc::clone(&stage))));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(SAYING)
        .keep_alive(false)
        .max_buf_size(LONGEST_HEAD)
        .max_headers(MOST_HEADERS);
    let served = http.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(served);
    // How a connection ends is its client's business.
    tokio::select! {
        _ = &mut served => return,
        () = sleep(ANSWERING) => {}
    }
    if stage.is_streaming() {
        let _ = timeout(STREAMING, served).await;
    }
}
