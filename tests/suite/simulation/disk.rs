//! A journal on a pretended disk, which can lose its power, and which can be broken on purpose.

use std::sync::Arc;

use orderform::domain::{Lineage, Moment, Record, RecordKind, State};
use orderform::ports::{Journal, JournalError};
use tokio::sync::Notify;

use super::world::Shared;

/// What is wrong with the program on purpose, to see that the checks have teeth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutation {
    None,
    /// An intent reaches even the page cache only with the record after it.
    IntentAfterSend,
    /// An intent is written and not synced.
    IntentNotSynced,
    /// The list is not looked at before the first send.
    NoLook,
    /// Nothing waits before a re-send.
    NoWait,
}

/// What survives.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk {
    /// Survives everything.
    pub(super) synced: Vec<Record>,
    /// Survives a kill, not a power cut.
    pub(super) cached: Vec<Record>,
}

impl Disk {
    pub(super) fn with_genesis(lineage: Lineage) -> Self {
        let kind = RecordKind::Genesis { lineage, tool: "simulated".into() };
        Self { synced: vec![Record { serial: 1, time: None, kind }], cached: Vec::new() }
    }

    /// A state that was made again at this moment, in place of one that was lost.
    pub(super) fn rebuilt(lineage: Lineage, at: Moment) -> Self {
        let mut disk = Self::with_genesis(lineage);
        disk.synced.push(Record { serial: 2, time: at.server, kind: RecordKind::Rebuilt { at } });
        disk
    }

    /// The state that the next life finds.
    pub(super) fn state(&self) -> State {
        let mut records = self.synced.iter().chain(&self.cached);
        let mut state = State::begin(records.next().unwrap()).unwrap();
        records.for_each(|record| state.fold(record).unwrap());
        state
    }
}

/// The port, for one life of the program.
pub(super) struct SimulatedJournal {
    pub(super) disk: Disk,
    /// In this process's memory only.
    held: Vec<Record>,
    pub(super) mutation: Mutation,
    pub(super) world: Shared,
    /// The life that writes; nothing of an earlier one is written.
    life: u64,
    /// How many of a thousand appends kill the process in the middle.
    pub(super) deadly: u64,
    pub(super) killed: Arc<Notify>,
    pub(super) syncs: u64,
}

impl SimulatedJournal {
    pub(super) fn new(disk: Disk, mutation: Mutation, world: Shared, deadly: u64) -> Self {
        let life = world.lock().unwrap().life;
        let killed = Arc::new(Notify::new());
        Self { disk, held: Vec::new(), mutation, world, life, deadly, killed, syncs: 0 }
    }

    /// The process dies here: what was handed to the kernel stays, the rest does not.
    fn die(&mut self) {
        self.world.lock().unwrap().life += 1;
        self.killed.notify_one();
    }
}

impl Journal for SimulatedJournal {
    fn reserve(&mut self, _orders: usize) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        if self.world.lock().unwrap().life != self.life {
            return Err(JournalError::Poisoned);
        }
        self.held.extend_from_slice(records);
        let (deadly, before_the_sync, whole) = {
            let mut world = self.world.lock().unwrap();
            let deadly = world.dice.below(1000) < self.deadly;
            (deadly, world.dice.below(2) == 0, world.dice.below(self.held.len() as u64 + 1))
        };
        if deadly && before_the_sync {
            // Some of the records are in the page cache, the last perhaps torn and dropped.
            self.held.truncate(usize::try_from(whole).unwrap());
            self.disk.cached.append(&mut self.held);
            self.die();
            return Err(JournalError::Poisoned);
        }
        self.syncs += 1;
        let intends = records.iter().any(|record| matches!(record.kind, RecordKind::Intended { .. }));
        match self.mutation {
            Mutation::IntentAfterSend if intends => {}
            Mutation::IntentNotSynced if intends => self.disk.cached.append(&mut self.held),
            _ => {
                self.disk.synced.append(&mut self.disk.cached);
                self.disk.synced.append(&mut self.held);
            }
        }
        if deadly {
            // After the sync, before anything else.
            self.die();
        }
        Ok(())
    }

    fn checkpoint(&mut self, _state: &State) -> Result<(), JournalError> {
        Ok(())
    }

    fn syncs(&self) -> u64 {
        self.syncs
    }
}
