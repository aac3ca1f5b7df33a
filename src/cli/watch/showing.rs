//! What others see of a watcher: its status, whenever it changes, and a line a pass.
//!
//! **Invariant:** nobody who looks is waited for, and a screen or a disk that is gone stops no watcher.

use std::sync::Arc;

use super::daemon::{Daemon, millis_since};
use crate::cli::materials;
use crate::plan::Plan;
use crate::serve::{Clock, Watched};
use crate::store::Store;
use crate::view::{Format, status_document};
use crate::watch::{Report, Sight, Standing, Turn};

impl Daemon<'_> {
    /// Returns what others may see of it at any time; nothing they do makes it wait.
    pub(super) fn watched(&self) -> Watched {
        let began = self.began;
        Watched {
            status: self.shown.subscribe(),
            vitals: Arc::clone(&self.vitals),
            clock: Clock { local: materials::local_time, steady: Arc::new(move || millis_since(began)) },
            interval: self.args.interval.max(self.args.poll.unwrap_or_default()),
        }
    }

    pub(super) fn say_standing(&self) {
        self.terminal.say(&match &self.status.standing {
            Standing::StandsBy { holder: Some(holder) } => {
                format!("note: {} watches already; standing by", crate::view::escape(holder))
            }
            Standing::StandsBy { holder: None } => "note: somebody watches already; standing by".to_owned(),
            Standing::Watches => "note: nobody else watches any more; taking over".to_owned(),
            Standing::Ended => "note: ended".to_owned(),
        });
    }

    /// Lets everybody see the status. The file is there for whoever asks without us, and a disk that refuses it does no harm.
    pub(super) fn publish(&mut self) {
        self.status.polls = match self.seeing.sight() {
            Sight::Events => None,
            Sight::Polling { why, .. } => Some(why.clone()),
        };
        self.telling.ledger().publish(&mut self.status, &self.shown);
        if self.right.is_some()
            && let Err(error) = Store::write_status(&self.state_dir, status_document(&self.status).as_bytes())
        {
            tracing::warn!(%error, "the status could not be written");
        }
    }

    /// Tells of a pass, unless it says what the last one said.
    pub(super) fn tell(&mut self, report: &Report, plan: Option<&Plan>) {
        let why = match &report.turn {
            Turn::Failed { why } => why.clone(),
            Turn::Held { why } => why.join("; "),
            Turn::Planned | Turn::Applied(_) => String::new(),
        };
        let what = why + report.digest.as_deref().unwrap_or_default();
        let told = Some((what, self.status.manifests));
        let did_something = matches!(report.turn, Turn::Applied(_));
        if self.told == told && !did_something {
            return;
        }
        self.told = told;
        let mut view = self.terminal.view();
        // Whoever reads along may have gone; watching goes on.
        let _ = view.pass(report, self.status.manifests);
        if let Some(plan) = plan.filter(|_| self.terminal.verbose && self.terminal.format != Format::Json) {
            let _ = view.plan(plan);
        }
    }
}
