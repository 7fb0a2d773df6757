//! Keyword lists, named and written in conditions.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ast::{self, Text};
use crate::boundary;
use crate::bundle::{Boundary, Folding, KeywordList, ListId};
use crate::diagnostic::Diagnostic;
use crate::folding::fold;
use crate::problem::{ItemKind, MeaningProblem, Related};

use super::Checker;
use super::findings::Findings;
use super::limits::MOST_KEYWORDS;

/// All lists: the named ones by their ids, then the inline ones, each set of words once.
#[derive(Default)]
pub(super) struct Lists {
    pub(super) lists: Vec<KeywordList>,
    inline: HashMap<Vec<Arc<str>>, ListId>,
    keywords: usize,
}

impl Checker<'_> {
    /// Reads the named lists.
    pub(super) fn check_lists(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::List).copied().collect();
        for one in declared {
            let ast::ItemKind::List(list) = &one.item.kind else {
                continue;
            };
            let read = named_list(list, &mut self.findings);
            self.count_keywords(read.keywords.len(), one.name.span);
            self.lists.lists.push(read);
        }
    }

    /// The list of words written in a condition. `None` if nothing is left of them, which has been reported.
    pub(super) fn inline_list(&mut self, words: &[Text]) -> Option<ListId> {
        let (keywords, _) = distinct_keywords(words, Folding::DEFAULT, &mut self.findings);
        let first = words.first()?;
        if keywords.is_empty() {
            return None;
        }
        if let Some(known) = self.lists.inline.get(&keywords) {
            return Some(*known);
        }
        self.count_keywords(keywords.len(), first.span);
        let id = ListId(u32::try_from(self.lists.lists.len()).ok()?);
        self.lists.inline.insert(keywords.clone(), id);
        self.lists.lists.push(KeywordList {
            name: None,
            keywords,
            except: Vec::new(),
            except_when_negated: false,
            folding: Folding::DEFAULT,
            boundary: Boundary::Automatic,
        });
        Some(id)
    }

    fn count_keywords(&mut self, more: usize, span: crate::source::Span) {
        let before = self.lists.keywords;
        self.lists.keywords += more;
        if before <= MOST_KEYWORDS && self.lists.keywords > MOST_KEYWORDS {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Keyword,
                most: MOST_KEYWORDS,
            };
            self.findings.add(problem, span);
        }
    }
}

fn named_list(list: &ast::List, findings: &mut Findings) -> KeywordList {
    let (keywords, folded) = distinct_keywords(&list.keywords, list.folding, findings);
    let mut except = Vec::with_capacity(list.except.len());
    for phrase in &list.except {
        let folded_phrase = fold(&phrase.value, list.folding);
        let text = folded_phrase.text();
        if text.trim().is_empty() {
            findings.add(MeaningProblem::EmptyText {}, phrase.span);
            continue;
        }
        if let Some(keyword) = folded.get(text).and_then(|&place| keywords.get(place)) {
            let problem = MeaningProblem::KeywordExcepted {
                keyword: Arc::clone(keyword),
            };
            findings.add(problem, phrase.span);
        } else if !folded
            .keys()
            .any(|keyword| occurs(keyword, text, list.boundary))
        {
            let problem = MeaningProblem::UselessExcept {
                phrase: Arc::clone(&phrase.value),
            };
            findings.add(problem, phrase.span);
        }
        except.push(Arc::clone(&phrase.value));
    }
    KeywordList {
        name: Some(Arc::clone(&list.name.text)),
        keywords,
        except,
        except_when_negated: list.except_when_negated,
        folding: list.folding,
        boundary: list.boundary,
    }
}

/// The words that differ after folding, as written, and the place of each folded form among them. Others are reported.
fn distinct_keywords(
    words: &[Text],
    folding: Folding,
    findings: &mut Findings,
) -> (Vec<Arc<str>>, HashMap<String, usize>) {
    let mut keywords: Vec<Arc<str>> = Vec::with_capacity(words.len());
    let mut first_spans = Vec::with_capacity(words.len());
    let mut places: HashMap<String, usize> = HashMap::with_capacity(words.len());
    for word in words {
        let folded = fold(&word.value, folding).text().to_owned();
        if folded.trim().is_empty() {
            findings.add(MeaningProblem::EmptyText {}, word.span);
            continue;
        }
        if let Some(&place) = places.get(&folded) {
            if let (Some(first), Some(&span)) = (keywords.get(place), first_spans.get(place)) {
                let problem = MeaningProblem::SameKeyword {
                    keyword: Arc::clone(&word.value),
                    first: Arc::clone(first),
                };
                findings.push(
                    Diagnostic::new(problem, word.span).with_related(span, Related::FirstHere),
                );
            }
            continue;
        }
        places.insert(folded, keywords.len());
        keywords.push(Arc::clone(&word.value));
        first_spans.push(word.span);
    }
    (keywords, places)
}

/// Whether the folded `keyword` counts somewhere in the folded `text`.
pub(super) fn occurs(keyword: &str, text: &str, boundary: Boundary) -> bool {
    text.match_indices(keyword)
        .any(|(start, found)| boundary::stands(text, start..start + found.len(), boundary))
}
