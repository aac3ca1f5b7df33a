//! More customers than may be in flight together: each has its turn.

use super::stage::Stage;
use super::words::order;

#[test]
fn every_customer_has_a_turn_however_few_may_be_in_flight_together() {
    for parallelism in ["1", "2", "3"] {
        let stage = Stage::with_orders(&[]);
        for n in 0..7 {
            let customer = format!("4d3cf487-70f4-4e1e-9ff1-00000000000{n}");
            stage.write(&format!("{n}.yaml"), &order(&format!("order-{n}"), &customer, 1));
        }
        let _shop = stage.open_shop("", &[]);
        let ran = stage.run(&["apply", "--auto-approve", "--parallelism", parallelism, "--format", "json"]);
        assert_eq!((ran.code, &ran.objects().last().unwrap()["created"]), (0, &7.into()));
        stage.bought(7);
    }
}
