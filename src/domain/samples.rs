//! Values for unit tests.

use super::*;

pub(crate) const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

pub(crate) fn spec(quantity: u32) -> OrderSpec {
    let line = LineItem::new(OfferId::parse("84A03D81-6B37-4D66-8D4A-FAEA24541538").unwrap(), quantity);
    OrderSpec::new(CustomerId::parse(CUSTOMER).unwrap(), vec![line])
}

pub(crate) fn order(id: &str, quantity: u32) -> ObservedOrder {
    let line = ObservedLine {
        offer_id: OfferId::parse("84a03d81-6b37-4d66-8d4a-faea24541538").unwrap(),
        quantity,
        friendly_name: Some("filled in".into()),
        term_duration: None,
        promotion_id: None,
        partner_id_on_record: None,
        subscription_id: SubscriptionId::parse("1DA3295E-C59A-476C-A7E7-D7E981FE79BE").ok(),
    };
    ObservedOrder {
        id: OrderId::parse(id).unwrap(),
        customer_id: CustomerId::parse(CUSTOMER).ok(),
        billing_cycle: Some(BillingCycle::Monthly),
        lines: vec![line],
        created: Some(Timestamp::from_unix_ms(1000)),
        creation_date: None,
        status: None,
        etag: None,
    }
}

/// A moment so many seconds after the epoch and the boot.
pub(crate) fn moment(seconds: u64) -> Moment {
    let ms = i64::try_from(seconds * 1000).unwrap();
    Moment { server: Some(Timestamp::from_unix_ms(ms)), boot_id: "boot".into(), boot_ms: seconds * 1000 }
}

/// An attempt with open sends at these seconds, and a baseline at second 0.
pub(crate) fn attempt(quantity: u32, sends: &[u64]) -> Attempt {
    let name = OrderName::parse("contoso").unwrap();
    let request_id = RequestId::derive(Lineage::from_random(1), &name, Generation::FIRST, "{}");
    Attempt {
        generation: Generation::FIRST,
        request_id,
        spec: spec(quantity),
        body: "{}".into(),
        baseline: Baseline { at: moment(0), order_ids: vec![] },
        plan: "sha256:0".into(),
        sends: sends.iter().map(|s| Sent { at: moment(*s), ended: None, fate: None }).collect(),
    }
}
