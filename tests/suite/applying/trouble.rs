//! What the loop does where the journal, the sign-in, an answer or the user's patience fails.

use std::time::Duration;

use orderform::apply::{Event, Outcome, Skipped};
use orderform::domain::*;
use orderform::ports::ReadError;
use orderform::protocol::Obstacle;

use super::bench::{Bench, Ran, customer, folded, name, order, play};
use super::world::{Fortune, observed};

fn outcome(run: &Ran, n: u32) -> Outcome {
    let ended = run.shown.iter().find_map(|event| match event {
        Event::Ended(ended) if ended.name == name(n) => Some(ended.outcome.clone()),
        _ => None,
    });
    ended.unwrap_or_else(|| panic!("nothing was shown of {}", name(n)))
}

#[test]
fn after_an_append_failed_nothing_more_is_sent_and_what_was_in_flight_is_shown() {
    for fails_at in 0..12 {
        play(async move {
            let orders = (0..12).map(|n| order(n, n % 5, n + 1)).collect();
            let bench = Bench { parallelism: 3, fails_at: Some(fails_at), ..Bench::new(orders) };
            bench.world.lock().unwrap().uneven = true;
            let run = bench.run().await;
            assert!(run.result.is_err(), "append {fails_at} failed and nobody said so");
            let world = run.world.lock().unwrap();
            let created = folded(&world.durable);
            for made in &world.ledger {
                let recorded = created.name_of(&made.id).is_some();
                let text = format!("order {}", made.id);
                let said =
                    |event: &Event| matches!(event, Event::Unrecorded { answer, .. } if *answer == text);
                assert!(recorded || run.shown.iter().any(said), "append {fails_at}: {} is nowhere", made.id);
            }
            assert_eq!(world.posts.len(), world.ledger.len(), "something was left in flight");
        });
    }
}

#[test]
fn without_room_for_its_outcome_nothing_is_sent() {
    for room in 0..3 {
        play(async move {
            let bench = Bench { room, ..Bench::new((0..6).map(|n| order(n, n, 5)).collect()) };
            let run = bench.run().await;
            assert!(run.result.is_err());
            assert_eq!(run.world.lock().unwrap().posts.len(), 0);
            assert!(matches!(outcome(&run, 5), Outcome::NotAttempted(Skipped::NoRoom(_))));
        });
    }
}

#[test]
fn stopping_begins_nothing_new_and_records_what_is_in_flight() {
    for stop_ms in (0..900).step_by(25) {
        play(async move {
            let stop = Duration::from_millis(stop_ms);
            let orders = (0..12).map(|n| order(n, n % 4, n + 1)).collect();
            let bench = Bench { parallelism: 2, stop_after: Some(stop), ..Bench::new(orders) };
            let begin = tokio::time::Instant::now();
            let run = bench.run().await;
            let world = run.world.lock().unwrap();
            for (_, left) in &world.posts {
                assert!(*left - begin <= stop, "sent {:?} after the stop", *left - begin - stop);
            }
            let summary = run.result.as_ref().unwrap();
            assert!(summary.interrupted);
            assert_eq!(summary.ended.len(), 12, "every order has an end");
            assert_eq!(summary.tally().created, world.ledger.len());
            assert!(run.state.orders.values().all(|recorded| matches!(recorded, Recorded::Created(_))));
        });
    }
}

#[test]
fn an_order_that_waits_when_the_user_stops_is_not_ordered() {
    play(async {
        let stop_after = Some(Duration::from_secs(20));
        let bench = Bench { stop_after, ..Bench::new(vec![order(0, 0, 5)]) };
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::Throttled(Some(Duration::from_secs(60))));
        let run = bench.run().await;
        assert!(matches!(outcome(&run, 0), Outcome::NotOrdered(NotOrdered::NotNow(_))));
        assert_eq!(run.world.lock().unwrap().posts.len(), 1);
        assert_eq!(run.state.next_generation(&name(0)), Generation::FIRST);
    });
}

/// To be sent again is to be sent: a user who asked to stop does not want it.
#[test]
fn an_attempt_in_doubt_is_not_sent_again_after_the_stop() {
    for mode in [RecoveryMode::Verify, RecoveryMode::Trust] {
        play(async move {
            let first = Bench::new(vec![order(0, 0, 5)]);
            first.world.lock().unwrap().post = Box::new(|_, _| Fortune::Lost);
            let first = first.run().await;
            assert!(matches!(outcome(&first, 0), Outcome::InDoubt(_)));
            let age = if mode == RecoveryMode::Trust { 60 } else { 3600 };
            crate::virtual_time::pass(Duration::from_secs(age)).await;
            let again = first.again(vec![order(0, 0, 5)]);
            let run = Bench { mode, stop_after: Some(Duration::ZERO), ..again }.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), 1, "{mode:?}");
        });
        // It leaves where nobody stops it, so the law above is not empty.
        play(async move {
            let first = Bench::new(vec![order(0, 0, 5)]);
            first.world.lock().unwrap().post =
                Box::new(|_, n| if n == 0 { Fortune::Lost } else { Fortune::Made });
            let first = first.run().await;
            let age = if mode == RecoveryMode::Trust { 60 } else { 3600 };
            crate::virtual_time::pass(Duration::from_secs(age)).await;
            let run = Bench { mode, ..first.again(vec![order(0, 0, 5)]) }.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), 2, "{mode:?}");
        });
    }
}

#[test]
fn an_order_in_doubt_stops_its_customer_and_nobody_else() {
    play(async {
        let bench = Bench::new((0..12).map(|n| order(n, n % 4, n + 1)).collect());
        bench.world.lock().unwrap().post =
            Box::new(|of, _| if of == customer(0) { Fortune::Lost } else { Fortune::Made });
        let run = bench.run().await;
        assert!(matches!(outcome(&run, 0), Outcome::InDoubt(_)));
        for skipped in [4, 8] {
            let expected = Outcome::NotAttempted(Skipped::CustomerInDoubt(name(0)));
            assert_eq!(outcome(&run, skipped), expected);
        }
        assert_eq!(run.result.unwrap().tally().created, 9);
    });
}

#[test]
fn a_sign_in_that_is_not_accepted_stops_the_rest() {
    for fortune in [Fortune::Refused(401), Fortune::Gateway(401)] {
        play(async move {
            let bench = Bench { parallelism: 1, ..Bench::new((0..6).map(|n| order(n, n, 5)).collect()) };
            bench.world.lock().unwrap().post =
                Box::new(move |_, n| if n == 2 { fortune.clone() } else { Fortune::Made });
            let run = bench.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), 3);
            for skipped in 3..6 {
                assert!(matches!(outcome(&run, skipped), Outcome::NotAttempted(Skipped::SignIn(_))));
            }
        });
    }
    play(async {
        let bench = Bench { parallelism: 1, ..Bench::new((0..6).map(|n| order(n, n, 5)).collect()) };
        bench.world.lock().unwrap().list =
            Box::new(|_, n| (n == 2).then(|| ReadError::SignIn(SignInRefused::saying("expired"))));
        let run = bench.run().await;
        let world = run.world.lock().unwrap();
        assert_eq!((world.posts.len(), world.lists.len()), (2, 3));
        assert!(matches!(outcome(&run, 5), Outcome::NotAttempted(Skipped::SignIn(_))));
    });
}

#[test]
fn reads_are_asked_again_with_patience_and_counted_and_creates_are_not() {
    play(async {
        let bench = Bench::new(vec![order(0, 0, 5), order(1, 1, 5)]);
        bench.world.lock().unwrap().list = Box::new(|of, n| match n {
            _ if of == customer(1) => Some(ReadError::Failed(Excerpt::of("down"))),
            0..3 => Some(ReadError::NotNow { retry_after: Some(Duration::from_secs(9)) }),
            _ => None,
        });
        bench.world.lock().unwrap().post = Box::new(|_, _| Fortune::Lost);
        let run = bench.run().await;
        let world = run.world.lock().unwrap();
        let lists = |n| world.lists.iter().filter(|of| **of == customer(n)).count();
        assert!((2..=4).contains(&lists(0)) && lists(1) == 4, "{:?}", world.lists);
        assert_eq!(world.posts.len(), 1);
        assert_eq!(run.result.as_ref().unwrap().reads, world.lists.len() as u64);
        drop(world);
        assert!(matches!(outcome(&run, 1), Outcome::Stopped(_)));
    });
}

#[test]
fn an_order_id_that_another_name_has_leaves_the_journal_valid_and_the_order_in_doubt() {
    play(async {
        let bench = Bench { parallelism: 1, ..Bench::new((0..3).map(|n| order(n, n, 5)).collect()) };
        bench.world.lock().unwrap().post =
            Box::new(|_, n| if n < 2 { Fortune::MadeAs("same") } else { Fortune::Made });
        let run = bench.run().await;
        assert!(matches!(outcome(&run, 0), Outcome::Created { .. }));
        assert!(matches!(outcome(&run, 1), Outcome::InDoubt(_)));
        assert!(matches!(outcome(&run, 2), Outcome::Created { .. }));
        assert!(matches!(run.state.orders[&name(1)], Recorded::Pending(_)));
    });
}

/// Only the audit log tells whether the order that is there is the one that is meant to be another one.
#[test]
fn an_audit_log_that_cannot_be_read_is_not_taken_for_one_that_knows_of_nothing() {
    for (audit, posts) in [(None, 1), (Some(ReadError::Failed(Excerpt::of("down"))), 0)] {
        play(async move {
            let wanted = DesiredOrder { allow_duplicate: true, ..order(0, 0, 5) };
            let there = observed(&wanted.spec, "there", None);
            let bench = Bench::new(vec![wanted]);
            bench.world.lock().unwrap().ledger.push(there);
            bench.world.lock().unwrap().audit = audit;
            let run = bench.run().await;
            assert_eq!(run.world.lock().unwrap().posts.len(), posts);
            let is_stopped = matches!(outcome(&run, 0), Outcome::Stopped(Obstacle::Unaudited { .. }));
            assert_eq!(is_stopped, posts == 0);
        });
    }
}
