//! The words for what of a pass is told to people who do not look.
//!
//! **Invariant:** the first line alone says whether somebody has to act.

use super::super::text::{count, plural};
use super::plan::{Symbol, action_symbol, counts, step};
use super::watch::{applied, manifests};
use super::{Account, Medium, ended, symbol};
use crate::domain::Topic;
use crate::plan::Action;
use crate::watch::{Manifests, Matter, Notice, Turn, What};

/// Says what a pass is about: in one line, then a line for each of what else there is to say of all of it.
pub(in crate::view) fn notice(notice: &Notice, medium: Medium) -> Account {
    let why = |why: &[String]| why.iter().map(|why| medium.text(why)).collect::<Vec<_>>().join("; ");
    let plan = notice.report.counts.as_ref().map_or_else(|| "no plan".to_owned(), counts);
    let (headline, detail) = match &notice.report.turn {
        Turn::Failed { why: text } => (format!("a pass failed: {}", medium.text(text)), None),
        Turn::Held { why: lines } => (format!("everything is held: {}", why(lines)), Some(plan)),
        Turn::Applied(tally) => (applied(tally), Some(plan)),
        Turn::Planned => (planned(notice, plan), None),
    };
    let mut account = Account::new(headline);
    account.details.extend(detail);
    if let Manifests::Wrong { .. } = notice.manifests {
        account.details.push(manifests(notice.manifests));
    }
    if notice.topics.contains(&Topic::Recovered) {
        account.details.push("it goes on again".to_owned());
    }
    account
}

/// Says what a plan comes to, the worst of it first.
fn planned(notice: &Notice, plan: String) -> String {
    let of = |topic| notice.matters.iter().filter(|matter| matter.topic == topic).count();
    match (notice.manifests, of(Topic::Doubt), of(Topic::Blocked)) {
        (Manifests::Wrong { .. }, ..) => "the manifests are wrong".to_owned(),
        (_, 0, 0) => plan,
        (_, 0, blocked) => format!("{} blocked; {plan}", count(blocked, "order")),
        (_, doubt, _) => format!("{} in doubt; {plan}", count(doubt, "order")),
    }
}

/// Names an order of a notice: what it is, for whom, and how much.
pub(in crate::view) fn matter_title(matter: &Matter, medium: Medium) -> String {
    let symbol = match &matter.what {
        What::Ended(ended) => symbol(&ended.outcome),
        What::Planned(step) => action_symbol(&step.action),
    };
    let symbol = if matter.topic == Topic::Doubt { Symbol::Doubt } else { symbol };
    let customer = match &matter.customer_name {
        Some(name) => medium.name(name),
        None => medium.text(&matter.customer_id.to_string()),
    };
    let (name, seats) = (medium.code(matter.name.as_str()), plural(matter.seats, "seat"));
    format!("{} {name}, {customer}, {seats}", symbol.as_str())
}

/// Says of an order what is the matter, why, and what to do next.
pub(in crate::view) fn matter(matter: &Matter, medium: Medium) -> Account {
    match &matter.what {
        What::Ended(one) => ended(one, medium),
        What::Planned(planned) => {
            let account = step(planned, medium);
            match &planned.action {
                Action::Create => Account { headline: "is to be bought".to_owned(), ..account },
                Action::Blocked(_) => {
                    Account { headline: format!("blocked: {}", account.headline), ..account }
                }
                _ => account,
            }
        }
    }
}
