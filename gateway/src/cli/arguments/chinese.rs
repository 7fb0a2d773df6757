//! `--help` in Chinese.

use clap::{Arg, ArgAction, Command};

/// What a command does, by its name behind `signalbox`.
const COMMANDS: [(&str, &str); 25] = [
    ("", "signalbox 决定每条客户消息走向哪里。"),
    ("serve", "运行网关"),
    ("check", "检查规则文件"),
    ("fmt", "按唯一的版式排版规则文件"),
    ("test", "运行规则文件里的测试"),
    ("explain", "显示规则如何处理一条消息，以及原因"),
    ("chat", "扮作客户与规则对话，并查看为何这样应答"),
    ("bench", "用一批消息测量规则有多快"),
    ("rules", "查看运行中网关的规则，或退回更早的规则"),
    (
        "rules status",
        "哪些规则在生效、从何时起、较新的文件为何被拒绝；文件被拒绝时退出码为 1",
    ),
    ("rules history", "之前生效过哪些规则，新的在前"),
    (
        "rules rollback",
        "立即退回更早的规则；规则文件改动后会重新采用",
    ),
    (
        "rules disable",
        "立即停用一条规则，直到重新启用；重启和新的规则文件都不会解除停用",
    ),
    ("rules enable", "重新启用已停用的规则"),
    ("outbox", "查看运行中网关有哪些内容等待发送"),
    ("outbox list", "全部条目，旧的在前，不含正文；默认动作"),
    ("outbox show", "一个条目，连同正文"),
    (
        "dead-letters",
        "查看运行中网关未能送达的内容，并决定如何处理",
    ),
    (
        "dead-letters list",
        "全部死信，旧的在前，不含正文；默认动作",
    ),
    ("dead-letters show", "一条死信，连同正文"),
    ("dead-letters retry", "用原有的键重新发送"),
    ("dead-letters discard", "永久删除"),
    ("desk", "准备坐席台所需的内容"),
    (
        "desk password",
        "从标准输入读取密码，打印其哈希，供 `desk.agents.NAME.password` 使用",
    ),
    ("doctor", "找出这套安装有什么问题，以及怎么办"),
];

/// What an argument is for, by its command and name; by its name alone where it means the same everywhere.
const ARGUMENTS: [(&str, &str); 25] = [
    ("format", "答案的格式：text（默认）或 json"),
    (
        "lang",
        "答案的语言：en 或 zh；默认由环境变量决定（LC_ALL、LC_MESSAGES、LANG）",
    ),
    ("help", "打印帮助"),
    ("version", "打印版本"),
    ("rules", "目录（其中及以下的所有 *.rules）或一个文件"),
    ("serve config", "配置文件；不写则用内置示例，只服务本机"),
    ("serve data", "数据目录，代替配置里的 `data`"),
    ("serve listen", "监听地址，代替配置里的 `listen`"),
    ("serve log_format", "日志格式，代替 `telemetry.log_format`"),
    ("fmt check", "不改动任何文件；如有需要改动的，退出码为 1"),
    ("explain text", "客户说的话"),
    (
        "explain message",
        "代替规则和文字：运行中的网关处理过的一条消息，按当时的决定说明",
    ),
    ("explain disabled", "假定停用的规则，写全名；可以写多次"),
    ("explain facts", "一个事实：customer.tier=vip；可以写多次"),
    (
        "explain at",
        "时刻：规则所在时区的 \"2026-11-11 22:00\"，或 2026-11-11T22:00:00+08:00；默认是现在",
    ),
    ("chat facts", "一个事实：customer.tier=vip；可以写多次"),
    (
        "chat at",
        "从何时开始：规则所在时区的 \"2026-11-11 22:00\"，或 2026-11-11T22:00:00+08:00；默认是现在",
    ),
    ("id", "ID 的开头，见 list"),
    ("limit", "一页的条数，最多 1000"),
    ("after", "上一页给出的位置，从其后开始"),
    ("bench corpus", "消息，每行一个 JSON"),
    ("bench matches", "把每条消息匹配的规则写入此文件"),
    (
        "rules rollback bundle",
        "规则包哈希的开头，见 history；默认是生效规则的前一份",
    ),
    ("rules disable rule", "规则的全名，例如 orders.refund"),
    ("rules enable rule", "规则的全名"),
];

const INSTALLATION: [(&str, &str); 2] = [
    ("config", "网关的配置文件"),
    ("data", "网关的数据目录，代替配置里的 `data`"),
];

const CORPUS: &str = "语料每行一个 JSON 对象：

  {\"id\": \"1\", \"text\": \"我要退款\", \"facts\": {\"customer.tier\": \"vip\", \"message.anger\": 31,
   \"channel\": \"webchat\", \"now\": \"2026-11-11T22:00:00+08:00\"}}

--matches OUT 按语料的顺序每行写一条：id、制表符、条件成立的规则（不论级别、限额或灰度），按名称排序，以逗号分隔。
规则用 `rule` 后面的名称；两个模块有同名规则时用全名。含制表符、换行等控制字符的 id 会被拒绝。";

const CHAT: &str =
    "您输入的就是客户写的话。以 / 开头的行做别的事，例如拨动时钟、说明原因；/help 列出全部。文件里的行也一样：
signalbox chat RULES < FILE。不会发送任何内容。加 --format json 时，每行输入得到一行 JSON。";

/// The command with its help in Chinese.
pub(super) fn translated(command: Command) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .global(true)
        .action(ArgAction::Help);
    let version = Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version);
    let command = command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(help)
        .arg(version)
        .after_help("退出码：0 正常，1 有发现（规则有错、测试没通过），2 用法不对或环境有问题。");
    with_help("", command)
}

fn with_help(path: &str, command: Command) -> Command {
    let about = look_up(&COMMANDS, path).unwrap_or_default();
    let mut command = command
        .about(about)
        .long_about(None)
        .subcommand_help_heading("命令")
        .help_template("{about}\n\n用法：{usage}\n\n{all-args}{after-help}")
        .mut_args(|argument| with_meaning(path, argument))
        .mut_subcommands(|inner| {
            let name = inner.get_name();
            let path = if path.is_empty() {
                name.to_owned()
            } else {
                format!("{path} {name}")
            };
            with_help(&path, inner)
        });
    match path {
        "bench" => command = command.after_long_help(CORPUS),
        "chat" => command = command.after_long_help(CHAT),
        _ => {}
    }
    command
}

fn with_meaning(path: &str, argument: Arg) -> Arg {
    let id = argument.get_id().as_str();
    let meaning = look_up(&ARGUMENTS, &format!("{path} {id}"))
        .or_else(|| look_up(&ARGUMENTS, id))
        .or_else(|| look_up(&INSTALLATION, id))
        .unwrap_or_default();
    let heading = if argument.is_positional() {
        "参数"
    } else {
        "选项"
    };
    let takes_values = argument.get_action().takes_values();
    let argument = argument.help(meaning).long_help(None).help_heading(heading);
    if takes_values {
        argument.hide_default_value(true).hide_possible_values(true)
    } else {
        argument
    }
}

fn look_up(texts: &'static [(&str, &str)], key: &str) -> Option<&'static str> {
    texts
        .iter()
        .find(|(known, _)| *known == key)
        .map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn everything_is_said_in_chinese() {
        let mut command = translated(super::super::Arguments::command());
        command.clone().debug_assert();
        let mut missing = Vec::new();
        command.build();
        look(&command, &mut missing);
        assert!(missing.is_empty(), "{missing:?}");
    }

    fn look(command: &Command, missing: &mut Vec<String>) {
        let is_chinese = |text: Option<String>| {
            text.unwrap_or_default()
                .chars()
                .any(|character| character >= '\u{4e00}')
        };
        if !is_chinese(command.get_about().map(ToString::to_string)) {
            missing.push(command.get_name().to_owned());
        }
        for argument in command.get_arguments() {
            if !is_chinese(argument.get_help().map(ToString::to_string)) {
                missing.push(format!("{} {}", command.get_name(), argument.get_id()));
            }
        }
        for inner in command.get_subcommands() {
            look(inner, missing);
        }
    }
}
