//! What orders cost: amounts as decimal texts, each with its currency.
//!
//! `unitPrice` is exact, as the list has it. `monthly` and `committed` are rounded to the currency's smallest coin, a half
//! away from zero; what is added up is exact, so a total may differ from the sum of what is shown by some coins.
//!
//! **Invariant:** no amount is ever a number of JSON. What has no price has a `code` for each line without, and no amount.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::domain::{Currency, Money, OrderSpec};
use crate::plan::{Cost, Gap, LinePrice, OrderPrice, Sum, Totals, Unpriced};

/// What a plan's orders cost together.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TotalsJson {
    totals: Vec<TotalJson>,
    /// How many orders nobody can say it of.
    unknown: usize,
}

#[derive(Debug, Serialize, Deserialize)]
struct TotalJson {
    currency: String,
    orders: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    monthly: Option<String>,
    committed: String,
}

/// What an order costs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum CostJson<'a> {
    Known {
        currency: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        monthly: Option<String>,
        committed: String,
        lines: Vec<LineCostJson>,
    },
    Unknown {
        unknown: Vec<GapJson<'a>>,
    },
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LineCostJson {
    unit_price: String,
    /// How many times it is billed.
    payments: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    term_months: Option<u32>,
    committed: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GapJson<'a> {
    /// Which line, from 0.
    line: usize,
    code: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    currencies: Vec<Cow<'a, str>>,
}

fn amount(money: Money) -> String {
    money.rounded().to_string()
}

impl From<&Totals> for TotalsJson {
    fn from(totals: &Totals) -> Self {
        let total = |sum: &Sum| TotalJson {
            currency: sum.currency.to_string(),
            orders: sum.orders,
            monthly: sum.monthly().map(amount),
            committed: amount(sum.committed()),
        };
        Self { totals: totals.sums.values().map(total).collect(), unknown: totals.unknown }
    }
}

impl<'a> From<&'a Cost> for CostJson<'a> {
    fn from(cost: &'a Cost) -> Self {
        match cost {
            Cost::Known(price) => {
                let sum = price.sum();
                let line = |line: &LinePrice| LineCostJson {
                    unit_price: line.unit_price.normalize().to_string(),
                    payments: line.payments,
                    term_months: line.term_months,
                    committed: amount(Money { currency: price.currency, amount: line.committed() }),
                };
                Self::Known {
                    currency: price.currency.as_str().into(),
                    monthly: sum.monthly().map(amount),
                    committed: amount(sum.committed()),
                    lines: price.lines.iter().map(line).collect(),
                }
            }
            Cost::Unknown(gaps) => Self::Unknown { unknown: gaps.iter().map(GapJson::from).collect() },
        }
    }
}

impl<'a> From<&'a Gap> for GapJson<'a> {
    fn from(gap: &'a Gap) -> Self {
        let currencies = match &gap.why {
            Unpriced::SeveralCurrencies(currencies) => {
                currencies.iter().map(|currency| currency.as_str().into()).collect()
            }
            Unpriced::CurrencyNotListed(currency) => vec![currency.as_str().into()],
            _ => Vec::new(),
        };
        Self { line: gap.line, code: gap.why.word().into(), currencies }
    }
}

impl CostJson<'_> {
    /// Reads what an order costs. Sums are worked out again, and the file is held to them.
    pub(super) fn read(self, spec: &OrderSpec) -> Result<Cost, String> {
        match self {
            Self::Unknown { unknown } => {
                let gaps: Result<_, String> = unknown.into_iter().map(GapJson::read).collect();
                Ok(Cost::Unknown(gaps?))
            }
            Self::Known { currency, lines, .. } => {
                let currency = Currency::parse(&currency).map_err(|error| error.to_string())?;
                let lines: Result<_, String> = lines
                    .into_iter()
                    .zip(&spec.line_items)
                    .map(|(line, item)| line.read(item.quantity))
                    .collect();
                Ok(Cost::Known(OrderPrice { currency, lines: lines? }))
            }
        }
    }
}

impl LineCostJson {
    fn read(self, quantity: u32) -> Result<LinePrice, String> {
        let unit_price = crate::domain::parse_price(&self.unit_price).map_err(|error| error.to_string())?;
        let Self { payments, term_months, .. } = self;
        LinePrice::new(unit_price, quantity, payments, term_months)
            .ok_or_else(|| "an amount in it is none".to_owned())
    }
}

impl GapJson<'_> {
    fn read(self) -> Result<Gap, String> {
        let currencies: Result<Vec<Currency>, _> =
            self.currencies.iter().map(|code| Currency::parse(code)).collect();
        let currencies = currencies.map_err(|error| error.to_string())?;
        let why = Unpriced::named(&self.code, &currencies);
        let why = why.ok_or("a reason in it why a price is unknown is not known")?;
        Ok(Gap { line: self.line, why })
    }
}
