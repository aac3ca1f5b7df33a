//! What `orderform init` makes beside the project file: schemas and what Git shall leave out, and in a new directory an
//! example and a workflow for pull requests.
//!
//! **Invariant:** no file of anybody's is written over; only schemas that this program wrote are renewed.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::terminal::Terminal;
use crate::domain::is_harmful;
use crate::manifest::schema::{self, SchemaKind};

/// The line by which an editor finds the schema of the project file.
pub(super) const PROJECT_MODELINE: &str = "# yaml-language-server: $schema=schema/project.schema.json\n";

const EXAMPLE: &str = include_str!("example.yaml");
const GITIGNORE: &str = include_str!("gitignore");
/// The part of the kit for GitHub that checks pull requests, file by file, from the root of the repository.
const GITHUB: [(&str, &str); 2] = [
    (
        ".github/workflows/orderform.yaml",
        include_str!("../../../examples/ci/github/.github/workflows/orderform.yaml"),
    ),
    (
        ".github/actions/orderform-plan/action.yaml",
        include_str!("../../../examples/ci/github/.github/actions/orderform-plan/action.yaml"),
    ),
];

/// The line of a workflow that names the directory, as the kit has it.
const DIRECTORY: &str = "directory: licences\n";

/// Writes what every directory of manifests is better off with, where it is missing, and says so.
pub(super) fn write_supports(root: &Path, terminal: &Terminal) -> Result<(), Failure> {
    let mut made = false;
    for kind in SchemaKind::ALL {
        made |= make(&schema_path(root, kind), &schema::text(kind))?;
    }
    if made {
        let schemas = root.join("schema");
        say_made(&schemas, "the schemas that editors complete and check manifests by", terminal);
    }
    let gitignore = root.join(".gitignore");
    if make(&gitignore, GITIGNORE)? {
        say_made(&gitignore, "what Git shall leave out of the state's directory", terminal);
    }
    Ok(())
}

/// Writes what a new directory begins with, and says so.
pub(super) fn write_beginning(root: &Path, with_workflow: bool, terminal: &Terminal) -> Result<(), Failure> {
    let example = root.join("customers/example.yaml");
    if make(&example, EXAMPLE)? {
        say_made(&example, "an example, in comments", terminal);
    }
    if !with_workflow {
        return Ok(());
    }
    let Some((repository, directory)) = repository_of(root)? else {
        terminal.say(
            "no workflow was made: GitHub reads it at the root of the repository, and the name of this directory has \
             characters that GitHub would not take for a name; `orderform init` in a directory with a plain name makes one",
        );
        return Ok(());
    };
    let here = std::env::current_dir().and_then(fs::canonicalize)?;
    let repository = repository.strip_prefix(here).map(Path::to_path_buf).unwrap_or(repository);
    for (name, text) in GITHUB {
        let path = repository.join(name);
        let text = text.replace(DIRECTORY, &format!("directory: {directory}\n"));
        let purpose = match name.contains("workflows") {
            true => {
                "checks and plans every pull request on GitHub, once its variable `ORDERFORM_INSTALL` says where \
                 orderform comes from"
            }
            false => "the steps of that workflow",
        };
        if make(&path, &text)? {
            say_made(&path, purpose, terminal);
        }
    }
    Ok(())
}

fn say_made(path: &Path, purpose: &str, terminal: &Terminal) {
    let path = path.strip_prefix(".").unwrap_or(path);
    terminal.say(&format!("made `{}`: {purpose}", path.display()));
}

/// Renews the schemas that another version of this program wrote.
pub(super) fn renew_schemas(root: &Path, terminal: &Terminal) -> Result<(), Failure> {
    for kind in SchemaKind::ALL {
        let path = schema_path(root, kind);
        let Ok(old) = fs::read_to_string(&path) else { continue };
        let is_ours = old.contains(&schema::mark(kind));
        let new = schema::text(kind);
        if is_ours && old != new {
            fs::write(&path, new)?;
            terminal.say(&format!("renewed `{}`", path.display()));
        }
    }
    Ok(())
}

/// Returns the place of a schema.
pub(super) fn schema_path(root: &Path, kind: SchemaKind) -> PathBuf {
    root.join("schema").join(format!("{}.schema.json", kind.as_str()))
}

/// Makes a file with the directories above it; says whether it did, because one that is there already stays as it is.
fn make(path: &Path, text: &str) -> Result<bool, Failure> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes())?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Finds the root of the Git repository that a directory is in, and how YAML is told the directory from there; a
/// directory outside of any is its own root. `None` where GitHub would read more than a name.
fn repository_of(root: &Path) -> Result<Option<(PathBuf, String)>, Failure> {
    let real = fs::canonicalize(root)?;
    let Some(repository) = real.ancestors().find(|above| above.join(".git").exists()) else {
        return Ok(Some((root.to_path_buf(), ".".to_owned())));
    };
    let below = real.strip_prefix(repository).expect("it is an ancestor").to_str();
    Ok(below.and_then(scalar).map(|name| (repository.to_path_buf(), name)))
}

/// Writes the name of a directory as a value in YAML that GitHub reads. No shell reads it: it comes in a variable.
fn scalar(name: &str) -> Option<String> {
    // GitHub evaluates `${{ … }}` wherever it stands.
    if name.contains("${{") || name.chars().any(is_harmful) {
        return None;
    }
    Some(match name {
        "" => ".".to_owned(),
        // What begins with a dash would be a flag.
        flag if flag.starts_with('-') => quoted(&format!("./{flag}")),
        name => quoted(name),
    })
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
