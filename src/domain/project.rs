//! What `orderform.yaml` settles for a whole project: where, how carefully, how much at most, and who is told.
//!
//! **Invariant:** values only. What is absent was not written; who reads it knows the default.

use std::path::PathBuf;
use std::time::Duration;

use super::freeze::Freeze;
use super::ids::Lineage;
use super::limits::Limits;
use super::money::Currency;
use super::notify::Receiver;
use super::windows::Windows;

/// The settings of a project (`kind: Project`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Project {
    /// Which history the state must belong to; `init` pins it.
    pub lineage: Option<Lineage>,
    /// Where the state lives, as written; a relative path is meant from the project's directory.
    pub state_dir: Option<PathBuf>,
    /// Which cloud is bought from.
    pub cloud: Option<Cloud>,
    /// Whether the account is an integration sandbox, with the limits of one.
    pub integration_sandbox: bool,
    /// How an attempt in doubt is settled.
    pub recovery: Recovery,
    /// How much may be bought.
    pub limits: Limits,
    /// What is not to be bought for a while.
    pub freeze: Vec<Freeze>,
    /// When a watcher may buy.
    pub windows: Windows,
    /// The price list, as written; a relative path is meant from the project's directory.
    pub prices: Option<PathBuf>,
    /// The currency that counts where an offer is priced in several.
    pub currency: Option<Currency>,
    /// Who is told what a watcher does.
    pub notify: Vec<Receiver>,
}

/// The clouds that Partner Center sells, each with an endpoint and a sign-in of its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cloud {
    /// The public cloud.
    #[default]
    Public,
    /// For the government of the United States.
    UsGovernment,
    /// Operated by 21Vianet.
    China,
}

impl Cloud {
    /// All of them, as manifests name them.
    pub const ALL: [(&str, Self); 3] =
        [("public", Self::Public), ("us-government", Self::UsGovernment), ("china", Self::China)];
}

/// How an attempt in doubt is settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recovery {
    /// What counts as evidence, and what may be sent again.
    pub mode: RecoveryMode,
    /// How old the last send must be before the order list counts as evidence.
    pub settle_after: Option<Duration>,
}

/// What may be done about an attempt in doubt.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecoveryMode {
    /// Settle by evidence only; send again once the order list proves that nothing was bought.
    #[default]
    Verify,
    /// Also send again at once with the same request id while the attempt is young.
    Trust,
    /// Never send again: a person decides.
    Strict,
}

impl RecoveryMode {
    /// All of them, as manifests name them.
    pub const ALL: [(&str, Self); 3] =
        [("verify", Self::Verify), ("trust", Self::Trust), ("strict", Self::Strict)];
}
