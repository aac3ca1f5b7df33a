//! Where a watcher is seen: the address, taken before anything else happens, and what there is to say of it.
//!
//! **Invariant:** whoever is not on this machine gets here only where that was written out, and then it is said.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;

use super::WatchArgs;
use crate::cli::failure::Failure;
use crate::cli::terminal::Terminal;
use crate::serve::Server;

/// Takes the address, where one was asked for.
pub(super) async fn bind(args: &WatchArgs, terminal: &Terminal) -> Result<Option<Server>, Failure> {
    let Some(address) = args.listen else { return Ok(None) };
    let server = Server::bind(address).await.map_err(|error| refusal(address, &error))?;
    let address = server.address();
    terminal.say(&format!("note: listening on http://{address}"));
    if !address.ip().is_loopback() {
        terminal.say(&format!(
            "warning: `{address}` may be reached from other machines: whoever gets there reads the names of customers and \
             orders without signing in; nothing can be changed there"
        ));
    }
    Ok(Some(server))
}

fn refusal(address: SocketAddr, error: &io::Error) -> Failure {
    let failure = Failure::new(format!("cannot listen at `{address}`")).caused_by(error.to_string());
    match error.kind() {
        ErrorKind::AddrInUse => failure.hint(
            "something else listens there, perhaps another watcher: give this one another port, or port 0 for any free one",
        ),
        ErrorKind::AddrNotAvailable => failure
            .hint("this machine does not have this address: `127.0.0.1` is this machine alone, `0.0.0.0` all of its addresses"),
        ErrorKind::PermissionDenied => {
            failure.hint("ports below 1024 are for the administrator: give it another one, such as 9464")
        }
        _ => failure,
    }
}
