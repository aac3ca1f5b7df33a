//! `kind: Project`: the settings of `orderform.yaml`.
//!
//! **Invariant:** defaults are not decided here, except the ones that the values themselves have; what is not written
//! stays absent, so that a flag or the environment can fill it.

use std::path::PathBuf;
use std::time::Duration;

use super::code::Code;
use super::fields::Value;
use super::grammar::{PROJECT_METADATA, PROJECT_SPEC, RECOVERY};
use super::holding::FreezeDraft;
use super::limits::limits;
use super::{holding, ids, notify, number, validate};
use crate::domain::Keeper;
use crate::domain::project::{Cloud, Project, Recovery, RecoveryMode};

/// How far the order list lags ("Get all of a customer's orders").
const LIST_LAG: Duration = Duration::from_secs(15 * 60);

/// Reads a project's metadata and spec.
pub(super) fn read(metadata: Option<Value<'_>>, spec: Option<Value<'_>>) -> (Project, Vec<FreezeDraft>) {
    if let Some(fields) = metadata.and_then(|value| value.fields(&PROJECT_METADATA)) {
        fields.value("name").and_then(validate::name);
    }
    let Some(fields) = spec.and_then(|value| value.fields(&PROJECT_SPEC)) else {
        return (Project::default(), Vec::new());
    };
    let freezes = fields.value("freeze").map(holding::freezes).unwrap_or_default();
    let state_dir = fields.value("stateDir").and_then(validate::free_text);
    let project = Project {
        lineage: fields.value("lineage").and_then(ids::lineage),
        state_dir: state_dir.map(PathBuf::from),
        cloud: fields.value("cloud").and_then(|value| validate::choice(value, &Cloud::ALL)),
        integration_sandbox: fields.value("integrationSandbox").and_then(number::boolean).unwrap_or_default(),
        recovery: fields.value("recovery").map(recovery).unwrap_or_default(),
        limits: fields.value("limits").map(|value| limits(value, Keeper::Project)).unwrap_or_default(),
        // Whom the names in them stand for is known when all documents are.
        freeze: Vec::new(),
        windows: fields.value("windows").map(holding::windows).unwrap_or_default(),
        prices: fields.value("prices").and_then(validate::free_text).map(PathBuf::from),
        currency: fields.value("currency").and_then(validate::currency),
        notify: fields.value("notify").map(notify::receivers).unwrap_or_default(),
    };
    (project, freezes)
}

fn recovery(value: Value<'_>) -> Recovery {
    let Some(fields) = value.fields(&RECOVERY) else {
        return Recovery::default();
    };
    let mode = fields.value("mode");
    if let Some(value) = fields.value("marker") {
        // No other is supported yet; to take one and do nothing about it would be a false promise.
        let _none = validate::choice(value, &[("none", ())]);
    }
    Recovery {
        mode: mode.and_then(|value| validate::choice(value, &RecoveryMode::ALL)).unwrap_or_default(),
        settle_after: fields.value("settleAfter").and_then(settle_after),
    }
}

fn settle_after(value: Value<'_>) -> Option<Duration> {
    let duration = number::duration(value)?;
    if duration < LIST_LAG {
        value.report(
            Code::EarlySettling,
            "the order list lags by up to 15 minutes; settling earlier can take a placed order for one that is not",
            "write `30m`, which is the default; less is for tests",
        );
    }
    Some(duration)
}
