//! Waiting for one's turn: the [`Governor`] with a clock, and a queue before it.
//!
//! All requests of a client go through one [`Turnstile`], reads and orders alike, first come, first served. Clients of one
//! Partner Center share it, so that a pause outlives the client that was asked to wait.
//!
//! **Invariant:** nothing is decided here. Whoever stops waiting has taken nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{sleep, timeout};

use super::client::ClientSettings;
use super::clock::Stopwatch;
use super::exchange::{Failure, Whole};
use super::governor::{Came, Decision, Governor};
use crate::ports::{NoTurn, Pauses};

/// What every request of a client goes through: how many may leave, and how long nobody may ask.
#[derive(Debug)]
pub struct Turnstile {
    governor: Mutex<Governor>,
    /// Held by the first of those who wait.
    head: tokio::sync::Mutex<()>,
    /// Something changed that the first of them may have waited for.
    changed: Notify,
    news: watch::Sender<u64>,
    clock: Stopwatch,
    /// The longest pause that is sat out.
    patience: Duration,
    /// The longest that one waits for a turn, whatever for.
    longest: Duration,
}

/// A turn that was taken. Dropping it says that the request has ended.
#[derive(Debug)]
pub(super) struct Slot {
    turnstile: Arc<Turnstile>,
    let_go_at: u64,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.turnstile.governor().ended(self.let_go_at);
        self.turnstile.changed.notify_one();
    }
}

impl Turnstile {
    /// Makes one that lets through what the settings say: so many requests a minute, waiting so long at the most.
    #[must_use]
    pub fn new(settings: &ClientSettings) -> Arc<Self> {
        Arc::new(Self {
            governor: Mutex::new(Governor::new(settings.requests_per_minute)),
            head: tokio::sync::Mutex::default(),
            changed: Notify::new(),
            news: watch::Sender::new(0),
            clock: Stopwatch::new(),
            patience: settings.patience,
            longest: settings.longest_wait,
        })
    }

    /// Waits for a turn and takes it.
    pub(super) async fn turn(self: &Arc<Self>) -> Result<Slot, NoTurn> {
        let turn = async {
            let _first = self.head.lock().await;
            loop {
                let now = self.clock.ms();
                let decision = self.governor().ask(now);
                let wait = match decision {
                    Decision::Go => return Ok(Slot { turnstile: Arc::clone(self), let_go_at: now }),
                    Decision::NotBefore(at) => Duration::from_millis(at.saturating_sub(now)),
                    Decision::OnceOneEnded => Duration::MAX,
                };
                let left = self.left();
                if left > self.patience {
                    return Err(NoTurn { left });
                }
                tokio::select! {
                    () = sleep(wait) => {}
                    () = self.changed.notified() => {}
                }
            }
        };
        timeout(self.longest, turn).await.unwrap_or_else(|_| Err(NoTurn { left: self.left() }))
    }

    /// Returns the instant, for [`learn`](Self::learn).
    pub(super) fn now(&self) -> u64 {
        self.clock.ms()
    }

    /// Takes in what came of a request that left then.
    pub(super) fn learn(&self, left_at: u64, answer: &Result<Whole, Failure>) {
        let ms = |wait: Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let came = match answer {
            Ok(Whole { status: 429, retry_after, .. }) => Came::Rejection(retry_after.map(ms)),
            Ok(Whole { status: 503, retry_after: Some(wait), .. }) => Came::Rejection(Some(ms(*wait))),
            Ok(Whole { status: ..500, .. }) => Came::Answer,
            Ok(_) | Err(_) => Came::Nothing,
        };
        let news = {
            let mut governor = self.governor();
            governor.learn(left_at, self.clock.ms(), came);
            governor.news()
        };
        self.news.send_if_modified(|told| std::mem::replace(told, news) != news);
        self.changed.notify_one();
    }

    /// Returns for how long nothing may leave any more.
    pub(super) fn left(&self) -> Duration {
        Duration::from_millis(self.governor().left_ms(self.clock.ms()))
    }

    /// Returns what there is to say of pauses.
    pub(super) fn pauses(&self) -> Pauses {
        let (governor, now) = (self.governor(), self.clock.ms());
        Pauses {
            news: governor.news(),
            left: Duration::from_millis(governor.left_ms(now)),
            total: Duration::from_millis(governor.paused_ms(now)),
        }
    }

    /// Returns once there is more to tell of pauses than this, and one is under way.
    pub(super) async fn next_pause(&self, mut told: u64) -> Pauses {
        let mut news = self.news.subscribe();
        loop {
            if news.wait_for(|news| *news > told).await.is_err() {
                std::future::pending::<()>().await;
            }
            let pauses = self.pauses();
            if !pauses.left.is_zero() {
                return pauses;
            }
            told = pauses.news;
        }
    }

    fn governor(&self) -> MutexGuard<'_, Governor> {
        self.governor.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
