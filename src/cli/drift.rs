//! `orderform drift`: where what Partner Center reports differs from what is recorded, and who did it.
//!
//! **Invariant:** nothing is bought, forgotten or repaired; what is recorded is what has arrived, and nothing else.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;

use super::connect::{Connection, Target};
use super::estate::{self, Estates};
use super::failure::{Failure, exit};
use super::materials::{Materials, Where, parse_duration};
use super::record::{Pen, require_place};
use super::select::SelectArgs;
use super::terminal::Terminal;
use crate::apply::Retries;
use crate::domain::{CustomerId, EndpointId, OrderName, Project, Recorded, State, Timestamp};
use crate::plan::{self, Drift, Part, Recollection, Reported, Unread};
use crate::ports::PartnerCenter;
use crate::protocol::Rules;

const COMMAND: &str = "orderform drift";

/// How far the order list lags at the most ("Get all of a customer's orders"): no order that is younger is gone.
const LIST_LAG: Duration = Duration::from_secs(15 * 60);

#[derive(Debug, Args)]
pub(super) struct DriftArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    select: SelectArgs,
    /// How old a recorded order must be before one that is not listed counts as gone [default: 30m].
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    settle_after: Option<Duration>,
    /// Record nothing: neither subscription ids that have arrived, nor how long subscriptions run.
    #[arg(long)]
    no_record: bool,
}

pub(super) async fn run(args: &DriftArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let asked = args.select.read()?;
    let mut materials = Materials::load(&args.place, terminal)?;
    let chosen = asked.choose(None, &args.place.path, &mut materials)?;
    let state = materials.recorded()?.state;
    chosen.check(&materials, &state)?;
    let (whole, _) =
        materials.scope.selection.reduce(plan::build(&materials.orders, &state), &materials.orders);
    let is_everything = materials.scope.selection.is_everything();
    let names = plan::recorded_names(&whole, &state, is_everything);
    let looked = look(&args.target, &materials, &state, &names, args.settle_after, terminal).await?;
    if !args.no_record {
        record(&looked, &materials, &state, &names, terminal)?;
    }
    terminal.view().drift(&looked.drift)?;
    Ok(match &looked.drift {
        drift if drift.is_incomplete() => exit::INCOMPLETE,
        drift if drift.is_some() => exit::CHANGES,
        _ => exit::DONE,
    })
}

/// What was found, and what it was found by.
pub(super) struct Looked {
    pub(super) drift: Drift,
    reports: Vec<Reported>,
    endpoint: EndpointId,
    at: Option<Timestamp>,
}

/// Reads the customers of recorded orders and compares; asks the audit log only where something differs.
pub(super) async fn look(
    target: &Target,
    materials: &Materials,
    state: &State,
    names: &BTreeSet<OrderName>,
    settle_after: Option<Duration>,
    terminal: &Terminal,
) -> Result<Looked, Failure> {
    let place = target.place(&materials.project)?;
    require_place(state, &place)?;
    let settle_after = patience(settle_after, &materials.project, &place);
    let known = Recollection { state, desired: &materials.orders, names, settle_after };
    let customers = names.iter().filter_map(|name| customer_of(state, name)).collect();
    let connection = Connection::open(target, &materials.project, &materials.state_dir).await?;
    let found = connection.telling(terminal, find(&connection, customers, known)).await;
    let (endpoint, at) = (connection.client.endpoint(), connection.client.now().server);
    connection.close().await?;
    let (drift, reports) = found?;
    Ok(Looked { drift, reports, endpoint, at })
}

/// Returns how long an order may be missing in lists; a flag goes before the project's setting.
pub(super) fn patience(flag: Option<Duration>, project: &Project, place: &EndpointId) -> Duration {
    let wanted = flag.or(project.recovery.settle_after).unwrap_or(Rules::default().settle_after);
    if *place == EndpointId::Sandbox { wanted } else { wanted.max(LIST_LAG) }
}

async fn find(
    connection: &Connection,
    customers: BTreeSet<CustomerId>,
    known: Recollection<'_>,
) -> Result<(Drift, Vec<Reported>), Failure> {
    let retries = Arc::new(Retries::default());
    let Estates { reports, unread, requests } = estate::read(&connection.client, customers, &retries).await?;
    let mut drift = plan::drift(known, &reports);
    (drift.unread, drift.requests) = (unread, requests);
    for (customer, since) in drift.questions() {
        let (requests, log) = estate::audit_log(&connection.client, customer, since, &retries).await;
        drift.requests += requests;
        match log {
            Ok(log) => drift.attribute(customer, &log.operations),
            Err(error) => drift.unread.push(estate::unread(customer, Part::AuditLog, error)?),
        }
    }
    drift.unread.sort_by_key(|Unread { customer_id, part, .. }| (*customer_id, *part));
    Ok((drift, reports))
}

fn customer_of(state: &State, name: &OrderName) -> Option<CustomerId> {
    match state.orders.get(name)? {
        Recorded::Created(bought) => Some(bought.spec.customer_id),
        Recorded::Pending(_) => None,
    }
}

/// Records what has arrived. Where another process writes, that is said, and nothing is lost: the next run finds it again.
fn record(
    looked: &Looked,
    materials: &Materials,
    state: &State,
    names: &BTreeSet<OrderName>,
    terminal: &Terminal,
) -> Result<(), Failure> {
    if plan::arrived(state, names, &looked.reports).is_empty() {
        return Ok(());
    }
    let pen = match Pen::open(&materials.state_dir, materials.lineage(), COMMAND, terminal) {
        Ok(pen) => pen,
        Err(failure) if failure.exit == exit::LOCKED => {
            terminal.say(&format!("note: what has arrived is not recorded: {}", failure.message));
            return Ok(());
        }
        Err(failure) => return Err(failure),
    };
    // Somebody may have written since it was read.
    let arrived = plan::arrived(&pen.state, names, &looked.reports);
    if arrived.is_empty() {
        return Ok(());
    }
    let kinds = pen.binding(looked.endpoint.clone())?.into_iter().chain(arrived).collect();
    pen.write(looked.at, kinds)
}
