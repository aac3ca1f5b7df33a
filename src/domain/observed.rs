//! What Partner Center reports: an order as listed or answered, and how far it is like one that is wanted.

use std::collections::BTreeSet;

use super::ids::{CorrelationId, CustomerId, OfferId, OrderId, SubscriptionId};
use super::moment::{Moment, Timestamp};
use super::order::{BillingCycle, LineItem, OrderSpec, TermDuration};

/// A customer's orders, and when the server said so.
///
/// A new order may be missing for up to 15 minutes ("Get all of a customer's orders").
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// All orders that were shown.
    pub orders: Vec<ObservedOrder>,
    /// When, by the clock of the answer.
    pub at: Moment,
}

/// An order as Partner Center shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedOrder {
    /// Its id.
    pub id: OrderId,
    /// Whose it is.
    pub customer_id: Option<CustomerId>,
    /// How it is billed.
    pub billing_cycle: Option<BillingCycle>,
    /// Its lines, by `lineItemNumber`.
    pub lines: Vec<ObservedLine>,
    /// When it was made, where that could be read.
    pub created: Option<Timestamp>,
    /// The same, as written.
    pub creation_date: Option<String>,
    /// `pending`, `completed`, `cancelled` or whatever else is shown.
    pub status: Option<String>,
    /// Its version: legacy orders only, and nothing to be stored for later use (Microsoft says).
    pub etag: Option<String>,
}

/// One line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLine {
    /// What was bought.
    pub offer_id: OfferId,
    /// How many seats; 0 for a cancelled line.
    pub quantity: u32,
    /// What it is called.
    pub friendly_name: Option<String>,
    /// The term.
    pub term_duration: Option<TermDuration>,
    /// The promotion.
    pub promotion_id: Option<String>,
    /// The indirect reseller.
    pub partner_id_on_record: Option<String>,
    /// The subscription, once it exists.
    pub subscription_id: Option<SubscriptionId>,
}

/// An audit record of a created order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedOrder {
    /// `originalCorrelationId`: of the request that made the order.
    pub correlation_id: Option<CorrelationId>,
    /// The order as it was made (`resourceNewValue`).
    pub order: ObservedOrder,
}

/// How far an observed order is like a wanted one. Ordered: more like is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// It cannot be the same order.
    Different,
    /// It could be: same products and seats, but something else is not as it was asked for, or it was cancelled since.
    /// Partner Center reissues availabilities, drops promotions and fills in what it likes; to take such an order for
    /// another one and send again would buy twice.
    Possible,
    /// It has exactly the lines that are wanted.
    Exact,
}

impl ObservedOrder {
    /// Says whether the order as a whole has been cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        let by_status = self.status.as_deref().is_some_and(|s| s.eq_ignore_ascii_case("cancelled"));
        by_status || (!self.lines.is_empty() && self.lines.iter().all(|line| line.quantity == 0))
    }

    /// Compares the lines (offer, quantity, term, billing cycle, promotion, reseller; friendly name where given)
    /// with the wanted ones, whatever their numbers: changes of an order renumber them.
    #[must_use]
    pub fn likeness(&self, wanted: &OrderSpec) -> Likeness {
        if self.customer_id.is_some_and(|id| id != wanted.customer_id)
            || self.lines.len() != wanted.line_items.len()
        {
            return Likeness::Different;
        }
        let cycle = match (&wanted.billing_cycle, &self.billing_cycle) {
            (None | Some(BillingCycle::Unknown), _) => Likeness::Exact,
            (asked, shown) if asked == shown => Likeness::Exact,
            _ => Likeness::Possible,
        };
        let cancelled = if self.is_cancelled() { Likeness::Possible } else { Likeness::Exact };
        let lines =
            [Likeness::Exact, Likeness::Possible].into_iter().find(|least| self.pairs_up(wanted, *least));
        lines.unwrap_or(Likeness::Different).min(cycle).min(cancelled)
    }

    /// Says whether it is of the same products and SKUs as is wanted, whatever its seats, its terms and the number of its
    /// lines: all of these can have been changed since it was bought.
    #[must_use]
    pub fn has_same_products(&self, wanted: &OrderSpec) -> bool {
        let key = |offer: &OfferId| offer.product().to_ascii_uppercase();
        let shown: BTreeSet<String> = self.lines.iter().map(|line| key(&line.offer_id)).collect();
        let asked: BTreeSet<String> = wanted.line_items.iter().map(|line| key(&line.offer_id)).collect();
        self.customer_id.is_none_or(|id| id == wanted.customer_id) && shown == asked
    }

    /// Says whether every wanted line finds a line of its own that is at least this like (bipartite matching).
    fn pairs_up(&self, wanted: &OrderSpec, least: Likeness) -> bool {
        let mut taken_by: Vec<Option<usize>> = vec![None; self.lines.len()];
        (0..wanted.line_items.len()).all(|asked| {
            let mut visited = vec![false; self.lines.len()];
            self.find_line(wanted, least, asked, &mut visited, &mut taken_by)
        })
    }

    fn find_line(
        &self,
        wanted: &OrderSpec,
        least: Likeness,
        asked: usize,
        visited: &mut [bool],
        taken_by: &mut [Option<usize>],
    ) -> bool {
        for shown in 0..self.lines.len() {
            if visited[shown]
                || self.lines[shown].likeness(&wanted.line_items[asked], self.is_cancelled()) < least
            {
                continue;
            }
            visited[shown] = true;
            let free = match taken_by[shown] {
                None => true,
                Some(other) => self.find_line(wanted, least, other, visited, taken_by),
            };
            if free {
                taken_by[shown] = Some(asked);
                return true;
            }
        }
        false
    }
}

impl ObservedLine {
    fn likeness(&self, wanted: &LineItem, cancelled: bool) -> Likeness {
        let seats = self.quantity == wanted.quantity || (cancelled && self.quantity == 0);
        if !seats || !wanted.offer_id.is_same_product(&self.offer_id) {
            return Likeness::Different;
        }
        let exact = wanted.offer_id.covers(&self.offer_id)
            && as_asked(wanted.term_duration.as_ref(), self.term_duration.as_ref())
            && as_asked(wanted.friendly_name.as_ref(), self.friendly_name.as_ref())
            && wanted.promotion_id == self.promotion_id
            && wanted.partner_id_on_record == self.partner_id_on_record;
        if exact { Likeness::Exact } else { Likeness::Possible }
    }
}

/// Partner Center fills in what was not asked for (term, friendly name), and anybody may rename a line in the portal.
fn as_asked<T: PartialEq>(asked: Option<&T>, shown: Option<&T>) -> bool {
    asked.is_none() || asked == shown
}

#[cfg(test)]
mod tests {

    use super::*;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

    fn wanted(lines: &[(&str, u32)]) -> OrderSpec {
        let line_items =
            lines.iter().map(|(offer, quantity)| LineItem::new(OfferId::parse(offer).unwrap(), *quantity));
        OrderSpec {
            customer_id: CustomerId::parse(CUSTOMER).unwrap(),
            billing_cycle: Some(BillingCycle::Monthly),
            partner_on_record_attestation_accepted: None,
            line_items: line_items.collect(),
        }
    }

    fn shown(lines: &[(&str, u32)]) -> ObservedOrder {
        let lines = lines.iter().map(|(offer, quantity)| ObservedLine {
            offer_id: OfferId::parse(offer).unwrap(),
            quantity: *quantity,
            friendly_name: Some("filled in".into()),
            term_duration: TermDuration::read("P1M"),
            promotion_id: None,
            partner_id_on_record: None,
            subscription_id: None,
        });
        ObservedOrder {
            id: OrderId::parse("5cf72f146967").unwrap(),
            customer_id: CustomerId::parse(CUSTOMER).ok(),
            billing_cycle: Some(BillingCycle::Monthly),
            lines: lines.collect(),
            created: None,
            creation_date: None,
            status: None,
            etag: None,
        }
    }

    #[test]
    fn what_the_service_filled_in_and_renumbered_is_still_exactly_the_same() {
        let asked = wanted(&[("P:0001", 5), ("Q:0002:A", 1)]);
        assert_eq!(shown(&[("q:0002:a", 1), ("P:0001:X", 5)]).likeness(&asked), Likeness::Exact);
    }

    #[test]
    fn other_offers_seats_customers_or_lines_are_another_order() {
        let asked = wanted(&[("P:0001", 5)]);
        for other in [
            shown(&[("P:0001:X", 6)]),
            shown(&[("P:0002:X", 5)]),
            shown(&[("P:0001:X", 5), ("P:0001:X", 5)]),
            ObservedOrder {
                customer_id: CustomerId::parse("00000000-0000-0000-0000-000000000001").ok(),
                ..shown(&[("P:0001:X", 5)])
            },
        ] {
            assert_eq!(other.likeness(&asked), Likeness::Different);
        }
    }

    #[test]
    fn the_same_products_are_the_same_with_other_seats_availabilities_and_lines_and_no_others_are() {
        let asked = wanted(&[("P:0001", 5), ("Q:0002:A", 1)]);
        for same in [
            shown(&[("q:0002:b", 9), ("P:0001:X", 6)]),
            shown(&[("Q:0002:A", 1), ("P:0001:X", 5), ("P:0001:X", 5)]),
        ] {
            assert!(same.has_same_products(&asked));
        }
        let elsewhere = ObservedOrder {
            customer_id: CustomerId::parse("00000000-0000-0000-0000-000000000001").ok(),
            ..shown(&[("P:0001", 5), ("Q:0002:A", 1)])
        };
        for other in [shown(&[("P:0001:X", 5)]), shown(&[("P:0001", 5), ("Q:0003", 1)]), elsewhere] {
            assert!(!other.has_same_products(&asked));
        }
    }

    /// To take such an order for another one and send again would buy twice.
    #[test]
    fn whatever_the_service_or_the_portal_may_have_changed_leaves_it_possible() {
        let mut asked = wanted(&[("P:0001", 5)]);
        asked.line_items[0].promotion_id = Some("P:0001:PROMO".into());
        assert_eq!(shown(&[("P:0001:X", 5)]).likeness(&asked), Likeness::Possible);
        let mut asked = wanted(&[("P:0001", 5)]);
        asked.line_items[0].friendly_name = Some("ours".into());
        assert_eq!(shown(&[("P:0001:X", 5)]).likeness(&asked), Likeness::Possible);
        let asked = wanted(&[("P:0001", 5)]);
        assert_eq!(shown(&[("P:0001:X", 0)]).likeness(&asked), Likeness::Possible);
        let asked = wanted(&[("P:0001:X", 5)]);
        assert_eq!(shown(&[("P:0001:REISSUED", 5)]).likeness(&asked), Likeness::Possible);
        let billed = ObservedOrder { billing_cycle: Some(BillingCycle::Annual), ..shown(&[("P:0001:X", 5)]) };
        assert_eq!(billed.likeness(&asked), Likeness::Possible);
        let mut added = shown(&[("P:0001:X", 5)]);
        added.lines[0].promotion_id = Some("P:0001:PROMO".into());
        assert_eq!(added.likeness(&asked), Likeness::Possible);
    }

    #[test]
    fn lines_that_could_pair_in_several_ways_find_the_way_that_works() {
        let mut asked = wanted(&[("P:0001", 5), ("P:0001", 5)]);
        asked.line_items[1].friendly_name = Some("first".into());
        let mut order = shown(&[("P:0001:X", 5), ("P:0001:X", 5)]);
        order.lines[0].friendly_name = Some("first".into());
        assert_eq!(order.likeness(&asked), Likeness::Exact);
    }
}
