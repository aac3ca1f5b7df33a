//! A watcher as a page: how things stand first, then what needs a person, every order, and what was done lately.
//!
//! It is read without a script: searching, sorting and paging are links and a form, and whoever serves the page answers
//! them by [`Asked`]. With its script it asks for itself anew when it is told of a change, and replaces the parts that
//! differ: those with `data-live`, each with an id of its own.
//!
//! **Invariant:** nothing on it changes anything. However many orders there are, the page holds no more than a browser
//! shows at once.

mod about;
mod asked;
mod limits;
mod lines;
mod list;
mod passes;
mod standing;
#[cfg(test)]
mod tests;

use maud::{Markup, html};

pub use asked::Asked;

use super::page::{Life, Page};
use super::words::moment;
use crate::domain::Timestamp;
use crate::watch::Status;
use lines::lines;

/// Writes what a watcher knows as a page, at `now`, with the orders that are asked for.
#[must_use]
pub fn watch_page(status: &Status, now: Timestamp, asked: &Asked) -> String {
    let lines = status.picture.as_deref().map(|picture| lines(picture, now)).unwrap_or_default();
    let verdict = standing::verdict(status, &lines);
    let body = html! {
        a.skip href="#orders" { "Skip to the orders" }
        header.top {
            p.kicker { "orderform" span.soft { "watcher" } }
            div id="standing" data-live {
                h1 { (verdict.title) }
                p.lead { (verdict.badge) " " (verdict.lead) }
                (standing::who(status, now))
            }
            (news(now))
        }
        main {
            div.results id="now" data-live {
                (standing::troubles(status))
                (standing::figures(status, &lines))
                (standing::attention(status, &lines, now))
            }
            section aria-labelledby="orders" {
                h2 id="orders" tabindex="-1" { "Orders" }
                (list::search(&lines, asked))
                div.found id="list" data-live { (list::list(status, &lines, asked)) }
            }
            div.results id="more" data-live {
                (limits::limits(status, now))
                (list::cancellable(&lines))
                (passes::passes(status))
                (about::about(status, now))
            }
        }
        footer { p { "Nothing can be bought, changed or cancelled here: this page only shows." } }
    };
    let title = format!("{} - {} - orderform", verdict.title, about::path(status));
    Page { kind: "watch", title: &title, body, life: Life::Live }.render()
}

/// Says how new the page is; the script says it anew, and whether it hears of changes.
fn news(now: Timestamp) -> Markup {
    html! {
        div.news data-news {
            span.badge data-news-sign { "as of" } " "
            span data-news-text { (time(now)) ". Reload the page to see what is new." }
            // Aloud only where it says something else: a line that is read every minute is switched off.
            span.quiet role="status" data-news-aloud {}
        }
    }
}

/// Writes an instant for people and programs.
fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (moment(at)) } }
}
