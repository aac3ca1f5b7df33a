//! Which lines of an order live, and what they are now.

use super::Why;
use crate::domain::{LineItem, ObservedLine, ObservedOrder, ObservedSubscription};

/// The Azure plan of new commerce, which is paid by use ("Create an order", its Azure plan).
const AZURE_PLAN: &str = "DZH318Z0BPS6:";

/// A line with the subscription that it has become.
#[derive(Debug, Clone, Copy)]
pub(super) struct Live<'a> {
    pub(super) line: &'a ObservedLine,
    pub(super) subscription: &'a ObservedSubscription,
}

impl Live<'_> {
    /// Returns what an order is named after: the offer's title, where there is one.
    pub(super) fn title(&self) -> String {
        let one = self.subscription;
        let title =
            one.offer_name.as_ref().or(one.friendly_name.as_ref()).or(self.line.friendly_name.as_ref());
        title.cloned().unwrap_or_else(|| self.line.offer_id.product().to_owned())
    }

    /// Returns the line of the manifest. A friendly name that Partner Center filled in is no choice of anybody's.
    pub(super) fn line_item(&self) -> LineItem {
        let (line, one) = (self.line, self.subscription);
        let named = one.friendly_name.clone().or_else(|| line.friendly_name.clone());
        LineItem {
            friendly_name: named.filter(|name| one.offer_name.as_ref().is_some_and(|title| title != name)),
            term_duration: line.term_duration.clone(),
            promotion_id: line.promotion_id.clone(),
            partner_id_on_record: line.partner_id_on_record.clone(),
            ..LineItem::new(line.offer_id.clone(), one.quantity)
        }
    }

    fn now(&self) -> ObservedLine {
        let one = self.subscription;
        ObservedLine {
            quantity: one.quantity,
            friendly_name: one.friendly_name.clone().or_else(|| self.line.friendly_name.clone()),
            ..self.line.clone()
        }
    }
}

/// Returns an order as it is now: without the lines that have ended, with the seats and names of its subscriptions. `None`
/// where nothing of it lives, or something of it cannot be seen.
#[must_use]
pub fn present(order: &ObservedOrder, subscriptions: &[ObservedSubscription]) -> Option<ObservedOrder> {
    let judged: Vec<_> = order.lines.iter().map(|line| judge(order, line, subscriptions)).collect();
    if judged.iter().any(|one| matches!(one, Err(Why::NotListed))) {
        return None;
    }
    let live: Vec<Live<'_>> = judged.into_iter().flatten().collect();
    (!live.is_empty()).then(|| as_now(order, &live))
}

/// Returns an order as its living lines are now.
pub(super) fn as_now(order: &ObservedOrder, live: &[Live<'_>]) -> ObservedOrder {
    ObservedOrder { lines: live.iter().map(Live::now).collect(), ..order.clone() }
}

/// Finds the subscription of a line, or says why the line is not adopted.
pub(super) fn judge<'a>(
    order: &ObservedOrder,
    line: &'a ObservedLine,
    subscriptions: &'a [ObservedSubscription],
) -> Result<Live<'a>, Why> {
    if line.quantity == 0 {
        return Err(Why::Cancelled);
    }
    let offer = line.offer_id.as_str().to_ascii_uppercase();
    if offer.starts_with("MS-AZR-") || offer.starts_with(AZURE_PLAN) {
        return Err(Why::Usage);
    }
    let Some(one) = subscription_of(order, line, subscriptions) else {
        // A licence gets its subscription later; a reservation never does ("Create an order").
        let comes =
            line.subscription_id.is_some() || !offer.contains(':') || line.offer_id.is_new_commerce_licence();
        return Err(if comes { Why::NotListed } else { Why::NoSubscription });
    };
    match &one.order_id {
        Some(other) if *other != order.id => return Err(Why::Elsewhere(other.clone())),
        _ if one.parent_id.is_some() => return Err(Why::AddOn),
        _ if one.is_trial => return Err(Why::Trial),
        _ => {}
    }
    match (lives(one), one.quantity) {
        (true, 1..) => Ok(Live { line, subscription: one }),
        (true, 0) => Err(Why::Cancelled),
        (false, _) => Err(Why::Status(one.status.clone())),
    }
}

/// Says whether a subscription is paid for; a suspended one is ("Suspend a subscription").
pub(super) fn lives(one: &ObservedSubscription) -> bool {
    matches!(one.status.as_str(), "active" | "suspended")
}

/// Says whether a line names a subscription. The case of GUIDs changes between answers.
pub(super) fn is_of(line: &ObservedLine, one: &ObservedSubscription) -> bool {
    let id = one.terms.id.as_str();
    line.subscription_id.as_ref().is_some_and(|named| named.as_str().eq_ignore_ascii_case(id))
}

/// Finds the subscription that a line names, or, where it names none, the only one of its order and product.
fn subscription_of<'a>(
    order: &ObservedOrder,
    line: &ObservedLine,
    subscriptions: &'a [ObservedSubscription],
) -> Option<&'a ObservedSubscription> {
    if line.subscription_id.is_some() {
        return subscriptions.iter().find(|one| is_of(line, one));
    }
    let is_product = |other: &ObservedLine| other.offer_id.is_same_product(&line.offer_id);
    if order.lines.iter().filter(|other| is_product(other)).count() > 1 {
        return None;
    }
    let mut of_it = subscriptions.iter().filter(|one| {
        one.order_id.as_ref() == Some(&order.id)
            && one.offer_id.as_ref().is_some_and(|offer| offer.is_same_product(&line.offer_id))
    });
    of_it.next().filter(|_| of_it.next().is_none())
}
