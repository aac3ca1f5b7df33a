//! One customer's orders, one after the other.

use std::collections::{BTreeMap, VecDeque};

use super::event::{Ended, Outcome};
use crate::domain::{CustomerId, Listing, Moment, OrderName, RecordKind, Recorded, RequestId, State};
use crate::plan::{Action, Plan, Sending, Step};
use crate::ports::Turn;
use crate::protocol::{Event as Input, Machine, Rules, Wanted};

/// How long a list serves a lane: a long run looks again, for what others have bought since.
const LISTING_LASTS_MS: u64 = 15 * 60_000;

/// A customer's orders that are to be done something about.
#[derive(Debug)]
pub(super) struct Lane {
    /// Whose.
    pub(super) customer_id: CustomerId,
    /// What is still to come: attempts to settle first, then orders to buy.
    pub(super) queue: VecDeque<Step>,
    /// What is under way.
    pub(super) current: Option<Job>,
    /// The customer's orders as listed once in this run.
    pub(super) listing: Option<Listing>,
    /// The order in doubt that stops all others.
    pub(super) in_doubt: Option<OrderName>,
}

/// An order under way.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) step: Step,
    pub(super) machine: Machine,
    /// Its turn to send, from before the announcement until the order leaves.
    pub(super) turn: Option<Turn>,
    /// What it will announce once it has its turn.
    pub(super) put_by: Vec<RecordKind>,
    /// Whether an order of it has left in this run.
    pub(super) has_left: bool,
}

impl Lane {
    /// Returns the event that answers a wish for the customer's list, where it was listed not long ago.
    pub(super) fn listed_lately(&self, now: &Moment, state: &State) -> Option<Input> {
        let at = &self.listing.as_ref()?.at;
        let lately = at.boot_id == now.boot_id && now.boot_ms.saturating_sub(at.boot_ms) < LISTING_LASTS_MS;
        self.listed(state).filter(|_| lately)
    }

    /// Returns the event that answers a wish for the customer's list, as far as it was listed already.
    pub(super) fn listed(&self, state: &State) -> Option<Input> {
        let listing = self.listing.as_ref()?;
        let unclaimed = listing.orders.iter().filter(|order| state.name_of(&order.id).is_none());
        Some(Input::Listed {
            at: listing.at.clone(),
            order_ids: listing.orders.iter().map(|order| order.id.clone()).collect(),
            unclaimed: unclaimed.cloned().collect(),
        })
    }
}

impl Job {
    /// Makes a step ready to go.
    pub(super) fn new(step: Step, state: &State, body: String, plan: &str, rules: Rules) -> Self {
        let Sending { request_id, generation, body } = Sending::of(&step.name, state, body);
        let wanted = Wanted {
            name: step.name.clone(),
            spec: step.spec.clone(),
            allow_duplicate: step.allow_duplicate,
            body,
            generation,
            request_id,
            plan: plan.to_owned(),
            rebuilt: state.rebuilt.clone(),
            dropped: state.dropped.clone(),
        };
        let machine = match state.orders.get(&step.name) {
            Some(Recorded::Pending(attempt)) => Machine::settle(wanted, (**attempt).clone(), rules),
            _ => Machine::buy(wanted, rules),
        };
        Self { step, machine, turn: None, put_by: Vec::new(), has_left: false }
    }

    /// Returns what is shown of how it ended.
    pub(super) fn ended(&self, outcome: Outcome) -> Ended {
        let request_id = self.machine.attempt().map(|attempt| attempt.request_id);
        ended(&self.step, request_id, outcome)
    }
}

/// Returns what is shown of how a step ended.
pub(super) fn ended(step: &Step, request_id: Option<RequestId>, outcome: Outcome) -> Ended {
    Ended {
        name: step.name.clone(),
        customer_id: step.customer_id,
        customer_name: step.customer_name.clone(),
        seats: step.spec.seats(),
        auto_renew: step.auto_renew,
        request_id,
        cancel_until: None,
        outcome,
    }
}

/// Sorts a plan's work into lanes, in the order in which customers first appear.
pub(super) fn lanes(plan: &Plan, state: &State) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut by_customer: BTreeMap<CustomerId, usize> = BTreeMap::new();
    for step in &plan.steps {
        let settles = match step.action {
            Action::Settle { .. } => true,
            Action::Create => false,
            _ => continue,
        };
        let index = *by_customer.entry(step.customer_id).or_insert_with(|| {
            let (customer_id, queue) = (step.customer_id, VecDeque::new());
            lanes.push(Lane { customer_id, queue, current: None, listing: None, in_doubt: None });
            lanes.len() - 1
        });
        match settles {
            true => lanes[index].queue.push_front(step.clone()),
            false => lanes[index].queue.push_back(step.clone()),
        }
    }
    // A pending attempt that this run will not settle is in doubt all the same.
    for (name, recorded) in &state.orders {
        let Recorded::Pending(attempt) = recorded else { continue };
        let Some(index) = by_customer.get(&attempt.spec.customer_id) else { continue };
        let settled_here = |step: &Step| step.name == *name && matches!(step.action, Action::Settle { .. });
        if !lanes[*index].queue.iter().any(settled_here) {
            lanes[*index].in_doubt = Some(name.clone());
        }
    }
    lanes
}
