//! What the audit log says was done to orders and subscriptions, and by whom ("Auditing resources").

use super::ids::CorrelationId;
use super::moment::Timestamp;
use super::observed::ObservedOrder;
use super::subscription::ObservedSubscription;

/// One operation that succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditedOperation {
    /// When.
    pub at: Option<Timestamp>,
    /// `operationType`: `create_order`, `update_subscription` and others.
    pub operation: String,
    /// Who did it.
    pub who: Doer,
    /// `originalCorrelationId`: of the request that did it.
    pub correlation_id: Option<CorrelationId>,
    /// What it was done to, as it was afterwards.
    pub subject: AuditedSubject,
}

/// Who did something, as far as the log says; both are texts of others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Doer {
    /// `userPrincipalName`.
    pub user: Option<String>,
    /// `applicationId`: how an application calls itself.
    pub application: Option<String>,
}

/// What something was done to, as it was afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditedSubject {
    /// An order.
    Order(Box<ObservedOrder>),
    /// A subscription.
    Subscription(Box<ObservedSubscription>),
}
