//! What the settings differ in that two plans pin: their limits, and how an attempt in doubt is settled.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Difference, Pins};
use super::differing;
use crate::domain::{Keeper, Recovery, RecoveryMode};

/// Lists the limits that are others, by their rules, and what else bears on them.
pub(super) fn limits(was: &Pins, is: &Pins) -> Vec<Difference> {
    let [was, is] = [was, is].map(|pins| {
        let file = |keeper| if keeper == Keeper::Organisation { "organisation." } else { "" };
        let rules = pins.limits.iter();
        let mut written: BTreeMap<String, String> = rules
            .map(|(keeper, rule, bound)| (format!("{}{}", file(keeper), rule.as_str()), bound.written()))
            .collect();
        if let Some(organisation) = &pins.limits.organisation {
            let rules: Vec<&str> = organisation.may_be_raised.iter().map(|rule| rule.as_str()).collect();
            written.insert("organisation.mayBeRaised".to_owned(), format!("[{}]", rules.join(", ")));
        }
        let allowed = pins.allowed.iter();
        written.extend(allowed.map(|one| (format!("--allow {}", one.rule.as_str()), one.reason.clone())));
        written
    });
    let keys: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    differing(keys.into_iter().map(|key| (key.as_str(), was.get(key).cloned(), is.get(key).cloned())))
}

/// Lists what differs in how an attempt in doubt is settled.
pub(super) fn recovery(was: &Recovery, is: &Recovery) -> Vec<Difference> {
    let both = values(was).into_iter().zip(values(is));
    differing(both.map(|((setting, was), (_, is))| (setting, was, is)))
}

fn values(recovery: &Recovery) -> [(&'static str, Option<String>); 2] {
    let known = RecoveryMode::ALL.into_iter().find(|(_, mode)| *mode == recovery.mode);
    let wait = recovery.settle_after.map(|wait| format!("{} ms", wait.as_millis()));
    [("mode", known.map(|(word, _)| word.to_owned())), ("settleAfter", wait)]
}
