//! Microsoft's page "Create an order", exactly once: a customer, an order with one line; its id and its etag.
//!
//! `cargo run --example create_order` buys it in the embedded sandbox. To buy for real, take
//! `Endpoint::for_cloud(Cloud::Public)`, a token for it, and a directory that is kept.

#![expect(clippy::print_stdout, reason = "an example shows what it did")]

use std::error::Error;
use std::sync::Arc;

use orderform::apply::{self, Session, Settings};
use orderform::domain::{Approval, Lineage, Recorded};
use orderform::manifest::{self, Sources};
use orderform::partner_center::{AccessToken, Client, ClientSettings, Endpoint, RealTimer};
use orderform::plan;
use orderform::protocol::Rules;
use orderform::sandbox::{Options, Sandbox};
use orderform::store::{Holder, Store};

const ORDER: &str = "
apiVersion: orderform/v1
kind: Order
metadata:
  name: contoso-exchange
spec:
  customerId: 4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04
  billingCycle: monthly
  lineItems:
    - offerId: 84A03D81-6B37-4D66-8D4A-FAEA24541538
      friendlyName: new offer purchase
      quantity: 5
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", create_order().await?);
    Ok(())
}

/// Buys the order and says what came of it.
pub(crate) async fn create_order() -> Result<String, Box<dyn Error>> {
    // What is wanted: from text here, from files with `manifest::load`.
    let mut sources = Sources::new();
    sources.add("order.yaml", ORDER);
    let orders = manifest::parse(sources).orders;

    // Where it is bought.
    let sandbox = Sandbox::open(Options::default())?.embed().await?;
    let token = AccessToken::parse("anything")?;
    let client = Client::new(Endpoint::parse(&sandbox.url())?, token, ClientSettings::default())?;

    // What is recorded: made once, then opened again and again.
    let (dir, lineage) = (tempfile::tempdir()?, Lineage::from_random(uuid::Uuid::new_v4().as_u128()));
    let (user, host) = ("example".to_owned(), "localhost".to_owned());
    let [command, tool] = ["create_order".to_owned(), "create_order 1.0".to_owned()];
    let holder = Holder { pid: std::process::id(), host, user, command, started: None, tool };
    drop(Store::create(dir.path(), lineage, &holder)?);
    let mut store = Store::open_for_writing(dir.path(), Some(lineage), &holder)?;

    // What is missing is bought: intended on disk first, then sent, then recorded.
    let (_stop, stopped) = tokio::sync::watch::channel(false);
    let session = Session {
        partner_center: Arc::new(client),
        timer: Arc::new(RealTimer),
        journal: &mut store.journal,
        state: &mut store.state,
        budget: plan::Budget::default(),
        stop: stopped,
        settings: Settings {
            parallelism: 1,
            rules: Rules::default(),
            by: holder.user,
            command: holder.command,
            tool: holder.tool,
            approval: Approval::Flag,
            commit: None,
        },
    };
    let plan = plan::build(&orders, session.state);
    apply::run(&plan, session, &mut |_event| {}).await?;
    sandbox.close().await?;

    let Some(Recorded::Created(bought)) = store.state.orders.get(&orders[0].name) else {
        return Err("the order was not created".into());
    };
    let etag = bought.order.etag.as_ref().map_or("none", |etag| etag.as_str());
    Ok(format!("order {}, etag {etag}", bought.order.order_id))
}
