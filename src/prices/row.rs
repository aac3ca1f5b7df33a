//! A row of a price list: five cells with their places, read as a price.
//!
//! **Invariant:** nothing is corrected: what is almost right is refused with what was meant.

use std::borrow::Cow;

use rust_decimal::Decimal;

use crate::domain::{BillingCycle, Currency, OfferId, Price, PriceError, TermDuration, parse_price};
use crate::manifest::{self, Code, Findings, Span, spelt};

/// The columns, or keys.
pub(super) const COLUMNS: [&str; 5] = ["offerId", "termDuration", "billingCycle", "currency", "unitPrice"];

/// A text and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Cell<'t> {
    pub(super) text: Cow<'t, str>,
    pub(super) span: Span,
}

/// A row, its cells in the order of [`COLUMNS`].
#[derive(Debug, Clone)]
pub(super) struct Row<'t> {
    pub(super) span: Span,
    pub(super) cells: [Option<Cell<'t>>; 5],
}

impl Row<'_> {
    /// Reads the price, and says where its amount stands; every cell that is wrong is reported.
    pub(super) fn price(&self, findings: &Findings) -> Option<(Price, Span)> {
        let [offer, term, cycle, currency, amount] = &self.cells;
        let offer = self.needed(offer, 0, findings).and_then(|cell| offer_id(cell, findings));
        let term = match term.as_ref().filter(|cell| !cell.text.is_empty()) {
            Some(cell) => term_duration(cell, findings).map(Some),
            None => Some(None),
        };
        let cycle = self.needed(cycle, 2, findings).and_then(|cell| billing_cycle(cell, findings));
        let currency = self.needed(currency, 3, findings).and_then(|cell| currency_of(cell, findings));
        let amount = self.needed(amount, 4, findings);
        let unit_price = amount.and_then(|cell| unit_price(cell, cycle.as_ref(), findings));
        let price = Price {
            offer_id: offer?,
            term_duration: term?,
            billing_cycle: cycle?,
            currency: currency?,
            unit_price: unit_price?,
        };
        Some((price, amount.map_or(self.span, |cell| cell.span)))
    }

    fn needed<'c, 't>(
        &self,
        cell: &'c Option<Cell<'t>>,
        column: usize,
        findings: &Findings,
    ) -> Option<&'c Cell<'t>> {
        let found = cell.as_ref().filter(|cell| !cell.text.is_empty());
        if found.is_none() {
            let at = cell.as_ref().map_or(self.span, |cell| cell.span);
            let message = format!("this row has no `{}`", COLUMNS[column]);
            findings.report(Code::MissingValue, at, message, "only `termDuration` may be empty");
        }
        found
    }
}

fn offer_id(cell: &Cell<'_>, findings: &Findings) -> Option<OfferId> {
    let read = manifest::offer_id(&cell.text);
    read.map_err(|hint| report(Code::OfferId, cell, "is not an offer id", hint, findings)).ok()
}

fn term_duration(cell: &Cell<'_>, findings: &Findings) -> Option<TermDuration> {
    if TermDuration::KNOWN.contains(&&*cell.text) {
        return TermDuration::read(&cell.text);
    }
    let hint = "write `P1M`, `P1Y` or `P3Y`, or nothing for what has no term";
    report(Code::Term, cell, "is not a term", hint, findings);
    None
}

fn billing_cycle(cell: &Cell<'_>, findings: &Findings) -> Option<BillingCycle> {
    match BillingCycle::read(&cell.text) {
        BillingCycle::Unknown | BillingCycle::Other(_) => {
            let hint = "write `monthly`, `annual`, `biennial`, `triennial`, `one_time` or `none`";
            report(Code::BillingCycle, cell, "is not a billing cycle that has a price", hint, findings);
            None
        }
        known => Some(known),
    }
}

fn currency_of(cell: &Cell<'_>, findings: &Findings) -> Option<Currency> {
    let read = manifest::currency(&cell.text);
    read.map_err(|hint| report(Code::Currency, cell, "is not a currency", hint, findings)).ok()
}

fn unit_price(cell: &Cell<'_>, cycle: Option<&BillingCycle>, findings: &Findings) -> Option<Decimal> {
    match parse_price(&cell.text) {
        Ok(price) if cycle == Some(&BillingCycle::None) && !price.is_zero() => {
            let hint = "what is never billed costs `0`; else name the billing cycle";
            report(Code::Price, cell, "cannot be the price of what is never billed", hint, findings);
            None
        }
        Ok(price) => Some(price),
        Err(error) => {
            let hint = match error {
                PriceError::Comma => {
                    "write a point before the cents and nothing between thousands, such as `1929.50`"
                }
                PriceError::TooPrecise => {
                    "eight digits behind the point are enough for any coin; round there"
                }
                _ => "write what one seat costs in one billing period in plain digits, such as `12.90`",
            };
            report(Code::Price, cell, &format!("is not a price: {error}"), hint, findings);
            None
        }
    }
}

fn report(code: Code, cell: &Cell<'_>, what: &str, hint: impl Into<String>, findings: &Findings) {
    findings.report(code, cell.span, format!("{} {what}", spelt(&cell.text)), hint);
}
