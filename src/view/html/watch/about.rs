//! What a watcher is: who, where, with which state, and what all its passes came to.

use maud::{Markup, html};

use super::time;
use crate::domain::Timestamp;
use crate::view::html::facts::recovery;
use crate::view::html::rich::message;
use crate::view::text::{LONGEST_NAME, escape, shorten};
use crate::view::words::{self, grouped};
use crate::watch::{Picture, Status, Totals};

/// Returns what is watched, for the tab of a browser.
pub(super) fn path(status: &Status) -> String {
    escape(&shorten(&status.path, LONGEST_NAME))
}

/// What a watcher is.
pub(super) fn about(status: &Status, now: Timestamp) -> Markup {
    html! {
        section aria-labelledby="about" {
            h2 id="about" { "About this watcher" }
            dl.facts {
                div { dt { "Manifests" } dd { (message(&words::manifests(status.manifests))) } }
                @if let Some(why) = &status.polls {
                    div { dt { "Changes" } dd { "It looks for them every so often. " (message(why)) } }
                }
                div {
                    dt { "Last success" }
                    dd {
                        @match status.last_success {
                            Some(at) => { (time(at)) ", " (words::age(now.since(at))) " ago" },
                            None => "No pass has ended well yet",
                        }
                    }
                }
                div { dt { "All passes" } dd { (totals(&status.totals)) } }
                @if let Some(picture) = &status.picture { (made_of(picture)) }
                div { dt { "Program" } dd { (escape(&status.tool)) } }
            }
        }
    }
}

fn totals(totals: &Totals) -> String {
    format!(
        "{} made, {} failed; {} orders created; manifests read {} times; {} POST and {} GET requests",
        grouped(totals.passes),
        grouped(totals.failed),
        grouped(totals.created),
        grouped(totals.readings),
        grouped(totals.posts),
        grouped(totals.reads)
    )
}

fn made_of(picture: &Picture) -> Markup {
    let pins = picture.plan.pins.as_ref();
    html! {
        @if let Some(place) = pins.and_then(|pins| pins.place.as_ref()) {
            div { dt { "Bought at" } dd { code { (escape(&place.to_string())) } } }
        }
        @if let Some(pins) = pins { div { dt { "In doubt" } dd { (recovery(&pins.recovery)) } } }
        div { dt { "State" } dd { "record " (grouped(picture.state.serial)) " of " code { (picture.state.lineage) } } }
        div { dt { "Last plan" } dd { code { (picture.plan.digest()) } } }
    }
}
