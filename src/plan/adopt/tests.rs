//! Laws of adopting: what is taken, what is left out, and what the next plan says of it.

use super::*;
use crate::domain::samples::{self, CUSTOMER};
use crate::domain::{BillingCycle, Lineage, OfferId, Place, Record, RecordKind, TermDuration, Timestamp};
use crate::plan::{Action, build};

const MODERN: &str = "CFQ7TTC0LH18:0001:CFQ7TTC0K971";
const LEGACY: &str = "84A03D81-6B37-4D66-8D4A-FAEA24541538";

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

/// An order of lines `(offer, seats, subscription)`, made in this second.
fn order(id: &str, second: i64, lines: &[(&str, u32, Option<&str>)]) -> ObservedOrder {
    let lines = lines.iter().map(|(offer, quantity, subscription)| ObservedLine {
        offer_id: OfferId::parse(offer).unwrap(),
        quantity: *quantity,
        friendly_name: Some("as ordered".into()),
        term_duration: offer.contains(':').then(|| TermDuration::read("P1Y")).flatten(),
        promotion_id: None,
        partner_id_on_record: None,
        subscription_id: subscription.map(|id| SubscriptionId::parse(id).unwrap()),
    });
    let created = Some(Timestamp::from_unix_ms(second * 1000));
    ObservedOrder { created, lines: lines.collect(), ..samples::order(id, 1) }
}

/// A subscription of an order, with these seats and this status.
fn subscription(id: &str, of: &str, quantity: u32, status: &str) -> ObservedSubscription {
    ObservedSubscription {
        terms: SubscriptionTerms {
            id: SubscriptionId::parse(id).unwrap(),
            commitment_end: Some("2027-01-13T00:00:00Z".into()),
            cancellation_allowed_until: None,
            auto_renew: Some(true),
            renewal_term: None,
        },
        order_id: OrderId::parse(of).ok(),
        offer_id: OfferId::parse(MODERN).ok(),
        offer_name: Some("Exchange Online (Plan 1)".into()),
        friendly_name: Some("Exchange Online (Plan 1)".into()),
        quantity,
        status: status.to_owned(),
        billing_cycle: Some(BillingCycle::Monthly),
        term_duration: TermDuration::read("P1Y"),
        promotion_id: None,
        partner_id: None,
        parent_id: None,
        is_trial: false,
        created: None,
    }
}

fn empty() -> State {
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "a test".into() };
    State::begin(&Record { serial: 1, time: None, kind }).unwrap()
}

fn desired(text: &str, spec: OrderSpec) -> DesiredOrder {
    DesiredOrder {
        name: name(text),
        spec,
        customer_name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: std::collections::BTreeMap::new(),
        place: Place { file: "a.yaml".into(), line: 1 },
    }
}

fn adopt(
    orders: &[ObservedOrder],
    subscriptions: &[ObservedSubscription],
    state: &State,
    wanted: &[DesiredOrder],
) -> Adoption {
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    adoption(Estate { customer, name: "contoso", orders, subscriptions }, state, wanted)
}

/// Records what was adopted, and returns the manifests of it.
fn record(adoption: &Adoption, state: &mut State) -> Vec<DesiredOrder> {
    for one in adoption.orders.iter().filter(|one| one.origin != Origin::Recorded) {
        let (name, spec, order) = (one.name.clone(), Box::new(one.spec.clone()), one.order.clone());
        let kind = RecordKind::Adopted { name: name.clone(), spec, order };
        state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
        let kind = RecordKind::TermsKnown { name, terms: one.terms.clone() };
        state.fold(&Record { serial: state.serial + 1, time: None, kind }).unwrap();
    }
    adoption.orders.iter().map(|one| desired(one.name.as_str(), one.spec.clone())).collect()
}

fn names(adoption: &Adoption) -> Vec<&str> {
    adoption.orders.iter().map(|one| one.name.as_str()).collect()
}

fn reasons(adoption: &Adoption) -> Vec<(Option<usize>, &Why)> {
    adoption.left_out.iter().map(|one| (one.line, &one.why)).collect()
}

#[test]
fn both_generations_are_adopted_as_they_are_now_and_the_next_plan_keeps_them() {
    let orders = [order("b", 2, &[(LEGACY, 5, Some("S1"))]), order("a", 1, &[(MODERN, 5, Some("s2"))])];
    // Seats were added, and one was renamed; ids come back in another case.
    let mut renamed = subscription("s1", "b", 7, "suspended");
    renamed.friendly_name = Some("for the office".into());
    let mut state = empty();
    let adoption = adopt(&orders, &[renamed, subscription("s2", "a", 5, "active")], &state, &[]);
    assert_eq!(names(&adoption), ["contoso-exchange-online-plan-1", "contoso-exchange-online-plan-1-2"]);
    let line = |at: usize| &adoption.orders[at].spec.line_items[0];
    assert_eq!((line(0).quantity, line(0).friendly_name.as_deref()), (5, None));
    assert_eq!((line(1).quantity, line(1).friendly_name.as_deref()), (7, Some("for the office")));
    assert!(adoption.left_out.is_empty());
    let wanted = record(&adoption, &mut state);
    let plan = build(&wanted, &state);
    assert!(plan.is_settled() && plan.steps.iter().all(|step| matches!(step.action, Action::Keep { .. })));
}

#[test]
fn what_has_ended_is_left_out_and_the_rest_of_its_order_is_not() {
    let orders = [
        order("a", 1, &[(MODERN, 5, Some("a0")), (MODERN, 0, Some("a1")), (MODERN, 5, Some("a2"))]),
        order("b", 2, &[(MODERN, 5, Some("b0"))]),
        order("c", 3, &[(MODERN, 0, Some("c0"))]),
    ];
    let subscriptions = [
        subscription("a0", "a", 5, "active"),
        subscription("a1", "a", 0, "deleted"),
        subscription("a2", "a", 5, "expired"),
        subscription("b0", "b", 5, "disabled"),
    ];
    let adoption = adopt(&orders, &subscriptions, &empty(), &[]);
    assert_eq!(adoption.orders.len(), 1);
    assert_eq!(adoption.orders[0].spec.line_items.len(), 1);
    assert_eq!(adoption.orders[0].order.subscription_ids, [SubscriptionId::parse("a0").ok()]);
    let (expired, disabled) = (Why::Status("expired".into()), Why::Status("disabled".into()));
    assert_eq!(
        reasons(&adoption),
        [(Some(2), &Why::Cancelled), (Some(3), &expired), (None, &disabled), (None, &Why::Cancelled)]
    );
}

#[test]
fn what_no_order_can_be_written_for_is_left_out_with_its_reason() {
    let (mut trial, mut add_on) = (subscription("t", "t", 1, "active"), subscription("x", "x", 1, "active"));
    trial.is_trial = true;
    add_on.parent_id = SubscriptionId::parse("t").ok();
    let subscriptions =
        [trial, add_on, subscription("m", "other", 1, "active"), subscription("n", "gone", 1, "active")];
    for (lines, why) in [
        (("MS-AZR-0145P", "u", None), Why::Usage),
        (("DZH318Z0BPS6:0001:DZH318Z0BMJX", "u", Some("u")), Why::Usage),
        (("DZH318Z0BQ3Q:0047:DZH318Z0BQ3P", "r", None), Why::NoSubscription),
        ((MODERN, "y", None), Why::NotListed),
        ((LEGACY, "y", Some("nowhere")), Why::NotListed),
        ((MODERN, "t", Some("t")), Why::Trial),
        ((MODERN, "x", Some("x")), Why::AddOn),
        ((MODERN, "m", Some("m")), Why::Elsewhere(OrderId::parse("other").unwrap())),
    ] {
        let (offer, id, subscription) = lines;
        let adoption = adopt(&[order(id, 1, &[(offer, 1, subscription)])], &subscriptions, &empty(), &[]);
        assert!(adoption.orders.is_empty(), "{why:?}");
        assert_eq!(adoption.left_out[0].why, why);
        let transferred = Why::NoOrder(SubscriptionId::parse("n").unwrap());
        assert!(adoption.left_out.iter().any(|one| one.why == transferred));
    }
}

/// To adopt what could be an attempt in doubt would record one order twice, or hide that it was bought.
#[test]
fn what_could_be_an_attempt_in_doubt_is_not_adopted() {
    let mut state = empty();
    let attempt = Box::new(samples::attempt(5, &[1]));
    let kind = RecordKind::Intended { name: name("mine"), attempt };
    state.fold(&Record { serial: 2, time: None, kind }).unwrap();
    let orders = [order("a", 1, &[(LEGACY, 5, Some("s"))]), order("b", 1, &[(LEGACY, 6, Some("t"))])];
    let seen = [subscription("s", "a", 9, "active"), subscription("t", "b", 6, "active")];
    let adoption = adopt(&orders, &seen, &state, &[]);
    assert_eq!(adoption.orders.len(), 1);
    assert_eq!(reasons(&adoption), [(None, &Why::InDoubt(name("mine")))]);
}

#[test]
fn what_a_manifest_waits_to_buy_is_recorded_under_its_name() {
    let orders = [order("a", 1, &[(MODERN, 5, Some("s"))])];
    let seen = [subscription("s", "a", 7, "active")];
    let spec = |quantity| {
        adopt(&orders, &[subscription("s", "a", quantity, "active")], &empty(), &[]).orders[0].spec.clone()
    };
    // As it was ordered, and as it is now.
    for quantity in [5, 7] {
        let wanted = [desired("mine", spec(quantity))];
        let mut state = empty();
        let adoption = adopt(&orders, &seen, &state, &wanted);
        assert_eq!((names(&adoption), adoption.orders[0].origin), (vec!["mine"], Origin::Wanted));
        record(&adoption, &mut state);
        assert!(build(&wanted, &state).is_settled());
    }
    let mut other = spec(7);
    other.line_items[0].promotion_id = Some("P:1:X".into());
    let adoption = adopt(&orders, &seen, &empty(), &[desired("mine", other)]);
    assert_eq!(reasons(&adoption), [(None, &Why::CouldBe(name("mine")))]);
}

/// A run that was stopped between the record and its file is made whole by the next.
#[test]
fn what_is_recorded_is_not_recorded_again_and_gets_the_manifest_it_lacks() {
    let orders = [order("a", 1, &[(MODERN, 5, Some("s"))]), order("b", 2, &[(MODERN, 5, Some("t"))])];
    let seen = [subscription("s", "a", 5, "active"), subscription("t", "b", 5, "active")];
    let mut state = empty();
    let first = adopt(&orders, &seen, &state, &[]);
    let wanted = record(&first, &mut state);
    let again = adopt(&orders, &seen, &state, &wanted[..1]);
    assert_eq!(
        (names(&again), again.orders[0].origin),
        (vec!["contoso-exchange-online-plan-1-2"], Origin::Recorded)
    );
    assert_eq!(again.orders[0].spec, wanted[1].spec);
    assert_eq!(reasons(&again), [(None, &Why::Recorded(name("contoso-exchange-online-plan-1")))]);
}

/// A renewal may be an order of its own; what it renews is paid for once.
#[test]
fn one_subscription_is_adopted_with_one_order() {
    let orders = [order("a", 1, &[(MODERN, 5, Some("S"))]), order("b", 2, &[(MODERN, 5, Some("s"))])];
    let mut seen = subscription("s", "a", 5, "active");
    seen.order_id = None;
    let mut state = empty();
    let elsewhere = Why::Elsewhere(OrderId::parse("a").unwrap());
    let adoption = adopt(&orders, std::slice::from_ref(&seen), &state, &[]);
    assert_eq!((adoption.orders.len(), reasons(&adoption)), (1, vec![(None, &elsewhere)]));
    let wanted = record(&adoption, &mut state);
    // Later Partner Center says that it belongs to the renewal.
    seen.order_id = OrderId::parse("b").ok();
    let later = adopt(&orders, &[seen], &state, &wanted);
    assert!(later.orders.is_empty());
    assert_eq!(reasons(&later)[1], (None, &elsewhere));
}

#[test]
fn an_adoption_that_would_leave_something_to_do_is_not_proved() {
    let orders = [order("a", 1, &[(MODERN, 5, Some("s"))])];
    let seen = [subscription("s", "a", 5, "active")];
    let (before, mut after) = (empty(), empty());
    let wanted = record(&adopt(&orders, &seen, &before, &[]), &mut after);
    let customer = CustomerId::parse(CUSTOMER).unwrap();
    assert_eq!(not_kept(customer, (&[], &before), (&wanted, &after)), None);
    let mut other = wanted.clone();
    other[0].spec.line_items[0].quantity = 6;
    assert_eq!(not_kept(customer, (&[], &before), (&other, &after)), Some(wanted[0].name.clone()));
    // A manifest that was there already and says the same would be stopped by what was adopted.
    let there = [desired("there", wanted[0].spec.clone())];
    let both = [there[0].clone(), wanted[0].clone()];
    assert_eq!(not_kept(customer, (&there, &before), (&both, &after)), Some(name("there")));
}

#[test]
fn an_order_as_it_is_now_is_what_its_manifest_says() {
    let was = order("a", 1, &[(MODERN, 5, Some("s")), (MODERN, 2, Some("t"))]);
    let seen = [subscription("s", "a", 7, "active"), subscription("t", "a", 2, "expired")];
    let spec = adopt(std::slice::from_ref(&was), &seen, &empty(), &[]).orders[0].spec.clone();
    assert_eq!(was.likeness(&spec), Likeness::Different);
    assert_eq!(present(&was, &seen).unwrap().likeness(&spec), Likeness::Exact);
    assert_eq!(present(&was, &seen[..1]), None);
}

#[test]
fn an_order_with_two_lines_of_one_subscription_is_left_out() {
    let orders = [order("a", 1, &[(MODERN, 5, Some("s")), (MODERN, 3, Some("S"))])];
    let adoption = adopt(&orders, &[subscription("s", "a", 8, "active")], &empty(), &[]);
    assert_eq!(adoption.orders, []);
    assert!(matches!(reasons(&adoption)[..], [(None, Why::Unwritable(_))]), "{:?}", adoption.left_out);
}
