//! `orderform schema`: prints the JSON Schema of a kind of document.

use clap::{Args, ValueEnum};

use super::failure::{Failure, exit};
use super::terminal::Terminal;
use crate::manifest::schema::{self, SchemaKind};
use crate::view::{drift_schema, notification_schema, plan_schema, status_schema};

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// What the schema is of; `manifest` is any of the documents.
    kind: Kind,
}

/// A kind of document, as it is typed.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Any document, told apart by its `kind`.
    Manifest,
    /// `kind: Order`.
    Order,
    /// `kind: Customer`.
    Customer,
    /// `kind: Project`, in `orderform.yaml`.
    Project,
    /// `kind: Defaults`, in a `defaults.yaml`.
    Defaults,
    /// `kind: Organisation`, in a file of its own.
    Organisation,
    /// What `plan --format json` prints and `plan --out` writes.
    Plan,
    /// What `drift --format json` prints.
    Drift,
    /// What `status --format json` prints, and a watcher serves at `/status`.
    Status,
    /// What `watch` sends to a receiver of shape `json`.
    Notification,
}

pub(super) fn run(args: &SchemaArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let kind = match args.kind {
        Kind::Manifest => SchemaKind::Manifest,
        Kind::Order => SchemaKind::Order,
        Kind::Customer => SchemaKind::Customer,
        Kind::Project => SchemaKind::Project,
        Kind::Defaults => SchemaKind::Defaults,
        Kind::Organisation => SchemaKind::Organisation,
        Kind::Plan => return print(&plan_schema(), terminal),
        Kind::Drift => return print(&drift_schema(), terminal),
        Kind::Status => return print(&status_schema(), terminal),
        Kind::Notification => return print(&notification_schema(), terminal),
    };
    print(&schema::text(kind), terminal)
}

fn print(schema: &str, terminal: &Terminal) -> Result<u8, Failure> {
    terminal.print(schema)?;
    Ok(exit::DONE)
}
