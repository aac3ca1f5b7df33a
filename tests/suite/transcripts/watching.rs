//! `watch` and `status`: a pass when something changed, the last right manifests while they are wrong, one watcher a state.

use rustix::process::Signal;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

#[test]
fn a_change_makes_a_pass_and_wrong_manifests_hold_the_last_right_ones() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let arguments = ["watch", ".", "--sandbox"];
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("pass 1: ");
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("pass 2: ");
    stage.write("b.yaml", &order("b", FABRIKAM, 0));
    watch.wait_for_print("pass 3: ");
    assert_eq!(stage.run(&["status", ".", "--sandbox"]).code, 3);
    stage.write("b.yaml", &order("b", CONTOSO, 8));
    watch.wait_for_print("pass 4: ");
    stage.run(&["status", ".", "--sandbox"]);
    watch.signal(Signal::TERM);
    assert_eq!(stage.finish(&arguments, watch).code, 0);
    stage.run(&["status", ".", "--sandbox"]);
    assert_transcript!(stage);
}

#[test]
fn manifests_that_are_wrong_from_the_beginning_are_waited_for() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    stage.write("a.yaml", &order("a", CONTOSO, 0));
    let arguments = ["watch", ".", "--sandbox", "--format", "json", "--poll", "100ms"];
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("\"number\":1,");
    stage.write("a.yaml", &order("a", CONTOSO, 1));
    watch.wait_for_print("\"number\":2,");
    watch.signal(Signal::HUP);
    stage.write("a.yaml", &order("a", CONTOSO, 2));
    watch.wait_for_print("\"create\":1,\"createSeats\":2,");
    watch.signal(Signal::INT);
    let ran = watch.finish();
    let passes = ran.objects();
    assert!(passes.iter().all(|pass| pass["type"] == "pass"), "{passes:?}");
    assert_eq!((&passes[0]["turn"], &passes[0]["manifests"]["are"]), (&"failed".into(), &"wrong".into()));
    assert_eq!((&passes[1]["turn"], &passes[1]["manifests"]["are"]), (&"planned".into(), &"right".into()));
    assert_eq!(ran.code, 0);
}

#[test]
fn a_second_watcher_stands_by_and_takes_over_when_the_first_is_killed() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let arguments = ["watch", ".", "--sandbox"];
    let mut first = stage.start(&arguments);
    first.wait_for_print("pass 1: ");
    let mut second = stage.start(&arguments);
    second.wait_for("standing by");
    first.signal(Signal::KILL);
    second.wait_for("taking over");
    second.wait_for_print("pass 1: ");
    second.signal(Signal::TERM);
    assert_eq!(stage.finish(&arguments, second).code, 0);
    assert_transcript!(stage);
}

#[test]
fn whoever_stands_by_can_be_told_to_stop() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let mut first = stage.start(&["watch", ".", "--sandbox"]);
    first.wait_for_print("pass 1: ");
    let mut second = stage.start(&["watch", ".", "--sandbox"]);
    second.wait_for("standing by");
    second.signal(Signal::TERM);
    let ran = second.finish();
    assert_eq!((ran.code, &*ran.stdout), (0, ""));
}

#[test]
fn a_watcher_without_a_state_plans_as_if_nothing_was_bought_and_leaves_nothing_behind() {
    let stage = Stage::new();
    stage.write("a.yaml", &order("a", CONTOSO, 5));
    let mut watch = stage.start(&["watch", ".", "--sandbox"]);
    watch.wait_for_print("pass 1: 1 to buy");
    assert!(!stage.path(".orderform").exists());
    watch.signal(Signal::TERM);
    assert_eq!(watch.finish().code, 0);
}
