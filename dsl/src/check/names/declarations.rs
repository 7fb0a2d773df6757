//! What files declare, before names are given to it.

use std::collections::HashSet;
use std::sync::Arc;

use crate::ast;
use crate::problem::ItemKind;

use super::Declared;

pub(super) fn modules(files: &[ast::File]) -> Vec<Arc<str>> {
    files
        .iter()
        .enumerate()
        .map(|(file, tree)| match &tree.module {
            Some(module) => module.dotted().into(),
            None => format!("?{file}").into(),
        })
        .collect()
}

pub(super) fn declarations(files: &[ast::File]) -> Vec<Declared<'_>> {
    let items = files
        .iter()
        .enumerate()
        .flat_map(|(file, tree)| tree.items.iter().map(move |item| (file, item)));
    items
        .filter_map(|(file, item)| {
            let (kind, name, public) = match &item.kind {
                ast::ItemKind::List(list) => (ItemKind::List, &list.name, true),
                ast::ItemKind::Queue(queue) => (ItemKind::Queue, &queue.name, true),
                ast::ItemKind::Calendar(one) => (ItemKind::Calendar, &one.name, true),
                ast::ItemKind::Holidays(one) => (ItemKind::Holidays, &one.name, true),
                ast::ItemKind::Template(template) => (ItemKind::Template, &template.name, true),
                ast::ItemKind::Condition(condition) => {
                    (ItemKind::Condition, &condition.name, condition.public)
                }
                ast::ItemKind::Signal(one) => (ItemKind::Signal, &one.name, true),
                ast::ItemKind::Enum(one) => (ItemKind::Enum, &one.name, true),
                ast::ItemKind::Fact(one) => (ItemKind::Fact, &one.name, true),
                ast::ItemKind::Outreach(one) => (ItemKind::Outreach, &one.name, true),
                ast::ItemKind::Rule(rule) => (ItemKind::Rule, &rule.name, false),
                ast::ItemKind::Ranks(_)
                | ast::ItemKind::Defaults(_)
                | ast::ItemKind::Schema(_)
                | ast::ItemKind::Test(_) => return None,
            };
            Some(Declared {
                kind,
                id: 0,
                name,
                item,
                file,
                public,
            })
        })
        .collect()
}

pub(super) fn subjects(files: &[ast::File]) -> HashSet<(Arc<str>, Arc<str>)> {
    let modules = modules(files);
    let mut subjects = HashSet::new();
    for (tree, module) in files.iter().zip(&modules) {
        for item in &tree.items {
            if let ast::ItemKind::Schema(schema) = &item.kind {
                subjects.insert((Arc::clone(module), subject_word(&schema.subject)));
            }
        }
    }
    subjects
}

/// The first word of the paths of a schema's fields.
pub(in crate::check) fn subject_word(subject: &ast::SchemaSubject) -> Arc<str> {
    match subject {
        ast::SchemaSubject::Message => "message".into(),
        ast::SchemaSubject::Customer => "customer".into(),
        ast::SchemaSubject::Conversation => "conversation".into(),
        ast::SchemaSubject::Episode => "episode".into(),
        ast::SchemaSubject::Event(path) => match path.names.first() {
            Some(first) => Arc::clone(&first.text),
            None => "".into(),
        },
    }
}
