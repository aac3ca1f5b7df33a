//! The words for how many orders ended in each way.
//!
//! **Invariant:** what did not happen is not mentioned, but for orders created: people look for that number.

use super::super::text::{count, duration, plural};
use super::plan::settled;
use crate::apply::Summary;

/// Returns the last line of a run.
pub(in crate::view) fn tally(summary: &Summary) -> String {
    let tally = summary.tally();
    if summary.ended.is_empty() && !summary.interrupted {
        return settled(summary.kept);
    }
    let seats = plural(tally.created_seats, "seat");
    let created = match tally.created {
        0 => "0 orders created".to_owned(),
        created => format!("{} created ({seats})", count(created, "order")),
    };
    let others = [
        (tally.not_ordered, "not ordered"),
        (tally.unknown, "in doubt"),
        (tally.blocked, "blocked"),
        (tally.renamed, "renamed"),
        (tally.not_attempted, "not attempted"),
        (summary.kept, "unchanged"),
        (summary.orphans, "without a manifest"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    let ends: Vec<String> =
        std::iter::once(created).chain(others.map(|(count, how)| format!("{count} {how}"))).collect();
    let posts = plural(summary.posts, "POST request");
    let waited = match summary.waited.as_secs() == 0 {
        true => String::new(),
        false => format!("; waited {} because Partner Center asked for it", duration(summary.waited)),
    };
    format!("{}; {posts}, {}{waited}", ends.join(", "), plural(summary.reads, "read"))
}
