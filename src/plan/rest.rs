//! What of a reviewed plan still stands, as a plan of its own.

use super::{Action, Block, Changes, Pins, Plan, Saved};
use crate::domain::OrderName;

/// Returns the plan of now, reduced to what still stands as it was reviewed: everything else that would change
/// something is blocked.
///
/// **Invariant:** a step of it that acts is in [`Changes::standing`], and what it sends is pinned.
#[must_use]
pub fn rest(saved: &Saved, now: Plan, changes: &Changes) -> Plan {
    let stands = |name: &OrderName| changes.standing.binary_search(name).is_ok();
    let mut plan = now;
    for step in plan.steps.iter_mut().filter(|step| step.acts() && !stands(&step.name)) {
        let pending = matches!(step.action, Action::Settle { .. });
        step.action = Action::Blocked(Block::NotReviewed { pending });
    }
    if let Some(costs) = &mut plan.costs {
        costs.retain(|name, _| stands(name));
    }
    let pins = plan.pins.take().unwrap_or_default();
    let sends = pins.sends.into_iter().filter(|(name, _)| stands(name)).collect();
    // What was allowed was allowed as it came to then.
    let allowed = pins.allowed.into_iter().filter(|one| one.rule.shrinks_with_the_plan()).collect();
    plan.pins = Some(Pins { sends, allowed, rest_of: Some(saved.plan.digest()), ..pins });
    plan
}
