//! Telling people: the receivers of a project, what they were told last, and what became of it.
//!
//! **Invariant:** a pass never waits for a receiver. A URL and a secret come from the environment, and every variable that
//! is missing or wrong is named at once.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch as channel;

use super::Shown;
use super::daemon::Daemon;
use crate::apply::Ended;
use crate::cli::failure::Failure;
use crate::cli::terminal;
use crate::domain::Receiver;
use crate::partner_center::RealTimer;
use crate::plan::Plan;
use crate::ports::Letter;
use crate::view::{escape, notification};
use crate::watch::{Memory, Notice, Report, Status};
use crate::webhook::{Courier, Fate, Secrets, Target, Webhook};

/// How long what waits has to be delivered once the watcher ends.
const GRACE: Duration = Duration::from_secs(5);

/// Who is told, and by whom.
pub(super) struct Telling {
    receivers: Vec<(Receiver, Courier)>,
    memory: Memory,
    ledger: Arc<Ledger>,
    /// Why those whom the project names now cannot be told, as it was said last.
    complaint: Option<String>,
}

/// What became of all notifications.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    delivered: AtomicU64,
    failed: AtomicU64,
    /// Where others see it.
    shown: RwLock<Option<channel::Sender<Shown>>>,
}

impl Ledger {
    /// Shows a status with what became of notifications until then. It is counted while nobody else can show anything,
    /// so that no count is shown after a later one.
    pub(super) fn publish(&self, status: &mut Status, shown: &channel::Sender<Shown>) {
        shown.send_modify(|shown| {
            self.count_in(status);
            *shown = Arc::new(status.clone());
        });
    }

    fn count_in(&self, status: &mut Status) {
        status.totals.notified = self.delivered.load(Ordering::Relaxed);
        status.totals.not_notified = self.failed.load(Ordering::Relaxed);
    }

    /// Shows from now on what becomes of notifications, as it becomes known.
    pub(super) fn show(&self, shown: channel::Sender<Shown>) {
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = Some(shown);
    }

    fn add(&self, delivered: u64, failed: u64) {
        self.delivered.fetch_add(delivered, Ordering::Relaxed);
        self.failed.fetch_add(failed, Ordering::Relaxed);
        if let Some(shown) = &*self.shown.read().unwrap_or_else(PoisonError::into_inner) {
            shown.send_modify(|status| self.count_in(Arc::make_mut(status)));
        }
    }

    fn take(&self, name: &str, fate: &Fate) {
        // Before anybody reads of it.
        if *fate == Fate::Delivered {
            self.add(1, 0)
        } else {
            self.add(0, 1)
        }
        match fate {
            Fate::Delivered => tracing::debug!(receiver = name, "notified"),
            Fate::GivenUp(why) => warn(name, &format!("did not take a notification: {why}")),
            Fate::Gone => warn(name, "takes no notifications any more (410); it is not asked again"),
            Fate::Dropped => warn(name, "is too slow: the oldest notification was dropped"),
            Fate::Left => warn(name, "did not take a notification before the end"),
        }
    }
}

fn warn(name: &str, what: &str) {
    tracing::warn!(receiver = name, "{what}");
    terminal::say(&format!("warning: receiver `{}` {}", escape(name), escape(what)));
}

impl Telling {
    /// Gets ready to tell these.
    pub(super) fn open(receivers: &[Receiver]) -> Result<Self, Failure> {
        let ledger = Arc::new(Ledger::default());
        let receivers = couriers(receivers, &ledger)?;
        Ok(Self { receivers, memory: Memory::default(), ledger, complaint: None })
    }

    pub(super) fn ledger(&self) -> &Arc<Ledger> {
        &self.ledger
    }

    /// Says whether anybody is told of anything.
    fn is_on(&self) -> bool {
        !self.receivers.is_empty()
    }

    /// Tells those of the project from now on. Where one of them cannot be told, those of before are; says why, unless it
    /// was said already.
    fn keep_to(&mut self, wanted: &[Receiver]) -> Option<String> {
        let complaint = self.change_to(wanted).err().map(|failure| failure.in_one_line());
        if self.complaint == complaint {
            return None;
        }
        self.complaint.clone_from(&complaint);
        complaint
    }

    /// Takes on who is new and lets go who is not wanted any more. Who stays keeps what waits, and is not asked again once gone.
    fn change_to(&mut self, wanted: &[Receiver]) -> Result<(), Failure> {
        if self.receivers.iter().map(|(receiver, _)| receiver).eq(wanted) {
            return Ok(());
        }
        let is_new = |one: &&Receiver| self.receivers.iter().all(|(known, _)| known != *one);
        let new = couriers(wanted.iter().filter(is_new), &self.ledger)?;
        let place = |one: &Receiver| wanted.iter().position(|wanted| wanted == one);
        let all = std::mem::take(&mut self.receivers).into_iter().chain(new);
        let (mut stay, go): (Vec<_>, Vec<_>) = all.partition(|(receiver, _)| place(receiver).is_some());
        stay.sort_by_key(|(receiver, _)| place(receiver));
        self.receivers = stay;
        for (receiver, courier) in go {
            // In a task of its own, since a pass waits for nobody.
            tokio::spawn(close(receiver, courier, Arc::clone(&self.ledger)));
        }
        Ok(())
    }

    /// Tells of a pass whoever wants to hear of it, where it is news.
    fn tell(&mut self, notice: Notice, status: &Status) {
        let Some(notice) = self.memory.news(notice) else { return };
        for (receiver, courier) in &self.receivers {
            if !receiver.wants(notice.topics.iter().copied()) {
                continue;
            }
            let id = format!("msg_{}", uuid::Uuid::new_v4().simple());
            let letter = Letter { id, body: notification(receiver.shape, &notice, status) };
            for _ in 0..courier.send(letter) {
                self.ledger.take(&receiver.name, &Fate::Dropped);
            }
        }
    }

    /// Ends: what waits has a few seconds to be delivered.
    pub(super) async fn close(self) {
        let mut closing = tokio::task::JoinSet::new();
        for (receiver, courier) in self.receivers {
            closing.spawn(close(receiver, courier, Arc::clone(&self.ledger)));
        }
        closing.join_all().await;
    }
}

impl Daemon<'_> {
    /// Tells of a pass whoever does not look. Nobody is waited for.
    pub(super) fn notify(&mut self, report: &Report, plan: Option<&Plan>, ended: &[Ended]) {
        if let Some(right) = &self.right_ones
            && let Some(why) = self.telling.keep_to(&right.project.notify)
        {
            self.terminal.say(&format!("warning: {}", escape(&why)));
        }
        if self.telling.is_on() {
            let notice = Notice::of(report, self.status.manifests, plan, ended);
            self.telling.tell(notice, &self.status);
        }
    }
}

async fn close(receiver: Receiver, courier: Courier, ledger: Arc<Ledger>) {
    for _ in 0..courier.close(GRACE, &RealTimer).await {
        ledger.take(&receiver.name, &Fate::Left);
    }
}

/// Makes a courier for each, or says of all of them what is missing or wrong.
fn couriers<'a>(
    receivers: impl IntoIterator<Item = &'a Receiver>,
    ledger: &Arc<Ledger>,
) -> Result<Vec<(Receiver, Courier)>, Failure> {
    let mut wrong = Vec::new();
    let mut webhooks = Vec::new();
    for receiver in receivers {
        match webhook(receiver) {
            Ok(webhook) => webhooks.push((receiver, webhook)),
            Err(why) => wrong.extend(why),
        }
    }
    if !wrong.is_empty() {
        let failure = Failure::new("not everybody whom `spec.notify` names can be told");
        let failure = wrong.into_iter().fold(failure, Failure::caused_by);
        return Err(failure.hint("set these environment variables where the watcher runs"));
    }
    let courier = |(receiver, webhook): (&Receiver, Webhook)| {
        let (name, ledger) = (receiver.name.clone(), Arc::clone(ledger));
        let chance = || uuid::Uuid::new_v4().as_bytes()[0];
        let courier = Courier::start(webhook, RealTimer, chance, move |fate| ledger.take(&name, &fate));
        (receiver.clone(), courier)
    };
    Ok(webhooks.into_iter().map(courier).collect())
}

/// Makes the webhook of a receiver, or says what of its environment is missing or wrong.
fn webhook(receiver: &Receiver) -> Result<Webhook, Vec<String>> {
    let name = escape(&receiver.name);
    let read = |variable: &str, what: &str| match std::env::var(variable) {
        Ok(text) if !text.trim().is_empty() => Ok(text),
        _ => Err(format!("receiver `{name}`: `{variable}`, which holds its {what}, is not set")),
    };
    let wrong = |variable: &str, error: &dyn std::fmt::Display| {
        format!("receiver `{name}`: what `{variable}` holds {error}")
    };
    let url = read(&receiver.url_from, "URL");
    let target = url.and_then(|url| Target::parse(&url).map_err(|error| wrong(&receiver.url_from, &error)));
    let secrets = receiver.secret_from.as_ref().map(|variable| {
        let text = read(variable, "secret")?;
        Secrets::parse(&text).map_err(|error| wrong(variable, &error))
    });
    match (target, secrets.transpose()) {
        (Ok(target), Ok(secrets)) => Webhook::new(target, secrets)
            .map_err(|error| vec![format!("receiver `{name}`: {}", Failure::of(&error).in_one_line())]),
        (target, secrets) => Err(target.err().into_iter().chain(secrets.err()).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn what_is_counted_while_a_status_is_published_is_shown() {
        let begin = Timestamp::from_unix_ms(0);
        let mut status = Status::new("kim".into(), "test".into(), ".".into(), begin, false);
        let shown = channel::Sender::new(Arc::new(status.clone()));
        let ledger = Ledger::default();
        ledger.show(shown.clone());
        for round in 1..=200 {
            std::thread::scope(|scope| {
                scope.spawn(|| (0..50).for_each(|_| ledger.add(1, 1)));
                (0..50).for_each(|_| ledger.publish(&mut status, &shown));
            });
            let totals = shown.borrow().totals;
            assert_eq!((totals.notified, totals.not_notified), (round * 50, round * 50));
        }
    }
}
