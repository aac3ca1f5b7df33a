//! Refusals, throttles and answers that never end or come: what is reported of each.

use std::time::Duration;

use orderform::partner_center::ClientSettings;

use super::answers::{IS_SMALL, SMALL, ask, check, row};
use super::server::{Act, answer};
use super::{CANARY, run, settings, told};

/// Partner Center's own error ("Error codes").
const FAULT: &str =
    r#"{"code":900206,"description":"Partner Attestation is missing.","data":[],"source":"PartnerFD"}"#;
const IS_FAULT: &str = "error 900206: Partner Attestation is missing.";

/// The throttle gateway's ("API throttling guidance").
const THROTTLE: &str = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}"#;
const IS_THROTTLE: &str = "throttled: Rate limit is exceeded. Try again in 57 seconds.";

#[test]
fn an_error_is_partner_centers_own_or_it_is_unreadable() {
    let text_code = FAULT.replace("900206", "\"900206\"");
    check(&[
        row("400 Bad Request", "", FAULT, &format!("400 {IS_FAULT}")),
        row("400 Bad Request", "", text_code, &format!("400 {IS_FAULT}")),
        row("403 Forbidden", "", format!("\u{feff}{FAULT}"), &format!("403 {IS_FAULT}")),
        row(
            "409 Conflict",
            "",
            r#"{"Code":800060,"Description":"Your order is in progress."}"#,
            "409 error 800060: Your order is in progress.",
        ),
    ]);
}

#[test]
fn what_is_only_like_partner_centers_own_error_is_not_taken_for_it() {
    check(&[
        // A fault in a success is a fault, and an order in a failure is none.
        row("201 Created", "", FAULT, &format!("201 {IS_FAULT}")),
        row(
            "200 OK",
            "",
            r#"{"code":400072,"description":"an error with status OK"}"#,
            "200 error 400072: an error with status OK",
        ),
        row("500 Internal Server Error", "", SMALL, "500 unreadable: {\"id\"*"),
        row(
            "500 Internal Server Error",
            "",
            r#"{"code":0,"description":"unknown \u001b[2J"}"#,
            "500 error 0: unknown \\u{1b}[2J",
        ),
        row(
            "401 Unauthorized",
            "WWW-Authenticate: Bearer realm=\"\"\r\n",
            "",
            "401 unreadable: an empty body",
        ),
        row("400 Bad Request", "", r#"{"code":{},"description":""}"#, "400 unreadable: *"),
        row("400 Bad Request", "", r#"{"code":null}"#, "400 unreadable: *"),
        row(
            "400 Bad Request",
            "",
            r#"{"code":1,"code":2}"#,
            "400 unreadable: an object that has `code` twice*",
        ),
        row("400 Bad Request", "", r#"{"error":{"code":"x"}}"#, "400 unreadable: *"),
        row(
            "500 Internal Server Error",
            "",
            "<html>\r\n<h1>500</h1>",
            "500 unreadable: <html>  <h1>500</h1>",
        ),
        row("502 Bad Gateway", "", "", "502 unreadable: an empty body"),
        // What is echoed of the token is blotted out.
        row(
            "400 Bad Request",
            "",
            format!(r#"{{"code":1,"description":"Bearer {CANARY}"}}"#),
            "400 error 1: Bearer [token]",
        ),
        row("500 Oops", "", CANARY, "500 unreadable: [token]"),
    ]);
}

#[test]
fn a_throttled_answer_says_how_long_and_garbage_says_nothing() {
    let date = "Date: Tue, 21 Jul 2020 04:10:58 GMT\r\n";
    let wait = |value: &str, expected: &str| {
        let headers = format!("{date}Retry-After: {value}\r\n");
        row("429 Too Many Requests", &headers, THROTTLE, &format!("429{expected} {IS_THROTTLE}"))
    };
    check(&[
        wait("57", " after 57s"),
        wait("0", " after 0s"),
        wait("Tue, 21 Jul 2020 04:11:08 GMT", " after 10s"),
        wait("Tue, 21 Jul 2015 04:11:08 GMT", ""),
        wait("1000000000000", " after 86400s"),
        wait("1e12", ""),
        wait("-1", ""),
        wait("soon", ""),
        wait("\u{e4}", ""),
        row("429 Too Many Requests", "", THROTTLE, &format!("429 {IS_THROTTLE}")),
        row("503 Service Unavailable", "Retry-After: 5\r\n", "busy", "503 after 5s unreadable: busy"),
        row("429 Too Many Requests", "", r#"{"statusCode":"many"}"#, "429 unreadable: *"),
    ]);
}

#[test]
fn an_answer_that_does_not_end_where_it_says_is_lost() {
    let cut = answer("201 Created", "", SMALL);
    let cut = cut[..cut.len() - 1].to_vec();
    let lost = |bytes: &[u8]| (bytes.to_vec(), "lost".to_owned());
    let upgrade = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n{}";
    let two_lengths = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n\
        2\r\n{}\r\n0\r\n\r\n";
    let many = "X: y\r\n".repeat(100_000);
    let long = format!("X: {}\r\n", "y".repeat(1 << 20));
    check(&[
        lost(&cut),
        lost(b""),
        lost(b"HTTP/1.1 201 Cre"),
        lost(b"HTTP/1.1 201 Created\r\nContent-Length: 5\r\n"),
        lost(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\""),
        lost(b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        lost(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        lost(b"HTTP/1.1 201 Created\r\nContent-Length: -1\r\n\r\n{}"),
        lost(b"HTTP/1.1 999999 What\r\n\r\n{}"),
        lost(b"garbage\r\n\r\n"),
        lost(b"HTTP/2.0 201 Created\r\nContent-Length: 2\r\n\r\n{}"),
        lost(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        // Two lengths: whoever put one of them there may have put more.
        lost(two_lengths),
        (upgrade.to_vec(), "101 unreadable: an empty body".to_owned()),
        lost(&answer("201 Created", &many, SMALL)),
        lost(&answer("201 Created", &long, SMALL)),
        lost(&answer("201 Created", "", "x".repeat(600 << 10))),
    ]);
    assert_eq!(told(&run(ask(Act::Reset, settings()))), "lost");
}

/// Waits a fifth of a second for an answer.
fn hurried() -> ClientSettings {
    ClientSettings { request_timeout: Duration::from_millis(200), ..settings() }
}

#[test]
fn an_answer_without_end_is_given_up_at_the_limit() {
    let head = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024)).into_bytes();
    assert_eq!(told(&run(ask(Act::Endless(head, chunk), settings()))), "lost");
    let head = b"HTTP/1.1 201 Created\r\n\r\n".to_vec();
    assert_eq!(told(&run(ask(Act::Endless(head, b"x".repeat(1024)), settings()))), "lost");
    let head = b"HTTP/1.1 100 Continue\r\n\r\n".to_vec();
    assert_eq!(told(&run(ask(Act::Endless(head.clone(), head), hurried()))), "lost");
}

#[test]
fn an_answer_that_does_not_come_in_time_is_lost_wherever_it_stops() {
    let whole = answer("201 Created", "", SMALL);
    for bytes in [&b""[..], b"HTTP/1.1 201", &whole[..whole.len() - 1]] {
        let answer = run(ask(Act::Hold(bytes.to_vec()), hurried()));
        assert_eq!(told(&answer), "lost");
    }
    // One that is whole needs no end of the connection.
    let answer = run(ask(Act::Hold(whole), settings()));
    assert_eq!(told(&answer), format!("201 {IS_SMALL}"));
}
