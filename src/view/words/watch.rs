//! The words for what a watcher says: a line a pass, and what it is.

use super::super::text::{count, escape};
use super::plan::counts;
use crate::apply::Tally;
use crate::watch::{Manifests, Report, Standing, Status, Turn};

/// Says in one line what a pass came to.
pub(in crate::view) fn pass(report: &Report, manifests: Manifests) -> String {
    let mut line = format!("pass {}: ", report.number);
    match &report.turn {
        Turn::Failed { why } => {
            line.push_str(&format!("failed: {}", escape(why)));
            return line;
        }
        Turn::Applied(tally) => line.push_str(&format!("{}; ", applied(tally))),
        Turn::Held { why } => {
            let why: Vec<String> = why.iter().map(|why| escape(why)).collect();
            line.push_str(&format!("held: {}; ", why.join("; ")));
        }
        Turn::Planned => {}
    }
    if let Manifests::Wrong { .. } = manifests {
        line.push_str(&format!("{}; ", self::manifests(manifests)));
    }
    match &report.counts {
        Some(plan) => line.push_str(&counts(plan)),
        None => line.push_str("no plan"),
    }
    line
}

/// Says what was done, without what was not.
pub(in crate::view) fn applied(tally: &Tally) -> String {
    let others = [
        (tally.not_ordered, "not ordered"),
        (tally.unknown, "in doubt"),
        (tally.renamed, "renamed"),
        (tally.not_attempted, "not attempted"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(n, how)| format!(", {n} {how}"));
    format!("{} created{}", count(tally.created, "order"), others.collect::<String>())
}

/// Says what the manifests are like.
pub(in crate::view) fn manifests(manifests: Manifests) -> String {
    match manifests {
        Manifests::Unread => "the manifests have not been read yet".to_owned(),
        Manifests::Right { orders } => format!("the manifests want {}", count(orders, "order")),
        Manifests::Wrong { problems, holding: None } => {
            format!("the manifests have {}, and none were right before", count(problems, "problem"))
        }
        Manifests::Wrong { problems, holding: Some(orders) } => format!(
            "the manifests have {}; the last right ones hold ({})",
            count(problems, "problem"),
            count(orders, "order")
        ),
    }
}

/// Says what a watcher is, in lines.
pub(in crate::view) fn watcher(status: &Status) -> Vec<String> {
    let deed = if status.buys { "buys by itself" } else { "plans and reports" };
    let standing = match &status.standing {
        Standing::Watches => deed.to_owned(),
        Standing::StandsBy { holder: Some(holder) } => format!("stands by for {}", escape(holder)),
        Standing::StandsBy { holder: None } => "stands by for another one".to_owned(),
        Standing::Ended => "ended".to_owned(),
    };
    let mut lines = vec![format!("{}, since {}: {standing}", escape(&status.who), status.started)];
    lines.push(manifests(status.manifests));
    if let Some(why) = &status.polls {
        lines.push(format!("it looks for changes every so often: {}", escape(why)));
    }
    lines.extend(status.holds.iter().map(|why| format!("held: {}", escape(why))));
    lines
}

/// Says how a remembered pass went: when, and what of it.
pub(in crate::view) fn remembered(report: &Report) -> String {
    // What the manifests were like then is not remembered.
    format!("{}  {}", report.at, pass(report, Manifests::Unread))
}
