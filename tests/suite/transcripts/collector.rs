//! Logs and traces: an object a line on stderr, and OpenTelemetry to a collector on loopback.
//!
//! What needs the feature `otlp` is tested in a build that has it, as `.ci/run` makes one.

use rustix::process::Signal;
use serde_json::Value;

use super::running::Running;
use super::stage::Stage;
use super::words::CONTOSO;

/// Returns the lines of the log, which are all objects; what else is on stderr begins with a word.
fn log(stderr: &str) -> Vec<Value> {
    let lines = stderr.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

#[test]
fn in_json_every_line_of_the_log_is_an_object_that_says_which_order_it_is_about() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    let hostile = "faults:\n  - { on: create, at: 1, do: { status: 400, code: 1, description: \"x\\n{\\u001b[2J\\u202e\" } }\n";
    let _shop = stage.open_shop(hostile, &[]);
    let mut command = stage.command(&["apply", ".", "--auto-approve", "--format", "json"]);
    command.env("ORDERFORM_LOG_FORMAT", "json").env_remove("ORDERFORM_LOG_PATH");
    let ran = super::stage::Ran::from(command.output().unwrap());
    let lines = log(&ran.stderr);
    assert_eq!(lines.len(), ran.stderr.lines().count(), "{}", ran.stderr);
    assert!(!ran.stderr.chars().any(|c| c != '\n' && orderform::domain::is_harmful(c)), "{}", ran.stderr);
    let find = |message: &str| {
        let found = lines.iter().find(|line| line["fields"]["message"] == message);
        found.unwrap_or_else(|| panic!("no `{message}` in {}", ran.stderr))
    };
    let (sending, ended) = (&find("sending")["fields"], find("ended"));
    assert_eq!((&sending["order"], &ended["fields"]["order"]), (&"a".into(), &"a".into()));
    assert_eq!(sending["request_id"], ended["fields"]["request_id"]);
    assert_eq!(sending["correlation_id"].as_str().unwrap().len(), 36);
    assert_eq!(
        (&ended["fields"]["outcome"], &ended["span"]["name"]),
        (&"notOrdered".into(), &"attempt".into())
    );
}

#[test]
fn what_a_log_is_asked_for_and_cannot_be_is_refused() {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    for (name, value) in [
        ("ORDERFORM_LOG", "orderform=loud"),
        ("ORDERFORM_LOG_FORMAT", "yaml"),
        ("ORDERFORM_LOG_PATH", "no/such/directory/log"),
    ] {
        stage.note(&format!("{name}={value}"));
        let mut command = stage.command(&["plan"]);
        command.env(name, value);
        assert_eq!(stage.run_command(&["plan"], command).code, 1);
    }
    assert_transcript!(stage);
}

/// Runs a watcher that buys one order and is told to stop; gives what it said on stderr.
fn watched(environment: &[(&str, &str)]) -> (Stage, String) {
    let stage = Stage::with_orders(&[("a", CONTOSO, 5)]);
    super::telling::limit(&stage);
    let _shop = stage.open_shop("", &[]);
    let mut command = stage.command(&["watch", ".", "--auto-apply", "--settle-after", "1h"]);
    command.env_remove("ORDERFORM_LOG").env_remove("ORDERFORM_LOG_PATH");
    command.envs(environment.iter().copied());
    let mut watch = Running::start(&mut command);
    watch.wait_for_print("pass 1: 1 order created");
    watch.signal(Signal::TERM);
    let ran = watch.finish();
    assert_eq!(ran.code, 0, "{ran:?}");
    stage.bought(1);
    (stage, ran.stderr)
}

/// Port 9 is that of `discard`, where nobody listens.
#[test]
fn a_collector_that_is_not_there_holds_up_nothing() {
    let (_, stderr) = watched(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")]);
    let says_so = stderr.contains("this build sends nothing there");
    assert_eq!(says_so, !cfg!(feature = "otlp"), "{stderr}");
}

#[cfg(feature = "otlp")]
mod with_otlp {
    use super::*;
    use crate::transcripts::receiver::{Came, Receiver, status};

    /// Returns an attribute of a span or a log record.
    fn attribute<'a>(of: &'a Value, key: &str) -> &'a Value {
        let attributes = of["attributes"].as_array().unwrap();
        let found = attributes.iter().find(|attribute| attribute["key"] == key);
        &found.unwrap_or_else(|| panic!("no `{key}` in {of:#}"))["value"]["stringValue"]
    }

    /// Returns everything of one kind that came, such as all `spans` of `resourceSpans`.
    fn all(came: &[Came], path: &str, levels: [&str; 3]) -> Vec<Value> {
        let of = |value: &Value, level: &str| value[level].as_array().cloned().unwrap_or_default();
        let documents = came.iter().filter(|came| came.path == path).map(Came::json);
        let resources = documents.flat_map(|document| of(&document, levels[0]));
        let scopes = resources.flat_map(|resource| of(&resource, levels[1]));
        scopes.flat_map(|scope| of(&scope, levels[2])).collect()
    }

    #[test]
    fn a_pass_is_a_trace_and_an_attempt_a_span_with_its_ids() {
        const HEADER: &str = "canary-header-value";
        let collector = Receiver::open(|_| status(200));
        let headers = format!("authorization={HEADER}");
        let (stage, stderr) = watched(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_HEADERS", &headers),
            ("ORDERFORM_LOG", "trace"),
        ]);
        assert!(!stderr.contains(HEADER), "{stderr}");
        let came = collector.rest();
        assert!(came.iter().all(|came| came.header("authorization") == HEADER));
        let spans = all(&came, "/v1/traces", ["resourceSpans", "scopeSpans", "spans"]);
        let named = |name: &str| {
            spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("{spans:#?}"))
        };
        let (pass, attempt) = (named("pass"), named("attempt"));
        assert_eq!((&attempt["traceId"], &attempt["parentSpanId"]), (&pass["traceId"], &pass["spanId"]));
        assert_eq!(attribute(pass, "turn"), "applied");
        assert_eq!(
            (attribute(attempt, "order"), attribute(attempt, "outcome")),
            (&"a".into(), &"created".into())
        );
        let bought = &stage.ledger()[0];
        let ids = [("request_id", "requestId"), ("correlation_id", "correlationId"), ("order_id", "orderId")];
        for (ours, theirs) in ids {
            assert_eq!(attribute(attempt, ours), &bought[theirs], "{bought:#}");
        }
        let logs = all(&came, "/v1/logs", ["resourceLogs", "scopeLogs", "logRecords"]);
        let sending = logs
            .iter()
            .find(|log| log["body"]["stringValue"] == "sending")
            .unwrap_or_else(|| panic!("{logs:#?}"));
        assert_eq!(attribute(sending, "correlation_id"), attribute(attempt, "correlation_id"));
        assert_eq!(sending["traceId"], pass["traceId"], "{sending:#}");
    }
}
