//! What is frozen, or outside of the windows, does not leave, by the server's clock at that moment.

use std::time::Duration;

use orderform::apply::{Outcome, Skipped};
use orderform::domain::*;
use orderform::plan::{Block, Held, Holding, Pins, Plan};

use super::bench::{Bench, name, order, play};
use super::world::Fortune;

type Alter = fn(Plan, &State) -> Plan;

/// Pins what holds sends back.
fn held(plan: Plan, state: &State, holding: Holding) -> Plan {
    plan.pin(state, |spec| format!("{spec:?}"), Pins { holding, ..Pins::default() })
}

/// Freezes order 1; the clock of a bench begins at 22:13:20 on 2023-11-14.
fn frozen_until(until: Option<&str>) -> Holding {
    let until = until.map(|until| Timestamp::parse(until).unwrap());
    let (customers, labels) = Default::default();
    let freeze = Freeze { reason: "audit".into(), until, customers, labels };
    Holding { freezes: [(name(1), vec![freeze])].into(), ..Holding::default() }
}

/// A window that closes 40 s after the clock of a bench begins.
fn closing() -> Holding {
    let (from, to) = (22 * 60, 22 * 60 + 14);
    let window = TimeWindow { days: [true; 7], from, to, zone: Zone::named("UTC").unwrap() };
    Holding { windows: Windows(vec![window]), ..Holding::default() }
}

#[test]
fn what_is_frozen_by_the_servers_clock_does_not_leave_and_the_rest_does() {
    let cases: [(Alter, usize); 3] = [
        (|plan, state| held(plan, state, frozen_until(None)), 1),
        (|plan, state| held(plan, state, frozen_until(Some("2023-11-14T22:14:00Z"))), 1),
        (|plan, state| held(plan, state, frozen_until(Some("2023-11-14T22:13:20Z"))), 2),
    ];
    for (alter, posts) in cases {
        play(async move {
            let run = Bench { alter, ..Bench::new(vec![order(0, 0, 5), order(1, 1, 5)]) }.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), posts);
            let ended = run.result.unwrap().ended;
            let frozen = |outcome: &Outcome| {
                matches!(outcome, Outcome::NotAttempted(Skipped::Held(Block::Frozen { .. })))
            };
            assert_eq!(frozen(&ended[1].outcome), posts == 1, "{ended:?}");
        });
    }
}

#[test]
fn when_the_window_closes_in_the_middle_of_a_run_nothing_more_leaves() {
    play(async {
        let orders = (0..300).map(|n| order(n, 0, n + 1)).collect();
        let alter = |plan: Plan, state: &State| held(plan, state, closing());
        let run = Bench { alter, ..Bench::new(orders) }.run().await;
        let (world, summary) = (run.world.lock().unwrap(), run.result.unwrap());
        let first = world.posts[0].1;
        let last = world.posts.iter().map(|(_, at)| *at).max().unwrap();
        assert!(last.duration_since(first) <= Duration::from_secs(41), "the clock shows whole seconds");
        let outside = |outcome: &Outcome| {
            let Outcome::NotAttempted(Skipped::Held(Block::Held { why, .. })) = outcome else { return false };
            matches!(why, Held::OutsideWindows { opens: Some(_) })
        };
        let left = summary.ended.iter().filter(|ended| outside(&ended.outcome)).count();
        assert_eq!((world.posts.len() + left, summary.tally().created), (300, world.posts.len()));
        assert!(left > 0 && !world.posts.is_empty());
    });
}

#[test]
fn a_repeated_send_is_held_back_where_the_window_has_closed_by_then() {
    play(async {
        let alter = |plan: Plan, state: &State| held(plan, state, closing());
        let bench = Bench { alter, ..Bench::new(vec![order(0, 0, 5)]) };
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(60))));
        let run = bench.run().await;
        assert_eq!(run.world.lock().unwrap().posts.len(), 1, "it was not sent again");
        let ended = &run.result.unwrap().ended;
        let Outcome::NotOrdered(NotOrdered::NotNow(why)) = &ended[0].outcome else { panic!("{ended:?}") };
        assert!(why.contains("outside of all windows"), "{why}");
        assert!(run.state.orders.is_empty(), "nothing of it is open");
    });
}
