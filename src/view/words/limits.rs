//! The words for limits: what a rule allows and what it would come to.
//!
//! **Invariant:** every [`Measured`] has words of its own; a new one does not compile without.

use super::super::text::count;
use super::Medium;
use crate::domain::{Bound, Keeper, Rule, Whose, Window, money_written};
use crate::plan::{Limit, Measured, Plan};

/// How many orders are named before the rest is counted.
const MOST_NAMED: usize = 5;

/// Says in a line each what stands above a plan: what somebody allowed it to go beyond, and what it goes beyond.
pub(in crate::view) fn limits(plan: &Plan, medium: Medium) -> Vec<String> {
    let exceeded = plan.limits.iter().filter(|limit| limit.exceeded);
    let mut lines: Vec<String> = exceeded
        .map(|limit| {
            let told = limit_of(limit, None, medium);
            match &limit.allowed {
                None => format!("beyond its limits: {told}"),
                Some(reason) => format!("allowed for this run: {told}; because: {}", medium.text(reason)),
            }
        })
        .collect();
    let told = |rule| plan.limits.iter().any(|limit| limit.exceeded && limit.rule == rule);
    let allowed = plan.pins.iter().flat_map(|pins| &pins.allowed).filter(|one| !told(one.rule));
    lines.extend(allowed.map(|one| {
        let rule = medium.code(one.rule.as_str());
        format!("allowed for this run: to go beyond {rule}; because: {}", medium.text(&one.reason))
    }));
    lines
}

/// Says in a line what a limit allows and what it would come to. `file` is where it stands.
pub(in crate::view) fn limit_of(limit: &Limit, file: Option<&str>, medium: Medium) -> String {
    let of = match (limit.keeper, file) {
        (Keeper::Program, _) => String::new(),
        (_, Some(file)) => format!(" of {}", medium.code(file)),
        (Keeper::Project, None) => " of the project".to_owned(),
        (Keeper::Organisation, None) => " of the organisation".to_owned(),
    };
    let rule = format!("{}{of}", medium.code(limit.rule.as_str()));
    match &limit.value {
        Measured::Amount(value) => {
            let who = customer(limit, medium);
            let most = limit.bound.written();
            format!("{rule} is {most}, and with this run it would come to {value}{who}")
        }
        Measured::Money { sums, unpriced: 0 } => {
            let (most, sums) = (limit.bound.written(), money_written(sums));
            format!("{rule} is {most}, and with this run it would come to {sums}{}", customer(limit, medium))
        }
        Measured::Money { sums, unpriced } => {
            let known = match sums.is_empty() {
                true => String::new(),
                false => format!(", beside {}", money_written(sums)),
            };
            let (most, unknown) = (limit.bound.written(), of_unknown_price(limit, *unpriced, medium));
            format!(
                "{rule} is {most}, and nobody knows what {unknown} would cost{}{known}",
                customer(limit, medium)
            )
        }
        Measured::Offers(offers) => {
            let offers = medium.list(offers.iter().map(|offer| offer.as_str()));
            format!("{rule} does not name {offers}{}", wanted(limit, medium))
        }
        Measured::Customers(ids) => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let ids = medium.list(ids.iter().map(String::as_str));
            format!("{rule} does not name {ids}{}", wanted(limit, medium))
        }
        Measured::Term(term) => {
            let is = match term {
                Some(term) => format!("the longest would be {}", medium.code(term.as_str())),
                None => "a term is left to Partner Center".to_owned(),
            };
            format!("{rule} is {}, and {is}{}", limit.bound.written(), wanted(limit, medium))
        }
        Measured::Usual { orders, usual } => {
            let usual = usual.unwrap_or_default();
            let Bound::Most(times) = &limit.bound else { return rule };
            let most = usual.saturating_mul(*times);
            format!("{rule} is {times}: {usual} are usual, so {most} at the most, and this run has {orders}")
        }
        Measured::Lost { lost, recorded } => {
            let recorded = count(usize::try_from(*recorded).unwrap_or(usize::MAX), "recorded order");
            let have = if *lost == 1 { "has" } else { "have" };
            format!("{rule}: of {recorded} {lost} {have} no manifest: {}", named(limit, medium))
        }
    }
}

/// Says in a line what is used of a limit by hour or day, and what is left; `None` for others: nothing is used up of them.
pub(in crate::view) fn use_of(limit: &Limit) -> Option<String> {
    // Nobody is asked about, so those of each customer say nothing.
    let Rule::Amount(Whose::All, _, Window::Hour | Window::Day) = limit.rule else { return None };
    let rule = limit.rule.as_str();
    match (&limit.bound, &limit.value) {
        (Bound::Most(most), Measured::Amount(used)) => {
            Some(format!("{rule}: {used} of {most} used, {} left", most.saturating_sub(*used)))
        }
        (Bound::Money(_), Measured::Money { sums, unpriced }) => {
            let (most, used) = (limit.bound.written(), money_written(sums));
            let unpriced = usize::try_from(*unpriced).unwrap_or(usize::MAX);
            let beside = match unpriced {
                0 => String::new(),
                _ => format!(", and {} of unknown price", count(unpriced, "order")),
            };
            Some(format!("{rule}: {used}{beside} of {most} used"))
        }
        _ => None,
    }
}

fn customer(limit: &Limit, medium: Medium) -> String {
    match (&limit.customer_name, limit.customer) {
        (Some(name), _) => format!(" for {}", medium.code(name)),
        (None, Some(id)) => format!(" for {}", medium.code(&id.to_string())),
        (None, None) => String::new(),
    }
}

/// Names the orders whose price is not known, as far as they are of this run.
fn of_unknown_price(limit: &Limit, unpriced: u64, medium: Medium) -> String {
    let unpriced = usize::try_from(unpriced).unwrap_or(usize::MAX);
    let earlier = count(unpriced.saturating_sub(limit.names.len()), "order");
    match limit.names.len() {
        0 => format!("{earlier} of before"),
        all if all == unpriced => named(limit, medium),
        _ => format!("{}, and {earlier} of before", named(limit, medium)),
    }
}

fn wanted(limit: &Limit, medium: Medium) -> String {
    match limit.names.len() {
        0 => String::new(),
        _ => format!(", wanted by {}", named(limit, medium)),
    }
}

fn named(limit: &Limit, medium: Medium) -> String {
    let shown = limit.names.iter().take(MOST_NAMED).map(|name| name.as_str());
    match limit.names.len().saturating_sub(MOST_NAMED) {
        0 => medium.list(shown),
        more => {
            let shown: Vec<String> = shown.map(|name| medium.code(name)).collect();
            format!("{} and {more} more", shown.join(", "))
        }
    }
}
