//! The words for which orders a plan is about.
//!
//! **Invariant:** a plan of a part never reads like a plan of the whole.

use std::collections::BTreeSet;

use super::super::text::count;
use super::Medium;
use crate::plan::{Expression, Plan, Scope};

/// The most expressions that people are shown; JSON has all of them.
const MOST_EXPRESSIONS: usize = 5;

/// Says in lines which orders a plan is about; nothing where it is about the whole project.
pub(in crate::view) fn scope(plan: &Plan, medium: Medium) -> Vec<String> {
    let Some(pins) = &plan.pins else { return Vec::new() };
    let parts = parts(&pins.scope, medium);
    if parts.is_empty() {
        return Vec::new();
    }
    let outside = match pins.outside.orders {
        _ if pins.scope.selection.is_everything() => String::new(),
        0 => "; no order is outside of it".to_owned(),
        orders => format!("; {} outside of the selection", count(orders, "order")),
    };
    let mut lines = vec![format!("Scope: {}{outside}", parts.join(", "))];
    if !pins.outside.in_doubt.is_empty() {
        let names = medium.names(&pins.outside.in_doubt);
        let what = match pins.outside.in_doubt.len() {
            1 => {
                "has an attempt without an answer: nothing is bought for its customer before that is settled"
            }
            _ => {
                "have attempts without an answer: nothing is bought for their customers before those are settled"
            }
        };
        lines.push(format!("Outside of it, {names} {what}"));
    }
    lines
}

/// Says in words which orders were asked for.
pub(super) fn asked(scope: &Scope, medium: Medium) -> String {
    match parts(scope, medium).as_slice() {
        [] => "the whole project".to_owned(),
        parts => parts.join(", "),
    }
}

fn parts(scope: &Scope, medium: Medium) -> Vec<String> {
    let selection = &scope.selection;
    let path = (scope.path != ".").then(|| medium.code(&scope.path));
    let only = expressions("only", &selection.only, medium);
    let except = expressions("except", &selection.except, medium);
    let changed =
        selection.changed.as_ref().map(|changed| format!("changed since {}", medium.code(&changed.commit)));
    [path, only, except, changed].into_iter().flatten().collect()
}

fn expressions(word: &str, expressions: &BTreeSet<Expression>, medium: Medium) -> Option<String> {
    let shown = expressions.iter().take(MOST_EXPRESSIONS).map(|one| medium.code(&one.to_string()));
    let mut shown: Vec<String> = shown.collect();
    if expressions.len() > MOST_EXPRESSIONS {
        shown.push(format!("{} more", expressions.len() - MOST_EXPRESSIONS));
    }
    (!shown.is_empty()).then(|| format!("{word} {}", shown.join(" or ")))
}

#[cfg(test)]
mod tests {
    use super::super::super::samples;
    use super::*;
    use crate::plan::{Expression, Selection};

    #[test]
    fn a_plan_of_a_part_says_so_and_a_plan_of_the_whole_says_nothing() {
        let mut saved = samples::saved_plan_of(samples::every_step());
        assert_eq!(scope(&saved.plan, Medium::Terminal).len(), 2);
        let pins = saved.plan.pins.as_mut().unwrap();
        pins.scope = Scope { path: "a.yaml".into(), ..Scope::default() };
        pins.outside = Default::default();
        assert_eq!(scope(&saved.plan, Medium::Terminal), ["Scope: `a.yaml`"]);
        saved.plan.pins.as_mut().unwrap().scope = Scope::default();
        assert_eq!(scope(&saved.plan, Medium::Terminal), [""; 0]);
    }

    #[test]
    fn of_many_expressions_the_first_are_shown_and_the_others_counted() {
        let mut saved = samples::saved_plan_of(samples::every_step());
        let pins = saved.plan.pins.as_mut().unwrap();
        let only = (1..=7).map(|n| Expression::parse(&format!("order-{n}")).unwrap()).collect();
        pins.scope = Scope { selection: Selection { only, ..Selection::default() }, ..Scope::default() };
        let [line, _] = scope(&saved.plan, Medium::Terminal).try_into().unwrap();
        assert!(line.ends_with("or `name=order-5` or 2 more; 3 orders outside of the selection"), "{line}");
    }

    #[test]
    fn labels_of_others_are_no_markup_in_a_pull_request() {
        let saved = samples::saved_plan_of(samples::every_step());
        let pins = saved.plan.pins.as_ref().unwrap();
        let Selection { only, except, .. } = &pins.scope.selection;
        let codes = only.iter().chain(except).map(|one| Medium::Markdown.code(&one.to_string()));
        let whole = scope(&saved.plan, Medium::Markdown).join("\n");
        let rest = codes.fold(whole.clone(), |rest, code| rest.replace(&code, "CODE"));
        assert_eq!(rest.matches("CODE").count(), only.len() + except.len(), "{whole}");
        assert!(!rest.contains(['<', '@', '|', '\u{202e}']), "{rest}");
    }
}
