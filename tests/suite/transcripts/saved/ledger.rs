//! Whatever happens between review and apply, nothing is bought that is not in the file: the sandbox's ledger is asked.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM, order};
use super::{APPLY, REBASE, SAVE, document};

/// What happens to one order.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Leave,
    Change,
    Remove,
    /// Not there before, and there afterwards.
    Add,
    /// Another `apply` buys it in between.
    BuyBefore,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => Just(Deed::Leave),
        1 => Just(Deed::Change),
        1 => Just(Deed::Remove),
        1 => Just(Deed::Add),
        1 => Just(Deed::BuyBefore),
    ];
    proptest::collection::vec(deed, 1..6)
}

fn manifest(at: usize, more: u32) -> (String, String) {
    let name = format!("order-{at}");
    let customer = if at.is_multiple_of(2) { CONTOSO } else { FABRIKAM };
    (format!("{name}.yaml"), order(&name, customer, 10 * (at as u32 + 1) + more))
}

fn write(stage: &Stage, at: usize, more: u32) {
    let (file, text) = manifest(at, more);
    stage.write(&file, &text);
}

/// Returns request id and digest of the body of everything that was ever bought.
fn bought(stage: &Stage) -> BTreeSet<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let one = |entry: &serde_json::Value| {
        let body: String =
            Sha256::digest(text(&entry["body"])).iter().map(|byte| format!("{byte:02x}")).collect();
        (text(&entry["requestId"]), format!("sha256:{body}"))
    };
    stage.ledger().iter().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_bought_that_is_not_in_the_plan(deeds in deeds(), rebase in any::<bool>()) {
        let stage = Stage::with_orders(&[]);
        let _shop = stage.open_shop("", &[]);
        for (at, deed) in deeds.iter().enumerate() {
            if !matches!(deed, Deed::Add) {
                write(&stage, at, 0);
            }
        }
        prop_assert_eq!(stage.quietly(&SAVE).code, 0);
        for (at, deed) in deeds.iter().enumerate() {
            let (file, text) = manifest(at, 0);
            match deed {
                Deed::Leave => {}
                Deed::Change => write(&stage, at, 1),
                Deed::Remove => stage.remove(&file),
                Deed::Add => write(&stage, at, 0),
                Deed::BuyBefore => {
                    stage.write("other/one.yaml", &text);
                    // With settings of its own, it is no part of this project.
                    std::fs::copy(stage.path("orderform.yaml"), stage.path("other/orderform.yaml")).unwrap();
                    let arguments = ["apply", "other/one.yaml", "--state-dir", ".orderform", "--auto-approve"];
                    prop_assert_eq!(stage.quietly(&arguments).code, 0);
                    std::fs::remove_dir_all(stage.path("other")).unwrap();
                }
            }
        }
        let before = bought(&stage);
        let code = stage.quietly(if rebase { &REBASE } else { &APPLY }).code;
        let new: BTreeSet<_> = bought(&stage).difference(&before).cloned().collect();
        let document = document(&stage);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let reviewed: BTreeSet<_> = document["pins"]["sends"].as_array().unwrap().iter()
            .map(|send| (text(&send["requestId"]), text(&send["body"]))).collect();
        prop_assert!(new.is_subset(&reviewed), "{:?} {:?}", deeds, new);
        let left = deeds.iter().filter(|deed| matches!(deed, Deed::Leave)).count();
        let unchanged = left == deeds.len();
        let expected = if unchanged || rebase { left } else { 0 };
        prop_assert_eq!(new.len(), expected, "{:?} exit {}", deeds, code);
        prop_assert_eq!(code == 0 && !rebase, unchanged && !rebase, "{:?} exit {}", deeds, code);
    }
}
