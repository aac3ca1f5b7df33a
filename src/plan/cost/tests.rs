//! What costs are, and the laws of adding them up.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::domain::samples::spec;
use crate::domain::{CustomerId, OfferId, Price, PriceList, parse_price};

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

/// Prices from rows of `offer term cycle currency price`, where `-` is no term.
fn prices(rows: &[&str]) -> Prices {
    let mut list = PriceList::default();
    for row in rows {
        let [offer, term, cycle, code, price] = row.split(' ').collect::<Vec<_>>()[..] else { panic!() };
        let row = Price {
            offer_id: OfferId::parse(offer).unwrap(),
            term_duration: TermDuration::read(term.trim_matches('-')),
            billing_cycle: BillingCycle::read(cycle),
            currency: currency(code),
            unit_price: parse_price(price).unwrap(),
        };
        list.insert(row).unwrap();
    }
    Prices { list, ..Prices::default() }
}

/// An order of lines of `offer term quantity`, where `-` is no term.
fn order(cycle: &str, lines: &[&str]) -> OrderSpec {
    let line = |line: &&str| {
        let [offer, term, quantity] = line.split(' ').collect::<Vec<_>>()[..] else { panic!() };
        let item = LineItem::new(OfferId::parse(offer).unwrap(), quantity.parse().unwrap());
        LineItem { term_duration: TermDuration::read(term.trim_matches('-')), ..item }
    };
    let billing_cycle = (!cycle.is_empty()).then(|| BillingCycle::read(cycle));
    OrderSpec { billing_cycle, line_items: lines.iter().map(line).collect(), ..spec(1) }
}

fn amounts(cost: &Cost) -> (Option<String>, String) {
    let Cost::Known(price) = cost else { panic!("{cost:?}") };
    let sum = price.sum();
    (sum.monthly().map(|money| money.to_string()), sum.committed().to_string())
}

fn whys(cost: &Cost) -> Vec<(usize, &'static str)> {
    let Cost::Unknown(gaps) = cost else { panic!("{cost:?}") };
    gaps.iter().map(|gap| (gap.line, gap.why.word())).collect()
}

fn why(spec: &OrderSpec, prices: &Prices) -> &'static str {
    whys(&cost(spec, prices))[0].1
}

#[test]
fn committed_is_all_that_is_billed_in_the_term_and_monthly_is_that_over_its_months() {
    let list = prices(&[
        "p:1 P1Y monthly EUR 10.5",
        "p:1 P1M monthly EUR 12.6",
        "p:1 P1Y annual EUR 115.5",
        "p:1 P3Y annual EUR 110",
        "p:1 P3Y triennial EUR 330",
        "p:1 P1Y one_time EUR 100",
        "s:1 - one_time EUR 99.99",
        "t:1 P1M none EUR 0",
    ]);
    for (cycle, line, monthly, committed) in [
        ("monthly", "p:1 P1Y 25", Some("EUR 262.50"), "EUR 3,150.00"),
        ("monthly", "p:1 P1M 25", Some("EUR 315.00"), "EUR 315.00"),
        ("annual", "p:1 P1Y 2", Some("EUR 19.25"), "EUR 231.00"),
        ("annual", "p:1 P3Y 1", Some("EUR 9.17"), "EUR 330.00"),
        ("triennial", "p:1 P3Y 1", Some("EUR 9.17"), "EUR 330.00"),
        ("one_time", "p:1 P1Y 3", Some("EUR 25.00"), "EUR 300.00"),
        ("one_time", "s:1 - 2", None, "EUR 199.98"),
        ("none", "t:1 P1M 25", Some("EUR 0.00"), "EUR 0.00"),
    ] {
        let expected = (monthly.map(str::to_owned), committed.to_owned());
        assert_eq!(amounts(&cost(&order(cycle, &[line]), &list)), expected, "{cycle} {line}");
    }
}

#[test]
fn an_order_costs_what_its_lines_cost() {
    let list = prices(&["p:1 P1Y monthly EUR 10", "p:1 P1M monthly EUR 12", "q:1 - monthly EUR 1"]);
    let both = cost(&order("monthly", &["p:1 P1Y 1", "p:1 P1M 2"]), &list);
    assert_eq!(amounts(&both), (Some("EUR 34.00".into()), "EUR 144.00".into()));
}

#[test]
fn a_line_without_a_price_makes_its_order_unknown_and_says_why() {
    let list = prices(&[
        "p:1 P1Y monthly EUR 10",
        "two:1 P1Y monthly EUR 10",
        "two:1 P1M monthly EUR 12",
        "open:1 - monthly EUR 1",
        "odd:1 P1M annual EUR 1",
        "long:1 P9Y annual EUR 1",
        "dear:1 P1Y monthly EUR 999999999",
    ]);
    for (cycle, line, expected) in [
        ("", "p:1 P1Y 1", "cycleOpen"),
        ("unknown", "p:1 P1Y 1", "cycleOpen"),
        ("annual", "p:1 P1Y 1", "notListed"),
        ("monthly", "q:1 P1Y 1", "notListed"),
        ("monthly", "p:1 P3Y 1", "termNotListed"),
        ("monthly", "two:1 - 1", "severalTerms"),
        ("monthly", "open:1 - 1", "termOpen"),
        ("annual", "odd:1 P1M 1", "termAgainstCycle"),
        ("annual", "long:1 P9Y 1", "termAgainstCycle"),
        ("monthly", "dear:1 P1Y 4294967295", "tooLarge"),
    ] {
        assert_eq!(why(&order(cycle, &[line]), &list), expected, "{cycle} {line}");
    }
    let some = order("monthly", &["p:1 P1Y 1", "q:1 P1Y 1", "p:1 P3Y 1"]);
    assert_eq!(whys(&cost(&some, &list)), [(1, "notListed"), (2, "termNotListed")]);
}

#[test]
fn a_line_that_names_no_term_has_the_only_one_that_is_listed() {
    let list = prices(&["84A03D81-6B37-4D66-8D4A-FAEA24541538 P1Y monthly EUR 3.40"]);
    let legacy = order("monthly", &["84a03d81-6b37-4d66-8d4a-faea24541538 - 5"]);
    assert_eq!(amounts(&cost(&legacy, &list)), (Some("EUR 17.00".into()), "EUR 204.00".into()));
}

#[test]
fn what_changes_the_price_in_a_way_that_no_list_knows_makes_it_unknown() {
    let list = prices(&["p:1 P1Y monthly EUR 10"]);
    let mut promoted = order("monthly", &["p:1 P1Y 1"]);
    promoted.line_items[0].promotion_id = Some("a:b:c".into());
    assert_eq!(why(&promoted, &list), "promotion");
    let mut shortened = order("monthly", &["p:1 P1Y 1"]);
    shortened.line_items[0].custom_term_end_date = Some("2027-06-30T00:00:00Z".into());
    assert_eq!(why(&shortened, &list), "shortenedTerm");
}

#[test]
fn which_currency_counts_is_said_by_the_customer_or_the_project_and_never_guessed() {
    let mut list = prices(&["p:1 P1Y monthly EUR 10", "p:1 P1Y monthly USD 11", "q:1 P1Y monthly EUR 1"]);
    let one = order("monthly", &["p:1 P1Y 1"]);
    assert_eq!(why(&one, &list), "severalCurrencies");
    let only = order("monthly", &["q:1 P1Y 1"]);
    assert_eq!(amounts(&cost(&only, &list)).1, "EUR 12.00", "there is no other");
    list.currency = Some(currency("USD"));
    assert_eq!(amounts(&cost(&one, &list)).1, "USD 132.00");
    assert_eq!(why(&only, &list), "currencyNotListed");
    list.by_customer.insert(one.customer_id, currency("EUR"));
    assert_eq!(amounts(&cost(&one, &list)).1, "EUR 120.00", "the customer goes before the project");
    let mut other = one.clone();
    other.customer_id = CustomerId::parse("f81d98dd-c2f4-499e-a194-5619e260344e").unwrap();
    assert_eq!(amounts(&cost(&other, &list)).1, "USD 132.00");
}

#[test]
fn the_lines_of_one_order_are_charged_in_one_currency() {
    let list = prices(&["p:1 P1Y monthly EUR 10", "q:1 P1Y monthly USD 1"]);
    let mixed = cost(&order("monthly", &["p:1 P1Y 1", "q:1 P1Y 1"]), &list);
    assert_eq!(whys(&mixed), [(0, "severalCurrencies"), (1, "severalCurrencies")]);
}

#[test]
fn the_largest_amounts_are_still_exact() {
    let unit_price = parse_price("232830643.70807972").unwrap();
    let line = LinePrice { unit_price, quantity: u32::MAX, payments: 60, term_months: Some(60) };
    let digits = 23_283_064_370_807_972_i128 * i128::from(u32::MAX) * 60;
    assert_eq!(line.committed(), Decimal::from_i128_with_scale(digits, 8));
    let most = LinePrice {
        unit_price: parse_price("99999.99999999").unwrap(),
        quantity: 10_000_000,
        payments: 1,
        term_months: Some(1),
    };
    let order = Cost::Known(OrderPrice { currency: currency("IDR"), lines: vec![most] });
    let totals = Totals::of(std::iter::repeat_n(&order, 1000));
    let sum = &totals.sums[&currency("IDR")];
    assert_eq!(sum.committed.to_string(), "999999999999900.00000000");
    assert_eq!(sum.in_common_months.unwrap(), sum.committed * Decimal::from(360));
}

fn line_prices() -> impl Strategy<Value = LinePrice> {
    let months = select(vec![None, Some(1), Some(12), Some(36)]);
    (0u64..10_000_000_000, 0u32..=8, 1u32..100_000, select(vec![1, 3, 12, 36]), months).prop_map(
        |(digits, scale, quantity, payments, term_months)| LinePrice {
            unit_price: Decimal::from_i128_with_scale(digits.into(), scale),
            quantity,
            payments,
            term_months,
        },
    )
}

fn costs() -> impl Strategy<Value = Cost> {
    let gap = Gap { line: 0, why: Unpriced::NotListed };
    let codes = select(vec!["EUR", "USD", "JPY"]);
    prop_oneof![
        Just(Cost::Unknown(vec![gap])),
        (codes, proptest::collection::vec(line_prices(), 1..4))
            .prop_map(|(code, lines)| Cost::Known(OrderPrice { currency: currency(code), lines })),
    ]
}

proptest! {
    #[test]
    fn sums_do_not_depend_on_the_order_of_what_is_added(
        (costs, shuffled) in proptest::collection::vec(costs(), 0..40)
            .prop_flat_map(|costs| (Just(costs.clone()), Just(costs).prop_shuffle())),
    ) {
        prop_assert_eq!(Totals::of(&costs), Totals::of(&shuffled));
    }

    #[test]
    fn an_unknown_cost_adds_to_the_unknown_and_to_nothing_else(
        (costs, known) in proptest::collection::vec(costs(), 0..40).prop_flat_map(|costs| {
            let known: Vec<Cost> = costs.iter().filter(|cost| matches!(cost, Cost::Known(_))).cloned().collect();
            let len = known.len();
            (Just(costs), subsequence(known, len))
        }),
    ) {
        let (all, without) = (Totals::of(&costs), Totals::of(&known));
        prop_assert_eq!(&all.sums, &without.sums);
        prop_assert_eq!(all.unknown, costs.len() - known.len());
        let added: usize = all.sums.values().map(|sum| sum.orders).sum();
        prop_assert_eq!(added + all.unknown, costs.len(), "every order is counted once");
    }

    #[test]
    fn nothing_is_rounded_before_the_end(lines in proptest::collection::vec(line_prices(), 1..60)) {
        // In whole hundred-millionths, with integers.
        let of = |line: &LinePrice| {
            let unit = (line.unit_price * Decimal::from(100_000_000)).to_string();
            unit.split('.').next().unwrap().parse::<i128>().unwrap()
                * i128::from(line.quantity) * i128::from(line.payments)
        };
        let price = OrderPrice { currency: currency("EUR"), lines: lines.clone() };
        let sum = price.sum();
        prop_assert_eq!(sum.committed, Decimal::from_i128_with_scale(lines.iter().map(of).sum(), 8));
        let months = |line: &LinePrice| line.term_months.map(|months| of(line) * 360 / i128::from(months));
        let in_common = lines.iter().filter_map(months).reduce(|a, b| a + b);
        prop_assert_eq!(sum.in_common_months, in_common.map(|sum| Decimal::from_i128_with_scale(sum, 8)));
    }

    #[test]
    fn every_order_has_a_cost(
        cycle in select(vec!["", "monthly", "annual", "one_time", "none", "unknown", "triennial"]),
        lines in proptest::collection::vec(select(vec!["p:1 P1Y 1", "p:1:a P1M 2", "q:1 - 3", "p:1 PT5S 9"]), 0..5),
        wanted in select(vec![None, Some("EUR"), Some("CHF")]),
    ) {
        let mut list = prices(&["p:1 P1Y monthly EUR 10", "p:1 PT5S monthly EUR 1", "q:1 - one_time USD 11"]);
        list.currency = wanted.map(currency);
        match cost(&order(cycle, &lines), &list) {
            Cost::Known(price) => prop_assert_eq!(price.lines.len(), lines.len()),
            Cost::Unknown(gaps) => prop_assert!(lines.is_empty() || !gaps.is_empty()),
        }
    }
}

#[test]
fn what_orders_cost_is_covered_by_the_digest_of_their_plan_and_no_prices_leave_it_as_it_was() {
    use crate::plan::{Action, PinnedPrices, Pins, Step};
    let spec = order("monthly", &["p:1 P1Y 1"]);
    let step = Step {
        name: OrderName::parse("a").unwrap(),
        customer_id: spec.customer_id,
        customer_name: None,
        spec,
        allow_duplicate: false,
        auto_renew: None,
        offers: std::collections::BTreeMap::new(),
        action: Action::Create,
    };
    let lineage = crate::domain::Lineage::from_random(1);
    let pins = Some(Pins::default());
    let bare =
        Plan { lineage, serial: 1, steps: vec![step], pins, costs: None, checks: None, limits: Vec::new() };
    let priced = |rows: &[&str]| bare.clone().price(&prices(rows));
    let digests = [
        bare.digest(),
        priced(&["p:1 P1Y monthly EUR 10"]).digest(),
        priced(&["p:1 P1Y monthly EUR 11"]).digest(),
        priced(&["p:1 P1Y monthly USD 10"]).digest(),
        priced(&[]).digest(),
    ];
    let different: BTreeSet<&String> = digests.iter().collect();
    assert_eq!(different.len(), digests.len());
    assert_eq!(Plan { costs: None, ..priced(&["p:1 P1Y monthly EUR 10"]) }.digest(), bare.digest());
    let mut pinned = bare.clone();
    pinned.pins.as_mut().unwrap().prices = Some(PinnedPrices { list: "sha256:1".into(), currency: None });
    assert_ne!(pinned.digest(), bare.digest());
}
