//! What a rule needs to see: its condition as alternatives, each a few comparisons that must all hold.

use std::sync::Arc;

use crate::bundle::{Atom, Condition, FieldId, Folding, KeywordList, ListId, Predicate};
use crate::folding::fold;

/// A condition with more alternatives is left alone.
const MOST_ALTERNATIVES: usize = 16;

/// Everything that is folded when keywords of different lists are compared; whether two really meet is tried out afterwards.
const WIDEST: Folding = Folding {
    width: true,
    case: true,
    variant: true,
};

/// Comparisons that together are enough for a rule to fire.
#[derive(Debug, Clone, Default)]
pub(super) struct Alternative<'r> {
    /// Each with whether it must be true or false.
    pub(super) comparisons: Vec<(&'r Atom, bool)>,
    /// The words that it looks for, if any.
    pub(super) evidence: Option<Evidence>,
}

/// Words of which one must stand in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Evidence {
    /// One of a list.
    List(FieldId, ListId),
    /// This one, at the beginning or as the whole.
    Word(FieldId, Arc<str>),
}

impl Evidence {
    /// The text that is searched.
    pub(super) fn field(&self) -> FieldId {
        match self {
            Self::List(field, _) | Self::Word(field, _) => *field,
        }
    }

    /// The words, folded and as written.
    pub(super) fn words(&self, lists: &[KeywordList]) -> Vec<(String, Arc<str>)> {
        let folded = |word: &Arc<str>| (fold(word, WIDEST).text().to_owned(), Arc::clone(word));
        match self {
            Self::Word(_, word) => vec![folded(word)],
            Self::List(_, list) => match lists.get(list.index()) {
                Some(list) => list.keywords.iter().map(folded).collect(),
                None => Vec::new(),
            },
        }
    }
}

/// The alternatives of a condition that need at most one word. None if there are too many of them.
pub(super) fn alternatives(condition: &Condition) -> Vec<Alternative<'_>> {
    let Some(all) = expand(condition, true) else {
        return Vec::new();
    };
    all.into_iter().filter_map(with_evidence).collect()
}

type Comparisons<'r> = Vec<(&'r Atom, bool)>;

fn expand(condition: &Condition, wanted: bool) -> Option<Vec<Comparisons<'_>>> {
    match (condition, wanted) {
        (Condition::Atom(atom), _) => Some(vec![vec![(atom, wanted)]]),
        (Condition::Not(inner), _) => expand(inner, !wanted),
        (Condition::Named { body, .. }, _) => expand(body, wanted),
        (Condition::All(parts), true) | (Condition::Any(parts), false) => {
            let mut product: Vec<Comparisons<'_>> = vec![Vec::new()];
            for part in parts {
                let choices = expand(part, wanted)?;
                if product.len() * choices.len() > MOST_ALTERNATIVES {
                    return None;
                }
                product = product
                    .iter()
                    .flat_map(|left| {
                        choices
                            .iter()
                            .map(move |right| [left.as_slice(), right.as_slice()].concat())
                    })
                    .collect();
            }
            Some(product)
        }
        (Condition::Any(parts), true) | (Condition::All(parts), false) => {
            let mut choices = Vec::new();
            for part in parts {
                choices.extend(expand(part, wanted)?);
                if choices.len() > MOST_ALTERNATIVES {
                    return None;
                }
            }
            Some(choices)
        }
    }
}

/// `None` if several words are needed, or something of which no example can be made up.
fn with_evidence(comparisons: Comparisons<'_>) -> Option<Alternative<'_>> {
    let mut evidence: Option<Evidence> = None;
    for (atom, wanted) in &comparisons {
        let found = match &atom.predicate {
            Predicate::HasAny { field, list } => Evidence::List(*field, *list),
            Predicate::StartsWith { field, prefix } => Evidence::Word(*field, Arc::clone(prefix)),
            Predicate::IsExactly { field, text } => Evidence::Word(*field, Arc::clone(text)),
            Predicate::HasAll { .. } | Predicate::Matches { .. } if *wanted => return None,
            _ => continue,
        };
        if *wanted && evidence.replace(found).is_some() {
            return None;
        }
    }
    Some(Alternative {
        comparisons,
        evidence,
    })
}
