//! Markdown for a pull request: the verdict first, a table, what a person has to know, the counts.
//!
//! **Invariant:** every text of others stands in a code span of its own ([`code`]), where nothing is markup, a
//! mention, a reference or a link. No times and no durations but those of waits: an unchanged plan gives the same bytes.

mod adoption;
mod drift;
mod plan;
mod receipt;

use std::io::{self, Write};

use super::check::{Check, markdown_report};
use super::text::escape;
use super::words::{self, Account, Medium};
use super::{AdoptionReport, Situation, Trouble, View};
use crate::apply::{Event, Summary};
use crate::domain::receipt::Receipt;
use crate::domain::{OrderName, Place, Recorded, State};
use crate::plan::{Accounts, Drift, Plan, Step};
use crate::watch::{Manifests, Report};

/// The view for pull requests.
#[derive(Debug)]
pub struct Markdown<W> {
    out: W,
}

impl<W: Write> Markdown<W> {
    /// Makes a view that writes here.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    fn show(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl<W: Write> View for Markdown<W> {
    fn plan(&mut self, plan: &Plan) -> io::Result<()> {
        self.show(&plan::page(plan, BUDGET))
    }

    /// Markdown is about ends: while a run goes on there is nothing to tell.
    fn event(&mut self, _event: &Event) -> io::Result<()> {
        Ok(())
    }

    fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        let mut text = format!("**{}**\n", words::tally(summary));
        if summary.interrupted {
            text.push_str("\nInterrupted: what was in flight is recorded\n");
        }
        let ended = if summary.is_as_planned() { &[][..] } else { &summary.ended };
        let told: Vec<_> = ended.iter().map(|one| (one, words::ended(one, Medium::Markdown))).collect();
        if !told.is_empty() {
            text.push_str("\n| | order | outcome | request |\n|---|---|---|---|\n");
        }
        for (ended, account) in &told {
            let symbol = words::symbol(&ended.outcome).as_str();
            let request = ended.request_id.map(|id| code(&id.to_string())).unwrap_or_default();
            let name = code(ended.name.as_str());
            text.push_str(&format!("| `{symbol}` | {name} | {} | {request} |\n", cell(&account.headline)));
        }
        let notes =
            notes(told.into_iter().map(|(ended, account)| {
                (ended.name.as_str(), Account { headline: String::new(), ..account })
            }));
        text.push_str(&notes);
        self.show(&text)
    }

    fn state_list(&mut self, state: &State) -> io::Result<()> {
        let mut text = "| order | status | id |\n|---|---|---|\n".to_owned();
        for (name, recorded) in &state.orders {
            let (status, id) = status(recorded);
            text.push_str(&format!("| {} | {status} | {} |\n", code(name.as_str()), cell(&id)));
        }
        self.show(&text)
    }

    fn adoption(&mut self, report: &AdoptionReport) -> io::Result<()> {
        self.show(&adoption::page(report))
    }

    fn situation(&mut self, situation: &Situation<'_>) -> io::Result<()> {
        let mut text = situation.plan.map(|plan| plan::page(plan, BUDGET)).unwrap_or_default();
        let watcher = situation.watcher.map(words::watcher).unwrap_or_default();
        let watches = if situation.watches { "Somebody watches" } else { "Nobody watches" };
        text.push_str(&format!("\n{watches}\n"));
        text.extend(watcher.iter().map(|line| format!("- {}\n", code(line))));
        self.show(&text)
    }

    fn drift(&mut self, drift: &Drift) -> io::Result<()> {
        self.show(&drift::section(drift))
    }

    fn accounts(&mut self, accounts: &Accounts) -> io::Result<()> {
        self.show(&drift::accounts(accounts))
    }

    fn pass(&mut self, report: &Report, manifests: Manifests) -> io::Result<()> {
        self.show(&format!("- {}\n", code(&words::pass(report, manifests))))
    }

    fn state_show(&mut self, name: &OrderName, state: &State) -> io::Result<()> {
        let text = match state.orders.get(name) {
            None => format!("nothing is recorded of {}\n", code(name.as_str())),
            Some(recorded) => {
                let (status, id) = status(recorded);
                format!("{}: {status}, {id}\n", code(name.as_str()))
            }
        };
        self.show(&text)
    }

    fn receipt(&mut self, receipt: &Receipt, manifest: Option<&Place>) -> io::Result<()> {
        self.show(&receipt::comment(receipt, manifest))
    }

    fn trouble(&mut self, trouble: &Trouble<'_>) -> io::Result<()> {
        let told = trouble.manifests.is_some() || trouble.changes.is_some();
        if told { self.show(&problem(trouble)) } else { Ok(()) }
    }
}

/// What the Markdown of a plan begins with, so that a job finds its own comment again.
pub const PLAN_MARK: &str = "<!-- orderform:plan ";

/// The longest comment in bytes: GitHub takes 65,536, and whoever posts it may add to it.
pub const BUDGET: usize = 60_000;

/// Writes a plan as a comment for a pull request, as far as it was made, with what keeps it from being applied first. It is
/// no longer than `budget` bytes, as far as what may never be left out allows.
#[must_use]
pub fn markdown_plan(plan: Option<&Plan>, trouble: Option<&Trouble<'_>>, budget: usize) -> String {
    let problem = trouble.map(problem).unwrap_or_default();
    let Some(plan) = plan else { return format!("{PLAN_MARK}-->\n{problem}") };
    let page = plan::page(plan, budget.saturating_sub(problem.len() + 1));
    match page.split_once('\n') {
        Some((mark, rest)) if !problem.is_empty() => format!("{mark}\n{problem}\n{rest}"),
        _ => page,
    }
}

/// Writes drift as a section that follows a plan.
#[must_use]
pub fn markdown_drift(drift: &Drift) -> String {
    format!("\n{}", drift::section(drift))
}

/// Says why a command ended early.
fn problem(trouble: &Trouble<'_>) -> String {
    if let Some(loaded) = trouble.manifests {
        let check = Check::new(loaded, false);
        return markdown_report(&check, &format!("{}; nothing was attempted", check.verdict()));
    }
    let mut text = format!("**Not applied:** {}\n\n", code(trouble.message));
    let causes = match trouble.changes {
        Some(changes) => words::changes(changes, Medium::Markdown),
        None => trouble.causes.iter().map(|cause| code(cause)).collect(),
    };
    text.extend(causes.iter().map(|cause| format!("- {cause}\n")));
    text.extend(trouble.hint.map(|hint| format!("- *hint:* {}\n", code(hint))));
    text
}

fn status(recorded: &Recorded) -> (&'static str, String) {
    match recorded {
        Recorded::Pending(attempt) => {
            ("pending", format!("request {}", code(&attempt.request_id.to_string())))
        }
        Recorded::Created(bought) => ("created", format!("order {}", code(bought.order.order_id.as_str()))),
    }
}

fn row(step: &Step, plan: &Plan) -> String {
    let symbol = words::action_symbol(&step.action).as_str();
    let customer = step
        .customer_name
        .as_deref()
        .map_or_else(|| code(&step.customer_id.to_string()), |name| Medium::Markdown.name(name));
    let lines = step.spec.line_items.as_slice();
    let what: Vec<String> = lines
        .iter()
        .map(|line| {
            let what = match lines {
                [line] => words::line_item(line, Medium::Markdown),
                _ => words::seats_of(line, Medium::Markdown),
            };
            let terms = words::line_terms(line, Medium::Markdown);
            if terms.is_empty() { what } else { format!("{what}, {terms}") }
        })
        .collect();
    let schedule = words::schedule(&step.spec);
    let schedule = if schedule.is_empty() { schedule } else { code(&schedule) };
    let name = code(step.name.as_str());
    let seats = step.spec.seats();
    let (customer, what) = (cell(&customer), cell(&what.join("<br>")));
    let cost = match (&plan.costs, plan.cost(&step.name)) {
        (None, _) => String::new(),
        (Some(_), None) => " |".to_owned(),
        (Some(_), Some(cost)) => {
            let told: Vec<String> = [words::cost(cost)].into_iter().chain(words::committed(cost)).collect();
            format!(" {} |", told.join("<br>"))
        }
    };
    format!("| `{symbol}` | {name} | {customer} | {seats} | {} |{cost} {what} |\n", cell(&schedule))
}

/// Lists what is told about orders beyond their rows.
fn notes<'a>(accounts: impl Iterator<Item = (&'a str, Account)>) -> String {
    let mut text = String::new();
    for (name, account) in accounts {
        let hints = account.hints.iter().map(|hint| format!("*hint:* {hint}"));
        let mut lines: Vec<String> = account.details.iter().cloned().chain(hints).collect();
        if !account.headline.is_empty() {
            lines.insert(0, account.headline);
        }
        let Some((first, others)) = lines.split_first() else {
            continue;
        };
        if text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("- {}: {first}\n", code(name)));
        text.extend(others.iter().map(|line| format!("  - {line}\n")));
    }
    text
}

/// Makes a text fit for a cell of a table: a pipe in it does not end the cell.
pub(super) fn cell(text: &str) -> String {
    text.replace("\\|", "\\\\u{7c}").replace('|', "\\|")
}

/// The longest run of backticks that stands in a code span as it is. GitHub's reader takes no fence of more than 80.
const MOST_BACKTICKS: usize = 16;

/// Sets a text in a code span that it cannot leave: the fence is longer than any run of backticks in it.
pub(super) fn code(text: &str) -> String {
    let run = |text: &str| text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let mut safe = escape(text);
    if run(&safe) > MOST_BACKTICKS {
        safe = safe.replace('`', "\\u{60}");
    }
    let longest = run(&safe);
    let fence = "`".repeat(longest + 1);
    let odd = safe.is_empty() || safe.starts_with(['`', ' ']) || safe.ends_with(['`', ' ']);
    let blank = if odd { " " } else { "" };
    format!("{fence}{blank}{safe}{blank}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_cannot_leave_its_code_span() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(code(""), "`  `");
        assert_eq!(code("a\n# b"), "`a\\u{a}# b`");
        let fence = "`".repeat(17);
        assert_eq!(code(&fence[1..]), format!("{fence} {} {fence}", &fence[1..]));
        assert_eq!(code(&fence), format!("`{}`", "\\u{60}".repeat(17)));
    }

    #[test]
    fn a_text_cannot_leave_its_cell() {
        assert_eq!(cell("a|b"), "a\\|b");
        assert_eq!(cell("a\\|b"), "a\\\\u{7c}b");
    }
}
