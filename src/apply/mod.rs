//! Carries out a plan: one loop owns journal, state and events; only sending and reading are parallel.

mod event;

pub use event::{Ended, Event, Outcome, Skipped, Summary, Tally};
