//! `orderform render`: prints every order as it is wanted in the end, with the place that each value comes from.

use clap::Args;
use serde_json::{Map, Value, json};

use super::failure::{Failure, exit};
use super::materials::{refuse_wrong, show_diagnostics};
use super::terminal::Terminal;
use crate::domain::DesiredOrder;
use crate::manifest::{self, Origins, Region, write};
use crate::view::{Format, json_text};

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// A manifest, or a directory of manifests.
    #[arg(default_value = ".", value_name = "PATH")]
    path: std::path::PathBuf,
}

pub(super) fn run(args: &RenderArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let loaded = manifest::load_with_origins(&args.path);
    show_diagnostics(&loaded, terminal, terminal.verbose);
    let loaded = refuse_wrong(loaded)?;
    let mut orders: Vec<_> = loaded.orders.iter().zip(&loaded.origins).collect();
    orders.sort_by_key(|(order, _)| &order.name);
    match terminal.format {
        Format::Json => terminal.print(&json_of(&orders))?,
        Format::Human => terminal.print(&yaml_of(&orders))?,
        Format::Markdown => terminal.print(&format!("```yaml\n{}```\n", yaml_of(&orders)))?,
    }
    Ok(exit::DONE)
}

fn yaml_of(orders: &[(&DesiredOrder, &Origins)]) -> String {
    let document = |(order, origins): &(&DesiredOrder, &Origins)| {
        let comment = |path: &str| {
            let place = place(origins.get(path)?);
            match (path, &order.customer_name, origins.get("spec.customer")) {
                ("spec.customerId", Some(name), Some(by)) => {
                    Some(format!("{place}, {name} by {}", self::place(by)))
                }
                _ => Some(place),
            }
        };
        write::yaml(order, &comment)
    };
    orders.iter().map(document).collect::<Vec<_>>().join("---\n")
}

fn place(region: &Region) -> String {
    let line = region.span.map_or(String::new(), |span| format!(":{}", span.line));
    format!("{}{line}", region.file)
}

fn json_of(orders: &[(&DesiredOrder, &Origins)]) -> String {
    let place = |region: &Region| {
        let span = region.span;
        json!({ "file": &*region.file, "line": span.map(|s| s.line), "column": span.map(|s| s.column) })
    };
    let order = |(order, origins): &(&DesiredOrder, &Origins)| {
        let origins: Map<String, Value> =
            origins.iter().map(|(path, region)| (path.clone(), place(region))).collect();
        json!({ "name": order.name.as_str(), "manifest": write::json(order), "origins": origins })
    };
    let orders: Vec<Value> = orders.iter().map(order).collect();
    json_text(&json!({ "formatVersion": "1.0", "orders": orders }))
}
