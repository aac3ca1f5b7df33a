//! Each rule on its own: what it comes to, and when it is gone beyond.

use super::*;
use crate::domain::samples::{CUSTOMER, attempt, order, spec};
use crate::domain::*;
use crate::plan::{Budget, Pins};

const OTHER: &str = "f81d98dd-c2f4-499e-a194-5619e260344e";

fn step(n: usize, spec: OrderSpec) -> Step {
    Step {
        name: OrderName::parse(&format!("order-{n}")).unwrap(),
        customer_id: spec.customer_id,
        customer_name: None,
        spec,
        allow_duplicate: false,
        auto_renew: None,
        action: Action::Create,
    }
}

fn plan_of(specs: Vec<OrderSpec>, rules: &[(Rule, Bound)]) -> Plan {
    let steps = specs.into_iter().enumerate().map(|(n, spec)| step(n, spec)).collect();
    let project = rules.iter().cloned().collect();
    let pins = Pins { limits: Rulebook { project, organisation: None }, ..Pins::default() };
    Plan { steps, pins: Some(pins), ..crate::plan::build(&[], &beginning()) }
}

fn plan(quantities: &[u32], rules: &[(Rule, u64)]) -> Plan {
    let rules: Vec<(Rule, Bound)> = rules.iter().map(|(rule, most)| (*rule, Bound::Most(*most))).collect();
    plan_of(quantities.iter().map(|quantity| spec(*quantity)).collect(), &rules)
}

fn of(customer: &str, quantity: u32) -> OrderSpec {
    OrderSpec { customer_id: CustomerId::parse(customer).unwrap(), ..spec(quantity) }
}

fn beginning() -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap()
}

fn push(state: &mut State, seconds: i64, kind: RecordKind) {
    let time = Some(at(seconds));
    state.fold(&Record { serial: state.serial + 1, time, kind }).unwrap();
}

fn intend(state: &mut State, text: &str, quantity: u32) {
    let (name, attempt) = (OrderName::parse(text).unwrap(), Box::new(attempt(quantity, &[0])));
    push(state, 0, RecordKind::Intended { name, attempt });
}

fn buy(state: &mut State, seconds: i64, text: &str, quantity: u32) {
    intend(state, text, quantity);
    let (name, order) = (OrderName::parse(text).unwrap(), PlacedOrder::from(&order(text, quantity)));
    push(state, seconds, RecordKind::Created { name, order, evidence: Evidence::Answer });
}

/// A state in which five seats were bought at second 1,000.
fn state() -> State {
    let mut state = beginning();
    buy(&mut state, 1000, "earlier", 5);
    state
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_ms(seconds * 1000)
}

/// What would be gone beyond, by word, with its value.
fn over(plan: &Plan, state: &State, seconds: i64) -> Vec<(&'static str, Measured)> {
    let limits = judge(plan, state, None, Some(at(seconds))).into_iter();
    limits.filter(Limit::is_over).map(|limit| (limit.rule.as_str(), limit.value)).collect()
}

fn words(plan: &Plan, state: &State, seconds: i64) -> Vec<&'static str> {
    over(plan, state, seconds).into_iter().map(|(word, _)| word).collect()
}

#[test]
fn a_run_is_held_to_its_orders_and_seats() {
    let rules = [(Rule::ORDERS_PER_RUN, 1), (Rule::SEATS_PER_RUN, 9)];
    assert_eq!(over(&plan(&[9], &rules), &state(), 1000), []);
    let two = over(&plan(&[5, 5], &rules), &state(), 1000);
    assert_eq!(two, [("ordersPerRun", Measured::Amount(2)), ("seatsPerRun", Measured::Amount(10))]);
}

#[test]
fn limits_that_hold_are_listed_too() {
    let limits = judge(&plan(&[4], &[(Rule::SEATS_PER_DAY, 9)]), &state(), None, Some(at(1000)));
    assert_eq!(limits.len(), 1);
    assert_eq!((&limits[0].value, limits[0].exceeded), (&Measured::Amount(9), false));
}

#[test]
fn what_was_bought_within_the_hour_counts_and_what_was_before_does_not() {
    let plan = plan(&[5], &[(Rule::SEATS_PER_HOUR, 9), (Rule::ORDERS_PER_DAY, 1)]);
    assert_eq!(words(&plan, &state(), 1000 + 3600), ["ordersPerDay", "seatsPerHour"]);
    assert_eq!(words(&plan, &state(), 1001 + 3600), ["ordersPerDay"]);
    assert_eq!(words(&plan, &state(), 1001 + 24 * 3600), [""; 0]);
    // A clock that went back makes nothing older.
    assert_eq!(words(&plan, &state(), 0), ["ordersPerDay", "seatsPerHour"]);
    assert!(
        judge(&plan, &state(), None, None).iter().all(|limit| limit.exceeded),
        "without a clock all of it counts"
    );
}

#[test]
fn what_was_forgotten_was_bought_all_the_same() {
    let mut state = state();
    push(&mut state, 1100, RecordKind::Forgotten { name: OrderName::parse("earlier").unwrap() });
    assert!(state.orders.is_empty());
    let plan = plan(&[5], &[(Rule::ORDERS_PER_DAY, 1), (Rule::CUSTOMER_SEATS_PER_HOUR, 9)]);
    assert_eq!(words(&plan, &state, 2000), ["ordersPerDay", "perCustomer.seatsPerHour"]);
}

#[test]
fn what_is_in_doubt_counts_whenever_it_was_sent_and_once() {
    let mut state = beginning();
    intend(&mut state, "order-0", 5);
    let rules = [(Rule::ORDERS_PER_DAY, 1)];
    let far = 400 * 24 * 3600;
    assert_eq!(words(&plan(&[5], &rules), &state, far), [""; 0], "it is the one that is settled");
    intend(&mut state, "elsewhere", 5);
    assert_eq!(words(&plan(&[5], &rules), &state, far), ["ordersPerDay"]);
}

#[test]
fn a_plan_that_sends_nothing_exceeds_nothing() {
    let rules = [(Rule::ORDERS_PER_DAY, 0), (Rule::CUSTOMER_ORDERS_PER_DAY, 0)];
    let limits = judge(&plan(&[], &rules), &state(), None, Some(at(1000)));
    assert_eq!(limits.len(), 2);
    assert!(limits.iter().all(|limit| !limit.exceeded), "{limits:?}");
}

#[test]
fn each_customer_is_held_to_its_own() {
    let rules = [(Rule::CUSTOMER_SEATS_PER_DAY, Bound::Most(9))];
    let held = plan_of(vec![of(CUSTOMER, 4), of(OTHER, 8)], &rules);
    let limits = judge(&held, &state(), None, Some(at(1000)));
    assert_eq!(limits.len(), 1, "the one nearest to the limit");
    assert_eq!(limits[0].value, Measured::Amount(9));
    let broken = plan_of(vec![of(CUSTOMER, 5), of(OTHER, 8), of(OTHER, 2)], &rules);
    let limits = judge(&broken, &state(), None, Some(at(1000)));
    let values: Vec<_> =
        limits.iter().map(|limit| (limit.customer.unwrap().to_string(), &limit.value)).collect();
    assert_eq!(values, [(CUSTOMER.into(), &Measured::Amount(10)), (OTHER.into(), &Measured::Amount(10))]);
}

#[test]
fn only_named_offers_customers_and_terms_are_bought() {
    let offers = Bound::Offers(vec![OfferId::parse("CFQ7TTC0LH18").unwrap()]);
    let refused = plan_of(vec![spec(1)], &[(Rule::AllowedOffers, offers)]);
    assert!(
        matches!(&over(&refused, &state(), 0)[..], [("allowedOffers", Measured::Offers(offers))] if offers.len() == 1)
    );
    let customers = Bound::Customers(vec![AllowedCustomer::read(CUSTOMER)]);
    let rules = [(Rule::AllowedCustomers, customers)];
    assert_eq!(words(&plan_of(vec![of(CUSTOMER, 1)], &rules), &state(), 0), [""; 0]);
    assert_eq!(
        words(&plan_of(vec![of(CUSTOMER, 1), of(OTHER, 1)], &rules), &state(), 0),
        ["allowedCustomers"]
    );
    let empty = [(Rule::AllowedCustomers, Bound::Customers(vec![]))];
    assert_eq!(words(&plan_of(vec![of(CUSTOMER, 1)], &empty), &state(), 0), ["allowedCustomers"]);
}

#[test]
fn a_term_is_no_longer_than_the_longest_and_none_that_is_left_open() {
    let rules = [(Rule::LongestTerm, Bound::Term(TermDuration::read("P1Y").unwrap()))];
    let with = |offer: &str, term: Option<&str>, renews_to: Option<&str>| {
        let mut wanted = spec(1);
        let line = &mut wanted.line_items[0];
        line.offer_id = OfferId::parse(offer).unwrap();
        line.term_duration = term.and_then(TermDuration::read);
        line.renews_to = renews_to.and_then(TermDuration::read);
        wanted
    };
    let broken = |wanted: OrderSpec| !words(&plan_of(vec![wanted], &rules), &state(), 0).is_empty();
    let (modern, legacy) = ("CFQ7TTC0LH18:0001", "84A03D81-6B37-4D66-8D4A-FAEA24541538");
    assert!(!broken(with(modern, Some("P1M"), None)) && !broken(with(modern, Some("P1Y"), None)));
    assert!(broken(with(modern, Some("P3Y"), None)));
    assert!(broken(with(modern, Some("P1M"), Some("P3Y"))), "what it renews to counts");
    assert!(broken(with(modern, None, None)), "Partner Center would choose");
    assert!(!broken(with(legacy, None, None)));
    let once = OrderSpec { billing_cycle: Some(BillingCycle::OneTime), ..with(modern, None, None) };
    assert!(!broken(once), "what is sold once has no term");
}

#[test]
fn what_is_usual_is_the_median_of_runs_that_bought_something_and_nothing_before_there_were_three() {
    let rules = [(Rule::TimesUsualRun, 3)];
    let mut state = beginning();
    let run = |state: &mut State, number: usize, orders: usize| {
        let text = || "x".to_owned();
        push(state, 0, RecordKind::Opened { by: text(), command: text(), tool: text(), approved: None });
        for n in 0..orders {
            buy(state, 0, &format!("run-{number}-{n}"), 1);
        }
    };
    for (number, orders) in [2, 0, 9].into_iter().enumerate() {
        run(&mut state, number, orders);
    }
    assert_eq!(words(&plan(&[1; 100], &rules), &state, 0), [""; 0]);
    run(&mut state, 4, 2);
    assert_eq!(state.usual_run(), Some(2));
    assert_eq!(words(&plan(&[1; 6], &rules), &state, 0), [""; 0]);
    let beyond = over(&plan(&[1; 7], &rules), &state, 0);
    assert_eq!(beyond, [("timesUsualRun", Measured::Usual { orders: 7, usual: Some(2) })]);
    for number in 5..16 {
        run(&mut state, number, 4);
    }
    assert_eq!(state.usual_run(), Some(4), "the last ten");
}

#[test]
fn more_than_half_of_what_is_recorded_without_a_manifest_is_lost() {
    let mut state = beginning();
    assert_eq!(manifests_lost(&plan(&[1], &[]), &state), None, "nothing is recorded");
    for text in ["a", "b", "c", "d"] {
        buy(&mut state, 0, text, 1);
    }
    let orphans = |names: &[&str]| {
        let orphan = |text: &&str| Step {
            name: OrderName::parse(text).unwrap(),
            action: Action::Orphan { order_id: OrderId::parse(text).unwrap() },
            ..step(0, spec(1))
        };
        Plan { steps: names.iter().map(orphan).collect(), ..plan(&[], &[]) }
    };
    assert!(!manifests_lost(&orphans(&["a", "b"]), &state).unwrap().exceeded);
    let lost = manifests_lost(&orphans(&["a", "b", "c"]), &state).unwrap();
    assert!(lost.exceeded && lost.is_over());
    assert_eq!(lost.value, Measured::Lost { lost: 3, recorded: 4 });
    assert_eq!(lost.names.len(), 3);
}

#[test]
fn a_limit_is_allowed_where_its_keeper_lets_it_be_and_it_is_exceeded() {
    let mut wanted = plan(&[5, 5], &[(Rule::ORDERS_PER_RUN, 1), (Rule::SEATS_PER_RUN, 10)]);
    let pins = wanted.pins.as_mut().unwrap();
    pins.limits.organisation = Some(Organisation {
        limits: [(Rule::ORDERS_PER_RUN, Bound::Most(1))].into_iter().collect(),
        may_be_raised: [].into(),
    });
    let reason = || "quarter end".to_owned();
    pins.allowed =
        [Rule::ORDERS_PER_RUN, Rule::SEATS_PER_RUN].map(|rule| Allowance { rule, reason: reason() }).into();
    let allowed = |plan: &Plan| {
        let limits = judge(plan, &state(), None, Some(at(1000))).into_iter();
        limits.map(|limit| (limit.rule.as_str(), limit.keeper, limit.allowed)).collect::<Vec<_>>()
    };
    let rows = |organisation: Option<String>| {
        [
            ("ordersPerRun", Keeper::Project, Some(reason())),
            ("seatsPerRun", Keeper::Project, None),
            ("ordersPerRun", Keeper::Organisation, organisation),
        ]
    };
    assert_eq!(allowed(&wanted), rows(None));
    let organisation = wanted.pins.as_mut().unwrap().limits.organisation.as_mut().unwrap();
    organisation.may_be_raised = [Rule::ORDERS_PER_RUN].into();
    assert_eq!(allowed(&wanted), rows(Some(reason())));
}

#[test]
fn a_budget_admits_what_was_allowed_and_no_more() {
    let mut wanted = plan(&[5, 5], &[(Rule::ORDERS_PER_RUN, 1), (Rule::SEATS_PER_RUN, 10)]);
    wanted.pins.as_mut().unwrap().allowed =
        vec![Allowance { rule: Rule::ORDERS_PER_RUN, reason: "x".into() }];
    let state = state();
    let limits = judge(&wanted, &state, None, Some(at(1000)));
    let mut budget = Budget::new(&wanted, &state, None, &limits);
    assert_eq!(budget.raised().count(), 1);
    for step in &wanted.steps {
        assert_eq!(budget.admit(step, Some(at(1000))), Ok(()));
        assert_eq!(budget.admit(step, Some(at(1000))), Ok(()), "again is the same one");
    }
    let more = budget.admit(&step(7, spec(1)), Some(at(1000))).unwrap_err();
    assert_eq!((more.rule, &more.value), (Rule::ORDERS_PER_RUN, &Measured::Amount(3)));
}

#[test]
fn what_was_not_admitted_does_not_count() {
    let wanted = plan(&[9, 2, 1], &[(Rule::SEATS_PER_RUN, 10)]);
    let state = state();
    let mut budget = Budget::new(&wanted, &state, None, &[]);
    let admitted: Vec<bool> =
        wanted.steps.iter().map(|step| budget.admit(step, Some(at(1000))).is_ok()).collect();
    assert_eq!(admitted, [true, false, true]);
}

#[test]
fn a_clock_that_jumps_back_brings_back_what_was_bought() {
    let wanted = plan(&[1, 1], &[(Rule::ORDERS_PER_HOUR, 2)]);
    let state = state();
    let mut budget = Budget::new(&wanted, &state, None, &[]);
    assert!(budget.admit(&wanted.steps[0], Some(at(9000))).is_ok());
    assert!(budget.admit(&wanted.steps[1], Some(at(1200))).is_err());
    assert!(budget.admit(&wanted.steps[1], Some(at(9000))).is_ok());
}

mod spend;
mod usage;
