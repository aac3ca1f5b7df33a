//! What no sequence of events of a whole run shows as plainly; `tests/suite/protocol` has the laws.

use super::*;
use crate::domain::samples::{attempt, moment, order};
use crate::domain::{Answer, AnswerBody, Fate, Generation, OrderName, RecoveryMode};

fn wanted() -> Wanted {
    let attempt = attempt(5, &[0]);
    Wanted {
        name: OrderName::parse("a").unwrap(),
        spec: attempt.spec,
        allow_duplicate: false,
        body: attempt.body,
        generation: Generation::FIRST,
        request_id: attempt.request_id,
        plan: attempt.plan,
        rebuilt: None,
        dropped: Default::default(),
    }
}

/// A machine that has read the audit log in vain, at an instant that nobody knows.
fn without_proof() -> (Machine, Effect) {
    let mut machine = Machine::settle(wanted(), attempt(5, &[0]), Rules::default());
    let unknown = Moment { server: None, ..moment(0) };
    machine.step(Event::Start, &unknown);
    let effect = machine.step(Event::Audited(Vec::new()), &unknown);
    (machine, effect)
}

fn listed(machine: &mut Machine, at: Moment) -> Effect {
    let unclaimed = vec![order("1", 5)];
    let order_ids = unclaimed.iter().map(|order| order.id.clone()).collect();
    machine.step(Event::Listed { at: at.clone(), order_ids, unclaimed }, &at)
}

#[test]
fn an_audit_log_that_cannot_be_read_keeps_no_order_in_doubt_for_ever() {
    let (mut machine, effect) = without_proof();
    assert_eq!(effect, Effect::List);
    let effect = listed(&mut machine, moment(3600));
    assert!(matches!(&effect, Effect::Record(kinds) if matches!(kinds[..], [RecordKind::Created { .. }])));
}

#[test]
fn a_list_that_was_asked_because_nobody_knew_the_time_counts_no_earlier() {
    let (mut machine, _) = without_proof();
    let effect = listed(&mut machine, moment(60));
    assert!(matches!(effect, Effect::Finish(Verdict::InDoubt(Doubt::TooYoung { .. }))), "{effect:?}");
}

fn list(orders: Vec<ObservedOrder>, at: &Moment) -> Event {
    let order_ids = orders.iter().map(|order| order.id.clone()).collect();
    Event::Listed { at: at.clone(), order_ids, unclaimed: orders }
}

/// The service made something of our request. Whatever it is, to send again would make it twice.
#[test]
fn an_answer_that_names_another_order_than_was_sent_is_never_followed_by_another_send() {
    for mode in [RecoveryMode::Verify, RecoveryMode::Trust] {
        let rules = Rules { mode, ..Rules::default() };
        let mut machine = Machine::buy(wanted(), rules.clone());
        machine.step(Event::Start, &moment(0));
        machine.step(list(Vec::new(), &moment(0)), &moment(0));
        machine.step(Event::Durable, &moment(0));
        let body = AnswerBody::Order(Box::new(order("other", 6)));
        let answer = Answer::Response { status: 201, retry_after: None, body };
        machine.step(Event::Answered(answer), &moment(1));
        let effect = machine.step(Event::Durable, &moment(1));
        assert!(matches!(effect, Effect::Finish(Verdict::InDoubt(_))), "{mode:?}: {effect:?}");

        let pending = machine.attempt().unwrap().clone();
        let mut machine = Machine::settle(wanted(), pending, rules);
        machine.step(Event::Start, &moment(9000));
        machine.step(Event::Audited(Vec::new()), &moment(9000));
        let effect = machine.step(list(vec![order("other", 6)], &moment(9000)), &moment(9000));
        let candidates = Doubt::Candidates(vec![order("other", 6).id]);
        assert_eq!(effect, Effect::Finish(Verdict::InDoubt(candidates)), "{mode:?}");
    }
}

#[test]
fn an_audit_record_of_ours_with_other_lines_is_left_to_a_person() {
    let mut machine = Machine::settle(wanted(), attempt(5, &[0]), Rules::default());
    machine.step(Event::Start, &moment(9000));
    let correlation_id = Some(CorrelationId::derive(wanted().request_id, 1));
    let audited = vec![AuditedOrder { correlation_id, order: order("other", 6) }];
    let effect = machine.step(Event::Audited(audited), &moment(9000));
    let candidates = Doubt::Candidates(vec![order("other", 6).id]);
    assert_eq!(effect, Effect::Finish(Verdict::InDoubt(candidates)));
}

/// A laptop that slept between the announcement and the socket: the request left when it woke.
#[test]
fn the_wait_counts_from_when_a_send_was_given_up_not_from_when_it_was_announced() {
    let mut attempt = attempt(5, &[0]);
    attempt.sends[0].fate = Some(Fate::Unknown { why: "timeout".into(), order_id: None });
    attempt.sends[0].ended = Some(moment(30_000));
    let mut machine = Machine::settle(wanted(), attempt, Rules::default());
    machine.step(Event::Start, &moment(30_060));
    let effect = machine.step(Event::Audited(Vec::new()), &moment(30_060));
    assert!(matches!(effect, Effect::Finish(Verdict::InDoubt(Doubt::TooYoung { .. }))), "{effect:?}");
}

/// Of an older copy of the state that somebody restored, only the audit log can tell.
#[test]
fn a_duplicate_that_is_meant_is_not_bought_again_by_a_state_that_was_rolled_back() {
    let duplicate = Wanted { allow_duplicate: true, ..wanted() };
    let look = |audited| {
        let mut machine = Machine::buy(duplicate.clone(), Rules::default());
        machine.step(Event::Start, &moment(9000));
        let effect = machine.step(list(vec![order("twin", 5)], &moment(9000)), &moment(9000));
        assert!(matches!(effect, Effect::ReadAudit { .. }), "{effect:?}");
        machine.step(Event::Audited(audited), &moment(9000))
    };
    let ours = AuditedOrder {
        correlation_id: Some(CorrelationId::derive(duplicate.request_id, 1)),
        order: order("twin", 5),
    };
    let stopped = Obstacle::LostState(vec![order("twin", 5).id]);
    assert_eq!(look(vec![ours.clone()]), Effect::Finish(Verdict::Blocked(stopped)));
    let portal = AuditedOrder { correlation_id: None, ..ours };
    assert!(matches!(look(vec![portal]), Effect::Record(_)));
}

#[test]
fn after_a_rebuild_an_order_that_could_be_it_stops_the_first_send() {
    let rebuilt = Wanted { rebuilt: Some(moment(0)), allow_duplicate: true, ..wanted() };
    let mut machine = Machine::buy(rebuilt, Rules::default());
    machine.step(Event::Start, &moment(9000));
    let mut renamed = order("1", 5);
    renamed.lines[0].promotion_id = Some("added".into());
    let effect = machine.step(list(vec![renamed], &moment(9000)), &moment(9000));
    assert!(matches!(effect, Effect::Finish(Verdict::Blocked(Obstacle::LostState(_)))), "{effect:?}");
}

/// Seats are changed in the portal, somebody forgets the order to have it adopted anew, and an apply comes in between.
#[test]
fn an_order_that_a_person_dropped_stops_the_first_send_whatever_its_seats() {
    let look = |dropped: &[&str], allow_duplicate, seats| {
        let dropped = dropped.iter().map(|id| order(id, 1).id).collect();
        let wanted = Wanted { dropped, allow_duplicate, ..wanted() };
        let mut machine = Machine::buy(wanted, Rules::default());
        machine.step(Event::Start, &moment(9000));
        machine.step(list(vec![order("1", seats)], &moment(9000)), &moment(9000))
    };
    let stopped = Obstacle::AlreadyBought(vec![order("1", 8).id]);
    assert_eq!(look(&["1"], false, 8), Effect::Finish(Verdict::Blocked(stopped)));
    assert!(
        matches!(look(&["2"], false, 8), Effect::Record(_)),
        "another order with other seats is no reason"
    );
    assert!(matches!(look(&["1"], true, 8), Effect::ReadAudit { .. }), "another one is meant");
}

/// A log that could not be read says nothing about whether it was bought.
#[test]
fn a_duplicate_that_is_meant_is_not_bought_while_the_audit_log_cannot_be_read() {
    let duplicate = Wanted { allow_duplicate: true, ..wanted() };
    let mut machine = Machine::buy(duplicate, Rules::default());
    machine.step(Event::Start, &moment(9000));
    machine.step(list(vec![order("twin", 5)], &moment(9000)), &moment(9000));
    let effect = machine.step(Event::AuditFailed("down".into()), &moment(9000));
    let stopped = Obstacle::Unaudited { why: "down".into() };
    assert_eq!(effect, Effect::Finish(Verdict::Blocked(stopped)));
}

/// Proof is what is there: without it, the list settles an attempt.
#[test]
fn an_audit_log_that_could_not_be_read_leaves_it_to_the_list_to_settle() {
    let mut machine = Machine::settle(wanted(), attempt(5, &[0]), Rules::default());
    machine.step(Event::Start, &moment(9000));
    assert_eq!(machine.step(Event::AuditFailed("down".into()), &moment(9000)), Effect::List);
}

/// Each send that was put off has a number.
#[test]
fn a_send_after_many_that_were_put_off_is_still_known_in_the_audit_log() {
    let duplicate = Wanted { allow_duplicate: true, ..wanted() };
    let mut machine = Machine::buy(duplicate.clone(), Rules::default());
    machine.step(Event::Start, &moment(9000));
    machine.step(list(vec![order("twin", 5)], &moment(9000)), &moment(9000));
    let correlation_id = Some(CorrelationId::derive(duplicate.request_id, 64));
    let audited = vec![AuditedOrder { correlation_id, order: order("twin", 5) }];
    let effect = machine.step(Event::Audited(audited), &moment(9000));
    let stopped = Obstacle::LostState(vec![order("twin", 5).id]);
    assert_eq!(effect, Effect::Finish(Verdict::Blocked(stopped)));
}

/// Seats are changed in the portal; a rebuild that could not recognise such an order must not lead to buying it again.
#[test]
fn after_a_rebuild_an_order_of_the_same_products_stops_the_first_send_whatever_its_seats() {
    let look = |rebuilt, change: fn(&mut ObservedOrder)| {
        let mut machine = Machine::buy(Wanted { rebuilt, ..wanted() }, Rules::default());
        machine.step(Event::Start, &moment(9000));
        let mut found = order("1", 6);
        change(&mut found);
        machine.step(list(vec![found], &moment(9000)), &moment(9000))
    };
    let stopped = Effect::Finish(Verdict::Blocked(Obstacle::LostState(vec![order("1", 6).id])));
    let rebuilt = Some(moment(0));
    assert_eq!(look(rebuilt.clone(), |_| ()), stopped);
    assert!(matches!(look(None, |_| ()), Effect::Record(_)), "no state was lost");
    let of_another_product = |found: &mut ObservedOrder| {
        found.lines[0].offer_id = crate::domain::OfferId::parse("CFQ7TTC0LH18:0001").unwrap();
    };
    let cancelled = |found: &mut ObservedOrder| found.status = Some("cancelled".into());
    let made_since = |found: &mut ObservedOrder| found.created = moment(8000).server;
    for change in [of_another_product as fn(&mut _), cancelled, made_since] {
        assert!(matches!(look(rebuilt.clone(), change), Effect::Record(_)));
    }
}
