//! Records that a person's word makes: opened, checked by folding, durable, shown.

use super::failure::Failure;
use super::materials::{holder, show_notices, store_failure};
use super::terminal::Terminal;
use crate::apply::ApplyError;
use crate::domain::{EndpointId, Lineage, Record, RecordKind, State, Timestamp};
use crate::ports::Journal;
use crate::store::{Holder, JournalFile, Opened, Store};

/// A state that is written to by a person's word.
pub(super) struct Pen {
    pub(super) journal: JournalFile,
    pub(super) state: State,
    command: &'static str,
}

impl Pen {
    /// Opens an existing state for writing.
    pub(super) fn open(
        dir: &std::path::Path,
        lineage: Option<Lineage>,
        command: &'static str,
        terminal: &Terminal,
    ) -> Result<Self, Failure> {
        let Opened { journal, state, notices } = Store::open_for_writing(dir, lineage, &holder(command))
            .map_err(|error| store_failure(error, lineage))?;
        show_notices(&notices, terminal);
        Ok(Self { journal, state, command })
    }

    /// Refuses to mix orders of different places in one state; binds a state that is not bound yet.
    pub(super) fn binding(&self, endpoint: EndpointId) -> Result<Option<RecordKind>, Failure> {
        require_place(&self.state, &endpoint)?;
        Ok(self.state.endpoint.is_none().then_some(RecordKind::Bound { endpoint }))
    }

    /// Checks that the records can follow, writes them, and replaces the checkpoint.
    pub(super) fn write(mut self, time: Option<Timestamp>, kinds: Vec<RecordKind>) -> Result<(), Failure> {
        let mut records = Vec::new();
        for kind in std::iter::once(opened(&holder(self.command))).chain(kinds) {
            let record = Record { serial: self.state.serial + 1, time, kind };
            self.state.fold(&record).map_err(|error| Failure::of(&error))?;
            records.push(record);
        }
        self.journal.append(&records).map_err(|error| Failure::of(&error))?;
        self.journal.checkpoint(&self.state).map_err(|error| Failure::of(&error))
    }
}

/// Refuses a state whose orders were bought elsewhere.
pub(super) fn require_place(state: &State, asked: &EndpointId) -> Result<(), Failure> {
    match state.endpoint.clone() {
        Some(bound) if bound != *asked => {
            Err(ApplyError::OtherEndpoint { bound, asked: asked.clone() }.into())
        }
        _ => Ok(()),
    }
}

/// Returns the record that says who begins to write.
pub(super) fn opened(holder: &Holder) -> RecordKind {
    let (command, tool) = (holder.command.clone(), holder.tool.clone());
    RecordKind::Opened { by: holder.who(), command, tool, approved: None }
}
