//! What both files are made of: specifications, attempts, placed orders, instants.
//!
//! **Invariant:** `Form::from(&value)` and `form.read()` are inverse to each other for every value there is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::IdError;
use crate::domain::{
    Attempt, Baseline, BillingCycle, CustomerId, EndpointId, Evidence, Fate, Generation, LineItem, Moment,
    OfferId, OrderId, OrderSpec, PlacedOrder, RequestId, Sent, SubscriptionId, TermDuration, Timestamp,
};

/// Why a property's value is not what its name says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FormError {
    #[error(transparent)]
    Id(#[from] IdError),
    #[error("`{0}` is not an instant")]
    Time(String),
    #[error("a term is empty")]
    Term,
    #[error("`{0}` is not a format version")]
    Version(String),
}

/// `spec`, in Partner Center's property names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SpecForm {
    pub(crate) customer_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    billing_cycle: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partner_on_record_attestation_accepted: Option<bool>,
    line_items: Vec<LineForm>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct LineForm {
    offer_id: String,
    quantity: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    friendly_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term_duration: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    custom_term_end_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    promotion_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    partner_id_on_record: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    additional_partner_ids_on_record: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    attestation_accepted: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renews_to: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    provisioning_context: BTreeMap<String, String>,
}

impl From<&OrderSpec> for SpecForm {
    fn from(spec: &OrderSpec) -> Self {
        Self {
            customer_id: spec.customer_id.to_string(),
            billing_cycle: spec.billing_cycle.as_ref().map(ToString::to_string),
            partner_on_record_attestation_accepted: spec.partner_on_record_attestation_accepted,
            line_items: spec.line_items.iter().map(LineForm::from).collect(),
        }
    }
}

impl SpecForm {
    pub(crate) fn read(self) -> Result<OrderSpec, FormError> {
        let lines = self.line_items.into_iter().map(LineForm::read);
        Ok(OrderSpec {
            customer_id: CustomerId::parse(&self.customer_id)?,
            billing_cycle: self.billing_cycle.as_deref().map(BillingCycle::read),
            partner_on_record_attestation_accepted: self.partner_on_record_attestation_accepted,
            line_items: lines.collect::<Result<_, _>>()?,
        })
    }
}

impl From<&LineItem> for LineForm {
    fn from(line: &LineItem) -> Self {
        Self {
            offer_id: line.offer_id.to_string(),
            quantity: line.quantity,
            friendly_name: line.friendly_name.clone(),
            term_duration: line.term_duration.as_ref().map(ToString::to_string),
            custom_term_end_date: line.custom_term_end_date.clone(),
            promotion_id: line.promotion_id.clone(),
            partner_id_on_record: line.partner_id_on_record.clone(),
            additional_partner_ids_on_record: line.additional_partner_ids_on_record.clone(),
            attestation_accepted: line.attestation_accepted,
            renews_to: line.renews_to.as_ref().map(ToString::to_string),
            provisioning_context: line.provisioning_context.clone(),
        }
    }
}

impl LineForm {
    fn read(self) -> Result<LineItem, FormError> {
        let term = |text: String| TermDuration::read(&text).ok_or(FormError::Term);
        Ok(LineItem {
            offer_id: OfferId::parse(&self.offer_id)?,
            quantity: self.quantity,
            friendly_name: self.friendly_name,
            term_duration: self.term_duration.map(term).transpose()?,
            custom_term_end_date: self.custom_term_end_date,
            promotion_id: self.promotion_id,
            partner_id_on_record: self.partner_id_on_record,
            additional_partner_ids_on_record: self.additional_partner_ids_on_record,
            attestation_accepted: self.attestation_accepted,
            renews_to: self.renews_to.map(term).transpose()?,
            provisioning_context: self.provisioning_context,
        })
    }
}

/// An instant by both clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MomentForm {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    server: Option<String>,
    boot_id: String,
    boot_ms: u64,
}

impl From<&Moment> for MomentForm {
    fn from(moment: &Moment) -> Self {
        Self {
            server: moment.server.as_ref().map(ToString::to_string),
            boot_id: moment.boot_id.clone(),
            boot_ms: moment.boot_ms,
        }
    }
}

impl MomentForm {
    pub(crate) fn read(self) -> Result<Moment, FormError> {
        Ok(Moment { server: read_time(self.server)?, boot_id: self.boot_id, boot_ms: self.boot_ms })
    }
}

/// An attempt, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AttemptForm {
    pub(crate) request_id: String,
    pub(crate) generation: u32,
    pub(crate) plan: String,
    pub(crate) spec: SpecForm,
    /// The exact bytes of the request, as a JSON string: its escapes are undone when it is read.
    pub(crate) body: String,
    pub(crate) baseline: BaselineForm,
    pub(crate) sends: Vec<SentForm>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct BaselineForm {
    at: MomentForm,
    order_ids: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SentForm {
    at: MomentForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<MomentForm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fate: Option<FateForm>,
}

/// `{"unknown":{"why":WHY,"orderId":ID?}}`, `{"refused":WHY}` or `{"notNow":WHY}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum FateForm {
    Unknown {
        why: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order_id: Option<String>,
    },
    Refused(String),
    NotNow(String),
}

impl From<&Attempt> for AttemptForm {
    fn from(attempt: &Attempt) -> Self {
        Self {
            request_id: attempt.request_id.to_string(),
            generation: attempt.generation.0,
            plan: attempt.plan.clone(),
            spec: SpecForm::from(&attempt.spec),
            body: attempt.body.clone(),
            baseline: BaselineForm {
                at: MomentForm::from(&attempt.baseline.at),
                order_ids: attempt.baseline.order_ids.iter().map(ToString::to_string).collect(),
            },
            sends: attempt.sends.iter().map(SentForm::from).collect(),
        }
    }
}

impl AttemptForm {
    pub(crate) fn read(self) -> Result<Attempt, FormError> {
        let known = self.baseline.order_ids.iter().map(|id| OrderId::parse(id));
        let baseline = Baseline { order_ids: known.collect::<Result<_, _>>()?, at: self.baseline.at.read()? };
        let sends = self.sends.into_iter().map(SentForm::read);
        Ok(Attempt {
            generation: Generation(self.generation),
            request_id: RequestId::parse(&self.request_id)?,
            spec: self.spec.read()?,
            body: self.body,
            baseline,
            plan: self.plan,
            sends: sends.collect::<Result<_, _>>()?,
        })
    }
}

impl From<&Sent> for SentForm {
    fn from(sent: &Sent) -> Self {
        Self {
            at: MomentForm::from(&sent.at),
            ended: sent.ended.as_ref().map(MomentForm::from),
            fate: sent.fate.as_ref().map(FateForm::from),
        }
    }
}

impl SentForm {
    fn read(self) -> Result<Sent, FormError> {
        Ok(Sent {
            at: self.at.read()?,
            ended: self.ended.map(MomentForm::read).transpose()?,
            fate: self.fate.map(FateForm::read).transpose()?,
        })
    }
}

impl From<&Fate> for FateForm {
    fn from(fate: &Fate) -> Self {
        match fate {
            Fate::Unknown { why, order_id } => {
                Self::Unknown { why: why.clone(), order_id: order_id.as_ref().map(ToString::to_string) }
            }
            Fate::Refused(why) => Self::Refused(why.clone()),
            Fate::NotNow(why) => Self::NotNow(why.clone()),
        }
    }
}

impl FateForm {
    pub(crate) fn read(self) -> Result<Fate, FormError> {
        Ok(match self {
            Self::Unknown { why, order_id } => {
                Fate::Unknown { why, order_id: order_id.map(|id| OrderId::parse(&id)).transpose()? }
            }
            Self::Refused(why) => Fate::Refused(why),
            Self::NotNow(why) => Fate::NotNow(why),
        })
    }
}

/// An order that exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PlacedForm {
    order_id: String,
    subscription_ids: Vec<Option<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    creation_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<String>,
}

impl From<&PlacedOrder> for PlacedForm {
    fn from(order: &PlacedOrder) -> Self {
        Self {
            order_id: order.order_id.to_string(),
            subscription_ids: write_subscriptions(&order.subscription_ids),
            etag: order.etag.clone(),
            creation_date: order.creation_date.clone(),
            status: order.status.clone(),
        }
    }
}

impl PlacedForm {
    pub(crate) fn read(self) -> Result<PlacedOrder, FormError> {
        Ok(PlacedOrder {
            order_id: OrderId::parse(&self.order_id)?,
            subscription_ids: read_subscriptions(&self.subscription_ids)?,
            etag: self.etag,
            creation_date: self.creation_date,
            status: self.status,
        })
    }
}

/// How it is known that an order exists and is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum EvidenceForm {
    Answer,
    Audit,
    Match,
    Person,
}

impl From<Evidence> for EvidenceForm {
    fn from(evidence: Evidence) -> Self {
        match evidence {
            Evidence::Answer => Self::Answer,
            Evidence::Audit => Self::Audit,
            Evidence::Match => Self::Match,
            Evidence::Person => Self::Person,
        }
    }
}

impl EvidenceForm {
    pub(crate) fn read(self) -> Evidence {
        match self {
            Self::Answer => Evidence::Answer,
            Self::Audit => Evidence::Audit,
            Self::Match => Evidence::Match,
            Self::Person => Evidence::Person,
        }
    }
}

pub(crate) fn write_subscriptions(ids: &[Option<SubscriptionId>]) -> Vec<Option<String>> {
    ids.iter().map(|id| id.as_ref().map(ToString::to_string)).collect()
}

pub(crate) fn read_subscriptions(ids: &[Option<String>]) -> Result<Vec<Option<SubscriptionId>>, FormError> {
    let read = |id: &Option<String>| id.as_deref().map(SubscriptionId::parse).transpose();
    Ok(ids.iter().map(read).collect::<Result<_, _>>()?)
}

/// An origin holds `://`, so it is never taken for the word.
pub(crate) fn read_endpoint(text: String) -> EndpointId {
    match text.as_str() {
        "sandbox" => EndpointId::Sandbox,
        _ => EndpointId::Origin(text),
    }
}

pub(crate) fn read_time(text: Option<String>) -> Result<Option<Timestamp>, FormError> {
    text.map(|text| Timestamp::parse(&text).ok_or(FormError::Time(text))).transpose()
}
