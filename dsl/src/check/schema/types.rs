//! The types that an author can name: words of the language, enums, lists of these.

use std::sync::Arc;

use crate::ast;
use crate::problem::{ItemKind, MeaningProblem};
use crate::value::Type;

use super::super::builtin;
use super::super::findings::Findings;
use super::super::names::Names;
use crate::nearest::nearest;

/// The type that an author names; if there is none, that is reported.
pub(in crate::check) fn resolve_type(
    file: usize,
    written: &ast::TypeName,
    names: &mut Names<'_>,
    findings: &mut Findings,
) -> Option<Type> {
    let name = match &written.kind {
        ast::TypeNameKind::ListOf(element) => {
            let element = resolve_type(file, element, names, findings)?;
            return Some(Type::List(Box::new(element)));
        }
        ast::TypeNameKind::Named(name) => name,
    };
    if let Some(known) = builtin::type_named(&name.text) {
        return Some(known);
    }
    if let Some(one) = names.visible(ItemKind::Enum, file, &name.text) {
        return Some(Type::Enum(names.full_name(&one)));
    }
    let enums: Vec<Arc<str>> = names
        .of_kind(ItemKind::Enum)
        .map(|one| Arc::clone(&one.name.text))
        .collect();
    let candidates = builtin::TYPE_WORDS
        .into_iter()
        .chain(enums.iter().map(|name| &**name));
    let problem = MeaningProblem::UnknownType {
        nearest: builtin::type_meant(&name.text)
            .map(str::to_owned)
            .or_else(|| nearest(&name.text, candidates).map(str::to_owned)),
        name: name.text.to_string(),
    };
    findings.add(problem, written.span);
    None
}
