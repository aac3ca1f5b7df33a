//! Reading with patience: whatever only reads may be asked again.

use std::future::Future;
use std::time::Duration;

use crate::ports::{ReadError, Timer};
use crate::protocol::backoff::PATIENCE;

/// The most times something is asked.
const MOST_TRIES: u32 = 4;

/// Asks until there is an answer, a refusal, or no patience left. Counts every request.
pub(crate) async fn patiently<R, F>(
    timer: &impl Timer,
    requests: &mut u64,
    mut ask: impl FnMut() -> F,
) -> Result<R, ReadError>
where
    F: Future<Output = Result<R, ReadError>>,
{
    let mut tries = 0;
    loop {
        *requests += 1;
        tries += 1;
        let error = match ask().await {
            Ok(read) => return Ok(read),
            Err(error) => error,
        };
        let own = Duration::from_millis(250 << tries);
        let wait = match &error {
            ReadError::NotNow { retry_after } => own.max(retry_after.unwrap_or_default()),
            ReadError::Failed(_) => own,
            ReadError::SignIn(_) | ReadError::Refused(_) => return Err(error),
        };
        if tries >= MOST_TRIES || wait > PATIENCE {
            return Err(error);
        }
        timer.sleep(wait).await;
    }
}
