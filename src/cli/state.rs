//! `orderform state`: looks at the recorded state, or mends it.

use clap::{Args, Subcommand};
use serde_json::json;

use super::failure::{Failure, exit};
use super::materials::{Materials, Where};
use super::rebuild::{self, RebuildArgs};
use super::record::Pen;
use super::terminal::Terminal;
use crate::domain::{OrderName, RecordKind};
use crate::store::Store;
use crate::view::Format;

#[derive(Debug, Args)]
pub(super) struct StateArgs {
    #[command(subcommand)]
    command: StateCommand,
}

#[derive(Debug, Subcommand)]
enum StateCommand {
    /// List everything that is recorded.
    List {
        #[command(flatten)]
        place: Where,
    },
    /// Show all that is recorded of one order.
    Show {
        #[arg(value_parser = parse_name)]
        name: OrderName,
        #[command(flatten)]
        place: Where,
    },
    /// Drop an order from the state. Nothing is cancelled.
    Forget {
        #[arg(value_parser = parse_name)]
        name: OrderName,
        #[command(flatten)]
        place: Where,
    },
    /// Give a recorded order another name.
    Mv {
        #[arg(value_parser = parse_name)]
        old: OrderName,
        #[arg(value_parser = parse_name)]
        new: OrderName,
        #[command(flatten)]
        place: Where,
    },
    /// Verify every record, the chain of their hashes, and the checkpoint.
    Verify {
        #[command(flatten)]
        place: Where,
    },
    /// Make the state again from what Partner Center lists; buys nothing.
    Rebuild(RebuildArgs),
}

/// Reads a name from the command line.
pub(super) fn parse_name(text: &str) -> Result<OrderName, String> {
    OrderName::parse(text).map_err(|error| error.to_string())
}

pub(super) fn run(args: StateArgs, terminal: &Terminal) -> Result<u8, Failure> {
    match args.command {
        StateCommand::List { place } => list(&place, terminal),
        StateCommand::Show { name, place } => show(&name, &place, terminal),
        StateCommand::Forget { name, place } => forget(name, &place, terminal),
        StateCommand::Mv { old, new, place } => mv(old, new, &place, terminal),
        StateCommand::Verify { place } => verify(&place, terminal),
        StateCommand::Rebuild(args) => super::on_runtime(rebuild::run(&args, terminal)),
    }
}

fn list(place: &Where, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(place, terminal)?;
    let snapshot = materials.recorded()?;
    terminal.view().state_list(&snapshot.state)?;
    Ok(exit::DONE)
}

fn show(name: &OrderName, place: &Where, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(place, terminal)?;
    let snapshot = materials.recorded()?;
    if !snapshot.state.orders.contains_key(name) {
        return Err(nothing_recorded(name));
    }
    terminal.view().state_show(name, &snapshot.state)?;
    Ok(exit::DONE)
}

fn forget(name: OrderName, place: &Where, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(place, terminal)?;
    let pen = Pen::open(&materials.state_dir, materials.lineage(), "orderform state forget", terminal)?;
    if !pen.state.orders.contains_key(&name) {
        return Err(nothing_recorded(&name));
    }
    let settle = format!(
        "an attempt in doubt is ended with `orderform settle {name} --bought ORDER_ID` or `--not-bought`"
    );
    pen.write(None, vec![RecordKind::Forgotten { name: name.clone() }])
        .map_err(|failure| failure.hint(settle))?;
    terminal.say(&format!("`{name}` is no longer recorded; the order itself is as it was"));
    if materials.orders.iter().any(|order| order.name == name) {
        terminal.say(&format!(
            "warning: a manifest still wants `{name}`; the next apply stops there only as long as Partner Center lists \
             an order just like it, and a new order may be missing in that list for 15 minutes: if it was bought \
             lately, run no apply before the time of `--settle-after` (30m) has passed"
        ));
    }
    Ok(exit::DONE)
}

fn mv(from: OrderName, to: OrderName, place: &Where, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(place, terminal)?;
    let pen = Pen::open(&materials.state_dir, materials.lineage(), "orderform state mv", terminal)?;
    if !pen.state.orders.contains_key(&from) {
        return Err(nothing_recorded(&from));
    }
    let hint = match pen.state.orders.contains_key(&to) {
        true => "`orderform state list` shows which names are taken",
        false => "an attempt in doubt keeps its name until it is settled",
    };
    pen.write(None, vec![RecordKind::Moved { from: from.clone(), to: to.clone() }])
        .map_err(|failure| failure.hint(hint))?;
    terminal.say(&format!("`{from}` is recorded as `{to}` now"));
    Ok(exit::DONE)
}

pub(super) fn verify(place: &Where, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(place, terminal)?;
    // Whole is not enough: it has to be the state of this project.
    materials.recorded()?;
    let verified = Store::verify(&materials.state_dir)?;
    let text = match terminal.format {
        Format::Json => {
            let notices: Vec<String> = verified.notices.iter().map(ToString::to_string).collect();
            let document = json!({
                "formatVersion": "1.0",
                "lineage": verified.lineage.to_string(),
                "serial": verified.serial,
                "head": verified.head.to_string(),
                "notices": notices,
            });
            format!("{document}\n")
        }
        Format::Human | Format::Markdown => {
            let notices: String = verified.notices.iter().map(|notice| format!("note: {notice}\n")).collect();
            format!(
                "{notices}{} whole and in order\n  lineage {}\n  head    {}\n",
                if verified.records == 1 {
                    "1 record is".to_owned()
                } else {
                    format!("{} records are", verified.records)
                },
                verified.lineage,
                verified.head
            )
        }
    };
    terminal.print(&text)?;
    Ok(exit::DONE)
}

fn nothing_recorded(name: &OrderName) -> Failure {
    Failure::new(format!("nothing is recorded as `{name}`")).hint("`orderform state list` shows what is")
}
