//! Between our words and Partner Center's: a spec becomes a request, an order on the wire an observed one.
//!
//! What decides whether an order is the one that was wanted is kept exactly as it came (offer, quantity, names,
//! promotion, reseller); what is only shown is shortened and made harmless.
//!
//! **Invariant:** total and pure: the same spec gives the same bytes, and an order is converted whole or not at all.

use serde_json::{Map, Value};

use super::wire::order::{
    CreateAttributes, CreateOrder, CreateOrderLineItem, CreateRenewsTo, Order, OrderLineItem,
};
use crate::domain::{
    BillingCycle, CustomerId, Excerpt, LineItem, ObservedLine, ObservedOrder, OfferId, OrderId, OrderSpec,
    SubscriptionId, TermDuration, Timestamp,
};

/// What we read of an order. Whatever else is odd about one, such as an incomplete link, must not hide it.
const ORDER_KEYS: [&str; 7] =
    ["attributes", "billingCycle", "creationDate", "id", "lineItems", "referenceCustomerId", "status"];

/// What we read of a line.
const LINE_KEYS: [&str; 8] = [
    "friendlyName",
    "lineItemNumber",
    "offerId",
    "partnerIdOnRecord",
    "promotionId",
    "quantity",
    "subscriptionId",
    "termDuration",
];

/// An etag longer than this is none; the documented ones have about 80 characters.
const LONGEST_ETAG: usize = 300;

/// Makes the body of the POST that would buy this ("Create an order"); the same bytes for the same spec.
#[must_use]
pub fn render(spec: &OrderSpec) -> String {
    let lines = (0..).zip(&spec.line_items);
    let order = CreateOrder {
        id: None,
        reference_customer_id: spec.customer_id.to_string(),
        billing_cycle: spec.billing_cycle.as_ref().map(ToString::to_string),
        line_items: lines.map(|(number, line)| render_line(number, line)).collect(),
        creation_date: None,
        partner_on_record_attestation_accepted: spec.partner_on_record_attestation_accepted,
        attributes: CreateAttributes { object_type: "Order" },
    };
    serde_json::to_string(&order).expect("structs with text keys always become JSON")
}

fn render_line(number: u32, line: &LineItem) -> CreateOrderLineItem {
    let term = |term: &TermDuration| term.as_str().to_owned();
    CreateOrderLineItem {
        line_item_number: number,
        offer_id: line.offer_id.as_str().to_owned(),
        subscription_id: None,
        parent_subscription_id: None,
        friendly_name: line.friendly_name.clone(),
        quantity: line.quantity,
        partner_id_on_record: line.partner_id_on_record.clone(),
        additional_partner_ids_on_record: line.additional_partner_ids_on_record.clone(),
        term_duration: line.term_duration.as_ref().map(term),
        custom_term_end_date: line.custom_term_end_date.clone(),
        promotion_id: line.promotion_id.clone(),
        attestation_accepted: line.attestation_accepted,
        renews_to: line.renews_to.as_ref().map(|renews_to| CreateRenewsTo { term_duration: term(renews_to) }),
        provisioning_context: line.provisioning_context.clone(),
        attributes: CreateAttributes { object_type: "OrderLineItem" },
    }
}

/// Reads an order from JSON whose keys are in their canonical case, or says what is wrong with it.
///
/// Id and lines must be there and be well formed; the customer must be well formed where there is one.
pub(super) fn observed_order(value: Value) -> Result<ObservedOrder, Excerpt> {
    let Value::Object(mut members) = value else {
        return Err(Excerpt::of("not an object"));
    };
    keep(&mut members, &ORDER_KEYS);
    if let Some(Value::Array(lines)) = members.get_mut("lineItems") {
        for line in lines.iter_mut().filter_map(Value::as_object_mut) {
            keep(line, &LINE_KEYS);
        }
    }
    let order: Order = serde_json::from_value(Value::Object(members)).map_err(excerpt)?;
    let id = order.id.as_deref().ok_or_else(|| Excerpt::of("no `id`"))?;
    let customer_id = order.reference_customer_id.as_deref();
    let customer_id = customer_id.map(CustomerId::parse).transpose().map_err(excerpt)?;
    if order.line_items.is_empty() {
        return Err(Excerpt::of(&format!("order `{id}` has no lines")));
    }
    let mut lines = order.line_items;
    lines.sort_by_key(|line| line.line_item_number);
    let lines: Result<_, _> = lines.into_iter().map(observed_line).collect();
    Ok(ObservedOrder {
        id: OrderId::parse(id).map_err(excerpt)?,
        customer_id,
        billing_cycle: order.billing_cycle.as_deref().map(harmless).as_deref().map(BillingCycle::read),
        lines: lines?,
        created: order.creation_date.as_deref().and_then(Timestamp::parse),
        creation_date: order.creation_date.as_deref().map(harmless),
        status: order.status.as_deref().map(harmless),
        etag: order.attributes.etag.filter(|etag| is_plain(etag)),
    })
}

fn observed_line(line: OrderLineItem) -> Result<ObservedLine, Excerpt> {
    let quantity = u32::try_from(line.quantity)
        .map_err(|_| Excerpt::of(&format!("`{}` is not a quantity", line.quantity)))?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let term = line.term_duration.as_deref().map(harmless);
    Ok(ObservedLine {
        offer_id: OfferId::parse(&line.offer_id).map_err(excerpt)?,
        quantity,
        friendly_name: line.friendly_name,
        term_duration: term.as_deref().and_then(TermDuration::read),
        promotion_id: given(line.promotion_id),
        partner_id_on_record: given(line.partner_id_on_record),
        // It says what was bought, not whether: a malformed one must not hide an order.
        subscription_id: line.subscription_id.and_then(|id| SubscriptionId::parse(&id).ok()),
    })
}

fn keep(members: &mut Map<String, Value>, keys: &[&str]) {
    members.retain(|key, _| keys.contains(&key.as_str()));
}

fn harmless(text: &str) -> String {
    Excerpt::of(text).as_str().to_owned()
}

fn is_plain(etag: &str) -> bool {
    etag.len() <= LONGEST_ETAG && etag.bytes().all(|c| c.is_ascii_graphic())
}

fn excerpt(error: impl std::fmt::Display) -> Excerpt {
    Excerpt::of(&error.to_string())
}

#[cfg(test)]
mod tests {

    use serde_json::json;

    use super::super::wire;
    use super::*;

    const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";

    fn line(offer: &str, quantity: u32) -> LineItem {
        LineItem::new(OfferId::parse(offer).unwrap(), quantity)
    }

    fn spec(line_items: Vec<LineItem>) -> OrderSpec {
        OrderSpec {
            customer_id: CustomerId::parse(CUSTOMER).unwrap(),
            billing_cycle: Some(BillingCycle::Unknown),
            partner_on_record_attestation_accepted: None,
            line_items,
        }
    }

    fn observed(value: &Value) -> Result<ObservedOrder, Excerpt> {
        observed_order(wire::read(value.to_string().as_bytes()).unwrap())
    }

    /// The request on the page "Create an order": the same properties, values and order.
    #[test]
    fn the_documented_order_is_rendered_as_documented() {
        let mut exchange = line("84A03D81-6B37-4D66-8D4A-FAEA24541538", 5);
        exchange.friendly_name = Some("new offer purchase".to_owned());
        let documented = r#"
        {
            "Id": null,
            "ReferenceCustomerId": "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04",
            "BillingCycle": "unknown",
            "LineItems": [
                {
                    "LineItemNumber": 0,
                    "OfferId": "84A03D81-6B37-4D66-8D4A-FAEA24541538",
                    "SubscriptionId": null,
                    "ParentSubscriptionId": null,
                    "FriendlyName": "new offer purchase",
                    "Quantity": 5,
                    "PartnerIdOnRecord": null,
                    "Attributes": {
                        "ObjectType": "OrderLineItem"
                    }
                }
            ],
            "CreationDate": null,
            "Attributes": {
                "ObjectType": "Order"
            }
        }"#;
        let lines = documented.lines().map(str::trim_start);
        let compact = lines.collect::<String>().replace("\": ", "\":");
        assert_eq!(render(&spec(vec![exchange])), compact);
    }

    #[test]
    fn what_is_asked_for_is_rendered_and_lines_are_numbered_from_0() {
        let mut full = line("CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P", 1);
        full.term_duration = TermDuration::read("P1Y");
        full.renews_to = TermDuration::read("P1M");
        full.custom_term_end_date = Some("2027-01-13T00:00:00Z".to_owned());
        full.promotion_id = Some("39NFJQT1PJQB:0001:39NFJQT1Q5KN".to_owned());
        full.partner_id_on_record = Some("873452".to_owned());
        full.additional_partner_ids_on_record = vec!["4847383".to_owned()];
        full.attestation_accepted = Some(true);
        full.provisioning_context.insert("scope".to_owned(), "shared".to_owned());
        let mut order = spec(vec![line("A", 1), full]);
        order.billing_cycle = Some(BillingCycle::OneTime);
        order.partner_on_record_attestation_accepted = Some(true);
        let body: Value = serde_json::from_str(&render(&order)).unwrap();
        assert_eq!(body["BillingCycle"], "one_time");
        assert_eq!(body["PartnerOnRecordAttestationAccepted"], true);
        let expected = json!({
            "LineItemNumber": 1, "OfferId": "CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P", "SubscriptionId": null,
            "ParentSubscriptionId": null, "FriendlyName": null, "Quantity": 1, "PartnerIdOnRecord": "873452",
            "AdditionalPartnerIdsOnRecord": ["4847383"], "TermDuration": "P1Y",
            "CustomTermEndDate": "2027-01-13T00:00:00Z", "PromotionId": "39NFJQT1PJQB:0001:39NFJQT1Q5KN",
            "AttestationAccepted": true, "RenewsTo": {"TermDuration": "P1M"},
            "ProvisioningContext": {"scope": "shared"}, "Attributes": {"ObjectType": "OrderLineItem"},
        });
        assert_eq!(body["LineItems"][1], expected);
        order.billing_cycle = None;
        assert!(!render(&order).contains("BillingCycle"));
    }

    #[test]
    fn an_order_is_observed_whatever_is_odd_beside_what_is_read() {
        let order = observed(&json!({
            "Id": "074BD849-9106-405C-9923-FA061839D487", "referenceCustomerId": CUSTOMER.to_uppercase(),
            "billingCycle": "Quinquennial", "creationDate": "0001-01-01T00:00:00", "status": "par\u{1b}[2Jked",
            "links": {"self": 7}, "client": [], "attributes": {"etag": "two words", "objectType": "Order"},
            "lineItems": [
                {"lineItemNumber": 1, "offerId": "B", "quantity": 0, "renewsTo": [{}], "links": 1},
                {"lineItemNumber": 0, "offerId": "A", "quantity": 7, "subscriptionId": "", "promotionId": "",
                 "provisioningContext": {"x": 1}, "termDuration": ""},
            ],
        }))
        .unwrap();
        assert_eq!(order.id.as_str(), "074bd849-9106-405c-9923-fa061839d487");
        assert_eq!(order.customer_id, CustomerId::parse(CUSTOMER).ok());
        assert_eq!(order.billing_cycle, Some(BillingCycle::Other("quinquennial".to_owned())));
        assert_eq!(order.created.map(Timestamp::unix_ms), Some(-62_135_596_800_000));
        assert_eq!(order.status.as_deref(), Some("par\\u{1b}[2Jked"));
        assert_eq!(order.etag, None);
        let lines: Vec<_> = order.lines.iter().map(|l| (l.offer_id.as_str(), l.quantity)).collect();
        assert_eq!(lines, [("A", 7), ("B", 0)]);
        assert_eq!(order.lines[0].subscription_id, None);
        assert_eq!(order.lines[0].term_duration, None);
    }

    #[test]
    fn an_order_without_what_tells_it_apart_is_none() {
        let good = json!({"id": "5cf72f146967", "lineItems": [{"offerId": "A", "quantity": 1}]});
        assert_eq!(observed(&good).unwrap().customer_id, None);
        for (pointer, value) in [
            ("/id", json!(null)),
            ("/id", json!("")),
            ("/id", json!("a/b")),
            ("/id", json!("x".repeat(1_000_000))),
            ("/id", json!(5)),
            ("/lineItems", json!(null)),
            ("/lineItems", json!([])),
            ("/lineItems", json!({})),
            ("/lineItems/0", json!(1)),
            ("/lineItems/0/offerId", json!(null)),
            ("/lineItems/0/quantity", json!(-1)),
            ("/lineItems/0/quantity", json!(1.5)),
            ("/lineItems/0/quantity", json!(4_294_967_296_u64)),
        ] {
            let mut bad = good.clone();
            *bad.pointer_mut(pointer).unwrap() = value;
            assert!(observed(&bad).is_err(), "{bad}");
        }
        let mut bad = good;
        bad["referenceCustomerId"] = json!("contoso");
        assert!(observed(&bad).is_err());
    }
}
