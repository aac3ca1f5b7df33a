//! What a pass was to do, or did, by the names of orders: a part of the line and of the status file of a watcher.
//!
//! **Invariant:** what was written before there was such a list is read as an empty one.

use serde::{Deserialize, Serialize};

use crate::domain::OrderName;
use crate::watch::{Deed, Deeds};

/// The list, and how many it leaves out.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeedsJson {
    #[serde(default)]
    changes: Vec<ChangeJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    more_changes: Option<usize>,
}

/// What was to be done about an order, or what became of it.
#[derive(Debug, Serialize, Deserialize)]
struct ChangeJson {
    name: String,
    action: String,
}

impl From<&Deeds> for DeedsJson {
    fn from(deeds: &Deeds) -> Self {
        let change = |(name, deed): &(OrderName, Deed)| ChangeJson {
            name: name.to_string(),
            action: deed.word().to_owned(),
        };
        Self {
            changes: deeds.listed.iter().map(change).collect(),
            more_changes: Some(deeds.more).filter(|more| *more > 0),
        }
    }
}

impl DeedsJson {
    /// Reads it back. A later version may know more actions; what is not known here is counted.
    pub(super) fn read(self) -> Deeds {
        let all = self.changes.len();
        let known =
            |change: ChangeJson| Some((OrderName::parse(&change.name).ok()?, Deed::parse(&change.action)?));
        let listed: Vec<(OrderName, Deed)> = self.changes.into_iter().filter_map(known).collect();
        let more = self.more_changes.unwrap_or_default() + all - listed.len();
        Deeds { listed, more }
    }
}
