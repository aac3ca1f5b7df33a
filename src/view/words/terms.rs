//! The words for terms, billing cycles and large numbers, for people who never read an order of Partner Center.
//!
//! **Invariant:** what is not known here is shown as it is written, made harmless.

use std::collections::BTreeSet;

use super::super::text::escape;
use super::Medium;
use crate::domain::{BillingCycle, OrderSpec, SubscriptionTerms, TermDuration};

/// Says for how long an order runs and how it is billed: `1 year, billed monthly`; empty where it says neither.
pub(in crate::view) fn term_and_billing(spec: &OrderSpec) -> String {
    let terms: BTreeSet<&str> =
        spec.line_items.iter().filter_map(|line| Some(line.term_duration.as_ref()?.as_str())).collect();
    let terms = terms.into_iter().map(term).collect::<Vec<_>>().join(" and ");
    let billed = spec.billing_cycle.as_ref().map(billed);
    [Some(terms), billed].into_iter().flatten().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
}

/// Says a term of one line in words.
pub(in crate::view) fn line_term(term_duration: &TermDuration) -> String {
    term(term_duration.as_str())
}

/// Says how long a subscription runs, and what happens then.
pub(in crate::view) fn runs(terms: &SubscriptionTerms, medium: Medium) -> String {
    let id = medium.text(terms.id.as_str());
    let end = match terms.commitment_end.as_deref() {
        None => "as long as Partner Center does not say".to_owned(),
        Some(end) if end.starts_with("9999") => "without an end".to_owned(),
        Some(end) => format!("until {}", medium.text(end)),
    };
    let then = match (terms.auto_renew, terms.renewal_term.as_ref()) {
        (Some(true), Some(renewal)) => format!(", then renews for {}", term(renewal.as_str())),
        (Some(true), None) => ", then renews by itself".to_owned(),
        (Some(false), _) => ", then ends".to_owned(),
        (None, _) => String::new(),
    };
    format!("{end}{then} (subscription {id})")
}

fn term(term: &str) -> String {
    match term {
        "P1M" => "1 month".to_owned(),
        "P1Y" => "1 year".to_owned(),
        "P3Y" => "3 years".to_owned(),
        other => escape(other),
    }
}

fn billed(cycle: &BillingCycle) -> String {
    match cycle {
        BillingCycle::Monthly => "billed monthly".to_owned(),
        BillingCycle::Annual => "billed yearly".to_owned(),
        BillingCycle::Biennial => "billed every two years".to_owned(),
        BillingCycle::Triennial => "billed every three years".to_owned(),
        BillingCycle::OneTime => "billed once".to_owned(),
        BillingCycle::None => "not billed".to_owned(),
        BillingCycle::Unknown => "billed as Partner Center chooses".to_owned(),
        BillingCycle::Other(cycle) => format!("billed {}", escape(cycle)),
    }
}

/// Writes a number with its thousands apart: `12,345`.
pub(in crate::view) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::spec;

    #[test]
    fn terms_and_cycles_are_said_in_words() {
        let mut order = spec(5);
        order.billing_cycle = None;
        order.line_items[0].term_duration = None;
        assert_eq!(term_and_billing(&order), "");
        order.line_items[0].term_duration = TermDuration::read("P3Y");
        assert_eq!(term_and_billing(&order), "3 years");
        order.billing_cycle = Some(BillingCycle::OneTime);
        assert_eq!(term_and_billing(&order), "3 years, billed once");
        order.line_items[0].term_duration = TermDuration::read("p7\u{202e}");
        order.billing_cycle = Some(BillingCycle::Other("a\u{1b}".into()));
        assert_eq!(term_and_billing(&order), "P7\\u{202e}, billed a\\u{1b}");
    }

    #[test]
    fn thousands_stand_apart() {
        let texts = [0, 12, 123, 1234, 123_456, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "12", "123", "1,234", "123,456", "1,234,567"]);
    }
}
