//! The exporters: batches over HTTP, from threads of their own.

use std::time::Duration;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::{LogExporter, SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::Layer as _;

use super::is_wanted;
use crate::cli::failure::Failure;
use crate::cli::log::BoxedLayer;

/// How long what was not sent yet has at the end.
const GRACE: Duration = Duration::from_secs(5);

/// Where traces and logs go; nowhere, where no collector is named.
pub(in crate::cli) struct Collector(Option<(SdkTracerProvider, SdkLoggerProvider)>);

impl Collector {
    /// Sends what was not sent yet, for a few seconds at the most.
    pub(in crate::cli) fn close(self) {
        let Some((traces, logs)) = self.0 else { return };
        // A collector that is not there is nobody's failure; the log says so.
        if let Err(error) = traces.shutdown_with_timeout(GRACE) {
            tracing::warn!(%error, "not every trace was sent");
        }
        if let Err(error) = logs.shutdown_with_timeout(GRACE) {
            tracing::warn!(%error, "not every log was sent");
        }
    }
}

/// Gets ready to send, where a collector is named. The standard variables say where, how and with which headers.
pub(in crate::cli) fn open() -> Result<(Collector, Vec<BoxedLayer>), Failure> {
    if !is_wanted() {
        return Ok((Collector(None), Vec::new()));
    }
    let wrong =
        |error: &dyn std::error::Error| Failure::of(error).hint("see the variables `OTEL_EXPORTER_OTLP_…`");
    let client = client().map_err(|error| wrong(&error))?;
    let spans = SpanExporter::builder().with_http().with_http_client(client.clone());
    let spans = spans.build().map_err(|error| wrong(&error))?;
    let records = LogExporter::builder().with_http().with_http_client(client);
    let records = records.build().map_err(|error| wrong(&error))?;
    let traces = SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(spans).build();
    let logs = SdkLoggerProvider::builder().with_resource(resource()).with_batch_exporter(records).build();
    // Of this program alone: what the libraries say while they send would be sent, too.
    let ours = || Targets::new().with_target("orderform", LevelFilter::INFO);
    let layers: Vec<BoxedLayer> = vec![
        tracing_opentelemetry::layer().with_tracer(traces.tracer("orderform")).with_filter(ours()).boxed(),
        OpenTelemetryTracingBridge::new(&logs).with_filter(ours()).boxed(),
    ];
    Ok((Collector(Some((traces, logs))), layers))
}

/// Says who sends: `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` go before it.
fn resource() -> Resource {
    let has = |name: &str, part: &str| {
        std::env::var(name).is_ok_and(|text| !text.is_empty() && text.contains(part))
    };
    let named = has("OTEL_SERVICE_NAME", "") || has("OTEL_RESOURCE_ATTRIBUTES", "service.name=");
    let builder = Resource::builder();
    let builder = if named { builder } else { builder.with_service_name("orderform") };
    builder.with_attribute(opentelemetry::KeyValue::new("service.version", env!("CARGO_PKG_VERSION"))).build()
}

/// Makes connections that follow no redirect, since headers may hold a secret.
fn client() -> Result<reqwest::blocking::Client, reqwest::Error> {
    // Whoever was first has set it, and to the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(10))
        .build()
}
