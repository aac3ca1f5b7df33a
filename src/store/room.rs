//! Room on the disk for outcomes, before any money is spent.
//!
//! An order whose answer cannot be recorded is the dearest kind of disk full. So before orders are sent, 16 KiB are set
//! aside for each that is or will be in flight: allocated beyond the end of the journal, or where the file system
//! cannot do that, in a file that is removed when the disk turns out full.
//!
//! **Invariant:** a record that promises a send is never written into room that an outcome was promised.

use std::collections::BTreeSet;
use std::io;

use super::disk::Disk;
use crate::domain::{OrderName, Record, RecordKind};

/// What the records of one order after its intent may take: an outcome is about 1 KiB, an excerpt 3 KiB at most.
const BYTES_OF_AN_ORDER: u64 = 16 << 10;

/// What is asked for beyond that, where there is enough, so that not every call asks.
const AT_ONCE: u64 = 1 << 20;

/// What has been set aside.
#[derive(Debug, Default)]
pub(super) struct Room {
    in_flight: BTreeSet<OrderName>,
    orders: u64,
    /// Up to which offset of the journal the file system has promised room.
    allocated_to: u64,
    /// Whether the file system cannot promise any.
    falls_back: bool,
    reserve_bytes: u64,
}

impl Room {
    /// Sets room aside for those in flight and this many more, beyond `len`.
    pub(super) fn reserve(&mut self, disk: &mut dyn Disk, len: u64, more: usize) -> io::Result<()> {
        self.orders = (self.in_flight.len() + more) as u64;
        self.secure(disk, len)
    }

    /// Makes sure that what was promised still fits after `bytes` have been written at `len`.
    pub(super) fn before_a_promise(&mut self, disk: &mut dyn Disk, len: u64, bytes: usize) -> io::Result<()> {
        if self.orders == 0 {
            return Ok(());
        }
        self.secure(disk, len + bytes as u64)
    }

    /// Takes note of what was written.
    pub(super) fn note(&mut self, records: &[Record]) {
        for record in records {
            match &record.kind {
                RecordKind::Intended { name, .. } | RecordKind::Sending { name, .. } => {
                    self.in_flight.insert(name.clone());
                }
                RecordKind::Created { name, .. } | RecordKind::NotOrdered { name, .. } => {
                    let was_in_flight = self.in_flight.remove(name);
                    self.orders = self.orders.saturating_sub(u64::from(was_in_flight));
                }
                _ => {}
            }
        }
    }

    /// Frees the reserve file, and says whether there was one.
    pub(super) fn spend(&mut self, disk: &mut dyn Disk) -> io::Result<bool> {
        if self.reserve_bytes == 0 {
            return Ok(false);
        }
        self.reserve_bytes = 0;
        disk.drop_reserve().map(|()| true)
    }

    fn secure(&mut self, disk: &mut dyn Disk, len: u64) -> io::Result<()> {
        let wanted = self.orders * BYTES_OF_AN_ORDER;
        if !self.falls_back {
            match self.allocate(disk, len, wanted) {
                Err(error) if error.kind() == io::ErrorKind::Unsupported => self.falls_back = true,
                done => return done,
            }
        }
        if self.reserve_bytes >= wanted {
            return Ok(());
        }
        self.reserve_bytes = or_less(wanted, |bytes| disk.grow_reserve(bytes))?;
        Ok(())
    }

    fn allocate(&mut self, disk: &mut dyn Disk, len: u64, wanted: u64) -> io::Result<()> {
        if len + wanted <= self.allocated_to {
            return Ok(());
        }
        let bytes = or_less(wanted, |bytes| disk.allocate(len, bytes))?;
        self.allocated_to = len + bytes;
        Ok(())
    }
}

/// Says whether the disk, or the user's share of it, is full.
pub(super) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

/// Asks for more than is wanted, then for just that; returns what was given.
fn or_less(wanted: u64, mut ask: impl FnMut(u64) -> io::Result<()>) -> io::Result<u64> {
    let generous = wanted + AT_ONCE;
    match ask(generous) {
        Ok(()) => Ok(generous),
        Err(error) if is_full(&error) => ask(wanted).map(|()| wanted),
        Err(error) => Err(error),
    }
}
