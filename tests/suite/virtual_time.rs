//! Time that passes while nobody waits: tokio's clock is paused in the tests that use it, and jumps.

use tokio::time::{Duration, sleep};

/// Lets this much time pass in the simulated world.
pub(crate) async fn pass(duration: Duration) {
    sleep(duration).await;
}
