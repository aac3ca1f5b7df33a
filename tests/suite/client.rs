//! The client against a server that answers whatever a test wrote down, byte by byte.

mod answers;
mod failures;
mod reads;
mod requests;
mod server;
mod signing;

use std::time::Duration;

use orderform::domain::{
    Answer, AnswerBody, BillingCycle, CorrelationId, CustomerId, LineItem, OfferId, OrderSpec, RequestId,
};
use orderform::partner_center::{AccessToken, Client, ClientSettings, Endpoint};
use orderform::ports::Outgoing;

/// The customer of the page "Create an order".
const CUSTOMER: &str = "4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04";
const REQUEST_ID: &str = "57870501-203b-468e-8a63-078a3826d8ec";
const CORRELATION_ID: &str = "9c272436-538d-4dd4-a421-c811e004784c";
/// A token that must appear nowhere but in the header it is for.
const CANARY: &str = "eyJ0eXAiOiJKV1Qi.c4n4ry-c4n4ry.c4n4ry";

/// Runs a test's future on a runtime of one thread, which is over with it.
fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(future)
}

fn client(base: &str, settings: ClientSettings) -> Client {
    let token = AccessToken::parse(CANARY).unwrap();
    Client::new(Endpoint::parse(base).unwrap(), token, settings).unwrap()
}

/// Patient with everything but a test that hangs.
fn settings() -> ClientSettings {
    ClientSettings {
        request_timeout: Duration::from_secs(20),
        order_limit_bytes: 512 << 10,
        ..ClientSettings::default()
    }
}

fn customer() -> CustomerId {
    CustomerId::parse(CUSTOMER).unwrap()
}

fn outgoing() -> Outgoing {
    Outgoing {
        customer: customer(),
        request_id: RequestId::parse(REQUEST_ID).unwrap(),
        correlation_id: CorrelationId::parse(CORRELATION_ID).unwrap(),
        body: r#"{"Id":null}"#.to_owned(),
    }
}

/// Writes an answer as one line.
fn told(answer: &Answer) -> String {
    let Answer::Response { status, retry_after, body } = answer else {
        return match answer {
            Answer::NotSent(_) => "not sent".to_owned(),
            _ => "lost".to_owned(),
        };
    };
    let wait = retry_after.map_or(String::new(), |wait| format!(" after {}s", wait.as_secs()));
    let body = match body {
        AnswerBody::Order(order) => {
            let lines = order.lines.iter();
            let lines: Vec<_> = lines.map(|l| format!("{}x{}", l.quantity, l.offer_id)).collect();
            format!("order {} {}", order.id, lines.join(" "))
        }
        AnswerBody::Error(error) => format!("error {}: {}", error.code, error.description),
        AnswerBody::Throttled(message) => format!("throttled: {message}"),
        AnswerBody::Unreadable(why) => {
            let why: String = why.as_str().chars().take(50).collect();
            format!("unreadable: {why}")
        }
    };
    format!("{status}{wait} {body}")
}

/// An order of no particular content, of this customer.
fn spec() -> OrderSpec {
    let offer = OfferId::parse("84A03D81-6B37-4D66-8D4A-FAEA24541538").unwrap();
    let line = LineItem { friendly_name: Some("new offer purchase".to_owned()), ..LineItem::new(offer, 5) };
    OrderSpec { billing_cycle: Some(BillingCycle::Unknown), ..OrderSpec::new(customer(), vec![line]) }
}
