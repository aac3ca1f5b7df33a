//! `orderform adopt` and `orderform settle`: a person's verdict about an order; or about all that customers have, which is
//! in [`customers`].

mod asking;
mod customers;
mod files;
mod keeping;
mod memory;
mod progress;

use std::path::PathBuf;

use clap::Args;

use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{Materials, Where, WhereState};
use super::record::Pen;
use super::state::parse_name;
use super::terminal::Terminal;
use crate::apply;
use crate::domain::{
    Attempt, AuditedOrder, CustomerId, Evidence, Likeness, NotOrdered, ObservedOrder, OrderId, OrderName,
    OrderSpec, PlacedOrder, RecordKind, Recorded,
};
use crate::plan;
use crate::ports::PartnerCenter;
use crate::protocol::Rules;
use crate::protocol::settle::{self as evidence, Finding, Proof};

const USAGE: &str = "orderform adopt [OPTIONS] NAME ORDER_ID [PATH]
       orderform adopt [OPTIONS] --customer NAME [PATH]
       orderform adopt [OPTIONS] --all-customers [PATH]";

#[derive(Debug, Args)]
#[command(override_usage = USAGE)]
pub(super) struct AdoptArgs {
    /// Of one order the name that it has in the manifests and Partner Center's id; then, or alone, a manifest or a directory
    /// of manifests [default: .].
    #[arg(value_name = "NAME ORDER_ID PATH", num_args = 0..=3)]
    words: Vec<String>,
    #[command(flatten)]
    customers: customers::CustomersArgs,
    #[command(flatten)]
    state: WhereState,
    #[command(flatten)]
    target: Target,
}

impl AdoptArgs {
    fn place(&self, path: Option<&String>) -> Where {
        Where { path: path.map_or_else(|| PathBuf::from("."), PathBuf::from), state: self.state.clone() }
    }
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("verdict").required(true).args(["bought", "not_bought"])))]
pub(super) struct SettleArgs {
    /// The name of the order in doubt.
    #[arg(value_parser = parse_name)]
    name: OrderName,
    /// It was bought: this is Partner Center's id of it.
    #[arg(long, value_name = "ORDER_ID", value_parser = parse_order_id)]
    bought: Option<OrderId>,
    /// It was not bought: somebody made sure in Partner Center.
    #[arg(long)]
    not_bought: bool,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    target: Target,
}

fn parse_order_id(text: &str) -> Result<OrderId, String> {
    OrderId::parse(text).map_err(|error| error.to_string())
}

pub(super) async fn adopt(args: &AdoptArgs, terminal: &Terminal) -> Result<u8, Failure> {
    match (args.customers.are_asked_for(), args.words.as_slice()) {
        (true, words @ ([] | [_])) => {
            customers::run(&args.customers, &args.place(words.first()), &args.target, terminal).await
        }
        (false, [name, id, rest @ ..]) => {
            let (name, id) = (parse_name(name), parse_order_id(id));
            let (name, id) = (name.map_err(Failure::new)?, id.map_err(Failure::new)?);
            adopt_one(&name, &id, args, &args.place(rest.first()), terminal).await
        }
        _ => Err(Failure::new("it is not clear what is to be adopted")
            .hint(format!("one of these:\n{}", USAGE.replace("       ", "")))),
    }
}

async fn adopt_one(
    name: &OrderName,
    order_id: &OrderId,
    args: &AdoptArgs,
    place: &Where,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let materials = Materials::load(place, terminal)?;
    let wanted = materials.orders.iter().find(|order| order.name == *name).ok_or_else(|| {
        Failure::new(format!("no manifest has the name `{name}`"))
            .hint("write the manifest of the order first: it says what the order is")
    })?;
    let pen = Pen::open(&materials.state_dir, materials.lineage(), "orderform adopt", terminal)?;
    match pen.state.orders.get(name) {
        None => {}
        Some(Recorded::Created(bought)) => {
            return Err(Failure::new(format!(
                "`{name}` is recorded as order {} already",
                bought.order.order_id
            )));
        }
        Some(Recorded::Pending(_)) => {
            return Err(Failure::new(format!("`{name}` has an attempt in doubt")).hint(format!(
                "say how it ended: `orderform settle {name} --bought {order_id}`, or `--not-bought`"
            )));
        }
    }
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let found = find(&connection, terminal, wanted.spec.customer_id, order_id).await;
    // How long they run is good to know, and no reason not to record the order.
    let subscriptions = match &found {
        Ok(_) => connection.client.list_subscriptions(wanted.spec.customer_id).await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let (endpoint, at) = (connection.client.endpoint(), connection.client.now());
    connection.close().await?;
    let order = found?;
    // What was changed since it was bought is the same order.
    let now = plan::present(&order, &subscriptions).unwrap_or_else(|| order.clone());
    let is_now = now.likeness(&wanted.spec) != Likeness::Different;
    let shown = if is_now { &now } else { &order };
    require_likeness(shown, &wanted.spec)
        .map_err(|failure| failure.hint("make the manifest say what was bought, or check the id"))?;
    let adopted = RecordKind::Adopted {
        name: name.clone(),
        spec: Box::new(wanted.spec.clone()),
        order: PlacedOrder::from(shown),
    };
    let ids: Vec<_> = shown.lines.iter().map(|line| line.subscription_id.clone()).collect();
    let terms = apply::terms_of(&ids, &subscriptions);
    let known = (!terms.is_empty()).then(|| RecordKind::TermsKnown { name: name.clone(), terms });
    let kinds = pen.binding(endpoint)?.into_iter().chain([adopted]).chain(known).collect();
    pen.write(at.server, kinds)?;
    terminal.say(&format!("`{name}` is recorded as order {}; nothing was bought", order.id));
    Ok(exit::DONE)
}

pub(super) async fn settle(args: &SettleArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let materials = Materials::of_state(&args.place, terminal)?;
    let name = &args.name;
    let pen = Pen::open(&materials.state_dir, materials.lineage(), "orderform settle", terminal)?;
    let Some(Recorded::Pending(attempt)) = pen.state.orders.get(name) else {
        return Err(Failure::new(format!("`{name}` has no attempt in doubt"))
            .hint("`orderform state list` shows what is recorded"));
    };
    let Some(order_id) = &args.bought else {
        let attempt = (**attempt).clone();
        return settle_as_not_bought(args, &materials, pen, &attempt, terminal).await;
    };
    let spec = attempt.spec.clone();
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let found = find(&connection, terminal, spec.customer_id, order_id).await;
    let (endpoint, now) = (connection.client.endpoint(), connection.client.now());
    connection.close().await?;
    let order = found?;
    require_likeness(&order, &spec)
        .map_err(|failure| failure.hint("check the id: the attempt asked for something else"))?;
    let (placed, evidence) = (PlacedOrder::from(&order), Evidence::Person);
    let created = RecordKind::Created { name: name.clone(), order: placed, evidence };
    let kinds = pen.binding(endpoint)?.into_iter().chain([created]).collect();
    pen.write(now.server, kinds)?;
    terminal.say(&format!("`{name}` is recorded as order {}", order.id));
    Ok(exit::DONE)
}

/// A person's word is good for what the list cannot show yet, but not against what it shows.
async fn settle_as_not_bought(
    args: &SettleArgs,
    materials: &Materials,
    pen: Pen,
    attempt: &Attempt,
    terminal: &Terminal,
) -> Result<u8, Failure> {
    let name = &args.name;
    let connection = Connection::open(&args.target, &materials.project, &materials.state_dir).await?;
    let listed = connection.read(terminal, || connection.client.list_orders(attempt.spec.customer_id)).await;
    // Only what proves something counts: a log that cannot be read proves nothing.
    let since = attempt.baseline.at.clone();
    let audited = connection.client.audited_orders(attempt.spec.customer_id, since).await.unwrap_or_default();
    let endpoint = connection.client.endpoint();
    connection.close().await?;
    let listing = listed?;
    refuse_what_is_proved(name, attempt, &audited)?;
    let unclaimed: Vec<ObservedOrder> =
        listing.orders.into_iter().filter(|order| pen.state.name_of(&order.id).is_none()).collect();
    let candidates = match evidence::find(attempt, &unclaimed) {
        Finding::Nothing => Vec::new(),
        Finding::Match(order) => vec![order.id],
        Finding::Candidates(ids) => ids,
    };
    if let Some(id) = candidates.first() {
        let ids: Vec<String> = candidates.iter().map(|id| format!("`{id}`")).collect();
        let customer = attempt.spec.customer_id;
        return Err(Failure::new(format!(
            "customer {customer} has what could be `{name}`, and nobody recorded it: {}",
            ids.join(", ")
        ))
        .hint(format!(
            "if one of them is it: `orderform settle {name} --bought {id}`; if not, adopt each under a name of its own"
        )));
    }
    let settle_after = materials.project.recovery.settle_after.unwrap_or(Rules::default().settle_after);
    if !evidence::wait_left(attempt, &listing.at, settle_after).is_zero() {
        terminal.say("note: the last send is so young that an order of it may not be listed yet");
    }
    let not_ordered = RecordKind::NotOrdered { name: name.clone(), reason: NotOrdered::Person };
    let kinds = pen.binding(endpoint)?.into_iter().chain([not_ordered]).collect();
    pen.write(listing.at.server, kinds)?;
    terminal
        .say(&format!("`{name}` is recorded as not bought; the next apply buys it if a manifest wants it"));
    Ok(exit::DONE)
}

/// Refuses to call an attempt not bought that the audit log says something of.
fn refuse_what_is_proved(
    name: &OrderName,
    attempt: &Attempt,
    audited: &[AuditedOrder],
) -> Result<(), Failure> {
    match evidence::proof(attempt, audited) {
        Proof::Silence => Ok(()),
        Proof::Ours(order) => {
            let id = &order.id;
            let why = format!("the audit log says that `{name}` was bought, as order {id}");
            let way_out = format!("`orderform settle {name} --bought {id}`, or run `orderform apply` again");
            Err(Failure::new(why).hint(format!("record it: {way_out}")))
        }
        Proof::Contradiction(ids) => {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            let why = format!("the audit log ascribes {} to the request of `{name}`", ids.join(", "));
            Err(Failure::new(why).hint("look at them in Partner Center: they are not what was sent"))
        }
    }
}

async fn find(
    connection: &Connection,
    terminal: &Terminal,
    customer: CustomerId,
    id: &OrderId,
) -> Result<ObservedOrder, Failure> {
    let found = connection.read(terminal, || connection.client.find_order(customer, id.clone())).await?;
    found.ok_or_else(|| {
        Failure::new(format!("customer {customer} has no order {id}"))
            .hint("check the id; a new order may be missing for up to 15 minutes")
    })
}

/// A person may know better than a renamed line, but not than another offer or another number of seats.
fn require_likeness(order: &ObservedOrder, wanted: &OrderSpec) -> Result<(), Failure> {
    if order.likeness(wanted) != Likeness::Different {
        return Ok(());
    }
    let lines = order.lines.iter().map(|line| format!("{} seats of {}", line.quantity, line.offer_id));
    let mut failure = Failure::new(format!("order {} is not what was asked for", order.id));
    failure.causes = lines.map(|line| format!("it has {line}")).collect();
    Err(failure)
}
