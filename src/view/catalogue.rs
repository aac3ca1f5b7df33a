//! What a search of the catalogue found: for people, pull requests and programs.
//!
//! **Invariant:** titles are Partner Center's, and made harmless like everything of others.

use serde_json::{Value, json};

use super::json::{FORMAT_VERSION, text as json_text};
use super::text::{count, escape, plural};
use super::words::Medium;
use super::{Format, markdown};
use crate::domain::{Availability, Hit, OfferedTerm, SearchResult};

/// Writes what was found.
#[must_use]
pub fn search_result(found: &SearchResult, format: Format) -> String {
    match format {
        Format::Json => json_text(&document(found)),
        Format::Human => human(found),
        Format::Markdown => markdown_table(found),
    }
}

fn human(found: &SearchResult) -> String {
    let mut text = String::new();
    for hit in &found.hits {
        let title = Medium::Terminal.name(&hit.sku.title);
        text.push_str(&format!("{}  {title}\n", escape(&hit.sku.offer)));
        if hit.product.title != hit.sku.title {
            text.push_str(&format!("    of {}\n", Medium::Terminal.name(&hit.product.title)));
        }
        text.push_str(&format!("    {}\n", particulars(hit).join("; ")));
    }
    text + &tally(found)
}

fn markdown_table(found: &SearchResult) -> String {
    let mut text = "| offerId | title | |\n|---|---|---|\n".to_owned();
    for hit in &found.hits {
        let (offer, title) = (markdown::code(&hit.sku.offer), markdown::code(&hit.sku.title));
        let rest = markdown::code(&particulars(hit).join("; "));
        text.push_str(&format!("| {offer} | {title} | {rest} |\n"));
    }
    text + "\n" + &tally(found)
}

/// Says how many may be bought, for how long, by whom, and what is particular.
fn particulars(hit: &Hit) -> Vec<String> {
    let sku = &hit.sku;
    let seats = match (sku.minimum, sku.maximum) {
        (Some(least), Some(most)) if most < 999_999_999 => Some(format!("{least} to {most} seats")),
        (Some(least), _) if least > 1 => Some(format!("{least} seats or more")),
        _ => None,
    };
    let sold: Vec<&Availability> =
        hit.availabilities.iter().filter(|one| one.is_purchasable == Some(true)).collect();
    let terms: Vec<String> = sold.iter().flat_map(|one| &one.terms).map(term).collect();
    let mut segments: Vec<String> =
        sold.iter().filter_map(|one| one.segment.as_deref().map(escape)).collect();
    segments.dedup();
    let listed =
        if hit.availabilities.is_empty() { "not in this customer's catalogue" } else { "not sold any more" };
    let parts = [
        sold.is_empty().then(|| listed.to_owned()),
        seats,
        (!terms.is_empty()).then(|| terms.join(", ")),
        (!segments.is_empty()).then(|| segments.join(", ")),
        sku.is_trial.then(|| "trial".to_owned()),
        sku.is_addon.then(|| "add-on".to_owned()),
        sku.needs_attestation.then(|| "needs attestationAccepted".to_owned()),
    ];
    parts.into_iter().flatten().collect()
}

fn term(term: &OfferedTerm) -> String {
    let parts =
        [term.duration.as_ref().map(ToString::to_string), term.cycle.as_ref().map(ToString::to_string)];
    escape(&parts.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

fn tally(found: &SearchResult) -> String {
    let more = match found.left_out {
        0 => String::new(),
        _ => "; there is more: say more words, or raise `--limit`".to_owned(),
    };
    format!("{} found with {}{more}\n", count(found.hits.len(), "offer"), plural(found.requests, "request"))
}

fn document(found: &SearchResult) -> Value {
    let availability = |one: &Availability| {
        let terms = one.terms.iter().map(|term| {
            json!({
                "termDuration": term.duration.as_ref().map(ToString::to_string),
                "billingCycle": term.cycle.as_ref().map(ToString::to_string),
            })
        });
        json!({
            "offerId": one.offer.as_str(),
            "segment": one.segment,
            "country": one.country,
            "isPurchasable": one.is_purchasable,
            "terms": terms.collect::<Vec<_>>(),
        })
    };
    let offers = found.hits.iter().map(|hit| {
        json!({
            "offerId": hit.sku.offer,
            "product": hit.product.title,
            "title": hit.sku.title,
            "minimumQuantity": hit.sku.minimum,
            "maximumQuantity": hit.sku.maximum,
            "isTrial": hit.sku.is_trial,
            "isAddon": hit.sku.is_addon,
            "needsAttestation": hit.sku.needs_attestation,
            "availabilities": hit.availabilities.iter().map(availability).collect::<Vec<_>>(),
        })
    });
    json!({
        "formatVersion": FORMAT_VERSION,
        "customerId": found.customer.to_string(),
        "requests": found.requests,
        "leftOut": found.left_out,
        "offers": offers.collect::<Vec<_>>(),
    })
}
