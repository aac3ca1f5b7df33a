//! Reasons: an object with a stable `code` and its evidence.
//!
//! **Invariant:** a code never changes its meaning; views and scripts may rely on it. Waits are whole milliseconds.

use std::time::Duration;

use serde::Serialize;

use crate::apply::Skipped;
use crate::domain::{NotOrdered, OrderId, OrderName};
use crate::plan::{Block, Difference};
use crate::protocol::{Doubt, Obstacle};

/// Why something is not, or not yet, as it should be.
#[derive(Debug, Serialize)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum ReasonJson<'a> {
    PendingDiffers,
    CreatedDiffers { order_id: &'a str },
    PendingWithoutManifest,
    LooksRenamed { names: Vec<&'a str> },
    SameAs { names: Vec<&'a str> },
    FormerNamePending { formerly: &'a str },
    FormerNameShared { formerly: &'a str, names: Vec<&'a str> },
    AlreadyBought { order_ids: Vec<&'a str> },
    LostState { order_ids: Vec<&'a str> },
    RebuiltLately { wait_ms: u64 },
    Unlisted { why: &'a str },
    Refused { status: u16, error_code: &'a str, description: &'a str },
    NotNow { why: &'a str },
    ListedNowhere { why: &'a str },
    Person,
    Unanswered { why: &'a str },
    TooYoung { wait_ms: u64 },
    Candidates { order_ids: Vec<&'a str> },
    Strict,
    NoSendsLeft,
    Interrupted,
    CustomerInDoubt { order: &'a str },
    SignIn { why: &'a str },
    NoRoom { why: &'a str },
}

/// One field that differs.
#[derive(Debug, Serialize)]
pub(super) struct DifferenceJson<'a> {
    field: &'a str,
    recorded: Option<&'a str>,
    desired: Option<&'a str>,
}

impl<'a> From<&'a Block> for ReasonJson<'a> {
    fn from(block: &'a Block) -> Self {
        match block {
            Block::PendingDiffers(_) => Self::PendingDiffers,
            Block::CreatedDiffers { order_id, .. } => Self::CreatedDiffers { order_id: order_id.as_str() },
            Block::PendingWithoutManifest => Self::PendingWithoutManifest,
            Block::LooksRenamed { from, .. } => Self::LooksRenamed { names: names(from) },
            Block::SameAs(others) => Self::SameAs { names: names(others) },
            Block::FormerNamePending(from) => Self::FormerNamePending { formerly: from.as_str() },
            Block::FormerNameShared { from, with } => {
                Self::FormerNameShared { formerly: from.as_str(), names: names(with) }
            }
        }
    }
}

impl<'a> From<&'a Obstacle> for ReasonJson<'a> {
    fn from(obstacle: &'a Obstacle) -> Self {
        match obstacle {
            Obstacle::AlreadyBought(ids) => Self::AlreadyBought { order_ids: orders(ids) },
            Obstacle::LostState(ids) => Self::LostState { order_ids: orders(ids) },
            Obstacle::RebuiltLately { wait } => Self::RebuiltLately { wait_ms: wait_ms(*wait) },
            Obstacle::Unlisted { why } => Self::Unlisted { why },
        }
    }
}

impl<'a> From<&'a NotOrdered> for ReasonJson<'a> {
    fn from(reason: &'a NotOrdered) -> Self {
        match reason {
            NotOrdered::Refused(error) => Self::Refused {
                status: error.status,
                error_code: &error.code,
                description: error.description.as_str(),
            },
            NotOrdered::NotNow(why) => Self::NotNow { why },
            NotOrdered::ListedNowhere(why) => Self::ListedNowhere { why },
            NotOrdered::Person => Self::Person,
        }
    }
}

impl<'a> From<&'a Doubt> for ReasonJson<'a> {
    fn from(doubt: &'a Doubt) -> Self {
        match doubt {
            Doubt::Unanswered { why } => Self::Unanswered { why },
            Doubt::TooYoung { wait } => Self::TooYoung { wait_ms: wait_ms(*wait) },
            Doubt::Candidates(ids) => Self::Candidates { order_ids: orders(ids) },
            Doubt::Strict => Self::Strict,
            Doubt::NoSendsLeft => Self::NoSendsLeft,
            Doubt::Unlisted { why } => Self::Unlisted { why },
        }
    }
}

impl<'a> From<&'a Skipped> for ReasonJson<'a> {
    fn from(skipped: &'a Skipped) -> Self {
        match skipped {
            Skipped::Interrupted => Self::Interrupted,
            Skipped::CustomerInDoubt(other) => Self::CustomerInDoubt { order: other.as_str() },
            Skipped::SignIn(why) => Self::SignIn { why },
            Skipped::NoRoom(why) => Self::NoRoom { why },
        }
    }
}

/// Returns the fields that differ, where it is them that block.
pub(super) fn differences(block: &Block) -> Option<Vec<DifferenceJson<'_>>> {
    match block {
        Block::PendingDiffers(differences) | Block::CreatedDiffers { differences, .. } => {
            Some(differences.iter().map(DifferenceJson::from).collect())
        }
        _ => None,
    }
}

impl<'a> From<&'a Difference> for DifferenceJson<'a> {
    fn from(difference: &'a Difference) -> Self {
        Self {
            field: &difference.field,
            recorded: difference.recorded.as_deref(),
            desired: difference.desired.as_deref(),
        }
    }
}

/// Returns whole milliseconds.
pub(super) fn wait_ms(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

fn names(names: &[OrderName]) -> Vec<&str> {
    names.iter().map(OrderName::as_str).collect()
}

fn orders(ids: &[OrderId]) -> Vec<&str> {
    ids.iter().map(OrderId::as_str).collect()
}
