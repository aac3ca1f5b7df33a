//! What a watcher says of itself, for its status file and whoever asks it; and a line a pass.
//!
//! **Invariant:** what was written can be read back, but for the plan and the state, which have documents of their own.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::deeds::DeedsJson;
use super::limit::LimitJson;
use super::plan::{CountsJson, PlanJson};
use super::state::StateJson;
use super::{FORMAT_VERSION, harmless, text};
use crate::apply::Tally;
use crate::domain::Timestamp;
use crate::view::Situation;
use crate::watch::{Manifests, Report, Standing, Status, Totals, Turn};

/// What a watcher knows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StatusJson {
    format_version: String,
    who: String,
    tool: String,
    path: String,
    started: String,
    buys: bool,
    standing: StandingJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    polls: Option<String>,
    manifests: ManifestsJson,
    holds: Vec<String>,
    passes: Vec<PassJson>,
    totals: TotalsJson,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_success: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    again: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum StandingJson {
    Watches,
    StandsBy {
        #[serde(skip_serializing_if = "Option::is_none")]
        holder: Option<String>,
    },
    Ended,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum ManifestsJson {
    Unread,
    Right {
        orders: usize,
    },
    Wrong {
        problems: usize,
        #[serde(skip_serializing_if = "Option::is_none")]
        holding: Option<usize>,
    },
}

/// One pass.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PassJson {
    number: u64,
    at: String,
    took_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<CountsJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(flatten)]
    changes: DeedsJson,
    #[serde(flatten)]
    turn: TurnJson,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "turn", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum TurnJson {
    Planned,
    Applied {
        created: usize,
        created_seats: u64,
        not_ordered: usize,
        unknown: usize,
        blocked: usize,
        renamed: usize,
        not_attempted: usize,
    },
    Held {
        why: Vec<String>,
    },
    Failed {
        why: String,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TotalsJson {
    readings: u64,
    passes: u64,
    failed: u64,
    created: u64,
    posts: u64,
    reads: u64,
    /// Version 1.0 knew no notifications at first.
    #[serde(default)]
    notified: u64,
    #[serde(default)]
    not_notified: u64,
}

/// How things stand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SituationJson<'a> {
    pub(super) format_version: &'static str,
    /// Whether somebody watches at this moment.
    pub(super) watches: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) watcher: Option<StatusJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<PlanJson<'a>>,
    /// The limits in force, with what is used of them.
    pub(super) limits: Vec<LimitJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) state: Option<StateJson<'a>>,
}

impl<'a> From<&'a Situation<'a>> for SituationJson<'a> {
    fn from(situation: &'a Situation<'a>) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            watches: situation.watches,
            watcher: situation.watcher.map(StatusJson::from),
            plan: situation.plan.map(PlanJson::from),
            limits: situation.limits.iter().map(LimitJson::from).collect(),
            state: Some(situation.state.into()),
        }
    }
}

/// A line of `watch --format json`.
#[derive(Debug, Serialize)]
struct PassLine {
    r#type: &'static str,
    #[serde(flatten)]
    pass: PassJson,
    manifests: ManifestsJson,
}

/// Returns the status as a document.
#[must_use]
pub fn status_document(status: &Status) -> String {
    text(&StatusJson::from(status))
}

/// Reads a status that was written; `None` where it is none, or of another version.
#[must_use]
pub fn read_status(bytes: &[u8]) -> Option<Status> {
    let json: StatusJson = serde_json::from_slice(bytes).ok()?;
    (json.format_version == FORMAT_VERSION).then(|| json.read()).flatten()
}

/// Returns a pass as one line.
#[must_use]
pub fn pass_object(report: &Report, manifests: Manifests) -> String {
    let line = PassLine { r#type: "pass", pass: report.into(), manifests: manifests.into() };
    harmless(&serde_json::to_string(&line).expect("keys are texts and numbers are finite"))
}

impl From<&Status> for StatusJson {
    fn from(status: &Status) -> Self {
        let Totals { readings, passes, failed, created, posts, reads, notified, not_notified } =
            status.totals;
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            who: status.who.clone(),
            tool: status.tool.clone(),
            path: status.path.clone(),
            started: status.started.to_string(),
            buys: status.buys,
            standing: match &status.standing {
                Standing::Watches => StandingJson::Watches,
                Standing::StandsBy { holder } => StandingJson::StandsBy { holder: holder.clone() },
                Standing::Ended => StandingJson::Ended,
            },
            polls: status.polls.clone(),
            manifests: status.manifests.into(),
            holds: status.holds.clone(),
            passes: status.passes.iter().map(PassJson::from).collect(),
            totals: TotalsJson { readings, passes, failed, created, posts, reads, notified, not_notified },
            last_success: status.last_success.map(|time| time.to_string()),
            again: status.again.map(|time| time.to_string()),
        }
    }
}

impl StandingJson {
    /// The word for it alone.
    pub(super) fn word(standing: &Standing) -> &'static str {
        match standing {
            Standing::Watches => "watches",
            Standing::StandsBy { .. } => "standsBy",
            Standing::Ended => "ended",
        }
    }
}

impl StatusJson {
    fn read(self) -> Option<Status> {
        let TotalsJson { readings, passes, failed, created, posts, reads, notified, not_notified } =
            self.totals;
        let time = |text: &String| Timestamp::parse(text);
        Some(Status {
            who: self.who,
            tool: self.tool,
            path: self.path,
            started: time(&self.started)?,
            buys: self.buys,
            standing: match self.standing {
                StandingJson::Watches => Standing::Watches,
                StandingJson::StandsBy { holder } => Standing::StandsBy { holder },
                StandingJson::Ended => Standing::Ended,
            },
            leads_since: None,
            polls: self.polls,
            manifests: match self.manifests {
                ManifestsJson::Unread => Manifests::Unread,
                ManifestsJson::Right { orders } => Manifests::Right { orders },
                ManifestsJson::Wrong { problems, holding } => Manifests::Wrong { problems, holding },
            },
            holds: self.holds,
            passes: self.passes.into_iter().map(PassJson::read).collect::<Option<VecDeque<_>>>()?,
            totals: Totals { readings, passes, failed, created, posts, reads, notified, not_notified },
            last_success: self.last_success.as_ref().and_then(time),
            again: self.again.as_ref().and_then(time),
            picture: None,
        })
    }
}

impl From<Manifests> for ManifestsJson {
    fn from(manifests: Manifests) -> Self {
        match manifests {
            Manifests::Unread => Self::Unread,
            Manifests::Right { orders } => Self::Right { orders },
            Manifests::Wrong { problems, holding } => Self::Wrong { problems, holding },
        }
    }
}

impl From<&Report> for PassJson {
    fn from(report: &Report) -> Self {
        let turn = match &report.turn {
            Turn::Planned => TurnJson::Planned,
            Turn::Held { why } => TurnJson::Held { why: why.clone() },
            Turn::Failed { why } => TurnJson::Failed { why: why.clone() },
            Turn::Applied(tally) => {
                let Tally { created, created_seats, not_ordered, unknown, blocked, renamed, not_attempted } =
                    *tally;
                TurnJson::Applied {
                    created,
                    created_seats,
                    not_ordered,
                    unknown,
                    blocked,
                    renamed,
                    not_attempted,
                }
            }
        };
        Self {
            number: report.number,
            at: report.at.to_string(),
            took_ms: u64::try_from(report.took.as_millis()).unwrap_or(u64::MAX),
            summary: report.counts.map(CountsJson::from),
            digest: report.digest.clone(),
            changes: DeedsJson::from(&report.deeds),
            turn,
        }
    }
}

impl PassJson {
    fn read(self) -> Option<Report> {
        let turn = match self.turn {
            TurnJson::Planned => Turn::Planned,
            TurnJson::Held { why } => Turn::Held { why },
            TurnJson::Failed { why } => Turn::Failed { why },
            TurnJson::Applied {
                created,
                created_seats,
                not_ordered,
                unknown,
                blocked,
                renamed,
                not_attempted,
            } => Turn::Applied(Tally {
                created,
                created_seats,
                not_ordered,
                unknown,
                blocked,
                renamed,
                not_attempted,
            }),
        };
        Some(Report {
            number: self.number,
            at: Timestamp::parse(&self.at)?,
            took: Duration::from_millis(self.took_ms),
            counts: self.summary.map(CountsJson::read),
            digest: self.digest,
            deeds: self.changes.read(),
            turn,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrderName;
    use crate::plan::Counts;
    use crate::watch::{Deed, Deeds};

    #[test]
    fn what_was_written_is_read_back() {
        let at = Timestamp::from_unix_ms(1_700_000_000_000);
        let mut status = Status::new("kim on here".into(), "test".into(), ".".into(), at, true);
        status.standing = Standing::StandsBy { holder: Some("\u{1b}[2J".into()) };
        status.polls = Some("NFS".into());
        status.manifests = Manifests::Wrong { problems: 2, holding: Some(7) };
        status.holds = vec!["frozen".into()];
        let counts = Counts { create: 1, create_seats: 5, ..Counts::default() };
        for (number, turn) in (1..).zip([
            Turn::Planned,
            Turn::Applied(Tally { created: 3, created_seats: 9, ..Tally::default() }),
            Turn::Held { why: vec!["frozen".into()] },
            Turn::Failed { why: "no network".into() },
        ]) {
            let took = Duration::from_millis(12);
            let digest = Some("sha256:00".into());
            let deeds = Deeds {
                listed: vec![(OrderName::parse("contoso-e3").unwrap(), Deed::NotCreated)],
                more: usize::try_from(number).unwrap() - 1,
            };
            let report = Report { number, at, took, counts: Some(counts), digest, deeds, turn };
            assert!(pass_object(&report, status.manifests).starts_with("{\"type\":\"pass\""));
            status.add(report, Some(Duration::from_secs(60)));
        }
        let text = status_document(&status);
        assert!(!text.contains('\u{1b}'));
        assert_eq!(read_status(text.as_bytes()), Some(status));
        assert_eq!(read_status(b"{}"), None);
        assert_eq!(read_status(text.replace("\"1.0\"", "\"9.0\"").as_bytes()), None);
    }

    #[test]
    fn what_was_written_before_passes_had_their_changes_is_read() {
        let at = Timestamp::from_unix_ms(0);
        let mut status = Status::new("kim".into(), "test".into(), ".".into(), at, true);
        let (took, turn) = (Duration::ZERO, Turn::Planned);
        let deeds = Deeds::default();
        status.add(Report { number: 1, at, took, counts: None, digest: None, deeds, turn }, None);
        let text = status_document(&status);
        let before = text.replacen("      \"changes\": [],\n", "", 1);
        assert_ne!(before, text);
        assert_eq!(read_status(before.as_bytes()), Some(status));
    }
}
