//! The data directory, its key, and what is in it.

use std::fs;
use std::path::Path;

use signalbox_sealed::DeploymentKey;
use signalbox_store_embedded::{CheckError, check, deployment_record};

use super::Finding;
use crate::bundles::{KEY_RECORD, RecordError, open_data_key};
use crate::config::Config;
use crate::deployment_key::{self, KeyOrigin};
use crate::pages::free_bytes;
use crate::serve::storage::{of_setting, what_can_be_lost};
use crate::words::{Told, Words, words};

/// Below this the store refuses messages soon.
const LITTLE_SPACE: u64 = 256 << 20;
/// Below this somebody should look.
const SOME_SPACE: u64 = 2 << 30;

pub(super) fn data_directory(data: &Path) -> Vec<Finding> {
    let subject = words!("data directory", "数据目录");
    let shown = data.display();
    let metadata = match fs::metadata(data) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            return vec![Finding::wrong(
                subject,
                words!("`{shown}` is not a directory", "`{shown}` 不是目录"),
                words!(
                    "name another with --data or `data` in the configuration",
                    "请用 --data 或配置里的 `data` 另指定一个"
                ),
            )];
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return vec![Finding::look(
                subject,
                words!("`{shown}` is not there yet", "`{shown}` 还不存在"),
                words!(
                    "the first start makes it; if there was one, name it with --data",
                    "首次启动时会建立；如果原来就有，请用 --data 指定"
                ),
            )];
        }
        Err(error) => {
            let Words { en, zh } = error.words();
            return vec![Finding::wrong(
                subject,
                words!(
                    "`{shown}` cannot be looked at: {en}",
                    "无法查看 `{shown}`：{zh}"
                ),
                words!(
                    "run doctor as the user that runs the gateway",
                    "请以运行网关的用户运行 doctor"
                ),
            )];
        }
    };
    vec![permissions(data, &metadata), space(data)]
}

fn permissions(data: &Path, metadata: &fs::Metadata) -> Finding {
    use std::os::unix::fs::PermissionsExt;
    let subject = words!("permissions", "权限");
    let shown = data.display();
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.permissions().readonly() {
        return Finding::wrong(
            subject,
            words!("`{shown}` cannot be written", "`{shown}` 不可写"),
            words!("run `chmod u+w {shown}`", "请运行 `chmod u+w {shown}`"),
        );
    }
    if mode & 0o077 != 0 {
        return Finding::look(
            subject,
            words!(
                "others can look into `{shown}` (mode {mode:o})",
                "其他用户能看到 `{shown}`（权限 {mode:o}）"
            ),
            words!("run `chmod 700 {shown}`", "请运行 `chmod 700 {shown}`"),
        );
    }
    Finding::well(
        subject,
        words!("`{shown}` is private", "`{shown}` 只有当前用户能访问"),
    )
}

fn space(data: &Path) -> Finding {
    let subject = words!("free space", "剩余空间");
    let advice = words!(
        "make room, or move the data directory to a larger disk; when none is left, new messages are refused",
        "请腾出空间，或把数据目录移到更大的磁盘；用完后将拒收新消息"
    );
    match free_bytes(data) {
        None => Finding::look(
            subject,
            words!("cannot be measured", "无法测量"),
            words!("look with `df`", "请用 `df` 查看"),
        ),
        Some(free) if free < LITTLE_SPACE => Finding::wrong(subject, mebibytes(free), advice),
        Some(free) if free < SOME_SPACE => Finding::look(subject, mebibytes(free), advice),
        Some(free) => Finding::well(subject, mebibytes(free)),
    }
}

fn mebibytes(bytes: u64) -> Words {
    Words::plain(format!("{} MiB", bytes >> 20))
}

pub(super) fn key(config: &Config) -> Finding {
    let subject = words!("deployment key", "部署密钥");
    let loaded = deployment_key::load(config);
    if let Ok(Some((key, _))) = &loaded
        && let Some(error) = refusal(key, &config.data)
    {
        return Finding::wrong(
            subject,
            error.words(),
            words!(
                "put the key back that the data was made with",
                "请放回写入这些数据时的密钥"
            ),
        );
    }
    match loaded {
        Ok(Some((_, KeyOrigin::Configured))) => {
            Finding::well(subject, words!("from the configuration", "来自配置"))
        }
        Ok(Some((_, KeyOrigin::Beside(path) | KeyOrigin::Generated(path)))) => {
            let path = path.display();
            Finding::look(
                subject,
                words!("was made by the gateway: `{path}`", "由网关生成：`{path}`"),
                words!(
                    "keep a copy elsewhere, apart from copies of the data: without it the data cannot be read",
                    "请另存一份，且不要与数据的备份放在一起：没有它就读不出数据"
                ),
            )
        }
        Ok(None) if crate::data_directory::has_data(&config.data) => {
            let path = config.data.join(deployment_key::FILE_NAME);
            let path = path.display();
            Finding::wrong(
                subject,
                words!(
                    "`{path}` is missing, but there is data",
                    "已有数据，却缺少 `{path}`"
                ),
                words!("put the key back from your copy", "请从备份放回密钥"),
            )
        }
        Ok(None) => Finding::look(
            subject,
            words!("there is none yet", "还没有"),
            words!(
                "the first start makes one; then keep a copy elsewhere",
                "首次启动时会生成；之后请另存一份"
            ),
        ),
        Err(error) => Finding::wrong(
            subject,
            error.words(),
            words!(
                "do what it says before starting the gateway",
                "请先照此处理，再启动网关"
            ),
        ),
    }
}

/// Why the store's records cannot be opened with this key. A store that is not there, or cannot be read, refuses no key: what
/// there is to say about it is said where it is looked at.
fn refusal(key: &DeploymentKey, data: &Path) -> Option<RecordError> {
    let wrapped = deployment_record(data, KEY_RECORD).ok()??;
    open_data_key(key, wrapped).err()
}

pub(super) fn store(config: &Config) -> Finding {
    let subject = words!("store", "存储");
    let advice = words!(
        "stop the gateway, keep a copy of the directory, and restore the last backup",
        "请停掉网关，留一份目录的副本，再恢复最近的备份"
    );
    match check(&config.data, of_setting(config.file.store.durability)) {
        Ok(report) if report.is_sound() && report.log_is_cut => Finding::look(
            subject,
            words!(
                "the machine stopped before all of the log was on the disk",
                "机器停止时日志还没有全部落盘"
            ),
            words!(
                "start the gateway: it goes on with what is there, and store.durability says what can be lost",
                "请启动网关：它会从现有内容继续；可能丢失多少取决于 store.durability"
            ),
        ),
        Ok(report) if report.is_sound() => {
            let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
            let size = mebibytes(report.bytes).en;
            Finding::well(
                subject,
                words!(
                    "{rows} rows, {size}, all as they were written",
                    "{rows} 行，{size}，全部完好"
                ),
            )
        }
        Ok(report) => Finding::wrong(subject, Words::plain(report.problems.join("; ")), advice),
        Err(CheckError::Missing { .. }) => Finding::look(
            subject,
            words!("there is none yet", "还没有"),
            words!("the first start makes it", "首次启动时会建立"),
        ),
        Err(error) => Finding::wrong(subject, error.words(), advice),
    }
}

pub(super) fn durability(config: &Config) -> Finding {
    let subject = words!("durability", "持久性");
    match what_can_be_lost(of_setting(config.file.store.durability)) {
        None => Finding::well(
            subject,
            words!(
                "fsync: what is acknowledged is kept through a power failure",
                "fsync：已确认的内容断电也不丢"
            ),
        ),
        Some(loss) => Finding::look(
            subject,
            loss,
            words!(
                "set store.durability to fsync, unless this loss is accepted",
                "除非接受这种丢失，否则请把 store.durability 设为 fsync"
            ),
        ),
    }
}
