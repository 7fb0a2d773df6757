//! Indentation, and empty lines between items.

use super::spacing::joined;
use crate::layout::{begins_item, continues, wants_more};
use crate::token::{Sign, Token, TokenKind};

/// Of a line inside an item.
const INSIDE: usize = 2;
/// Of an effect below `then`, so that effects stand under each other.
const EFFECT: usize = 7;
/// Of a line that goes on, against the one that it goes on from.
const GOES_ON: usize = 2;

/// How many steps in a line goes at most, so that a file of parentheses does not grow without bound.
const MAX_STEPS: usize = 8;

/// Items that are told apart by an empty line even if the one above them is a single line.
const SET_APART: [&str; 7] = [
    "rule", "template", "list", "test", "schema", "calendar", "holidays",
];

/// The whole file, laid out.
pub(super) fn lay_out(tokens: &[Token], text: &str) -> String {
    let mut lines = classify(tokens, text);
    indent_comments(&mut lines);
    let lines = set_apart(lines);
    let mut out = String::with_capacity(text.len());
    for line in &lines {
        if line.kind != LineKind::Empty {
            out.extend(std::iter::repeat_n(' ', line.indent));
            out.push_str(&line.content);
        }
        out.push('\n');
    }
    out
}

struct Line {
    kind: LineKind,
    indent: usize,
    content: String,
}

#[derive(Clone, Copy, PartialEq)]
enum LineKind {
    Empty,
    /// Nothing but a comment.
    Comment,
    /// The first line of an item, or of the attributes above it.
    Item {
        /// An empty line goes in front even behind an item of one line.
        set_apart: bool,
    },
    /// A further line of an item, or its first line if attributes stand above it.
    Inside,
    /// `language`, `module`, `use`
    Header,
}

/// Where the reader stands.
#[derive(Default)]
struct State {
    depth: usize,
    /// The last token that is not a comment wants the statement to go on.
    wants_more: bool,
    /// Indentation of the current statement.
    indent: usize,
    /// The current statement begins with quoted text: a keyword of a list.
    of_texts: bool,
    /// Behind `then` of a rule.
    in_effects: bool,
    /// The last line was an attribute.
    attribute: bool,
}

fn classify(tokens: &[Token], text: &str) -> Vec<Line> {
    let mut state = State::default();
    tokens
        .split(|token| token.kind == TokenKind::Newline)
        .map(|line| state.line(line, text))
        .collect()
}

impl State {
    fn line(&mut self, line: &[Token], text: &str) -> Line {
        let mut significant = line.iter().filter(|token| token.kind != TokenKind::Comment);
        let content = joined(line, text);
        let Some(first) = significant.next() else {
            return empty_or_comment(line, content, text);
        };
        let (kind, indent) = self.place(first, significant.next());
        for token in line {
            match token.kind {
                TokenKind::Sign(Sign::Open) => self.depth += 1,
                TokenKind::Sign(Sign::Close) => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            if token.kind != TokenKind::Comment {
                self.wants_more = wants_more(token);
            }
        }
        Line {
            kind,
            indent,
            content,
        }
    }

    /// What a line is that begins with these tokens, and how far it is indented.
    fn place(&mut self, first: &Token, second: Option<&Token>) -> (LineKind, usize) {
        if begins_item(first, second) {
            return (self.item(first), 0);
        }
        if self.depth > 0 || continues(first) || self.wants_more {
            return (LineKind::Inside, self.indent + self.deeper(first));
        }
        match first.word() {
            Some("then") => self.in_effects = true,
            Some("rank" | "on" | "when" | "otherwise") => self.in_effects = false,
            _ => {}
        }
        self.indent = if self.in_effects { EFFECT } else { INSIDE };
        self.of_texts = matches!(first.kind, TokenKind::Text(_)) || first.is_word("except");
        // The effect on the line of `then` goes on like those below it.
        let own = if first.is_word("then") {
            INSIDE
        } else {
            self.indent
        };
        (LineKind::Inside, own)
    }

    /// How much further than its statement a line is indented that goes on from it.
    fn deeper(&self, first: &Token) -> usize {
        if first.is_sign(Sign::Close) {
            return GOES_ON * (self.depth.min(MAX_STEPS).saturating_sub(1));
        }
        if self.of_texts {
            return 0;
        }
        let joins = matches!(first.word(), Some("and" | "or"));
        let steps = self.depth + usize::from(joins);
        GOES_ON * steps.clamp(1, MAX_STEPS)
    }

    fn item(&mut self, first: &Token) -> LineKind {
        let below_attribute = self.attribute;
        let attribute = first.is_sign(Sign::At);
        *self = Self {
            attribute,
            ..Self::default()
        };
        match first.word() {
            Some("language" | "module" | "use") => LineKind::Header,
            _ if below_attribute => LineKind::Inside,
            Some(word) => LineKind::Item {
                set_apart: SET_APART.contains(&word),
            },
            None => LineKind::Item { set_apart: true },
        }
    }
}

/// A comment keeps, for now, whether it was indented.
fn empty_or_comment(line: &[Token], content: String, text: &str) -> Line {
    let Some(comment) = line.first() else {
        return Line {
            kind: LineKind::Empty,
            indent: 0,
            content,
        };
    };
    let before = text.get(..comment.span.start as usize).unwrap_or_default();
    let was_indented = before.ends_with([' ', '\t']);
    Line {
        kind: LineKind::Comment,
        indent: if was_indented { INSIDE } else { 0 },
        content,
    }
}

/// A comment stands like the line below it. With nothing directly below it stays inside or outside as it was.
fn indent_comments(lines: &mut [Line]) {
    let mut below: Option<usize> = None;
    for line in lines.iter_mut().rev() {
        match line.kind {
            LineKind::Empty => below = None,
            LineKind::Comment => line.indent = *below.get_or_insert(line.indent),
            _ => below = Some(line.indent),
        }
    }
}

/// At most one empty line at a time, none at the ends, and one between items that want it.
fn set_apart(lines: Vec<Line>) -> Vec<Line> {
    let mut out: Vec<Line> = Vec::with_capacity(lines.len());
    // How many lines of `out` the current item has so far, and whether it is the header.
    let mut item_lines = 0;
    let mut in_header = false;
    for line in lines {
        match line.kind {
            LineKind::Empty => {
                if out.last().is_some_and(|last| last.kind != LineKind::Empty) {
                    out.push(line);
                }
                continue;
            }
            LineKind::Comment => {}
            LineKind::Inside => item_lines += 1,
            LineKind::Header => {
                in_header = true;
                item_lines = 1;
            }
            LineKind::Item { set_apart } => {
                if set_apart || item_lines > 1 || in_header {
                    empty_line_before(&mut out);
                }
                in_header = false;
                item_lines = 1;
            }
        }
        out.push(line);
    }
    if out.last().is_some_and(|last| last.kind == LineKind::Empty) {
        out.pop();
    }
    out
}

/// Puts an empty line in front of the comments at the end of `out`, which belong to what follows.
fn empty_line_before(out: &mut Vec<Line>) {
    let comments = out
        .iter()
        .rev()
        .take_while(|line| line.kind == LineKind::Comment)
        .count();
    let place = out.len() - comments;
    let is_free = out
        .get(..place)
        .and_then(<[Line]>::last)
        .is_some_and(|last| last.kind != LineKind::Empty);
    if is_free {
        let empty = Line {
            kind: LineKind::Empty,
            indent: 0,
            content: String::new(),
        };
        out.insert(place, empty);
    }
}
