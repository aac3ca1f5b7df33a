//! How attempts in doubt are settled, and the floor below which the wait does not go for real orders.
//!
//! The wait is all that stands between an order that is not listed yet and a second one, so a short one is for
//! sandboxes. The floor is what has to be waited for: the list's lag, and the life of the request itself.

use std::time::Duration;

use clap::{Args, ValueEnum};

use super::failure::{Failure, exit};
use super::materials::parse_duration;
use crate::domain::{EndpointId, Project, RecoveryMode};
use crate::protocol::{HELD_UP, Rules};

/// How far the order list lags at the most ("Get all of a customer's orders").
const LIST_LAG: Duration = Duration::from_secs(15 * 60);

/// How attempts in doubt are settled.
#[derive(Debug, Args)]
pub(super) struct RecoveryArgs {
    /// How old the last send of an attempt in doubt must be before the order list counts as evidence [default: 30m].
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    settle_after: Option<Duration>,
    /// What may be done about an attempt in doubt [default: verify].
    #[arg(long, value_enum, value_name = "MODE")]
    recovery: Option<Mode>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Mode {
    /// Send again once the order is proved absent.
    Verify,
    /// Also send again at once, trusting that Partner Center honours `MS-RequestId`.
    Trust,
    /// Never send again: a person decides.
    Strict,
}

impl RecoveryArgs {
    /// Returns the rules of a run that buys at `place`; a flag goes before the project's setting.
    pub(super) fn rules(
        &self,
        project: &Project,
        place: &EndpointId,
        request_timeout: Duration,
    ) -> Result<Rules, Failure> {
        let mode = match self.recovery {
            Some(Mode::Verify) => RecoveryMode::Verify,
            Some(Mode::Trust) => RecoveryMode::Trust,
            Some(Mode::Strict) => RecoveryMode::Strict,
            None => project.recovery.mode,
        };
        let (name, settle_after) = match (self.settle_after, project.recovery.settle_after) {
            (Some(flag), _) => ("`--settle-after`", flag),
            (None, Some(setting)) => ("`spec.recovery.settleAfter`", setting),
            (None, None) => ("the default of `--settle-after`", Rules::default().settle_after),
        };
        let floor = LIST_LAG + request_timeout + HELD_UP;
        if *place != EndpointId::Sandbox && settle_after < floor {
            return Err(too_short(name, settle_after, floor, request_timeout));
        }
        Ok(Rules { mode, settle_after })
    }
}

fn too_short(name: &str, settle_after: Duration, floor: Duration, request_timeout: Duration) -> Failure {
    let mut failure = Failure::new(format!(
        "{name} is {}, and real orders need {} at least; nothing was attempted",
        written(settle_after),
        written(floor)
    ));
    failure.causes.push(format!(
        "the order list lags by up to {}, a send may leave {} late, and a request may take {} (`--request-timeout`); \
         settled earlier, an order that is not listed yet would be bought again",
        written(LIST_LAG),
        written(HELD_UP),
        written(request_timeout)
    ));
    failure
        .exit(exit::REFUSED_BY_GUARD)
        .hint(format!("set `--settle-after` to {} or more, and shorter only for the sandbox", written(floor)))
}

/// Writes a duration as it is typed, rounded up where it is not whole.
fn written(duration: Duration) -> String {
    let seconds = duration.as_millis().div_ceil(1000);
    if seconds > 0 && seconds.is_multiple_of(60) {
        format!("{}m", seconds / 60)
    } else {
        format!("{seconds}s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(settle_after: Option<u64>, place: &EndpointId, timeout: u64) -> Result<Rules, Failure> {
        let settle_after = settle_after.map(Duration::from_secs);
        let args = RecoveryArgs { settle_after, recovery: None };
        args.rules(&Project::default(), place, Duration::from_secs(timeout))
    }

    #[test]
    fn for_real_orders_the_wait_outlasts_the_lists_lag_and_the_request() {
        let real = EndpointId::Origin("https://host.example".into());
        let floor = 15 * 60 + 180 + 60;
        assert!(rules(Some(floor), &real, 180).is_ok());
        assert!(rules(None, &real, 180).is_ok());
        for refused in [
            rules(Some(floor - 1), &real, 180),
            rules(Some(floor), &real, 181),
            rules(Some(0), &real, 0),
            rules(None, &real, 1800),
        ] {
            assert_eq!(refused.unwrap_err().exit, exit::REFUSED_BY_GUARD);
        }
    }

    #[test]
    fn in_a_sandbox_nobody_has_to_wait() {
        assert_eq!(rules(Some(0), &EndpointId::Sandbox, 180).unwrap().settle_after, Duration::ZERO);
    }
}
