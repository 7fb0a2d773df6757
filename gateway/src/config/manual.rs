//! `docs/configuration.md` and `docs/configuration.zh.md`, from the declarations.

use std::fmt::Write as _;

use super::section::{Section, SectionManual, Sentence};
use super::sections::FileSection;

/// A language of the manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    English,
    /// Chinese.
    Chinese,
}

/// The whole page.
pub fn page(language: Language) -> String {
    let mut text = match language {
        Language::English => HEAD_ENGLISH,
        Language::Chinese => HEAD_CHINESE,
    }
    .to_owned();
    write_section(&mut text, &FileSection::manual(""), language);
    text
}

const HEAD_ENGLISH: &str = "# Configuration

`signalbox serve --config signalbox.yaml` reads one YAML file. Every setting has a default, so an empty file is a
configuration. An unknown key is an error, and so is a value out of its bounds: nothing is started until all of it is right.

* Secrets come from outside: `${NAME}` is an environment variable, `${file:path}` the content of a file. Both may stand in any text.
  `$${` is a plain `${`.
* Durations and sizes carry their unit: `1.5s`, `64KiB`. Booleans are `true` and `false`.
* Relative paths count from the folder of the file.

This page is written by `UPDATE_GOLDEN=1 cargo test -p signalbox manual`; a test compares.
";

const HEAD_CHINESE: &str = "# 配置

`signalbox serve --config signalbox.yaml` 读取一个 YAML 文件。每项设置都有默认值，空文件也是合法配置。未知的键是错误，
超出范围的值也是错误：全部正确之前不会启动任何服务。

* 机密来自文件之外：`${NAME}` 是环境变量，`${file:path}` 是某个文件的内容，可用于任何文本。`$${` 表示字面的 `${`。
* 时长和大小要带单位：`1.5s`、`64KiB`。布尔值只有 `true` 和 `false`。
* 相对路径从配置文件所在目录算起。

本页由 `UPDATE_GOLDEN=1 cargo test -p signalbox manual` 生成，并有测试比对。
";

fn write_section(text: &mut String, section: &SectionManual, language: Language) {
    let heading = if section.key.is_empty() {
        language
            .pick(Sentence {
                en: "Top level",
                zh: "最上层",
            })
            .to_owned()
    } else {
        format!("`{}`", section.key)
    };
    let _ = write!(
        text,
        "\n## {heading}\n\n{}\n\n{}\n|---|---|---|---|\n",
        language.pick(section.about).trim(),
        language.pick(Sentence {
            en: "| key | value | default | what it is for |",
            zh: "| 键 | 值 | 默认 | 作用 |",
        })
    );
    for setting in &section.settings {
        let mut kind = language.pick(setting.kind).to_owned();
        if let Some((low, high)) = &setting.bounds {
            let _ = match language {
                Language::English => write!(kind, ", {low} to {high}"),
                Language::Chinese => write!(kind, "，{low} 至 {high}"),
            };
        }
        let default = if setting.default.is_empty() {
            language
                .pick(Sentence {
                    en: "empty",
                    zh: "空",
                })
                .to_owned()
        } else {
            format!("`{}`", setting.default)
        };
        let _ = writeln!(
            text,
            "| `{}` | {kind} | {default} | {} |",
            setting.key,
            language.pick(setting.about).trim()
        );
    }
    for part in &section.sections {
        write_section(text, part, language);
    }
}

impl Language {
    fn pick(self, sentence: Sentence) -> &'static str {
        match self {
            Self::English => sentence.en,
            Self::Chinese => sentence.zh,
        }
    }
}
