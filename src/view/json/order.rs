//! What an order buys, in Partner Center's own property names.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{LineItem, OrderSpec};

/// What an order buys.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecJson<'a> {
    seats: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_cycle: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_on_record_attestation_accepted: Option<bool>,
    line_items: Vec<LineJson<'a>>,
}

/// One line of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LineJson<'a> {
    offer_id: &'a str,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    friendly_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term_duration: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_term_end_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_id_on_record: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    additional_partner_ids_on_record: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    attestation_accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renews_to: Option<RenewsToJson<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    provisioning_context: &'a BTreeMap<String, String>,
}

/// The term that a trial renews to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RenewsToJson<'a> {
    term_duration: &'a str,
}

impl<'a> From<&'a OrderSpec> for SpecJson<'a> {
    fn from(spec: &'a OrderSpec) -> Self {
        Self {
            seats: spec.seats(),
            billing_cycle: spec.billing_cycle.as_ref().map(|cycle| cycle.as_str()),
            partner_on_record_attestation_accepted: spec.partner_on_record_attestation_accepted,
            line_items: spec.line_items.iter().map(LineJson::from).collect(),
        }
    }
}

impl<'a> From<&'a LineItem> for LineJson<'a> {
    fn from(line: &'a LineItem) -> Self {
        Self {
            offer_id: line.offer_id.as_str(),
            quantity: line.quantity,
            friendly_name: line.friendly_name.as_deref(),
            term_duration: line.term_duration.as_ref().map(|term| term.as_str()),
            custom_term_end_date: line.custom_term_end_date.as_deref(),
            promotion_id: line.promotion_id.as_deref(),
            partner_id_on_record: line.partner_id_on_record.as_deref(),
            additional_partner_ids_on_record: &line.additional_partner_ids_on_record,
            attestation_accepted: line.attestation_accepted,
            renews_to: line.renews_to.as_ref().map(|term| RenewsToJson { term_duration: term.as_str() }),
            provisioning_context: &line.provisioning_context,
        }
    }
}
