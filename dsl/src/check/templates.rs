//! Templates: parameters, bodies, placeholders, languages.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::ast;
use crate::bundle::{CalendarId, Parameter, Template, TemplateBody, TemplatePiece};
use crate::diagnostic::Diagnostic;
use crate::problem::{ItemKind, MeaningProblem, Related};
use crate::source::Span;

use super::Checker;
use super::limits::MOST_TEMPLATES;
use super::names::Declared;
use super::schema::resolve_type;
use crate::nearest::nearest;

impl<'a> Checker<'a> {
    /// Reads all templates.
    pub(super) fn check_templates(&mut self) {
        let declared: Vec<_> = self.names.of_kind(ItemKind::Template).copied().collect();
        for one in &declared {
            if let ast::ItemKind::Template(template) = &one.item.kind {
                let read = self.template(one, template);
                self.templates.push(read);
            }
        }
        if let Some(one) = declared.get(MOST_TEMPLATES) {
            let problem = MeaningProblem::TooMany {
                kind: ItemKind::Template,
                most: MOST_TEMPLATES,
            };
            self.findings.add(problem, one.name.span);
        }
        self.check_translations(&declared);
    }

    fn template(&mut self, one: &Declared<'a>, template: &ast::Template) -> Template {
        let (parameters, are_known) = self.parameters(one.file, template);
        let mut bodies: Vec<TemplateBody> = Vec::with_capacity(template.bodies.len());
        let mut spans: BTreeMap<Arc<str>, Span> = BTreeMap::new();
        for body in &template.bodies {
            if !self.check_language(&body.language) {
                continue;
            }
            if let Some(first) = spans.insert(Arc::clone(&body.language.tag), body.language.span) {
                let problem = MeaningProblem::RepeatedBody {
                    language: body.language.tag.to_string(),
                };
                let finding = Diagnostic::new(problem, body.language.span);
                self.findings
                    .push(finding.with_related(first, Related::FirstHere));
                continue;
            }
            bodies.push(TemplateBody {
                language: Arc::clone(&body.language.tag),
                pieces: self.pieces(one.file, body, &parameters, are_known),
            });
        }
        let read = Template {
            name: Arc::clone(&template.name.text),
            parameters,
            bodies,
        };
        if one.item.complete && !self.is_standard(one.file) {
            self.check_default_body(one, &read);
            self.check_unsaid_parameters(template, &read);
            self.check_full_width_braces(template);
        }
        read
    }

    /// The parameters, and whether all could be read.
    fn parameters(&mut self, file: usize, template: &ast::Template) -> (Vec<Parameter>, bool) {
        let mut parameters: Vec<Parameter> = Vec::with_capacity(template.parameters.len());
        let mut are_known = true;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        for parameter in &template.parameters {
            if !seen.insert(&parameter.name.text) {
                let problem = MeaningProblem::DuplicateName {
                    kind: ItemKind::Parameter,
                    name: parameter.name.text.to_string(),
                };
                self.findings.add(problem, parameter.name.span);
                continue;
            }
            match resolve_type(
                file,
                &parameter.value_type,
                &mut self.names,
                &mut self.findings,
            ) {
                Some(value_type) => parameters.push(Parameter {
                    name: Arc::clone(&parameter.name.text),
                    value_type,
                }),
                None => are_known = false,
            }
        }
        (parameters, are_known)
    }

    fn pieces(
        &mut self,
        file: usize,
        body: &ast::TemplateBody,
        parameters: &[Parameter],
        are_known: bool,
    ) -> Vec<TemplatePiece> {
        let mut pieces = Vec::with_capacity(body.pieces.len());
        for piece in &body.pieces {
            let (name, fallback) = match &piece.kind {
                ast::PieceKind::Text(text) => {
                    pieces.push(TemplatePiece::Text(Arc::clone(text)));
                    continue;
                }
                ast::PieceKind::Placeholder {
                    parameter,
                    fallback,
                } => (parameter, fallback),
                ast::PieceKind::OpensNext { calendar, fallback } => {
                    let path = ast::Path {
                        names: vec![calendar.clone()],
                        span: calendar.span,
                    };
                    let kind = ItemKind::Calendar;
                    let found = self.names.resolve(kind, file, &path, &mut self.findings);
                    pieces.extend(found.map(|found| TemplatePiece::OpensNext {
                        calendar: CalendarId(found.id),
                        fallback: fallback.clone(),
                    }));
                    continue;
                }
            };
            match parameters
                .iter()
                .position(|parameter| parameter.name == name.text)
            {
                Some(parameter) => pieces.push(TemplatePiece::Placeholder {
                    parameter,
                    fallback: fallback.clone(),
                }),
                None if are_known => {
                    let problem = MeaningProblem::UnknownPlaceholder {
                        name: name.text.to_string(),
                        nearest: nearest(&name.text, parameters.iter().map(|known| &*known.name))
                            .map(str::to_owned),
                    };
                    self.findings.add(problem, piece.span);
                }
                None => {}
            }
        }
        pieces
    }

    fn check_default_body(&mut self, one: &Declared<'_>, template: &Template) {
        let language = &self.settings.language;
        if template
            .bodies
            .iter()
            .any(|body| body.language == *language)
        {
            return;
        }
        let problem = MeaningProblem::NoDefaultBody {
            template: Arc::clone(&template.name),
            language: Arc::clone(language),
        };
        self.findings.add(problem, one.name.span);
    }

    fn check_unsaid_parameters(&mut self, written: &ast::Template, template: &Template) {
        for (place, parameter) in template.parameters.iter().enumerate() {
            let is_said = template
                .bodies
                .iter()
                .flat_map(|body| &body.pieces)
                .any(|piece| matches!(piece, TemplatePiece::Placeholder { parameter, .. } if *parameter == place));
            let named = written
                .parameters
                .iter()
                .find(|one| one.name.text == parameter.name);
            let Some(named) = named else {
                continue;
            };
            if is_said {
                self.check_said_in_every_language(written, named);
            } else {
                let problem = MeaningProblem::UnusedParameter {
                    template: Arc::clone(&template.name),
                    parameter: parameter.name.to_string(),
                };
                self.findings.add(problem, named.name.span);
            }
        }
    }

    /// Warns at each text without a placeholder that other texts of the template have.
    fn check_said_in_every_language(&mut self, written: &ast::Template, named: &ast::Parameter) {
        for body in &written.bodies {
            let is_said = body.pieces.iter().any(|piece| {
                matches!(&piece.kind, ast::PieceKind::Placeholder { parameter, .. } if parameter.text == named.name.text)
            });
            if !is_said {
                let problem = MeaningProblem::UnsaidInLanguage {
                    template: Arc::clone(&written.name.text),
                    parameter: named.name.text.to_string(),
                    language: Arc::clone(&body.language.tag),
                };
                self.findings.add(problem, body.language.span);
            }
        }
    }

    /// Warns of `｛name｝`: a Chinese input method wrote the braces, and nothing would be filled in.
    fn check_full_width_braces(&mut self, written: &ast::Template) {
        let pieces = written.bodies.iter().flat_map(|body| &body.pieces);
        let texts = pieces.filter(|piece| matches!(piece.kind, ast::PieceKind::Text(_)));
        for piece in texts {
            let source = self.written(piece.span);
            let mut position = 0;
            while let Some((start, braced)) = braced(&source, position) {
                position = start + braced.len();
                let write = braced.replace('｛', "{").replace('｝', "}");
                let span = part(piece.span, start, position);
                let problem = MeaningProblem::FullWidthBraces {
                    written: braced.to_owned(),
                    write: write.clone(),
                };
                let finding = Diagnostic::new(problem, span).with_fix(span, write);
                self.findings.push(finding);
            }
        }
    }

    /// Warns of templates without a language that others have.
    fn check_translations(&mut self, declared: &[Declared<'_>]) {
        // What standard templates say or lack is not the author's.
        let own: Vec<(&Declared<'_>, &Template)> = declared
            .iter()
            .zip(&self.templates)
            .filter(|(one, _)| !self.is_standard(one.file))
            .collect();
        let spoken: BTreeSet<Arc<str>> = own
            .iter()
            .flat_map(|(_, template)| &template.bodies)
            .map(|body| Arc::clone(&body.language))
            .collect();
        for (one, template) in own {
            let missing: Vec<String> = spoken
                .iter()
                // The default language is an error of its own.
                .filter(|&language| *language != self.settings.language)
                .filter(|&language| {
                    !template
                        .bodies
                        .iter()
                        .any(|body| body.language == *language)
                })
                .map(|language| format!("`{language}`"))
                .collect();
            if !missing.is_empty() && one.item.complete {
                let problem = MeaningProblem::MissingTranslation {
                    template: Arc::clone(&template.name),
                    languages: missing.join(", "),
                };
                self.findings.add(problem, one.name.span);
            }
        }
    }
}

/// The next `｛…｝` of `text` from `position` on, and where it begins.
fn braced(text: &str, mut position: usize) -> Option<(usize, &str)> {
    loop {
        let behind = text.get(position..)?;
        let end = behind.find('｝')? + '｝'.len_utf8();
        if let Some(start) = behind.get(..end)?.rfind('｛') {
            return Some((position + start, behind.get(start..end)?));
        }
        // A closing brace alone is no placeholder.
        position += end;
    }
}

/// A part of a place, in bytes from its beginning. Files end below 4 GiB, so no place is out of range.
fn part(whole: Span, start: usize, end: usize) -> Span {
    let byte = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
    Span {
        start: whole.start.saturating_add(byte(start)),
        end: whole.start.saturating_add(byte(end)),
        ..whole
    }
}

/// Whether an argument may be absent: every text that says the parameter has a fallback for it.
pub(super) fn has_fallbacks(template: &Template, place: usize) -> bool {
    template
        .bodies
        .iter()
        .flat_map(|body| &body.pieces)
        .all(|piece| match piece {
            TemplatePiece::Placeholder {
                parameter,
                fallback,
            } => *parameter != place || fallback.is_some(),
            TemplatePiece::Text(_) | TemplatePiece::OpensNext { .. } => true,
        })
}
