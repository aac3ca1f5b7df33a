//! Between the catalogue on the wire and our own words for it.
//!
//! **Invariant:** what an answer does not say is not made up, and an availability of another SKU is none of this one.

use serde_json::Value;

use super::body::member;
use super::wire::catalogue as wire;
use super::wire::customer::Customer;
use crate::domain::{
    Availability, BillingCycle, Eligibility, Excerpt, Listed, OfferId, OfferedTerm, Profile, Promoted, Sku,
    TermDuration,
};

/// Reads who a customer is. It is sold to where it is billed ("Get a customer by ID").
pub(super) fn profile(customer: Customer) -> Profile {
    let billed = customer.billing_profile.and_then(|billing| billing.default_address);
    let address = billed.or(customer.company_profile.address);
    let relationship = Some(customer.relationship_to_partner).filter(|text| !text.is_empty());
    Profile { relationship, country: address.and_then(|address| address.country) }
}

/// Reads the availabilities of a SKU, and the SKU where they bring it.
pub(super) fn availabilities(asked: &OfferId, found: Vec<wire::Availability>) -> Result<Listed, Excerpt> {
    let mut shelf = (None, Vec::new());
    for one in found {
        let written = match one.catalog_item_id.is_empty() {
            true => format!("{}:{}", asked.product(), one.id),
            false => one.catalog_item_id.clone(),
        };
        let offer = OfferId::parse(&written).map_err(|error| Excerpt::of(&error.to_string()))?;
        if !offer.is_same_product(asked) || offer.leaves_availability_open() {
            let why = format!("asked for availabilities of `{asked}`, `{offer}` came");
            return Err(Excerpt::of(&why));
        }
        let terms = one.terms.into_iter().map(|term| OfferedTerm {
            duration: TermDuration::read(&term.duration),
            cycle: term.billing_cycle.as_deref().map(BillingCycle::read),
        });
        shelf.1.push(Availability {
            offer,
            segment: one.segment,
            country: one.country,
            is_purchasable: one.is_purchasable,
            terms: terms.collect(),
        });
        let whole = one.sku.filter(|sku| !sku.id.is_empty());
        shelf.0 = shelf.0.or(whole.map(|whole| sku(asked.product(), whole)));
    }
    Ok(shelf)
}

/// Reads a SKU.
pub(super) fn sku(offer: &str, sku: wire::Sku) -> Sku {
    let dynamic = serde_json::to_value(&sku.dynamic_attributes).unwrap_or_default();
    let needed = member(&dynamic, "prerequisiteSkus").and_then(Value::as_array);
    let needed = needed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    Sku {
        offer: offer.to_owned(),
        title: sku.title,
        minimum: number(sku.minimum_quantity),
        maximum: number(sku.maximum_quantity),
        is_trial: sku.is_trial,
        is_addon: member(&dynamic, "isAddon").is_some_and(is_true),
        cycles: cycles(&sku.supported_billing_cycles),
        prerequisites: sku.purchase_prerequisites.into_iter().chain(needed).collect(),
        needs_attestation: sku
            .attestation_properties
            .is_some_and(|properties| properties.enforce_attestation),
        is_purchasable: None,
    }
}

/// Reads a legacy offer.
pub(super) fn legacy(asked: &OfferId, offer: wire::Offer) -> Sku {
    Sku {
        offer: asked.as_str().to_owned(),
        title: offer.name,
        minimum: number(offer.minimum_quantity),
        maximum: number(offer.maximum_quantity),
        is_trial: offer.is_trial,
        is_addon: offer.is_add_on,
        cycles: cycles(&offer.supported_billing_cycles),
        prerequisites: offer.prerequisite_offers,
        needs_attestation: false,
        is_purchasable: offer.is_available_for_purchase,
    }
}

/// Writes the question about promotions.
pub(super) fn promoted(lines: &[Promoted]) -> wire::Items<wire::PromotionEligibility> {
    let line = |(position, line): (usize, &Promoted)| wire::PromotionEligibility {
        id: i64::try_from(position).ok(),
        catalog_item_id: line.offer.as_str().to_owned(),
        quantity: line.quantity.into(),
        billing_cycle: line.cycle.as_ref().map(ToString::to_string),
        term_duration: line.term.as_ref().map(ToString::to_string),
        promotion_id: Some(line.promotion.clone()),
        eligibilities: Vec::new(),
    };
    wire::Items { items: lines.iter().enumerate().map(line).collect() }
}

/// Reads the answers: as many as there were lines, each for its own.
pub(super) fn eligibilities(
    lines: &[Promoted],
    found: Vec<wire::PromotionEligibility>,
) -> Result<Vec<Eligibility>, Excerpt> {
    if found.len() != lines.len() {
        let why = format!("asked about {} promotions, {} answers came", lines.len(), found.len());
        return Err(Excerpt::of(&why));
    }
    let read = |(line, answer): (&Promoted, wire::PromotionEligibility)| {
        let same = |one: &wire::Eligible| one.promotion_id.trim().eq_ignore_ascii_case(&line.promotion);
        let own = answer.eligibilities.iter().find(|one| same(one)).or(answer.eligibilities.first());
        let own = own.ok_or_else(|| Excerpt::of("an answer about a promotion that says nothing of it"))?;
        let why = own.errors.iter().map(reason).collect();
        Ok(Eligibility { promotion: line.promotion.clone(), is_eligible: own.is_eligible, why })
    };
    lines.iter().zip(found).map(read).collect()
}

/// Writes why a promotion is not given: its `type`, and whatever else is said, in the order of the names.
fn reason(error: &Value) -> String {
    let Some(members) = error.as_object() else { return error.to_string() };
    let kind = member(error, "type").and_then(Value::as_str).unwrap_or("refused");
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let others = members.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("type"));
    let others: Vec<String> = others.map(|(key, value)| format!("{key} {}", plain(value))).collect();
    match others.is_empty() {
        true => kind.to_owned(),
        false => format!("{kind} ({})", others.join(", ")),
    }
}

fn number(number: Option<i64>) -> Option<u64> {
    number.and_then(|number| u64::try_from(number).ok())
}

fn cycles(cycles: &[String]) -> Vec<BillingCycle> {
    cycles.iter().map(|cycle| BillingCycle::read(cycle)).collect()
}

/// Attributes of a SKU are texts as often as they are truth values.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn offer(text: &str) -> OfferId {
        OfferId::parse(text).unwrap()
    }

    /// "Get an availability by ID", response example for new commerce license-based services, shortened.
    #[test]
    fn the_documented_availability_is_read() {
        let documented = json!({
            "id": "CFQ7TTC0K971", "productId": "CFQ7TTC0LH18", "skuId": "0001",
            "catalogItemId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971", "segment": "commercial", "country": "US",
            "isPurchasable": true, "isRenewable": true,
            "terms": [{"id": "5aeco6mffyxo", "duration": "P1Y", "description": "One-Year commitment",
                "billingCycle": "Annual"}],
            "product": {}, "sku": {},
        });
        let one = serde_json::from_value(documented).unwrap();
        let (sku, found) = availabilities(&offer("CFQ7TTC0LH18:0001"), vec![one]).unwrap();
        assert_eq!(sku, None, "`{{}}` is no SKU");
        let term = OfferedTerm { duration: TermDuration::read("P1Y"), cycle: Some(BillingCycle::Annual) };
        assert_eq!(
            (found[0].offer.as_str(), &found[0].terms),
            ("CFQ7TTC0LH18:0001:CFQ7TTC0K971", &vec![term])
        );
        assert_eq!(found[0].is_purchasable, Some(true));
    }

    #[test]
    fn an_availability_of_another_sku_is_none_of_this_one() {
        for other in ["CFQ7TTC0LH18:0002:CFQ7TTC0K971", "CFQ7TTC0LH18:0001", "not an id"] {
            let one = wire::Availability { catalog_item_id: other.into(), ..wire::Availability::default() };
            assert!(availabilities(&offer("CFQ7TTC0LH18:0001"), vec![one]).is_err(), "{other}");
        }
    }

    /// "Verify promotion eligibility", response example; the page's own question has a blank before the promotion.
    #[test]
    fn the_documented_reasons_against_a_promotion_are_kept_in_its_words() {
        let line = Promoted {
            offer: offer("CFQ7TTC0KZ59:0001:CFQ7TTC0KZ59"),
            quantity: 1,
            term: TermDuration::read("P1Y"),
            cycle: Some(BillingCycle::Monthly),
            promotion: "CFQ9TTC0HH4R:0001:CFQ8HGC0K77G".into(),
        };
        let answer = json!({"catalogItemId": "CFQ7TTC0KZ59:0001:CFQ7TTC0KZ59", "quantity": 1, "eligibilities": [
            {"promotionId": "CFQ9TTC0HH4R:0001:CFQ8HGC0K77G", "isEligible": false, "errors": [
                {"type": "SeatCount", "minRequiredSeats": 25, "maxRequiredSeats": 500}, {"type": "FirstPurchase"}]}]});
        let found = vec![serde_json::from_value(answer).unwrap()];
        let read = eligibilities(std::slice::from_ref(&line), found).unwrap();
        assert_eq!(read[0].why, ["SeatCount (maxRequiredSeats 500, minRequiredSeats 25)", "FirstPurchase"]);
        assert!(!read[0].is_eligible);
        assert!(eligibilities(&[line], Vec::new()).is_err(), "no answer is no yes");
    }
}
