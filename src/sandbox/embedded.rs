//! The sandbox inside another program: served at a free port of this machine until it is let go.
//!
//! **Invariant:** it is reached as a real server is, over HTTP; nothing is handed over in memory.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Sandbox, SandboxError};

/// A sandbox that serves in a task of its own.
#[derive(Debug)]
pub struct Embedded {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), SandboxError>>,
}

impl Sandbox {
    /// Serves at a free loopback port, in a task of its own, until [`Embedded::close`].
    ///
    /// # Errors
    /// [`SandboxError::Serve`] where no port is to be had.
    pub async fn embed(self) -> Result<Embedded, SandboxError> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(SandboxError::Serve)?;
        let address = listener.local_addr().map_err(SandboxError::Serve)?;
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(self.serve(listener, async move {
            // Whoever embeds it is gone when this ends, one way or the other.
            let _ = stopped.await;
        }));
        Ok(Embedded { address, stop, served })
    }
}

impl Embedded {
    /// Returns its base URL, `http://127.0.0.1:` and the port.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Lets go: answers what is under way, finishes writing, and gives up the world file.
    ///
    /// # Errors
    /// [`SandboxError::Serve`] where serving had failed.
    pub async fn close(self) -> Result<(), SandboxError> {
        // It may have ended by itself, which the next line reports.
        let _ = self.stop.send(());
        self.served.await.map_err(|error| SandboxError::Serve(io::Error::other(error)))?
    }
}
