//! Time that passes while nobody waits: tokio's clock is paused in the tests that use it, and jumps.

use tokio::task::yield_now;
use tokio::time::{Duration, advance, sleep};

/// How far time is moved at once, and how many turns everybody has before.
const STEP: Duration = Duration::from_millis(50);
const TURNS: usize = 16;

/// Lets this much time pass in the simulated world.
pub(crate) async fn pass(duration: Duration) {
    sleep(duration).await;
}

/// Does something that goes over real sockets. Nobody knows when those are quiet, so the clock does not jump: it is moved
/// on in small steps, each after everybody had their turns.
pub(crate) async fn step_by_step<T>(work: impl Future<Output = T>) -> T {
    let clock = async {
        loop {
            for _ in 0..TURNS {
                yield_now().await;
            }
            advance(STEP).await;
        }
    };
    tokio::select! {
        done = work => done,
        () = clock => unreachable!("it never ends"),
    }
}
