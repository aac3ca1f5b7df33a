//! The person at the terminal, who is asked and kept informed, or the machine that approved beforehand.
//!
//! **Invariant:** whoever is asked has seen the plan, and can leave with Ctrl-C: signals are caught only from the
//! approval on, when there is something to be recorded.

use std::io;

use super::failure::Failure;
use super::signals::{self, Signals};
use super::terminal::Terminal;
use super::trail::Trail;
use crate::apply::Event;
use crate::plan::Plan;
use crate::reconcile::Watcher;
use crate::view::{Format, Progress, View};

/// Who approves a plan, and hears of what comes of it.
pub(super) struct Person<'a> {
    auto_approve: bool,
    /// Where orders would be bought.
    place: String,
    terminal: &'a Terminal,
    view: &'a mut dyn View,
    signals: &'a Signals,
    progress: Progress<io::Stderr>,
    trail: Trail,
    refusal: Option<Failure>,
}

impl<'a> Person<'a> {
    pub(super) fn new(
        auto_approve: bool,
        place: String,
        terminal: &'a Terminal,
        view: &'a mut dyn View,
        signals: &'a Signals,
    ) -> Self {
        let progress = Progress::new(io::stderr(), terminal.progress_width(), terminal.verbose);
        let trail = Trail::within(tracing::info_span!("apply"));
        Self { auto_approve, place, terminal, view, signals, progress, trail, refusal: None }
    }

    /// Ends what is shown while it goes on; returns why it was not approved, if it was not.
    pub(super) fn end(mut self) -> Option<Failure> {
        self.progress.finish();
        self.refusal
    }

    fn decide(&self, plan: &Plan) -> Result<(), Failure> {
        if !self.auto_approve {
            self.ask(plan)?;
        }
        self.signals.listen(signals::IN_FLIGHT)
    }

    fn ask(&self, plan: &Plan) -> Result<(), Failure> {
        let is_shown = self.terminal.format != Format::Json;
        if !self.terminal.is_interactive() {
            let read = if is_shown { "read the plan above" } else { "read what `orderform plan` shows" };
            return Err(Failure::new("nobody is there to approve this; nothing was bought")
                .hint(format!("{read}, then run the same with `--auto-approve`")));
        }
        if !is_shown {
            self.terminal.view_on_stderr().plan(plan)?;
        }
        let counts = plan.counts();
        let orders = counts.create + counts.settle;
        let seats: u64 = plan.steps.iter().filter(|step| step.is_sent()).map(|step| step.spec.seats()).sum();
        let what = if orders == 1 { "1 order".to_owned() } else { format!("{orders} orders") };
        let at = &self.place;
        let typed = self.terminal.ask(&format!(
            "\nbuy {what}, {seats} seats, at {at}?\nType {orders} to buy, anything else to leave it: "
        ));
        match typed.as_deref() == Some(orders.to_string().as_str()) {
            true => Ok(()),
            false => Err(Failure::new("not approved; nothing was bought")),
        }
    }
}

impl Watcher for Person<'_> {
    fn approve(&mut self, plan: &Plan) -> bool {
        self.refusal = self.decide(plan).err();
        self.refusal.is_none()
    }

    fn event(&mut self, event: &Event) {
        self.trail.event(event);
        // What cannot be shown is recorded all the same; a broken pipe must not stop a purchase in the middle.
        if self.terminal.format == Format::Json {
            let _ = self.view.event(event);
        } else {
            let _ = self.progress.event(event);
        }
    }
}
