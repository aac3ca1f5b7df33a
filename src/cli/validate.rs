//! `orderform validate`: reads the manifests and prints every problem.

use std::path::PathBuf;

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{Where, show_diagnostics};
use super::terminal::Terminal;
use crate::manifest;
use crate::view::{Check, CheckFormat, Paths};

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    /// The format of what goes to stdout.
    // The same flag as everywhere, with two values more: `cli::formats`.
    #[arg(long, env = "ORDERFORM_FORMAT", value_enum, default_value = "human")]
    format: CheckFormat,
    #[command(flatten)]
    place: Where,
    /// Let warnings count as problems.
    #[arg(long)]
    deny_warnings: bool,
}

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let loaded = manifest::load(&args.place.path);
    // In JSON and as annotations they are on stdout, to be read there.
    if !matches!(args.format, CheckFormat::Json | CheckFormat::Github) {
        show_diagnostics(&loaded, terminal, true);
    }
    let check = Check::new(&loaded, args.deny_warnings);
    if args.format == CheckFormat::Sarif {
        terminal.say(&check.verdict());
    }
    terminal.print(&check.report(args.format, &paths()))?;
    Ok(if check.passes() { exit::DONE } else { exit::MANIFESTS })
}

/// Finds the root of the repository where GitHub says that there is one.
fn paths() -> Paths {
    let within = || {
        let repository = std::env::var_os("GITHUB_WORKSPACE").filter(|path| !path.is_empty())?;
        let repository = PathBuf::from(repository).canonicalize().ok()?;
        let working_directory = std::env::current_dir().ok()?.canonicalize().ok()?;
        Some(Paths::within(repository, working_directory))
    };
    within().unwrap_or_default()
}
