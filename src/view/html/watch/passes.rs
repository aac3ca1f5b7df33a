//! The last passes, the newest first: when, what came of each, and of which orders.

use maud::{Markup, html};

use super::time;
use crate::view::html::orders::orders;
use crate::view::html::rich::message;
use crate::view::words::{self, grouped};
use crate::watch::{Deed, Deeds, Report, Status, Turn};

/// The passes that are remembered.
pub(super) fn passes(status: &Status) -> Markup {
    html! {
        section aria-labelledby="passes" {
            h2 id="passes" { "Recent passes" }
            @if status.passes.is_empty() {
                p.soft { "None was made yet." }
            } @else {
                div.frame {
                    table.passes {
                        caption.quiet { "Recent passes, the newest first" }
                        thead {
                            tr {
                                th.when scope="col" { "When" }
                                th.number scope="col" { "Pass" }
                                th scope="col" { "What came of it" }
                                th.number scope="col" { "Took" }
                            }
                        }
                        tbody { @for report in status.passes.iter().rev() { (row(report)) } }
                    }
                }
            }
            p.soft { (next(status)) }
        }
    }
}

/// Says when another pass is made.
fn next(status: &Status) -> Markup {
    html! {
        @match status.again {
            Some(again) => { "The next one is made when something changes, and at " (time(again)) " at the latest." },
            None => "The next one is made when something changes.",
        }
    }
}

fn row(report: &Report) -> Markup {
    let took = report.took.as_millis();
    html! {
        tr {
            th scope="row" { (time(report.at)) }
            td.number { (grouped(report.number)) }
            td {
                (turn(&report.turn))
                @if let Some(counts) = &report.counts { p.terms { (words::counts(counts)) } }
                (deeds(report.number, &report.deeds))
            }
            td.number { (grouped(u64::try_from(took).unwrap_or(u64::MAX))) " ms" }
        }
    }
}

fn turn(turn: &Turn) -> Markup {
    let badge = |tone: &str, sign: &str, word: &str| {
        html! { span.badge.(tone) { span aria-hidden="true" { (sign) } " " (word) } }
    };
    html! {
        @match turn {
            Turn::Planned => { (badge("calm", "=", "planned")) },
            Turn::Applied(tally) => { (badge("go", "+", "carried out")) " " (words::applied(tally)) },
            Turn::Held { why } => {
                (badge("wait", "!", "held"))
                ul.reasons { @for why in why { li { (message(why)) } } }
            },
            Turn::Failed { why } => { (badge("stop", "x", "failed")) " " (message(why)) },
        }
    }
}

fn deeds(number: u64, deeds: &Deeds) -> Markup {
    let all = deeds.listed.len() + deeds.more;
    html! {
        @if all > 0 {
            details id={"pass-" (number)} {
                summary { (orders(all)) }
                ul.deeds {
                    @for (name, deed) in &deeds.listed { li { (sign(*deed)) " " (name.as_str()) } }
                    @if deeds.more > 0 { li.soft { "and " (grouped(deeds.more as u64)) " more" } }
                }
            }
        }
    }
}

fn sign(deed: Deed) -> Markup {
    let (tone, sign, word) = match deed {
        Deed::Create => ("go", "+", "to buy"),
        Deed::Created => ("go", "+", "recorded"),
        Deed::Settle => ("wait", "?", "to settle"),
        Deed::InDoubt => ("wait", "?", "in doubt"),
        Deed::NotCreated => ("stop", "x", "not bought"),
        Deed::Rename => ("calm", ">", "to rename"),
        Deed::Renamed => ("calm", ">", "renamed"),
        Deed::Blocked => ("stop", "!", "blocked"),
    };
    html! { span.badge.(tone) { span aria-hidden="true" { (sign) } " " (word) } }
}
