//! The laws of a watcher's care.

use proptest::prelude::*;

use super::*;
use crate::domain::samples::{attempt, order, spec};
use crate::domain::*;
use crate::plan::{Limit, Measured};

const SETTLE_AFTER: Duration = Duration::from_secs(1800);

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn customer(n: u8) -> CustomerId {
    CustomerId::parse(&format!("00000000-0000-4000-8000-0000000000{n:02x}")).unwrap()
}

fn step(text: &str, of: u8, quantity: u32, action: Action) -> Step {
    Step {
        name: name(text),
        customer_id: customer(of),
        customer_name: None,
        spec: spec(quantity),
        allow_duplicate: false,
        auto_renew: None,
        action,
    }
}

fn plan(steps: Vec<Step>) -> Plan {
    Plan { lineage: Lineage::from_random(1), serial: 1, steps, pins: None, costs: None, limits: Vec::new() }
}

/// A state in which so many attempts are pending.
fn state(pending: usize) -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    for n in 0..pending {
        let attempt = Box::new(attempt(5, &[0]));
        let kind = RecordKind::Intended { name: name(&format!("pending-{n}")), attempt };
        state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
    }
    state
}

fn ended(step: &Step, outcome: Outcome) -> Ended {
    Ended {
        name: step.name.clone(),
        customer_id: step.customer_id,
        customer_name: None,
        seats: 1,
        auto_renew: None,
        request_id: None,
        outcome,
    }
}

fn refused(status: u16) -> Outcome {
    let error = ServiceError { status, code: "1".into(), description: Excerpt::of("no") };
    Outcome::NotOrdered(NotOrdered::Refused(error))
}

fn not_now() -> Outcome {
    Outcome::NotOrdered(NotOrdered::NotNow("no network".into()))
}

fn learn(care: &mut Care, steps: &[Step], outcomes: Vec<Outcome>, now: u64) {
    let ended = steps.iter().zip(outcomes).map(|(step, outcome)| ended(step, outcome)).collect();
    let summary = Summary { ended, ..Summary::default() };
    care.learn(&plan(steps.to_vec()), &summary, SETTLE_AFTER, now, &mut || 255);
}

fn held(care: &Care, steps: Vec<Step>, state: &State, now: u64) -> Vec<Option<Held>> {
    let held = |step: Step| match step.action {
        Action::Blocked(Block::Held { why, .. }) => Some(why),
        _ => None,
    };
    care.hold(plan(steps), state, None, now).steps.into_iter().map(held).collect()
}

#[test]
fn a_refused_order_waits_for_its_manifest_and_not_for_time() {
    let mut care = Care::default();
    let wanted = step("a", 1, 5, Action::Create);
    learn(&mut care, std::slice::from_ref(&wanted), vec![refused(400)], 0);
    assert_eq!(care.again(0), None);
    let later = 1_000_000_000;
    assert_eq!(held(&care, vec![wanted.clone()], &state(0), later), [Some(Held::Refused)]);
    assert_eq!(held(&care, vec![step("a", 1, 6, Action::Create)], &state(0), later), [None]);
    let allowed = Step { allow_duplicate: true, ..wanted.clone() };
    assert_eq!(held(&care, vec![allowed], &state(0), later), [None]);
    care.forget();
    assert_eq!(held(&care, vec![wanted], &state(0), later), [None]);
}

/// The gate judges by the server's clock and by what left meanwhile: the pass was within the limits, a send was not.
#[test]
fn what_a_limit_or_a_freeze_held_back_at_the_gate_is_tried_again_by_itself() {
    let limit = Limit {
        rule: Rule::ORDERS_PER_HOUR,
        keeper: Keeper::Project,
        bound: Bound::Most(1),
        value: Measured::Amount(2),
        customer: None,
        customer_name: None,
        names: Vec::new(),
        exceeded: true,
        allowed: None,
    };
    let frozen = Block::Frozen { reason: "audit".into(), until: None };
    for (skipped, most) in
        [(Skipped::OverLimit(Box::new(limit)), OVER_LIMIT), (Skipped::Held(frozen), Duration::from_secs(2))]
    {
        let mut care = Care::default();
        let wanted = step("a", 1, 5, Action::Create);
        learn(&mut care, std::slice::from_ref(&wanted), vec![Outcome::NotAttempted(skipped)], 0);
        let again = care.again(0).expect("it is come back to");
        assert!(again <= most, "{again:?}");
        let then = u64::try_from(again.as_millis()).unwrap();
        assert_eq!(held(&care, vec![wanted], &state(0), then), [None]);
    }
}

#[test]
fn a_sign_in_that_is_not_accepted_is_no_refusal_of_the_order() {
    let mut care = Care::default();
    let steps = [step("a", 1, 5, Action::Create), step("b", 2, 5, Action::Create)];
    let skipped = Outcome::NotAttempted(Skipped::SignIn(SignInRefused::saying("expired")));
    learn(&mut care, &steps, vec![refused(401), skipped], 0);
    assert_eq!(held(&care, steps.to_vec(), &state(0), 1999), [Some(Held::Resting), Some(Held::Resting)]);
    assert_eq!(held(&care, steps.to_vec(), &state(0), 2001), [None, None]);
}

#[test]
fn a_customer_rests_twice_as_long_each_time_and_the_others_go_on() {
    let mut care = Care::default();
    let steps = [step("a", 1, 5, Action::Create), step("b", 2, 5, Action::Create)];
    let mut now = 0;
    for expected in [2_000, 4_000, 8_000] {
        learn(&mut care, &steps[..1], vec![not_now()], now);
        assert_eq!(care.again(now), Some(Duration::from_millis(expected)));
        assert_eq!(held(&care, steps.to_vec(), &state(0), now), [Some(Held::Resting), None]);
        now += expected;
        assert_eq!(held(&care, steps.to_vec(), &state(0), now), [None, None]);
    }
    let placed = PlacedOrder::from(&order("1", 5));
    let created = Outcome::Created { order: placed, evidence: Evidence::Answer };
    learn(&mut care, &steps[..1], vec![created], now);
    learn(&mut care, &steps[..1], vec![not_now()], now);
    assert_eq!(care.again(now), Some(Duration::from_millis(2_000)));
}

#[test]
fn an_attempt_in_doubt_is_due_when_its_time_has_come_and_what_a_person_decides_is_not() {
    let mut care = Care::default();
    let request_id = attempt(5, &[0]).request_id;
    let steps = ["a", "b", "c"].map(|name| step(name, 1, 5, Action::Settle { request_id }));
    let doubts = [
        Doubt::NoSendsLeft,
        Doubt::TooYoung { wait: Duration::from_secs(90) },
        Doubt::Unanswered { why: "reset".into() },
    ];
    learn(&mut care, &steps, doubts.map(Outcome::InDoubt).to_vec(), 1000);
    assert_eq!(care.again(1000), Some(Duration::from_secs(90)));
    learn(&mut care, &steps[..1], vec![Outcome::InDoubt(Doubt::NoSendsLeft)], 2000);
    assert_eq!(care.again(2000), None);
    learn(&mut care, &steps[2..], vec![Outcome::InDoubt(Doubt::Unanswered { why: "reset".into() })], 2000);
    assert_eq!(care.again(2000), Some(SETTLE_AFTER));
    // Not at once, whatever the server's clock, which shows whole seconds, leaves of the wait.
    let nearly = Doubt::TooYoung { wait: Duration::from_millis(3) };
    learn(&mut care, &steps[2..], vec![Outcome::InDoubt(nearly)], 3000);
    assert_eq!(care.again(3000), Some(Duration::from_secs(1)));
}

#[test]
fn with_three_in_doubt_nothing_new_is_bought_and_settling_goes_on() {
    let care = Care::default();
    let request_id = attempt(5, &[0]).request_id;
    let steps =
        || vec![step("a", 9, 5, Action::Create), step("pending-0", 1, 5, Action::Settle { request_id })];
    assert_eq!(held(&care, steps(), &state(MOST_IN_DOUBT - 1), 0), [None, None]);
    let many = Some(Held::ManyInDoubt { orders: MOST_IN_DOUBT });
    assert_eq!(held(&care, steps(), &state(MOST_IN_DOUBT), 0), [many, None]);
    let wrong = care.hold(plan(steps()), &state(0), Some(&Held::ManifestsWrong), 0);
    assert_eq!(wrong.counts().blocked, 1);
    assert_eq!(wrong.counts().settle, 1);
}

proptest! {
    #[test]
    fn it_only_ever_takes_out_of_a_plan(lessons in proptest::collection::vec((0u8..4, 0u8..3), 0..20), now in 0u64..100_000) {
        let mut care = Care::default();
        let steps: Vec<Step> = (0..4).map(|n| step(&format!("order-{n}"), n, 5, Action::Create)).collect();
        for (of, what) in lessons {
            let outcome = [refused(400), not_now(), Outcome::InDoubt(Doubt::Strict)][usize::from(what)].clone();
            learn(&mut care, &steps[usize::from(of)..=usize::from(of)], vec![outcome], now);
        }
        let before = plan(steps);
        let after = care.hold(before.clone(), &state(0), None, now);
        for (before, after) in before.steps.iter().zip(&after.steps) {
            let was_held = matches!(after.action, Action::Blocked(Block::Held { .. }));
            prop_assert!(before == after || was_held);
        }
        prop_assert!(care.again(now).is_none_or(|again| !again.is_zero()));
    }
}
