//! The command line as clap reads it. The doc comments are what `--help` prints; `chinese` has them in Chinese.

mod chinese;
mod misuse;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use signalbox_dsl::Locale;

use crate::config::{Config, ConfigError, Overrides};

/// signalbox decides which way each customer message goes.
#[derive(Debug, Parser)]
#[command(
    name = "signalbox",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = "Exit codes: 0 fine, 1 findings (rule errors, failing tests), 2 wrong use or broken environment."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// How to print the answer
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(super) format: Format,

    /// Language of answers; by default the environment's (LC_ALL, LC_MESSAGES, LANG)
    // Read by [`locale_of`]; here so that it is known, helped with and checked.
    #[arg(long, global = true, value_enum, value_name = "LANG")]
    pub(super) lang: Option<Lang>,
}

// Its variants have no doc comments, so that help stays one line an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Lang {
    En,
    Zh,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the gateway
    Serve(ServeOptions),
    /// Check rule files
    Check(RulesOptions),
    /// Lay out rule files in the one way there is
    Fmt(FmtOptions),
    /// Run the tests that stand in rule files
    Test(RulesOptions),
    /// Show what rules do with a message, and why
    Explain(ExplainOptions),
    /// Talk to the rules as a customer, and see why they answer as they do
    Chat(ChatOptions),
    /// Measure how fast rules are on a corpus of messages
    Bench(BenchOptions),
    /// Look at the rules of a running gateway, and go back to earlier ones
    Rules(LiveRulesOptions),
    /// See what waits to leave a running gateway
    Outbox(OutboxOptions),
    /// See what a running gateway could not deliver, and decide about it
    DeadLetters(DeadLettersOptions),
    /// Make what the desk for people needs
    Desk(DeskOptions),
    /// Find out what is wrong with this installation, and what to do
    Doctor(DoctorOptions),
}

#[derive(Debug, Args)]
pub(super) struct ServeOptions {
    /// The configuration; without one: built-in example, this machine only
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where data is kept, instead of `data` in the configuration
    #[arg(long, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
    /// Where to listen, instead of `listen` in the configuration
    #[arg(long, value_name = "HOST:PORT")]
    pub(super) listen: Option<SocketAddr>,
    /// How log lines look, instead of `telemetry.log_format`
    #[arg(long, value_name = "FORMAT", value_parser = parse_log_format)]
    pub(super) log_format: Option<signalbox_telemetry::LogFormat>,
}

#[derive(Debug, Args)]
pub(super) struct RulesOptions {
    /// A directory (all *.rules in it and below) or one file
    #[arg(value_name = "RULES")]
    pub(super) rules: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct FmtOptions {
    #[command(flatten)]
    pub(super) rules: RulesOptions,
    /// Change nothing, and exit with 1 if something would change
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, Args)]
pub(super) struct ExplainOptions {
    /// A directory (all *.rules in it and below) or one file
    #[arg(value_name = "RULES", requires = "text", conflicts_with = "message")]
    pub(super) rules: Option<PathBuf>,
    /// What the customer says
    #[arg(long, value_name = "TEXT", requires = "rules")]
    pub(super) text: Option<String>,
    /// Instead of rules and text: a message that a running gateway had, as it was decided then
    #[arg(long, value_name = "ID", conflicts_with_all = ["text", "facts", "at", "disabled"])]
    pub(super) message: Option<String>,
    /// A fact: customer.tier=vip; may be given several times
    #[arg(long = "fact", value_name = "PATH=VALUE")]
    pub(super) facts: Vec<String>,
    /// When: "2026-11-11 22:00" in the zone of the rules, or 2026-11-11T22:00:00+08:00; by default now
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
    /// A rule that is to be thought away, by its full name; may be given several times
    #[arg(long, value_name = "RULE")]
    pub(super) disabled: Vec<String>,
    #[command(flatten)]
    pub(super) installation: InstallationOptions,
}

#[derive(Debug, Args)]
#[command(
    after_long_help = "What you type is what the customer writes. Lines that begin with / do something else, such as moving
the clock or telling why; /help lists them. Lines of a file do the same: signalbox chat RULES < FILE. Nothing is sent anywhere.
With --format json, each line is answered by one JSON object on a line."
)]
pub(super) struct ChatOptions {
    #[command(flatten)]
    pub(super) rules: RulesOptions,
    /// A fact: customer.tier=vip; may be given several times
    #[arg(long = "fact", value_name = "PATH=VALUE")]
    pub(super) facts: Vec<String>,
    /// When it begins: "2026-11-11 22:00" in the zone of the rules, or 2026-11-11T22:00:00+08:00; by default now
    #[arg(long, value_name = "TIME")]
    pub(super) at: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_long_help = "The corpus has one JSON object a line:

  {\"id\": \"1\", \"text\": \"我要退款\", \"facts\": {\"customer.tier\": \"vip\", \"message.anger\": 31,
   \"channel\": \"webchat\", \"now\": \"2026-11-11T22:00:00+08:00\"}}

--matches OUT writes one line for each line of the corpus, in its order: the id, a tab, and the rules whose
conditions hold (whatever their rank, limits or rollout), sorted and joined by commas. A rule is named as it stands
behind `rule`; where two modules have a rule of one name, by its full name.
An id with a tab, a line end or another control character is refused.")]
pub(super) struct BenchOptions {
    #[command(flatten)]
    pub(super) rules: RulesOptions,
    /// The messages, JSON lines
    #[arg(long, value_name = "FILE")]
    pub(super) corpus: PathBuf,
    /// Write which rules match each message
    #[arg(long, value_name = "OUT")]
    pub(super) matches: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct LiveRulesOptions {
    #[command(subcommand)]
    pub(super) command: LiveRulesCommand,
    #[command(flatten)]
    pub(super) installation: InstallationOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum LiveRulesCommand {
    /// Which rules are live, since when, and what stands against newer files; exits with 1 if files are refused
    Status,
    /// Which rules were live before, newest first
    History,
    /// Go back to earlier rules at once; the rule files are taken again when they change
    Rollback {
        /// The beginning of the bundle's hash, from the history; by default the one before the live one
        #[arg(value_name = "BUNDLE")]
        bundle: Option<String>,
    },
    /// Switch one rule off at once, until it is enabled again; a restart and new rule files do not end it
    Disable {
        /// Full name of the rule, such as orders.refund
        #[arg(value_name = "RULE")]
        rule: String,
    },
    /// Switch a disabled rule on again
    Enable {
        /// Full name of the rule
        #[arg(value_name = "RULE")]
        rule: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct DeskOptions {
    #[command(subcommand)]
    pub(super) command: DeskCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum DeskCommand {
    /// Read a password from standard input, and print its hash for `desk.agents.NAME.password`
    Password,
}

#[derive(Debug, Args)]
pub(super) struct OutboxOptions {
    #[command(subcommand)]
    pub(super) command: Option<OutboxCommand>,
    #[command(flatten)]
    pub(super) installation: InstallationOptions,
}

/// Which part of a list.
#[derive(Debug, Args)]
pub(super) struct PageOptions {
    /// Entries in one page, 1,000 at most
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(super) limit: usize,
    /// Where the page before ended, as it said
    #[arg(long, value_name = "PLACE")]
    pub(super) after: Option<String>,
}

impl Default for PageOptions {
    fn default() -> Self {
        Self {
            limit: 1_000,
            after: None,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum OutboxCommand {
    /// All entries, the oldest first, without what they say; the default
    List(PageOptions),
    /// One entry, with what it says
    Show {
        /// The beginning of its ID, from the list
        #[arg(value_name = "ID")]
        id: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct DeadLettersOptions {
    #[command(subcommand)]
    pub(super) command: Option<DeadLettersCommand>,
    #[command(flatten)]
    pub(super) installation: InstallationOptions,
}

#[derive(Debug, Subcommand)]
pub(super) enum DeadLettersCommand {
    /// All dead letters, the oldest first, without what they say; the default
    List(PageOptions),
    /// One dead letter, with what it says
    Show {
        /// The beginning of its ID, from the list
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Send it again, under its old key
    Retry {
        /// The beginning of its ID, from the list
        #[arg(value_name = "ID")]
        id: String,
    },
    /// Let it go for good
    Discard {
        /// The beginning of its ID, from the list
        #[arg(value_name = "ID")]
        id: String,
    },
}

/// Which installation is meant.
#[derive(Debug, Args)]
pub(super) struct InstallationOptions {
    /// The gateway's configuration
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Its data directory, instead of `data` in the configuration
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) data: Option<PathBuf>,
}

impl InstallationOptions {
    /// The configuration that is meant.
    pub(super) fn load(&self) -> Result<Config, ConfigError> {
        let overrides = Overrides {
            data: self.data.clone(),
            listen: None,
        };
        Config::load(self.config.as_deref(), &overrides)
    }
}

#[derive(Debug, Args)]
pub(super) struct DoctorOptions {
    #[command(flatten)]
    pub(super) installation: InstallationOptions,
}

/// The language that people are told everything in: `--lang`, wherever it stands, or the environment's. Looked for before all else,
/// since what is wrong with the command line is told in it too.
pub(super) fn locale_of(arguments: &[OsString]) -> Locale {
    let mut words = arguments.iter().map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next().map(|value| value.into_owned()),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        match value.as_deref() {
            Some("en") => return Locale::English,
            Some("zh") => return Locale::Chinese,
            _ => {}
        }
    }
    locale_of_environment(&|name| std::env::var(name).ok())
}

/// The first of these that is set decides, as POSIX has it.
fn locale_of_environment(variable: &dyn Fn(&str) -> Option<String>) -> Locale {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.is_empty());
    match set {
        Some(value) if value.starts_with("zh") => Locale::Chinese,
        _ => Locale::English,
    }
}

fn parse_log_format(word: &str) -> Result<signalbox_telemetry::LogFormat, String> {
    word.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_agrees_with_itself() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_first_variable_that_is_set_decides_the_language() {
        let with = |set: &[(&str, &str)]| {
            locale_of_environment(&|name| {
                let value = set.iter().find(|(key, _)| *key == name)?.1;
                Some(value.to_owned())
            })
        };
        assert_eq!(with(&[]), Locale::English);
        assert_eq!(with(&[("LANG", "zh_CN.UTF-8")]), Locale::Chinese);
        assert_eq!(
            with(&[("LANG", "zh_CN.UTF-8"), ("LC_ALL", "C")]),
            Locale::English
        );
        assert_eq!(with(&[("LC_ALL", ""), ("LANG", "zh_TW")]), Locale::Chinese);
    }
}
