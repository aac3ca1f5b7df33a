//! Every variant in every format, and what must hold of all of them.

use super::samples::*;
use super::*;
use crate::apply::Outcome;
use crate::domain::*;
use crate::plan::Action;

fn shown(format: Format, look: Look, show: impl FnOnce(&mut dyn View)) -> String {
    let mut out = Vec::new();
    show(open(format, &mut out, look).as_mut());
    String::from_utf8(out).unwrap()
}

fn human(show: impl FnOnce(&mut dyn View)) -> String {
    shown(Format::Human, Look::default(), show)
}

fn json(show: impl FnOnce(&mut dyn View)) -> String {
    shown(Format::Json, Look::default(), show)
}

fn markdown(show: impl FnOnce(&mut dyn View)) -> String {
    shown(Format::Markdown, Look::default(), show)
}

fn everything(view: &mut dyn View) {
    let state = state();
    view.plan(&every_step()).unwrap();
    for event in every_event() {
        view.event(&event).unwrap();
    }
    for ended in every_end().ended {
        view.event(&Event::Ended(ended)).unwrap();
    }
    view.summary(&every_end()).unwrap();
    view.state_list(&state).unwrap();
    for name in state.orders.keys() {
        view.state_show(name, &state).unwrap();
    }
}

#[test]
fn human_plan() {
    insta::assert_snapshot!(human(|view| view.plan(&every_step()).unwrap()));
}

#[test]
fn an_ordinary_plan_has_one_line_an_order() {
    let mut board = step("fabrikam-board", 5, Action::Create);
    board.customer_name = Some("fabrikam".into());
    let doubt = Action::Settle { request_id: request() };
    let steps =
        vec![step("contoso-e3", 25, Action::Create), step("contoso-visio", 40, Action::Create), board];
    let mut steps = plan(steps);
    steps.steps.push(step("tailspin-visio", 1, doubt));
    insta::assert_snapshot!(human(|view| view.plan(&steps).unwrap()));
}

#[test]
fn human_plan_verbose() {
    let look = Look { verbose: true, ..Look::default() };
    let steps = vec![
        step("a-kept", 7, Action::Keep { order_id: OrderId::parse("5cf72f146960").unwrap() }),
        step("contoso-e3", 25, Action::Create),
    ];
    insta::assert_snapshot!(shown(Format::Human, look, |view| view.plan(&plan(steps)).unwrap()));
}

#[test]
fn a_plan_that_is_settled_is_one_line() {
    let kept = |n: &str| step(n, 7, Action::Keep { order_id: OrderId::parse("5cf72f146960").unwrap() });
    let text = human(|view| view.plan(&plan(vec![kept("a"), kept("b")])).unwrap());
    assert_eq!(text, "Nothing to do: 2 orders are as they should be\n");
    let text = human(|view| view.plan(&plan(vec![])).unwrap());
    assert_eq!(text, "Nothing to do: no manifest wants an order\n");
}

#[test]
fn human_events() {
    let look = Look { verbose: true, ..Look::default() };
    insta::assert_snapshot!(shown(Format::Human, look, |view| {
        every_event().iter().for_each(|event| view.event(event).unwrap());
        every_end().ended.into_iter().for_each(|ended| view.event(&Event::Ended(ended)).unwrap());
    }));
}

#[test]
fn human_summary() {
    insta::assert_snapshot!(human(|view| view.summary(&every_end()).unwrap()));
}

#[test]
fn a_run_without_anything_to_do_is_one_line() {
    let summary = Summary { kept: 4, ..Summary::default() };
    let text = human(|view| view.summary(&summary).unwrap());
    assert_eq!(text, "Nothing to do: 4 orders are as they should be\n");
}

#[test]
fn human_state() {
    insta::assert_snapshot!(human(|view| {
        let state = state();
        view.state_list(&state).unwrap();
        state.orders.keys().for_each(|name| view.state_show(name, &state).unwrap());
        view.state_show(&name("nobody"), &state).unwrap();
    }));
}

#[test]
fn json_plan() {
    insta::assert_snapshot!(json(|view| view.plan(&every_step()).unwrap()));
}

#[test]
fn json_run() {
    insta::assert_snapshot!(json(|view| {
        every_event().iter().for_each(|event| view.event(event).unwrap());
        every_end().ended.into_iter().for_each(|ended| view.event(&Event::Ended(ended)).unwrap());
        view.set_exit_code(4);
        view.summary(&every_end()).unwrap();
    }));
}

#[test]
fn json_state() {
    insta::assert_snapshot!(json(|view| {
        let state = state();
        view.state_list(&state).unwrap();
        view.state_show(&name("contoso-pending"), &state).unwrap();
        view.state_show(&name("nobody"), &state).unwrap();
    }));
}

#[test]
fn markdown_plan() {
    insta::assert_snapshot!(markdown(|view| view.plan(&every_step()).unwrap()));
}

#[test]
fn markdown_summary() {
    insta::assert_snapshot!(markdown(|view| view.summary(&every_end()).unwrap()));
}

#[test]
fn a_json_plan_is_one_document_and_a_run_one_object_a_line() {
    let text = json(|view| view.plan(&every_step()).unwrap());
    assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["steps"].as_array().unwrap().len(), every_step().steps.len());
    let text = json(|view| {
        every_end().ended.into_iter().for_each(|ended| view.event(&Event::Ended(ended)).unwrap());
        view.summary(&every_end()).unwrap();
    });
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["type"].is_string(), "{line}");
    }
}

#[test]
fn plans_and_summaries_fit_eighty_columns() {
    let text = human(|view| {
        view.plan(&every_step()).unwrap();
        view.summary(&every_end()).unwrap();
    });
    for line in text.lines() {
        assert!(text::width(line) <= 80, "{} columns: {line}", text::width(line));
    }
}

#[test]
fn text_is_the_same_without_its_colours() {
    let colored = shown(Format::Human, Look { color: true, ..Look::default() }, everything);
    assert!(colored.contains('\u{1b}'));
    let mut plain = String::new();
    let mut parts = colored.split("\u{1b}[");
    plain.push_str(parts.next().unwrap());
    for part in parts {
        plain.push_str(part.split_once('m').unwrap().1);
    }
    assert_eq!(plain, human(everything));
}

const HOSTILE: [&str; 7] = [
    "\u{1b}[2J\u{1b}]0;owned\u{7}",
    "gpj.\u{202e}exe\u{2066}\u{200b}",
    "a\r\n::set-env name=A::b\r::error::c",
    "::error::a ::warning::b  ::debug::c",
    "##vso[task.setvariable]x ##[error]y",
    "a | b `c` <img src=x onerror=1> [l](http://x) @team #1 **b** <!-- c -->",
    "\u{9b}31m\u{85}\u{7f}\u{2028}",
];

fn hostile_everything(view: &mut dyn View) {
    let long = "x".repeat(5000);
    for text in HOSTILE.iter().copied().chain([long.as_str()]) {
        let mut one = step("hostile", 5, Action::Create);
        one.customer_name = Some(text.into());
        one.spec.line_items[0].friendly_name = Some(text.into());
        one.spec.billing_cycle = Some(BillingCycle::Other(text.into()));
        let mut two = one.clone();
        two.spec.line_items.push(one.spec.line_items[0].clone());
        let differences = vec![crate::plan::Difference {
            field: format!("spec.lineItems[0].provisioningContext.{text}"),
            recorded: Some(text.into()),
            desired: None,
        }];
        let mut three = one.clone();
        three.action = Action::Blocked(crate::plan::Block::PendingDiffers(differences));
        view.plan(&plan(vec![one, two, three])).unwrap();
        let mut order =
            placed(&[SubscriptionId::parse("##vso[x]").ok().as_ref().map(SubscriptionId::as_str)]);
        order.order_id = OrderId::parse("::error::a|b").unwrap();
        order.etag = Some(text.into());
        let evidence = Evidence::Answer;
        let why = || text.to_owned();
        let ends: Vec<_> = [
            Outcome::Created { order, evidence },
            Outcome::InDoubt(crate::protocol::Doubt::Unanswered { why: why() }),
            Outcome::NotOrdered(NotOrdered::NotNow(why())),
            Outcome::NotOrdered(NotOrdered::Refused(ServiceError {
                status: 400,
                code: why(),
                description: Excerpt::of(text),
            })),
            Outcome::Stopped(crate::protocol::Obstacle::Unlisted { why: why() }),
            Outcome::Stopped(crate::protocol::Obstacle::AlreadyBought(vec![
                OrderId::parse("##vso[x]").unwrap(),
            ])),
            Outcome::NotAttempted(crate::apply::Skipped::SignIn(
                crate::domain::SignInRefused::saying(&why()),
            )),
            Outcome::NotAttempted(crate::apply::Skipped::NoRoom(why())),
        ]
        .into_iter()
        .map(|outcome| ended("hostile", outcome))
        .collect();
        for ended in &ends {
            view.event(&Event::Ended(ended.clone())).unwrap();
        }
        let wait = std::time::Duration::ZERO;
        view.event(&Event::Waiting { name: name("hostile"), wait, why: why() }).unwrap();
        view.event(&Event::Unrecorded { name: name("hostile"), request_id: request(), answer: why() })
            .unwrap();
        view.summary(&Summary { ended: ends, ..Summary::default() }).unwrap();
    }
}

#[test]
fn nobodys_text_gets_out_of_hand() {
    for format in [Format::Human, Format::Markdown, Format::Json] {
        for width in [20, 80] {
            let look = Look { width, verbose: true, ..Look::default() };
            let text = shown(format, look, hostile_everything);
            assert!(text.chars().all(|c| c == '\n' || !is_harmful(c)), "{format:?}");
            assert!(!text.contains("##"), "{format:?}");
            for line in text.lines() {
                assert!(!line.trim_start().starts_with("::"), "{format:?}: {line}");
            }
        }
    }
}

#[test]
fn markup_in_a_pull_request_stays_text() {
    let text = markdown(hostile_everything);
    // The mark is ours, and nobody else's text stands in it.
    let mark = |line: &&str| line.starts_with("<!-- orderform:plan ") && line.len() == 60;
    assert!(text.lines().any(|line| mark(&line)));
    for line in text.lines().filter(|line| !mark(line)) {
        // In HTML, every sign of a text is written as a number.
        let (before, inside, after) = match line.split_once("<summary><code>") {
            Some((before, rest)) => {
                let (inside, after) = rest.rsplit_once("</code>").expect("it is closed");
                (before, inside, after)
            }
            None => (line, "", ""),
        };
        assert!(!inside.contains(['<', '>', '@', '*', '[', '`', '"', '/']), "{line}");
        let outside = outside_of_code(before) + after;
        for live in ["<img", "<!--", "[l]", "@", "**b", "#1", "http"] {
            assert!(!outside.contains(live), "{live} in {line}");
        }
    }
}

/// Leaves code spans out, as CommonMark finds them.
fn outside_of_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('`') {
        outside.push_str(&rest[..start]);
        let fence = rest[start..].chars().take_while(|c| *c == '`').count();
        rest = &rest[start + fence..];
        let mut at = 0;
        loop {
            let open = at + rest[at..].find('`').expect("every span is closed");
            let run = rest[open..].chars().take_while(|c| *c == '`').count();
            at = open + run;
            if run == fence {
                break;
            }
        }
        rest = &rest[at..];
    }
    outside + rest
}
