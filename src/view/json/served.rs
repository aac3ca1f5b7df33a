//! What a watcher serves of itself: everything as one document, and that something has changed as one line.
//!
//! **Invariant:** the document is the one of `status --format json`; where nothing was planned yet, plan and state are left out.

use serde::Serialize;

use super::plan::{CountsJson, PlanJson};
use super::state::StateJson;
use super::status::{ManifestsJson, SituationJson, StandingJson, StatusJson};
use super::{FORMAT_VERSION, harmless, text};
use crate::domain::{Recorded, Timestamp};
use crate::watch::{Picture, Standing, Status};

/// That something has changed: numbers, and no name of anybody.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangedJson {
    /// The last pass; 0 where none was made yet.
    pass: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    turn: Option<&'static str>,
    standing: &'static str,
    manifests: ManifestsJson,
    holds: usize,
    in_doubt: usize,
    /// What is to be done after the last pass that got so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<CountsJson>,
}

/// Returns everything that a watcher knows as a document; the limits as they are at `now`.
#[must_use]
pub fn situation_document(status: &Status, now: Timestamp) -> String {
    let picture = status.picture.as_deref();
    text(&SituationJson {
        format_version: FORMAT_VERSION,
        watches: status.standing != Standing::Ended,
        watcher: Some(StatusJson::from(status)),
        plan: picture.map(|picture| PlanJson::from(&picture.plan).with_limits(&picture.judged(now))),
        limits: picture
            .into_iter()
            .flat_map(|picture| picture.used(now))
            .map(|limit| (&limit).into())
            .collect(),
        state: picture.map(|picture| StateJson::from(&*picture.state)),
    })
}

/// Returns how a watcher stands as one line, for whoever waits for a change.
#[must_use]
pub fn status_event(status: &Status) -> String {
    let last = status.passes.back();
    let is_pending = |recorded: &&Recorded| matches!(recorded, Recorded::Pending(_));
    let in_doubt = |picture: &Picture| picture.state.orders.values().filter(is_pending).count();
    let changed = ChangedJson {
        pass: last.map_or(0, |last| last.number),
        turn: last.map(|last| last.turn.word()),
        standing: StandingJson::word(&status.standing),
        manifests: status.manifests.into(),
        holds: status.holds.len(),
        in_doubt: status.picture.as_deref().map_or(0, in_doubt),
        left: status.picture.as_deref().map(|picture| CountsJson::from(picture.left())),
    };
    harmless(&serde_json::to_string(&changed).expect("keys are texts and numbers are finite"))
}
