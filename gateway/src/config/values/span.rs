//! Times: `500ms`, `1.5s`, `10m`, `24h`, `7d`.

use std::str::FromStr;
use std::time::Duration;

use crate::config::section::{Sentence, Setting};
use crate::words::{Words, words};

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeSpan(pub Duration);

/// Units, longest first, in milliseconds.
const UNITS: [(&str, u64); 5] = [
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];
/// Longer times have no use here, and would overflow further on.
const MAX_MILLISECONDS: f64 = 3_660.0 * 86_400_000.0;

impl TimeSpan {
    /// So many milliseconds.
    pub const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// In milliseconds, whatever is below one cut off.
    pub fn whole_millis(self) -> u64 {
        u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)
    }

    /// So many seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self(Duration::from_secs(seconds))
    }
}

impl FromStr for TimeSpan {
    type Err = Words;

    fn from_str(text: &str) -> Result<Self, Words> {
        if text == "0" {
            return Ok(Self(Duration::ZERO));
        }
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let wrong = || {
            words!(
                "`{text}` is not a duration; write a number and ms, s, m, h or d, such as 15s",
                "`{text}` 不是时长；请写数字加 ms、s、m、h 或 d，如 15s"
            )
        };
        let number: f64 = number.parse().map_err(|_| wrong())?;
        if unit.is_empty() {
            return Err(words!(
                "duration `{text}` has no unit; write {text}s or {text}ms",
                "时长 `{text}` 没有单位；请写 {text}s 或 {text}ms"
            ));
        }
        let (_, factor) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        let milliseconds = number * *factor as f64;
        if milliseconds > MAX_MILLISECONDS {
            return Err(words!(
                "duration `{text}` is longer than ten years; write a shorter one",
                "时长 `{text}` 超过十年；请写短些"
            ));
        }
        Ok(Self(Duration::from_secs_f64(milliseconds / 1_000.0)))
    }
}

impl Setting for TimeSpan {
    const KIND: Sentence = Sentence {
        en: "duration (`ms`, `s`, `m`, `h`, `d`)",
        zh: "时长（`ms`、`s`、`m`、`h`、`d`）",
    };

    fn shown(&self) -> String {
        let milliseconds = self.0.as_millis();
        if milliseconds == 0 {
            return "0".to_owned();
        }
        for (unit, factor) in UNITS {
            let factor = u128::from(factor);
            if milliseconds.is_multiple_of(factor) {
                return format!("{}{unit}", milliseconds / factor);
            }
            // 1.5s reads better than 1500ms.
            if unit == "s" && milliseconds > factor && milliseconds.is_multiple_of(factor / 10) {
                return format!(
                    "{}.{}s",
                    milliseconds / factor,
                    milliseconds % factor / (factor / 10)
                );
            }
        }
        format!("{milliseconds}ms")
    }
}

super::deserialized_from_text!(TimeSpan);
