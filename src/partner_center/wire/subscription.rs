//! Subscriptions on the wire ("Get a subscription by ID", "Subscription resources").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attributes, Link};

/// A subscription, as far as an order explains it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// A GUID: upper case for legacy offers, lower case for new commerce.
    #[serde(default)]
    pub id: String,
    /// What was bought.
    #[serde(default)]
    pub offer_id: String,
    /// Its title.
    #[serde(default)]
    pub offer_name: String,
    /// What the partner calls it.
    #[serde(default)]
    pub friendly_name: String,
    /// Seats.
    #[serde(default)]
    pub quantity: i64,
    /// `Licenses` and other spellings of it.
    #[serde(default)]
    pub unit_type: String,
    /// RFC 3339.
    #[serde(default)]
    pub creation_date: String,
    /// RFC 3339.
    #[serde(default)]
    pub effective_start_date: String,
    /// The last day for new commerce, the day after it for legacy offers.
    #[serde(default)]
    pub commitment_end_date: String,
    /// Until when seats can be given back; new commerce only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation_allowed_until_date: Option<String>,
    /// `active`, `suspended`, `deleted`, `expired`, `disabled`, and what else will come.
    #[serde(default)]
    pub status: String,
    /// On by default for new commerce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_renew_enabled: Option<bool>,
    /// The subscription that it is an add-on of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_subscription_id: Option<String>,
    /// Whether it is a trial.
    #[serde(default)]
    pub is_trial: bool,
    /// `license`, `usage`, `none`.
    #[serde(default)]
    pub billing_type: String,
    /// As on the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// ISO 8601.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_duration: Option<String>,
    /// ISO 8601; often empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal_term_duration: Option<String>,
    /// The promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<String>,
    /// The indirect reseller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id: Option<String>,
    /// `subscription`.
    #[serde(default)]
    pub contract_type: String,
    /// The order that made it.
    #[serde(default)]
    pub order_id: String,
    /// `self`, and `offer` (legacy) or `product`, `sku`, `availability` (modern).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// `Subscription`, and the etag of legacy ones.
    #[serde(default)]
    pub attributes: Attributes,
}
