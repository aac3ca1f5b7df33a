//! `orderform completions` and `orderform man`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use super::failure::{Failure, exit};
use super::terminal::Terminal;

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// Which shell.
    shell: Shell,
}

pub(super) fn completions(args: &CompletionsArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "orderform", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}

pub(super) fn man(terminal: &Terminal) -> Result<u8, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    terminal.print(&String::from_utf8_lossy(&page))?;
    Ok(exit::DONE)
}
