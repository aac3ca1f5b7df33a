//! `state rebuild`: the state made again from what Partner Center lists.

use std::fs;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order, portal_order};

#[test]
fn a_lost_state_is_made_again_and_buys_nothing_before_its_wait_is_over() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1), ("b", FABRIKAM, 2)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    stage.write("c.yaml", &order("c", CONTOSO, 3));
    assert_eq!(stage.run(&["state", "rebuild"]).code, 0);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--settle-after", "1h"]).code, 8);
    stage.bought(2);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--settle-after", "0s"]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn a_damaged_state_is_set_aside_and_kept() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    let damaged = fs::read_to_string(stage.state("journal.jsonl")).unwrap().replace("\"bound\"", "\"bind\"");
    fs::write(stage.state("journal.jsonl"), &damaged).unwrap();
    assert_eq!(stage.run(&["state", "rebuild"]).code, 0);
    assert_eq!(fs::read_to_string(stage.state("damaged-1/journal.jsonl")).unwrap(), damaged);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_whole_state_is_not_made_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["state", "rebuild"]).code, 1);
    assert_transcript!(stage);
}

#[test]
fn orders_that_could_each_be_it_are_left_to_a_person() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    let shop = stage.open_shop("", &[]);
    let ids = [(); 2].map(|()| shop.buy_in_the_portal(&portal_order(CONTOSO, 1)));
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    assert_eq!(stage.run(&["state", "rebuild"]).code, 8);
    assert_eq!(stage.run(&["apply", "--auto-approve", "--settle-after", "0s"]).code, 8);
    assert_eq!(stage.run(&["adopt", "a", &ids[1]]).code, 0);
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_state_is_not_rebuilt_by_a_list_that_cannot_be_read() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    let _shop = stage.open_shop("faults: [{ on: list, do: { status: 500, code: 800005 } }]", &[]);
    assert_eq!(stage.run(&["state", "rebuild"]).code, 1);
    assert!(!stage.path(".orderform").exists());
    assert_transcript!(stage);
}

#[test]
fn a_state_of_the_sandbox_never_stands_in_for_a_lost_real_one() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 1)]);
    fs::remove_dir_all(stage.path(".orderform")).unwrap();
    assert_eq!(stage.run(&["apply", "--sandbox"]).code, 1);
    assert_eq!(stage.run(&["state", "verify"]).code, 0);
    let real = ["--endpoint", "https://192.0.2.1"];
    assert_eq!(stage.run(&[&["apply", "--auto-approve"][..], &real].concat()).code, 1);
    assert_eq!(stage.run(&["state", "rebuild", "--sandbox"]).code, 1);
    // At the real place it is not refused for being whole: it goes on until it needs a token.
    let rebuild = [&["state", "rebuild"][..], &real].concat();
    let mut command = stage.command(&rebuild);
    command.env_remove("ORDERFORM_ACCESS_TOKEN");
    let ran = stage.run_command(&rebuild, command);
    assert!(ran.stderr.contains("nothing to sign in"), "{}", ran.stderr);
    assert_transcript!(stage);
}
