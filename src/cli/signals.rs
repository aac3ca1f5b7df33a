//! Ctrl-C and SIGTERM: the first asks to stop, the second stops.

use std::io::Write as _;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::failure::{Failure, exit};

/// Whether the user has asked to stop.
pub(super) struct Signals(watch::Sender<bool>);

/// The farewell of a run that may leave orders in flight.
pub(super) const IN_FLIGHT: &str = "stopped at once: what was in flight is in doubt; the next `orderform apply` settles it before it buys anything";

impl Signals {
    /// Does not listen yet: until then a signal ends the process, as it does any other.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Returns what becomes true at the first signal: what is in flight is then waited for and recorded.
    pub(super) fn stop(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }

    /// Begins to listen. At the second signal the process ends at once: the journal knows what was in flight.
    /// `farewell` is said then.
    pub(super) fn listen(&self, farewell: &'static str) -> Result<(), Failure> {
        let sender = self.0.clone();
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
                    stop_at_once(farewell);
                }
                asked = true;
                // Nobody listens any more when the run is over, and then the next signal ends the process.
                sender.send_replace(true);
            }
        });
        Ok(())
    }
}

#[expect(clippy::exit, reason = "the user asked twice; whatever was in flight is in the journal")]
fn stop_at_once(farewell: &str) {
    let _ = writeln!(std::io::stderr(), "{farewell}");
    std::process::exit(i32::from(exit::INTERRUPTED));
}
