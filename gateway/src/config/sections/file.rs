//! The top of the file.

use super::{
    DeskSection, EmailSection, RouterSection, RulesSection, StoreSection, TelemetrySection,
    WebchatSection, WebhookSection,
};
use crate::config::section::section;
use crate::config::values::{Delivery, FilePath, ListenAddress, Secret, TimeSpan};

/// Loopback: whoever wants to be reached from outside says so.
const DEFAULT_PORT: u16 = 7_777;

section! {
    /// What stands at the top of the file.
    zh "文件最上层的设置。"
    pub struct FileSection {
        /// Where the web chat and its page are served.
        zh "网页聊天及其页面的监听地址。"
        listen: ListenAddress = ListenAddress(Some(([127, 0, 0, 1], DEFAULT_PORT).into()));

        /// The directory of everything that is kept. One gateway at a time uses it.
        zh "保存全部数据的目录，同一时间只能由一个网关使用。"
        data: FilePath = FilePath::of("data");

        /// The key that seals what is stored: 64 hexadecimal digits. Without it one is made beside the data at the first start; keep a copy elsewhere, since without the key the data cannot be read.
        zh "加密已存数据的密钥：64 个十六进制字符。不填则首次启动时在数据旁生成；请另存一份，丢失密钥即无法读取数据。"
        deployment_key: Secret = Secret::default();

        /// The unix socket for commands on the running gateway; empty: `admin.sock` in the data directory.
        zh "供命令访问运行中网关的 unix 套接字；留空则为数据目录下的 `admin.sock`。"
        admin_socket: FilePath = FilePath::default();

        /// To whom anything is pushed: `live` to everybody, `sink` to nobody, `only: [ids]` to these people, by the ids that their channel knows them by (a mail address, a user id). For a staging gateway: what is held back counts as `withheld` in `signalbox_outbound_attempts_total` and is never sent later. Web chat is not pushed, a page gets what it asks for, so it is the same with all three.
        zh "主动发送给谁：`live` 给所有人，`sink` 谁也不给，`only: [标识]` 只给列出的人，标识即其渠道上的 ID（邮箱地址、用户 ID）。用于预发布网关：被扣下的在 `signalbox_outbound_attempts_total` 中计为 `withheld`，以后也不会再发。网页聊天不是主动发送，而是页面自己来取，三种取值下都一样。"
        delivery: Delivery = Delivery::Live;

        /// How long a stop may take: sessions are closed, what was accepted is decided, the store is closed.
        zh "停止所用的最长时间：关闭会话、处理完已接收的消息、关闭存储。"
        stop_within: TimeSpan = TimeSpan::seconds(20), within TimeSpan::seconds(1) => TimeSpan::seconds(600);

        section store: StoreSection;
        section rules: RulesSection;
        section router: RouterSection;
        section webchat: WebchatSection;
        section webhook: WebhookSection;
        section desk: DeskSection;
        section email: EmailSection;
        section telemetry: TelemetrySection;
    }
}
