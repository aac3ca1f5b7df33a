//! `orderform validate`: reads the manifests and prints every problem.

use clap::Args;
use serde_json::json;

use super::failure::{Failure, exit};
use super::materials::{Where, show_diagnostics};
use super::terminal::Terminal;
use crate::manifest::{self, Diagnostic, Loaded, Severity};
use crate::view::Format;

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    place: Where,
}

pub(super) fn run(args: &ValidateArgs, terminal: &Terminal) -> Result<u8, Failure> {
    let loaded = manifest::load(&args.place.path);
    match terminal.format {
        Format::Json => terminal.print(&json_of(&loaded))?,
        Format::Human | Format::Markdown => {
            show_diagnostics(&loaded, terminal, true);
            terminal.print(&format!("{}\n", verdict(&loaded)))?;
        }
    }
    Ok(if loaded.is_valid() { exit::DONE } else { exit::MANIFESTS })
}

fn verdict(loaded: &Loaded) -> String {
    let count = |severity| loaded.diagnostics.iter().filter(|d| d.severity() == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let warned = match warnings {
        0 => String::new(),
        1 => ", 1 warning".to_owned(),
        n => format!(", {n} warnings"),
    };
    match (errors, loaded.orders.len()) {
        (0, 1) => format!("1 order is in order{warned}"),
        (0, n) => format!("{n} orders are in order{warned}"),
        (1, _) => format!("1 problem{warned}"),
        (n, _) => format!("{n} problems{warned}"),
    }
}

fn json_of(loaded: &Loaded) -> String {
    let place = |region: &manifest::Region| {
        let span = region.span;
        json!({
            "file": &*region.file,
            "line": span.map(|s| s.line),
            "column": span.map(|s| s.column),
            "length": span.map(|s| s.length),
        })
    };
    let diagnostic = |d: &Diagnostic| {
        json!({
            "code": d.code.as_str(),
            "severity": match d.severity() { Severity::Error => "error", Severity::Warning => "warning" },
            "message": d.message,
            "hint": d.hint,
            "place": place(&d.region),
            "related": d.related.iter().map(|r| json!({ "place": place(&r.region), "message": r.message })).collect::<Vec<_>>(),
        })
    };
    let diagnostics: Vec<_> = loaded.diagnostics.iter().map(diagnostic).collect();
    let document = json!({
        "formatVersion": "1.0",
        "valid": loaded.is_valid(),
        "orders": loaded.orders.len(),
        "diagnostics": diagnostics,
    });
    format!("{document:#}\n")
}
