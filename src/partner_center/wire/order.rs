//! Orders on the wire ("Create an order", "Order resources").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Attributes, Link};

/// The body of a create, as Microsoft's own client writes it: C# names, nulls included.
///
/// The members and their order are those of the request on the page "Create an order"; what that page's first sample
/// does not have is written only where it is asked for.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateOrder {
    /// Null: Partner Center gives it.
    pub id: Option<String>,
    /// The customer's tenant id.
    pub reference_customer_id: String,
    /// One for the whole order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// The lines, numbered from 0 without gaps.
    pub line_items: Vec<CreateOrderLineItem>,
    /// Null: Partner Center gives it.
    pub creation_date: Option<String>,
    /// Required where a partner or reseller of record is named (else 400/900206).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partner_on_record_attestation_accepted: Option<bool>,
    /// `Order`.
    pub attributes: CreateAttributes,
}

/// One line of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateOrderLineItem {
    /// The position, from 0.
    pub line_item_number: u32,
    /// What is bought.
    pub offer_id: String,
    /// Null on create.
    pub subscription_id: Option<String>,
    /// Null on create: only PATCH takes it (else 400/2000).
    pub parent_subscription_id: Option<String>,
    /// What the partner calls it.
    pub friendly_name: Option<String>,
    /// Seats.
    pub quantity: u32,
    /// The indirect reseller.
    pub partner_id_on_record: Option<String>,
    /// Up to five more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub additional_partner_ids_on_record: Vec<String>,
    /// ISO 8601.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term_duration: Option<String>,
    /// RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub custom_term_end_date: Option<String>,
    /// `ProductId:SkuId:PromotionId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<String>,
    /// Where the offer's own terms ask for it (else 400/900203).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestation_accepted: Option<bool>,
    /// The tables say a list, samples and SDK an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub renews_to: Option<CreateRenewsTo>,
    /// What the SKU asks for, under its own keys.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub provisioning_context: BTreeMap<String, String>,
    /// `OrderLineItem`.
    pub attributes: CreateAttributes,
}

/// The term a trial renews to.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateRenewsTo {
    /// `P1M` or `P1Y`.
    pub term_duration: String,
}

/// The `Attributes` of a request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CreateAttributes {
    /// The C# class.
    pub object_type: &'static str,
}

/// An order as it is answered and listed; also how the sandbox reads a request.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// A GUID (legacy), 12 hexadecimal digits or longer (modern); absent in requests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Equal to `id` for new commerce.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_id: Option<String>,
    /// The customer's tenant id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_customer_id: Option<String>,
    /// snake_case in bodies, other cases elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// `USD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_code: Option<String>,
    /// `$`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency_symbol: Option<String>,
    /// The lines.
    #[serde(default)]
    pub line_items: Vec<OrderLineItem>,
    /// With a Pacific offset (legacy) or `Z` and up to seven digits (modern).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creation_date: Option<String>,
    /// `pending`, `completed`, `cancelled`, `unknown`; absent on the oldest orders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `UserPurchase`, `SystemPurchase`, `SystemBilling`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<String>,
    /// Asked for where a partner of record is named; never answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_on_record_attestation_accepted: Option<bool>,
    /// `self`, `provisioningStatus`, `patchOperation`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
    /// `Order`, and the etag of legacy orders.
    #[serde(default)]
    pub attributes: Attributes,
}

/// One line of an order as it is answered and listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLineItem {
    /// The position, from 0.
    #[serde(default)]
    pub line_item_number: i64,
    /// What was bought.
    #[serde(default)]
    pub offer_id: String,
    /// Absent until provisioning is done; never there for Azure reservations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription_id: Option<String>,
    /// Taken by PATCH only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_subscription_id: Option<String>,
    /// Empty for perpetual software.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_duration: Option<String>,
    /// The end of the first term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_term_end_date: Option<String>,
    /// `New` and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_type: Option<String>,
    /// Filled from the catalogue where the request had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    /// Seats; 0 once cancelled.
    #[serde(default)]
    pub quantity: i64,
    /// The promotion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<String>,
    /// The indirect reseller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner_id_on_record: Option<String>,
    /// More of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub additional_partner_ids_on_record: Vec<String>,
    /// The SKU's own keys and values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub provisioning_context: BTreeMap<String, String>,
    /// Whether the offer's terms were accepted; requests only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_accepted: Option<bool>,
    /// The term a trial renews to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renews_to: Option<RenewsTo>,
    /// `subscription` (legacy); `product`, `sku`, `availability` (modern).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
}

/// The term a trial renews to, as answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewsTo {
    /// `P1M` or `P1Y`.
    pub term_duration: String,
}
