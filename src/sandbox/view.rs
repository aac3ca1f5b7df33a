//! How a sale is shown: as an order, as subscriptions; and its customer.
//!
//! **Invariant:** pure; what is shown follows from the sale and the instant.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::catalogue;
use super::clock;
use super::fill::{etag, product_links, utc};
use super::ledger::Sale;
use crate::partner_center::wire::customer::{Address, BillingProfile, CompanyProfile, Customer};
use crate::partner_center::wire::order::Order;
use crate::partner_center::wire::subscription::Subscription;
use crate::partner_center::wire::{Attributes, Link};

/// Returns when an order took effect.
pub(super) fn created(sale: &Sale) -> Timestamp {
    Timestamp::from_millisecond(sale.created_at_ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Shows an order: without subscription ids while it is not provisioned, if it is of new commerce.
pub(super) fn order(sale: &Sale, now_ms: i64, delay: Option<Duration>) -> Order {
    let mut order = sale.order.clone();
    let due = delay.map(|delay| clock::after(created(sale), delay).as_millisecond());
    let is_legacy = order.attributes.etag.is_some();
    if !is_legacy && due.is_none_or(|due| now_ms < due) {
        for line in &mut order.line_items {
            line.subscription_id = None;
        }
    }
    order
}

/// Shows the subscription of a line of a shown order, if it has one by now.
pub(super) fn subscription(sale: &Sale, order: &Order, line: usize) -> Option<Subscription> {
    let line = order.line_items.get(line)?;
    let id = line.subscription_id.clone()?;
    let created = created(sale);
    let is_legacy = order.attributes.etag.is_some();
    let term = line.term_duration.clone().unwrap_or_else(|| "P1Y".to_owned());
    let customer = &sale.customer_id;
    let mut links = match is_legacy {
        true => {
            BTreeMap::from([("offer".to_owned(), Link::get(format!("/offers/{}?country=US", line.offer_id)))])
        }
        false => product_links(&line.offer_id),
    };
    let self_link = Link::get(format!("/customers/{customer}/subscriptions/{id}"));
    links.insert("self".to_owned(), self_link);
    let name = line.friendly_name.clone().unwrap_or_default();
    let week = Duration::from_secs(7 * 24 * 3600);
    Some(Subscription {
        offer_id: line.offer_id.clone(),
        offer_name: name.clone(),
        friendly_name: name,
        quantity: line.quantity,
        unit_type: "Licenses".to_owned(),
        creation_date: utc(created),
        effective_start_date: utc(created),
        commitment_end_date: commitment_end(created, &term, is_legacy),
        cancellation_allowed_until_date: (!is_legacy).then(|| utc(clock::after(created, week))),
        status: "active".to_owned(),
        auto_renew_enabled: Some(true),
        parent_subscription_id: line.parent_subscription_id.clone(),
        is_trial: catalogue::find(&line.offer_id).is_some_and(|offer| offer.is_trial),
        billing_type: "license".to_owned(),
        billing_cycle: order.billing_cycle.clone(),
        term_duration: Some(term),
        renewal_term_duration: None,
        promotion_id: line.promotion_id.clone(),
        partner_id: line.partner_id_on_record.clone(),
        contract_type: "subscription".to_owned(),
        order_id: sale.order_id().to_owned(),
        links,
        attributes: Attributes { etag: is_legacy.then(|| etag(&id)), ..Attributes::of("Subscription") },
        id,
    })
}

/// The end of a term at midnight: the last day of it for new commerce, the day after it for legacy offers
/// ("Subscription resources").
fn commitment_end(created: Timestamp, term: &str, is_legacy: bool) -> String {
    let span: Span = term.parse().unwrap_or_default();
    let last_day = Span::new().days(if is_legacy { 0 } else { -1 });
    let date = created.to_zoned(TimeZone::UTC).date();
    let end = date.saturating_add(span).saturating_add(last_day);
    format!("{end}T00:00:00Z")
}

/// Shows a customer; without a name it gets one that is made up from its id.
pub(super) fn customer(id: &str, name: Option<&str>, is_reseller_customer: bool, country: &str) -> Customer {
    let short = id.get(..8).unwrap_or(id);
    let company_name = name.map_or_else(|| format!("Sandbox customer {short}"), str::to_owned);
    let relationship = if is_reseller_customer { "reseller" } else { "none" };
    let self_link = Link::get(format!("/customers/{id}"));
    let address = || Some(Address { country: Some(country.to_owned()) });
    Customer {
        id: id.to_owned(),
        company_profile: CompanyProfile {
            tenant_id: id.to_owned(),
            domain: format!("sandbox{short}.onmicrosoft.com"),
            company_name,
            address: address(),
            attributes: Attributes::of("CustomerCompanyProfile"),
        },
        billing_profile: Some(BillingProfile {
            default_address: address(),
            attributes: Attributes::of("CustomerBillingProfile"),
        }),
        relationship_to_partner: relationship.to_owned(),
        links: BTreeMap::from([("self".to_owned(), self_link)]),
        attributes: Attributes::of("Customer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commitment_ends_with_its_last_day_or_the_day_after() {
        let created = "2021-01-14T16:57:15Z".parse().unwrap();
        assert_eq!(commitment_end(created, "P1Y", false), "2022-01-13T00:00:00Z");
        assert_eq!(commitment_end(created, "P1Y", true), "2022-01-14T00:00:00Z");
        assert_eq!(commitment_end(created, "P1M", false), "2021-02-13T00:00:00Z");
    }
}
