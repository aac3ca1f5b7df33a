//! What counts against a limit: what was bought before, what is in doubt, and what this run sends.
//!
//! Whatever a run announces counts in it once, however often it is sent and whatever comes of it. What an earlier run
//! left in doubt counts at any time: it may have been bought. What was bought counts by the server's time it was recorded
//! at, and always where there was none.
//!
//! **Invariant:** what one send costs does not grow with what was bought before.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::Measured;
use super::cost::{Cost, cost};
use crate::domain::{
    Currency, CustomerId, Measure, OrderName, OrderSpec, Prices, Recorded, State, Timestamp, Window,
};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;

/// What orders come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sum {
    orders: u64,
    seats: u64,
    /// All that is owed over the terms.
    spend: BTreeMap<Currency, Decimal>,
    /// How many orders nobody can say it of.
    unpriced: u64,
}

impl Sum {
    fn of(spec: &OrderSpec, cost: Option<&Cost>) -> Self {
        let mut sum = Self { orders: 1, seats: spec.seats(), ..Self::default() };
        match cost {
            Some(Cost::Known(price)) => {
                sum.spend.insert(price.currency, price.sum().committed().amount);
            }
            Some(Cost::Unknown(_)) | None => sum.unpriced = 1,
        }
        sum
    }

    fn add(&mut self, other: &Self) {
        self.orders += other.orders;
        self.seats += other.seats;
        self.unpriced += other.unpriced;
        for (currency, amount) in &other.spend {
            *self.spend.entry(*currency).or_default() += *amount;
        }
    }

    fn take(&mut self, other: &Self) {
        self.orders -= other.orders;
        self.seats -= other.seats;
        self.unpriced -= other.unpriced;
        for (currency, amount) in &other.spend {
            *self.spend.entry(*currency).or_default() -= *amount;
        }
    }

    /// Returns one of the amounts.
    pub(super) fn measured(self, measure: Measure) -> Measured {
        match measure {
            Measure::Orders => Measured::Amount(self.orders),
            Measure::Seats => Measured::Amount(self.seats),
            Measure::Spend => Measured::Money { sums: self.spend, unpriced: self.unpriced },
        }
    }
}

/// What counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Books {
    all: Account,
    customers: BTreeMap<CustomerId, Account>,
    /// What earlier runs left in doubt and this one did not send again.
    pending: BTreeMap<OrderName, (CustomerId, Sum)>,
    /// What this run announced, and whether it was in doubt before.
    run: BTreeMap<OrderName, (CustomerId, Sum, bool)>,
}

/// What counts for all customers together, or for one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Account {
    /// When something was bought, in order.
    times: Vec<Timestamp>,
    /// What was bought since each of these times.
    since: Vec<Sum>,
    /// What was bought when nobody knew the time.
    timeless: Sum,
    /// What this run announced.
    run: Sum,
}

impl Account {
    fn of(mut bought: Vec<(Option<Timestamp>, Sum)>) -> Self {
        bought.sort_by_key(|(time, _)| *time);
        let mut account = Self::default();
        let mut total = Sum::default();
        for (time, sum) in bought.iter().rev() {
            let Some(time) = time else {
                account.timeless.add(sum);
                continue;
            };
            total.add(sum);
            account.times.push(*time);
            account.since.push(total.clone());
        }
        account.times.reverse();
        account.since.reverse();
        account
    }

    /// Returns what was bought since a time, or ever.
    fn bought_since(&self, since: Option<Timestamp>) -> Sum {
        let first = since.map_or(0, |since| self.times.partition_point(|time| *time < since));
        let mut sum = self.since.get(first).cloned().unwrap_or_default();
        sum.add(&self.timeless);
        sum
    }
}

impl Books {
    /// Opens the books of a state, before a run. What was bought costs what it costs by the prices of now.
    pub(super) fn open(state: &State, prices: Option<&Prices>) -> Self {
        let sum_of = |spec: &OrderSpec| Sum::of(spec, prices.map(|prices| cost(spec, prices)).as_ref());
        let mut all = Vec::new();
        let mut customers: BTreeMap<CustomerId, Vec<(Option<Timestamp>, Sum)>> = BTreeMap::new();
        for bought in state.purchases() {
            let entry = (bought.recorded, sum_of(&bought.spec));
            customers.entry(bought.spec.customer_id).or_default().push(entry.clone());
            all.push(entry);
        }
        let pending = state.orders.iter().filter_map(|(name, recorded)| match recorded {
            Recorded::Pending(attempt) => {
                Some((name.clone(), (attempt.spec.customer_id, sum_of(&attempt.spec))))
            }
            Recorded::Created(_) => None,
        });
        Self {
            pending: pending.collect(),
            all: Account::of(all),
            customers: customers.into_iter().map(|(id, bought)| (id, Account::of(bought))).collect(),
            run: BTreeMap::new(),
        }
    }

    /// Returns every customer that something counts for.
    pub(super) fn customers(&self) -> BTreeSet<CustomerId> {
        let pending = self.pending.values().map(|(customer, _)| *customer);
        self.customers.keys().copied().chain(pending).collect()
    }

    /// Counts what a run announces for a name; says whether it was not counted before.
    pub(super) fn announce(&mut self, name: &OrderName, spec: &OrderSpec, cost: Option<&Cost>) -> bool {
        if self.run.contains_key(name) {
            return false;
        }
        let (customer, sum) = (spec.customer_id, Sum::of(spec, cost));
        self.all.run.add(&sum);
        self.customers.entry(customer).or_default().run.add(&sum);
        let was_pending = self.pending.remove(name).is_some();
        self.run.insert(name.clone(), (customer, sum, was_pending));
        true
    }

    /// Says whether nobody knows the price of what a run announced for a name.
    pub(super) fn is_unpriced(&self, name: &OrderName) -> bool {
        self.run.get(name).is_some_and(|(_, sum, _)| sum.unpriced > 0)
    }

    /// Takes back what was announced last for a name, since it is not sent.
    pub(super) fn withdraw(&mut self, name: &OrderName) {
        let Some((customer, sum, was_pending)) = self.run.remove(name) else { return };
        self.all.run.take(&sum);
        if let Some(account) = self.customers.get_mut(&customer) {
            account.run.take(&sum);
        }
        if was_pending {
            self.pending.insert(name.clone(), (customer, sum));
        }
    }

    /// Returns what counts over a time that ends now, for one customer or for all. Where the time is not known, all that
    /// was ever bought counts.
    pub(super) fn sum(&self, whose: Option<CustomerId>, window: Window, now: Option<Timestamp>) -> Sum {
        let account = match whose {
            None => Some(&self.all),
            Some(customer) => self.customers.get(&customer),
        };
        let mut sum = account.map(|account| account.run.clone()).unwrap_or_default();
        let length = match window {
            Window::Run => return sum,
            Window::Hour => HOUR_MS,
            Window::Day => DAY_MS,
        };
        let since = now.map(|now| now.before(std::time::Duration::from_millis(length)));
        if let Some(account) = account {
            sum.add(&account.bought_since(since));
        }
        let pending = self.pending.values().filter(|(customer, _)| whose.is_none_or(|one| one == *customer));
        pending.for_each(|(_, own)| sum.add(own));
        sum
    }
}
