//! `orderform init`: makes `orderform.yaml` where there is none, and an empty state.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use clap::{Args, ValueEnum};

use super::failure::{Failure, exit};
use super::materials::{Materials, PROJECT, Where, holder, lost, new_lineage, root};
use super::replace::replace;
use super::starter;
use super::terminal::Terminal;
use crate::domain::{EndpointId, Lineage};
use crate::manifest::{self, Sources};
use crate::store::{Store, StoreError};

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    place: Where,
    /// Make no more than the project file and the state.
    #[arg(long)]
    bare: bool,
    /// Which service checks pull requests; a workflow for it is made in a new directory.
    #[arg(long, value_enum, default_value = "github")]
    ci: Ci,
}

/// A service that runs checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Ci {
    /// GitHub Actions.
    Github,
    /// None: no workflow is made.
    None,
}

pub(super) fn run(args: &InitArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if !args.place.path.exists() {
        fs::create_dir_all(&args.place.path)?;
    }
    let materials = Materials::load(&args.place, terminal)?;
    let root = root(&args.place.path);
    let project = root.join(PROJECT);
    let is_new = !args.bare && materials.is_empty && !project.exists();
    let lineage = match (materials.lineage(), Store::read(&materials.state_dir, materials.lineage())) {
        (None, Ok(existing)) if existing.state.endpoint == Some(EndpointId::Sandbox) => {
            return Err(of_the_sandbox(&materials.state_dir));
        }
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
        pin(&project, lineage, !args.bare)?;
        terminal.say(&format!("pinned its lineage in `{}`; commit that file", project.display()));
    }
    starter::renew_schemas(&root, terminal)?;
    if !args.bare {
        starter::write_supports(&root, terminal)?;
    }
    if is_new {
        starter::write_beginning(&root, args.ci == Ci::Github, terminal)?;
    }
    terminal.say(
        "next: write a manifest for each order (`orderform new order` helps), then run `orderform plan`",
    );
    Ok(exit::DONE)
}

/// Says that orders which were bought in a sandbox are no beginning of real ones.
fn of_the_sandbox(dir: &Path) -> Failure {
    let dir = dir.display();
    Failure::new(format!(
        "the state in `{dir}` is of the sandbox, so its lineage is not pinned for real orders"
    ))
    .hint(format!("delete `{dir}`, or name another directory with `--state-dir`"))
}

/// Returns the text of the project file with the lineage in it: a new one, or the one that is there with a line more.
fn pinned(project: &Path, lineage: Lineage) -> Result<String, Failure> {
    let text = match fs::read_to_string(project) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(format!(
                "apiVersion: orderform/v1\nkind: Project\nspec:\n  # Which history the recorded state belongs to. Never \
                 change it: without it, orders would be bought again.\n  lineage: {lineage}\n"
            ));
        }
        Err(error) => return Err(error.into()),
        Ok(text) => text,
    };
    let name = project.display().to_string();
    let new = with_lineage(&text, lineage).filter(|new| {
        let mut sources = Sources::new();
        sources.add_project(&name, new.as_str());
        let read = manifest::parse(sources);
        read.is_valid() && read.project.is_some_and(|project| project.lineage == Some(lineage))
    });
    new.ok_or_else(|| {
        Failure::new(format!("`{name}` has no `spec:` with keys below it to pin the lineage under"))
            .hint(format!("write the lineage of the state there yourself:\nspec:\n  lineage: {lineage}"))
    })
}

/// Adds the line below `spec:`, indented as the next key is; `None` where no line is just that.
fn with_lineage(text: &str, lineage: Lineage) -> Option<String> {
    let says_spec = |line: &str| {
        let rest = line.strip_prefix("spec:").unwrap_or("no").trim_start();
        rest.is_empty() || rest.starts_with('#')
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = lines.iter().position(|line| says_spec(line))?;
    let is_key = |line: &&&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let next = lines[at + 1..].iter().find(is_key).map_or(0, |line| line.len() - line.trim_start().len());
    let indent = " ".repeat(if next == 0 { 2 } else { next });
    let ending = if lines[at].ends_with("\r\n") { "\r\n" } else { "\n" };
    let (before, after) = (lines[..=at].concat(), lines[at + 1..].concat());
    let gap = if before.ends_with('\n') { "" } else { ending };
    Some(format!("{before}{gap}{indent}lineage: {lineage}{ending}{after}"))
}

/// Writes the lineage into the project file, in one step.
fn pin(project: &Path, lineage: Lineage, with_schema: bool) -> Result<(), Failure> {
    let modeline = if with_schema { starter::PROJECT_MODELINE } else { "" };
    let text = format!("{modeline}{}", pinned(project, lineage)?);
    // A project file is shared, unlike the state.
    Ok(replace(project, &text, fs::Permissions::from_mode(0o644))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: orderform/v1\nkind: Project\n";

    fn pinned_in(rest: &str) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("orderform.yaml");
        fs::write(&file, format!("{HEAD}{rest}")).unwrap();
        let text = pinned(&file, Lineage::from_random(1)).ok()?;
        Some(text.strip_prefix(HEAD).unwrap().replace(&Lineage::from_random(1).to_string(), "L"))
    }

    #[test]
    fn the_lineage_is_pinned_in_whatever_way_the_file_is_written() {
        for (rest, expected) in [
            ("spec:\n  cloud: public\n", "spec:\n  lineage: L\n  cloud: public\n"),
            ("spec:\n    cloud: public\n", "spec:\n    lineage: L\n    cloud: public\n"),
            (
                "spec: # mine\n\n # x\n   cloud: public",
                "spec: # mine\n   lineage: L\n\n # x\n   cloud: public",
            ),
            ("spec:\r\n cloud: public\r\n", "spec:\r\n lineage: L\r\n cloud: public\r\n"),
        ] {
            assert_eq!(pinned_in(rest).as_deref(), Some(expected), "{rest}");
        }
    }

    #[test]
    fn a_file_that_has_no_place_for_the_lineage_is_left_to_a_person() {
        for rest in ["spec: {}\n", "spec: { cloud: public }\n", "", "\"spec\":\n  cloud: public\n"] {
            assert_eq!(pinned_in(rest), None, "{rest}");
        }
    }
}
