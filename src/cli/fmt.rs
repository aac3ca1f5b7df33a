//! `orderform fmt`: rewrites manifests in their canonical layout and order of keys.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use similar::TextDiff;

use super::failure::{Failure, exit};
use super::replace::rewrite;
use super::terminal::{self, Terminal};
use crate::domain::is_harmful;
use crate::manifest::format::{self, Formatting, Unformatted};
use crate::manifest::source::MAX_FILE_BYTES;
use crate::manifest::{Diagnostic, Sources, render};
use crate::view::{Format, escape, json_text};

/// What text from stdin is called.
const STDIN: &str = "stdin";

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Manifests, or directories of manifests; `-` formats stdin to stdout.
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Change nothing; print the names of the files that would change, and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
    /// Change nothing; show what would change.
    #[arg(long)]
    diff: bool,
}

/// What came of all files, by name.
#[derive(Debug, Default)]
struct Outcome {
    changed: Vec<String>,
    unreadable: Vec<String>,
    failed: Vec<String>,
    diff: String,
}

pub(super) fn run(args: &FmtArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return format_stdin(args, terminal);
    }
    let (sources, found) = format::read_all(&args.paths);
    let mut outcome = Outcome::default();
    outcome.refuse(&found, &sources, terminal);
    let mut seen = HashSet::new();
    for formatting in format::format_all(&sources) {
        // A link and the file it leads to are one.
        let is_new = fs::canonicalize(formatting.file).is_ok_and(|file| seen.insert(file));
        if is_new && outcome.take(&formatting, &sources, args, terminal) && args.writes() {
            outcome.write(&formatting);
        }
    }
    outcome.show(args, terminal)?;
    Ok(outcome.exit(args))
}

/// Formats what an editor hands over; gives nothing back where that is not readable.
fn format_stdin(args: &FmtArgs, terminal: &Terminal) -> Result<u8, Failure> {
    if args.paths.len() > 1 {
        return Err(Failure::new("`-` (stdin) is formatted alone").hint("name files in a call of their own"));
    }
    let mut sources = Sources::new();
    sources.add(STDIN, read_stdin()?);
    let mut outcome = Outcome::default();
    for formatting in format::format_all(&sources) {
        outcome.take(&formatting, &sources, args, terminal);
        if let (true, Ok(after)) = (args.writes(), &formatting.after) {
            terminal.print(after)?;
        }
    }
    if !args.writes() {
        outcome.show(args, terminal)?;
    }
    Ok(outcome.exit(args))
}

fn read_stdin() -> Result<String, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.map_err(|error| Failure::of_file("read", Path::new(STDIN), &error))?;
    let refused = |what: String| Failure::new(what).exit(exit::MANIFESTS);
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(refused(format!("{STDIN} is larger than {} MiB", MAX_FILE_BYTES / 1024 / 1024)));
    }
    String::from_utf8(bytes).map_err(|_| refused(format!("{STDIN} is not UTF-8")))
}

impl FmtArgs {
    fn writes(&self) -> bool {
        !self.check && !self.diff
    }
}

impl Outcome {
    /// Notes what came of one file; says whether it changes.
    fn take(
        &mut self,
        formatting: &Formatting<'_>,
        sources: &Sources,
        args: &FmtArgs,
        terminal: &Terminal,
    ) -> bool {
        match &formatting.after {
            Err(Unformatted::Unreadable(found)) => self.refuse(found, sources, terminal),
            Err(Unformatted::Unsafe) => self.fail(formatting.file, &not_safe(formatting.file)),
            Ok(_) => {}
        }
        let Some(after) = formatting.change() else {
            return false;
        };
        self.changed.push(formatting.file.to_owned());
        if args.diff {
            self.diff += &unified_diff(formatting.file, &formatting.before, after);
        }
        true
    }

    fn refuse(&mut self, found: &[Diagnostic], sources: &Sources, terminal: &Terminal) {
        for diagnostic in found {
            terminal.say(&render::human(diagnostic, sources, terminal.color_err()));
            if self.unreadable.last().is_none_or(|last| **last != *diagnostic.region.file) {
                self.unreadable.push(diagnostic.region.file.to_string());
            }
        }
    }

    fn write(&mut self, formatting: &Formatting<'_>) {
        let after = formatting.change().unwrap_or_default();
        if let Err(error) = rewrite(Path::new(formatting.file), &formatting.before, after) {
            self.changed.pop();
            self.fail(formatting.file, &not_written(formatting.file, &error));
        }
    }

    fn fail(&mut self, file: &str, failure: &Failure) {
        terminal::show_failure(failure);
        self.failed.push(file.to_owned());
    }

    fn show(&self, args: &FmtArgs, terminal: &Terminal) -> Result<(), Failure> {
        if terminal.format == Format::Json {
            let mut document = json!({
                "formatVersion": "1.0",
                "changed": self.changed,
                "unreadable": self.unreadable,
                "failed": self.failed,
            });
            if args.diff {
                document["diff"] = self.diff.clone().into();
            }
            return terminal.print(&json_text(&document));
        }
        if args.diff {
            terminal.print(&self.diff)?;
        } else {
            let names: Vec<String> = self.changed.iter().map(|name| escape(name) + "\n").collect();
            terminal.print(&names.concat())?;
        }
        match self.changed.len() {
            _ if !args.check => {}
            0 => {}
            1 => terminal.say("1 file is not formatted; `orderform fmt` rewrites it"),
            count => terminal.say(&format!("{count} files are not formatted; `orderform fmt` rewrites them")),
        }
        Ok(())
    }

    fn exit(&self, args: &FmtArgs) -> u8 {
        if !self.unreadable.is_empty() {
            exit::MANIFESTS
        } else if !self.failed.is_empty() || (args.check && !self.changed.is_empty()) {
            exit::FAILED
        } else {
            exit::DONE
        }
    }
}

fn not_safe(file: &str) -> Failure {
    Failure::new(format!("`{file}` is left as it is: formatted, it would not say the same"))
        .hint("this is a bug of orderform: please report it, with the file if you can")
}

fn not_written(file: &str, error: &io::Error) -> Failure {
    let mut failure = Failure::new(format!("cannot write `{file}`; it is left as it is"));
    failure.causes.push(error.to_string());
    failure.hint("look at the permissions of the file and of its directory, then run the same again")
}

/// Shows what changes, as `patch` reads it unless there is what could move a terminal or command a build server.
fn unified_diff(file: &str, before: &str, after: &str) -> String {
    // A line break in a name would begin a line of its own.
    let name = escape(file);
    let diff = TextDiff::from_lines(before, after).unified_diff().header(&name, &name).to_string();
    let mut safe = String::with_capacity(diff.len());
    for c in diff.chars() {
        match c {
            '\r' => safe.push_str("^M"),
            c if c != '\n' && c != '\t' && is_harmful(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
    render::without_commands(&safe)
}
