//! Gives an accepted order what only Partner Center can give: ids, dates, links, an etag.
//!
//! Which generation has what is read off the samples of "Create an order": legacy orders have GUIDs, an etag and a
//! Pacific date; new commerce orders twelve hexadecimal digits, a status and a date with seven digits.
//!
//! **Invariant:** ids are random, so they are new in every run and after every restart.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use jiff::tz::Offset;
use uuid::Uuid;

use crate::partner_center::wire::order::{Order, OrderLineItem};
use crate::partner_center::wire::{Attributes, Link};

use super::catalogue::Generation;
use super::shop::Accepted;

/// Makes the order that is kept, complete with the subscription ids that may be shown later only.
pub(super) fn fill(accepted: Accepted, customer: &str, at: Timestamp) -> Order {
    match accepted.generation {
        Generation::Legacy => fill_legacy(accepted.order, customer, at),
        Generation::Modern => fill_modern(accepted.order, customer, at),
    }
}

fn fill_legacy(order: Order, customer: &str, at: Timestamp) -> Order {
    let id = Uuid::new_v4().to_string();
    let line_items = order.line_items.into_iter().map(|line| {
        let subscription = Uuid::new_v4().to_string().to_uppercase();
        let uri = format!("/customers/{customer}/subscriptions/{subscription}");
        OrderLineItem {
            subscription_id: Some(subscription),
            links: BTreeMap::from([("subscription".to_owned(), Link::get(uri))]),
            ..line
        }
    });
    let self_link = Link::get(format!("/customers/{customer}/orders/{id}"));
    Order {
        line_items: line_items.collect(),
        creation_date: Some(pacific(at)),
        links: BTreeMap::from([("self".to_owned(), self_link)]),
        attributes: Attributes { etag: Some(etag(&id)), ..Attributes::of("Order") },
        id: Some(id),
        ..order
    }
}

fn fill_modern(order: Order, customer: &str, at: Timestamp) -> Order {
    let mut id = Uuid::new_v4().simple().to_string();
    id.truncate(12);
    let line_items = order.line_items.into_iter().map(|line| OrderLineItem {
        subscription_id: (!is_reservation(&line)).then(|| Uuid::new_v4().to_string()),
        links: product_links(&line.offer_id),
        ..line
    });
    let uri = format!("/customers/{customer}/orders/{id}");
    let patch = Link { method: "PATCH".to_owned(), ..Link::get(uri.clone()) };
    let status = Link::get(format!("{uri}/provisioningstatus"));
    Order {
        alternate_id: Some(id.clone()),
        currency_code: Some("USD".to_owned()),
        currency_symbol: Some("$".to_owned()),
        line_items: line_items.collect(),
        creation_date: Some(utc(at)),
        status: Some("pending".to_owned()),
        transaction_type: Some("UserPurchase".to_owned()),
        links: BTreeMap::from([
            ("self".to_owned(), Link::get(uri)),
            ("provisioningStatus".to_owned(), status),
            ("patchOperation".to_owned(), patch),
        ]),
        attributes: Attributes::of("Order"),
        id: Some(id),
        ..order
    }
}

/// Azure reservations never get a subscription id; what tells them is what their provisioning asks for.
fn is_reservation(line: &OrderLineItem) -> bool {
    let context = &line.provisioning_context;
    context.contains_key("scope") && context.contains_key("duration")
}

/// `product`, `sku` and `availability` of a new commerce offer; nothing for a legacy one.
pub(super) fn product_links(offer_id: &str) -> BTreeMap<String, Link> {
    let parts: Vec<&str> = offer_id.split(':').collect();
    let [product, sku, availability] = parts.as_slice() else {
        return BTreeMap::new();
    };
    let product = format!("/products/{product}");
    let sku = format!("{product}/skus/{sku}");
    let availability = format!("{sku}/availabilities/{availability}");
    [("product", product), ("sku", sku), ("availability", availability)]
        .map(|(name, uri)| (name.to_owned(), Link::get(format!("{uri}?country=US"))))
        .into()
}

/// base64 of `{"id":…,"version":1}`, as every documented etag of an order or a subscription is.
pub(super) fn etag(id: &str) -> String {
    etag_of(id, 1)
}

/// The same of a later version.
pub(super) fn etag_of(id: &str, version: u32) -> String {
    let id = id.to_ascii_lowercase();
    STANDARD.encode(format!(r#"{{"id":"{id}","version":{version}}}"#))
}

/// `2017-03-30T09:43:07.157-08:00`; summer time is not pretended.
fn pacific(at: Timestamp) -> String {
    DateTimePrinter::new().precision(Some(3)).timestamp_with_offset_to_string(&at, Offset::constant(-8))
}

/// `2021-08-17T18:13:11.3122226Z`.
pub(super) fn utc(at: Timestamp) -> String {
    DateTimePrinter::new().precision(Some(7)).timestamp_to_string(&at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_is_the_one_of_the_page_create_an_order() {
        assert_eq!(
            etag("074bd849-9106-405c-9923-fa061839d487"),
            "eyJpZCI6IjA3NGJkODQ5LTkxMDYtNDA1Yy05OTIzLWZhMDYxODM5ZDQ4NyIsInZlcnNpb24iOjF9"
        );
    }

    #[test]
    fn each_generation_writes_its_own_dates() {
        let at = "2026-11-22T18:13:11.3122226Z".parse().unwrap();
        assert_eq!(pacific(at), "2026-11-22T10:13:11.312-08:00");
        assert_eq!(utc(at), "2026-11-22T18:13:11.3122226Z");
        assert_eq!(utc(Timestamp::UNIX_EPOCH), "1970-01-01T00:00:00.0000000Z");
    }
}
