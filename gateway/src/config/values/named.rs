//! Sections under names that the author chooses.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::config::section::{Problem, Section, SectionManual, Sentence, Setting, inside};
use crate::config::source::Sources;
use crate::words::{Words, words};

/// Sections by name.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct Named<S>(pub BTreeMap<String, S>);

impl<S> Default for Named<S> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<S: Section> Section for Named<S> {
    fn manual(key: &str) -> SectionManual {
        S::manual(&inside(key, "NAME"))
    }

    fn settle(&mut self, key: &str, sources: &Sources<'_>, problems: &mut Vec<Problem>) {
        for (name, section) in &mut self.0 {
            section.settle(&inside(key, name), sources, problems);
        }
    }
}

/// Single values by name.
impl<S: Setting> Setting for Named<S> {
    const KIND: Sentence = Sentence {
        en: "by name",
        zh: "按名称",
    };

    fn shown(&self) -> String {
        String::new()
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        for (name, value) in &mut self.0 {
            value
                .resolve(sources)
                .map_err(|Words { en, zh }| words!("at `{name}` {en}", "的 `{name}`：{zh}"))?;
        }
        Ok(())
    }
}
