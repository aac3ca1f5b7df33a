//! What is read: lists, single orders, audit records, and the time.

use orderform::domain::{Moment, OrderId, Timestamp};
use orderform::partner_center::Client;
use orderform::ports::{PartnerCenter, ReadError};

use super::server::{Act, Server, answer};
use super::{CUSTOMER, client, customer, outgoing, run, settings};

const ORDER: &str = r#"{"id":"5cf72f146967","referenceCustomerId":"4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04",
"lineItems":[{"offerId":"A","quantity":1}]}"#;
const FAULT: &str = r#"{"code":20000,"description":"Order ID not found.","data":[],"source":"PartnerFD"}"#;
const DATE: &str = "Date: Thu, 30 Mar 2017 17:43:08 GMT\r\n";
const DATE_MS: i64 = 1_490_895_788_000;

async fn serving(acts: Vec<Vec<u8>>) -> (Server, Client) {
    let server = Server::start(acts.into_iter().map(Act::Answer).collect()).await;
    let client = client(&server.base, settings());
    (server, client)
}

fn server_ms(moment: &Moment) -> Option<i64> {
    moment.server.map(Timestamp::unix_ms)
}

#[test]
fn a_list_is_of_the_instant_its_own_answer_tells() {
    run(async {
        let list = format!(r#"{{"totalCount":1,"items":[{ORDER}]}}"#);
        let acts = vec![answer("200 OK", DATE, &list), answer("200 OK", "", &list)];
        let (server, client) = serving(acts).await;
        assert_eq!(server_ms(&client.now()), None);
        let listing = client.list_orders(customer()).await.unwrap();
        assert_eq!((listing.orders.len(), server_ms(&listing.at)), (1, Some(DATE_MS)));
        assert!(server_ms(&client.now()) >= Some(DATE_MS));
        assert_eq!(client.now().boot_id, listing.at.boot_id);
        // This one tells none: neither the clock nor the last answer stands in for it.
        let listing = client.list_orders(customer()).await.unwrap();
        assert_eq!(server_ms(&listing.at), None);
        let request = server.requests().remove(0);
        assert!(request.starts_with(&format!("GET /v1/customers/{CUSTOMER}/orders HTTP/1.1\r\n")));
        assert_ne!(request_id(&request), request_id(&server.requests()[1]));
    });
}

fn request_id(request: &str) -> String {
    let mut lines = request.lines();
    let line = lines.find_map(|line| line.strip_prefix("ms-requestid: "));
    line.unwrap().to_owned()
}

#[test]
fn the_clock_is_set_by_whole_answers_of_the_service_itself() {
    run(async {
        let other = "Date: Sat, 01 Jan 2050 00:00:00 GMT\r\n";
        let cut = answer("200 OK", other, "cut short");
        let acts = vec![
            answer("502 Bad Gateway", other, ""),
            cut[..cut.len() - 1].to_vec(),
            answer("429 Too Many Requests", DATE, ""),
        ];
        let (_server, client) = serving(acts).await;
        for expected in [None, None, Some(DATE_MS / 100_000)] {
            client.create_order(outgoing()).await;
            assert_eq!(server_ms(&client.now()).map(|ms| ms / 100_000), expected);
        }
    });
}

#[test]
fn an_order_is_found_not_found_or_not_known() {
    run(async {
        let asked = OrderId::parse("5cf72f146967").unwrap();
        let others = ORDER.replace("4d3cf487", "00000000");
        let acts = vec![
            answer("200 OK", "", ORDER),
            answer("404 Not Found", "", FAULT),
            answer("404 Not Found", "", "<html>no such page</html>"),
            answer("200 OK", "", ORDER.replace("5cf72f146967", "5cf72f146968")),
            answer("200 OK", "", others),
            answer("200 OK", "", FAULT),
        ];
        let (server, client) = serving(acts).await;
        let found = client.find_order(customer(), asked.clone()).await.unwrap();
        assert_eq!(found.map(|order| order.id), Some(asked.clone()));
        assert_eq!(client.find_order(customer(), asked.clone()).await, Ok(None));
        for _ in 0..4 {
            let found = client.find_order(customer(), asked.clone()).await;
            assert!(matches!(found, Err(ReadError::Failed(_))), "{found:?}");
        }
        let path = format!("GET /v1/customers/{CUSTOMER}/orders/5cf72f146967 HTTP/1.1\r\n");
        assert!(server.requests().iter().all(|request| request.starts_with(&path)));
        // It would ask for the list, or for another customer's.
        let steps = OrderId::parse("..").unwrap();
        assert!(client.find_order(customer(), steps).await.is_err());
        assert_eq!(server.requests().len(), 6);
    });
}

/// Checks what is said of a list for which the server answers this.
fn check_list(status: &str, headers: &str, body: &str, expected: &str) {
    let error = run(async {
        let (_server, client) = serving(vec![answer(status, headers, body)]).await;
        client.list_orders(customer()).await.unwrap_err()
    });
    assert!(error.to_string().contains(expected), "{status}: {error}");
}

#[test]
fn what_is_refused_says_who_may_do_something_about_it() {
    let why = r#"{"code":900420,"description":"why"}"#;
    check_list("401 No", "", "", "not accept the sign-in: an empty body");
    check_list("401 No", "", why, "not accept the sign-in: 401/900420: why");
    check_list("403 No", "", why, "refused: 403/900420: why");
    check_list("404 No", "", why, "refused: 404/900420: why");
    check_list("429 No", "Retry-After: 7\r\n", "", "asked to wait");
    check_list("503 No", "Retry-After: 7\r\n", "", "asked to wait");
}

#[test]
fn what_is_no_list_is_not_read() {
    let empty = r#"{"items":[]}"#;
    let unread = [
        ("403 No", "<html>", "answer 403: <html>"),
        ("503 No", "", "answer 503: an empty body"),
        ("500 Oops", r#"{"code":800003}"#, "answer 500"),
        ("201 Created", empty, "answer 201"),
        ("206 Partial Content", empty, "answer 206"),
        ("302 Found", empty, "answer 302"),
        ("200 OK", "<html>Sign in", "<html>Sign in"),
        ("200 OK", r#"{"items":[{}]}"#, "order 0 of the list: no `id`"),
    ];
    for (status, body, why) in unread {
        check_list(status, "", body, &format!("could not be read: {why}"));
    }
}

#[test]
fn audit_records_are_read_page_by_page_and_only_of_this_origin() {
    run(async {
        let order = ORDER.replace('\n', "").replace('"', "\\\"");
        let record = format!(
            r#"{{"customerId":"{CUSTOMER}","resourceType":"order","operationType":"create_order",
            "operationStatus":"succeeded","originalCorrelationId":"9c272436-538d-4dd4-a421-c811e004784c",
            "resourceNewValue":"{order}"}}"#
        );
        let page = |next: &str| {
            let body =
                format!(r#"{{"items":[{record},{{"items":7}},null],"links":{{"next":{{"uri":"{next}"}}}}}}"#);
            answer("200 OK", DATE, body)
        };
        let acts =
            vec![page("/auditrecords?seekOperation=Next"), page("https://evil.example/v1/auditrecords?x")];
        let (server, client) = serving(acts).await;
        let unknown = client.now();
        // Without any server's time there is no day to ask from.
        assert!(client.audited_orders(customer(), unknown).await.is_err());
        assert_eq!(server.connections(), 0);
        let since =
            Moment { server: Timestamp::parse("2017-03-01T00:00:00Z"), boot_id: String::new(), boot_ms: 0 };
        let found = client.audited_orders(customer(), since).await.unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].order.id.as_str(), "5cf72f146967");
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert!(
            requests[0].starts_with("GET /v1/auditrecords?startDate=2017-02-28&filter=%7B%22Field%22%3A")
        );
        assert!(requests[1].starts_with("GET /v1/auditrecords?seekOperation=Next HTTP/1.1\r\n"));
    });
}

#[test]
fn audit_pages_without_end_are_given_up() {
    run(async {
        let page = |n: usize| {
            let body = format!(r#"{{"items":[],"links":{{"next":{{"uri":"/auditrecords?page={n}"}}}}}}"#);
            answer("200 OK", DATE, body)
        };
        let (server, client) = serving((0..99).map(page).collect()).await;
        let since =
            Moment { server: Timestamp::parse("2017-03-01T00:00:00Z"), boot_id: String::new(), boot_ms: 0 };
        assert_eq!(client.audited_orders(customer(), since).await, Ok(vec![]));
        assert_eq!(server.requests().len(), 50);
    });
}
