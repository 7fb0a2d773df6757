//! What stands above all items: `language`, `module`, `use`.

use nom::combinator::{cut, opt};
use nom::{Input, Parser};

use super::failure::{Parsed, expected, refuse};
use super::reader::Reader;
use super::tokens::Tokens;
use super::word::{after, in_parentheses, name, path, word};
use crate::ast::{LanguageHeader, Path, Use};
use crate::problem::{Before, Expected, SyntaxProblem};
use crate::token::TokenKind;

/// The edition that this version reads.
const EDITION: u32 = 1;

/// The lines above all items.
#[derive(Default)]
pub(super) struct Header {
    pub(super) language: Option<LanguageHeader>,
    pub(super) module: Option<Path>,
    pub(super) uses: Vec<Use>,
    has_language: bool,
    has_module: bool,
}

impl Header {
    /// Reads `line` if it is a line of the header; returns whether it is one.
    pub(super) fn line(&mut self, line: Tokens<'_>, behind_items: bool) -> bool {
        let mut reader = Reader::new("file");
        let Some(word @ ("language" | "module" | "use")) = line.first_word() else {
            return false;
        };
        if behind_items {
            let line_word = match word {
                "language" => "language",
                "module" => "module",
                _ => "use",
            };
            let problem = SyntaxProblem::OutOfPlace {
                line: line_word,
                before: Before::Items,
            };
            reader.report(line, problem, line.here());
        }
        match word {
            "language" => {
                let language = reader.read(line, language);
                let place = &mut self.language;
                reader.once(line, "language", &mut self.has_language, language, place);
            }
            "module" => {
                let module = reader.read(line, after("module", path));
                reader.once(
                    line,
                    "module",
                    &mut self.has_module,
                    module,
                    &mut self.module,
                );
            }
            _ => self.uses.extend(reader.read(line, use_line)),
        }
        true
    }

    /// The first line of the two that is missing altogether.
    pub(super) fn missing(&self) -> Option<SyntaxProblem> {
        let header = match (self.has_language, self.has_module) {
            (false, _) => "language 1",
            (true, false) => "module …",
            (true, true) => return None,
        };
        Some(SyntaxProblem::MissingHeader { header })
    }
}

/// `language 1`
fn language(input: Tokens<'_>) -> Parsed<'_, LanguageHeader> {
    let (number, _) = word("language").parse(input)?;
    let rest = number.take_from(1);
    let span = input.span_until(&rest);
    match number.first().map(|token| &token.kind) {
        Some(TokenKind::Number { value, .. }) if *value == EDITION.into() => {}
        Some(TokenKind::Number { value, .. }) => {
            let edition = value.to_string();
            return refuse(input, SyntaxProblem::UnknownEdition { edition }, span);
        }
        _ => return expected(number, Expected::Word("1")),
    }
    if rest.starts_with(&["zh"]) {
        let construct = input.context.source(input.span()).to_owned();
        return refuse(rest, SyntaxProblem::NotAvailable { construct }, rest.here());
    }
    let edition = EDITION;
    Ok((rest, LanguageHeader { edition, span }))
}

/// `use a.b (x, y)`
fn use_line(input: Tokens<'_>) -> Parsed<'_, Use> {
    let (rest, (module, names)) =
        after("use", (path, cut(opt(in_parentheses(name))))).parse(input)?;
    let Some(names) = names else {
        // Everything of a module at once is refused on purpose: a new name there would change what names mean here.
        return expected(rest, Expected::Word("("));
    };
    let span = input.span_until(&rest);
    Ok((
        rest,
        Use {
            module,
            names,
            span,
        },
    ))
}
