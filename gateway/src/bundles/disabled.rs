//! Rules that people have switched off: the list of them in the store, and what may be on it.
//!
//! A rule stays on the list until people switch it on again, also over a restart, a rollback and bundles that do not have it for a
//! while: what was switched off because it did harm must not come back with a file.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signalbox_dsl::bundle::{Bundle, Rule};
use signalbox_dsl::nearest::nearest;

use super::record::{BundleRecords, RecordError, closed};
use crate::words::Told;

const DISABLED_RECORD: &str = "disabled_rules";
/// Whoever wants more switched off wants other rules.
const MAX_DISABLED: usize = 100;
/// In front of the names of rules that come with the program.
const STANDARD: &str = "std.";
/// The rank of those whose work nobody can undo.
const SAFETY: &str = "safety";

/// A rule that people have switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisabledRule {
    /// Its full name.
    pub rule: Arc<str>,
    /// Since when.
    pub since: Timestamp,
    /// Who, as the command said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Why nothing is switched off or on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisableError {
    /// Neither the live bundle nor the list has it.
    #[error("there is no rule `{rule}`{}", .nearest.as_ref().map_or_else(|| "; write its full name, such as orders.refund".to_owned(), |near| format!("; did you mean `{near}`?")))]
    Unknown {
        /// As written.
        rule: String,
        /// What it resembles.
        nearest: Option<String>,
    },
    /// It has to be there.
    #[error(
        "`{0}` cannot be disabled: whoever asks for a person always gets one; take its `use` out of the rule files if they have another way"
    )]
    AlwaysThere(Arc<str>),
    /// The list is full.
    #[error(
        "{MAX_DISABLED} rules are disabled already, which is as many as may be; change the rule files, or go back with `signalbox rules rollback`"
    )]
    TooMany,
    /// The store does not answer.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl Told for DisableError {
    fn chinese(&self) -> String {
        match self {
            Self::Unknown {
                rule,
                nearest: None,
            } => format!("没有规则 `{rule}`；请写全名，例如 orders.refund"),
            Self::Unknown {
                rule,
                nearest: Some(near),
            } => format!("没有规则 `{rule}`；是不是想写 `{near}`？"),
            Self::AlwaysThere(rule) => format!(
                "`{rule}` 不能停用：客户要找人工，就必须找得到；如果规则里另有办法，请从规则文件中删掉对它的 `use`"
            ),
            Self::TooMany => format!(
                "已经停用了 {MAX_DISABLED} 条规则，不能再多；请修改规则文件，或用 `signalbox rules rollback` 回退"
            ),
            Self::Record(error) => error.chinese(),
        }
    }
}

/// Who wants what of which rule.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'w> {
    /// Full name of the rule.
    pub rule: &'w str,
    /// Who, as the command said it.
    pub by: Option<&'w str>,
    /// When.
    pub at: Timestamp,
}

impl BundleRecords {
    /// The rules that people have switched off, by name.
    ///
    /// # Errors
    /// [`RecordError`]
    pub async fn disabled(&self) -> Result<Vec<DisabledRule>, RecordError> {
        listed(self.read(DISABLED_RECORD).await?)
    }

    /// Puts a rule of the live bundle on the list. One that is on it already keeps its time.
    ///
    /// # Errors
    /// [`DisableError`]
    pub async fn disable(
        &self,
        wish: Wish<'_>,
        live: &Bundle,
    ) -> Result<Vec<DisabledRule>, DisableError> {
        let rule = found(wish.rule, live)?;
        if is_always_there(rule, live) {
            return Err(DisableError::AlwaysThere(rule.name.clone()));
        }
        self.change(|list| {
            if list.iter().any(|disabled| disabled.rule == rule.name) {
                return Ok(());
            }
            if list.len() >= MAX_DISABLED {
                return Err(DisableError::TooMany);
            }
            list.push(DisabledRule {
                rule: rule.name.clone(),
                since: wish.at,
                by: wish.by.map(str::to_owned),
            });
            list.sort_by(|one, other| one.rule.cmp(&other.rule));
            Ok(())
        })
        .await
    }

    /// Takes a rule off the list, whether the live bundle has it or not. One that is on neither is refused.
    ///
    /// # Errors
    /// [`DisableError`]
    pub async fn enable(
        &self,
        rule: &str,
        live: &Bundle,
    ) -> Result<Vec<DisabledRule>, DisableError> {
        self.change(|list| {
            let before = list.len();
            list.retain(|disabled| *disabled.rule != *rule);
            if list.len() == before && found(rule, live).is_err() {
                let names = list.iter().map(|disabled| &*disabled.rule);
                return Err(unknown(rule, names.chain(names_of(live))));
            }
            Ok(())
        })
        .await
    }

    async fn change(
        &self,
        change: impl Fn(&mut Vec<DisabledRule>) -> Result<(), DisableError>,
    ) -> Result<Vec<DisabledRule>, DisableError> {
        let kept: Result<_, DisableError> = self
            .modify(DISABLED_RECORD, |plain| {
                let mut list = listed(plain)?;
                change(&mut list)?;
                serde_json::to_vec(&list).map_err(|reason| closed(DISABLED_RECORD, &reason).into())
            })
            .await;
        Ok(listed(Some(kept?))?)
    }
}

fn listed(plain: Option<Vec<u8>>) -> Result<Vec<DisabledRule>, RecordError> {
    plain.map_or(Ok(Vec::new()), |plain| {
        serde_json::from_slice(&plain).map_err(|reason| closed(DISABLED_RECORD, &reason))
    })
}

fn found<'b>(rule: &str, bundle: &'b Bundle) -> Result<&'b Rule, DisableError> {
    let found = bundle.rules.iter().find(|known| *known.name == *rule);
    found.ok_or_else(|| unknown(rule, names_of(bundle)))
}

fn names_of(bundle: &Bundle) -> impl Iterator<Item = &str> {
    bundle.rules.iter().map(|rule| &*rule.name)
}

/// The rule that ends as written, if its module was left out; else what resembles it.
fn unknown<'n>(rule: &str, names: impl Iterator<Item = &'n str>) -> DisableError {
    let names: Vec<&str> = names.collect();
    let ends_so = |name: &&&str| name.rsplit('.').next() == Some(rule);
    let near = names.iter().find(ends_so).copied();
    let near = near.or_else(|| nearest(rule, names.iter().copied()));
    DisableError::Unknown {
        rule: rule.to_owned(),
        nearest: near.map(str::to_owned),
    }
}

/// Whoever asks for a person gets one: the standard rules of the rank `safety` see to it.
fn is_always_there(rule: &Rule, bundle: &Bundle) -> bool {
    let rank = bundle.ranks.get(rule.rank.index());
    rule.name.starts_with(STANDARD) && rank.is_some_and(|rank| *rank.name == *SAFETY)
}
