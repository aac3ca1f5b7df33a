//! The orders as they were wanted at a commit.
//!
//! The manifests of that commit are written, as far as they could be read here, into a directory of their own and loaded
//! from there: so links, hidden files, defaults and customers are treated as they always are.
//!
//! **Invariant:** the repository is only read, and no program that it names is run. Where it cannot be told what has
//! changed, that is an error: everything would be selected otherwise, or nothing.

mod git;
mod tree;

use std::path::Path;

use self::git::Git;
use super::failure::Failure;
use super::materials;
use crate::domain::DesiredOrder;
use crate::manifest::{self, Loaded, Severity};
use crate::plan::{self, Changed};

/// The most problems of old manifests that are told.
const MOST_PROBLEMS: usize = 5;

/// Returns the commit that the manifests below a directory are read at: its id, with `+` behind it where a YAML file below
/// is not as it was committed. `None` where there is no Git, no repository or no commit; a receipt is then without it.
pub(super) fn read_at(root: &Path) -> Option<String> {
    let git = Git::open(root).ok()?;
    let commit = git.commit("HEAD").ok()?;
    let differs = git.differs_from_head().ok()?;
    Some(if differs { format!("{commit}+") } else { commit })
}

/// Finds what is wanted otherwise than at a revision.
pub(super) fn changed_since(revision: &str, path: &Path, now: &[DesiredOrder]) -> Result<Changed, Failure> {
    let git = Git::open(&materials::root(path))?;
    let commit = git.commit(revision)?;
    let there = tree::write(&git, &commit)?;
    let file = path.file_name().filter(|_| path.is_file());
    let then = match file {
        Some(file) => there.path().join(file),
        None => there.path().to_owned(),
    };
    // What was not there yet wanted nothing.
    let then = if then.exists() { orders(&then, there.path(), revision, &commit)? } else { Vec::new() };
    Ok(Changed { names: plan::changed(now, &then), commit })
}

fn orders(path: &Path, root: &Path, revision: &str, commit: &str) -> Result<Vec<DesiredOrder>, Failure> {
    let loaded = manifest::load(path);
    if loaded.sources.project_above().is_some() {
        let message =
            "the directory for temporary files lies in a project, so old manifests cannot be read there";
        return Err(Failure::new(message).hint("set `TMPDIR` to another directory"));
    }
    match loaded.is_valid() {
        true => Ok(loaded.orders),
        false => Err(wrong_then(&loaded, root, revision, commit)),
    }
}

fn wrong_then(loaded: &Loaded, root: &Path, revision: &str, commit: &str) -> Failure {
    let errors: Vec<_> = loaded.diagnostics.iter().filter(|one| one.severity() == Severity::Error).collect();
    let problems =
        if errors.len() == 1 { "1 problem".to_owned() } else { format!("{} problems", errors.len()) };
    let mut failure = Failure::new(format!(
        "the manifests at `{revision}` have {problems}, so it cannot be told what has changed since; nothing was attempted"
    ));
    let root = format!("{}/", root.display());
    failure.causes = errors.iter().take(MOST_PROBLEMS).map(|one| told(one, &root)).collect();
    if errors.len() > MOST_PROBLEMS {
        failure.causes.push(format!("{} more", errors.len() - MOST_PROBLEMS));
    }
    let short = &commit[..commit.len().min(12)];
    failure.hint(format!("name a later commit than {short}, or select with `--only`"))
}

fn told(one: &manifest::Diagnostic, root: &str) -> String {
    let file = one.region.file.strip_prefix(root).unwrap_or(&one.region.file);
    let line =
        one.region.span.as_ref().map(|span| format!(":{}:{}", span.line, span.column)).unwrap_or_default();
    format!("`{file}{line}`: {} ({})", one.message, one.code)
}
