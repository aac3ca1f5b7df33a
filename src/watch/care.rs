//! What a watcher leaves out for now, and when it comes back to it: a pure memory across passes.
//!
//! An order that was refused waits for a change of its manifest, not for time. An error that passes lets its customer
//! rest, each time twice as long. An attempt in doubt is due again when its time has come. Once several orders are in
//! doubt nothing new is bought: something is wrong, and nobody is watching the watcher.
//!
//! **Invariant:** it only ever takes out of a plan. No clock and no chance in it: both come in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::apply::{Ended, Outcome, Skipped, Summary};
use crate::domain::{CustomerId, NotOrdered, OrderName, OrderSpec, Recorded, State};
use crate::plan::{Action, Block, Held, Plan, Step};
use crate::protocol::{Doubt, Obstacle};

/// With so many orders in doubt nothing new is bought.
pub const MOST_IN_DOUBT: usize = 3;

/// How soon an order is looked at again that a limit held back: what counts against it gets older.
const OVER_LIMIT: Duration = Duration::from_secs(60);

/// How long a customer rests after an error that passes, and how long at the most.
const REST_MS: u64 = 2_000;
/// How soon it is come back to what is in doubt at the soonest.
const SHORTEST_WAIT_MS: u64 = 1_000;
const LONGEST_REST_MS: u64 = 600_000;

/// What is remembered. Instants are milliseconds of a clock that never goes back.
#[derive(Debug, Clone, Default)]
pub struct Care {
    /// What was refused, as it was wanted then.
    refused: BTreeMap<OrderName, (OrderSpec, bool)>,
    resting: BTreeMap<CustomerId, Rest>,
    /// When something that is in doubt can be settled.
    due: Option<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    failures: u32,
    until: u64,
}

/// What makes two wishes of one name the same.
fn wish(step: &Step) -> (OrderSpec, bool) {
    (step.spec.clone(), step.allow_duplicate)
}

impl Care {
    /// Takes out of a plan what is to be left alone for now. `nothing_new` is why nothing new is bought at all, where
    /// something outside of the plan says so.
    #[must_use]
    pub fn hold(&self, mut plan: Plan, state: &State, nothing_new: Option<&Held>, now: u64) -> Plan {
        let pending =
            state.orders.values().filter(|recorded| matches!(recorded, Recorded::Pending(_))).count();
        for step in plan.steps.iter_mut().filter(|step| step.is_sent()) {
            let pending_itself = matches!(step.action, Action::Settle { .. });
            let new = || self.why_not_buy(step, pending, nothing_new);
            let why = if pending_itself { None } else { new() };
            if let Some(why) = why.or_else(|| self.rests(step.customer_id, now).then_some(Held::Resting)) {
                step.action = Action::Blocked(Block::Held { pending: pending_itself, why });
            }
        }
        plan
    }

    fn why_not_buy(&self, step: &Step, pending: usize, nothing_new: Option<&Held>) -> Option<Held> {
        if let Some(why) = nothing_new {
            return Some(why.clone());
        }
        if pending >= MOST_IN_DOUBT {
            return Some(Held::ManyInDoubt { orders: pending });
        }
        (self.refused.get(&step.name) == Some(&wish(step))).then_some(Held::Refused)
    }

    fn rests(&self, customer: CustomerId, now: u64) -> bool {
        self.resting.get(&customer).is_some_and(|rest| now < rest.until)
    }

    /// Learns from a pass. `settle_after` is how old a send in doubt must be to be settled; `chance` is any byte.
    pub fn learn(
        &mut self,
        plan: &Plan,
        summary: &Summary,
        settle_after: Duration,
        now: u64,
        chance: &mut dyn FnMut() -> u8,
    ) {
        self.due = None;
        let wanted: BTreeMap<&OrderName, &Step> = plan.steps.iter().map(|step| (&step.name, step)).collect();
        let mut failed = Vec::new();
        for ended in &summary.ended {
            match lesson(ended) {
                Lesson::Well => {
                    self.refused.remove(&ended.name);
                    self.resting.remove(&ended.customer_id);
                }
                Lesson::Refused => {
                    self.refused.extend(wanted.get(&ended.name).map(|step| (ended.name.clone(), wish(step))));
                }
                Lesson::Passes => failed.push(ended.customer_id),
                Lesson::DueIn(wait) => self.come_back(wait.unwrap_or(settle_after), now),
                Lesson::Nothing => {}
            }
        }
        failed.sort_unstable();
        failed.dedup();
        for customer in failed {
            self.let_rest(customer, now, chance());
        }
        self.refused.retain(|name, _| wanted.contains_key(name));
    }

    /// Comes back after so long, and never at once: the server's clock, by which it is decided, shows whole seconds.
    fn come_back(&mut self, wait: Duration, now: u64) {
        let wait = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX).max(SHORTEST_WAIT_MS);
        let at = now.saturating_add(wait);
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    /// Lets a customer rest: twice as long as the last time, spread so that a crowd does not come back as one.
    fn let_rest(&mut self, customer: CustomerId, now: u64, chance: u8) {
        let rest = self.resting.entry(customer).or_insert(Rest { failures: 0, until: 0 });
        let doubled = REST_MS.saturating_mul(1 << rest.failures.min(20)).min(LONGEST_REST_MS);
        rest.failures += 1;
        rest.until = now + doubled / 2 + doubled * u64::from(chance) / 510;
    }

    /// Returns after how long there is something to come back to although nothing changes.
    #[must_use]
    pub fn again(&self, now: u64) -> Option<Duration> {
        let rests = self.resting.values().map(|rest| rest.until).filter(|until| *until > now);
        let next = rests.chain(self.due.map(|due| due.max(now + 1))).min()?;
        Some(Duration::from_millis(next - now))
    }

    /// Forgets everything: somebody says that things are different now.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

/// What the end of an order teaches.
enum Lesson {
    /// That it can be done.
    Well,
    /// That it is refused as it is wanted.
    Refused,
    /// That something is wrong with its customer, or with everything, which passes.
    Passes,
    /// That it is to be looked at again after so long; `None`: after what a send in doubt needs.
    DueIn(Option<Duration>),
    /// Nothing: a person has to act, or somebody else's order stands in its way.
    Nothing,
}

/// Says whether an order is not tried again as it is wanted, unless somebody asks for it.
pub(super) fn is_final(ended: &Ended) -> bool {
    matches!(lesson(ended), Lesson::Refused)
}

fn lesson(ended: &Ended) -> Lesson {
    match &ended.outcome {
        Outcome::Created { .. } | Outcome::Renamed { .. } => Lesson::Well,
        // It says nothing about the order: the sign-in was not accepted.
        Outcome::NotOrdered(NotOrdered::Refused(error)) if error.status == 401 => Lesson::Passes,
        Outcome::NotOrdered(NotOrdered::Refused(_) | NotOrdered::ListedNowhere(_) | NotOrdered::Person) => {
            Lesson::Refused
        }
        Outcome::NotOrdered(NotOrdered::NotNow(_)) => Lesson::Passes,
        Outcome::InDoubt(doubt) => match doubt {
            Doubt::Unanswered { .. } => Lesson::DueIn(None),
            Doubt::TooYoung { wait } => Lesson::DueIn(Some(*wait)),
            Doubt::Unlisted { .. } => Lesson::Passes,
            Doubt::Candidates(_) | Doubt::Strict | Doubt::NoSendsLeft => Lesson::Nothing,
        },
        Outcome::Stopped(obstacle) => match obstacle {
            // Only a person can say, by adopting it or in the manifest.
            Obstacle::AlreadyBought(_) | Obstacle::LostState(_) => Lesson::Refused,
            Obstacle::RebuiltLately { wait } => Lesson::DueIn(Some(*wait)),
            Obstacle::Unlisted { .. } | Obstacle::Unaudited { .. } => Lesson::Passes,
        },
        Outcome::NotAttempted(Skipped::SignIn(_) | Skipped::NoRoom(_) | Skipped::Held(_)) => Lesson::Passes,
        Outcome::NotAttempted(Skipped::Paused { left }) => Lesson::DueIn(Some(*left)),
        Outcome::NotAttempted(Skipped::OverLimit(_)) => Lesson::DueIn(Some(OVER_LIMIT)),
        // A run that was interrupted is made again soon, and a doubt that stands in the way has its own time.
        Outcome::NotAttempted(Skipped::Interrupted | Skipped::CustomerInDoubt(_)) => Lesson::Nothing,
        Outcome::Blocked(_) => Lesson::Nothing,
    }
}

#[cfg(test)]
mod tests;
