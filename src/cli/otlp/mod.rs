//! OpenTelemetry: traces and logs to a collector, where `OTEL_EXPORTER_OTLP_ENDPOINT` names one.
//!
//! A pass is a trace, an attempt a span in it, and what is logged is in both. The libraries for it take long to
//! build, so they are a feature, `otlp`; a build without it says so where a collector is named.
//!
//! **Invariant:** a collector that is slow, or not there, holds up and changes nothing.

#[cfg(feature = "otlp")]
mod export;

#[cfg(feature = "otlp")]
pub(super) use export::{Collector, open};

/// Says whether a collector is named, and not switched off, as the specification of OpenTelemetry has it.
fn is_wanted() -> bool {
    let is_set = |name: &&str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let is_off = std::env::var("OTEL_SDK_DISABLED").is_ok_and(|text| text.eq_ignore_ascii_case("true"));
    let names = [
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT",
    ];
    !is_off && names.iter().any(is_set)
}

/// Nobody.
#[cfg(not(feature = "otlp"))]
pub(super) struct Collector;

#[cfg(not(feature = "otlp"))]
impl Collector {
    pub(super) fn close(self) {}
}

#[cfg(not(feature = "otlp"))]
pub(super) fn open() -> Result<(Collector, Vec<super::log::BoxedLayer>), super::failure::Failure> {
    if is_wanted() {
        super::terminal::say(
            "warning: `OTEL_EXPORTER_OTLP_ENDPOINT` is set, and this build sends nothing there: build it with `--features otlp`",
        );
    }
    Ok((Collector, Vec::new()))
}
