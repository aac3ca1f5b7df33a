//! Whatever leaves is within the limits, however many orders are in flight and whatever comes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use orderform::apply::{Outcome, Skipped};
use orderform::domain::*;

use super::bench::{Bench, Ran, customer, name, order, play};
use super::world::Fortune;
use crate::virtual_time::pass;

fn limits(rules: &[(Rule, u64)]) -> Limits {
    rules.iter().map(|(rule, most)| (*rule, Bound::Most(*most))).collect()
}

/// The names that were held back by a rule.
fn held_back(run: &Ran, rule: Rule) -> BTreeSet<OrderName> {
    let ended = &run.result.as_ref().unwrap().ended;
    let held = ended.iter().filter(|ended| match &ended.outcome {
        Outcome::NotAttempted(Skipped::OverLimit(limit)) => limit.rule == rule,
        _ => false,
    });
    held.map(|ended| ended.name.clone()).collect()
}

#[test]
fn no_more_is_sent_than_the_limits_let_through_whatever_the_parallelism_and_the_answers() {
    for (parallelism, most) in [(1, 0), (1, 7), (3, 7), (8, 1), (8, 12), (100, 7)] {
        play(async move {
            let orders = (0..30).map(|n| order(n, n % 11, n % 4 + 1)).collect();
            let limits = limits(&[
                (Rule::ORDERS_PER_RUN, most),
                (Rule::CUSTOMER_SEATS_PER_RUN, 5),
                (Rule::SEATS_PER_DAY, 20),
            ]);
            let bench = Bench { parallelism, limits, ..Bench::new(orders) };
            bench.world.lock().unwrap().uneven = true;
            bench.world.lock().unwrap().post = Box::new(|_, n| match n % 5 {
                0 => Fortune::Made,
                1 => Fortune::Refused(400),
                2 => Fortune::Throttled(Some(Duration::from_secs(1))),
                3 => Fortune::Lost,
                _ => Fortune::Gateway(502),
            });
            let run = bench.run().await;
            let world = run.world.lock().unwrap();
            let announced: BTreeMap<RequestId, OrderSpec> = world
                .durable
                .iter()
                .filter_map(|record| match &record.kind {
                    RecordKind::Intended { attempt, .. } => Some((attempt.request_id, attempt.spec.clone())),
                    _ => None,
                })
                .collect();
            let sent: BTreeSet<RequestId> = world.posts.iter().map(|(post, _)| post.request_id).collect();
            assert!(sent.len() as u64 <= most && sent.iter().all(|id| announced.contains_key(id)));
            assert!(announced.values().map(OrderSpec::seats).sum::<u64>() <= 20);
            for n in 0..11 {
                let own = announced.values().filter(|spec| spec.customer_id == customer(n));
                assert!(own.map(OrderSpec::seats).sum::<u64>() <= 5, "customer {n}");
            }
            let tally = run.result.as_ref().unwrap().tally();
            assert_eq!(tally.not_attempted + announced.len(), 30, "{tally:?}");
        });
    }
}

#[test]
fn what_would_go_beyond_a_limit_holds_up_nobody_else() {
    play(async {
        let orders = vec![order(0, 0, 4), order(1, 0, 9), order(2, 0, 6), order(3, 1, 1)];
        let limits = limits(&[(Rule::SEATS_PER_RUN, 10)]);
        let run = Bench { parallelism: 1, limits, ..Bench::new(orders) }.run().await;
        assert_eq!(held_back(&run, Rule::SEATS_PER_RUN), [name(1), name(3)].into());
        assert_eq!(run.result.unwrap().tally().created, 2);
    });
}

#[test]
fn what_an_earlier_run_bought_counts_until_its_hour_is_over() {
    play(async {
        let bench = |ran: Ran, orders: Vec<DesiredOrder>| Bench {
            limits: limits(&[(Rule::ORDERS_PER_HOUR, 2)]),
            ..ran.again(orders)
        };
        let orders = |to: u32| (0..to).map(|n| order(n, n, 1)).collect::<Vec<_>>();
        let first = Bench::new(orders(1)).run().await;
        let second = bench(first, orders(3)).run().await;
        assert_eq!(held_back(&second, Rule::ORDERS_PER_HOUR).len(), 1);
        pass(Duration::from_secs(3660)).await;
        let third = bench(second, orders(5)).run().await;
        assert_eq!(held_back(&third, Rule::ORDERS_PER_HOUR).len(), 1);
        assert_eq!(third.world.lock().unwrap().posts.len(), 4);
    });
}

/// By the clock that came back, what was bought earlier was bought within the hour.
#[test]
fn a_repeated_send_is_held_back_where_it_would_go_beyond_a_limit_by_then() {
    play(async {
        let first = Bench::new(vec![order(0, 0, 1)]).run().await;
        pass(Duration::from_secs(7200)).await;
        let both = vec![order(0, 0, 1), order(1, 1, 1)];
        let bench = Bench { limits: limits(&[(Rule::ORDERS_PER_HOUR, 1)]), ..first.again(both) };
        bench.world.lock().unwrap().behind = Some((1, 7200));
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(5))));
        let run = bench.run().await;
        assert_eq!(run.world.lock().unwrap().posts.len(), 2, "it was not sent again");
        let ended = &run.result.unwrap().ended;
        let Outcome::NotOrdered(NotOrdered::NotNow(why)) = &ended[0].outcome else { panic!("{ended:?}") };
        assert!(why.contains("ordersPerHour"), "{why}");
        assert!(!run.state.orders.contains_key(&name(1)), "nothing of it is open");
    });
}
