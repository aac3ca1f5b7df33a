//! Carries out a plan: one loop owns journal, state and events; only sending and reading are parallel.
//!
//! [`run`] gives every customer a lane, because one customer never has two orders in flight. In each lane one
//! [`protocol::Machine`](crate::protocol::Machine) at a time says what it needs next; the loop carries that out and feeds
//! back what happened. Records of all lanes that come together share one write and one sync.
//!
//! **Invariants:** journal first, screen last: a record is folded to prove that it can follow, and nothing acts on it or
//! shows it before it is durable. Nothing is sent whose announcement is not durable, and none is announced that the
//! `gate` did not let through.
//! After the journal has failed nothing more is sent. The world is reached through [`ports`](crate::ports) alone.

mod catch_up;
mod event;
mod failure;
mod gate;
mod lane;
mod reads;
mod run;
mod work;

pub use event::{Ended, Event, Outcome, Skipped, Summary, Tally};
pub(crate) use reads::patiently;
pub use run::{idle, run};

use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::{Approval, EndpointId, OrderName, State};
use crate::plan::Budget;
use crate::ports::JournalError;
use crate::protocol::Rules;

/// All that a run works with.
#[derive(Debug)]
pub struct Session<'a, P, T, J> {
    /// Where orders are bought.
    pub partner_center: Arc<P>,
    /// What waits.
    pub timer: Arc<T>,
    /// Where everything is written first.
    pub journal: &'a mut J,
    /// What is recorded; changed only by what has been written.
    pub state: &'a mut State,
    /// What may still be sent: asked before each send is announced.
    pub budget: Budget,
    /// Becomes true when the user asks to stop.
    pub stop: watch::Receiver<bool>,
    /// What a person chose.
    pub settings: Settings,
}

/// What a person chose for a run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The most orders in flight; at least 1.
    pub parallelism: usize,
    /// How attempts in doubt are settled.
    pub rules: Rules,
    /// Who runs it, for the journal.
    pub by: String,
    /// What they ran, for the journal.
    pub command: String,
    /// The version of this program, for the journal.
    pub tool: String,
    /// How a plan that sends something is approved.
    pub approval: Approval,
    /// The commit that the manifests were read at, for the journal; see [`Approved`](crate::domain::Approved).
    pub commit: Option<String>,
}

/// Why a run ended before its work did.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The journal could not be written. Nothing more was sent; what was in flight was waited for and shown.
    #[error("the journal could not be written, so nothing more was sent")]
    Journal(#[from] JournalError),
    /// Everything is in the journal, but the checkpoint of it could not be written.
    #[error("every order is recorded in the journal, but `state.json` could not be replaced")]
    Checkpoint {
        /// Why not.
        #[source]
        source: JournalError,
        /// What the run came to.
        summary: Box<Summary>,
    },
    /// The plan was made from another state than this.
    #[error("the plan was made from record {planned} of the state, which has come to record {serial}")]
    Stale {
        /// The serial that the plan was made from.
        planned: u64,
        /// The serial of the state.
        serial: u64,
    },
    /// Something else would be sent than the plan pins. Nothing was sent.
    #[error("what would be sent for `{name}` is not what was planned")]
    NotAsPinned {
        /// Whose name.
        name: OrderName,
    },
    /// The state belongs to orders that were bought elsewhere.
    #[error("this state is of orders bought at `{bound}`, not at `{asked}`")]
    OtherEndpoint {
        /// Where its orders were bought.
        bound: EndpointId,
        /// Where this run would buy.
        asked: EndpointId,
    },
}
