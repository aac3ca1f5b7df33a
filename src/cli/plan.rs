//! `orderform plan`: what would be done; no network and no credentials without `--check` and `--refresh`.
//!
//! What is shown goes to stdout; what others are to review goes to files, whole, whatever became of the plan.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use super::allowing::LimitArgs;
use super::catalog_asking;
use super::connect::Target;
use super::drift;
use super::failure::{Failure, exit};
use super::files::Output;
use super::materials::{Materials, Where, parse_duration, root};
use super::on_runtime;
use super::prices::PricesArgs;
use super::select::SelectArgs;
use super::terminal::Terminal;
use crate::domain::{State, Timestamp};
use crate::plan::{self, Drift, Limit, Saved, Step};
use crate::store::Digest;
use crate::view::{
    BUDGET, Format, PLAN_MARK, PLAN_PAGE_MARK, Trouble, failed_plan, html_plan, is_saved_plan,
    markdown_drift, markdown_plan, refreshed_plan, saved_plan,
};

/// The longest that a saved plan may be good.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    limits: LimitArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Ask Partner Center what it would refuse, and which availabilities would be bought; nothing is bought. Needs the
    /// sign-in that `apply` needs.
    #[arg(long)]
    check: bool,
    /// Exit with 2 where there is something to do, or drift was looked for and found.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Ask Partner Center too, and show where what it reports differs from what is recorded. The plan is the same.
    #[arg(long)]
    refresh: bool,
    #[command(flatten)]
    prices: PricesArgs,
    #[command(flatten)]
    files: Files,
}

/// Where a plan goes beside stdout.
#[derive(Debug, Args)]
struct Files {
    /// Save the plan as JSON, to be reviewed and then applied by `apply --plan FILE`.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the plan as Markdown, for a pull request.
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// The most bytes of the Markdown: GitHub takes 65536 in a comment, Azure DevOps 150000; orders are left out and
    /// counted, never those that are blocked.
    #[arg(long, value_name = "BYTES", default_value_t = BUDGET)]
    markdown_budget: usize,
    /// Write the plan as a page for a browser, for people without a terminal.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// How long the saved plan may be applied.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = parse_expiry, requires = "out")]
    expires: Duration,
}

/// What came of planning.
struct Made {
    saved: Saved,
    /// Where what Partner Center reports differs from what is recorded, where that was asked for.
    drift: Option<Drift>,
    /// Why it cannot be applied, if it cannot, with a stable word for it.
    problem: Option<(&'static str, Failure)>,
}

pub(super) fn run(args: &PlanArgs, terminal: &Terminal) -> Result<u8, Failure> {
    args.files.check()?;
    match make(args, terminal) {
        Err(failure) => {
            let code = if failure.trouble().manifests.is_some() { "manifests" } else { "failed" };
            if let Err(unwritten) = args.files.write(None, Some((code, &failure))) {
                terminal.say(unwritten.render().trim_end());
            }
            Err(failure)
        }
        Ok(Made { saved, drift, problem }) => {
            let told = problem.as_ref().map(|(code, failure)| (*code, failure));
            let written = args.files.write(Some((&saved, drift.as_ref())), told);
            args.files.show(&saved, drift.as_ref(), terminal)?;
            written?;
            args.tell(&saved, told, terminal);
            match problem {
                Some(("limits", failure)) => Err(failure),
                _ if drift.as_ref().is_some_and(Drift::is_incomplete) => Ok(exit::INCOMPLETE),
                _ if args.detailed_exitcode && drift.is_some_and(|drift| drift.is_some()) => {
                    Ok(exit::CHANGES)
                }
                _ if saved.plan.is_settled() || !args.detailed_exitcode => Ok(exit::DONE),
                _ => Ok(exit::CHANGES),
            }
        }
    }
}

fn make(args: &PlanArgs, terminal: &Terminal) -> Result<Made, Failure> {
    let asked = args.select.read()?;
    let mut materials = Materials::load(&args.place, terminal)?;
    materials.organisation = args.limits.organisation(terminal)?;
    materials.allowed = args.limits.allowances()?;
    let chosen = asked.choose(None, &args.place.path, &mut materials)?;
    let place = args.target.shop.place(&materials.project)?;
    let prices = args.prices.read(&materials, terminal)?;
    let (state, head) = materials.read_state(terminal)?;
    chosen.check(&materials, &state)?;
    let created = materials.instant(terminal);
    say_cancellable(&state, created, terminal);
    let head_or_none = head.unwrap_or(Digest::NONE);
    let mut plan = materials.plan(&state, head_or_none, place, prices.as_ref(), created);
    if args.check {
        plan = on_runtime(catalog_asking::check(
            (plan, prices.as_ref()),
            &state,
            &args.target,
            &materials,
            terminal,
        ))?;
    }
    plan.limits = plan::judge(&plan, &state, prices.as_ref(), Some(created));
    args.limits.refuse_needless(&plan.limits)?;
    let drift = args.refresh.then(|| args.look(&materials, &plan, &state, terminal)).transpose()?;
    let over: Vec<Limit> = plan.limits.iter().filter(|limit| limit.is_over()).cloned().collect();
    let problem = match (over.is_empty(), head) {
        (false, _) => Some(("limits", args.over(&over, &plan))),
        (true, None) => Some(("noState", no_state())),
        // What is not saved is applied by nobody.
        (true, Some(_)) if args.files.out.is_none() => None,
        (true, Some(_)) => plan.open_steps().next().map(|step| ("unresolved", unresolved(step))),
    };
    let saved = Saved { plan, created, expires: created.after(args.files.expires) };
    Ok(Made { saved, drift, problem })
}

/// Says what can still be undone: a plan has no time in it, so it does not.
fn say_cancellable(state: &State, now: Timestamp, terminal: &Terminal) {
    let line = match state.cancellable(now).as_slice() {
        [] => return,
        [(until, name)] => format!("note: `{name}` can be cancelled for a prorated credit until {until}"),
        all => {
            let first = all.iter().map(|(until, _)| until.to_string()).min().unwrap_or_default();
            format!(
                "note: {} orders can be cancelled for a prorated credit, the first until {first}; `orderform status` lists \
                 them",
                all.len()
            )
        }
    };
    terminal.say(&line);
}

impl PlanArgs {
    /// Compares what the plan is about with what Partner Center reports; records nothing.
    fn look(
        &self,
        materials: &Materials,
        plan: &plan::Plan,
        state: &State,
        terminal: &Terminal,
    ) -> Result<Drift, Failure> {
        let is_everything = materials.scope.selection.is_everything();
        let names = plan::recorded_names(plan, state, is_everything);
        Ok(on_runtime(drift::look(&self.target, materials, state, &names, None, terminal))?.drift)
    }

    /// Returns the failure that names every limit the plan goes beyond.
    fn over(&self, over: &[Limit], plan: &plan::Plan) -> Failure {
        let command = format!("orderform plan{}{}", path_of(&self.place.path), self.flags());
        self.limits.over(over, plan, &root(&self.place.path), &command)
    }

    /// Returns the flags that say where, by which prices and within which limits.
    fn flags(&self) -> String {
        format!("{}{}{}", self.target.shop.flags(), self.prices.flags(), self.limits.flags())
    }

    /// Says what can be done with the saved plan.
    fn tell(&self, saved: &Saved, problem: Option<(&'static str, &Failure)>, terminal: &Terminal) {
        let Some(file) = &self.files.out else { return };
        let file = file.display();
        if let Some((_, failure)) = problem {
            return terminal.say(&format!("note: `{file}` cannot be applied: {}", failure.message));
        }
        let flags = self.flags();
        let command = format!("orderform apply{}{flags}", path_of(&self.place.path));
        terminal.say(&format!("saved {} in `{file}`", saved.plan.digest()));
        terminal.say(&format!("to apply it: {command} --plan {file} (until {})", saved.expires));
    }
}

impl Files {
    fn outputs(&self) -> [Option<Output<'_>>; 3] {
        let json = self.out.as_deref();
        let markdown = self.markdown.as_deref();
        let html = self.html.as_deref();
        [
            json.map(|path| Output { path, kind: "a plan that was saved", is_ours: is_saved_plan }),
            markdown.map(|path| Output {
                path,
                kind: "the Markdown of a plan",
                is_ours: |text| text.starts_with(PLAN_MARK),
            }),
            html.map(|path| Output {
                path,
                kind: "the page of a plan",
                is_ours: |text| text.starts_with(PLAN_PAGE_MARK),
            }),
        ]
    }

    /// Refuses files that would not be written, before anything is done.
    fn check(&self) -> Result<(), Failure> {
        self.outputs().iter().flatten().try_for_each(Output::check)
    }

    /// Shows the plan on stdout.
    fn show(&self, saved: &Saved, drift: Option<&Drift>, terminal: &Terminal) -> Result<(), Failure> {
        match (terminal.format, drift) {
            (Format::Markdown, _) => terminal.print(&self.markdown(Some(&saved.plan), drift, None)),
            (Format::Json, Some(drift)) => terminal.print(&refreshed_plan(&saved.plan, drift)),
            (_, drift) => {
                terminal.view().plan(&saved.plan)?;
                let Some(drift) = drift else { return Ok(()) };
                terminal.print("\n")?;
                Ok(terminal.view().drift(drift)?)
            }
        }
    }

    /// Writes the plan as Markdown, with the drift behind it.
    fn markdown(
        &self,
        plan: Option<&plan::Plan>,
        drift: Option<&Drift>,
        trouble: Option<&Trouble<'_>>,
    ) -> String {
        let section = drift.map(markdown_drift).unwrap_or_default();
        let budget = self.markdown_budget.saturating_sub(section.len());
        markdown_plan(plan, trouble, budget) + &section
    }

    /// Writes every file that was asked for.
    fn write(
        &self,
        made: Option<(&Saved, Option<&Drift>)>,
        problem: Option<(&'static str, &Failure)>,
    ) -> Result<(), Failure> {
        let saved = made.map(|(saved, _)| saved);
        let drift = made.and_then(|(_, drift)| drift);
        let [json, markdown, html] = self.outputs();
        let json = json.map_or(Ok(()), |output| {
            output.write(&match (saved, problem) {
                (Some(saved), None) => saved_plan(saved),
                (saved, Some((code, failure))) => failed_plan(saved, code, &failure.trouble()),
                (None, None) => return Ok(()),
            })
        });
        let trouble = problem.map(|(_, failure)| failure.trouble());
        let plan = saved.map(|saved| &saved.plan);
        let markdown =
            markdown.map_or(Ok(()), |output| output.write(&self.markdown(plan, drift, trouble.as_ref())));
        let html = html.map_or(Ok(()), |output| output.write(&html_plan(plan, trouble.as_ref())));
        json.and(markdown).and(html)
    }
}

/// Returns a path as it follows a command, where it has to be named.
pub(super) fn path_of(path: &Path) -> String {
    if path == Path::new(".") { String::new() } else { format!(" {}", path.display()) }
}

/// Says that a plan leaves something open, so that whoever approves it would not know what is bought.
fn unresolved(step: &Step) -> Failure {
    let name = &step.name;
    Failure::new(format!("it leaves open which availability is bought for `{name}`"))
        .hint("make it with `--check`, which looks that up, or write the offer with all three parts")
}

fn no_state() -> Failure {
    Failure::new("there is no state yet that it could be applied to")
        .hint("run `orderform init` first, then plan again")
}

/// Reads for how long a plan is good.
fn parse_expiry(text: &str) -> Result<Duration, String> {
    let duration = parse_duration(text)?;
    if duration > LONGEST { Err("a plan is good for 366d at the most".to_owned()) } else { Ok(duration) }
}
