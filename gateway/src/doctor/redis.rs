//! The Redis server: whether it is there, and set up for what is promised.

use signalbox_store_redis::{OpenError, RedisStore};

use super::Finding;
use crate::config::sections::StoreSection;
use crate::config::values::ServerSettings;
use crate::serve::storage::redis_settings;
use crate::words::{Told, Words, words};

pub(super) fn store(section: &StoreSection) -> Finding {
    let subject = words!("store", "存储");
    match look(section) {
        Ok(Ok(())) if section.server_settings == ServerSettings::Declared => Finding::look(
            subject,
            words!(
                "the Redis server answers; how it is set up was declared by hand",
                "Redis 服务器有应答；它的设置由人工声明"
            ),
            words!(
                "make sure of maxmemory-policy noeviction, appendonly yes and appendfsync with whoever runs the server",
                "请向服务器的管理者确认 maxmemory-policy noeviction、appendonly yes 和 appendfsync"
            ),
        ),
        Ok(Ok(())) => Finding::well(
            subject,
            words!(
                "the Redis server answers, and is set up for what store.durability promises",
                "Redis 服务器有应答，设置符合 store.durability 的保证"
            ),
        ),
        Ok(Err(error)) => Finding::wrong(subject, error.words(), advice(&error)),
        Err(error) => {
            let Words { en, zh } = error.words();
            Finding::wrong(
                subject,
                words!(
                    "the Redis server cannot be looked at: {en}",
                    "无法检查 Redis 服务器：{zh}"
                ),
                words!(
                    "look at the limits of this user, and run doctor again",
                    "请检查当前用户的资源限制，再运行 doctor"
                ),
            )
        }
    }
}

fn advice(error: &OpenError) -> Words {
    match error {
        OpenError::BadUrl { .. } | OpenError::BadNamespace { .. } | OpenError::NotReplicated => {
            words!(
                "correct the `store` section, see docs/configuration.md",
                "请改正 `store` 一节，见 docs/configuration.zh.md"
            )
        }
        OpenError::Refused { .. } => words!(
            "change it in the server's redis.conf, restart the server, and run doctor again",
            "请在服务器的 redis.conf 里修改，重启服务器，再运行 doctor"
        ),
        OpenError::Unreachable { .. } => words!(
            "look whether the server runs, whether store.url is right, and whether a firewall stands between",
            "请检查服务器是否在运行、store.url 是否正确、中间是否有防火墙"
        ),
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
        assert!(finding.found.en.contains("cannot be used"), "{finding:?}");
    }
}
