//! The decision table: what is wanted and what is recorded, and what follows.

use std::collections::{BTreeMap, BTreeSet};

use super::difference::{Identity, differences, identity};
use super::{Action, Block, Former, Plan, Step, by_name};
use crate::domain::{Bought, DesiredOrder, OrderName, Recorded, State};

/// Decides about every name that is wanted or recorded.
#[must_use]
pub fn build(desired: &[DesiredOrder], state: &State) -> Plan {
    let table = Table::new(desired, state);
    let wanted = table.desired.values().map(|order| Step {
        name: order.name.clone(),
        customer_id: order.spec.customer_id,
        customer_name: order.customer_name.clone(),
        spec: order.spec.clone(),
        allow_duplicate: order.allow_duplicate,
        auto_renew: order.auto_renew,
        offers: BTreeMap::new(),
        action: table.decide(order),
    });
    let unwanted =
        state.orders.iter().filter(|(name, _)| table.is_left_over(name)).map(|(name, recorded)| {
            let (spec, action) = match recorded {
                Recorded::Pending(attempt) => (&attempt.spec, Action::Blocked(Block::PendingWithoutManifest)),
                Recorded::Created(bought) => {
                    (&bought.spec, Action::Orphan { order_id: bought.order.order_id.clone() })
                }
            };
            let (customer_id, customer_name) = (spec.customer_id, None);
            Step {
                name: name.clone(),
                customer_id,
                customer_name,
                spec: spec.clone(),
                allow_duplicate: false,
                auto_renew: None,
                offers: BTreeMap::new(),
                action,
            }
        });
    let mut steps: Vec<Step> = wanted.chain(unwanted).collect();
    steps.sort_by(|a, b| a.name.cmp(&b.name));
    let limits = Vec::new();
    Plan {
        lineage: state.lineage,
        serial: state.serial,
        steps,
        pins: None,
        costs: None,
        checks: None,
        limits,
    }
}

/// Both arguments, indexed.
struct Table<'a> {
    state: &'a State,
    desired: BTreeMap<&'a OrderName, &'a DesiredOrder>,
    /// Which wanted names say exactly the same.
    alike: BTreeMap<Identity<'a>, Vec<&'a DesiredOrder>>,
    /// Which new names say that they were once this recorded one.
    renamed: BTreeMap<&'a OrderName, Vec<&'a OrderName>>,
    /// What is recorded and wanted no more under its name or its new one, by what it says.
    abandoned: BTreeMap<Identity<'a>, Vec<(Former, &'a OrderName)>>,
}

impl<'a> Table<'a> {
    fn new(desired: &'a [DesiredOrder], state: &'a State) -> Self {
        let by_name = by_name(desired);
        let mut renamed: BTreeMap<&OrderName, Vec<&OrderName>> = BTreeMap::new();
        let mut alike: BTreeMap<Identity<'_>, Vec<&DesiredOrder>> = BTreeMap::new();
        for order in by_name.values() {
            alike.entry(identity(&order.spec)).or_default().push(order);
            let Some(from) = &order.formerly else {
                continue;
            };
            if state.orders.contains_key(from)
                && !by_name.contains_key(from)
                && !state.orders.contains_key(&order.name)
            {
                renamed.entry(from).or_default().push(&order.name);
            }
        }
        let mut abandoned: BTreeMap<Identity<'_>, Vec<(Former, &OrderName)>> = BTreeMap::new();
        for (name, recorded) in &state.orders {
            let (spec, is_pending) = match recorded {
                Recorded::Pending(attempt) => (&attempt.spec, true),
                Recorded::Created(bought) => (&bought.spec, false),
            };
            let claimants = renamed.get(name).into_iter().flatten().copied();
            let heirs: Vec<_> = claimants.chain([name]).filter_map(|name| by_name.get(name)).collect();
            if heirs.iter().any(|order| order.spec == *spec) {
                continue;
            }
            let recorded = identity(spec);
            if heirs.iter().any(|order| identity(&order.spec) == recorded) {
                continue;
            }
            let former = match (is_pending, heirs.is_empty()) {
                (true, _) => Former::Pending,
                (false, false) => Former::Changed,
                (false, true) => Former::Orphan,
            };
            abandoned.entry(recorded).or_default().push((former, name));
        }
        abandoned.values_mut().for_each(|names| names.sort());
        Self { state, desired: by_name, alike, renamed, abandoned }
    }

    fn is_left_over(&self, name: &OrderName) -> bool {
        !self.desired.contains_key(name) && !self.renamed.contains_key(name)
    }

    fn decide(&self, order: &DesiredOrder) -> Action {
        match self.state.orders.get(&order.name) {
            Some(Recorded::Pending(attempt)) => {
                let differences = differences(&attempt.spec, &order.spec);
                match differences.is_empty() {
                    true => Action::Settle { request_id: attempt.request_id },
                    false => Action::Blocked(Block::PendingDiffers(differences)),
                }
            }
            Some(Recorded::Created(bought)) => {
                compare(bought, order).unwrap_or(Action::Keep { order_id: bought.order.order_id.clone() })
            }
            None => self.decide_new(order),
        }
    }

    fn decide_new(&self, order: &DesiredOrder) -> Action {
        let renaming = order.formerly.as_ref().and_then(|from| Some((from, self.renamed.get(from)?)));
        if let Some((from, claimants)) = renaming {
            return self.decide_renaming(order, from, claimants);
        }
        let key = identity(&order.spec);
        let same: Vec<&DesiredOrder> =
            self.alike[&key].iter().copied().filter(|o| o.name != order.name).collect();
        let all_mean_it = order.allow_duplicate && same.iter().all(|other| other.allow_duplicate);
        if !same.is_empty() && !all_mean_it {
            return Action::Blocked(Block::SameAs(same.iter().map(|other| other.name.clone()).collect()));
        }
        match self.abandoned.get(&key).map(Vec::as_slice) {
            Some(names @ [(was, _), ..]) if !order.allow_duplicate => {
                let from = names.iter().map(|(_, name)| (*name).clone()).collect();
                Action::Blocked(Block::LooksRenamed { from, was: *was })
            }
            _ => Action::Create,
        }
    }

    fn decide_renaming(&self, order: &DesiredOrder, from: &OrderName, claimants: &[&OrderName]) -> Action {
        let others: BTreeSet<OrderName> =
            claimants.iter().filter(|n| **n != &order.name).map(|n| (*n).clone()).collect();
        if !others.is_empty() {
            let with = others.into_iter().collect();
            return Action::Blocked(Block::FormerNameShared { from: from.clone(), with });
        }
        match &self.state.orders[from] {
            Recorded::Pending(_) => Action::Blocked(Block::FormerNamePending(from.clone())),
            Recorded::Created(bought) => compare(bought, order)
                .unwrap_or(Action::Rename { from: from.clone(), order_id: bought.order.order_id.clone() }),
        }
    }
}

/// Returns the block where the recorded order is not what is wanted.
fn compare(bought: &Bought, order: &DesiredOrder) -> Option<Action> {
    let differences = differences(&bought.spec, &order.spec);
    let order_id = bought.order.order_id.clone();
    (!differences.is_empty()).then_some(Action::Blocked(Block::CreatedDiffers { order_id, differences }))
}

#[cfg(test)]
mod tests;
