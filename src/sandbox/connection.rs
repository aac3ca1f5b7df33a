//! A TCP stream that can be cut at a chosen byte of the answer.
//!
//! hyper offers no way to close a connection from within a handler. So the stream under it does: once cut, writing
//! fails, and hyper gives the connection up. The handler gets at its stream by way of axum's connect info.
//!
//! **Invariant:** knows bytes and the end of a head (an empty line), nothing else of HTTP.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::server::TlsStream;

use super::tls::{Handshakes, Tls};

/// What may still be written.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Everything.
    Never,
    /// The rest of the head, and this much of the body.
    InBody(usize),
    /// This much.
    After(usize),
}

/// The scissors of one connection. Clones are of the same one.
#[derive(Debug, Clone)]
pub(super) struct Scissors(Arc<Mutex<Cut>>);

impl Scissors {
    /// Lets no further byte out.
    pub(super) fn cut_now(&self) {
        *self.cut() = Cut::After(0);
    }

    /// Lets the next head out, and this much of its body.
    pub(super) fn cut_in_body(&self, bytes: usize) {
        *self.cut() = Cut::InBody(bytes);
    }

    fn cut(&self) -> MutexGuard<'_, Cut> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().scissors.clone()
    }
}

/// Accepts connections that can be cut.
pub(super) struct CuttableListener {
    listener: TcpListener,
    handshakes: Option<Handshakes>,
}

impl CuttableListener {
    pub(super) fn new(listener: TcpListener, tls: Option<Tls>) -> Self {
        Self { listener, handshakes: tls.map(Handshakes::new) }
    }

    /// Returns the next connection; over TLS, one whose handshake is done.
    async fn next(&mut self) -> (Line, SocketAddr) {
        loop {
            let Some(handshakes) = &mut self.handshakes else {
                let (stream, address) = Listener::accept(&mut self.listener).await;
                return (Line::Plain(at_once(stream)), address);
            };
            tokio::select! {
                (stream, address) = Listener::accept(&mut self.listener) => {
                    handshakes.begin(at_once(stream), address);
                }
                (stream, address) = handshakes.finished() => return (Line::Tls(Box::new(stream)), address),
            }
        }
    }
}

/// Without it answers are only slower.
fn at_once(stream: TcpStream) -> TcpStream {
    let _ = stream.set_nodelay(true);
    stream
}

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (stream, address) = self.next().await;
        let scissors = Scissors(Arc::new(Mutex::new(Cut::Never)));
        (CuttableStream { stream, scissors }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// One connection.
pub(super) struct CuttableStream {
    stream: Line,
    scissors: Scissors,
}

/// What a connection goes over.
enum Line {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Calls the same of either.
macro_rules! either {
    ($line:expr, $call:ident ( $($argument:expr),* )) => {
        match $line {
            Line::Plain(stream) => Pin::new(stream).$call($($argument),*),
            Line::Tls(stream) => Pin::new(stream).$call($($argument),*),
        }
    };
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(&mut self.stream, poll_read(cx, buffer))
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let cut = *self.scissors.cut();
        let (allowed, head) = allowed(cut, buffer);
        if allowed == 0 && !buffer.is_empty() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        let written = either!(&mut self.stream, poll_write(cx, &buffer[..allowed]));
        if let Poll::Ready(Ok(written)) = written {
            *self.scissors.cut() = match cut {
                Cut::InBody(bytes) if head.is_some_and(|head| written >= head) => {
                    Cut::After(bytes - (written - head.unwrap_or(0)))
                }
                Cut::After(bytes) => Cut::After(bytes - written),
                before => before,
            };
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.stream, poll_flush(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(&mut self.stream, poll_shutdown(cx))
    }
}

/// How much of a buffer may be written, and where the head ends in it.
fn allowed(cut: Cut, buffer: &[u8]) -> (usize, Option<usize>) {
    match cut {
        Cut::Never => (buffer.len(), None),
        Cut::After(bytes) => (bytes.min(buffer.len()), None),
        Cut::InBody(bytes) => {
            let head = head_end(buffer);
            let allowed = head.map_or(buffer.len(), |head| (head + bytes).min(buffer.len()));
            (allowed, head)
        }
    }
}

/// Where the body starts: after the first empty line that is not the end of a `100 Continue`.
fn head_end(buffer: &[u8]) -> Option<usize> {
    let empty_line = buffer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let end = empty_line + 4;
    match buffer.starts_with(b"HTTP/1.1 100 ") {
        true => head_end(&buffer[end..]).map(|rest| end + rest),
        false => Some(end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_body_lets_the_head_and_the_wanted_bytes_out() {
        let answer = b"HTTP/1.1 200 OK\r\n\r\n0123456789";
        assert_eq!(allowed(Cut::InBody(4), answer), (23, Some(19)));
        assert_eq!(allowed(Cut::InBody(4), b"HTTP/1.1 200 OK\r\n"), (17, None));
        let continued = [b"HTTP/1.1 100 Continue\r\n\r\n", &answer[..]].concat();
        assert_eq!(allowed(Cut::InBody(4), &continued), (48, Some(44)));
        assert_eq!(allowed(Cut::After(0), answer), (0, None));
        assert_eq!(allowed(Cut::Never, answer).0, answer.len());
    }
}
