//! What one line of the journal records.
//!
//! **Invariant:** there is one form for every [`RecordKind`], and an unknown one is refused, never skipped.

use serde::{Deserialize, Serialize};

use super::terms::{ApprovedForm, TermsForm};
use super::values::{
    AttemptForm, EvidenceForm, FateForm, FormError, MomentForm, PlacedForm, SpecForm, read_endpoint,
    read_subscriptions, write_subscriptions,
};
use super::{FORMAT_VERSION, FormatVersion};
use crate::domain::{Excerpt, Lineage, NotOrdered, OrderName, RecordKind, ServiceError};

/// `{"type":…}` and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum RecordForm {
    Genesis {
        format_version: String,
        lineage: String,
        tool: String,
    },
    Bound {
        endpoint: String,
    },
    Rebuilt {
        at: MomentForm,
    },
    Opened {
        by: String,
        command: String,
        tool: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        approved: Option<ApprovedForm>,
    },
    Allowed {
        by: String,
        rule: String,
        keeper: String,
        reason: String,
        limit: String,
        value: String,
    },
    Intended {
        name: String,
        attempt: Box<AttemptForm>,
    },
    Sending {
        name: String,
        at: MomentForm,
    },
    SendEnded {
        name: String,
        at: MomentForm,
        fate: FateForm,
    },
    Created {
        name: String,
        order: PlacedForm,
        evidence: EvidenceForm,
    },
    NotOrdered {
        name: String,
        reason: ReasonForm,
    },
    Adopted {
        name: String,
        spec: Box<SpecForm>,
        order: PlacedForm,
    },
    SubscriptionsKnown {
        name: String,
        subscription_ids: Vec<Option<String>>,
    },
    TermsKnown {
        name: String,
        terms: Vec<TermsForm>,
    },
    Moved {
        from: String,
        to: String,
    },
    Forgotten {
        name: String,
    },
}

/// `{"refused":{…}}`, `{"notNow":WHY}`, `{"listedNowhere":WHY}` or `"person"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub(crate) enum ReasonForm {
    Refused { status: u16, code: String, description: String },
    NotNow(String),
    ListedNowhere(String),
    Person,
}

impl From<&RecordKind> for RecordForm {
    fn from(kind: &RecordKind) -> Self {
        match kind {
            RecordKind::Genesis { lineage, tool } => Self::Genesis {
                format_version: FORMAT_VERSION.to_string(),
                lineage: lineage.to_string(),
                tool: tool.clone(),
            },
            RecordKind::Bound { endpoint } => Self::Bound { endpoint: endpoint.to_string() },
            RecordKind::Rebuilt { at } => Self::Rebuilt { at: at.into() },
            RecordKind::Opened { by, command, tool, approved } => Self::Opened {
                by: by.clone(),
                command: command.clone(),
                tool: tool.clone(),
                approved: approved.as_ref().map(ApprovedForm::from),
            },
            RecordKind::Allowed { by, rule, keeper, reason, limit, value } => {
                let [by, rule, keeper, reason, limit, value] =
                    [by, rule, keeper, reason, limit, value].map(Clone::clone);
                Self::Allowed { by, rule, keeper, reason, limit, value }
            }
            RecordKind::Intended { name, attempt } => {
                Self::Intended { name: name.to_string(), attempt: Box::new(attempt.as_ref().into()) }
            }
            RecordKind::Sending { name, at } => Self::Sending { name: name.to_string(), at: at.into() },
            RecordKind::SendEnded { name, fate, at } => {
                Self::SendEnded { name: name.to_string(), at: at.into(), fate: fate.into() }
            }
            RecordKind::Created { name, order, evidence } => {
                Self::Created { name: name.to_string(), order: order.into(), evidence: (*evidence).into() }
            }
            RecordKind::NotOrdered { name, reason } => {
                Self::NotOrdered { name: name.to_string(), reason: reason.into() }
            }
            RecordKind::Adopted { name, spec, order } => Self::Adopted {
                name: name.to_string(),
                spec: Box::new(spec.as_ref().into()),
                order: order.into(),
            },
            RecordKind::SubscriptionsKnown { name, subscription_ids } => Self::SubscriptionsKnown {
                name: name.to_string(),
                subscription_ids: write_subscriptions(subscription_ids),
            },
            RecordKind::TermsKnown { name, terms } => Self::TermsKnown {
                name: name.to_string(),
                terms: terms.iter().map(TermsForm::from).collect(),
            },
            RecordKind::Moved { from, to } => Self::Moved { from: from.to_string(), to: to.to_string() },
            RecordKind::Forgotten { name } => Self::Forgotten { name: name.to_string() },
        }
    }
}

impl RecordForm {
    /// Reads what was recorded.
    pub(crate) fn read(self) -> Result<RecordKind, FormError> {
        Ok(match self {
            Self::Genesis { format_version, lineage, tool } => {
                let version = FormatVersion::parse(&format_version);
                version.ok_or(FormError::Version(format_version))?;
                let lineage = Lineage::parse(&lineage)?;
                RecordKind::Genesis { lineage, tool }
            }
            Self::Bound { endpoint } => RecordKind::Bound { endpoint: read_endpoint(endpoint) },
            Self::Rebuilt { at } => RecordKind::Rebuilt { at: at.read()? },
            Self::Opened { by, command, tool, approved } => {
                let approved = approved.map(ApprovedForm::read);
                RecordKind::Opened { by, command, tool, approved }
            }
            Self::Allowed { by, rule, keeper, reason, limit, value } => {
                RecordKind::Allowed { by, rule, keeper, reason, limit, value }
            }
            Self::Intended { name, attempt } => {
                RecordKind::Intended { name: OrderName::parse(&name)?, attempt: Box::new(attempt.read()?) }
            }
            Self::Sending { name, at } => {
                RecordKind::Sending { name: OrderName::parse(&name)?, at: at.read()? }
            }
            Self::SendEnded { name, at, fate } => {
                RecordKind::SendEnded { name: OrderName::parse(&name)?, fate: fate.read()?, at: at.read()? }
            }
            Self::Created { name, order, evidence } => RecordKind::Created {
                name: OrderName::parse(&name)?,
                order: order.read()?,
                evidence: evidence.read(),
            },
            Self::NotOrdered { name, reason } => {
                RecordKind::NotOrdered { name: OrderName::parse(&name)?, reason: reason.read() }
            }
            Self::Adopted { name, spec, order } => RecordKind::Adopted {
                name: OrderName::parse(&name)?,
                spec: Box::new(spec.read()?),
                order: order.read()?,
            },
            Self::SubscriptionsKnown { name, subscription_ids } => RecordKind::SubscriptionsKnown {
                name: OrderName::parse(&name)?,
                subscription_ids: read_subscriptions(&subscription_ids)?,
            },
            Self::TermsKnown { name, terms } => RecordKind::TermsKnown {
                name: OrderName::parse(&name)?,
                terms: terms.into_iter().map(TermsForm::read).collect::<Result<_, _>>()?,
            },
            Self::Moved { from, to } => {
                RecordKind::Moved { from: OrderName::parse(&from)?, to: OrderName::parse(&to)? }
            }
            Self::Forgotten { name } => RecordKind::Forgotten { name: OrderName::parse(&name)? },
        })
    }
}

impl From<&NotOrdered> for ReasonForm {
    fn from(reason: &NotOrdered) -> Self {
        match reason {
            NotOrdered::Refused(error) => Self::Refused {
                status: error.status,
                code: error.code.clone(),
                description: error.description.to_string(),
            },
            NotOrdered::NotNow(why) => Self::NotNow(why.clone()),
            NotOrdered::ListedNowhere(why) => Self::ListedNowhere(why.clone()),
            NotOrdered::Person => Self::Person,
        }
    }
}

impl ReasonForm {
    fn read(self) -> NotOrdered {
        match self {
            Self::Refused { status, code, description } => {
                NotOrdered::Refused(ServiceError { status, code, description: Excerpt::of(&description) })
            }
            Self::NotNow(why) => NotOrdered::NotNow(why),
            Self::ListedNowhere(why) => NotOrdered::ListedNowhere(why),
            Self::Person => NotOrdered::Person,
        }
    }
}
