//! Subscription ids that come later than their order.

use super::stage::Stage;
use super::words::CONTOSO;

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

#[test]
fn subscription_ids_that_come_later_are_recorded_by_a_later_apply() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &["--subscription-delay", "1h"]);
    assert_eq!(stage.run(&APPLY).code, 0);
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    drop(shop);
    let _shop = stage.open_shop("", &["--subscription-delay", "0s"]);
    assert_eq!(stage.run(&APPLY).code, 0);
    assert_eq!(stage.run(&["state", "show", "a"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}
