//! What is drift, what is not, and that nothing is bought because of it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::*;
use crate::domain::samples::{CUSTOMER, attempt, moment, order, spec};
use crate::domain::{
    AuditedOperation, AuditedSubject, Evidence, Lineage, ObservedOrder, Place, PlacedOrder, Record,
    RecordKind, SubscriptionTerms,
};
use crate::plan::build;

const ID: &str = "5cf72f146967";
const SUBSCRIPTION: &str = "1DA3295E-C59A-476C-A7E7-D7E981FE79BE";
const SETTLE_AFTER: Duration = Duration::from_secs(1800);

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn subscription_id() -> SubscriptionId {
    SubscriptionId::parse(&SUBSCRIPTION.to_ascii_lowercase()).unwrap()
}

/// A state with one order of five seats, recorded at second 100.
fn recorded_as(bought: &ObservedOrder, orders: &[(&str, u32)]) -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    for (text, seats) in orders {
        fold(&mut state, RecordKind::Intended { name: name(text), attempt: Box::new(attempt(*seats, &[1])) });
    }
    let order = PlacedOrder::from(bought);
    fold(&mut state, RecordKind::Created { name: name("a"), order, evidence: Evidence::Answer });
    state
}

fn recorded() -> State {
    recorded_as(&order(ID, 5), &[("a", 5)])
}

fn fold(state: &mut State, kind: RecordKind) {
    let time = Some(Timestamp::from_unix_ms(100_000));
    state.fold(&Record { serial: state.serial + 1, time, kind }).unwrap();
}

fn wanted(text: &str, seats: u32, auto_renew: Option<bool>) -> DesiredOrder {
    DesiredOrder {
        name: name(text),
        spec: spec(seats),
        customer_name: Some("contoso".into()),
        formerly: None,
        allow_duplicate: false,
        auto_renew,
        labels: BTreeMap::new(),
        place: Place { file: "a.yaml".into(), line: 1 },
    }
}

fn subscription() -> ObservedSubscription {
    ObservedSubscription {
        parent_id: None,
        terms: SubscriptionTerms {
            id: subscription_id(),
            commitment_end: Some("2027-01-14T00:00:00Z".into()),
            cancellation_allowed_until: None,
            auto_renew: Some(true),
            renewal_term: None,
        },
        order_id: OrderId::parse(ID).ok(),
        offer_id: None,
        offer_name: None,
        friendly_name: Some("filled in".into()),
        quantity: 5,
        status: "active".into(),
        billing_cycle: None,
        term_duration: None,
        promotion_id: None,
        partner_id: None,
        is_trial: false,
        created: None,
    }
}

/// A report at second 10,000, long after everything was recorded.
fn report(orders: Vec<ObservedOrder>, subscriptions: Vec<ObservedSubscription>) -> Reported {
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    Reported { customer, orders: Listing { orders, at: moment(10_000) }, subscriptions }
}

fn compared(state: &State, desired: &[DesiredOrder], report: &Reported) -> Drift {
    let names = state.orders.keys().cloned().collect();
    let known = Recollection { state, desired, names: &names, settle_after: SETTLE_AFTER };
    drift(known, std::slice::from_ref(report))
}

fn words(drift: &Drift) -> Vec<&'static str> {
    drift.orders.iter().flat_map(|order| &order.findings).map(|finding| finding.what.word()).collect()
}

fn changed(change: impl FnOnce(&mut ObservedSubscription)) -> Reported {
    let mut shown = subscription();
    change(&mut shown);
    report(vec![order(ID, 5)], vec![shown])
}

/// Reports of everything that can happen to the order, with the one word for it.
fn everything() -> Vec<(&'static str, Reported)> {
    let cancelled = ObservedOrder { status: Some("Cancelled".into()), ..order(ID, 5) };
    vec![
        ("gone", report(vec![], vec![])),
        ("gone", report(vec![], vec![subscription()])),
        ("cancelled", report(vec![cancelled], vec![])),
        ("cancelled", report(vec![order(ID, 0)], vec![])),
        ("cancelled", changed(|one| one.status = "deleted".into())),
        ("suspended", changed(|one| one.status = "suspended".into())),
        ("expired", changed(|one| one.status = "expired".into())),
        ("status", changed(|one| one.status = "disabled".into())),
        ("seats", changed(|one| one.quantity = 8)),
        ("seats", report(vec![order(ID, 8)], vec![])),
        ("renamed", changed(|one| one.friendly_name = Some("theirs".into()))),
        ("autoRenewal", changed(|one| one.terms.auto_renew = Some(false))),
    ]
}

/// The order with the name it was asked for, and a manifest that says so.
fn named() -> (State, DesiredOrder) {
    let mut wanted = wanted("a", 5, Some(true));
    wanted.spec.line_items[0].friendly_name = Some("filled in".into());
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let attempt = crate::domain::Attempt { spec: wanted.spec.clone(), ..attempt(5, &[1]) };
    fold(&mut state, RecordKind::Intended { name: name("a"), attempt: Box::new(attempt) });
    let order = PlacedOrder::from(&order(ID, 5));
    fold(&mut state, RecordKind::Created { name: name("a"), order, evidence: Evidence::Answer });
    (state, wanted)
}

#[test]
fn everything_that_happens_outside_has_a_word() {
    let (state, wanted) = named();
    for (word, report) in everything() {
        assert_eq!(words(&compared(&state, std::slice::from_ref(&wanted), &report)), [word], "{report:?}");
    }
}

#[test]
fn what_was_left_to_partner_center_is_no_drift() {
    let mut reissued = order(ID, 5);
    reissued.lines[0].offer_id = OfferId::parse("84A03D81-6B37-4D66-8D4A-FAEA24541538").unwrap();
    reissued.status = Some("completed".into());
    let renamed = ObservedSubscription { friendly_name: Some("anything".into()), ..subscription() };
    let drift = compared(&recorded(), &[wanted("a", 5, None)], &report(vec![reissued], vec![renamed]));
    assert!(!drift.is_some(), "{drift:?}");
    assert_eq!(drift.compared, 1);

    let mut wanted = wanted("a", 5, None);
    let lines = [("P:0001:OLD", 5), ("Q:0001:OLD", 3)];
    let offers =
        lines.map(|(offer, seats)| crate::domain::LineItem::new(OfferId::parse(offer).unwrap(), seats));
    wanted.spec.line_items = offers.to_vec();
    let shown = |lines: &[(&str, u32)]| {
        let line = |(offer, quantity): &(&str, u32)| crate::domain::ObservedLine {
            offer_id: OfferId::parse(offer).unwrap(),
            quantity: *quantity,
            subscription_id: None,
            ..order(ID, 5).lines[0].clone()
        };
        ObservedOrder { lines: lines.iter().map(line).collect(), ..order(ID, 5) }
    };
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let placed = PlacedOrder::from(&shown(&lines));
    let spec = Box::new(wanted.spec.clone());
    fold(&mut state, RecordKind::Adopted { name: name("a"), spec, order: placed });
    let renumbered = report(vec![shown(&[("q:0001:new", 3), ("P:0001:NEW", 5)])], vec![]);
    assert!(!compared(&state, std::slice::from_ref(&wanted), &renumbered).is_some());
    let swapped = report(vec![shown(&[("Q:0001:OLD", 5), ("P:0001:OLD", 3)])], vec![]);
    assert_eq!(words(&compared(&state, &[wanted], &swapped)), ["seats", "seats"]);
}

#[test]
fn an_order_that_may_be_missing_in_the_list_is_never_gone() {
    let at = |second| Reported {
        orders: Listing { orders: vec![], at: moment(second) },
        ..report(vec![], vec![])
    };
    let news = |state: &State, report: &Reported| compared(state, &[], report).orders[0].news.clone();
    assert_eq!(news(&recorded(), &at(100 + 1799)), [News::NotListedYet]);
    assert_eq!(words(&compared(&recorded(), &[], &at(100 + 1800))), ["gone"]);
    // Where nobody can tell how old it is, it may be young.
    let no_clock = crate::domain::Moment { server: None, ..moment(10_000) };
    let unknown = Reported { orders: Listing { orders: vec![], at: no_clock }, ..report(vec![], vec![]) };
    assert_eq!(news(&recorded(), &unknown), [News::NotListedYet]);
}

/// The one law: whatever happens outside, and whatever of it is recorded, nothing more is bought.
#[test]
fn a_plan_after_drift_is_the_same_plan() {
    let (state, wanted) = named();
    let desired = [wanted];
    let before = build(&desired, &state);
    for (word, report) in everything() {
        let names: BTreeSet<OrderName> = state.orders.keys().cloned().collect();
        let mut after = state.clone();
        for kind in arrived(&state, &names, std::slice::from_ref(&report)) {
            assert!(matches!(kind, RecordKind::SubscriptionsKnown { .. } | RecordKind::TermsKnown { .. }));
            fold(&mut after, kind);
        }
        assert_eq!(build(&desired, &after).steps, before.steps, "{word}");
        assert!(build(&desired, &after).steps.iter().all(|step| !step.is_sent()), "{word}");
        assert_eq!(after.orders.len(), state.orders.len());
    }
}

#[test]
fn what_has_arrived_is_recorded_once_and_a_drift_stays_one() {
    let mut young = order(ID, 5);
    young.lines[0].subscription_id = None;
    let mut state = recorded_as(&young, &[("a", 5)]);
    let names: BTreeSet<OrderName> = [name("a")].into();
    let first = changed(|_| {});
    let told = compared(&state, &[], &first);
    assert!(!told.is_some());
    let id = SubscriptionId::parse(SUBSCRIPTION).unwrap();
    assert_eq!(told.orders[0].news, [News::Subscriptions(vec![id])]);
    let records = arrived(&state, &names, std::slice::from_ref(&first));
    assert_eq!(records.len(), 2);
    records.into_iter().for_each(|kind| fold(&mut state, kind));
    assert_eq!(arrived(&state, &names, &[first]), []);

    let later = changed(|one| {
        one.terms.auto_renew = Some(false);
        one.terms.commitment_end = Some("2028-01-14T00:00:00Z".into());
    });
    let told = compared(&state, &[], &later);
    assert_eq!(words(&told), ["autoRenewal"]);
    assert!(matches!(told.orders[0].news[..], [News::Renewed { .. }]));
    for kind in arrived(&state, &names, std::slice::from_ref(&later)) {
        fold(&mut state, kind);
    }
    assert_eq!(words(&compared(&state, &[], &later)), ["autoRenewal"], "recording it must not hide it");
    // A manifest that says so is a decision.
    assert_eq!(words(&compared(&state, &[wanted("a", 5, Some(false))], &later)), [""; 0]);
}

#[test]
fn an_order_that_is_not_recorded_is_told_with_what_it_may_be() {
    let mut state = recorded_as(&order(ID, 5), &[("a", 5), ("doubt", 6)]);
    let strange = order("000000000001", 9);
    let orders = |orders| compared(&state, &[wanted("new", 7, None)], &report(orders, vec![subscription()]));
    let listed = vec![order(ID, 5), order("3", 7), order("2", 6), strange.clone(), order("4", 0)];
    let drift = orders(listed);
    let told: Vec<_> = drift.unknown.iter().map(|one| (one.order_id.as_str(), one.may_be.clone())).collect();
    let expected = [
        ("000000000001", MayBe::Strange),
        ("2", MayBe::Pending(name("doubt"))),
        ("3", MayBe::Wanted(name("new"))),
    ];
    assert_eq!(told, expected);
    assert!(drift.is_some());
    let mut ended = strange;
    ended.lines[0].subscription_id = SubscriptionId::parse("other").ok();
    let mut expired = subscription();
    expired.terms.id = SubscriptionId::parse("OTHER").unwrap();
    expired.status = "expired".into();
    let report = report(vec![order(ID, 5), ended], vec![subscription(), expired]);
    assert!(!compared(&state, &[], &report).is_some());
    fold(&mut state, RecordKind::Forgotten { name: name("a") });
    assert_eq!(compared(&state, &[], &report).unknown[0].may_be, MayBe::Forgotten);
}

fn done(second: i64, user: &str, change: impl FnOnce(&mut ObservedSubscription)) -> AuditedOperation {
    let mut shown = subscription();
    change(&mut shown);
    AuditedOperation {
        at: Some(Timestamp::from_unix_ms(second * 1000)),
        operation: "update_subscription".into(),
        who: Doer { user: Some(user.into()), application: None },
        correlation_id: None,
        subject: AuditedSubject::Subscription(Box::new(shown)),
    }
}

fn user_of(drift: &Drift) -> Option<&str> {
    drift.orders[0].findings[0].who.as_ref()?.who.user.as_deref()
}

#[test]
fn whoever_made_it_what_it_is_did_it_and_nobody_else() {
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    let found = |log: &[AuditedOperation], report: &Reported| {
        let mut drift = compared(&recorded(), &[wanted("a", 5, Some(true))], report);
        drift.attribute(customer, log);
        user_of(&drift).map(str::to_owned)
    };
    let eight = changed(|one| one.quantity = 8);
    let log = [
        done(3, "third", |one| (one.quantity, one.friendly_name) = (8, Some("x".into()))),
        done(2, "second", |one| one.quantity = 8),
        done(1, "first", |one| one.quantity = 6),
    ];
    assert_eq!(found(&log, &eight).as_deref(), Some("second"), "in the order of time");
    assert_eq!(found(&log[2..], &eight), None, "the log does not show it yet");
    assert_eq!(found(&[], &eight), None);
    // Licences of new commerce renew by themselves at first, so whoever is seen to have switched that off did it.
    let (mut state, mut licence) = (recorded(), wanted("a", 5, Some(true)));
    licence.spec.line_items[0].offer_id = OfferId::parse("CFQ7TTC0LH18:0001").unwrap();
    if let Some(crate::domain::Recorded::Created(bought)) = state.orders.get_mut(&name("a")) {
        bought.spec = licence.spec.clone();
    }
    let mut shown = order(ID, 5);
    shown.lines[0].offer_id = OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap();
    let off = |one: &mut ObservedSubscription| one.terms.auto_renew = Some(false);
    let mut drift = compared(
        &state,
        &[licence],
        &Reported { orders: Listing { orders: vec![shown], at: moment(10_000) }, ..changed(off) },
    );
    drift.attribute(customer, &[done(1, "kim", off)]);
    assert_eq!((words(&drift).as_slice(), user_of(&drift)), (&["autoRenewal"][..], Some("kim")));
    // It renewed by itself from the beginning: who gave it another name did not make it so.
    let renews = |_: &mut ObservedSubscription| {};
    let mut drift = compared(&recorded(), &[wanted("a", 5, Some(false))], &changed(renews));
    drift.attribute(customer, &[done(1, "kim", |one| one.friendly_name = Some("x".into()))]);
    assert_eq!((words(&drift).as_slice(), user_of(&drift)), (&["autoRenewal"][..], None));
}

#[test]
fn the_audit_log_is_asked_only_where_something_differs_and_since_the_earliest_of_it() {
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    let quiet = compared(&recorded(), &[], &report(vec![order(ID, 5)], vec![subscription()]));
    assert_eq!(quiet.questions(), BTreeMap::new());
    let drifted = compared(&recorded(), &[], &changed(|one| one.quantity = 8));
    let recorded = Some(Timestamp::from_unix_ms(100_000));
    assert_eq!(drifted.questions(), BTreeMap::from([(customer, recorded)]));
}
