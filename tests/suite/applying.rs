//! The laws of the apply loop, with ports in memory and a clock that only the test moves.

mod bench;
mod holding;
mod limits;
mod storm;
mod trouble;
mod turns;
mod world;

use std::collections::BTreeSet;
use std::time::Duration;

use orderform::apply::{ApplyError, Outcome};
use orderform::domain::*;
use orderform::plan::{Pins, Plan};

use bench::{Bench, name, order, play};
use world::Fortune;

#[test]
fn a_thousand_orders_cost_a_thousand_posts_a_thousand_lists_and_two_syncs_a_group() {
    play(async {
        let parallelism = 8;
        let bench = Bench { parallelism, ..Bench::new((0..1000).map(|n| order(n, n, 5)).collect()) };
        let run = bench.run().await;
        let (world, summary) = (run.world.lock().unwrap(), run.result.unwrap());
        assert_eq!((world.posts.len(), summary.posts), (1000, 1000));
        // Beside its orders, each customer's subscriptions are listed, once, at the end.
        assert_eq!((world.lists.len(), summary.reads), (1000, 2000));
        let customers: BTreeSet<_> = world.lists.iter().collect();
        assert_eq!(customers.len(), 1000);
        assert_eq!(summary.tally().created, 1000);
        assert!(summary.syncs <= 2 * 1000u64.div_ceil(8), "{} syncs", summary.syncs);
        assert!(world.most_in_flight <= parallelism, "{} in flight", world.most_in_flight);
    });
}

#[test]
fn every_order_has_its_turn_whatever_the_parallelism() {
    for parallelism in [0, 1, 2, 3, 8, 100] {
        play(async move {
            let orders = (0..30).map(|n| order(n, n % 11, n + 1)).collect();
            let run = Bench { parallelism, ..Bench::new(orders) }.run().await;
            let world = run.world.lock().unwrap();
            assert_eq!(run.result.unwrap().tally().created, 30, "{parallelism}");
            assert_eq!(world.lists.len(), 11);
            assert!(world.most_in_flight <= parallelism.max(1));
        });
    }
}

/// The last look before anything is written: whoever made the plan, what is sent is what it pins.
#[test]
fn what_is_not_as_it_was_pinned_is_never_sent_and_neither_is_the_rest() {
    type Alter = fn(Plan, &State) -> Plan;
    let cases: [(Alter, usize); 4] = [
        (|plan, state| plan.pin(state, |spec| format!("{spec:?}"), Pins::default()), 2),
        (|plan, state| plan.pin(state, |spec| format!("{spec:?} "), Pins::default()), 0),
        (|plan, _| Plan { pins: Some(Pins::default()), ..plan }, 0),
        (
            |plan, state| {
                let mut plan = plan.pin(state, |spec| format!("{spec:?}"), Pins::default());
                plan.steps[1].spec.line_items[0].quantity += 1;
                plan
            },
            0,
        ),
    ];
    for (at, (alter, posts)) in cases.into_iter().enumerate() {
        play(async move {
            let run = Bench { alter, ..Bench::new(vec![order(0, 0, 5), order(1, 1, 5)]) }.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), posts, "case {at}");
            let refused = matches!(run.result, Err(ApplyError::NotAsPinned { .. }));
            assert_eq!(refused, posts == 0, "case {at}: {:?}", run.result);
            assert!(posts > 0 || run.world.lock().unwrap().durable.len() == 1, "nothing is recorded");
        });
    }
}

/// Nothing is recorded of these, so nothing but their end sets the next ones going.
#[test]
fn orders_that_are_stopped_by_the_look_hold_nobody_up() {
    play(async {
        let bench = Bench { parallelism: 1, ..Bench::new((0..5).map(|n| order(n, n, 5)).collect()) };
        for wanted in &bench.desired[..4] {
            let existing = world::observed(&wanted.spec, &format!("portal-{}", wanted.name), None);
            bench.world.lock().unwrap().ledger.push(existing);
        }
        let run = bench.run().await;
        let tally = run.result.unwrap().tally();
        assert_eq!((tally.blocked, tally.created), (4, 1));
        assert_eq!(run.world.lock().unwrap().posts.len(), 1);
    });
}

#[test]
fn a_new_name_makes_no_request() {
    play(async {
        let first = Bench::new(vec![order(0, 0, 5)]).run().await;
        let mut renamed = order(1, 0, 5);
        renamed.formerly = Some(name(0));
        let run = first.again(vec![renamed]).run().await;
        let world = run.world.lock().unwrap();
        assert_eq!((world.posts.len(), world.lists.len(), world.finds), (1, 1, 0));
        assert_eq!(run.result.unwrap().tally().renamed, 1);
        assert!(run.state.orders.contains_key(&name(1)) && !run.state.orders.contains_key(&name(0)));
    });
}

#[test]
fn an_order_bought_under_a_name_that_was_given_away_has_another_request_id() {
    play(async {
        let first = Bench::new(vec![order(0, 0, 5)]).run().await;
        let mut renamed = order(1, 0, 5);
        (renamed.formerly, renamed.allow_duplicate) = (Some(name(0)), true);
        let second = first.again(vec![renamed.clone()]).run().await;
        let mut anew = order(0, 0, 5);
        anew.allow_duplicate = true;
        let third = second.again(vec![renamed, anew]).run().await;
        let world = third.world.lock().unwrap();
        assert_eq!(world.posts.len(), 2);
        assert_eq!(world.posts[0].0.body, world.posts[1].0.body);
        assert_ne!(world.posts[0].0.request_id, world.posts[1].0.request_id);
    });
}

#[test]
fn subscription_ids_that_come_later_are_recorded_and_none_that_is_known_is_lost() {
    play(async {
        let bench = Bench::new(vec![order(0, 0, 5)]);
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::MadeLater);
        let first = bench.run().await;
        // Two of the same run: the order, and nothing new to say.
        let ids = |state: &State| match &state.orders[&name(0)] {
            Recorded::Created(bought) => bought.order.subscription_ids.clone(),
            Recorded::Pending(_) => panic!("it was created"),
        };
        assert!(first.world.lock().unwrap().finds >= 1);
        let late = SubscriptionId::parse("late").ok();
        first.world.lock().unwrap().found = vec![late.clone()];
        let second = first.again(vec![order(0, 0, 5)]).run().await;
        assert_eq!(ids(&second.state), std::slice::from_ref(&late));
        second.world.lock().unwrap().found = vec![None];
        let third = second.again(vec![order(0, 0, 5)]).run().await;
        assert_eq!(ids(&third.state), [late]);
        assert_eq!(third.world.lock().unwrap().posts.len(), 1);
    });
}

#[test]
fn after_429_nothing_is_sent_again_before_retry_after_has_passed_and_then_with_the_same_id() {
    for asked in [0, 1, 7, 57, 119] {
        play(async move {
            let asked = Duration::from_secs(asked);
            let bench = Bench::new(vec![order(0, 0, 5)]);
            bench.world.lock().unwrap().post = Box::new(move |_, n| match n {
                0..3 => Fortune::Throttled(Some(asked)),
                _ => Fortune::Made,
            });
            let run = bench.run().await;
            let world = run.world.lock().unwrap();
            assert_eq!(world.posts.len(), 4);
            for pair in world.posts.windows(2) {
                let [(first, left), (second, again)] = pair else { panic!() };
                assert!(*again - *left >= asked, "{:?} instead of {asked:?}", *again - *left);
                assert_eq!((first.request_id, &first.body), (second.request_id, &second.body));
                assert_ne!(first.correlation_id, second.correlation_id);
            }
            assert_eq!(run.result.unwrap().tally().created, 1);
        });
    }
}

#[test]
fn a_throttle_that_asks_for_more_patience_than_there_is_ends_the_order_without_another_send() {
    play(async {
        let bench = Bench::new(vec![order(0, 0, 5)]);
        bench.world.lock().unwrap().post =
            Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(3600))));
        let run = bench.run().await;
        assert_eq!(run.world.lock().unwrap().posts.len(), 1);
        let summary = run.result.unwrap();
        assert!(matches!(&summary.ended[0].outcome, Outcome::NotOrdered(NotOrdered::NotNow(_))));
        assert_eq!(run.state.next_generation(&name(0)), Generation::FIRST);
    });
}
