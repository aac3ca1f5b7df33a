//! What is counted, for Prometheus: as OpenMetrics text where that is asked for, else in the older format that everything reads.
//!
//! Everything is there from the first scrape on, with 0 where nothing happened yet, so that an increase is seen. Durations are
//! in seconds, instants in seconds since 1970.
//!
//! **Invariant:** no label holds what manifests or servers say: the number of series is bounded, and nobody's name is in them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet, prometheus_text, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use super::Watched;
use crate::domain::{Bound, Recorded, Timestamp};
use crate::plan::{Limit, Measured};
use crate::watch::{Life, Manifests, Met, Operation, Passes, Picture, Standing, Status, Vitals};

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// Prometheus text 0.0.4.
    Plain,
}

impl Dialect {
    /// Takes what a client accepts. Whoever does not name OpenMetrics may not know it.
    pub(super) fn of(accept: Option<&str>) -> Self {
        let names = |one: &str| {
            one.split(';').next().is_some_and(|kind| kind.trim() == "application/openmetrics-text")
        };
        match accept.is_some_and(|accept| accept.split(',').any(names)) {
            true => Self::OpenMetrics,
            false => Self::Plain,
        }
    }

    /// The content type.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Plain => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// Writes everything there is to count.
pub(super) fn exposition(watched: &Watched, dialect: Dialect) -> String {
    let (status, now) = (watched.status(), (watched.clock.local)());
    let used = status.picture.as_deref().map(|picture| picture.used(now)).unwrap_or_default();
    let snapshot = Snapshot { status, vitals: Arc::clone(&watched.vitals), life: watched.life(), now, used };
    let mut registry = Registry::default();
    registry.register_collector(Box::new(snapshot));
    let mut written = String::new();
    let encoded = match dialect {
        Dialect::OpenMetrics => text::encode(&mut written, &registry),
        Dialect::Plain => prometheus_text::encode(&mut written, &registry),
    };
    encoded.expect("a text takes whatever is written to it");
    written
}

/// What is known at one instant.
#[derive(Debug)]
struct Snapshot {
    status: Arc<Status>,
    vitals: Arc<Vitals>,
    life: Life,
    now: Timestamp,
    /// What is used of limits then.
    used: Vec<Limit>,
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut sheet = Sheet(encoder);
        self.watcher(&mut sheet)?;
        self.orders(&mut sheet)?;
        self.passes(&mut sheet)?;
        self.requests(&mut sheet)?;
        self.limits(&mut sheet)
    }
}

impl Snapshot {
    fn picture(&self) -> Option<&Picture> {
        self.status.picture.as_deref()
    }

    fn watcher(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let status = &self.status;
        sheet.info("orderform_build", "Which program this is.", [("version", env!("CARGO_PKG_VERSION"))])?;
        let (name, seconds) = ("orderform_start_time", Some(&Unit::Seconds));
        sheet.gauge(name, seconds, "When the watcher was started.", instant(Some(status.started)))?;
        let leads = u64::from(status.standing == Standing::Watches);
        let about = "Whether it watches (1), or stands by for another or has ended (0).";
        sheet.gauge("orderform_leader", None, about, leads)?;
        let about = "Whether it buys (1), or plans and reports (0).";
        sheet.gauge("orderform_buys", None, about, u64::from(status.buys))?;
        let about =
            "How long the right to watch has been held; 0 on standby, and where there is no state yet.";
        let held = status.leads_since.map_or(Duration::ZERO, |since| self.now.since(since));
        sheet.gauge("orderform_lock_age", seconds, about, held.as_secs_f64())?;
        let (valid, problems) = match status.manifests {
            Manifests::Unread => (0, 0),
            Manifests::Right { .. } => (1, 0),
            Manifests::Wrong { problems, .. } => (0, problems),
        };
        let about = "Whether the manifests that were read last are in order (1).";
        sheet.gauge("orderform_manifests_valid", None, about, valid)?;
        sheet.gauge("orderform_manifest_problems", None, "How many problems they have.", whole(problems))?;
        let about = "How many reasons there are why nothing is bought at the moment.";
        sheet.gauge("orderform_holds", None, about, whole(status.holds.len()))
    }

    fn orders(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let counts = self.picture().map(|picture| picture.left()).unwrap_or_default();
        let actions = [
            ("create", counts.create),
            ("settle", counts.settle),
            ("keep", counts.keep),
            ("rename", counts.rename),
            ("blocked", counts.blocked),
            ("orphan", counts.orphan),
        ];
        let actions = actions.map(|(action, orders)| (action, whole(orders)));
        sheet.gauges(
            "orderform_orders",
            "Orders by what is to be done about them, after the last pass.",
            "action",
            actions,
        )?;
        let state = self.picture().map(|picture| &picture.state.orders);
        let pending = state.into_iter().flat_map(BTreeMap::values).filter_map(|recorded| match recorded {
            Recorded::Pending(attempt) => Some(attempt),
            Recorded::Created(_) => None,
        });
        let pending: Vec<_> = pending.collect();
        let about = "Orders that nobody knows the outcome of.";
        sheet.gauge("orderform_orders_in_doubt", None, about, whole(pending.len()))?;
        let begun = pending.iter().filter_map(|attempt| attempt.sends.first()?.at.server);
        let oldest = begun.min().map_or(Duration::ZERO, |begun| self.now.since(begun));
        let about = "How long ago the oldest of them was first sent; 0 where there is none.";
        let name = "orderform_oldest_in_doubt_age";
        sheet.gauge(name, Some(&Unit::Seconds), about, oldest.as_secs_f64())
    }

    fn passes(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let about = "How often the manifests were read.";
        sheet.counter("orderform_readings", None, about, self.life.readings)?;
        let about = "Passes, by how they ended.";
        sheet.counters(
            "orderform_passes",
            about,
            self.vitals.passes.ended().map(|(word, count)| ([("outcome", word)], count)),
        )?;
        let (drawers, sum) = self.vitals.passes.took();
        let bounds = Passes::BOUNDS.into_iter().chain([f64::INFINITY]);
        let about = "How long passes took.";
        sheet.histogram("orderform_pass_duration", about, sum, bounds.zip(drawers).collect())?;
        let about = "When a pass last ended well; 0 where none did.";
        let (name, success) = ("orderform_last_success_timestamp", instant(self.status.last_success));
        sheet.gauge(name, Some(&Unit::Seconds), about, success)?;
        let about = "Orders that were created.";
        sheet.counter("orderform_orders_created", None, about, self.status.totals.created)?;
        let totals = &self.status.totals;
        let told = [("delivered", totals.notified), ("failed", totals.not_notified)];
        let about = "Messages to those whom the project names, by what came of them.";
        sheet.counters(
            "orderform_notifications",
            about,
            told.map(|(word, count)| ([("outcome", word)], count)),
        )
    }

    fn requests(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let requests = &self.vitals.requests;
        let all = Operation::ALL.into_iter().flat_map(|operation| Met::ALL.map(|met| (operation, met)));
        let counts = all.map(|((operation, asked), (met, came))| {
            ([("operation", asked), ("outcome", came)], requests.count(operation, met))
        });
        let about = "What Partner Center was asked, and what came of it.";
        sheet.counters("orderform_api_requests", about, counts)?;
        let (waits, sum) = requests.waits();
        let about = "How often Partner Center asked to wait.";
        sheet.counter("orderform_throttle_waits", None, about, waits)?;
        let about = "For how long it asked to wait by `Retry-After`, in sum.";
        sheet.counter("orderform_throttle_wait", Some(&Unit::Seconds), about, sum.as_secs_f64())
    }

    /// Limits by hour and day that are whole numbers, since nothing is used up of others; where two files set one, the
    /// narrower.
    fn limits(&self, sheet: &mut Sheet<'_>) -> fmt::Result {
        let mut limits: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        let by_time = self.used.iter().filter(|limit| limit.rule.is_by_time());
        for limit in by_time {
            let (Bound::Most(allowed), Measured::Amount(used)) = (&limit.bound, &limit.value) else {
                continue;
            };
            let kept = limits.entry(limit.rule.as_str()).or_insert((*used, *allowed));
            if *allowed < kept.1 {
                *kept = (*used, *allowed);
            }
        }
        let used = limits.iter().map(|(rule, (used, _))| (*rule, *used));
        let about =
            "What is used of limits by hour and day: what was bought in that time, and what is in doubt.";
        sheet.gauges("orderform_limit_used", about, "rule", used)?;
        let allowed = limits.iter().map(|(rule, (_, allowed))| (*rule, *allowed));
        sheet.gauges("orderform_limit_allowed", "What those limits allow.", "rule", allowed)
    }
}

/// Where it is written.
struct Sheet<'a>(DescriptorEncoder<'a>);

impl Sheet<'_> {
    fn info(&mut self, name: &str, about: &str, labels: [(&str, &str); 1]) -> fmt::Result {
        self.0.encode_descriptor(name, about, None, MetricType::Info)?.encode_info(&labels)
    }

    fn gauge(
        &mut self,
        name: &str,
        unit: Option<&Unit>,
        about: &str,
        value: impl EncodeGaugeValue,
    ) -> fmt::Result {
        self.0.encode_descriptor(name, about, unit, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn gauges<'l>(
        &mut self,
        name: &str,
        about: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'l str, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, about, None, MetricType::Gauge)?;
        values
            .into_iter()
            .try_for_each(|(word, value)| family.encode_family(&[(label, word)])?.encode_gauge(&value))
    }

    fn counter(
        &mut self,
        name: &str,
        unit: Option<&Unit>,
        about: &str,
        value: impl prometheus_client::encoding::EncodeCounterValue,
    ) -> fmt::Result {
        let mut metric = self.0.encode_descriptor(name, about, unit, MetricType::Counter)?;
        metric.encode_counter::<NoLabelSet, _, f64>(&value, None)
    }

    fn counters<'l, const N: usize>(
        &mut self,
        name: &str,
        about: &str,
        values: impl IntoIterator<Item = ([(&'l str, &'l str); N], u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, about, None, MetricType::Counter)?;
        values.into_iter().try_for_each(|(labels, value)| {
            family.encode_family(&labels)?.encode_counter::<NoLabelSet, _, f64>(&value, None)
        })
    }

    fn histogram(&mut self, name: &str, about: &str, sum: Duration, drawers: Vec<(f64, u64)>) -> fmt::Result {
        let count = drawers.iter().map(|(_, count)| count).sum();
        let mut metric =
            self.0.encode_descriptor(name, about, Some(&Unit::Seconds), MetricType::Histogram)?;
        metric.encode_histogram::<NoLabelSet>(sum.as_secs_f64(), count, &drawers, None)
    }
}

/// Returns seconds since 1970; 0 for what has not been.
fn instant(at: Option<Timestamp>) -> f64 {
    at.map_or(0.0, |at| at.since(Timestamp::from_unix_ms(0)).as_secs_f64())
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openmetrics_is_for_whoever_names_it() {
        let prometheus = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
                          text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        assert_eq!(Dialect::of(Some(prometheus)), Dialect::OpenMetrics);
        for accept in
            [None, Some("*/*"), Some("text/plain"), Some("application/openmetrics-text-like"), Some("")]
        {
            assert_eq!(Dialect::of(accept), Dialect::Plain, "{accept:?}");
        }
    }
}
