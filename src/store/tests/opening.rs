//! Every way in which a state directory can be found.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use super::*;
use crate::ports::Journal;
use crate::store::{Beginning, Notice, Store, StoreError};

fn open(dir: &Path) -> Result<super::super::Opened, StoreError> {
    Store::open_for_writing(dir, Some(lineage()), &holder("apply"))
}

/// Both ways in give the same error; returns it.
fn refusal(dir: &Path) -> StoreError {
    let before = snapshot(dir);
    let reading = Store::read(dir, Some(lineage())).unwrap_err();
    let writing = open(dir).map(|_| ()).unwrap_err();
    assert_eq!(reading.to_string(), writing.to_string());
    assert!(!writing.hint().is_empty());
    assert_eq!(before, snapshot(dir), "a refusal changes nothing");
    writing
}

fn snapshot(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(entries) = fs::read_dir(dir) else {
        return BTreeMap::new();
    };
    let read = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().unwrap();
        (name != "lock").then(|| (name, fs::read(entry.path()).unwrap_or_default()))
    };
    entries.filter_map(|entry| read(entry.unwrap())).collect()
}

fn laid_out() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &history(), Some(38));
    dir
}

#[test]
fn what_is_written_is_there_when_it_is_opened_again() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("a/b");
    let records = history();
    let mut journal = Store::create(&home, lineage(), &holder("init")).unwrap();
    journal.append(&records[1..10]).unwrap();
    journal.reserve(3).unwrap();
    journal.append(&records[10..]).unwrap();
    assert_eq!(journal.syncs(), 2);
    journal.checkpoint(&fold(&records)).unwrap();
    let head = journal.head();
    drop(journal);
    let opened = open(&home).unwrap();
    assert_eq!((opened.state, opened.notices), (fold(&records), vec![]));
    assert_eq!(opened.journal.head(), head);
    assert_eq!(Store::read(&home, None).unwrap().head, head);
    assert_eq!(Store::verify(&home).unwrap().records, 38);
    assert_eq!(Store::records(&home).unwrap().collect::<Vec<_>>(), records);
}

#[test]
fn files_are_for_their_owner_only() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("state");
    let mut journal = Store::create(&home, lineage(), &holder("init")).unwrap();
    journal.checkpoint(&fold(&history()[..1])).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&home), 0o700);
    for file in ["journal.jsonl", "state.json", "lock"] {
        assert_eq!(mode(&home.join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_missing_state_is_missing_and_never_an_empty_one() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(refusal(&dir.path().join("nowhere")), StoreError::Missing { .. }));
    assert!(matches!(refusal(dir.path()), StoreError::Missing { .. }));
    lay_out(dir.path(), &history(), Some(38));
    fs::remove_file(dir.path().join("journal.jsonl")).unwrap();
    assert!(matches!(refusal(dir.path()), StoreError::JournalMissing));
    fs::write(dir.path().join("journal.jsonl"), "").unwrap();
    assert!(matches!(refusal(dir.path()), StoreError::Empty));
}

#[test]
fn a_state_is_created_once() {
    let dir = laid_out();
    let again = || Store::create(dir.path(), lineage(), &holder("init")).map(|_| ());
    assert!(matches!(again(), Err(StoreError::Exists { .. })));
    fs::remove_file(dir.path().join("journal.jsonl")).unwrap();
    assert!(matches!(again(), Err(StoreError::Exists { .. })));
    fs::remove_file(dir.path().join("state.json")).unwrap();
    again().unwrap();
}

#[test]
fn a_state_of_another_lineage_is_foreign() {
    let dir = laid_out();
    let other = Lineage::from_random(8);
    let refused = Store::read(dir.path(), Some(other)).unwrap_err();
    assert!(matches!(refused, StoreError::Foreign { file: "journal.jsonl", .. }));
    let state = dir.path().join("state.json");
    let text = fs::read_to_string(&state).unwrap();
    fs::write(&state, text.replace(&lineage().to_string(), &other.to_string())).unwrap();
    assert!(matches!(refusal(dir.path()), StoreError::Foreign { file: "state.json", .. }));
}

#[test]
fn an_edited_or_damaged_checkpoint_is_refused_and_made_again_where_it_is_deleted() {
    let dir = laid_out();
    let state = dir.path().join("state.json");
    let text = fs::read_to_string(&state).unwrap();
    fs::write(&state, text.replace("c002", "c009")).unwrap();
    let refused = refusal(dir.path()).to_string();
    assert_eq!(refused, "`state.json` was edited: order `found` is not as recorded in the journal");
    fs::write(&state, text.replace("\"denied\":1", "\"denied\":2")).unwrap();
    assert!(matches!(refusal(dir.path()), StoreError::StateEdited { .. }));
    for torn in ["", "{", &text[..text.len() / 2], "null", &format!("{text}}}")] {
        fs::write(&state, torn).unwrap();
        assert!(matches!(refusal(dir.path()), StoreError::StateDamaged { .. }));
    }
    fs::remove_file(&state).unwrap();
    let missing = vec![Notice::CheckpointMissing { serial: 38 }];
    assert_eq!(Store::read(dir.path(), None).unwrap().notices, missing);
    assert!(!state.exists(), "reading never writes");
    assert_eq!(open(dir.path()).unwrap().notices, missing);
    assert_eq!(fs::read_to_string(&state).unwrap(), text);
}

#[test]
fn a_newer_format_is_refused_as_that() {
    let dir = laid_out();
    let state = dir.path().join("state.json");
    let text = fs::read_to_string(&state).unwrap();
    for newer in [
        text.replace("\"formatVersion\":\"1.2\"", "\"formatVersion\":\"2.0\""),
        text.replace("\"formatVersion\":\"1.2\"", "\"formatVersion\":\"1.3\",\"epoch\":4"),
    ] {
        fs::write(&state, newer).unwrap();
        assert!(matches!(refusal(dir.path()), StoreError::NewerFormat { file: "state.json", .. }));
    }
    fs::remove_file(&state).unwrap();
    let line = r#"{"crc":1,"record":{"type":"genesis","formatVersion":"2.0","era":"b"}}"#;
    fs::write(dir.path().join("journal.jsonl"), format!("{line}\n")).unwrap();
    let refused = refusal(dir.path());
    assert!(matches!(refused, StoreError::NewerFormat { file: "journal.jsonl", .. }), "{refused}");
}

#[test]
fn a_run_that_ended_early_is_caught_up_with() {
    let dir = tempfile::tempdir().unwrap();
    lay_out(dir.path(), &history(), Some(12));
    fs::write(dir.path().join("reserve"), "room").unwrap();
    fs::write(dir.path().join(".state.json.x7Yz"), "half").unwrap();
    let journal = fs::read(dir.path().join("journal.jsonl")).unwrap();
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.notices, [Notice::CheckpointBehind { from: 12, to: 38 }]);
    assert_eq!(opened.state, fold(&history()));
    assert_eq!(fs::read(dir.path().join("journal.jsonl")).unwrap(), journal);
    let left: Vec<_> = snapshot(dir.path()).into_keys().collect();
    assert_eq!(left, ["journal.jsonl", "state.json"]);
    drop(opened);
    assert_eq!(open(dir.path()).unwrap().notices, []);
}

#[test]
fn the_second_to_open_is_told_who_was_first() {
    let dir = laid_out();
    let first = open(dir.path()).unwrap();
    let refused = |dir: &Path| match open(dir).map(|_| ()) {
        Err(StoreError::Locked { holder }) => holder,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(dir.path()).as_deref(), Some(&holder("apply")));
    fs::write(dir.path().join("lock"), "{\"pid\":47").unwrap();
    assert_eq!(refused(dir.path()), None);
    assert!(matches!(Store::set_aside(dir.path(), &holder("state")), Err(StoreError::Locked { .. })));
    Store::read(dir.path(), None).unwrap();
    drop(first);
    assert!(dir.path().join("lock").exists());
    open(dir.path()).unwrap();
}

#[test]
fn no_symbolic_link_is_followed() {
    let dir = laid_out();
    let outside = tempfile::tempdir().unwrap();
    for file in ["journal.jsonl", "state.json"] {
        let (inside, elsewhere) = (dir.path().join(file), outside.path().join(file));
        fs::rename(&inside, &elsewhere).unwrap();
        symlink(&elsewhere, &inside).unwrap();
        assert!(matches!(refusal(dir.path()), StoreError::Symlink { .. }), "{file}");
        fs::remove_file(&inside).unwrap();
        fs::rename(&elsewhere, &inside).unwrap();
    }
    symlink(outside.path().join("target"), dir.path().join("lock2")).unwrap();
    let lock = dir.path().join("lock");
    fs::remove_file(&lock).unwrap();
    fs::rename(dir.path().join("lock2"), &lock).unwrap();
    assert!(matches!(open(dir.path()).map(|_| ()), Err(StoreError::Symlink { .. })));
    assert!(!outside.path().join("target").exists());
    let link = outside.path().join("link");
    symlink(dir.path(), &link).unwrap();
    assert!(matches!(refusal(&link), StoreError::Symlink { .. }));
}

#[test]
fn what_is_set_aside_is_kept() {
    let dir = laid_out();
    let before = snapshot(dir.path());
    for number in 1..3 {
        let aside = Store::set_aside(dir.path(), &holder("state rebuild")).unwrap();
        assert_eq!(aside, dir.path().join(format!("damaged-{number}")));
        assert_eq!(snapshot(&aside), before);
        assert!(matches!(refusal(dir.path()), StoreError::Missing { .. }));
        lay_out(dir.path(), &history(), Some(38));
    }
}

#[test]
fn room_is_really_allocated_and_does_not_show_in_the_length() {
    let dir = tempfile::tempdir().unwrap();
    let mut journal = Store::create(dir.path(), lineage(), &holder("init")).unwrap();
    let path = dir.path().join("journal.jsonl");
    let len = fs::metadata(&path).unwrap().len();
    journal.reserve(8).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len(), len);
    let beside = fs::metadata(dir.path().join("reserve")).map_or(0, |reserve| reserve.blocks());
    assert!((fs::metadata(&path).unwrap().blocks() + beside) * 512 >= 8 * (16 << 10));
}

#[test]
fn a_hundred_thousand_orders_are_opened() {
    let dir = tempfile::tempdir().unwrap();
    let adopted = |number: u32| RecordKind::Adopted {
        name: name(&format!("order-{number}")),
        spec: Box::new(plain_spec()),
        order: placed(&format!("id-{number}")),
    };
    let genesis = history().swap_remove(0).kind;
    let records = number(std::iter::once(genesis).chain((0..100_000).map(adopted)), 1);
    lay_out(dir.path(), &records, Some(records.len()));
    let opened = open(dir.path()).unwrap();
    assert_eq!(opened.state.orders.len(), 100_000);
}

#[test]
fn a_state_that_begins_with_several_records_is_there_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let lost = history().into_iter().take(3).collect::<Vec<_>>();
    let kinds: Vec<_> = lost[1..].iter().map(|record| record.kind.clone()).collect();
    let beginning = Beginning::empty(lineage(), "test").then(None, kinds).unwrap();
    let home = dir.path().join("home");
    let journal = Store::create_with(&home, &beginning, &holder("rebuild")).unwrap();
    assert_eq!((journal.serial(), journal.syncs()), (3, 0), "nothing was appended");
    drop(journal);
    // Whoever is killed between the journal and its checkpoint leaves this behind.
    fs::remove_file(home.join("state.json")).unwrap();
    assert_eq!(open(&home).unwrap().state.serial, 3);
    let again = Store::create_with(&home, &beginning, &holder("rebuild")).map(|_| ());
    assert!(matches!(again, Err(StoreError::Exists { .. })));
}

#[test]
fn a_beginning_that_cannot_have_been_is_none() {
    let kinds = history().into_iter().take(1).map(|record| record.kind).collect();
    assert!(Beginning::empty(lineage(), "test").then(None, kinds).is_err());
}
