//! `limits`: how much may be bought, as a project or an organisation has it.
//!
//! **Invariant:** a limit that cannot be read is reported; it never becomes no limit unnoticed.

use super::code::Code;
use super::diagnostic::{quoted, spelt};
use super::fields::{Fields, Value};
use super::grammar::{LIMITS, ORGANISATION_METADATA, ORGANISATION_SPEC, PER_CUSTOMER};
use super::{ids, number, validate};
use crate::domain::{
    AllowedCustomer, Bound, Currency, Keeper, Limits, Measure, Money, Organisation, Rule, Whose, parse_amount,
};

/// Reads an organisation's metadata and spec.
pub(super) fn organisation(metadata: Option<Value<'_>>, spec: Option<Value<'_>>) -> Organisation {
    if let Some(fields) = metadata.and_then(|value| value.fields(&ORGANISATION_METADATA)) {
        fields.value("name").and_then(validate::name);
    }
    let Some(fields) = spec.and_then(|value| value.fields(&ORGANISATION_SPEC)) else {
        return Organisation::default();
    };
    let rules = fields.value("mayBeRaised").and_then(|value| value.items());
    let raisable = rules.into_iter().flatten().filter_map(|item| validate::choice(item, Rule::ALL));
    Organisation {
        may_be_raised: raisable.collect(),
        limits: fields.value("limits").map(|value| limits(value, Keeper::Organisation)).unwrap_or_default(),
    }
}

/// Reads the limits that one file sets.
pub(super) fn limits(value: Value<'_>, keeper: Keeper) -> Limits {
    let Some(fields) = value.fields(&LIMITS) else {
        return Limits::default();
    };
    let per_customer = fields.value("perCustomer").and_then(|value| value.fields(&PER_CUSTOMER));
    let read = |(word, rule): &(&'static str, Rule)| {
        let bound = match rule {
            Rule::Amount(Whose::All, measure, _) => amount(&fields, word, *measure),
            Rule::TimesUsualRun => amount(&fields, word, Measure::Orders),
            Rule::Amount(Whose::EachCustomer, measure, _) => {
                let (_, word) = word.split_once('.').expect("it stands below `perCustomer`");
                per_customer.as_ref().and_then(|fields| amount(fields, word, *measure))
            }
            Rule::AllowedOffers => fields.value(word).and_then(offers),
            Rule::AllowedCustomers => fields.value(word).and_then(|value| customers(value, keeper)),
            Rule::LongestTerm => fields.value(word).and_then(validate::term).map(Bound::Term),
            Rule::ManifestsLost => None,
        };
        bound.map(|bound| (*rule, bound))
    };
    Rule::ALL.iter().filter_map(read).collect()
}

fn amount(fields: &Fields<'_>, word: &str, measure: Measure) -> Option<Bound> {
    let value = fields.value(word)?;
    if measure == Measure::Spend {
        return Some(Bound::Money(value.pairs()?.filter_map(money).collect()));
    }
    let most = number::limit(value)?;
    if most == 0 && word == "timesUsualRun" {
        let hint = "write how many times as many orders as usual are allowed, such as `3`";
        value.report(Code::Limit, "no run is 0 times as large as usual", hint);
        return None;
    }
    Some(Bound::Most(most))
}

fn money(value: Value<'_>) -> Option<(Currency, rust_decimal::Decimal)> {
    let currency = Currency::parse(value.name);
    if let Err(why) = &currency {
        let message = format!("{} is not a currency: {why}", spelt(value.name));
        value.findings.report(
            Code::Limit,
            value.key,
            message,
            "write its code in capital letters, such as `EUR`",
        );
    }
    let text = value.unmistakable_text()?;
    let amount = parse_amount(text);
    if let Err(why) = &amount {
        let message = format!("{} is not an amount of money: {why}", spelt(text));
        value.report(Code::Limit, message, "write it such as `\"5000.00\"`");
    }
    let (currency, amount) = (currency.ok()?, amount.ok()?);
    if (Money { currency, amount }).rounded() != amount {
        let message = format!("{} is not an amount that can be paid in {currency}", spelt(text));
        value.report(Code::Limit, message, "write no part of the smallest coin");
        return None;
    }
    Some((currency, amount))
}

fn offers(value: Value<'_>) -> Option<Bound> {
    let offers = value.items()?.filter_map(ids::offer_or_product);
    Some(Bound::Offers(offers.collect()))
}

fn customers(value: Value<'_>, keeper: Keeper) -> Option<Bound> {
    let customers = value.items()?.filter_map(|item| customer(item, keeper));
    Some(Bound::Customers(customers.collect()))
}

/// Takes a tenant id, or a name where whoever reads it knows what names stand for.
pub(super) fn customer(value: Value<'_>, keeper: Keeper) -> Option<AllowedCustomer> {
    let text = value.text()?;
    match AllowedCustomer::read(text) {
        AllowedCustomer::Id(_) => ids::customer_id(value).map(AllowedCustomer::Id),
        AllowedCustomer::Name(_) if keeper == Keeper::Organisation => {
            let message =
                format!("{} is no tenant id, and what a name stands for is up to the manifests", spelt(text));
            value.report(Code::CustomerId, message, format!("write the tenant id of {}", quoted(text)));
            None
        }
        AllowedCustomer::Name(_) => {
            validate::name(value).map(|name| AllowedCustomer::Name(name.as_str().to_owned()))
        }
    }
}
