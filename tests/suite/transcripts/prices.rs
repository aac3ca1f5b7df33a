//! What orders cost: in every format, with and without prices, and a plan that is applied by the prices it was reviewed with.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, LEGACY, order, order_with};

const HEADER: &str = "offerId,termDuration,billingCycle,currency,unitPrice\n";
const PRICE: &str = "CFQ7TTC0LH18:0001,P1Y,monthly,EUR,10.75\n";

/// A stage with a known order, one of unknown price, and a price list that the project names.
fn stage() -> Stage {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4), ("b", FABRIKAM, 11)]);
    let legacy = order("c", FABRIKAM, 5).replace("CFQ7TTC0LH18:0001:CFQ7TTC0K971", LEGACY);
    stage.write("c.yaml", &legacy.replace("      termDuration: P1Y\n", ""));
    list(&stage, &format!("{HEADER}{PRICE}"));
    set(&stage, "  prices: prices.csv\n");
    stage
}

fn list(stage: &Stage, text: &str) {
    stage.write("prices.csv", text);
}

/// Adds settings to the project file.
fn set(stage: &Stage, settings: &str) {
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &format!("{project}{settings}"));
}

#[test]
fn a_plan_says_what_it_costs_in_every_format() {
    let stage = stage();
    for format in ["human", "markdown", "json"] {
        assert_eq!(stage.run(&["plan", "--format", format]).code, 0);
    }
    assert_eq!(stage.run(&["plan", "-v"]).code, 0);
    let plan = &stage.quietly(&["plan", "--format", "json"]).stdout;
    let plan: serde_json::Value = serde_json::from_str(plan).unwrap();
    let total = json!({ "currency": "EUR", "orders": 2, "monthly": "161.25", "committed": "1935.00" });
    assert_eq!(plan["cost"], json!({ "totals": [total], "unknown": 1 }));
    assert_transcript!(stage);
}

#[test]
fn without_prices_nothing_is_said_of_them() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4)]);
    for format in ["human", "markdown", "json"] {
        let ran = stage.run(&["plan", "--format", format]);
        assert!(!ran.stdout.contains("cost") && !ran.stdout.contains("price"), "{}", ran.stdout);
    }
    assert_transcript!(stage);
}

#[test]
fn two_currencies_are_never_added_and_one_that_nobody_chose_is_unknown() {
    let stage = stage();
    list(&stage, &format!("{HEADER}{PRICE}CFQ7TTC0LH18:0001,P1Y,monthly,JPY,1700\n"));
    stage.remove("c.yaml");
    assert_eq!(stage.run(&["plan"]).code, 0);
    set(&stage, "  currency: EUR\n");
    assert_eq!(stage.run(&["plan"]).code, 0);
    let customer = "apiVersion: orderform/v1\nkind: Customer\nmetadata:\n  name: fabrikam\nspec:\n";
    stage.write("fabrikam.yaml", &format!("{customer}  customerId: {FABRIKAM}\n  currency: JPY\n"));
    let both = stage.run(&["plan"]).stdout;
    assert!(
        both.contains("EUR 43.00 a month, 516.00 committed; JPY 18,700 a month, 224,400 committed"),
        "{both}"
    );
    set(&stage, "");
    stage.write(
        "orderform.yaml",
        &fs::read_to_string(stage.path("orderform.yaml")).unwrap().replace("EUR", "CHF"),
    );
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_wrong_price_list_is_shown_whole_and_nothing_is_attempted() {
    let stage = stage();
    let wrong = "CFQ7TTC0LH18:0001,P1Y,monthly,EUR,10,75\nCFQ7TTC0LH18,1Y,weekly,eur,-1\nCFQ7TTC0LH18:0001,P1Y,Monthly,EUR,11\n";
    list(&stage, &format!("\u{feff}{HEADER}{PRICE}{wrong}"));
    assert_eq!(stage.run(&["plan"]).code, 3);
    assert_eq!(stage.run(&["apply", "--sandbox", "--auto-approve"]).code, 3);
    for format in ["markdown", "json"] {
        assert_eq!(stage.run(&["plan", "--format", format]).code, 3);
    }
    stage.write("sheet.json", "[{ \"offerId\": \"CFQ7TTC0LH18:0001\", \"unitPrice\": 10.75 }]");
    assert_eq!(stage.run(&["plan", "--prices", "sheet.json"]).code, 3);
    assert_eq!(stage.run(&["plan", "--prices", "nowhere.csv"]).code, 3);
    assert_eq!(stage.run(&["plan", "--prices", "."]).code, 3);
    assert_transcript!(stage);
}

#[test]
fn the_list_of_a_project_lies_in_it() {
    let stage = Stage::with_orders(&[]);
    stage.write("in/a.yaml", &order("a", CONTOSO, 4));
    stage.write(
        "in/orderform.yaml",
        "apiVersion: orderform/v1\nkind: Project\nspec:\n  prices: ../prices.csv\n",
    );
    list(&stage, &format!("{HEADER}{PRICE}"));
    assert_eq!(stage.run(&["plan", "in"]).code, 3);
    stage.write("in/orderform.yaml", "apiVersion: orderform/v1\nkind: Project\nspec:\n  prices: link.csv\n");
    symlink("../prices.csv", stage.path("in/link.csv")).unwrap();
    assert_eq!(stage.run(&["plan", "in"]).code, 3);
    // Whoever names a file may name any.
    assert_eq!(stage.run(&["plan", "in", "--prices", "prices.csv"]).code, 0);
    let mut command = stage.command(&["plan", "in"]);
    command.env("ORDERFORM_PRICES", "prices.csv");
    assert_eq!(stage.run_command(&["plan", "in"], command).code, 0);
    assert_transcript!(stage);
}

#[test]
fn a_plan_is_applied_by_the_prices_it_was_reviewed_with() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    let apply = ["apply", "--plan", "plan.json", "--parallelism", "1"];
    assert_eq!(stage.quietly(&["plan", "--out", "plan.json"]).code, 0);
    // Another order of the rows and another layout are the same prices.
    list(
        &stage,
        &format!("\u{feff}{}\"CFQ7TTC0LH18:0001\",P1Y,Monthly,EUR,10.750\r\n", HEADER.replace('\n', "\r\n")),
    );
    assert_eq!(stage.quietly(&["plan", "--out", "again.json"]).code, 0);
    let digest = |name: &str| {
        let text = fs::read_to_string(stage.path(name)).unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["digest"].clone()
    };
    assert_eq!(digest("plan.json"), digest("again.json"));
    list(&stage, &format!("{HEADER}{}", PRICE.replace("10.75", "11.75")));
    assert_eq!(stage.run(&apply).code, 7);
    let error = stage.run(&[&apply[..], &["--format", "json"]].concat()).objects().pop().unwrap();
    assert_eq!(error["changes"]["around"][0]["code"], "prices");
    assert_eq!(error["changes"]["standing"], json!(["c"]));
    // A list that says nothing else of these orders makes the plan stale too, and every order of it stands.
    list(&stage, &format!("{HEADER}{PRICE}CFQ7TTC0LH18:0002,P1Y,monthly,EUR,1\n"));
    assert_eq!(stage.run(&apply).code, 7);
    set(&stage, "  currency: EUR\n");
    list(&stage, &format!("{HEADER}{PRICE}"));
    assert_eq!(stage.run(&apply).code, 7);
    let project = fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &project.replace("  prices: prices.csv\n  currency: EUR\n", ""));
    assert_eq!(stage.run(&apply).code, 7);
    stage.bought(0);
    let rebase = [&apply[..], &["--rebase", "--prices", "prices.csv"]].concat();
    assert_eq!(stage.run(&rebase).code, 0, "all of it stands");
    stage.bought(3);
    assert_transcript!(stage);
}

#[test]
fn an_order_whose_price_changed_is_not_bought_by_a_rebase() {
    let stage = stage();
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.quietly(&["plan", "--out", "plan.json"]).code, 0);
    list(&stage, &format!("{HEADER}{}", PRICE.replace("10.75", "11.75")));
    let ran = stage.run(&["apply", "--plan", "plan.json", "--rebase", "--parallelism", "1"]);
    assert_eq!(ran.code, 8);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_licence_of_new_commerce_says_until_when_money_comes_back() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 4)]);
    let legacy = order_with("", "b", FABRIKAM, 5).replace("CFQ7TTC0LH18:0001:CFQ7TTC0K971", LEGACY);
    stage.write("b.yaml", &legacy.replace("      termDuration: P1Y\n", ""));
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["plan", "-v"]).code, 0);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
    let told = stage.quietly(&["state", "show", "a"]).stdout;
    assert!(told.contains("cancel by") && told.contains(", for a prorated credit"), "{told}");
    assert!(!stage.quietly(&["state", "show", "b"]).stdout.contains("cancel by"));
    let show = |name: &str| {
        let text = stage.quietly(&["state", "show", name, "--format", "json"]).stdout;
        serde_json::from_str::<serde_json::Value>(&text).unwrap()
    };
    let (licence, legacy) = (show("a"), show("b"));
    let day = |text: &serde_json::Value| text.as_str().map(|text| text[..10].to_owned()).unwrap();
    assert!(day(&licence["cancelUntil"]) > day(&licence["creationDate"]), "{licence}");
    assert!(legacy["cancelUntil"].is_null(), "{legacy}");
    assert_transcript!(stage);
}
