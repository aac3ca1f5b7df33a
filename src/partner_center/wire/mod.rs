//! Partner Center's JSON, exactly as it travels. The one module that client and sandbox share.
//!
//! Requests may come in any case of keys and with nulls, answers come in camelCase without them, sometimes behind
//! a byte order mark; unknown keys and unknown values of enumerations are to be expected at any time. So everything
//! is read by [`read`], every value of an enumeration is text here, and nothing is required that may be missing.
//!
//! **Invariant:** no rule about orders, no network, and nothing of ours beside it.

pub mod audit;
pub mod catalogue;
pub mod customer;
pub mod fault;
pub mod order;
pub mod subscription;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The keys of every body we read, as Partner Center's answers write them.
const KEYS: &[&str] = &[
    "additionalPartnerIdsOnRecord",
    "address",
    "alternateId",
    "applicationId",
    "attestationAccepted",
    "attestationProperties",
    "attestationType",
    "attributes",
    "autoRenewEnabled",
    "billingCycle",
    "billingProfile",
    "billingType",
    "cancellationAllowedUntilDate",
    "catalogItemId",
    "code",
    "commitmentEndDate",
    "companyName",
    "companyProfile",
    "continuationToken",
    "contractType",
    "country",
    "creationDate",
    "currencyCode",
    "currencySymbol",
    "customTermEndDate",
    "customerId",
    "customerName",
    "data",
    "dateAgreed",
    "defaultAddress",
    "description",
    "domain",
    "duration",
    "dynamicAttributes",
    "effectiveStartDate",
    "eligibilities",
    "enforceAttestation",
    "errors",
    "etag",
    "friendlyName",
    "id",
    "isAddOn",
    "isAvailableForPurchase",
    "isEligible",
    "isPurchasable",
    "isTrial",
    "items",
    "lineItemNumber",
    "lineItems",
    "links",
    "maximumQuantity",
    "message",
    "minimumQuantity",
    "name",
    "objectType",
    "offerId",
    "offerName",
    "operationDate",
    "operationStatus",
    "operationType",
    "orderId",
    "originalCorrelationId",
    "parentSubscriptionId",
    "partnerId",
    "partnerIdOnRecord",
    "partnerOnRecordAttestationAccepted",
    "prerequisiteOffers",
    "prerequisiteSkus",
    "productId",
    "promotionId",
    "provisioningContext",
    "purchasePrerequisites",
    "quantity",
    "referenceCustomerId",
    "relationshipToPartner",
    "renewalTermDuration",
    "renewsTo",
    "requiredProducts",
    "resourceNewValue",
    "resourceType",
    "segment",
    "sku",
    "skuId",
    "source",
    "status",
    "statusCode",
    "subscriptionId",
    "supportedBillingCycles",
    "templateId",
    "tenantId",
    "termDuration",
    "terms",
    "title",
    "totalCount",
    "transactionType",
    "type",
    "unitType",
    "userPrincipalName",
];

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
#[error("not the JSON that was expected: {0}")]
pub struct ReadFailure(#[from] serde_json::Error);

/// Reads a body: without its byte order mark, its keys in any case, nulls as if they were absent.
///
/// # Errors
/// [`ReadFailure`] where it is not JSON, is nested deeper than 128, or has not the shape of `T`.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReadFailure> {
    let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
    let mut value: Value = serde_json::from_slice(body)?;
    canonicalise(&mut value);
    Ok(serde_json::from_value(value)?)
}

/// Gives every known key its canonical case and drops nulls. What is inside `provisioningContext` is the SKU's own.
fn canonicalise(value: &mut Value) {
    match value {
        Value::Object(map) => {
            let entries = std::mem::take(map);
            for (key, mut inner) in entries.into_iter().filter(|(_, inner)| !inner.is_null()) {
                let known = KEYS.iter().find(|known| known.eq_ignore_ascii_case(&key));
                let key = known.map_or(key, |known| (*known).to_owned());
                if key != "provisioningContext" {
                    canonicalise(&mut inner);
                }
                map.insert(key, inner);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(canonicalise),
        _ => {}
    }
}

/// The envelope of every list: `{"totalCount":…,"items":[…],"attributes":{"objectType":"Collection"}}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection<T> {
    /// How many items follow.
    #[serde(default)]
    pub total_count: usize,
    /// The items.
    pub items: Vec<T>,
    /// `Collection`.
    #[serde(default)]
    pub attributes: Attributes,
}

impl<T> Collection<T> {
    /// Wraps items.
    #[must_use]
    pub fn of(items: Vec<T>) -> Self {
        Self { total_count: items.len(), items, attributes: Attributes::of("Collection") }
    }
}

/// The `attributes` that resources carry: their type, and for legacy ones their version.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attributes {
    /// base64 of `{"id":…,"version":…}`; legacy orders and subscriptions only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// What the resource is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
}

impl Attributes {
    /// Makes attributes without an etag.
    #[must_use]
    pub fn of(object_type: &str) -> Self {
        Self { etag: None, object_type: Some(object_type.to_owned()) }
    }
}

/// One link of a resource. To be shown, not to be followed: some samples' links are incomplete.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Link {
    /// A path without `/v1` and without a host.
    pub uri: String,
    /// The method.
    #[serde(default)]
    pub method: String,
    /// Always empty here.
    #[serde(default)]
    pub headers: Vec<Value>,
}

impl Link {
    /// Makes a link that is read with GET.
    #[must_use]
    pub fn get(uri: String) -> Self {
        Self { uri, method: "GET".to_owned(), headers: Vec::new() }
    }
}
