//! A disk that fails, at every step at which one can.

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::ports::{Journal, JournalError};
use crate::store::disk::Disk;
use crate::store::history::replay;
use crate::store::journal_file::{End, JournalFile};
use crate::store::lock::Lock;

/// A disk in memory, with a plan of failures.
#[derive(Debug, Default)]
struct Faulty {
    bytes: Vec<u8>,
    /// How many bytes fit on it, the reserve file included.
    capacity: Option<u64>,
    allocated_to: u64,
    reserve: u64,
    cannot_allocate: bool,
    /// Which write fails, from 0, and how many bytes it writes before.
    failing_write: Option<(u64, usize)>,
    /// The most bytes that a write takes at once.
    most_at_once: Option<usize>,
    failing_sync: Option<u64>,
    writes: u64,
    syncs: u64,
    allocations: u64,
}

impl Faulty {
    fn room_for(&self, end: u64) -> bool {
        let taken = end.max(self.allocated_to) + self.reserve;
        self.capacity.is_none_or(|capacity| taken <= capacity)
    }
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Faulty>>);

impl Shared {
    fn with<T>(&self, change: impl FnOnce(&mut Faulty) -> T) -> T {
        change(&mut self.0.lock().unwrap())
    }
}

impl Disk for Shared {
    fn len(&self) -> io::Result<u64> {
        Ok(self.with(|disk| disk.bytes.len() as u64))
    }

    fn write_at(&mut self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.with(|disk| {
            let offset = usize::try_from(offset).unwrap();
            let number = disk.writes;
            disk.writes += 1;
            let (mut take, mut error) = (bytes.len().min(disk.most_at_once.unwrap_or(usize::MAX)), None);
            if let Some((failing, partly)) = disk.failing_write
                && failing == number
            {
                (take, error) = (partly.min(take), Some(io::Error::other("the disk is gone")));
            }
            while take > 0 && !disk.room_for((offset + take) as u64) {
                take -= 1;
                error = Some(io::ErrorKind::StorageFull.into());
            }
            disk.bytes.truncate(offset.max(disk.bytes.len().min(offset)));
            disk.bytes.extend(&bytes[..take]);
            // As the system does it: what was written counts first, the error comes with the next call.
            match error {
                Some(error) if take == 0 || disk.failing_write.is_some() => Err(error),
                _ => Ok(take),
            }
        })
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.with(|disk| disk.bytes.truncate(usize::try_from(len).unwrap()));
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.with(|disk| {
            let number = disk.syncs;
            disk.syncs += 1;
            match disk.failing_sync {
                Some(failing) if failing == number => Err(io::Error::other("the disk is gone")),
                _ => Ok(()),
            }
        })
    }

    fn allocate(&mut self, offset: u64, bytes: u64) -> io::Result<()> {
        self.with(|disk| {
            if disk.cannot_allocate {
                return Err(io::ErrorKind::Unsupported.into());
            }
            if !disk.room_for(offset + bytes) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.allocations += 1;
            disk.allocated_to = disk.allocated_to.max(offset + bytes);
            Ok(())
        })
    }

    fn grow_reserve(&mut self, bytes: u64) -> io::Result<()> {
        self.with(|disk| {
            let before = disk.reserve;
            disk.reserve = bytes.max(before);
            if disk.room_for(disk.bytes.len() as u64) {
                disk.allocations += 1;
                return Ok(());
            }
            disk.reserve = before;
            Err(io::ErrorKind::StorageFull.into())
        })
    }

    fn drop_reserve(&mut self) -> io::Result<()> {
        self.with(|disk| disk.reserve = 0);
        Ok(())
    }
}

/// A journal on such a disk, with its first record.
fn begin(dir: &Path) -> (Shared, JournalFile) {
    let disk = Shared::default();
    let (line, head) = lines(&history()[..1]).remove(0);
    let len = line.len() as u64;
    disk.with(|faulty| faulty.bytes = line);
    let lock = Lock::take(dir, &holder("apply")).unwrap();
    let end = End { serial: 1, head, len };
    let journal = JournalFile::resume(Box::new(disk.clone()), dir.into(), end, lock);
    (disk, journal)
}

fn is_readable(disk: &Shared) -> u64 {
    let bytes = disk.with(|disk| disk.bytes.clone());
    replay(&bytes, Some(lineage()), |_, _, _| Ok(())).unwrap().end.serial
}

#[test]
fn after_a_failed_sync_every_further_call_fails() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, mut journal) = begin(dir.path());
    let records = history();
    journal.append(&records[1..3]).unwrap();
    disk.with(|disk| disk.failing_sync = Some(1));
    assert!(matches!(journal.append(&records[3..4]), Err(JournalError::Io { action: "sync", .. })));
    assert!(matches!(journal.append(&records[3..4]), Err(JournalError::Poisoned)));
    assert!(matches!(journal.append(&[]), Err(JournalError::Poisoned)));
    assert!(matches!(journal.reserve(1), Err(JournalError::Poisoned)));
    assert!(matches!(journal.checkpoint(&fold(&records[..3])), Err(JournalError::Poisoned)));
    assert_eq!((journal.syncs(), journal.serial()), (1, 3));
    assert_eq!(disk.with(|disk| disk.syncs), 2);
}

#[test]
fn a_write_that_fails_after_any_number_of_bytes_poisons_and_leaves_a_readable_journal() {
    let records = history();
    let longest = lines(&records)[5].0.len() + lines(&records)[6].0.len();
    for partly in (0..longest).step_by(7) {
        let dir = tempfile::tempdir().unwrap();
        let (disk, mut journal) = begin(dir.path());
        journal.append(&records[1..5]).unwrap();
        disk.with(|disk| disk.failing_write = Some((1, partly)));
        assert!(matches!(journal.append(&records[5..7]), Err(JournalError::Io { .. })));
        assert!(matches!(journal.append(&records[5..7]), Err(JournalError::Poisoned)));
        assert!((5..=6).contains(&is_readable(&disk)));
    }
}

#[test]
fn short_writes_are_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, mut journal) = begin(dir.path());
    disk.with(|disk| disk.most_at_once = Some(13));
    journal.append(&history()[1..]).unwrap();
    assert_eq!(is_readable(&disk), 38);
    assert_eq!(journal.syncs(), 1);
}

#[test]
fn a_second_writer_is_noticed_before_the_chain_is_spoiled() {
    let dir = tempfile::tempdir().unwrap();
    let (disk, mut journal) = begin(dir.path());
    let (line, _) = lines(&history()[..2]).remove(1);
    disk.with(|disk| disk.bytes.extend(line));
    assert!(matches!(journal.append(&history()[1..2]), Err(JournalError::Io { .. })));
    assert!(matches!(journal.append(&history()[1..2]), Err(JournalError::Poisoned)));
    assert_eq!(is_readable(&disk), 2);
}

/// For every size of disk: whatever could be promised can be recorded, even when the disk is full by then.
#[test]
fn a_full_disk_never_loses_an_outcome_that_room_was_reserved_for() {
    const ORDERS: u64 = 8;
    let mut sent = 0;
    for capacity in (0..400 << 10).step_by(2500) {
        for cannot_allocate in [false, true] {
            let dir = tempfile::tempdir().unwrap();
            let (disk, mut journal) = begin(dir.path());
            disk.with(|disk| {
                disk.capacity = Some(capacity);
                disk.cannot_allocate = cannot_allocate;
            });
            if journal.reserve(8).is_err() {
                continue;
            }
            let names: Vec<_> = (0..ORDERS).map(|number| format!("order-{number}")).collect();
            let intents = number(names.iter().map(|name| intended(name, full_spec())), 2);
            if journal.append(&intents).is_err() {
                continue;
            }
            // Somebody else fills the disk to the last byte.
            disk.with(|disk| {
                disk.capacity = Some((disk.bytes.len() as u64).max(disk.allocated_to) + disk.reserve)
            });
            for (first, name) in (2 + ORDERS..).zip(&names) {
                let outcome = created(name, &format!("id-{name}"), Evidence::Answer);
                journal.append(&number([outcome], first)).unwrap();
            }
            sent += 1;
            assert_eq!(is_readable(&disk), 1 + 2 * ORDERS);
        }
    }
    assert!(sent > 100);
}

/// What is in flight is worth more than what is not sent yet.
#[test]
fn an_intent_that_does_not_fit_is_refused_and_outcomes_are_still_taken() {
    for cannot_allocate in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (disk, mut journal) = begin(dir.path());
        disk.with(|disk| disk.cannot_allocate = cannot_allocate);
        journal.reserve(1).unwrap();
        journal.append(&number([intended("first", plain_spec())], 2)).unwrap();
        let full = |disk: &mut Faulty| {
            disk.capacity = Some((disk.bytes.len() as u64).max(disk.allocated_to) + disk.reserve);
        };
        disk.with(full);
        assert!(matches!(journal.reserve(1000), Err(JournalError::Io { .. })));
        let outcome = created("first", "c001", Evidence::Answer);
        journal.append(&number([outcome], 3)).unwrap();
        assert_eq!(is_readable(&disk), 3);
    }
}

#[test]
fn room_that_is_there_is_not_asked_for_again() {
    for cannot_allocate in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let (disk, mut journal) = begin(dir.path());
        disk.with(|disk| disk.cannot_allocate = cannot_allocate);
        for round in 0..20 {
            journal.reserve(1).unwrap();
            let name = format!("order-{round}");
            let kinds = [intended(&name, plain_spec()), created(&name, &name, Evidence::Answer)];
            journal.append(&number(kinds, 2 + 2 * round)).unwrap();
        }
        assert_eq!(disk.with(|disk| disk.allocations), 1);
    }
}

#[test]
#[should_panic(expected = "without gaps")]
fn a_record_that_does_not_follow_is_a_bug() {
    let dir = tempfile::tempdir().unwrap();
    let (_, mut journal) = begin(dir.path());
    let _ = journal.append(&history()[2..3]);
}
