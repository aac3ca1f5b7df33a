//! Each rule: what it refuses, and that it lets through what was allowed with a reason.

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM, order};
use super::{APPLY, stage, with_limits};

/// Plans and applies beyond a limit, then with a reason, which the journal keeps.
fn refused_then_allowed(limits: &str, rule: &str) -> Stage {
    let (stage, _shop) = stage(limits);
    assert_eq!(stage.run(&["plan"]).code, 5);
    assert_eq!(stage.run(&APPLY).code, 5);
    stage.bought(0);
    let allowed = [&APPLY[..], &["--allow", rule, "--reason", "agreed with finance"]].concat();
    assert_eq!(stage.run(&allowed).code, 0);
    stage.bought(2);
    stage.allowed();
    stage
}

#[test]
fn orders_of_a_run_can_be_allowed_once() {
    let stage = refused_then_allowed("{ ordersPerRun: 1 }", "ordersPerRun");
    for (name, seats) in [("c", 30), ("d", 31)] {
        stage.write(&format!("{name}.yaml"), &order(name, CONTOSO, seats));
    }
    assert_eq!(stage.quietly(&["plan"]).code, 5, "once, and no more");
    assert_transcript!(stage);
}

#[test]
fn seats_of_a_run_can_be_allowed_once() {
    assert_transcript!(refused_then_allowed("{ seatsPerRun: 9 }", "seatsPerRun"));
}

#[test]
fn orders_of_an_hour_can_be_allowed_once() {
    assert_transcript!(refused_then_allowed("{ ordersPerHour: 1 }", "ordersPerHour"));
}

#[test]
fn seats_of_a_day_can_be_allowed_once() {
    assert_transcript!(refused_then_allowed("{ seatsPerDay: 9 }", "seatsPerDay"));
}

#[test]
fn what_each_customer_may_have_can_be_allowed_once() {
    let limits = "{ perCustomer: { seatsPerRun: 3 } }";
    assert_transcript!(refused_then_allowed(limits, "perCustomer.seatsPerRun"));
}

#[test]
fn offers_that_are_not_named_can_be_allowed_once() {
    assert_transcript!(refused_then_allowed("{ allowedOffers: [CFQ7TTC0HL8W] }", "allowedOffers"));
}

#[test]
fn customers_that_are_not_named_can_be_allowed_once() {
    let limits = format!("{{ allowedCustomers: [{CONTOSO}, northwind] }}");
    assert_transcript!(refused_then_allowed(&limits, "allowedCustomers"));
}

/// What a seat of the orders here costs.
const PRICES: &str =
    "offerId,termDuration,billingCycle,currency,unitPrice\nCFQ7TTC0LH18:0001,P1Y,monthly,EUR,10.00\n";

#[test]
fn spend_of_a_run_can_be_allowed_once() {
    let (stage, _shop) = stage("{ spendPerRun: { EUR: \"500.00\" } }");
    stage.write("prices.csv", PRICES);
    let priced = |arguments: &[&str]| stage.run(&[arguments, &["--prices", "prices.csv"]].concat()).code;
    assert_eq!(priced(&["plan"]), 5);
    assert_eq!(priced(&APPLY), 5);
    stage.bought(0);
    assert_eq!(
        priced(&[&APPLY[..], &["--allow", "spendPerRun", "--reason", "agreed with finance"]].concat()),
        0
    );
    stage.bought(2);
    stage.allowed();
    assert_transcript!(stage);
}

/// What is not known is never taken for nothing.
#[test]
fn an_order_of_unknown_price_is_beyond_what_may_be_spent() {
    let (stage, _shop) = stage("{ spendPerDay: { EUR: \"900000.00\" } }");
    assert_eq!(stage.run(&["plan"]).code, 5, "without a price list");
    stage.write("prices.csv", &PRICES.replace("0001", "0002"));
    assert_eq!(stage.run(&["plan", "--prices", "prices.csv"]).code, 5);
    assert_eq!(stage.run(&[&APPLY[..], &["--prices", "prices.csv"]].concat()).code, 5);
    stage.bought(0);
    assert_eq!(stage.run(&["plan", "--prices", "prices.csv", "--format", "json"]).code, 5);
    assert_eq!(stage.run(&["plan", "--prices", "prices.csv", "--format", "markdown"]).code, 5);
    assert_transcript!(stage);
}

/// What may be spent is pinned, and so are the prices by which it was.
#[test]
fn a_saved_plan_keeps_what_was_allowed_of_spend_and_its_prices() {
    let (stage, _shop) = stage("{ spendPerRun: { EUR: \"500.00\" } }");
    assert_eq!(stage.quietly(&["init"]).code, 0);
    stage.write("prices.csv", PRICES);
    let plan = [
        "plan",
        "--prices",
        "prices.csv",
        "--out",
        "plan.json",
        "--allow",
        "spendPerRun",
        "--reason",
        "agreed",
    ];
    assert_eq!(stage.run(&plan).code, 0);
    let apply = ["apply", "--plan", "plan.json", "--prices", "prices.csv", "--parallelism", "1"];
    stage.write("prices.csv", &PRICES.replace("10.00", "11.00"));
    assert_eq!(stage.run(&apply).code, 7);
    let rebased = stage.run(&[&apply[..], &["--rebase"]].concat());
    assert_eq!(rebased.code, 7, "nothing stands by other prices");
    stage.bought(0);
    stage.write("prices.csv", PRICES);
    assert_eq!(stage.run(&apply).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn what_each_customer_spends_in_a_day_counts_what_was_bought_before() {
    let (stage, _shop) = stage("{ perCustomer: { spendPerDay: { EUR: \"750.00\" } } }");
    stage.write("prices.csv", PRICES);
    let priced = |arguments: &[&str]| stage.run(&[arguments, &["--prices", "prices.csv"]].concat()).code;
    assert_eq!(priced(&APPLY), 0);
    stage.write("c.yaml", &order("c", FABRIKAM, 1));
    assert_eq!(priced(&APPLY), 5);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_term_that_is_too_long_can_be_allowed_once() {
    assert_transcript!(refused_then_allowed("{ longestTerm: P1M }", "longestTerm"));
}

#[test]
fn a_run_that_is_far_larger_than_usual_can_be_allowed_once() {
    let (stage, _shop) = stage("{ timesUsualRun: 2 }");
    stage.remove("b.yaml");
    for (at, name) in ["a", "c", "d"].into_iter().enumerate() {
        stage.write(&format!("{name}.yaml"), &order(name, CONTOSO, 10 + u32::try_from(at).unwrap()));
        assert_eq!(stage.quietly(&APPLY).code, 0, "{name}");
    }
    for (at, name) in ["e", "f", "g"].into_iter().enumerate() {
        stage.write(&format!("{name}.yaml"), &order(name, FABRIKAM, 20 + u32::try_from(at).unwrap()));
    }
    assert_eq!(stage.run(&["plan"]).code, 5);
    assert_eq!(stage.run(&APPLY).code, 5);
    stage.bought(3);
    let allowed = [&APPLY[..], &["--allow", "timesUsualRun", "--reason", "a new customer"]].concat();
    assert_eq!(stage.run(&allowed).code, 0);
    stage.bought(6);
    stage.allowed();
    assert_transcript!(stage);
}

#[test]
fn manifests_that_are_gone_stop_everything_until_that_is_allowed() {
    let (stage, _shop) = stage("{}");
    assert_eq!(stage.quietly(&APPLY).code, 0);
    stage.remove("a.yaml");
    stage.remove("b.yaml");
    assert_eq!(stage.run(&["plan"]).code, 5);
    assert_eq!(stage.run(&APPLY).code, 5);
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_eq!(stage.run(&APPLY).code, 5);
    stage.bought(2);
    let allowed = [&APPLY[..], &["--allow", "manifestsLost", "--reason", "both ended"]].concat();
    assert_eq!(stage.run(&allowed).code, 0);
    stage.bought(3);
    stage.allowed();
    for name in ["a", "b"] {
        assert_eq!(stage.quietly(&["state", "forget", name]).code, 0);
    }
    assert_eq!(stage.run(&["plan"]).code, 0, "what was forgotten is not missed");
    assert_transcript!(stage);
}

/// One file of a project leaves the others without a manifest, and that is no loss.
#[test]
fn one_file_of_a_project_is_no_loss_of_the_others() {
    let (stage, _shop) = stage("{}");
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_eq!(stage.quietly(&APPLY).code, 0);
    assert_eq!(stage.quietly(&["plan", "c.yaml"]).code, 0);
}

#[test]
fn what_was_forgotten_since_counts_for_the_day() {
    let (stage, _shop) = stage("{ ordersPerDay: 2 }");
    assert_eq!(stage.quietly(&APPLY).code, 0);
    for name in ["a", "b"] {
        assert_eq!(stage.quietly(&["state", "forget", name]).code, 0);
        stage.remove(&format!("{name}.yaml"));
    }
    stage.write("c.yaml", &order("c", CONTOSO, 1));
    assert_eq!(stage.run(&APPLY).code, 5);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn every_limit_stands_in_the_plan_with_what_it_comes_to() {
    let (stage, _shop) =
        stage("{ ordersPerRun: 9, seatsPerDay: 9, perCustomer: { ordersPerDay: 1 }, longestTerm: P1Y }");
    assert_eq!(stage.run(&["plan", "--format", "json"]).code, 5);
    with_limits(&stage, "{ ordersPerRun: 9 }");
    let ran = stage.quietly(&["plan", "--format", "json"]);
    let plan: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let held = serde_json::json!([
        { "rule": "ordersPerRun", "file": "project", "limit": 9, "value": 2, "exceeded": false },
    ]);
    assert_eq!(plan["limits"], held);
    assert_transcript!(stage);
}
