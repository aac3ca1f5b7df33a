//! The figures of a plan, and what it is bound to: scope, place, limits, digest.

use maud::{Markup, html};

use super::costs;
use super::rich::{rich, sentence};
use crate::domain::{Keeper, Recovery, RecoveryMode};
use crate::plan::{Limit, Pins, Plan};
use crate::view::text::{duration, escape};
use crate::view::words::{self, Medium, grouped};

/// The figures that a page opens with.
pub(super) fn figures(plan: &Plan, customers: usize) -> Markup {
    let counts = plan.counts();
    let figures = [
        ("Orders to buy", grouped(counts.create as u64)),
        ("Seats", grouped(counts.create_seats)),
        ("Customers", grouped(customers as u64)),
        ("Blocked or in doubt", grouped((counts.blocked + counts.settle) as u64)),
        ("Unchanged", grouped(counts.keep as u64)),
    ];
    html! {
        dl.figures {
            @if let Some(totals) = plan.totals() { (costs::figures(&totals, counts.settle)) }
            @for (what, number) in figures { div { dt { (what) } dd { (number) } } }
        }
    }
}

/// What the plan is bound to.
pub(super) fn about(plan: &Plan) -> Markup {
    html! {
        section aria-labelledby="about" {
            h2 id="about" { "About this plan" }
            @if plan.pins.is_some() { (limits(&plan.limits)) }
            dl.facts {
                div { dt { "Scope" } dd { (scope(plan)) } }
                @if let Some(pins) = &plan.pins { (pinned(pins)) }
                div { dt { "State" } dd { "record " (plan.serial) " of " code { (plan.lineage) } } }
                div { dt { "Digest" } dd { code { (plan.approved()) } } }
            }
        }
    }
}

/// Says which orders the plan is about.
pub(super) fn scope(plan: &Plan) -> Markup {
    let lines = words::scope(plan, Medium::Html);
    html! {
        @if lines.is_empty() { "The whole project" }
        @for line in &lines { p { (sentence(line)) } }
    }
}

fn pinned(pins: &Pins) -> Markup {
    html! {
        div {
            dt { "Bought at" }
            dd {
                @match &pins.place {
                    Some(place) => code { (escape(&place.to_string())) },
                    None => "nowhere",
                }
            }
        }
        div { dt { "In doubt" } dd { (recovery(&pins.recovery)) } }
        div { dt { "Made by" } dd { (escape(&pins.tool)) } }
    }
}

pub(super) fn recovery(recovery: &Recovery) -> Markup {
    let mode = RecoveryMode::ALL.into_iter().find(|(_, mode)| *mode == recovery.mode);
    html! {
        @if let Some((mode, _)) = mode { "recovery mode " code { (mode) } }
        @if let Some(wait) = recovery.settle_after { ", settled after " (duration(wait)) }
    }
}

/// The limits in force, and what the plan comes to.
fn limits(limits: &[Limit]) -> Markup {
    html! {
        h3 { "Limits" }
        @if limits.is_empty() {
            p.soft { "No limit is set: " code { "spec.limits" } " of " code { "orderform.yaml" } " would hold it." }
        } @else {
            table.limits {
                caption.quiet { "The limits in force" }
                thead { tr { th scope="col" { "Limit" } th.number scope="col" { "Allowed" } th scope="col" { "This plan" } } }
                tbody {
                    @for limit in limits {
                        tr {
                            th scope="row" { (spelled(limit.rule.as_str())) (of(limit.keeper)) }
                            td.number { (escape(&limit.bound.written())) }
                            td { (kept(limit)) }
                        }
                    }
                }
            }
        }
    }
}

/// Says who keeps a limit, where it is not the project.
pub(super) fn of(keeper: Keeper) -> &'static str {
    match keeper {
        Keeper::Organisation => " (organisation)",
        Keeper::Program | Keeper::Project => "",
    }
}

/// Says whether a limit is kept to.
pub(super) fn kept(limit: &Limit) -> Markup {
    let told = || words::limit_of(limit, None, Medium::Html);
    html! {
        @match (limit.exceeded, &limit.allowed) {
            (false, _) => "keeps to it",
            (true, None) => { span.badge.stop { span aria-hidden="true" { "!" } " exceeded" } " " (rich(&told())) },
            (true, Some(_)) => { span.badge.calm { span aria-hidden="true" { "=" } " allowed" } " " (rich(&told())) },
        }
    }
}

/// What the plan goes beyond, and what somebody allowed it to go beyond.
pub(super) fn beyond(plan: &Plan) -> Markup {
    let lines = words::limits(plan, Medium::Html);
    html! {
        @if !lines.is_empty() {
            section aria-label="Limits that are exceeded" { ul { @for line in &lines { li { (sentence(line)) } } } }
        }
    }
}

/// Spells a key out: `ordersPerRun` is `Orders per run`.
pub(super) fn spelled(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for (at, c) in key.char_indices() {
        match c {
            '.' => words.push_str(": "),
            c if at == 0 => words.extend(c.to_uppercase()),
            c if c.is_ascii_uppercase() => {
                words.push(' ');
                words.extend(c.to_lowercase());
            }
            c => words.push(c),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_spelled_out() {
        assert_eq!(spelled("ordersPerRun"), "Orders per run");
        assert_eq!(spelled(""), "");
    }
}
