//! The bundle to start with: the rule files, or the last good ones if those are broken, or the built-in example.

use std::path::Path;

use jiff::Timestamp;
use signalbox_dsl::{SourceFile, SourceSet};
use signalbox_telemetry::Metrics;
use tokio::task::spawn_blocking;

use crate::bundles::{BundleOrigin, BundleRecords, Refusal, RefusedFiles, StatusReport, prepare};
use crate::live_bundle::LiveBundle;
use crate::rule_files::RuleFiles;
use crate::words::{Failure, Told, Words, words};

/// The rules of `examples/hello`.
const BUILT_IN: &str = include_str!("../../../examples/hello/rules/hello.rules");

pub(super) struct FirstBundle {
    pub(super) bundle: LiveBundle,
    /// What was read from the rule files; `None` if they could not be read.
    pub(super) seen: Option<SourceSet>,
    origin: BundleOrigin,
    refused: Option<RefusedFiles>,
}

impl FirstBundle {
    /// Chooses, and keeps the choice in the store.
    pub(super) async fn choose(
        directory: Option<&Path>,
        records: &BundleRecords,
        metrics: &Metrics,
    ) -> Result<Self, Failure> {
        let Some(directory) = directory else {
            return Self::built_in(records).await;
        };
        let read = RuleFiles::read(directory);
        let seen = read.as_ref().ok().map(|files| files.sources.clone());
        let prepared = match read {
            Ok(files) => {
                let prefix = files.prefix();
                spawned(spawn_blocking(move || prepare(files.sources, &prefix)).await)?
            }
            Err(error) => Err(Refusal::plain(error.words())),
        };
        match prepared {
            Ok(bundle) => Self::of_files(bundle, seen, records).await,
            Err(refusal) => Self::last_good(refusal, seen, records, metrics).await,
        }
    }

    /// The last good bundle, since the files are refused.
    async fn last_good(
        refusal: Refusal,
        seen: Option<SourceSet>,
        records: &BundleRecords,
        metrics: &Metrics,
    ) -> Result<Self, Failure> {
        let bundle = last_good(&refusal, records).await?;
        tracing::error!(
            summary = refusal.summary.en,
            "the rule files are refused; the last good rules stay live. {}",
            refusal.details
        );
        metrics.rules.refused.set(1);
        records.keep_as_active(&bundle).await?;
        Ok(Self {
            bundle,
            seen,
            origin: BundleOrigin::LastGood,
            refused: Some(RefusedFiles {
                at: Timestamp::now(),
                summary: refusal.summary,
                details: refusal.details,
            }),
        })
    }

    /// The files' bundle, or the one that people went back to from it.
    async fn of_files(
        bundle: LiveBundle,
        seen: Option<SourceSet>,
        records: &BundleRecords,
    ) -> Result<Self, Failure> {
        let is_rolled_back = records.rolled_back().await?.as_deref() == Some(bundle.hash());
        let earlier = match (is_rolled_back, records.last_active().await?) {
            (true, Some(sources)) => Some(prepare_elsewhere(sources).await?),
            _ => None,
        };
        let (bundle, origin) = match earlier {
            Some(Ok(earlier)) => (earlier, BundleOrigin::Rollback),
            Some(Err(refusal)) => {
                tracing::error!(
                    summary = refusal.summary.en,
                    "the rules that people went back to are not taken by this version; the rule files are live again. {}",
                    refusal.details
                );
                records.keep_as_active(&bundle).await?;
                (bundle, BundleOrigin::Files)
            }
            None => {
                records.keep_as_active(&bundle).await?;
                (bundle, BundleOrigin::Files)
            }
        };
        Ok(Self {
            bundle,
            seen,
            origin,
            refused: None,
        })
    }

    async fn built_in(records: &BundleRecords) -> Result<Self, Failure> {
        let sources = SourceSet::new(vec![SourceFile {
            path: "hello.rules".into(),
            text: BUILT_IN.into(),
        }]);
        let bundle = prepare_elsewhere(sources).await??;
        // Not as the last good one: that is somebody's own rules, to which a start with broken files goes back.
        records.keep(&bundle).await?;
        Ok(Self {
            bundle,
            seen: None,
            origin: BundleOrigin::BuiltIn,
            refused: None,
        })
    }

    /// What the status begins with.
    pub(super) fn status(&self) -> StatusReport {
        StatusReport {
            bundle: self.bundle.hash().to_owned(),
            rules: self.bundle.rule_names().len(),
            since: Timestamp::now(),
            origin: self.origin,
            refused: self.refused.clone(),
            disabled: Vec::new(),
        }
    }
}

async fn last_good(refusal: &Refusal, records: &BundleRecords) -> Result<LiveBundle, Failure> {
    let Some(sources) = records.last_active().await? else {
        let Words { en, zh } = refusal.words();
        return Err(words!(
            "{en}\nThere are no earlier rules to go on with: repair them, and look with `signalbox check`",
            "{zh}\n没有更早的规则可用：请修正它们，并用 `signalbox check` 检查"
        )
        .into());
    };
    match prepare_elsewhere(sources).await? {
        Ok(bundle) => Ok(bundle),
        Err(last) => {
            let (Words { en, zh }, last) = (refusal.words(), last.words());
            let (last_en, last_zh) = (last.en, last.zh);
            Err(words!(
                "{en}\nThe last good rules cannot be used by this version either: {last_en}",
                "{zh}\n上一份可用的规则，此版本也无法使用：{last_zh}"
            )
            .into())
        }
    }
}

/// Of the store or the program, where files have no directory. Not on a thread that serves.
async fn prepare_elsewhere(sources: SourceSet) -> Result<Result<LiveBundle, Refusal>, Failure> {
    spawned(spawn_blocking(move || prepare(sources, "")).await)
}

/// What a thread of its own found out.
fn spawned<T>(joined: Result<T, tokio::task::JoinError>) -> Result<T, Failure> {
    joined.map_err(|_| {
        words!(
            "checking the rules stopped with an error of signalbox itself; please report it",
            "检查规则时 signalbox 自身出错而中止；请报告此问题"
        )
        .into()
    })
}
