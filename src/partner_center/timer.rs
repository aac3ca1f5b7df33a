//! Waiting, for real.

use std::time::Duration;

use crate::ports::Timer;

/// Waits by the clock of the runtime.
#[derive(Debug, Clone, Copy, Default)]
pub struct RealTimer;

impl Timer for RealTimer {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
