//! What must hold of the page of a watcher, whatever is in it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::super::page::{LIVE_SCRIPT, LIVE_STYLE, SCRIPT, STYLE};
use super::*;
use crate::apply::Tally;
use crate::plan::{Action, Plan};
use crate::view::samples::{every_step, plan, saved_plan_of, state, step};
use crate::watch::{Deeds, Manifests, Picture, Report, Standing, Turn};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-22T10:20:00Z").unwrap()
}

fn watching(plan: Plan) -> Status {
    let begun = now().before(Duration::from_secs(9000));
    let mut status = Status::new("kim on here".into(), "test".into(), "licences".into(), begun, true);
    let picture = Picture::new(plan, Arc::new(state()), None, now());
    let applied = Turn::Applied(Tally { created: 1, created_seats: 25, unknown: 1, ..Tally::default() });
    let held = Turn::Held { why: vec!["`stop` is there".into()] };
    for (number, turn) in (1..).zip([Turn::Planned, held, Turn::Failed { why: "no network".into() }, applied])
    {
        let deeds = Deeds::of(&picture.plan, &picture.state, &turn);
        let (at, took) = (now().before(Duration::from_secs(500 - number)), Duration::from_millis(1234));
        let counts = Some(picture.plan.counts());
        status.add(Report { number, at, took, counts, digest: None, deeds, turn }, Some(took));
    }
    status.manifests = Manifests::Right { orders: 17 };
    status.picture = Some(Arc::new(picture));
    status
}

fn page(status: &Status, query: &str) -> String {
    watch_page(status, now(), &Asked::of_query(query))
}

/// Returns the content without styles and scripts.
fn content(page: &str) -> String {
    [STYLE, LIVE_STYLE, SCRIPT, LIVE_SCRIPT].iter().fold(page.to_owned(), |page, text| page.replace(text, ""))
}

fn to_buy(orders: usize) -> Status {
    watching(plan((0..orders).map(|n| step(&format!("order-{n:04}"), 5, Action::Create)).collect()))
}

#[test]
fn the_page_of_a_watcher_that_met_everything() {
    let page = content(&page(&watching(saved_plan_of(every_step()).plan), ""));
    let (before, after) = page.split_once("default-src").unwrap();
    let page = format!("{before}{}", after.split_once("connect-src").unwrap().1);
    insta::assert_snapshot!(page.replace("><", ">\n<"));
}

#[test]
fn the_policy_lets_nothing_through_but_what_stands_in_the_page_and_who_served_it() {
    let page = page(&to_buy(1), "");
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap();
    let policy = policy.split('"').next().unwrap();
    let rules: BTreeMap<&str, &str> = policy.split("; ").map(|rule| rule.split_once(' ').unwrap()).collect();
    for (rule, value) in rules {
        match rule {
            "connect-src" | "form-action" => assert_eq!(value, "'self'"),
            "default-src" | "base-uri" => assert_eq!(value, "'none'"),
            "script-src" | "style-src" => {
                assert_eq!(value.split(' ').filter(|hash| hash.starts_with("'sha256-")).count(), 2);
                assert_eq!(value.split(' ').count(), 2);
            }
            other => panic!("{other}"),
        }
    }
    assert!(!content(&page).contains(" style=") && !content(&page).contains(" onclick="));
}

#[test]
fn however_many_orders_there_are_a_page_holds_no_more_than_its_part() {
    let few = page(&to_buy(100), "").matches('<').count();
    let many = to_buy(5000);
    for query in ["", "page=50", "page=51", "page=999999", "show=buy", "sort=-seats"] {
        let page = page(&many, query);
        assert_eq!(page.matches("<tr data-order").count(), list::PER_PAGE, "{query}");
        assert!(page.matches('<').count() < few + 100 && page.len() < 300_000, "{query}");
    }
    assert!(page(&many, "page=999999").contains("Page 50 of 50"));
}

#[test]
fn what_is_searched_for_is_in_every_order_that_is_listed() {
    let mut plan = plan((0..300).map(|n| step(&format!("order-{n:04}"), n, Action::Create)).collect());
    plan.steps[7].customer_name = Some("Fabrikam".into());
    plan.steps[8].spec.line_items[0].friendly_name = Some("<b>Büro".into());
    let status = watching(plan);
    for (query, names) in [
        ("search=ORDER-0007", &["order-0007"][..]),
        ("search=fabrikam+order", &["order-0007"]),
        ("search=%3Cb%3Eb%C3%BCro", &["order-0008"]),
        ("search=fabrikam+b%C3%BCro", &[]),
        ("search=order-00&sort=-seats&page=2", &[]),
    ] {
        let page = page(&status, query);
        let found: Vec<&str> = page
            .split("<tr data-order><th scope=\"row\">")
            .skip(1)
            .filter_map(|row| row.split('<').next())
            .collect();
        match names {
            [] if query.contains("sort") => {
                assert_eq!((found.len(), found[0]), (100, "order-0000"), "{query}");
                assert!(page.contains("100 of 300 orders"), "{query}");
            }
            names => assert_eq!(found, *names, "{query}"),
        }
        assert!(!page.contains("<b>"));
    }
}

#[test]
fn what_is_worst_comes_first() {
    let calm = watching(plan(vec![]));
    let title = |change: &dyn Fn(&mut Status)| {
        let mut status = calm.clone();
        change(&mut status);
        let page = page(&status, "");
        page.split("<h1>").nth(1).unwrap().split('<').next().unwrap().to_owned()
    };
    let wrong = |status: &mut Status| status.manifests = Manifests::Wrong { problems: 1, holding: Some(1) };
    let held = |status: &mut Status| status.holds = vec!["frozen".into()];
    assert_eq!(title(&|_| {}), "In step");
    assert_eq!(title(&held), "Nothing is bought at the moment");
    assert_eq!(title(&|status| (held(status), wrong(status)).0), "The manifests are wrong");
    let ended = |status: &mut Status| status.standing = Standing::Ended;
    assert_eq!(title(&|status| (wrong(status), ended(status)).0), "This watcher has ended");
    let doubt = step("contoso-pending", 1, Action::Settle { request_id: crate::view::samples::request() });
    let doubt = page(&watching(plan(vec![doubt, step("new", 3, Action::Create)])), "");
    assert!(doubt.contains("<h1>1 order in doubt</h1>") && doubt.contains("1 order to buy, 3 seats."));
}

#[test]
fn an_order_that_its_pass_bought_is_not_to_buy_any_more() {
    // Both are in the state: one was bought by the pass that planned to, the other has no answer yet.
    let steps = vec![step("contoso-e3", 25, Action::Create), step("contoso-pending", 5, Action::Create)];
    let page = page(&watching(plan(steps)), "");
    assert!(page.contains("<h1>1 order in doubt</h1>"));
    for (show, orders) in [("buy", 0), ("doubt", 1), ("recorded", 1)] {
        let figure = format!("<a href=\"?show={show}#orders\">{orders}</a>");
        assert!(page.contains(&figure), "{figure}");
    }
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    for status in [watching(every_step()), to_buy(3), watching(plan(vec![]))] {
        let page = content(&page(&status, ""));
        let levels = page.split("<h").skip(1).filter_map(|rest| rest.chars().next()?.to_digit(10));
        let mut before = 0;
        for level in levels {
            assert!(level <= before + 1, "h{level} follows h{before}");
            before = level;
        }
        assert_eq!(page.matches("<h1>").count(), 1);
    }
}
