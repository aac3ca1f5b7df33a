//! The figures of a plan, and what it is bound to: scope, place, limits, digest.

use maud::{Markup, html};

use super::costs;
use super::rich::sentence;
use crate::domain::{Recovery, RecoveryMode};
use crate::plan::{Exceeded, Pins, Plan, limit_rules};
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
pub(super) fn about(plan: &Plan, exceeded: &[Exceeded]) -> Markup {
    html! {
        section aria-labelledby="about" {
            h2 id="about" { "About this plan" }
            @if let Some(pins) = &plan.pins { (limits(pins, exceeded)) }
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

fn recovery(recovery: &Recovery) -> Markup {
    let mode = RecoveryMode::ALL.into_iter().find(|(_, mode)| *mode == recovery.mode);
    html! {
        @if let Some((mode, _)) = mode { "recovery mode " code { (mode) } }
        @if let Some(wait) = recovery.settle_after { ", settled after " (duration(wait)) }
    }
}

/// The limits in force, and which of them the plan goes beyond.
fn limits(pins: &Pins, exceeded: &[Exceeded]) -> Markup {
    let rules = limit_rules(&pins.limits);
    let set: Vec<(&str, u64)> = rules.into_iter().filter_map(|(rule, limit)| Some((rule, limit?))).collect();
    html! {
        h3 { "Limits" }
        @if set.is_empty() {
            p.soft { "No limit is set: " code { "spec.limits" } " of " code { "orderform.yaml" } " would hold it." }
        } @else {
            table.limits {
                caption.quiet { "The limits in force" }
                thead { tr { th scope="col" { "Limit" } th.number scope="col" { "Allowed" } th scope="col" { "This plan" } } }
                tbody {
                    @for (rule, limit) in set {
                        tr {
                            th scope="row" { (spelled(rule)) }
                            td.number { (grouped(limit)) }
                            td { (kept(rule, exceeded)) }
                        }
                    }
                }
            }
        }
    }
}

fn kept(rule: &str, exceeded: &[Exceeded]) -> Markup {
    html! {
        @match exceeded.iter().find(|one| one.rule == rule) {
            Some(over) => span.badge.stop { span aria-hidden="true" { "!" } " exceeded: " (grouped(over.value)) },
            None => "keeps to it",
        }
    }
}

/// Spells a key out: `ordersPerRun` is `Orders per run`.
fn spelled(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for (at, c) in key.char_indices() {
        match c {
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
