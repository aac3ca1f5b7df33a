//! Whatever happens to the files, what is opened is what was recorded, or nothing is opened.

use super::*;
use crate::store::{Notice, Store, StoreError};

/// A journal that is small enough to be spoiled in every possible way.
fn small() -> Vec<Record> {
    let kinds = [
        RecordKind::Genesis { lineage: lineage(), tool: "0.1.0".into() },
        intended("a", plain_spec()),
        created("a", "c001", Evidence::Answer),
        RecordKind::Forgotten { name: name("a") },
    ];
    number(kinds, 1)
}

fn journal_of(records: &[Record]) -> Vec<u8> {
    lines(records).into_iter().flat_map(|(line, _)| line).collect()
}

#[test]
fn a_journal_cut_at_any_byte_is_refused_or_is_the_fold_of_its_whole_lines() {
    let records = small();
    let whole = journal_of(&records);
    for checkpoint in [None, Some(1), Some(2), Some(3), Some(4)] {
        let dir = tempfile::tempdir().unwrap();
        lay_out(dir.path(), &records, checkpoint);
        let journal = dir.path().join("journal.jsonl");
        for cut in 0..whole.len() {
            fs::write(&journal, &whole[..cut]).unwrap();
            let complete = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            let opened = Store::read(dir.path(), Some(lineage()));
            match opened {
                Err(StoreError::Empty) => assert_eq!(complete, 0),
                Err(StoreError::RolledBack { expected, found }) => {
                    assert_eq!((expected, found), (checkpoint.unwrap() as u64, complete as u64));
                    assert!(expected > found);
                }
                Err(other) => panic!("{cut}: {other}"),
                Ok(read) => {
                    assert!(complete >= checkpoint.unwrap_or(1));
                    assert_eq!(read.state, fold(&records[..complete]));
                    let at_a_line_end = whole[cut - 1] == b'\n';
                    let torn = |notice: &Notice| matches!(notice, Notice::TornLine { .. });
                    assert_eq!(read.notices.iter().any(torn), !at_a_line_end);
                }
            }
        }
    }
}

#[test]
fn a_journal_with_any_bit_flipped_is_refused() {
    let records = small();
    let whole = journal_of(&records);
    let dir = tempfile::tempdir().unwrap();
    for checkpoint in [Some(4), None] {
        for byte in 0..whole.len() {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[byte] ^= 1 << bit;
                let refused = super::super::history::examine(&flipped, None, Some(lineage())).is_err();
                // Without its newline the last line is a torn one; only a checkpoint knows that it was whole.
                let is_last_newline = byte == whole.len() - 1;
                assert!(refused || is_last_newline, "byte {byte}, bit {bit}");
            }
        }
        lay_out(dir.path(), &records, checkpoint);
        let mut unfinished = whole.clone();
        *unfinished.last_mut().unwrap() = b'\x0b';
        fs::write(dir.path().join("journal.jsonl"), unfinished).unwrap();
        match Store::read(dir.path(), None) {
            Err(StoreError::RolledBack { .. }) => assert!(checkpoint.is_some()),
            read => assert_eq!(read.unwrap().state, fold(&records[..3])),
        }
        fs::remove_file(dir.path().join("state.json")).unwrap_or_default();
    }
}

#[test]
fn a_journal_with_lines_dropped_swapped_or_repeated_is_refused() {
    let records = history();
    let sealed: Vec<Vec<u8>> = lines(&records).into_iter().map(|(line, _)| line).collect();
    let refused = |lines: Vec<Vec<u8>>| {
        let outcome = super::super::history::examine(&lines.concat(), None, Some(lineage()));
        assert!(matches!(outcome, Err(StoreError::Damaged { .. })));
    };
    for at in 0..sealed.len() {
        if at + 1 < sealed.len() {
            let mut dropped = sealed.clone();
            dropped.remove(at);
            refused(dropped);
            let mut swapped = sealed.clone();
            swapped.swap(at, at + 1);
            refused(swapped);
        }
        let mut repeated = sealed.clone();
        repeated.insert(at, sealed[at].clone());
        refused(repeated);
    }
}

#[test]
fn every_other_spelling_of_a_line_is_refused() {
    let whole = String::from_utf8(journal_of(&small())).unwrap();
    for spoiled in [
        whole.replace('\n', "\r\n"),
        whole.replace('\n', " \n"),
        whole.replace('\n', "\n\n"),
        format!("\u{feff}{whole}"),
        format!(" {whole}"),
        whole.replace("\"serial\":1,", "\"serial\": 1,"),
        whole.replacen("\"checksum\":\"", "\"checksum\": \"", 1),
        whole.split_inclusive('\n').map(|line| line.to_uppercase()).collect(),
    ] {
        let outcome = super::super::history::examine(spoiled.as_bytes(), None, None);
        assert!(matches!(outcome, Err(StoreError::Damaged { .. })));
    }
}

#[test]
fn a_whole_history_of_somebody_else_is_told_from_ours_by_the_checkpoint() {
    let dir = tempfile::tempdir().unwrap();
    let mut records = small();
    lay_out(dir.path(), &records, Some(3));
    // The same serials and a proper chain, but another first record.
    records[0].kind = RecordKind::Genesis { lineage: lineage(), tool: "0.1.1".into() };
    fs::write(dir.path().join("journal.jsonl"), journal_of(&records)).unwrap();
    let refused = Store::read(dir.path(), Some(lineage())).unwrap_err();
    assert!(matches!(refused, StoreError::RolledBack { expected: 3, found: 3 }), "{refused}");
}

#[test]
fn zeros_after_the_last_line_are_dropped_and_kept() {
    let dir = tempfile::tempdir().unwrap();
    let records = small();
    lay_out(dir.path(), &records, Some(4));
    let journal = dir.path().join("journal.jsonl");
    let mut bytes = fs::read(&journal).unwrap();
    let len = bytes.len();
    bytes.extend([0; 100]);
    fs::write(&journal, &bytes).unwrap();
    let opened = Store::open_for_writing(dir.path(), None, &holder("apply")).unwrap();
    assert_eq!(opened.state, fold(&records));
    let kept = dir.path().join("journal.torn-5");
    let notice = Notice::TornLine { serial: 5, bytes: 100, kept: Some(kept.clone()) };
    assert_eq!(opened.notices, [notice]);
    assert_eq!(fs::read(kept).unwrap(), [0; 100]);
    assert_eq!(fs::read(journal).unwrap(), bytes[..len]);
}
