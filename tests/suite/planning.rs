//! Laws of the planner, whatever is wanted and whatever is recorded.

use std::collections::BTreeMap;

use orderform::domain::*;
use orderform::plan::{self, Action, Plan};
use proptest::prelude::*;

fn name(n: usize) -> OrderName {
    OrderName::parse(&format!("order-{n}")).unwrap()
}

fn spec(customer: u8, quantity: u32) -> OrderSpec {
    let customer = CustomerId::parse(&format!("00000000-0000-0000-0001-00000000000{customer}")).unwrap();
    let offer = OfferId::parse("CFQ7TTC0LH18:0001:CFQ7TTC0K971").unwrap();
    OrderSpec::new(customer, vec![LineItem::new(offer, quantity)])
}

/// Few customers, few quantities and few names, so that everything collides.
fn specs() -> impl Strategy<Value = OrderSpec> {
    (0..2u8, 1..4u32).prop_map(|(customer, quantity)| spec(customer, quantity))
}

fn wanted() -> impl Strategy<Value = Vec<DesiredOrder>> {
    let one = (specs(), any::<bool>(), proptest::option::of(0..8usize), any::<bool>());
    proptest::collection::vec(one, 8).prop_map(|orders| {
        let order =
            |(n, (spec, allow_duplicate, formerly, _)): (usize, (OrderSpec, bool, Option<usize>, bool))| {
                let place = Place { file: "orders.yaml".into(), line: n };
                let formerly = formerly.map(name).filter(|from| *from != name(n));
                let labels = BTreeMap::new();
                DesiredOrder {
                    name: name(n),
                    spec,
                    customer_name: None,
                    formerly,
                    allow_duplicate,
                    auto_renew: None,
                    labels,
                    place,
                }
            };
        let kept = orders.into_iter().enumerate().filter(|(_, (.., kept))| *kept);
        kept.map(order).collect()
    })
}

/// What is recorded of a name: nothing, an attempt, or an order.
fn recorded() -> impl Strategy<Value = Vec<(OrderSpec, u8)>> {
    proptest::collection::vec((specs(), 0..3u8), 8)
}

fn attempt(spec: &OrderSpec) -> Attempt {
    let at = Moment { server: None, boot_id: String::new(), boot_ms: 0 };
    let request_id = RequestId::derive(Lineage::from_random(1), &name(0), Generation::FIRST, "{}");
    Attempt {
        generation: Generation::FIRST,
        request_id,
        spec: spec.clone(),
        body: "{}".into(),
        baseline: Baseline { at: at.clone(), order_ids: vec![] },
        plan: String::new(),
        sends: vec![Sent { at, ended: None, fate: None }],
    }
}

fn push(state: &mut State, kind: RecordKind) {
    state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
}

fn create(state: &mut State, name: &OrderName, spec: &OrderSpec) {
    push(state, RecordKind::Intended { name: name.clone(), attempt: Box::new(attempt(spec)) });
    let order = PlacedOrder {
        order_id: OrderId::parse(&format!("id-{}", state.serial)).unwrap(),
        subscription_ids: vec![None],
        etag: None,
        creation_date: None,
        status: None,
    };
    push(state, RecordKind::Created { name: name.clone(), order, evidence: Evidence::Answer });
}

fn state(recorded: &[(OrderSpec, u8)]) -> State {
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
    for (n, (spec, is)) in recorded.iter().enumerate() {
        match is {
            0 => {}
            1 => push(&mut state, RecordKind::Intended { name: name(n), attempt: Box::new(attempt(spec)) }),
            _ => create(&mut state, &name(n), spec),
        }
    }
    state
}

fn creates(plan: &Plan) -> Vec<&plan::Step> {
    plan.steps.iter().filter(|step| step.action == Action::Create).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_is_recorded_is_bought_and_every_name_is_decided_once(desired in wanted(), was in recorded()) {
        let state = state(&was);
        let plan = plan::build(&desired, &state);
        for step in creates(&plan) {
            prop_assert!(!state.orders.contains_key(&step.name), "{step:?}");
        }
        let names: Vec<&OrderName> = plan.steps.iter().map(|step| &step.name).collect();
        prop_assert!(names.windows(2).all(|pair| pair[0] < pair[1]), "{names:?}");
        prop_assert!(desired.iter().all(|order| names.contains(&&order.name)));
        let renamed = |name: &OrderName| {
            plan.steps.iter().any(|step| matches!(&step.action, Action::Rename { from, .. } if from == name))
                || desired.iter().any(|order| order.formerly.as_ref() == Some(name))
        };
        prop_assert!(state.orders.keys().all(|name| names.contains(&name) || renamed(name)));
    }

    #[test]
    fn two_that_are_alike_are_only_bought_where_both_mean_it(desired in wanted(), was in recorded()) {
        let plan = plan::build(&desired, &state(&was));
        for step in creates(&plan) {
            let alike = desired.iter().filter(|order| order.spec == step.spec && order.name != step.name);
            prop_assert!(alike.clone().count() == 0 || step.allow_duplicate);
            prop_assert!(alike.into_iter().all(|order| order.allow_duplicate), "{step:?}");
        }
    }

    #[test]
    fn the_order_of_the_manifests_decides_nothing(desired in wanted(), was in recorded()) {
        let state = state(&was);
        let backwards: Vec<DesiredOrder> = desired.iter().rev().cloned().collect();
        prop_assert_eq!(plan::build(&desired, &state), plan::build(&backwards, &state));
    }

    #[test]
    fn what_was_carried_out_is_not_planned_again(desired in wanted(), was in recorded()) {
        let mut state = state(&was);
        let plan = plan::build(&desired, &state);
        for step in creates(&plan) {
            create(&mut state, &step.name, &step.spec);
        }
        for step in &plan.steps {
            if let Action::Rename { from, .. } = &step.action {
                push(&mut state, RecordKind::Moved { from: from.clone(), to: step.name.clone() });
            }
        }
        let again = plan::build(&desired, &state);
        let counts = again.counts();
        prop_assert_eq!((counts.create, counts.rename), (0, 0), "{:?}", again);
    }
}
