use std::sync::Arc;

use super::*;
use crate::problem::{BareWord, MeaningProblem, Related};
use crate::source::FileId;

const TEXT: &str =
    "language 1\nmodule a\nrule 退款\n  when 客户.等级 is vip and text has any of 退款词\n";

fn sources() -> SourceSet {
    SourceSet::new(vec![SourceFile {
        path: Arc::from("a/退款.rules"),
        text: Arc::from(TEXT),
    }])
}

fn span_of(part: &str) -> Span {
    let start = TEXT.find(part).unwrap();
    Span {
        file: FileId(0),
        start: start as u32,
        end: (start + part.len()) as u32,
    }
}

fn unknown_list() -> Diagnostic {
    let problem = MeaningProblem::UnknownField {
        field: "客户.等级".to_owned(),
        nearest: Some("客户.级别".to_owned()),
        module: None,
        word: BareWord::Field,
    };
    Diagnostic::new(problem, span_of("客户.等级"))
        .with_related(span_of("退款词"), Related::DeclaredHere)
}

#[test]
fn carets_stand_under_han_characters() {
    let expected = "\
error[E0403]: unknown field `客户.等级`
 --> a/退款.rules:4:8
  |
4 |   when 客户.等级 is vip and text has any of 退款词
  |        ^^^^^^^^^
  |
 ::: a/退款.rules:4:41
  |
4 |   when 客户.等级 is vip and text has any of 退款词
  |                                             ------ declared here
  |
  = help: did you mean `客户.级别`?
";
    let actual = render(&sources(), &[unknown_list()], Locale::English);
    assert_eq!(actual, expected, "\n{actual}");
}

#[test]
fn speaks_chinese() {
    let actual = render(&sources(), &[unknown_list()], Locale::Chinese);
    assert!(
        actual.starts_with("错误[E0403]: 未知字段 `客户.等级`\n"),
        "{actual}"
    );
    assert!(
        actual.contains("建议: 是不是想写 `客户.级别`？"),
        "{actual}"
    );
}

#[test]
fn survives_spans_that_lie_nowhere() {
    for (file, start, end) in [(0, 9_999, 10_000), (0, 31, 3), (0, 24, 26), (7, 0, 1)] {
        let span = Span {
            file: FileId(file),
            start,
            end,
        };
        let diagnostic = Diagnostic::new(MeaningProblem::NoRanks {}, span);
        let actual = render(&sources(), &[diagnostic], Locale::English);
        assert!(
            actual.starts_with("error[E0501]: no file declares `ranks`\n"),
            "{actual}"
        );
    }
}

#[test]
fn of_an_endless_line_only_what_is_near_is_laid_out() {
    let line = "退".repeat(1 << 20);
    let sources = SourceSet::new(vec![SourceFile {
        path: "a.rules".into(),
        text: line.as_str().into(),
    }]);
    let span = Span {
        file: FileId(0),
        start: 3,
        end: 6,
    };
    let window = Window::around(sources.file(FileId(0)).unwrap(), span);
    assert!(window.text.len() <= 3 + MOST_BYTES_BESIDE);
    assert_eq!(window.span, 3..6);
}

#[test]
fn an_endless_line_is_cut_in_front_of_the_place_too_and_the_column_stays() {
    let line = "退".repeat(1 << 20) + "x";
    let sources = SourceSet::new(vec![SourceFile {
        path: "a.rules".into(),
        text: format!("\n{line}").into(),
    }]);
    let start = line.len() as u32;
    let span = Span {
        file: FileId(0),
        start,
        end: start + 1,
    };
    let window = Window::around(sources.file(FileId(0)).unwrap(), span);
    assert!(window.text.len() <= 2 * MOST_BYTES_BESIDE);
    assert_eq!(window.text.get(window.span), Some("x"));
    let diagnostic = Diagnostic::new(MeaningProblem::NoRanks {}, span);
    let actual = render(&sources, &[diagnostic], Locale::English);
    assert!(actual.contains("--> a.rules:2:1048577\n"), "{actual}");
    assert!(actual.contains("\n2 | ..."), "{actual}");
    assert!(actual.contains("退x\n"), "{actual}");
}
