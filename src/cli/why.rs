//! `orderform why`: the receipt of an order, from the journal.
//!
//! **Invariant:** it changes nothing and asks nobody.

use clap::Args;

use super::failure::{Failure, exit};
use super::materials::{Materials, Where, store_failure};
use super::state::parse_name;
use super::terminal::Terminal;
use crate::domain::OrderName;
use crate::domain::receipt::Receipt;
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct WhyArgs {
    /// The name of the order.
    #[arg(value_parser = parse_name)]
    name: OrderName,
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &WhyArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(&args.place, terminal)?;
    let name = &args.name;
    // Held against its checkpoint first: a journal that was rolled back is a receipt for nothing.
    materials.recorded()?;
    let records = Store::records(&materials.state_dir);
    let records: Vec<_> = records.map_err(|error| store_failure(error, materials.lineage()))?.collect();
    let wanted = materials.orders.iter().find(|order| order.name == *name);
    let Some(receipt) = Receipt::of(name, &records) else {
        let failure = Failure::new(format!("the journal says nothing of `{name}`"));
        return Err(match wanted {
            Some(order) => failure.hint(format!(
                "it is wanted at {}:{} and nothing was done about it yet: `orderform plan` says what would be",
                order.place.file, order.place.line
            )),
            None => failure.hint("`orderform state list` shows which names are recorded"),
        });
    };
    terminal.view().receipt(&receipt, wanted.map(|order| &order.place))?;
    Ok(exit::DONE)
}
