//! What was meant where a statement could not be read, told from the words around the place.

use crate::chinese_words;
use crate::problem::{Advice, Expected};
use crate::token::{Sign, Token, TokenKind};

/// What was meant; `None` unless that is certain. `before` is what could be read, `rest` what could not.
pub(super) fn advice(
    before: &[Token],
    rest: &[Token],
    shown: &str,
    expected: &[Expected],
) -> Option<Advice> {
    let is_use = before.first().is_some_and(|first| first.is_word("use"));
    if is_use && expected == [Expected::Word("(")] {
        return Some(Advice::UseNames);
    }
    let found = rest.first()?;
    let is_text = matches!(found.kind, TokenKind::Text(_));
    if is_text && ends_with(before, &["reply"]) {
        return Some(Advice::NameTemplate);
    }
    if is_text && ends_with(before, &["hand", "over", "to"]) {
        return Some(Advice::NameQueue);
    }
    if found.is_sign(Sign::Open) && ends_with(before, &["has"]) {
        return Some(Advice::Write("has any of (…)".to_owned()));
    }
    if ends_with(before, &["in"]) && expected == [Expected::Word("(")] {
        return Some(Advice::Parentheses);
    }
    if let Some(Token {
        kind: TokenKind::Number { value, .. },
        ..
    }) = before.last()
        && found.is_sign(Sign::Percent)
    {
        return Some(Advice::Write(format!("{value}%")));
    }
    if expected.contains(&Expected::EndOfLine) {
        return behind_a_whole(rest);
    }
    let is_bare_text = expected == [Expected::Text] && found.word().is_some();
    if !is_bare_text {
        return None;
    }
    // A list's name in quotes would be looked for letter by letter.
    let relation = ["starts with", "is exactly", "matches"]
        .into_iter()
        .find(|relation| {
            let words: Vec<&str> = relation.split(' ').collect();
            ends_with(before, &words)
        });
    Some(match relation {
        Some(relation) => Advice::OneText { relation },
        None => Advice::Quote(shown.to_owned()),
    })
}

/// Where the line could end: another word for `and` or `or`, or a limit without its comma.
fn behind_a_whole(rest: &[Token]) -> Option<Advice> {
    let (first, second) = (rest.first()?, rest.get(1));
    if first.is_word("at") && second.is_some_and(|second| second.is_word("most")) {
        return Some(Advice::Write(", at most …".to_owned()));
    }
    if first.is_sign(Sign::Bar) {
        return Some(Advice::Write("or".to_owned()));
    }
    let written = first.word()?;
    let joint = ["and", "or"].into_iter().find(|joint| {
        written.eq_ignore_ascii_case(joint)
            || chinese_words::anywhere(written).any(|word| word == *joint)
    })?;
    Some(Advice::Write(joint.to_owned()))
}

fn ends_with(before: &[Token], words: &[&str]) -> bool {
    let start = before.len().checked_sub(words.len());
    let last = start.and_then(|start| before.get(start..));
    last.is_some_and(|last| {
        last.iter()
            .zip(words)
            .all(|(token, word)| token.is_word(word))
    })
}
