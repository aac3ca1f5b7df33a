//! A price list, CSV or JSON, becomes prices, or every diagnostic at once.
//!
//! Both formats have the same five columns or keys: `offerId`, `termDuration`, `billingCycle`, `currency` and `unitPrice`,
//! which is for one seat and one billing period. `csv` and `json` cut a text into rows of cells with places, `row` reads
//! the cells.
//!
//! **Invariant:** a list with one error is no list: [`load`] gives prices only where nothing is wrong. A file is read as
//! manifests are: bounded, UTF-8, a regular file.

mod csv;
mod json;
mod row;

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::domain::PriceList;
use crate::manifest::{Code, Diagnostic, Findings, Loaded, Region, Sources, Span, read_each, shorten, spelt};
use row::{COLUMNS, Row};

/// Reads a price list. With a project, the file has to lie in its directory, and no link may lead out of it.
///
/// # Errors
/// Everything that is wrong, with the texts to show it.
pub fn load(path: &Path, project: Option<&Path>) -> Result<PriceList, Box<Loaded>> {
    let refused = |code: Code, message: &str, hint: &str| {
        let region = Region::file(&Arc::from(path.to_string_lossy()));
        let diagnostics = vec![Diagnostic::new(code, region, message).hint(hint)];
        Box::new(Loaded { diagnostics, ..Loaded::default() })
    };
    if path.is_dir() {
        return Err(refused(Code::NotAFile, "this is a directory, not a price list", "name the file in it"));
    }
    let leaves = |project: &Path| match (fs::canonicalize(project), fs::canonicalize(path)) {
        (Ok(project), Ok(path)) => !path.starts_with(project),
        // It is not there, and reading it says so.
        _ => false,
    };
    if project.is_some_and(leaves) {
        let message = "this price list lies outside the project, or a link leads there";
        let hint = "put the file itself into the project's directory, or name it with `--prices`";
        return Err(refused(Code::LinkRefused, message, hint));
    }
    let (sources, found) = read_each(&[path.to_path_buf()]);
    if !found.is_empty() {
        return Err(Box::new(Loaded { diagnostics: found, sources, ..Loaded::default() }));
    }
    parse_sources(sources)
}

/// Reads a price list from a text, without touching any file. What begins with `[` or `{` is JSON.
///
/// # Errors
/// Everything that is wrong, with the text to show it.
pub fn parse(name: &str, text: &str) -> Result<PriceList, Box<Loaded>> {
    let mut sources = Sources::new();
    sources.add(name, text);
    parse_sources(sources)
}

fn parse_sources(sources: Sources) -> Result<PriceList, Box<Loaded>> {
    let name: Arc<str> = sources.names().next().map(Arc::from).expect("there is one file");
    let text = sources.text(&name).expect("it was just named");
    let findings = Findings::of(&name);
    let rows = match text.trim_start().starts_with(['[', '{']) {
        true => json::rows(text, &findings),
        false => csv::rows(text, &findings),
    };
    let list = list(&rows, &findings);
    let mut diagnostics = findings.into_diagnostics();
    if diagnostics.is_empty() {
        return Ok(list);
    }
    diagnostics.sort_by(|a, b| (&a.region, a.code, &a.message).cmp(&(&b.region, b.code, &b.message)));
    shorten(&mut diagnostics);
    Err(Box::new(Loaded { diagnostics, sources, ..Loaded::default() }))
}

fn list(rows: &[Row<'_>], findings: &Findings) -> PriceList {
    let mut list = PriceList::default();
    let mut places: HashMap<String, Span> = HashMap::with_capacity(rows.len());
    for row in rows {
        let Some((price, at)) = row.price(findings) else { continue };
        let term = price.term_duration.as_ref().map_or("", |term| term.as_str());
        let offer = price.offer_id.as_str().to_ascii_uppercase();
        let key = format!("{offer} {term} {} {}", price.billing_cycle, price.currency);
        let unit_price = price.unit_price;
        let first = *places.entry(key).or_insert(at);
        if let Err(there) = list.insert(price) {
            let message =
                format!("this price is {unit_price}, and the one before it for the same thing is {there}");
            let diagnostic = Diagnostic::new(Code::TwoPrices, findings.at(at), message)
                .related(findings.at(first), "the one before it");
            findings.add(diagnostic.hint("keep the one that holds today"));
        }
    }
    list
}

/// Reports a column or key that is not one of ours.
fn unknown_column(text: &str, span: Span, findings: &Findings) {
    let hint = match text {
        "ProductId" | "SkuId" | "BillingPlan" | "UnitPrice" => {
            "this looks like Partner Center's own price sheet; the README says how to make a price list from it".to_owned()
        }
        _ => match COLUMNS.iter().find(|column| column.eq_ignore_ascii_case(text.trim())) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("the columns are {}; remove this one", COLUMNS.map(|c| format!("`{c}`")).join(", ")),
        },
    };
    findings.report(Code::UnknownKey, span, format!("unknown column {}", spelt(text)), hint);
}

#[cfg(test)]
mod tests;
