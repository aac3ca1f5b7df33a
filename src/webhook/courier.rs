//! A queue of notifications for one receiver, and the task that works it off.
//!
//! **Invariant:** whoever sends never waits. The queue has an end: where too many wait, the oldest is dropped, and told.
//! A receiver that is gone is left alone until the watcher begins anew. Every notification has one [`Fate`].

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::domain::Excerpt;
use crate::ports::{Delivery, Letter, Receive, Timer};

/// The most notifications that wait for one receiver.
const MOST_WAITING: usize = 100;

/// How long it is waited before each further try; 33 minutes together. Later than that it is no news.
const WAITS_S: [u64; 7] = [1, 5, 30, 120, 300, 600, 900];

/// What became of a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was taken.
    Delivered,
    /// It was not taken, however often it was tried, or was refused.
    GivenUp(Excerpt),
    /// The receiver takes nothing any more.
    Gone,
    /// Newer ones needed its place.
    Dropped,
    /// The program ended before it was taken.
    Left,
}

/// Who brings notifications to one receiver.
#[derive(Debug)]
pub struct Courier {
    queue: Arc<Queue>,
    worker: JoinHandle<()>,
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    letters: VecDeque<Letter>,
    /// Whether one is under way.
    is_busy: bool,
    is_closed: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // It is consistent between any two of its changes.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the next one; `None` where there will be no more.
    async fn next(&self) -> Option<Letter> {
        loop {
            {
                let mut waiting = self.lock();
                waiting.is_busy = false;
                if let Some(letter) = waiting.letters.pop_front() {
                    waiting.is_busy = true;
                    return Some(letter);
                }
                if waiting.is_closed {
                    return None;
                }
            }
            self.changed.notified().await;
        }
    }
}

impl Courier {
    /// Begins, on the runtime that this is called on. `chance` is any byte, and spreads tries, so that a crowd does not come
    /// back as one; `tell` is told of every fate.
    pub fn start(
        receiver: impl Receive,
        timer: impl Timer,
        chance: impl Fn() -> u8 + Send + Sync + 'static,
        tell: impl Fn(Fate) + Send + Sync + 'static,
    ) -> Self {
        let queue = Arc::new(Queue { waiting: Mutex::default(), changed: Notify::new() });
        let worked_off = Arc::clone(&queue);
        let worker = tokio::task::spawn(async move {
            let mut is_gone = false;
            while let Some(letter) = worked_off.next().await {
                let fate = match is_gone {
                    true => Fate::Gone,
                    false => bring(&receiver, &letter, &timer, &chance).await,
                };
                is_gone |= fate == Fate::Gone;
                tell(fate);
            }
        });
        Self { queue, worker }
    }

    /// Puts a notification at the end of the queue; says how many were dropped for it.
    #[must_use]
    pub fn send(&self, letter: Letter) -> usize {
        let mut waiting = self.queue.lock();
        waiting.letters.push_back(letter);
        let dropped = waiting.letters.len().saturating_sub(MOST_WAITING);
        waiting.letters.drain(..dropped);
        drop(waiting);
        self.queue.changed.notify_one();
        dropped
    }

    /// Ends: what waits has so long to be brought. Says how many were left.
    pub async fn close(mut self, grace: Duration, timer: &impl Timer) -> usize {
        self.queue.lock().is_closed = true;
        self.queue.changed.notify_one();
        tokio::select! {
            biased;
            _ = &mut self.worker => {}
            () = timer.sleep(grace) => self.worker.abort(),
        }
        let waiting = self.queue.lock();
        waiting.letters.len() + usize::from(waiting.is_busy)
    }
}

/// Tries until it is taken, refused, or no news any more.
async fn bring(
    receiver: &impl Receive,
    letter: &Letter,
    timer: &impl Timer,
    chance: &impl Fn() -> u8,
) -> Fate {
    let mut waits = WAITS_S.into_iter();
    loop {
        let (why, asked) = match receiver.deliver(letter).await {
            Delivery::Taken => return Fate::Delivered,
            Delivery::Gone => return Fate::Gone,
            Delivery::Refused(why) => return Fate::GivenUp(why),
            Delivery::NotNow { why, retry_after } => (why, retry_after.unwrap_or_default()),
        };
        let Some(wait_s) = waits.next() else { return Fate::GivenUp(why) };
        let ours = Duration::from_millis(wait_s * 500 + wait_s * 500 * u64::from(chance()) / 255);
        timer.sleep(ours.max(asked)).await;
    }
}

#[cfg(test)]
mod tests;
