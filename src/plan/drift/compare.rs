//! One recorded order, held against what is reported of it.
//!
//! Lines are told apart by product, because changes renumber them and availabilities are reissued; within a product, what was
//! ordered and what is there are compared as bags.
//!
//! **Invariant:** what was not asked for is not missed.

use std::collections::BTreeMap;

use super::{Deviation, Differs, News, OrderDrift, Recollection, RenewalBy, Reported, called};
use crate::domain::{
    Bought, LineItem, ObservedOrder, ObservedSubscription, OrderName, SubscriptionId, Timestamp,
};

/// A line that is reported, with its subscription where there is one.
struct Line<'a> {
    product: String,
    quantity: u32,
    friendly_name: Option<&'a str>,
    subscription: Option<&'a ObservedSubscription>,
}

impl Line<'_> {
    fn has_ended(&self) -> bool {
        self.subscription.map_or(self.quantity == 0, ObservedSubscription::has_ended)
    }

    fn seats(&self) -> u32 {
        self.subscription.map_or(self.quantity, |subscription| subscription.quantity)
    }

    fn name(&self) -> Option<&str> {
        let own = self.subscription.and_then(|subscription| subscription.friendly_name.as_deref());
        own.or(self.friendly_name)
    }

    fn id(&self) -> Option<SubscriptionId> {
        self.subscription.map(|subscription| subscription.terms.id.clone())
    }
}

/// Compares one order.
pub(super) fn order(
    known: Recollection<'_>,
    name: &OrderName,
    bought: &Bought,
    report: &Reported,
) -> OrderDrift {
    let id = &bought.order.order_id;
    let listed = report.orders.orders.iter().find(|order| order.id == *id);
    let since = bought.recorded.or_else(|| made(bought));
    let mut drift = OrderDrift {
        name: name.clone(),
        customer_id: bought.spec.customer_id,
        customer_name: called(known.desired, bought.spec.customer_id),
        order_id: id.clone(),
        since,
        findings: Vec::new(),
        news: Vec::new(),
    };
    match listed {
        None if is_young(since, report, known) => drift.news.push(News::NotListedYet),
        None => {
            let own = own_subscriptions(bought, report).filter(|subscription| !subscription.has_ended());
            let subscriptions = own.map(|subscription| subscription.terms.id.clone()).collect();
            drift.findings.push(Deviation { what: Differs::Gone { subscriptions }, who: None });
        }
        Some(order) => {
            let wanted = wanted_renewal(known, name);
            let found = differences(bought, order, report, wanted);
            drift.findings.extend(found.into_iter().map(|what| Deviation { what, who: None }));
            drift.news.extend(news(bought, order, report));
        }
    }
    drift
}

fn made(bought: &Bought) -> Option<Timestamp> {
    bought.order.creation_date.as_deref().and_then(Timestamp::parse)
}

/// Says whether an order may be missing in the list because it is so young. Where nobody can tell, it may.
fn is_young(since: Option<Timestamp>, report: &Reported, known: Recollection<'_>) -> bool {
    let age = report.orders.at.server.zip(since).map(|(now, since)| now.since(since));
    age.is_none_or(|age| age < known.settle_after)
}

/// Returns what the manifest says about the renewal of an order.
fn wanted_renewal(known: Recollection<'_>, name: &OrderName) -> Option<bool> {
    let is_its =
        |order: &&crate::domain::DesiredOrder| order.name == *name || order.formerly.as_ref() == Some(name);
    known.desired.iter().find(is_its).and_then(|order| order.auto_renew)
}

/// Returns the subscriptions that are of an order, by their ids or by its own.
fn own_subscriptions<'a>(
    bought: &'a Bought,
    report: &'a Reported,
) -> impl Iterator<Item = &'a ObservedSubscription> {
    let is_known =
        |id: &SubscriptionId| bought.order.subscription_ids.iter().flatten().any(|known| known.is_same(id));
    let of_order = |one: &ObservedSubscription| one.order_id.as_ref() == Some(&bought.order.order_id);
    report.subscriptions.iter().filter(move |one| of_order(one) || is_known(&one.terms.id))
}

fn lines<'a>(order: &'a ObservedOrder, report: &'a Reported) -> Vec<Line<'a>> {
    let lines = order.lines.iter().map(|line| Line {
        product: line.offer_id.product().to_ascii_uppercase(),
        quantity: line.quantity,
        friendly_name: line.friendly_name.as_deref(),
        subscription: line.subscription_id.as_ref().and_then(|id| subscription(report, id)),
    });
    lines.collect()
}

/// Finds a subscription by its id.
pub(super) fn subscription<'a>(
    report: &'a Reported,
    id: &SubscriptionId,
) -> Option<&'a ObservedSubscription> {
    report.subscriptions.iter().find(|one| one.terms.id.is_same(id))
}

fn differences(
    bought: &Bought,
    order: &ObservedOrder,
    report: &Reported,
    wanted: Option<bool>,
) -> Vec<Differs> {
    if order.is_cancelled() {
        return vec![Differs::Cancelled { subscription: None }];
    }
    let lines = lines(order, report);
    let mut found: Vec<Differs> = lines.iter().filter_map(|line| status(line)).collect();
    let mut products: BTreeMap<String, (Vec<&LineItem>, Vec<&Line<'_>>)> = BTreeMap::new();
    for line in &bought.spec.line_items {
        products.entry(line.offer_id.product().to_ascii_uppercase()).or_default().0.push(line);
    }
    for line in &lines {
        products.entry(line.product.clone()).or_default().1.push(line);
    }
    for (product, (recorded, reported)) in products {
        // What has ended is told of; which of several lines it was is not known.
        if !reported.iter().any(|line| line.has_ended()) {
            found.extend(seats(product, &recorded, &reported));
            found.extend(names(&recorded, &reported));
        }
    }
    let live = lines.iter().filter(|line| !line.has_ended()).filter_map(|line| line.subscription);
    found.extend(live.filter_map(|subscription| renewal(bought, subscription, wanted)));
    found
}

fn status(line: &Line<'_>) -> Option<Differs> {
    let Some(shown) = line.subscription else {
        return (line.quantity == 0).then_some(Differs::Cancelled { subscription: None });
    };
    let subscription = shown.terms.id.clone();
    match shown.status.as_str() {
        "" | "active" | "pending" | "none" => None,
        "deleted" => Some(Differs::Cancelled { subscription: Some(subscription) }),
        "suspended" => Some(Differs::Suspended { subscription }),
        "expired" => Some(Differs::Expired { subscription }),
        other => Some(Differs::Status { subscription, status: other.to_owned() }),
    }
}

fn seats(product: String, recorded: &[&LineItem], reported: &[&Line<'_>]) -> Option<Differs> {
    let mut were: Vec<u32> = recorded.iter().map(|line| line.quantity).collect();
    let mut are: Vec<u32> = reported.iter().map(|line| line.seats()).collect();
    let recorded = were.clone();
    were.sort_unstable();
    are.sort_unstable();
    let reported = reported.iter().map(|line| (line.id(), line.seats())).collect();
    (were != are).then_some(Differs::Seats { product, recorded, reported })
}

/// Pairs names that were asked for with names that are there; those left over were changed.
fn names(recorded: &[&LineItem], reported: &[&Line<'_>]) -> Vec<Differs> {
    let mut left: Vec<&&Line<'_>> = reported.iter().collect();
    let mut missing: Vec<&str> = Vec::new();
    for name in recorded.iter().filter_map(|line| line.friendly_name.as_deref()) {
        match left.iter().position(|line| line.name() == Some(name)) {
            Some(found) => drop(left.remove(found)),
            None => missing.push(name),
        }
    }
    let renamed = missing.into_iter().zip(left).map(|(recorded, line)| Differs::Renamed {
        subscription: line.id(),
        recorded: recorded.to_owned(),
        reported: line.name().map(str::to_owned),
    });
    renamed.collect()
}

fn renewal(bought: &Bought, shown: &ObservedSubscription, wanted: Option<bool>) -> Option<Differs> {
    let reported = shown.terms.auto_renew?;
    let last = bought.terms.iter().find(|terms| terms.id.is_same(&shown.terms.id));
    let last = last.and_then(|terms| terms.auto_renew);
    let (expected, by) = match wanted {
        Some(wanted) => (wanted, RenewalBy::Manifest),
        None => (last?, RenewalBy::Recorded),
    };
    // New licences of new commerce renew by themselves; of others nobody knows.
    let is_licence = bought.spec.line_items.iter().all(|line| line.offer_id.is_new_commerce_licence());
    (reported != expected).then(|| Differs::AutoRenewal {
        subscription: shown.terms.id.clone(),
        reported,
        by,
        is_as_before: last.map_or(reported || !is_licence, |last| last == reported),
    })
}

fn news(bought: &Bought, order: &ObservedOrder, report: &Reported) -> Vec<News> {
    let mut news = Vec::new();
    let known = &bought.order.subscription_ids;
    if let Some(ids) = super::records::subscription_ids(bought, order).filter(|ids| ids != known) {
        let new = ids.iter().zip(known).filter(|(_, known)| known.is_none());
        news.push(News::Subscriptions(new.filter_map(|(id, _)| id.clone()).collect()));
    }
    for was in &bought.terms {
        let Some(is) = subscription(report, &was.id) else { continue };
        if let Some(until) = &is.terms.commitment_end
            && was.commitment_end.as_ref().is_some_and(|was| was != until)
        {
            news.push(News::Renewed { subscription: was.id.clone(), until: until.clone() });
        }
    }
    news
}
