//! Every order accounted for exactly once: the journal, the orders that are listed and the audit log, held against each other.
//!
//! Ours is what a request of ours made: its correlation id is derived from an attempt of the journal. So an order that is
//! listed and was lost from the state is found even where its lines say nothing, and so is a second one of one attempt.
//!
//! **Invariant:** what cannot be told is not counted as accounted for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use super::drift::{Done, Unread};
use crate::domain::{
    AuditedOperation, AuditedSubject, CorrelationId, CustomerId, Listing, ObservedOrder, OrderId, OrderName,
    Record, RecordKind, Recorded, RequestId, State, Timestamp,
};

/// How this program calls itself in `MS-PartnerCenter-Application`, before its version.
const APPLICATION: &str = "orderform/";

/// What the journal says was ever tried, and since when it knows each customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tried {
    /// Which name each request of ours was for, by its correlation id.
    requests: HashMap<CorrelationId, OrderName>,
    /// The first record about each customer.
    since: BTreeMap<CustomerId, Option<Timestamp>>,
}

impl Tried {
    /// Reads all records of a journal.
    #[must_use]
    pub fn of(records: impl Iterator<Item = Record>) -> Self {
        let mut tried = Self::default();
        let mut open: BTreeMap<OrderName, (RequestId, u32)> = BTreeMap::new();
        for record in records {
            match record.kind {
                RecordKind::Intended { name, attempt } => {
                    let time = record.time.or(attempt.baseline.at.server);
                    tried.since.entry(attempt.spec.customer_id).or_insert(time);
                    tried.sent(attempt.request_id, 1, &name);
                    open.insert(name, (attempt.request_id, 1));
                }
                RecordKind::Sending { name, .. } => {
                    if let Some((request, sends)) = open.get_mut(&name) {
                        *sends += 1;
                        let (request, sends) = (*request, *sends);
                        tried.sent(request, sends, &name);
                    }
                }
                RecordKind::Adopted { spec, .. } => {
                    tried.since.entry(spec.customer_id).or_insert(record.time);
                }
                _ => {}
            }
        }
        tried
    }

    fn sent(&mut self, request: RequestId, send: u32, name: &OrderName) {
        self.requests.insert(CorrelationId::derive(request, send), name.clone());
    }

    /// Returns the customers that the journal knows, and since when; `None` where no time was known.
    pub fn customers(&self) -> impl Iterator<Item = (CustomerId, Option<Timestamp>)> + '_ {
        self.since.iter().map(|(customer, since)| (*customer, *since))
    }
}

/// What is reported of one customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// Whose.
    pub customer: CustomerId,
    /// Its orders.
    pub orders: Listing,
    /// What the audit log says since the journal knows the customer.
    pub log: Vec<AuditedOperation>,
}

/// All orders of all customers that the journal knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accounts {
    /// One for each order, by customer and by when it was made; attempts that are pending last.
    pub orders: Vec<Account>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// How many requests it took.
    pub requests: u64,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// The order; `None` of an attempt that is pending.
    pub order_id: Option<OrderId>,
    /// Our name for it, where we have one.
    pub name: Option<OrderName>,
    /// How it is accounted for.
    pub entry: Entry,
    /// Who made it, where the audit log says.
    pub who: Option<Done>,
}

/// How an order is accounted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entry {
    /// It is recorded and listed.
    Recorded,
    /// It is recorded, and so young that it may be missing in the list.
    NotListedYet,
    /// It was recorded, a person dropped it from the state, and it is listed.
    Forgotten,
    /// It is listed, and others made it.
    Others,
    /// Others made it, and it is not listed any more.
    OthersVanished,
    /// It is recorded and not listed.
    NotListed,
    /// A request of ours made it, and it is not recorded.
    Unrecorded,
    /// A request of ours made it, and another order is recorded of that attempt's name: it was bought twice.
    Twice,
    /// This program made it, with another journal.
    Elsewhere,
    /// It is listed, and neither the journal nor the audit log says who made it.
    Unexplained,
    /// A request of ours made it, and it is neither recorded nor listed.
    Vanished,
    /// An attempt that nobody knows the end of.
    Pending,
}

impl Entry {
    /// All of them, those that are accounted for first.
    pub const ALL: [Self; 12] = [
        Self::Recorded,
        Self::NotListedYet,
        Self::Forgotten,
        Self::Others,
        Self::OthersVanished,
        Self::NotListed,
        Self::Unrecorded,
        Self::Twice,
        Self::Elsewhere,
        Self::Unexplained,
        Self::Vanished,
        Self::Pending,
    ];

    /// Says whether nobody has to look into it.
    #[must_use]
    pub fn is_accounted_for(self) -> bool {
        self <= Self::OthersVanished
    }

    /// Returns the one word for it, as the README has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::NotListedYet => "notListedYet",
            Self::Forgotten => "forgotten",
            Self::Others => "others",
            Self::OthersVanished => "othersVanished",
            Self::NotListed => "notListed",
            Self::Unrecorded => "unrecorded",
            Self::Twice => "twice",
            Self::Elsewhere => "elsewhere",
            Self::Unexplained => "unexplained",
            Self::Vanished => "vanished",
            Self::Pending => "pending",
        }
    }
}

impl Accounts {
    /// Says whether every order is accounted for, and all could be read.
    #[must_use]
    pub fn are_in_order(&self) -> bool {
        self.unread.is_empty() && self.orders.iter().all(|account| account.entry.is_accounted_for())
    }

    /// Counts the orders of one kind.
    #[must_use]
    pub fn count(&self, entry: Entry) -> usize {
        self.orders.iter().filter(|account| account.entry == entry).count()
    }
}

/// Accounts for every order that is recorded, listed or in the audit log, once each.
#[must_use]
pub fn account(state: &State, tried: &Tried, books: &[Books], settle_after: Duration) -> Accounts {
    let mut accounts = Accounts::default();
    for book in books {
        let ledger = Ledger { state, tried, book, settle_after };
        accounts.orders.extend(ledger.accounts());
    }
    let read: BTreeSet<CustomerId> = books.iter().map(|book| book.customer).collect();
    let pending = state.orders.iter().filter_map(|(name, recorded)| match recorded {
        Recorded::Pending(attempt) if read.contains(&attempt.spec.customer_id) => Some(Account {
            customer_id: attempt.spec.customer_id,
            order_id: None,
            name: Some(name.clone()),
            entry: Entry::Pending,
            who: None,
        }),
        _ => None,
    });
    accounts.orders.extend(pending);
    accounts
}

/// One customer's part of it.
struct Ledger<'a> {
    state: &'a State,
    tried: &'a Tried,
    book: &'a Books,
    settle_after: Duration,
}

impl<'a> Ledger<'a> {
    fn accounts(&self) -> Vec<Account> {
        let listed: BTreeMap<&OrderId, &ObservedOrder> =
            self.book.orders.orders.iter().map(|order| (&order.id, order)).collect();
        let made = self.made();
        let recorded = self.recorded();
        let ids: BTreeSet<&OrderId> =
            listed.keys().chain(made.keys()).chain(recorded.keys()).copied().collect();
        let made_at = |id: &OrderId| {
            let shown = made.get(id).and_then(|operation| match &operation.subject {
                AuditedSubject::Order(order) => order.created.or(operation.at),
                AuditedSubject::Subscription(_) => None,
            });
            listed.get(id).and_then(|order| order.created).or(shown)
        };
        let mut ids: Vec<&OrderId> = ids.into_iter().collect();
        ids.sort_by_key(|id| (made_at(id), *id));
        let accounts = ids.into_iter().map(|id| {
            let maker = made.get(id).copied();
            let ours = maker.and_then(|operation| self.tried.requests.get(&operation.correlation_id?));
            let (entry, name) = match recorded.get(id) {
                Some((name, time)) => (self.recorded_entry(listed.contains_key(id), *time), Some(*name)),
                None => (self.entry(id, listed.get(id).copied(), maker, ours), ours),
            };
            Account {
                customer_id: self.book.customer,
                order_id: Some(id.clone()),
                name: name.cloned(),
                entry,
                who: maker.map(Done::from),
            }
        });
        accounts.collect()
    }

    /// Returns who made which order, by the audit log.
    fn made(&self) -> BTreeMap<&'a OrderId, &'a AuditedOperation> {
        let made = self.book.log.iter().filter_map(|operation| match &operation.subject {
            AuditedSubject::Order(order) if operation.operation == "create_order" => {
                Some((&order.id, operation))
            }
            _ => None,
        });
        made.collect()
    }

    fn recorded(&self) -> BTreeMap<&'a OrderId, (&'a OrderName, Option<Timestamp>)> {
        let of = |(name, recorded): (&'a OrderName, &'a Recorded)| match recorded {
            Recorded::Created(bought) if bought.spec.customer_id == self.book.customer => {
                Some((&bought.order.order_id, (name, bought.recorded)))
            }
            _ => None,
        };
        self.state.orders.iter().filter_map(of).collect()
    }

    fn recorded_entry(&self, is_listed: bool, time: Option<Timestamp>) -> Entry {
        match is_listed {
            true => Entry::Recorded,
            false if self.is_young(time) => Entry::NotListedYet,
            false => Entry::NotListed,
        }
    }

    /// Where nobody can tell how old something is, it may be young.
    fn is_young(&self, time: Option<Timestamp>) -> bool {
        let age = self.book.orders.at.server.zip(time).map(|(now, then)| now.since(then));
        age.is_none_or(|age| age < self.settle_after)
    }

    /// Accounts for an order that is not recorded.
    fn entry(
        &self,
        id: &OrderId,
        listed: Option<&ObservedOrder>,
        maker: Option<&AuditedOperation>,
        ours: Option<&OrderName>,
    ) -> Entry {
        if self.state.forgotten.iter().any(|bought| bought.order.order_id == *id) {
            return Entry::Forgotten;
        }
        let another = ours.and_then(|name| self.state.orders.get(name));
        match (listed, maker) {
            (_, Some(_)) if matches!(another, Some(Recorded::Created(_))) => Entry::Twice,
            (Some(_), Some(_)) if ours.is_some() => Entry::Unrecorded,
            (None, Some(_)) if ours.is_some() => Entry::Vanished,
            (_, Some(made)) if is_this_program(made) => Entry::Elsewhere,
            (Some(_), Some(_)) => Entry::Others,
            (None, _) => Entry::OthersVanished,
            (Some(order), None) if self.is_older_than_the_journal(order) => Entry::Others,
            (Some(_), None) => Entry::Unexplained,
        }
    }

    fn is_older_than_the_journal(&self, order: &ObservedOrder) -> bool {
        let since = self.tried.since.get(&self.book.customer).copied().flatten();
        order.created.zip(since).is_some_and(|(created, since)| created < since)
    }
}

fn is_this_program(operation: &AuditedOperation) -> bool {
    operation.who.application.as_deref().is_some_and(|name| name.starts_with(APPLICATION))
}

#[cfg(test)]
mod tests {
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
            let id =
                |account: &Account| account.order_id.as_ref().map(ToString::to_string).unwrap_or_default();
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
}
