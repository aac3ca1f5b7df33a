//! Desired orders and recorded state become a plan: pure and total.
//!
//! [`build`] is the decision table of the README, row by row. A [`Plan`] is a value: it holds no closure and no text for
//! people, so it can be saved, compared and shown in any way; words live in the views.
//!
//! **Invariant:** no clock, no log, no error, no input but the two arguments. The same arguments give the same plan,
//! in the order of the names, whatever the order of the manifests.

mod difference;
mod limits;
mod recognise;
mod table;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

pub use difference::{Difference, differences};
pub use limits::{Exceeded, exceeded};
pub use recognise::{Recognised, recognise};
pub use table::build;

use crate::domain::{CustomerId, DesiredOrder, Lineage, OrderId, OrderName, OrderSpec, RequestId};

/// What would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The history of the state it was made from.
    pub lineage: Lineage,
    /// How far that state had come.
    pub serial: u64,
    /// One step a name, sorted by name.
    pub steps: Vec<Step>,
}

/// What would be done about one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The name.
    pub name: OrderName,
    /// The customer's tenant id.
    pub customer_id: CustomerId,
    /// What the manifests call the customer.
    pub customer_name: Option<String>,
    /// What is wanted; where there is no manifest, what is recorded.
    pub spec: OrderSpec,
    /// The manifest's word for it that an order like an existing one is meant.
    pub allow_duplicate: bool,
    /// What the manifest says about the renewal of the subscriptions; it is not sent.
    pub auto_renew: Option<bool>,
    /// What would be done, with its reason.
    pub action: Action,
}

impl Step {
    /// Says whether carrying it out may send an order: a new one, or a pending one once more.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        matches!(self.action, Action::Create | Action::Settle { .. })
    }
}

/// What would be done, with its reason inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It will be ordered.
    Create,
    /// An earlier attempt has no recorded result; it will be settled first.
    Settle {
        /// The request id of the attempt.
        request_id: RequestId,
    },
    /// Nothing is to be done.
    Keep {
        /// The recorded order.
        order_id: OrderId,
    },
    /// A recorded order gets its new name; nothing is bought.
    Rename {
        /// The old name.
        from: OrderName,
        /// The recorded order.
        order_id: OrderId,
    },
    /// Nothing will be done until a person acts.
    Blocked(Block),
    /// It is recorded and no manifest wants it; nothing will be cancelled.
    Orphan {
        /// The recorded order.
        order_id: OrderId,
    },
}

/// Why nothing will be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A pending attempt wanted something else.
    PendingDiffers(Vec<Difference>),
    /// The recorded order is something else; placed orders are not edited.
    CreatedDiffers {
        /// The recorded order.
        order_id: OrderId,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// An attempt is pending and its manifest is gone.
    PendingWithoutManifest,
    /// It is what is recorded under another name, whose manifest says so no more: a renaming, which would buy twice.
    LooksRenamed {
        /// The recorded names it could be.
        from: Vec<OrderName>,
        /// What became of the first of them.
        was: Former,
    },
    /// These say exactly the same for the same customer.
    SameAs(Vec<OrderName>),
    /// Its former name has a pending attempt.
    FormerNamePending(OrderName),
    /// Its former name is claimed by these too.
    FormerNameShared {
        /// The former name.
        from: OrderName,
        /// The others.
        with: Vec<OrderName>,
    },
}

/// What became of a recorded order that a new name looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Former {
    /// Its attempt is pending.
    Pending,
    /// It was created, and its name wants something else now.
    Changed,
    /// It was created, and no manifest has its name.
    Orphan,
}

impl Block {
    /// Says whether an attempt is pending behind it, so that an order may exist that is not recorded. What only looks
    /// like another name's attempt leaves that to the other name.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        matches!(self, Self::PendingDiffers(_) | Self::PendingWithoutManifest | Self::FormerNamePending(_))
    }
}

/// How many steps of each kind a plan has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders to buy.
    pub create: usize,
    /// The seats of those together.
    pub create_seats: u64,
    /// Attempts to settle.
    pub settle: usize,
    /// Orders that are as they should be.
    pub keep: usize,
    /// Orders that get another name.
    pub rename: usize,
    /// Orders that wait for a person.
    pub blocked: usize,
    /// Orders without a manifest.
    pub orphan: usize,
}

impl Plan {
    /// Counts the steps.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for step in &self.steps {
            match step.action {
                Action::Create => {
                    counts.create += 1;
                    counts.create_seats += step.spec.seats();
                }
                Action::Settle { .. } => counts.settle += 1,
                Action::Keep { .. } => counts.keep += 1,
                Action::Rename { .. } => counts.rename += 1,
                Action::Blocked(_) => counts.blocked += 1,
                Action::Orphan { .. } => counts.orphan += 1,
            }
        }
        counts
    }

    /// Says whether applying it would do anything, or a person has to.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let counts = self.counts();
        counts.create + counts.settle + counts.rename + counts.blocked == 0
    }

    /// Returns `sha256:…` over all decisions, so that a record can name the plan it carries out.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("{} {}\n", self.lineage, self.serial));
        for step in &self.steps {
            hash.update(format!("{:?}\n", (&step.name, &step.action, &step.spec, step.allow_duplicate)));
        }
        let hex: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("sha256:{hex}")
    }
}

/// The desired orders by name. Manifests with a name twice never get this far.
fn by_name(desired: &[DesiredOrder]) -> BTreeMap<&OrderName, &DesiredOrder> {
    desired.iter().map(|order| (&order.name, order)).collect()
}
