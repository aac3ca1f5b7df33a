//! How much may be bought, and whether a plan keeps to it: one row a rule, with its evidence.
//!
//! Whatever a plan may send counts: orders to buy, and attempts to settle, since those may be sent again. [`judge`] asks
//! about all of it together; a [`Budget`](super::Budget) asks again before each send.
//!
//! **Invariant:** what a limit comes to is measured here and nowhere else.

mod usage;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::books::{Books, Sum};
use super::{Action, Block, Plan, Step};
use crate::domain::{
    Allowance, BillingCycle, Bound, Currency, CustomerId, Keeper, LineItem, Measure, OfferId, OrderName,
    OrderSpec, Prices, Recorded, Rule, Rulebook, State, TermDuration, Timestamp, Whose, Window,
    money_written,
};

pub use usage::Usage;

/// A limit that is in force, and what it would come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Which rule.
    pub rule: Rule,
    /// Who keeps it.
    pub keeper: Keeper,
    /// What it allows.
    pub bound: Bound,
    /// What it would come to.
    pub value: Measured,
    /// For whom, where the rule is about each customer; the one nearest to the limit where none goes beyond it.
    pub customer: Option<CustomerId>,
    /// What the manifests call them.
    pub customer_name: Option<String>,
    /// The orders that break it, where it is about each order.
    pub names: Vec<OrderName>,
    /// Whether it goes beyond.
    pub exceeded: bool,
    /// Why it may go beyond, where somebody allowed that for this run.
    pub allowed: Option<String>,
}

/// What a rule comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measured {
    /// So many.
    Amount(u64),
    /// So much, by currency, and orders of unknown price beside it.
    Money {
        /// All that is owed over the terms.
        sums: BTreeMap<Currency, Decimal>,
        /// How many orders nobody can say it of.
        unpriced: u64,
    },
    /// The offers that are not allowed.
    Offers(Vec<OfferId>),
    /// The customers that are not allowed.
    Customers(Vec<CustomerId>),
    /// The longest term; `None` where one is not known, or there is none.
    Term(Option<TermDuration>),
    /// Orders of this run, and how many are usual; `None` where that is not known yet.
    Usual {
        /// Of this run.
        orders: u64,
        /// The median.
        usual: Option<u64>,
    },
    /// Recorded orders.
    Lost {
        /// Those without a manifest.
        lost: u64,
        /// All of them.
        recorded: u64,
    },
}

impl Measured {
    /// Returns it as a number, where it is one.
    #[must_use]
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::Amount(number) => Some(*number),
            Self::Usual { orders, .. } => Some(*orders),
            Self::Lost { lost, .. } => Some(*lost),
            Self::Money { .. } | Self::Offers(_) | Self::Customers(_) | Self::Term(_) => None,
        }
    }

    /// Says whether an amount is more than a bound. An order of unknown price is beyond any bound of money, and so is
    /// anything that costs something in a currency which that does not name.
    fn exceeds(&self, bound: &Bound) -> bool {
        match (self, bound) {
            (Self::Amount(value), Bound::Most(most)) => value > most,
            (Self::Money { sums, unpriced }, Bound::Money(most)) => *unpriced > 0 || is_more(sums, most),
            _ => true,
        }
    }

    /// Says whether it is more than a bound that was raised to what somebody looked at.
    pub(super) fn exceeds_raised(&self, bound: &Bound, raised: &Self) -> bool {
        match (self, bound, raised) {
            (
                Self::Money { sums, unpriced },
                Bound::Money(most),
                Self::Money { sums: looked_at, unpriced: of_them },
            ) => {
                let mut most = most.clone();
                for (currency, amount) in looked_at {
                    let most = most.entry(*currency).or_default();
                    *most = (*most).max(*amount);
                }
                unpriced > of_them || is_more(sums, &most)
            }
            _ => self.number() > raised.number(),
        }
    }

    /// Returns how much of a bound it takes, to tell which of several is nearest to it.
    fn share(&self, bound: &Bound) -> Decimal {
        match (self, bound) {
            (Self::Money { sums, .. }, Bound::Money(most)) => {
                let share =
                    |(currency, amount): (&Currency, &Decimal)| amount.checked_div(*most.get(currency)?);
                sums.iter().filter_map(share).max().unwrap_or_default()
            }
            _ => self.number().unwrap_or_default().into(),
        }
    }

    /// Says whether the price of any order is not known that should be.
    #[must_use]
    pub fn has_unpriced(&self) -> bool {
        matches!(self, Self::Money { unpriced: 1.., .. })
    }

    /// Returns it on one line, for the journal.
    #[must_use]
    pub fn written(&self) -> String {
        match self {
            Self::Amount(number) => number.to_string(),
            Self::Money { sums, unpriced: 0 } => money_written(sums),
            Self::Money { sums, unpriced } => {
                format!("{}, and {unpriced} of unknown price", money_written(sums))
            }
            Self::Offers(offers) => offers.iter().map(OfferId::as_str).collect::<Vec<_>>().join(", "),
            Self::Customers(ids) => ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            Self::Term(term) => term.as_ref().map_or_else(|| "not known".to_owned(), ToString::to_string),
            Self::Usual { orders, usual: Some(usual) } => format!("{orders}, where {usual} are usual"),
            Self::Usual { orders, usual: None } => orders.to_string(),
            Self::Lost { lost, recorded } => format!("{lost} of {recorded}"),
        }
    }
}

impl Limit {
    /// Says whether it forbids the run.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.exceeded && self.allowed.is_none()
    }
}

/// Lists every limit in force with what carrying out the plan at `now` would come to, by these prices. Without pins there
/// is none but those of this program; without prices, nobody knows what any order costs.
#[must_use]
pub fn judge(plan: &Plan, state: &State, prices: Option<&Prices>, now: Option<Timestamp>) -> Vec<Limit> {
    let mut limits: Vec<Limit> =
        plan.limits.iter().filter(|limit| limit.keeper == Keeper::Program).cloned().collect();
    let unpinned = super::Pins::default();
    let pins = plan.pins.as_ref().unwrap_or(&unpinned);
    // What was bought since the plan was made is not bought again.
    let is_there = |step: &Step| matches!(state.orders.get(&step.name), Some(Recorded::Created(_)));
    let sends: Vec<&Step> = plan.steps.iter().filter(|step| step.is_sent() && !is_there(step)).collect();
    let mut books = Books::open(state, prices);
    let costs = prices.map(|prices| plan.costs_by(prices)).unwrap_or_default();
    for step in &sends {
        books.announce(&step.name, &step.sent(), costs.get(&step.name));
    }
    let question = Question { sends: &sends, books: &books, usual: state.usual_run(), now };
    limits.extend(pins.limits.iter().flat_map(|(keeper, rule, bound)| question.ask(keeper, rule, bound)));
    limits.iter_mut().for_each(|limit| limit.allow(&pins.limits, &pins.allowed));
    limits
}

/// Judges whether manifests were lost: of a whole plan, before anything is selected from it. `None` where no order is
/// recorded. What looks like it got another name is not lost, and is told so.
#[must_use]
pub fn manifests_lost(plan: &Plan, state: &State) -> Option<Limit> {
    let renamed: BTreeSet<&OrderName> =
        plan.steps.iter().flat_map(|step| former_names(&step.action)).collect();
    let orphans = plan.steps.iter().filter(|step| matches!(step.action, Action::Orphan { .. }));
    let names: Vec<OrderName> =
        orphans.map(|step| step.name.clone()).filter(|name| !renamed.contains(name)).collect();
    let exists = |recorded: &&Recorded| matches!(recorded, Recorded::Created(_));
    let (lost, recorded) = (names.len() as u64, state.orders.values().filter(exists).count() as u64);
    let value = Measured::Lost { lost, recorded };
    let limit = Limit::new(Keeper::Program, Rule::ManifestsLost, &Bound::Half, value, lost * 2 > recorded);
    (recorded > 0).then_some(Limit { names, ..limit })
}

fn former_names(action: &Action) -> &[OrderName] {
    match action {
        Action::Blocked(Block::LooksRenamed { from, .. }) => from,
        _ => &[],
    }
}

impl Limit {
    fn new(keeper: Keeper, rule: Rule, bound: &Bound, value: Measured, exceeded: bool) -> Self {
        let (bound, names) = (bound.clone(), Vec::new());
        Self {
            rule,
            keeper,
            bound,
            value,
            customer: None,
            customer_name: None,
            names,
            exceeded,
            allowed: None,
        }
    }

    /// Notes that somebody allowed it, where it may be allowed.
    fn allow(&mut self, rules: &Rulebook, allowed: &[Allowance]) {
        let allowance = allowed.iter().find(|allowance| allowance.rule == self.rule);
        let raised = allowance.filter(|_| self.exceeded && rules.may_be_raised(self.keeper, self.rule));
        self.allowed = raised.map(|allowance| allowance.reason.clone());
    }
}

/// What is asked about: sends that are in the books already.
pub(super) struct Question<'a> {
    pub(super) sends: &'a [&'a Step],
    pub(super) books: &'a Books,
    pub(super) usual: Option<u64>,
    pub(super) now: Option<Timestamp>,
}

impl Question<'_> {
    /// Measures one rule: a row, or one a customer that goes beyond it.
    pub(super) fn ask(&self, keeper: Keeper, rule: Rule, bound: &Bound) -> Vec<Limit> {
        // A plan that sends nothing exceeds nothing.
        let sends = !self.sends.is_empty();
        let row = |value, exceeded: bool| Limit::new(keeper, rule, bound, value, exceeded && sends);
        match (rule, bound) {
            (Rule::Amount(Whose::All, measure, window), _) => {
                let value = self.books.sum(None, window, self.now).measured(measure);
                let exceeded = value.exceeds(bound);
                let names = self.unpriced(&value, None);
                vec![Limit { names, ..row(value, exceeded) }]
            }
            (Rule::Amount(Whose::EachCustomer, measure, window), _) => {
                let limit = |(id, name): (CustomerId, Option<&str>)| {
                    let value = self.books.sum(Some(id), window, self.now).measured(measure);
                    let (names, exceeded) = (self.unpriced(&value, Some(id)), value.exceeds(bound));
                    let customer_name = name.map(str::to_owned);
                    Limit { customer: Some(id), customer_name, names, ..row(value, exceeded) }
                };
                let none = || row(Sum::default().measured(measure), false);
                self.each_customer(limit).unwrap_or_else(|| vec![none()])
            }
            (_, Bound::Most(most)) => {
                let orders = self.books.sum(None, Window::Run, self.now).measured(Measure::Orders);
                let orders = orders.number().unwrap_or_default();
                let value = Measured::Usual { orders, usual: self.usual };
                let exceeded = self.usual.is_some_and(|usual| orders > usual.saturating_mul(*most));
                vec![row(value, exceeded)]
            }
            _ => {
                let (value, names) = self.each_order(bound);
                let limit = row(value, !names.is_empty());
                vec![Limit { names, ..limit }]
            }
        }
    }

    /// Returns the orders, of all customers or of one, whose price is not known, where that matters.
    fn unpriced(&self, value: &Measured, whose: Option<CustomerId>) -> Vec<OrderName> {
        if !value.has_unpriced() {
            return Vec::new();
        }
        let own = |step: &&&Step| whose.is_none_or(|customer| customer == step.customer_id);
        let unpriced = self.sends.iter().filter(own).filter(|step| self.books.is_unpriced(&step.name));
        unpriced.map(|step| step.name.clone()).collect()
    }

    /// Returns the rows of customers that go beyond, or else of the one that comes nearest.
    fn each_customer(&self, limit: impl Fn((CustomerId, Option<&str>)) -> Limit) -> Option<Vec<Limit>> {
        let customers: BTreeMap<CustomerId, Option<&str>> =
            self.sends.iter().map(|step| (step.customer_id, step.customer_name.as_deref())).collect();
        let all: Vec<Limit> = customers.into_iter().map(limit).collect();
        let over: Vec<Limit> = all.iter().filter(|limit| limit.exceeded).cloned().collect();
        if !over.is_empty() {
            return Some(over);
        }
        nearest(all).map(|nearest| vec![nearest])
    }

    /// Measures a rule about each order, and names those that break it.
    fn each_order(&self, bound: &Bound) -> (Measured, Vec<OrderName>) {
        let broken_by = |breaks: &dyn Fn(&Step) -> bool| {
            self.sends.iter().filter(|step| breaks(step)).map(|step| step.name.clone()).collect()
        };
        match bound {
            Bound::Offers(_) => {
                let sent: Vec<OrderSpec> = self.sends.iter().map(|step| step.sent()).collect();
                let lines = sent.iter().flat_map(|spec| &spec.line_items);
                let offers = lines.map(|line| &line.offer_id).filter(|offer| !bound.takes_offer(offer));
                let by_id: BTreeMap<String, &OfferId> =
                    offers.map(|offer| (offer.as_str().to_ascii_uppercase(), offer)).collect();
                let value = Measured::Offers(by_id.into_values().cloned().collect());
                let breaks = |step: &Step| {
                    step.sent().line_items.iter().any(|line| !bound.takes_offer(&line.offer_id))
                };
                (value, broken_by(&breaks))
            }
            Bound::Customers(_) => {
                let breaks =
                    |step: &Step| !bound.takes_customer(step.customer_id, step.customer_name.as_deref());
                let customers: BTreeSet<CustomerId> =
                    self.sends.iter().filter(|step| breaks(step)).map(|step| step.customer_id).collect();
                (Measured::Customers(customers.into_iter().collect()), broken_by(&breaks))
            }
            Bound::Term(most) => {
                let most = months(most).unwrap_or(0);
                let breaks =
                    |step: &Step| terms(&step.spec).any(|term| term.is_none_or(|(months, _)| months > most));
                let all: Vec<_> = self.sends.iter().flat_map(|step| terms(&step.spec)).collect();
                let is_known = all.iter().all(Option::is_some);
                let longest = all.into_iter().flatten().max_by_key(|(months, _)| *months);
                let longest = longest.filter(|_| is_known).map(|(_, term)| term.clone());
                (Measured::Term(longest), broken_by(&breaks))
            }
            Bound::Most(_) | Bound::Money(_) | Bound::Half => (Measured::Amount(0), Vec::new()),
        }
    }
}

/// Returns the row that is nearest to its limit, the first of those that are equal.
fn nearest(rows: Vec<Limit>) -> Option<Limit> {
    rows.into_iter().rev().max_by_key(|limit| limit.value.share(&limit.bound))
}

/// Says whether any amount is more than is allowed of its currency, where no word of one allows nothing.
fn is_more(sums: &BTreeMap<Currency, Decimal>, most: &BTreeMap<Currency, Decimal>) -> bool {
    sums.iter().any(|(currency, amount)| *amount > most.get(currency).copied().unwrap_or_default())
}

/// Returns the terms of an order in months, `None` for one that nobody knows: a new-commerce line that leaves it to Partner
/// Center. What is sold once, and what is older than new commerce, has no term that could be long.
fn terms(spec: &OrderSpec) -> impl Iterator<Item = Option<(u64, &TermDuration)>> {
    let has_terms = |line: &LineItem| line.offer_id.as_str().contains(':');
    let sold_once = spec.billing_cycle == Some(BillingCycle::OneTime);
    spec.line_items.iter().flat_map(move |line| {
        let own = line.term_duration.as_ref();
        let unknown = own.is_none() && has_terms(line) && !sold_once;
        let known = own.into_iter().chain(line.renews_to.as_ref());
        let known = known.map(|term| months(term).map(|months| (months, term)));
        known.chain(unknown.then_some(None))
    })
}

/// Returns how many months a term has: `P1M`, `P1Y`, `P3Y`.
fn months(term: &TermDuration) -> Option<u64> {
    let number = |unit: char| {
        let digits = term.as_str().strip_prefix('P')?.strip_suffix(unit)?;
        digits.parse::<u64>().ok().filter(|_| digits.len() <= 4)
    };
    number('M').or_else(|| number('Y').map(|years| years * 12))
}

#[cfg(test)]
mod tests;
