//! A receipt, for a terminal: what happened to an order, record by record, and who did it.
//!
//! **Invariant:** nothing is left out but the bytes that were sent and the orders of the baseline; a run is told once.

use super::super::words::{self, Medium};
use super::super::{Look, text};
use super::Page;
use crate::domain::Place;
use crate::domain::receipt::Receipt;

/// The width of the longest label, `customer had`.
const LABELS: usize = 12;

pub(super) fn page(receipt: &Receipt, manifest: Option<&Place>, look: Look) -> Page {
    let mut page = Page::new(look);
    page.title(&format!("Order {}", receipt.name));
    let wanted = manifest.map_or("none: nobody wants it any more".to_owned(), |place| {
        format!("{}:{}", Medium::Terminal.text(&place.file), place.line)
    });
    field(&mut page, "manifest", &wanted);
    for name in &receipt.formerly {
        field(&mut page, "formerly", name.as_str());
    }
    let mut told = None;
    for entry in &receipt.entries {
        let at = entry.record.time.map_or("at an unknown time".to_owned(), |at| at.to_string());
        page.line("");
        page.title(&format!(
            "{at}  {} (record {})",
            words::receipt_title(&entry.record.kind),
            entry.record.serial
        ));
        let run = entry.run.as_deref().filter(|run| told != Some(run.serial));
        let who = run.map(|run| words::receipt_run(run, Medium::Terminal)).unwrap_or_default();
        told = entry.run.as_deref().map(|run| run.serial);
        for (label, value) in words::receipt_facts(entry, Medium::Terminal).into_iter().chain(who) {
            field(&mut page, label, &value);
        }
    }
    page
}

fn field(page: &mut Page, label: &str, value: &str) {
    page.line(&format!("  {}  {value}", text::pad(label, LABELS)));
}
