//! Which of a customer's orders are the ones that the manifests want, when the state no longer says so.

use std::collections::BTreeMap;

use super::difference::identity;
use crate::domain::{DesiredOrder, Likeness, ObservedOrder, OrderId, OrderName};

/// What was recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recognised {
    /// Wanted orders that exist, by name.
    pub found: BTreeMap<OrderName, ObservedOrder>,
    /// Wanted orders that could be several, with what they could be: a person adopts them.
    pub ambiguous: BTreeMap<OrderName, Vec<OrderId>>,
    /// Wanted orders that are listed nowhere.
    pub missing: Vec<OrderName>,
}

/// Compares what is wanted with what is listed. An order is recognised where no more orders have exactly its lines than
/// are wanted; of several that are wanted alike, the first name gets the oldest.
#[must_use]
pub fn recognise(desired: &[DesiredOrder], listed: &[ObservedOrder]) -> Recognised {
    let mut alike: BTreeMap<String, Vec<&DesiredOrder>> = BTreeMap::new();
    for order in desired {
        alike.entry(identity(&order.spec)).or_default().push(order);
    }
    let mut recognised = Recognised::default();
    for mut wanted in alike.into_values() {
        wanted.sort_by(|a, b| a.name.cmp(&b.name));
        let same = |order: &&ObservedOrder| order.likeness(&wanted[0].spec) == Likeness::Exact;
        let mut existing: Vec<&ObservedOrder> = listed.iter().filter(same).collect();
        existing.sort_by_key(|order| (order.created, &order.id));
        if existing.len() > wanted.len() {
            let ids: Vec<OrderId> = existing.iter().map(|order| order.id.clone()).collect();
            recognised.ambiguous.extend(wanted.iter().map(|order| (order.name.clone(), ids.clone())));
            continue;
        }
        let mut existing = existing.into_iter();
        for order in wanted {
            match existing.next() {
                Some(found) => {
                    recognised.found.insert(order.name.clone(), found.clone());
                }
                None => recognised.missing.push(order.name.clone()),
            }
        }
    }
    recognised.missing.sort();
    recognised
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples;
    use crate::domain::{Place, Timestamp};

    fn wanted(name: &str, quantity: u32) -> DesiredOrder {
        DesiredOrder {
            name: OrderName::parse(name).unwrap(),
            spec: samples::spec(quantity),
            customer_name: None,
            formerly: None,
            allow_duplicate: true,
            labels: BTreeMap::new(),
            place: Place { file: "orders.yaml".into(), line: 1 },
        }
    }

    fn listed(id: &str, quantity: u32, second: i64) -> ObservedOrder {
        let created = Some(Timestamp::from_unix_ms(second * 1000));
        ObservedOrder { created, ..samples::order(id, quantity) }
    }

    #[test]
    fn each_wanted_order_is_recognised_or_missing_or_left_to_a_person() {
        let desired = [wanted("a", 1), wanted("b", 2), wanted("c", 3)];
        let orders = [listed("1", 1, 0), listed("2", 2, 0), listed("3", 2, 0), listed("4", 9, 0)];
        let recognised = recognise(&desired, &orders);
        assert_eq!(recognised.found.values().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["1"]);
        assert_eq!(recognised.ambiguous.keys().map(OrderName::as_str).collect::<Vec<_>>(), ["b"]);
        assert_eq!(recognised.missing.iter().map(OrderName::as_str).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn no_order_is_recognised_twice() {
        let desired = [wanted("b", 5), wanted("a", 5), wanted("c", 5)];
        let recognised = recognise(&desired, &[listed("young", 5, 9), listed("old", 5, 1)]);
        let found: Vec<_> = recognised.found.iter().map(|(n, o)| (n.as_str(), o.id.as_str())).collect();
        assert_eq!(found, [("a", "old"), ("b", "young")]);
        assert_eq!(recognised.missing.len(), 1);
    }
}
