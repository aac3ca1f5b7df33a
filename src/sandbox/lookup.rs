//! What is answered to those who only look: orders, subscriptions, customers, audit records.
//!
//! **Invariant:** nothing here changes the world; an order that has not taken effect is seen by nobody.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use super::Audit;
use super::altered::Altered;
use super::audit::{self, AuditQuery};
use super::clock;
use super::ledger::Sale;
use super::patch::no_subscription;
use super::reply::{Refusal, Reply};
use super::view;
use super::world::World;
use crate::partner_center::wire::Collection;
use crate::partner_center::wire::audit::AuditRecord;
use crate::partner_center::wire::order::Order;
use crate::partner_center::wire::subscription::Subscription;

impl World {
    /// Reads one order; 404/20000 where it is unknown, too fresh, or another customer's.
    pub(super) fn order(&self, customer: &str, id: &str, now: Timestamp) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        let found = self.by_order.get(&id.to_ascii_lowercase()).map(|n| &self.sales[*n]);
        found
            .filter(|sale| sale.customer_id == customer && self.is_listed(sale, now))
            .map(|sale| Reply::json(200, &self.shown(sale, now)))
            .ok_or_else(|| Refusal::new(404, 20_000, "Order ID not found."))
    }

    /// Lists a customer's orders, of one billing type if asked ("Get a list of orders by customer and billing cycle
    /// type").
    pub(super) fn orders(
        &self,
        customer: &str,
        billing_type: Option<&str>,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        let plain = |text: &str| text.replace('_', "").to_ascii_lowercase();
        let wanted = billing_type.map(plain);
        let orders = self
            .sales_of(&customer)
            .filter(|sale| self.is_listed(sale, now))
            .map(|sale| self.shown(sale, now))
            .filter(|order| wanted.is_none() || order.billing_cycle.as_deref().map(plain) == wanted);
        Ok(collection(orders.collect()))
    }

    /// Lists a customer's subscriptions, of one order if asked ("Get a list of subscriptions by order").
    pub(super) fn subscriptions(
        &self,
        customer: &str,
        order: Option<&str>,
        now: Timestamp,
    ) -> Result<Reply, Refusal> {
        let customer = self.customer(customer, false)?;
        let is_wanted = |sale: &&Sale| order.is_none_or(|order| sale.order_id().eq_ignore_ascii_case(order));
        let subscriptions = self.sales_of(&customer).filter(is_wanted).flat_map(|sale| {
            let lines = 0..sale.order.line_items.len();
            lines.filter_map(move |line| self.shown_subscription(sale, line, now))
        });
        Ok(collection(subscriptions.collect()))
    }

    /// Reads one subscription; 404/20003 where there is none yet.
    pub(super) fn subscription(&self, customer: &str, id: &str, now: Timestamp) -> Result<Reply, Refusal> {
        let (sale, line) = self.find_subscription(customer, id, now)?;
        self.shown_subscription(&self.sales[sale], line, now)
            .map(|subscription| Reply::json(200, &subscription))
            .ok_or_else(no_subscription)
    }

    /// Returns which line of which sale a customer's subscription is of, if it is shown by now.
    pub(super) fn find_subscription(
        &self,
        customer: &str,
        id: &str,
        now: Timestamp,
    ) -> Result<(usize, usize), Refusal> {
        let customer = self.customer(customer, false)?;
        self.by_subscription
            .get(&id.to_ascii_lowercase())
            .copied()
            .filter(|(sale, _)| self.sales[*sale].customer_id == customer)
            .filter(|(sale, line)| self.shown_subscription(&self.sales[*sale], *line, now).is_some())
            .ok_or_else(no_subscription)
    }

    /// Shows the subscription of a line with all that happened to it, if it has one by now.
    pub(super) fn shown_subscription(
        &self,
        sale: &Sale,
        line: usize,
        now: Timestamp,
    ) -> Option<Subscription> {
        if sale.created_at_ms > now.as_millisecond() {
            return None;
        }
        let order = view::order(sale, now.as_millisecond(), self.rules.subscription_delay);
        let mut shown = view::subscription(sale, &order, line)?;
        match self.altered_of(sale) {
            Some(altered) if altered.is_gone => None,
            altered => {
                altered.into_iter().for_each(|altered| altered.subscription(line, &mut shown));
                Some(shown)
            }
        }
    }

    /// Lists the audit records that are visible by now.
    pub(super) fn audit(&self, query: &AuditQuery, now: Timestamp) -> Reply {
        let Audit::After(delay) = self.rules.audit else {
            return collection::<()>(Vec::new());
        };
        let is_due = |sale: &&Sale| clock::after(view::created(sale), delay) <= now;
        let changes = self.audited_changes(query, delay, now);
        let (from, to) = (query.from.as_millisecond(), query.to.as_millisecond());
        let sales: Vec<&Sale> = match &query.customer {
            Some(customer) => {
                self.sales_of(customer).filter(|sale| (from..=to).contains(&sale.created_at_ms)).collect()
            }
            None if from > to => Vec::new(),
            None => self.by_time.range((from, 0)..=(to, usize::MAX)).map(|(_, n)| &self.sales[*n]).collect(),
        };
        let created = sales.into_iter().filter(is_due).map(audit::audit_record);
        let mut records: Vec<AuditRecord> = created.chain(changes).collect();
        records.sort_by(|one, other| one.operation_date.cmp(&other.operation_date));
        collection(records)
    }

    /// Returns the records of changes that somebody made.
    fn audited_changes(&self, query: &AuditQuery, delay: Duration, now: Timestamp) -> Vec<AuditRecord> {
        let range = query.from.as_millisecond()..=query.to.as_millisecond();
        let mut so_far: HashMap<usize, Altered> = HashMap::new();
        let mut records = Vec::new();
        for (n, change) in &self.changes {
            let sale = &self.sales[*n];
            let altered = so_far.entry(*n).or_default();
            altered.take(change);
            let at = Timestamp::from_millisecond(change.at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
            let is_asked = query.customer.as_ref().is_none_or(|customer| *customer == sale.customer_id);
            let is_due = clock::after(at, delay) <= now && range.contains(&change.at_ms);
            if !change.who.is_nobody() && is_asked && is_due {
                records.push(audit::change_record(sale, change, altered));
            }
        }
        records
    }

    fn sales_of(&self, customer: &str) -> impl Iterator<Item = &Sale> {
        let sales = self.by_customer.get(customer).map_or(&[][..], Vec::as_slice);
        sales.iter().map(|n| &self.sales[*n])
    }

    fn is_listed(&self, sale: &Sale, now: Timestamp) -> bool {
        let is_gone = self.altered_of(sale).is_some_and(|altered| altered.is_gone);
        !is_gone && clock::after(view::created(sale), self.rules.list_lag) <= now
    }

    fn shown(&self, sale: &Sale, now: Timestamp) -> Order {
        let mut order = view::order(sale, now.as_millisecond(), self.rules.subscription_delay);
        self.altered_of(sale).into_iter().for_each(|altered| altered.order(&mut order));
        order
    }

    fn altered_of(&self, sale: &Sale) -> Option<&Altered> {
        self.altered.get(self.by_order.get(sale.order_id())?)
    }
}

pub(super) fn collection<T: Serialize>(items: Vec<T>) -> Reply {
    Reply::json(200, &Collection::of(items))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::sandbox::Options;
    use crate::sandbox::change::Who;
    use crate::sandbox::world::Purchase;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn later(seconds: u64) -> Timestamp {
        clock::after(NOW, Duration::from_secs(seconds))
    }

    /// A world with one order for each offer, and their ids.
    fn world(options: Options, offers: &[&str]) -> (World, Vec<String>) {
        let mut world = World::open(options).unwrap();
        let mut buy = |offer: &&str| {
            let body = json!({"billingCycle": "monthly", "lineItems": [
                {"lineItemNumber": 0, "offerId": offer, "quantity": 3},
            ]});
            let reply = world.create(&Purchase {
                customer: CUSTOMER.to_owned(),
                request_id: None,
                correlation_id: "C".to_owned(),
                who: Who::default(),
                body: body.to_string().into_bytes(),
                at: NOW,
                effective: NOW,
            });
            json_of(&reply)["id"].as_str().unwrap().to_owned()
        };
        let ids = offers.iter().map(&mut buy).collect();
        (world, ids)
    }

    fn json_of(reply: &Reply) -> Value {
        serde_json::from_slice(&reply.body).unwrap()
    }

    const LEGACY: &str = "84A03D81-6B37-4D66-8D4A-FAEA24541538";
    const MODERN: &str = "CFQ7TTC0LH0Z:0001";

    #[test]
    fn an_order_is_not_listed_nor_found_while_the_list_lags() {
        let lagging = Options { list_lag: Duration::from_secs(60), ..Options::default() };
        let (world, ids) = world(lagging, &[LEGACY]);
        let count = |now| json_of(&world.orders(CUSTOMER, None, now).unwrap())["totalCount"].clone();
        let find = |now| world.order(CUSTOMER, &ids[0].to_uppercase(), now);
        assert_eq!((count(later(59)), count(later(60))), (json!(0), json!(1)));
        assert_eq!(find(later(59)).unwrap_err().code, 20_000);
        assert_eq!(find(later(60)).unwrap().status.as_u16(), 200);
        let stranger = "f81d98dd-c2f4-499e-a194-5619e260344e";
        assert!(world.order(stranger, &ids[0], later(60)).is_err());
    }

    #[test]
    fn only_new_commerce_waits_for_its_subscriptions() {
        let slow = Options { subscription_delay: Some(Duration::from_secs(60)), ..Options::default() };
        let (slow, orders) = world(slow, &[LEGACY, MODERN]);
        let of = |order: Option<&str>, now| {
            json_of(&slow.subscriptions(CUSTOMER, order, now).unwrap())["totalCount"].clone()
        };
        assert_eq!((of(None, NOW), of(None, later(60))), (json!(1), json!(2)));
        assert_eq!(of(Some(&orders[1]), NOW), json!(0));
        let order = json_of(&slow.order(CUSTOMER, &orders[1], later(60)).unwrap());
        let id = order["lineItems"][0]["subscriptionId"].as_str().unwrap();
        assert_eq!(slow.subscription(CUSTOMER, id, NOW).unwrap_err().code, 20_003);
        let found = json_of(&slow.subscription(CUSTOMER, id, later(60)).unwrap());
        assert_eq!(found["orderId"], json!(orders[1]));
        let never = Options { subscription_delay: None, ..Options::default() };
        let (never, _) = world(never, &[MODERN]);
        let none = json_of(&never.subscriptions(CUSTOMER, None, Timestamp::MAX).unwrap());
        assert_eq!(none["totalCount"], json!(0));
    }

    #[test]
    fn an_audit_record_comes_after_its_delay_and_says_which_request_it_was() {
        let slow = Options { audit: Audit::After(Duration::from_secs(60)), ..Options::default() };
        let (slow, orders) = world(slow, &[LEGACY]);
        let query = |customer: Option<&str>| AuditQuery {
            from: NOW,
            to: Timestamp::MAX,
            customer: customer.map(str::to_owned),
        };
        for customer in [None, Some(CUSTOMER)] {
            assert_eq!(json_of(&slow.audit(&query(customer), NOW))["totalCount"], json!(0));
            let records = json_of(&slow.audit(&query(customer), later(60)));
            let record = &records["items"][0];
            assert_eq!(record["originalCorrelationId"], json!("C"));
            assert_eq!(record["operationType"], json!("create_order"));
            let order: Value = serde_json::from_str(record["resourceNewValue"].as_str().unwrap()).unwrap();
            assert_eq!(order["Id"], json!(orders[0]));
            assert_eq!(order["LineItems"][0]["Quantity"], json!(3));
        }
        let (off, _) = world(Options { audit: Audit::Off, ..Options::default() }, &[LEGACY]);
        assert_eq!(json_of(&off.audit(&query(None), Timestamp::MAX))["totalCount"], json!(0));
    }

    #[test]
    fn a_list_may_be_of_one_billing_type() {
        let (world, _) = world(Options::default(), &[LEGACY]);
        let count = |billing_type| {
            json_of(&world.orders(CUSTOMER, Some(billing_type), NOW).unwrap())["totalCount"].clone()
        };
        assert_eq!((count("monthly"), count("onetime")), (json!(1), json!(0)));
    }
}
