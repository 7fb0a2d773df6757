//! Templates to text: which body, which value, which words.
//!
//! Values are written as people of the language write them ([`value`]); languages without words of their own here get the
//! English ones. Nothing is rounded.

mod value;

use std::sync::Arc;

use signalbox_dsl::bundle::{CalendarId, Operand, Template, TemplateBody, TemplatePiece};
use signalbox_dsl::value::Value;

use crate::conversation::path;
use crate::decision::Action;
use crate::describe;
use crate::snapshot::Snapshot;

pub(crate) use value::{Words, render_near_moment, render_value};

/// A placeholder without fallback whose value is absent: the reply would have a hole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingValue {
    /// Name of the template's parameter.
    pub(crate) parameter: Arc<str>,
}

/// Renders a reply in the conversation's language.
pub(crate) fn reply(
    template: &Template,
    arguments: &[Operand],
    snapshot: &Snapshot<'_>,
) -> Result<Action, MissingValue> {
    let body = choose_body(template, snapshot);
    let (language, pieces) = body.map_or_else(
        || (snapshot.prepared.bundle.default_language.clone(), &[][..]),
        |body| (body.language.clone(), &body.pieces[..]),
    );
    let words = Words::of(&language);
    let mut text = String::new();
    for piece in pieces {
        match piece {
            TemplatePiece::Text(literal) => text.push_str(literal),
            TemplatePiece::Placeholder {
                parameter,
                fallback,
            } => {
                let argument = arguments.get(*parameter);
                match (argument.and_then(|it| snapshot.operand(it)), fallback) {
                    (Some(value), _) => {
                        render_value(value, words, &snapshot.prepared.zone, &mut text);
                    }
                    (None, Some(fallback)) => text.push_str(fallback),
                    (None, None) => return Err(missing(template, *parameter)),
                }
            }
            TemplatePiece::OpensNext { calendar, fallback } => {
                match (opens_next(*calendar, words, snapshot), fallback) {
                    (Some(moment), _) => text.push_str(&moment),
                    (None, Some(fallback)) => text.push_str(fallback),
                    (None, None) => {
                        let name = describe::calendar(*calendar, &snapshot.prepared.bundle);
                        return Err(MissingValue {
                            parameter: format!("{name}.opens_next").into(),
                        });
                    }
                }
            }
        }
    }
    Ok(Action::Reply {
        template: template.name.clone(),
        language,
        text,
    })
}

fn opens_next(calendar: CalendarId, words: Words, snapshot: &Snapshot<'_>) -> Option<String> {
    let hours = snapshot.prepared.calendar(calendar)?;
    let moment = hours.opens_next(snapshot.now)?;
    let mut text = String::new();
    render_near_moment(moment, snapshot.now, words, &hours.zone, &mut text);
    Some(text)
}

fn missing(template: &Template, parameter: usize) -> MissingValue {
    MissingValue {
        parameter: template
            .parameters
            .get(parameter)
            .map_or_else(|| "".into(), |parameter| parameter.name.clone()),
    }
}

/// The body for the conversation's language, less and less exactly (`zh-Hant-TW`, `zh-Hant`, `zh`), else for the bundle's
/// default language.
fn choose_body<'t>(template: &'t Template, snapshot: &Snapshot<'_>) -> Option<&'t TemplateBody> {
    let wanted = match snapshot.facts.get(path::LANGUAGE) {
        Some(Value::Language(language)) => Some(&**language),
        _ => None,
    };
    let in_language = |language: &str| {
        template
            .bodies
            .iter()
            .find(|body| body.language.eq_ignore_ascii_case(language))
    };
    wanted
        .and_then(|wanted| less_and_less_exact(wanted).find_map(in_language))
        .or_else(|| in_language(&snapshot.prepared.bundle.default_language))
        .or_else(|| template.bodies.first())
}

fn less_and_less_exact(tag: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(tag), |tag| tag.rsplit_once('-').map(|(base, _)| base))
}

/// The note with which the default queue takes a conversation over that several rules wanted to answer differently.
pub(crate) fn tie_note(rules: &[Arc<str>], language: &str) -> String {
    let names: Vec<&str> = rules.iter().map(|rule| &**rule).collect();
    match Words::of(language) {
        Words::Chinese => format!(
            "{}都要回复，级别相同而答案不同，没有规则能定先后。请人工处理。",
            names.join("、")
        ),
        Words::English => format!(
            "{} all wanted to answer, differently and with one rank, and nothing tells them apart. A person has to decide.",
            names.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests;
