//! A server on loopback that notes what it is asked and answers what it was told, and nothing more.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a connection once its request has been read.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// These bytes, then the connection is closed.
    Answer(Vec<u8>),
    /// These bytes, then nothing, for ever.
    Hold(Vec<u8>),
    /// These bytes, then these others again and again for as long as somebody reads.
    Endless(Vec<u8>, Vec<u8>),
    /// The connection is reset.
    Reset,
}

/// What the server has seen so far.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) requests: Vec<String>,
}

/// A running server; it ends with the runtime of its test.
pub(crate) struct Server {
    pub(crate) base: String,
    seen: Arc<Mutex<Seen>>,
}

impl Server {
    /// Serves the acts in turn, one a request; the last one is repeated.
    pub(crate) async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (acts, noted) = (Arc::new(acts), Arc::clone(&seen));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                noted.lock().unwrap().connections += 1;
                tokio::spawn(serve(stream, Arc::clone(&acts), Arc::clone(&noted)));
            }
        });
        Self { base, seen }
    }

    pub(crate) fn connections(&self) -> usize {
        self.seen.lock().unwrap().connections
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

async fn serve(mut stream: TcpStream, acts: Arc<Vec<Act>>, seen: Arc<Mutex<Seen>>) {
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let act = {
        let mut seen = seen.lock().unwrap();
        seen.requests.push(request);
        let turn = seen.requests.len().min(acts.len()) - 1;
        acts[turn].clone()
    };
    // A client that has seen enough closes; that is no failure of the server.
    match act {
        Act::Answer(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
        }
        Act::Hold(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending::<()>().await;
        }
        Act::Endless(first, again) => {
            let mut alive = stream.write_all(&first).await.is_ok();
            while alive {
                alive = stream.write_all(&again).await.is_ok();
            }
        }
        Act::Reset => stream.set_zero_linger().unwrap(),
    }
}

/// Reads one request: its head, and as much body as it states.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |text| text.parse().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(String::from_utf8(bytes).unwrap());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Writes an answer with its length stated.
pub(crate) fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}
