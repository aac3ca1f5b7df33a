//! Audit records on the wire ("Get a record of Partner Center activity", "Auditing resources").

use serde::{Deserialize, Serialize};

use super::Attributes;

/// One record. An order or a subscription stands whole in `resource_new_value`, as text, in PascalCase.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    /// The customer's tenant id.
    #[serde(default)]
    pub customer_id: String,
    /// `order`, `subscription` and others.
    #[serde(default)]
    pub resource_type: String,
    /// JSON as text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_new_value: Option<String>,
    /// `create_order`, `update_order`, `update_subscription` and others.
    #[serde(default)]
    pub operation_type: String,
    /// When, in UTC.
    #[serde(default)]
    pub operation_date: String,
    /// `succeeded`.
    #[serde(default)]
    pub operation_status: String,
    /// The `MS-CorrelationId` of the request that did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_correlation_id: Option<String>,
    /// Who did it: a user's login name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_principal_name: Option<String>,
    /// `MS-PartnerCenter-Application` of that request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_id: Option<String>,
    /// `AuditRecord`.
    #[serde(default)]
    pub attributes: Attributes,
}
