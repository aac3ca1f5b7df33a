//! Limits: what each allows, and what it comes to; written, and read back.
//!
//! **Invariant:** what is written of a limit says all of it, so that a saved plan is read back whole.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::domain::{
    Allowance, AllowedCustomer, Bound, Currency, CustomerId, Keeper, Limits, Measure, OfferId, OrderName,
    Organisation, Rule, Rulebook, TermDuration,
};
use crate::plan::{Limit, Measured};

/// A limit in force.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LimitJson {
    rule: Cow<'static, str>,
    /// Who keeps it.
    file: Cow<'static, str>,
    limit: AmountJson,
    value: AmountJson,
    exceeded: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unpriced: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    orders: Vec<String>,
    /// Why it may be exceeded once.
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<String>,
}

/// A number, a text, a list of texts, or nothing.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum AmountJson {
    Number(u64),
    Text(String),
    List(Vec<String>),
    /// By currency.
    Money(BTreeMap<String, String>),
    Unknown(()),
}

/// What a file sets, by rule.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct LimitsJson(BTreeMap<String, AmountJson>);

/// What an organisation sets.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct OrganisationJson {
    limits: LimitsJson,
    may_be_raised: Vec<String>,
}

/// A rule that may be broken once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AllowanceJson {
    rule: String,
    reason: String,
}

impl From<&Limit> for LimitJson {
    fn from(limit: &Limit) -> Self {
        let Limit { rule, keeper, bound, value, customer, customer_name, names, exceeded, allowed } = limit;
        let unpriced = match value {
            Measured::Money { unpriced, .. } => Some(*unpriced),
            _ => None,
        };
        let (usual, recorded) = match value {
            Measured::Usual { usual, .. } => (*usual, None),
            Measured::Lost { recorded, .. } => (None, Some(*recorded)),
            _ => (None, None),
        };
        Self {
            rule: rule.as_str().into(),
            file: keeper.as_str().into(),
            limit: bound.into(),
            value: value.into(),
            exceeded: *exceeded,
            customer_id: customer.map(|id| id.to_string()),
            customer_name: customer_name.clone(),
            usual,
            unpriced,
            recorded,
            orders: names.iter().map(ToString::to_string).collect(),
            allowed: allowed.clone(),
        }
    }
}

impl LimitJson {
    pub(super) fn read(self) -> Result<Limit, String> {
        let rule = read_rule(&self.rule)?;
        let keeper = Keeper::ALL.into_iter().find(|(word, _)| *word == self.file);
        let (_, keeper) = keeper.ok_or_else(|| format!("`{}` keeps no limits", self.file))?;
        let names: Result<_, _> = self.orders.iter().map(|name| OrderName::parse(name)).collect();
        let customer = self.customer_id.as_deref().map(CustomerId::parse).transpose();
        let value = match (self.unpriced, &self.value) {
            (Some(unpriced), AmountJson::Money(sums)) => {
                read_money(sums).map(|sums| Measured::Money { sums, unpriced })
            }
            _ => self.value.measured(rule, self.usual, self.recorded),
        };
        Ok(Limit {
            rule,
            keeper,
            bound: self.limit.bound(rule).ok_or_else(|| no_value(rule))?,
            value: value.ok_or_else(|| no_value(rule))?,
            customer: customer.map_err(|error| error.to_string())?,
            customer_name: self.customer_name,
            names: names.map_err(|error: crate::domain::IdError| error.to_string())?,
            exceeded: self.exceeded,
            allowed: self.allowed,
        })
    }
}

impl From<&Bound> for AmountJson {
    fn from(bound: &Bound) -> Self {
        match bound {
            Bound::Most(most) => Self::Number(*most),
            Bound::Offers(offers) => Self::List(offers.iter().map(ToString::to_string).collect()),
            Bound::Customers(customers) => {
                Self::List(customers.iter().map(AllowedCustomer::written).collect())
            }
            Bound::Money(most) => Self::Money(money(most)),
            Bound::Term(_) | Bound::Half => Self::Text(bound.written()),
        }
    }
}

impl From<&Measured> for AmountJson {
    fn from(value: &Measured) -> Self {
        match value {
            Measured::Amount(number) => Self::Number(*number),
            Measured::Money { sums, .. } => Self::Money(money(sums)),
            Measured::Offers(offers) => Self::List(offers.iter().map(ToString::to_string).collect()),
            Measured::Customers(ids) => Self::List(ids.iter().map(ToString::to_string).collect()),
            Measured::Term(term) => {
                term.as_ref().map_or(Self::Unknown(()), |term| Self::Text(term.to_string()))
            }
            Measured::Usual { orders, .. } => Self::Number(*orders),
            Measured::Lost { lost, .. } => Self::Number(*lost),
        }
    }
}

impl AmountJson {
    fn bound(&self, rule: Rule) -> Option<Bound> {
        match (rule, self) {
            (Rule::Amount(_, Measure::Spend, _), Self::Money(most)) => read_money(most).map(Bound::Money),
            (Rule::Amount(_, Measure::Spend, _), _) => None,
            (Rule::Amount(..) | Rule::TimesUsualRun, Self::Number(most)) => Some(Bound::Most(*most)),
            (Rule::AllowedOffers, Self::List(offers)) => Some(Bound::Offers(read_offers(offers)?)),
            (Rule::AllowedCustomers, Self::List(customers)) => {
                Some(Bound::Customers(customers.iter().map(|text| AllowedCustomer::read(text)).collect()))
            }
            (Rule::LongestTerm, Self::Text(term)) => TermDuration::read(term).map(Bound::Term),
            (Rule::ManifestsLost, Self::Text(half)) => (half == "half").then_some(Bound::Half),
            _ => None,
        }
    }

    fn measured(&self, rule: Rule, usual: Option<u64>, recorded: Option<u64>) -> Option<Measured> {
        match (rule, self) {
            (Rule::Amount(_, Measure::Spend, _), _) => None,
            (Rule::Amount(..), Self::Number(number)) => Some(Measured::Amount(*number)),
            (Rule::AllowedOffers, Self::List(offers)) => Some(Measured::Offers(read_offers(offers)?)),
            (Rule::AllowedCustomers, Self::List(ids)) => {
                let ids: Result<_, _> = ids.iter().map(|id| CustomerId::parse(id)).collect();
                ids.ok().map(Measured::Customers)
            }
            (Rule::LongestTerm, Self::Text(term)) => Some(Measured::Term(TermDuration::read(term))),
            (Rule::LongestTerm, Self::Unknown(())) => Some(Measured::Term(None)),
            (Rule::TimesUsualRun, Self::Number(orders)) => Some(Measured::Usual { orders: *orders, usual }),
            (Rule::ManifestsLost, Self::Number(lost)) => {
                recorded.map(|recorded| Measured::Lost { lost: *lost, recorded })
            }
            _ => None,
        }
    }
}

fn money(amounts: &BTreeMap<Currency, Decimal>) -> BTreeMap<String, String> {
    amounts.iter().map(|(currency, amount)| (currency.to_string(), amount.normalize().to_string())).collect()
}

fn read_money(amounts: &BTreeMap<String, String>) -> Option<BTreeMap<Currency, Decimal>> {
    let one = |(currency, amount): (&String, &String)| {
        Some((Currency::parse(currency).ok()?, Decimal::from_str_exact(amount).ok()?))
    };
    amounts.iter().map(one).collect()
}

fn read_offers(offers: &[String]) -> Option<Vec<OfferId>> {
    offers.iter().map(|offer| OfferId::parse(offer).ok()).collect()
}

fn read_rule(word: &str) -> Result<Rule, String> {
    Rule::parse(word).ok_or_else(|| format!("its limit `{word}` is not known"))
}

fn no_value(rule: Rule) -> String {
    format!("its limit `{}` has no value of its kind", rule.as_str())
}

impl From<&Limits> for LimitsJson {
    fn from(limits: &Limits) -> Self {
        Self(limits.iter().map(|(rule, bound)| (rule.as_str().to_owned(), bound.into())).collect())
    }
}

impl LimitsJson {
    fn read(&self) -> Result<Limits, String> {
        let rule = |(word, amount): (&String, &AmountJson)| {
            let rule = read_rule(word)?;
            Ok((rule, amount.bound(rule).ok_or_else(|| no_value(rule))?))
        };
        self.0.iter().map(rule).collect()
    }
}

/// Writes what files set.
pub(super) fn rulebook(rules: &Rulebook) -> (LimitsJson, Option<OrganisationJson>) {
    let organisation = rules.organisation.as_ref().map(|organisation| OrganisationJson {
        limits: (&organisation.limits).into(),
        may_be_raised: organisation.may_be_raised.iter().map(|rule| rule.as_str().to_owned()).collect(),
    });
    ((&rules.project).into(), organisation)
}

/// Reads what files set.
pub(super) fn read_rulebook(
    project: &LimitsJson,
    organisation: Option<&OrganisationJson>,
) -> Result<Rulebook, String> {
    let organisation = organisation.map(|one| {
        let rules: Result<_, String> = one.may_be_raised.iter().map(|word| read_rule(word)).collect();
        Ok::<_, String>(Organisation { limits: one.limits.read()?, may_be_raised: rules? })
    });
    Ok(Rulebook { project: project.read()?, organisation: organisation.transpose()? })
}

impl From<&Allowance> for AllowanceJson {
    fn from(allowance: &Allowance) -> Self {
        Self { rule: allowance.rule.as_str().to_owned(), reason: allowance.reason.clone() }
    }
}

impl AllowanceJson {
    pub(super) fn read(self) -> Result<Allowance, String> {
        Ok(Allowance { rule: read_rule(&self.rule)?, reason: self.reason })
    }
}
