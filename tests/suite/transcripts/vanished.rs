//! What a watcher that buys does not take for permission: settings that are gone, manifests that are wrong, a switch that
//! was pulled while there was nothing to do.

use rustix::process::Signal;

use super::running::Running;
use super::stage::Stage;
use super::unattended::limit;
use super::words::CONTOSO;

const WATCH: [&str; 6] = ["watch", ".", "--auto-apply", "--settle-after", "1s", "--verbose"];

fn end(watch: Running) {
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
}

/// The organisation's limits alone would be enough to buy with.
#[test]
fn a_project_that_vanishes_takes_nothing_that_it_forbids_with_it() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    let outside = tempfile::tempdir().unwrap();
    let organisation = outside.path().join("organisation.yaml");
    let limits = "  limits: { ordersPerHour: 50, ordersPerDay: 50, seatsPerHour: 500, seatsPerDay: 500 }\n";
    let text = format!("apiVersion: orderform/v1\nkind: Organisation\nspec:\n{limits}");
    std::fs::write(&organisation, text).unwrap();
    let arguments = [&WATCH[..], &["--organisation", organisation.to_str().unwrap()]].concat();
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}  freeze: [{{ reason: audit }}]\n"));
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("pass 1: ");
    stage.remove("orderform.yaml");
    watch.wait_for("`orderform.yaml` is gone");
    watch.wait_for_print("pass 2: ");
    stage.bought(0);
    let status = stage.quietly(&["status", "."]).stdout;
    assert!(status.contains("audit"), "what it forbade holds on: {status}");
    stage.write("orderform.yaml", &project);
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(1);
    // And without one nobody begins to buy.
    stage.remove("orderform.yaml");
    let ran = stage.quietly(&arguments);
    assert_eq!(ran.code, 5, "{ran:?}");
    assert!(ran.stderr.contains("pins a `lineage`"), "{ran:?}");
}

/// What was frozen in the same change as the slip would be sent again by what was allowed before.
#[test]
fn while_manifests_are_wrong_an_attempt_in_doubt_is_not_sent_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop =
        stage.open_shop("faults:\n  - { on: create, at: 1, do: lose-answer-before }\n", &["--no-audit"]);
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print("pass 1: 0 orders created, 1 in doubt");
    stage.write("slip.yaml", "apiVersion: orderform/v1\nkind: Ordre\n");
    watch.wait_for("the manifests are wrong, so it is not sent again");
    stage.bought(0);
    stage.remove("slip.yaml");
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(1);
}

#[test]
fn a_kill_switch_that_is_pulled_while_there_is_nothing_to_do_is_seen_and_so_is_its_end() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let mut watch = stage.start(&[&WATCH[..], &["--interval", "100ms"]].concat());
    watch.wait_for_print("pass 1: 1 order created");
    let held = |expected: bool| {
        let says = |_| stage.quietly(&["status", "."]).stdout.contains("kim looks into it");
        assert!((0..1000).map(says).any(|says| says == expected), "held: {expected}");
    };
    stage.write(".orderform/stop", "kim looks into it\n");
    held(true);
    stage.remove(".orderform/stop");
    held(false);
    end(watch);
    stage.bought(1);
}
