//! What no sequence of events of a whole run shows as plainly; `tests/suite/protocol` has the laws.

use super::*;
use crate::domain::samples::{attempt, moment, order};
use crate::domain::{Generation, OrderName};

/// A machine that has read the audit log in vain, at an instant that nobody knows.
fn without_proof() -> (Machine, Effect) {
    let attempt = attempt(5, &[0]);
    let wanted = Wanted {
        name: OrderName::parse("a").unwrap(),
        spec: attempt.spec.clone(),
        allow_duplicate: false,
        body: attempt.body.clone(),
        generation: Generation::FIRST,
        request_id: attempt.request_id,
        plan: attempt.plan.clone(),
        rebuilt: None,
    };
    let mut machine = Machine::settle(wanted, attempt, Rules::default());
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
