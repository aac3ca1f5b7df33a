//! One pass: hold a plan against its limits, ask, apply.
//!
//! The command line makes one pass, `watch` makes one after another. Whoever calls has read the manifests, opened the
//! state and made the plan, or what is left of one that was reviewed; what a pass shows goes to the view it was given.

use crate::apply::{self, ApplyError, Event, Session, Summary};
use crate::domain::{Prices, Recorded, Timestamp};
use crate::plan::{self, Budget, Limit, Plan};
use crate::ports::{Journal, PartnerCenter, Timer};

/// How a pass ended.
#[derive(Debug)]
pub enum Pass {
    /// The plan went beyond these limits; nothing was attempted.
    OverLimits(Vec<Limit>),
    /// Whoever was asked said no; nothing was attempted.
    Declined,
    /// It was carried out.
    Done(Summary),
}

/// What the caller of a pass decides and hears.
pub trait Watcher {
    /// Is shown the plan and says whether to carry it out. Asked only where something would be sent.
    fn approve(&mut self, plan: &Plan) -> bool;

    /// Is told of an event.
    fn event(&mut self, event: &Event);
}

/// Makes one pass, within the limits that the plan pins. `now` is the server's time, for those by hour and day; the budget
/// of the session is that of the pass. Without `prices`, nobody knows what an order costs.
///
/// # Errors
/// [`ApplyError`]; whatever had happened before is in the journal.
pub async fn pass<P: PartnerCenter, T: Timer, J: Journal>(
    plan: &Plan,
    prices: Option<&Prices>,
    now: Timestamp,
    session: Session<'_, P, T, J>,
    watcher: &mut dyn Watcher,
) -> Result<Pass, ApplyError> {
    let limits = plan::judge(plan, session.state, prices, Some(now));
    let over: Vec<Limit> = limits.iter().filter(|limit| limit.is_over()).cloned().collect();
    if !over.is_empty() {
        return Ok(Pass::OverLimits(over));
    }
    let counts = plan.counts();
    if counts.create + counts.settle > 0 && !watcher.approve(plan) {
        return Ok(Pass::Declined);
    }
    let session = Session { budget: Budget::new(plan, session.state, prices, &limits), ..session };
    let summary = apply::run(plan, session, &mut |event| watcher.event(event)).await?;
    Ok(Pass::Done(summary))
}

/// Says whether carrying out a plan would make any request.
#[must_use]
pub fn needs_partner_center(plan: &Plan, state: &crate::domain::State) -> bool {
    let counts = plan.counts();
    let incomplete = |name| match state.orders.get(name) {
        Some(Recorded::Created(bought)) => bought.order.subscription_ids.iter().any(Option::is_none),
        _ => false,
    };
    counts.create + counts.settle > 0 || plan.steps.iter().any(|step| incomplete(&step.name))
}
