//! Every odd answer to a create, and the facts that are reported of it.

use orderform::domain::{Answer, AnswerBody, BillingCycle};
use orderform::partner_center::ClientSettings;
use orderform::ports::PartnerCenter;

use super::server::{Act, Server, answer};
use super::{client, outgoing, run, settings, told};

/// The answer on the page "Create an order" of 2017, its links left out.
const LEGACY: &str = r#"{"id":"074bd849-9106-405c-9923-fa061839d487",
"referenceCustomerId":"4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04","billingCycle":"monthly","lineItems":[{
"lineItemNumber":0,"offerId":"84A03D81-6B37-4D66-8D4A-FAEA24541538",
"subscriptionId":"1DA3295E-C59A-476C-A7E7-D7E981FE79BE","friendlyName":"new offer purchase","quantity":5,
"links":{"subscription":{"uri":"/customers/","method":"GET","headers":[]}}}],
"creationDate":"2017-03-30T10:43:07.157-07:00","attributes":{"etag":
"eyJpZCI6IjA3NGJkODQ5LTkxMDYtNDA1Yy05OTIzLWZhMDYxODM5ZDQ4NyIsInZlcnNpb24iOjF9","objectType":"Order"}}"#;

/// The answer on the page "Create an order" of 2021, its links left out.
const MODERN: &str = r#"{"id":"5cf72f146967","alternateId":"5cf72f146967",
"referenceCustomerId":"f81d98dd-c2f4-499e-a194-5619e260344e","billingCycle":"monthly","currencyCode":"USD",
"currencySymbol":"$","lineItems":[{"lineItemNumber":0,"offerId":"CFQ7TTC0LH0Z:0001:CFQ7TTC0K18P",
"subscriptionId":"fcddfa52-1da8-4529-d347-50ea51e1e7be","termDuration":"P1M","transactionType":"New",
"friendlyName":"AI Builder Capacity add-on","quantity":1,"partnerIdOnRecord":"873452",
"additionalPartnerIdsOnRecord":["4847383","873452"]}],"creationDate":"2021-08-17T18:13:11.3122226Z",
"status":"pending","transactionType":"UserPurchase","client":{},"attributes":{"objectType":"Order"}}"#;

/// An order with as little in it as one can have.
pub(super) const SMALL: &str = r#"{"id":"5cf72f146967","referenceCustomerId":"4d3cf487-70f4-4e1e-9ff1-b2bfce8d9f04",
"lineItems":[{"offerId":"A","quantity":1}]}"#;

const IS_LEGACY: &str = "order 074bd849-9106-405c-9923-fa061839d487 5x84A03D81-6B37-4D66-8D4A-FAEA24541538";
const IS_MODERN: &str = "order 5cf72f146967 1xCFQ7TTC0LH0Z:0001:CFQ7TTC0K18P";
pub(super) const IS_SMALL: &str = "order 5cf72f146967 1xA";

/// Asks once and returns what was answered, having checked that there was one connection and one request.
pub(super) async fn ask(act: Act, settings: ClientSettings) -> Answer {
    let server = Server::start(vec![act]).await;
    let answer = client(&server.base, settings).create_order(outgoing()).await;
    // A hurried client may have gone before the server looked; no client comes twice.
    let seen = (server.connections(), server.requests().len());
    let most = seen.0 <= 1 && seen.1 <= 1;
    let lost = matches!(answer, Answer::Lost(_));
    assert!(most && (lost || seen == (1, 1)), "{seen:?}: one connection and one request a create");
    assert!(!format!("{answer:?}").contains("c4n4ry"), "{answer:?}");
    answer
}

/// Checks a table of answers that end with their connection.
pub(super) fn check(rows: &[(Vec<u8>, String)]) {
    for (bytes, expected) in rows {
        let answer = run(ask(Act::Answer(bytes.clone()), settings()));
        let sent: String = String::from_utf8_lossy(bytes).chars().take(300).collect();
        let told = told(&answer);
        let agrees = match expected.strip_suffix('*') {
            Some(beginning) => told.starts_with(beginning),
            None => told == *expected,
        };
        assert!(agrees, "{sent}\n is {told}\nnot {expected}");
    }
}

pub(super) fn row(status: &str, headers: &str, body: impl AsRef<[u8]>, expected: &str) -> (Vec<u8>, String) {
    (answer(status, headers, body), expected.to_owned())
}

#[test]
fn an_order_is_read_in_every_form_it_is_known_to_have() {
    let created = |body: &str| answer("201 Created", "", body);
    let pascal = SMALL.replace("\"id\"", "\"Id\"").replace("\"lineItems\"", "\"LineItems\"");
    let chunked = {
        let (first, second) = SMALL.split_at(30);
        let head = "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n";
        format!("{head}1e\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n", second.len())
    };
    let doubled =
        "MS-RequestId: v,v\r\nMS-CorrelationId: v\r\nMS-CorrelationId: v\r\nX-Locale: en-US,en-US\r\n";
    check(&[
        (created(LEGACY), format!("201 {IS_LEGACY}")),
        (created(MODERN), format!("201 {IS_MODERN}")),
        (created(&format!("\u{feff}{LEGACY}")), format!("201 {IS_LEGACY}")),
        (created(&pascal), format!("201 {IS_SMALL}")),
        row("201 Created", doubled, SMALL, &format!("201 {IS_SMALL}")),
        row("200 OK", "Content-Type: text/html\r\nSet-Cookie: a=b\r\n", SMALL, &format!("200 {IS_SMALL}")),
        row("202 Accepted", "", SMALL, &format!("202 {IS_SMALL}")),
        (chunked.into_bytes(), format!("201 {IS_SMALL}")),
        ([b"HTTP/1.1 100 Continue\r\n\r\n".to_vec(), created(SMALL)].concat(), format!("201 {IS_SMALL}")),
        ([b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec(), created(SMALL)].concat(), format!("201 {IS_SMALL}")),
        // What follows on the connection is nobody's answer.
        ([created(SMALL), answer("400 Bad Request", "", "{}")].concat(), format!("201 {IS_SMALL}")),
        (format!("HTTP/1.0 201 Created\r\n\r\n{SMALL}").into_bytes(), format!("201 {IS_SMALL}")),
    ]);
}

#[test]
fn the_documented_answers_keep_what_is_recorded_of_them() {
    let Answer::Response { body: AnswerBody::Order(order), .. } =
        run(ask(Act::Answer(answer("201 Created", "", LEGACY)), settings()))
    else {
        panic!("an order")
    };
    assert_eq!(order.created.map(|at| at.unix_ms()), Some(1_490_895_787_157));
    assert_eq!(order.creation_date.as_deref(), Some("2017-03-30T10:43:07.157-07:00"));
    assert_eq!(order.billing_cycle, Some(BillingCycle::Monthly));
    let etag = "eyJpZCI6IjA3NGJkODQ5LTkxMDYtNDA1Yy05OTIzLWZhMDYxODM5ZDQ4NyIsInZlcnNpb24iOjF9";
    assert_eq!(order.etag.as_deref(), Some(etag));
    let line = &order.lines[0];
    assert_eq!(line.friendly_name.as_deref(), Some("new offer purchase"));
    let subscription = line.subscription_id.as_ref().map(ToString::to_string);
    assert_eq!(subscription.as_deref(), Some("1DA3295E-C59A-476C-A7E7-D7E981FE79BE"));

    let Answer::Response { body: AnswerBody::Order(order), .. } =
        run(ask(Act::Answer(answer("201 Created", "", MODERN)), settings()))
    else {
        panic!("an order")
    };
    // Somebody else's: that is judged elsewhere.
    let customer = order.customer_id.map(|id| id.to_string());
    assert_eq!(customer.as_deref(), Some("f81d98dd-c2f4-499e-a194-5619e260344e"));
    assert_eq!((order.status.as_deref(), order.etag), (Some("pending"), None));
    let line = &order.lines[0];
    assert_eq!(line.term_duration.as_ref().map(ToString::to_string).as_deref(), Some("P1M"));
    assert_eq!(line.partner_id_on_record.as_deref(), Some("873452"));
}

/// A 201 with this body, which is reported as unreadable for this reason.
fn created(body: String, expected: &str) -> (Vec<u8>, String) {
    let expected = format!("201 unreadable: {expected}");
    row("201 Created", "", body, &expected)
}

#[test]
fn what_is_not_one_order_is_unreadable() {
    check(&[
        created("{}".into(), "not an order: no `id`"),
        created(String::new(), "an empty body"),
        created(" ".into(), "*"),
        created("null".into(), "not an order: not an object"),
        created("7".into(), "not an order: not an object"),
        created(format!("[{SMALL}]"), "not an order: not an object"),
        created(format!("{SMALL}{SMALL}"), "*"),
        created(format!("{SMALL}x"), "*"),
        created(format!("{SMALL}\0"), "*"),
        created(format!("\u{feff}\u{feff}{SMALL}"), "*"),
        created(SMALL[..SMALL.len() - 1].into(), "*"),
    ]);
}

#[test]
fn an_order_that_could_be_read_in_two_ways_or_not_at_all_is_unreadable() {
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    check(&[
        created(SMALL.replace("{\"id\"", "{\"id\":\"b\",\"id\""), "an object that has `id` twice*"),
        created(SMALL.replace("{\"id\"", "{\"ID\":\"b\",\"id\""), "an object that has `id` twice*"),
        created(SMALL.replace("referenceCustomerId", "customer"), "not an order: no `referenceCustomerId`"),
        created(SMALL.replace("4d3cf487", "contoso"), "not an order: *"),
        created(SMALL.replace("5cf72f146967", "5cf72f14/../6967"), "not an order: *"),
        created(SMALL.replace("\"quantity\":1", "\"quantity\":1e400"), "*"),
        created(SMALL.replace("\"quantity\":1", "\"quantity\":NaN"), "*"),
        created(SMALL.replace("\"quantity\":1", "\"quantity\":-1"), "not an order: *"),
        created(SMALL.replace("\"A\"", "\"\\ud800\""), "*"),
        created(deep, "[[[*"),
        row(
            "201 Created",
            "",
            SMALL.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
            "201 unreadable: *",
        ),
        row("201 Created", "", b"{\"id\":\"\xff\xfe\"}", "201 unreadable: *"),
        row("201 Created", "Content-Encoding: gzip\r\n", b"\x1f\x8b\x08\0\0", "201 unreadable: *"),
        row(
            "200 OK",
            "Content-Type: text/html\r\n",
            "<html>Sign in</html>",
            "200 unreadable: <html>Sign in</html>",
        ),
        (b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(), "204 unreadable: an empty body".into()),
    ]);
}
