//! What leaves: one request, as documented, to the one host it is for; and the token nowhere else.

use std::io;
use std::sync::{Arc, Mutex};

use orderform::domain::{Answer, EndpointId};
use orderform::partner_center::{AccessToken, Client, ClientSettings, Endpoint};
use orderform::ports::{Outgoing, PartnerCenter};
use tokio::net::TcpListener;

use super::server::{Act, Server, answer};
use super::{
    CANARY, CORRELATION_ID, CUSTOMER, REQUEST_ID, client, customer, outgoing, run, settings, spec, told,
};

/// The request on the page "Create an order", as far as a header is ours to choose.
#[test]
fn a_create_leaves_as_documented() {
    let request = run(async {
        let server = Server::start(vec![Act::Answer(answer("400 Bad Request", "", "{}"))]).await;
        let client = client(&server.base, settings());
        assert_eq!(client.endpoint(), EndpointId::Sandbox);
        let body = client.render(&spec());
        client.create_order(Outgoing { body, ..outgoing() }).await;
        server.requests().remove(0)
    });
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let path = format!("POST /v1/customers/{CUSTOMER}/orders HTTP/1.1");
    assert_eq!(lines.next(), Some(path.as_str()));
    let mut headers: Vec<String> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| name != "host")
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    headers.sort();
    let version = env!("CARGO_PKG_VERSION");
    let mut expected = [
        "accept: application/json".to_owned(),
        format!("authorization: Bearer {CANARY}"),
        format!("content-length: {}", body.len()),
        "content-type: application/json".to_owned(),
        format!("ms-correlationid: {CORRELATION_ID}"),
        format!("ms-partnercenter-application: orderform/{version}"),
        format!("ms-requestid: {REQUEST_ID}"),
        format!("user-agent: orderform/{version}"),
        "x-locale: en-US".to_owned(),
    ];
    expected.sort();
    assert_eq!(headers, expected);
    let documented = concat!(
        r#"{"Id":null,"ReferenceCustomerId":"4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04","BillingCycle":"unknown","#,
        r#""LineItems":[{"LineItemNumber":0,"OfferId":"84A03D81-6B37-4D66-8D4A-FAEA24541538","#,
        r#""SubscriptionId":null,"ParentSubscriptionId":null,"FriendlyName":"new offer purchase","Quantity":5,"#,
        r#""PartnerIdOnRecord":null,"Attributes":{"ObjectType":"OrderLineItem"}}],"CreationDate":null,"#,
        r#""Attributes":{"ObjectType":"Order"}}"#,
    );
    assert_eq!(body, documented);
}

#[test]
fn a_connection_refused_means_that_nothing_was_sent() {
    let answer = run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        client(&base, settings()).create_order(outgoing()).await
    });
    assert_eq!(told(&answer), "not sent");
}

/// The server's half of the handshake never comes: no byte of the request can have left.
#[test]
fn a_tls_handshake_that_fails_means_that_nothing_was_sent() {
    let (answer, requests) = run(async {
        let server = Server::start(vec![Act::Hold(Vec::new())]).await;
        let base = server.base.replace("http://", "https://");
        let hurried = ClientSettings { connect_timeout: std::time::Duration::from_millis(200), ..settings() };
        let token = AccessToken::parse(CANARY).unwrap();
        // A system without certificates cannot even begin: that is no failure of this test.
        let client = Client::new(Endpoint::parse(&base).unwrap(), token, hurried);
        let Ok(client) = client else {
            return (None, server.requests());
        };
        (Some(client.create_order(outgoing()).await), server.requests())
    });
    assert!(answer.is_none_or(|answer| matches!(answer, Answer::NotSent(_))));
    assert!(requests.is_empty());
}

#[test]
fn a_redirect_is_reported_and_never_followed() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        run(async {
            let elsewhere = Server::start(vec![Act::Answer(answer("200 OK", "", "{}"))]).await;
            let location = format!("Location: {}/v1/customers\r\n", elsewhere.base);
            let server = Server::start(vec![Act::Answer(answer(status, &location, ""))]).await;
            let client = client(&server.base, settings());
            let told = told(&client.create_order(outgoing()).await);
            assert_eq!(told, format!("{} unreadable: an empty body", &status[..3]));
            assert!(client.list_orders(customer()).await.is_err());
            assert_eq!((server.requests().len(), elsewhere.connections()), (2, 0));
        });
    }
}

#[test]
fn localhost_is_this_machine() {
    run(async {
        let server = Server::start(vec![Act::Answer(answer("400 Bad Request", "", "{}"))]).await;
        let base = server.base.replace("127.0.0.1", "localhost");
        let answer = client(&base, settings()).create_order(outgoing()).await;
        assert_eq!(told(&answer), "400 unreadable: {}");
        assert!(server.requests()[0].contains("host: localhost:"));
    });
}

#[test]
fn every_create_has_a_connection_of_its_own() {
    run(async {
        let server = Server::start(vec![Act::Hold(answer("400 Bad Request", "", "{}"))]).await;
        let client = client(&server.base, settings());
        for sends in 1..=3 {
            client.create_order(outgoing()).await;
            assert_eq!((server.connections(), server.requests().len()), (sends, sends));
        }
    });
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_token_is_in_no_log_however_much_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    // With one subscriber alone, whichever thread comes first decides for all whether a place in the code is logged.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    tracing::subscriber::with_default(subscriber, || {
        run(async {
            let echo = answer("500 Oops", &format!("X-Echo: {CANARY}\r\n"), CANARY);
            let acts = vec![Act::Answer(echo), Act::Reset];
            let server = Server::start(acts).await;
            let client = client(&server.base, settings());
            tracing::info!(?client, "client");
            for _ in 0..2 {
                let answer = client.create_order(outgoing()).await;
                let listed = client.list_orders(customer()).await;
                assert!(!format!("{answer:?} {listed:?} {client:?}").contains("c4n4ry"));
            }
            assert!(server.requests().iter().all(|request| request.contains(CANARY)));
        });
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("create order"), "{log}");
    assert!(!log.contains("c4n4ry"), "{log}");
}
