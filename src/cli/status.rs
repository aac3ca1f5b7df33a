//! `orderform status`: how things stand, from the manifests, the state and what a watcher says of itself.
//!
//! **Invariant:** it changes nothing and asks nobody; it works without a watcher.

use clap::Args;

use super::allowing::OrganisationArgs;
use super::connect::Shop;
use super::failure::{Failure, exit};
use super::materials::{Materials, Where};
use super::prices::PricesArgs;
use super::terminal::Terminal;
use crate::manifest;
use crate::plan;
use crate::store::{Digest, Store};
use crate::view::{Situation, read_status};

#[derive(Debug, Args)]
pub(super) struct StatusArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    shop: Shop,
    #[command(flatten)]
    organisation: OrganisationArgs,
    #[command(flatten)]
    prices: PricesArgs,
}

pub(super) fn run(args: &StatusArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let loaded = manifest::load(&args.place.path);
    let right = loaded.is_valid();
    let mut materials = match right {
        true => Materials::of(loaded, &args.place, terminal)?,
        false => Materials::of_state(&args.place, terminal)?,
    };
    materials.organisation = args.organisation.read(terminal)?;
    let prices = args.prices.read(&materials, terminal)?;
    let place = args.shop.place(&materials.project)?;
    let (state, head) = materials.read_state(terminal)?;
    let now = materials.instant(terminal);
    let mut plan = materials.plan(&state, head.unwrap_or(Digest::NONE), place, prices.as_ref(), now);
    let limits = plan::Usage::of(&plan, &state, prices.as_ref()).at(now);
    plan.limits = plan::judge(&plan, &state, prices.as_ref(), Some(now));
    let watches = Store::watcher(&materials.state_dir)?.is_some();
    let said = Store::read_status(&materials.state_dir)?.and_then(|bytes| read_status(&bytes));
    terminal.view().situation(&Situation {
        plan: right.then_some(&plan),
        state: &state,
        watches,
        watcher: said.as_ref(),
        limits: &limits,
        now,
    })?;
    Ok(if right { exit::DONE } else { exit::MANIFESTS })
}
