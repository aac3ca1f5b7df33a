//! A watcher as a page: how it stands, for a browser.
//!
//! **Invariant:** the page reads, and changes nothing; every text of others is escaped twice over.

use maud::html;

use super::page::Page;
use crate::domain::Timestamp;
use crate::view::text::escape;
use crate::watch::{Standing, Status};

/// What is asked for of a page. Nothing can be chosen yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked;

impl Asked {
    /// Reads the query of an address, without its question mark.
    #[must_use]
    pub fn of_query(_query: &str) -> Self {
        Self
    }
}

/// Writes how a watcher stands as a page.
#[must_use]
pub fn watch_page(status: &Status, now: Timestamp, _asked: &Asked) -> String {
    let standing = match &status.standing {
        Standing::Watches => "Watching",
        Standing::StandsBy { .. } => "Standing by",
        Standing::Ended => "Ended",
    };
    let body = html! {
        header.top {
            p.kicker { "orderform" span.soft { "watch" } }
            h1 { (standing) }
            p.lead { (escape(&status.who)) " watches " code { (escape(&status.path)) } ", as of " (now) }
        }
        main { p { "Everything is at " a href="/status" { code { "/status" } } "." } }
    };
    Page { kind: "watch", title: &format!("{standing} - orderform"), body }.render()
}
