//! Records that a person's word makes: opened, checked by folding, durable, shown.

use super::TOOL;
use super::failure::Failure;
use super::materials::{holder, show_notices, store_failure};
use super::terminal::Terminal;
use crate::domain::{EndpointId, Lineage, Record, RecordKind, State, Timestamp};
use crate::ports::Journal;
use crate::store::{JournalFile, Opened, Store};

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
        match self.state.endpoint.clone() {
            None => Ok(Some(RecordKind::Bound { endpoint })),
            Some(bound) if bound == endpoint => Ok(None),
            Some(bound) => Err(crate::apply::ApplyError::OtherEndpoint { bound, asked: endpoint }.into()),
        }
    }

    /// Checks that the records can follow, writes them, and replaces the checkpoint.
    pub(super) fn write(mut self, time: Option<Timestamp>, kinds: Vec<RecordKind>) -> Result<(), Failure> {
        let holder = holder(self.command);
        let opened = RecordKind::Opened {
            by: format!("{} on {}, process {}", holder.user, holder.host, holder.pid),
            command: self.command.to_owned(),
            tool: TOOL.to_owned(),
        };
        let mut records = Vec::new();
        for kind in std::iter::once(opened).chain(kinds) {
            let record = Record { serial: self.state.serial + 1, time, kind };
            self.state.fold(&record).map_err(|error| Failure::of(&error))?;
            records.push(record);
        }
        self.journal.append(&records).map_err(|error| Failure::of(&error))?;
        self.journal.checkpoint(&self.state).map_err(|error| Failure::of(&error))
    }
}
