//! `spec.notify`: who is told what a watcher does, once, signed, and without holding anything up.

use std::process::Command;
use std::sync::mpsc;

use rustix::process::Signal;
use serde_json::Value;

use super::receiver::{Receiver, base64, status};
use super::running::Running;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

const LIMITS: &str =
    "  limits:\n    ordersPerHour: 50\n    ordersPerDay: 50\n    seatsPerHour: 500\n    seatsPerDay: 500\n";
const WATCH: [&str; 5] = ["watch", ".", "--auto-apply", "--settle-after", "1h"];
const KEY: [u8; 32] = *b"canary-key-of-thirty-two-bytes-.";

/// A stage with an order, whose project has limits and names receivers.
fn stage(receivers: &str) -> Stage {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}  notify:\n{receivers}"));
    stage
}

/// Adds limits to the project that `init` made.
pub(super) fn limit(stage: &Stage) {
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &(project.trim_end().to_owned() + "\n" + LIMITS));
}

fn receiver(name: &str, shape: &str, more: &str) -> String {
    let variable = name.to_uppercase();
    format!("    - name: {name}\n      urlFrom: {variable}_URL\n      shape: {shape}\n{more}")
}

fn watch(stage: &Stage, environment: &[(&str, &str)]) -> Command {
    let mut command = stage.command(&WATCH);
    command.env_remove("ORDERFORM_LOG").env_remove("ORDERFORM_LOG_PATH");
    command.envs(environment.iter().copied());
    command
}

fn end(watch: Running) -> super::stage::Ran {
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

fn topics(document: &Value) -> Vec<&str> {
    document["data"]["topics"].as_array().unwrap().iter().map(|topic| topic.as_str().unwrap()).collect()
}

#[test]
fn a_purchase_is_told_to_everybody_once_each_in_its_shape_and_signed() {
    let receivers = [
        receiver("desk", "json", "      secretFrom: DESK_SECRET\n"),
        receiver("team", "teams", ""),
        receiver("chat", "slack", ""),
    ];
    let stage = stage(&receivers.concat());
    let _shop = stage.open_shop("", &[]);
    let [desk, team, chat] = [(), (), ()].map(|()| Receiver::open(|_| status(202)));
    let secret = format!("whsec_{}", base64(&KEY));
    let urls = [&desk, &team, &chat].map(|receiver| format!("{}/hooks/1?sig=2", receiver.url));
    let environment = [
        ("DESK_URL", &*urls[0]),
        ("TEAM_URL", &*urls[1]),
        ("CHAT_URL", &*urls[2]),
        ("DESK_SECRET", &*secret),
        ("ORDERFORM_LOG", "orderform=debug"),
    ];
    let mut watch = Running::start(&mut watch(&stage, &environment));
    watch.wait_for_print("pass 1: 1 order created");
    let came = desk.next();
    assert!(came.is_signed_by(&KEY) && !came.is_signed_by(b"another key"), "{came:?}");
    assert_eq!((came.path.as_str(), came.header("content-type")), ("/hooks/1?sig=2", "application/json"));
    let document = came.json();
    assert_eq!(topics(&document), ["bought"]);
    assert_eq!(
        (&document["type"], &document["data"]["orders"][0]["name"]),
        (&"orderform.pass".into(), &"a".into())
    );
    let ledger = stage.ledger();
    assert_eq!(document["data"]["orders"][0]["orderId"], ledger[0]["orderId"], "{ledger:?}");
    assert_eq!(team.next().json()["attachments"][0]["content"]["type"], "AdaptiveCard");
    assert_eq!(chat.next().json()["text"], "*1 order created*");
    (0..3).for_each(|_| drop(watch.wait_for("notified")));
    // Looked at again, and nothing is otherwise.
    watch.signal(Signal::HUP);
    watch.wait_for_print("0 to buy, 0 to settle, 1 unchanged");
    end(watch);
    assert!([desk, team, chat].iter().all(|receiver| receiver.rest().is_empty()));
    let told: Value = serde_json::from_slice(&std::fs::read(stage.state("status.json")).unwrap()).unwrap();
    assert_eq!((&told["totals"]["notified"], &told["totals"]["notNotified"]), (&3.into(), &0.into()));
}

#[test]
fn a_purchase_is_told_and_counted_although_the_checkpoint_cannot_be_written() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("faults: [{ on: create, times: 1, do: { delay: 1s } }]", &[]);
    let desk = Receiver::open(|_| status(200));
    let mut command = watch(&stage, &[("DESK_URL", &desk.url)]);
    let mut watch = Running::start(command.arg("--verbose"));
    watch.wait_for("sending a");
    std::fs::remove_file(stage.state("state.json")).unwrap();
    std::fs::create_dir(stage.state("state.json")).unwrap();
    watch.wait_for_print("pass 1: ");
    let document = desk.next().json();
    assert_eq!(topics(&document), ["bought"]);
    let ran = end(watch);
    assert!(ran.stdout.contains("pass 1: 1 order created"), "{ran:?}");
    assert!(ran.stderr.contains("warning: every order is recorded in the journal"), "{ran:?}");
    let told: Value = serde_json::from_slice(&std::fs::read(stage.state("status.json")).unwrap()).unwrap();
    assert_eq!((&told["totals"]["created"], &told["totals"]["posts"]), (&1.into(), &1.into()));
    stage.bought(1);
}

#[test]
fn whoever_wants_to_hear_of_doubts_hears_of_nothing_else() {
    let stage = stage(&receiver("desk", "json", "      on: [doubt]\n"));
    let lose = "faults:\n  - { on: create, match: { customer: f81d98dd-c2f4-499e-a194-5619e260344e }, do: lose-answer-after }\n";
    let _shop = stage.open_shop(lose, &["--no-audit"]);
    let desk = Receiver::open(|_| status(200));
    let mut watch = Running::start(&mut watch(&stage, &[("DESK_URL", &desk.url)]));
    watch.wait_for_print("pass 1: 1 order created");
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("pass 2: 0 orders created, 1 in doubt");
    // Looked at again, it is as much in doubt as it was.
    watch.signal(Signal::HUP);
    watch.wait_for_print("pass 3: ");
    let document = desk.next().json();
    assert_eq!((topics(&document), &document["data"]["pass"]["number"]), (vec!["doubt"], &2.into()));
    assert_eq!(document["data"]["orders"][0]["reason"]["code"], "unanswered");
    end(watch);
    assert_eq!(desk.rest().len(), 0);
}

#[test]
fn a_receiver_that_does_not_answer_holds_up_no_pass() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let (release, released) = mpsc::channel::<()>();
    let desk = Receiver::open(move |_| {
        released.recv().unwrap();
        status(200)
    });
    let mut watch = Running::start(&mut watch(&stage, &[("DESK_URL", &desk.url)]));
    watch.wait_for_print("pass 1: 1 order created");
    desk.next();
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("pass 2: 1 order created");
    stage.bought(2);
    watch.signal(Signal::TERM);
    release.send(()).unwrap();
    release.send(()).unwrap();
    assert_eq!(watch.finish().code, 0);
    assert_eq!(desk.next().json()["data"]["pass"]["number"], 2);
}

#[test]
fn what_is_not_taken_is_sent_again_under_its_id() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let desk = Receiver::open(|number| status(if number == 1 { 503 } else { 200 }));
    let mut watch = Running::start(&mut watch(&stage, &[("DESK_URL", &desk.url)]));
    watch.wait_for_print("pass 1: 1 order created");
    let [first, second] = [(), ()].map(|()| desk.next());
    assert_eq!((first.header("webhook-id"), &first.body), (second.header("webhook-id"), &second.body));
    let said = end(watch).stderr;
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn a_redirect_is_not_followed_and_whoever_is_gone_is_left_alone() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let elsewhere = Receiver::open(|_| status(200));
    let location = format!("Location: {}/\r\nConnection", elsewhere.url);
    let desk = Receiver::open(move |number| match number {
        1 => status(307).replace("Connection", &location),
        _ => status(410),
    });
    let mut watch = Running::start(&mut watch(&stage, &[("DESK_URL", &desk.url)]));
    watch.wait_for(
        "receiver `desk` did not take a notification: it answered 307, and no redirect is followed",
    );
    for (number, name) in [(2, "b"), (3, "c")] {
        stage.write(&format!("{name}.yaml"), &order(name, FABRIKAM, number));
        watch.wait_for("receiver `desk` takes no notifications any more (410)");
    }
    end(watch);
    assert_eq!((desk.rest().len(), elsewhere.rest().len()), (2, 0));
    let told: Value = serde_json::from_slice(&std::fs::read(stage.state("status.json")).unwrap()).unwrap();
    assert_eq!(told["totals"]["notNotified"], 3);
}

/// Adds a receiver to those that the project names last.
fn add(stage: &Stage, receiver: &str) {
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &(project + receiver));
}

#[test]
fn a_variable_that_a_change_lacks_is_said_once_and_those_of_before_are_told() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let desk = Receiver::open(|_| status(200));
    let mut watch = Running::start(&mut watch(&stage, &[("DESK_URL", &desk.url)]));
    watch.wait_for_print("pass 1: 1 order created");
    add(&stage, &receiver("chat", "slack", ""));
    watch.wait_for("`CHAT_URL`, which holds its URL, is not set");
    for (number, name) in [(2, "b"), (3, "c")] {
        stage.write(&format!("{name}.yaml"), &order(name, FABRIKAM, number));
        watch.wait_for_print(": 1 order created");
        stage.bought(usize::try_from(number).unwrap());
    }
    (1..=3).for_each(|_| drop(desk.next()));
    let ran = end(watch);
    assert_eq!(ran.stderr.matches("`CHAT_URL`").count(), 1, "{}", ran.stderr);
}

/// Whoever is gone is left alone until the watcher begins anew: that shows that it is still the same one.
#[test]
fn whom_a_change_leaves_as_they_are_nobody_begins_anew() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let [desk, chat] = [410, 200].map(|code| Receiver::open(move |_| status(code)));
    let environment = [("DESK_URL", &*desk.url), ("CHAT_URL", &*chat.url)];
    let mut watch = Running::start(&mut watch(&stage, &environment));
    watch.wait_for("receiver `desk` takes no notifications any more (410)");
    add(&stage, &receiver("chat", "slack", ""));
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for("receiver `desk` takes no notifications any more (410)");
    chat.next();
    end(watch);
    assert_eq!(desk.rest().len(), 1);
}

/// It tells people to look; what happened is in the journal and in the status.
#[test]
fn what_was_under_way_when_the_watcher_was_killed_is_not_told_again() {
    let stage = stage(&receiver("desk", "json", ""));
    let _shop = stage.open_shop("", &[]);
    let (release, released) = mpsc::channel::<()>();
    let desk = Receiver::open(move |_| {
        released.recv().unwrap();
        status(200)
    });
    let environment = [("DESK_URL", &*desk.url)];
    let mut first = Running::start(&mut watch(&stage, &environment));
    first.wait_for_print("pass 1: 1 order created");
    desk.next();
    first.signal(Signal::KILL);
    first.finish();
    release.send(()).unwrap();
    let mut second = Running::start(&mut watch(&stage, &environment));
    second.wait_for_print("pass 1: 0 to buy, 0 to settle, 1 unchanged");
    end(second);
    assert_eq!(desk.rest().len(), 0);
    stage.bought(1);
}

#[test]
fn all_that_is_missing_is_said_at_once_before_anything_is_bought() {
    let receivers = [
        receiver("desk", "json", "      secretFrom: DESK_SECRET\n"),
        receiver("team", "teams", ""),
        receiver("chat", "slack", "      secretFrom: CHAT_SECRET\n"),
    ];
    let stage = stage(&receivers.concat());
    let _shop = stage.open_shop("", &[]);
    let environment = [
        ("TEAM_URL", "http://team.example/canary"),
        ("CHAT_URL", "canary"),
        ("CHAT_SECRET", "whsec_Y2FuYXJ5"),
    ];
    let ran = stage.run_command(&WATCH, watch(&stage, &environment));
    assert_eq!(ran.code, 1);
    assert!(!ran.stderr.contains("canary") && !ran.stderr.contains("Y2FuYXJ5"));
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn urls_and_secrets_are_seen_nowhere() {
    let more = "      secretFrom: DESK_SECRET\n";
    let stage = stage(&[receiver("desk", "json", more), receiver("chat", "slack", more)].concat());
    let _shop = stage.open_shop("", &[]);
    let desk = Receiver::open(|number| status(if number == 1 { 500 } else { 404 }));
    let url = format!("{}/canary-path?sig=canary-query", desk.url);
    let secret = format!("whsec_{}", base64(&KEY));
    for format in ["text", "json"] {
        // Nobody listens at the second one.
        let environment = [
            ("DESK_URL", &*url),
            ("CHAT_URL", "http://127.0.0.1:9/canary-path"),
            ("DESK_SECRET", &*secret),
            ("ORDERFORM_LOG", "trace"),
            ("ORDERFORM_LOG_FORMAT", format),
        ];
        stage.write("b.yaml", &order("b", FABRIKAM, if format == "text" { 7 } else { 8 }));
        let mut watch = Running::start(&mut watch(&stage, &environment));
        watch.wait_for_print("pass 1: ");
        if format == "text" {
            watch.wait_for("did not take a notification: it answered 404");
        }
        watch.signal(Signal::TERM);
        let ran = watch.finish();
        let said = ran.stdout + &ran.stderr;
        assert!(
            said.contains("TRACE")
                && said.contains("receiver `chat` did not take a notification before the end"),
            "{said}"
        );
        for canary in ["canary", &*secret, &secret["whsec_".len()..]] {
            assert!(!said.contains(canary), "{said}");
        }
    }
    for entry in std::fs::read_dir(stage.path(".orderform")).unwrap() {
        let path = entry.unwrap().path();
        assert!(
            !String::from_utf8_lossy(&std::fs::read(&path).unwrap()).contains("canary"),
            "{}",
            path.display()
        );
    }
}
