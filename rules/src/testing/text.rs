//! A failed step to read. Names of files and lines are the caller's to add: it has the sources.

use signalbox_dsl::problem::Locale;

use super::{FailureReason, StepFailure};
use crate::explain::action_text;

impl StepFailure {
    /// What was expected, then the trace of the rules that mattered; each line ended by a line break.
    pub fn text(&self, locale: Locale) -> String {
        let reason = self.reason.text(locale);
        let trace = self.explanation.as_ref().map(|it| it.text(locale));
        format!("{reason}\n{}", trace.unwrap_or_default())
    }
}

impl FailureReason {
    /// One line, without the line break.
    pub fn text(&self, locale: Locale) -> String {
        match (self, locale) {
            (Self::NotMet { expected }, Locale::English) => {
                format!("expected `{expected}`, which is not what happened")
            }
            (Self::NotMet { expected }, Locale::Chinese) => {
                format!("期望 `{expected}`，实际并非如此")
            }
            (Self::Unexpected { effect }, Locale::English) => format!(
                "expected exactly the listed outcomes, but {} did this too: {}",
                effect.rule,
                action_text(&effect.action, locale)
            ),
            (Self::Unexpected { effect }, Locale::Chinese) => format!(
                "只应有列出的结果，但 {} 还做了：{}",
                effect.rule,
                action_text(&effect.action, locale)
            ),
            (Self::NothingHappened, Locale::English) => {
                "nothing happened yet: put a `customer says` or an `event` before".into()
            }
            (Self::NothingHappened, Locale::Chinese) => {
                "之前什么也没有发生：请先写 `customer says` 或 `event`".into()
            }
            (Self::ClockMovesBack, Locale::English) => {
                "the clock cannot go back: name a later day or time".into()
            }
            (Self::ClockMovesBack, Locale::Chinese) => "时钟不能倒退：请写更晚的日期或时间".into(),
        }
    }
}
