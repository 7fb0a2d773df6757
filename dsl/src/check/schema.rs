//! Enums, fields and events: built-in ones first, then what schemas declare.

mod types;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::ast;
use crate::bundle::{EnumType, EventField, EventType, Field, FieldId, Trigger};
use crate::diagnostic::Diagnostic;
use crate::problem::{BareWord, ItemKind, MeaningProblem, Related};
use crate::queue_field::QueueField;
use crate::source::Span;

use super::builtin::{self, BuiltInPresence};
use super::conditions::Known;
use super::findings::Findings;
use super::limits::MOST_FIELDS;
use super::names::{Names, subject_word};
use crate::nearest::nearest;
use crate::weekday::is_weekday;

pub(super) use types::resolve_type;

/// What rules may read.
#[derive(Default)]
pub(super) struct Schema {
    enums: BTreeMap<Arc<str>, EnumType>,
    entries: Vec<Entry>,
    places: HashMap<Arc<str>, FieldId>,
    events: BTreeMap<Arc<str>, Event>,
}

/// A field, and what the bundle does not keep of it.
pub(super) struct Entry {
    pub(super) field: Field,
    pub(super) presence: Presence,
    /// Where it is declared; `None` for built-in fields.
    pub(super) declared: Option<Span>,
    /// Modules whose schemas declare it; empty for built-in fields, which all see.
    modules: Vec<Arc<str>>,
    /// A script computes it: it is seen as other items of a module are.
    pub(super) is_fact: bool,
    /// The queue whose field it is: it is seen where the queue is.
    queue: Option<Arc<str>>,
}

/// When a field is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Presence {
    /// Always.
    Always,
    /// At times.
    Optional,
    /// A model's score: conditions on it are three-valued and need no guard.
    Score,
    /// Under these triggers.
    Under(Vec<Trigger>),
}

/// What is known of an event.
#[derive(Default)]
pub(super) struct Event {
    /// Its fields, and whether each is always there.
    pub(super) fields: Vec<(FieldId, bool)>,
    modules: Vec<Arc<str>>,
}

impl Event {
    fn into_type(self, name: Arc<str>) -> EventType {
        let fields = self.fields.into_iter();
        EventType {
            name,
            fields: fields
                .map(|(field, always)| EventField {
                    field,
                    optional: !always,
                })
                .collect(),
        }
    }
}

impl Schema {
    /// Reads all enums and schemas of `files`.
    pub(super) fn collect<'a>(
        files: &'a [ast::File],
        names: &mut Names<'a>,
        findings: &mut Findings,
    ) -> Self {
        let mut schema = Self::default();
        schema.add_built_in();
        schema.add_enums(names, findings);
        for (file, tree) in files.iter().enumerate() {
            for item in &tree.items {
                if let ast::ItemKind::Schema(declared) = &item.kind {
                    schema.add_schema(file, declared, names, findings);
                }
            }
        }
        schema.add_queues(names);
        schema.add_facts(names, findings);
        schema
    }

    fn add_built_in(&mut self) {
        for (name, members) in builtin::ENUMS {
            let name: Arc<str> = name.into();
            let members = members.iter().map(|&member| member.into()).collect();
            self.enums
                .insert(Arc::clone(&name), EnumType { name, members });
        }
        for event in builtin::PAGE_EVENTS {
            self.events.insert(event.into(), Event::default());
        }
        for field in &builtin::FIELDS {
            let presence = match field.presence {
                BuiltInPresence::Always => Presence::Always,
                BuiltInPresence::Optional => Presence::Optional,
                BuiltInPresence::Score => Presence::Score,
                BuiltInPresence::Message => Presence::Under(vec![Trigger::Message]),
                BuiltInPresence::Attachment => Presence::Under(vec![Trigger::Attachment]),
                BuiltInPresence::Page => Presence::Under(page_events()),
            };
            let is_page = matches!(field.presence, BuiltInPresence::Page);
            let is_attachment = matches!(field.presence, BuiltInPresence::Attachment);
            let optional = is_page
                || is_attachment
                || matches!(presence, Presence::Optional | Presence::Score);
            let id = self.push(Entry {
                field: Field {
                    path: field.path.into(),
                    value_type: field.kind.to_type(),
                    optional,
                    description: field.description.into(),
                },
                presence,
                declared: None,
                modules: Vec::new(),
                is_fact: false,
                queue: None,
            });
            if is_page {
                for event in self.events.values_mut() {
                    event.fields.push((id, true));
                }
            }
        }
    }

    fn add_enums(&mut self, names: &Names<'_>, findings: &mut Findings) {
        for one in names.of_kind(ItemKind::Enum) {
            let ast::ItemKind::Enum(declared) = &one.item.kind else {
                continue;
            };
            let mut members: Vec<Arc<str>> = Vec::with_capacity(declared.members.len() + 1);
            let mut known: HashSet<&str> = HashSet::with_capacity(declared.members.len());
            for member in &declared.members {
                if known.insert(&member.text) {
                    members.push(Arc::clone(&member.text));
                } else {
                    let problem = MeaningProblem::DuplicateName {
                        kind: ItemKind::Member,
                        name: member.text.to_string(),
                    };
                    findings.add(problem, member.span);
                }
            }
            if !known.contains("other") {
                members.push("other".into());
            }
            let name = names.full_name(one);
            self.enums
                .insert(Arc::clone(&name), EnumType { name, members });
        }
    }

    fn add_schema(
        &mut self,
        file: usize,
        declared: &ast::Schema,
        names: &mut Names<'_>,
        findings: &mut Findings,
    ) {
        let module = names.module(file);
        let event = match &declared.subject {
            ast::SchemaSubject::Event(path) => Some(Arc::<str>::from(path.dotted())),
            _ => None,
        };
        if let Some(name) = &event {
            if builtin::PAGE_EVENTS.contains(&&**name) {
                let problem = MeaningProblem::BuiltInField {
                    field: name.to_string(),
                };
                findings.add(problem, declared.subject_span);
                return;
            }
            let event = self.events.entry(Arc::clone(name)).or_default();
            event.modules.push(Arc::clone(&module));
        }
        let subject = subject_word(&declared.subject);
        for line in &declared.fields {
            if self.entries.len() >= MOST_FIELDS {
                let problem = MeaningProblem::TooMany {
                    kind: ItemKind::Field,
                    most: MOST_FIELDS,
                };
                findings.add(problem, line.span);
                return;
            }
            let Some(value_type) = resolve_type(file, &line.value_type, names, findings) else {
                continue;
            };
            let path: Arc<str> = format!("{subject}.{}", line.name.text).into();
            let presence = presence(&declared.subject, event.as_ref(), line.optional);
            let entry = Entry {
                field: Field {
                    path,
                    value_type,
                    optional: line.optional || event.is_some(),
                    description: description(line),
                },
                presence,
                declared: Some(line.span),
                modules: vec![Arc::clone(&module)],
                is_fact: false,
                queue: None,
            };
            self.add_field(entry, line, event.as_ref(), findings);
        }
    }

    fn add_field(
        &mut self,
        entry: Entry,
        line: &ast::Field,
        event: Option<&Arc<str>>,
        findings: &mut Findings,
    ) {
        let existing = self.places.get(&entry.field.path).copied();
        let id = match existing {
            None => self.push(entry),
            Some(id) => {
                if !self.merge(id, entry, line, event, findings) {
                    return;
                }
                id
            }
        };
        if let Some(event) = event.and_then(|event| self.events.get_mut(event)) {
            event.fields.push((id, !line.optional));
        }
    }

    /// A second line for one path: fine for two events of one first word and one type, an error otherwise.
    fn merge(
        &mut self,
        id: FieldId,
        entry: Entry,
        line: &ast::Field,
        event: Option<&Arc<str>>,
        findings: &mut Findings,
    ) -> bool {
        let declared_for_event = event
            .and_then(|event| self.events.get(event))
            .is_some_and(|event| event.fields.iter().any(|(field, _)| *field == id));
        let Some(first) = self.entries.get_mut(id.index()) else {
            return false;
        };
        let problem = if first.declared.is_none() {
            MeaningProblem::BuiltInField {
                field: entry.field.path.to_string(),
            }
        } else if event.is_none() || declared_for_event {
            MeaningProblem::DuplicateName {
                kind: ItemKind::Field,
                name: line.name.text.to_string(),
            }
        } else if first.field.value_type != entry.field.value_type {
            MeaningProblem::FieldOfTwoTypes {
                field: entry.field.path,
            }
        } else {
            if let (Presence::Under(triggers), Presence::Under(more)) =
                (&mut first.presence, entry.presence)
            {
                triggers.extend(more);
            }
            first.modules.extend(entry.modules);
            return true;
        };
        let mut found = Diagnostic::new(problem, line.span);
        if let Some(declared) = first.declared {
            found = found.with_related(declared, Related::FirstHere);
        }
        findings.push(found);
        false
    }

    /// What every queue has without declaring it.
    fn add_queues(&mut self, names: &Names<'_>) {
        for one in names.of_kind(ItemKind::Queue) {
            let queue = &one.name.text;
            for field in QueueField::ALL {
                self.push(Entry {
                    field: Field {
                        path: field.path(queue).into(),
                        value_type: field.value_type(),
                        optional: false,
                        description: field.description().into(),
                    },
                    presence: Presence::Always,
                    declared: None,
                    modules: vec![names.module(one.file)],
                    is_fact: false,
                    queue: Some(Arc::clone(queue)),
                });
            }
        }
    }

    /// Facts that scripts compute: fields of one word, which always have a value.
    fn add_facts<'a>(&mut self, names: &mut Names<'a>, findings: &mut Findings) {
        let declared: Vec<_> = names.of_kind(ItemKind::Fact).copied().collect();
        for one in declared {
            let ast::ItemKind::Fact(fact) = &one.item.kind else {
                continue;
            };
            if self.find(&fact.name.text).is_some() {
                let problem = MeaningProblem::BuiltInField {
                    field: fact.name.text.to_string(),
                };
                findings.add(problem, fact.name.span);
                continue;
            }
            let Some(value_type) = resolve_type(one.file, &fact.value_type, names, findings) else {
                continue;
            };
            self.push(Entry {
                field: Field {
                    path: Arc::clone(&fact.name.text),
                    value_type,
                    optional: false,
                    description: "".into(),
                },
                presence: Presence::Always,
                declared: Some(fact.name.span),
                modules: vec![names.module(one.file)],
                is_fact: true,
                queue: None,
            });
        }
    }

    fn push(&mut self, entry: Entry) -> FieldId {
        let id = FieldId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        self.places.insert(Arc::clone(&entry.field.path), id);
        self.entries.push(entry);
        id
    }

    /// The field of that dotted path, whether or not a file sees it.
    pub(super) fn find(&self, path: &str) -> Option<FieldId> {
        self.places.get(path).copied()
    }

    /// The field that `path` means in `file`, if it sees one.
    pub(super) fn visible(
        &self,
        file: usize,
        path: &ast::Path,
        names: &mut Names<'_>,
    ) -> Option<FieldId> {
        let id = self.find(&path.dotted())?;
        let first = path.names.first()?;
        let entry = self.entry(id)?;
        if entry.is_fact {
            return names.visible(ItemKind::Fact, file, &first.text).map(|_| id);
        }
        if let Some(queue) = &entry.queue {
            return names.visible(ItemKind::Queue, file, queue).map(|_| id);
        }
        let modules = &entry.modules;
        names.sees_subject(file, &first.text, modules).then_some(id)
    }

    /// What is wrong with a path that is no field here; `word` says what else it may be.
    pub(super) fn unknown_field(&self, path: &ast::Path, word: BareWord) -> MeaningProblem {
        let written = path.dotted();
        if word != BareWord::List && path.single().is_some_and(|name| is_weekday(&name.text)) {
            return MeaningProblem::Weekday { day: written };
        }
        let hidden = self.find(&written).and_then(|id| self.entry(id));
        let queue = hidden.and_then(|entry| entry.queue.as_deref());
        let first = path.names.first().map(|first| &*first.text);
        let subject = queue.or(first).map(str::to_owned);
        MeaningProblem::UnknownField {
            nearest: hidden
                .is_none()
                .then(|| self.resembling(&written, word))
                .flatten(),
            module: module_to_use(hidden.map(|entry| &entry.modules), subject),
            word,
            field: written,
        }
    }

    /// The field that `written` resembles, lacks only the subject of, or begins like.
    fn resembling(&self, written: &str, word: BareWord) -> Option<String> {
        let paths = || self.entries.iter().map(|entry| &*entry.field.path);
        if let Some(found) = nearest(written, paths()) {
            return Some(found.to_owned());
        }
        let fits = |path: &str| match (written.rsplit_once('.'), path.rsplit_once('.')) {
            (None, Some((_, name))) => word == BareWord::Field && name == written,
            (Some((subject, written)), Some((known_subject, name))) => {
                subject == known_subject && begin_alike(written, name)
            }
            _ => false,
        };
        let fitting: Vec<&str> = paths().filter(|path| fits(path)).collect();
        let found = match fitting.as_slice() {
            [only] => Some(only),
            // What is asked of several is mostly asked of the message; otherwise nobody knows which was meant.
            several => several
                .iter()
                .find(|path| !written.contains('.') && path.starts_with("message.")),
        };
        found.map(|path| (*path).to_owned())
    }

    /// The event that `path` means in `file`; if none, that is reported.
    pub(super) fn event(
        &self,
        file: usize,
        path: &ast::Path,
        names: &mut Names<'_>,
        findings: &mut Findings,
    ) -> Option<(Arc<str>, &Event)> {
        let written = path.dotted();
        let first = path.names.first()?;
        let found = self.events.get_key_value(&*written);
        if let Some((name, event)) = found
            && names.sees_subject(file, &first.text, &event.modules)
        {
            return Some((Arc::clone(name), event));
        }
        let candidates = self.events.keys().map(|event| &**event);
        let problem = MeaningProblem::UnknownEvent {
            nearest: found
                .is_none()
                .then(|| nearest(&written, candidates).map(str::to_owned))
                .flatten(),
            module: module_to_use(
                found.map(|(_, event)| &event.modules),
                Some(first.text.to_string()),
            ),
            event: written,
        };
        findings.add(problem, path.span);
        None
    }

    /// As [`Self::event`] for tests, which may tell of what any module declares.
    pub(super) fn event_in_test(
        &self,
        file: usize,
        path: &ast::Path,
        names: &mut Names<'_>,
        findings: &mut Findings,
    ) -> Option<(Arc<str>, &Event)> {
        let Some((name, event)) = self.events.get_key_value(&*path.dotted()) else {
            return self.event(file, path, names, findings);
        };
        // Where `use` brings it, that was needed.
        names.sees_subject(file, &path.names.first()?.text, &event.modules);
        Some((Arc::clone(name), event))
    }

    /// As [`Self::visible`] for tests, which may say what any module declares.
    pub(super) fn visible_in_test(
        &self,
        file: usize,
        path: &ast::Path,
        names: &mut Names<'_>,
    ) -> Option<FieldId> {
        self.visible(file, path, names)
            .or_else(|| self.find(&path.dotted()))
    }

    /// The fields that a trigger always brings.
    pub(super) fn present_under(&self, trigger: &Trigger) -> Known {
        let brings = |entry: &Entry| matches!(&entry.presence, Presence::Under(triggers) if triggers.contains(trigger));
        (0_u32..)
            .zip(&self.entries)
            .filter(|(_, entry)| brings(entry))
            .map(|(id, _)| FieldId(id))
            .collect()
    }

    /// A field by its id.
    pub(super) fn entry(&self, id: FieldId) -> Option<&Entry> {
        self.entries.get(id.index())
    }

    /// The members of an enum, by its full name.
    pub(super) fn members(&self, name: &str) -> &[Arc<str>] {
        self.enums.get(name).map_or(&[], |found| &found.members)
    }

    /// For the bundle.
    pub(super) fn into_tables(self) -> (Vec<Field>, Vec<EnumType>, Vec<EventType>) {
        let declared = self
            .events
            .into_iter()
            .filter(|(_, event)| !event.modules.is_empty());
        (
            self.entries.into_iter().map(|entry| entry.field).collect(),
            self.enums.into_values().collect(),
            declared
                .map(|(name, event)| event.into_type(name))
                .collect(),
        )
    }
}

/// Whether more than half of both names is the same beginning, as of `angry` and `anger`.
fn begin_alike(one: &str, other: &str) -> bool {
    let pairs = one.chars().zip(other.chars());
    let alike = pairs.take_while(|(left, right)| left == right).count();
    alike * 2 > one.chars().count().max(other.chars().count())
}

fn module_to_use(
    modules: Option<&Vec<Arc<str>>>,
    subject: Option<String>,
) -> Option<(String, String)> {
    Some((modules?.first()?.to_string(), subject?))
}

fn page_events() -> Vec<Trigger> {
    builtin::PAGE_EVENTS
        .iter()
        .map(|&event| Trigger::Event(event.into()))
        .collect()
}

fn presence(subject: &ast::SchemaSubject, event: Option<&Arc<str>>, optional: bool) -> Presence {
    match (subject, event) {
        // Of the events that declare it, only those that always bring it are named.
        (_, Some(_)) if optional => Presence::Under(Vec::new()),
        (_, Some(event)) => Presence::Under(vec![Trigger::Event(Arc::clone(event))]),
        _ if optional => Presence::Optional,
        (ast::SchemaSubject::Message, None) => Presence::Under(vec![Trigger::Message]),
        _ => Presence::Always,
    }
}

fn description(line: &ast::Field) -> Arc<str> {
    match &line.description {
        Some(text) => Arc::clone(&text.value),
        None => "".into(),
    }
}
