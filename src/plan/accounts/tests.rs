//! Every order has one entry, and what cannot be told is not accounted for.

use super::*;
use crate::domain::samples::{CUSTOMER, attempt, moment, order, spec};
use crate::domain::{Doer, Evidence, Lineage, PlacedOrder};

const SETTLE_AFTER: Duration = Duration::from_secs(1800);

/// A journal in the making, and the state it leads to.
struct Journal {
    records: Vec<Record>,
    state: State,
}

impl Journal {
    fn new() -> Self {
        let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
        let record = Record { serial: 1, time: None, kind };
        Self { state: State::begin(&record).unwrap(), records: vec![record] }
    }

    fn write(mut self, kind: RecordKind) -> Self {
        let time = Some(Timestamp::from_unix_ms(100_000));
        let record = Record { serial: self.state.serial + 1, time, kind };
        self.state.fold(&record).unwrap();
        self.records.push(record);
        self
    }

    fn intended(self, text: &str) -> Self {
        let attempt = Box::new(attempt(5, &[1]));
        self.write(RecordKind::Intended { name: name(text), attempt })
    }

    fn created(self, text: &str, id: &str) -> Self {
        let order = PlacedOrder::from(&order(id, 5));
        self.write(RecordKind::Created { name: name(text), order, evidence: Evidence::Answer })
    }

    fn entries(&self, listed: &[&str], log: Vec<AuditedOperation>) -> Vec<(String, Entry)> {
        let created = Some(Timestamp::from_unix_ms(200_000));
        let orders = listed.iter().map(|id| ObservedOrder { created, ..order(id, 5) }).collect();
        let customer = CustomerId::parse(CUSTOMER).unwrap();
        let orders = Listing { orders, at: moment(10_000) };
        let tried = Tried::of(self.records.iter().cloned());
        let books = [Books { customer, orders, log }];
        let accounts = account(&self.state, &tried, &books, SETTLE_AFTER);
        let id = |account: &Account| account.order_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let entries = accounts.orders.iter().map(|account| (id(account), account.entry));
        let mut entries: Vec<(String, Entry)> = entries.collect();
        entries.sort_by_key(|(id, _)| (id.is_empty(), id.clone()));
        entries
    }
}

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn created_by(id: &str, correlation_id: Option<CorrelationId>, application: &str) -> AuditedOperation {
    AuditedOperation {
        at: None,
        operation: "create_order".into(),
        who: Doer { user: None, application: Some(application.into()) },
        correlation_id,
        subject: AuditedSubject::Order(Box::new(order(id, 5))),
    }
}

/// The correlation id of a send of the attempt that every journal here has.
fn ours(send: u32) -> Option<CorrelationId> {
    Some(CorrelationId::derive(attempt(5, &[1]).request_id, send))
}

fn only(entry: Entry, id: &str) -> Vec<(String, Entry)> {
    vec![(id.to_owned(), entry)]
}

#[test]
fn every_order_has_one_entry() {
    let bought = Journal::new().intended("a").created("a", "1");
    let us = |id: &str| created_by(id, ours(1), "orderform/0");
    assert_eq!(bought.entries(&["1"], vec![us("1")]), only(Entry::Recorded, "1"));
    assert_eq!(bought.entries(&["1"], vec![]), only(Entry::Recorded, "1"));
    assert_eq!(bought.entries(&[], vec![us("1")]), only(Entry::NotListed, "1"));
    let both = bought.entries(&["1", "2"], vec![us("1"), us("2")]);
    assert_eq!(both[1], ("2".to_owned(), Entry::Twice));
    let theirs = created_by("2", None, "portal");
    assert_eq!(bought.entries(&["1", "2"], vec![theirs.clone()])[1].1, Entry::Others);
    assert_eq!(bought.entries(&["1"], vec![theirs])[1].1, Entry::OthersVanished);
    let elsewhere = created_by("2", None, "orderform/9.9");
    assert_eq!(bought.entries(&["1", "2"], vec![elsewhere])[1].1, Entry::Elsewhere);
    assert_eq!(bought.entries(&["1", "2"], vec![])[1].1, Entry::Unexplained);
    let forgotten = bought.write(RecordKind::Forgotten { name: name("a") });
    assert_eq!(forgotten.entries(&["1"], vec![us("1")]), only(Entry::Forgotten, "1"));
}

#[test]
fn what_a_request_of_ours_made_is_found_whatever_became_of_its_attempt() {
    let open = Journal::new().intended("a");
    let made = |send| created_by("1", ours(send), "anything");
    let pending = |entry| vec![("1".to_owned(), entry), (String::new(), Entry::Pending)];
    assert_eq!(open.entries(&["1"], vec![made(1)]), pending(Entry::Unrecorded));
    assert_eq!(open.entries(&[], vec![made(1)]), pending(Entry::Vanished));
    assert_eq!(open.entries(&["1"], vec![made(2)]), pending(Entry::Others), "never sent twice");
    let again = open.write(RecordKind::Sending { name: name("a"), at: moment(2) });
    assert_eq!(again.entries(&["1"], vec![made(2)]), pending(Entry::Unrecorded));
    // A person was wrong about it.
    let reason = crate::domain::NotOrdered::Person;
    let closed = again.write(RecordKind::NotOrdered { name: name("a"), reason });
    assert_eq!(closed.entries(&["1"], vec![made(1)]), only(Entry::Unrecorded, "1"));
}

#[test]
fn an_adopted_order_is_accounted_for_and_one_older_than_the_journal_is_of_others() {
    let adopted = RecordKind::Adopted {
        name: name("a"),
        spec: Box::new(spec(5)),
        order: PlacedOrder::from(&order("1", 5)),
    };
    let journal = Journal::new().write(adopted);
    assert_eq!(journal.entries(&["1"], vec![]), only(Entry::Recorded, "1"));
    let tried = Tried::of(journal.records.iter().cloned());
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    let old = Listing { orders: vec![order("1", 5), order("2", 5)], at: moment(10_000) };
    let books = [Books { customer, orders: old, log: vec![] }];
    let accounts = account(&journal.state, &tried, &books, SETTLE_AFTER);
    assert_eq!(accounts.count(Entry::Others), 1);
    assert!(accounts.are_in_order());
}

#[test]
fn what_is_not_accounted_for_stands_behind_what_is() {
    let first_open = Entry::ALL.iter().position(|entry| !entry.is_accounted_for()).unwrap();
    assert!(Entry::ALL[first_open..].iter().all(|entry| !entry.is_accounted_for()));
    assert_eq!(Entry::ALL[first_open], Entry::NotListed);
}
