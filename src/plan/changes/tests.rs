//! A plan is reviewed, something happens, and what is said of it.

use super::*;
use crate::domain::samples::{attempt, order, spec};
use crate::domain::*;
use crate::plan::{self, rest};

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn wanted(text: &str, quantity: u32) -> DesiredOrder {
    DesiredOrder {
        name: name(text),
        spec: spec(quantity),
        customer_name: None,
        formerly: None,
        allow_duplicate: true,
        auto_renew: None,
        labels: BTreeMap::new(),
        place: Place { file: "orders.yaml".into(), line: 1 },
    }
}

fn render(spec: &OrderSpec) -> String {
    format!("{spec:?}")
}

fn beginning() -> State {
    let genesis = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    State::begin(&Record { serial: 1, time: None, kind: genesis }).unwrap()
}

fn push(state: &mut State, kind: RecordKind) {
    state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
}

/// Records the attempt that a plan would have begun.
fn begin(state: &mut State, order: &DesiredOrder) {
    let sending = plan::Sending::of(&order.name, state, render(&order.spec));
    let attempt = Attempt {
        request_id: sending.request_id,
        generation: sending.generation,
        body: sending.body,
        spec: order.spec.clone(),
        ..attempt(1, &[1])
    };
    push(state, RecordKind::Intended { name: order.name.clone(), attempt: Box::new(attempt) });
}

fn finish(state: &mut State, wanted: &DesiredOrder) {
    let placed = PlacedOrder::from(&order(&format!("id-{}", wanted.name), 1));
    let evidence = Evidence::Answer;
    push(state, RecordKind::Created { name: wanted.name.clone(), order: placed, evidence });
}

/// Where everything happens: manifests, a state, and what is pinned of them.
#[derive(Clone)]
struct Scene {
    desired: Vec<DesiredOrder>,
    state: State,
    pins: Pins,
    since: Since,
    now: i64,
}

impl Scene {
    fn new(desired: Vec<DesiredOrder>) -> Self {
        let pins = Pins {
            place: Some(EndpointId::Sandbox),
            head: "head 1".into(),
            tool: "orderform 1".into(),
            ..Pins::default()
        };
        let since = Since { head: Some("head 1".into()), names: BTreeSet::new() };
        Self { desired, state: beginning(), pins, since, now: 1000 }
    }

    fn plan(&self) -> Plan {
        let manifests = plan::manifests_digest(&self.desired, &self.pins.limits.project, &self.pins.recovery);
        let head = format!("head {}", self.state.serial);
        let pins = Pins { manifests, head, ..self.pins.clone() };
        plan::build(&self.desired, &self.state).pin(&self.state, render, pins)
    }

    fn saved(&self) -> Saved {
        let at = |seconds: i64| Timestamp::from_unix_ms(seconds * 1000);
        Saved { plan: self.plan(), created: at(1000), expires: at(2000) }
    }

    fn changes_since(&self, saved: &Saved) -> Changes {
        let (plan, now) = (self.plan(), Timestamp::from_unix_ms(self.now * 1000));
        changes(saved, &Present { plan: &plan, state: &self.state, since: self.since.clone(), now })
    }
}

fn standing(changes: &Changes) -> Vec<&str> {
    changes.standing.iter().map(OrderName::as_str).collect()
}

fn happened<'c>(changes: &'c Changes, text: &str) -> &'c Happened {
    &changes.orders.iter().find(|order| order.name == name(text)).unwrap().happened
}

#[test]
fn nothing_happened_and_nothing_changed() {
    let scene = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    let changes = scene.changes_since(&scene.saved());
    assert!(changes.is_empty(), "{changes:?}");
    assert_eq!(standing(&changes), ["a", "b"]);
}

#[test]
fn orders_that_were_added_are_gone_or_are_different_are_told_apart_and_the_rest_stands() {
    let saved = Scene::new(vec![wanted("a", 5), wanted("b", 6), wanted("c", 7)]).saved();
    let scene = Scene::new(vec![wanted("a", 5), wanted("b", 60), wanted("d", 8)]);
    let changes = scene.changes_since(&saved);
    assert_eq!(standing(&changes), ["a"]);
    let Happened::Changed { differences, .. } = happened(&changes, "b") else { panic!("{changes:?}") };
    let told = (differences[0].recorded.as_deref(), differences[0].desired.as_deref());
    assert_eq!(
        (differences[0].field.as_str(), told),
        ("spec.lineItems[0].quantity", (Some("6"), Some("60")))
    );
    assert_eq!(*happened(&changes, "c"), Happened::Gone { was: Action::Create });
    assert_eq!(*happened(&changes, "d"), Happened::Added { is: Action::Create });
    assert!(changes.leave_a_rest() && changes.around.is_empty(), "{changes:?}");
}

/// Offer ids compare without case, so the step is equal; the bytes are not.
#[test]
fn other_bytes_for_the_same_step_are_a_change() {
    let saved = Scene::new(vec![wanted("a", 5)]).saved();
    let mut scene = Scene::new(vec![wanted("a", 5)]);
    let offer = "84a03d81-6b37-4d66-8d4a-faea24541538";
    scene.desired[0].spec.line_items[0].offer_id = OfferId::parse(offer).unwrap();
    assert_eq!(scene.plan().steps, saved.plan.steps);
    let changes = scene.changes_since(&saved);
    let Happened::Changed { differences, .. } = happened(&changes, "a") else { panic!("{changes:?}") };
    assert_eq!(differences[0].field, "body");
    assert_eq!(standing(&changes), [""; 0]);
}

#[test]
fn what_was_done_as_reviewed_is_done_and_nothing_else_is() {
    let mut scene = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    let saved = scene.saved();
    for order in scene.desired.clone() {
        begin(&mut scene.state, &order);
        finish(&mut scene.state, &order);
    }
    scene.since.names = [name("a"), name("b")].into();
    let done = scene.changes_since(&saved);
    assert!(done.is_applied() && !done.leave_a_rest(), "{done:?}");
    let Around::Journal { was: 1, is: 5, is_continued: true, names } = &done.around[0] else {
        panic!("{done:?}")
    };
    assert_eq!(names.len(), 2);

    let mut adopted = Scene::new(vec![wanted("a", 5)]);
    let saved = adopted.saved();
    let (name, spec) = (name("a"), Box::new(spec(5)));
    push(&mut adopted.state, RecordKind::Adopted { name, spec, order: PlacedOrder::from(&order("1", 5)) });
    let changes = adopted.changes_since(&saved);
    assert!(!changes.is_applied(), "somebody else's order is not this plan's: {changes:?}");
}

#[test]
fn an_attempt_that_was_begun_as_reviewed_stands() {
    let mut scene = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    let saved = scene.saved();
    let order = scene.desired[0].clone();
    begin(&mut scene.state, &order);
    let changes = scene.changes_since(&saved);
    assert_eq!(*happened(&changes, "a"), Happened::Begun);
    assert_eq!(standing(&changes), ["a", "b"]);
    // Another attempt than the one that was reviewed does not.
    let mut other = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    begin(&mut other.state, &wanted("b", 6));
    push(&mut other.state, RecordKind::NotOrdered { name: name("b"), reason: NotOrdered::Person });
    let mut foreign = attempt(5, &[1]);
    foreign.body = "{}".into();
    push(&mut other.state, RecordKind::Intended { name: name("a"), attempt: Box::new(foreign) });
    let changes = other.changes_since(&saved);
    assert!(matches!(happened(&changes, "a"), Happened::Changed { .. }), "{changes:?}");
    assert_eq!(standing(&changes), ["b"]);
}

#[test]
fn each_change_around_the_orders_is_named_and_says_whether_orders_can_stand() {
    type Change = fn(&mut Scene);
    let lineage: Change = |scene| {
        let kind = RecordKind::Genesis { lineage: Lineage::from_random(2), tool: "test".into() };
        scene.state = State::begin(&Record { serial: 1, time: None, kind }).unwrap();
    };
    let cases: [(&str, bool, Change); 9] = [
        ("Lineage", false, lineage),
        ("Place", false, |scene| scene.pins.place = Some(EndpointId::Origin("https://a.example".into()))),
        ("Scope", false, |scene| scene.pins.scope.path = "a.yaml".into()),
        ("Tool", false, |scene| scene.pins.tool = "orderform 2".into()),
        ("Limits", true, |scene| scene.pins.limits.project.set(Rule::ORDERS_PER_DAY, Bound::Most(9))),
        ("Recovery", false, |scene| scene.pins.recovery.mode = RecoveryMode::Trust),
        ("Expired", false, |scene| scene.now = 2000),
        ("Expired", false, |scene| scene.now = 1000 - 3601),
        ("Manifests", true, |scene| scene.desired[0].formerly = Some(name("old"))),
    ];
    let saved = Scene::new(vec![wanted("a", 5)]).saved();
    for (variant, stands, change) in cases {
        let mut scene = Scene::new(vec![wanted("a", 5)]);
        change(&mut scene);
        let changes = scene.changes_since(&saved);
        assert_eq!(changes.around.len(), 1, "{variant}: {changes:?}");
        assert!(format!("{:?}", changes.around[0]).starts_with(variant), "{changes:?}");
        assert_eq!(changes.around[0].lets_orders_stand(), stands, "{variant}");
        let own = variant == "Expired" || scene.plan().digest() != saved.plan.digest();
        assert!(own, "{variant} changes the digest");
    }
}

#[test]
fn a_journal_that_does_not_hold_what_was_there_lets_nothing_stand() {
    let mut scene = Scene::new(vec![wanted("a", 5)]);
    let saved = scene.saved();
    push(&mut scene.state, RecordKind::Bound { endpoint: EndpointId::Sandbox });
    assert!(scene.changes_since(&saved).leave_a_rest());
    scene.since.head = Some("another head".into());
    assert!(!scene.changes_since(&saved).leave_a_rest());
    scene.since.head = None;
    assert!(!scene.changes_since(&saved).leave_a_rest());
}

#[test]
fn the_rest_of_a_plan_acts_on_nothing_that_was_not_reviewed() {
    let mut scene = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    let saved = scene.saved();
    let order = scene.desired[0].clone();
    begin(&mut scene.state, &order);
    scene.desired = vec![wanted("a", 5), wanted("b", 60), wanted("c", 7)];
    let changes = scene.changes_since(&saved);
    let rest = rest(&saved, scene.plan(), &changes);
    let acting: Vec<&str> =
        rest.steps.iter().filter(|step| step.acts()).map(|step| step.name.as_str()).collect();
    assert_eq!(acting, ["a"]);
    assert_eq!(rest.counts().blocked, 2);
    assert_eq!(rest.approved(), saved.plan.digest());
    assert_ne!(rest.digest(), saved.plan.digest());
    assert_eq!(rest.not_as_pinned(&scene.state, render), None);
    assert_eq!(rest.pins.unwrap().sends.len(), 1);
}

#[test]
fn a_plan_that_would_send_other_bytes_than_it_pins_is_caught() {
    let scene = Scene::new(vec![wanted("a", 5), wanted("b", 6)]);
    let mut plan = scene.plan();
    assert_eq!(plan.not_as_pinned(&scene.state, render), None);
    plan.steps[1].spec.line_items[0].quantity = 60;
    assert_eq!(plan.not_as_pinned(&scene.state, render), Some(&name("b")));
    plan.steps.pop();
    plan.pins.as_mut().unwrap().sends.clear();
    assert_eq!(plan.not_as_pinned(&scene.state, render), Some(&name("a")), "what is not pinned is not sent");
}
