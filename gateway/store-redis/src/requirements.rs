//! What a server must be, and how it must be set up, for the promises to hold.
//!
//! `appendfsync always` writes and syncs the log before the answers of a turn of the server's loop leave: group commit for
//! all who asked in that turn.

use std::collections::HashMap;

use deadpool_redis::redis::aio::MultiplexedConnection;
use deadpool_redis::redis::{RedisError, cmd};
use signalbox_store::Durability;

use crate::settings::ServerSettings;

/// Scripts of this version are refused whole when memory or disk are full, and may write after they have scanned.
const OLDEST_MAJOR: u32 = 7;

const POLICY: &str = "maxmemory-policy";
const LOG: &str = "appendonly";
const SYNC: &str = "appendfsync";
const NO_SYNC_IN_REWRITE: &str = "no-appendfsync-on-rewrite";

/// Why a server is not used, and the next step.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Older than what the scripts need.
    #[error("it is version {version}; use Redis {OLDEST_MAJOR}.0 or newer, or Valkey")]
    TooOld {
        /// As it says.
        version: String,
    },
    /// It takes no writes, or is about to be overwritten.
    #[error("it is a replica; write the master's address in store.url")]
    Replica,
    /// Keys are spread over servers.
    #[error(
        "it is part of a Redis Cluster, which this version does not support; use a server of its own"
    )]
    Cluster,
    /// It throws keys away when memory is full.
    #[error(
        "maxmemory-policy is {policy}, so it drops messages when memory is full; set `maxmemory-policy noeviction`"
    )]
    Eviction {
        /// As set.
        policy: String,
    },
    /// A restart loses what was answered.
    #[error("appendonly is {found}, so a restart loses messages; set `appendonly yes`")]
    NoLog {
        /// As set.
        found: String,
    },
    /// It answers before it has synced.
    #[error(
        "appendfsync is {found}, which keeps less than store.durability; set `appendfsync {needed}`, or lower store.durability"
    )]
    Sync {
        /// As set.
        found: String,
        /// As it must be.
        needed: &'static str,
    },
    /// It does not sync while it rewrites its log.
    #[error(
        "no-appendfsync-on-rewrite is yes, so nothing is synced while the log is rewritten; set `no-appendfsync-on-rewrite no`"
    )]
    SyncPauses,
    /// It does not tell how it is set up.
    #[error(
        "it does not show its settings ({reason}); make sure of maxmemory-policy, appendonly and appendfsync by hand, then set \
         store.server_settings to declared"
    )]
    Hidden {
        /// What it said instead.
        reason: String,
    },
}

/// What a look at a server found.
pub(crate) enum Found {
    Fit,
    /// It reads its log and takes nothing yet.
    Loading,
    Unfit(Refusal),
}

pub(crate) async fn look(
    connection: &mut MultiplexedConnection,
    durability: Durability,
    server: ServerSettings,
) -> Result<Found, RedisError> {
    let text: String = cmd("INFO").query_async(connection).await?;
    let info = Info::of(&text);
    if let Err(refusal) = info.check() {
        return Ok(Found::Unfit(refusal));
    }
    if info.is("loading", "1") {
        return Ok(Found::Loading);
    }
    if server == ServerSettings::Declared {
        return Ok(Found::Fit);
    }
    let mut command = cmd("CONFIG");
    command
        .arg("GET")
        .arg(&[POLICY, LOG, SYNC, NO_SYNC_IN_REWRITE]);
    let settings: Result<HashMap<String, String>, RedisError> =
        command.query_async(connection).await;
    match settings {
        Ok(settings) => Ok(match check_settings(&settings, durability) {
            Ok(()) => Found::Fit,
            Err(refusal) => Found::Unfit(refusal),
        }),
        // The server spoke: the command is renamed, or not allowed.
        Err(error) if error.code().is_some() => Ok(Found::Unfit(Refusal::Hidden {
            reason: error.to_string(),
        })),
        Err(error) => Err(error),
    }
}

/// The lines `name:value` of `INFO`.
struct Info<'text>(HashMap<&'text str, &'text str>);

impl<'text> Info<'text> {
    fn of(text: &'text str) -> Self {
        Self(
            text.lines()
                .filter_map(|line| line.split_once(':'))
                .collect(),
        )
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.0.get(name).is_some_and(|found| *found == value)
    }

    fn check(&self) -> Result<(), Refusal> {
        let version = self.0.get("redis_version").copied().unwrap_or("unknown");
        let major = version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok());
        if major.is_none_or(|major: u32| major < OLDEST_MAJOR) {
            let version = version.to_owned();
            return Err(Refusal::TooOld { version });
        }
        if self.is("role", "slave") {
            return Err(Refusal::Replica);
        }
        if self.is("cluster_enabled", "1") {
            return Err(Refusal::Cluster);
        }
        Ok(())
    }
}

fn check_settings(
    settings: &HashMap<String, String>,
    durability: Durability,
) -> Result<(), Refusal> {
    let setting = |name: &str| settings.get(name).map_or("", String::as_str);
    let policy = setting(POLICY);
    if policy != "noeviction" {
        let policy = policy.to_owned();
        return Err(Refusal::Eviction { policy });
    }
    let needed: &[&'static str] = match durability {
        Durability::Memory => return Ok(()),
        Durability::EverySecond => &["everysec", "always"],
        Durability::Fsync | Durability::Replicated => &["always"],
    };
    if setting(LOG) != "yes" {
        let found = setting(LOG).to_owned();
        return Err(Refusal::NoLog { found });
    }
    let sync = setting(SYNC);
    if !needed.contains(&sync) {
        return Err(Refusal::Sync {
            found: sync.to_owned(),
            needed: needed.first().copied().unwrap_or("always"),
        });
    }
    if setting(NO_SYNC_IN_REWRITE) == "yes" {
        return Err(Refusal::SyncPauses);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(
        policy: &str,
        log: &str,
        sync: &str,
        pauses: &str,
        of: Durability,
    ) -> Option<Refusal> {
        let settings = [
            (POLICY, policy),
            (LOG, log),
            (SYNC, sync),
            (NO_SYNC_IN_REWRITE, pauses),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        check_settings(&settings.into(), of).err()
    }

    #[test]
    fn each_mode_asks_for_what_it_needs() {
        use Durability::{EverySecond, Fsync, Memory};
        assert_eq!(checked("noeviction", "yes", "always", "no", Fsync), None);
        assert_eq!(
            checked("noeviction", "yes", "everysec", "no", EverySecond),
            None
        );
        assert_eq!(
            checked("noeviction", "yes", "always", "no", EverySecond),
            None
        );
        assert_eq!(checked("noeviction", "no", "no", "yes", Memory), None);
        for mode in [Fsync, EverySecond] {
            let no_log = checked("noeviction", "no", "always", "no", mode);
            assert!(matches!(no_log, Some(Refusal::NoLog { .. })), "{no_log:?}");
            let pauses = checked("noeviction", "yes", "always", "yes", mode);
            assert_eq!(pauses, Some(Refusal::SyncPauses));
            let never = checked("noeviction", "yes", "no", "no", mode);
            assert!(matches!(never, Some(Refusal::Sync { .. })), "{never:?}");
        }
        for mode in [Fsync, EverySecond, Memory] {
            let evicts = checked("allkeys-lru", "yes", "always", "no", mode);
            assert!(
                matches!(evicts, Some(Refusal::Eviction { .. })),
                "{evicts:?}"
            );
        }
    }

    #[test]
    fn old_servers_replicas_and_clusters_are_refused() {
        let of = |text: &str| Info::of(text).check();
        assert_eq!(
            of("redis_version:7.0.15\r\nrole:master\r\ncluster_enabled:0\r\n"),
            Ok(())
        );
        assert_eq!(of("redis_version:10.1.0\r\nrole:master\r\n"), Ok(()));
        assert!(matches!(
            of("redis_version:6.2.14\r\n"),
            Err(Refusal::TooOld { .. })
        ));
        assert!(matches!(of("# nothing\r\n"), Err(Refusal::TooOld { .. })));
        assert_eq!(
            of("redis_version:7.2.4\r\nrole:slave\r\n"),
            Err(Refusal::Replica)
        );
        let cluster = "redis_version:7.2.4\r\nrole:master\r\ncluster_enabled:1\r\n";
        assert_eq!(of(cluster), Err(Refusal::Cluster));
    }
}
