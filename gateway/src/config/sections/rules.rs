//! Where rules come from.

use crate::config::section::section;
use crate::config::values::{FilePath, TimeSpan};

section! {
    /// The rule files.
    zh "规则文件。"
    pub struct RulesSection {
        /// The directory of the rule files; all `*.rules` in it and below. Empty: the built-in example.
        zh "规则文件所在目录，包含其下所有 `*.rules`。留空则使用内置示例。"
        directory: FilePath = FilePath::default();

        /// How often the directory is looked at where the file system does not tell of changes.
        zh "在文件系统不通知变化时，多久检查一次目录。"
        poll: TimeSpan = TimeSpan::millis(500), within TimeSpan::millis(100) => TimeSpan::seconds(60);
    }
}
