//! Reasons: an object with a stable `code` and its evidence.
//!
//! **Invariant:** a code never changes its meaning; views and scripts may rely on it. Waits are whole milliseconds.

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::limit::LimitJson;
use crate::apply::Skipped;
use crate::domain::{IdError, NotOrdered, OfferId, OrderId, OrderName, Timestamp};
use crate::plan::{Block, Difference, Former, Held, Unavailable};
use crate::protocol::{Doubt, Obstacle};

/// Why something is not, or not yet, as it should be.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum ReasonJson<'a> {
    PendingDiffers,
    CreatedDiffers {
        order_id: Cow<'a, str>,
    },
    PendingWithoutManifest,
    LooksRenamed {
        names: Vec<Cow<'a, str>>,
        was: Cow<'a, str>,
    },
    SameAs {
        names: Vec<Cow<'a, str>>,
    },
    FormerNamePending {
        formerly: Cow<'a, str>,
    },
    FormerNameShared {
        formerly: Cow<'a, str>,
        names: Vec<Cow<'a, str>>,
    },
    NotReviewed {
        pending: bool,
    },
    Unavailable {
        line: usize,
        offer_id: Cow<'a, str>,
        why: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        found: Vec<Cow<'a, str>>,
    },
    Frozen {
        reason: Cow<'a, str>,
        until: Option<String>,
    },
    Held {
        pending: bool,
        why: Cow<'a, str>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens: Option<String>,
    },
    AlreadyBought {
        order_ids: Vec<Cow<'a, str>>,
    },
    LostState {
        order_ids: Vec<Cow<'a, str>>,
    },
    RebuiltLately {
        wait_ms: u64,
    },
    Unlisted {
        why: Cow<'a, str>,
    },
    Unaudited {
        why: Cow<'a, str>,
    },
    Refused {
        status: u16,
        error_code: Cow<'a, str>,
        description: Cow<'a, str>,
    },
    NotNow {
        why: Cow<'a, str>,
    },
    ListedNowhere {
        why: Cow<'a, str>,
    },
    Person,
    Unanswered {
        why: Cow<'a, str>,
    },
    TooYoung {
        wait_ms: u64,
    },
    Candidates {
        order_ids: Vec<Cow<'a, str>>,
    },
    Strict,
    NoSendsLeft,
    Interrupted,
    CustomerInDoubt {
        order: Cow<'a, str>,
    },
    SignIn {
        why: Cow<'a, str>,
    },
    NoRoom {
        why: Cow<'a, str>,
    },
    OverLimit {
        limit: Box<LimitJson>,
    },
    Paused {
        wait_ms: u64,
    },
}

/// One field that differs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DifferenceJson<'a> {
    field: Cow<'a, str>,
    recorded: Option<Cow<'a, str>>,
    desired: Option<Cow<'a, str>>,
    /// What is recorded, as a number, a flag, a list or a text; `null` where it was absent.
    #[serde(default)]
    before: Value,
    /// What is wanted, likewise.
    #[serde(default)]
    after: Value,
}

impl<'a> From<&'a Block> for ReasonJson<'a> {
    fn from(block: &'a Block) -> Self {
        match block {
            Block::PendingDiffers(_) => Self::PendingDiffers,
            Block::CreatedDiffers { order_id, .. } => {
                Self::CreatedDiffers { order_id: order_id.as_str().into() }
            }
            Block::PendingWithoutManifest => Self::PendingWithoutManifest,
            Block::LooksRenamed { from, was } => {
                Self::LooksRenamed { names: names(from), was: former(*was).into() }
            }
            Block::NotReviewed { pending } => Self::NotReviewed { pending: *pending },
            Block::Unavailable { line, offer, why } => Self::Unavailable {
                line: *line,
                offer_id: offer.as_str().into(),
                why: why.word().into(),
                found: found(why),
            },
            Block::Frozen { reason, until } => {
                Self::Frozen { reason: reason.into(), until: until.map(|until| until.to_string()) }
            }
            Block::Held { pending, why } => Self::Held {
                pending: *pending,
                why: why.word().into(),
                opens: match why {
                    Held::OutsideWindows { opens } => opens.map(|opens| opens.to_string()),
                    _ => None,
                },
            },
            Block::SameAs(others) => Self::SameAs { names: names(others) },
            Block::FormerNamePending(from) => Self::FormerNamePending { formerly: from.as_str().into() },
            Block::FormerNameShared { from, with } => {
                Self::FormerNameShared { formerly: from.as_str().into(), names: names(with) }
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
            Obstacle::Unlisted { why } => Self::Unlisted { why: why.into() },
            Obstacle::Unaudited { why } => Self::Unaudited { why: why.into() },
        }
    }
}

impl<'a> From<&'a NotOrdered> for ReasonJson<'a> {
    fn from(reason: &'a NotOrdered) -> Self {
        match reason {
            NotOrdered::Refused(error) => Self::Refused {
                status: error.status,
                error_code: (&error.code).into(),
                description: error.description.as_str().into(),
            },
            NotOrdered::NotNow(why) => Self::NotNow { why: why.into() },
            NotOrdered::ListedNowhere(why) => Self::ListedNowhere { why: why.into() },
            NotOrdered::Person => Self::Person,
        }
    }
}

impl<'a> From<&'a Doubt> for ReasonJson<'a> {
    fn from(doubt: &'a Doubt) -> Self {
        match doubt {
            Doubt::Unanswered { why } => Self::Unanswered { why: why.into() },
            Doubt::TooYoung { wait } => Self::TooYoung { wait_ms: wait_ms(*wait) },
            Doubt::Candidates(ids) => Self::Candidates { order_ids: orders(ids) },
            Doubt::Strict => Self::Strict,
            Doubt::NoSendsLeft => Self::NoSendsLeft,
            Doubt::Unlisted { why } => Self::Unlisted { why: why.into() },
        }
    }
}

impl<'a> From<&'a Skipped> for ReasonJson<'a> {
    fn from(skipped: &'a Skipped) -> Self {
        match skipped {
            Skipped::Interrupted => Self::Interrupted,
            Skipped::CustomerInDoubt(other) => Self::CustomerInDoubt { order: other.as_str().into() },
            Skipped::SignIn(refused) => Self::SignIn { why: refused.why.as_str().into() },
            Skipped::NoRoom(why) => Self::NoRoom { why: why.into() },
            Skipped::Held(block) => block.into(),
            Skipped::Paused { left } => Self::Paused { wait_ms: wait_ms(*left) },
            Skipped::OverLimit(limit) => Self::OverLimit { limit: Box::new(limit.as_ref().into()) },
        }
    }
}

impl ReasonJson<'_> {
    /// Reads why a plan does nothing about an order; `None` for the reasons of a run.
    pub(super) fn read(self, differences: Vec<Difference>) -> Result<Option<Block>, IdError> {
        let names = |names: Vec<Cow<'_, str>>| {
            let names: Result<Vec<_>, _> = names.iter().map(|name| OrderName::parse(name)).collect();
            names
        };
        Ok(Some(match self {
            Self::PendingDiffers => Block::PendingDiffers(differences),
            Self::CreatedDiffers { order_id } => {
                Block::CreatedDiffers { order_id: OrderId::parse(&order_id)?, differences }
            }
            Self::PendingWithoutManifest => Block::PendingWithoutManifest,
            Self::LooksRenamed { names: from, was } => {
                let known = [Former::Pending, Former::Changed, Former::Orphan];
                let Some(was) = known.into_iter().find(|known| former(*known) == was) else {
                    return Ok(None);
                };
                Block::LooksRenamed { from: names(from)?, was }
            }
            Self::SameAs { names: others } => Block::SameAs(names(others)?),
            Self::FormerNamePending { formerly } => Block::FormerNamePending(OrderName::parse(&formerly)?),
            Self::FormerNameShared { formerly, names: with } => {
                Block::FormerNameShared { from: OrderName::parse(&formerly)?, with: names(with)? }
            }
            Self::NotReviewed { pending } => Block::NotReviewed { pending },
            Self::Unavailable { line, offer_id, why, found } => {
                let Some(why) = unavailable(&why, found)? else { return Ok(None) };
                Block::Unavailable { line, offer: OfferId::parse(&offer_id)?, why }
            }
            Self::Frozen { reason, until: None } => {
                Block::Frozen { reason: reason.into_owned(), until: None }
            }
            Self::Frozen { reason, until: Some(until) } => {
                let Some(until) = Timestamp::parse(&until) else { return Ok(None) };
                Block::Frozen { reason: reason.into_owned(), until: Some(until) }
            }
            _ => return Ok(None),
        }))
    }
}

/// Returns what was found where no availability was chosen: terms, candidates, or an error.
fn found(why: &Unavailable) -> Vec<Cow<'_, str>> {
    match why {
        Unavailable::NotListed | Unavailable::NotPurchasable => Vec::new(),
        Unavailable::NotOffered { offered } => offered.iter().map(Into::into).collect(),
        Unavailable::Several(offers) => offers.iter().map(|offer| offer.as_str().into()).collect(),
        Unavailable::NotRead { why } => vec![why.into()],
    }
}

fn unavailable(word: &str, found: Vec<Cow<'_, str>>) -> Result<Option<Unavailable>, IdError> {
    let mut texts = found.into_iter().map(Cow::into_owned);
    Ok(Some(match word {
        "notListed" => Unavailable::NotListed,
        "notPurchasable" => Unavailable::NotPurchasable,
        "notOffered" => Unavailable::NotOffered { offered: texts.collect() },
        "several" => Unavailable::Several(texts.map(|text| OfferId::parse(&text)).collect::<Result<_, _>>()?),
        "notRead" => Unavailable::NotRead { why: texts.next().unwrap_or_default() },
        _ => return Ok(None),
    }))
}

impl DifferenceJson<'_> {
    pub(super) fn read(self) -> Difference {
        let text = |text: Option<Cow<'_, str>>| text.map(Cow::into_owned);
        Difference {
            field: self.field.into_owned(),
            recorded: text(self.recorded),
            desired: text(self.desired),
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
        let Difference { field, recorded, desired } = difference;
        let value = |text: &Option<String>| text.as_ref().map_or(Value::Null, |text| typed(field, text));
        Self {
            field: field.into(),
            recorded: recorded.as_deref().map(Cow::Borrowed),
            desired: desired.as_deref().map(Cow::Borrowed),
            before: value(recorded),
            after: value(desired),
        }
    }
}

/// Returns a value as a manifest would have it: a number, a flag, a list or a text.
fn typed(field: &str, text: &str) -> Value {
    let key = match field.split_once(".provisioningContext.") {
        Some(_) => "",
        None => field.rsplit('.').next().unwrap_or(field),
    };
    let of_json = || serde_json::from_str(text).ok();
    let value = match key {
        "quantity" | "generation" => of_json().filter(Value::is_u64),
        "attestationAccepted"
        | "partnerOnRecordAttestationAccepted"
        | "allowDuplicate"
        | "autoRenewEnabled" => of_json().filter(Value::is_boolean),
        "additionalPartnerIdsOnRecord" => Some(text.split(", ").map(Value::from).collect()),
        _ => None,
    };
    value.unwrap_or_else(|| Value::from(text))
}

/// Returns whole milliseconds.
pub(super) fn wait_ms(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

fn names(names: &[OrderName]) -> Vec<Cow<'_, str>> {
    names.iter().map(|name| name.as_str().into()).collect()
}

fn orders(ids: &[OrderId]) -> Vec<Cow<'_, str>> {
    ids.iter().map(|id| id.as_str().into()).collect()
}

fn former(was: Former) -> &'static str {
    match was {
        Former::Pending => "pending",
        Former::Changed => "changed",
        Former::Orphan => "orphan",
    }
}
