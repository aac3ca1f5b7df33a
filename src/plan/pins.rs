//! What a plan holds on to beside its steps: all else that decides what is sent, and where.
//!
//! Steps say what would be bought; pins say from which journal, under which settings, at which place, and with which
//! request id and bytes. A plan with pins can be saved, reviewed, and carried out exactly as it was.
//!
//! **Invariant:** no time in it and no secret: the same manifests, state and place give the same pins.

use std::collections::BTreeMap;

use super::digest::{Encoder, digest_of};
use super::freeze::Holding;
use super::select::{Outside, Selection};
use crate::domain::{
    Allowance, Currency, DesiredOrder, EndpointId, Generation, Limits, OrderName, Prices, Recorded, Recovery,
    RequestId, Rulebook, State,
};

/// What a plan was made from and for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pins {
    /// Where its orders would be bought.
    pub place: Option<EndpointId>,
    /// Which orders it is about.
    pub scope: Scope,
    /// What that leaves out.
    pub outside: Outside,
    /// The hash of the journal's last line, in hexadecimal digits.
    pub head: String,
    /// `sha256:…` of all that the manifests want, as [`manifests_digest`] has it.
    pub manifests: String,
    /// How much may be bought.
    pub limits: Rulebook,
    /// Which limits it may go beyond, and why; sorted.
    pub allowed: Vec<Allowance>,
    /// How an attempt in doubt is settled.
    pub recovery: Recovery,
    /// What its orders cost by; `None` where nobody gave prices.
    pub prices: Option<PinnedPrices>,
    /// The name and version of the program that made it.
    pub tool: String,
    /// What would be sent, by name: of every step that may send something.
    pub sends: BTreeMap<OrderName, Pinned>,
    /// The digest of the plan that this is the rest of, where it is what was left of one.
    pub rest_of: Option<String>,
    /// What holds sends back. It is in no digest: where it holds something, that stands in the steps, or comes later.
    pub holding: Holding,
}

/// What orders cost by. The currencies of customers count through the costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedPrices {
    /// `sha256:…` of the price list, as values.
    pub list: String,
    /// The currency of the project.
    pub currency: Option<Currency>,
}

impl PinnedPrices {
    /// Returns what a plan holds on to of prices.
    #[must_use]
    pub fn of(prices: &Prices) -> Self {
        Self { list: prices.list.digest(), currency: prices.currency }
    }
}

/// Which orders a plan is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The path from the project's directory: `.` for all of it, or the name of a file. So it is the same wherever the
    /// project lies.
    pub path: String,
    /// Which of their orders.
    pub selection: Selection,
}

impl Scope {
    /// Says whether both were asked for in the same words: what has changed since a commit may be other orders by now.
    #[must_use]
    pub fn asks_for_the_same_as(&self, other: &Self) -> bool {
        let asked = |scope: &Self| {
            let Selection { only, except, changed } = scope.selection.clone();
            (scope.path.clone(), only, except, changed.map(|changed| changed.commit))
        };
        asked(self) == asked(other)
    }
}

impl Default for Scope {
    fn default() -> Self {
        Self { path: ".".to_owned(), selection: Selection::default() }
    }
}

/// What would be sent for one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The `MS-RequestId`.
    pub request_id: RequestId,
    /// Which generation of the name it buys.
    pub generation: Generation,
    /// `sha256:…` of the exact body.
    pub body: String,
}

/// What would be sent for one name, with the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sending {
    /// The `MS-RequestId`.
    pub request_id: RequestId,
    /// Which generation of the name it buys.
    pub generation: Generation,
    /// The exact body.
    pub body: String,
}

impl Sending {
    /// Returns what would be sent for a name: its pending attempt once more, or else this body in a new one.
    #[must_use]
    pub fn of(name: &OrderName, state: &State, body: String) -> Self {
        if let Some(Recorded::Pending(attempt)) = state.orders.get(name) {
            let (request_id, generation) = (attempt.request_id, attempt.generation);
            return Self { request_id, generation, body: attempt.body.clone() };
        }
        let generation = state.next_generation(name);
        let request_id = RequestId::derive(state.lineage, name, generation, &body);
        Self { request_id, generation, body }
    }

    /// Returns what a plan holds on to of it.
    #[must_use]
    pub fn pinned(&self) -> Pinned {
        let body = digest_of(|hash| hash.raw(self.body.as_bytes()));
        Pinned { request_id: self.request_id, generation: self.generation, body }
    }
}

/// Returns `sha256:…` over what manifests want, as values: comments, layout, labels and the order of files do not matter.
#[must_use]
pub fn manifests_digest(desired: &[DesiredOrder], limits: &Limits, recovery: &Recovery) -> String {
    digest_of(|hash| {
        hash.text("orderform manifests 1");
        hash.limits(limits);
        hash.recovery(recovery);
        for order in super::by_name(desired).values() {
            hash.text(order.name.as_str());
            hash.spec(&order.spec);
            hash.optional(order.customer_name.as_deref());
            hash.optional(order.formerly.as_ref().map(OrderName::as_str));
            hash.flag(order.allow_duplicate);
            hash.optional_flag(order.auto_renew);
        }
    })
}

impl Encoder {
    /// Takes pins in.
    pub(super) fn pins(&mut self, pins: &Pins) {
        let Pins {
            place,
            scope,
            outside,
            head,
            manifests,
            limits,
            allowed,
            recovery,
            prices,
            tool,
            sends,
            rest_of,
            holding: _,
        } = pins;
        match place {
            None => self.text("nowhere"),
            Some(EndpointId::Sandbox) => self.text("sandbox"),
            Some(EndpointId::Origin(origin)) => {
                self.text("origin");
                self.text(origin);
            }
        }
        let Scope { path, selection } = scope;
        self.text(path);
        self.selection(selection, outside);
        self.text(head);
        self.text(manifests);
        self.rulebook(limits);
        self.number(allowed.len() as u64);
        for Allowance { rule, reason } in allowed {
            self.text(rule.as_str());
            self.text(reason);
        }
        self.recovery(recovery);
        self.text(tool);
        self.optional(rest_of.as_deref());
        // Nothing at all without prices, so that such plans keep the digest they had.
        if let Some(PinnedPrices { list, currency }) = prices {
            self.text("prices");
            self.text(list);
            self.optional(currency.as_ref().map(Currency::as_str));
        }
        self.number(sends.len() as u64);
        for (name, Pinned { request_id, generation, body }) in sends {
            self.text(name.as_str());
            self.text(&request_id.to_string());
            self.number(generation.0.into());
            self.text(body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::spec;
    use crate::domain::{Bound, Place, RecoveryMode, Rule};

    fn order(name: &str) -> DesiredOrder {
        DesiredOrder {
            name: OrderName::parse(name).unwrap(),
            spec: spec(5),
            customer_name: None,
            formerly: None,
            allow_duplicate: false,
            auto_renew: None,
            labels: BTreeMap::new(),
            place: Place { file: "a.yaml".into(), line: 1 },
        }
    }

    fn digest(desired: &[DesiredOrder]) -> String {
        manifests_digest(desired, &Limits::default(), &Recovery::default())
    }

    #[test]
    fn neither_place_nor_labels_nor_the_order_of_manifests_change_their_digest() {
        let mut moved = order("a");
        moved.place = Place { file: "b.yaml".into(), line: 70 };
        moved.labels.insert("region".into(), "emea".into());
        assert_eq!(digest(&[order("a"), order("b")]), digest(&[order("b"), moved]));
    }

    #[test]
    fn whatever_bears_on_what_is_bought_changes_the_digest_of_manifests() {
        type Change = fn(&mut DesiredOrder);
        let changes: [Change; 6] = [
            |order| order.spec.line_items[0].quantity = 6,
            |order| order.customer_name = Some("contoso".into()),
            |order| order.formerly = OrderName::parse("old").ok(),
            |order| order.allow_duplicate = true,
            |order| order.auto_renew = Some(false),
            |order| order.name = OrderName::parse("b").unwrap(),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            let mut changed = order("a");
            change(&mut changed);
            assert_ne!(digest(&[changed]), digest(&[order("a")]), "change {at}");
        }
        let limits: Limits = [(Rule::ORDERS_PER_DAY, Bound::Most(5))].into_iter().collect();
        let strict = Recovery { mode: RecoveryMode::Strict, settle_after: None };
        let orders = [order("a")];
        assert_ne!(manifests_digest(&orders, &limits, &Recovery::default()), digest(&orders));
        assert_ne!(manifests_digest(&orders, &Limits::default(), &strict), digest(&orders));
    }
}
