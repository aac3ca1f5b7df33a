//! A receipt, for a pull request or a ticket.
//!
//! **Invariant:** what a terminal shows, no more and no less.

use super::super::words::{self, Medium};
use super::code;
use crate::domain::Place;
use crate::domain::receipt::Receipt;

pub(super) fn comment(receipt: &Receipt, manifest: Option<&Place>) -> String {
    let wanted = manifest.map_or("no manifest wants it any more".to_owned(), |place| {
        format!("wanted at {}", code(&format!("{}:{}", place.file, place.line)))
    });
    let mut text = format!("**Order** {}: {wanted}\n", code(receipt.name.as_str()));
    for name in &receipt.formerly {
        text.push_str(&format!("\nformerly {}\n", code(name.as_str())));
    }
    let mut told = None;
    for entry in &receipt.entries {
        let at = entry.record.time.map_or("at an unknown time".to_owned(), |at| at.to_string());
        let title = words::receipt_title(&entry.record.kind);
        text.push_str(&format!("\n{at}: **{title}** (record {})\n\n", entry.record.serial));
        let run = entry.run.as_deref().filter(|run| told != Some(run.serial));
        let who = run.map(|run| words::receipt_run(run, Medium::Markdown)).unwrap_or_default();
        told = entry.run.as_deref().map(|run| run.serial);
        for (label, value) in words::receipt_facts(entry, Medium::Markdown).into_iter().chain(who) {
            text.push_str(&format!(
                "- {}{value}\n",
                if label.is_empty() { String::new() } else { format!("{label}: ") }
            ));
        }
    }
    text
}
