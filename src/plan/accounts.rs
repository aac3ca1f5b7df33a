//! Every order accounted for exactly once: the journal, the orders that are listed and the audit log, held against each other.
//!
//! Ours is what a request of ours made: its correlation id is derived from an attempt of the journal. So an order that is
//! listed and was lost from the state is found even where its lines say nothing, and so is a second one of one attempt.
//!
//! **Invariant:** what cannot be told is not counted as accounted for.

#[cfg(test)]
mod tests;

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
        if self.state.dropped.contains(id) {
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
