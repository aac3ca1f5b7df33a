//! Judges an order: what Partner Center would refuse, and what it would fill in.
//!
//! Status and code of each refusal are those of "Error codes"; the order in which rules apply is ours, no page gives
//! it. Read-only members of a request are dropped, as the real service does.
//!
//! **Invariant:** pure: no clock, no world, no id is made here.

use crate::partner_center::wire::order::{Order, OrderLineItem};

use super::browse::eligible;
use super::catalogue::{self, Generation, Offer};
use super::goods::Kind;
use super::reply::Refusal;
use super::{SandboxLimits, Tenant};

/// Seats of a subscription in a sandbox account ("Test and debug").
const SANDBOX_SEATS: i64 = 25;

/// Where it is sold: what the sandbox allows, what was reissued, and to whom.
#[derive(Debug, Clone, Default)]
pub(super) struct Market {
    pub(super) limits: SandboxLimits,
    /// How often availabilities were reissued.
    pub(super) reissued: u32,
    pub(super) tenant: Tenant,
}

impl Market {
    /// Whether an offer is sold to the customer at all.
    pub(super) fn sells(&self, offer: &Offer) -> bool {
        match offer.good.map(|good| good.kind) {
            Some(Kind::Withdrawn) => false,
            Some(Kind::Education) => self.tenant.segment == "education",
            _ => true,
        }
    }
}

/// An order that can be bought: every offer known, every default chosen.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) generation: Generation,
    /// Billing cycle, terms and names filled in; no ids yet.
    pub(super) order: Order,
}

/// Judges an order that is meant for a customer.
///
/// # Errors
/// The first reason to refuse it.
pub(super) fn judge(order: &Order, customer: &str, market: &Market) -> Result<Accepted, Refusal> {
    judge_customer(order, customer)?;
    if !market.tenant.agreement {
        return Err(Refusal::new(
            403,
            13_605,
            "The customer has not confirmed the Microsoft Customer Agreement.",
        ));
    }
    let lines = numbered(&order.line_items)?;
    let offers = lines.iter().map(|line| judge_line(line, market)).collect::<Result<Vec<_>, _>>()?;
    let generation = one_generation(&offers)?;
    let billing_cycle = judge_billing_cycle(order.billing_cycle.as_deref(), &offers)?;
    judge_partners(order)?;
    let line_items = lines
        .iter()
        .zip(&offers)
        .map(|(line, offer)| accept_line(line, offer, billing_cycle))
        .collect::<Result<_, _>>()?;
    Ok(Accepted {
        generation,
        order: Order {
            reference_customer_id: Some(customer.to_owned()),
            billing_cycle: Some(billing_cycle.to_owned()),
            line_items,
            ..Order::default()
        },
    })
}

fn judge_customer(order: &Order, customer: &str) -> Result<(), Refusal> {
    match order.reference_customer_id.as_deref() {
        Some(reference) if !reference.eq_ignore_ascii_case(customer) => {
            Err(Refusal::invalid_input("ReferenceCustomerId is not the customer of the request."))
        }
        _ => Ok(()),
    }
}

/// Returns the lines by number, which must be exactly 0 to n-1.
fn numbered(lines: &[OrderLineItem]) -> Result<Vec<&OrderLineItem>, Refusal> {
    if lines.is_empty() {
        return Err(Refusal::invalid_input("An order needs at least one line item."));
    }
    let mut lines: Vec<&OrderLineItem> = lines.iter().collect();
    lines.sort_by_key(|line| line.line_item_number);
    let gapless = (0..).zip(&lines).all(|(n, line)| line.line_item_number == n);
    if !gapless {
        return Err(Refusal::new(
            400,
            800_071,
            "Line item numbers must be unique and run from 0 to the number of line items minus 1.",
        ));
    }
    Ok(lines)
}

fn judge_line(line: &OrderLineItem, market: &Market) -> Result<Offer, Refusal> {
    if line.parent_subscription_id.is_some() {
        return Err(Refusal::new(400, 2000, "ParentSubscriptionId is not supported for this request."));
    }
    let found = catalogue::find_after(&line.offer_id, market.reissued);
    let Some(offer) = found.filter(|offer| !offer.is_stale && market.sells(offer)) else {
        return Err(Refusal::new(400, 800_004, format!("The offer id {} is not valid.", line.offer_id)));
    };
    if offer.good.is_some_and(|good| good.kind == Kind::Attested) && line.attestation_accepted != Some(true) {
        return Err(Refusal::new(400, 900_203, format!("Attestation is missing for offer {}.", offer.id)));
    }
    if !(offer.minimum..=offer.maximum).contains(&line.quantity) {
        return Err(Refusal::new(
            400,
            2002,
            format!(
                "The quantity {} is not in the range {} to {} of offer {}.",
                line.quantity, offer.minimum, offer.maximum, offer.id
            ),
        ));
    }
    if market.limits == SandboxLimits::On && line.quantity > SANDBOX_SEATS {
        return Err(over_limit("25 licenses per subscription"));
    }
    Ok(offer)
}

/// 400/800018.
pub(super) fn over_limit(limit: &str) -> Refusal {
    Refusal::new(400, 800_018, format!("The sandbox limit of {limit} is exceeded."))
}

fn one_generation(offers: &[Offer]) -> Result<Generation, Refusal> {
    let first = offers.first().map_or(Generation::Modern, |offer| offer.generation);
    if offers.iter().any(|offer| offer.generation != first) {
        return Err(Refusal::invalid_input(
            "Legacy offers and new commerce products cannot be in one order.",
        ));
    }
    Ok(first)
}

/// Reads a billing cycle in any case; chooses `monthly` where it is absent or `unknown`.
fn judge_billing_cycle(cycle: Option<&str>, offers: &[Offer]) -> Result<&'static str, Refusal> {
    let asked = cycle.unwrap_or("unknown").to_ascii_lowercase();
    let cycle = match asked.as_str() {
        "unknown" | "monthly" => "monthly",
        "annual" => "annual",
        "none" => "none",
        "one_time" | "onetime" => "one_time",
        "biennial" => "biennial",
        "triennial" => "triennial",
        _ => {
            return Err(Refusal::new(
                400,
                900_126,
                format!("Unable to parse enum value {asked} of BillingCycle."),
            ));
        }
    };
    match offers.iter().find(|offer| offer.is_trial) {
        Some(trial) if cycle != "none" => Err(Refusal::new(
            400,
            2004,
            format!("The following offer(s): {} does not support billing cycle type: {asked}", trial.id),
        )),
        _ => Ok(cycle),
    }
}

fn judge_partners(order: &Order) -> Result<(), Refusal> {
    let names_partner = |line: &OrderLineItem| {
        line.partner_id_on_record.is_some() || !line.additional_partner_ids_on_record.is_empty()
    };
    let attested = order.partner_on_record_attestation_accepted == Some(true);
    if order.line_items.iter().any(names_partner) && !attested {
        return Err(Refusal::new(400, 900_206, "Partner Attestation is missing."));
    }
    if order.line_items.iter().any(|line| line.additional_partner_ids_on_record.len() > 5) {
        return Err(Refusal::invalid_input("At most 5 additional partners can be named."));
    }
    Ok(())
}

fn accept_line(line: &OrderLineItem, offer: &Offer, cycle: &str) -> Result<OrderLineItem, Refusal> {
    let modern = offer.generation == Generation::Modern;
    let term_duration = judge_term(line, offer, cycle)?;
    // A promotion that does not fit is dropped, and the sale goes through at the full price ("Promotions").
    let term = term_duration.as_deref().unwrap_or_default();
    let fits = |promotion: &&String| eligible(promotion, &offer.id, line.quantity, (term, cycle)).is_ok();
    Ok(OrderLineItem {
        offer_id: offer.id.clone(),
        subscription_id: None,
        promotion_id: line.promotion_id.as_ref().filter(fits).cloned(),
        term_duration,
        transaction_type: modern.then(|| "New".to_owned()),
        friendly_name: Some(named(line.friendly_name.as_deref(), offer)),
        attestation_accepted: None,
        links: std::collections::BTreeMap::new(),
        ..line.clone()
    })
}

/// Billing cycles are written in several ways.
fn plain(cycle: &str) -> String {
    cycle.replace('_', "").to_ascii_lowercase()
}

fn named(friendly_name: Option<&str>, offer: &Offer) -> String {
    friendly_name.filter(|name| !name.is_empty()).unwrap_or(&offer.title).to_owned()
}

/// Reads a term; modern orders without one get the shortest that their billing cycle fits into. Goods are sold for their
/// own terms only.
fn judge_term(line: &OrderLineItem, offer: &Offer, cycle: &str) -> Result<Option<String>, Refusal> {
    let term = line.term_duration.as_deref().unwrap_or_default();
    let is_offered = offer.good.is_none()
        || offer.terms().iter().any(|(duration, billed)| *duration == term && plain(billed) == plain(cycle));
    match (term, offer.generation, cycle) {
        ("P1M" | "P1Y" | "P3Y", ..) if is_offered => Ok(Some(term.to_owned())),
        ("", Generation::Legacy, _) => Ok(None),
        ("", Generation::Modern, "annual") => Ok(Some("P1Y".to_owned())),
        ("", Generation::Modern, "triennial") => Ok(Some("P3Y".to_owned())),
        ("", Generation::Modern, _) => Ok(Some("P1M".to_owned())),
        _ => Err(Refusal::new(
            400,
            400_039,
            format!(
                "Availability of {} referenced by line item {} does not support term '{term}'.",
                offer.id, line.line_item_number
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::partner_center::wire;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
    const LEGACY: &str = "84A03D81-6B37-4D66-8D4A-FAEA24541538";
    const MODERN: &str = "CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P";
    const TRIAL: &str = "C0BD2E08-11AC-4836-BDC7-3712E744922F";

    fn judged(body: &Value, limits: SandboxLimits) -> Result<Accepted, (u16, i64)> {
        let order = wire::read(body.to_string().as_bytes()).unwrap();
        judge(&order, CUSTOMER, &Market { limits, ..Market::default() })
            .map_err(|refusal| (refusal.status, refusal.code))
    }

    /// One line, with members of the line and of the order changed.
    fn order(offer: &str, line: Value, rest: Value) -> Value {
        let mut first = json!({"LineItemNumber": 0, "OfferId": offer, "Quantity": 5});
        merge(&mut first, line);
        let mut order = json!({"LineItems": [first]});
        merge(&mut order, rest);
        order
    }

    fn merge(into: &mut Value, from: Value) {
        let (Value::Object(into), Value::Object(from)) = (into, from) else {
            panic!("objects only");
        };
        into.extend(from);
    }

    #[test]
    fn every_refusal_has_its_documented_status_and_code() {
        let none = || json!({});
        let cases = [
            (json!({}), (400, 800_002)),
            (json!({"lineItems": []}), (400, 800_002)),
            (order(LEGACY, json!({"lineItemNumber": 1, "LineItemNumber": 1}), none()), (400, 800_071)),
            (order(LEGACY, json!({"ParentSubscriptionId": CUSTOMER}), none()), (400, 2000)),
            (order(LEGACY, json!({"Quantity": 0}), none()), (400, 2002)),
            (order(LEGACY, json!({"Quantity": -3}), none()), (400, 2002)),
            (order(LEGACY, json!({"Quantity": 4_000_000_000_u32}), none()), (400, 2002)),
            (order("CFQ7TTC0LH18:0001", json!({"Quantity": 301}), none()), (400, 2002)),
            (order("exchange", none(), none()), (400, 800_004)),
            (order(LEGACY, none(), json!({"BillingCycle": "weekly"})), (400, 900_126)),
            (order(TRIAL, none(), json!({"BillingCycle": "unknown"})), (400, 2004)),
            (order(TRIAL, none(), none()), (400, 2004)),
            (order(MODERN, json!({"TermDuration": "P2M"}), none()), (400, 400_039)),
            (order(MODERN, json!({"PartnerIdOnRecord": "873452"}), none()), (400, 900_206)),
            (order(MODERN, none(), json!({"ReferenceCustomerId": LEGACY})), (400, 800_002)),
        ];
        for (body, expected) in cases {
            let refusal = judged(&body, SandboxLimits::Off).map(|accepted| accepted.order.id);
            assert_eq!(refusal, Err(expected), "{body}");
        }
    }

    #[test]
    fn the_two_generations_cannot_share_an_order() {
        let body = json!({"LineItems": [
            {"LineItemNumber": 0, "OfferId": LEGACY, "Quantity": 1},
            {"LineItemNumber": 1, "OfferId": MODERN, "Quantity": 1},
        ]});
        assert_eq!(judged(&body, SandboxLimits::Off).unwrap_err(), (400, 800_002));
    }

    #[test]
    fn a_sandbox_account_has_25_seats_a_subscription() {
        let body = order(LEGACY, json!({"Quantity": 26}), json!({}));
        assert!(judged(&body, SandboxLimits::Off).is_ok());
        assert_eq!(judged(&body, SandboxLimits::On).unwrap_err(), (400, 800_018));
    }

    #[test]
    fn what_a_request_leaves_open_is_filled_in() {
        let accepted = judged(
            &order("CFQ7TTC0LH0Z:0001", json!({}), json!({"BillingCycle": "unknown"})),
            SandboxLimits::Off,
        )
        .unwrap();
        let line = &accepted.order.line_items[0];
        assert_eq!(accepted.order.billing_cycle.as_deref(), Some("monthly"));
        assert_eq!(line.offer_id, MODERN);
        assert_eq!(line.term_duration.as_deref(), Some("P1M"));
        assert_eq!(line.friendly_name.as_deref(), Some("AI Builder Capacity add-on"));
    }

    #[test]
    fn a_trial_takes_the_billing_cycle_none() {
        let accepted = judged(&order(TRIAL, json!({}), json!({"BillingCycle": "None"})), SandboxLimits::Off);
        assert_eq!(accepted.unwrap().order.billing_cycle.as_deref(), Some("none"));
    }

    #[test]
    fn lines_are_taken_by_number_and_read_only_members_dropped() {
        let body = json!({"id": "x", "status": "completed", "LineItems": [
            {"LineItemNumber": 1, "OfferId": LEGACY, "Quantity": 1, "SubscriptionId": CUSTOMER},
            {"LineItemNumber": 0, "OfferId": LEGACY, "Quantity": 2},
        ]});
        let order = judged(&body, SandboxLimits::Off).unwrap().order;
        assert_eq!((order.id, order.status), (None, None));
        assert_eq!(order.line_items[0].quantity, 2);
        assert_eq!(order.line_items[1].subscription_id, None);
    }
}
