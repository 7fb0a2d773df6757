//! Signed webhooks: who may report, and how much.

use crate::config::section::section;
use crate::config::values::{ByteSize, List, Named, Secret, Text, TimeSpan};

/// What the protocol allows at most.
const MOST_BYTES: u64 = signalbox_adapters::webhook::limits::MAX_BODY_BYTES as u64;

section! {
    /// Signed webhooks: what the company's other systems report, at `POST /v1/channels/webhook/NAME`.
    zh "签名 webhook：公司其他系统上报的事件，地址为 `POST /v1/channels/webhook/NAME`。"
    pub struct WebhookSection {
        /// How far a request's time may be from ours, either way. Older requests are refused as replays.
        zh "请求时间与本机时间最多相差多少（前后均算），更旧的请求按重放拒绝。"
        tolerance: TimeSpan = TimeSpan::seconds(300), within TimeSpan::seconds(30) => TimeSpan::seconds(3_600);

        /// The largest body.
        zh "请求体的最大字节数。"
        max_body: ByteSize = ByteSize::kib(256), within ByteSize::kib(1) => ByteSize(MOST_BYTES);

        /// A body that takes longer to arrive is cut off.
        zh "请求体超过此时间仍未收完即断开。"
        body_within: TimeSpan = TimeSpan::seconds(10), within TimeSpan::millis(100) => TimeSpan::seconds(60);

        /// Bodies that are being read at once; past it, senders are told to try again.
        zh "同时读取的请求体数量，超出时告知发送方稍后重试。"
        bodies_at_once: u64 = 256, within 1 => 4_096;

        section accounts: Named<WebhookAccountSection>;
    }
}

section! {
    /// One system that reports, under its name.
    zh "一个上报事件的系统，以名称为键。"
    pub struct WebhookAccountSection {
        /// Shared secrets, each `whsec_` and base64; during a rotation the new one and the one before.
        zh "共享密钥，形如 `whsec_` 加 base64；轮换期间同时写新旧两个。"
        secrets: List<Secret> = List(Vec::new());
        /// Ed25519 public keys of the sender, each `whpk_` and base64.
        zh "发送方的 Ed25519 公钥，形如 `whpk_` 加 base64。"
        public_keys: List<Text> = List(Vec::new());
        /// Whose customers it may report about: `webchat:SITE`, `email:ACCOUNT`.
        zh "可以上报哪些账号的客户：`webchat:SITE`、`email:ACCOUNT`。"
        about: List<Text> = List(Vec::new());
        /// Events each second, over a longer time.
        zh "长期平均每秒的事件数。"
        per_second: f64 = 50.0, within 0.01 => 100_000.0;
        /// Events that may come at once.
        zh "可一次连发的事件数。"
        burst: u64 = 200, within 1 => 1_000_000;
        /// Whether it is closed for good: senders are told to stop.
        zh "是否永久关闭：告知发送方停止发送。"
        closed: bool = false;
    }
}
