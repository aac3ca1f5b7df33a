//! Texts as Partner Center's ids: of customers, offers, promotions and partners. What is wrong is reported with what to
//! write instead.
//!
//! Which shapes there are is Partner Center's ("Create an order", "Order resources").
//!
//! **Invariant:** nothing is corrected silently: what is almost right is refused with the spelling that is meant.

use super::code::Code;
use super::diagnostic::spelt;
use super::fields::Value;
use crate::domain::{CustomerId, Lineage, OfferId, OrderName};

/// Without the right lineage, orders would be bought again: it is never to be made up.
const RESTORE: &str =
    "a lineage is a GUID that `orderform init` writes; restore the one that was there before";

/// How an offer is sold; one order takes one kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferKind {
    /// A GUID or `MS-AZR-…`.
    Legacy,
    /// `Product:Sku[:Availability]`.
    NewCommerce,
}

pub(super) fn customer_id(value: Value<'_>) -> Option<CustomerId> {
    let text = value.text()?;
    let nil = text.bytes().all(|b| matches!(b, b'0' | b'-'));
    if let (Ok(id), false) = (CustomerId::parse(text), nil) {
        return Some(id);
    }
    let hint = if nil {
        "write the id of the customer's own tenant: in Partner Center, Customers, the customer, Account, Microsoft ID"
            .to_owned()
    } else if let Some(guid) = guid_of(text) {
        format!("did you mean `{guid}`?")
    } else if OrderName::parse(text).is_ok() && !is_almost_guid(text) {
        format!("for a name, write `customer: {text}`, and describe it with `kind: Customer`")
    } else {
        "a tenant id is a GUID such as `4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04`, 8-4-4-4-12 hexadecimal digits; \
         in Partner Center: Customers, the customer, Account, Microsoft ID"
            .to_owned()
    };
    value.report(Code::CustomerId, format!("{} is not a customer's tenant id", spelt(text)), hint);
    None
}

/// Makes the GUID that is written without hyphens, or in braces.
fn guid_of(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | '{' | '}' | '(' | ')' | ' ')).collect();
    if digits.len() != 32 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &digits[range]);
    Some(groups.join("-"))
}

/// Says whether a text has hexadecimal groups, as a GUID has that lost some digits.
fn is_almost_guid(text: &str) -> bool {
    text.len() > 20 && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

pub(super) fn lineage(value: Value<'_>) -> Option<Lineage> {
    if value.node.is_null() {
        value.report(Code::Lineage, "`lineage` has no value", RESTORE);
        return None;
    }
    let text = value.text()?;
    let lineage = Lineage::parse(text).ok();
    if lineage.is_none() {
        value.report(Code::Lineage, format!("{} is not a lineage", spelt(text)), RESTORE);
    }
    lineage
}

pub(super) fn offer_id(value: Value<'_>) -> Option<(OfferId, OfferKind)> {
    let text = value.text()?;
    match offer_of(text) {
        Ok(offer) => Some(offer),
        Err(hint) => {
            value.report(Code::OfferId, format!("{} is not an offer id", spelt(text)), hint);
            None
        }
    }
}

/// Reads an offer id, or says how one is written.
pub(super) fn offer_of(text: &str) -> Result<(OfferId, OfferKind), String> {
    match (offer_kind(text), OfferId::parse(text)) {
        (Some(kind), Ok(id)) => Ok((id, kind)),
        _ => Err(offer_hint(text)),
    }
}

/// Says how an offer id is written, by what this one is most like.
fn offer_hint(text: &str) -> String {
    if text.len() > 100 || !text.is_ascii() {
        return offer_shapes();
    }
    let upper: String = text.to_ascii_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    let candidates = [
        Some(upper.replace(['/', '\\', '|', ';'], ":")),
        upper.find("AZR-").map(|at| format!("MS-{}", &upper[at..])),
        guid_of(text).map(|guid| guid.to_ascii_uppercase()),
    ];
    if let Some(meant) = candidates.into_iter().flatten().find(|meant| offer_kind(meant).is_some()) {
        return format!("did you mean `{meant}`?");
    }
    if is_almost_guid(text) {
        return "a legacy offer is a GUID, 8-4-4-4-12 hexadecimal digits: look for a digit too few or too many".to_owned();
    }
    let parts: Vec<&str> = upper.split(':').collect();
    let wrong = parts
        .iter()
        .zip([("product", 12), ("SKU", 4), ("availability", 12)])
        .find(|(part, (_, length))| !is_code(part, *length));
    match (parts.len(), wrong) {
        (1, None) => "add a colon and the SKU, four letters and digits such as `:0001`".to_owned(),
        (2 | 3, Some((part, (what, length)))) if part.len() != length => {
            format!("the {what} has {length} letters and digits; this one has {}", part.len())
        }
        _ => offer_shapes(),
    }
}

fn offer_shapes() -> String {
    "write `Product:Sku` or `Product:Sku:Availability` (such as `CFQ7TTC0LH18:0001`), a legacy GUID, or `MS-AZR-…`"
        .to_owned()
}

/// Stands for an offer id that was reported; no order with it is ever handed out.
pub(super) fn no_offer() -> OfferId {
    OfferId::parse("?").expect("a question mark is visible ASCII")
}

/// Says whether an offer stands for one that was reported.
pub(super) fn is_no_offer(offer: &OfferId) -> bool {
    offer.as_str() == "?"
}

fn offer_kind(text: &str) -> Option<OfferKind> {
    if CustomerId::parse(text).is_ok() || is_azure(text) {
        return Some(OfferKind::Legacy);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let modern = match parts[..] {
        [product, sku] => is_code(product, 12) && is_code(sku, 4),
        [product, sku, availability] => is_code(product, 12) && is_code(sku, 4) && is_code(availability, 12),
        _ => false,
    };
    modern.then_some(OfferKind::NewCommerce)
}

fn is_azure(text: &str) -> bool {
    text.strip_prefix("MS-AZR-").is_some_and(|rest| {
        (1..=60).contains(&rest.len())
            && rest.split('-').all(|part| !part.is_empty() && is_code(part, part.len()))
    })
}

/// Says whether a text is so many upper-case letters and digits.
fn is_code(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

pub(super) fn promotion_id(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    let well_formed =
        |text: &str| text.split(':').count() == 3 && offer_kind(text) == Some(OfferKind::NewCommerce);
    if well_formed(text) {
        return Some(text.to_owned());
    }
    let upper = text.to_ascii_uppercase();
    let hint = if well_formed(&upper) {
        format!("did you mean `{upper}`?")
    } else {
        "write `ProductId:SkuId:PromotionId`, such as `39NFJQT1PJQB:0001:39NFJQT1Q5KN`".to_owned()
    };
    let message = format!("{} is not a promotion id", spelt(text));
    value.report(Code::PromotionId, message, hint);
    None
}

pub(super) fn partner_id(value: Value<'_>) -> Option<String> {
    let text = value.unmistakable_text()?;
    if is_partner_id(text) {
        return Some(text.to_owned());
    }
    let digits =
        text.trim_start_matches(|c: char| c.is_ascii_alphabetic() || matches!(c, ' ' | '-' | ':' | '#'));
    let hint = if is_partner_id(digits) {
        format!("did you mean `\"{digits}\"`?")
    } else {
        "a partner id is 1 to 20 digits, such as `\"4847383\"`: the location's id in the partner program"
            .to_owned()
    };
    value.report(Code::PartnerId, format!("{} is not a partner id", spelt(text)), hint);
    None
}

fn is_partner_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offer_id_has_one_of_three_shapes() {
        let modern = ["CFQ7TTC0LH18:0001", "DZH318Z0BPS6:00G1:DZH318Z0BPVN"];
        let legacy = [
            "84A03D81-6B37-4D66-8D4A-FAEA24541538",
            "84a03d81-6b37-4d66-8d4a-faea24541538",
            "MS-AZR-0145P",
            "MS-AZR-USGOV-0017P",
        ];
        for text in modern {
            assert_eq!(offer_kind(text), Some(OfferKind::NewCommerce), "{text}");
        }
        for text in legacy {
            assert_eq!(offer_kind(text), Some(OfferKind::Legacy), "{text}");
        }
        let wrong = [
            "",
            "CFQ7TTC0LH18",
            "CFQ7TTC0LH18:001",
            "CFQ7TTC0LH18:0001:",
            "CFQ7TTC0LH18:0001:CFQ7TTC0K971:X",
            "CFQ7TTC0LH1Ä:0001",
            " CFQ7TTC0LH18:0001",
            "MS-AZR-",
            "MS-AZR--1",
            "84A03D816B374D668D4AFAEA24541538",
        ];
        for text in wrong {
            assert_eq!(offer_kind(text), None, "{text}");
        }
    }
}
