//! What differs, as a text: the manifest that would say what is recorded, against the one there is.
//!
//! **Invariant:** a line holds what `render` would print, and behind a sign of ours.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use super::super::text::escape;
use super::{DETAIL, Page};
use crate::domain::{DesiredOrder, OrderSpec, Place};
use crate::manifest::write;
use crate::plan::{self, Action, Block, Difference, Step};

/// How many lines are shown around one that differs.
const AROUND: usize = 2;

/// Adds the difference between what is recorded of a step and what is wanted, where that is what blocks it.
pub(super) fn add(step: &Step, page: &mut Page) {
    let Some(differences) = differences(&step.action) else { return };
    let (was, is) =
        (document(step, plan::before(&step.spec, differences)), document(step, step.spec.clone()));
    let diff = TextDiff::from_lines(&was, &is);
    page.line(&format!("{DETAIL}--- recorded"));
    page.line(&format!("{DETAIL}+++ wanted"));
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            page.line(&format!("{DETAIL}..."));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, style) = match change.tag() {
                ChangeTag::Equal => (' ', Style::new()),
                ChangeTag::Delete => ('-', AnsiColor::Red.on_default()),
                ChangeTag::Insert => ('+', AnsiColor::Green.on_default()),
            };
            let line = format!("{sign} {}", escape(change.value().trim_end_matches('\n')));
            let line = page.paint(&line, style);
            page.line(&format!("{DETAIL}{line}"));
        }
    }
}

fn differences(action: &Action) -> Option<&[Difference]> {
    match action {
        Action::Blocked(Block::PendingDiffers(differences) | Block::CreatedDiffers { differences, .. }) => {
            Some(differences)
        }
        _ => None,
    }
}

/// Writes a spec as the manifest of a step, without what a plan does not know of it.
fn document(step: &Step, spec: OrderSpec) -> String {
    let order = DesiredOrder {
        name: step.name.clone(),
        spec,
        customer_name: None,
        formerly: None,
        allow_duplicate: step.allow_duplicate,
        auto_renew: step.auto_renew,
        labels: BTreeMap::new(),
        place: Place { file: "".into(), line: 1 },
    };
    write::yaml(&order, &|_| None)
}
