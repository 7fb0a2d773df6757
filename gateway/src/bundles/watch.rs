//! Hot reload: watches the rule directory and hands changed rules over, at most a second after they were written.
//!
//! The file system tells of changes where it can (editors rename, so the whole directory is watched); where it cannot,
//! such as on network drives, the directory is looked at every so often. Either way the files themselves are compared with
//! what was read last, so a touched file reloads nothing.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecursiveMode, Watcher};
use signalbox_dsl::SourceSet;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::prepare::{Refusal, prepare};
use crate::live_bundle::LiveBundle;
use crate::rule_files::{self, RuleFiles};
use crate::words::{Told, Words, words};

/// After a change, files are read when nothing has changed for so long: editors and `git checkout` write in several steps.
const QUIET: Duration = Duration::from_millis(50);
/// But they are read after so long at the latest.
const MAX_QUIET_ROUNDS: usize = 6;

/// What becomes of changed rule files.
#[async_trait]
pub trait Adopter: Send + Sync + 'static {
    /// They are good; perhaps they are what is live already. Answers whether they are live now; if not, they are handed over
    /// again at the next look.
    async fn adopt(&self, bundle: LiveBundle) -> bool;
    /// They are not taken.
    fn refuse(&self, refusal: Refusal);
    /// They cannot be read now.
    fn unreadable(&self, reason: Words);
}

/// Watches one directory or file.
pub struct Watch {
    path: PathBuf,
    poll: Duration,
    /// What was read last, whether it was good or not.
    seen: Option<SourceSet>,
    stamps: Vec<Stamp>,
}

/// What a file's entry says; another stamp is a reason to read it.
type Stamp = (PathBuf, Option<SystemTime>, u64);

impl Watch {
    /// A watch on `path`, of which `live` is known already (`None`: what is there was refused or could not be read).
    pub fn new(path: PathBuf, poll: Duration, live: Option<SourceSet>) -> Self {
        Self {
            stamps: Vec::new(),
            path,
            poll,
            seen: live,
        }
    }

    /// Watches until `stop`.
    pub async fn run(mut self, adopter: Arc<dyn Adopter>, stop: CancellationToken) {
        let (hint, mut hints) = mpsc::channel(1);
        let watcher = watcher(&self.path, hint);
        if let Err(error) = &watcher {
            tracing::warn!(%error, "the file system does not tell of changed rules; they are looked at every so often");
        }
        let mut poll = interval(self.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(()) = hints.recv() => wait_for_quiet(&mut hints).await,
                _ = poll.tick() => if !self.stamps_changed().await { continue },
            }
            self.look(&*adopter).await;
        }
    }

    async fn look(&mut self, adopter: &dyn Adopter) {
        let path = self.path.clone();
        // Joining fails only if reading panicked: then the next look tries again.
        let Ok(read) = spawn_blocking(move || RuleFiles::read(&path)).await else {
            return;
        };
        let (prefix, sources) = match read {
            Ok(files) => (files.prefix(), files.sources),
            Err(error) => {
                self.seen = None;
                return adopter.unreadable(error.words());
            }
        };
        if self.seen.as_ref() == Some(&sources) {
            return;
        }
        self.seen = Some(sources.clone());
        match spawn_blocking(move || prepare(sources, &prefix)).await {
            Ok(Ok(bundle)) => {
                if !adopter.adopt(bundle).await {
                    self.seen = None;
                    self.stamps.clear();
                }
            }
            Ok(Err(refusal)) => adopter.refuse(refusal),
            Err(_) => adopter.refuse(Refusal::plain(words!(
                "checking the rules stopped with an error of signalbox itself; please report it",
                "检查规则时 signalbox 自身出错而中止；请报告此问题"
            ))),
        }
    }

    async fn stamps_changed(&mut self) -> bool {
        let path = self.path.clone();
        let Ok(stamps) = spawn_blocking(move || stamps(&path)).await else {
            return false;
        };
        let changed = stamps != self.stamps;
        self.stamps = stamps;
        changed
    }
}

fn watcher(path: &Path, hint: mpsc::Sender<()>) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // An error may stand for events that were missed.
        if event.map_or(true, |event| may_change_files(event.kind)) {
            // A full channel says already what this would say.
            let _ = hint.try_send(());
        }
    })?;
    watcher.watch(path, RecursiveMode::Recursive)?;
    Ok(watcher)
}

/// Reading the files is an event too: taken for a change, each look would be the reason for the next.
fn may_change_files(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

async fn wait_for_quiet(hints: &mut mpsc::Receiver<()>) {
    for _ in 0..MAX_QUIET_ROUNDS {
        if timeout(QUIET, hints.recv()).await.is_err() {
            return;
        }
    }
}

fn stamps(path: &Path) -> Vec<Stamp> {
    rule_files::watched(path)
        .unwrap_or_default()
        .into_iter()
        .map(|path| {
            let metadata = std::fs::metadata(&path).ok();
            let modified = metadata
                .as_ref()
                .and_then(|metadata| metadata.modified().ok());
            (
                path,
                modified,
                metadata.map_or(0, |metadata| metadata.len()),
            )
        })
        .collect()
}

#[cfg(test)]
mod tests;
