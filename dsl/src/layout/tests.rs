use super::*;
use crate::lexer::lex;
use crate::source::FileId;

fn lines(text: &str) -> Vec<String> {
    let layout = lay_out(&lex(FileId(0), text).tokens);
    let source = |token: &Token| &text[token.span.start as usize..token.span.end as usize];
    layout
        .lines
        .iter()
        .map(|line| {
            layout.tokens[line.clone()]
                .iter()
                .map(source)
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}

#[test]
fn a_newline_ends_a_statement_unless_the_next_line_goes_on() {
    assert_eq!(
        lines("when a # why\n\n  and b\n  or (c\n d)\nthen x\n  , at most once\ntag \"x\""),
        [
            "when a and b or ( c d )",
            "then x , at most once",
            "tag \"x\""
        ]
    );
}

#[test]
fn a_line_that_ends_with_a_sign_goes_on() {
    assert_eq!(
        lines("condition x =\n a and\n b\n\"k\",\n\"l\""),
        ["condition x = a and b", "\"k\" , \"l\""]
    );
}

#[test]
fn an_item_ends_an_open_parenthesis() {
    assert_eq!(
        lines("reply x (a: 1,\nrule y\non message"),
        ["reply x ( a : 1 ,", "rule y", "on message"]
    );
}

#[test]
fn fields_may_have_the_names_of_items() {
    assert_eq!(
        lines("reply x (\n  list: 1,\n  source: 2\n)"),
        ["reply x ( list : 1 , source : 2 )"]
    );
}

#[test]
fn a_chinese_word_begins_a_line_as_its_keyword_and_is_a_name_everywhere_else() {
    let words = |text: &str| -> Vec<String> {
        let layout = lay_out(&lex(FileId(0), text).tokens);
        let lines = layout.lines.iter();
        lines
            .map(|line| {
                let words = layout.tokens[line.clone()].iter().filter_map(Token::word);
                words.collect::<Vec<_>>().join(" ")
            })
            .collect()
    };
    assert_eq!(
        words("规则 r\n  当 a\n  或者 (b\n    并且 c)\n  转给 q\n测试 \"t\""),
        ["rule r", "when a or b and c", "hand over to q", "test"]
    );
    // Fields, arguments and conditions may have such names.
    assert_eq!(
        words(
            "schema customer\n  级别: text\nuse m (\n  规则,\n  测试\n)\ncondition c =\n  条件 and\n  当"
        ),
        [
            "schema customer",
            "级别 text",
            "use m 规则 测试",
            "condition c 条件 and 当"
        ]
    );
}
