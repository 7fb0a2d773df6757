//! Sets of languages. A language holds all that begin with it, so a set is a tree of tags with an answer at some of them; the
//! answer of the nearest one above counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::language_range::holders;

/// A set of languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::check) struct Languages {
    /// Whether a tag, and what begins with it, is in the set.
    answers: BTreeMap<Arc<str>, bool>,
    /// Whether all others are.
    others: bool,
}

impl Languages {
    pub(in crate::check) fn all() -> Self {
        Self {
            answers: BTreeMap::new(),
            others: true,
        }
    }

    /// What is in one of these.
    pub(in crate::check) fn within(tags: impl IntoIterator<Item = Arc<str>>) -> Self {
        Self {
            answers: tags.into_iter().map(|tag| (tag, true)).collect(),
            others: false,
        }
    }

    pub(in crate::check) fn contains(&self, tag: &str) -> bool {
        holders(tag)
            .filter_map(|holder| self.answers.get(holder))
            .last()
            .copied()
            .unwrap_or(self.others)
    }

    /// Every tag has room for others below it, so what stands below can never use up what is in.
    pub(super) fn is_empty(&self) -> bool {
        !self.others && self.answers.values().all(|is_in| !is_in)
    }

    pub(super) fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left && right)
    }

    pub(super) fn union(&self, other: &Self) -> Self {
        self.combine(other, |left, right| left || right)
    }

    pub(super) fn complement(&self) -> Self {
        let answers = self.answers.iter();
        Self {
            answers: answers
                .map(|(tag, is_in)| (Arc::clone(tag), !is_in))
                .collect(),
            others: !self.others,
        }
    }

    fn combine(&self, other: &Self, both: impl Fn(bool, bool) -> bool) -> Self {
        let tags = self.answers.keys().chain(other.answers.keys());
        Self {
            answers: tags
                .map(|tag| {
                    (
                        Arc::clone(tag),
                        both(self.contains(tag), other.contains(tag)),
                    )
                })
                .collect(),
            others: both(self.others, other.others),
        }
    }

    /// One of them; `None` if none comes to mind.
    pub(in crate::check) fn example(&self) -> Option<Arc<str>> {
        let named = self.answers.iter().find(|(_, is_in)| **is_in);
        let common = || COMMON.into_iter().find(|tag| self.contains(tag));
        named
            .map(|(tag, _)| Arc::clone(tag))
            .or_else(|| common().map(Arc::from))
    }
}

/// Tried where a set says only what is not in it.
const COMMON: [&str; 6] = ["en", "zh", "ja", "fr", "de", "ko"];

#[cfg(test)]
mod tests {
    use super::*;

    fn within(tags: &[&str]) -> Languages {
        Languages::within(tags.iter().map(|tag| Arc::from(*tag)))
    }

    #[test]
    fn a_set_answers_for_all_that_begins_alike() {
        let (chinese, traditional) = (within(&["zh"]), within(&["zh-Hant"]));
        let simplified = chinese.intersection(&traditional.complement());
        for (tag, is_in) in [
            ("zh", true),
            ("zh-CN", true),
            ("zh-Hant-TW", false),
            ("en", false),
        ] {
            assert_eq!(simplified.contains(tag), is_in, "{tag}");
        }
        assert!(!simplified.is_empty());
        assert_eq!(
            chinese.intersection(&traditional).example().as_deref(),
            Some("zh-Hant")
        );
        assert!(traditional.intersection(&chinese.complement()).is_empty());
        assert!(chinese.intersection(&within(&["en"])).is_empty());
        assert!(chinese.union(&chinese.complement()).complement().is_empty());
        assert_eq!(chinese.complement().example().as_deref(), Some("en"));
    }
}
