//! What an order buys, in Partner Center's own property names: written, and read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{BillingCycle, CustomerId, IdError, LineItem, OfferId, OrderSpec, TermDuration};

/// What an order buys.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SpecJson<'a> {
    seats: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_cycle: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_on_record_attestation_accepted: Option<bool>,
    line_items: Vec<LineJson<'a>>,
}

/// One line of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineJson<'a> {
    offer_id: Cow<'a, str>,
    quantity: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    friendly_name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    term_duration: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_term_end_date: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    promotion_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_id_on_record: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "is_empty_list")]
    additional_partner_ids_on_record: Cow<'a, [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attestation_accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renews_to: Option<RenewsToJson<'a>>,
    #[serde(default, skip_serializing_if = "is_empty_map")]
    provisioning_context: Cow<'a, BTreeMap<String, String>>,
}

/// The term that a trial renews to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RenewsToJson<'a> {
    term_duration: Cow<'a, str>,
}

#[expect(clippy::ptr_arg, reason = "serde gives a field as it is")]
fn is_empty_list(list: &Cow<'_, [String]>) -> bool {
    list.is_empty()
}

#[expect(clippy::ptr_arg, reason = "serde gives a field as it is")]
fn is_empty_map(map: &Cow<'_, BTreeMap<String, String>>) -> bool {
    map.is_empty()
}

impl<'a> From<&'a OrderSpec> for SpecJson<'a> {
    fn from(spec: &'a OrderSpec) -> Self {
        Self {
            seats: spec.seats(),
            billing_cycle: spec.billing_cycle.as_ref().map(|cycle| cycle.as_str().into()),
            partner_on_record_attestation_accepted: spec.partner_on_record_attestation_accepted,
            line_items: spec.line_items.iter().map(LineJson::from).collect(),
        }
    }
}

impl<'a> From<&'a LineItem> for LineJson<'a> {
    fn from(line: &'a LineItem) -> Self {
        let term = |term: &'a TermDuration| Cow::Borrowed(term.as_str());
        let text = |text: &'a Option<String>| text.as_deref().map(Cow::Borrowed);
        Self {
            offer_id: line.offer_id.as_str().into(),
            quantity: line.quantity,
            friendly_name: text(&line.friendly_name),
            term_duration: line.term_duration.as_ref().map(term),
            custom_term_end_date: text(&line.custom_term_end_date),
            promotion_id: text(&line.promotion_id),
            partner_id_on_record: text(&line.partner_id_on_record),
            additional_partner_ids_on_record: Cow::Borrowed(&line.additional_partner_ids_on_record),
            attestation_accepted: line.attestation_accepted,
            renews_to: line.renews_to.as_ref().map(|to| RenewsToJson { term_duration: term(to) }),
            provisioning_context: Cow::Borrowed(&line.provisioning_context),
        }
    }
}

impl SpecJson<'_> {
    /// Reads what an order of this customer buys.
    pub(super) fn read(self, customer_id: CustomerId) -> Result<OrderSpec, IdError> {
        let lines: Result<_, _> = self.line_items.into_iter().map(LineJson::read).collect();
        Ok(OrderSpec {
            customer_id,
            billing_cycle: self.billing_cycle.as_deref().map(BillingCycle::read),
            partner_on_record_attestation_accepted: self.partner_on_record_attestation_accepted,
            line_items: lines?,
        })
    }
}

impl LineJson<'_> {
    fn read(self) -> Result<LineItem, IdError> {
        let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        let term = |term: Cow<'_, str>| TermDuration::read(&term);
        Ok(LineItem {
            offer_id: OfferId::parse(&self.offer_id)?,
            quantity: self.quantity,
            friendly_name: text(self.friendly_name),
            term_duration: self.term_duration.and_then(term),
            custom_term_end_date: text(self.custom_term_end_date),
            promotion_id: text(self.promotion_id),
            partner_id_on_record: text(self.partner_id_on_record),
            additional_partner_ids_on_record: self.additional_partner_ids_on_record.into_owned(),
            attestation_accepted: self.attestation_accepted,
            renews_to: self.renews_to.and_then(|to| term(to.term_duration)),
            provisioning_context: self.provisioning_context.into_owned(),
        })
    }
}
