//! `watch --auto-apply` when the world around it fails: the network, Partner Center, the token. It goes on by itself, and
//! every order is bought once.

use rustix::process::Signal;

use super::relay::Relay;
use super::running::Running;
use super::shop::Shop;
use super::stage::Stage;
use super::unattended::limit;
use super::words::{CONTOSO, FABRIKAM, order};

const WATCH: [&str; 6] = ["watch", ".", "--auto-apply", "--settle-after", "1s", "--verbose"];

fn watch_through(stage: &Stage, relay: &Relay) -> Running {
    let mut command = stage.command(&WATCH);
    Running::start(command.env("ORDERFORM_ENDPOINT", &relay.endpoint))
}

fn end(watch: Running) {
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
}

fn open_shop(stage: &Stage, faults: &str) -> Shop {
    stage.write("faults.txt", faults);
    Shop::open(&stage.path(""), &["--no-audit"])
}

#[test]
fn a_network_that_is_lost_is_waited_for() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let shop = open_shop(&stage, "");
    let relay = Relay::cut();
    let mut watch = watch_through(&stage, &relay);
    watch.wait_for_print("pass 1: failed: ");
    relay.lead_to(&shop);
    watch.wait_for_print(": 1 order created");
    // And again, once it is used to it.
    relay.cut_off();
    stage.write("b.yaml", &order("b", FABRIKAM, 7));
    watch.wait_for_print("failed: ");
    relay.lead_to(&shop);
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(2);
}

/// Starts Partner Center anew while it is about an order; `seen` waits until it is.
fn restart_in_the_middle_of(fault: &str, seen: impl FnOnce(&Shop)) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let shop = open_shop(&stage, &format!("faults:\n  - {{ on: create, at: 1, do: {fault} }}\n"));
    let relay = Relay::cut();
    relay.lead_to(&shop);
    let mut watch = watch_through(&stage, &relay);
    watch.wait_for("sending a ");
    seen(&shop);
    relay.cut_off();
    drop(shop);
    watch.wait_for_print("1 in doubt");
    let shop = open_shop(&stage, "");
    relay.lead_to(&shop);
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(1);
}

/// Partner Center had made the order, and went away before it said so.
#[test]
fn partner_center_that_is_started_anew_in_the_middle_of_an_order_is_asked_for_it() {
    restart_in_the_middle_of("hang-after", |shop| shop.wait_for_orders(1));
}

/// It had not made it yet: it is sent again with the same request id, by the protocol, and nobody is asked.
#[test]
fn an_order_that_partner_center_never_saw_is_sent_again_once_its_time_has_come() {
    restart_in_the_middle_of("hang-before", |_| ());
}

/// `jwt` as Microsoft Entra writes one, with an end of its life, in seconds since 1970.
fn token_until(expiry: u64) -> String {
    use base64::Engine as _;
    let part = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims = format!(r#"{{"aud":"https://api.partnercenter.microsoft.com","exp":{expiry}}}"#);
    format!("{}.{}.{}", part(r#"{"alg":"RS256","typ":"JWT"}"#), part(&claims), part("signature"))
}

#[test]
fn a_token_that_is_lost_or_has_expired_is_waited_for() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let mut command = stage.command(&WATCH);
    command.env_remove("ORDERFORM_ACCESS_TOKEN").env("ORDERFORM_ACCESS_TOKEN_FILE", "token.txt");
    let mut watch = Running::start(&mut command);
    watch.wait_for_print("pass 1: failed: ");
    stage.write("token.txt", &token_until(1_000_000_000));
    watch.wait_for_print("401");
    stage.bought(0);
    stage.write("token.txt", &(token_until(100_000_000_000) + "\n"));
    watch.wait_for_print(": 1 order created");
    end(watch);
    stage.bought(1);
}
