//! What is used of limits: as time goes by, and whatever a plan may send.

use super::*;

fn used(usage: &Usage, seconds: i64) -> Vec<(&'static str, Measured)> {
    usage.at(at(seconds)).into_iter().map(|limit| (limit.rule.as_str(), limit.value)).collect()
}

#[test]
fn what_was_bought_is_used_until_it_is_old_and_what_is_to_be_bought_is_not() {
    let plan = plan(&[7], &[(Rule::SEATS_PER_HOUR, 9), (Rule::ORDERS_PER_DAY, 9), (Rule::SEATS_PER_RUN, 1)]);
    let usage = Usage::of(&plan, &state(), None);
    let expected = |run: u64, orders: u64, seats: u64| {
        let row = |rule: Rule, value| (rule.as_str(), Measured::Amount(value));
        let mut rows = vec![
            row(Rule::SEATS_PER_RUN, run),
            row(Rule::ORDERS_PER_DAY, orders),
            row(Rule::SEATS_PER_HOUR, seats),
        ];
        rows.sort_by_key(|(word, _)| *word);
        rows
    };
    let sorted = |seconds| {
        let mut rows = used(&usage, seconds);
        rows.sort_by_key(|(word, _)| *word);
        rows
    };
    assert_eq!(sorted(1000 + 3600), expected(0, 1, 5));
    assert_eq!(sorted(1001 + 3600), expected(0, 1, 0));
    assert_eq!(sorted(1001 + 24 * 3600), expected(0, 0, 0));
    assert!(usage.at(at(1000)).iter().all(|limit| !limit.exceeded));
}

#[test]
fn what_is_in_doubt_is_used_although_the_plan_settles_it() {
    let mut state = beginning();
    intend(&mut state, "order-0", 5);
    let usage = Usage::of(&plan(&[5], &[(Rule::SEATS_PER_HOUR, 9)]), &state, None);
    assert_eq!(used(&usage, 400 * 24 * 3600), [("seatsPerHour", Measured::Amount(5))]);
}

#[test]
fn of_a_limit_about_each_customer_the_nearest_one_is_told_whether_it_is_in_the_plan_or_not() {
    let rules = [(Rule::CUSTOMER_SEATS_PER_DAY, Bound::Most(9))];
    let usage = Usage::of(&plan_of(vec![of(OTHER, 8)], &rules), &state(), None);
    let limits = usage.at(at(1000));
    assert_eq!(limits.len(), 1);
    assert_eq!(limits[0].customer, Some(CustomerId::parse(CUSTOMER).unwrap()));
    assert_eq!(limits[0].value, Measured::Amount(5));
    let none = Usage::of(&plan_of(vec![], &rules), &beginning(), None);
    assert_eq!(used(&none, 1000), [("perCustomer.seatsPerDay", Measured::Amount(0))]);
}

#[test]
fn what_a_pass_bought_is_not_bought_again() {
    let plan = plan(&[5, 2], &[(Rule::SEATS_PER_DAY, 9), (Rule::ORDERS_PER_RUN, 1)]);
    let mut state = beginning();
    let value = |state: &State| -> Vec<Measured> {
        judge(&plan, state, None, Some(at(1000))).into_iter().map(|limit| limit.value).collect()
    };
    assert_eq!(value(&state), [Measured::Amount(2), Measured::Amount(7)]);
    buy(&mut state, 1000, "order-0", 5);
    assert_eq!(
        value(&state),
        [Measured::Amount(1), Measured::Amount(7)],
        "five were bought and two are left"
    );
}
