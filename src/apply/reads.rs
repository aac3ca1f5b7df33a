//! Reading with patience: whatever only reads may be asked again.

use std::future::Future;
use std::time::Duration;

use super::retries::Retries;
use crate::domain::Excerpt;
use crate::ports::{ReadError, Timer};
use crate::protocol::backoff::{MOST_THROTTLED, PATIENCE};

/// The most times something is asked that fails.
const MOST_TRIES: u32 = 4;

/// The longest wait of our own making, as a power of two of 250 ms.
const LONGEST_OWN: u32 = 8;

/// Asks until there is an answer, a refusal, or no patience left. Counts every request that left.
pub(crate) async fn patiently<R, F>(
    timer: &impl Timer,
    requests: &mut u64,
    retries: &Retries,
    mut ask: impl FnMut() -> F,
) -> Result<R, ReadError>
where
    F: Future<Output = Result<R, ReadError>>,
{
    retries.first();
    let mut tries = 0;
    loop {
        *requests += 1;
        tries += 1;
        let error = match ask().await {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        let own = Duration::from_millis(250 << tries.min(LONGEST_OWN));
        let (wait, most) = match &error {
            ReadError::NotNow { retry_after } => (own.max(retry_after.unwrap_or_default()), MOST_THROTTLED),
            ReadError::Failed(_) => (own, MOST_TRIES),
            ReadError::NotAsked(_) => {
                *requests -= 1;
                return Err(error);
            }
            ReadError::SignIn(_) | ReadError::Refused(_) => return Err(error),
        };
        if tries >= most || wait > PATIENCE {
            return Err(error);
        }
        if !retries.again() {
            let why = format!("{error}; so much was asked again in this run that nothing more is");
            return Err(ReadError::Failed(Excerpt::of(&why)));
        }
        timer.sleep(wait).await;
    }
}
