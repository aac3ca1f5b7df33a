//! Watching: when manifests are read, when a pass is made, and what there is to say about it.
//!
//! [`Pace`] decides when, from hints, digests and instants that come in as numbers; [`Seeing`] is where hints come from;
//! [`run`] drives both around a [`Work`] that reads and passes. [`Care`] is what is left out of a
//! plan for now, and [`Guarded`] what holds back at the last moment. [`Status`] is what a watcher knows of itself, for the
//! terminal, the status file and whoever serves it; [`Vitals`] is what changes between two of those, [`Counted`] a part of it.
//!
//! **Invariant:** hints only ever lead to reading. What a pass is made from was read twice and was the same.

mod care;
mod counted;
mod guard;
mod pace;
mod pulse;
mod run;
mod seeing;
mod status;
mod vitals;

pub use care::{Care, MOST_IN_DOUBT};
pub use counted::{Counted, Met, Operation, Requests};
pub use guard::Guarded;
pub use pace::{Due, Event, Pace, Rhythm};
pub use pulse::{Life, Pulse};
pub use run::{Told, Way, Work, run};
pub use seeing::{Seeing, Sight};
pub use status::{Manifests, Picture, Report, Standing, Status, Totals, Turn};
pub use vitals::{Passes, Vitals};
