//! The words for drift: what differs, who did it, what to do about it.
//!
//! **Invariant:** every [`Differs`] has words and a way out of its own; none of them is to buy.

use super::super::text::{count, plural};
use super::{Account, Medium};
use crate::domain::SubscriptionId;
use crate::plan::{
    Deviation, Differs, Done, Drift, MayBe, News, OrderDrift, Part, RenewalBy, UnknownOrder, Unread,
};

/// Says in one line what was found.
pub(in crate::view) fn drift_verdict(drift: &Drift) -> String {
    let mut parts = Vec::new();
    if drift.drifted() > 0 {
        let differ = if drift.drifted() == 1 { "differs" } else { "differ" };
        parts.push(format!("{} of {} {differ}", drift.drifted(), count(drift.compared, "order")));
    }
    match drift.unknown.len() {
        0 => {}
        1 => parts.push("1 order is not recorded".to_owned()),
        more => parts.push(format!("{more} orders are not recorded")),
    }
    let unread = drift.unread.iter().filter(|unread| unread.part == Part::Estate).count();
    let rest = match unread {
        0 => String::new(),
        unread => format!("; {} could not be read", count(unread, "customer")),
    };
    match (parts.is_empty(), drift.compared) {
        (false, _) => format!("Drift: {}{rest}", parts.join(", ")),
        (true, 0) if unread > 0 => format!("Nothing was compared{rest}"),
        (true, 0) => "Nothing to compare: no order is recorded here".to_owned(),
        (true, 1) => format!("No drift: 1 order is as it was recorded{rest}"),
        (true, orders) => format!("No drift: {orders} orders are as they were recorded{rest}"),
    }
}

/// Returns the last line.
pub(in crate::view) fn drift_counts(drift: &Drift) -> String {
    format!("{} compared, {}", count(drift.compared, "order"), plural(drift.requests, "request"))
}

/// Says what there is to tell of a recorded order.
pub(in crate::view) fn order_drift(order: &OrderDrift, medium: Medium) -> Account {
    let mut account = Account::default();
    for Deviation { what, who } in &order.findings {
        account.details.push(differs(what, medium));
        account.details.extend(done(what, who.as_ref(), medium));
        account.hints.extend(ways_out(what, order, medium));
    }
    account.hints.dedup();
    account.details.extend(order.news.iter().map(|one| news(one, medium)));
    account
}

fn differs(what: &Differs, medium: Medium) -> String {
    let of = |subscription: &SubscriptionId| format!("subscription {}", medium.text(subscription.as_str()));
    match what {
        Differs::Gone { subscriptions } => match subscriptions.len() {
            0 => "gone: it is not listed any more".to_owned(),
            _ => {
                let ids: Vec<String> = subscriptions.iter().map(of).collect();
                format!("gone: it is not listed any more, but there is {}", ids.join(", "))
            }
        },
        Differs::Cancelled { subscription: None } => "cancelled".to_owned(),
        Differs::Cancelled { subscription: Some(subscription) } => format!("cancelled: {}", of(subscription)),
        Differs::Suspended { subscription } => format!("suspended: {}", of(subscription)),
        Differs::Expired { subscription } => format!("expired: {}", of(subscription)),
        Differs::Status { subscription, status } => format!("{}: {}", medium.text(status), of(subscription)),
        Differs::Seats { product, recorded, reported } => {
            let reported: Vec<u32> = reported.iter().map(|(_, seats)| *seats).collect();
            let (was, is) = (seats(recorded), seats(&reported));
            format!("seats of {}: {was} recorded, {is} reported", medium.text(product))
        }
        Differs::Renamed { recorded, reported, .. } => {
            let reported = reported.as_ref().map_or("nothing".to_owned(), |name| medium.code(name));
            format!("renamed: {} recorded, {reported} reported", medium.code(recorded))
        }
        Differs::AutoRenewal { subscription, reported, by, .. } => {
            let by = match by {
                RenewalBy::Manifest => "the manifest says",
                RenewalBy::Recorded => "it was recorded as",
            };
            format!("auto-renewal: {}, {by} {}; {}", on(*reported), on(!*reported), of(subscription))
        }
    }
}

fn on(enabled: bool) -> &'static str {
    if enabled { "on" } else { "off" }
}

fn seats(of: &[u32]) -> String {
    let numbers: Vec<String> = of.iter().map(ToString::to_string).collect();
    if numbers.is_empty() { "none".to_owned() } else { numbers.join(" and ") }
}

/// Says who did it; nothing where nobody did anything.
fn done(what: &Differs, who: Option<&Done>, medium: Medium) -> Option<String> {
    match (what, who) {
        (_, Some(who)) => Some(format!("by {}", doer(who, medium))),
        (Differs::AutoRenewal { is_as_before: true, .. }, None) => None,
        (_, None) => Some("who did it is not in the audit log (yet)".to_owned()),
    }
}

/// Says who made an order.
pub(in crate::view) fn made_by(done: &Done, medium: Medium) -> String {
    format!("by {}", doer(done, medium))
}

fn doer(done: &Done, medium: Medium) -> String {
    let user = done.who.user.as_deref().map(|user| medium.text(user));
    let application =
        done.who.application.as_deref().map(|name| format!("application {}", medium.text(name)));
    let who: Vec<String> = user.into_iter().chain(application).collect();
    let who = if who.is_empty() { "somebody".to_owned() } else { who.join(", ") };
    let at = done.at.map(|at| format!(" at {at}")).unwrap_or_default();
    format!("{who}{at} ({})", medium.text(&done.operation))
}

fn ways_out(what: &Differs, order: &OrderDrift, medium: Medium) -> Vec<String> {
    let name = &order.name;
    let forget = || {
        let command = medium.code(&format!("orderform state forget {name}"));
        format!(
            "if that is right, take its manifest away, then {command}; as long as it is recorded, it is not bought again"
        )
    };
    match what {
        Differs::Gone { .. } | Differs::Cancelled { .. } | Differs::Expired { .. } => vec![forget()],
        Differs::Suspended { .. } => {
            vec!["if it is needed, reactivate it in Partner Center: a suspended licence is billed all the same"
                .to_owned()]
        }
        Differs::Status { .. } => vec!["look at it in Partner Center".to_owned()],
        Differs::Seats { .. } => {
            vec![
                "placed orders are not edited: change the seats in Partner Center, where that is possible"
                    .to_owned(),
            ]
        }
        Differs::Renamed { recorded, .. } => {
            vec![format!("call it {} again in Partner Center", medium.code(recorded))]
        }
        Differs::AutoRenewal { reported, .. } => {
            let key = medium.code(&format!("metadata.autoRenewEnabled: {reported}"));
            vec![format!("switch it {} in Partner Center, or say {key} in its manifest", on(!*reported))]
        }
    }
}

fn news(news: &News, medium: Medium) -> String {
    match news {
        News::NotListedYet => "not listed yet: it is younger than lists may lag".to_owned(),
        News::Subscriptions(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| medium.text(id.as_str())).collect();
            format!("arrived: subscription {}", ids.join(", "))
        }
        News::Renewed { subscription, until } => {
            format!("subscription {} runs until {}", medium.text(subscription.as_str()), medium.text(until))
        }
    }
}

/// Says what an order is that is not recorded.
pub(in crate::view) fn unknown_order(order: &UnknownOrder, medium: Medium) -> Account {
    let lines = order
        .lines
        .iter()
        .map(|(offer, quantity)| format!("{} of {}", plural(*quantity, "seat"), medium.text(offer.as_str())));
    let mut account = lines.fold(Account::default(), Account::detail);
    account = account.detail(match (&order.who, order.created) {
        (Some(who), _) => format!("bought by {}", doer(who, medium)),
        (None, Some(created)) => format!("made at {created}; who made it is not in the audit log (yet)"),
        (None, None) => "who made it is not in the audit log (yet)".to_owned(),
    });
    let adopt = |name: &str| medium.code(&format!("orderform adopt {name} {}", order.order_id));
    match &order.may_be {
        MayBe::Strange => {
            account.hint(format!("to have it in the manifests, write one for it, then {}", adopt("NAME")))
        }
        MayBe::Forgotten => account
            .detail("it was recorded once, and forgotten")
            .hint(format!("to record it again, {}", adopt("NAME"))),
        MayBe::Wanted(name) => account
            .detail(format!("the manifest {} wants exactly this", medium.code(name.as_str())))
            .hint(format!("to record it as that, {}", adopt(name.as_str()))),
        MayBe::Pending(name) => account
            .detail(format!("it may be what the attempt of {} bought", medium.code(name.as_str())))
            .hint(format!("{} settles it", medium.code(super::APPLY))),
    }
}

/// Says what could not be read.
pub(in crate::view) fn unread(unread: &Unread, medium: Medium) -> String {
    let what = match unread.part {
        Part::Estate => "nothing is known of customer",
        Part::AuditLog => "the audit log could not be read of customer",
    };
    format!("{what} {}: {}", unread.customer_id, medium.text(&unread.why))
}
