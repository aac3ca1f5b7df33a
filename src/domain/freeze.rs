//! A freeze: a person's word that certain orders are not to be bought for a while, and why.
//!
//! **Invariant:** a freeze that nobody can say is over holds. It only ever keeps an order from being sent.

use std::collections::{BTreeMap, BTreeSet};

use super::ids::CustomerId;
use super::moment::Timestamp;
use super::order::DesiredOrder;

/// Orders that are not to be bought (`spec.freeze` of a project). What names nothing is of everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Freeze {
    /// Why, in a person's words.
    pub reason: String,
    /// The instant at which it is over; `None` where a person has to take it out.
    pub until: Option<Timestamp>,
    /// Of whose orders, whatever manifests call them; empty where of everybody's.
    pub customers: BTreeSet<CustomerId>,
    /// The labels of those orders, all of them; empty where of any.
    pub labels: BTreeMap<String, String>,
}

impl Freeze {
    /// Says whether it is over. Where the time is not known it is not.
    #[must_use]
    pub fn is_over(&self, now: Option<Timestamp>) -> bool {
        self.until.zip(now).is_some_and(|(until, now)| until <= now)
    }

    /// Says whether an order is one of those.
    #[must_use]
    pub fn is_of(&self, order: &DesiredOrder) -> bool {
        let its_customer = self.customers.is_empty() || self.customers.contains(&order.spec.customer_id);
        its_customer && self.labels.iter().all(|(key, value)| order.labels.get(key) == Some(value))
    }

    /// Says whether it is of everything.
    #[must_use]
    pub fn is_of_everything(&self) -> bool {
        self.customers.is_empty() && self.labels.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::{CUSTOMER, spec};
    use crate::domain::{OrderName, Place};

    const OTHER: &str = "f81d98dd-c2f4-499e-a194-5619e260344e";

    fn order(labels: &[(&str, &str)]) -> DesiredOrder {
        DesiredOrder {
            name: OrderName::parse("a").unwrap(),
            spec: spec(5),
            customer_name: None,
            formerly: None,
            allow_duplicate: false,
            auto_renew: None,
            labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            place: Place { file: "a.yaml".into(), line: 1 },
        }
    }

    fn freeze(customers: &[&str], labels: &[(&str, &str)]) -> Freeze {
        let customers = customers.iter().map(|id| CustomerId::parse(id).unwrap()).collect();
        Freeze { reason: "audit".into(), until: None, customers, labels: order(labels).labels }
    }

    #[test]
    fn what_a_freeze_names_has_to_fit_and_all_of_its_labels() {
        let (emea, bare) = (order(&[("region", "emea"), ("tier", "gold")]), order(&[]));
        assert!(freeze(&[], &[]).is_of(&emea) && freeze(&[], &[]).is_of(&bare));
        assert!(freeze(&[OTHER, CUSTOMER], &[]).is_of(&bare) && !freeze(&[OTHER], &[]).is_of(&bare));
        assert!(freeze(&[], &[("region", "emea")]).is_of(&emea));
        assert!(!freeze(&[], &[("region", "emea"), ("tier", "tin")]).is_of(&emea));
        assert!(!freeze(&[OTHER], &[("region", "emea")]).is_of(&emea));
        assert!(!freeze(&[CUSTOMER], &[("region", "apac")]).is_of(&emea));
        assert!(!freeze(&[], &[("region", "emea")]).is_of(&bare));
    }

    #[test]
    fn a_freeze_holds_up_to_its_instant_and_while_nobody_knows_the_time() {
        let at = |ms| Some(Timestamp::from_unix_ms(ms));
        let short = Freeze { until: at(1000), ..freeze(&[], &[]) };
        assert!(!short.is_over(at(999)) && short.is_over(at(1000)) && !short.is_over(None));
        assert!(!freeze(&[], &[]).is_over(at(i64::from(u32::MAX))));
    }
}
