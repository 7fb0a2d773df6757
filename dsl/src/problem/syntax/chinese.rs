//! The Chinese texts.

use super::english::{meant, shown};
use super::{Before, Expected, Found, Locale, SyntaxProblem};
use crate::source::Encoding;

pub(super) fn message(problem: &SyntaxProblem) -> String {
    match problem {
        SyntaxProblem::FullWidth { places, .. } => format!("这一行有 {places} 处全角标点"),
        SyntaxProblem::MixedQuotes { open, close } => {
            format!("文字以 `{open}` 开头却以 `{close}` 结尾，无法确定在哪里结束")
        }
        SyntaxProblem::UnclosedText => "文字缺少结尾的引号".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character } => {
            format!("这里不能出现字符 {}", shown(*character))
        }
        SyntaxProblem::DirectionControl { character } => {
            format!("不可见字符 {} 会改变书写方向", shown(*character))
        }
        SyntaxProblem::FileTooLarge { bytes, limit } => {
            format!("文件有 {bytes} 字节，最多读取 {limit} 字节")
        }
        SyntaxProblem::TooManyTokens { limit } => {
            format!("文件的词和符号超过 {limit} 个")
        }
        SyntaxProblem::NameTooLong { characters, limit } => {
            format!("名称有 {characters} 个字符，最多 {limit} 个")
        }
        SyntaxProblem::TooDeep { limit } => {
            format!("括号或 `not` 嵌套超过 {limit} 层")
        }
        SyntaxProblem::TooManyProblems { limit } => {
            format!("此文件的问题超过 {limit} 个，其余不再列出")
        }
        SyntaxProblem::NumberOutOfRange { number } => format!("`{number}` 超出范围"),
        SyntaxProblem::NoSuchTime { time } => format!("`{time}` 不是一天中的时刻"),
        SyntaxProblem::NoSuchDate { date } => format!("`{date}` 不是日期"),
        SyntaxProblem::NotUtf8 { encoding } => match encoding {
            Encoding::Gb18030 => "文件不是 UTF-8 编码，看起来是 GBK 或 GB18030".to_owned(),
            Encoding::Utf16 => "文件不是 UTF-8 编码，看起来是 UTF-16".to_owned(),
            Encoding::Unknown => "文件不是 UTF-8 编码，从这里起无法读取".to_owned(),
        },
        SyntaxProblem::Unexpected {
            found, expected, ..
        } => {
            format!("这里应是 {}，却是 {}", any_of(expected), shown_found(found))
        }
        SyntaxProblem::MissingHeader { header } => format!("文件缺少 `{header}` 这一行"),
        SyntaxProblem::MixedAndOr { .. } => "`and` 与 `or` 混用，有两种读法".to_owned(),
        SyntaxProblem::Instead { written, .. } => format!("这里不用 `{written}`"),
        SyntaxProblem::MissingClause { item, clause } => {
            format!("这个 {item} 缺少 `{clause}` 一行")
        }
        SyntaxProblem::RepeatedClause { clause } => format!("`{clause}` 写了两次"),
        SyntaxProblem::NotAvailable { construct } => format!("此版本尚不支持 `{construct}`"),
        SyntaxProblem::UnknownLine { word, item, .. } => match item {
            Some(item) => format!("{item} 里没有以 `{word}` 开头的行"),
            None => format!("没有以 `{word}` 开头的内容"),
        },
        SyntaxProblem::UnknownEdition { edition } => format!("没有第 {edition} 版语言"),
        SyntaxProblem::NumberWithoutUnit { number } => format!("`{number}` 缺少单位"),
        SyntaxProblem::CalendarDay { days } => {
            format!("`{days}` 指日历上的天，这里需要的是时长")
        }
        SyntaxProblem::CurrencySign { sign } => format!("`{sign}` 可能是 CNY，也可能是 JPY"),
        SyntaxProblem::UnknownUnit { unit, .. } => format!("`{unit}` 不是单位"),
        SyntaxProblem::BadPlaceholder { placeholder } => format!("`{placeholder}` 不是占位符"),
        SyntaxProblem::OutOfPlace { line, before } => match before {
            Before::Items => format!("`{line}` 必须写在文件开头"),
            Before::Steps => format!("`{line}` 必须写在测试开头"),
        },
        SyntaxProblem::TextsWithoutParentheses { .. } => "几段文字要放在括号里".to_owned(),
    }
}

pub(super) fn help(problem: &SyntaxProblem) -> Option<String> {
    Some(match problem {
        SyntaxProblem::FullWidth {
            full_stop: true, ..
        } => "删掉行尾的 `。`，或运行 `signalbox fmt`".to_owned(),
        SyntaxProblem::FullWidth { .. } => {
            "运行 `signalbox fmt` 即可；引号内的文字可以保留全角".to_owned()
        }
        SyntaxProblem::MixedQuotes { .. } | SyntaxProblem::UnclosedText => {
            "文字写在两个直引号之间：\"退款\"；文字里的引号写成 \\\"".to_owned()
        }
        SyntaxProblem::UnexpectedCharacter {
            character: '\'' | '`' | '´',
        } => "文字写在两个直的双引号之间：\"退款\"".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character: '&' } => "写成 `and`".to_owned(),
        SyntaxProblem::UnexpectedCharacter { character: ';' } => {
            "请删除；后面的内容另起一行".to_owned()
        }
        SyntaxProblem::UnexpectedCharacter {
            character: '{' | '}',
        } => "请删除；每一项的内容直接写在下面几行，不用花括号".to_owned(),
        SyntaxProblem::UnexpectedCharacter { .. } => {
            "名称由文字、数字和 _ 组成；客户看到或写下的内容要放在引号里".to_owned()
        }
        SyntaxProblem::DirectionControl { .. } => {
            "请删除；这类字符会让规则看起来与实际不同".to_owned()
        }
        SyntaxProblem::FileTooLarge { .. } | SyntaxProblem::TooManyTokens { .. } => {
            "拆成几个文件，各写自己的 `module`".to_owned()
        }
        SyntaxProblem::NameTooLong { .. } => "换一个短些的名称；说明写在注释里：# …".to_owned(),
        SyntaxProblem::TooDeep { .. } => "给里面的部分起个名字：condition NAME = …".to_owned(),
        SyntaxProblem::TooManyProblems { .. } => "请先修正上面这些".to_owned(),
        SyntaxProblem::NumberOutOfRange { .. } => return None,
        SyntaxProblem::NoSuchTime { .. } => "时刻从 00:00 到 23:59".to_owned(),
        SyntaxProblem::NoSuchDate { .. } => "写成 年-月-日：2026-11-11".to_owned(),
        SyntaxProblem::NotUtf8 { encoding } => {
            let from = match encoding {
                Encoding::Gb18030 => "GB18030",
                Encoding::Utf16 => "UTF-16",
                Encoding::Unknown => "它原来的编码（如 GB18030、UTF-16）",
            };
            format!(
                "请以 {from} 打开，另存为 UTF-8：记事本用“另存为”并选择编码；VS Code 点右下角的编码名称，选“通过编码保存”"
            )
        }
        SyntaxProblem::Unexpected {
            advice: Some(advice),
            ..
        } => advice.help(Locale::Chinese),
        SyntaxProblem::Unexpected {
            found, expected, ..
        } => {
            format!("是不是 `{}`？", meant(found, expected)?)
        }
        SyntaxProblem::MissingHeader { .. } => {
            "文件开头先写 `language 1`，下一行写 `module shop.aftersales`".to_owned()
        }
        SyntaxProblem::MixedAndOr { readings } => match readings {
            Some([first, second]) => format!("按本意加上括号：`{first}` 或 `{second}`"),
            None => "按本意加上括号".to_owned(),
        },
        SyntaxProblem::Instead { write, .. } => format!("写成 `{write}`"),
        SyntaxProblem::MissingClause { item, clause } => example(item, clause)?.to_owned(),
        SyntaxProblem::RepeatedClause { .. } => "两行只留一行".to_owned(),
        SyntaxProblem::NotAvailable { .. } => "请删除，或在这些行前面加 #".to_owned(),
        SyntaxProblem::UnknownLine { nearest, .. } => format!("是不是 `{}`？", (*nearest)?),
        SyntaxProblem::UnknownEdition { .. } => "写成 `language 1`".to_owned(),
        SyntaxProblem::NumberWithoutUnit { number } => {
            format!(
                "写成 {number}s（秒）、{number}m（分钟）、{number}h（小时）或 {number}d（每天 24 小时）"
            )
        }
        SyntaxProblem::CalendarDay { .. } => "写成小时，如 24h；要按日历天就写 `today`".to_owned(),
        SyntaxProblem::CurrencySign { .. } => "在金额前写货币代码：CNY 200".to_owned(),
        SyntaxProblem::UnknownUnit {
            meant: Some(meant), ..
        } => format!("写成 `{meant}`"),
        SyntaxProblem::UnknownUnit { .. } => {
            "单位有 s、m、h、d（10m、24h），%（70%），货币代码写在前面（CNY 200）".to_owned()
        }
        SyntaxProblem::BadPlaceholder { .. } => {
            "写成 {name}，或 {name, |缺失时的文字}；花括号本身写成 {{ 或 }}".to_owned()
        }
        SyntaxProblem::OutOfPlace { .. } => "请移到前面".to_owned(),
        SyntaxProblem::TextsWithoutParentheses { texts } => format!("写成 `({texts})`"),
    })
}

/// What a missing line could look like.
fn example(item: &str, clause: &str) -> Option<&'static str> {
    Some(match (item, clause) {
        ("rule", "rank") => "写明级别：rank business",
        ("rule", "on") => "写明由什么触发：on message",
        ("rule", "then") => "写明做什么：then reply NAME",
        ("template", _) => "写上话术：zh \"您好\"",
        ("list", _) => "写上关键词：\"退款\"",
        ("schema", _) => "写上字段：tier: text optional \"会员等级\"",
        ("defaults", _) => "写上其中一项：language zh",
        ("test", _) => "写明期望的结果：expect reply NAME",
        _ => return None,
    })
}

fn shown_found(found: &Found) -> String {
    match found {
        Found::Source(text) => format!("`{text}`"),
        Found::EndOfLine => "行尾".to_owned(),
    }
}

fn any_of(expected: &[Expected]) -> String {
    let words: Vec<String> = expected.iter().map(|one| shown_expected(*one)).collect();
    match words.as_slice() {
        [] => "别的内容".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} 或 {last}", first.join("、")),
    }
}

fn shown_expected(expected: Expected) -> String {
    match expected {
        Expected::Word(word) => return format!("`{word}`"),
        Expected::Name => "名称",
        Expected::Text => "引号里的文字",
        Expected::Count => "整数",
        Expected::Duration => "时长（如 10m）",
        Expected::Time => "时刻（如 09:30）",
        Expected::Date => "日期（如 2026-10-01）",
        Expected::Percent => "百分数（如 70%）",
        Expected::Value => "值",
        Expected::Condition => "条件",
        Expected::Relation => "`is`、`in`、`has any of` 等比较",
        Expected::LanguageTag => "语言（如 zh）",
        Expected::EndOfLine => "行尾",
    }
    .to_owned()
}
