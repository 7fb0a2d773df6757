//! What other crates say, in Chinese.

use std::io;

use signalbox_router::OutboxError;
use signalbox_rules::CompileError;
use signalbox_rules::convert::WrongType;
use signalbox_rules::corpus::CorpusError;
use signalbox_sealed::{KeyError, OpenError as SealError};
use signalbox_store::StoreError;
use signalbox_store_embedded::{CheckError, OpenError as EmbeddedError};
use signalbox_store_redis::{OpenError as RedisError, Refusal};
use signalbox_telemetry::StartError;
use signalbox_telemetry::metrics::MetricsError;

use super::Told;

impl Told for io::Error {
    fn chinese(&self) -> String {
        match self.kind() {
            io::ErrorKind::NotFound => "没有这个文件或目录",
            io::ErrorKind::PermissionDenied => "当前用户没有权限",
            io::ErrorKind::AlreadyExists => "已经存在",
            io::ErrorKind::IsADirectory => "这是目录，不是文件",
            io::ErrorKind::NotADirectory => "路径中有一段不是目录",
            io::ErrorKind::InvalidData => "内容不是 UTF-8 编码",
            io::ErrorKind::AddrInUse => "地址已被占用",
            io::ErrorKind::AddrNotAvailable => "本机没有这个地址",
            io::ErrorKind::ConnectionRefused => "连接被拒绝",
            io::ErrorKind::TimedOut => "超时",
            io::ErrorKind::StorageFull => "磁盘已满",
            io::ErrorKind::ReadOnlyFilesystem => "文件系统只读",
            io::ErrorKind::OutOfMemory => "内存不足",
            // The system's own words are better than none.
            _ => return self.to_string(),
        }
        .to_owned()
    }
}

impl Told for EmbeddedError {
    fn chinese(&self) -> String {
        match self {
            Self::InUse { directory } => {
                format!("{directory} 正被另一个 signalbox 进程使用；请先停掉它，或换一个数据目录")
            }
            Self::Directory { directory, reason } => {
                format!("无法使用 {directory}：{reason}；请确认目录存在，且当前用户可以写入")
            }
            Self::TooNew { file, found, known } => format!(
                "{file} 的格式是 {found}，此版本最多支持 {known}；请用写入它的版本或更新的版本启动"
            ),
            Self::Damaged { file, what } => format!(
                "{file} 已损坏，或不是 signalbox 的存储：{what}；请运行 `signalbox doctor`，或恢复备份"
            ),
            Self::NotReplicated => {
                "一台机器上的一个目录做不到 `replicated`；请选 `fsync`，或改用 Redis 存储"
                    .to_owned()
            }
        }
    }
}

impl Told for CheckError {
    fn chinese(&self) -> String {
        match self {
            Self::Missing { directory } => {
                format!("{directory} 里没有存储；请指明网关的数据目录")
            }
            Self::Open(error) => error.chinese(),
        }
    }
}

impl Told for OutboxError {
    fn chinese(&self) -> String {
        match self {
            Self::Missing(id) => format!("没有条目 `{id}`；现有条目见列表"),
            Self::Ambiguous(id) => format!("有多个条目以 `{id}` 开头；请多写几位"),
            Self::NotOwned(partition) => {
                format!("分区 {partition} 目前不归这个网关所有；请向拥有它的网关执行，或稍后再试")
            }
            Self::NotAmongFirst { id, partition } => format!(
                "分区 {partition} 的条目太多，前面的条目里没有 `{id}`；请等该分区的条目减少后再试"
            ),
            Self::NoPage(place) => {
                format!("`{place}` 不是一页的起点；请照抄上一页给出的位置")
            }
            Self::WordPassed(id) => format!(
                "`{id}` 是机器人在换人接待之前说的，不会再发出；请删除它，由现在接待的人来说"
            ),
            Self::Unreadable(id) => {
                format!("`{id}` 的内容无法读取：客户已被清除，或数据已损坏；只能删除")
            }
            Self::Store(error) => error.chinese(),
        }
    }
}

impl Told for StoreError {
    fn chinese(&self) -> String {
        match self {
            Self::Unavailable { reason } => format!("存储暂时无法处理：{reason}"),
            Self::Unknown { reason } => format!("存储没有答复是否已保存：{reason}"),
            Self::Damaged { what } => {
                format!("存储的数据已损坏：{what}；请运行 `signalbox doctor`")
            }
        }
    }
}

impl Told for RedisError {
    fn chinese(&self) -> String {
        match self {
            Self::BadUrl { reason } => {
                format!("store.url 不是 Redis 服务器的地址：{reason}；请写成 redis://主机:端口")
            }
            Self::BadNamespace { namespace } => format!(
                "store.namespace 只能由 a-z、0-9、- 和 _ 组成，且不能为空或过长，现在是 `{namespace}`"
            ),
            Self::NotReplicated => {
                "单台 Redis 服务器上 store.durability 不能是 replicated；请选 fsync、everysec 或 memory"
                    .to_owned()
            }
            Self::Refused { address, refusal } => format!(
                "Redis 服务器 {address} 做不到 store.durability 的保证：{}",
                refusal.chinese()
            ),
            Self::Unreachable { address, reason } => {
                format!("无法使用 Redis 服务器 {address}：{reason}；请启动它，或改正 store.url")
            }
        }
    }
}

impl Told for Refusal {
    fn chinese(&self) -> String {
        match self {
            Self::TooOld { version } => {
                format!("它的版本 {version} 太旧；请换用更新的 Redis 或 Valkey")
            }
            Self::Replica => "它是从节点；请在 store.url 写主节点的地址".to_owned(),
            Self::Cluster => "它属于 Redis Cluster，此版本不支持；请用单独的服务器".to_owned(),
            Self::Eviction { policy } => format!(
                "maxmemory-policy 是 {policy}，内存满时会丢消息；请设为 `maxmemory-policy noeviction`"
            ),
            Self::NoLog { found } => {
                format!("appendonly 是 {found}，重启会丢消息；请设为 `appendonly yes`")
            }
            Self::Sync { found, needed } => format!(
                "appendfsync 是 {found}，达不到 store.durability；请设为 `appendfsync {needed}`，或降低 store.durability"
            ),
            Self::SyncPauses => {
                "no-appendfsync-on-rewrite 是 yes，重写日志时不会落盘；请设为 `no-appendfsync-on-rewrite no`"
                    .to_owned()
            }
            Self::Hidden { reason } => format!(
                "它不公开自己的设置（{reason}）；请人工确认 maxmemory-policy、appendonly 和 appendfsync，\
                 再把 store.server_settings 设为 declared"
            ),
        }
    }
}

impl Told for KeyError {
    fn chinese(&self) -> String {
        match self {
            Self::NotAKey { characters } => format!(
                "部署密钥是 64 位十六进制数，现在有 {characters} 个字符；可用 `openssl rand -hex 32` 生成"
            ),
        }
    }
}

impl Told for SealError {
    fn chinese(&self) -> String {
        match self {
            Self::Damaged => {
                "存储的一个值已损坏（校验和不符）；请运行 `signalbox doctor`，并从备份恢复"
                    .to_owned()
            }
            Self::UnknownVersion(version) => format!(
                "存储的一个值格式是 {version}，此版本不认识；请用写入它的版本或更新的版本启动"
            ),
            Self::WrongKey => {
                "这把密钥打不开存储的一个值；请确认部署密钥就是写入这些数据时的那一把".to_owned()
            }
        }
    }
}

impl Told for StartError {
    fn chinese(&self) -> String {
        match self {
            Self::Filter { filter, reason } => {
                format!("`{filter}` 不是日志过滤条件：{reason}；请写级别，如 info")
            }
            Self::Collector { endpoint, reason } => {
                format!("链路追踪无法发往 `{endpoint}`：{reason}")
            }
            Self::Twice(reason) => format!("日志已由别处写出：{reason}"),
        }
    }
}

impl Told for MetricsError {
    fn chinese(&self) -> String {
        format!("无法建立指标，这是程序缺陷，请报告：{self}")
    }
}

impl Told for CompileError {
    fn chinese(&self) -> String {
        match self {
            Self::UnknownTimezone { zone } => {
                format!("没有时区 `{zone}`；请写 IANA 名称，如 Asia/Shanghai")
            }
            Self::BadPattern { pattern, reason } => {
                format!("无法使用模式 `{pattern}`：{reason}；请写得简单些")
            }
            Self::TooManyKeywords { reason } => {
                format!("所有关键词表加起来太大：{reason}；请把规则拆成几个部署")
            }
            Self::BadScript { fact, reason } => {
                format!("事实 `{fact}` 的脚本不能使用：{reason}；请改正它")
            }
            Self::TooLarge { .. } => format!("规则太多，请拆成几个部署：{self}"),
        }
    }
}

impl Told for WrongType {
    fn chinese(&self) -> String {
        format!("`{}` 的值不对，应为 {}", self.field, self.needed)
    }
}

impl Told for CorpusError {
    fn chinese(&self) -> String {
        match self {
            Self::NoMessage { line, reason } => format!(
                "语料第 {line} 行：{reason}；每行是一个 JSON 对象，含 `id` 和 `text`，可含 `facts`"
            ),
            Self::UnknownKey { line, key, nearest } => {
                let help = match nearest {
                    Some(near) => format!("是不是想写 `{near}`？"),
                    None => "一行只能有 `id`、`text` 和 `facts`".to_owned(),
                };
                format!("语料第 {line} 行：没有 `{key}` 这个键；{help}")
            }
            Self::WrongFact { line, wrong } => {
                format!("语料第 {line} 行：{}", wrong.chinese())
            }
        }
    }
}
