//! The desk for people.

use crate::config::section::section;
use crate::config::values::{Named, Secret, Text, TimeSpan};

section! {
    /// The desk for people, at `/desk`. Without agents one named `agent` is made at the first start: the password stands in the file `desk-password` of the data directory, and counts on this machine only.
    zh "坐席台，地址为 `/desk`。不写坐席时，首次启动会生成一个名为 `agent` 的坐席：密码保存在数据目录的 `desk-password` 文件中，且只能在本机使用。"
    pub struct DeskSection {
        /// How long a sign-in lasts. Then agents sign in again.
        zh "登录有效时长，到期后需重新登录。"
        session: TimeSpan = TimeSpan::seconds(12 * 3_600), within TimeSpan::seconds(300) => TimeSpan::seconds(7 * 24 * 3_600);

        section agents: Named<DeskAgentSection>;
    }
}

section! {
    /// One agent, under the name that they sign in with.
    zh "一名坐席，以登录名为键。"
    pub struct DeskAgentSection {
        /// What customers and colleagues call them; empty: the name that they sign in with.
        zh "客户与同事看到的称呼；留空则用登录名。"
        name: Text = Text(String::new());
        /// The argon2id hash of the password.
        zh "密码的 argon2id 哈希。"
        password: Secret = Secret::default();
    }
}
