//! The throttle gateway: how many calls a tenant may make, and how many about one customer.
//!
//! "API throttling guidance" names which routes are counted, that some are counted for each customer, and that rejected calls
//! count too; "Order resources" and "Subscription resources" name 500 a minute. How the time is divided is said nowhere:
//! here a call counts for as long as the rate says.
//!
//! **Invariant:** no clock; an instant is told with each call.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::faults::Occasion;

/// So many calls in so long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub calls: u32,
    /// In how long.
    pub per: Duration,
}

/// What is allowed; nothing is limited where absent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttle {
    /// To the tenant, all customers together.
    pub tenant: Option<Rate>,
    /// To the tenant about one customer.
    pub customer: Option<Rate>,
}

/// What was called lately.
#[derive(Debug)]
pub(super) struct Gateway {
    throttle: Throttle,
    tenant: Calls,
    customers: BTreeMap<String, Calls>,
}

/// The calls that still count, oldest first.
#[derive(Debug, Default)]
struct Calls(VecDeque<Timestamp>);

impl Gateway {
    pub(super) fn new(throttle: Throttle) -> Self {
        Self { throttle, tenant: Calls::default(), customers: BTreeMap::new() }
    }

    /// Counts a call; returns after how many seconds it may be made again, where it is rejected.
    pub(super) fn reject(
        &mut self,
        occasion: Occasion,
        customer: Option<&str>,
        now: Timestamp,
    ) -> Option<u64> {
        if !is_counted(occasion) {
            return None;
        }
        let all = self.throttle.tenant.and_then(|rate| self.tenant.count(rate, now));
        let own = self.throttle.customer.zip(customer).and_then(|(rate, customer)| {
            self.customers.entry(customer.to_ascii_lowercase()).or_default().count(rate, now)
        });
        all.max(own)
    }
}

/// Says whether the throttle is enforced on a route ("API throttling guidance").
fn is_counted(occasion: Occasion) -> bool {
    match occasion {
        Occasion::Create
        | Occasion::List
        | Occasion::Get
        | Occasion::Subscriptions
        | Occasion::Customers
        | Occasion::Any => true,
        Occasion::Audit | Occasion::Token | Occasion::Catalogue | Occasion::Agreements => false,
    }
}

impl Calls {
    fn count(&mut self, rate: Rate, now: Timestamp) -> Option<u64> {
        let ends = |call: Timestamp| call.saturating_add(rate.per).unwrap_or(Timestamp::MAX);
        while self.0.front().is_some_and(|call| ends(*call) <= now) {
            self.0.pop_front();
        }
        let most = usize::try_from(rate.calls).unwrap_or(usize::MAX).max(1);
        let free = self.0.len().checked_sub(most).and_then(|over| self.0.get(over)).map(|call| ends(*call));
        // More than that changes no answer, however long somebody hammers at it.
        if self.0.len() < most.saturating_mul(2) {
            self.0.push_back(now);
        } else if let Some(last) = self.0.back_mut() {
            *last = now;
        }
        let wait = free?.duration_since(now);
        let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
        Some(u64::try_from(seconds).unwrap_or(0).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateway(tenant: Option<u32>, customer: Option<u32>) -> Gateway {
        let rate = |calls| Rate { calls, per: Duration::from_secs(60) };
        Gateway::new(Throttle { tenant: tenant.map(rate), customer: customer.map(rate) })
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn a_call_beyond_the_rate_is_told_when_the_first_one_stops_counting() {
        let mut gateway = gateway(Some(2), None);
        let mut call = |ms| gateway.reject(Occasion::List, Some("c"), at(ms));
        assert_eq!((call(0), call(10_000)), (None, None));
        assert_eq!(call(20_500), Some(40));
        // The rejected one counts too, so it takes until the second one ends.
        assert_eq!(call(60_000), Some(10));
        // Nobody asked for long enough.
        assert_eq!(call(180_000), None);
    }

    #[test]
    fn a_customer_is_counted_alone_and_what_is_not_enforced_is_not_counted() {
        let mut gateway = gateway(Some(3), Some(1));
        let mut call = |occasion, customer| gateway.reject(occasion, customer, at(0));
        assert_eq!(call(Occasion::Create, Some("A")), None);
        assert_eq!(call(Occasion::Get, Some("a")), Some(60));
        assert_eq!(call(Occasion::Create, Some("b")), None);
        assert_eq!(call(Occasion::Audit, Some("c")), None);
        assert_eq!(call(Occasion::Token, None), None);
        assert_eq!(call(Occasion::Create, Some("c")), Some(60), "rejected calls count");
    }
}
