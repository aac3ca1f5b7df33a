//! Texts as values: names, terms, cycles, dates, free texts. What is wrong is reported with what to write instead.
//!
//! Which offers, terms and billing cycles exist is Partner Center's ("Create an order", "Order resources").
//!
//! **Invariant:** nothing is corrected silently: what is almost right is refused with the spelling that is meant.

use super::code::Code;
use super::diagnostic::{Span, choices, did_you_mean, quoted, spelt};
use super::fields::Value;
use super::nearest::nearest;
use crate::domain::{BillingCycle, Currency, OrderName, TermDuration, Timestamp, is_harmful};

/// The terms that a trial may renew to ("Order resources": `renewsTo`).
const RENEWAL_TERMS: [&str; 2] = ["P1M", "P1Y"];

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
                spelt(text)
            );
            value.report(Code::Name, message, hint);
        })
        .ok()
}

/// Makes a name that is like the text, where that can be done.
fn dns_label(text: &str) -> Option<String> {
    if !text.is_ascii() {
        return None;
    }
    let plain: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .take(63)
        .collect();
    let label = plain.trim_matches('-').to_owned();
    (label.len() > 2).then_some(label)
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
        Some(meant) => did_you_mean(text, meant),
        None => format!("write {}", choices(BillingCycle::KNOWN.iter().map(BillingCycle::as_str))),
    };
    let message = format!("{} is not a billing cycle", spelt(text));
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
    let plain: String = text.chars().take(20).filter(|c| !matches!(c, ' ' | '-' | '_')).collect();
    let meant = match plain.to_ascii_uppercase().as_str() {
        "P12M" | "1Y" | "12M" | "1YEAR" | "12MONTHS" | "ANNUAL" | "YEARLY" => "P1Y".to_owned(),
        "1M" | "1MONTH" | "MONTHLY" => "P1M".to_owned(),
        "P36M" | "3Y" | "36M" | "3YEARS" | "36MONTHS" | "TRIENNIAL" => "P3Y".to_owned(),
        other => other.to_owned(),
    };
    let hint = if known.contains(&meant.as_str()) {
        format!("did you mean `{meant}`?")
    } else {
        format!("write {}", choices(known.iter().copied()))
    };
    let message = format!("{} is not a term that can stand here", spelt(text));
    value.report(Code::Term, message, hint);
    None
}

/// Takes a code of ISO 4217.
pub(super) fn currency(value: Value<'_>) -> Option<Currency> {
    let text = value.text()?;
    match Currency::parse(text) {
        Ok(currency) => Some(currency),
        Err(_) => {
            value.report(Code::Currency, format!("{} is not a currency", spelt(text)), currency_hint(text));
            None
        }
    }
}

/// Says how a currency is written.
pub(super) fn currency_hint(text: &str) -> String {
    let upper = text.trim().to_ascii_uppercase();
    match (Currency::parse(&upper), upper.as_str()) {
        (Ok(meant), _) => format!("did you mean `{meant}`?"),
        (Err(_), "€") => "did you mean `EUR`?".to_owned(),
        (Err(_), _) => "write the three capital letters of ISO 4217, such as `EUR`".to_owned(),
    }
}

pub(super) fn date(value: Value<'_>) -> Option<String> {
    let text = value.text()?;
    let begins = text.bytes().enumerate().take(10).all(|(i, b)| match i {
        4 | 7 => b == b'-',
        _ => b.is_ascii_digit(),
    });
    let begins = begins && text.len() >= 10;
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b"-:.+ TtZz".contains(&b));
    if begins && plain && Timestamp::parse(text).is_some() {
        return Some(text.to_owned());
    }
    let (message, hint) = if begins && plain {
        (
            "names a day or a time that does not exist",
            "look at the days of the month, and at the time after the `T`",
        )
    } else {
        ("is not a date", "write year, month and day, such as `2027-03-31` or `2027-03-31T00:00:00Z`")
    };
    value.report(Code::Date, format!("{} {message}", spelt(text)), hint);
    None
}

/// Takes an instant that is the same everywhere: date, time and offset.
pub(super) fn instant(value: Value<'_>) -> Option<Timestamp> {
    let text = value.text()?;
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let timed = shape.get(..16).is_some_and(|begin| {
        begin.starts_with("0000-00-00") && begin.ends_with("00:00") && begin[10..11].contains(['T', 't', ' '])
    });
    let rest = shape.get(16..).unwrap_or_default();
    let offset = rest.trim_start_matches([':', '.', ',', '0']);
    let has_offset = ["Z", "z", "+00", "-00", "+0000", "-0000", "+00:00", "-00:00"].contains(&offset);
    if timed
        && has_offset
        && let Some(instant) = Timestamp::parse(text)
    {
        return Some(instant);
    }
    let hint = match timed && offset.is_empty() && Timestamp::parse(text).is_some() {
        true => format!("add the offset, such as `{text}Z` or `{text}+01:00`"),
        false => "write date, time and offset, such as `2027-01-07T08:00:00+01:00`".to_owned(),
    };
    value.report(
        Code::FreezeEnd,
        format!("{} is not an instant that is the same everywhere", spelt(text)),
        hint,
    );
    None
}

/// Takes a free text that shows what it is: no control, invisible or bidirectional characters.
pub(super) fn free_text(value: Value<'_>) -> Option<String> {
    let text = value.unmistakable_text()?;
    check_free_text(value, text, value.node.span).then(|| text.to_owned())
}

/// Reports the first character that hides something from whoever reviews the manifest.
pub(super) fn check_free_text(value: Value<'_>, text: &str, at: Span) -> bool {
    let Some(harmful) = text.chars().find(|c| is_harmful(*c)) else {
        return true;
    };
    let message = format!("{} holds the character U+{:04X}", quoted(text), u32::from(harmful));
    let hint = match harmful {
        '\n' => "write the text on one line",
        _ => "remove it: control, invisible and bidirectional characters hide what is bought from a reviewer",
    };
    value.findings.report(Code::HarmfulText, at, message, hint);
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
        Some(meant) => did_you_mean(text, meant),
        None => format!("write {}", choices(words())),
    };
    let message = format!("{} is not a value of `{}`", spelt(text), value.name);
    value.report(Code::Choice, message, hint);
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_suggested_only_where_it_would_be_one() {
        assert_eq!(dns_label("Contoso Exchange!"), Some("contoso-exchange".to_owned()));
        assert_eq!(dns_label("äöü"), None);
        let long = dns_label(&"A".repeat(200)).unwrap();
        assert!(OrderName::parse(&long).is_ok());
    }
}
