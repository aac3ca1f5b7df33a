//! How long a subscription runs, and how a plan was approved, as both files write it.
//!
//! **Invariant:** `Form::from(&value)` and `form.read()` are inverse to each other for every value there is.

use serde::{Deserialize, Serialize};

use super::values::FormError;
use crate::domain::{Approval, Approved, SubscriptionId, SubscriptionTerms, TermDuration};

/// A subscription's terms, in Partner Center's property names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct TermsForm {
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commitment_end_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancellation_allowed_until_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auto_renew_enabled: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renewal_term_duration: Option<String>,
}

impl From<&SubscriptionTerms> for TermsForm {
    fn from(terms: &SubscriptionTerms) -> Self {
        Self {
            id: terms.id.to_string(),
            commitment_end_date: terms.commitment_end.clone(),
            cancellation_allowed_until_date: terms.cancellation_allowed_until.clone(),
            auto_renew_enabled: terms.auto_renew,
            renewal_term_duration: terms.renewal_term.as_ref().map(ToString::to_string),
        }
    }
}

impl TermsForm {
    pub(crate) fn read(self) -> Result<SubscriptionTerms, FormError> {
        let term = |text: String| TermDuration::read(&text).ok_or(FormError::Term);
        Ok(SubscriptionTerms {
            id: SubscriptionId::parse(&self.id)?,
            commitment_end: self.commitment_end_date,
            cancellation_allowed_until: self.cancellation_allowed_until_date,
            auto_renew: self.auto_renew_enabled,
            renewal_term: self.renewal_term_duration.map(term).transpose()?,
        })
    }
}

/// What was approved, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ApprovedForm {
    plan: String,
    how: ApprovalForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
}

impl From<&Approved> for ApprovedForm {
    fn from(approved: &Approved) -> Self {
        Self { plan: approved.plan.clone(), how: approved.how.into(), commit: approved.commit.clone() }
    }
}

impl ApprovedForm {
    pub(crate) fn read(self) -> Approved {
        Approved { plan: self.plan, how: self.how.read(), commit: self.commit }
    }
}

/// How a plan was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ApprovalForm {
    Person,
    Flag,
    SavedPlan,
    Watcher,
}

impl From<Approval> for ApprovalForm {
    fn from(how: Approval) -> Self {
        match how {
            Approval::Person => Self::Person,
            Approval::Flag => Self::Flag,
            Approval::SavedPlan => Self::SavedPlan,
            Approval::Watcher => Self::Watcher,
        }
    }
}

impl ApprovalForm {
    fn read(self) -> Approval {
        match self {
            Self::Person => Approval::Person,
            Self::Flag => Approval::Flag,
            Self::SavedPlan => Approval::SavedPlan,
            Self::Watcher => Approval::Watcher,
        }
    }
}
