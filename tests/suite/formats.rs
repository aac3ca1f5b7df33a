//! Every version of the state that was ever written still loads, and means what it meant.

use std::fs;
use std::path::{Path, PathBuf};

use orderform::domain::{
    Approval, Approved, Fate, Lineage, NotOrdered, OrderId, OrderName, RecordKind, Recorded,
};
use orderform::store::{FormatVersion, Holder, Store};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats")
}

#[test]
fn every_version_ever_written_still_loads() {
    let mut versions = 0;
    for entry in fs::read_dir(fixtures()).unwrap() {
        let version = entry.unwrap().path();
        let name = version.file_name().unwrap().to_str().unwrap();
        assert!(FormatVersion::parse(name).is_some(), "{name}");
        let read = Store::read(&version, None).unwrap();
        assert_eq!(read.notices, [], "{name}");
        let holder = Holder {
            pid: 1,
            host: String::new(),
            user: String::new(),
            command: "apply".into(),
            started: None,
            tool: "0.1.0".into(),
        };
        let copy = tempfile::tempdir().unwrap();
        for file in ["journal.jsonl", "state.json"] {
            fs::copy(version.join(file), copy.path().join(file)).unwrap();
        }
        let opened = Store::open_for_writing(copy.path(), Some(read.state.lineage), &holder);
        assert_eq!(opened.unwrap().state, read.state, "{name}");
        versions += 1;
    }
    assert!(versions >= 3);
}

#[test]
fn what_version_1_0_wrote_means_what_it_meant() {
    let dir = fixtures().join("1.0");
    let verified = Store::verify(&dir).unwrap();
    assert_eq!(verified.records, 32);
    assert_eq!(verified.lineage, Lineage::from_random(7));

    let state = Store::read(&dir, None).unwrap().state;
    let recorded = |name: &str| &state.orders[&OrderName::parse(name).unwrap()];
    let Recorded::Created(found) = recorded("found") else {
        panic!("`found` was created");
    };
    assert_eq!(found.order.order_id.as_str(), "c002");
    let Recorded::Pending(in_doubt) = recorded("in-doubt") else {
        panic!("`in-doubt` was pending");
    };
    assert_eq!(in_doubt.body, "{\"Id\":null,\"Name\":\"in-doubt \u{7f}\\u0000\"}");
    let shown = Fate::Unknown { why: "reset".into(), order_id: OrderId::parse("c006").ok() };
    assert_eq!(in_doubt.sends[1].fate, Some(shown));
    assert_eq!(in_doubt.open_sends(), 1);

    let refusals = Store::records(&dir).unwrap().filter_map(|record| match record.kind {
        RecordKind::NotOrdered { reason: NotOrdered::Refused(error), .. } => Some(error.code),
        _ => None,
    });
    assert_eq!(refusals.collect::<Vec<_>>(), ["2000"]);
}

#[test]
fn what_version_1_1_added_says_who_allowed_what_and_why() {
    let allowed: Vec<RecordKind> = Store::records(&fixtures().join("1.1"))
        .unwrap()
        .map(|record| record.kind)
        .filter(|kind| matches!(kind, RecordKind::Allowed { .. }))
        .collect();
    let text = |text: &str| text.to_owned();
    let expected = RecordKind::Allowed {
        by: text("ada on build-3, 4711"),
        rule: text("ordersPerRun"),
        keeper: text("project"),
        reason: text("quarter \" end"),
        limit: text("20"),
        value: text("25"),
    };
    assert_eq!(allowed, [expected]);
}

#[test]
fn what_version_1_2_added_says_who_approved_what_and_until_when_it_can_be_given_back() {
    let dir = fixtures().join("1.2");
    let approved: Vec<Approved> = Store::records(&dir)
        .unwrap()
        .filter_map(|record| match record.kind {
            RecordKind::Opened { approved, .. } => approved,
            _ => None,
        })
        .collect();
    let expected = |how, commit: Option<&str>| Approved {
        plan: "a1b2".to_owned(),
        how,
        commit: commit.map(str::to_owned),
    };
    let expected = [
        expected(Approval::Person, None),
        expected(Approval::Flag, Some("2f1a5f0")),
        expected(Approval::SavedPlan, Some("2f1a5f0+")),
        expected(Approval::Watcher, None),
    ];
    assert_eq!(approved, expected);
    let state = Store::read(&dir, None).unwrap().state;
    let Recorded::Created(moved) = &state.orders[&OrderName::parse("moved").unwrap()] else {
        panic!("`moved` was created");
    };
    let until = moved.terms[0].cancellation_allowed_until.as_deref();
    assert_eq!((moved.terms.len(), until), (2, Some("2026-11-29T10:00:00.1234567Z")));
    assert_eq!(moved.terms[1].auto_renew, None);
}
