//! The journal, its checkpoint and the lock, on disk.
