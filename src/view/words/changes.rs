//! The words for what has changed since a plan was reviewed.
//!
//! **Invariant:** every [`Happened`] and every [`Around`] has words of its own; a new one does not compile without.

use super::super::text::count;
use super::Medium;
use super::plan::difference;
use super::scope::asked;
use crate::domain::{EndpointId, OrderName};
use crate::plan::{Action, Around, Block, Changes, Difference, Happened, OrderChange, PinnedPrices};

/// Says in lines what has changed: order by order, then around them, and last what still stands.
pub(in crate::view) fn changes(changes: &Changes, medium: Medium) -> Vec<String> {
    let mut lines: Vec<String> = changes.orders.iter().map(|one| order(one, medium)).collect();
    lines.extend(changes.around.iter().map(|one| around(one, medium)));
    if changes.is_empty() {
        lines.push("nothing that has words changed, but its digest did".to_owned());
    }
    if changes.is_applied() {
        return lines;
    }
    let standing = medium.list(changes.standing.iter().map(OrderName::as_str));
    lines.push(match (changes.standing.len(), changes.leave_a_rest()) {
        (0, _) => "nothing of it still stands".to_owned(),
        (_, false) => "so nothing of it can be applied".to_owned(),
        (n, true) => format!("{} of it still {}: {standing}", count(n, "order"), stand(n)),
    });
    lines
}

fn stand(orders: usize) -> &'static str {
    if orders == 1 { "stands as reviewed" } else { "stand as reviewed" }
}

fn order(change: &OrderChange, medium: Medium) -> String {
    let name = medium.code(change.name.as_str());
    match &change.happened {
        Happened::Added { is } => format!("{name} was not in the plan: {}", now(is)),
        Happened::Gone { was } => format!("{name} is gone: {}", then(was)),
        Happened::Changed { was, is, differences } => {
            let fields: Vec<String> = differences.iter().map(|one| difference(one, medium)).collect();
            let action = (was.word() != is.word()).then(|| format!("{}, {}", then(was), now(is)));
            let told: Vec<String> = action.into_iter().chain(fields).collect();
            match told.is_empty() {
                true => format!("{name} changed: {}", now(is)),
                false => format!("{name} changed: {}", told.join("; ")),
            }
        }
        Happened::Done => format!("{name} was carried out since, as reviewed"),
        Happened::Begun => format!("{name} was begun since, as reviewed, and has no answer yet"),
    }
}

/// Says what was to be done when the plan was reviewed.
fn then(action: &Action) -> &'static str {
    match action {
        Action::Create => "it was to be bought",
        Action::Settle { .. } => "it was to be settled",
        Action::Keep { .. } => "it was as it should be",
        Action::Rename { .. } => "it was to be renamed",
        Action::Blocked(_) => "it was blocked",
        Action::Orphan { .. } => "it had no manifest",
    }
}

/// Says what is to be done now.
fn now(action: &Action) -> &'static str {
    match action {
        Action::Create => "it is to be bought now",
        Action::Settle { .. } => "it has an attempt without an answer now",
        Action::Keep { .. } => "it is recorded as it should be now",
        Action::Rename { .. } => "it is to be renamed now",
        Action::Blocked(Block::NotReviewed { .. }) => "it is left out now",
        Action::Blocked(_) => "it is blocked now",
        Action::Orphan { .. } => "it has no manifest now",
    }
}

fn around(around: &Around, medium: Medium) -> String {
    let place = |place: &Option<EndpointId>| match place {
        Some(place) => medium.code(&place.to_string()),
        None => "nowhere".to_owned(),
    };
    match around {
        Around::Lineage { was, is } => format!("the state is of lineage {is}, not of {was}"),
        Around::Journal { was, is, is_continued: true, names } => {
            let about = match names.len() {
                0 => "no order".to_owned(),
                _ => medium.list(names.iter().map(OrderName::as_str)),
            };
            format!("the journal went on from record {was} to {is}; recorded since: {about}")
        }
        Around::Journal { was, is, is_continued: false, .. } => {
            format!("the journal, at record {is} now, does not hold record {was} as it was then")
        }
        Around::Place { was, is } => format!("it was to be bought at {}, not at {}", place(was), place(is)),
        Around::Scope { was, is } => {
            format!("it is about {}; asked for is {}", asked(was, medium), asked(is, medium))
        }
        Around::Tool { was, is } => {
            format!("it was made by {}, and this is {}", medium.code(was), medium.code(is))
        }
        Around::Limits(differences) => format!("limits changed: {}", all(differences, medium)),
        Around::Recovery(differences) => format!("recovery changed: {}", all(differences, medium)),
        Around::Prices { was: None, .. } => "it was made without prices".to_owned(),
        Around::Prices { is: None, .. } => "it was made with prices, and none are given".to_owned(),
        Around::Prices { was: Some(was), is: Some(is) } if was.list == is.list => {
            let currency =
                |prices: &PinnedPrices| prices.currency.map_or("none".to_owned(), |c| c.to_string());
            format!("the currency of the project changed: {} → {}", currency(was), currency(is))
        }
        Around::Prices { .. } => "the price list is another one".to_owned(),
        Around::Manifests => "the manifests say something else, though every order is the same".to_owned(),
        Around::Expired { created, expires, now } => {
            format!("it was made at {created} to be applied until {expires}, and it is {now} here")
        }
    }
}

fn all(differences: &[Difference], medium: Medium) -> String {
    differences.iter().map(|one| difference(one, medium)).collect::<Vec<_>>().join(", ")
}
