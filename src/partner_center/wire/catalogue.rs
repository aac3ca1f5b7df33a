//! The catalogue on the wire ("Product resources", "Offer resources", "Agreement resources", "Verify promotion eligibility").
//!
//! Billing cycles and terms come in any case here: PascalCase in the pages' samples.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Attributes, Link};

/// A product ("Get a list of products").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    /// Twelve characters: the first part of an offer id.
    #[serde(default)]
    pub id: String,
    /// What it is called.
    #[serde(default)]
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `OnlineServicesNCE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_type: Option<ProductType>,
    /// `skus`, `self`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
}

/// What kind of product it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductType {
    /// `OnlineServicesNCE`.
    #[serde(default)]
    pub id: String,
    /// The same.
    #[serde(default)]
    pub display_name: String,
}

/// A SKU of a product ("Get a SKU by ID").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sku {
    /// Four characters: the second part of an offer id. Empty where a page's sample has `{}`.
    #[serde(default)]
    pub id: String,
    /// Its product.
    #[serde(default)]
    pub product_id: String,
    /// What it is called.
    #[serde(default)]
    pub title: String,
    /// The fewest seats of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_quantity: Option<i64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_quantity: Option<i64>,
    /// Whether it is a trial.
    #[serde(default)]
    pub is_trial: bool,
    /// How it can be billed.
    #[serde(default)]
    pub supported_billing_cycles: Vec<String>,
    /// `MicrosoftCustomerAgreement`, `InventoryCheck` and others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purchase_prerequisites: Vec<String>,
    /// `isAddon`, `prerequisiteSkus` and much else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dynamic_attributes: BTreeMap<String, Value>,
    /// Where the offer has terms of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation_properties: Option<AttestationProperties>,
    /// `availabilities`, `self`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
}

/// What has to be attested before a SKU is bought.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AttestationProperties {
    /// Which terms.
    #[serde(default)]
    pub attestation_type: String,
    /// Whether an order without `attestationAccepted` is refused (400/900203).
    #[serde(default)]
    pub enforce_attestation: bool,
}

/// An availability of a SKU ("Get a list of availabilities for a SKU").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Availability {
    /// Twelve characters: the third part of an offer id.
    #[serde(default)]
    pub id: String,
    /// Its product.
    #[serde(default)]
    pub product_id: String,
    /// Its SKU.
    #[serde(default)]
    pub sku_id: String,
    /// `Product:Sku:Availability`: the offer id.
    #[serde(default)]
    pub catalog_item_id: String,
    /// `commercial` and others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Where it is sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Whether it is sold at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_purchasable: Option<bool>,
    /// For how long.
    #[serde(default)]
    pub terms: Vec<Term>,
    /// Its SKU, whole; `{}` in the samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<Sku>,
    /// `self`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub links: BTreeMap<String, Link>,
}

/// A term of an availability.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// ISO 8601; empty where it is for good.
    #[serde(default)]
    pub duration: String,
    /// In words.
    #[serde(default)]
    pub description: String,
    /// Missing for reservations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
}

/// A legacy offer ("Get an offer by ID").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// A GUID.
    #[serde(default)]
    pub id: String,
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// The fewest seats of a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_quantity: Option<i64>,
    /// The most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum_quantity: Option<i64>,
    /// How it can be billed.
    #[serde(default)]
    pub supported_billing_cycles: Vec<String>,
    /// Whether it adds to another one.
    #[serde(default)]
    pub is_add_on: bool,
    /// Whether it is a trial.
    #[serde(default)]
    pub is_trial: bool,
    /// Whether it is sold at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_available_for_purchase: Option<bool>,
    /// What a customer has to have before.
    #[serde(default)]
    pub prerequisite_offers: Vec<String>,
    /// `Offer`.
    #[serde(default)]
    pub attributes: Attributes,
}

/// An agreement of a customer ("Confirm customer consent").
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agreement {
    /// Which template.
    #[serde(default)]
    pub template_id: String,
    /// When it was agreed to.
    #[serde(default)]
    pub date_agreed: String,
    /// `MicrosoftCustomerAgreement`.
    #[serde(default, rename = "type")]
    pub kind: String,
    /// Who agreed.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub primary_contact: Value,
}

/// What is asked of, and answered about, promotions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PromotionEligibility {
    /// The position among the lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// The offer id.
    #[serde(default)]
    pub catalog_item_id: String,
    /// Seats.
    #[serde(default)]
    pub quantity: i64,
    /// How it is billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billing_cycle: Option<String>,
    /// For how long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub term_duration: Option<String>,
    /// The promotion; requests only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promotion_id: Option<String>,
    /// Answers only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub eligibilities: Vec<Eligible>,
}

/// Whether a promotion would be given.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Eligible {
    /// The promotion.
    #[serde(default)]
    pub promotion_id: String,
    /// Whether it would.
    #[serde(default)]
    pub is_eligible: bool,
    /// Why not: objects with a `type` and their own details.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Value>,
}

/// The envelope of what is asked about promotions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Items<T> {
    /// The lines.
    pub items: Vec<T>,
}
