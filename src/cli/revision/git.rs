//! Git, as a program that is asked.
//!
//! **Invariant:** no shell, no pager, no prompt, no hook, no filter, no network; what a person typed is never taken for
//! an option. Whose variables say that it is another repository are taken out of its environment.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::super::failure::Failure;
use crate::domain::Excerpt;

/// The variables by which another program says that it is about its own repository ("git-rev-parse", `--local-env-vars`).
const OF_ANOTHER_REPOSITORY: [&str; 13] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// The repository that a directory lies in.
pub(super) struct Git {
    directory: PathBuf,
    /// The directory from the top of the repository, ending in `/`; empty at the top.
    pub(super) prefix: OsString,
    is_shallow: bool,
}

impl Git {
    /// Finds the repository that a directory lies in.
    pub(super) fn open(directory: &Path) -> Result<Self, Failure> {
        let mut git = Self { directory: directory.to_owned(), prefix: OsString::new(), is_shallow: false };
        let asked = ["rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix"];
        let told = git.ask(asked.map(OsStr::new))?;
        let shown = directory.display();
        let no_repository =
            || Failure::new(format!("`{shown}` is not in a Git repository, which `--changed-since` needs"));
        let out = told.map_err(|said| {
            let failure = match said.contains("not a git repository") {
                true => no_repository(),
                false => {
                    Failure::new(format!("Git does not say which repository `{shown}` is in")).caused_by(said)
                }
            };
            failure.hint("select with `--only` instead")
        })?;
        // The path comes last, because it may hold anything.
        let mut lines = out.splitn(3, |byte| *byte == b'\n');
        let (inside, shallow) = (lines.next(), lines.next());
        if inside != Some(b"true") {
            return Err(no_repository().hint("name a directory of a working tree"));
        }
        let prefix = lines.next().unwrap_or_default();
        git.prefix = OsString::from_vec(prefix.strip_suffix(b"\n").unwrap_or(prefix).to_vec());
        git.is_shallow = shallow == Some(b"true");
        Ok(git)
    }

    /// Returns the full id of the commit that a revision names.
    pub(super) fn commit(&self, revision: &str) -> Result<String, Failure> {
        let peeled = format!("{revision}^{{commit}}");
        let asked = ["rev-parse", "--verify", "--end-of-options", &peeled];
        let is_id = |id: &str| (40..=64).contains(&id.len()) && id.bytes().all(|c| c.is_ascii_hexdigit());
        let why = match self.ask(asked.map(OsStr::new))? {
            Ok(out) => match String::from_utf8(out) {
                Ok(id) if is_id(id.trim_end()) => return Ok(id.trim_end().to_owned()),
                _ => "what it said is no id".to_owned(),
            },
            Err(said) => said,
        };
        let failure =
            Failure::new(format!("there is no commit `{revision}` in this repository")).caused_by(why);
        Err(match self.is_shallow {
            true => failure.hint(
                "this clone is shallow and may not reach that far: run `git fetch --unshallow`, or set `fetch-depth: 0` \
                 where a pipeline checks out",
            ),
            false => failure.hint("name a commit, a tag or a branch, such as `origin/main`, and fetch it before"),
        })
    }

    /// Says whether a YAML file of this directory, or below it, is new, or other than at the last commit.
    pub(super) fn differs_from_head(&self) -> Result<bool, String> {
        let changed = ["diff", "--name-only", "--no-ext-diff", "--no-textconv", "-z", "HEAD", "--", "."];
        let new = ["ls-files", "--others", "--exclude-standard", "-z", "--", "."];
        for asked in [&changed[..], &new[..]] {
            let told =
                self.ask(asked.iter().map(OsStr::new)).map_err(|_| "git cannot be run".to_owned())??;
            let mut names = told.split(|byte| *byte == 0);
            if names.any(|name| name.ends_with(b".yaml") || name.ends_with(b".yml")) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns what it answers, or what it said where it failed.
    pub(super) fn ask<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a OsStr>,
    ) -> Result<Result<Vec<u8>, String>, Failure> {
        let output = self.command(arguments).output().map_err(|error| not_run(&error))?;
        Ok(match output.status.success() {
            true => Ok(output.stdout),
            false => Err(said(&output.stderr)),
        })
    }

    /// Starts it with a file to read from.
    pub(super) fn start(&self, arguments: &[&str], input: File) -> Result<Child, Failure> {
        let mut command = self.command(arguments.iter().map(OsStr::new));
        command.stdin(Stdio::from(input)).stdout(Stdio::piped()).stderr(Stdio::null());
        command.spawn().map_err(|error| not_run(&error))
    }

    fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a OsStr>) -> Command {
        let mut command = Command::new("git");
        for name in OF_ANOTHER_REPOSITORY {
            command.env_remove(name);
        }
        command
            .arg("-C")
            .arg(&self.directory)
            .args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"])
            .args([
                "-c",
                "core.fsmonitor=false",
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "protocol.allow=never",
            ])
            .args(arguments)
            .envs([("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_LAZY_FETCH", "1")])
            .envs([("GIT_TERMINAL_PROMPT", "0"), ("GIT_TRACE", "0")])
            .stdin(Stdio::null());
        command
    }
}

fn not_run(error: &io::Error) -> Failure {
    let failure =
        Failure::new("cannot run `git`, which `--changed-since` needs").caused_by(error.to_string());
    failure.hint("install Git, or select with `--only` instead")
}

/// Returns the first words of an error, harmless.
fn said(stderr: &[u8]) -> String {
    let text = String::from_utf8_lossy(stderr);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(3).collect();
    match lines.is_empty() {
        true => "it says nothing about why".to_owned(),
        false => Excerpt::of(&lines.join(" ")).as_str().to_owned(),
    }
}
