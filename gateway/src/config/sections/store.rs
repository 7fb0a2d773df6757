//! What a write has survived once it is answered.

use crate::config::section::section;
use crate::config::values::Durability;

section! {
    /// How durable an acknowledged message is.
    zh "已确认的消息有多可靠。"
    pub struct StoreSection {
        /// `fsync`: kept through a power failure. `everysec`: up to a second is lost when the machine stops. `memory`: everything is lost when the process ends; for trials only.
        zh "`fsync`：断电不丢。`everysec`：机器停机最多丢一秒。`memory`：进程结束即全部丢失，仅供试用。"
        durability: Durability = Durability::Fsync;
    }
}
