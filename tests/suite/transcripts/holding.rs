//! Holding still: freezes, windows, lost manifests and the kill switch, by a person's `apply` and by a watcher.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use orderform::domain::Timestamp;
use rustix::process::Signal;

use super::running::Running;
use super::stage::Stage;
use super::words::{CONTOSO, FABRIKAM, order};

const LIMITS: &str =
    "  limits: { ordersPerHour: 50, ordersPerDay: 50, seatsPerHour: 500, seatsPerDay: 500 }\n";
const WATCH: [&str; 6] = ["watch", ".", "--auto-apply", "--interval", "1h", "--verbose"];

/// Adds settings to the project that `init` made, in the place of those of before.
fn settle(stage: &Stage, settings: &str) {
    let text = std::fs::read_to_string(stage.path("orderform.yaml")).unwrap();
    let first = text.lines().take_while(|line| !line.starts_with("  limits:"));
    let kept: String = first.map(|line| format!("{line}\n")).collect();
    stage.write("orderform.yaml", &format!("{kept}{LIMITS}{settings}"));
}

fn end(watch: Running) -> super::stage::Ran {
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_unix_ms(i64::try_from(since.as_millis()).unwrap())
}

#[test]
fn what_is_frozen_is_blocked_for_a_person_too_and_the_rest_is_bought() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", FABRIKAM, 7)]);
    let _shop = stage.open_shop("", &[]);
    let freeze = format!(
        "  freeze:\n    - {{ reason: year-end audit, until: \"2999-01-07T08:00:00+01:00\", customers: [{CONTOSO}] }}\n    \
         - {{ reason: long over, until: \"2001-01-07T08:00:00+01:00\" }}\n"
    );
    settle(&stage, &freeze);
    assert_eq!(stage.run(&["plan"]).code, 0);
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 8);
    stage.bought(1);
    stage.run(&["plan", "--format", "markdown"]);
    settle(&stage, "");
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 0);
    stage.bought(2);
    assert_transcript!(stage);
}

#[test]
fn a_freeze_of_a_name_holds_orders_that_write_the_tenant_id() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    stage.write(
        "customer.yaml",
        &format!("apiVersion: orderform/v1\nkind: Customer\nmetadata: {{ name: contoso }}\nspec: {{ customerId: {CONTOSO} }}\n"),
    );
    settle(&stage, "  freeze: [{ reason: audit, customers: [contoso] }]\n");
    assert_eq!(stage.run(&["apply", "--auto-approve"]).code, 8);
    stage.bought(0);
}

#[test]
fn a_freeze_that_fits_no_order_is_warned_of_and_of_a_part_of_a_project_nobody_can_say() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    settle(&stage, "  freeze: [{ reason: audit, labels: { region: emae } }]\n");
    let ran = stage.quietly(&["validate"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!((ran.stdout + &ran.stderr).contains("OF0332"));
    assert!(stage.quietly(&["plan", "--verbose"]).stderr.contains("OF0332"));
    assert!(stage.quietly(&["plan"]).stderr.contains("1 warning"));
    let mut watch = stage.start(&["watch", "."]);
    watch.wait_for_print("pass 1: ");
    assert!(end(watch).stderr.contains("1 warning"));
    let part = stage.quietly(&["validate", "a.yaml"]);
    assert!(!(part.stdout + &part.stderr).contains("OF0332"));
    for right in ["[{ reason: audit }]", &format!("[{{ reason: audit, customers: [{CONTOSO}] }}]")] {
        settle(&stage, &format!("  freeze: {right}\n"));
        let ran = stage.quietly(&["validate", "--deny-warnings"]);
        assert_eq!(ran.code, 0, "{ran:?}");
    }
}

/// A settled order would be sent again once the list shows that nothing was bought; not while it is frozen.
#[test]
fn an_attempt_of_what_is_frozen_is_settled_and_not_sent_again() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let lose = "faults:\n  - { on: create, at: 1, do: lose-answer-before }\n";
    let _shop = stage.open_shop(lose, &["--no-audit"]);
    let apply = ["apply", "--auto-approve", "--settle-after", "1ms"];
    assert_eq!(stage.run(&apply).code, 4);
    settle(&stage, "  freeze: [{ reason: audit }]\n");
    // Until the server's clock, which shows whole seconds, says that the wait is over.
    let is_over = |ran: &super::stage::Ran| ran.code != 4 || ran.stdout.contains("it is frozen");
    let refused = (0..).map(|_| stage.quietly(&apply)).find(is_over).unwrap();
    assert_eq!(refused.code, 4, "{refused:?}");
    stage.bought(0);
    settle(&stage, "");
    assert_eq!(stage.quietly(&apply).code, 0);
    stage.bought(1);
}

#[test]
fn a_watcher_buys_what_was_frozen_when_that_is_over_and_not_before() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let shop = stage.open_shop("", &[]);
    let until = now().after(Duration::from_secs(3));
    settle(&stage, &format!("  freeze: [{{ reason: audit, until: \"{until}\" }}]\n"));
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print(": 1 order created");
    assert!(now() >= until);
    end(watch);
    shop.wait_for_orders(1);
    stage.bought(1);
}

#[test]
fn outside_of_all_windows_a_watcher_buys_nothing_new_and_a_person_may() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    // Three days from now it is another day of the week everywhere.
    let days = (now().unix_ms() / 86_400_000 + 3 + 3) % 7;
    let day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][usize::try_from(days).unwrap()];
    let window = "from: \"08:00\", to: \"17:00\", timezone: Europe/Berlin";
    settle(&stage, &format!("  windows: [{{ days: [{day}], {window} }}]\n"));
    let mut watch = stage.start(&WATCH);
    watch.wait_for_print(
        "pass 1: held: it is outside of all windows, so nothing new is bought; the next one opens at ",
    );
    let status = stage.quietly(&["status", "."]).stdout;
    assert!(status.contains("held: it is outside of all windows"), "{status}");
    stage.bought(0);
    settle(
        &stage,
        &format!("  windows: [{{ {} }}]\n", window.replace("08:00", "00:00").replace("17:00", "24:00")),
    );
    watch.wait_for_print(": 1 order created");
    settle(&stage, &format!("  windows: [{{ days: [{day}], {window} }}]\n"));
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print(": held: it is outside of all windows");
    end(watch);
    assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0, "a person may");
    stage.bought(2);
}

#[test]
fn lost_manifests_are_an_alarm_in_both_modes_until_they_are_back_or_forgotten() {
    for mode in [&["watch", ".", "--interval", "1s"][..], &["watch", ".", "--interval", "1s", "--auto-apply"]]
    {
        let names = ["a", "b", "c", "d"];
        let orders: Vec<_> = names.iter().map(|name| (*name, CONTOSO, name.len() as u32 + 4)).collect();
        let stage = Stage::new();
        for (seats, (name, customer, _)) in (1..).zip(orders) {
            stage.write(&format!("{name}.yaml"), &order(name, customer, seats));
        }
        assert_eq!(stage.quietly(&["init", "."]).code, 0);
        settle(&stage, "");
        let _shop = stage.open_shop("", &[]);
        assert_eq!(stage.quietly(&["apply", "--auto-approve"]).code, 0);
        let mut watch = stage.start(mode);
        watch.wait_for_print("pass 1: 0 to buy");
        ["a", "b", "c"].iter().for_each(|name| stage.remove(&format!("{name}.yaml")));
        watch.wait_for_print(": held: `manifestsLost`: of 4 recorded orders 3 have no manifest");
        let status = stage.quietly(&["status", "."]).stdout;
        assert!(status.contains("\nheld: `manifestsLost`"), "{status}");
        for (seats, name) in (1..).zip(["a", "b", "c"]) {
            stage.write(&format!("{name}.yaml"), &order(name, CONTOSO, seats));
        }
        watch.wait_for_print(": 0 to buy, 0 to settle, 4 unchanged");
        assert!(!stage.quietly(&["status", "."]).stdout.contains("\nheld: "));
        ["a", "b", "c"].iter().for_each(|name| stage.remove(&format!("{name}.yaml")));
        watch.wait_for_print(": held: `manifestsLost`");
        ["a", "b"].iter().for_each(|name| assert_eq!(stage.quietly(&["state", "forget", name]).code, 0));
        watch.wait_for_print(": 0 to buy, 0 to settle, 1 unchanged, 0 blocked, 1 without a manifest");
        end(watch);
        stage.bought(4);
    }
}

#[test]
fn a_kill_switch_that_appears_in_the_middle_of_a_pass_lets_nothing_more_leave() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5), ("b", CONTOSO, 7), ("c", FABRIKAM, 9)]);
    settle(&stage, "");
    // The second one is asked to come back: time for a person to step in.
    let busy = "faults:\n  - { on: create, at: 2, do: { status: 429, retryAfter: 3 } }\n";
    let shop = stage.open_shop(busy, &[]);
    let mut watch = stage.start(&[&WATCH[..], &["--parallelism", "1"]].concat());
    watch.wait_for("waiting 3 s");
    stage.write(".orderform/stop", "kim looks into it\n");
    watch.wait_for_print("pass 1: 1 order created, 1 not ordered, 1 not attempted");
    watch.wait_for_print(": held: ");
    stage.bought(1);
    stage.remove(".orderform/stop");
    shop.wait_for_orders(3);
    let ran = end(watch);
    assert!(ran.stdout.contains("kim looks into it"), "{}", ran.stdout);
    stage.bought(3);
}

#[test]
fn told_to_read_settings_anew_a_watcher_reads_the_organisations_file_and_the_price_list() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let _shop = stage.open_shop("", &[]);
    let outside = tempfile::tempdir().unwrap();
    let (organisation, prices) =
        (outside.path().join("organisation.yaml"), outside.path().join("prices.csv"));
    let limit = |seats: u32| {
        let text = format!(
            "apiVersion: orderform/v1\nkind: Organisation\nspec:\n  limits: {{ seatsPerRun: {seats}, spendPerDay: {{ EUR: \"900.00\" }} }}\n"
        );
        std::fs::write(&organisation, text).unwrap();
    };
    let price = |price: &str| {
        let head = "offerId,termDuration,billingCycle,currency,unitPrice\n";
        let row = |id: &str| format!("{id},P1Y,monthly,EUR,{price}\n{id},,monthly,EUR,{price}\n");
        let rows = row("84A03D81-6B37-4D66-8D4A-FAEA24541538") + &row("CFQ7TTC0LH18:0001");
        std::fs::write(&prices, format!("{head}{rows}")).unwrap();
    };
    settle(&stage, "");
    limit(1);
    price("9999.00");
    let (organisation, prices) = (organisation.to_str().unwrap(), prices.to_str().unwrap());
    let arguments = [&WATCH[..], &["--organisation", organisation, "--prices", prices]].concat();
    let mut watch = stage.start(&arguments);
    watch.wait_for_print("`seatsPerRun` of the organisation is 1");
    limit(100);
    watch.signal(Signal::HUP);
    watch.wait_for_print(": held: `spendPerDay` of the organisation is ");
    price("1.00");
    watch.signal(Signal::HUP);
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(1);
}
