//! The laws of notifications: small enough, harmless, and right by their schema, whatever happened.

use std::time::Duration;

use serde_json::Value;

use super::*;
use crate::apply::{Ended, Outcome, Tally};
use crate::domain::{Excerpt, NotOrdered, ServiceError, Timestamp};
use crate::plan::{Counts, Plan};
use crate::view::notification_schema;
use crate::view::samples::{ended, every_end, every_step};
use crate::watch::{Manifests, Memory, Report, Turn};

/// What people have tried: mentions, links, markup, functions of cards, and what moves a terminal.
const HOSTILE: &str = "<!channel> <@U1> <https://evil.example|x> <at>all</at> [x](https://evil.example) **b** `c` {{DATE(2017-02-14T06:00:00Z)}} {{{{TIME(x)}} *b* _i_ ~s~ &lt; \u{1b}[2J \u{202e}";

fn status() -> Status {
    let began = Timestamp::from_unix_ms(1_763_805_600_000);
    Status::new("kim@here, process 7".into(), "test".into(), "licences".into(), began, true)
}

fn report(turn: Turn) -> Report {
    let at = Timestamp::from_unix_ms(1_763_805_600_000);
    let counts = Some(Counts { create: 2, create_seats: 12, keep: 7, ..Counts::default() });
    Report {
        number: 7,
        at,
        took: Duration::from_millis(420),
        counts,
        digest: None,
        deeds: crate::watch::Deeds::default(),
        turn,
    }
}

const RIGHT: Manifests = Manifests::Right { orders: 9 };

fn applied(ended: &[Ended]) -> Notice {
    let tally = Tally { created: 2, unknown: 1, ..Tally::default() };
    Notice::of(&report(Turn::Applied(tally)), RIGHT, None, ended)
}

fn planned(turn: Turn, plan: &Plan) -> Notice {
    Notice::of(&report(turn), Manifests::Wrong { problems: 2, holding: Some(9) }, Some(plan), &[])
}

/// A notice of every kind, with every end and every step.
fn every_notice() -> Vec<Notice> {
    let failed = Notice::of(&report(Turn::Failed { why: HOSTILE.into() }), RIGHT, None, &[]);
    let held = planned(Turn::Held { why: vec![HOSTILE.into(), "a limit".into()] }, &every_step());
    let mut memory = Memory::default();
    memory.news(failed.clone()).unwrap();
    let recovered = memory.news(applied(&[])).unwrap();
    vec![failed, held, planned(Turn::Planned, &every_step()), applied(&every_end().ended), recovered]
}

fn refused(number: usize, why: &str) -> Ended {
    let error = ServiceError { status: 400, code: why.into(), description: Excerpt::of(why) };
    let mut ended = ended(&format!("order-{number}"), Outcome::NotOrdered(NotOrdered::Refused(error)));
    ended.customer_name = None;
    ended
}

/// Returns every text of a document.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

const SHAPES: [Shape; 3] = [Shape::Json, Shape::Teams, Shape::Slack];

#[test]
fn each_shape_says_the_same() {
    let lost = every_end().ended.into_iter().find(|one| one.name.as_str() == "d1-unanswered").unwrap();
    let bought = every_end().ended.into_iter().find(|one| one.name.as_str() == "c1-answered").unwrap();
    let notice = applied(&[bought, lost, refused(1, "the offer <b> is `gone`")]);
    for (name, shape) in Shape::ALL {
        let document: Value = serde_json::from_str(&notification(shape, &notice, &status())).unwrap();
        insta::assert_snapshot!(format!("notice_{name}"), format!("{document:#}"));
    }
}

#[test]
fn every_notice_is_right_by_its_schema() {
    let schema: Value = serde_json::from_str(&notification_schema()).unwrap();
    jsonschema::draft7::meta::validate(&schema).unwrap();
    let schema = jsonschema::draft7::new(&schema).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for notice in every_notice() {
        let document: Value = serde_json::from_str(&notification(Shape::Json, &notice, &status())).unwrap();
        let errors: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{document:#}");
        seen.extend(notice.topics);
    }
    assert_eq!(seen.len(), crate::domain::Topic::ALL.len(), "{seen:?}");
    assert!(!schema.is_valid(&serde_json::json!({ "type": "orderform.pass" })));
}

#[test]
fn however_many_orders_there_are_a_message_is_as_short_as_its_receiver_takes() {
    let long = "x<&>`\u{1F600}".repeat(60);
    let ends: Vec<Ended> = (0..5_000).map(|number| refused(number, &long)).collect();
    let notice = applied(&ends);
    for (shape, most) in
        [(Shape::Teams, teams::MOST_BYTES), (Shape::Slack, slack::MOST_BYTES), (Shape::Json, 250_000)]
    {
        let message = notification(shape, &notice, &status());
        assert!(message.len() <= most, "{shape:?}: {}", message.len());
        let document: Value = serde_json::from_str(&message).unwrap();
        let said = texts(&document).join("\n");
        assert!(shape == Shape::Json || said.contains(" more orders"), "{said}");
    }
    let document: Value = serde_json::from_str(&notification(Shape::Slack, &notice, &status())).unwrap();
    let blocks = document["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50 && blocks.len() > 3, "{}", blocks.len());
    assert!(texts(&document).iter().all(|text| text.chars().count() <= 3000));
    let json: Value = serde_json::from_str(&notification(Shape::Json, &notice, &status())).unwrap();
    assert_eq!(
        (json["data"]["orders"].as_array().unwrap().len(), &json["data"]["more"]),
        (100, &4900.into())
    );
}

#[test]
fn no_text_of_others_is_a_mention_a_link_or_markup() {
    let mut notices = every_notice();
    notices.push(applied(&[refused(1, HOSTILE)]));
    let mut status = status();
    (status.path, status.who) = (HOSTILE.into(), HOSTILE.into());
    for (notice, shape) in notices.iter().flat_map(|notice| SHAPES.map(|shape| (notice, shape))) {
        let message = notification(shape, notice, &status);
        assert!(!message.chars().any(crate::domain::is_harmful), "{message}");
        let document: Value = serde_json::from_str(&message).unwrap();
        match shape {
            Shape::Json => {}
            // `TextRun` knows no markup; what it does know are functions.
            Shape::Teams => {
                assert!(!message.contains("\"TextBlock\"") && !message.contains("entities"), "{message}");
                assert!(!texts(&document).iter().any(|text| text.contains("{{")), "{message}");
            }
            Shape::Slack => {
                for text in texts(&document) {
                    assert!(!text.contains(['<', '>']), "{text}");
                    // Between backticks nothing is markup: outside of them there is no text of others.
                    let outside: String = text.split('`').step_by(2).collect();
                    assert!(!outside.contains("evil") && !outside.contains("_i_"), "{text}");
                    assert_eq!(text.matches('`').count() % 2, 0, "{text}");
                }
            }
        }
    }
}
