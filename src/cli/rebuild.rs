//! `orderform state rebuild`: makes the state again from what Partner Center lists, and buys nothing.

use std::collections::BTreeSet;

use clap::Args;

use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{Materials, Where, holder, new_lineage};
use super::record::opened;
use super::terminal::Terminal;
use crate::domain::{
    CustomerId, DesiredOrder, EndpointId, Moment, ObservedOrder, OrderName, PlacedOrder, RecordKind,
};
use crate::plan::{self, Recognised};
use crate::ports::PartnerCenter;
use crate::store::{Beginning, Store, StoreError};

const COMMAND: &str = "orderform state rebuild";

#[derive(Debug, Args)]
pub(super) struct RebuildArgs {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: &RebuildArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::load(&args.place, terminal)?;
    refuse_whole(&materials, &args.target.place(&materials.project)?)?;
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let recognised = recognise_all(&connection, &materials, terminal).await;
    let endpoint = connection.client.endpoint();
    let at = connection.client.now();
    connection.close().await?;
    let recognised = recognised?;
    let holder = holder(COMMAND);
    let mut kinds =
        vec![opened(&holder), RecordKind::Bound { endpoint }, RecordKind::Rebuilt { at: at.clone() }];
    kinds.extend(adopted(&materials, &recognised));
    let lineage = materials.lineage().unwrap_or_else(new_lineage);
    // Complete before anything is touched, and written in one step: an empty state would buy everything again.
    let beginning = Beginning::empty(lineage, &holder.tool).then(at.server, kinds);
    let beginning = beginning.map_err(|error| Failure::of(&error))?;
    match Store::set_aside(&materials.state_dir, &holder) {
        Ok(aside) => terminal.say(&format!("what was there is kept in `{}`", aside.display())),
        Err(StoreError::Missing { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    drop(Store::create_with(&materials.state_dir, &beginning, &holder)?);
    report(&recognised, &at, terminal);
    Ok(if recognised.ambiguous.is_empty() { exit::DONE } else { exit::INCOMPLETE })
}

/// Refuses to replace a state that is whole, unless it is of the sandbox and this is not: no real order is in it.
fn refuse_whole(materials: &Materials, place: &EndpointId) -> Result<(), Failure> {
    let Ok(snapshot) = Store::read(&materials.state_dir, None) else { return Ok(()) };
    if snapshot.state.endpoint == Some(EndpointId::Sandbox) && *place != EndpointId::Sandbox {
        return Ok(());
    }
    let serial = snapshot.state.serial;
    Err(Failure::new(format!("the state is whole, up to record {serial}; nothing was changed"))
        .hint("to record an order that exists, use `orderform adopt NAME ORDER_ID`"))
}

/// Recognises what is wanted among what its customers have: as it was ordered, or, where that is not listed, as it is now.
async fn recognise_all(
    connection: &Connection,
    materials: &Materials,
    terminal: &Terminal,
) -> Result<Recognised, Failure> {
    let customers: BTreeSet<CustomerId> =
        materials.orders.iter().map(|order| order.spec.customer_id).collect();
    let mut listed: Vec<ObservedOrder> = Vec::new();
    for customer in customers {
        let list = || connection.client.list_orders(customer);
        listed.extend(connection.read(terminal, list).await?.orders);
    }
    let mut recognised = plan::recognise(&materials.orders, &listed);
    let missing: BTreeSet<OrderName> = std::mem::take(&mut recognised.missing).into_iter().collect();
    let wanted = materials.orders.iter().filter(|order| missing.contains(&order.name));
    let wanted: Vec<DesiredOrder> = wanted.cloned().collect();
    let asked: BTreeSet<CustomerId> = wanted.iter().map(|order| order.spec.customer_id).collect();
    listed.retain(|order| recognised.found.values().all(|found| found.id != order.id));
    let mut now = Vec::new();
    for customer in asked {
        let list = || connection.client.list_subscriptions(customer);
        let seen = connection.read(terminal, list).await?;
        let of_it = listed.iter().filter(|order| order.customer_id == Some(customer));
        now.extend(of_it.filter_map(|order| plan::present(order, &seen)));
    }
    let changed = plan::recognise(&wanted, &now);
    recognised.found.extend(changed.found);
    recognised.ambiguous.extend(changed.ambiguous);
    recognised.missing = changed.missing;
    Ok(recognised)
}

fn adopted(materials: &Materials, recognised: &Recognised) -> Vec<RecordKind> {
    let wanted = materials.orders.iter().filter_map(|order| {
        let found = recognised.found.get(&order.name)?;
        let (name, spec) = (order.name.clone(), Box::new(order.spec.clone()));
        Some(RecordKind::Adopted { name, spec, order: PlacedOrder::from(found) })
    });
    wanted.collect()
}

fn report(recognised: &Recognised, at: &Moment, terminal: &Terminal) {
    for (name, order) in &recognised.found {
        terminal.say(&format!("= {name}: order {}", order.id));
    }
    for (name, ids) in &recognised.ambiguous {
        let ids: Vec<&str> = ids.iter().map(crate::domain::OrderId::as_str).collect();
        terminal.say(&format!("! {name}: could be any of {}", ids.join(", ")));
        terminal.say(&format!("  hint: say which with `orderform adopt {name} ORDER_ID`"));
    }
    for name in &recognised.missing {
        terminal.say(&format!("  {name}: not listed"));
    }
    let when = at.server.map_or_else(String::new, |at| format!(" at {at}"));
    terminal.say(&format!(
        "the state was made again{when}; orders that are not listed yet may exist, so nothing is bought until \
         `--settle-after` has passed"
    ));
}
