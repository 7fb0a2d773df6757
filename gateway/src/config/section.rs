//! How a setting is declared: name, type, default, bounds and its sentence in two languages, once.
//!
//! From one declaration come the struct that YAML is read into, its default, the check of its bounds, and its lines in
//! `docs/configuration.md`.

use std::fmt;

use super::source::Sources;
use crate::words::{Words, words};

/// A sentence in both languages of the manual.
#[derive(Debug, Clone, Copy)]
pub struct Sentence {
    /// English.
    pub en: &'static str,
    /// Chinese.
    pub zh: &'static str,
}

/// The type of a setting.
pub trait Setting {
    /// What to write, in the manual: `duration such as 15s`.
    const KIND: Sentence;

    /// The value as one would write it.
    fn shown(&self) -> String;

    /// Replaces references (`${ENV}`, `${file:path}`) by what they stand for, and makes paths absolute.
    ///
    /// # Errors
    /// What is wrong, without the key: `reads the environment variable X, which is not set`.
    fn resolve(&mut self, _sources: &Sources<'_>) -> Result<(), Words> {
        Ok(())
    }
}

/// One setting, for the manual.
#[derive(Debug)]
pub struct SettingManual {
    /// Full key: `router.gather`.
    pub key: String,
    /// What to write.
    pub kind: Sentence,
    /// What holds when nothing is written.
    pub default: String,
    /// `1 to 4096`; `None` where anything goes.
    pub bounds: Option<(String, String)>,
    /// What it is for.
    pub about: Sentence,
}

/// A section of the manual.
#[derive(Debug)]
pub struct SectionManual {
    /// Full key; empty for the top of the file.
    pub key: String,
    /// What it is for.
    pub about: Sentence,
    /// Its settings, in order.
    pub settings: Vec<SettingManual>,
    /// Sections inside it.
    pub sections: Vec<SectionManual>,
}

/// What is wrong with a configuration: `router.gather must be at most 1m, got 2h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(pub Words);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A part of the file.
pub trait Section {
    /// Its manual, with `key` in front of all keys.
    fn manual(key: &str) -> SectionManual;
    /// Resolves references and checks bounds.
    fn settle(&mut self, key: &str, sources: &Sources<'_>, problems: &mut Vec<Problem>);
}

/// `key` inside `section`.
pub(super) fn inside(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}

/// Resolves one value.
pub(super) fn settle_value<S: Setting>(
    value: &mut S,
    key: &str,
    sources: &Sources<'_>,
    problems: &mut Vec<Problem>,
) {
    if let Err(wrong) = value.resolve(sources) {
        problems.push(Problem(Words {
            en: format!("{key} {}", wrong.en),
            zh: format!("{key} {}", wrong.zh),
        }));
    }
}

/// Checks one value against its bounds.
pub(super) fn check_bounds<S: Setting + PartialOrd>(
    value: &S,
    (low, high): (S, S),
    key: &str,
    problems: &mut Vec<Problem>,
) {
    let (low_shown, high_shown, got) = (low.shown(), high.shown(), value.shown());
    let problem = if *value < low {
        words!(
            "{key} must be at least {low_shown}, got {got}",
            "{key} 至少为 {low_shown}，现在是 {got}"
        )
    } else if *value > high {
        words!(
            "{key} must be at most {high_shown}, got {got}",
            "{key} 最多为 {high_shown}，现在是 {got}"
        )
    } else if value.partial_cmp(&low).is_none() {
        // YAML can write `.nan`
        words!(
            "{key} must be a number, got {got}",
            "{key} 必须是数，现在是 {got}"
        )
    } else {
        return;
    };
    problems.push(Problem(problem));
}

/// Declares a section. A doc comment is the English sentence; `zh` gives the Chinese one.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        zh $about_zh:literal
        pub struct $name:ident {
            $(
                $(#[doc = $en:literal])+
                zh $zh:literal
                $field:ident: $type:ty = $default:expr $(, within $low:expr => $high:expr)?;
            )*
            $(section $part:ident: $part_type:ty;)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            $($(#[doc = $en])+ pub $field: $type,)*
            $(#[doc = concat!("See [`", stringify!($part_type), "`].")] pub $part: $part_type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    $($field: $default,)*
                    $($part: <$part_type>::default(),)*
                }
            }
        }

        impl $crate::config::section::Section for $name {
            fn manual(key: &str) -> $crate::config::section::SectionManual {
                use $crate::config::section::{Sentence, SectionManual, inside};
                SectionManual {
                    key: key.to_owned(),
                    about: Sentence { en: concat!($($about),+), zh: $about_zh },
                    settings: vec![$($crate::config::section::SettingManual {
                        key: inside(key, stringify!($field)),
                        kind: <$type as $crate::config::section::Setting>::KIND,
                        default: { let value: $type = $default; $crate::config::section::Setting::shown(&value) },
                        bounds: section!(@bounds $type $(, $low, $high)?),
                        about: Sentence { en: concat!($($en),+), zh: $zh },
                    }),*],
                    sections: vec![$(
                        <$part_type as $crate::config::section::Section>::manual(&inside(key, stringify!($part)))
                    ),*],
                }
            }

            fn settle(
                &mut self,
                key: &str,
                sources: &$crate::config::source::Sources<'_>,
                problems: &mut Vec<$crate::config::section::Problem>,
            ) {
                $({
                    let key = $crate::config::section::inside(key, stringify!($field));
                    $crate::config::section::settle_value(&mut self.$field, &key, sources, problems);
                    $(
                        let bounds: ($type, $type) = ($low, $high);
                        $crate::config::section::check_bounds(&self.$field, bounds, &key, problems);
                    )?
                })*
                $(
                    let part = $crate::config::section::inside(key, stringify!($part));
                    $crate::config::section::Section::settle(&mut self.$part, &part, sources, problems);
                )*
            }
        }
    };
    (@bounds $type:ty) => { None };
    (@bounds $type:ty, $low:expr, $high:expr) => {{
        let (low, high): ($type, $type) = ($low, $high);
        Some((
            $crate::config::section::Setting::shown(&low),
            $crate::config::section::Setting::shown(&high),
        ))
    }};
}
pub(super) use section;
