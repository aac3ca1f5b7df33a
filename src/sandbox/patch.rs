//! PATCH of subscriptions and orders: what may be changed, and what is refused ("Change the quantity of a subscription",
//! "Cancel an order from the integration sandbox", "Error codes").
//!
//! The whole resource is expected; what is left out of it is as it was, but for `autoRenewEnabled`, which is switched off.
//! A stale etag is 400/2055, in the header or in the body; none at all is taken.
//!
//! **Invariant:** what is refused changes nothing.

use jiff::{Span, Timestamp};
use serde_json::Value;

use super::change::{Alteration, Change, Who};
use super::reply::{Refusal, Reply};
use super::view::created;
use super::world::World;
use crate::partner_center::wire;
use crate::partner_center::wire::subscription::Subscription;

/// How long orders of a sandbox account can be cancelled.
const CANCEL_DAYS: i64 = 60;

/// A request to change something.
#[derive(Debug)]
pub(super) struct Patch<'a> {
    pub(super) customer: &'a str,
    /// Of the subscription or the order, as in the URL.
    pub(super) id: &'a str,
    pub(super) body: &'a [u8],
    /// `If-Match`, without its quotes.
    pub(super) if_match: Option<String>,
    pub(super) who: Who,
    pub(super) at: Timestamp,
}

impl World {
    /// Changes a subscription, and answers with it.
    pub(super) fn patch_subscription(&mut self, patch: &Patch<'_>) -> Result<Reply, Refusal> {
        let (sale, line) = self.find_subscription(patch.customer, patch.id, patch.at)?;
        let order_id = self.sales[sale].order_id().to_owned();
        let shown = self.shown_subscription(&self.sales[sale], line, patch.at).ok_or_else(no_subscription)?;
        for alteration in asked_of(&shown, patch)? {
            self.record(Change {
                alteration,
                at_ms: patch.at.as_millisecond(),
                order_id: order_id.clone(),
                line: Some(line),
                who: patch.who.clone(),
            })?;
        }
        self.subscription(patch.customer, patch.id, patch.at)
    }

    /// Cancels an order that may be, and answers with it.
    pub(super) fn patch_order(&mut self, patch: &Patch<'_>) -> Result<Reply, Refusal> {
        self.order(patch.customer, patch.id, patch.at)?;
        let asked: Value =
            wire::read(patch.body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
        if !text(&asked, "status").is_some_and(|status| status.eq_ignore_ascii_case("cancelled")) {
            return Err(Refusal::invalid_input("Only the cancellation of an order is known here."));
        }
        let sale = &self.sales[self.by_order[&patch.id.to_ascii_lowercase()]];
        let is = |prefix: &str| {
            sale.order.line_items.iter().any(|line| line.offer_id.to_ascii_uppercase().starts_with(prefix))
        };
        if sale.order.attributes.etag.is_some() {
            return Err(Refusal::new(
                400,
                800_063,
                "The order cannot be cancelled. Suspend its subscriptions.",
            ));
        }
        if is("CFQ7TTC") {
            return Err(Refusal::new(403, 800_019, "The order is not eligible to be cancelled."));
        }
        let last =
            created(sale).saturating_add(Span::new().hours(24 * CANCEL_DAYS)).unwrap_or(Timestamp::MAX);
        if patch.at > last {
            return Err(past_the_window(CANCEL_DAYS));
        }
        self.record(Change {
            alteration: Alteration::CancelOrder,
            at_ms: patch.at.as_millisecond(),
            order_id: sale.order_id().to_owned(),
            line: None,
            who: patch.who.clone(),
        })?;
        self.order(patch.customer, patch.id, patch.at)
    }
}

pub(super) fn no_subscription() -> Refusal {
    Refusal::new(404, 20_003, "Subscription not found.")
}

fn past_the_window(days: i64) -> Refusal {
    Refusal::new(400, 900_117, format!("The cancellation window of {days} days has passed."))
}

/// Says what a PATCH asks for, or why it is refused.
fn asked_of(shown: &Subscription, patch: &Patch<'_>) -> Result<Vec<Alteration>, Refusal> {
    let asked: Value =
        wire::read(patch.body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
    match shown.status.as_str() {
        "deleted" => return Err(Refusal::new(400, 2011, "The subscription was deleted.")),
        "expired" => return Err(Refusal::new(400, 900_279, "The subscription is in its final state.")),
        _ => {}
    }
    let sent = patch.if_match.as_deref().or(asked.get("attributes").and_then(|of| text(of, "etag")));
    if shown.attributes.etag.is_some()
        && sent.is_some_and(|sent| Some(sent) != shown.attributes.etag.as_deref())
    {
        return Err(Refusal::new(400, 2055, "The etag is not that of the latest version."));
    }
    let cycle = shown.billing_cycle.as_deref().unwrap_or_default();
    if text(&asked, "billingCycle").is_some_and(|asked| !asked.eq_ignore_ascii_case(cycle)) {
        return Err(Refusal::new(400, 2054, "The billing cycle is changed by the order."));
    }
    let mut asked_for: Vec<Alteration> = seats(shown, &asked, patch.at)?.into_iter().collect();
    if let Some(name) =
        text(&asked, "friendlyName").filter(|name| !name.is_empty() && *name != shown.friendly_name)
    {
        asked_for.push(Alteration::Rename { friendly_name: name.to_owned() });
    }
    let enabled = asked.get("autoRenewEnabled").and_then(Value::as_bool).unwrap_or(false);
    if shown.auto_renew_enabled != Some(enabled) {
        asked_for.push(Alteration::AutoRenew { enabled });
    }
    asked_for.extend(status(shown, &asked, patch.at)?);
    Ok(asked_for)
}

fn seats(shown: &Subscription, asked: &Value, now: Timestamp) -> Result<Option<Alteration>, Refusal> {
    let quantity = asked.get("quantity").and_then(Value::as_i64).unwrap_or(shown.quantity);
    if quantity == shown.quantity {
        return Ok(None);
    }
    if shown.status == "suspended" {
        return Err(Refusal::new(400, 800_091, "A suspended subscription cannot be updated."));
    }
    if quantity < 1 {
        return Err(Refusal::new(400, 2002, format!("The quantity {quantity} is out of range.")));
    }
    if quantity < shown.quantity && is_past(shown, now) {
        return Err(Refusal::new(400, 800_090, "Subscription quantity cannot be decreased."));
    }
    Ok(Some(Alteration::Seats { quantity }))
}

fn status(shown: &Subscription, asked: &Value, now: Timestamp) -> Result<Option<Alteration>, Refusal> {
    let asked = text(asked, "status").unwrap_or(&shown.status).to_ascii_lowercase();
    match asked.as_str() {
        status if status == shown.status => Ok(None),
        "suspended" => Ok(Some(Alteration::Suspend)),
        "active" => Ok(Some(Alteration::Reactivate)),
        "deleted" if is_past(shown, now) => Err(past_the_window(7)),
        "deleted" => Ok(Some(Alteration::Cancel)),
        other => Err(Refusal::invalid_input(format!("`{other}` is not a status that can be asked for."))),
    }
}

/// Says whether seats and subscription can no longer be given back; what has no window always can.
fn is_past(shown: &Subscription, now: Timestamp) -> bool {
    let until = shown.cancellation_allowed_until_date.as_deref().and_then(|until| until.parse().ok());
    until.is_some_and(|until: Timestamp| now > until)
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}
