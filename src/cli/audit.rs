//! `orderform audit`: holds what was done against what is known of it.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::connect::{Connection, Target};
use super::drift::patience;
use super::estate;
use super::failure::{Failure, exit};
use super::materials::{Materials, Where, parse_duration};
use super::record::require_place;
use super::terminal::Terminal;
use crate::apply::{Retries, patiently};
use crate::domain::{CustomerId, Timestamp};
use crate::partner_center::RealTimer;
use crate::plan::{self, Accounts, Books, Part, Tried};
use crate::ports::PartnerCenter;
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Account for every order once: the journal, Partner Center's orders and its audit log.
    Reconcile(ReconcileArgs),
    /// Verify the journal: every record, and the chain of their hashes; as `state verify`.
    Verify {
        #[command(flatten)]
        place: Where,
    },
}

#[derive(Debug, Args)]
struct ReconcileArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    /// How old a recorded order must be before one that is not listed counts as missing [default: 30m].
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    settle_after: Option<Duration>,
}

pub(super) fn run(args: &AuditArgs, terminal: &Terminal) -> Result<u8, Failure> {
    match &args.command {
        AuditCommand::Reconcile(args) => super::on_runtime(reconcile(args, terminal)),
        AuditCommand::Verify { place } => super::state::verify(place, terminal),
    }
}

async fn reconcile(args: &ReconcileArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(&args.place, terminal)?;
    let state = materials.recorded()?.state;
    let tried = Tried::of(Store::records(&materials.state_dir)?);
    let place = args.target.place(&materials.project)?;
    require_place(&state, &place)?;
    let settle_after = patience(args.settle_after, &materials.project, &place);
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let mut unread = Vec::new();
    let (mut books, mut requests, mut cut) = (Vec::new(), 0, 0);
    let (mut ended, retries) = (Ok(()), Retries::default());
    for (customer, since) in tried.customers() {
        let reading = read(&connection, customer, since, &mut requests, &retries);
        let book = match connection.telling(terminal, reading).await {
            Ok((book, is_whole)) => {
                cut += usize::from(!is_whole);
                book
            }
            Err((part, error)) => match estate::unread(customer, part, error) {
                Ok(one) => {
                    unread.push(one);
                    continue;
                }
                Err(failure) => {
                    ended = Err(failure);
                    break;
                }
            },
        };
        books.push(book);
    }
    connection.close().await?;
    ended?;
    if cut > 0 {
        terminal.say(&format!(
            "note: of {} the audit log does not go back as far as the journal (90 days, says Microsoft): what was ordered \
             before that and is listed no more is not seen",
            if cut == 1 { "1 customer".to_owned() } else { format!("{cut} customers") }
        ));
    }
    let accounts = plan::account(&state, &tried, &books, settle_after);
    let accounts = Accounts { unread, requests, ..accounts };
    terminal.view().accounts(&accounts)?;
    Ok(if accounts.are_in_order() { exit::DONE } else { exit::INCOMPLETE })
}

/// Reads a customer's orders, and what the audit log says since the journal knows it.
async fn read(
    connection: &Connection,
    customer: CustomerId,
    since: Option<Timestamp>,
    requests: &mut u64,
    retries: &Retries,
) -> Result<(Books, bool), (Part, crate::ports::ReadError)> {
    let client = &connection.client;
    let orders = patiently(&RealTimer, requests, retries, || client.list_orders(customer)).await;
    let orders = orders.map_err(|error| (Part::Estate, error))?;
    let (pages, log) = estate::audit_log(client, customer, since, retries).await;
    *requests += pages;
    let log = log.map_err(|error| (Part::AuditLog, error))?;
    Ok((Books { customer, orders, log: log.operations }, log.is_whole))
}
