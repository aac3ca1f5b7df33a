//! Rules about money: what is owed is held to them, and what is not known is beyond them.

use super::*;

/// Prices at which a seat of [`spec`] is two euros.
fn prices() -> Prices {
    let mut list = PriceList::default();
    let price = Price {
        offer_id: spec(1).line_items[0].offer_id.clone(),
        term_duration: None,
        billing_cycle: BillingCycle::OneTime,
        currency: Currency::parse("EUR").unwrap(),
        unit_price: parse_price("2").unwrap(),
    };
    list.insert(price).unwrap();
    Prices { list, ..Prices::default() }
}

fn spent(quantities: &[u32], rules: &[(Rule, &str)], prices: Option<&Prices>) -> Vec<(&'static str, String)> {
    let bound =
        |most: &str| Bound::Money([(Currency::parse("EUR").unwrap(), parse_price(most).unwrap())].into());
    let rules: Vec<(Rule, Bound)> = rules.iter().map(|(rule, most)| (*rule, bound(most))).collect();
    let once = |quantity: &u32| OrderSpec { billing_cycle: Some(BillingCycle::OneTime), ..spec(*quantity) };
    let mut state = beginning();
    let mut earlier = attempt(5, &[0]);
    earlier.spec.billing_cycle = Some(BillingCycle::OneTime);
    let name = || OrderName::parse("earlier").unwrap();
    push(&mut state, 0, RecordKind::Intended { name: name(), attempt: Box::new(earlier) });
    let order = PlacedOrder::from(&order("earlier", 5));
    push(&mut state, 1000, RecordKind::Created { name: name(), order, evidence: Evidence::Answer });
    let plan = plan_of(quantities.iter().map(once).collect(), &rules);
    let plan = prices.into_iter().fold(plan, Plan::price);
    let limits = judge(&plan, &state, prices, Some(at(1000))).into_iter();
    let mut budget = Budget::new(&plan, &state, prices, &[]);
    let all_admitted = plan.steps.iter().all(|step| budget.admit(step, Some(at(1000))).is_ok());
    let over: Vec<_> =
        limits.filter(Limit::is_over).map(|limit| (limit.rule.as_str(), limit.value.written())).collect();
    assert_eq!(all_admitted, over.is_empty(), "plan and budget agree");
    over
}

#[test]
fn spend_is_held_to_all_that_is_owed_now_and_before() {
    let prices = prices();
    let rules = [(Rule::SPEND_PER_RUN, "20"), (Rule::CUSTOMER_SPEND_PER_DAY, "30")];
    assert_eq!(spent(&[6, 4], &rules, Some(&prices)), []);
    let over = spent(&[6, 5], &rules, Some(&prices));
    let [run, day] = ["EUR 22.00", "EUR 32.00"].map(str::to_owned);
    assert_eq!(over, [("spendPerRun", run), ("perCustomer.spendPerDay", day)]);
}

#[test]
fn an_order_of_unknown_price_is_beyond_any_limit_of_spend() {
    let rules = [(Rule::SPEND_PER_RUN, "1000000")];
    let unknown = "nothing, and 1 of unknown price".to_owned();
    assert_eq!(spent(&[1], &rules, None), [("spendPerRun", unknown.clone())]);
    assert_eq!(spent(&[1], &rules, Some(&Prices::default())), [("spendPerRun", unknown)]);
}

#[test]
fn a_currency_that_no_limit_names_may_not_be_spent() {
    let mut prices = prices();
    let price = Price {
        offer_id: spec(1).line_items[0].offer_id.clone(),
        term_duration: None,
        billing_cycle: BillingCycle::OneTime,
        currency: Currency::parse("USD").unwrap(),
        unit_price: parse_price("1").unwrap(),
    };
    prices.list.insert(price).unwrap();
    prices.currency = Currency::parse("USD").ok();
    let over = spent(&[1], &[(Rule::SPEND_PER_RUN, "1000000")], Some(&prices));
    assert_eq!(over, [("spendPerRun", "USD 1.00".to_owned())]);
}

#[test]
fn what_was_allowed_of_spend_is_raised_to_what_it_comes_to_and_no_further() {
    let prices = prices();
    let once = |quantity| OrderSpec { billing_cycle: Some(BillingCycle::OneTime), ..spec(quantity) };
    let bound = |most| Bound::Money([(Currency::parse("EUR").unwrap(), parse_price(most).unwrap())].into());
    let mut plan = plan_of(vec![once(6), once(5)], &[(Rule::SPEND_PER_RUN, bound("20"))]);
    let allowance = Allowance { rule: Rule::SPEND_PER_RUN, reason: "agreed".into() };
    plan.pins.as_mut().unwrap().allowed.push(allowance);
    let limits = judge(&plan, &beginning(), Some(&prices), Some(at(1000)));
    assert!(limits.iter().all(|limit| limit.exceeded && limit.allowed.is_some()));
    let admitted = |plan: &Plan, by: &Prices| {
        let mut budget = Budget::new(plan, &beginning(), Some(by), &limits);
        plan.steps.iter().filter(|step| budget.admit(step, Some(at(1000))).is_ok()).count()
    };
    assert_eq!(admitted(&plan, &prices), 2);
    assert_eq!(admitted(&plan, &Prices::default()), 0, "that the price is not known was not allowed");
    plan.steps.push(step(2, once(1)));
    assert_eq!(admitted(&plan, &prices), 2, "one seat more was not allowed");
}

#[test]
fn an_order_of_unknown_price_is_named_and_what_was_bought_of_unknown_price_counts_for_the_day() {
    let zero = Bound::Money([(Currency::parse("EUR").unwrap(), parse_price("1000000").unwrap())].into());
    let once = OrderSpec { billing_cycle: Some(BillingCycle::OneTime), ..spec(1) };
    let rules = [(Rule::SPEND_PER_RUN, zero.clone()), (Rule::CUSTOMER_SPEND_PER_DAY, zero)];
    let limits = judge(&plan_of(vec![once, spec(2)], &rules), &state(), Some(&prices()), Some(at(1000)));
    let told: Vec<_> = limits.iter().map(|limit| (limit.value.written(), limit.names.len())).collect();
    let [run, day] = [1, 2].map(|unknown| format!("EUR 2.00, and {unknown} of unknown price"));
    assert_eq!(told, [(run, 1), (day, 1)]);
    let later = Some(at(1000 + 86_401));
    let limits = judge(&plan_of(vec![spec(2)], &rules), &state(), Some(&prices()), later);
    assert_eq!(limits[1].value.written(), "nothing, and 1 of unknown price", "a day later");
}

/// A row for one availability goes before that of its product and SKU, and which one is bought shows only once it is chosen.
#[test]
fn an_order_costs_what_the_availability_that_is_sent_costs() {
    let offer = |text: &str| OfferId::parse(text).unwrap();
    let [open, sent] = ["CFQ7TTC0LH18:0001", "CFQ7TTC0LH18:0001:CFQ7TTC0AAAA"].map(offer);
    let mut prices = prices();
    for (offer_id, unit_price) in [(&open, "2"), (&sent, "30")] {
        let price = Price {
            offer_id: offer_id.clone(),
            term_duration: None,
            billing_cycle: BillingCycle::OneTime,
            currency: Currency::parse("EUR").unwrap(),
            unit_price: parse_price(unit_price).unwrap(),
        };
        prices.list.insert(price).unwrap();
    }
    let mut wanted = OrderSpec { billing_cycle: Some(BillingCycle::OneTime), ..spec(1) };
    wanted.line_items[0].offer_id = open.clone();
    let most = Bound::Money([(Currency::parse("EUR").unwrap(), parse_price("20").unwrap())].into());
    let offers = Bound::Offers(vec![sent.clone()]);
    let plan = plan_of(vec![wanted], &[(Rule::SPEND_PER_RUN, most), (Rule::AllowedOffers, offers)]);
    let (now, name) = (Some(at(1000)), plan.steps[0].name.clone());
    let over = |plan: &Plan| {
        let limits = judge(plan, &beginning(), Some(&prices), now).into_iter();
        limits.filter(Limit::is_over).map(|limit| limit.rule.as_str()).collect::<Vec<_>>()
    };
    let plan = plan.price(&prices);
    assert_eq!(over(&plan), ["allowedOffers"], "until it is chosen, it may be another one");
    let found = [(name.clone(), [(0, Ok(sent))].into())].into();
    let plan = plan.resolve(&found, &beginning(), Some(&prices), |_| String::new());
    let Some(crate::plan::Cost::Known(cost)) = plan.cost(&name) else { panic!("{:?}", plan.costs) };
    assert_eq!(cost.sum().committed().to_string(), "EUR 30.00");
    assert_eq!(over(&plan), ["spendPerRun"]);
    let mut budget = Budget::new(&plan, &beginning(), Some(&prices), &[]);
    assert!(budget.admit(&plan.steps[0], now).is_err(), "plan and budget agree");
}
