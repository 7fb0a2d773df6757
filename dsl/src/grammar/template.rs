//! Templates and the placeholders in their texts.

use nom::Input;
use nom::combinator::opt;

use super::declaration::parameter;
use super::reader::Reader;
use super::tokens::Tokens;
use super::word::{after, in_parentheses, language_tag, name, text};
use crate::ast::{ItemKind, Name, Piece, PieceKind, Template, TemplateBody};
use crate::lexer::{name_in, unescape};
use crate::problem::SyntaxProblem;
use crate::source::Span;
use crate::token::TokenKind;

/// What stands behind a calendar's name in a placeholder.
const OPENS_NEXT: &str = ".opens_next";

/// Reads `template NAME (…)` and its texts.
pub(super) fn template<'a>(
    reader: &mut Reader,
    header: Tokens<'a>,
    lines: &[Tokens<'a>],
) -> Option<ItemKind> {
    let head = (name, opt(in_parentheses(parameter)));
    let (name, parameters) = reader.read(header, after("template", head))?;
    let mut bodies = Vec::new();
    for line in lines {
        bodies.extend(body(reader, *line));
    }
    if bodies.is_empty() {
        reader.missing(header, &["zh"]);
    }
    Some(ItemKind::Template(Template {
        name,
        parameters: parameters.unwrap_or_default(),
        bodies,
    }))
}

fn body(reader: &mut Reader, line: Tokens<'_>) -> Option<TemplateBody> {
    let second = line.second();
    let is_later = match line.first_word() {
        Some("approved" | "promises") => true,
        // `button 转人工 zh "…"`; `zh on wechat "…"`, `zh before "…"`
        Some("button") => second.is_some_and(|token| !matches!(token.kind, TokenKind::Text(_))),
        Some(_) => second.is_some_and(|token| token.is_word("on") || token.is_word("before")),
        None => false,
    };
    if is_later {
        let words = match line.first_word() {
            Some("approved" | "promises" | "button") => 1,
            _ => 2,
        };
        let span = line.span_until(&line.take_from(words));
        let construct = line.context.source(span).to_owned();
        reader.report(line, SyntaxProblem::NotAvailable { construct }, span);
        return None;
    }
    let (language, text) = reader.read(line, (language_tag, text))?;
    let (pieces, problems) = pieces(line, text.span);
    for (problem, span) in problems {
        reader.report(line, problem, span);
    }
    Some(TemplateBody {
        language,
        text,
        pieces,
        span: line.span(),
    })
}

type Problems = Vec<(SyntaxProblem, Span)>;

/// Cuts a quoted text into what is said as it is and what is filled in.
fn pieces(line: Tokens<'_>, quoted: Span) -> (Vec<Piece>, Problems) {
    let source = line.context.source(quoted);
    let mut cutter = Cutter {
        quoted,
        pieces: Vec::new(),
        problems: Vec::new(),
        text: String::new(),
        text_start: 0,
    };
    let mut quotes = source.char_indices();
    let inside = quotes.nth(1).map_or(source.len(), |(second, _)| second);
    let closing = quotes.next_back().map_or(inside, |(last, _)| last);
    cutter.text_start = inside;
    cutter.run(source, inside, closing.max(inside));
    (cutter.pieces, cutter.problems)
}

struct Cutter {
    quoted: Span,
    pieces: Vec<Piece>,
    problems: Problems,
    /// Text since the last placeholder, still escaped.
    text: String,
    text_start: usize,
}

impl Cutter {
    fn run(&mut self, source: &str, start: usize, end: usize) {
        let mut position = start;
        while position < end {
            let rest = source.get(position..end).unwrap_or_default();
            let Some(character) = rest.chars().next() else {
                break;
            };
            position += match character {
                '{' | '}'
                    if rest.len() > 1 && rest.as_bytes().get(1) == rest.as_bytes().first() =>
                {
                    self.text.push(character);
                    2
                }
                '{' => self.placeholder(rest, position),
                '}' => {
                    let placeholder = "}".to_owned();
                    self.problem(placeholder, position, 1);
                    1
                }
                // An escape is kept whole, so that unescaping the text cannot see half of one.
                '\\' if rest.len() > 1 => {
                    let length = 1 + rest.chars().nth(1).map_or(0, char::len_utf8);
                    self.text.push_str(rest.get(..length).unwrap_or_default());
                    length
                }
                _ => {
                    self.text.push(character);
                    character.len_utf8()
                }
            };
        }
        self.end_text(end);
    }

    /// Reads `{…}` at the beginning of `rest`; returns its length.
    fn placeholder(&mut self, rest: &str, position: usize) -> usize {
        let Some(close) = rest.find('}') else {
            self.problem(rest.to_owned(), position, rest.len());
            return rest.len();
        };
        let whole = close + 1;
        let inner = rest.get(1..close).unwrap_or_default();
        let (name, fallback) = match inner.split_once('|') {
            Some((name, fallback)) => (
                name.trim_end().trim_end_matches([',', '，']),
                Some(fallback),
            ),
            None => (inner, None),
        };
        let fallback = fallback.map(|text| unescape(text).into());
        let name_start = position + 1 + (name.len() - name.trim_start().len());
        let name = name.trim();
        // `{客服时间.opens_next}`
        let calendar = name.strip_suffix(OPENS_NEXT);
        let word = calendar.unwrap_or(name);
        match name_in(word) {
            Some(text) => {
                self.end_text(position);
                let span = self.span(name_start, word.len());
                let name = Name { text, span };
                let kind = match calendar {
                    Some(_) => PieceKind::OpensNext {
                        calendar: name,
                        fallback,
                    },
                    None => PieceKind::Placeholder {
                        parameter: name,
                        fallback,
                    },
                };
                self.pieces.push(Piece {
                    kind,
                    span: self.span(position, whole),
                });
                self.text_start = position + whole;
            }
            None => {
                let placeholder = rest.get(..whole).unwrap_or_default().to_owned();
                self.problem(placeholder, position, whole);
            }
        }
        whole
    }

    /// What was text up to `end` becomes a piece.
    fn end_text(&mut self, end: usize) {
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            self.pieces.push(Piece {
                kind: PieceKind::Text(unescape(&text).into()),
                span: self.span(self.text_start, end.saturating_sub(self.text_start)),
            });
        }
        self.text_start = end;
    }

    fn problem(&mut self, placeholder: String, position: usize, length: usize) {
        let span = self.span(position, length);
        self.problems
            .push((SyntaxProblem::BadPlaceholder { placeholder }, span));
    }

    /// A place inside the quotes. Files end below 4 GiB, so no place is out of range.
    fn span(&self, start: usize, length: usize) -> Span {
        let byte = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        let start = self.quoted.start.saturating_add(byte(start));
        Span {
            file: self.quoted.file,
            start,
            end: start.saturating_add(byte(length)),
        }
    }
}
