//! What a manifest decides about renewal is told wherever a person has to act on it, and is never sent.

use super::stage::Stage;
use super::words::{CONTOSO, order};

#[test]
fn whoever_wants_no_renewal_is_told_to_switch_it_off() {
    let stage = Stage::new();
    let wanted =
        order("contoso-office", CONTOSO, 5).replace("autoRenewEnabled: true", "autoRenewEnabled: false");
    stage.write("contoso.yaml", &wanted);
    stage.run(&["plan"]);
    stage.run(&["plan", "--format", "markdown"]);
    let plan = stage.quietly(&["plan", "--format", "json"]).stdout;
    assert!(plan.contains("\"autoRenewEnabled\": false"), "{plan}");
    stage.run(&["apply", "--sandbox", "--auto-approve"]);
    // What was decided later, or otherwise, is no other order.
    stage.write("contoso.yaml", &wanted.replace("autoRenewEnabled: false", "autoRenewEnabled: true"));
    stage.run(&["plan"]);
    assert_transcript!(stage);
}
