//! What has been bought, indexed by everything it is asked for.
//!
//! **Invariant:** an order or a change is in the world exactly if it is in the world file; nothing a request does is
//! proportional to the number of all orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::altered::Altered;
use super::catalogue;
use super::change::{Change, Who};
use super::ledger::{Ledger, LedgerEntry, Line, Sale};
use super::reply::{Refusal, Reply};
use super::shop::{self, Accepted, Market};
use super::{Options, RequestIds, SandboxError, SandboxLimits, fill, view};
use crate::partner_center::wire;
use crate::partner_center::wire::catalogue::Agreement;

/// Customers of a sandbox account ("Test and debug").
const SANDBOX_CUSTOMERS: usize = 75;
/// Subscriptions of one of its customers.
const SANDBOX_SUBSCRIPTIONS: usize = 5;

/// A request to buy.
#[derive(Debug, Clone)]
pub(super) struct Purchase {
    /// As in the URL.
    pub(super) customer: String,
    pub(super) request_id: Option<String>,
    pub(super) correlation_id: String,
    pub(super) who: Who,
    pub(super) body: Vec<u8>,
    pub(super) at: Timestamp,
    /// When it takes effect: `at`, or later.
    pub(super) effective: Timestamp,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) rules: Options,
    ledger: Option<Ledger>,
    pub(super) sales: Vec<Sale>,
    pub(super) by_customer: BTreeMap<String, Vec<usize>>,
    pub(super) by_order: HashMap<String, usize>,
    pub(super) by_subscription: HashMap<String, (usize, usize)>,
    pub(super) by_time: BTreeSet<(i64, usize)>,
    /// Everything that happened to orders since, oldest first, each with its sale.
    pub(super) changes: Vec<(usize, Change)>,
    /// What that amounts to, of the sales that it happened to.
    pub(super) altered: HashMap<usize, Altered>,
    answered: HashMap<(String, String), Answered>,
    /// How often availabilities were reissued.
    pub(super) reissued: u32,
    /// Who confirmed the customer agreement here, and how.
    pub(super) agreements: BTreeMap<String, Agreement>,
}

/// What a request id was answered first.
#[derive(Debug, Clone)]
enum Answered {
    Created(usize),
    Refused(Refusal),
}

impl World {
    pub(super) fn open(rules: Options) -> Result<Self, SandboxError> {
        let opened = rules.data.as_deref().map(Ledger::open).transpose()?;
        let (ledger, lines) = opened.map_or((None, Vec::new()), |(l, lines)| (Some(l), lines));
        let mut world = Self {
            rules,
            ledger,
            sales: Vec::with_capacity(lines.len()),
            by_customer: BTreeMap::new(),
            by_order: HashMap::new(),
            by_subscription: HashMap::new(),
            by_time: BTreeSet::new(),
            changes: Vec::new(),
            altered: HashMap::new(),
            answered: HashMap::new(),
            reissued: 0,
            agreements: BTreeMap::new(),
        };
        for line in lines {
            match line {
                Line::Sale(sale) => drop(world.keep(*sale)),
                Line::Change(change) => world.take(change),
            }
        }
        Ok(world)
    }

    /// Lets go of the world file; from now on nothing can be bought.
    pub(super) fn close(&mut self) {
        if self.rules.data.is_some() {
            self.ledger = None;
        }
    }

    pub(super) fn ledger(&self) -> Vec<LedgerEntry> {
        self.sales.iter().map(LedgerEntry::from).collect()
    }

    /// Buys, or says why not; what a request id has been answered before may be answered again.
    pub(super) fn create(&mut self, purchase: &Purchase) -> Reply {
        let customer = match self.customer(&purchase.customer, true) {
            Ok(customer) => customer,
            Err(refusal) => return Reply::from(&refusal),
        };
        let key = purchase.request_id.clone().map(|id| (customer.clone(), id));
        if let Some(reply) = key.as_ref().and_then(|key| self.repeat(key, purchase.at)) {
            return reply;
        }
        let answered = match self.accept(purchase, &customer) {
            Ok(accepted) => match self.book(accepted, purchase, &customer) {
                Ok(sale) => Answered::Created(sale),
                Err(refusal) => return Reply::from(&refusal),
            },
            Err(refusal) => Answered::Refused(refusal),
        };
        if let Some(key) = key {
            self.answered.insert(key, answered.clone());
        }
        self.reply(&answered)
    }

    /// What a request id that was seen before is answered, if it makes a difference.
    fn repeat(&self, key: &(String, String), at: Timestamp) -> Option<Reply> {
        let first = self.answered.get(key)?;
        match (self.rules.request_ids, first) {
            (RequestIds::Ignore, _) => None,
            (RequestIds::Conflict, _) => Some(Reply::from(&Refusal::in_progress())),
            (RequestIds::Replay, Answered::Created(sale))
                if self.sales[*sale].created_at_ms > at.as_millisecond() =>
            {
                Some(Reply::from(&Refusal::in_progress()))
            }
            (RequestIds::Replay, first) => Some(self.reply(first)),
        }
    }

    fn reply(&self, answered: &Answered) -> Reply {
        match answered {
            Answered::Refused(refusal) => Reply::from(refusal),
            Answered::Created(sale) => {
                let sale = &self.sales[*sale];
                let delay = self.rules.subscription_delay;
                Reply::json(201, &view::order(sale, sale.created_at_ms, delay))
            }
        }
    }

    fn accept(&self, purchase: &Purchase, customer: &str) -> Result<Accepted, Refusal> {
        let order =
            wire::read(&purchase.body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
        let accepted = shop::judge(&order, customer, &self.market(customer))?;
        if self.rules.limits == SandboxLimits::On {
            self.judge_account(customer, accepted.order.line_items.len())?;
        }
        Ok(accepted)
    }

    /// Returns where a customer buys: it, and what holds for it.
    pub(super) fn market(&self, customer: &str) -> Market {
        let mut tenant = self.rules.faults.tenants.get(customer).cloned().unwrap_or_default();
        tenant.agreement |= self.agreements.contains_key(customer);
        Market { limits: self.rules.limits, reissued: self.reissued, tenant }
    }

    fn judge_account(&self, customer: &str, lines: usize) -> Result<(), Refusal> {
        let Some(sales) = self.by_customer.get(customer) else {
            return match self.by_customer.len() < SANDBOX_CUSTOMERS && lines <= SANDBOX_SUBSCRIPTIONS {
                true => Ok(()),
                false => Err(shop::over_limit("75 customers, 5 subscriptions each")),
            };
        };
        let bought = |sale: &usize| self.sales[*sale].order.line_items.len();
        if sales.iter().map(bought).sum::<usize>() + lines > SANDBOX_SUBSCRIPTIONS {
            return Err(shop::over_limit("5 subscriptions per customer"));
        }
        Ok(())
    }

    /// Writes the order to the file, then to the indexes: 500/800005 where the first fails, and nothing is bought.
    fn book(&mut self, accepted: Accepted, purchase: &Purchase, customer: &str) -> Result<usize, Refusal> {
        let not_created = || Refusal::new(500, 800_005, "Create order is not successful.");
        let order = fill::fill(accepted, customer, purchase.effective);
        let taken = order.id.as_ref().is_some_and(|id| self.by_order.contains_key(id));
        if taken {
            return Err(not_created());
        }
        let sale = Sale {
            created_at_ms: purchase.effective.as_millisecond(),
            customer_id: customer.to_owned(),
            request_id: purchase.request_id.clone(),
            correlation_id: purchase.correlation_id.clone(),
            who: purchase.who.clone(),
            body: String::from_utf8_lossy(&purchase.body).into_owned(),
            order,
        };
        if self.rules.data.is_some() {
            let ledger = self.ledger.as_mut().ok_or_else(not_created)?;
            ledger.append(&sale).map_err(|_| not_created())?;
        }
        Ok(self.keep(sale))
    }

    fn keep(&mut self, sale: Sale) -> usize {
        let n = self.sales.len();
        self.by_customer.entry(sale.customer_id.clone()).or_default().push(n);
        self.by_order.insert(sale.order_id().to_owned(), n);
        self.by_time.insert((sale.created_at_ms, n));
        for (line, item) in sale.order.line_items.iter().enumerate() {
            if let Some(id) = &item.subscription_id {
                self.by_subscription.insert(id.to_ascii_lowercase(), (n, line));
            }
        }
        if let Some(request_id) = &sale.request_id {
            let key = (sale.customer_id.clone(), request_id.clone());
            self.answered.entry(key).or_insert(Answered::Created(n));
        }
        self.sales.push(sale);
        n
    }

    /// Writes a change to the file, then takes it in: 500/800003 where the first fails, and nothing is changed.
    pub(super) fn record(&mut self, change: Change) -> Result<(), Refusal> {
        if self.rules.data.is_some() {
            let not_changed = || Refusal::new(500, 800_003, "The update is not successful.");
            let ledger = self.ledger.as_mut().ok_or_else(not_changed)?;
            ledger.append(&change).map_err(|_| not_changed())?;
        }
        self.take(change);
        Ok(())
    }

    fn take(&mut self, change: Change) {
        if let Some(sale) = self.by_order.get(&change.order_id).copied() {
            self.altered.entry(sale).or_default().take(&change);
            self.changes.push((sale, change));
        }
    }

    /// Reads a customer's id from a URL and says whether it may be asked about, or sold to.
    pub(super) fn customer(&self, text: &str, buys: bool) -> Result<String, Refusal> {
        if !catalogue::is_guid(text) {
            let description = format!("The customer id {text} is not valid.");
            return Err(Refusal::new(400, 3000, description));
        }
        let id = text.to_ascii_lowercase();
        match self.rules.faults.customers.get(&id) {
            Some(refused) if buys || refused.is_stranger() => Err(refused.into()),
            _ => Ok(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::sandbox::clock;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn purchase(request_id: Option<&str>, quantity: i64) -> Purchase {
        let body = json!({"lineItems": [
            {"lineItemNumber": 0, "offerId": "CFQ7TTC0LH0Z:0001", "quantity": quantity},
        ]});
        Purchase {
            customer: CUSTOMER.to_uppercase(),
            request_id: request_id.map(str::to_owned),
            correlation_id: "c".to_owned(),
            who: Who::default(),
            body: body.to_string().into_bytes(),
            at: NOW,
            effective: NOW,
        }
    }

    fn world(request_ids: RequestIds) -> World {
        World::open(Options { request_ids, ..Options::default() }).unwrap()
    }

    fn code(reply: &Reply) -> (u16, i64) {
        let body: Value = serde_json::from_slice(&reply.body).unwrap();
        (reply.status.as_u16(), body["code"].as_i64().unwrap())
    }

    #[test]
    fn a_repeated_request_id_is_answered_as_it_was_first() {
        let mut world = world(RequestIds::Replay);
        let first = world.create(&purchase(Some("r"), 1));
        let again = world.create(&purchase(Some("r"), 2));
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
        assert_eq!(first.body, again.body);
        assert_eq!(world.ledger().len(), 1);
    }

    #[test]
    fn a_refusal_is_repeated_too() {
        let mut world = world(RequestIds::Replay);
        assert_eq!(code(&world.create(&purchase(Some("r"), 0))), (400, 2002));
        assert_eq!(code(&world.create(&purchase(Some("r"), 1))), (400, 2002));
        assert_eq!(world.ledger().len(), 0);
    }

    #[test]
    fn a_repeated_request_id_is_a_conflict_or_buys_again() {
        let mut conflicting = world(RequestIds::Conflict);
        conflicting.create(&purchase(Some("r"), 1));
        assert_eq!(code(&conflicting.create(&purchase(Some("r"), 1))), (409, 800_060));
        assert_eq!(conflicting.ledger().len(), 1);
        let mut forgetful = world(RequestIds::Ignore);
        forgetful.create(&purchase(Some("r"), 1));
        forgetful.create(&purchase(Some("r"), 1));
        assert_eq!(forgetful.ledger().len(), 2);
    }

    #[test]
    fn without_a_request_id_every_request_buys() {
        let mut world = world(RequestIds::Replay);
        world.create(&purchase(None, 1));
        world.create(&purchase(None, 1));
        assert_eq!(world.ledger().len(), 2);
    }

    #[test]
    fn a_late_order_is_in_progress_until_it_takes_effect() {
        let mut world = world(RequestIds::Replay);
        let later = clock::after(NOW, Duration::from_secs(30));
        let late = Purchase { effective: later, ..purchase(Some("r"), 1) };
        world.create(&late);
        let again = |at| Purchase { at, ..purchase(Some("r"), 1) };
        assert_eq!(code(&world.create(&again(NOW))), (409, 800_060));
        assert_eq!(world.create(&again(later)).status.as_u16(), 201);
        assert_eq!(world.ledger().len(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_not_bought() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("world.jsonl");
        let mut world = World::open(Options { data: Some(path.clone()), ..Options::default() }).unwrap();
        world.ledger = Some(Ledger::broken(&path));
        assert_eq!(code(&world.create(&purchase(Some("r"), 1))), (500, 800_005));
        world.close();
        assert_eq!(code(&world.create(&purchase(Some("r"), 1))), (500, 800_005));
        assert_eq!(world.ledger().len(), 0);
        assert_eq!(super::super::read_ledger(&path).unwrap().len(), 0);
    }

    #[test]
    fn a_restart_remembers_orders_and_request_ids() {
        let directory = tempfile::tempdir().unwrap();
        let options = Options { data: Some(directory.path().join("world.jsonl")), ..Options::default() };
        let mut before = World::open(options.clone()).unwrap();
        let first = before.create(&purchase(Some("r"), 1));
        let ledger = before.ledger();
        drop(before);
        let mut after = World::open(options).unwrap();
        assert_eq!(after.ledger(), ledger);
        assert_eq!(after.create(&purchase(Some("r"), 1)).body, first.body);
        assert_eq!(after.ledger(), ledger);
    }

    #[test]
    fn a_sandbox_account_has_5_subscriptions_a_customer_and_75_customers() {
        let mut world = World::open(Options { limits: SandboxLimits::On, ..Options::default() }).unwrap();
        for _ in 0..5 {
            assert_eq!(world.create(&purchase(None, 1)).status.as_u16(), 201);
        }
        assert_eq!(code(&world.create(&purchase(None, 1))), (400, 800_018));
        let of =
            |n: usize| Purchase { customer: format!("00000000-0000-4000-8000-{n:012}"), ..purchase(None, 1) };
        for n in 1..75 {
            assert_eq!(world.create(&of(n)).status.as_u16(), 201, "{n}");
        }
        assert_eq!(code(&world.create(&of(75))), (400, 800_018));
    }

    #[test]
    fn a_customer_is_a_guid_and_may_be_refused() {
        let mut options = Options::default();
        let yaml = format!("customers: {{ {CUSTOMER}: {{ status: 403, code: 13605 }} }}");
        options.faults = crate::sandbox::Faults::from_yaml(&yaml).unwrap();
        let mut world = World::open(options).unwrap();
        assert_eq!(code(&world.create(&purchase(None, 1))), (403, 13_605));
        assert!(world.orders(CUSTOMER, None, NOW).is_ok());
        let contoso = Purchase { customer: "contoso".to_owned(), ..purchase(None, 1) };
        assert_eq!(code(&world.create(&contoso)), (400, 3000));
    }
}
