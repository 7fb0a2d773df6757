//! All keywords of all lists of one folding in one automaton: a text is read once, however many lists and rules there are.
//!
//! The automaton finds every place of every keyword and `except` phrase, overlaps included; whole words and masks are
//! checked on what it finds. Finds the same as [`MatchedList::first_hits`](super::MatchedList::first_hits).

use std::collections::HashMap;

use daachorse::CharwiseDoubleArrayAhoCorasick;
use signalbox_dsl::boundary::stands;
use signalbox_dsl::bundle::{Boundary, ListId};
use signalbox_dsl::negation::is_negated;

use super::{Hit, MatchedList, Phrase};
use crate::csr::{Csr, id32};
use crate::prepared::CompileError;

/// See the module's comment. Lists are numbered here from 0, in the order in which they were handed in.
pub(crate) struct Scanner {
    /// `None` if there is nothing to look for; the automaton cannot be empty.
    automaton: Option<CharwiseDoubleArrayAhoCorasick<u32>>,
    patterns: usize,
    /// By the automaton's value: what the pattern is to which list.
    uses: Csr<Use>,
    lists: Vec<ScannedList>,
    keywords: usize,
}

#[derive(Debug, Clone, Copy)]
struct Use {
    list: u32,
    role: Role,
}

#[derive(Debug, Clone, Copy)]
enum Role {
    /// The place among the list's keywords.
    Keyword(u32),
    Except,
}

struct ScannedList {
    id: ListId,
    keywords: u32,
    /// Number of its first keyword among those of all lists.
    first_keyword: u32,
    wants_words: bool,
    has_except: bool,
    except_when_negated: bool,
}

/// What a scan found. Kept from text to text so that nothing is allocated once it has grown; forgetting is a new epoch.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    epoch: u32,
    /// By keyword number: the epoch in which it was last found.
    found_in: Vec<u32>,
    /// By list: how many of its keywords were found, in which epoch.
    counts: Vec<(u32, u32)>,
    /// Lists of which something was found.
    lists: Vec<u32>,
    /// The first place of every keyword found; after the scan by list, so that thousands of lists are told apart at once.
    hits: Vec<ListHit>,
    masks: Vec<Mask>,
    maskable: Vec<ListHit>,
}

/// A hit and its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ListHit {
    pub(crate) list: u32,
    pub(crate) hit: Hit,
    end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Mask {
    list: u32,
    start: usize,
    /// After sorting: the furthest end of all masks of the list that start here or before.
    end: usize,
}

impl std::fmt::Debug for Scanner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scanner")
            .field("patterns", &self.patterns)
            .field("lists", &self.lists.len())
            .finish_non_exhaustive()
    }
}

impl Scanner {
    pub(crate) fn new(lists: &[(ListId, &MatchedList)]) -> Result<Self, CompileError> {
        let mut builder = Builder::default();
        let mut scanned = Vec::with_capacity(lists.len());
        let mut keywords = 0;
        for (list, (id, matched)) in (0..).zip(lists) {
            scanned.push(ScannedList {
                id: *id,
                keywords: id32(matched.keywords.len(), "keywords")?,
                first_keyword: id32(keywords, "keywords")?,
                wants_words: matched.boundary == Boundary::Automatic,
                has_except: !matched.except.is_empty(),
                except_when_negated: matched.except_when_negated,
            });
            keywords += matched.keywords.len();
            for (keyword, phrase) in (0..).zip(&matched.keywords) {
                builder.add(list, phrase, Role::Keyword(keyword))?;
            }
            for phrase in &matched.except {
                builder.add(list, phrase, Role::Except)?;
            }
        }
        let automaton = if builder.patterns.is_empty() {
            None
        } else {
            let texts = (0..).zip(&builder.patterns);
            let values = texts.map(|(value, phrase): (u32, _)| (&*phrase.text, value));
            let automaton = CharwiseDoubleArrayAhoCorasick::with_values(values);
            Some(automaton.map_err(|error| CompileError::TooManyKeywords {
                reason: error.to_string(),
            })?)
        };
        Ok(Self {
            automaton,
            uses: Csr::new(builder.patterns.len(), &builder.uses),
            patterns: builder.patterns.len(),
            lists: scanned,
            keywords,
        })
    }

    /// Looks for everything in `text` and leaves what it found in `findings`.
    pub(crate) fn scan(&self, text: &str, findings: &mut Findings) {
        findings.start(self.keywords, self.lists.len());
        let Some(automaton) = &self.automaton else {
            return;
        };
        for found in automaton.find_overlapping_iter(text) {
            let pattern = found.value();
            let place = found.start()..found.end();
            let is_word = stands(text, place.clone(), Boundary::Automatic);
            for usage in self.uses.row(pattern) {
                let Some(list) = self.lists.get(usage.list as usize) else {
                    continue;
                };
                if list.wants_words && !is_word {
                    continue;
                }
                let (start, end) = (place.start, place.end);
                match usage.role {
                    Role::Except => findings.masks.push(Mask {
                        list: usage.list,
                        start,
                        end,
                    }),
                    Role::Keyword(_) if list.except_when_negated && is_negated(text, start) => {}
                    Role::Keyword(keyword) => {
                        let hit = ListHit {
                            list: usage.list,
                            hit: Hit { keyword, start },
                            end,
                        };
                        if list.has_except {
                            findings.maskable.push(hit);
                        } else {
                            findings.accept(list, hit);
                        }
                    }
                }
            }
        }
        self.unmask(findings);
        findings
            .hits
            .sort_unstable_by_key(|found| (found.list, found.hit.keyword));
    }

    /// Accepts what may lie inside an `except` phrase and does not; the phrases are known only at the end of the text.
    fn unmask(&self, findings: &mut Findings) {
        if findings.maskable.is_empty() {
            return;
        }
        findings.masks.sort_unstable();
        let mut furthest: Option<Mask> = None;
        for mask in &mut findings.masks {
            if let Some(before) = furthest.filter(|before| before.list == mask.list) {
                mask.end = mask.end.max(before.end);
            }
            furthest = Some(*mask);
        }
        let maskable = std::mem::take(&mut findings.maskable);
        for hit in &maskable {
            if let Some(list) = self.lists.get(hit.list as usize)
                && !findings.is_masked(hit)
            {
                findings.accept(list, *hit);
            }
        }
        findings.maskable = maskable;
    }

    /// The list's id in the bundle.
    pub(crate) fn list_id(&self, list: u32) -> Option<ListId> {
        self.lists.get(list as usize).map(|list| list.id)
    }

    /// How many lists there are.
    pub(crate) fn lists(&self) -> usize {
        self.lists.len()
    }

    /// Whether every keyword of the list was found.
    pub(crate) fn found_all(&self, list: u32, findings: &Findings) -> bool {
        self.lists
            .get(list as usize)
            .is_some_and(|scanned| findings.count(list) == scanned.keywords)
    }
}

impl Findings {
    fn start(&mut self, keywords: usize, lists: usize) {
        self.found_in.resize(keywords, 0);
        self.counts.resize(lists, (0, 0));
        self.epoch = self.epoch.wrapping_add(1);
        if self.epoch == 0 {
            // Once in four billion texts the stamps of long ago would look like ours.
            self.found_in.fill(0);
            self.counts.fill((0, 0));
            self.epoch = 1;
        }
        self.lists.clear();
        self.hits.clear();
        self.masks.clear();
        self.maskable.clear();
    }

    fn accept(&mut self, list: &ScannedList, hit: ListHit) {
        let keyword = (list.first_keyword + hit.hit.keyword) as usize;
        let Some(found_in) = self.found_in.get_mut(keyword) else {
            return;
        };
        if *found_in == self.epoch {
            return;
        }
        *found_in = self.epoch;
        self.hits.push(hit);
        if let Some((epoch, count)) = self.counts.get_mut(hit.list as usize) {
            if *epoch == self.epoch {
                *count += 1;
            } else {
                (*epoch, *count) = (self.epoch, 1);
                self.lists.push(hit.list);
            }
        }
    }

    fn is_masked(&self, hit: &ListHit) -> bool {
        let behind = self
            .masks
            .partition_point(|mask| (mask.list, mask.start) <= (hit.list, hit.hit.start));
        behind
            .checked_sub(1)
            .and_then(|last| self.masks.get(last))
            .is_some_and(|mask| mask.list == hit.list && hit.end <= mask.end)
    }

    /// How many keywords of the list were found.
    pub(crate) fn count(&self, list: u32) -> u32 {
        match self.counts.get(list as usize) {
            Some((epoch, count)) if *epoch == self.epoch => *count,
            _ => 0,
        }
    }

    /// The lists of which something was found, each once.
    pub(crate) fn lists(&self) -> &[u32] {
        &self.lists
    }

    /// The first places of the list's keywords.
    pub(crate) fn hits(&self, list: u32) -> impl Iterator<Item = Hit> {
        let first = self.hits.partition_point(|found| found.list < list);
        let from_there = self.hits.iter().skip(first);
        from_there
            .take_while(move |found| found.list == list)
            .map(|found| found.hit)
    }
}

#[derive(Default)]
struct Builder {
    patterns: Vec<Phrase>,
    numbers: HashMap<Phrase, u32>,
    uses: Vec<(u32, Use)>,
}

impl Builder {
    fn add(&mut self, list: u32, phrase: &Phrase, role: Role) -> Result<(), CompileError> {
        if phrase.text.is_empty() {
            // Invisible characters only: it never counts.
            return Ok(());
        }
        let number = match self.numbers.get(phrase) {
            Some(number) => *number,
            None => {
                let number = id32(self.patterns.len(), "keywords")?;
                self.patterns.push(phrase.clone());
                self.numbers.insert(phrase.clone(), number);
                number
            }
        };
        self.uses.push((number, Use { list, role }));
        Ok(())
    }
}
