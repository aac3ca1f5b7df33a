//! Server-sent events: that the status has changed, with a few numbers; what it is now is read where it stands.
//!
//! A client hears how things stand when it comes, and of every change since. One that reads slowly misses what lies between
//! and hears the newest: nothing is kept for it. Which event it saw last does not matter, so it may say anything.
//!
//! **Invariant:** a stream holds one status at the most, and ends when watching does.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{Stream, unfold};
use tokio::sync::{OwnedSemaphorePermit, watch as channel};
use tokio::time::sleep;

use crate::view::status_event;
use crate::watch::{Standing, Status};

/// How long two events are apart at the least.
const GAP: Duration = Duration::from_millis(100);
/// How often something is said where nothing happens, so that both sides notice when the other is gone.
const SIGN: Duration = Duration::from_secs(15);
/// After how long a browser comes back.
const BACK: Duration = Duration::from_secs(2);

/// Follows the status. The permit is given back when the client goes.
pub(super) fn stream(status: channel::Receiver<Arc<Status>>, permit: OwnedSemaphorePermit) -> Response {
    let signs = KeepAlive::new().interval(SIGN);
    Sse::new(events(status, permit)).keep_alive(signs).into_response()
}

struct Following {
    status: channel::Receiver<Arc<Status>>,
    /// What was told last.
    told: String,
    ended: bool,
    _permit: OwnedSemaphorePermit,
}

fn events(
    mut status: channel::Receiver<Arc<Status>>,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Result<Event, Infallible>> {
    // How things stand is told first.
    status.mark_changed();
    let following = Following { status, told: String::new(), ended: false, _permit: permit };
    unfold(following, async |mut following| {
        let told = following.next().await?;
        let event = Event::default().event("status").retry(BACK).data(told);
        Some((Ok(event), following))
    })
}

impl Following {
    /// Waits for something new to tell; `None` once there will be nothing more.
    async fn next(&mut self) -> Option<String> {
        while !self.ended {
            if !self.told.is_empty() {
                sleep(GAP).await;
            }
            self.status.changed().await.ok()?;
            let status = Arc::clone(&self.status.borrow_and_update());
            self.ended = status.standing == Standing::Ended;
            let now = status_event(&status);
            if now != self.told {
                self.told.clone_from(&now);
                return Some(now);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::StreamExt as _;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::domain::Timestamp;
    use crate::watch::Manifests;

    #[tokio::test(start_paused = true)]
    async fn what_is_new_is_told_once_and_the_end_ends_it() {
        let begin = Timestamp::from_unix_ms(0);
        let mut status = Status::new("kim".into(), "test".into(), ".".into(), begin, false);
        let shown = channel::Sender::new(Arc::new(status.clone()));
        let seats = Arc::new(Semaphore::new(1));
        let permit = Arc::clone(&seats).try_acquire_owned().unwrap();
        {
            let mut events = pin!(events(shown.subscribe(), permit));
            assert!(events.next().await.is_some(), "how things stand");
            // Published again, and nothing is new in it.
            shown.send_replace(Arc::new(status.clone()));
            // Two at once: the client that comes late hears the newest.
            status.manifests = Manifests::Right { orders: 1 };
            shown.send_replace(Arc::new(status.clone()));
            status.manifests = Manifests::Right { orders: 2 };
            shown.send_replace(Arc::new(status.clone()));
            // As `Debug` has it, with its quotes escaped.
            let event = format!("{:?}", events.next().await.unwrap());
            assert!(event.contains(r#"\"orders\":2"#), "{event}");
            let quiet = tokio::time::timeout(Duration::from_secs(60), events.next()).await;
            assert!(quiet.is_err(), "nothing changed");
            assert_eq!(seats.available_permits(), 0);
            status.standing = Standing::Ended;
            shown.send_replace(Arc::new(status));
            assert!(events.next().await.is_some(), "that it ended");
            assert!(events.next().await.is_none());
        }
        assert_eq!(seats.available_permits(), 1);
    }
}
