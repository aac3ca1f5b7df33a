//! What was recorded, made again from what is wanted and where the two differ.
//!
//! **Invariant:** differences say everything: with them undone, the same order comes out that they were found in, but for
//! the case of offer ids, which does not count.

use std::collections::BTreeMap;

use super::Difference;
use super::difference::fields;
use crate::domain::{BillingCycle, CustomerId, LineItem, OfferId, OrderSpec, TermDuration};

/// Returns what `desired` was where it differs.
#[must_use]
pub fn before(desired: &OrderSpec, differences: &[Difference]) -> OrderSpec {
    let mut spec = desired.clone();
    let mut lines: BTreeMap<usize, BTreeMap<String, String>> =
        desired.line_items.iter().map(fields).enumerate().collect();
    for Difference { field, recorded, .. } in differences {
        match field.as_str() {
            "spec.customerId" => {
                let customer = recorded.as_deref().and_then(|id| CustomerId::parse(id).ok());
                spec.customer_id = customer.unwrap_or(spec.customer_id);
            }
            "spec.billingCycle" => spec.billing_cycle = recorded.as_deref().map(BillingCycle::read),
            "spec.partnerOnRecordAttestationAccepted" => {
                spec.partner_on_record_attestation_accepted = recorded.as_deref().map(|yes| yes == "true");
            }
            field => undo(&mut lines, field, recorded.as_ref()),
        }
    }
    let cased = |(index, fields): (usize, BTreeMap<String, String>)| {
        let mut line = line_of(fields)?;
        let wanted = desired.line_items.get(index).map(|line| &line.offer_id);
        let same = wanted.filter(|id| id.as_str().eq_ignore_ascii_case(line.offer_id.as_str()));
        line.offer_id = same.cloned().unwrap_or(line.offer_id);
        Some(line)
    };
    spec.line_items = lines.into_iter().filter_map(cased).collect();
    spec
}

/// Sets a field of a line, such as `spec.lineItems[0].quantity`, to what it was.
fn undo(lines: &mut BTreeMap<usize, BTreeMap<String, String>>, field: &str, was: Option<&String>) {
    let place = field.strip_prefix("spec.lineItems[").and_then(|rest| rest.split_once("]."));
    let Some((Ok(index), name)) = place.map(|(index, name)| (index.parse(), name)) else { return };
    let line = lines.entry(index).or_default();
    match was {
        Some(was) => line.insert(name.to_owned(), was.clone()),
        None => line.remove(name),
    };
}

/// Reads the fields of a line; `None` where there is no line.
fn line_of(mut fields: BTreeMap<String, String>) -> Option<LineItem> {
    let offer = OfferId::parse(fields.get("offerId")?).ok()?;
    let mut line = LineItem::new(offer, fields.get("quantity")?.parse().ok()?);
    let additional = fields.remove("additionalPartnerIdsOnRecord").unwrap_or_default();
    let mut take = |name: &str| fields.remove(name);
    line.friendly_name = take("friendlyName");
    line.term_duration = take("termDuration").and_then(|term| TermDuration::read(&term));
    line.custom_term_end_date = take("customTermEndDate");
    line.promotion_id = take("promotionId");
    line.partner_id_on_record = take("partnerIdOnRecord");
    line.attestation_accepted = take("attestationAccepted").map(|yes| yes == "true");
    line.renews_to = take("renewsTo.termDuration").and_then(|term| TermDuration::read(&term));
    line.additional_partner_ids_on_record =
        additional.split(", ").filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let context = |(name, value): (String, String)| {
        Some((name.strip_prefix("provisioningContext.")?.to_owned(), value))
    };
    line.provisioning_context = fields.into_iter().filter_map(context).collect();
    Some(line)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::differences;
    use super::*;
    use crate::domain::samples::spec;

    fn text() -> impl Strategy<Value = Option<String>> {
        proptest::option::of("[a-c. ]{1,3}")
    }

    fn lines() -> impl Strategy<Value = LineItem> {
        let term = || proptest::option::of("P[13][MY]");
        let ids = proptest::collection::vec("[0-9]{1,3}", 0..3);
        let context = proptest::collection::btree_map("[a-c.]{1,2}", "[a-c]?", 0..3);
        let flag = proptest::option::of(any::<bool>());
        let texts = (text(), text(), text(), text());
        ("[AB]", 1..3u32, texts, (term(), term()), (ids, context, flag)).prop_map(
            |(offer, quantity, (a, b, c, d), (term, renews), (ids, context, flag))| LineItem {
                friendly_name: a,
                term_duration: term.and_then(|term| TermDuration::read(&term)),
                custom_term_end_date: b,
                promotion_id: c,
                partner_id_on_record: d,
                additional_partner_ids_on_record: ids,
                attestation_accepted: flag,
                renews_to: renews.and_then(|term| TermDuration::read(&term)),
                provisioning_context: context,
                ..LineItem::new(OfferId::parse(&offer).unwrap(), quantity)
            },
        )
    }

    fn specs() -> impl Strategy<Value = OrderSpec> {
        let cycle = proptest::option::of(proptest::sample::select(BillingCycle::KNOWN.to_vec()));
        let flag = proptest::option::of(any::<bool>());
        (proptest::collection::vec(lines(), 1..4), cycle, flag).prop_map(|(lines, cycle, flag)| OrderSpec {
            billing_cycle: cycle,
            partner_on_record_attestation_accepted: flag,
            line_items: lines,
            ..spec(1)
        })
    }

    proptest! {
        #[test]
        fn with_its_differences_undone_an_order_is_what_was_recorded(was in specs(), is in specs()) {
            prop_assert_eq!(before(&is, &differences(&was, &is)), was);
        }
    }

    #[test]
    fn an_offer_in_another_case_is_no_difference() {
        let is = spec(5);
        let mut was = spec(6);
        was.line_items[0].offer_id =
            OfferId::parse(&is.line_items[0].offer_id.as_str().to_lowercase()).unwrap();
        assert_eq!(before(&is, &differences(&was, &is)), spec(6));
    }
}
