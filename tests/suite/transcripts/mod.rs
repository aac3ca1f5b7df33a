//! Transcripts: what a person types at the real program and what comes back, kept as snapshots.
//!
//! Every test plays on a [`stage::Stage`] of its own, a directory with manifests and perhaps a sandbox. Ids, times,
//! ports, processes and paths stand as placeholders; everything else is as people see it.
//!
//! **Invariant:** nothing leaves this machine, nothing sleeps: who waits, waits for a line or for an end.

/// Compares everything that was typed and shown on a stage with what was kept, under the name of the test.
macro_rules! assert_transcript {
    ($stage:expr) => {
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!($stage.transcript());
        })
    };
}

mod adopting;
mod answers;
mod asked;
mod barred;
mod beginning;
mod calls;
mod catalogue;
mod changed;
mod checks;
mod collector;
mod customers;
mod damage;
mod doubts;
mod drift;
mod explained;
mod formatting;
mod healing;
mod holding;
mod hostile;
mod hostile_program;
mod later;
mod limits;
mod main_job;
mod new_files;
mod parts;
mod pipes;
mod prices;
mod problems;
mod rebuild;
pub(crate) mod receipts;
mod receiver;
mod reconciled;
mod relay;
mod rendered;
mod renewal;
mod rows;
mod running;
mod saved;
mod selected;
mod served;
mod shell;
pub(crate) mod shop;
mod signals;
mod signing;
mod stage;
mod telling;
mod throttled;
mod unattended;
mod vanished;
mod verdicts;
mod watching;
pub(crate) mod words;
