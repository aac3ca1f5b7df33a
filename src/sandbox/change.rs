//! What happens to orders after they were bought, outside of any client: in the portal, or by the service itself.
//!
//! A [`Change`] is a line of the world file beside the sales; what all changes of an order amount to is `altered`. The
//! sandbox's own corner takes them (`POST /sandbox/changes`), and a PATCH makes them (`patch`). No page says what of a changed
//! subscription its order shows; here an order stays what was bought, and its subscriptions change.
//!
//! **Invariant:** a change is in the world exactly if it is in the world file.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::reply::{Refusal, Reply};
use super::world::World;
use crate::partner_center::wire::Collection;

/// One change of one order, or of one line of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Change {
    #[serde(flatten)]
    pub(super) alteration: Alteration,
    /// When, in milliseconds since 1970.
    pub(super) at_ms: i64,
    pub(super) order_id: String,
    /// Which line, from 0; the whole order where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    #[serde(flatten)]
    pub(super) who: Who,
}

/// Who did something, as audit records say it. The service itself is nobody, and leaves no record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Who {
    /// A user principal name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) by: Option<String>,
    /// `MS-PartnerCenter-Application`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) application: Option<String>,
}

impl Who {
    pub(super) fn is_nobody(&self) -> bool {
        *self == Self::default()
    }
}

/// What is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum Alteration {
    /// A subscription has another number of seats.
    Seats {
        /// All of them.
        quantity: i64,
    },
    /// It is suspended.
    Suspend,
    /// It is active again.
    Reactivate,
    /// It is cancelled: `deleted`, for good.
    Cancel,
    /// Its term is over.
    Expire,
    /// It is `disabled`.
    Disable,
    /// It begins another term.
    Renew,
    /// It is called something else.
    Rename {
        /// The new name.
        friendly_name: String,
    },
    /// It renews by itself, or does not any more.
    AutoRenew {
        /// Whether it does.
        enabled: bool,
    },
    /// The order as a whole is cancelled: no seats are left in it.
    CancelOrder,
    /// The order is listed no more, nor are its subscriptions.
    Gone,
}

impl Alteration {
    fn is_of_the_order(&self) -> bool {
        matches!(self, Self::CancelOrder | Self::Gone)
    }
}

/// What `POST /sandbox/changes` takes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    order_id: String,
    /// All lines where absent.
    line: Option<usize>,
    #[serde(flatten)]
    alteration: Alteration,
    #[serde(flatten)]
    who: Who,
}

impl World {
    /// Changes an order as the body says, and answers with the changes.
    pub(super) fn change(&mut self, body: &[u8], now: Timestamp) -> Result<Reply, Refusal> {
        let wanted: Wanted =
            serde_json::from_slice(body).map_err(|failure| Refusal::invalid_input(failure.to_string()))?;
        let id = wanted.order_id.to_ascii_lowercase();
        let sale = self.by_order.get(&id).map(|n| &self.sales[*n]);
        let sale = sale.ok_or_else(|| Refusal::new(404, 20_000, "Order ID not found."))?;
        let lines = match (wanted.alteration.is_of_the_order(), wanted.line) {
            (true, _) => vec![None],
            (false, Some(line)) if line >= sale.order.line_items.len() => {
                return Err(Refusal::invalid_input("The order has no such line."));
            }
            (false, Some(line)) => vec![Some(line)],
            (false, None) => (0..sale.order.line_items.len()).map(Some).collect(),
        };
        let mut made = Vec::new();
        for line in lines {
            let change = Change {
                alteration: wanted.alteration.clone(),
                at_ms: now.as_millisecond(),
                order_id: id.clone(),
                line,
                who: wanted.who.clone(),
            };
            self.record(change.clone())?;
            made.push(change);
        }
        Ok(Reply::json(200, &Collection::of(made)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let rename = Alteration::Rename { friendly_name: "ours".to_owned() };
        let who = Who { by: Some("kim@contoso.example".to_owned()), application: None };
        for (alteration, who) in [
            (Alteration::Seats { quantity: 8 }, who),
            (rename, Who::default()),
            (Alteration::Gone, Who::default()),
        ] {
            let change = Change { alteration, at_ms: 7, order_id: "a".to_owned(), line: None, who };
            let text = serde_json::to_string(&change).unwrap();
            let read: Change = serde_json::from_str(&text).unwrap();
            assert_eq!((&read.alteration, &read.who), (&change.alteration, &change.who), "{text}");
        }
    }
}
