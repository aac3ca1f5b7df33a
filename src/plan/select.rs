//! Which orders a plan is about: everything is planned, and then what is outside is left out.
//!
//! Because everything is planned first, renamings, doubles and orders without a manifest are judged on the whole: an
//! order is no other for being selected. What is outside is no step of the plan, so nothing can be done about it.
//!
//! **Invariant:** a selection only takes steps away; those that stay are what they were.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::Encoder;
use super::expression::{Expression, Subject, Term};
use super::{Action, Plan, Step};
use crate::domain::{CustomerId, DesiredOrder, OrderName};

/// Which orders are selected; all of them by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// What orders have to be, one of these; without any, all orders are selected.
    pub only: BTreeSet<Expression>,
    /// What no order may be, none of these; goes before `only`.
    pub except: BTreeSet<Expression>,
    /// What else they have to be: changed.
    pub changed: Option<Changed>,
}

/// Orders that are wanted otherwise than at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The full id of the commit.
    pub commit: String,
    /// The names of what was added, changed or removed since.
    pub names: BTreeSet<OrderName>,
}

/// What a selection leaves out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outside {
    /// How many orders.
    pub orders: usize,
    /// Those of them with an attempt in doubt that keeps selected orders of their customer from being bought.
    pub in_doubt: Vec<OrderName>,
}

/// An expression that is about nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched<'a> {
    /// The expression.
    pub expression: &'a Expression,
    /// Whether it says what is left out.
    pub is_except: bool,
    /// The term that nothing fits; `None` where something fits each, and nothing all.
    pub term: Option<&'a Term>,
}

impl Selection {
    /// Says whether every order is selected, whatever there is.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Lists the expressions that no order of the plan fits, and those with a part that none does, so that a misspelling
    /// never selects too much: not behind `!=` either.
    #[must_use]
    pub fn unmatched(&self, plan: &Plan, desired: &[DesiredOrder]) -> Vec<Unmatched<'_>> {
        let known = Known::new(desired);
        let expressions =
            self.only.iter().map(|one| (one, false)).chain(self.except.iter().map(|one| (one, true)));
        let missing = expressions.filter_map(|(expression, is_except)| {
            let fits =
                |fits: &dyn Fn(&Subject<'_>) -> bool| plan.steps.iter().any(|step| known.subject(step, fits));
            let term = expression.terms().find(|term| !fits(&|subject| term.finds(subject)));
            let matched = term.is_none() && fits(&|subject| expression.fits(subject));
            (!matched).then_some(Unmatched { expression, is_except, term })
        });
        missing.collect()
    }

    /// Leaves out of a plan what is not selected.
    #[must_use]
    pub fn reduce(&self, plan: Plan, desired: &[DesiredOrder]) -> (Plan, Outside) {
        if self.is_everything() {
            return (plan, Outside::default());
        }
        let known = Known::new(desired);
        let (inside, outside): (Vec<Step>, Vec<Step>) =
            plan.steps.into_iter().partition(|step| known.subject(step, &|subject| self.selects(subject)));
        let sent: BTreeSet<CustomerId> =
            inside.iter().filter(|step| step.is_sent()).map(|step| step.customer_id).collect();
        let in_doubt = outside.iter().filter(|step| is_in_doubt(step) && sent.contains(&step.customer_id));
        let in_doubt = in_doubt.map(|step| step.name.clone()).collect();
        let outside = Outside { orders: outside.len(), in_doubt };
        let kept: BTreeSet<&OrderName> = inside.iter().map(|step| &step.name).collect();
        let costs =
            plan.costs.map(|costs| costs.into_iter().filter(|(name, _)| kept.contains(name)).collect());
        (Plan { costs, steps: inside, ..plan }, outside)
    }

    fn selects(&self, subject: &Subject<'_>) -> bool {
        let any = |expressions: &BTreeSet<Expression>| expressions.iter().any(|one| one.fits(subject));
        !any(&self.except)
            && (self.only.is_empty() || any(&self.only))
            && self.changed.as_ref().is_none_or(|changed| changed.names.contains(subject.name))
    }
}

fn is_in_doubt(step: &Step) -> bool {
    match &step.action {
        Action::Settle { .. } => true,
        Action::Blocked(block) => block.is_in_doubt(),
        _ => false,
    }
}

/// What manifests say of orders beside what they want.
struct Known<'a> {
    labels: BTreeMap<&'a OrderName, &'a BTreeMap<String, String>>,
    customers: BTreeMap<CustomerId, BTreeSet<&'a str>>,
}

impl<'a> Known<'a> {
    fn new(desired: &'a [DesiredOrder]) -> Self {
        let mut customers: BTreeMap<CustomerId, BTreeSet<&str>> = BTreeMap::new();
        for order in desired {
            customers.entry(order.spec.customer_id).or_default().extend(order.customer_name.as_deref());
        }
        Self { labels: desired.iter().map(|order| (&order.name, &order.labels)).collect(), customers }
    }

    /// Holds a step against something. A tenant has every name that an order gives it, also for what is only recorded;
    /// what has no manifest has no labels.
    fn subject(&self, step: &Step, fits: &dyn Fn(&Subject<'_>) -> bool) -> bool {
        let (no_names, no_labels) = (BTreeSet::new(), BTreeMap::new());
        fits(&Subject {
            name: &step.name,
            customer_id: step.customer_id,
            customer_names: self.customers.get(&step.customer_id).unwrap_or(&no_names),
            labels: self.labels.get(&step.name).copied().unwrap_or(&no_labels),
        })
    }
}

/// Lists the names of orders that are wanted otherwise than they were: added, changed or removed. What bears on buying
/// counts; labels, comments and places do not.
#[must_use]
pub fn changed(now: &[DesiredOrder], then: &[DesiredOrder]) -> BTreeSet<OrderName> {
    let value = |order: &'_ DesiredOrder| {
        let DesiredOrder {
            name: _,
            spec,
            customer_name: _,
            formerly,
            allow_duplicate,
            auto_renew,
            labels: _,
            place: _,
        } = order.clone();
        (spec, formerly, allow_duplicate, auto_renew)
    };
    let [now, then] = [now, then].map(super::by_name);
    let names = now.keys().chain(then.keys()).copied();
    let differs = |name: &&OrderName| {
        now.get(name).map(|order| value(order)) != then.get(name).map(|order| value(order))
    };
    names.filter(differs).cloned().collect()
}

impl Encoder {
    /// Takes a selection in, with what it leaves out.
    pub(super) fn selection(&mut self, selection: &Selection, outside: &Outside) {
        let Selection { only, except, changed } = selection;
        for expressions in [only, except] {
            self.number(expressions.len() as u64);
            expressions.iter().for_each(|one| self.text(&one.to_string()));
        }
        self.flag(changed.is_some());
        if let Some(Changed { commit, names }) = changed {
            self.text(commit);
            self.texts(names.iter().map(OrderName::as_str));
        }
        let Outside { orders, in_doubt } = outside;
        self.number(*orders as u64);
        self.texts(in_doubt.iter().map(OrderName::as_str));
    }
}
