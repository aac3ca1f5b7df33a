//! What most commands begin with: the manifests of a path, and where its state lives.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::TOOL;
use super::failure::{Failure, exit};
use super::terminal::Terminal;
use crate::domain::{
    Allowance, Currency, CustomerId, DesiredOrder, EndpointId, Lineage, Organisation, Prices, Project,
    Rulebook, State, Timestamp,
};
use crate::manifest::{self, Customer, Diagnostic, Loaded, Severity};
use crate::plan::{self, PinnedPrices, Pins, Plan, Scope};
use crate::store::{Digest, Holder, Notice, Snapshot, Store, StoreError};
use crate::view::{Format, escape};

/// The name of the project file.
pub(super) const PROJECT: &str = "orderform.yaml";

/// Which manifests, and which state.
#[derive(Debug, Clone, Args)]
pub(super) struct Where {
    /// A manifest, or a directory of manifests.
    #[arg(default_value = ".", value_name = "PATH")]
    pub(super) path: PathBuf,
    #[command(flatten)]
    pub(super) state: WhereState,
}

/// Which state.
#[derive(Debug, Clone, Args)]
pub(super) struct WhereState {
    /// Where `state.json`, `journal.jsonl` and `lock` live [default: PATH/.orderform].
    #[arg(long, value_name = "DIR", env = "ORDERFORM_STATE_DIR")]
    pub(super) state_dir: Option<PathBuf>,
}

/// Manifests that are in order, and where their state lives.
pub(super) struct Materials {
    pub(super) orders: Vec<DesiredOrder>,
    pub(super) project: Project,
    /// Whether there is a file with them.
    pub(super) has_project: bool,
    /// The organisation's limits, where its file was named.
    pub(super) organisation: Option<Organisation>,
    /// The limits that may be exceeded.
    pub(super) allowed: Vec<Allowance>,
    pub(super) state_dir: PathBuf,
    /// Which of the project's orders a plan is about.
    pub(super) scope: Scope,
    /// The directory of the manifests.
    pub(super) root: PathBuf,
    /// The currencies that customers are charged in, of those that say so.
    pub(super) currencies: BTreeMap<CustomerId, Currency>,
    /// Whether no file was read at all.
    pub(super) is_empty: bool,
}

impl Materials {
    /// Reads the manifests; every problem is shown, and with an error among them there are none.
    pub(super) fn load(place: &Where, terminal: &Terminal) -> Result<Self, Failure> {
        Self::of(manifest::load(&place.path), place, terminal)
    }

    /// Takes manifests that were read; every problem is shown, and with an error among them there are none.
    pub(super) fn of(loaded: Loaded, place: &Where, terminal: &Terminal) -> Result<Self, Failure> {
        refuse_part(&loaded, &place.path)?;
        show_diagnostics(&loaded, terminal, terminal.verbose);
        let loaded = refuse_wrong(loaded)?;
        let is_empty = loaded.sources.names().next().is_none();
        let has_project = loaded.project.is_some();
        let project = loaded.project.unwrap_or_default();
        let state_dir = state_dir(&place.path, &place.state, &project);
        let currency = |customer: &Customer| Some((customer.customer_id?, customer.currency?));
        Ok(Self {
            orders: loaded.orders,
            project,
            has_project,
            organisation: None,
            allowed: Vec::new(),
            state_dir,
            scope: scope(&place.path),
            root: root(&place.path),
            currencies: loaded.customers.iter().filter_map(currency).collect(),
            is_empty,
        })
    }

    /// Reads no more than where the state is: wrong manifests hide no state, but a wrong project file might.
    pub(super) fn of_state(place: &Where, terminal: &Terminal) -> Result<Self, Failure> {
        let loaded = manifest::load(&place.path);
        refuse_part(&loaded, &place.path)?;
        let project_file = root(&place.path).join(PROJECT);
        if loaded.is_valid() || (loaded.project.is_none() && project_file.exists()) {
            return Self::load(place, terminal);
        }
        terminal.say("note: the manifests have problems, which `orderform validate` shows; the state is another matter");
        let has_project = loaded.project.is_some();
        let project = loaded.project.unwrap_or_default();
        let state_dir = state_dir(&place.path, &place.state, &project);
        let scope = scope(&place.path);
        let (root, currencies) = (root(&place.path), BTreeMap::new());
        Ok(Self {
            orders: Vec::new(),
            project,
            has_project,
            organisation: None,
            allowed: Vec::new(),
            state_dir,
            scope,
            root,
            currencies,
            is_empty: false,
        })
    }

    /// Returns the lineage that `orderform.yaml` pins.
    pub(super) fn lineage(&self) -> Option<Lineage> {
        self.project.lineage
    }

    /// Reads the state without changing anything.
    ///
    /// Where nothing was ever made, an empty one is as good, because whoever only reads buys nothing; it has no head.
    pub(super) fn read_state(&self, terminal: &Terminal) -> Result<(State, Option<Digest>), Failure> {
        match Store::read(&self.state_dir, self.lineage()) {
            Ok(Snapshot { state, head, .. }) => Ok((state, Some(head))),
            Err(StoreError::Missing { .. }) if self.lineage().is_none() => {
                terminal.say(
                    "note: there is no state yet, so this is planned as if nothing had ever been bought",
                );
                Ok((empty_state(), None))
            }
            Err(error) => Err(store_failure(error, self.lineage())),
        }
    }

    /// Makes the plan of these manifests for a state and a place, as far as their scope reaches, prices it, and pins it to all
    /// of them. What is frozen at `now` is blocked in it.
    pub(super) fn plan(
        &self,
        state: &State,
        head: Digest,
        place: EndpointId,
        prices: Option<&Prices>,
        now: Timestamp,
    ) -> Plan {
        let Project { limits, recovery, freeze, .. } = &self.project;
        let mut whole = plan::build(&self.orders, state);
        // One file of a project leaves the others' orders without a manifest.
        if self.scope.path == Scope::default().path {
            whole.limits = plan::manifests_lost(&whole, state).into_iter().collect();
        }
        let (whole, holding) = plan::frozen(whole, &self.orders, freeze, now);
        let (plan, outside) = self.scope.selection.reduce(whole, &self.orders);
        let pins = Pins {
            place: Some(place),
            scope: self.scope.clone(),
            outside,
            head: head.to_string(),
            manifests: plan::manifests_digest(&self.orders, limits, recovery),
            limits: self.rulebook(),
            allowed: self.allowed.clone(),
            recovery: *recovery,
            tool: TOOL.to_owned(),
            prices: prices.map(PinnedPrices::of),
            holding,
            ..Pins::default()
        };
        let plan = plan.pin(state, crate::partner_center::render, pins);
        prices.into_iter().fold(plan, Plan::price)
    }

    /// Returns every limit that files set.
    pub(super) fn rulebook(&self) -> Rulebook {
        Rulebook { project: self.project.limits.clone(), organisation: self.organisation.clone() }
    }

    /// Returns the time by this machine's clock, and says which freezes are over by it: they hold nothing, and can be taken
    /// out.
    pub(super) fn instant(&self, terminal: &Terminal) -> Timestamp {
        let now = local_time();
        for freeze in self.project.freeze.iter().filter(|freeze| freeze.is_over(Some(now))) {
            let until = freeze.until.map(|until| until.to_string()).unwrap_or_default();
            let reason = escape(&freeze.reason);
            terminal.say(&format!("note: a freeze was over at {until} and holds nothing any more: {reason}"));
        }
        now
    }

    /// Reads a state that has to be there, without changing anything.
    pub(super) fn recorded(&self) -> Result<Snapshot, Failure> {
        Store::read(&self.state_dir, self.lineage()).map_err(|error| store_failure(error, self.lineage()))
    }
}

/// Says why a state was not opened. A lineage is pinned only when a state is made, so where one is pinned and there is
/// no state, it was lost: then `init` is no way out.
pub(super) fn store_failure(error: StoreError, pinned: Option<Lineage>) -> Failure {
    match (pinned, error) {
        (Some(lineage), StoreError::Missing { dir }) => lost(lineage, &dir),
        (_, error) => error.into(),
    }
}

/// Says that the state of a lineage is not where it has to be.
pub(super) fn lost(lineage: Lineage, dir: &Path) -> Failure {
    Failure::new(format!(
        "`{PROJECT}` pins lineage {lineage}, but there is no state in `{}`: it was lost, or lives elsewhere",
        dir.display()
    ))
    .hint(
        "restore `journal.jsonl` there, name its directory with `--state-dir`, or run `orderform state rebuild`, which \
         buys nothing",
    )
}

/// Returns the directory that a path's state lives in.
fn state_dir(path: &Path, chosen: &WhereState, project: &Project) -> PathBuf {
    if let Some(dir) = &chosen.state_dir {
        return dir.clone();
    }
    let root = root(path);
    root.join(project.state_dir.as_deref().unwrap_or_else(|| Path::new(".orderform")))
}

/// Returns which of a project's manifests a path stands for, wherever the project lies.
fn scope(path: &Path) -> Scope {
    let file = path.file_name().filter(|_| path.is_file());
    file.map_or_else(Scope::default, |file| Scope {
        path: file.to_string_lossy().into_owned(),
        ..Scope::default()
    })
}

/// Returns the directory of a path: itself, or that of a file.
pub(super) fn root(path: &Path) -> PathBuf {
    if !path.is_file() {
        return path.to_owned();
    }
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

pub(super) fn empty_state() -> State {
    use crate::domain::{Record, RecordKind};
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(0), tool: TOOL.to_owned() };
    State::begin(&Record { serial: 1, time: None, kind }).expect("a history begins with `genesis`")
}

/// Shows problems on stderr, and warnings, or how many there are; programs read all of it on stdout from `validate`.
pub(super) fn show_diagnostics(loaded: &Loaded, terminal: &Terminal, with_warnings: bool) {
    let is_shown = |d: &&Diagnostic| with_warnings || d.severity() == Severity::Error;
    let shown: Vec<&Diagnostic> = loaded.diagnostics.iter().filter(is_shown).collect();
    for diagnostic in &shown {
        terminal.say(&manifest::render::human(diagnostic, &loaded.sources, terminal.color_err()));
    }
    match loaded.diagnostics.len() - shown.len() {
        0 => {}
        1 => terminal.say("note: the manifests have 1 warning, which `orderform validate` shows"),
        n => {
            terminal.say(&format!("note: the manifests have {n} warnings, which `orderform validate` shows"));
        }
    }
    // The worst of them: an error goes before a warning, and what was found first before the rest.
    if let Some(worst) = shown.iter().min_by_key(|one| one.severity()) {
        terminal.say(&format!("for more about a code: orderform explain {}", worst.code));
    }
}

/// Refuses a part of a project: its limits, its lineage and its state are those of the whole.
fn refuse_part(loaded: &Loaded, path: &Path) -> Result<(), Failure> {
    let Some(project) = loaded.sources.project_above() else { return Ok(()) };
    let (path, project) = (path.display(), project.display());
    let failure = Failure::new(format!(
        "`{path}` is a part of the project in `{project}`, whose limits, lineage and state are those of the whole"
    ));
    Err(failure.hint(format!("name the project: `{project}`")))
}

/// Refuses to go on with manifests that are wrong.
pub(super) fn refuse_wrong(loaded: Loaded) -> Result<Loaded, Failure> {
    let errors = loaded.diagnostics.iter().filter(|d| d.severity() == Severity::Error).count();
    let problems = match errors {
        0 => return Ok(loaded),
        1 => "1 problem".to_owned(),
        n => format!("{n} problems"),
    };
    let failure = Failure::new(format!("the manifests have {problems}; nothing was attempted"));
    Err(failure.exit(exit::MANIFESTS).manifests(loaded))
}

/// Says what was put right when the state was opened.
pub(super) fn show_notices(notices: &[Notice], terminal: &Terminal) {
    if terminal.format == Format::Human || terminal.verbose {
        notices.iter().for_each(|notice| terminal.say(&format!("note: {notice}")));
    }
}

/// Gathers who we are, for the lock and the journal.
pub(super) fn holder(command: &str) -> Holder {
    let system = rustix::system::uname();
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME"));
    Holder {
        pid: std::process::id(),
        host: system.nodename().to_string_lossy().into_owned(),
        user: user.unwrap_or_else(|_| format!("user {}", rustix::process::getuid().as_raw())),
        command: command.to_owned(),
        started: Some(local_time()),
        tool: TOOL.to_owned(),
    }
}

/// Returns the local time, for what is only shown.
pub(super) fn local_time() -> Timestamp {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(now.as_millis()).unwrap_or(i64::MAX))
}

/// Draws a new lineage.
pub(super) fn new_lineage() -> Lineage {
    Lineage::from_random(uuid::Uuid::new_v4().as_u128())
}

/// Reads a duration such as `90s`, `30m`, `2h`, `250ms`.
pub(super) fn parse_duration(text: &str) -> Result<std::time::Duration, String> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit_ms = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err("write a number and a unit, such as `90s`, `30m` or `2h`".to_owned()),
    };
    let number: u64 =
        number.parse().map_err(|_| "write a number before the unit, such as `30m`".to_owned())?;
    number
        .checked_mul(unit_ms)
        .map(std::time::Duration::from_millis)
        .ok_or_else(|| "that is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_need_a_number_and_a_unit() {
        let ms = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(ms("90s"), Ok(90_000));
        assert_eq!(ms("30m"), Ok(1_800_000));
        assert_eq!(ms("2h"), Ok(7_200_000));
        for wrong in ["", "30", "m", "-1s", "1.5h", "99999999999999999999h", "18446744073709551615d"] {
            assert!(parse_duration(wrong).is_err(), "{wrong}");
        }
    }
}
