//! What is written is read again, whole.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::store::Store;
use crate::store::format::line::unseal;
use crate::store::format::{FORMAT_VERSION, FormatVersion, Refusal, checkpoint};

#[test]
fn every_kind_of_record_is_read_as_it_was_written() {
    let records = history();
    let sampled: BTreeSet<_> = records.iter().map(|record| is_sampled(&record.kind)).collect();
    assert_eq!(sampled, (0..15).collect());
    let mut previous = Digest::NONE;
    for (record, (line, hash)) in records.iter().zip(lines(&records)) {
        let (read, head) = unseal(line.strip_suffix(b"\n").unwrap(), &previous).unwrap();
        assert_eq!((&read, head), (record, hash));
        previous = head;
    }
}

#[test]
fn the_checkpoint_of_every_prefix_agrees_with_it_and_with_no_other() {
    let records = history();
    let lines = lines(&records);
    for serial in 1..=records.len() {
        let (state, head) = (fold(&records[..serial]), lines[serial - 1].1);
        let mut bytes = Vec::new();
        checkpoint::write(&mut bytes, &state, &head).unwrap();
        assert_eq!(checkpoint::difference(&bytes, &state, &head), Ok(None));
        assert_eq!(checkpoint::read_header(&bytes).unwrap().serial, serial as u64);
        let other = fold(&records[..serial % records.len() + 1]);
        assert!(matches!(checkpoint::difference(&bytes, &other, &head), Ok(Some(_))));
    }
}

#[test]
fn a_checkpoint_is_json_with_one_order_a_line_sorted_by_name() {
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &history(), Some(38));
    let text = fs::read_to_string(dir.path().join("state.json")).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let orders: Vec<_> = json["orders"].as_object().unwrap().keys().collect();
    assert_eq!(orders, ["answered", "audited", "found", "in-doubt", "moved"]);
    for order in orders {
        let start = format!("\"{order}\":{{");
        assert_eq!(text.lines().filter(|line| line.starts_with(&start)).count(), 1);
    }
    assert_eq!(json["orders"]["in-doubt"]["status"], "pending");
    assert_eq!(json["orders"]["found"]["orderId"], "c002");
    assert_eq!(json["generations"]["refused"], 2);
}

#[test]
fn a_reformatted_checkpoint_says_the_same() {
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &history(), Some(38));
    let path = dir.path().join("state.json");
    let json: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    fs::write(&path, serde_json::to_vec_pretty(&json).unwrap()).unwrap();
    assert_eq!(Store::read(dir.path(), None).unwrap().state, fold(&history()));
}

#[test]
fn what_a_newer_version_wrote_is_refused_as_that() {
    for (found, newer) in [
        ("\"type\":\"opened\"", "\"type\":\"closed\""),
        ("\"type\":\"opened\"", "\"type\":\"opened\",\"why\":1"),
        ("{\"serial\"", "{\"epoch\":1,\"serial\""),
    ] {
        let (line, _) = seal(&history()[4], &Digest::NONE);
        let text = String::from_utf8(line).unwrap().replacen(found, newer, 1);
        let checked = text.rsplit_once(",\"checksum\"").unwrap().0;
        let line = format!("{checked},\"checksum\":\"{:08x}\"}}", crc32fast::hash(checked.as_bytes()));
        let refused = unseal(line.as_bytes(), &Digest::NONE).unwrap_err();
        assert!(matches!(refused, Refusal::Newer(_)), "{newer}: {refused}");
    }
}

#[test]
fn a_format_version_is_two_numbers() {
    assert_eq!(FormatVersion::parse("1.2"), Some(FORMAT_VERSION));
    assert_eq!(FormatVersion::parse("12.34").unwrap().to_string(), "12.34");
    for bad in ["", "1", "1.", ".1", "1.0.0", "+1.0", "1.-1", " 1.0", "99999999999.0"] {
        assert_eq!(FormatVersion::parse(bad), None, "{bad}");
    }
}

/// Where this fails, the format has changed: give it a version, a line in the changelog and files of its own.
#[test]
fn this_version_writes_the_golden_files_to_the_byte() {
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &history(), Some(38));
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats");
    for file in ["journal.jsonl", "state.json"] {
        let golden = golden.join(FORMAT_VERSION.to_string()).join(file);
        let golden = fs::read_to_string(golden).unwrap();
        let written = fs::read_to_string(dir.path().join(file)).unwrap();
        for (written, golden) in written.lines().zip(golden.lines()) {
            assert_eq!(written, golden, "{file}");
        }
        assert_eq!(written.len(), golden.len(), "{file}");
    }
}

proptest! {
    #[test]
    fn the_bytes_of_a_body_are_stored_exactly(body in any::<String>(), reason in any::<String>()) {
        let RecordKind::Intended { name, mut attempt } = intended("a", plain_spec()) else { unreachable!() };
        attempt.body = body;
        attempt.sends[0].fate = Some(Fate::Unknown { why: reason, order_id: None });
        let record = Record { serial: 2, time: None, kind: RecordKind::Intended { name, attempt } };
        let (line, _) = seal(&record, &Digest::NONE);
        prop_assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1);
        let (read, _) = unseal(line.strip_suffix(b"\n").unwrap(), &Digest::NONE).unwrap();
        prop_assert_eq!(read, record);
    }
}
