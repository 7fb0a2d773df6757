//! What a rule may read about one turn or event.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use signalbox_dsl::value::Value;

/// Facts by dotted path (`text`, `channel`, `customer.tier` …). A path that is not in the map is absent; the
/// conditions that read it are then unknown. Paths that the bundle does not know are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<Arc<str>, Value>);

impl Facts {
    /// Sets one fact.
    pub fn set(&mut self, path: impl Into<Arc<str>>, value: Value) {
        self.0.insert(path.into(), value);
    }

    /// Reads one fact.
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.0.get(path)
    }

    /// All facts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(path, value)| (&**path, value))
    }
}
