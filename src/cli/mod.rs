//! What is typed: one file a command, [`failure`] for what goes wrong, the rest for what commands share.
//!
//! A command takes its arguments and a [`Terminal`] and returns an exit code or a [`Failure`];
//! [`main`] is the only place that reads the process's arguments and environment as a whole.

mod adopt;
mod allowing;
mod apply;
mod audit;
mod auth;
mod catalog;
mod catalog_asking;
mod connect;
mod drift;
mod estate;
mod explain;
mod failure;
mod files;
mod fmt;
mod formats;
mod init;
mod log;
mod materials;
mod new;
mod otlp;
mod person;
mod plan;
mod prices;
mod program;
mod rebuild;
mod record;
mod recovery;
mod render;
mod replace;
mod reviewed;
mod revision;
mod sandbox;
mod schema;
mod select;
mod server_time;
mod shell;
mod sign_in;
mod signals;
mod starter;
mod state;
mod status;
mod terminal;
mod trail;
mod validate;
mod watch;
mod why;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::view::CheckFormat;
use failure::Failure;
use terminal::Terminal;

/// The name and version of this program, for the journal.
const TOOL: &str = concat!("orderform ", env!("CARGO_PKG_VERSION"));

/// Buys what the manifests declare, exactly once.
///
/// Manifests (YAML) declare the orders that a partner's customers should have in Microsoft Partner Center. `plan` says
/// what would be bought, `apply` buys it and records it, and nothing is ever bought twice.
#[derive(Debug, Parser)]
#[command(name = "orderform", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    shown: Shown,
    #[command(subcommand)]
    command: Command,
}

/// How things are shown.
#[derive(Debug, Clone, Args)]
struct Shown {
    /// The format of what goes to stdout.
    #[arg(long, global = true, env = "ORDERFORM_FORMAT", default_value = "human")]
    #[arg(value_parser = formats::of_every_command())]
    format: CheckFormat,
    /// When to colour what is shown.
    #[arg(long, global = true, value_enum, default_value = "auto")]
    color: terminal::Color,
    /// Show what needs nobody's attention too.
    #[arg(short, long, global = true)]
    verbose: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make `orderform.yaml` where there is none, and an empty state; safe to repeat.
    Init(init::InitArgs),
    /// Write a first manifest, from flags or by asking.
    New(new::NewArgs),
    /// Read the manifests and print every problem.
    Validate(validate::ValidateArgs),
    /// Say what a diagnostic code means, with an example.
    Explain(explain::ExplainArgs),
    /// Print every order as it is wanted in the end, with the place that each value comes from.
    Render(render::RenderArgs),
    /// Rewrite the manifests in their canonical layout.
    Fmt(fmt::FmtArgs),
    /// Say what would be done; no network and no credentials without `--check` or `--refresh`.
    Plan(plan::PlanArgs),
    /// Plan, ask, buy what is missing, and record it.
    Apply(apply::ApplyArgs),
    /// Find an offer in a customer's catalogue.
    Catalog(catalog::CatalogArgs),
    /// Make a pass over a directory whenever it changes: plan and report, or buy.
    Watch(watch::WatchArgs),
    /// Say where what Partner Center reports differs from what is recorded, and who did it.
    Drift(drift::DriftArgs),
    /// Hold the journal against Partner Center's orders and audit log.
    Audit(audit::AuditArgs),
    /// Say how things stand: what is wanted, recorded, in doubt and blocked, and who watches.
    Status(status::StatusArgs),
    /// Print the JSON Schema of a kind of document, for editors.
    Schema(schema::SchemaArgs),
    /// Serve the built-in Partner Center simulator, or list what was bought there.
    Sandbox(sandbox::SandboxArgs),
    /// Look at the recorded state, or mend it.
    State(state::StateArgs),
    /// Say how an order came to be recorded as it is: who approved what, what was sent, what came back.
    Why(why::WhyArgs),
    /// Record an order that already exists.
    Adopt(adopt::AdoptArgs),
    /// Say how an attempt in doubt ended.
    Settle(adopt::SettleArgs),
    /// Look at how orderform signs in.
    #[command(subcommand)]
    Auth(auth::AuthCommand),
    /// Print a completion script for a shell.
    Completions(shell::CompletionsArgs),
    /// Print the manual page.
    Man,
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    terminal::note_journal_on_panic();
    let collector = match log::start() {
        Ok(collector) => collector,
        Err(failure) => return ExitCode::from(terminal::show_failure(&failure)),
    };
    let ended = run_typed();
    collector.close();
    ended
}

/// Runs what was typed.
fn run_typed() -> ExitCode {
    if let Some(failure) = terminal::harmful_argument() {
        return ExitCode::from(terminal::show_failure(&failure));
    }
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return ExitCode::from(terminal::show_usage(&usage)),
    };
    let format = match formats::of(&cli) {
        Ok(format) => format,
        Err(failure) => return ExitCode::from(terminal::show_failure(&failure)),
    };
    let mut terminal = Terminal::of_process(&cli.shown, format);
    let ended = run(cli.command, &mut terminal);
    ExitCode::from(ended.unwrap_or_else(|failure| terminal.fail(&failure)))
}

fn run(command: Command, terminal: &mut Terminal) -> Result<u8, Failure> {
    match command {
        Command::Init(args) => init::run(&args, terminal),
        Command::New(args) => new::run(&args, terminal),
        Command::Validate(args) => validate::run(&args, terminal),
        Command::Explain(args) => explain::run(&args, terminal),
        Command::Render(args) => render::run(&args, terminal),
        Command::Fmt(args) => fmt::run(&args, terminal),
        Command::Plan(args) => plan::run(&args, terminal),
        Command::Apply(args) => on_runtime(apply::run(&args, terminal)),
        Command::Catalog(args) => on_runtime(catalog::run(&args, terminal)),
        Command::Watch(args) => on_runtime(watch::run(&args, terminal)),
        Command::Drift(args) => on_runtime(drift::run(&args, terminal)),
        Command::Audit(args) => audit::run(&args, terminal),
        Command::Status(args) => status::run(&args, terminal),
        Command::Schema(args) => schema::run(&args, terminal),
        Command::Sandbox(args) => on_runtime(sandbox::run(&args, terminal)),
        Command::State(args) => state::run(args, terminal),
        Command::Why(args) => why::run(&args, terminal),
        Command::Adopt(args) => on_runtime(adopt::adopt(&args, terminal)),
        Command::Settle(args) => on_runtime(adopt::settle(&args, terminal)),
        Command::Auth(command) => on_runtime(auth::run(command, terminal)),
        Command::Completions(args) => shell::completions(&args, terminal),
        Command::Man => shell::man(terminal),
    }
}

/// Runs a command that talks to a server.
fn on_runtime<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(command)
}
