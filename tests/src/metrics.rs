//! What `/metrics` says, to be asked by name.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use crate::http;

/// One scrape: each series with its value.
#[derive(Debug, Clone)]
pub struct Scrape(BTreeMap<String, f64>);

/// Scrapes the gateway.
///
/// # Panics
/// When it does not answer with metrics.
pub async fn scrape(address: SocketAddr) -> Scrape {
    let answer = http::get(address, "/metrics")
        .await
        .expect("/metrics answers");
    assert_eq!(answer.status, 200, "/metrics: {}", answer.body);
    Scrape::parse(&answer.body)
}

impl Scrape {
    /// Reads the text format.
    pub fn parse(text: &str) -> Self {
        let series = text
            .lines()
            .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').expect("a series and its value");
                (name.to_owned(), value.parse().expect("a number"))
            });
        Self(series.collect())
    }

    /// The value of one series, written as it stands in the text: `name{label="value"}`.
    ///
    /// # Panics
    /// When there is no such series.
    pub fn value(&self, series: &str) -> f64 {
        *self
            .0
            .get(series)
            .unwrap_or_else(|| panic!("/metrics has no series {series}"))
    }

    /// The sum over all series of a metric.
    pub fn sum(&self, metric: &str) -> f64 {
        let of_metric =
            |series: &str| series == metric || series.starts_with(&format!("{metric}{{"));
        self.0
            .iter()
            .filter(|(series, _)| of_metric(series))
            .map(|(_, value)| value)
            .sum()
    }

    /// The names of all series.
    pub fn series(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }

    /// Whether a metric has a series.
    pub fn has(&self, metric: &str) -> bool {
        self.0
            .keys()
            .any(|series| series == metric || series.starts_with(&format!("{metric}{{")))
    }
}
