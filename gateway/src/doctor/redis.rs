//! The Redis server: whether it is there, and set up for what is promised.

use signalbox_store_redis::{OpenError, RedisStore};

use super::Finding;
use crate::config::sections::StoreSection;
use crate::config::values::ServerSettings;
use crate::serve::storage::redis_settings;

const SUBJECT: &str = "store";

pub(super) fn store(section: &StoreSection) -> Finding {
    match look(section) {
        Ok(Ok(())) if section.server_settings == ServerSettings::Declared => Finding::look(
            SUBJECT,
            "the Redis server answers; how it is set up was declared by hand",
            "make sure of maxmemory-policy noeviction, appendonly yes and appendfsync with whoever runs the server",
        ),
        Ok(Ok(())) => Finding::well(
            SUBJECT,
            "the Redis server answers, and is set up for what store.durability promises",
        ),
        Ok(Err(error)) => Finding::wrong(SUBJECT, error.to_string(), advice(&error)),
        Err(error) => Finding::wrong(
            SUBJECT,
            format!("the Redis server cannot be looked at: {error}"),
            "look at the limits of this user, and run doctor again",
        ),
    }
}

fn advice(error: &OpenError) -> &'static str {
    match error {
        OpenError::BadUrl { .. } | OpenError::BadNamespace { .. } | OpenError::NotReplicated => {
            "correct the `store` section, see docs/configuration.md"
        }
        OpenError::Refused { .. } => {
            "change it in the server's redis.conf, restart the server, and run doctor again"
        }
        OpenError::Unreachable { .. } => {
            "look whether the server runs, whether store.url is right, and whether a firewall stands between"
        }
    }
}

/// Asks on a thread of its own, since doctor itself waits for nothing else.
fn look(section: &StoreSection) -> std::io::Result<Result<(), OpenError>> {
    let settings = redis_settings(section);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let asking =
        std::thread::Builder::new().spawn(move || runtime.block_on(RedisStore::check(settings)))?;
    asking.join().map_err(|_| {
        std::io::Error::other("the look ended with an error of signalbox; please report it")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn a_server_that_is_not_there_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let yaml = format!(
            "store: {{kind: redis, url: 'redis+unix://{}/socket', timeout: 100ms}}",
            folder.path().display()
        );
        let sources = crate::config::source::Sources {
            folder: folder.path(),
            variable: &|_| None,
        };
        let path = folder.path().join("signalbox.yaml");
        let overrides = crate::config::Overrides::default();
        let config = crate::config::Config::parse(&yaml, &path, &sources, &overrides).unwrap();
        let finding = store(&config.file.store);
        assert_eq!(finding.state, State::Wrong);
        assert!(finding.found.contains("cannot be used"), "{finding:?}");
    }
}
