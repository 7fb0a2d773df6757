//! Findings as text for a terminal, with the author's lines and carets by display width (a Han character is two columns).

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::Diagnostic;
use crate::place::LineIndex;
use crate::problem::{Locale, Severity};
use crate::source::{SourceFile, SourceSet, Span};

#[cfg(test)]
mod tests;

/// Lines of a finding that spans many are cut to the first so many.
const MOST_LINES: usize = 6;

/// No more of a line than this is looked at in front of the place, and as much behind it: a file without line ends would be laid out whole.
const MOST_BYTES_BESIDE: usize = 4 << 10;

/// Wider lines are cut around the finding.
const TERMINAL_WIDTH: usize = 120;

/// Renders findings in the order in which they are given, an empty line between them. Plain text without colours.
pub fn render(sources: &SourceSet, diagnostics: &[Diagnostic], locale: Locale) -> String {
    let renderer = Renderer::plain().term_width(TERMINAL_WIDTH);
    let rendered: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let report = [group(sources, diagnostic, locale)];
            renderer.render(&report).trim_end().to_owned() + "\n"
        })
        .collect();
    rendered.join("\n")
}

fn group<'a>(sources: &'a SourceSet, diagnostic: &Diagnostic, locale: Locale) -> Group<'a> {
    let problem = &diagnostic.problem;
    let title = level(problem.severity(), locale)
        .primary_title(one_line(problem.message(locale)))
        .id(problem.code());
    let primary = snippet(sources, diagnostic.span, AnnotationKind::Primary, None);
    let related = diagnostic.related.iter().flat_map(|(span, related)| {
        let label = one_line(related.message(locale));
        snippet(sources, *span, AnnotationKind::Context, Some(label))
    });
    let help = problem
        .help(locale)
        .map(|help| help_level(locale).message(one_line(help)));
    Group::with_title(title)
        .elements(primary)
        .elements(related)
        .elements(help)
}

fn level(severity: Severity, locale: Locale) -> Level<'static> {
    match (severity, locale) {
        (Severity::Error, Locale::English) => Level::ERROR,
        (Severity::Error, Locale::Chinese) => Level::ERROR.with_name("错误"),
        (Severity::Warning, Locale::English) => Level::WARNING,
        (Severity::Warning, Locale::Chinese) => Level::WARNING.with_name("警告"),
        (Severity::Hint, Locale::English) => Level::NOTE.with_name("hint"),
        (Severity::Hint, Locale::Chinese) => Level::NOTE.with_name("提示"),
    }
}

fn help_level(locale: Locale) -> Level<'static> {
    match locale {
        Locale::English => Level::HELP,
        Locale::Chinese => Level::HELP.with_name("建议"),
    }
}

/// What an author wrote may hold anything; a message stays one line.
fn one_line(message: String) -> String {
    if message.contains(char::is_control) {
        message.replace(char::is_control, " ")
    } else {
        message
    }
}

/// The lines around `span`; nothing if its file is not in the set (an empty set has no file at all).
fn snippet<'a>(
    sources: &'a SourceSet,
    span: Span,
    kind: AnnotationKind,
    label: Option<String>,
) -> Vec<Element<'a>> {
    let Some(file) = sources.file(span.file) else {
        return Vec::new();
    };
    let window = Window::around(file, span);
    let mut annotation = kind.span(window.span);
    if let Some(label) = label {
        annotation = annotation.label(label);
    }
    let snippet = Snippet::source(window.text)
        .line_start(window.first_line)
        .annotation(annotation);
    match window.column {
        None => vec![snippet.path(&*file.path).into()],
        // Of itself it would tell the column in what is left of the line.
        Some(column) => {
            let origin = Origin::path(&*file.path).line(window.first_line);
            vec![origin.char_column(column).into(), snippet.into()]
        }
    }
}

/// The lines of a file that are shown. Cut out here, so that a finding in a large file costs what it shows.
struct Window<'a> {
    first_line: usize,
    text: &'a str,
    /// In `text`.
    span: Range<usize>,
    /// Where `span` begins in its line, if `text` lacks the beginning of that.
    column: Option<usize>,
}

impl<'a> Window<'a> {
    fn around(file: &'a SourceFile, span: Span) -> Self {
        let lines = LineIndex::new(&file.text);
        let first = lines.place(span.start as usize);
        let first_line = first.line;
        let last_line = lines.place(span.end.max(span.start) as usize).line;
        let (start, text) = lines.lines(first_line, last_line.min(first_line + MOST_LINES - 1));
        let place = (span.start as usize).saturating_sub(start);
        let front = text.floor_char_boundary(place.saturating_sub(MOST_BYTES_BESIDE));
        let behind = text.floor_char_boundary(place + MOST_BYTES_BESIDE);
        let text = text.get(front..behind).unwrap_or(text);
        let start = start + front;
        let inside = |byte: u32| text.floor_char_boundary((byte as usize).saturating_sub(start));
        let from = inside(span.start);
        Self {
            first_line,
            text,
            span: from..inside(span.end).max(from),
            column: (front > 0).then_some(first.column),
        }
    }
}
