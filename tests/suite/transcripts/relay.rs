//! The network between a command and a sandbox, which a test can cut and lead elsewhere.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::shop::Shop;

/// A port of its own that leads to a sandbox, or nowhere. It is there until the test process ends.
pub(super) struct Relay {
    pub(super) endpoint: String,
    network: Arc<Mutex<Network>>,
}

#[derive(Default)]
struct Network {
    leads_to: Option<SocketAddr>,
    /// What was connected since it leads there.
    open: Vec<TcpStream>,
}

impl Relay {
    /// Makes one that leads nowhere: whoever connects is hung up on.
    pub(super) fn cut() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let network = Arc::<Mutex<Network>>::default();
        let shared = Arc::clone(&network);
        thread::spawn(move || {
            // One that went away at once is none.
            for client in listener.incoming().flatten() {
                let _ = connect(client, &mut shared.lock().unwrap());
            }
        });
        Self { endpoint, network }
    }

    /// Leads to a sandbox from now on.
    pub(super) fn lead_to(&self, shop: &Shop) {
        let host = shop.endpoint.strip_prefix("http://").unwrap();
        self.network.lock().unwrap().leads_to = Some(host.parse().unwrap());
    }

    /// Leads nowhere from now on, and cuts what is connected.
    pub(super) fn cut_off(&self) {
        let mut network = self.network.lock().unwrap();
        network.leads_to = None;
        for stream in network.open.drain(..) {
            // It may be over already.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Joins a client with where the network leads.
fn connect(client: TcpStream, network: &mut Network) -> io::Result<()> {
    let Some(address) = network.leads_to else { return Ok(()) };
    let server = TcpStream::connect(address)?;
    network.open.extend([client.try_clone()?, server.try_clone()?]);
    for (mut from, mut to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
        thread::spawn(move || {
            // Whatever ends one direction ends it.
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}
