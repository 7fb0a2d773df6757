//! Which fields a bundle reads.

use std::collections::BTreeSet;

use signalbox_dsl::bundle::{
    Bundle, Condition, Edge, Effect, FieldId, Guard, Operand, Outreach, Predicate,
};

use crate::conversation::path;
use crate::outreach::zones_and_arguments;

/// Fields of conditions, rises and arguments, and those that every decision reads: language and state.
pub(crate) fn of(bundle: &Bundle) -> Vec<FieldId> {
    let mut fields = BTreeSet::new();
    for rule in &bundle.rules {
        if let Guard::When(condition) = &rule.guard {
            add_condition(condition, &mut fields);
        }
        for limited in &rule.effects {
            match &limited.effect {
                Effect::Reply { arguments, .. } => {
                    fields.extend(arguments.iter().filter_map(field));
                }
                Effect::SetScore(score) => fields.extend(field(score)),
                _ => {}
            }
        }
    }
    let closed = bundle
        .queues
        .iter()
        .filter_map(|it| it.closed_reply.as_ref());
    fields.extend(closed.flat_map(|it| &it.arguments).filter_map(field));
    for condition in bundle.signals.iter().filter_map(|it| it.condition.as_ref()) {
        add_condition(condition, &mut fields);
    }
    fields.extend(bundle.edges.iter().filter_map(|edge| match edge {
        Edge::Rising(rising) => Some(rising.field),
        Edge::Reaching(_) | Edge::Attached(_) => None,
    }));
    let mut edges = bundle.edges.iter();
    let for_attachments = edges
        .any(|edge| matches!(edge, Edge::Attached(_)))
        .then_some(path::ATTACHMENT_KINDS);
    let arguments = bundle.scripts.iter().flat_map(|script| &script.arguments);
    fields.extend(arguments.filter_map(field));
    for outreach in &bundle.outreach {
        fields.extend(of_outreach(outreach));
        if let Some(filter) = &outreach.filter {
            add_condition(filter, &mut fields);
        }
    }
    let for_outreach = (!bundle.outreach.is_empty()).then_some(path::CUSTOMER_TAGS);
    let always = [path::LANGUAGE, path::STATE];
    let sometimes = for_outreach.into_iter().chain(for_attachments);
    let always: Vec<&str> = always.into_iter().chain(sometimes).collect();
    fields.extend(
        (0..)
            .map(FieldId)
            .zip(&bundle.fields)
            .filter(|(_, field)| always.contains(&&*field.path))
            .map(|(id, _)| id),
    );
    fields.into_iter().collect()
}

/// What an outreach reads when it is due, and when it is planned besides its filter.
pub(crate) fn of_outreach(outreach: &Outreach) -> BTreeSet<FieldId> {
    let mut fields: BTreeSet<FieldId> = zones_and_arguments(outreach).collect();
    if let Some(condition) = &outreach.condition {
        add_condition(condition, &mut fields);
    }
    fields
}

fn add_condition(condition: &Condition, fields: &mut BTreeSet<FieldId>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                add_condition(part, fields);
            }
        }
        Condition::Not(inner) => add_condition(inner, fields),
        Condition::Named { body, .. } => add_condition(body, fields),
        Condition::Atom(atom) => fields.extend(fields_of(&atom.predicate)),
    }
}

/// The fields that a comparison reads.
pub(crate) fn fields_of(predicate: &Predicate) -> Vec<FieldId> {
    match predicate {
        Predicate::Compare { left, right, .. } => {
            [left, right].into_iter().filter_map(field).collect()
        }
        Predicate::OneOf { left, .. }
        | Predicate::Between { left, .. }
        | Predicate::IsTrue(left) => field(left).into_iter().collect(),
        Predicate::Known(field)
        | Predicate::HasAny { field, .. }
        | Predicate::HasAll { field, .. }
        | Predicate::StartsWith { field, .. }
        | Predicate::IsExactly { field, .. }
        | Predicate::Matches { field, .. }
        | Predicate::Contains { field, .. } => vec![*field],
        // Its only fact is `now`, which every decision has.
        Predicate::Open(_) => Vec::new(),
    }
}

fn field(operand: &Operand) -> Option<FieldId> {
    match operand {
        Operand::Field { field, .. } => Some(*field),
        Operand::Constant(_) => None,
    }
}
