//! `orderform adopt --customer NAME` and `--all-customers`: all that customers have, listed, or written and recorded.
//!
//! A customer is asked for its orders and its subscriptions, two requests. What of it can be orders of ours is
//! [`plan::adoption`]'s to say. With `--write`, the plan of it is made first and has to be to keep it all; then it is
//! recorded, then its file is written. Stopped in between, orders are recorded that no manifest wants: nothing is bought
//! for that, nothing is cancelled, and the next run writes the file. The other way round, the next `apply` could buy.
//!
//! **Invariant:** nothing is bought here. What one customer has or refuses holds up no other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use tokio::sync::watch;

use super::super::connect::{Connection, Target};
use super::super::failure::{Failure, exit};
use super::super::materials::{Materials, Where, root};
use super::super::record::{Pen, require_place};
use super::super::signals::Signals;
use super::super::terminal::Terminal;
use super::asking::{self, Asked as Count, Has};
use super::files::{self, Pages};
use super::keeping::{Keeping, folded, records};
use super::memory::Memory;
use super::progress::Progress;
use crate::domain::{CustomerId, ObservedCustomer};
use crate::manifest::{self, Loaded, Sources};
use crate::plan::{self, Adoption, Estate};
use crate::ports::{PartnerCenter, ReadError};
use crate::view::{AdoptedCustomer, AdoptionReport};

const COMMAND: &str = "orderform adopt";

/// What is said where a second signal ends it at once.
const FAREWELL: &str = "stopped at once: what was recorded is recorded; the same command goes on";

#[derive(Debug, Args)]
pub(in crate::cli) struct CustomersArgs {
    /// Adopt all that a customer has: a name that is described, or a tenant id; may be repeated.
    #[arg(long = "customer", value_name = "NAME")]
    customers: Vec<String>,
    /// Adopt all that all customers have that you are a reseller of.
    #[arg(long, conflicts_with = "customers")]
    all_customers: bool,
    /// Record it, and write manifests into this directory; without it, it is only listed.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Ask about customers too that an earlier run is done with.
    #[arg(long, requires = "all_customers", conflicts_with = "customers")]
    from_scratch: bool,
}

impl CustomersArgs {
    pub(in crate::cli) fn are_asked_for(&self) -> bool {
        self.all_customers || !self.customers.is_empty()
    }
}

/// Refuses a place where no manifest of the project can be written.
fn writable(root: &Path, directory: &Path) -> Result<(), Failure> {
    let shown = directory.display();
    if directory.exists() && !directory.is_dir() {
        return Err(Failure::new(format!("`{shown}` is no directory"))
            .hint("`--write` names one below the project: a file for each customer is made in it"));
    }
    files::free(root, directory, "customer").map(drop).map_err(|mut failure| {
        // It speaks of the flags of `new`.
        if failure.hint.as_ref().is_some_and(|hint| hint.contains("--file")) {
            failure.hint =
                Some("`--write` names a directory below the project, as seen from here".to_owned());
        }
        failure
    })
}

pub(in crate::cli) async fn run(
    args: &CustomersArgs,
    place: &Where,
    target: &Target,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    if place.path.is_file() {
        return Err(Failure::new(format!("`{}` is one file of a project", place.path.display()))
            .hint("name its directory: what is adopted is held against all manifests"));
    }
    let loaded = manifest::load(&place.path);
    let (settings, described) = (loaded.sources.settings(), described(&loaded));
    let materials = Materials::of(loaded, place, terminal)?;
    let asked = args.asked(&described, &materials)?;
    let shop = target.place(&materials.project)?;
    let keeping = match &args.write {
        None => Keeping::Dry(Box::new(materials.read_state(terminal)?.0)),
        Some(directory) => {
            // Wherever nothing could be written, nobody is asked.
            writable(&root(&place.path), directory)?;
            let pen = Pen::open(&materials.state_dir, materials.lineage(), COMMAND, terminal)?;
            Keeping::Writing { pen: Box::new(pen), directory: directory.clone() }
        }
    };
    require_place(keeping.state(), &shop)?;
    let memory = match &args.write {
        Some(_) if args.all_customers => Some(Memory::open(&materials.state_dir, args.from_scratch)?),
        _ => None,
    };
    let connection = Connection::open(target, &materials.project, &materials.state_dir).await?;
    let signals = Signals::new();
    signals.listen(FAREWELL)?;
    let report = AdoptionReport { is_written: args.write.is_some(), ..AdoptionReport::default() };
    let mut run = Adopting {
        connection: &connection,
        root: root(&place.path),
        settings,
        described,
        materials,
        keeping,
        memory,
        report,
        count: Count::default(),
    };
    let ended = connection.telling(terminal, run.all(asked, &mut signals.stop(), terminal)).await;
    let Adopting { keeping, memory, mut report, count, .. } = run;
    report.requests = count.requests;
    connection.close().await?;
    if let Keeping::Writing { pen, .. } = keeping {
        pen.finish()?;
        report.next = Some(next_plan(place, terminal)?);
    }
    let is_whole = ended.is_ok() && report.tally().failed == 0;
    memory.filter(|_| is_whole).map_or(Ok(()), Memory::forget)?;
    terminal.view().adoption(&report)?;
    ended?;
    Ok(if is_whole { exit::DONE } else { exit::INCOMPLETE })
}

/// Returns the customers that manifests describe.
fn described(loaded: &Loaded) -> BTreeMap<CustomerId, String> {
    let known = loaded.customers.iter().filter_map(|one| Some((one.customer_id?, one.name.clone())));
    // Of several names for one, the first counts.
    known.rev().collect()
}

/// Plans all that there is now: the proof that nothing is left to do.
fn next_plan(place: &Where, terminal: &Terminal) -> Result<plan::Counts, Failure> {
    let materials = Materials::load(place, terminal)?;
    Ok(plan::build(&materials.orders, &materials.recorded()?.state).counts())
}

/// Whom to ask about.
enum Asked {
    All,
    These(BTreeSet<CustomerId>),
}

impl CustomersArgs {
    fn asked(
        &self,
        described: &BTreeMap<CustomerId, String>,
        materials: &Materials,
    ) -> Result<Asked, Failure> {
        if self.all_customers {
            return Ok(Asked::All);
        }
        let find = |text: &String| {
            let named = described.iter().find(|(_, name)| *name == text).map(|(id, _)| *id);
            let used = materials.orders.iter().find(|order| order.customer_name.as_ref() == Some(text));
            let named = named.or(used.map(|order| order.spec.customer_id));
            named.or_else(|| CustomerId::parse(text).ok()).ok_or_else(|| {
                Failure::new(format!("no manifest describes a customer `{text}`")).hint("give its tenant id")
            })
        };
        Ok(Asked::These(self.customers.iter().map(find).collect::<Result<_, _>>()?))
    }
}

/// An adoption under way.
struct Adopting<'a> {
    connection: &'a Connection,
    root: PathBuf,
    settings: Sources,
    described: BTreeMap<CustomerId, String>,
    materials: Materials,
    keeping: Keeping,
    memory: Option<Memory>,
    report: AdoptionReport,
    /// How much was asked.
    count: Count,
}

impl Adopting<'_> {
    /// Asks about one customer after the other, until all are done, or nobody can be asked any more.
    async fn all(
        &mut self,
        asked: Asked,
        stop: &mut watch::Receiver<bool>,
        terminal: &Terminal,
    ) -> Result<(), Failure> {
        let customers = match unless_stopped(stop, self.customers(asked)).await {
            Ok(customers) => customers,
            Err(failure) => return Err(self.stopped(failure, 0)),
        };
        let all: Vec<ObservedCustomer> = customers.into_values().collect();
        let names = plan::customer_names(&all, &self.described);
        let done = self.memory.as_ref().map(|memory| memory.done.clone()).unwrap_or_default();
        let (remembered, left): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| done.contains(&one.id));
        self.report.remembered = remembered.len();
        let mut progress = Progress::new(terminal, left.len());
        for (at, customer) in left.iter().enumerate() {
            let name = &names[&customer.id];
            let read = unless_stopped(stop, self.read(customer.id)).await;
            let read = match read {
                Ok(read) => read,
                Err(failure) => {
                    progress.finish();
                    return Err(self.stopped(failure, left.len() - at));
                }
            };
            let one = self.one(customer, name, read)?;
            if let (Ok(_), Some(memory)) = (&one.found, &mut self.memory) {
                memory.note(customer.id)?;
            }
            self.report.customers.push(one);
            progress.step();
        }
        progress.finish();
        Ok(())
    }

    /// Notes why it ends early.
    fn stopped(&mut self, failure: Failure, unread: usize) -> Failure {
        self.report.stopped = Some(failure.in_one_line());
        self.report.unread = unread;
        failure
    }

    /// Finds out who the customers are that are asked for.
    async fn customers(&mut self, asked: Asked) -> Result<BTreeMap<CustomerId, ObservedCustomer>, Failure> {
        let client = &self.connection.client;
        let ids = match asked {
            Asked::All => {
                let mut all = asking::all_customers(client, &mut self.count).await?;
                let is_ours = |one: &ObservedCustomer| {
                    one.relationship.as_ref().is_none_or(|word| word.eq_ignore_ascii_case("reseller"))
                };
                let before = all.len();
                all.retain(|_, one| is_ours(one));
                self.report.strangers = before - all.len();
                return Ok(all);
            }
            Asked::These(ids) => ids,
        };
        let mut found = BTreeMap::new();
        for id in ids {
            let nameless = ObservedCustomer { id, company_name: None, domain: None, relationship: None };
            let customer = match self.described.contains_key(&id) {
                true => nameless,
                // Who is refused here is refused when asked what it has, and told then.
                false => match asking::customer(client, id, &mut self.count).await {
                    Err(
                        error @ (ReadError::SignIn(_) | ReadError::NotNow { .. } | ReadError::NotAsked(_)),
                    ) => {
                        return Err(error.into());
                    }
                    read => read.unwrap_or(nameless),
                },
            };
            found.insert(id, customer);
        }
        Ok(found)
    }

    /// Reads what a customer has; an error of its own is told and holds up nobody.
    async fn read(&mut self, customer: CustomerId) -> Result<Result<Has, String>, Failure> {
        let client = &self.connection.client;
        match asking::what_it_has(client, customer, &mut self.count).await {
            Err(error @ (ReadError::SignIn(_) | ReadError::NotNow { .. } | ReadError::NotAsked(_))) => {
                Err(error.into())
            }
            read => Ok(read.map_err(|error| error.to_string())),
        }
    }

    /// Adopts what a customer has. An error is one of the disk.
    fn one(
        &mut self,
        customer: &ObservedCustomer,
        name: &str,
        read: Result<Has, String>,
    ) -> Result<AdoptedCustomer, Failure> {
        let (mut found, mut file) = (read, None);
        let found = match &mut found {
            Err(why) => Err(std::mem::take(why)),
            Ok(has) => match self.adopt(customer.id, name, has)? {
                Ok((adoption, written)) => {
                    file = written.map(|path| path.display().to_string());
                    Ok(adoption)
                }
                Err(why) => Err(why),
            },
        };
        let company = customer.company_name.clone();
        Ok(AdoptedCustomer { customer_id: customer.id, name: name.to_owned(), company, found, file })
    }

    /// Decides, proves, records and writes, in that order; why it is not proved is told, and nothing is recorded then.
    fn adopt(
        &mut self,
        customer: CustomerId,
        name: &str,
        has: &Has,
    ) -> Result<Result<(Adoption, Option<PathBuf>), String>, Failure> {
        let estate = Estate { customer, name, orders: &has.orders.orders, subscriptions: &has.subscriptions };
        let mut adoption = plan::adoption(estate, self.keeping.state(), &self.materials.orders);
        let directory = match &self.keeping {
            Keeping::Dry(_) => self.root.clone(),
            Keeping::Writing { directory, .. } => directory.clone(),
        };
        let path = files::free(&self.root, &directory, name)?;
        let is_described = self.described.contains_key(&customer);
        let pages = Pages { settings: &self.settings, customer, name, is_described, path: &path };
        let composed = pages.compose(&mut adoption);
        let kinds = records(&adoption);
        let after = folded(self.keeping.state(), &kinds).map_err(|error| Failure::of(&error))?;
        let mut orders = self.materials.orders.clone();
        orders.extend(composed.orders);
        let before = (self.materials.orders.as_slice(), self.keeping.state());
        if let Some(name) = plan::not_kept(customer, before, (&orders, &after)) {
            return Ok(Err(format!(
                "nothing was recorded: the next plan would have something to do about `{name}`, which was not so before"
            )));
        }
        let is_written = !composed.text.is_empty();
        let endpoint = self.connection.client.endpoint();
        self.keeping.record(endpoint, has.orders.at.server, kinds, after)?;
        self.materials.orders = orders;
        if is_written && matches!(self.keeping, Keeping::Writing { .. }) {
            files::create(&path, &composed.text)?;
            self.described.entry(customer).or_insert_with(|| name.to_owned());
            return Ok(Ok((adoption, Some(path))));
        }
        Ok(Ok((adoption, None)))
    }
}

/// Waits for an answer, but not beyond a signal.
async fn unless_stopped<R>(
    stop: &mut watch::Receiver<bool>,
    asking: impl Future<Output = Result<R, Failure>>,
) -> Result<R, Failure> {
    let interrupted = || Failure::new("interrupted").exit(exit::INTERRUPTED);
    let told = async {
        // Where nobody is left to tell, it never comes.
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        () = told => Err(interrupted()),
        answer = asking => answer,
    }
}
