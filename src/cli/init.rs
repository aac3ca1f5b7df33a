//! `orderform init`: makes `orderform.yaml` where there is none, and an empty state.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{Materials, PROJECT, Where, holder, lost, new_lineage, root};
use super::terminal::Terminal;
use crate::domain::Lineage;
use crate::store::{Store, StoreError};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &InitArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if !args.place.path.exists() {
        fs::create_dir_all(&args.place.path)?;
    }
    let materials = Materials::load(&args.place, terminal)?;
    let project = root(&args.place.path).join(PROJECT);
    let lineage = match (materials.lineage(), Store::read(&materials.state_dir, materials.lineage())) {
        (_, Ok(existing)) => {
            terminal
                .say(&format!("`{}` has a state already; it stays as it is", materials.state_dir.display()));
            existing.state.lineage
        }
        // A lineage is pinned only when a state is made, so a pinned one without a state means that the state was lost.
        (Some(pinned), Err(StoreError::Missing { dir })) => return Err(lost(pinned, &dir)),
        (None, Err(StoreError::Missing { .. })) => {
            let lineage = new_lineage();
            drop(Store::create(&materials.state_dir, lineage, &holder("orderform init"))?);
            terminal.say(&format!("made an empty state in `{}`", materials.state_dir.display()));
            lineage
        }
        (_, Err(error)) => return Err(error.into()),
    };
    if materials.lineage().is_none() {
        pin(&project, lineage)?;
        terminal.say(&format!("pinned its lineage in `{}`; commit that file", project.display()));
    }
    terminal.say("next: write a manifest for each order, then run `orderform plan`");
    Ok(exit::DONE)
}

/// Writes the lineage into the project file: a new one, or under `spec:` of the one that is there.
fn pin(project: &PathBuf, lineage: Lineage) -> Result<(), Failure> {
    let text = match fs::read_to_string(project) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => format!(
            "apiVersion: orderform/v1\nkind: Project\nspec:\n  # Which history the recorded state belongs to. Never \
             change it: without it, orders would be bought again.\n  lineage: {lineage}\n"
        ),
        Err(error) => return Err(error.into()),
        Ok(text) => {
            let line = text.lines().position(|line| line.trim_end() == "spec:").ok_or_else(|| {
                Failure::new(format!("`{}` has no `spec:` line to pin the lineage under", project.display()))
                    .hint(format!("add `lineage: {lineage}` under its `spec` yourself"))
            })?;
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.insert(line + 1, format!("  lineage: {lineage}"));
            lines.join("\n") + "\n"
        }
    };
    let dir = project.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let mut temporary = tempfile::Builder::new().prefix(".orderform-").tempfile_in(dir)?;
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    set_readable(temporary.as_file())?;
    temporary.persist(project).map_err(|error| Failure::from(error.error))?;
    Ok(fs::File::open(dir)?.sync_all()?)
}

/// A project file is shared, unlike the state.
fn set_readable(file: &fs::File) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.set_permissions(fs::Permissions::from_mode(0o644))?)
}
