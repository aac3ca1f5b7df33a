//! `orderform apply`: plans, asks, buys, records.

use std::path::Path;
use std::sync::Arc;

use clap::Args;

use super::TOOL;
use super::allowing::LimitArgs;
use super::catalog_asking;
use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{self, Materials, Where, root, show_notices, store_failure};
use super::person::Person;
use super::plan::path_of;
use super::prices::PricesArgs;
use super::record::require_place;
use super::recovery::RecoveryArgs;
use super::reviewed::{Reviewed, ReviewedArgs};
use super::revision;
use super::select::SelectArgs;
use super::server_time::server_time;
use super::signals::{self, Signals};
use super::terminal::Terminal;
use crate::apply::{self, Session, Settings, Summary};
use crate::domain::{Approval, EndpointId, Prices, RecordKind, State};
use crate::partner_center::RealTimer;
use crate::plan::{self, Budget, Limit, Plan, Step};
use crate::ports::PartnerCenter;
use crate::protocol::Rules;
use crate::reconcile::{self, Pass};
use crate::store::{Beginning, Holder, Opened, Store, StoreError};
use crate::view::{Format, View};

#[derive(Debug, Args)]
pub(super) struct ApplyArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    limits: LimitArgs,
    /// Do not ask; without it and without a terminal, nothing is bought.
    #[arg(long)]
    auto_approve: bool,
    /// The most orders in flight; never two at once for one customer.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: u16,
    #[command(flatten)]
    prices: PricesArgs,
    #[command(flatten)]
    recovery: RecoveryArgs,
    #[command(flatten)]
    reviewed: ReviewedArgs,
    #[command(flatten)]
    select: SelectArgs,
}

pub(super) async fn run(args: &ApplyArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let reviewed = args.reviewed.read()?;
    let asked = args.select.read()?;
    let mut materials = Materials::load(&args.place, terminal)?;
    materials.organisation = args.limits.organisation(terminal)?;
    materials.allowed = reviewed.allowed(args.limits.allowances()?)?;
    let chosen = asked.choose(reviewed.selection(), &args.place.path, &mut materials)?;
    let prices = args.prices.read(&materials, terminal)?;
    let place = args.target.place(&materials.project)?;
    let rules = args.recovery.rules(&materials.project, &place, args.target.request_timeout)?;
    let holder = materials::holder("orderform apply");
    // A plan that was reviewed was made from a state, so there is none to be made for it.
    let may_make_state = args.target.shop.sandbox && !reviewed.is_some();
    let mut opened = open(&materials, may_make_state, &holder)
        .map_err(|error| store_failure(error, materials.lineage()))?;
    show_notices(&opened.notices, terminal);
    chosen.check(&materials, &opened.state)?;
    let local = materials.instant(terminal);
    let plan = materials.plan(&opened.state, opened.journal.head(), place.clone(), prices.as_ref(), local);
    let mut plan =
        settled_on((plan, prices.as_ref()), &opened.state, args, &reviewed, &materials, terminal).await?;
    // By this machine's clock, to be shown; what is by time is judged again by the server's.
    plan.limits = plan::judge(&plan, &opened.state, prices.as_ref(), Some(local));
    args.limits.refuse_needless(&plan.limits)?;
    let mut view = terminal.view();
    if terminal.format != Format::Json {
        view.plan(&plan)?;
    }
    let over = |limit: &&Limit| limit.is_over() && !limit.rule.is_by_time();
    let over: Vec<Limit> = plan.limits.iter().filter(over).cloned().collect();
    if !over.is_empty() {
        return Err(args.over(&over, &plan));
    }
    if !reconcile::needs_partner_center(&plan, &opened.state) && plan.counts().rename == 0 {
        // People have just read it in the plan; programs get their last line.
        if plan.is_settled() && terminal.format != Format::Json {
            return Ok(exit::DONE);
        }
        return finish(&apply::idle(&plan), &mut *view);
    }
    require_place(&opened.state, &place)?;
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let signals = Signals::new();
    let now = server_time(&*connection.client, &plan, &mut signals.stop()).await?;
    if !plan.steps.iter().any(Step::is_sent) {
        // Nobody is asked, so it begins at once.
        signals.listen(signals::IN_FLIGHT)?;
    }
    let session = Session {
        partner_center: Arc::clone(&connection.client),
        timer: Arc::new(RealTimer),
        journal: &mut opened.journal,
        state: &mut opened.state,
        stop: signals.stop(),
        budget: Budget::default(),
        settings: args.settings(reviewed.is_some(), rules, &holder),
    };
    let shop = called(connection.client.endpoint());
    let mut watcher =
        Person::new(args.auto_approve || reviewed.is_some(), shop, terminal, &mut *view, &signals);
    let pass = reconcile::pass(&plan, prices.as_ref(), now, session, &mut watcher).await;
    let refusal = watcher.end();
    let closed = connection.close().await;
    match pass? {
        Pass::OverLimits(over) => Err(args.over(&over, &plan)),
        Pass::Declined => Err(refusal.unwrap_or_else(|| Failure::new("not approved; nothing was bought"))),
        Pass::Done(summary) => {
            closed?;
            finish(&summary, &mut *view)
        }
    }
}

/// Says which availabilities are bought, before anybody approves it, and holds the plan to what was reviewed: where a plan was
/// saved, to the availabilities of that and nothing else; else to what the catalogue has now.
async fn settled_on(
    (plan, prices): (Plan, Option<&Prices>),
    state: &State,
    args: &ApplyArgs,
    reviewed: &Reviewed,
    materials: &Materials,
    terminal: &Terminal,
) -> Result<Plan, Failure> {
    let plan = match reviewed.resolutions() {
        Some(found) => plan.resolve(&found, state, prices, crate::partner_center::render),
        None => catalog_asking::resolve((plan, prices), state, &args.target, materials, terminal).await?,
    };
    reviewed.hold(plan, state, &materials.state_dir, terminal)
}

impl ApplyArgs {
    /// Returns the settings of a run, with how its plan is approved once it is.
    fn settings(&self, is_reviewed: bool, rules: Rules, holder: &Holder) -> Settings {
        let approval = match (is_reviewed, self.auto_approve) {
            (true, _) => Approval::SavedPlan,
            (false, true) => Approval::Flag,
            (false, false) => Approval::Person,
        };
        let commit = revision::read_at(&root(&self.place.path));
        Settings { approval, commit, ..settings(self.parallelism, rules, holder) }
    }

    /// Returns the failure that names every limit the plan goes beyond.
    fn over(&self, over: &[Limit], plan: &Plan) -> Failure {
        let (shop, prices) = (self.target.shop.flags(), self.prices.flags());
        let flags = format!("{shop}{prices}{}", self.limits.flags());
        let command = format!("orderform apply{}{flags}", path_of(&self.place.path));
        self.limits.over(over, plan, &root(&self.place.path), &command)
    }
}

/// Says where orders are bought, to whoever is asked.
fn called(endpoint: EndpointId) -> String {
    match endpoint {
        EndpointId::Sandbox => "the sandbox".to_owned(),
        EndpointId::Origin(origin) => origin,
    }
}

/// Opens the state for writing. Only the sandbox's is made here: no money there.
pub(super) fn open(
    materials: &Materials,
    may_make_state: bool,
    holder: &Holder,
) -> Result<Opened, StoreError> {
    let dir: &Path = &materials.state_dir;
    match Store::open_for_writing(dir, materials.lineage(), holder) {
        Err(StoreError::Missing { .. }) if may_make_state => {
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

/// Makes the settings of a run that a person approves, of manifests that are at no commit.
pub(super) fn settings(parallelism: u16, rules: Rules, holder: &Holder) -> Settings {
    Settings {
        parallelism: usize::from(parallelism),
        rules,
        by: holder.who(),
        command: holder.command.clone(),
        tool: TOOL.to_owned(),
        approval: Approval::Person,
        commit: None,
    }
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
    match view.summary(summary) {
        // What was bought decides how it ends, not who reads of it.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code),
    }
}
