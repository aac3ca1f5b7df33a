//! The proof that what is adopted leaves nothing to do: the plan of it, made before anything is written.

use std::collections::BTreeMap;

use super::super::{Action, Plan, build};
use crate::domain::{CustomerId, DesiredOrder, OrderName, State};

/// Plans a customer's orders before and after an adoption. Returns the first name of which the plan would not be to keep what
/// is adopted, or to do about others what it was to do before.
#[must_use]
pub fn not_kept(
    customer: CustomerId,
    before: (&[DesiredOrder], &State),
    after: (&[DesiredOrder], &State),
) -> Option<OrderName> {
    let plan = |(orders, state): (&[DesiredOrder], &State)| -> Plan {
        let of_it = orders.iter().filter(|order| order.spec.customer_id == customer).cloned();
        build(&of_it.collect::<Vec<_>>(), state)
    };
    let (was, is) = (plan(before), plan(after));
    let was: BTreeMap<&OrderName, &Action> =
        was.steps.iter().map(|step| (&step.name, &step.action)).collect();
    let differs = is.steps.iter().filter(|step| step.customer_id == customer).find(|step| {
        let is_kept = matches!(step.action, Action::Keep { .. });
        !is_kept && was.get(&step.name) != Some(&&step.action)
    });
    differs.map(|step| step.name.clone())
}
