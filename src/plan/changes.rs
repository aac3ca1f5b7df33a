//! What has changed since a plan was reviewed, order by order and around them.
//!
//! A saved plan is carried out only where the plan that is made now is the same, digest and all. Where it is not, this
//! says why, and which of its orders still stand exactly as they were reviewed.
//!
//! **Invariant:** what is said to stand has the same step, the same request id, the same generation and the same bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::{Action, Cost, Difference, Pinned, PinnedPrices, Pins, Plan, Scope, Step, differences};
use crate::domain::{EndpointId, Lineage, OrderName, Recorded, State, Timestamp};

/// How far the clock of the machine that applies a plan may be behind that of the machine that made it.
const CLOCKS_DIFFER_MS: i64 = 3_600_000;

/// A plan that was saved to be reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The plan, with its pins.
    pub plan: Plan,
    /// When it was made, by the clock of the machine that made it.
    pub created: Timestamp,
    /// When it ends to be good.
    pub expires: Timestamp,
}

impl Saved {
    /// Says whether it is good at that time. One from the future is not: then a clock is wrong.
    #[must_use]
    pub fn is_good_at(&self, now: Timestamp) -> bool {
        now < self.expires && now.unix_ms().saturating_add(CLOCKS_DIFFER_MS) >= self.created.unix_ms()
    }
}

/// What a saved plan is held against.
#[derive(Debug)]
pub struct Present<'a> {
    /// The plan that is made now, with its pins.
    pub plan: &'a Plan,
    /// What is recorded now.
    pub state: &'a State,
    /// What came into the journal in between.
    pub since: Since,
    /// The time.
    pub now: Timestamp,
}

/// What came into the journal after a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Since {
    /// The hash of that record's line; `None` where there is no such line.
    pub head: Option<String>,
    /// The names that the records after it are about.
    pub names: BTreeSet<OrderName>,
}

/// What has changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Orders that are not as they were reviewed, by name.
    pub orders: Vec<OrderChange>,
    /// What changed around them.
    pub around: Vec<Around>,
    /// Orders that were to be bought, settled or renamed, and still are exactly as they were reviewed, by name.
    pub standing: Vec<OrderName>,
    /// How many were to be bought, settled or renamed.
    pub reviewed: usize,
}

/// An order that is not as it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderChange {
    /// Its name.
    pub name: OrderName,
    /// What happened to it.
    pub happened: Happened,
}

/// What happened to an order since it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// It was not in the plan.
    Added {
        /// What is to be done about it now.
        is: Action,
    },
    /// Neither manifests nor state know of it any more.
    Gone {
        /// What was to be done about it.
        was: Action,
    },
    /// Something else is wanted, or something else is to be done.
    Changed {
        /// What was to be done about it.
        was: Action,
        /// What is to be done about it now.
        is: Action,
        /// What differs: as reviewed (`recorded`), and now (`desired`).
        differences: Vec<Difference>,
    },
    /// It was done, just as it was reviewed.
    Done,
    /// It was begun, just as it was reviewed, and the attempt has no answer yet.
    Begun,
}

/// What changed around the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Around {
    /// The state is of another history.
    Lineage {
        /// As reviewed.
        was: Lineage,
        /// Now.
        is: Lineage,
    },
    /// The journal is not where it was.
    Journal {
        /// The serial as reviewed.
        was: u64,
        /// The serial now.
        is: u64,
        /// Whether what was there then still is, and the rest came after it.
        is_continued: bool,
        /// The names that were recorded in between.
        names: BTreeSet<OrderName>,
    },
    /// Orders would be bought somewhere else.
    Place {
        /// As reviewed.
        was: Option<EndpointId>,
        /// Now.
        is: Option<EndpointId>,
    },
    /// It is about other orders.
    Scope {
        /// As reviewed.
        was: Box<Scope>,
        /// Now.
        is: Box<Scope>,
    },
    /// It was made by another version of this program.
    Tool {
        /// As reviewed.
        was: String,
        /// Now.
        is: String,
    },
    /// The limits are others.
    Limits(Vec<Difference>),
    /// Attempts in doubt are settled in another way.
    Recovery(Vec<Difference>),
    /// Costs are worked out by another price list, or in another currency.
    Prices {
        /// As reviewed; `None` without prices.
        was: Option<PinnedPrices>,
        /// Now.
        is: Option<PinnedPrices>,
    },
    /// The manifests say something else, in a way that no order shows.
    Manifests,
    /// Its time is over, or has not come.
    Expired {
        /// When it was made.
        created: Timestamp,
        /// When it ended to be good.
        expires: Timestamp,
        /// The time.
        now: Timestamp,
    },
}

impl Around {
    /// Says whether orders can stand as reviewed all the same.
    #[must_use]
    pub fn lets_orders_stand(&self) -> bool {
        match self {
            Self::Journal { is_continued, .. } => *is_continued,
            // Limits of now are kept to; and an order whose cost is another does not stand.
            Self::Limits(_) | Self::Manifests | Self::Prices { .. } => true,
            Self::Lineage { .. }
            | Self::Place { .. }
            | Self::Scope { .. }
            | Self::Tool { .. }
            | Self::Recovery(_)
            | Self::Expired { .. } => false,
        }
    }
}

impl Changes {
    /// Says whether nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty() && self.around.is_empty()
    }

    /// Says whether all that was to be done was done, as it was reviewed.
    #[must_use]
    pub fn is_applied(&self) -> bool {
        let done = self.orders.iter().filter(|order| order.happened == Happened::Done).count();
        self.reviewed > 0 && done == self.reviewed
    }

    /// Says whether the orders that still stand may be carried out without the others.
    #[must_use]
    pub fn leave_a_rest(&self) -> bool {
        !self.standing.is_empty() && self.around.iter().all(Around::lets_orders_stand)
    }
}

/// Compares a plan as it was reviewed with what there is now.
#[must_use]
pub fn changes(saved: &Saved, present: &Present<'_>) -> Changes {
    let unpinned = Pins::default();
    let sides = [&saved.plan, present.plan].map(|plan| Side::new(plan, &unpinned));
    let [was, is] = &sides;
    let mut found = Changes::default();
    let names: BTreeSet<&OrderName> = was.steps.keys().chain(is.steps.keys()).copied().collect();
    for name in names {
        let (before, after) = (was.steps.get(name), is.steps.get(name));
        let acts = before.is_some_and(|step| step.acts());
        found.reviewed += usize::from(acts);
        let happened = match (before, after) {
            (Some(before), Some(after)) => compare(before, after, was, is, present.state),
            (None, Some(after)) => Some(Happened::Added { is: after.action.clone() }),
            (Some(before), None) => Some(Happened::Gone { was: before.action.clone() }),
            (None, None) => None,
        };
        if acts && matches!(happened, None | Some(Happened::Begun)) {
            found.standing.push(name.clone());
        }
        found.orders.extend(happened.map(|happened| OrderChange { name: name.clone(), happened }));
    }
    found.around = around(saved, present, was.pins, is.pins);
    let explained = !found.orders.is_empty()
        || found.around.iter().any(|one| matches!(one, Around::Limits(_) | Around::Recovery(_)));
    if was.pins.manifests != is.pins.manifests && !explained {
        found.around.push(Around::Manifests);
    }
    found
}

/// One of the plans, indexed.
struct Side<'a> {
    plan: &'a Plan,
    steps: BTreeMap<&'a OrderName, &'a Step>,
    pins: &'a Pins,
}

impl<'a> Side<'a> {
    fn new(plan: &'a Plan, unpinned: &'a Pins) -> Self {
        let steps = plan.steps.iter().map(|step| (&step.name, step)).collect();
        Self { plan, steps, pins: plan.pins.as_ref().unwrap_or(unpinned) }
    }
}

fn compare(before: &Step, after: &Step, was: &Side<'_>, is: &Side<'_>, state: &State) -> Option<Happened> {
    let [pinned, pinned_now] = [was, is].map(|side| side.pins.sends.get(&before.name));
    let costs = [was, is].map(|side| side.plan.cost(&before.name));
    let costs_the_same = costs[0] == costs[1];
    if before == after && pinned == pinned_now && costs_the_same {
        return None;
    }
    // Which availabilities are sent shows in the pins; what was sent is not chosen any more.
    let (action, offers) = (before.action.clone(), before.offers.clone());
    let wants_the_same = Step { action, offers, ..after.clone() } == *before;
    let kept = matches!(after.action, Action::Keep { .. });
    let done = match (&before.action, state.orders.get(&before.name)) {
        (Action::Rename { order_id, .. }, Some(Recorded::Created(bought))) => {
            bought.order.order_id == *order_id
        }
        (_, Some(Recorded::Created(bought))) => {
            pinned.is_some_and(|pinned| bought.request_id == Some(pinned.request_id))
        }
        _ => false,
    };
    if done && kept && wants_the_same {
        return Some(Happened::Done);
    }
    let begun = matches!((&before.action, &after.action), (Action::Create, Action::Settle { .. }));
    if begun && pinned.is_some() && pinned == pinned_now && wants_the_same && costs_the_same {
        return Some(Happened::Begun);
    }
    let (was, is) = (before.action.clone(), after.action.clone());
    let mut differences = differences_of(before, after, pinned.zip(pinned_now));
    // What is not sent any more costs nothing any more; the action says that.
    if after.is_sent() {
        differences.extend(differing([("cost", costs[0].map(cost_of), costs[1].map(cost_of))]));
    }
    Some(Happened::Changed { was, is, differences })
}

/// Returns what an order comes to, in one short text.
fn cost_of(cost: &Cost) -> String {
    match cost {
        Cost::Known(price) => price.sum().committed().to_string(),
        Cost::Unknown(gaps) => {
            let whys: BTreeSet<&str> = gaps.iter().map(|gap| gap.why.word()).collect();
            format!("unknown ({})", whys.into_iter().collect::<Vec<_>>().join(", "))
        }
    }
}

/// Lists what differs between two steps of one name: what is wanted, and else what would be sent for it.
fn differences_of(before: &Step, after: &Step, sends: Option<(&Pinned, &Pinned)>) -> Vec<Difference> {
    let mut found = differences(&before.spec, &after.spec);
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string());
    let duplicate = |step: &Step| step.allow_duplicate.then(|| "true".to_owned());
    found.extend(differing([
        ("metadata.allowDuplicate", duplicate(before), duplicate(after)),
        ("metadata.autoRenewEnabled", flag(before.auto_renew), flag(after.auto_renew)),
        ("spec.customer", before.customer_name.clone(), after.customer_name.clone()),
    ]));
    let lines: BTreeSet<&usize> = before.offers.keys().chain(after.offers.keys()).collect();
    let chosen = |step: &Step, line: usize| step.offers.get(&line).map(ToString::to_string);
    for line in lines {
        let field = format!("spec.lineItems[{line}].offerId");
        found.extend(differing([(field.as_str(), chosen(before, *line), chosen(after, *line))]));
    }
    let Some((was, is)) = sends.filter(|_| found.is_empty()) else { return found };
    differing([
        ("generation", Some(was.generation.0.to_string()), Some(is.generation.0.to_string())),
        ("body", Some(was.body.clone()), Some(is.body.clone())),
        ("requestId", Some(was.request_id.to_string()), Some(is.request_id.to_string())),
    ])
}

fn around(saved: &Saved, present: &Present<'_>, was: &Pins, is: &Pins) -> Vec<Around> {
    let (before, after) = (&saved.plan, present.plan);
    let mut found = Vec::new();
    if before.lineage != after.lineage {
        found.push(Around::Lineage { was: before.lineage, is: after.lineage });
    } else if (before.serial, &was.head) != (after.serial, &is.head) {
        found.push(Around::Journal {
            was: before.serial,
            is: after.serial,
            is_continued: present.since.head.as_ref() == Some(&was.head),
            names: present.since.names.clone(),
        });
    }
    if was.place != is.place {
        found.push(Around::Place { was: was.place.clone(), is: is.place.clone() });
    }
    if !was.scope.asks_for_the_same_as(&is.scope) {
        found.push(Around::Scope { was: Box::new(was.scope.clone()), is: Box::new(is.scope.clone()) });
    }
    if was.tool != is.tool {
        found.push(Around::Tool { was: was.tool.clone(), is: is.tool.clone() });
    }
    let limits = settings::limits(was, is);
    if !limits.is_empty() {
        found.push(Around::Limits(limits));
    }
    let recovery = settings::recovery(&was.recovery, &is.recovery);
    if !recovery.is_empty() {
        found.push(Around::Recovery(recovery));
    }
    if was.prices != is.prices {
        found.push(Around::Prices { was: was.prices.clone(), is: is.prices.clone() });
    }
    if !saved.is_good_at(present.now) {
        let (created, expires, now) = (saved.created, saved.expires, present.now);
        found.push(Around::Expired { created, expires, now });
    }
    found
}

fn differing<'f>(
    values: impl IntoIterator<Item = (&'f str, Option<String>, Option<String>)>,
) -> Vec<Difference> {
    let differ = values.into_iter().filter(|(_, was, is)| was != is);
    differ
        .map(|(field, recorded, desired)| Difference { field: field.to_owned(), recorded, desired })
        .collect()
}

mod settings;
#[cfg(test)]
mod tests;
