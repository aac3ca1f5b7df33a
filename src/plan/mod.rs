//! Desired orders and recorded state become a plan: pure and total.
//!
//! [`build`] is the decision table of the README, row by row. A [`Plan`] is a value: it holds no closure and no text for
//! people, so it can be saved, compared and shown in any way; words live in the views. [`Pins`] bind it to what it was
//! made from and for; [`judge`] holds it against the limits, and a [`Budget`] each send; [`frozen`] takes out what is frozen; [`Plan::resolve`] says which availabilities are bought, [`check`] what Partner Center would refuse; [`changes`] says what has changed since it was reviewed, and [`rest`] is what of it still stands.
//! [`drift`] says where what Partner Center reports differs from what is recorded, and decides nothing; [`account`] accounts for every order once.
//!
//! **Invariant:** no clock, no log, no error, no input but the arguments. The same arguments give the same plan,
//! in the order of the names, whatever the order of the manifests.

mod accounts;
mod adopt;
mod before;
mod books;
mod budget;
mod changes;
mod check;
mod cost;
mod difference;
mod digest;
mod drift;
mod expression;
mod findings;
mod freeze;
mod limits;
mod pins;
mod recognise;
mod resolve;
mod rest;
mod select;
mod table;

use std::collections::BTreeMap;

pub use accounts::{Account, Accounts, Books, Entry, Tried, account};
pub use adopt::{
    Adoptee, Adoption, Estate, LeftOut, Origin, Why, adoption, customer_names, not_kept, present,
};
pub use before::before;
pub use budget::Budget;
pub use changes::{Around, Changes, Happened, OrderChange, Present, Saved, Since, changes};
pub use check::{check, check_plan, is_checked};
pub use cost::{Cost, Costs, Gap, LinePrice, OrderPrice, Sum, Totals, Unpriced, cost};
pub use difference::{Difference, differences};
pub use digest::limits_digest;
pub use drift::{
    Deviation, Differs, Done, Drift, MayBe, News, OrderDrift, Part, Recollection, RenewalBy, Reported,
    UnknownOrder, Unread, arrived, drift, recorded_names,
};
pub use expression::{Expression, Key, LONGEST_EXPRESSION, Mistake, MistakeKind, Pattern, Subject, Term};
pub use findings::{Checks, Finding, Outlook, Problem, checks_digest};
pub use freeze::{Holding, frozen, thaws};
pub use limits::{Limit, Measured, Usage, judge, manifests_lost};
pub use pins::{Pinned, PinnedPrices, Pins, Scope, Sending, manifests_digest};
pub use recognise::{Recognised, recognise};
pub use resolve::{Resolutions, Unavailable, choose_among, resolutions};
pub use rest::rest;
pub use select::{Changed, Outside, Selection, Unmatched, changed};
pub use table::build;

use crate::domain::{
    CustomerId, DesiredOrder, Lineage, OfferId, OrderId, OrderName, OrderSpec, RequestId, State, Timestamp,
};

/// What would be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The history of the state it was made from.
    pub lineage: Lineage,
    /// How far that state had come.
    pub serial: u64,
    /// One step a name, sorted by name.
    pub steps: Vec<Step>,
    /// What else it was made from and for; `None` where it is only looked at.
    pub pins: Option<Pins>,
    /// What the orders that may be sent cost; `None` where nobody gave prices.
    pub costs: Option<Costs>,
    /// What Partner Center would say of its orders; `None` where it was not asked. No part of its digest.
    pub checks: Option<Checks>,
    /// The limits in force with what it comes to: before it was judged, those of this program alone. They depend on the time
    /// and are no part of its digest; what they allow is pinned.
    pub limits: Vec<Limit>,
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
    /// What is sent in place of offers that leave their availability out, by the positions of their lines.
    pub offers: BTreeMap<usize, OfferId>,
    /// What would be done, with its reason.
    pub action: Action,
}

impl Step {
    /// Says whether carrying it out may send an order: a new one, or a pending one once more.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        matches!(self.action, Action::Create | Action::Settle { .. })
    }

    /// Says whether carrying it out changes anything: sends an order, or gives one another name.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.is_sent() || matches!(self.action, Action::Rename { .. })
    }

    fn sending(&self, state: &State, render: impl Fn(&OrderSpec) -> String) -> Sending {
        Sending::of(&self.name, state, render(&self.sent()))
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

impl Action {
    /// Returns the one word for it, as the README has it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Settle { .. } => "settle",
            Self::Keep { .. } => "keep",
            Self::Rename { .. } => "rename",
            Self::Blocked(_) => "blocked",
            Self::Orphan { .. } => "orphan",
        }
    }
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
    /// It is not as it was reviewed, and only what was reviewed is to be carried out.
    NotReviewed {
        /// Whether an attempt of it is pending.
        pending: bool,
    },
    /// A line leaves its availability out, and there is not exactly one that it can be bought of.
    Unavailable {
        /// The position of the line.
        line: usize,
        /// Its offer.
        offer: OfferId,
        /// Why none was chosen.
        why: Unavailable,
    },
    /// A freeze is of it: it is not to be bought for a while.
    Frozen {
        /// Why, in a person's words.
        reason: String,
        /// When that is over; `None` where a person has to end it.
        until: Option<Timestamp>,
    },
    /// A watcher leaves it alone for now.
    Held {
        /// Whether an attempt of it is pending.
        pending: bool,
        /// Why.
        why: Held,
    },
}

/// Why a watcher leaves an order alone for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// It was refused, or found bought already, as it is wanted; it waits for a change of its manifest.
    Refused,
    /// An error of its customer's that passes; it is tried again after a while.
    Resting,
    /// So many orders are in doubt that nothing new is bought.
    ManyInDoubt {
        /// How many.
        orders: usize,
    },
    /// The manifests are wrong, and it stands in the last right ones.
    ManifestsWrong,
    /// It is outside of all windows.
    OutsideWindows {
        /// When the next one opens, as far as that is known.
        opens: Option<Timestamp>,
    },
}

impl Held {
    /// Returns the one word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Resting => "resting",
            Self::ManyInDoubt { .. } => "manyInDoubt",
            Self::ManifestsWrong => "manifestsWrong",
            Self::OutsideWindows { .. } => "outsideWindows",
        }
    }
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
        match self {
            Self::PendingDiffers(_) | Self::PendingWithoutManifest | Self::FormerNamePending(_) => true,
            Self::NotReviewed { pending } | Self::Held { pending, .. } => *pending,
            _ => false,
        }
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

    /// Pins it to what else it was made from and for. `render` makes the body of an order.
    #[must_use]
    pub fn pin(self, state: &State, render: impl Fn(&OrderSpec) -> String, pins: Pins) -> Self {
        let sent = self.steps.iter().filter(|step| step.is_sent());
        let sends = sent.map(|step| (step.name.clone(), step.sending(state, &render).pinned())).collect();
        Self { pins: Some(Pins { sends, ..pins }), ..self }
    }

    /// Returns the name of a step that would not send what is pinned, where the plan has pins.
    #[must_use]
    pub fn not_as_pinned(&self, state: &State, render: impl Fn(&OrderSpec) -> String) -> Option<&OrderName> {
        let pins = self.pins.as_ref()?;
        let is_pinned =
            |step: &Step| pins.sends.get(&step.name) == Some(&step.sending(state, &render).pinned());
        self.steps.iter().find(|step| step.is_sent() && !is_pinned(step)).map(|step| &step.name)
    }

    /// Returns the digest of the plan that was approved: its own, or that of the plan it is the rest of.
    #[must_use]
    pub fn approved(&self) -> String {
        let rest_of = self.pins.as_ref().and_then(|pins| pins.rest_of.clone());
        rest_of.unwrap_or_else(|| self.digest())
    }
}

/// The desired orders by name. Manifests with a name twice never get this far.
fn by_name(desired: &[DesiredOrder]) -> BTreeMap<&OrderName, &DesiredOrder> {
    desired.iter().map(|order| (&order.name, order)).collect()
}
