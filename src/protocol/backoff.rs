//! How long to wait before the same attempt is sent again.

use std::time::Duration;

use crate::domain::RequestId;

/// The longest wait that a run sits out; asked for more, it gives up and says so.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The most times one run hears "not now" about one attempt.
pub const MOST_TRIES: u32 = 6;

/// The same where Partner Center itself says how long to wait. By then it has asked for about two minutes, however short
/// its waits are: each that follows another is twice as long.
pub const MOST_THROTTLED: u32 = 8;

/// Returns the wait after `tries` times "not now" (from 1), or `None` where the run should give up.
///
/// It doubles from one second, spread by up to a quarter so that a crowd does not come back as one, and is never
/// shorter than what Partner Center asked for. The spread comes from the request id: nothing here is random.
#[must_use]
pub fn wait(tries: u32, asked: Option<Duration>, request_id: RequestId) -> Option<Duration> {
    let most = if asked.is_some() { MOST_THROTTLED } else { MOST_TRIES };
    if tries >= most {
        return None;
    }
    let base_ms = 1000u64 << tries.saturating_sub(1).min(6);
    let spread = request_id.to_string().bytes().map(u64::from).sum::<u64>() % 256;
    let own = Duration::from_millis(base_ms + base_ms * spread / 1024);
    let wait = own.max(asked.unwrap_or_default());
    (wait <= PATIENCE).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::attempt;

    #[test]
    fn a_wait_is_never_shorter_than_asked_and_ends_in_giving_up() {
        let id = attempt(5, &[0]).request_id;
        let asked = Duration::from_secs(57);
        assert!((1..MOST_TRIES).all(|tries| wait(tries, Some(asked), id) >= Some(asked)));
        assert!(wait(1, None, id) >= Some(Duration::from_secs(1)));
        assert_eq!(wait(MOST_TRIES, None, id), None);
        let throttled: Option<Vec<Duration>> =
            (1..MOST_THROTTLED).map(|tries| wait(tries, Some(Duration::ZERO), id)).collect();
        assert!(throttled.is_some_and(|waits| waits.iter().sum::<Duration>() > PATIENCE));
        assert_eq!(wait(MOST_THROTTLED, Some(asked), id), None);
        assert_eq!(wait(1, Some(Duration::from_secs(3600)), id), None);
    }
}
