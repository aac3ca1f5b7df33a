//! Orders that have to wait for their turn: what is written when, and what a stop, a refusal or a storm of retries does.

use std::time::Duration;

use orderform::apply::{Event, Outcome, Skipped};
use orderform::domain::*;
use orderform::ports::{NoTurn, ReadError};

use super::bench::{Bench, Ran, customer, name, order, play};
use super::world::Fortune;

/// A bench whose every turn takes so long to come.
fn slow(orders: u32, wait: Duration) -> Bench {
    let bench = Bench::new((0..orders).map(|n| order(n, n, 5)).collect());
    bench.world.lock().unwrap().turn = Box::new(move |_| (wait, None));
    bench
}

fn outcome(run: &Ran, n: u32) -> Outcome {
    let mut ended = run.shown.iter().filter_map(|event| match event {
        Event::Ended(ended) if ended.name == name(n) => Some(ended.outcome.clone()),
        _ => None,
    });
    ended.next().unwrap_or_else(|| panic!("nothing was shown of {}", name(n)))
}

/// It may take longer than an announcement is good for.
#[test]
fn an_order_is_announced_when_its_turn_has_come_and_as_of_then() {
    for wait in [0, 1, 59, 61, 3600] {
        play(async move {
            let run = slow(12, Duration::from_secs(wait)).run().await;
            let world = run.world.lock().unwrap();
            assert_eq!((world.posts.len(), world.turns), (12, 12));
            for record in &world.durable {
                let RecordKind::Intended { attempt, .. } = &record.kind else { continue };
                assert!(attempt.sends[0].at.boot_ms >= wait * 1000, "announced before its turn came");
            }
            let held_up = |record: &&Record| matches!(record.kind, RecordKind::SendEnded { .. });
            assert_eq!(world.durable.iter().find(held_up), None);
            assert_eq!(run.result.unwrap().tally().created, 12);
        });
    }
}

/// The same of an order that is sent again.
#[test]
fn a_send_that_follows_another_has_a_turn_of_its_own() {
    play(async {
        let bench = slow(1, Duration::from_secs(100));
        bench.world.lock().unwrap().post = Box::new(|_, n| match n {
            0 => Fortune::Throttled(Some(Duration::from_secs(2))),
            1 => Fortune::NotYet(Duration::from_secs(9)),
            _ => Fortune::Made,
        });
        let run = bench.run().await;
        let world = run.world.lock().unwrap();
        assert_eq!((world.posts.len(), world.turns), (3, 3));
        let summary = run.result.unwrap();
        assert_eq!((summary.tally().created, summary.posts), (1, 2), "what did not leave is none");
    });
}

#[test]
fn a_stop_ends_the_wait_for_a_turn_and_nothing_was_written() {
    play(async {
        let stop_after = Some(Duration::from_secs(30));
        let run = Bench { stop_after, ..slow(5, Duration::from_secs(3600)) }.run().await;
        for n in 0..5 {
            assert_eq!(outcome(&run, n), Outcome::NotAttempted(Skipped::Interrupted));
        }
        let world = run.world.lock().unwrap();
        assert_eq!((world.posts.len(), world.durable.len()), (0, 1));
        assert!(tokio::time::Instant::now() - world.begin < Duration::from_secs(31));
    });
}

#[test]
fn a_stop_ends_the_wait_of_an_order_that_is_to_be_sent_again_and_of_a_list() {
    play(async {
        let stop_after = Some(Duration::from_secs(30));
        let bench = Bench { stop_after, ..Bench::new(vec![order(0, 0, 5), order(1, 1, 5)]) };
        {
            let mut world = bench.world.lock().unwrap();
            world.turn =
                Box::new(|n| if n == 0 { (Duration::ZERO, None) } else { (Duration::from_secs(3600), None) });
            world.post = Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(2))));
            world.list = Box::new(|of, _| {
                let busy = ReadError::NotNow { retry_after: Some(Duration::from_secs(100)) };
                (of == customer(1)).then_some(busy)
            });
        }
        let run = bench.run().await;
        assert!(matches!(outcome(&run, 0), Outcome::NotOrdered(NotOrdered::NotNow(_))));
        assert_eq!(outcome(&run, 1), Outcome::NotAttempted(Skipped::Interrupted));
        assert_eq!(run.world.lock().unwrap().posts.len(), 1);
        assert!(run.state.orders.is_empty());
    });
}

#[test]
fn without_a_turn_an_order_is_not_attempted_and_one_that_was_sent_is_put_off() {
    play(async {
        let left = Duration::from_secs(3600);
        let bench = Bench { parallelism: 1, ..Bench::new(vec![order(0, 0, 5), order(1, 1, 5)]) };
        {
            let mut world = bench.world.lock().unwrap();
            world.turn = Box::new(move |n| (Duration::ZERO, (n > 0).then_some(NoTurn { left })));
            world.post = Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(2))));
        }
        let run = bench.run().await;
        let Outcome::NotOrdered(NotOrdered::NotNow(why)) = outcome(&run, 0) else { panic!() };
        assert!(why.contains("asked everybody to wait 3600 s"), "{why}");
        assert_eq!(outcome(&run, 1), Outcome::NotAttempted(Skipped::Paused { left }));
        assert!(run.state.orders.is_empty());
    });
}

/// Every order would be sent eight times, and every list be asked for as often.
#[test]
fn a_run_in_which_everything_is_rejected_asks_little_more_than_once() {
    play(async {
        let orders = 400;
        let bench = Bench::new((0..orders).map(|n| order(n, n, 5)).collect());
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::Throttled(None));
        let run = bench.run().await;
        let posts = run.world.lock().unwrap().posts.len();
        assert!((400..=400 + 32 + 80).contains(&posts), "{posts} POST requests");
        let Outcome::NotOrdered(NotOrdered::NotNow(why)) = outcome(&run, orders - 1) else { panic!() };
        assert!(why.contains("so much was asked again in this run"), "{why}");
    });
    play(async {
        let bench = Bench::new((0..400).map(|n| order(n, n, 5)).collect());
        bench.world.lock().unwrap().list = Box::new(|_, _| Some(ReadError::Failed(Excerpt::of("down"))));
        let run = bench.run().await;
        let lists = run.world.lock().unwrap().lists.len();
        assert!((400..=400 + 32 + 40).contains(&lists), "{lists} lists");
        assert_eq!(run.result.unwrap().reads, lists as u64);
    });
}
