//! `orderform plan`: what would be done; no network, no credentials.

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{Materials, Where, local_time};
use super::terminal::Terminal;
use crate::plan::{self, Exceeded};

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    place: Where,
    /// Plan for the embedded simulator (`plan` asks nobody, so this changes nothing; it is here so that `apply` and
    /// `plan` take the same flags).
    #[arg(long)]
    sandbox: bool,
    /// Exit with 2 where there is something to do.
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(super) fn run(args: &PlanArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if args.sandbox && terminal.verbose {
        terminal.say("note: `plan` asks nobody, so `--sandbox` changes nothing about it");
    }
    let materials = Materials::load(&args.place, terminal)?;
    let state = materials.read_state(terminal)?;
    let plan = plan::build(&materials.orders, &state);
    terminal.view().plan(&plan)?;
    let over = plan::exceeded(&plan, &state, &materials.project.limits, local_time());
    if !over.is_empty() {
        return Err(over_limits(&over));
    }
    let settled = plan.is_settled() || !args.detailed_exitcode;
    Ok(if settled { exit::DONE } else { exit::CHANGES })
}

/// Returns the failure that names every limit, what it would come to, and the way out.
pub(super) fn over_limits(over: &[Exceeded]) -> Failure {
    let mut failure =
        Failure::new("the plan goes beyond the limits of `orderform.yaml`; nothing was attempted");
    let line = |e: &Exceeded| {
        format!("`spec.limits.{}` is {}, and with this run it would come to {}", e.rule, e.limit, e.value)
    };
    failure.causes = over.iter().map(line).collect();
    failure
        .exceeded(over)
        .exit(exit::REFUSED_BY_GUARD)
        .hint("apply fewer orders at a time, or have the limit raised in a review")
}
