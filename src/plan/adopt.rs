//! What a customer has already, made into orders of ours: names and what they say, and what is left out with its reason.
//!
//! An order is what was bought; its subscriptions are what it has become. What is adopted says what there is **now**: seats
//! and friendly names are those of the subscriptions, and lines that have ended are not in it. So neither the plan, which
//! compares manifests with the record, nor a look for drift, which compares the record with Partner Center, finds anything
//! to say of it. The rest (offer, term, billing cycle, promotion, reseller) is as it was ordered.
//!
//! **Invariant:** pure. An order is adopted or left out, never both and never twice; one that could be an attempt in doubt,
//! or what a manifest waits to buy, is not guessed about.

mod line;
mod naming;
mod prove;

use std::collections::{BTreeMap, BTreeSet};

pub use line::present;
pub use naming::customer_names;
pub use prove::not_kept;

use crate::domain::{
    Attempt, CustomerId, DesiredOrder, Likeness, LineItem, ObservedLine, ObservedOrder, ObservedSubscription,
    OrderId, OrderName, OrderSpec, PlacedOrder, Recorded, State, SubscriptionId, SubscriptionTerms,
};
use line::Live;

/// All that a customer has, as Partner Center shows it.
#[derive(Debug, Clone, Copy)]
pub struct Estate<'a> {
    /// Whose it is.
    pub customer: CustomerId,
    /// What its orders are named after.
    pub name: &'a str,
    /// Its orders.
    pub orders: &'a [ObservedOrder],
    /// Its subscriptions, those that have ended too.
    pub subscriptions: &'a [ObservedSubscription],
}

/// What of an estate is adopted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adoption {
    /// The oldest first.
    pub orders: Vec<Adoptee>,
    /// What is not, with the reason.
    pub left_out: Vec<LeftOut>,
}

/// An order that is adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adoptee {
    /// Under which name.
    pub name: OrderName,
    /// What its manifest says.
    pub spec: OrderSpec,
    /// Whether its subscriptions renew by themselves, where all of them say the same.
    pub auto_renew: Option<bool>,
    /// The order; subscription ids are those of the lines of `spec`.
    pub order: PlacedOrder,
    /// The terms of its subscriptions.
    pub terms: Vec<SubscriptionTerms>,
    /// What there is of it already.
    pub origin: Origin,
}

/// What there is of an adopted order already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Nothing: it is recorded, and a manifest is written.
    New,
    /// A manifest wants exactly it: it is recorded under that name.
    Wanted,
    /// It is recorded and no manifest has its name: a manifest is written.
    Recorded,
}

/// Something that is not adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Of which order; `None` for a subscription of none that is listed.
    pub order_id: Option<OrderId>,
    /// Which of its lines, from 1, where others of it are adopted.
    pub line: Option<usize>,
    /// What it is called.
    pub title: Option<String>,
    /// Why.
    pub why: Why,
}

/// Why something is not adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is recorded, and a manifest has its name.
    Recorded(OrderName),
    /// It could be the order of this attempt, which is in doubt.
    InDoubt(OrderName),
    /// It could be what this manifest waits to buy, and is not exactly that.
    CouldBe(OrderName),
    /// It was cancelled.
    Cancelled,
    /// Its subscription has this status: `expired`, `deleted`, `disabled`, or one that is not known here.
    Status(String),
    /// A trial ends by itself.
    Trial,
    /// An add-on, which no order can be written for.
    AddOn,
    /// Azure, which is paid by use and not by seats.
    Usage,
    /// It has no subscriptions, as Azure reservations have none.
    NoSubscription,
    /// Its subscription does not exist yet, or is not in the list.
    NotListed,
    /// Its subscription belongs to this order now.
    Elsewhere(OrderId),
    /// A subscription of an order that is not listed: transferred from another partner, or too young.
    NoOrder(SubscriptionId),
    /// No manifest can say it; with what the reader of manifests would say.
    Unwritable(String),
}

/// Decides what of an estate is adopted. `desired` is what all manifests want.
#[must_use]
pub fn adoption(estate: Estate<'_>, state: &State, desired: &[DesiredOrder]) -> Adoption {
    let mut chooser = Chooser {
        estate,
        state,
        waiting: desired.iter().filter(|order| is_waiting(order, estate.customer, state)).collect(),
        written: desired.iter().map(|order| &order.name).collect(),
        held: held(estate.customer, state),
        taken: state.orders.keys().chain(desired.iter().map(|order| &order.name)).cloned().collect(),
        adoption: Adoption::default(),
    };
    chooser.waiting.sort_by(|a, b| a.name.cmp(&b.name));
    let mut orders: Vec<&ObservedOrder> = estate.orders.iter().collect();
    orders.sort_by_key(|order| (order.created, &order.id));
    orders.into_iter().for_each(|order| chooser.take(order));
    chooser.take_the_rest();
    chooser.adoption
}

/// Says whether a manifest waits to buy something for a customer.
fn is_waiting(order: &DesiredOrder, customer: CustomerId, state: &State) -> bool {
    order.spec.customer_id == customer && !state.orders.contains_key(&order.name)
}

struct Chooser<'a> {
    estate: Estate<'a>,
    state: &'a State,
    /// What manifests wait to buy for the customer, by name.
    waiting: Vec<&'a DesiredOrder>,
    /// The names that manifests have.
    written: BTreeSet<&'a OrderName>,
    taken: BTreeSet<OrderName>,
    /// Which order each subscription that is recorded or adopted belongs to, by its id in lower case. A renewal may be an
    /// order of its own, of the same subscription.
    held: BTreeMap<String, OrderId>,
    adoption: Adoption,
}

impl Chooser<'_> {
    fn take(&mut self, order: &ObservedOrder) {
        let name = self.state.name_of(&order.id).cloned();
        match &name {
            Some(name) if self.written.contains(name) => {
                return self.leave_out(order, None, None, Why::Recorded(name.clone()));
            }
            _ if order.is_cancelled() => return self.leave_out(order, None, None, Why::Cancelled),
            None => {
                if let Some(name) = self.in_doubt(order) {
                    return self.leave_out(order, None, None, Why::InDoubt(name));
                }
            }
            Some(_) => {}
        }
        let (mut live, mut ended) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(&order.lines) {
            let judged = line::judge(order, line, self.estate.subscriptions);
            match judged.and_then(|one| self.unless_held(order, one)) {
                Ok(one) => live.push(one),
                // What may come yet would be missing in the order for ever.
                Err(why @ Why::NotListed) => {
                    return self.leave_out(order, None, line.friendly_name.clone(), why);
                }
                Err(why) => ended.push((number, line.friendly_name.clone(), why)),
            }
        }
        let ids: BTreeSet<String> = live.iter().map(|one| key(&one.subscription.terms.id)).collect();
        if ids.len() < live.len() {
            // Its seats would be counted, and one day bought, twice.
            let why = Why::Unwritable("two of its lines are one subscription".to_owned());
            return self.leave_out(order, None, None, why);
        }
        let is_part = !live.is_empty();
        for (number, title, why) in ended {
            self.leave_out(order, (is_part || order.lines.len() > 1).then_some(number), title, why);
        }
        if !is_part {
            return;
        }
        match name {
            Some(name) => self.take_recorded(name),
            None => self.take_live(order, &live),
        }
    }

    fn unless_held<'l>(&self, order: &ObservedOrder, one: Live<'l>) -> Result<Live<'l>, Why> {
        match self.held.get(&key(&one.subscription.terms.id)) {
            Some(other) if *other != order.id => Err(Why::Elsewhere(other.clone())),
            _ => Ok(one),
        }
    }

    /// Returns the name of an attempt in doubt that an order could be of.
    fn in_doubt(&self, order: &ObservedOrder) -> Option<OrderName> {
        let could_be = |attempt: &Attempt| order.likeness(&attempt.spec) != Likeness::Different;
        let mut pending = self.state.orders.iter().filter_map(|(name, recorded)| match recorded {
            Recorded::Pending(attempt) if could_be(attempt) => Some(name.clone()),
            _ => None,
        });
        pending.next()
    }

    /// Takes an order that is recorded and has no manifest, as it is recorded.
    fn take_recorded(&mut self, name: OrderName) {
        let Some(Recorded::Created(bought)) = self.state.orders.get(&name) else { return };
        let renew = agreed(bought.terms.iter().map(|terms| terms.auto_renew));
        self.adoption.orders.push(Adoptee {
            name,
            spec: bought.spec.clone(),
            auto_renew: renew,
            order: bought.order.clone(),
            terms: bought.terms.clone(),
            origin: Origin::Recorded,
        });
    }

    fn take_live(&mut self, order: &ObservedOrder, live: &[Live<'_>]) {
        let spec = self.spec_of(order, live);
        let (name, spec, origin) = match self.wanted(order, live) {
            Err(name) => return self.leave_out(order, None, Some(live[0].title()), Why::CouldBe(name)),
            Ok(Some(at)) => {
                let wanted = self.waiting.remove(at);
                (wanted.name.clone(), wanted.spec.clone(), Origin::Wanted)
            }
            Ok(None) => {
                let name = naming::order_name(self.estate.name, &live[0].title(), &self.taken);
                (name, spec, Origin::New)
            }
        };
        self.taken.insert(name.clone());
        self.held.extend(live.iter().map(|one| (key(&one.subscription.terms.id), order.id.clone())));
        let ids = live.iter().map(|one| Some(one.subscription.terms.id.clone()));
        let placed = PlacedOrder { subscription_ids: ids.collect(), ..PlacedOrder::from(order) };
        self.adoption.orders.push(Adoptee {
            name,
            spec,
            auto_renew: agreed(live.iter().map(|one| one.subscription.terms.auto_renew)),
            order: placed,
            terms: live.iter().map(|one| one.subscription.terms.clone()).collect(),
            origin,
        });
    }

    /// Finds the manifest that waits to buy exactly this, as it was ordered or as it is now. Where it could be one of several,
    /// or is only like one, that one's name is the error.
    fn wanted(&self, order: &ObservedOrder, live: &[Live<'_>]) -> Result<Option<usize>, OrderName> {
        let now = line::as_now(order, live);
        let likeness = |wanted: &DesiredOrder| order.likeness(&wanted.spec).max(now.likeness(&wanted.spec));
        let exact: Vec<usize> =
            (0..self.waiting.len()).filter(|at| likeness(self.waiting[*at]) == Likeness::Exact).collect();
        let lines = |spec: &OrderSpec| spec.line_items.len();
        match exact.as_slice() {
            [] => match self.waiting.iter().find(|wanted| likeness(wanted) == Likeness::Possible) {
                Some(wanted) => Err(wanted.name.clone()),
                None => Ok(None),
            },
            // Lines that have ended are in the order and not in its record, so it cannot be recorded as that manifest.
            [first, ..] if lines(&self.waiting[*first].spec) != live.len() => {
                Err(self.waiting[*first].name.clone())
            }
            [first, rest @ ..] => {
                let spec = &self.waiting[*first].spec;
                match rest.iter().find(|at| self.waiting[**at].spec != *spec) {
                    Some(_) => Err(self.waiting[*first].name.clone()),
                    None => Ok(Some(*first)),
                }
            }
        }
    }

    fn spec_of(&self, order: &ObservedOrder, live: &[Live<'_>]) -> OrderSpec {
        let line_items: Vec<LineItem> = live.iter().map(Live::line_item).collect();
        let has_reseller = line_items.iter().any(|line| line.partner_id_on_record.is_some());
        let cycle = order.billing_cycle.clone();
        OrderSpec {
            customer_id: self.estate.customer,
            billing_cycle: cycle.or_else(|| live[0].subscription.billing_cycle.clone()),
            // Partner Center took the order, so it was attested.
            partner_on_record_attestation_accepted: has_reseller.then_some(true),
            line_items,
        }
    }

    /// Names the subscriptions that live and that no listed order explains.
    fn take_the_rest(&mut self) {
        let has = |order: &ObservedOrder, one: &ObservedSubscription| {
            one.order_id.as_ref() == Some(&order.id) || order.lines.iter().any(|line| line::is_of(line, one))
        };
        for one in self.estate.subscriptions.iter().filter(|one| line::lives(one)) {
            if !self.estate.orders.iter().any(|order| has(order, one)) {
                let title = one.offer_name.clone().or_else(|| one.friendly_name.clone());
                let why = Why::NoOrder(one.terms.id.clone());
                let order_id = one.order_id.clone();
                self.adoption.left_out.push(LeftOut { order_id, line: None, title, why });
            }
        }
    }

    fn leave_out(&mut self, order: &ObservedOrder, line: Option<usize>, title: Option<String>, why: Why) {
        let title = title
            .or_else(|| order.lines.first().and_then(|first: &ObservedLine| first.friendly_name.clone()));
        self.adoption.left_out.push(LeftOut { order_id: Some(order.id.clone()), line, title, why });
    }
}

/// Returns which of a customer's subscriptions are recorded, with their orders.
fn held(customer: CustomerId, state: &State) -> BTreeMap<String, OrderId> {
    let bought = state.orders.values().filter_map(|recorded| match recorded {
        Recorded::Created(bought) if bought.spec.customer_id == customer => Some(&bought.order),
        _ => None,
    });
    let ids = bought.flat_map(|order| {
        order.subscription_ids.iter().flatten().map(|id| (key(id), order.order_id.clone()))
    });
    ids.collect()
}

fn key(id: &SubscriptionId) -> String {
    id.as_str().to_ascii_lowercase()
}

/// Returns what all say, where all say the same.
fn agreed(mut all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let first = all.next()??;
    all.all(|one| one == Some(first)).then_some(first)
}

#[cfg(test)]
mod tests;
