//! Modules, what they declare, and what a file sees: its own module and the names that `use` brings.
//!
//! Each kind of item has its own names, so a rule and its template may share one. Conditions are private to their
//! module unless `public`; rules are never used by name except in tests.

mod declarations;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::problem::{ItemKind, MeaningProblem, Related};
use crate::source::Span;

use super::findings::Findings;
use crate::nearest::nearest;
use declarations::{declarations, modules, subjects};

pub(super) use declarations::subject_word;

/// How many names a finding lists.
const MOST_NAMES_SHOWN: usize = 5;

/// Something that was declared.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) kind: ItemKind,
    /// Its place among all of its kind, in the order of their full names.
    pub(super) id: u32,
    pub(super) name: &'a ast::Name,
    pub(super) item: &'a ast::Item,
    /// A place in [`Names::files`].
    pub(super) file: usize,
    public: bool,
}

/// All names of a bundle.
pub(super) struct Names<'a> {
    /// The module of each file, `?N` if it does not say (which has been reported).
    modules: Vec<Arc<str>>,
    declared: Vec<Declared<'a>>,
    /// By module, kind and name; the value is a place in `declared`.
    places: HashMap<(Arc<str>, ItemKind, Arc<str>), usize>,
    /// Modules that declare fields of a subject: `customer`, or an event's first word.
    subjects: HashSet<(Arc<str>, Arc<str>)>,
    scopes: Vec<Scope>,
    used: HashSet<(ItemKind, u32)>,
}

/// What `use` brings into a file: by name, from which module and where that was written.
#[derive(Default)]
struct Scope {
    used: BTreeMap<Arc<str>, Used>,
}

struct Used {
    module: Arc<str>,
    span: Span,
    needed: bool,
}

impl<'a> Names<'a> {
    /// Collects what `files` declare and use.
    pub(super) fn collect(files: &'a [ast::File], findings: &mut Findings) -> Self {
        let modules = modules(files);
        let mut declared = declarations(files);
        declared.sort_by_cached_key(|one| {
            let module = modules.get(one.file).map_or("?", |module| &**module);
            (
                one.kind,
                format!("{module}.{}", one.name.text),
                one.name.span,
            )
        });
        let mut names = Self {
            modules,
            declared: Vec::with_capacity(declared.len()),
            places: HashMap::with_capacity(declared.len()),
            subjects: subjects(files),
            scopes: Vec::new(),
            used: HashSet::new(),
        };
        names.number(declared, findings);
        names.scopes = files
            .iter()
            .enumerate()
            .map(|(file, tree)| names.scope(file, tree, findings))
            .collect();
        names
    }

    /// Gives ids in order, and reports what is declared twice.
    fn number(&mut self, declared: Vec<Declared<'a>>, findings: &mut Findings) {
        let mut next: HashMap<ItemKind, u32> = HashMap::new();
        // A queue's name is its name everywhere, in the store too; a fact's in decision records.
        let mut everywhere: HashMap<(ItemKind, &str), Span> = HashMap::new();
        for mut one in declared {
            let key = (self.module(one.file), one.kind, Arc::clone(&one.name.text));
            let first = match self.places.get(&key) {
                Some(&place) => self.declared.get(place).map(|first| first.name.span),
                None => everywhere.get(&(one.kind, &*one.name.text)).copied(),
            };
            if let Some(first) = first {
                findings.push(duplicate(one.kind, one.name, first));
                continue;
            }
            if matches!(one.kind, ItemKind::Queue | ItemKind::Fact) {
                everywhere.insert((one.kind, &one.name.text), one.name.span);
            }
            let id = next.entry(one.kind).or_default();
            one.id = *id;
            *id += 1;
            self.places.insert(key, self.declared.len());
            self.declared.push(one);
        }
    }

    fn scope(&self, file: usize, tree: &ast::File, findings: &mut Findings) -> Scope {
        let mut scope = Scope::default();
        for used in &tree.uses {
            let module: Arc<str> = used.module.dotted().into();
            if !self.modules.contains(&module) {
                self.report_unknown_module(&module, used.module.span, findings);
                continue;
            }
            for name in &used.names {
                if self.offers(&module, name, findings) {
                    self.bring(&mut scope, file, &module, name, findings);
                }
            }
        }
        scope
    }

    fn report_unknown_module(&self, module: &str, span: Span, findings: &mut Findings) {
        // A file that could not say its module may be the one.
        if self.modules.iter().any(|module| module.starts_with('?')) {
            return;
        }
        let problem = MeaningProblem::UnknownModule {
            module: module.to_owned(),
            nearest: nearest(module, self.modules.iter().map(|module| &**module))
                .map(str::to_owned),
        };
        findings.add(problem, span);
    }

    /// Whether `module` has something of that name for others; if not, that is reported.
    fn offers(&self, module: &Arc<str>, name: &ast::Name, findings: &mut Findings) -> bool {
        let key = (Arc::clone(module), Arc::clone(&name.text));
        let found = |public: bool| {
            USABLE.iter().any(|&kind| {
                self.find(module, kind, &name.text)
                    .is_some_and(|one| one.public || !public)
            })
        };
        if self.subjects.contains(&key) || found(true) {
            return true;
        }
        let candidates = self
            .declared
            .iter()
            .filter(|one| one.public && self.modules.get(one.file) == Some(module))
            .map(|one| &*one.name.text);
        let subjects = self
            .subjects
            .iter()
            .filter(|(declaring, _)| declaring == module)
            .map(|(_, subject)| &**subject);
        let problem = MeaningProblem::NotInModule {
            module: module.to_string(),
            name: name.text.to_string(),
            nearest: nearest(&name.text, candidates.chain(subjects)).map(str::to_owned),
            private: found(false),
        };
        findings.add(problem, name.span);
        false
    }

    fn bring(
        &self,
        scope: &mut Scope,
        file: usize,
        module: &Arc<str>,
        name: &ast::Name,
        findings: &mut Findings,
    ) {
        let own = self.module(file);
        let hides = || {
            let clash = |&kind: &ItemKind| {
                self.find(module, kind, &name.text)?;
                self.find(&own, kind, &name.text)
            };
            USABLE.iter().find_map(clash).filter(|_| own != *module)
        };
        let first = match scope.used.get(&name.text) {
            Some(first) => Some(first.span),
            None => hides().map(|one| one.name.span),
        };
        if let Some(first) = first {
            findings.push(duplicate(ItemKind::Used, name, first));
            return;
        }
        let used = Used {
            module: Arc::clone(module),
            span: name.span,
            needed: false,
        };
        scope.used.insert(Arc::clone(&name.text), used);
    }

    /// What `path` means in `file`; if nothing, that is reported. It counts as used from then on.
    pub(super) fn resolve(
        &mut self,
        kind: ItemKind,
        file: usize,
        path: &ast::Path,
        findings: &mut Findings,
    ) -> Option<Declared<'a>> {
        let found = path
            .single()
            .and_then(|name| self.visible(kind, file, &name.text));
        if found.is_none() {
            let name = path.dotted();
            findings.add(self.unknown(kind, file, &name), path.span);
        }
        found
    }

    /// As [`Names::resolve`] for a single word, without a report.
    pub(super) fn visible(
        &mut self,
        kind: ItemKind,
        file: usize,
        name: &str,
    ) -> Option<Declared<'a>> {
        let found = self.find(&self.module(file), kind, name).or_else(|| {
            let used = self.scopes.get(file)?.used.get(name)?;
            self.find(&used.module, kind, name).filter(|one| one.public)
        })?;
        if self.module(found.file) != self.module(file) {
            self.mark_use(file, name);
        }
        self.used.insert((kind, found.id));
        Some(found)
    }

    /// What `path` means in a test of `file`: what its module sees, or anything by its full name. A queue's name is its name
    /// everywhere. If it is nothing, that is reported.
    pub(super) fn in_test(
        &mut self,
        kind: ItemKind,
        file: usize,
        path: &ast::Path,
        findings: &mut Findings,
    ) -> Option<Declared<'a>> {
        let written = path.dotted();
        if let Some(found) = self.visible(kind, file, &written) {
            return Some(found);
        }
        let by_full_name = || {
            let (module, name) = written.rsplit_once('.')?;
            self.find(module, kind, name)
        };
        let queue = || {
            let mut queues = self.of_kind(ItemKind::Queue);
            queues.find(|one| kind == ItemKind::Queue && *one.name.text == *written)
        };
        let found = by_full_name().or_else(|| queue().copied());
        if found.is_none() {
            findings.add(self.unknown(kind, file, &written), path.span);
        }
        found
    }

    /// A rule, as [`Names::in_test`]. Does not count as a use.
    pub(super) fn rule(
        &self,
        file: usize,
        path: &ast::Path,
        findings: &mut Findings,
    ) -> Option<Declared<'a>> {
        let written = path.dotted();
        let in_own = || self.find(&self.module(file), ItemKind::Rule, &written);
        let by_full_name = || {
            let (module, name) = written.rsplit_once('.')?;
            self.find(module, ItemKind::Rule, name)
        };
        let found = in_own().or_else(by_full_name);
        if found.is_none() {
            findings.add(self.unknown(ItemKind::Rule, file, &written), path.span);
        }
        found
    }

    /// Whether `file` sees the fields that `modules` declare for `subject`.
    pub(super) fn sees_subject(
        &mut self,
        file: usize,
        subject: &str,
        modules: &[Arc<str>],
    ) -> bool {
        if modules.is_empty() || modules.contains(&self.module(file)) {
            return true;
        }
        let used = self
            .scopes
            .get(file)
            .and_then(|scope| scope.used.get(subject));
        let sees = used.is_some_and(|used| modules.contains(&used.module));
        if sees {
            self.mark_use(file, subject);
        }
        sees
    }

    fn mark_use(&mut self, file: usize, name: &str) {
        let used = self
            .scopes
            .get_mut(file)
            .and_then(|scope| scope.used.get_mut(name));
        if let Some(used) = used {
            used.needed = true;
        }
    }

    fn unknown(&self, kind: ItemKind, file: usize, name: &str) -> MeaningProblem {
        let own = self.module(file);
        let used = self.scopes.get(file).map(|scope| &scope.used);
        let visible: Vec<&str> = self
            .of_kind(kind)
            .filter(|one| {
                self.modules.get(one.file) == Some(&own)
                    || used.is_some_and(|used| used.contains_key(&one.name.text))
            })
            .map(|one| &*one.name.text)
            .collect();
        let last = name.rsplit_once('.').map_or(name, |(_, last)| last);
        let elsewhere = self
            .of_kind(kind)
            .find(|one| one.public && *one.name.text == *last);
        MeaningProblem::UnknownName {
            kind,
            name: last.to_owned(),
            nearest: nearest(name, visible.iter().copied()).map(str::to_owned),
            known: shown_names(&visible),
            module: elsewhere.map(|one| self.module(one.file).to_string()),
        }
    }

    fn find(&self, module: &str, kind: ItemKind, name: &str) -> Option<Declared<'a>> {
        let key = (Arc::from(module), kind, Arc::from(name));
        let place = self.places.get(&key)?;
        self.declared.get(*place).copied()
    }

    /// Everything that was declared, kind by kind.
    pub(super) fn all(&self) -> impl Iterator<Item = &Declared<'a>> {
        self.declared.iter()
    }

    /// All of one kind, in the order of their ids.
    pub(super) fn of_kind(&self, kind: ItemKind) -> impl Iterator<Item = &Declared<'a>> {
        let start = self.declared.partition_point(|one| one.kind < kind);
        let end = self.declared.partition_point(|one| one.kind <= kind);
        self.declared.get(start..end).unwrap_or_default().iter()
    }

    /// The module of a file.
    pub(super) fn module(&self, file: usize) -> Arc<str> {
        self.modules
            .get(file)
            .map_or_else(|| Arc::from("?"), Arc::clone)
    }

    /// `module.name`
    pub(super) fn full_name(&self, one: &Declared<'a>) -> Arc<str> {
        format!("{}.{}", self.module(one.file), one.name.text).into()
    }

    /// Whether something refers to it.
    pub(super) fn is_used(&self, one: &Declared<'a>) -> bool {
        self.used.contains(&(one.kind, one.id))
    }

    /// Names that `use` brings and nothing needs, with their places.
    pub(super) fn needless_uses(&self) -> impl Iterator<Item = (&Arc<str>, Span)> {
        self.scopes
            .iter()
            .flat_map(|scope| &scope.used)
            // A standard module is also used for its rules alone.
            .filter(|(_, used)| !used.needed && !used.module.starts_with("std."))
            .map(|(name, used)| (name, used.span))
    }
}

/// Kinds that another module can use.
const USABLE: [ItemKind; 9] = [
    ItemKind::List,
    ItemKind::Queue,
    ItemKind::Template,
    ItemKind::Condition,
    ItemKind::Enum,
    ItemKind::Calendar,
    ItemKind::Holidays,
    ItemKind::Signal,
    ItemKind::Fact,
];

/// The first of these names, as a finding lists them.
pub(super) fn shown_names(names: &[&str]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMES_SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = if names.len() > MOST_NAMES_SHOWN {
        " …"
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

fn duplicate(kind: ItemKind, name: &ast::Name, first: Span) -> Diagnostic {
    let problem = MeaningProblem::DuplicateName {
        kind,
        name: name.text.to_string(),
    };
    Diagnostic::new(problem, name.span).with_related(first, Related::FirstHere)
}
