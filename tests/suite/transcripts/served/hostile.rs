//! Clients that ask for what there is not, in ways that nobody should, or never come to the point.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::super::stage::Stage;
use super::super::words::{CONTOSO, FABRIKAM, order};
use super::client::{Events, asked, connect, get, send};
use super::{end, metrics, watching};

#[test]
fn only_reading_is_answered_and_every_answer_is_dressed() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (watch, address) = watching(&stage);
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
        for path in ["/", "/status", "/nothing"] {
            let reply = asked(address, method, path, "");
            assert_eq!((reply.status, reply.header("allow")), (405, Some("get, head")), "{method} {path}");
        }
    }
    for headers in
        ["Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\n", "Content-Length: 99999999999\r\n"]
    {
        assert_eq!(asked(address, "GET", "/livez", headers).status, 413, "{headers}");
    }
    let paths = ["/", "/status", "/metrics", "/livez", "/readyz"];
    for path in paths {
        let (whole, head) = (get(address, path), asked(address, "HEAD", path, ""));
        assert_eq!((whole.status, head.status, head.body.as_str()), (200, 200, ""), "{path}");
        assert!(head.header("content-length").is_some(), "{path}");
    }
    for reply in paths.map(|path| get(address, path)).into_iter().chain([
        get(address, "/../etc/passwd"),
        asked(address, "POST", "/", ""),
        asked(address, "HEAD", "/events", ""),
    ]) {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "deny"),
            ("cache-control", "no-store"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("connection", "close"),
        ] {
            assert_eq!(reply.header(name), Some(value), "{reply:?}");
        }
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        for absent in ["server", "access-control-allow-origin", "set-cookie"] {
            assert_eq!(reply.header(absent), None, "{reply:?}");
        }
    }
    assert_eq!(get(address, "/../etc/passwd").status, 404);
    end(watch);
}

#[test]
fn whoever_was_led_here_under_another_name_gets_nothing() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (watch, address) = watching(&stage);
    let port = address.port();
    for request in [
        "GET /status HTTP/1.1\r\nHost: evil.example\r\n\r\n".to_owned(),
        format!("GET /status HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n"),
        format!("GET http://evil.example/status HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        format!("GET /status HTTP/1.1\r\nHost: localhost:{port}\r\nHost: evil.example\r\n\r\n"),
        "GET /status HTTP/1.1\r\n\r\n".to_owned(),
        "GET /status HTTP/1.0\r\n\r\n".to_owned(),
    ] {
        let reply = send(address, request.as_bytes()).unwrap();
        assert_eq!(reply.status, 403, "{request}");
        assert!(!reply.body.contains("formatVersion"));
    }
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let request = format!("GET /status HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n");
        assert_eq!(send(address, request.as_bytes()).unwrap().status, 200, "{host}");
    }
    let of_another_site = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n";
    assert_eq!(asked(address, "GET", "/events", of_another_site).status, 403);
    let followed = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
    assert_eq!(asked(address, "GET", "/", followed).status, 200);
    end(watch);
}

#[test]
fn what_is_no_request_or_too_long_ends_its_connection_alone() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (watch, address) = watching(&stage);
    let long = format!("X-Long: {}\r\n", "x".repeat(40_000));
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    let path = "x".repeat(40_000);
    for request in [
        "\r\n\r\n\r\n".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {address}\r\n{long}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {address}\r\n{many}\r\n"),
        format!("GET /{path} HTTP/1.1\r\nHost: {address}\r\n\r\n"),
        format!("GET / HTTP/2.0\r\nHost: {address}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost : {address}\r\n\r\n"),
    ] {
        let status = send(address, request.as_bytes()).map(|reply| reply.status);
        let beginning: String = request.chars().take(60).collect();
        assert!(status.is_none_or(|status| (400..500).contains(&status)), "{status:?}: {beginning}");
    }
    assert_eq!(get(address, "/livez").status, 200);
    end(watch);
}

/// Reads until the other side ends, one way or the other.
fn wait_for_the_end(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}");
    }
    answer
}

#[test]
fn nobody_who_dawdles_keeps_others_or_the_watcher_from_going_on() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let (mut watch, address) = watching(&stage);
    let mut slow = connect(address);
    slow.write_all(b"GET /status HT").unwrap();
    // They follow the events and never read one.
    let request = format!("GET /events HTTP/1.1\r\nHost: {address}\r\n\r\n");
    let deaf: Vec<TcpStream> = (0..32)
        .map(|_| {
            let mut stream = connect(address);
            stream.write_all(request.as_bytes()).unwrap();
            // That it is answered is known by the first byte.
            stream.peek(&mut [0]).unwrap();
            stream
        })
        .collect();
    let full = get(address, "/events");
    assert_eq!((full.status, full.header("retry-after")), (503, Some("30")));
    let idle: Vec<TcpStream> = (0..200).map(|_| connect(address)).collect();
    for (number, name) in (2..).zip(["b", "c", "d"]) {
        stage.write(&format!("{name}.yaml"), &order(name, FABRIKAM, number));
        watch.wait_for_print(&format!("pass {number}: "));
        assert_eq!(get(address, "/readyz").body, format!("pass {number} ended well\n"));
        assert_eq!(metrics(address).value("orderform_orders{action=\"create\"}"), f64::from(number));
    }
    // Whoever does not say what it wants is let go, first come, first gone.
    for stream in [slow].into_iter().chain(idle) {
        let answer = String::from_utf8(wait_for_the_end(stream)).unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    // Whoever follows has missed nothing that still holds.
    drop(deaf);
    let mut events = Events::follow_when_there_is_room(address);
    assert_eq!(events.next().unwrap()["pass"], 4);
    end(watch);
}
