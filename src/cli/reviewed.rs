//! What `apply` was told to hold the plan to: a plan that was saved and reviewed, or the digest of one.
//!
//! **Invariant:** what goes on from here is, digest and all, what was reviewed, or a part of it that still is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::local_time;
use super::terminal::Terminal;
use crate::domain::{Allowance, OrderName, RecordKind, State};
use crate::plan::{self, Around, Changes, Plan, Present, Resolutions, Saved, Selection, Since};
use crate::store::Store;
use crate::view::{SavedError, read_plan};

/// The most bytes that are read as a plan.
const LARGEST_PLAN: u64 = 256 * 1024 * 1024;

/// What was reviewed.
#[derive(Debug, Args)]
pub(super) struct ReviewedArgs {
    /// Apply exactly the plan that `plan --out FILE` saved, without a question; exit with 7 where anything changed.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Apply the plan without a question, but only if this is its digest; exit with 7 where it is not.
    #[arg(long, value_name = "DIGEST", value_parser = parse_digest)]
    approve: Option<String>,
    /// Of the plan in FILE, apply the orders that still are exactly as they were reviewed, and leave the others out.
    #[arg(long, requires = "plan")]
    rebase: bool,
}

/// A plan that was reviewed, or its digest, or neither.
pub(super) struct Reviewed {
    saved: Option<(PathBuf, Saved)>,
    approve: Option<String>,
    rebase: bool,
}

impl ReviewedArgs {
    /// Reads the plan that is named, before anything else is done.
    pub(super) fn read(&self) -> Result<Reviewed, Failure> {
        let saved = self.plan.as_deref().map(read).transpose()?;
        if let (Some(saved), Some(approved)) = (&saved, &self.approve)
            && saved.plan.digest() != *approved
        {
            let found = format!("the plan in the file: {}", saved.plan.digest());
            return Err(not_approved(approved, found));
        }
        let saved = self.plan.clone().zip(saved);
        Ok(Reviewed { saved, approve: self.approve.clone(), rebase: self.rebase })
    }
}

impl Reviewed {
    /// Returns which orders the plan that was reviewed is about.
    pub(super) fn selection(&self) -> Option<&Selection> {
        Some(&self.saved.as_ref()?.1.plan.pins.as_ref()?.scope.selection)
    }

    /// Returns which availabilities the plan that was reviewed buys, where one was saved.
    pub(super) fn resolutions(&self) -> Option<Resolutions> {
        Some(self.saved.as_ref()?.1.plan.resolutions())
    }

    /// Says whether there is something to hold a plan to, so that nobody is asked any more.
    pub(super) fn is_some(&self) -> bool {
        self.saved.is_some() || self.approve.is_some()
    }

    /// Returns which limits may be exceeded: those that the saved plan names, or else `typed`.
    pub(super) fn allowed(&self, typed: Vec<Allowance>) -> Result<Vec<Allowance>, Failure> {
        let Some((path, saved)) = &self.saved else { return Ok(typed) };
        if !typed.is_empty() {
            let message = format!("`{}` says itself which limits it may exceed", path.display());
            return Err(Failure::new(message).hint("give `--allow` to `plan`, and have that reviewed"));
        }
        Ok(saved.plan.pins.as_ref().map(|pins| pins.allowed.clone()).unwrap_or_default())
    }

    /// Returns the plan that may be carried out: the one made now where it is the one that was reviewed, or what is
    /// left of that. `dir` holds the state.
    pub(super) fn hold(
        &self,
        now: Plan,
        state: &State,
        dir: &Path,
        terminal: &Terminal,
    ) -> Result<Plan, Failure> {
        let Some((path, saved)) = &self.saved else {
            return match &self.approve {
                Some(approved) if *approved != now.digest() => {
                    let begun = begun_under(approved, dir)?;
                    match begun.is_empty() {
                        true => Err(not_approved(approved, format!("the plan now: {}", now.digest()))),
                        false => Err(applied_before(approved, &begun)),
                    }
                }
                _ => Ok(now),
            };
        };
        let since = since(saved, state, dir)?;
        let present = Present { plan: &now, state, since, now: local_time() };
        let changes = plan::changes(saved, &present);
        if changes.is_empty() {
            return match now.digest() == saved.plan.digest() {
                true => Ok(now),
                false => Err(stale(path, changes)),
            };
        }
        if !self.rebase || changes.is_applied() || !changes.leave_a_rest() {
            return Err(stale(path, changes));
        }
        for line in crate::view::changes_in_words(&changes) {
            terminal.say(&format!("note: {line}"));
        }
        Ok(plan::rest(saved, now, &changes))
    }
}

fn read(path: &Path) -> Result<Saved, Failure> {
    let shown = path.display();
    let unreadable = |why: String| {
        let mut failure = Failure::new(format!("cannot read the plan `{shown}`; nothing was attempted"));
        failure.causes.push(why);
        failure.hint("make one with `orderform plan --out FILE`")
    };
    let found = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if !found.is_file() || found.len() > LARGEST_PLAN {
        return Err(unreadable("it is no regular file, or far too large".to_owned()));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(error.to_string()))?;
    let text = String::from_utf8(bytes).map_err(|_| SavedError::NotJson("it is not UTF-8".to_owned()));
    text.and_then(|text| read_plan(&text)).map_err(|error| {
        let mut failure =
            Failure::new(format!("the plan `{shown}` cannot be applied; nothing was attempted"));
        failure.causes.push(error.to_string());
        failure.exit(exit::STALE).hint(match error {
            SavedError::Newer { .. } => "apply it with the version that made it, or plan again with this one",
            SavedError::Failed(_) => "mend what it says, plan again (with `--check` where an availability is left open), and have that reviewed",
            SavedError::NotJson(_)
            | SavedError::NotPlan(_)
            | SavedError::Tampered { .. }
            | SavedError::Changed => {
                "take the file just as `orderform plan --out` wrote it, or plan again and have that reviewed"
            }
        })
    })
}

/// Reads what came into the journal after the plan was made. Of another history nothing follows.
fn since(saved: &Saved, state: &State, dir: &Path) -> Result<Since, Failure> {
    if saved.plan.lineage != state.lineage {
        return Ok(Since::default());
    }
    let (head, records) = Store::since(dir, saved.plan.serial)?;
    let names: BTreeSet<_> = records.iter().filter_map(|record| record.kind.name().cloned()).collect();
    Ok(Since { head: head.map(|head| head.to_string()), names })
}

fn stale(path: &Path, changes: Changes) -> Failure {
    let path = path.display();
    let applied = changes.is_applied();
    let hint = match (applied, changes.leave_a_rest() && !changes.is_empty()) {
        (true, _) => "to buy more, plan again and have that reviewed",
        (false, true) => {
            "the same with `--rebase` applies what still stands; or plan again and have that reviewed"
        }
        (false, false) if changes.around.iter().any(is_of_the_call) => {
            "give it the PATH, `--endpoint`, `--sandbox` and `--prices` that `plan` had, and no selection: it has its own; \
             or plan again and have that reviewed"
        }
        (false, false) => "plan again and have that reviewed",
    };
    let message = match applied {
        true => format!("the plan `{path}` was applied already; nothing was attempted"),
        false => format!("the plan `{path}` is stale; nothing was attempted"),
    };
    Failure::new(message).changes(changes).exit(exit::STALE).hint(hint)
}

/// Says whether a change is one of how the program was called.
fn is_of_the_call(around: &Around) -> bool {
    matches!(around, Around::Place { .. } | Around::Scope { .. } | Around::Prices { .. })
}

fn not_approved(approved: &str, found: String) -> Failure {
    let mut failure = Failure::new("this is not the plan that was approved; nothing was attempted");
    failure.causes = vec![format!("approved: {approved}"), found];
    failure.exit(exit::STALE).hint(
        "`orderform plan -v` shows the plan of now; where the approved one was saved with `plan --out FILE`, \
         `apply --plan FILE` says what changed",
    )
}

/// Returns the names of which the journal says that they were begun under a plan.
fn begun_under(digest: &str, dir: &Path) -> Result<BTreeSet<OrderName>, Failure> {
    let records = Store::records(dir)?;
    let begun = records.filter_map(|record| match record.kind {
        RecordKind::Intended { name, attempt } if attempt.plan == digest => Some(name),
        _ => None,
    });
    Ok(begun.collect())
}

fn applied_before(approved: &str, begun: &BTreeSet<OrderName>) -> Failure {
    let mut failure = Failure::new("the plan that was approved was applied before; nothing was attempted");
    let names: Vec<String> = begun.iter().map(|name| format!("`{name}`")).collect();
    failure.causes = vec![format!("approved: {approved}"), format!("begun under it: {}", names.join(", "))];
    failure.exit(exit::STALE).hint("plan again and have that reviewed")
}

/// Reads `sha256:` and 64 hexadecimal digits.
fn parse_digest(text: &str) -> Result<String, String> {
    let digits = text.strip_prefix("sha256:").unwrap_or_default();
    let well_formed =
        digits.len() == 64 && digits.bytes().all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
    match well_formed {
        true => Ok(text.to_owned()),
        false => Err("write it as it was printed: `sha256:` and 64 digits of 0-9 and a-f".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_given_whole() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert_eq!(parse_digest(&digest), Ok(digest.clone()));
        for wrong in ["", "sha256:", &digest[..70], &digest[7..], &digest.to_uppercase(), "sha256:0a"] {
            assert!(parse_digest(wrong).is_err(), "{wrong}");
        }
    }
}
