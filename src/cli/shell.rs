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
    let mut pages = Vec::new();
    let mut command = Cli::command();
    command.build();
    render(&command, &mut pages)?;
    terminal.print(&String::from_utf8_lossy(&pages))?;
    Ok(exit::DONE)
}

/// Writes the page of a command, and those of its subcommands after it.
fn render(command: &clap::Command, pages: &mut Vec<u8>) -> Result<(), Failure> {
    let title = command.get_display_name().unwrap_or("orderform");
    clap_mangen::Man::new(command.clone()).title(title).render(pages)?;
    for subcommand in command.get_subcommands().filter(|command| command.get_name() != "help") {
        render(subcommand, pages)?;
    }
    Ok(())
}
