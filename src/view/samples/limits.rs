//! Limits with every kind of evidence.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::*;
use crate::plan::Unavailable;

/// Every rule, as a project and as an organisation has it.
pub(in crate::view) fn rulebook() -> Rulebook {
    let bound = |rule| match rule {
        Rule::AllowedOffers => Bound::Offers(vec![OfferId::parse("CFQ7TTC0LH18").unwrap()]),
        Rule::AllowedCustomers => {
            Bound::Customers(vec![AllowedCustomer::read(samples::CUSTOMER), AllowedCustomer::read("contoso")])
        }
        Rule::Amount(_, Measure::Spend, _) => Bound::Money(euros("5000.5")),
        Rule::LongestTerm => Bound::Term(TermDuration::read("P1Y").unwrap()),
        _ => Bound::Most(20),
    };
    let set = Rule::ALL.iter().filter(|(_, rule)| *rule != Rule::ManifestsLost);
    let limits: Limits = set.map(|(_, rule)| (*rule, bound(*rule))).collect();
    let may_be_raised = [Rule::ORDERS_PER_RUN, Rule::LongestTerm].into_iter().collect();
    Rulebook { project: limits.clone(), organisation: Some(Organisation { limits, may_be_raised }) }
}

fn euros(amount: &str) -> BTreeMap<Currency, Decimal> {
    [(Currency::parse("EUR").unwrap(), parse_price(amount).unwrap())].into()
}

/// Limits with every kind of evidence: held, exceeded, allowed.
pub(in crate::view) fn every_limit() -> Vec<Limit> {
    let offer = OfferId::parse("CFQ7TTC0LH0Z:0001").unwrap();
    let customer = spec(1).customer_id;
    let one = |rule, value, exceeded| Limit {
        rule,
        keeper: Keeper::Project,
        bound: rulebook().project.bound(rule).cloned().unwrap_or(Bound::Half),
        value,
        customer: None,
        customer_name: None,
        names: Vec::new(),
        exceeded,
        allowed: None,
    };
    let named = |limit: Limit| Limit { names: vec![name("contoso-e3"), name("contoso-e5")], ..limit };
    vec![
        Limit {
            keeper: Keeper::Program,
            ..named(one(Rule::ManifestsLost, Measured::Lost { lost: 2, recorded: 3 }, true))
        },
        Limit {
            allowed: Some("quarter \u{202e} end".into()),
            ..one(Rule::ORDERS_PER_RUN, Measured::Amount(25), true)
        },
        one(Rule::SEATS_PER_DAY, Measured::Amount(5), false),
        Limit {
            customer: Some(customer),
            keeper: Keeper::Organisation,
            ..one(Rule::CUSTOMER_SEATS_PER_DAY, Measured::Amount(21), true)
        },
        Limit {
            customer: Some(customer),
            customer_name: Some("contoso".into()),
            ..one(Rule::CUSTOMER_ORDERS_PER_RUN, Measured::Amount(21), true)
        },
        one(Rule::SPEND_PER_DAY, Measured::Money { sums: euros("12"), unpriced: 0 }, false),
        one(Rule::SPEND_PER_RUN, Measured::Money { sums: euros("6000"), unpriced: 0 }, true),
        named(one(Rule::SPEND_PER_RUN, Measured::Money { sums: euros("6000"), unpriced: 3 }, true)),
        one(Rule::CUSTOMER_SPEND_PER_DAY, Measured::Money { sums: BTreeMap::new(), unpriced: 1 }, true),
        named(one(Rule::AllowedOffers, Measured::Offers(vec![offer]), true)),
        named(one(Rule::AllowedCustomers, Measured::Customers(vec![customer]), true)),
        one(Rule::LongestTerm, Measured::Term(TermDuration::read("P1M")), false),
        named(one(Rule::LongestTerm, Measured::Term(None), true)),
        named(one(Rule::LongestTerm, Measured::Term(TermDuration::read("P3Y")), true)),
        one(Rule::TimesUsualRun, Measured::Usual { orders: 5, usual: None }, false),
        one(Rule::TimesUsualRun, Measured::Usual { orders: 81, usual: Some(4) }, true),
    ]
}

/// Every reason why no availability is chosen.
pub(super) fn unavailable() -> Vec<(&'static str, Block)> {
    let offer = |text: &str| OfferId::parse(text).unwrap();
    let several = ["CFQ7TTC0LH18:0001:CFQ7TTC0K971", "CFQ7TTC0LH18:0001:CFQ7TTC0K972"].map(offer);
    let whys = [
        ("bc-not-listed", Unavailable::NotListed),
        ("bd-not-purchasable", Unavailable::NotPurchasable),
        (
            "be-not-offered",
            Unavailable::NotOffered { offered: vec!["P1M monthly".into(), "P1Y annual".into()] },
        ),
        ("bf-several", Unavailable::Several(several.into())),
        ("bg-not-read", Unavailable::NotRead { why: "no answer".into() }),
    ];
    let block = |(name, why)| (name, Block::Unavailable { line: 0, offer: offer("CFQ7TTC0LH18:0001"), why });
    whys.map(block).into()
}
