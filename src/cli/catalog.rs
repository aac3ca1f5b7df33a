//! `orderform catalog search`: finds an offer id by its title, as a customer may buy it.

use clap::{Args, Subcommand};

use super::connect::{Connection, Target};
use super::failure::{Failure, exit};
use super::materials::{Materials, Where};
use super::terminal::Terminal;
use crate::domain::CustomerId;
use crate::facts;
use crate::manifest;
use crate::partner_center::RealTimer;
use crate::view::{escape, search_result};

#[derive(Debug, Args)]
pub(super) struct CatalogArgs {
    #[command(subcommand)]
    command: CatalogCommand,
}

#[derive(Debug, Subcommand)]
enum CatalogCommand {
    /// Find offers by their title, in the catalogue of a customer's country and segment.
    Search(SearchArgs),
}

#[derive(Debug, Args)]
struct SearchArgs {
    /// Words of the title, or a product id.
    #[arg(value_name = "TEXT")]
    text: String,
    #[command(flatten)]
    place: Where,
    /// Whose catalogue: the name of a `kind: Customer` document, or a tenant id.
    #[arg(long, value_name = "NAME|GUID")]
    customer: String,
    /// The most offers to show.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    #[command(flatten)]
    target: Target,
}

pub(super) async fn run(args: &CatalogArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let CatalogCommand::Search(args) = &args.command;
    if args.text.trim().is_empty() {
        let failure = Failure::new("there is nothing to search for");
        return Err(failure.hint("name a word of its title, such as `exchange`"));
    }
    let materials = Materials::of_state(&args.place, terminal)?;
    let customer = customer(args)?;
    let connection = Connection::look(&args.target, &materials.project, &materials.state_dir).await?;
    let limit = usize::from(args.limit);
    let asking = facts::search(&*connection.client, &RealTimer, customer, &args.text, limit);
    let found = connection.telling(terminal, asking).await;
    connection.close().await?;
    terminal.print(&search_result(&found?, terminal.format))?;
    Ok(exit::DONE)
}

/// Returns the tenant id of who was named.
fn customer(args: &SearchArgs) -> Result<CustomerId, Failure> {
    if let Ok(id) = CustomerId::parse(&args.customer) {
        return Ok(id);
    }
    let loaded = manifest::load(&args.place.path);
    let named = loaded.customers.iter().find(|customer| customer.name == args.customer);
    named.and_then(|customer| customer.customer_id).ok_or_else(|| {
        let path = args.place.path.display();
        let name = escape(&args.customer);
        let names: Vec<String> =
            loaded.customers.iter().map(|customer| format!("`{}`", escape(&customer.name))).collect();
        Failure::new(format!("no `kind: Customer` in `{path}` is called `{name}`")).hint(
            match names.is_empty() {
                true => "give the tenant id, or the directory that describes the customer".to_owned(),
                false => format!("give the tenant id, or one of {}", names.join(", ")),
            },
        )
    })
}
