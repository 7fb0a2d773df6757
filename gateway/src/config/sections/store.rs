//! Where messages are kept, and what a write has survived once it is answered.

use crate::config::section::section;
use crate::config::values::{Durability, ServerSettings, ServerUrl, StoreKind, Text, TimeSpan};

section! {
    /// Where messages are kept, and how durable an acknowledged one is.
    zh "消息保存在哪里，已确认的消息有多可靠。"
    pub struct StoreSection {
        /// `embedded`: in the data directory, no server. `redis`: on one Redis server, 7.0 or newer; the archive, the deployment key and the node's name stay in the data directory.
        zh "`embedded`：保存在数据目录，无需服务器。`redis`：保存在一台 Redis 服务器（7.0 或更新）；归档、部署密钥与节点名仍在数据目录。"
        kind: StoreKind = StoreKind::Embedded;

        /// `fsync`: kept through a power failure. `everysec`: up to a second is lost when the machine stops. `memory`: everything is lost when the process ends; for trials only. A Redis server that is set up for less is refused.
        zh "`fsync`：断电不丢。`everysec`：机器停机最多丢一秒。`memory`：进程结束即全部丢失，仅供试用。配置达不到要求的 Redis 服务器会被拒绝。"
        durability: Durability = Durability::Fsync;

        /// For `redis`: where the server is, `redis://[user:${PASSWORD}@]host:port/number` or `redis+unix:///path`.
        zh "用于 `redis`：服务器地址，`redis://[用户:${PASSWORD}@]主机:端口/编号` 或 `redis+unix:///路径`。"
        url: ServerUrl = ServerUrl::default();

        /// For `redis`: in front of all keys, so that deployments share a server; a-z, 0-9, - and _.
        zh "用于 `redis`：所有键的前缀，使多个部署可以共用一台服务器；只含 a-z、0-9、- 与 _。"
        namespace: Text = Text("signalbox".to_owned());

        /// For `redis`: `read` reads from the server how it is set up (`maxmemory-policy noeviction`; `appendonly yes` and `appendfsync` as `durability` needs) and refuses it otherwise. `declared`: a managed server hides its settings, and you have made sure of them.
        zh "用于 `redis`：`read` 从服务器读取其设置（`maxmemory-policy noeviction`；`appendonly yes`，`appendfsync` 满足 `durability`），不符合则拒绝。`declared`：托管服务器不公开设置，由您自行确认。"
        server_settings: ServerSettings = ServerSettings::Read;

        /// For `redis`: the most that connecting may take, and then each answer.
        zh "用于 `redis`：建立连接以及每次应答各自允许的最长时间。"
        timeout: TimeSpan = TimeSpan::seconds(5), within TimeSpan::millis(100) => TimeSpan::seconds(30);
    }
}
