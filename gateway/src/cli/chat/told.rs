//! What a chat shows, in English and Chinese.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use signalbox_dsl::Locale;
use signalbox_dsl::value::Value;
use signalbox_rules::conversation::priority_name;
use signalbox_rules::explain::{action_text, outreach_text, value_text};
use signalbox_rules::story::{Story, StoryTurn};
use signalbox_rules::{
    Action, Conversation, ConversationState, DecidedEffect, Facts, OutreachStep,
};

use super::session::PersonDoes;

pub(super) struct Telling {
    zone: TimeZone,
    pub(super) locale: Locale,
}

impl Telling {
    pub(super) fn new(zone: TimeZone, locale: Locale) -> Self {
        Self { zone, locale }
    }

    pub(super) fn two(&self, english: impl Into<String>, chinese: impl Into<String>) -> String {
        match self.locale {
            Locale::English => english.into(),
            Locale::Chinese => chinese.into(),
        }
    }

    pub(super) fn greeting(&self, rules: usize) -> String {
        self.two(
            format!(
                "You are the customer of {}; nothing is sent. /why tells why, /help what else there is.\n",
                super::super::rules::counted(rules, "rule")
            ),
            format!("您是客户，对面是 {rules} 条规则；不会发送任何内容。/why 说明原因，/help 列出全部命令。\n"),
        )
    }

    /// The clock stands until it is moved, so it is shown.
    pub(super) fn prompt(&self, story: &Story<'_>) -> String {
        let clock = self.at(story.now(), "%m-%d %H:%M");
        let state = match story.conversation().state {
            ConversationState::Bot => String::new(),
            ConversationState::Queued => self.two(" queued", " 排队中"),
            ConversationState::Assigned => self.two(" with a person", " 人工接待"),
        };
        format!("{clock}{state}> ")
    }

    pub(super) fn clock(&self, now: Timestamp) -> String {
        let (clock, weekday) = (self.at(now, "%Y-%m-%d %H:%M"), self.weekday(now));
        let zone = self.zone.iana_name().unwrap_or_default().to_owned();
        format!("  {clock} {weekday} {zone}\n")
    }

    pub(super) fn at(&self, moment: Timestamp, form: &str) -> String {
        let zoned = moment.to_zoned(self.zone.clone());
        zoned.strftime(form).to_string()
    }

    fn weekday(&self, moment: Timestamp) -> String {
        let day = moment.to_zoned(self.zone.clone()).weekday();
        let place = usize::try_from(day.to_monday_zero_offset()).unwrap_or_default();
        let chinese = "一二三四五六日".chars().nth(place).unwrap_or('？');
        let english = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        let english = english.get(place).copied().unwrap_or("?");
        self.two(english, format!("周{chinese}"))
    }

    /// Replies first, as the customer sees them; then what else was done, and by which rule.
    pub(super) fn turn(&self, turn: &StoryTurn, after: ConversationState) -> String {
        let decision = turn.decision();
        let mut text = String::new();
        for effect in &decision.effects {
            text.push_str(&self.effect(effect));
        }
        for step in &decision.outreach {
            text.push_str(&format!("  · {}\n", self.outreach(step)));
        }
        let is_silent = !decision.effects.iter().any(is_reply);
        if is_silent && decision.outreach.is_empty() {
            text.push_str(&match (after, decision.trace.fired.is_empty()) {
                (ConversationState::Assigned, _) => self.two(
                    "  (no answer: a person has the conversation)\n",
                    "  （不作答：会话由人工接待）\n",
                ),
                (ConversationState::Queued, _) => self.two(
                    "  (no answer: the customer waits for a person)\n",
                    "  （不作答：客户在等人工）\n",
                ),
                (_, true) => self.two("  (no rule fired)\n", "  （没有规则触发）\n"),
                (_, false) => self.two("  (no answer)\n", "  （不作答）\n"),
            });
        }
        text
    }

    /// An outreach whose moment came.
    pub(super) fn due(&self, turn: &StoryTurn) -> String {
        let clock = self.at(turn.inputs().now, "%m-%d %H:%M");
        let decision = turn.decision();
        let mut text = String::new();
        for step in &decision.outreach {
            text.push_str(&format!("  {clock} {}\n", self.outreach(step)));
        }
        for effect in &decision.effects {
            text.push_str(&self.effect(effect));
        }
        text
    }

    /// Moments by the clock of the chat.
    fn outreach(&self, step: &OutreachStep) -> String {
        let minute = |moment: &Timestamp| self.at(*moment, "%Y-%m-%d %H:%M");
        match step {
            OutreachStep::Planned {
                outreach,
                due,
                latest,
                ..
            } => {
                let (due, latest) = (minute(due), minute(latest));
                self.two(
                    format!("outreach {outreach}: planned for {due}, not later than {latest}"),
                    format!("主动消息 {outreach}：计划于 {due} 发送，最迟 {latest}"),
                )
            }
            OutreachStep::Postponed { outreach, due } => {
                let due = minute(due);
                self.two(
                    format!("outreach {outreach}: quiet hours, waits until {due}"),
                    format!("主动消息 {outreach}：免打扰时段，等到 {due}"),
                )
            }
            other => outreach_text(other, self.locale),
        }
    }

    fn effect(&self, effect: &DecidedEffect) -> String {
        let rule = &effect.rule;
        match &effect.action {
            Action::Reply { text, .. } => {
                let lead = self.two("  bot: ", "  机器人：");
                // Further lines stand below the first.
                format!("{lead}{}\n", text.replace('\n', "\n       "))
            }
            Action::HandOver {
                note: Some(note), ..
            } => {
                let action = action_text(&effect.action, self.locale);
                let note = self.two(format!(", note “{note}”"), format!("，备注“{note}”"));
                format!("  · {action}{note}  ← {rule}\n")
            }
            action => format!("  · {}  ← {rule}\n", action_text(action, self.locale)),
        }
    }

    pub(super) fn given(&self, path: &str, value: &Value) -> String {
        let value = value_text(value);
        self.two(
            format!("  from now on {path} = {value}\n"),
            format!("  从现在起 {path} = {value}\n"),
        )
    }

    pub(super) fn person(&self, does: PersonDoes) -> String {
        match does {
            PersonDoes::TakesOver => self.two(
                "  a person has the conversation; the bot is silent until /give back\n",
                "  会话由人工接待；在 /give back 之前机器人不说话\n",
            ),
            PersonDoes::GivesBack => self.two("  the bot answers again\n", "  会话交还给机器人\n"),
            PersonDoes::Closes => self.two(
                "  the consultation is closed; the next message begins another\n",
                "  这次咨询已结束；下一条消息开始新的咨询\n",
            ),
        }
    }

    pub(super) fn new_customer(&self) -> String {
        self.two(
            "  another customer, who was never heard before\n",
            "  换了一位从未来过的客户\n",
        )
    }

    /// What the conversation remembers.
    pub(super) fn state(&self, story: &Story<'_>) -> String {
        let conversation = story.conversation();
        let now = story.now();
        let mut lines = vec![self.clock(now).trim_end().to_owned()];
        let mut line = |english: &str, chinese: &str, value: String| {
            lines.push(match self.locale {
                Locale::English => format!("  {english}: {value}"),
                Locale::Chinese => format!("  {chinese}：{value}"),
            });
        };
        let queue = conversation.queue.as_deref().unwrap_or_default();
        let state = format!("{} {queue}", conversation.state.name());
        line("state", "状态", state.trim_end().to_owned());
        if let Some(language) = &conversation.language {
            line("language", "语言", language.to_string());
        }
        if let Some(priority) = conversation.priority {
            line("priority", "优先级", priority_name(priority).to_owned());
        }
        if let Some(score) = conversation.score {
            line("score", "分数", format!("{}%", score.normalize()));
        }
        let turns = conversation.episode.as_ref().map_or(0, |it| it.turns);
        line(
            "turns in this consultation",
            "本次咨询轮数",
            turns.to_string(),
        );
        let customer = joined(conversation.customer_tags.iter(now).map(|(tag, _)| tag));
        if !customer.is_empty() {
            line("tags of the customer", "客户标签", customer);
        }
        let episode = joined(conversation.episode_tags.iter(now).map(|(tag, _)| tag));
        if !episode.is_empty() {
            line("tags of the consultation", "咨询标签", episode);
        }
        let heads = emotions(conversation, now);
        if !heads.is_empty() {
            line("emotion index", "情绪指数", heads.join(", "));
        }
        for (name, planned) in conversation.outreach.iter() {
            let due = self.at(planned.due, "%Y-%m-%d %H:%M");
            line(
                "planned outreach",
                "计划的主动消息",
                format!("{name} {due}"),
            );
        }
        lines.push(String::new());
        lines.join("\n")
    }

    pub(super) fn help(&self) -> String {
        self.two(ENGLISH_HELP, CHINESE_HELP)
    }
}

/// The index of each emotion that is not 0.
fn emotions(conversation: &Conversation, now: Timestamp) -> Vec<String> {
    let mut facts = Facts::default();
    conversation.facts(now, &mut facts);
    let fields = facts.iter().filter_map(|(path, value)| {
        // What it was before has a path that no author can write.
        let head = path
            .strip_prefix("customer.")
            .filter(|it| !it.contains(' '))?;
        match value {
            Value::Percent(index) if !index.is_zero() => {
                Some(format!("{head} {}", value_text(value)))
            }
            _ => None,
        }
    });
    fields.collect()
}

fn is_reply(effect: &DecidedEffect) -> bool {
    matches!(effect.action, Action::Reply { .. })
}

fn joined<'t>(tags: impl Iterator<Item = &'t std::sync::Arc<str>>) -> String {
    let tags: Vec<String> = tags.map(|tag| format!("“{tag}”")).collect();
    tags.join(" ")
}

const ENGLISH_HELP: &str = "  What you type is what the customer writes. Besides:
  /why                         why the last answer: rules that fired or nearly did, facts read, emotion
  /why all                     the same with every rule
  /clock +10m, /at 22:00       move the clock: +2h30m, +1d, 2026-11-11 22:00; what is due on the way happens
  /as vip                      the customer is a VIP: whichever field of the customer can be that
  /with customer.tier vip      any fact, from now on
  /language en                 the customer's language
  /event order.delivered no=A1 amount=\"CNY 300\"
                               another system reports something
  /take, /give back, /close    a person takes over, gives back to the bot, ends the consultation
  /state                       what the conversation remembers: state, tags, emotion index, planned outreach
  /save                        this conversation as a test, to paste into a rule file
  /new                         another customer
  /quit                        the end; so is Ctrl-D
  //why                        the customer writes /why
";

const CHINESE_HELP: &str = "  您输入的就是客户写的话。此外：
  /why（/为什么）              为何这样应答：触发的规则、差一点触发的规则、读到的事实、情绪
  /why all                     同上，列出每一条规则
  /clock +10m，/at 22:00       拨动时钟：+2h30m、+1d、2026-11-11 22:00；其间到时的事会发生
  /as vip（/扮 vip）           客户是会员：自动找到能取这个值的客户字段
  /with customer.tier vip      设定任何事实，从现在起有效
  /language en（/语言 en）     客户的语言
  /event order.delivered no=A1 amount=\"CNY 300\"
                               别的系统报来一件事（/事件）
  /take，/give back，/close    人工接手、交还给机器人、结束咨询（/接手、/交还、/结束）
  /state（/状态）              会话记住了什么：状态、标签、情绪指数、计划的主动消息
  /save（/保存）               把这次对话写成测试，可粘贴进规则文件
  /new（/新客户）              换一位客户
  /quit（/退出）               结束；Ctrl-D 也一样
  //why                        客户写的就是 /why
";
