//! Whole directories: each order with the values that hold for it, and where each of them was written.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use orderform::domain::DesiredOrder;
use orderform::manifest::{self, Origins};

use super::rendered;

const ROOT: &str = "tests/fixtures/manifests/directories";

fn shown(order: &DesiredOrder, origins: &Origins, root: &str) -> String {
    let mut text = format!("## {}\n\n", order.name);
    let spec = &order.spec;
    let customer = order.customer_name.as_deref().unwrap_or("without a name");
    writeln!(text, "customer: {} ({customer})", spec.customer_id).unwrap();
    writeln!(text, "billing cycle: {:?}", spec.billing_cycle.as_ref().map(ToString::to_string)).unwrap();
    writeln!(text, "attested: {:?}", spec.partner_on_record_attestation_accepted).unwrap();
    writeln!(text, "auto renewal: {:?}", order.auto_renew).unwrap();
    writeln!(text, "labels: {:?}", order.labels).unwrap();
    for line in &spec.line_items {
        let term = line.term_duration.as_ref().map(ToString::to_string);
        let partners = (&line.partner_id_on_record, &line.additional_partner_ids_on_record);
        writeln!(text, "- {} x {}, term {term:?}, partners {partners:?}", line.offer_id, line.quantity)
            .unwrap();
    }
    text.push('\n');
    for (path, region) in origins {
        let file = region.file.strip_prefix(root).unwrap();
        let span = region.span.unwrap();
        writeln!(text, "{path}: {file}:{}:{}", span.line, span.column).unwrap();
    }
    text.push('\n');
    text
}

#[test]
fn every_order_of_a_directory_takes_the_defaults_nearest_to_it() {
    let mut directories: Vec<_> = fs::read_dir(ROOT).unwrap().map(|entry| entry.unwrap().path()).collect();
    directories.sort();
    let mut all = String::new();
    for directory in directories {
        let loaded = manifest::load_with_origins(&directory);
        assert_eq!(rendered(&loaded), "", "{}", directory.display());
        assert_eq!(loaded.orders.len(), loaded.origins.len());
        writeln!(all, "# {}\n", directory.file_name().unwrap().to_string_lossy()).unwrap();
        let root = format!("{}/", directory.display());
        for (order, origins) in loaded.orders.iter().zip(&loaded.origins) {
            all += &shown(order, origins, &root);
        }
    }
    insta::assert_snapshot!("directories", all);
}

/// A file on its own is read with what stands beside it and above it, up to the project.
#[test]
fn a_file_takes_the_same_defaults_alone_as_with_its_directory() {
    let root = Path::new(ROOT).join("levels");
    let whole = manifest::load(&root);
    for file in ["emea/berlin/legacy.yaml", "emea/berlin/deep/below/order.yaml"] {
        let alone = manifest::load(&root.join(file));
        assert_eq!(rendered(&alone), "", "{file}");
        let name = &alone.orders[0].name;
        let same = whole.orders.iter().find(|order| order.name == *name).unwrap();
        assert_eq!(alone.orders[0], *same);
    }
}
