//! What is frozen: an order that a freeze is of is not bought, and an attempt of one is not sent again.
//!
//! [`frozen`] takes out of a plan what is frozen at an instant. [`Holding`] is asked again before each send, by the
//! server's clock: what the plan let through may be frozen by then, or by that clock still.
//!
//! **Invariant:** it only ever takes out of a plan. Settling by evidence goes on: it buys nothing.

use std::collections::BTreeMap;

use super::{Action, Block, Held, Plan, Step, by_name};
use crate::domain::{DesiredOrder, Freeze, OrderName, Timestamp, Windows};

/// What a send is held back by, whatever the limits leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holding {
    /// Every freeze that is of an order, over or not, by its name.
    pub freezes: BTreeMap<OrderName, Vec<Freeze>>,
    /// When anything may be sent: those of a watcher; a person is not held to them.
    pub windows: Windows,
    /// What holds everything, whatever the time: a watcher's manifests are wrong, and nobody knows what they would freeze.
    pub all: Option<Held>,
}

impl Holding {
    /// Finds the freezes of each order.
    #[must_use]
    pub fn of(desired: &[DesiredOrder], freezes: &[Freeze]) -> Self {
        let own = |order: &DesiredOrder| -> Vec<Freeze> {
            freezes.iter().filter(|freeze| freeze.is_of(order)).cloned().collect()
        };
        let all = desired.iter().filter(|_| !freezes.is_empty());
        let all = all.map(|order| (order.name.clone(), own(order))).filter(|(_, own)| !own.is_empty());
        Self { freezes: all.collect(), ..Self::default() }
    }

    /// Returns what holds an order back at `now`. Where the time is not known, whatever could does.
    #[must_use]
    pub fn holds(&self, name: &OrderName, now: Option<Timestamp>) -> Option<Block> {
        let all = || self.all.clone().map(|why| Block::Held { pending: false, why });
        self.freezes_it(name, now).or_else(all).or_else(|| self.is_closed(now))
    }

    /// Returns the freeze of an order that is over last: until then it is not bought.
    fn freezes_it(&self, name: &OrderName, now: Option<Timestamp>) -> Option<Block> {
        let own = self.freezes.get(name).into_iter().flatten();
        let holding = own.filter(|freeze| !freeze.is_over(now));
        // One without an end is over after every other one; of equal ones the first that is written.
        let last = holding
            .rev()
            .max_by_key(|freeze| freeze.until.map_or((true, None), |until| (false, Some(until))));
        last.map(|freeze| Block::Frozen { reason: freeze.reason.clone(), until: freeze.until })
    }

    fn is_closed(&self, now: Option<Timestamp>) -> Option<Block> {
        let is_open = self.windows.is_empty() || now.is_some_and(|now| self.windows.is_open(now));
        let opens = || now.and_then(|now| self.windows.opens(now));
        (!is_open).then(|| Block::Held { pending: false, why: Held::OutsideWindows { opens: opens() } })
    }
}

/// Blocks what would be bought and is frozen at `now`, and notes what holds sends back for whoever carries it out.
#[must_use]
pub fn frozen(plan: Plan, desired: &[DesiredOrder], freezes: &[Freeze], now: Timestamp) -> (Plan, Holding) {
    let holding = Holding::of(desired, freezes);
    let block = |mut step: Step| {
        if matches!(step.action, Action::Create)
            && let Some(block) = holding.freezes_it(&step.name, Some(now))
        {
            step.action = Action::Blocked(block);
        }
        step
    };
    let steps = plan.steps.into_iter().map(block).collect();
    (Plan { steps, ..plan }, holding)
}

/// Returns the instant at which the first freeze that holds an order of these is over.
#[must_use]
pub fn thaws(desired: &[DesiredOrder], freezes: &[Freeze], now: Timestamp) -> Option<Timestamp> {
    let wanted = by_name(desired);
    let is_of_any = |freeze: &&Freeze| wanted.values().any(|order| freeze.is_of(order));
    let own = freezes.iter().filter(|freeze| !freeze.is_over(Some(now))).filter(is_of_any);
    own.filter_map(|freeze| freeze.until).min()
}

#[cfg(test)]
mod tests;
