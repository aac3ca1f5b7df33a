//! What is for sale: availabilities that manifests leave open, checks before anything is bought, and the search for an offer.

use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM};

const APPLY: [&str; 2] = ["apply", "--auto-approve"];

/// Writes a manifest of one line.
fn order(name: &str, customer: &str, cycle: &str, line: &str) -> String {
    format!(
        "apiVersion: orderform/v1\nkind: Order\nmetadata:\n  name: {name}\n  autoRenewEnabled: true\nspec:\n  \
         customerId: {customer}\n  billingCycle: {cycle}\n  lineItems:\n    - {{ {line} }}\n"
    )
}

/// An order that leaves its availability open.
fn open(name: &str, seats: u32) -> String {
    let line = format!("offerId: \"CFQ7TTC0LH18:0001\", quantity: {seats}, termDuration: P1Y");
    order(name, CONTOSO, "monthly", &line)
}

fn stage(orders: &[(&str, String)]) -> Stage {
    let stage = Stage::with_orders(&[]);
    for (name, text) in orders {
        stage.write(&format!("{name}.yaml"), text);
    }
    stage
}

/// Returns the offers that were bought, in the order of the ledger.
fn offers(stage: &Stage) -> Vec<String> {
    let offer = |entry: &serde_json::Value| entry["lines"][0]["offerId"].as_str().unwrap().to_owned();
    stage.ledger().iter().map(offer).collect()
}

#[test]
fn an_open_availability_is_resolved_at_apply_and_a_reissued_one_is_no_difference() {
    let stage = stage(&[("a", open("a", 5)), ("b", open("b", 6))]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["plan"]).code, 0);
    // Two orders of one SKU for one customer: one request.
    assert_eq!(stage.run(&APPLY).code, 0);
    assert_eq!(offers(&stage), ["CFQ7TTC0LH18:0001:CFQ7TTC0K971"; 2]);
    shop.reissue();
    stage.note("every availability has another id now");
    assert_eq!(stage.run(&["plan", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["plan", "--check"]).code, 0);
    stage.write("c.yaml", &open("c", 7));
    assert_eq!(stage.run(&APPLY).code, 0);
    stage.bought(3);
    assert_ne!(offers(&stage)[2], "CFQ7TTC0LH18:0001:CFQ7TTC0K971");
    assert_transcript!(stage);
}

#[test]
fn a_saved_plan_names_the_availability_and_nothing_else_is_bought_by_it() {
    let stage = stage(&[("a", open("a", 5))]);
    let shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["plan", "--out", "open.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "--plan", "open.json"]).code, 7);
    assert_eq!(stage.run(&["plan", "--check", "--out", "plan.json"]).code, 0);
    shop.reissue();
    stage.note("every availability has another id now");
    // What was approved is sent, and refused: what is sold now was not approved.
    assert_eq!(stage.run(&["apply", "--plan", "plan.json"]).code, 8);
    stage.bought(0);
    assert_eq!(stage.run(&["plan", "--check", "--out", "plan.json"]).code, 0);
    assert_eq!(stage.run(&["apply", "--plan", "plan.json"]).code, 0);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_pending_attempt_is_sent_with_the_availability_it_was_announced_with() {
    let stage = stage(&[("a", open("a", 5))]);
    let shop = stage.open_shop("faults: [{ on: create, times: 1, do: lose-answer-before }]", &["--no-audit"]);
    let apply = ["apply", "--auto-approve", "--settle-after", "0s"];
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 4);
    shop.reissue();
    stage.note("the first send was lost, and every availability has another id now");
    // Sent again as it was announced: the shop names the old availability when it refuses it.
    let ran = stage.run(&apply);
    assert!(ran.stderr.contains("K971") || ran.stdout.contains("K971"), "{}", stage.transcript());
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn what_is_not_available_is_blocked_and_the_rest_is_bought() {
    let withdrawn =
        order("gone", CONTOSO, "monthly", "offerId: \"CFQ7TTC0OL01:0001\", quantity: 1, termDuration: P1Y");
    let school =
        order("school", CONTOSO, "annual", "offerId: \"CFQ7TTC0SC01:0001\", quantity: 1, termDuration: P1Y");
    let term =
        order("term", FABRIKAM, "annual", "offerId: \"CFQ7TTC0EX01:0002\", quantity: 1, termDuration: P3Y");
    let stage = stage(&[("a", open("a", 5)), ("gone", withdrawn), ("school", school), ("term", term)]);
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn what_cannot_be_looked_up_is_not_bought() {
    let stage = stage(&[("a", open("a", 5))]);
    let _shop = stage.open_shop(
        "faults: [{ on: catalogue, do: { status: 403, code: 900308, description: no role } }]",
        &[],
    );
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(0);
    assert_transcript!(stage);
}

/// Orders of which each would be refused for a reason of its own.
fn refused() -> Stage {
    let school = "00000000-0000-4000-8000-000000000001";
    let of = |name: &str, cycle: &str, line: &str| order(name, CONTOSO, cycle, line);
    stage(&[
        (
            "agreement",
            order(
                "agreement",
                school,
                "annual",
                "offerId: \"CFQ7TTC0SC01:0001\", quantity: 1, termDuration: P1Y",
            ),
        ),
        (
            "attested",
            of("attested", "monthly", "offerId: \"CFQ7TTC0WD01:0001\", quantity: 1, termDuration: P1Y"),
        ),
        ("fine", open("fine", 5)),
        ("many", of("many", "monthly", "offerId: \"CFQ7TTC0LH18:0001\", quantity: 301, termDuration: P1Y")),
        ("few", of("few", "monthly", "offerId: \"CFQ7TTC0TE01:0002\", quantity: 4, termDuration: P1Y")),
        (
            "promoted",
            of(
                "promoted",
                "monthly",
                "offerId: \"CFQ7TTC0VI01:0001\", quantity: 1, termDuration: P1Y, promotionId: \"39NFJQT1PJQB:0001:39NFJQT1Q5KN\"",
            ),
        ),
        (
            "stranger",
            order(
                "stranger",
                FABRIKAM,
                "monthly",
                "offerId: \"CFQ7TTC0LH18:0001:CFQ7TTC0K971\", quantity: 1, termDuration: P1Y",
            ),
        ),
        ("trial", of("trial", "unknown", "offerId: C0BD2E08-11AC-4836-BDC7-3712E744922F, quantity: 1")),
        (
            "longer",
            of(
                "longer",
                "annual",
                "offerId: \"CFQ7TTC0EX01:0002:CFQ7TTC0A302\", quantity: 1, termDuration: P3Y",
            ),
        ),
    ])
}

const REFUSING: &str = "customers: { f81d98dd-c2f4-499e-a194-5619e260344e: { status: 403, code: 20002 } }\n\
    tenants: { 00000000-0000-4000-8000-000000000001: { country: DE, segment: education, agreement: false } }\n";

#[test]
fn a_check_says_what_will_be_refused_and_buys_nothing() {
    let stage = refused();
    let _shop = stage.open_shop(REFUSING, &[]);
    assert_eq!(stage.run(&["plan", "--check"]).code, 0);
    assert_eq!(stage.run(&["plan", "--check", "--detailed-exitcode", "--format", "markdown"]).code, 2);
    stage.bought(0);
    let checked: serde_json::Value =
        serde_json::from_str(&stage.quietly(&["plan", "--check", "--format", "json"]).stdout).unwrap();
    let said = |name: &str| {
        let findings = checked["checks"]["findings"].as_array().unwrap().iter();
        let own = findings.filter(|one| one["name"] == name);
        own.map(|one| format!("{} {}", one["outlook"].as_str().unwrap(), one["problem"].as_str().unwrap()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    assert_eq!(said("agreement"), "willBeRefused agreement");
    assert_eq!(said("attested"), "willBeRefused offerAttestation");
    assert_eq!(said("fine"), "");
    assert_eq!(said("many"), "willBeRefused quantity");
    assert_eq!(said("few"), "willBeRefused quantity");
    assert_eq!(said("promoted"), "willDiffer promotion");
    assert!(said("stranger").starts_with("willBeRefused relationship"));
    assert_eq!(said("trial"), "willBeRefused billingCycle");
    assert_eq!(said("longer"), "willBeRefused term");
    stage.bought(0);
    // And so it comes: what was said to be refused is, and nothing else.
    let ran = stage.quietly(&["apply", "--auto-approve", "--format", "json"]);
    let created = ran.objects().into_iter().filter(|object| object["type"] == "created");
    let bought: Vec<String> = created.map(|object| object["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(bought, ["fine", "promoted"], "{}{}", ran.stdout, ran.stderr);
    assert_transcript!(stage);
}

#[test]
fn a_saved_check_is_part_of_the_plan_and_cannot_be_edited() {
    let stage = refused();
    let _shop = stage.open_shop(REFUSING, &[]);
    assert_eq!(stage.quietly(&["plan", "--check", "--out", "plan.json", "--html", "plan.html"]).code, 0);
    let page = std::fs::read_to_string(stage.path("plan.html")).unwrap();
    for said in ["ill be refused", "quantity is out of its range", "maximumQuantity: "] {
        assert!(page.contains(said), "{said}");
    }
    let saved = std::fs::read_to_string(stage.path("plan.json")).unwrap();
    let softened = saved.replacen("willBeRefused", "notChecked", 1);
    assert_ne!(saved, softened);
    stage.write("softened.json", &softened);
    assert_eq!(stage.run(&["apply", "--plan", "softened.json"]).code, 7);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn what_could_not_be_checked_is_said_and_nothing_is_concluded() {
    let stage = stage(&[("a", open("a", 5))]);
    let faults = "faults:\n  - { on: agreements, do: { status: 403, code: 900329, description: app only } }\n  \
                  - { on: customers, do: { status: 403, code: 900308, description: no role } }\n";
    let _shop = stage.open_shop(faults, &[]);
    assert_eq!(stage.run(&["plan", "--check"]).code, 0);
    stage.bought(0);
    assert_transcript!(stage);
}

#[test]
fn an_integration_sandbox_has_limits_that_a_check_knows() {
    let stage = stage(&[("a", open("a", 26)), ("b", open("b", 25))]);
    let project = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    stage.write("orderform.yaml", &project.replace("spec:\n", "spec:\n  integrationSandbox: true\n"));
    let _shop = stage.open_shop("", &["--limits"]);
    assert_eq!(stage.run(&["plan", "--check"]).code, 0);
    assert_eq!(stage.run(&APPLY).code, 8);
    stage.bought(1);
    assert_transcript!(stage);
}

#[test]
fn a_check_at_the_embedded_sandbox_leaves_nothing_behind() {
    let stage = Stage::new();
    stage.write("a.yaml", &open("a", 5));
    assert_eq!(stage.run(&["plan", "--sandbox", "--check"]).code, 0);
    assert!(!stage.path(".orderform").exists());
    assert_eq!(stage.run(&["apply", "--sandbox", "--auto-approve"]).code, 0);
    assert_transcript!(stage);
}

#[test]
fn an_offer_is_found_by_the_words_of_its_title() {
    let stage = Stage::with_orders(&[]);
    stage.write(
        "customers.yaml",
        &format!(
            "apiVersion: orderform/v1\nkind: Customer\nmetadata:\n  name: contoso\nspec:\n  customerId: {CONTOSO}\n"
        ),
    );
    let _shop = stage.open_shop("", &[]);
    assert_eq!(stage.run(&["catalog", "search", "teams phone", "--customer", "contoso"]).code, 0);
    assert_eq!(stage.run(&["catalog", "search", "premium", "--customer", CONTOSO]).code, 0);
    assert_eq!(
        stage.run(&["catalog", "search", "cloud desktop", "--customer", "contoso", "--limit", "1"]).code,
        0
    );
    assert_eq!(
        stage.run(&["catalog", "search", "skype", "--customer", "contoso", "--format", "markdown"]).code,
        0
    );
    assert_eq!(
        stage
            .run(&["catalog", "search", "exchange archiving", "--customer", "contoso", "--format", "json"])
            .code,
        0
    );
    assert_eq!(stage.run(&["catalog", "search", "no such thing", "--customer", "contoso"]).code, 0);
    assert_eq!(stage.run(&["catalog", "search", "teams", "--customer", "nobody"]).code, 1);
    assert_transcript!(stage);
}
