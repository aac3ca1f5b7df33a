//! Ctrl-C and SIGTERM: the first asks to stop, the second stops.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::failure::{Failure, exit};

/// Begins to listen. The receiver becomes true at the first signal: what is in flight is waited for and recorded. At
/// the second the process ends at once: the journal knows what was in flight.
pub(super) fn listen() -> Result<watch::Receiver<bool>, Failure> {
    let (sender, receiver) = watch::channel(false);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        let mut asked = false;
        loop {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            if asked {
                stop_at_once();
            }
            asked = true;
            // Nobody listens any more when the run is over, and then the next signal ends the process.
            let _ = sender.send(true);
        }
    });
    Ok(receiver)
}

#[expect(clippy::exit, reason = "the user asked twice; whatever was in flight is in the journal")]
fn stop_at_once() {
    std::process::exit(i32::from(exit::INTERRUPTED));
}
