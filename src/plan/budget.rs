//! What a run may still send: asked before each send is announced, the first as well as any other.
//!
//! The plan was held against the same limits as a whole. This holds what really leaves against them, with the journal and
//! the server's clock as they are by then.
//!
//! **Invariant:** what was admitted, together with all that was bought before, is within every limit that was not raised;
//! a repeated send of what was admitted counts once.

use super::books::Books;
use super::limits::Question;
use super::{Block, Costs, Holding, Limit, Measured, Plan, Step};
use crate::domain::{Bound, Keeper, Prices, Rule, State, Timestamp};

/// What a run may still send. By default, everything.
#[derive(Debug, Clone, Default)]
pub struct Budget {
    ceilings: Vec<Ceiling>,
    books: Books,
    usual: Option<u64>,
    raised: Vec<Limit>,
    costs: Costs,
    holding: Holding,
}

/// One limit, and how far it was raised.
#[derive(Debug, Clone)]
struct Ceiling {
    keeper: Keeper,
    rule: Rule,
    bound: Bound,
    /// What it was raised to: for one customer or several, where it is about each.
    raised: Vec<Measured>,
}

impl Budget {
    /// Opens the books of a state for a run that carries out a plan. `limits` is what [`judge`](super::judge) said of it:
    /// what is allowed there is raised to what it comes to, and no further. An order without a price in `prices` is one of
    /// unknown price.
    #[must_use]
    pub fn new(plan: &Plan, state: &State, prices: Option<&Prices>, limits: &[Limit]) -> Self {
        let raised: Vec<Limit> = limits.iter().filter(|limit| limit.allowed.is_some()).cloned().collect();
        let raised_to = |keeper, rule| {
            let own = raised.iter().filter(|limit| (limit.keeper, limit.rule) == (keeper, rule));
            own.map(|limit| limit.value.clone()).collect()
        };
        let rules = plan.pins.iter().flat_map(|pins| pins.limits.iter());
        let ceilings = rules.map(|(keeper, rule, bound)| Ceiling {
            keeper,
            rule,
            bound: bound.clone(),
            raised: raised_to(keeper, rule),
        });
        let ceilings = ceilings.collect();
        let costs = prices.map(|prices| plan.costs_by(prices)).unwrap_or_default();
        let holding = plan.pins.as_ref().map(|pins| pins.holding.clone()).unwrap_or_default();
        Self { ceilings, books: Books::open(state, prices), usual: state.usual_run(), raised, costs, holding }
    }

    /// Returns what holds a send back, whatever the limits leave: a freeze, or that it is outside of all windows; `now` is
    /// the server's time.
    #[must_use]
    pub fn holds(&self, step: &Step, now: Option<Timestamp>) -> Option<Block> {
        self.holding.holds(&step.name, now)
    }

    /// Returns the limits that somebody allowed this run to go beyond.
    pub fn raised(&self) -> impl Iterator<Item = &Limit> {
        self.raised.iter()
    }

    /// Admits a send, and counts it; `now` is the server's time.
    ///
    /// # Errors
    /// The first limit that it would go beyond. It is not counted then.
    pub fn admit(&mut self, step: &Step, now: Option<Timestamp>) -> Result<(), Box<Limit>> {
        let is_new = self.books.announce(&step.name, &step.sent(), self.costs.get(&step.name));
        let question = Question { sends: &[step], books: &self.books, usual: self.usual, now };
        let over = self.ceilings.iter().find_map(|ceiling| ceiling.forbids(&question));
        match over {
            None => Ok(()),
            Some(limit) => {
                if is_new {
                    self.books.withdraw(&step.name);
                }
                Err(Box::new(limit))
            }
        }
    }
}

impl Ceiling {
    fn forbids(&self, question: &Question<'_>) -> Option<Limit> {
        let asked = question.ask(self.keeper, self.rule, &self.bound).into_iter();
        asked
            .filter(|limit| limit.exceeded)
            .find(|limit| self.raised.iter().all(|raised| limit.value.exceeds_raised(&self.bound, raised)))
    }
}
