//! Texts as values: ids, numbers, terms, dates. What is wrong is reported with what to write instead.
//!
//! Which offers, terms and billing cycles exist is Partner Center's ("Create an order", "Order resources").
//!
//! **Invariant:** nothing is corrected silently: what is almost right is refused with the spelling that is meant.

use super::code::Code;
use super::diagnostic::{choices, nearest, quoted};
use super::fields::Value;
use crate::domain::{
    BillingCycle, CustomerId, Lineage, OfferId, OrderName, TermDuration, Timestamp, is_harmful,
};

/// The terms that a trial may renew to ("Order resources": `renewsTo`).
const RENEWAL_TERMS: [&str; 2] = ["P1M", "P1Y"];

/// How an offer is sold; one order takes one kind only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OfferKind {
    /// A GUID or `MS-AZR-…`.
    Legacy,
    /// `Product:Sku[:Availability]`.
    NewCommerce,
}

pub(super) fn name(value: Value<'_>) -> Option<OrderName> {
    let text = value.unmistakable_text()?;
    OrderName::parse(text)
        .map_err(|_| {
            let hint = match dns_label(text) {
                Some(label) => format!("for example `{label}`"),
                None => "for example `contoso-exchange`".to_owned(),
            };
            let message = format!(
                "{} is not a name: a name is 1 to 63 of a-z, 0-9 and `-`, with a letter or digit at both ends",
                quoted(text)
            );
            value.report(Code::Name, message, hint);
        })
        .ok()
}

/// Makes a name that is like the text, where that can be done.
fn dns_label(text: &str) -> Option<String> {
    let plain: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(63)
        .collect();
    let label = plain.trim_matches('-').to_owned();
    (label.len() > 2).then_some(label)
}

pub(super) fn customer_id(value: Value<'_>) -> Option<CustomerId> {
    let text = value.text()?;
    let nil = text.bytes().all(|b| matches!(b, b'0' | b'-'));
    if let (Ok(id), false) = (CustomerId::parse(text), nil) {
        return Some(id);
    }
    value.report(
        Code::CustomerId,
        format!("{} is not a customer's tenant id", quoted(text)),
        "a tenant id is a GUID such as `4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04`; \
         for a name, describe it with `kind: Customer` and write `customer: NAME`",
    );
    None
}

pub(super) fn lineage(value: Value<'_>) -> Option<Lineage> {
    let text = value.text()?;
    let lineage = Lineage::parse(text).ok();
    if lineage.is_none() {
        value.report(
            Code::Lineage,
            format!("{} is not a lineage", quoted(text)),
            "a lineage is a GUID that `orderform init` writes; restore the one that was there before",
        );
    }
    lineage
}

pub(super) fn offer_id(value: Value<'_>) -> Option<(OfferId, OfferKind)> {
    let text = value.text()?;
    if let (Some(kind), Ok(id)) = (offer_kind(text), OfferId::parse(text)) {
        return Some((id, kind));
    }
    let upper = text.to_ascii_uppercase();
    let hint = if offer_kind(&upper).is_some() {
        format!("did you mean `{upper}`?")
    } else if is_code(&upper, 12) {
        format!("add the SKU, four characters: `{upper}:0001`")
    } else {
        "write `Product:Sku` or `Product:Sku:Availability` (such as `CFQ7TTC0LH18:0001`), a legacy GUID, or `MS-AZR-…`"
            .to_owned()
    };
    value.report(Code::OfferId, format!("{} is not an offer id", quoted(text)), hint);
    None
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

pub(super) fn billing_cycle(value: Value<'_>) -> Option<BillingCycle> {
    let text = value.text()?;
    if let Some(known) = BillingCycle::KNOWN.into_iter().find(|known| known.as_str() == text) {
        if known == BillingCycle::Unknown {
            value.report(
                Code::UnspecificBillingCycle,
                "with `unknown`, Partner Center chooses the billing cycle, and a review does not show which",
                "write the one that is meant, such as `monthly`; a trial needs `none`",
            );
        }
        return Some(known);
    }
    let alias = match text.to_ascii_lowercase().as_str() {
        "yearly" | "year" | "p1y" => Some("annual"),
        "month" | "p1m" => Some("monthly"),
        "once" => Some("one_time"),
        _ => None,
    };
    let read = BillingCycle::read(text);
    let meant = match &read {
        BillingCycle::Other(_) => {
            alias.or_else(|| nearest(text, BillingCycle::KNOWN.iter().map(BillingCycle::as_str)))
        }
        known => Some(known.as_str()),
    };
    let hint = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write {}", choices(BillingCycle::KNOWN.iter().map(BillingCycle::as_str))),
    };
    let message = format!("{} is not a billing cycle", quoted(text));
    value.report(Code::BillingCycle, message, hint);
    None
}

pub(super) fn term(value: Value<'_>) -> Option<TermDuration> {
    term_of(value, &TermDuration::KNOWN)
}

pub(super) fn renewal_term(value: Value<'_>) -> Option<TermDuration> {
    term_of(value, &RENEWAL_TERMS)
}

fn term_of(value: Value<'_>, known: &[&str]) -> Option<TermDuration> {
    let text = value.text()?;
    if known.contains(&text) {
        return TermDuration::read(text);
    }
    let meant = match text.to_ascii_uppercase().as_str() {
        "P12M" | "1Y" | "12M" | "1YEAR" | "ANNUAL" => "P1Y".to_owned(),
        "1M" | "1MONTH" | "MONTHLY" => "P1M".to_owned(),
        "P36M" | "3Y" | "36M" | "3YEARS" => "P3Y".to_owned(),
        other => other.to_owned(),
    };
    let hint = if known.contains(&meant.as_str()) {
        format!("did you mean `{meant}`?")
    } else {
        format!("write {}", choices(known.iter().copied()))
    };
    let message = format!("{} is not a term that can stand here", quoted(text));
    value.report(Code::Term, message, hint);
    None
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
    let message = format!("{} is not a promotion id", quoted(text));
    value.report(Code::PromotionId, message, hint);
    None
}

pub(super) fn partner_id(value: Value<'_>) -> Option<String> {
    let text = value.unmistakable_text()?;
    if text.len() <= 20 && text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    value.report(
        Code::PartnerId,
        format!("{} is not a partner id", quoted(text)),
        "a partner id is digits only, such as `4847383`: the location's id in the partner program",
    );
    None
}

pub(super) fn date(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    let begins = text.bytes().enumerate().take(10).all(|(i, b)| match i {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    if begins && text.len() >= 10 && Timestamp::parse(text).is_some() {
        return Some(text.to_owned());
    }
    let message = format!("{} is not a date", quoted(text));
    let hint = "write year, month and day, such as `2027-03-31` or `2027-03-31T00:00:00Z`";
    value.report(Code::Date, message, hint);
    None
}

/// Takes a free text that shows what it is: no control, invisible or bidirectional characters.
pub(super) fn free_text(value: Value<'_>) -> Option<String> {
    let text = value.unmistakable_text()?;
    check_free_text(value, text).then(|| text.to_owned())
}

/// Reports the first character that hides something from whoever reviews the manifest.
pub(super) fn check_free_text(value: Value<'_>, text: &str) -> bool {
    let Some(harmful) = text.chars().find(|c| is_harmful(*c)) else {
        return true;
    };
    let message = format!("{} holds the character U+{:04X}", quoted(text), u32::from(harmful));
    let hint = match harmful {
        '\n' => "write the text on one line",
        _ => "remove it: control, invisible and bidirectional characters hide what is bought from a reviewer",
    };
    value.report(Code::HarmfulText, message, hint);
    false
}

/// Takes one of a few words.
pub(super) fn choice<T: Copy>(value: Value<'_>, all: &[(&'static str, T)]) -> Option<T> {
    let text = value.text()?;
    if let Some((_, found)) = all.iter().find(|(word, _)| *word == text) {
        return Some(*found);
    }
    let words = || all.iter().map(|(word, _)| *word);
    let hint = match nearest(text, words()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write {}", choices(words())),
    };
    let message = format!("{} is not a value of `{}`", quoted(text), value.name);
    value.report(Code::Choice, message, hint);
    None
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

    #[test]
    fn a_name_is_suggested_only_where_it_would_be_one() {
        assert_eq!(dns_label("Contoso Exchange!"), Some("contoso-exchange".to_owned()));
        assert_eq!(dns_label("äöü"), None);
        let long = dns_label(&"A".repeat(200)).unwrap();
        assert!(OrderName::parse(&long).is_ok());
    }
}
