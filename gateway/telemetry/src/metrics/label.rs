//! Closed labels, and counters, gauges and histograms with one handle for each of their values.

use std::marker::PhantomData;

use prometheus::{Histogram, IntCounter, IntGauge};

/// A label whose values are all known when this is compiled.
pub trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// All values, in order of [`Label::index`].
    const ALL: &'static [Self];
    /// The value as it is exported.
    fn value(self) -> &'static str;
    /// Its place in [`Label::ALL`].
    fn index(self) -> usize;
}

/// Declares a label: an enum with one exported word a variant.
macro_rules! label {
    ($(#[$meta:meta])* $name:ident = $label:literal {
        $($(#[$variant_meta:meta])* $variant:ident = $value:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant),+ }

        impl $crate::metrics::label::Label for $name {
            const NAME: &'static str = $label;
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn value(self) -> &'static str {
                match self { $(Self::$variant => $value),+ }
            }

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}
pub(crate) use label;

label! {
    /// Where messages come from and go to.
    Channel = "channel" {
        /// The chat of a web site.
        Webchat = "webchat",
        /// Signed webhooks of other systems.
        Webhook = "webhook",
        /// Mail.
        Email = "email",
    }
}

/// One counter for each value of a label.
#[derive(Debug)]
pub struct CounterBy<A> {
    counters: Vec<IntCounter>,
    label: PhantomData<fn(A)>,
}

/// One gauge for each value of a label.
#[derive(Debug)]
pub struct GaugeBy<A> {
    gauges: Vec<IntGauge>,
    label: PhantomData<fn(A)>,
}

/// One counter for each pair of two labels' values.
#[derive(Debug)]
pub struct CounterByTwo<A, B> {
    counters: Vec<IntCounter>,
    labels: PhantomData<fn(A, B)>,
}

/// One histogram for each value of a label.
#[derive(Debug)]
pub struct HistogramBy<A> {
    histograms: Vec<Histogram>,
    label: PhantomData<fn(A)>,
}

impl<A: Label> CounterBy<A> {
    /// INVARIANT: one counter a value, in the order of [`Label::ALL`]; the same for the types below.
    pub(crate) fn new(counters: Vec<IntCounter>) -> Self {
        Self {
            counters,
            label: PhantomData,
        }
    }

    /// Counts one.
    pub fn count(&self, label: A) {
        self.add(label, 1);
    }

    /// Counts several.
    pub fn add(&self, label: A, times: u64) {
        if let Some(counter) = self.counters.get(label.index()) {
            counter.inc_by(times);
        }
    }
}

impl<A: Label> GaugeBy<A> {
    pub(crate) fn new(gauges: Vec<IntGauge>) -> Self {
        Self {
            gauges,
            label: PhantomData,
        }
    }

    /// Sets the value.
    pub fn set(&self, label: A, value: i64) {
        if let Some(gauge) = self.gauges.get(label.index()) {
            gauge.set(value);
        }
    }
}

impl<A: Label, B: Label> CounterByTwo<A, B> {
    pub(crate) fn new(counters: Vec<IntCounter>) -> Self {
        Self {
            counters,
            labels: PhantomData,
        }
    }

    /// Counts one.
    pub fn count(&self, first: A, second: B) {
        self.add(first, second, 1);
    }

    /// Counts several.
    pub fn add(&self, first: A, second: B, times: u64) {
        let place = first.index() * B::ALL.len() + second.index();
        if let Some(counter) = self.counters.get(place) {
            counter.inc_by(times);
        }
    }
}

impl<A: Label> HistogramBy<A> {
    pub(crate) fn new(histograms: Vec<Histogram>) -> Self {
        Self {
            histograms,
            label: PhantomData,
        }
    }

    /// Notes one value, in the unit that the metric's name says.
    pub fn observe(&self, label: A, value: f64) {
        if let Some(histogram) = self.histograms.get(label.index()) {
            histogram.observe(value);
        }
    }
}
