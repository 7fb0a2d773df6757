//! What is wrong with a configuration that cannot be read, in our words: the mistake and the next step, then file, line, key and the
//! line itself.

use serde_yaml::Error;
use signalbox_dsl::nearest::nearest;

use super::BETWEEN_LANGUAGES;
use crate::words::{Words, words};

/// So many settings are named where none resembles what was written.
const MOST_NAMED: usize = 30;
/// A longer line is not shown.
const MOST_LINE_CHARS: usize = 120;

pub(super) fn told(error: &Error, text: &str, name: &str) -> Words {
    let error = error.without_snippet();
    let Words { en, zh } = mistake(error, text);
    let place = place(error, text, name);
    words!("{en}\n{place}", "{zh}\n{place}")
}

fn mistake(error: &Error, text: &str) -> Words {
    match error {
        Error::SerdeUnknownField {
            field, expected, ..
        } => unknown_setting(field, expected),
        Error::SerdeMissingField { field, .. } => {
            words!(
                "`{field}` is missing here; add it",
                "这里缺少 `{field}`；请补上"
            )
        }
        Error::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("?");
            words!(
                "`{key}` stands here twice; keep one of them",
                "`{key}` 在这里写了两次；请只留一个"
            )
        }
        Error::SerdeInvalidType { expected, .. }
        | Error::SerdeInvalidValue { expected, .. }
        | Error::SerdeInvalidLength { expected, .. } => wrong_kind(expected),
        Error::InvalidScalar { ty, .. } => wrong_kind(ty),
        Error::Unexpected { expected, .. } => wrong_kind(expected),
        Error::NullIntoString { .. } => words!(
            "there is no value behind the key; write one, or take the key out",
            "键后面没有值；请写上，或删掉这个键"
        ),
        Error::InvalidBooleanStrict { .. } => {
            words!("this must be true or false", "这里只能是 true 或 false")
        }
        Error::QuotingRequired { .. } => words!(
            "this text must stand in quotes: '…'",
            "这段文字要放在引号里：'…'"
        ),
        Error::MultipleDocuments { .. } => several_documents(),
        // The budget allows one only, and is what speaks first.
        Error::Budget { .. } if text.lines().filter(|line| line.starts_with("---")).count() > 1 => {
            several_documents()
        }
        Error::UnknownAnchor { .. } => words!(
            "`*` names something that no `&` has named before; in a text, put it in quotes",
            "`*` 指的名称前面没有用 `&` 定义；如果是普通文字，请加引号"
        ),
        Error::Eof { .. } => words!(
            "the file ends in the middle of something; look for a quote or bracket that is not closed",
            "文件在半途结束；请检查没有闭合的引号或括号"
        ),
        Error::Budget { .. } => words!(
            "this is more than a configuration can hold; is it the right file?",
            "内容超出了配置的上限；文件是否写错了？"
        ),
        Error::Message { msg, .. } => of_a_value(msg),
        _ => not_yaml(),
    }
}

fn several_documents() -> Words {
    words!(
        "a configuration is one document; take the line `---` out",
        "配置只能有一份文档；请去掉 `---` 这一行"
    )
}

fn unknown_setting(field: &str, expected: &[&str]) -> Words {
    if let Some(near) = nearest(field, expected.iter().copied()) {
        return words!(
            "there is no setting `{field}` here; did you mean `{near}`?",
            "这里没有设置 `{field}`；是不是想写 `{near}`？"
        );
    }
    let known: Vec<&str> = expected.iter().copied().take(MOST_NAMED).collect();
    let (en, zh) = (known.join(", "), known.join("、"));
    words!(
        "there is no setting `{field}` here; there are {en}",
        "这里没有设置 `{field}`；可以写 {zh}"
    )
}

/// What the library expected, in words that people who do not program know.
fn wrong_kind(expected: &str) -> Words {
    let has = |word: &str| expected.contains(word);
    if has("struct") || has("map") {
        words!(
            "settings belong here, each on a line of its own: `key: value`",
            "这里应是一组设置，每行一个：`键: 值`"
        )
    } else if has("sequence") || has("set") {
        words!("a list belongs here: [a, b]", "这里应是列表：[a, b]")
    } else if has("bool") {
        words!("this must be true or false", "这里只能是 true 或 false")
    } else if ["u8", "u16", "u32", "u64", "usize", "i32", "i64"]
        .iter()
        .any(|it| has(it))
    {
        words!("this must be a whole number", "这里应是整数")
    } else if has("f64") || has("float") {
        words!("this must be a number", "这里应是数")
    } else if has("string") || has("scalar") || has("str") {
        words!(
            "one value belongs here, such as a word or a number; put a text with `: ` or `#` in quotes",
            "这里应是一个值，例如一个词或一个数；含有 `: ` 或 `#` 的文字请加引号"
        )
    } else {
        words!("this must be {expected}", "这里应是 {expected}")
    }
}

/// From a value of ours: in both languages. From the reader of YAML itself: not.
fn of_a_value(message: &str) -> Words {
    match message.split_once(BETWEEN_LANGUAGES) {
        Some((en, zh)) => Words {
            en: en.to_owned(),
            zh: zh.to_owned(),
        },
        None => not_yaml(),
    }
}

fn not_yaml() -> Words {
    words!(
        "this is not YAML; look at indentation (spaces, no tabs), at the space behind `:`, at quotes and brackets",
        "这不是 YAML；请检查缩进（用空格，不用制表符）、`:` 后面的空格，以及引号和括号"
    )
}

/// `  --> signalbox.yaml:2:3 (router.gahter)` and the line; the same in both languages.
fn place(error: &Error, text: &str, name: &str) -> String {
    let Some(location) = error.location() else {
        return format!("  --> {name}");
    };
    let number = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
    let (line, column) = (number(location.line()), number(location.column()));
    let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let key = key_path(text, line);
    let key = match key.is_empty() {
        true => key,
        false => format!(" ({key})"),
    };
    let head = format!("  --> {name}:{line}:{column}{key}");
    // It may hold a secret that was meant for another place; but whoever reads this has the file before them.
    match shown.trim().is_empty() || shown.chars().count() > MOST_LINE_CHARS {
        true => head,
        false => format!("{head}\n   | {}", shown.trim_end()),
    }
}

/// The keys that a line stands under, its own last, by indentation. Keys inside braces are not looked for.
fn key_path(text: &str, line: usize) -> String {
    let mut keys: Vec<&str> = Vec::new();
    let mut below = usize::MAX;
    let lines: Vec<&str> = text.lines().take(line).collect();
    for shown in lines.iter().rev() {
        let content = shown.trim_start();
        let indent = shown.len() - content.len();
        if content.is_empty() || content.starts_with(['#', '-']) || indent >= below {
            continue;
        }
        let Some((key, _)) = content.split_once(':') else {
            continue;
        };
        keys.push(key.trim_matches(['\'', '"']));
        below = indent;
    }
    keys.reverse();
    keys.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_told_with_those_above_it() {
        let text = "a: 1\nwebchat:\n  # x: y\n  sites:\n    hello:\n      origns: [self]\n";
        assert_eq!(key_path(text, 6), "webchat.sites.hello.origns");
        assert_eq!(key_path(text, 1), "a");
        assert_eq!(key_path("", 1), "");
    }
}
