//! Registers metrics and remembers what it registered, so that the manual cannot tell another story.

use std::fmt::Write as _;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    Counter, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, Registry,
};

use super::label::{CounterBy, CounterByTwo, GaugeBy, HistogramBy, Label};

/// Where metrics are registered.
#[derive(Debug, Default)]
pub(super) struct Registrar {
    registry: Registry,
    entries: Vec<Entry>,
}

/// A registrar for the metrics of one area; an area is a heading of the manual.
#[derive(Debug)]
pub(super) struct Area<'r> {
    registrar: &'r mut Registrar,
    area: &'static str,
}

/// One metric of the manual.
#[derive(Debug)]
struct Entry {
    area: &'static str,
    name: String,
    kind: &'static str,
    labels: Vec<String>,
    help: &'static str,
}

impl Registrar {
    pub(super) fn area(&mut self, area: &'static str) -> Area<'_> {
        Area {
            registrar: self,
            area,
        }
    }

    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }

    pub(super) fn manual(&self) -> String {
        let mut text = String::from(MANUAL_HEAD);
        let mut area = "";
        for entry in &self.entries {
            if entry.area != area {
                area = entry.area;
                let _ = write!(
                    text,
                    "\n## {area}\n\n| metric | kind | labels | what it says |\n|---|---|---|---|\n"
                );
            }
            let _ = writeln!(
                text,
                "| `{}` | {} | {} | {} |",
                entry.name,
                entry.kind,
                entry.labels.join("; "),
                entry.help
            );
        }
        text
    }
}

const MANUAL_HEAD: &str = "# Metrics

Scraped at `/metrics`. This page is written by `UPDATE_GOLDEN=1 cargo test -p signalbox-telemetry manual`; a test compares.

Names end in their unit; `_total` is a counter, which only grows while the process lives. A label has the values listed
here and no others, and each of their series exists from the start with 0. No label ever holds what a customer said, an
id, or a secret.
";

impl Area<'_> {
    pub(super) fn counter(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<IntCounter> {
        let counter = IntCounter::new(full_name(name), help)?;
        self.keep(counter, name, "counter", Vec::new(), help)
    }

    pub(super) fn decimal_counter(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<Counter> {
        let counter = Counter::new(full_name(name), help)?;
        self.keep(counter, name, "counter", Vec::new(), help)
    }

    pub(super) fn counter_by<A: Label>(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<CounterBy<A>> {
        let family = IntCounterVec::new(Opts::new(full_name(name), help), &[A::NAME])?;
        let counters = A::ALL
            .iter()
            .map(|label| family.get_metric_with_label_values(&[label.value()]))
            .collect::<Result<_, _>>()?;
        self.keep(family, name, "counter", vec![described::<A>()], help)?;
        Ok(CounterBy::new(counters))
    }

    pub(super) fn counter_by_two<A: Label, B: Label>(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<CounterByTwo<A, B>> {
        let family = IntCounterVec::new(Opts::new(full_name(name), help), &[A::NAME, B::NAME])?;
        let mut counters = Vec::with_capacity(A::ALL.len() * B::ALL.len());
        for first in A::ALL {
            for second in B::ALL {
                counters
                    .push(family.get_metric_with_label_values(&[first.value(), second.value()])?);
            }
        }
        let labels = vec![described::<A>(), described::<B>()];
        self.keep(family, name, "counter", labels, help)?;
        Ok(CounterByTwo::new(counters))
    }

    /// A counter with one open label. Whoever asks for this bounds its values.
    pub(super) fn counter_by_open_label(
        &mut self,
        name: &str,
        label: &str,
        bound: &str,
        help: &'static str,
    ) -> prometheus::Result<IntCounterVec> {
        let family = IntCounterVec::new(Opts::new(full_name(name), help), &[label])?;
        let labels = vec![format!("`{label}`: {bound}")];
        self.keep(family, name, "counter", labels, help)
    }

    pub(super) fn gauge(&mut self, name: &str, help: &'static str) -> prometheus::Result<IntGauge> {
        let gauge = IntGauge::new(full_name(name), help)?;
        self.keep(gauge, name, "gauge", Vec::new(), help)
    }

    pub(super) fn gauge_by<A: Label>(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<GaugeBy<A>> {
        let family = IntGaugeVec::new(Opts::new(full_name(name), help), &[A::NAME])?;
        let gauges = A::ALL
            .iter()
            .map(|label| family.get_metric_with_label_values(&[label.value()]))
            .collect::<Result<_, _>>()?;
        self.keep(family, name, "gauge", vec![described::<A>()], help)?;
        Ok(GaugeBy::new(gauges))
    }

    pub(super) fn decimal_gauge(
        &mut self,
        name: &str,
        help: &'static str,
    ) -> prometheus::Result<Gauge> {
        let gauge = Gauge::new(full_name(name), help)?;
        self.keep(gauge, name, "gauge", Vec::new(), help)
    }

    /// A gauge with one open label, and perhaps a closed one. Whoever asks for this bounds the open one's values.
    pub(super) fn gauge_by_open_label(
        &mut self,
        name: &str,
        label: &str,
        bound: &str,
        closed: Option<&str>,
        help: &'static str,
    ) -> prometheus::Result<GaugeVec> {
        let names: Vec<&str> = std::iter::once(label).chain(closed).collect();
        let family = GaugeVec::new(Opts::new(full_name(name), help), &names)?;
        let mut labels = vec![format!("`{label}`: {bound}")];
        labels.extend(closed.map(|closed| format!("`{closed}`")));
        self.keep(family, name, "gauge", labels, help)
    }

    /// A gauge that is 1 and says something in its labels.
    pub(super) fn information(
        &mut self,
        name: &str,
        labels: &[&str],
        help: &'static str,
    ) -> prometheus::Result<GaugeVec> {
        let family = GaugeVec::new(Opts::new(full_name(name), help), labels)?;
        let described = labels.iter().map(|label| format!("`{label}`")).collect();
        self.keep(family, name, "gauge", described, help)
    }

    pub(super) fn histogram(
        &mut self,
        name: &str,
        help: &'static str,
        bounds: &[f64],
    ) -> prometheus::Result<Histogram> {
        let options = HistogramOpts::new(full_name(name), help).buckets(bounds.to_vec());
        let histogram = Histogram::with_opts(options)?;
        self.keep(histogram, name, "histogram", Vec::new(), help)
    }

    pub(super) fn histogram_by<A: Label>(
        &mut self,
        name: &str,
        help: &'static str,
        bounds: &[f64],
    ) -> prometheus::Result<HistogramBy<A>> {
        let options = HistogramOpts::new(full_name(name), help).buckets(bounds.to_vec());
        let family = HistogramVec::new(options, &[A::NAME])?;
        let histograms = A::ALL
            .iter()
            .map(|label| family.get_metric_with_label_values(&[label.value()]))
            .collect::<Result<_, _>>()?;
        self.keep(family, name, "histogram", vec![described::<A>()], help)?;
        Ok(HistogramBy::new(histograms))
    }

    fn keep<C: Collector + Clone + 'static>(
        &mut self,
        metric: C,
        name: &str,
        kind: &'static str,
        labels: Vec<String>,
        help: &'static str,
    ) -> prometheus::Result<C> {
        self.registrar.registry.register(Box::new(metric.clone()))?;
        self.registrar.entries.push(Entry {
            area: self.area,
            name: full_name(name),
            kind,
            labels,
            help,
        });
        Ok(metric)
    }
}

/// Names that Prometheus itself has settled (`process_…`) stay; all others get our prefix.
fn full_name(name: &str) -> String {
    if name.starts_with("process_") {
        name.to_owned()
    } else {
        format!("signalbox_{name}")
    }
}

fn described<A: Label>() -> String {
    let values: Vec<_> = A::ALL.iter().map(|label| label.value()).collect();
    format!("`{}`: {}", A::NAME, values.join(", "))
}
