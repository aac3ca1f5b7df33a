//! `orderform apply`: plans, asks, buys, records.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{self, Materials, Where, parse_duration, show_notices, store_failure};
use super::plan::over_limits;
use super::record::require_place;
use super::terminal::Terminal;
use super::{TOOL, signals};
use crate::apply::{self, Event, Session, Settings, Summary};
use crate::domain::{EndpointId, RecordKind, RecoveryMode, Timestamp};
use crate::partner_center::RealTimer;
use crate::plan::{self, Plan};
use crate::ports::PartnerCenter;
use crate::protocol::Rules;
use crate::reconcile::{self, Pass, Watcher};
use crate::store::{Beginning, Opened, Store, StoreError};
use crate::view::{Format, Progress, View};

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    /// Do not ask; without it and without a terminal, nothing is bought.
    #[arg(long)]
    auto_approve: bool,
    /// The most orders in flight; never two at once for one customer.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: u16,
    #[command(flatten)]
    recovery: Recovery,
}

/// How attempts in doubt are settled.
#[derive(Debug, Args)]
struct Recovery {
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

pub(super) async fn run(args: &ApplyArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::load(&args.place, terminal)?;
    let holder = materials::holder("orderform apply");
    let mut opened = open(&materials, args.target.sandbox, &holder)
        .map_err(|error| store_failure(error, materials.lineage()))?;
    show_notices(&opened.notices, terminal);
    let plan = plan::build(&materials.orders, &opened.state);
    let mut view = terminal.view();
    if terminal.format != Format::Json {
        view.plan(&plan)?;
    }
    if !reconcile::needs_partner_center(&plan, &opened.state) && plan.counts().rename == 0 {
        // People have just read it in the plan; programs get their last line.
        if plan.is_settled() && terminal.format != Format::Json {
            return Ok(exit::DONE);
        }
        return finish(&apply::idle(&plan), &mut *view);
    }
    require_place(&opened.state, &args.target.place(&materials.project)?)?;
    let stop = signals::listen()?;
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let now = server_time(&connection, &plan, &materials).await?;
    let session = Session {
        partner_center: Arc::clone(&connection.client),
        timer: Arc::new(RealTimer),
        journal: &mut opened.journal,
        state: &mut opened.state,
        stop,
        settings: settings(args, &materials, &holder),
    };
    let mut watcher = Person::new(args, terminal, &mut *view);
    let pass =
        reconcile::pass(&materials.orders, &materials.project.limits, now, session, &mut watcher).await;
    let refusal = watcher.end();
    let closed = connection.close().await;
    match pass? {
        Pass::OverLimits(over) => Err(over_limits(&over)),
        Pass::Declined => Err(refusal.unwrap_or_else(|| Failure::new("not approved; nothing was bought"))),
        Pass::Done(summary) => {
            closed?;
            finish(&summary, &mut *view)
        }
    }
}

/// Opens the state for writing. Only the sandbox's is made here: no money there.
fn open(materials: &Materials, sandbox: bool, holder: &crate::store::Holder) -> Result<Opened, StoreError> {
    let dir: &Path = &materials.state_dir;
    match Store::open_for_writing(dir, materials.lineage(), holder) {
        Err(StoreError::Missing { .. }) if sandbox => {
            let lineage = materials.lineage().unwrap_or_else(materials::new_lineage);
            // Bound at once, so that it is never taken for the state of real orders, whatever its lineage.
            let bound = RecordKind::Bound { endpoint: EndpointId::Sandbox };
            let beginning = Beginning::empty(lineage, TOOL).then(None, vec![bound]);
            let beginning = beginning.expect("a state that nothing has happened to can be bound");
            drop(Store::create_with(dir, &beginning, holder)?);
            Store::open_for_writing(dir, Some(lineage), holder)
        }
        opened => opened,
    }
}

fn settings(args: &ApplyArgs, materials: &Materials, holder: &crate::store::Holder) -> Settings {
    let chosen = materials.project.recovery;
    let mode = match args.recovery.recovery {
        Some(Mode::Verify) => RecoveryMode::Verify,
        Some(Mode::Trust) => RecoveryMode::Trust,
        Some(Mode::Strict) => RecoveryMode::Strict,
        None => chosen.mode,
    };
    let settle_after = args.recovery.settle_after.or(chosen.settle_after);
    Settings {
        parallelism: usize::from(args.parallelism),
        rules: Rules { mode, settle_after: settle_after.unwrap_or(Rules::default().settle_after) },
        by: holder.who(),
        command: holder.command.clone(),
        tool: TOOL.to_owned(),
    }
}

/// Asks the server for its time, where a limit by hour or day needs it: the local clock decides nothing about money.
async fn server_time(
    connection: &Connection,
    plan: &Plan,
    materials: &Materials,
) -> Result<Timestamp, Failure> {
    let limits = &materials.project.limits;
    let by_time = [limits.orders_per_hour, limits.orders_per_day].iter().any(Option::is_some)
        || [limits.seats_per_hour, limits.seats_per_day].iter().any(Option::is_some);
    let (true, Some(step)) = (by_time, plan.steps.first()) else { return Ok(materials::local_time()) };
    let listing = connection.client.list_orders(step.customer_id).await?;
    listing.at.server.ok_or_else(|| {
        Failure::new("Partner Center did not say what time it is, so limits by hour and day cannot be kept")
    })
}

fn finish(summary: &Summary, view: &mut dyn View) -> Result<u8, Failure> {
    let tally = summary.tally();
    let code = if summary.has_doubt() {
        exit::IN_DOUBT
    } else if summary.interrupted {
        exit::INTERRUPTED
    } else if summary.sign_in_failed {
        exit::FAILED
    } else if tally.not_ordered + tally.blocked + tally.not_attempted > 0 {
        exit::INCOMPLETE
    } else {
        exit::DONE
    };
    view.set_exit_code(code);
    view.summary(summary)?;
    Ok(code)
}

/// The person at the terminal, or the machine that approves beforehand.
struct Person<'a> {
    auto_approve: bool,
    terminal: &'a Terminal,
    view: &'a mut dyn View,
    progress: Progress<io::Stderr>,
    refusal: Option<Failure>,
}

impl<'a> Person<'a> {
    fn new(args: &ApplyArgs, terminal: &'a Terminal, view: &'a mut dyn View) -> Self {
        let progress = Progress::new(io::stderr(), terminal.progress_width(), terminal.verbose);
        Self { auto_approve: args.auto_approve, terminal, view, progress, refusal: None }
    }

    /// Ends what is shown while it goes on; returns why it was not approved, if it was not.
    fn end(mut self) -> Option<Failure> {
        self.progress.finish();
        self.refusal
    }
}

impl Watcher for Person<'_> {
    fn approve(&mut self, plan: &Plan) -> bool {
        if self.auto_approve {
            return true;
        }
        let counts = plan.counts();
        if !self.terminal.is_interactive() {
            self.refusal = Some(
                Failure::new("nobody is there to approve this; nothing was bought")
                    .hint("read the plan above, then run the same with `--auto-approve`"),
            );
            return false;
        }
        let orders = counts.create + counts.settle;
        let seats: u64 = plan.steps.iter().filter(|step| step.is_sent()).map(|step| step.spec.seats()).sum();
        let what = if orders == 1 { "1 order".to_owned() } else { format!("{orders} orders") };
        let typed = self
            .terminal
            .ask(&format!("\nbuy {what}, {seats} seats? Type {orders} to buy, anything else to leave it: "));
        if typed.as_deref() == Some(orders.to_string().as_str()) {
            return true;
        }
        self.refusal = Some(Failure::new("not approved; nothing was bought"));
        false
    }

    fn event(&mut self, event: &Event) {
        // What cannot be shown is recorded all the same; a broken pipe must not stop a purchase in the middle.
        if self.terminal.format == Format::Json {
            let _ = self.view.event(event);
        } else {
            let _ = self.progress.event(event);
        }
    }
}
