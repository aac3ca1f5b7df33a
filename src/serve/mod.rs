//! What a watcher lets others see over HTTP: whether it lives, how it stands, what it counts; to be read, and nothing else.
//!
//! [`Server::bind`] takes the address before anything else happens, [`Server::start`] serves there what is [`Watched`].
//! `door` says who is answered at all, `routes` what there is, `connections` how many and for how long; `health`, `metrics`
//! and `events` are what is said.
//!
//! **Invariant:** whoever asks is answered from what the watcher left behind; nothing it waits for is held meanwhile.
//! Nothing can be changed, no body is read, and no secret is known here.

mod connections;
mod door;
mod events;
mod health;
mod hosts;
mod metrics;
mod routes;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch as channel};
use tokio::task::JoinHandle;

use crate::domain::Timestamp;
use crate::watch::{Life, Status, Vitals};

pub use hosts::Hosts;

/// What is served.
#[derive(Debug, Clone)]
pub struct Watched {
    /// What the watcher last said of itself.
    pub status: channel::Receiver<Arc<Status>>,
    /// What it counts meanwhile.
    pub vitals: Arc<Vitals>,
    /// What time it is.
    pub clock: Clock,
    /// How often it reads its manifests although nothing hints at a change.
    pub interval: Duration,
}

/// What time it is, for people and for counting.
#[derive(Clone)]
pub struct Clock {
    /// The local clock, which somebody may set.
    pub local: fn() -> Timestamp,
    /// Milliseconds, as those that the signs of life came in with; they never go back.
    pub steady: Arc<dyn Fn() -> u64 + Send + Sync>,
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Clock").finish_non_exhaustive()
    }
}

impl Watched {
    fn status(&self) -> Arc<Status> {
        Arc::clone(&self.status.borrow())
    }

    fn life(&self) -> Life {
        self.vitals.pulse.at((self.clock.steady)())
    }
}

/// An address that is ours, at which nobody is answered yet.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

/// A server that serves in a task of its own, until it is closed or dropped.
#[derive(Debug)]
pub struct Served {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Takes an address. Port 0 is any free one.
    ///
    /// # Errors
    /// What the system says: the port is in use, or the address is not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// Returns the address, with the port that it got.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to answer. `names`: what it may be called beside `localhost` and its addresses.
    #[must_use]
    pub fn start(self, watched: Watched, names: Vec<String>) -> Served {
        let hosts = Hosts::new(self.address.ip(), names);
        let app = routes::routes(watched, hosts);
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(connections::accept(self.listener, app, stopped));
        Served { stop: Some(stop), task }
    }
}

impl Served {
    /// Ends: nobody new is answered, and whoever is being answered has a moment.
    pub async fn close(mut self) {
        self.stop = None;
        // It ends by itself within that moment; a bug in it is no reason to fail at the very end.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
