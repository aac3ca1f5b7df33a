//! Audit records of orders and subscriptions: what is asked, which record is one, where the next page is.
//!
//! Positive evidence only: a record that cannot be read, or is of something else, is as good as none.
//!
//! **Invariant:** a page is followed only within the same resource of the same origin.

use std::time::Duration;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::body;
use super::convert::observed_order;
use super::endpoint::Endpoint;
use super::estate::observed_subscription;
use super::wire::audit::AuditRecord;
use crate::domain::{
    AuditedOperation, AuditedOrder, AuditedSubject, CorrelationId, CustomerId, Doer, Excerpt, Timestamp,
};

const DAY: Duration = Duration::from_secs(86_400);
const CONTINUATION: HeaderName = HeaderName::from_static("ms-continuationtoken");

/// Returns where the records of a customer stand, from the day before `since` on: days are all the query takes.
///
/// Source: "Get a record of Partner Center activity by user" (`startDate` as in its newer sample).
pub(super) fn records_url(endpoint: &Endpoint, customer: CustomerId, since: Timestamp) -> Url {
    window_url(endpoint, customer, since.before(DAY), None)
}

/// Returns where the records of a customer stand from one day to another, both included, or to now.
pub(super) fn window_url(
    endpoint: &Endpoint,
    customer: CustomerId,
    from: Timestamp,
    to: Option<Timestamp>,
) -> Url {
    let day = |at: Timestamp| at.to_string().split('T').next().unwrap_or_default().to_owned();
    let filter = format!(r#"{{"Field":"CustomerId","Value":"{customer}","Operator":"equals"}}"#);
    let mut url = endpoint.url(&["auditrecords"]).expect("a plain word is a path segment");
    let mut query = url.query_pairs_mut();
    query.append_pair("startDate", &day(from));
    if let Some(to) = to {
        query.append_pair("endDate", &day(to));
    }
    query.append_pair("filter", &filter);
    drop(query);
    url
}

/// Returns where the next page is and the continuation token to ask it with, where this one names one of its kind.
pub(super) fn next_page(endpoint: &Endpoint, page: &Url, list: &Value) -> Option<(Url, HeaderMap)> {
    let link = body::next_link(list)?;
    let url = endpoint.next_page(page, body::member(link, "uri")?.as_str()?)?;
    let named = |header: &&Value| {
        let key = body::member(header, "key").and_then(Value::as_str);
        key.is_some_and(|key| key.eq_ignore_ascii_case(CONTINUATION.as_str()))
    };
    let listed = body::member(link, "headers").and_then(Value::as_array);
    let token = listed
        .and_then(|headers| headers.iter().find(named))
        .and_then(|header| body::member(header, "value")?.as_str())
        .and_then(|token| HeaderValue::from_str(token).ok());
    let headers = token.map(|token| (CONTINUATION, token)).into_iter().collect();
    Some((url, headers))
}

/// Reads a record, where it is of an order that was created for this customer.
pub(super) fn created_order(customer: CustomerId, record: Value) -> Option<AuditedOrder> {
    let record: AuditRecord = serde_json::from_value(record).ok()?;
    let is = |value: &str, expected| value.eq_ignore_ascii_case(expected);
    let created = is(&record.resource_type, "order")
        && is(&record.operation_type, "create_order")
        && is(&record.operation_status, "succeeded")
        && CustomerId::parse(&record.customer_id) == Ok(customer);
    if !created {
        return None;
    }
    let order = body::read(record.resource_new_value?.as_bytes()).ok()?;
    let order = observed_order(order).ok()?;
    let correlation_id = record.original_correlation_id.as_deref();
    (order.customer_id.is_none_or(|id| id == customer)).then_some(AuditedOrder {
        correlation_id: correlation_id.and_then(|id| CorrelationId::parse(id).ok()),
        order,
    })
}

/// Reads a record, where it is of something that was done to an order or a subscription of this customer.
pub(super) fn operation(customer: CustomerId, record: Value) -> Option<AuditedOperation> {
    let record: AuditRecord = serde_json::from_value(record).ok()?;
    let is = |value: &str, expected| value.eq_ignore_ascii_case(expected);
    if !is(&record.operation_status, "succeeded") || CustomerId::parse(&record.customer_id) != Ok(customer) {
        return None;
    }
    let value = body::read(record.resource_new_value?.as_bytes()).ok()?;
    let subject = match record.resource_type.to_ascii_lowercase().as_str() {
        "order" => AuditedSubject::Order(Box::new(observed_order(value).ok()?)),
        "subscription" => AuditedSubject::Subscription(Box::new(observed_subscription(value).ok()?)),
        _ => return None,
    };
    let harmless = |text: &str| Excerpt::of(text).as_str().to_owned();
    let given = |text: Option<String>| text.filter(|text| !text.is_empty()).as_deref().map(harmless);
    let correlation_id = record.original_correlation_id.as_deref();
    Some(AuditedOperation {
        at: Timestamp::parse(&record.operation_date),
        operation: harmless(&record.operation_type).to_ascii_lowercase(),
        who: Doer { user: given(record.user_principal_name), application: given(record.application_id) },
        correlation_id: correlation_id.and_then(|id| CorrelationId::parse(id).ok()),
        subject,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const CUSTOMER: &str = "0c39d6d5-c70d-4c55-bc02-f620844f3fd1";

    /// The first record on the page "Get a record of Partner Center activity by user", shortened.
    fn documented() -> Value {
        let order = r#"{"Id":"d51a052e-043c-4a2a-aa37-2bb938cef6c1",
            "ReferenceCustomerId":"0c39d6d5-c70d-4c55-bc02-f620844f3fd1","BillingCycle":"none","LineItems":[
            {"LineItemNumber":0,"OfferId":"C0BD2E08-11AC-4836-BDC7-3712E744922F",
            "SubscriptionId":"488745B5-2086-4912-802C-6ABB9F7C3638","ParentSubscriptionId":null,
            "FriendlyName":"Office 365 Business Premium Trial","Quantity":25,"PartnerIdOnRecord":null,
            "Links":{"Subscription":{"Uri":"/customers/","Method":"GET","Headers":[]}}}],
            "CreationDate":"2017-06-15T15:56:04.077-07:00","Links":{},"Attributes":{"ObjectType":"Order"}}"#;
        json!({
            "customerId": CUSTOMER, "resourceType": "order", "resourceNewValue": order,
            "operationType": "create_order", "operationDate": "2017-06-15T22:56:05.0589308Z",
            "operationStatus": "succeeded", "originalCorrelationId": "9c272436-538d-4dd4-a421-c811e004784c",
            "attributes": {"objectType": "AuditRecord"},
        })
    }

    fn read(record: Value) -> Option<AuditedOrder> {
        created_order(CustomerId::parse(CUSTOMER).unwrap(), record)
    }

    #[test]
    fn a_created_order_stands_in_its_record() {
        let found = read(documented()).unwrap();
        assert_eq!(found.order.id.as_str(), "d51a052e-043c-4a2a-aa37-2bb938cef6c1");
        assert_eq!(found.order.lines[0].quantity, 25);
        let correlation = CorrelationId::parse("9c272436-538d-4dd4-a421-c811e004784c").ok();
        assert_eq!(found.correlation_id, correlation);
    }

    #[test]
    fn a_record_of_anything_else_is_as_good_as_none() {
        for (key, value) in [
            ("resourceType", json!("license")),
            ("operationType", json!("update_order")),
            ("operationStatus", json!("failed")),
            ("customerId", json!("00000000-0000-0000-0000-000000000001")),
            ("customerId", json!(7)),
            ("resourceNewValue", json!(null)),
            ("resourceNewValue", json!("{}")),
            ("resourceNewValue", json!("{\"Id\":")),
        ] {
            let mut record = documented();
            record[key] = value;
            assert_eq!(read(record), None, "{key}");
        }
        let mut record = documented();
        let order = record["resourceNewValue"].as_str().unwrap();
        let other = order.replace(CUSTOMER, "00000000-0000-0000-0000-000000000001");
        record["resourceNewValue"] = json!(other);
        assert_eq!(read(record), None);
    }

    #[test]
    fn an_operation_says_who_did_it_and_what_came_of_it() {
        let mut record = documented();
        record["userPrincipalName"] = json!("admin@domain.onmicrosoft.com");
        let read = |record| operation(CustomerId::parse(CUSTOMER).unwrap(), record);
        let found = read(record.clone()).unwrap();
        assert_eq!(found.who.user.as_deref(), Some("admin@domain.onmicrosoft.com"));
        assert_eq!(found.operation, "create_order");
        assert!(matches!(found.subject, AuditedSubject::Order(order) if order.lines[0].quantity == 25));
        record["resourceType"] = json!("Subscription");
        record["operationType"] = json!("update_subscription");
        record["resourceNewValue"] = json!(r#"{"Id":"488745B5","Quantity":7,"Status":"Suspended"}"#);
        let AuditedSubject::Subscription(subscription) = read(record.clone()).unwrap().subject else {
            panic!()
        };
        assert_eq!((subscription.quantity, subscription.status.as_str()), (7, "suspended"));
        for (key, value) in [("resourceType", "license"), ("operationStatus", "failed"), ("customerId", "x")]
        {
            let mut other = record.clone();
            other[key] = json!(value);
            assert_eq!(read(other), None, "{key}");
        }
    }

    #[test]
    fn the_query_asks_from_the_day_before() {
        let endpoint = Endpoint::parse("https://host.example").unwrap();
        let since = Timestamp::parse("2026-03-01T00:00:05Z").unwrap();
        let url = records_url(&endpoint, CustomerId::parse(CUSTOMER).unwrap(), since);
        let expected = "https://host.example/v1/auditrecords?startDate=2026-02-28&filter=%7B%22Field%22%3A\
            %22CustomerId%22%2C%22Value%22%3A%220c39d6d5-c70d-4c55-bc02-f620844f3fd1%22%2C%22Operator%22%3A\
            %22equals%22%7D";
        assert_eq!(url.as_str(), expected);
    }

    #[test]
    fn the_next_page_is_asked_with_its_continuation_token_and_nothing_else() {
        let endpoint = Endpoint::parse("https://host.example").unwrap();
        let page = endpoint.url(&["auditrecords"]).unwrap();
        let list = json!({"items": [], "links": {"next": {"uri": "/auditrecords?seekOperation=Next", "headers": [
            {"key": "Host", "value": "evil.example"}, {"key": "MS-ContinuationToken", "value": "abc"}]}}});
        let (url, headers) = next_page(&endpoint, &page, &list).unwrap();
        assert_eq!(url.as_str(), "https://host.example/v1/auditrecords?seekOperation=Next");
        assert_eq!((headers.len(), &headers[CONTINUATION]), (1, &HeaderValue::from_static("abc")));
        assert!(next_page(&endpoint, &page, &json!({"items": []})).is_none());
    }
}
