//! Mail: the accounts that it leaves from.

use crate::config::section::section;
use crate::config::values::{FilePath, MailEncryption, Named, Secret, Text, TimeSpan};

section! {
    /// Mail to customers. Mail from them is not read yet.
    zh "发给客户的邮件。暂不读取客户来信。"
    pub struct EmailSection {
        section accounts: Named<EmailAccountSection>;
    }
}

section! {
    /// One account that mail leaves from, under its name: customers on it are `email:NAME`.
    zh "一个发信账号，以名称为键；其客户写作 `email:名称`。"
    pub struct EmailAccountSection {
        /// The sender's address. What cannot be delivered later comes back to it.
        zh "发件地址，事后无法投递的退信也寄到这里。"
        from: Text = Text::default();
        /// What mail programs show instead of the address.
        zh "邮件程序显示的发件人名称。"
        name: Text = Text::default();
        /// The subject of every mail. Empty: the first line of its text.
        zh "每封邮件的主题。留空则取正文第一行。"
        subject: Text = Text::default();
        /// The SMTP server: a name, or an address.
        zh "SMTP 服务器：名称或地址。"
        host: Text = Text::default();
        /// Its port. 0: 465 for `implicit`, 587 for `starttls`, 25 for `none`.
        zh "端口。0 表示 `implicit` 用 465，`starttls` 用 587，`none` 用 25。"
        port: u64 = 0, within 0 => 65_535;
        /// What this machine calls itself towards the server (EHLO): a full name such as gateway.shop.example, or an address. Empty: this machine's name if it is a full one, otherwise the domain of `from`.
        zh "本机向服务器报出的名称（EHLO）：完整域名，如 gateway.shop.example，或 IP 地址。留空则用本机名（须为完整域名），否则用 `from` 的域名。"
        hello: Text = Text::default();
        /// How the connection is encrypted: from its first byte, after the first words (never without), or not at all, which is for servers on this machine only.
        zh "连接如何加密：从第一个字节起；先明文握手再加密（服务器不支持则不发信）；不加密，仅限本机的服务器。"
        tls: MailEncryption = MailEncryption::Implicit;
        /// Certificates (PEM) of who may vouch for the server. Empty: those that the operating system trusts.
        zh "可以为服务器作保的证书（PEM）。留空则用操作系统信任的证书。"
        ca_file: FilePath = FilePath::default();
        /// The user to sign in as. Empty: the server does not ask.
        zh "登录用户名。留空表示服务器不要求登录。"
        user: Text = Text::default();
        /// The user's password; with many providers an app password (授权码).
        zh "该用户的密码，许多邮箱服务要求填授权码。"
        password: Secret = Secret::default();
        /// The most that connecting, and then each answer of the server, may take.
        zh "建立连接以及服务器每次应答各自允许的最长时间。"
        answer_within: TimeSpan = TimeSpan::seconds(10), within TimeSpan::millis(100) => TimeSpan::seconds(20);
        /// The most that the server's answer to the whole message may take. Past it nobody knows whether it has arrived, and it is sent again under the same Message-ID.
        zh "服务器对整封邮件的应答允许的最长时间。超过则无从得知是否送达，将以同一 Message-ID 重发。"
        accept_within: TimeSpan = TimeSpan::seconds(20), within TimeSpan::millis(100) => TimeSpan::seconds(30);
        /// Connections at once; not more than the server allows.
        zh "同时的连接数，不要超过服务器的上限。"
        connections: u64 = 4, within 1 => 64;
        /// Mails each minute, over a longer time.
        zh "长期平均每分钟的邮件数。"
        per_minute: f64 = 60.0, within 0.01 => 60_000.0;
        /// Mails that may leave at once.
        zh "可一次连发的邮件数。"
        burst: u64 = 10, within 1 => 10_000;
    }
}
