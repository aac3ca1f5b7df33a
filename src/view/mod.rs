//! What is shown: plans, events, summaries, states and diagnostics, put into words or into JSON.
//!
//! [`View`] is what a command talks to; [`Human`], [`Markdown`] and [`Json`] are the formats of `--format`, and
//! [`Progress`] is what a terminal or a CI log sees while orders are bought, [`html_plan`] and [`watch_page`] are pages for a
//! browser, and [`notification`] is what a webhook carries. All words live here: the values that
//! come in hold none. What `validate` says of manifests is [`Check`]'s. Names and texts from manifests and servers are made harmless on their way out.
//!
//! **Invariant:** nothing is touched but the writer that was given: no stream, no environment, no colour detection.
//! The same value gives the same bytes.

mod account;
mod adopting;
mod catalogue;
mod check;
mod html;
mod human;
mod json;
mod markdown;
mod notice;
mod progress;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
mod text;
mod words;

use std::io::{self, Write};
use std::time::Duration;

pub use account::SignedIn;
pub use adopting::{AdoptedCustomer, AdoptionReport, AdoptionTally};
pub use catalogue::search_result;
pub use check::{Check, CheckFormat, Paths};
pub use html::{Asked, PLAN_PAGE_MARK, html_plan, watch_page};
pub use human::Human;
pub use json::{
    Json, SavedError, drift_schema, failed_plan, is_saved_plan, notification_schema, pass_object,
    plan_schema, read_plan, read_status, refreshed_plan, saved_plan, situation_document, status_document,
    status_event, status_schema,
};
pub(crate) use json::{harmless as harmless_json, text as json_text};
pub use markdown::{BUDGET, Markdown, PLAN_MARK, markdown_drift, markdown_plan};
pub use notice::notification;
pub use progress::Progress;
pub(crate) use text::{duration, escape, wrap};
pub(crate) use words::way_out;

use crate::apply::{Event, Summary};
use crate::domain::receipt::Receipt;
use crate::domain::{Freeze, OrderName, Place, State, Timestamp};
use crate::manifest::Loaded;
use crate::plan::{Accounts, Changes, Drift, Held, Limit, Plan};
use crate::watch::{Manifests, Report, Status};

/// A way of showing things. Every method writes and flushes.
pub trait View {
    /// Shows what would be done. In JSON it is a document of its own, not a part of a run's lines.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn plan(&mut self, plan: &Plan) -> io::Result<()>;

    /// Shows that something happened, where the format tells of it at once. People follow a run by [`Progress`], beside
    /// the stream of the view; programs follow it by [`Json`].
    ///
    /// # Errors
    /// Whatever the writer says.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Shows what a run came to.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn summary(&mut self, summary: &Summary) -> io::Result<()>;

    /// Shows everything that is recorded, one order a line.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn state_list(&mut self, state: &State) -> io::Result<()>;

    /// Shows everything that is recorded of one name; of a name that is not recorded, that nothing is (JSON: `null`).
    ///
    /// # Errors
    /// Whatever the writer says.
    fn state_show(&mut self, name: &OrderName, state: &State) -> io::Result<()>;

    /// Shows what customers have already, and what of it is adopted.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn adoption(&mut self, report: &AdoptionReport) -> io::Result<()>;

    /// Shows how an order came to be recorded as it is; `manifest` is where it is wanted now.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn receipt(&mut self, receipt: &Receipt, manifest: Option<&Place>) -> io::Result<()>;

    /// Shows how things stand.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn situation(&mut self, situation: &Situation<'_>) -> io::Result<()>;

    /// Shows where what Partner Center reports differs from what is recorded.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn drift(&mut self, drift: &Drift) -> io::Result<()>;

    /// Shows how every order is accounted for.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn accounts(&mut self, accounts: &Accounts) -> io::Result<()>;

    /// Shows what a pass of a watcher came to, in one line.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn pass(&mut self, report: &Report, manifests: Manifests) -> io::Result<()>;

    /// Shows on stdout that a command ended early, where the format has a way to. People read it on stderr.
    ///
    /// # Errors
    /// Whatever the writer says.
    fn trouble(&mut self, _trouble: &Trouble<'_>) -> io::Result<()> {
        Ok(())
    }

    /// Tells with which exit code the program will end, before the summary is shown.
    fn set_exit_code(&mut self, _code: u8) {}
}

/// How things stand: what is wanted and recorded, and who watches.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// What would be done; `None` where the manifests are wrong.
    pub plan: Option<&'a Plan>,
    /// What is recorded.
    pub state: &'a State,
    /// Whether somebody watches at this moment.
    pub watches: bool,
    /// What the last watcher said of itself.
    pub watcher: Option<&'a Status>,
    /// The limits in force, with what is used of them.
    pub limits: &'a [Limit],
    /// The time by this machine's clock.
    pub now: Timestamp,
}

/// Why a command ended early.
#[derive(Debug, Clone, Copy)]
pub struct Trouble<'a> {
    /// The exit code.
    pub exit_code: u8,
    /// What went wrong.
    pub message: &'a str,
    /// What it was caused by, outermost first.
    pub causes: &'a [String],
    /// The way out.
    pub hint: Option<&'a str>,
    /// The manifests, where they are what is wrong.
    pub manifests: Option<&'a Loaded>,
    /// The limits that a plan goes beyond.
    pub exceeded: &'a [Limit],
    /// What has changed since a plan was reviewed.
    pub changes: Option<&'a Changes>,
}

/// Says in lines, for a terminal, what has changed since a plan was reviewed.
pub(crate) fn changes_in_words(changes: &Changes) -> Vec<String> {
    words::changes(changes, words::Medium::Terminal)
}

/// Says in a line, for a terminal, what a limit allows and what it would come to; `file` is where it stands.
pub(crate) fn limit_in_words(limit: &Limit, file: Option<&str>) -> String {
    words::limit_of(limit, file, words::Medium::Terminal)
}

/// Says in a line how long nothing is asked because Partner Center wants it so.
pub(crate) fn pause_in_words(wait: Duration) -> String {
    words::pause(wait)
}

/// Says why nothing new is bought, for whoever escapes it.
pub(crate) fn held_in_words(why: &Held) -> String {
    words::held(why)
}

/// Says what is frozen, for whoever escapes it.
pub(crate) fn freeze_in_words(freeze: &Freeze) -> String {
    words::freeze(freeze)
}

/// The formats that every command speaks on stdout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for a terminal.
    Human,
    /// A comment for a pull request.
    Markdown,
    /// JSON for programs.
    Json,
}

/// How text for a terminal looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Whether to colour it; the text is the same without.
    pub color: bool,
    /// How many columns there are.
    pub width: usize,
    /// Whether to show what needs nobody's attention too.
    pub verbose: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: false, width: 80, verbose: false }
    }
}

/// Makes the view of a format. `look` matters to [`Format::Human`] only.
pub fn open<'a, W: Write + 'a>(format: Format, out: W, look: Look) -> Box<dyn View + 'a> {
    match format {
        Format::Human => Box::new(Human::new(out, look)),
        Format::Markdown => Box::new(Markdown::new(out)),
        Format::Json => Box::new(Json::new(out)),
    }
}
