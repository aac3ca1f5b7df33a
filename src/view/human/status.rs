//! How things stand, for a terminal: what is wanted and recorded, what needs somebody, and who watches.

use super::super::words::{self, Medium};
use super::super::{Look, Situation};
use super::{Page, WIDEST_NAME, column};
use crate::domain::{OrderName, Recorded};
use crate::plan::{Action, Plan, Step};
use crate::view::text;

/// How many passes are shown unless all of them are asked for.
const PASSES: usize = 5;

/// How many orders that can be cancelled are shown unless all of them are asked for.
const CANCELLABLE: usize = 10;

/// Renders how things stand.
pub(super) fn page(situation: &Situation<'_>, look: Look) -> Page {
    let mut page = Page::new(look);
    match situation.plan {
        Some(plan) => steps(plan, &mut page),
        None => page.title("The manifests are wrong, so there is no plan"),
    }
    let pending =
        situation.state.orders.values().filter(|recorded| matches!(recorded, Recorded::Pending(_))).count();
    let recorded = text::count(situation.state.orders.len() - pending, "order");
    page.line(&format!("{recorded} recorded, {pending} in doubt, serial {}", situation.state.serial));
    still_cancellable(situation, &mut page);
    let used: Vec<String> = situation.limits.iter().filter_map(words::use_of).collect();
    if !used.is_empty() {
        page.line("");
        used.iter().for_each(|line| page.line(line));
    }
    watcher(situation, &mut page);
    page
}

/// Says which orders can still be cancelled for credit, those whose time is over first ahead.
fn still_cancellable(situation: &Situation<'_>, page: &mut Page) {
    let open = situation.state.cancellable(situation.now);
    if open.is_empty() {
        return;
    }
    page.line(&format!("{} can still be cancelled for a prorated credit:", text::count(open.len(), "order")));
    let shown = if page.look.verbose { open.len() } else { CANCELLABLE };
    let shown_until: Vec<(String, &OrderName)> =
        open.iter().take(shown).map(|(until, name)| (until.to_string(), *name)).collect();
    let width = column(shown_until.iter().map(|(until, _)| until.as_str()), usize::MAX);
    for (until, name) in shown_until {
        page.line(&format!("  until {}  {name}", text::pad(&until, width)));
    }
    if let more @ 1.. = open.len().saturating_sub(shown) {
        page.line(&format!("  and {more} more"));
    }
}

fn steps(plan: &Plan, page: &mut Page) {
    page.title(&words::verdict(plan));
    let verbose = page.look.verbose;
    let waits = |step: &&Step| verbose || matches!(step.action, Action::Settle { .. } | Action::Blocked(_));
    let steps: Vec<&Step> = plan.steps.iter().filter(waits).collect();
    if !steps.is_empty() {
        page.line("");
    }
    let width = column(steps.iter().map(|step| step.name.as_str()), WIDEST_NAME);
    for step in steps {
        let customer = match &step.customer_name {
            Some(name) => Medium::Terminal.name(name),
            None => step.customer_id.to_string(),
        };
        page.order(words::action_symbol(&step.action), &[text::pad(step.name.as_str(), width), customer]);
        page.account(&words::step(step, Medium::Terminal));
    }
    page.line("");
    page.line(&words::counts(&plan.counts()));
}

fn watcher(situation: &Situation<'_>, page: &mut Page) {
    page.line("");
    let Some(status) = situation.watcher else {
        let line = match situation.watches {
            true => "somebody watches, and has said nothing of itself yet",
            false => "nobody watches",
        };
        return page.line(line);
    };
    if !situation.watches {
        let how = match status.standing {
            crate::watch::Standing::Ended => "in order",
            _ => "without a word: it was killed, or the machine went down",
        };
        page.line(&format!("nobody watches; the last watcher ended {how}"));
    }
    for line in words::watcher(status) {
        page.line(&line);
    }
    let shown = if page.look.verbose { status.passes.len() } else { PASSES };
    for report in status.passes.iter().rev().take(shown) {
        page.line(&format!("  {}", words::remembered(report)));
    }
}
