//! Signed webhooks: who may report, how much, and where answers go.

use crate::config::section::section;
use crate::config::values::{ByteSize, FilePath, List, Named, Secret, Text, TimeSpan};

/// What the protocol allows at most.
const MOST_BYTES: u64 = signalbox_adapters::webhook::limits::MAX_BODY_BYTES as u64;

section! {
    /// Signed webhooks: what the company's other systems report, and customers' messages that they pass on, at `POST /v1/channels/webhook/NAME`.
    zh "签名 webhook：公司其他系统上报的事件及其转交的客户消息，地址为 `POST /v1/channels/webhook/NAME`。"
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
        /// Whose customers it may report about: `webchat:SITE`, `email:ACCOUNT`. Its own need no mention.
        zh "可以上报哪些账号的客户：`webchat:SITE`、`email:ACCOUNT`；它自己的客户不用写。"
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

        section reply: WebhookReplySection;
    }
}

section! {
    /// Where answers to this system's own customers go. With it the account is a channel of its own: customers' messages come in as `message.created`, answers leave as the same.
    zh "发给该系统自己客户的回复发往何处。写了它，该账号就是一个消息渠道：客户消息以 `message.created` 进来，回复也以 `message.created` 发出。"
    pub struct WebhookReplySection {
        /// Where signed requests are posted to. Empty: no messages are taken.
        zh "签名请求 POST 到的网址。留空则不接收客户消息。"
        url: Text = Text::default();
        /// What requests are signed with: `whsec_` and base64 for a secret that the receiver has too, `whsk_` for an Ed25519 key of which it has the public half. During a rotation the new one and the one before: both sign.
        zh "用什么签名：`whsec_` 加 base64 为与接收方共享的密钥，`whsk_` 为 Ed25519 私钥，接收方持有公钥。轮换期间同时写新旧两个，两个都会签名。"
        secrets: List<Secret> = List(Vec::new());
        /// Whether requests may go unencrypted, to an `http://` address.
        zh "是否允许不加密，即发往 `http://` 网址。"
        allow_http: bool = false;
        /// Networks inside that requests may go to, such as `10.1.0.0/16`. Without a mention only public addresses are connected to.
        zh "允许发往的内网网段，如 `10.1.0.0/16`。不写则只连接公网地址。"
        internal: List<Text> = List(Vec::new());
        /// Certificates (PEM) of who may vouch for the receiver. Empty: those that the operating system trusts.
        zh "可以为接收方作保的证书（PEM）。留空则用操作系统信任的证书。"
        ca_file: FilePath = FilePath::default();
        /// The most that connecting may take.
        zh "建立连接允许的最长时间。"
        connect_within: TimeSpan = TimeSpan::seconds(5), within TimeSpan::millis(100) => TimeSpan::seconds(20);
        /// The most that everything up to the answer may take. Past it nobody knows whether the request has arrived, and it is sent again under the same `webhook-id`.
        zh "从连接到收到应答允许的最长时间。超过则无从得知是否送达，将以同一 `webhook-id` 重发。"
        answer_within: TimeSpan = TimeSpan::seconds(15), within TimeSpan::millis(100) => TimeSpan::seconds(45);
        /// Requests at once.
        zh "同时进行的请求数。"
        at_once: u64 = 10, within 1 => 256;
        /// Requests each second, over a longer time.
        zh "长期平均每秒的请求数。"
        per_second: f64 = 50.0, within 0.01 => 10_000.0;
        /// Requests that may leave at once.
        zh "可一次连发的请求数。"
        burst: u64 = 100, within 1 => 100_000;
    }
}
