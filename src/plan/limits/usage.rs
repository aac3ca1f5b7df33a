//! What is used of the limits: what was bought, and what is in doubt, whatever a plan may still send.
//!
//! **Invariant:** it is made once of a state and can be asked at any instant: what was bought gets older, and nothing else
//! of it changes. It exceeds nothing: that is for [`judge`](super::judge) to say.

use std::collections::BTreeMap;

use super::{Books, Limit, Question, nearest};
use crate::domain::{
    Bound, CustomerId, Keeper, Measure, Prices, Rule, Rulebook, State, Timestamp, Whose, Window,
};
use crate::plan::Plan;

/// What counts against the limits before anything is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    books: Books,
    rules: Rulebook,
    usual: Option<u64>,
    /// The limits of this program, which do not depend on the time.
    own: Vec<Limit>,
    /// What the plan calls customers.
    names: BTreeMap<CustomerId, String>,
}

impl Usage {
    /// Counts what a state has, by the limits of a plan. Without prices, nobody knows what any of it costs.
    #[must_use]
    pub fn of(plan: &Plan, state: &State, prices: Option<&Prices>) -> Self {
        let mut names = BTreeMap::new();
        for step in &plan.steps {
            if let Some(name) = &step.customer_name {
                names.entry(step.customer_id).or_insert_with(|| name.clone());
            }
        }
        Self {
            books: Books::open(state, prices),
            rules: plan.pins.as_ref().map(|pins| pins.limits.clone()).unwrap_or_default(),
            usual: state.usual_run(),
            own: plan.limits.iter().filter(|limit| limit.keeper == Keeper::Program).cloned().collect(),
            names,
        }
    }

    /// Lists every limit in force with what is used of it at `now`; of one about each customer, by the customer that is
    /// nearest to it.
    #[must_use]
    pub fn at(&self, now: Timestamp) -> Vec<Limit> {
        let question = Question { sends: &[], books: &self.books, usual: self.usual, now: Some(now) };
        let ask = |(keeper, rule, bound): (Keeper, Rule, &Bound)| match rule {
            Rule::Amount(Whose::EachCustomer, measure, window @ (Window::Hour | Window::Day)) => {
                let of = |id| self.of_customer(id, (measure, window), now);
                let rows = self.books.customers().into_iter().map(|id| Limit {
                    customer: Some(id),
                    customer_name: self.names.get(&id).cloned(),
                    ..Limit::new(keeper, rule, bound, of(id), false)
                });
                let nearest = nearest(rows.collect()).map(|nearest| vec![nearest]);
                nearest.unwrap_or_else(|| question.ask(keeper, rule, bound))
            }
            _ => question.ask(keeper, rule, bound),
        };
        self.own.iter().cloned().chain(self.rules.iter().flat_map(ask)).collect()
    }

    fn of_customer(
        &self,
        id: CustomerId,
        (measure, window): (Measure, Window),
        now: Timestamp,
    ) -> super::Measured {
        self.books.sum(Some(id), window, Some(now)).measured(measure)
    }
}
