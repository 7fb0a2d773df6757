//! The English texts.

use super::{Before, Expected, Found, Locale, SyntaxProblem};
use crate::chinese_words;
use crate::nearest::nearest;
use crate::source::Encoding;

pub(super) fn message(problem: &SyntaxProblem) -> String {
    match problem {
        SyntaxProblem::FullWidth { places: 1, .. } => {
            "full-width punctuation, 1 place on this line".to_owned()
        }
        SyntaxProblem::FullWidth { places, .. } => {
            format!("full-width punctuation, {places} places on this line")
        }
        SyntaxProblem::MixedQuotes { open, close } => {
            format!("text opened by `{open}` and closed by `{close}`: where it ends is not clear")
        }
        SyntaxProblem::UnclosedText => "text without a closing quote".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character } => {
            format!("unexpected character {}", shown(*character))
        }
        SyntaxProblem::DirectionControl { character } => format!(
            "invisible character {} changes the direction of writing",
            shown(*character)
        ),
        SyntaxProblem::FileTooLarge { bytes, limit } => {
            format!("the file has {bytes} bytes, at most {limit} are read")
        }
        SyntaxProblem::TooManyTokens { limit } => {
            format!("the file has more than {limit} words and signs")
        }
        SyntaxProblem::NameTooLong { characters, limit } => {
            format!("a name of {characters} characters, at most {limit} are allowed")
        }
        SyntaxProblem::TooDeep { limit } => {
            format!("more than {limit} parentheses or `not` inside each other")
        }
        SyntaxProblem::TooManyProblems { limit } => {
            format!("more than {limit} problems in this file, the rest is not shown")
        }
        SyntaxProblem::NumberOutOfRange { number } => format!("`{number}` is out of range"),
        SyntaxProblem::NoSuchTime { time } => format!("`{time}` is no time of day"),
        SyntaxProblem::NoSuchDate { date } => format!("`{date}` is no date"),
        SyntaxProblem::NotUtf8 { encoding } => match encoding {
            Encoding::Gb18030 => "this file is not UTF-8; it seems to be GBK or GB18030".to_owned(),
            Encoding::Utf16 => "this file is not UTF-8; it seems to be UTF-16".to_owned(),
            Encoding::Unknown => {
                "this file is not UTF-8; from here on it could not be read".to_owned()
            }
        },
        SyntaxProblem::Unexpected {
            found, expected, ..
        } => {
            format!(
                "expected {}, found {}",
                any_of(expected),
                shown_found(found)
            )
        }
        SyntaxProblem::MissingHeader { header } => format!("the file lacks its line `{header}`"),
        SyntaxProblem::MixedAndOr { .. } => {
            "\"and\" and \"or\" are mixed; two readings are possible".to_owned()
        }
        SyntaxProblem::Instead { written, .. } => format!("`{written}` is not used here"),
        SyntaxProblem::MissingClause { item, clause } => {
            format!("this {item} lacks its line `{clause}`")
        }
        SyntaxProblem::RepeatedClause { clause } => format!("`{clause}` is said twice"),
        SyntaxProblem::NotAvailable { construct } => {
            format!("`{construct}` is not available in this version")
        }
        SyntaxProblem::UnknownLine { word, item, .. } => match item {
            Some(item) => {
                let article = if item.starts_with(['e', 'o']) {
                    "an"
                } else {
                    "a"
                };
                format!("no line of {article} {item} begins with `{word}`")
            }
            None => format!("nothing begins with `{word}`"),
        },
        SyntaxProblem::UnknownEdition { edition } => {
            format!("edition {edition} of the language is not known")
        }
        SyntaxProblem::NumberWithoutUnit { number } => format!("`{number}` needs a unit"),
        SyntaxProblem::CalendarDay { days } => {
            format!("`{days}` counts days of the calendar, here elapsed time is needed")
        }
        SyntaxProblem::CurrencySign { sign } => format!("`{sign}` may be CNY or JPY"),
        SyntaxProblem::UnknownUnit { unit, .. } => format!("`{unit}` is no unit"),
        SyntaxProblem::BadPlaceholder { placeholder } => {
            format!("`{placeholder}` is no placeholder")
        }
        SyntaxProblem::OutOfPlace { line, before } => match before {
            Before::Items => format!("`{line}` must stand at the top of the file"),
            Before::Steps => format!("`{line}` must stand at the top of the test"),
        },
        SyntaxProblem::TextsWithoutParentheses { .. } => {
            "several texts stand in parentheses".to_owned()
        }
    }
}

pub(super) fn help(problem: &SyntaxProblem) -> Option<String> {
    Some(match problem {
        SyntaxProblem::FullWidth {
            full_stop: true, ..
        } => "delete `。` at the end of the line, or run `signalbox fmt`".to_owned(),
        SyntaxProblem::FullWidth { .. } => {
            "run `signalbox fmt`; text inside quotes may stay full-width".to_owned()
        }
        SyntaxProblem::MixedQuotes { .. } | SyntaxProblem::UnclosedText => {
            "write the text between two straight quotes: \"退款\"; a quote inside it is \\\""
                .to_owned()
        }
        SyntaxProblem::UnexpectedCharacter {
            character: '\'' | '`' | '´',
        } => "write text between two straight double quotes: \"退款\"".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character: '&' } => "write `and`".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character: ';' } => {
            "take it out; what follows it stands on a line of its own".to_owned()
        }
        SyntaxProblem::UnexpectedCharacter {
            character: '{' | '}',
        } => "take it out; the lines of an item stand below it without braces".to_owned(),
        SyntaxProblem::UnexpectedCharacter { .. } => {
            "names are letters, digits and _; everything a customer reads or writes goes in quotes"
                .to_owned()
        }
        SyntaxProblem::DirectionControl { .. } => {
            "remove it; such characters can make rules read differently from what they do"
                .to_owned()
        }
        SyntaxProblem::FileTooLarge { .. } | SyntaxProblem::TooManyTokens { .. } => {
            "split it into several files, each with its own `module`".to_owned()
        }
        SyntaxProblem::NameTooLong { .. } => {
            "choose a shorter name; long explanations go in a comment: # …".to_owned()
        }
        SyntaxProblem::TooDeep { .. } => {
            "give the inner part a name: condition NAME = …".to_owned()
        }
        SyntaxProblem::TooManyProblems { .. } => "repair the ones above first".to_owned(),
        SyntaxProblem::NumberOutOfRange { .. } => return None,
        SyntaxProblem::NoSuchTime { .. } => "times run from 00:00 to 23:59".to_owned(),
        SyntaxProblem::NoSuchDate { .. } => "write year-month-day: 2026-11-11".to_owned(),
        SyntaxProblem::NotUtf8 { encoding } => {
            let from = match encoding {
                Encoding::Gb18030 => "GB18030",
                Encoding::Utf16 => "UTF-16",
                Encoding::Unknown => "its encoding, such as GB18030 or UTF-16,",
            };
            format!(
                "open it as {from} and save it as UTF-8: in Notepad by Save as, Encoding; in VS Code by a click on the encoding below on the right"
            )
        }
        SyntaxProblem::Unexpected {
            advice: Some(advice),
            ..
        } => advice.help(Locale::English),
        SyntaxProblem::Unexpected {
            found, expected, ..
        } => {
            format!("did you mean `{}`?", meant(found, expected)?)
        }
        SyntaxProblem::MissingHeader { .. } => {
            "a file begins with `language 1` and, on the next line, `module shop.aftersales`"
                .to_owned()
        }
        SyntaxProblem::MixedAndOr { readings } => match readings {
            Some([first, second]) => {
                format!("add the parentheses that you mean: `{first}` or `{second}`")
            }
            None => "add the parentheses that you mean".to_owned(),
        },
        SyntaxProblem::Instead { write, .. } => format!("write `{write}`"),
        SyntaxProblem::MissingClause { item, clause } => example(item, clause)?.to_owned(),
        SyntaxProblem::RepeatedClause { .. } => "keep one of the two lines".to_owned(),
        SyntaxProblem::NotAvailable { .. } => {
            "remove it, or put # in front of its lines".to_owned()
        }
        SyntaxProblem::UnknownLine { nearest, .. } => format!("did you mean `{}`?", (*nearest)?),
        SyntaxProblem::UnknownEdition { .. } => "write `language 1`".to_owned(),
        SyntaxProblem::NumberWithoutUnit { number } => {
            format!(
                "write {number}s (seconds), {number}m (minutes), {number}h (hours) or {number}d (24 hours each)"
            )
        }
        SyntaxProblem::CalendarDay { .. } => {
            "write hours, such as 24h, or `today` for the calendar day".to_owned()
        }
        SyntaxProblem::CurrencySign { .. } => {
            "write the code in front of the amount: CNY 200".to_owned()
        }
        SyntaxProblem::UnknownUnit {
            meant: Some(meant), ..
        } => format!("write `{meant}`"),
        SyntaxProblem::UnknownUnit { .. } => {
            "units are s, m, h, d (10m, 24h), % (70%), and a currency in front (CNY 200)".to_owned()
        }
        SyntaxProblem::BadPlaceholder { .. } => {
            "write {name}, or {name, |text where it is missing}; a brace itself is {{ or }}"
                .to_owned()
        }
        SyntaxProblem::OutOfPlace { .. } => "move it up".to_owned(),
        SyntaxProblem::TextsWithoutParentheses { texts } => format!("write `({texts})`"),
    })
}

/// What a missing line could look like.
fn example(item: &str, clause: &str) -> Option<&'static str> {
    Some(match (item, clause) {
        ("rule", "rank") => "say how important it is: rank business",
        ("rule", "on") => "say what it listens to: on message",
        ("rule", "then") => "say what it does: then reply NAME",
        ("template", _) => "give it a text: zh \"您好\"",
        ("list", _) => "give it a keyword: \"退款\"",
        ("schema", _) => "give it a field: tier: text optional \"loyalty level\"",
        ("defaults", _) => "say one of them: language zh",
        ("test", _) => "say what must come of it: expect reply NAME",
        _ => return None,
    })
}

/// The expected word that the author seems to have meant.
pub(super) fn meant(found: &Found, expected: &[Expected]) -> Option<&'static str> {
    let Found::Source(word) = found else {
        return None;
    };
    let words = expected.iter().filter_map(|one| match one {
        Expected::Word(word) => Some(*word),
        _ => None,
    });
    nearest(word, words)
        .or_else(|| chinese_words::anywhere(word).find(|it| can_stand(it, expected)))
}

/// Whether keywords can stand where this is expected: their first word does.
fn can_stand(keywords: &str, expected: &[Expected]) -> bool {
    let first = keywords.split(' ').next();
    expected.iter().any(|one| match one {
        Expected::Word(word) => word.split(' ').next() == first,
        Expected::Relation => RELATIONS.contains(&first.unwrap_or_default()),
        _ => false,
    })
}

/// The words and signs that begin a comparison.
const RELATIONS: [&str; 10] = [
    "is", "in", "between", "has", "starts", "matches", "<", "<=", ">", ">=",
];

/// A character for people: itself if it can be seen, its number if not.
pub(super) fn shown(character: char) -> String {
    let number = u32::from(character);
    if character.is_alphanumeric() || character.is_ascii_punctuation() {
        format!("`{character}`")
    } else {
        format!("U+{number:04X}")
    }
}

fn shown_found(found: &Found) -> String {
    match found {
        Found::Source(text) => format!("`{text}`"),
        Found::EndOfLine => "the end of the line".to_owned(),
    }
}

fn any_of(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().map(|one| shown_expected(*one)).collect();
    match words.as_slice() {
        [] => "something else".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn shown_expected(expected: Expected) -> String {
    match expected {
        Expected::Word(word) => return format!("`{word}`"),
        Expected::Name => "a name",
        Expected::Text => "quoted text",
        Expected::Count => "a whole number",
        Expected::Duration => "a length of time such as 10m",
        Expected::Time => "a time such as 09:30",
        Expected::Date => "a date such as 2026-10-01",
        Expected::Percent => "a percentage such as 70%",
        Expected::Value => "a value",
        Expected::Condition => "a condition",
        Expected::Relation => "`is`, `in`, `has any of` or another comparison",
        Expected::LanguageTag => "a language such as zh",
        Expected::EndOfLine => "the end of the line",
    }
    .to_owned()
}
