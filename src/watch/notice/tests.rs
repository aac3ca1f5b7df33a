//! The laws of what is told.

use std::time::Duration;

use super::*;
use crate::apply::Tally;
use crate::domain::samples::{order, spec};
use crate::domain::{Evidence, Lineage, NotOrdered, PlacedOrder, Timestamp};
use crate::plan::Held;
use crate::protocol::Doubt;

fn report(number: u64, turn: Turn) -> Report {
    let (at, took) = (Timestamp::from_unix_ms(0), Duration::from_millis(7 * number));
    Report { number, at, took, counts: None, digest: None, deeds: crate::watch::Deeds::default(), turn }
}

fn name(text: &str) -> OrderName {
    OrderName::parse(text).unwrap()
}

fn ended(text: &str, outcome: Outcome) -> Ended {
    Ended {
        name: name(text),
        customer_id: spec(1).customer_id,
        customer_name: None,
        seats: 1,
        auto_renew: None,
        request_id: None,
        cancel_until: None,
        outcome,
    }
}

fn plan(steps: &[(&str, Action)]) -> Plan {
    let step = |(text, action): &(&str, Action)| Step {
        name: name(text),
        customer_id: spec(1).customer_id,
        customer_name: None,
        spec: spec(1),
        allow_duplicate: false,
        auto_renew: None,
        offers: std::collections::BTreeMap::new(),
        action: action.clone(),
    };
    let steps = steps.iter().map(step).collect();
    Plan {
        lineage: Lineage::from_random(1),
        serial: 1,
        steps,
        pins: None,
        costs: None,
        checks: None,
        limits: Vec::new(),
    }
}

fn created() -> Outcome {
    let order = PlacedOrder::from(&order("5cf72f146967", 5));
    Outcome::Created { order, evidence: Evidence::Answer }
}

fn held(pending: bool, why: Held) -> Action {
    Action::Blocked(Block::Held { pending, why })
}

const RIGHT: Manifests = Manifests::Right { orders: 1 };
const WRONG: Manifests = Manifests::Wrong { problems: 1, holding: Some(1) };

/// Takes one pass after the other, and gives the topics of those that are told.
fn told(passes: Vec<(Turn, Manifests, Plan, Vec<Ended>)>) -> Vec<(u64, Vec<Topic>)> {
    told_of(
        passes
            .into_iter()
            .map(|(turn, manifests, plan, ended)| (turn, manifests, Some(plan), ended))
            .collect(),
    )
}

/// The same of passes that may have no plan.
fn told_of(passes: Vec<(Turn, Manifests, Option<Plan>, Vec<Ended>)>) -> Vec<(u64, Vec<Topic>)> {
    let mut memory = Memory::default();
    let notices = (1..).zip(passes).map(|(number, (turn, manifests, plan, ended))| {
        Notice::of(&report(number, turn), manifests, plan.as_ref(), &ended)
    });
    let news = notices.filter_map(|notice| memory.news(notice));
    news.map(|notice| (notice.report.number, notice.topics.into_iter().collect())).collect()
}

fn applied(ended: Vec<Ended>) -> (Turn, Manifests, Plan, Vec<Ended>) {
    (Turn::Applied(Tally::default()), RIGHT, plan(&[]), ended)
}

fn planned(steps: &[(&str, Action)]) -> (Turn, Manifests, Plan, Vec<Ended>) {
    (Turn::Planned, RIGHT, plan(steps), Vec::new())
}

#[test]
fn where_nothing_changed_and_nothing_is_the_matter_nothing_is_told() {
    assert_eq!(told(vec![planned(&[]), planned(&[]), applied(vec![])]), []);
}

#[test]
fn what_is_to_be_done_is_told_once() {
    let two = [("a", Action::Create), ("b", Action::Create)];
    let passes = vec![planned(&two[..1]), planned(&two[..1]), planned(&two), planned(&[])];
    assert_eq!(told(passes), [(1, vec![Topic::Planned]), (3, vec![Topic::Planned])]);
}

#[test]
fn every_purchase_is_told_even_one_like_the_last() {
    let passes = vec![applied(vec![ended("a", created())]), applied(vec![ended("a", created())])];
    assert_eq!(told(passes), [(1, vec![Topic::Bought]), (2, vec![Topic::Bought])]);
}

#[test]
fn a_doubt_is_told_once_however_often_it_is_looked_at() {
    let young = |s| Outcome::InDoubt(Doubt::TooYoung { wait: Duration::from_secs(s) });
    let lost = Outcome::InDoubt(Doubt::Unanswered { why: "timeout".into() });
    let passes = vec![
        applied(vec![ended("a", lost)]),
        applied(vec![ended("a", young(99))]),
        planned(&[("a", held(true, Held::Resting))]),
        applied(vec![ended("a", young(1))]),
        applied(vec![ended("a", created())]),
    ];
    assert_eq!(told(passes), [(1, vec![Topic::Doubt]), (5, vec![Topic::Bought])]);
}

#[test]
fn a_refused_order_that_waits_is_no_news() {
    let refused = Outcome::NotOrdered(NotOrdered::Person);
    let passes = vec![applied(vec![ended("a", refused)]), planned(&[("a", held(false, Held::Refused))])];
    assert_eq!(told(passes), [(1, vec![Topic::Refused])]);
}

#[test]
fn put_off_is_told_once_and_refused_for_good_is_news_after_it() {
    let put_off = |why: &str| applied(vec![ended("a", Outcome::NotOrdered(NotOrdered::NotNow(why.into())))]);
    let over = |why| planned(&[("a", held(false, why))]);
    let passes = vec![
        put_off("busy"),
        over(Held::Resting),
        put_off("no network"),
        applied(vec![ended("a", Outcome::NotOrdered(NotOrdered::Person))]),
        over(Held::Refused),
        over(Held::Resting),
        over(Held::Refused),
    ];
    assert_eq!(told(passes), [(1, vec![Topic::Refused]), (4, vec![Topic::Refused])]);
}

#[test]
fn what_was_mended_and_is_refused_again_is_news_again() {
    let refused = || applied(vec![ended("a", Outcome::NotOrdered(NotOrdered::ListedNowhere("400".into())))]);
    let waits = || planned(&[("a", held(false, Held::Refused))]);
    let passes = vec![refused(), waits(), refused(), waits(), waits()];
    assert_eq!(told(passes), [(1, vec![Topic::Refused]), (3, vec![Topic::Refused])]);
}

#[test]
fn passes_that_fail_in_between_make_no_news_of_orders() {
    let failed = || (Turn::Failed { why: "no network".into() }, RIGHT, None, Vec::new());
    let stuck = || {
        let steps = [
            ("a", held(true, Held::Resting)),
            ("b", Action::Blocked(Block::PendingWithoutManifest)),
            ("c", held(false, Held::Resting)),
        ];
        (Turn::Planned, RIGHT, Some(plan(&steps)), Vec::new())
    };
    let passes = vec![stuck(), failed(), stuck(), failed(), failed(), stuck(), stuck()];
    let expected = [
        (1, vec![Topic::Doubt, Topic::Blocked]),
        (2, vec![Topic::Failed]),
        (3, vec![Topic::Recovered]),
        (4, vec![Topic::Failed]),
        (6, vec![Topic::Recovered]),
    ];
    assert_eq!(told_of(passes), expected);
}

/// Else whoever wants to hear of doubts alone hears of one whenever anything else is bought.
#[test]
fn what_was_told_is_not_told_again_because_something_else_is_news() {
    let lost = || ended("a", Outcome::InDoubt(Doubt::Strict));
    let passes = vec![applied(vec![lost()]), applied(vec![lost(), ended("b", created())])];
    assert_eq!(told(passes), [(1, vec![Topic::Doubt]), (2, vec![Topic::Bought])]);
}

#[test]
fn trouble_is_told_once_and_so_is_its_end() {
    let failed = |why: &str| (Turn::Failed { why: why.into() }, RIGHT, plan(&[]), Vec::new());
    let passes = vec![
        failed("no network"),
        failed("no network"),
        failed("no disk"),
        planned(&[]),
        planned(&[]),
        (Turn::Planned, WRONG, plan(&[]), Vec::new()),
        (Turn::Planned, WRONG, plan(&[]), Vec::new()),
        applied(vec![ended("a", created())]),
    ];
    let expected = [
        (1, vec![Topic::Failed]),
        (3, vec![Topic::Failed]),
        (4, vec![Topic::Recovered]),
        (6, vec![Topic::Invalid]),
        (8, vec![Topic::Bought, Topic::Recovered]),
    ];
    assert_eq!(told(passes), expected);
}

#[test]
fn the_most_urgent_orders_come_first() {
    let lost = Outcome::InDoubt(Doubt::Strict);
    let ends = [ended("a", created()), ended("b", Outcome::NotOrdered(NotOrdered::Person)), ended("c", lost)];
    let notice = Notice::of(&report(1, Turn::Applied(Tally::default())), RIGHT, None, &ends);
    let names: Vec<&str> = notice.matters.iter().map(|matter| matter.name.as_str()).collect();
    assert_eq!(names, ["c", "b", "a"]);
}
