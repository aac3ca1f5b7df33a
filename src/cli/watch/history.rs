//! The recorded state, as it was read last: read anew where the journal is another one.
//!
//! For looking only. Whoever buys opens the state with its lock, and reads and verifies all of it.
//!
//! **Invariant:** what is remembered was read after the journal was looked at, so whatever was written since makes it another.

use std::path::Path;
use std::sync::Arc;

use crate::cli::failure::Failure;
use crate::cli::materials;
use crate::domain::{Lineage, State};
use crate::store::{Digest, JournalStamp, Snapshot, Store, StoreError};

/// What was read last.
#[derive(Default)]
pub(super) struct History {
    known: Option<Known>,
}

struct Known {
    stamp: JournalStamp,
    pinned: Option<Lineage>,
    state: Arc<State>,
    head: Digest,
}

impl History {
    /// Reads the state without its lock; where none was ever made, it is planned as if nothing was bought.
    pub(super) fn read(
        &mut self,
        dir: &Path,
        pinned: Option<Lineage>,
    ) -> Result<(Arc<State>, Digest), Failure> {
        let stamp = Store::journal_stamp(dir);
        let known = self.known.as_ref();
        if let Some(known) =
            known.filter(|known| Some(&known.stamp) == stamp.as_ref() && known.pinned == pinned)
        {
            return Ok((Arc::clone(&known.state), known.head));
        }
        self.known = None;
        match Store::read(dir, pinned) {
            Ok(Snapshot { state, head, .. }) => {
                let state = Arc::new(state);
                self.known = stamp.map(|stamp| Known { stamp, pinned, state: Arc::clone(&state), head });
                Ok((state, head))
            }
            Err(StoreError::Missing { .. }) if pinned.is_none() => {
                Ok((Arc::new(materials::empty_state()), Digest::NONE))
            }
            Err(error) => Err(materials::store_failure(error, pinned)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EndpointId, Record, RecordKind};
    use crate::ports::Journal as _;

    #[test]
    fn it_is_read_again_once_somebody_wrote_and_not_before() {
        let (dir, lineage) = (tempfile::tempdir().unwrap(), Lineage::from_random(1));
        let mut history = History::default();
        let (none, _) = history.read(dir.path(), None).unwrap();
        assert_eq!(none.serial, materials::empty_state().serial);
        drop(Store::create(dir.path(), lineage, &materials::holder("test")).unwrap());
        let (first, head) = history.read(dir.path(), None).unwrap();
        assert_eq!(first.lineage, lineage);
        assert!(Arc::ptr_eq(&first, &history.read(dir.path(), None).unwrap().0));
        // What it has to belong to is asked every time.
        assert!(history.read(dir.path(), Some(Lineage::from_random(2))).is_err());
        let mut opened = Store::open_for_writing(dir.path(), None, &materials::holder("test")).unwrap();
        let kind = RecordKind::Bound { endpoint: EndpointId::Sandbox };
        opened.journal.append(&[Record { serial: first.serial + 1, time: None, kind }]).unwrap();
        let (second, other) = history.read(dir.path(), None).unwrap();
        assert_eq!(second.serial, first.serial + 1);
        assert_ne!(head, other);
    }
}
