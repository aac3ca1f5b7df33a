//! What is frozen and when, order by order.

use super::*;
use crate::domain::samples::spec;
use crate::domain::{
    Generation, Lineage, OrderName, Place, Record, RecordKind, RequestId, State, TimeWindow, Zone,
};
use crate::plan::build;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn order(name: &str, region: &str) -> DesiredOrder {
    let mut spec = spec(5);
    spec.line_items[0].friendly_name = Some(name.to_owned());
    DesiredOrder {
        name: OrderName::parse(name).unwrap(),
        spec,
        customer_name: None,
        formerly: None,
        allow_duplicate: false,
        auto_renew: None,
        labels: [("region".to_owned(), region.to_owned())].into(),
        place: Place { file: "a.yaml".into(), line: 1 },
    }
}

fn freeze(reason: &str, until: Option<i64>, region: Option<&str>) -> Freeze {
    let labels = region.map(|region| ("region".to_owned(), region.to_owned())).into_iter().collect();
    Freeze { reason: reason.to_owned(), until: until.map(at), customers: Default::default(), labels }
}

fn nothing() -> State {
    let kind = RecordKind::Genesis { lineage: Lineage::from_random(1), tool: "test".into() };
    State::begin(&Record { serial: 1, time: None, kind }).unwrap()
}

/// What of a plan is frozen at an instant: the name, the reason and the end.
fn frozen_at(freezes: &[Freeze], now: i64) -> Vec<(String, String, Option<i64>)> {
    let desired = [order("a", "emea"), order("b", "apac")];
    let (plan, _) = frozen(build(&desired, &nothing()), &desired, freezes, at(now));
    let steps = plan.steps.into_iter().filter_map(|step| match step.action {
        Action::Blocked(Block::Frozen { reason, until }) => {
            Some((step.name.to_string(), reason, until.map(Timestamp::unix_ms)))
        }
        _ => None,
    });
    steps.collect()
}

#[test]
fn what_a_freeze_is_of_is_not_bought_until_it_is_over() {
    let emea = [freeze("audit", Some(1000), Some("emea"))];
    assert_eq!(frozen_at(&emea, 999), [("a".into(), "audit".into(), Some(1000))]);
    assert_eq!(frozen_at(&emea, 1000), []);
    assert_eq!(frozen_at(&[freeze("all", None, None)], i64::from(u32::MAX)).len(), 2);
}

#[test]
fn of_several_freezes_the_one_that_is_over_last_is_told_of() {
    let both = [
        freeze("first", Some(1000), None),
        freeze("last", Some(2000), None),
        freeze("same", Some(2000), None),
    ];
    assert_eq!(frozen_at(&both, 0)[0], ("a".into(), "last".into(), Some(2000)));
    let open = [freeze("for ever", None, Some("emea")), freeze("short", Some(1000), None)];
    assert_eq!(frozen_at(&open, 0)[0], ("a".into(), "for ever".into(), None));
    assert_eq!(frozen_at(&open, 0)[1], ("b".into(), "short".into(), Some(1000)));
}

#[test]
fn only_what_would_be_bought_is_blocked_and_the_rest_of_the_plan_is_as_it_was() {
    let desired = [order("a", "emea"), order("b", "apac")];
    let plan = build(&desired, &nothing());
    let (same, holding) = frozen(plan.clone(), &desired, &[], at(0));
    assert_eq!((same, holding), (plan.clone(), Holding::default()));
    let request_id = RequestId::derive(Lineage::from_random(1), &desired[0].name, Generation(1), "");
    let settles = Action::Settle { request_id };
    let mut pending = plan;
    pending.steps[0].action = settles.clone();
    let (after, holding) = frozen(pending, &desired, &[freeze("audit", None, None)], at(0));
    assert_eq!(after.steps[0].action, settles, "settling goes on");
    assert!(holding.holds(&desired[0].name, Some(at(0))).is_some(), "and sends nothing");
}

#[test]
fn before_a_send_whatever_could_hold_it_does_where_the_time_is_not_known() {
    let name = OrderName::parse("a").unwrap();
    let desired = [order("a", "emea")];
    let holding = Holding::of(&desired, &[freeze("audit", Some(1000), None)]);
    let frozen = Some(Block::Frozen { reason: "audit".into(), until: Some(at(1000)) });
    assert_eq!((holding.holds(&name, None), holding.holds(&name, Some(at(999)))), (frozen.clone(), frozen));
    assert_eq!(holding.holds(&name, Some(at(1000))), None);
    let hour = TimeWindow { days: [true; 7], from: 60, to: 120, zone: Zone::named("UTC").unwrap() };
    let holding = Holding { windows: Windows(vec![hour]), ..Holding::default() };
    let outside = |opens| Some(Block::Held { pending: false, why: Held::OutsideWindows { opens } });
    assert_eq!(holding.holds(&name, None), outside(None));
    assert_eq!(holding.holds(&name, Some(at(0))), outside(Some(at(3_600_000))));
    assert_eq!(holding.holds(&name, Some(at(3_600_000))), None);
}

#[test]
fn the_next_thaw_is_of_an_order_that_is_wanted() {
    let desired = [order("a", "emea")];
    let thaw = |freezes: &[Freeze], now| thaws(&desired, freezes, at(now)).map(Timestamp::unix_ms);
    let freezes =
        [freeze("x", Some(1000), Some("apac")), freeze("y", Some(3000), None), freeze("z", Some(2000), None)];
    assert_eq!(
        (thaw(&freezes, 0), thaw(&freezes, 2000), thaw(&freezes, 3000)),
        (Some(2000), Some(3000), None)
    );
}
