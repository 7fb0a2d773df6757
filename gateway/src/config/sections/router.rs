//! Bounds and times of a message's way.

use crate::config::section::section;
use crate::config::values::TimeSpan;

section! {
    /// How messages are gathered, decided, sent and kept.
    zh "消息如何汇集、决策、发送与保存。"
    pub struct RouterSection {
        /// Partitions that conversations are spread over. Fixed once the data directory is made.
        zh "会话分散到的分区数，数据目录建立后不可更改。"
        partitions: u64 = 256, within 1 => 4_096;

        /// Records that are decided and committed together, at most.
        zh "一次一起决策并提交的记录上限。"
        batch_records: u64 = 256, within 1 => 4_096;

        /// A turn is answered when the customer has been quiet for so long; `0` answers each message at once.
        zh "客户静默多久后作答；`0` 表示逐条立即作答。"
        gather: TimeSpan = TimeSpan::millis(1_500), within TimeSpan::millis(0) => TimeSpan::seconds(60);

        /// A turn is answered at the latest so long after its first message.
        zh "一轮消息最迟在首条之后多久作答。"
        gather_at_most: TimeSpan = TimeSpan::seconds(5), within TimeSpan::millis(0) => TimeSpan::seconds(300);

        /// A partition belongs to its owner for so long without renewal; it is renewed after a third.
        zh "分区归属在不续期时的有效时间，过三分之一即续期。"
        lease: TimeSpan = TimeSpan::seconds(600), within TimeSpan::seconds(3) => TimeSpan::seconds(3_600);

        /// How often an owner looks for records that it was not told of.
        zh "分区所有者主动查找漏报记录的间隔。"
        poll: TimeSpan = TimeSpan::seconds(5), within TimeSpan::millis(50) => TimeSpan::seconds(60);

        /// A reply that has to be sent is worth nothing after this.
        zh "需要发送的回复超过此时间即作废。"
        reply_not_after: TimeSpan = TimeSpan::seconds(600), within TimeSpan::seconds(5) => TimeSpan::seconds(86_400);

        /// Attempts to deliver one reply before it becomes a dead letter.
        zh "一条回复投递多少次仍失败后转为死信。"
        delivery_attempts: u64 = 8, within 1 => 100;

        /// Wait before the second attempt; it doubles each time.
        zh "第二次投递前的等待时间，之后每次翻倍。"
        delivery_backoff: TimeSpan = TimeSpan::seconds(1), within TimeSpan::millis(10) => TimeSpan::seconds(300);

        /// The longest wait between two attempts.
        zh "两次投递之间的最长等待。"
        delivery_backoff_at_most: TimeSpan = TimeSpan::seconds(300), within TimeSpan::millis(10) => TimeSpan::seconds(3_600);

        /// Dead letters that are kept in each partition; past it the oldest go, which is counted and logged.
        zh "每个分区保留的死信条数；超出时最旧的先删除，并计数、记入日志。"
        dead_letters: u64 = 1_000, within 1 => 100_000;

        /// How long a dead letter is kept.
        zh "死信保留多久。"
        dead_letters_for: TimeSpan = TimeSpan::seconds(2_592_000), within TimeSpan::seconds(3_600) => TimeSpan::seconds(31_536_000);

        /// Replies of one partition that are being sent over one channel at once.
        zh "一个分区在同一渠道上同时发送的回复数。"
        deliveries_at_once: u64 = 32, within 1 => 1_024;

        /// Customers that are kept at hand in each partition.
        zh "每个分区留在内存中的客户数。"
        cached_customers: u64 = 512, within 1 => 65_536;

        /// How often what is decided goes to the archive.
        zh "已决策的内容多久归档一次。"
        archive_every: TimeSpan = TimeSpan::seconds(10), within TimeSpan::millis(100) => TimeSpan::seconds(3_600);

        /// Entries of each thread that stay in the hot store besides the archive.
        zh "每个会话线程在热存储中保留的条数，其余只在归档中。"
        keep_per_thread: u64 = 500, within 500 => 100_000;

        /// How long a repeated message is recognised.
        zh "重复消息在多长时间内能被识别。"
        dedupe_for: TimeSpan = TimeSpan::seconds(604_800), within TimeSpan::seconds(3_600) => TimeSpan::seconds(7_776_000);
    }
}
