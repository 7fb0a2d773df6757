//! A command line that is none, told in both languages; `--help` and `--version` come this way too.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Error, FromArgMatches};
use signalbox_dsl::Locale;

use super::{Arguments, chinese};

/// What to print instead of an answer.
pub(crate) struct Misuse {
    pub(crate) text: String,
    /// `--help`, `--version`: what was wanted.
    pub(crate) is_asked_for: bool,
}

impl Arguments {
    /// Reads the command line.
    ///
    /// # Errors
    /// [`Misuse`]
    pub(crate) fn read(arguments: Vec<OsString>, locale: Locale) -> Result<Self, Misuse> {
        let command = match locale {
            Locale::English => Self::command(),
            Locale::Chinese => chinese::translated(Self::command()),
        };
        command
            .try_get_matches_from(arguments)
            .and_then(|mut matches| Self::from_arg_matches_mut(&mut matches))
            .map_err(|error| Misuse {
                is_asked_for: !error.use_stderr(),
                text: match locale {
                    Locale::English => error.render().to_string(),
                    Locale::Chinese => in_chinese(&error),
                },
            })
    }
}

fn in_chinese(error: &Error) -> String {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("、"),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let argument = said(ContextKind::InvalidArg);
    let value = said(ContextKind::InvalidValue);
    let what = match error.kind() {
        // Made of texts that are Chinese already.
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return error.render().to_string(),
        ErrorKind::InvalidSubcommand => {
            format!("没有命令 `{}`", said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("没有参数 `{argument}`"),
        ErrorKind::MissingRequiredArgument => format!("缺少参数：{argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => {
            format!("`{argument}` 写重了，或与别的参数冲突")
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("`{argument}` 缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("`{argument}` 不能是 `{value}`")
        }
        ErrorKind::InvalidUtf8 => "命令行里有不是 UTF-8 的内容".to_owned(),
        _ => format!("命令行不对：{}", error.kind()),
    };
    let mut text = format!("错误：{what}\n");
    for (kind, lead) in [
        (ContextKind::ValidValue, "可以是"),
        (ContextKind::SuggestedSubcommand, "是不是想写"),
        (ContextKind::SuggestedArg, "是不是想写"),
        (ContextKind::SuggestedValue, "是不是想写"),
    ] {
        let said = said(kind);
        if !said.is_empty() {
            text.push_str(&format!("\n  {lead}：{said}\n"));
        }
    }
    text.push_str("\n详见 `--help`\n");
    text
}
