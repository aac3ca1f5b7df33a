//! Audit records: what is asked for, and what orders that were created or changed give ("Get a record of Partner Center activity").
//!
//! **Invariant:** pure; how late records are is decided by `world`.

use std::collections::HashMap;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::altered::Altered;
use super::catalogue;
use super::change::Change;
use super::fill::utc;
use super::ledger::Sale;
use super::reply::Refusal;
use super::view::{self, created};
use crate::partner_center::wire::Attributes;
use crate::partner_center::wire::audit::AuditRecord;

/// What audit records are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AuditQuery {
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// In lower case.
    pub(super) customer: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Filter {
    field: String,
    value: String,
    operator: String,
}

impl AuditQuery {
    /// Reads `startDate` (required), `endDate` (the whole day where it is a date) and `filter` (a customer's id).
    pub(super) fn parse(query: &HashMap<String, String>) -> Result<Self, Refusal> {
        let invalid = |name: &str| Refusal::new(400, 3000, format!("The {name} is not valid."));
        let from = query.get("startDate").and_then(|text| day_or_instant(text));
        let to = match query.get("endDate") {
            Some(text) => last_instant(text).ok_or_else(|| invalid("endDate"))?,
            None => Timestamp::MAX,
        };
        let customer = match query.get("filter") {
            Some(text) => Some(customer(text).ok_or_else(|| invalid("filter"))?),
            None => None,
        };
        Ok(Self { from: from.ok_or_else(|| invalid("startDate"))?, to, customer })
    }
}

fn customer(filter: &str) -> Option<String> {
    let filter: Filter = serde_json::from_str(filter).ok()?;
    let is_known = filter.field.eq_ignore_ascii_case("CustomerId")
        && filter.operator.eq_ignore_ascii_case("equals")
        && catalogue::is_guid(&filter.value);
    is_known.then(|| filter.value.to_ascii_lowercase())
}

/// Reads `2020-09-02`, RFC 3339, or `6/1/2017 12:00:00 AM`; in UTC where it does not say.
fn day_or_instant(text: &str) -> Option<Timestamp> {
    let american = || DateTime::strptime("%m/%d/%Y %I:%M:%S %p", text).ok();
    let civil = || text.parse().ok().or_else(american);
    let utc = |local: DateTime| local.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse().ok().or_else(|| civil().and_then(utc))
}

fn last_instant(text: &str) -> Option<Timestamp> {
    let start = day_or_instant(text)?;
    let is_day = text.len() == "2020-09-02".len() && text.parse::<Date>().is_ok();
    let day = Span::new().hours(if is_day { 24 } else { 0 });
    Some(start.saturating_add(day).unwrap_or(Timestamp::MAX))
}

/// Shows the audit record of a created order ("Get a record of Partner Center activity").
pub(super) fn audit_record(sale: &Sale) -> AuditRecord {
    let order = serde_json::to_value(&sale.order).map(pascal_case).unwrap_or_default();
    AuditRecord {
        customer_id: sale.customer_id.clone(),
        resource_type: "order".to_owned(),
        resource_new_value: Some(order.to_string()),
        operation_type: "create_order".to_owned(),
        operation_date: utc(created(sale)),
        operation_status: "succeeded".to_owned(),
        original_correlation_id: Some(sale.correlation_id.clone()),
        user_principal_name: sale.who.by.clone(),
        application_id: sale.who.application.clone(),
        attributes: Attributes::of("AuditRecord"),
    }
}

/// Shows the audit record of a change: the order or the subscription as it was then.
pub(super) fn change_record(sale: &Sale, change: &Change, altered: &Altered) -> AuditRecord {
    let subscription = change.line.and_then(|line| {
        let mut shown = view::subscription(sale, &sale.order, line)?;
        altered.subscription(line, &mut shown);
        Some(shown)
    });
    let mut order = sale.order.clone();
    altered.order(&mut order);
    let (resource, value) = match subscription {
        Some(subscription) => ("subscription", serde_json::to_value(&subscription)),
        None => ("order", serde_json::to_value(&order)),
    };
    let at = Timestamp::from_millisecond(change.at_ms).unwrap_or(Timestamp::UNIX_EPOCH);
    AuditRecord {
        customer_id: sale.customer_id.clone(),
        resource_type: resource.to_owned(),
        resource_new_value: Some(value.map(pascal_case).unwrap_or_default().to_string()),
        operation_type: format!("update_{resource}"),
        operation_date: utc(at),
        operation_status: "succeeded".to_owned(),
        original_correlation_id: None,
        user_principal_name: change.who.by.clone(),
        application_id: change.who.application.clone(),
        attributes: Attributes::of("AuditRecord"),
    }
}

/// Writes keys as C# members are named; what is inside `provisioningContext` is the SKU's own.
fn pascal_case(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| match key.as_str() {
                    "provisioningContext" => (capitalised(&key), value),
                    _ => (capitalised(&key), pascal_case(value)),
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(pascal_case).collect()),
        plain => plain,
    }
}

fn capitalised(key: &str) -> String {
    let mut chars = key.chars();
    let first = chars.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &[(&str, &str)]) -> Result<AuditQuery, Refusal> {
        let owned = query.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        AuditQuery::parse(&owned.collect())
    }

    #[test]
    fn a_start_is_a_day_an_instant_or_american() {
        let starts = ["2017-06-01", "2017-06-01T00:00:00Z", "2017-06-01T00:00:00", "6/1/2017 12:00:00 AM"];
        let expected: Timestamp = "2017-06-01T00:00:00Z".parse().unwrap();
        for start in starts {
            assert_eq!(parsed(&[("startDate", start)]).unwrap().from, expected, "{start}");
        }
    }

    #[test]
    fn the_last_day_counts_whole() {
        let query = parsed(&[("startDate", "2017-06-01"), ("endDate", "2017-06-02")]).unwrap();
        assert_eq!(query.to, "2017-06-03T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let customer =
            r#"{"Field":"CustomerId","Value":"0C39D6D5-C70D-4C55-BC02-F620844F3FD1","Operator":"equals"}"#;
        let good = parsed(&[("startDate", "2017-06-01"), ("filter", customer)]).unwrap();
        assert_eq!(good.customer.as_deref(), Some("0c39d6d5-c70d-4c55-bc02-f620844f3fd1"));
        for query in [
            vec![],
            vec![("startDate", "yesterday")],
            vec![("startDate", "2017-06-01"), ("endDate", "x")],
            vec![("startDate", "2017-06-01"), ("filter", "{}")],
        ] {
            assert_eq!(parsed(&query).unwrap_err().status, 400, "{query:?}");
        }
    }

    #[test]
    fn the_audited_order_is_written_as_csharp_names_its_members() {
        let value = serde_json::json!({"lineItems": [{"offerId": "x"}]});
        assert_eq!(pascal_case(value).to_string(), r#"{"LineItems":[{"OfferId":"x"}]}"#);
    }
}
