//! What a customer has beside orders, and which customers there are: subscriptions and customers, read.
//!
//! Subscriptions are documented as one page ("Get all of a customer's subscriptions"), customers as pages with a
//! continuation token ("Get a list of customers").
//!
//! **Invariant:** reads only, one request a call; what is shown to people is shortened and made harmless.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::body;
use super::client::{Client, failed, read_error};
use super::wire::customer::Customer;
use super::wire::subscription::Subscription;
use crate::domain::{
    BillingCycle, CustomerId, Excerpt, ObservedCustomer, ObservedSubscription, OfferId, OrderId,
    SubscriptionId, SubscriptionTerms, TermDuration, Timestamp,
};
use crate::ports::ReadError;

const CONTINUATION: HeaderName = HeaderName::from_static("ms-continuationtoken");

/// How many customers are asked for at once; the sample of "Get a list of customers" has 40, the service's maximum is 500.
const CUSTOMERS_A_PAGE: &str = "500";

/// A page of customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerPage {
    /// Those of this page.
    pub customers: Vec<ObservedCustomer>,
    /// With what the next page is asked for; `None` where this is the last.
    pub next: Option<Continuation>,
}

/// Where a list of customers goes on: opaque text of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation(HeaderValue);

impl Client {
    /// Lists all subscriptions of a customer, those that have ended too.
    ///
    /// # Errors
    /// [`ReadError`]; also where one of the list cannot be read: one that is missing would seem not to exist.
    pub async fn list_subscriptions(
        &self,
        customer: CustomerId,
    ) -> Result<Vec<ObservedSubscription>, ReadError> {
        let segments = ["customers", &customer.to_string(), "subscriptions"];
        let url = self.endpoint.url(&segments).expect("a GUID is a path segment");
        let (whole, _) = self.read(url, HeaderMap::new(), self.settings.list_limit_bytes).await?;
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let list = body::read(&whole.body).map_err(ReadError::Failed)?;
        let items = body::read_all_items(list).map_err(ReadError::Failed)?;
        let read = |(position, item)| {
            observed_subscription(item)
                .map_err(|why| failed(&format!("subscription {position} of the list: {why}")))
        };
        items.into_iter().enumerate().map(read).collect()
    }

    /// Lists a page of the partner's customers: the first, or where `after` goes on.
    ///
    /// # Errors
    /// [`ReadError`].
    pub async fn list_customers(&self, after: Option<&Continuation>) -> Result<CustomerPage, ReadError> {
        let mut url = self.endpoint.url(&["customers"]).expect("a plain word is a path segment");
        let mut extra = HeaderMap::new();
        let (key, value) = match after {
            None => ("size", CUSTOMERS_A_PAGE),
            Some(Continuation(token)) => {
                extra.insert(CONTINUATION, token.clone());
                ("seekOperation", "Next")
            }
        };
        url.query_pairs_mut().append_pair(key, value);
        let (whole, _) = self.read(url, extra, self.settings.list_limit_bytes).await?;
        // Some say "no more pages" so (Microsoft's migration tool: CustomerProvider).
        let is_end = |code: &str| whole.status == 400 && code == "2000" && after.is_some();
        if body::read_fault(whole.status, &whole.body).is_some_and(|fault| is_end(&fault.code)) {
            return Ok(CustomerPage { customers: Vec::new(), next: None });
        }
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let list = body::read(&whole.body).map_err(ReadError::Failed)?;
        let token = body::member(&list, "continuationToken").and_then(Value::as_str).unwrap_or_default();
        let next = match token {
            "" => None,
            token => Some(Continuation(
                HeaderValue::from_str(token).map_err(|_| failed("the continuation token fits no header"))?,
            )),
        };
        let items = body::read_items(list).map_err(ReadError::Failed)?;
        let customers: Result<_, _> = items.into_iter().map(observed_customer).collect();
        Ok(CustomerPage { customers: customers.map_err(ReadError::Failed)?, next })
    }

    /// Reads one customer.
    ///
    /// # Errors
    /// [`ReadError`]; refused with 404 where it is not a customer of this partner.
    pub async fn find_customer(&self, customer: CustomerId) -> Result<ObservedCustomer, ReadError> {
        let url = self.endpoint.url(&["customers", &customer.to_string()]).expect("a GUID is a path segment");
        let (whole, _) = self.read(url, HeaderMap::new(), self.settings.order_limit_bytes).await?;
        if whole.status != 200 {
            return Err(read_error(&whole));
        }
        let value = body::read(&whole.body).map_err(ReadError::Failed)?;
        let found = observed_customer(value).map_err(ReadError::Failed)?;
        if found.id == customer { Ok(found) } else { Err(failed("another customer came")) }
    }
}

/// Reads a subscription from JSON whose keys are in their canonical case, or says what is wrong with it.
pub(super) fn observed_subscription(value: Value) -> Result<ObservedSubscription, Excerpt> {
    let shown: Subscription = shape(value)?;
    let id = SubscriptionId::parse(&shown.id).map_err(|error| Excerpt::of(&error.to_string()))?;
    let quantity = u32::try_from(shown.quantity);
    let terms = SubscriptionTerms {
        id,
        commitment_end: given(&shown.commitment_end_date),
        cancellation_allowed_until: shown.cancellation_allowed_until_date.as_deref().and_then(given),
        auto_renew: shown.auto_renew_enabled,
        renewal_term: shown.renewal_term_duration.as_deref().and_then(term),
    };
    Ok(ObservedSubscription {
        terms,
        order_id: OrderId::parse(&shown.order_id).ok(),
        offer_id: OfferId::parse(&shown.offer_id).ok(),
        offer_name: given(&shown.offer_name),
        friendly_name: Some(shown.friendly_name).filter(|name| !name.is_empty()),
        quantity: quantity.map_err(|_| Excerpt::of(&format!("`{}` is not a quantity", shown.quantity)))?,
        status: harmless(&shown.status).to_ascii_lowercase(),
        billing_cycle: shown.billing_cycle.as_deref().map(harmless).as_deref().map(BillingCycle::read),
        term_duration: shown.term_duration.as_deref().and_then(term),
        promotion_id: shown.promotion_id.filter(|id| !id.is_empty()),
        partner_id: shown.partner_id.filter(|id| !id.is_empty()),
        parent_id: shown.parent_subscription_id.and_then(|id| SubscriptionId::parse(&id).ok()),
        is_trial: shown.is_trial,
        created: Timestamp::parse(&shown.creation_date),
    })
}

fn observed_customer(value: Value) -> Result<ObservedCustomer, Excerpt> {
    let shown: Customer = shape(value)?;
    Ok(ObservedCustomer {
        id: CustomerId::parse(&shown.id).map_err(|error| Excerpt::of(&error.to_string()))?,
        company_name: given(&shown.company_profile.company_name),
        domain: given(&shown.company_profile.domain),
        relationship: given(&shown.relationship_to_partner),
    })
}

/// Reads a shape out of JSON, without the links: an incomplete one must not hide what it belongs to.
fn shape<T: DeserializeOwned>(mut value: Value) -> Result<T, Excerpt> {
    if let Some(members) = value.as_object_mut() {
        members.remove("links");
    }
    serde_json::from_value(value).map_err(|error| Excerpt::of(&error.to_string()))
}

fn given(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| harmless(text))
}

fn term(text: &str) -> Option<TermDuration> {
    TermDuration::read(&harmless(text)).filter(|_| !text.is_empty())
}

fn harmless(text: &str) -> String {
    Excerpt::of(text).as_str().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::wire;
    use super::*;

    fn read(value: &Value) -> Result<ObservedSubscription, Excerpt> {
        observed_subscription(wire::read(value.to_string().as_bytes()).unwrap())
    }

    /// The new commerce subscription on the page "Get a subscription by ID", shortened.
    #[test]
    fn the_documented_subscription_is_read_with_its_terms() {
        let shown = json!({
            "id": "a4c1340d-6911-4758-bba3-0c4c6007d161",
            "offerId": "CFQ7TTC0LH18:0001:CFQ7TTC0K971", "offerName": "Microsoft 365 Business Basic",
            "friendlyName": "Microsoft 365 Business Basic", "quantity": 1, "unitType": "Licenses",
            "creationDate": "2021-01-14T16:57:15.0966728Z", "commitmentEndDate": "2022-01-13T00:00:00Z",
            "status": "Expired", "autoRenewEnabled": false, "isTrial": false, "billingType": "license",
            "billingCycle": "monthly", "termDuration": "P1Y", "renewalTermDuration": "", "partnerId": "",
            "links": {"offer": {}}, "orderId": "34b37d7340cc",
        });
        let read = read(&shown).unwrap();
        assert_eq!(read.order_id, OrderId::parse("34b37d7340cc").ok());
        assert_eq!((read.quantity, read.status.as_str(), read.has_ended()), (1, "expired", true));
        assert_eq!(read.terms.commitment_end.as_deref(), Some("2022-01-13T00:00:00Z"));
        assert_eq!((read.terms.auto_renew, read.terms.renewal_term), (Some(false), None));
        assert_eq!((read.partner_id, read.terms.cancellation_allowed_until), (None, None));
    }

    #[test]
    fn a_subscription_without_an_id_or_with_no_number_of_seats_is_not_read() {
        for shown in [json!({"quantity": 1}), json!({"id": "a", "quantity": -1}), json!([]), json!(null)] {
            assert!(read(&shown).is_err(), "{shown}");
        }
    }

    #[test]
    fn what_a_subscription_does_not_say_is_not_made_up() {
        let read = read(&json!({"id": "a", "quantity": 0})).unwrap();
        assert_eq!((read.terms.auto_renew, read.terms.commitment_end), (None, None));
        assert_eq!((read.order_id, read.offer_id, read.friendly_name), (None, None, None));
    }
}
