//! Laws of selecting, whatever is wanted and whatever is recorded.

use std::collections::{BTreeMap, BTreeSet};

use orderform::domain::*;
use orderform::plan::{self, Expression, Pins, Plan, Scope, Selection};
use proptest::prelude::*;

/// Orders of few names, customers and labels; each has a quantity of its own, so that none is taken for another.
fn wanted() -> impl Strategy<Value = Vec<DesiredOrder>> {
    let one = (0..3u8, proptest::option::of("[ab]{1,2}"), any::<bool>());
    proptest::collection::vec(one, 8).prop_map(|orders| {
        let orders = (1u32..).zip(orders).filter(|(_, (.., kept))| *kept);
        let order = |(n, (customer, label, _)): (u32, (u8, Option<String>, bool))| DesiredOrder {
            name: OrderName::parse(&format!("{}-{n}", if n % 2 == 0 { "even" } else { "odd" })).unwrap(),
            spec: spec(customer, n),
            customer_name: Some(format!("customer-{customer}")),
            formerly: None,
            allow_duplicate: false,
            auto_renew: None,
            labels: label.map(|label| ("team".to_owned(), label)).into_iter().collect(),
            place: Place { file: "orders.yaml".into(), line: 1 },
        };
        orders.map(order).collect()
    })
}

fn spec(customer: u8, quantity: u32) -> OrderSpec {
    let customer = CustomerId::parse(&format!("00000000-0000-0000-0001-00000000000{customer}")).unwrap();
    OrderSpec::new(customer, vec![LineItem::new(OfferId::parse("CFQ7TTC0LH18:0001").unwrap(), quantity)])
}

fn terms() -> impl Strategy<Value = String> {
    prop_oneof![
        "(even|odd|[eo]\\*|\\*)-(\\*|[1-8]|\\?)",
        "name!=(even|odd)-\\*",
        "customer!?=customer-([0-2]|\\*)",
        "customer=00000000-0000-0000-0001-00000000000[0-2]",
        "label\\.team!?=([ab]{1,2}|[ab]?\\*|\\?)",
    ]
}

fn expressions() -> impl Strategy<Value = BTreeSet<Expression>> {
    let one = proptest::collection::vec(terms(), 1..3).prop_map(|terms| read(&terms.join(",")));
    proptest::collection::btree_set(one, 0..3)
}

fn read(text: &str) -> Expression {
    Expression::parse(text).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}

/// A state in which every third name is an order, and every fourth an attempt.
fn state(desired: &[DesiredOrder]) -> State {
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    let mut state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
    for order in desired.iter().filter(|order| order.spec.seats() % 3 == 0) {
        let placed = PlacedOrder {
            order_id: OrderId::parse(&format!("id-{}", order.name)).unwrap(),
            subscription_ids: vec![],
            etag: None,
            creation_date: None,
            status: None,
        };
        let spec = Box::new(order.spec.clone());
        let kind = RecordKind::Adopted { name: order.name.clone(), spec, order: placed };
        state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
    }
    state
}

fn names(plan: &Plan) -> BTreeSet<OrderName> {
    plan.steps.iter().map(|step| step.name.clone()).collect()
}

/// The plan for a selection, and how many orders that leaves out.
fn planned(desired: &[DesiredOrder], state: &State, selection: &Selection) -> (Plan, usize) {
    let (plan, outside) = selection.reduce(plan::build(desired, state), desired);
    (plan, outside.orders)
}

fn pinned(desired: &[DesiredOrder], state: &State, selection: Selection) -> Plan {
    let (plan, outside) = selection.reduce(plan::build(desired, state), desired);
    let scope = Scope { selection, ..Scope::default() };
    plan.pin(state, |spec| format!("{spec:?}"), Pins { scope, outside, ..Pins::default() })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_selected_is_planned_as_without_a_selection(
        desired in wanted(), only in expressions(), except in expressions()
    ) {
        let state = state(&desired);
        let (whole, (part, outside)) = (
            plan::build(&desired, &state),
            planned(&desired, &state, &Selection { only, except, changed: None }),
        );
        prop_assert!(part.steps.iter().all(|step| whole.steps.contains(step)));
        prop_assert_eq!(part.steps.len() + outside, whole.steps.len());
    }

    /// No two of these orders have anything to do with one another, so nothing is lost by leaving out their manifests.
    #[test]
    fn selecting_and_then_planning_is_planning_and_then_selecting(
        desired in wanted(), only in expressions(), except in expressions()
    ) {
        let selection = Selection { only, except, changed: None };
        let nothing = state(&[]);
        let (part, _) = planned(&desired, &nothing, &selection);
        let kept = names(&part);
        let manifests: Vec<DesiredOrder> =
            desired.iter().filter(|order| kept.contains(&order.name)).cloned().collect();
        prop_assert_eq!(plan::build(&manifests, &nothing), part);
    }

    #[test]
    fn only_and_except_of_one_expression_are_together_the_whole(desired in wanted(), one in expressions()) {
        prop_assume!(!one.is_empty());
        let state = state(&desired);
        let only = Selection { only: one.clone(), ..Selection::default() };
        let except = Selection { except: one, ..Selection::default() };
        let [only, except] = [only, except].map(|selection| names(&planned(&desired, &state, &selection).0));
        prop_assert!(only.is_disjoint(&except));
        let together: BTreeSet<OrderName> = only.into_iter().chain(except).collect();
        prop_assert_eq!(together, names(&plan::build(&desired, &state)));
    }

    #[test]
    fn except_goes_before_only(desired in wanted(), one in expressions()) {
        prop_assume!(!one.is_empty());
        let selection = Selection { only: one.clone(), except: one, changed: None };
        prop_assert!(planned(&desired, &state(&desired), &selection).0.steps.is_empty());
    }

    #[test]
    fn another_scope_has_another_digest_and_the_order_of_flags_none(
        desired in wanted(), one in expressions(), other in expressions()
    ) {
        let state = state(&desired);
        let digest = |only: &BTreeSet<Expression>, except: &BTreeSet<Expression>| {
            let selection = Selection { only: only.clone(), except: except.clone(), changed: None };
            pinned(&desired, &state, selection).digest()
        };
        prop_assert_eq!(digest(&one, &other) == digest(&other, &one), one == other);
        let nothing = BTreeSet::new();
        prop_assert_eq!(digest(&one, &nothing) == digest(&other, &nothing), one == other);
        let backwards: BTreeSet<Expression> =
            one.iter().rev().map(|one| {
                let mut terms: Vec<String> = one.terms().map(ToString::to_string).collect();
                terms.reverse();
                read(&terms.join(" , "))
            }).collect();
        prop_assert_eq!(digest(&backwards, &nothing), digest(&one, &nothing));
    }

    #[test]
    fn an_expression_is_unmatched_where_a_part_of_it_or_all_of_it_fits_nothing(
        desired in wanted(), only in expressions()
    ) {
        let state = state(&desired);
        let whole = plan::build(&desired, &state);
        for one in &only {
            let alone = Selection { only: [one.clone()].into(), ..Selection::default() };
            let found = planned(&desired, &state, &alone).0.steps.len();
            let parts = one.terms().all(|term| {
                let positive = read(&format!("{}={}", term.key, term.pattern));
                let alone = Selection { only: [positive].into(), ..Selection::default() };
                !planned(&desired, &state, &alone).0.steps.is_empty()
            });
            prop_assert_eq!(alone.unmatched(&whole, &desired).is_empty(), found > 0 && parts, "{}", one);
        }
    }
}

/// What a tenant is called holds for what is recorded of it, too; labels go with the manifest.
#[test]
fn a_recorded_order_without_a_manifest_is_known_by_its_name_and_its_customer() {
    let order = |n: u32, label: Option<&str>| DesiredOrder {
        name: OrderName::parse(&format!("order-{n}")).unwrap(),
        spec: spec(1, n),
        customer_name: Some("contoso".into()),
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: label
            .map(|label| ("team".to_owned(), label.to_owned()))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
        place: Place { file: "orders.yaml".into(), line: 1 },
    };
    let recorded = [order(3, Some("a"))];
    let (state, desired) = (state(&recorded), [order(1, Some("a"))]);
    for (expression, expected) in [
        ("order-3", &["order-3"][..]),
        ("customer=contoso", &["order-1", "order-3"]),
        ("customer=00000000-*", &["order-1", "order-3"]),
        ("label.team=a", &["order-1"]),
        ("label.team!=a", &["order-3"]),
    ] {
        let selection = Selection { only: [read(expression)].into(), ..Selection::default() };
        let (plan, _) = planned(&desired, &state, &selection);
        let found: Vec<&str> = plan.steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(found, expected, "{expression}");
    }
}

#[test]
fn what_changed_is_what_bears_on_buying() {
    let order = |n: u32| DesiredOrder {
        name: OrderName::parse(&format!("order-{n}")).unwrap(),
        spec: spec(1, n),
        customer_name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: BTreeMap::new(),
        place: Place { file: "orders.yaml".into(), line: 1 },
    };
    let then = [order(1), order(2), order(3), order(4), order(5), order(6)];
    let mut now = then.clone();
    now[0].labels.insert("team".into(), "a".into());
    now[0].place.line = 7;
    now[0].customer_name = Some("contoso".into());
    now[1].spec.line_items[0].quantity = 9;
    now[2].allow_duplicate = true;
    now[3].auto_renew = Some(false);
    now[4].formerly = OrderName::parse("older").ok();
    now[5] = order(7);
    let names = plan::changed(&now, &then);
    let names: Vec<&str> = names.iter().map(OrderName::as_str).collect();
    assert_eq!(names, ["order-2", "order-3", "order-4", "order-5", "order-6", "order-7"]);
    assert_eq!(plan::changed(&then, &then), BTreeSet::new());
}
