//! The decision table, row by row.

use super::*;
use crate::domain::*;

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn spec(quantity: u32) -> OrderSpec {
    crate::domain::samples::spec(quantity)
}

fn order(text: &str, quantity: u32) -> DesiredOrder {
    DesiredOrder {
        name: name(text),
        spec: spec(quantity),
        customer_name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: BTreeMap::new(),
        place: Place { file: "orders.yaml".into(), line: 1 },
    }
}

/// A state with these orders created and these pending.
fn state(created: &[(&str, u32)], pending: &[(&str, u32)]) -> State {
    let lineage = Lineage::from_random(1);
    let genesis = RecordKind::Genesis { lineage, tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap();
    let mut push = |kind| {
        let serial = state.serial + 1;
        state.fold(&Record { serial, time: None, kind }).unwrap();
    };
    for (n, quantity) in created.iter().chain(pending) {
        let attempt = Box::new(crate::domain::samples::attempt(*quantity, &[0]));
        push(RecordKind::Intended { name: name(n), attempt });
    }
    for (n, quantity) in created {
        let mut placed = PlacedOrder::from(&crate::domain::samples::order("1", *quantity));
        placed.order_id = OrderId::parse(&format!("id-{n}")).unwrap();
        push(RecordKind::Created { name: name(n), order: placed, evidence: Evidence::Answer });
    }
    state
}

/// What the plan says about one name.
fn action(plan: &Plan, n: &str) -> Action {
    plan.steps.iter().find(|step| step.name == name(n)).unwrap().action.clone()
}

fn id(n: &str) -> OrderId {
    OrderId::parse(&format!("id-{n}")).unwrap()
}

fn looks_renamed(from: &str, was: Former) -> Action {
    Action::Blocked(Block::LooksRenamed { from: vec![name(from)], was })
}

#[test]
fn wanted_and_absent_is_created() {
    assert_eq!(action(&build(&[order("a", 5)], &state(&[], &[])), "a"), Action::Create);
}

#[test]
fn wanted_and_pending_the_same_is_settled() {
    let plan = build(&[order("a", 5)], &state(&[], &[("a", 5)]));
    assert!(matches!(action(&plan, "a"), Action::Settle { .. }));
}

#[test]
fn wanted_and_pending_another_is_blocked() {
    let plan = build(&[order("a", 6)], &state(&[], &[("a", 5)]));
    let Action::Blocked(Block::PendingDiffers(differences)) = action(&plan, "a") else { panic!("{plan:?}") };
    assert_eq!(differences[0].field, "spec.lineItems[0].quantity");
}

#[test]
fn wanted_and_created_the_same_is_kept() {
    let plan = build(&[order("a", 5)], &state(&[("a", 5)], &[]));
    assert_eq!(action(&plan, "a"), Action::Keep { order_id: id("a") });
    assert!(plan.is_settled());
}

#[test]
fn wanted_and_created_another_is_blocked_with_every_field_that_differs() {
    let mut wanted = order("a", 6);
    wanted.spec.billing_cycle = Some(BillingCycle::Annual);
    wanted.spec.line_items[0].friendly_name = Some("new".into());
    let plan = build(&[wanted], &state(&[("a", 5)], &[]));
    let Action::Blocked(Block::CreatedDiffers { differences, .. }) = action(&plan, "a") else {
        panic!("{plan:?}")
    };
    let fields: Vec<&str> = differences.iter().map(|d| d.field.as_str()).collect();
    let expected = ["spec.billingCycle", "spec.lineItems[0].friendlyName", "spec.lineItems[0].quantity"];
    assert_eq!(fields, expected);
    assert_eq!(differences[2].recorded.as_deref(), Some("5"));
    assert_eq!(differences[2].desired.as_deref(), Some("6"));
}

#[test]
fn unwanted_and_created_is_an_orphan() {
    assert_eq!(action(&build(&[], &state(&[("a", 5)], &[])), "a"), Action::Orphan { order_id: id("a") });
}

#[test]
fn unwanted_and_pending_is_blocked() {
    let plan = build(&[], &state(&[], &[("a", 5)]));
    assert_eq!(action(&plan, "a"), Action::Blocked(Block::PendingWithoutManifest));
}

#[test]
fn a_new_name_for_an_orphan_is_blocked_until_a_person_says_which_it_is() {
    let recorded = state(&[("old", 5)], &[]);
    let mut wanted = order("new", 5);
    let looks_renamed = looks_renamed("old", Former::Orphan);
    assert_eq!(action(&build(&[wanted.clone()], &recorded), "new"), looks_renamed);
    wanted.allow_duplicate = true;
    assert_eq!(action(&build(&[wanted.clone()], &recorded), "new"), Action::Create);
    wanted.formerly = Some(name("old"));
    let plan = build(&[wanted], &recorded);
    assert_eq!(action(&plan, "new"), Action::Rename { from: name("old"), order_id: id("old") });
    assert_eq!(plan.steps.len(), 1, "the old name is no orphan any more");
}

#[test]
fn two_that_claim_one_former_name_buy_nothing() {
    let recorded = state(&[("old", 5)], &[]);
    let [mut a, mut b] = [order("a", 5), order("b", 5)];
    (a.formerly, b.formerly) = (Some(name("old")), Some(name("old")));
    (a.allow_duplicate, b.allow_duplicate) = (true, true);
    let plan = build(&[a, b], &recorded);
    assert_eq!(plan.counts().blocked, 2);
    assert_eq!(plan.counts().create, 0);
}

#[test]
fn a_renamed_pending_attempt_buys_nothing() {
    let mut wanted = order("new", 5);
    wanted.formerly = Some(name("old"));
    let plan = build(&[wanted], &state(&[], &[("old", 5)]));
    assert_eq!(action(&plan, "new"), Action::Blocked(Block::FormerNamePending(name("old"))));
}

#[test]
fn a_new_name_for_an_attempt_without_a_manifest_is_blocked() {
    let mut wanted = order("new", 5);
    let recorded = state(&[], &[("old", 5)]);
    let plan = build(&[wanted.clone()], &recorded);
    assert_eq!(action(&plan, "new"), looks_renamed("old", Former::Pending));
    assert_eq!(action(&plan, "old"), Action::Blocked(Block::PendingWithoutManifest));
    wanted.allow_duplicate = true;
    assert_eq!(action(&build(&[wanted], &recorded), "new"), Action::Create);
    assert_eq!(action(&build(&[order("new", 6)], &recorded), "new"), Action::Create);
}

#[test]
fn a_new_name_for_what_another_name_bought_and_no_longer_wants_is_blocked() {
    let [a, mut b] = [order("a", 6), order("b", 5)];
    let recorded = state(&[("a", 5)], &[]);
    let plan = build(&[a.clone(), b.clone()], &recorded);
    assert_eq!(action(&plan, "b"), looks_renamed("a", Former::Changed));
    assert!(matches!(action(&plan, "a"), Action::Blocked(Block::CreatedDiffers { .. })));
    b.allow_duplicate = true;
    assert_eq!(action(&build(&[a.clone(), b.clone()], &recorded), "b"), Action::Create);
    b.allow_duplicate = false;
    let pending = build(&[a, b], &state(&[], &[("a", 5)]));
    assert_eq!(action(&pending, "b"), looks_renamed("a", Former::Pending));
}

#[test]
fn what_a_renamed_order_was_is_not_bought_under_a_third_name() {
    let [mut new, third] = [order("new", 6), order("third", 5)];
    new.formerly = Some(name("old"));
    let plan = build(&[new, third], &state(&[("old", 5)], &[]));
    assert_eq!(action(&plan, "third"), looks_renamed("old", Former::Changed));
    assert_eq!(plan.counts().create, 0);
}

#[test]
fn identical_orders_are_stopped_unless_both_mean_it() {
    let [mut a, mut b] = [order("a", 5), order("b", 5)];
    let counts =
        |a: &DesiredOrder, b: &DesiredOrder| build(&[a.clone(), b.clone()], &state(&[], &[])).counts();
    assert_eq!((counts(&a, &b).blocked, counts(&a, &b).create), (2, 0));
    a.allow_duplicate = true;
    assert_eq!((counts(&a, &b).blocked, counts(&a, &b).create), (2, 0));
    b.allow_duplicate = true;
    assert_eq!((counts(&a, &b).blocked, counts(&a, &b).create), (0, 2));
    // The same beside one that is recorded.
    let b = order("b", 5);
    let plan = build(&[order("a", 5), b], &state(&[("a", 5)], &[]));
    assert_eq!(action(&plan, "b"), Action::Blocked(Block::SameAs(vec![name("a")])));
}

#[test]
fn an_offer_id_in_another_case_and_lines_in_another_order_are_the_same_order() {
    let mut a = order("a", 5);
    a.spec.line_items.push(LineItem { quantity: 7, ..a.spec.line_items[0].clone() });
    let mut b = DesiredOrder { name: name("b"), ..a.clone() };
    b.spec.line_items.reverse();
    b.spec.line_items[0].offer_id = OfferId::parse("84a03d81-6b37-4d66-8d4a-faea24541538").unwrap();
    assert_eq!(build(&[a, b], &state(&[], &[])).counts().blocked, 2);
}

/// An availability is left out, written or reissued, and it is one order all the same.
#[test]
fn an_offer_with_its_availability_and_without_is_the_same_order() {
    let with = |text: &str, offer: &str| {
        let mut order = order(text, 5);
        order.spec.line_items[0].offer_id = OfferId::parse(offer).unwrap();
        order
    };
    let (open, whole) = ("CFQ7TTC0LH18:0001", "CFQ7TTC0LH18:0001:CFQ7TTC0K971");
    let reissued = "CFQ7TTC0LH18:0001:CFQ7TTC00000";
    for (one, other) in [(open, whole), (whole, open), (whole, reissued)] {
        let (a, b) = (with("a", one), with("b", other));
        assert_eq!(build(&[a.clone(), b.clone()], &state(&[], &[])).counts().blocked, 2, "{one} {other}");
        // What is recorded as `a` looks renamed, and is as it should be under its own name.
        let mut recorded = state(&[("a", 5)], &[]);
        let Some(Recorded::Created(bought)) = recorded.orders.get_mut(&name("a")) else { panic!() };
        bought.spec = a.spec;
        assert_eq!(
            action(&build(std::slice::from_ref(&b), &recorded), "b"),
            looks_renamed("a", Former::Orphan)
        );
        let same_name = DesiredOrder { name: name("a"), ..b };
        let is_kept = matches!(action(&build(&[same_name], &recorded), "a"), Action::Keep { .. });
        assert_eq!(is_kept, other != reissued, "{one} {other}");
    }
}

#[test]
fn the_order_of_the_manifests_does_not_matter() {
    let recorded = state(&[("c", 1)], &[("d", 2)]);
    let forwards = [order("a", 5), order("b", 6), order("c", 1), order("d", 2)];
    let mut backwards = forwards.clone();
    backwards.reverse();
    assert_eq!(build(&forwards, &recorded), build(&backwards, &recorded));
    assert_eq!(build(&forwards, &recorded).digest(), build(&backwards, &recorded).digest());
}
