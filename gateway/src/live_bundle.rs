//! A compiled bundle with the files that it was made from.

use std::sync::Arc;

use signalbox_dsl::SourceSet;
use signalbox_router::{ActiveBundle, Rules as _};
use signalbox_rules::Engine;

/// See the module.
pub struct LiveBundle {
    rules: Arc<ActiveBundle>,
    sources: SourceSet,
}

impl LiveBundle {
    /// Takes an engine, with the sources that it was made from.
    pub fn new(engine: Engine, sources: SourceSet) -> Self {
        Self {
            rules: Arc::new(ActiveBundle::new(engine)),
            sources,
        }
    }

    /// As the router takes it, with all its rules.
    pub fn active(&self) -> Arc<ActiveBundle> {
        self.rules.clone()
    }

    /// Its hash.
    pub fn hash(&self) -> &str {
        self.rules.bundle()
    }

    /// The files that it was made from.
    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }

    /// Full names of its rules.
    pub fn rule_names(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.rules
            .engine()
            .bundle()
            .rules
            .iter()
            .map(|rule| &rule.name)
    }
}
