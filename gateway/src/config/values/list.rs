//! Lists of values of one type.

use serde::Deserialize;

use crate::config::section::{Sentence, Setting};
use crate::config::source::Sources;
use crate::words::Words;

/// Several values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct List<S>(pub Vec<S>);

/// What lists of a type are called in the manual.
pub trait Element: Setting {
    /// `list of durations`
    const LIST_KIND: Sentence;
}

impl<S: Element> Setting for List<S> {
    const KIND: Sentence = S::LIST_KIND;

    fn shown(&self) -> String {
        let values: Vec<_> = self.0.iter().map(Setting::shown).collect();
        format!("[{}]", values.join(", "))
    }

    fn resolve(&mut self, sources: &Sources<'_>) -> Result<(), Words> {
        self.0
            .iter_mut()
            .try_for_each(|value| value.resolve(sources))
    }
}

impl Element for super::Text {
    const LIST_KIND: Sentence = Sentence {
        en: "list of texts",
        zh: "文本列表",
    };
}

impl Element for super::Secret {
    const LIST_KIND: Sentence = Sentence {
        en: "list of secrets: `${NAME}` or `${file:path}`",
        zh: "机密列表：`${NAME}` 或 `${file:path}`",
    };
}

impl Element for super::TimeSpan {
    const LIST_KIND: Sentence = Sentence {
        en: "list of durations",
        zh: "时长列表",
    };
}
