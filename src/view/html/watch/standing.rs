//! How a watcher stands: the verdict, what is in the way, the figures, and what is in doubt or blocked.

use maud::{Markup, html};

use super::asked::{Asked, Show};
use super::lines::{Line, Stand};
use super::time;
use crate::domain::Timestamp;
use crate::plan::Step;
use crate::view::html::attention::card_of;
use crate::view::html::orders::{badge, orders};
use crate::view::html::rich::message;
use crate::view::text::{count, escape};
use crate::view::words::{self, Account, Medium, grouped};
use crate::watch::{Manifests, Standing, Status, Turn};

/// The most cards on the page; the others are in the list.
const MOST_CARDS: usize = 6;

/// What the page says first.
pub(super) struct Verdict {
    pub(super) title: String,
    pub(super) badge: Markup,
    pub(super) lead: Markup,
}

impl Verdict {
    fn new(title: impl Into<String>, (tone, sign, word): (&str, &str, &str), lead: Markup) -> Self {
        let badge = html! { span.badge.(tone) { span aria-hidden="true" { (sign) } " " (word) } };
        Self { title: title.into(), badge, lead }
    }
}

const CALM: (&str, &str, &str) = ("calm", "=", "nothing to do");
const STOP: (&str, &str, &str) = ("stop", "!", "needs a person");
const WAIT: (&str, &str, &str) = ("wait", "!", "needs a person");
const DOUBT: (&str, &str, &str) = ("wait", "?", "in doubt");
const HELD: (&str, &str, &str) = ("wait", "!", "held");

/// Says in a line how things stand: what is worst comes first.
pub(super) fn verdict(status: &Status, lines: &[Line<'_>]) -> Verdict {
    match &status.standing {
        Standing::Ended => {
            let lead = html! { "Nobody watches here any more. What follows is what was known at the end." };
            return Verdict::new("This watcher has ended", ("stop", "x", "ended"), lead);
        }
        Standing::StandsBy { holder } => {
            let holder = holder.as_deref().map_or("Another one".to_owned(), escape);
            let lead = html! {
                bdi { (holder) } " watches. This one takes over when that one ends, and knows no more until then."
            };
            return Verdict::new("Standing by", ("calm", "=", "stands by"), lead);
        }
        Standing::Watches => {}
    }
    match (status.manifests, status.passes.back().map(|pass| &pass.turn)) {
        (Manifests::Wrong { .. }, _) => {
            let lead = html! { "Nothing new is bought until they are mended." };
            Verdict::new("The manifests are wrong", STOP, lead)
        }
        (_, Some(Turn::Failed { .. })) => {
            let lead = html! { "It is made again by itself. Why it failed comes first." };
            Verdict::new("The last pass failed", ("stop", "x", "failed"), lead)
        }
        _ if !status.holds.is_empty() => Verdict::new(
            "Nothing is bought at the moment",
            HELD,
            html! { "What is planned waits. What holds it comes first." },
        ),
        _ if status.picture.is_none() => {
            let lead = html! { "The manifests are being read, and nothing was decided yet." };
            Verdict::new("The first pass is under way", ("calm", "-", "begins"), lead)
        }
        _ => of_orders(status, lines),
    }
}

fn of_orders(status: &Status, lines: &[Line<'_>]) -> Verdict {
    let number = |show| lines.iter().filter(|line| line.is_shown(show)).count();
    let (doubt, blocked, buy) = (number(Show::Doubt), number(Show::Blocked), number(Show::Buy));
    let seats: u64 =
        lines.iter().filter(|line| line.is_shown(Show::Buy)).map(|line| line.step.spec.seats()).sum();
    let noun = if seats == 1 { "seat" } else { "seats" };
    let to_buy = || format!("{} to buy, {} {noun}", orders(buy), grouped(seats));
    if doubt > 0 {
        let lead = html! {
            "Nobody knows yet whether it was bought, and nothing more is bought for the same customer."
            @if blocked > 0 { " " (orders(blocked)) " blocked." }
            @if buy > 0 { " " (to_buy()) "." }
        };
        return Verdict::new(format!("{} in doubt", orders(doubt)), DOUBT, lead);
    }
    if blocked > 0 {
        let title = match buy {
            0 => format!("{} blocked", orders(blocked)),
            _ => format!("{}; {} blocked", to_buy(), grouped(blocked as u64)),
        };
        return Verdict::new(title, WAIT, html! { "What is blocked holds up nobody else. Why comes first." });
    }
    if buy > 0 {
        let lead = match status.buys {
            true => html! { "They are bought as soon as nothing speaks against it." },
            false => html! { "This watcher plans and reports: " code { "orderform apply" } " buys." },
        };
        return Verdict::new(to_buy(), ("go", "+", "to buy"), lead);
    }
    let lead = match lines.len() {
        0 => html! { "No manifest wants an order, and none is recorded." },
        all => html! { (orders(all)) " " (if all == 1 { "is" } else { "are" }) " as wanted." },
    };
    Verdict::new("In step", CALM, lead)
}

/// Says who watches what, since when, and whether it buys.
pub(super) fn who(status: &Status, now: Timestamp) -> Markup {
    let does = match status.standing {
        Standing::Watches => "watches",
        Standing::StandsBy { .. } => "stands by to watch",
        Standing::Ended => "watched",
    };
    let deed = match (&status.standing, status.buys) {
        (Standing::Ended, true) => "bought by itself",
        (Standing::Ended, false) => "planned and reported",
        (Standing::Watches, true) => "buys by itself",
        (Standing::Watches, false) => "plans and reports, without buying",
        (Standing::StandsBy { .. }, true) => "will buy by itself",
        (Standing::StandsBy { .. }, false) => "will plan and report, without buying",
    };
    html! {
        p.who {
            bdi { (escape(&status.who)) } " " (does) " " code { (escape(&status.path)) } " and "
            strong { (deed) } "; begun " (time(status.started)) ", " (words::age(now.since(status.started))) " ago"
        }
    }
}

/// What is in the way of everything: wrong manifests, a pass that failed, and what holds.
pub(super) fn troubles(status: &Status) -> Markup {
    let failed = status.passes.back().and_then(|pass| match &pass.turn {
        Turn::Failed { why } => Some(why),
        _ => None,
    });
    html! {
        @if let Manifests::Wrong { problems, holding } = status.manifests {
            section.problem aria-labelledby="wrong" {
                h2 id="wrong" { "The manifests have " (count(problems, "problem")) }
                @match holding {
                    Some(held) => p { "The last right ones hold, with " (orders(held)) ". What changed since is not taken in." },
                    None => p { "None were right since this watcher began, so there is no plan." },
                }
                p { strong { "What to do: " } code { "orderform validate" } " shows every problem with its place." }
            }
        }
        @if let Some(why) = failed {
            section.problem aria-labelledby="failed" {
                h2 id="failed" { "Why the last pass failed" }
                p { (message(why)) }
                @if let Some(again) = status.again { p.soft { "It is made again at " (time(again)) "." } }
            }
        }
        @if !status.holds.is_empty() {
            section.problem.hold aria-labelledby="holds" {
                h2 id="holds" { "What holds" }
                ul { @for why in &status.holds { li { (message(why)) } } }
            }
        }
    }
}

/// The figures, each a way to its orders.
pub(super) fn figures(status: &Status, lines: &[Line<'_>]) -> Markup {
    let wanted = match status.manifests {
        Manifests::Unread => None,
        Manifests::Right { orders } | Manifests::Wrong { holding: Some(orders), .. } => Some(orders),
        Manifests::Wrong { holding: None, .. } => Some(0),
    };
    let number = |show| lines.iter().filter(|line| line.is_shown(show)).count();
    let figures = [
        ("Recorded", Show::Recorded),
        ("To buy", Show::Buy),
        ("In doubt", Show::Doubt),
        ("Blocked", Show::Blocked),
        ("Can be cancelled", Show::Cancellable),
    ];
    html! {
        @if status.picture.is_some() {
            section aria-label="Figures" {
                dl.figures {
                    @if let Some(wanted) = wanted {
                        div { dt { "Wanted by manifests" } dd { (grouped(wanted as u64)) } }
                    }
                    @for (what, show) in figures {
                        div {
                            dt { (what) }
                            dd { a href={(Asked::only(show).link()) "#orders"} { (grouped(number(show) as u64)) } }
                        }
                    }
                }
            }
        }
    }
}

/// What is in doubt or blocked: a card each, the oldest doubt first, as far as there is room.
pub(super) fn attention(status: &Status, lines: &[Line<'_>], now: Timestamp) -> Markup {
    let mut those: Vec<&Line<'_>> =
        lines.iter().filter(|line| line.attempt.is_some() || line.stand == Stand::Blocked).collect();
    let sent = |line: &Line<'_>| {
        let first = line.attempt.and_then(|attempt| attempt.sends.first());
        first.and_then(|sent| sent.at.server)
    };
    those.sort_by_key(|line| (line.attempt.is_none(), sent(line)));
    let more = those.len().saturating_sub(MOST_CARDS);
    html! {
        @if !those.is_empty() {
            section aria-labelledby="attention" {
                h2 id="attention" { "In doubt or blocked" " " span.count { (grouped(those.len() as u64)) } }
                div.cards { @for line in those.iter().take(MOST_CARDS) { (card(status, line, now)) } }
                @if more > 0 {
                    p.rest {
                        "And " (grouped(more as u64)) " more: all that is "
                        a href={(Asked::only(Show::Doubt).link()) "#orders"} { "in doubt" } " and all that is "
                        a href={(Asked::only(Show::Blocked).link()) "#orders"} { "blocked" } "."
                    }
                }
            }
        }
    }
}

fn card(status: &Status, line: &Line<'_>, now: Timestamp) -> Markup {
    let account = account(status, line, now);
    card_of(line.step, &sign(line), &account, line.cost)
}

fn account(status: &Status, line: &Line<'_>, now: Timestamp) -> Account {
    let Step { name, .. } = line.step;
    let pins = status.picture.as_ref().and_then(|picture| picture.plan.pins.as_ref());
    let recovery = pins.map(|pins| pins.recovery).unwrap_or_default();
    let doubt = |attempt| words::doubt(name, attempt, &recovery, now, status.buys, Medium::Html);
    match (line.attempt, line.stand) {
        (Some(attempt), Stand::Blocked) => {
            let mut account = words::step(line.step, Medium::Html);
            let doubt = doubt(attempt);
            account.headline = format!("{}; {}", account.headline, doubt.headline);
            account.details.extend(doubt.details);
            account
        }
        (Some(attempt), _) => doubt(attempt),
        (None, _) => words::step(line.step, Medium::Html),
    }
}

/// Says in a word and a symbol how an order stands.
pub(super) fn sign(line: &Line<'_>) -> Markup {
    let (tone, sign, word) = match line.stand {
        Stand::Doubt => ("wait", "?", "in doubt"),
        Stand::Recorded => ("calm", "=", "recorded"),
        Stand::Buy => ("go", "+", "to buy"),
        Stand::Blocked | Stand::Rename | Stand::Orphan => return badge(&line.step.action),
    };
    html! { span.badge.(tone) { span aria-hidden="true" { (sign) } " " (word) } }
}
