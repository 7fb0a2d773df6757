use rust_decimal::Decimal;

use super::*;

fn kinds(text: &str) -> Vec<TokenKind> {
    lex(FileId(0), text)
        .tokens
        .into_iter()
        .map(|token| token.kind)
        .collect()
}

fn codes(text: &str) -> Vec<&'static str> {
    lex(FileId(0), text)
        .diagnostics
        .iter()
        .map(|finding| finding.problem.code())
        .collect()
}

fn repaired(text: &str) -> String {
    let mut repaired = text.to_owned();
    let findings = lex(FileId(0), text).diagnostics;
    let edits = findings
        .iter()
        .flat_map(|finding| &finding.fix)
        .flat_map(|fix| &fix.edits);
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    for edit in edits {
        repaired.replace_range(
            edit.span.start as usize..edit.span.end as usize,
            &edit.replacement,
        );
    }
    repaired
}

fn word(word: &str) -> TokenKind {
    TokenKind::Word(word.into())
}

fn text(text: &str) -> TokenKind {
    TokenKind::Text(text.into())
}

#[test]
fn full_width_punctuation_is_read_as_its_twin_and_reported_once_a_line() {
    let source = "when text has any of （“退款”，“退钱”）\ntier　ｉｓ　ＶＩＰ１ ＃ 注释";
    assert_eq!(kinds(source).len(), 15);
    assert_eq!(codes(source), ["E0101", "E0101"]);
    assert_eq!(
        repaired(source),
        "when text has any of (\"退款\",\"退钱\")\ntier is VIP1 # 注释"
    );
    assert_eq!(codes(&repaired(source)), [""; 0]);
}

#[test]
fn inside_quotes_everything_is_text() {
    assert_eq!(kinds("\"（“好”）：￥１\""), [text("（“好”）：￥１")]);
    assert_eq!(codes("\"（“好”）：￥１\""), [""; 0]);
}

#[test]
fn corner_brackets_are_quotes_and_a_quote_inside_them_is_escaped_by_the_fix() {
    let source = "note 「他说\"好\"C:\\」";
    assert_eq!(kinds(source), [word("note"), text("他说\"好\"C:\\")]);
    assert_eq!(repaired(source), "note \"他说\\\"好\\\"C:\\\\\"");
    assert_eq!(kinds(&repaired(source)), kinds(source));
}

#[test]
fn quotes_of_two_kinds_are_their_own_problem_and_make_no_other() {
    assert_eq!(codes("has any of (“退款\", \"退钱”)"), ["E0102"]);
    assert_eq!(codes("note \"退款”"), ["E0102"]);
    assert_eq!(codes("note \"退款"), ["E0103"]);
    assert_eq!(codes("note \"退款\nnote \"x\""), ["E0103"]);
}

#[test]
fn numbers_carry_their_units() {
    let ten = Decimal::from(10);
    assert_eq!(
        kinds("10m"),
        [TokenKind::WithUnit {
            amount: ten,
            unit: "m".into()
        }]
    );
    assert_eq!(kinds("１０％"), [TokenKind::Percent(ten)]);
    assert_eq!(
        kinds("9：30"),
        [TokenKind::Time(jiff::civil::time(9, 30, 0, 0))]
    );
    assert_eq!(
        kinds("2026-11-11"),
        [TokenKind::Date(jiff::civil::date(2026, 11, 11))]
    );
    assert_eq!(
        kinds("-10 10.0"),
        [
            TokenKind::Number {
                value: -ten,
                has_point: false
            },
            TokenKind::Number {
                value: ten,
                has_point: true
            },
        ]
    );
    assert_eq!(
        codes("25:00 2026-02-30 99999999999999999999999999999999"),
        ["E0112", "E0113", "E0111"]
    );
}

#[test]
fn a_language_tag_keeps_its_hyphen() {
    assert_eq!(
        kinds("zh-Hant"),
        [word("zh"), TokenKind::Sign(Sign::Minus), word("Hant")]
    );
    assert_eq!(kinds("es-419").len(), 3);
}

#[test]
fn names_are_normalised() {
    assert_eq!(kinds("cafe\u{301}"), [word("caf\u{e9}")]);
    assert_eq!(kinds("投诉专席_2"), [word("投诉专席_2")]);
    assert_eq!(codes(&"名".repeat(MAX_NAME_CHARACTERS)), [""; 0]);
    assert_eq!(codes(&"名".repeat(MAX_NAME_CHARACTERS + 1)), ["E0108"]);
}

#[test]
fn direction_controls_are_reported_even_in_texts_and_comments() {
    assert_eq!(
        codes("note \"a\u{202E}b\u{202C}\" # \u{2066}\n\u{200F}"),
        ["E0105", "E0105"]
    );
}

#[test]
fn a_run_of_meaningless_characters_is_one_problem() {
    assert_eq!(codes("rule x {{}} ;;;"), ["E0104", "E0104"]);
}

#[test]
fn signs_of_an_input_method_are_read() {
    use Sign::*;
    let signs: Vec<TokenKind> = [AtLeast, AtMost, NotEqual, Less, DoubleEqual]
        .map(TokenKind::Sign)
        .into();
    assert_eq!(kinds("≥ ≤ ！＝ ＜ =="), signs);
}

#[test]
fn a_file_beyond_the_bound_is_not_read() {
    let long = "a".repeat(MAX_FILE_BYTES + 1);
    assert_eq!(codes(&long), ["E0106"]);
    assert!(kinds(&long).is_empty());
}

#[test]
fn tokens_beyond_the_bound_are_left_out() {
    let many = ", ".repeat(MAX_TOKENS + 1);
    assert_eq!(codes(&many), ["E0107"]);
    assert_eq!(kinds(&many).len(), MAX_TOKENS);
}
