//! Which of a customer's orders are the ones that the manifests want, when the state no longer says so.

use std::collections::BTreeMap;

use super::difference::{Identity, identity};
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
/// are wanted; of several that are wanted alike, the first name gets the oldest. What is not exactly as wanted, but could
/// be it, is left to a person.
#[must_use]
pub fn recognise(desired: &[DesiredOrder], listed: &[ObservedOrder]) -> Recognised {
    let mut alike: BTreeMap<Identity<'_>, Vec<&DesiredOrder>> = BTreeMap::new();
    for order in desired {
        alike.entry(identity(&order.spec)).or_default().push(order);
    }
    let is =
        |order: &ObservedOrder, wanted: &DesiredOrder, likeness| order.likeness(&wanted.spec) == likeness;
    let exactly_wanted: Vec<bool> = listed
        .iter()
        .map(|order| alike.values().any(|wanted| is(order, wanted[0], Likeness::Exact)))
        .collect();
    let mut recognised = Recognised::default();
    for mut wanted in alike.into_values() {
        wanted.sort_by(|a, b| a.name.cmp(&b.name));
        let mut existing: Vec<&ObservedOrder> =
            listed.iter().filter(|order| is(order, wanted[0], Likeness::Exact)).collect();
        existing.sort_by_key(|order| (order.created, &order.id));
        // What was renamed or billed otherwise since may be it too, unless it is exactly what another name wants.
        let possible = listed.iter().zip(&exactly_wanted);
        let possible = possible.filter(|(order, taken)| !**taken && is(order, wanted[0], Likeness::Possible));
        let mut candidates: Vec<OrderId> = possible.map(|(order, _)| order.id.clone()).collect();
        if existing.len() > wanted.len() {
            candidates.extend(existing.drain(..).map(|order| order.id.clone()));
        }
        let mut existing = existing.into_iter();
        for order in wanted {
            match existing.next() {
                Some(found) => drop(recognised.found.insert(order.name.clone(), found.clone())),
                None if candidates.is_empty() => recognised.missing.push(order.name.clone()),
                None => drop(recognised.ambiguous.insert(order.name.clone(), candidates.clone())),
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
            auto_renew: None,
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

    /// To call it missing would buy it again.
    #[test]
    fn an_order_that_was_renamed_since_is_left_to_a_person() {
        let mut desired = wanted("a", 5);
        desired.spec.line_items[0].friendly_name = Some("as it was bought".into());
        let recognised = recognise(&[desired], &[listed("1", 5, 0)]);
        assert_eq!(recognised.ambiguous.values().flatten().map(OrderId::as_str).collect::<Vec<_>>(), ["1"]);
        assert!(recognised.missing.is_empty());
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
