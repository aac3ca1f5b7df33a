//! Customers on the wire ("Get a customer by ID", "Customer resources").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attributes, Link};

/// A customer, with as much of its profiles as is needed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Customer {
    /// The tenant id.
    #[serde(default)]
    pub id: String,
    /// Who it is.
    #[serde(default)]
    pub company_profile: CompanyProfile,
    /// How it is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_profile: Option<BillingProfile>,
    /// `reseller`, or `none` where orders are refused with 403/20002.
    #[serde(default)]
    pub relationship_to_partner: String,
    /// `self`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// `Customer`.
    #[serde(default)]
    pub attributes: Attributes,
}

/// Who a customer is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompanyProfile {
    /// The tenant id again.
    #[serde(default)]
    pub tenant_id: String,
    /// The first domain.
    #[serde(default)]
    pub domain: String,
    /// The name.
    #[serde(default)]
    pub company_name: String,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// `CustomerCompanyProfile`.
    #[serde(default)]
    pub attributes: Attributes,
}

/// How a customer is billed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BillingProfile {
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_address: Option<Address>,
    /// `CustomerBillingProfile`.
    #[serde(default)]
    pub attributes: Attributes,
}

/// Where a customer is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// By its code in ISO 3166.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}
