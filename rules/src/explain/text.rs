//! An explanation to read: what was decided first, then the rules that fired, then why the others did not.

use std::fmt::{self, Display};
use std::sync::Arc;

use signalbox_dsl::bundle::Scope;
use signalbox_dsl::problem::Locale;

use super::{Count, ExplainedRule, Explanation, Failing, Verdict};
use crate::conversation::hearing::{ExplainedLanguage, ExplainedMessage};
use crate::conversation::priority_name;
use crate::decision::{
    Action, ClosedQueue, DropReason, OutreachStep, Reached, Risen, WithheldReason,
};
use crate::describe;
use crate::scripts::ComputedFact;
use crate::truth::Truth;

impl Explanation {
    /// Lines of text, each ended by a line break.
    pub fn text(&self, locale: Locale) -> String {
        let mut lines = Vec::new();
        let say = Say(locale);
        lines.push(say.two("Decision:", "决定："));
        if self.decision.effects.is_empty() {
            lines.push(say.two("  nothing", "  什么也不做"));
        }
        for effect in &self.decision.effects {
            let action = say.action(&effect.action);
            lines.push(format!("  {action}  ← {}", effect.rule));
        }
        for step in &self.decision.outreach {
            lines.push(format!("  {}", say.outreach(step)));
        }
        for reached in &self.decision.trace.reached {
            let reached = say.reached(reached);
            lines.push(say.two(
                format!("  reached: {reached}"),
                format!("  达到：{reached}"),
            ));
        }
        for risen in &self.decision.trace.risen {
            let risen = say.risen(risen);
            lines.push(say.two(format!("  rose: {risen}"), format!("  上升：{risen}")));
        }
        lines.extend(self.decision.trace.closed.as_ref().map(|it| say.closed(it)));
        let tied = &self.decision.trace.tied;
        if !tied.is_empty() {
            let names = say.list(tied);
            lines.push(say.two(
                format!("  nobody has the floor: nothing tells {names} apart"),
                format!("  无人应答：{names}分不出先后"),
            ));
        }
        if let Some(message) = &self.message {
            say.message(message, &mut lines);
        }
        if !self.decision.trace.computed.is_empty() {
            lines.push(say.two("Computed:", "脚本算出："));
            let computed = self.decision.trace.computed.iter();
            lines.extend(computed.map(|fact| say.computed(fact)));
        }
        lines.push(say.two("Rules:", "规则："));
        let fired = |rule: &&ExplainedRule| matches!(rule.verdict, Verdict::Fired { .. });
        let not_fired = self.rules.iter().filter(|rule| !fired(rule));
        for rule in self.rules.iter().filter(fired).chain(not_fired) {
            say.rule(rule, &mut lines);
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

/// One action in words, such as `hand over to 投诉专席`.
pub fn action_text(action: &Action, locale: Locale) -> String {
    Say(locale).action(action)
}

/// One step of an outreach in words, such as `outreach 签收回访: sent`.
pub fn outreach_text(step: &OutreachStep, locale: Locale) -> String {
    Say(locale).outreach(step)
}

struct Say(Locale);

impl Say {
    fn two(&self, english: impl Display, chinese: impl Display) -> String {
        match self.0 {
            Locale::English => english.to_string(),
            Locale::Chinese => chinese.to_string(),
        }
    }

    /// A line for the language and one for each emotion that was heard.
    fn message(&self, message: &ExplainedMessage, lines: &mut Vec<String>) {
        let language = message.language.as_ref().map(|it| {
            let ExplainedLanguage { tag, confidence } = it;
            self.two(
                format!("  language {tag} ({confidence}% sure)"),
                format!("  语言 {tag}（把握 {confidence}%）"),
            )
        });
        let emotions = message.emotions.iter().map(|emotion| {
            let head = emotion.head.name();
            let score = emotion.score;
            let words: Vec<String> = emotion
                .words
                .iter()
                .map(|word| format!("“{word}”"))
                .collect();
            match (words.is_empty(), self.0) {
                (true, _) => format!("  {head} {score}%"),
                (false, Locale::English) => format!("  {head} {score}%: {}", words.join(", ")),
                (false, Locale::Chinese) => format!("  {head} {score}%：{}", words.join("、")),
            }
        });
        let heard: Vec<String> = language.into_iter().chain(emotions).collect();
        if !heard.is_empty() {
            lines.push(self.two("Heard:", "听出："));
            lines.extend(heard);
        }
    }

    fn computed(&self, computed: &ComputedFact) -> String {
        let ComputedFact {
            fact,
            steps,
            failure,
            ..
        } = computed;
        let value = describe::value(&computed.value);
        match failure {
            None => self.two(
                format!("  {fact} = {value}  [{steps} steps]"),
                format!("  {fact} = {value}  [{steps} 步]"),
            ),
            Some(failure) => {
                let why = failure.text(self.0);
                self.two(
                    format!("  {fact} = {value}, as it says otherwise: {why}  [{steps} steps]"),
                    format!("  {fact} = {value}，取 otherwise 的值：{why}  [{steps} 步]"),
                )
            }
        }
    }

    fn list(&self, names: &[Arc<str>]) -> String {
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        names.join(match self.0 {
            Locale::English => ", ",
            Locale::Chinese => "、",
        })
    }

    fn action(&self, action: &Action) -> String {
        match action {
            Action::Reply {
                template,
                language,
                text,
            } => self.two(
                format!("reply {template} in {language}: “{text}”"),
                format!("回复 {template}（{language}）：“{text}”"),
            ),
            Action::HandOver { queue, .. } => {
                self.two(format!("hand over to {queue}"), format!("转给 {queue}"))
            }
            Action::SetPriority { priority } => {
                let name = priority_name(*priority);
                self.two(format!("priority {name}"), format!("优先级 {name}"))
            }
            Action::SetScore { score } => {
                let score = score.normalize();
                self.two(format!("score {score}%"), format!("分数 {score}%"))
            }
            Action::Tag {
                scope: Scope::Customer,
                tag,
                ..
            } => self.two(
                format!("tag customer “{tag}”"),
                format!("给客户加标签“{tag}”"),
            ),
            Action::Tag { tag, .. } => self.two(format!("tag “{tag}”"), format!("加标签“{tag}”")),
            Action::Untag {
                scope: Scope::Customer,
                tag,
            } => self.two(
                format!("untag customer “{tag}”"),
                format!("去掉客户的标签“{tag}”"),
            ),
            Action::Untag { tag, .. } => {
                self.two(format!("untag “{tag}”"), format!("去标签“{tag}”"))
            }
            Action::Note { text } => self.two(format!("note “{text}”"), format!("备注“{text}”")),
            Action::SetLanguage { language } => {
                self.two(format!("language {language}"), format!("语言 {language}"))
            }
            Action::CancelOutreach { outreach: None } => {
                self.two("cancel all outreach", "取消全部主动消息")
            }
            Action::CancelOutreach {
                outreach: Some(name),
            } => self.two(
                format!("cancel outreach {name}"),
                format!("取消主动消息 {name}"),
            ),
        }
    }

    fn outreach(&self, step: &OutreachStep) -> String {
        match step {
            OutreachStep::Planned {
                outreach,
                due,
                latest,
                ..
            } => self.two(
                format!("outreach {outreach}: planned for {due}, not later than {latest}"),
                format!("主动消息 {outreach}：计划于 {due} 发送，最迟 {latest}"),
            ),
            OutreachStep::AlreadyPlanned { outreach } => self.two(
                format!("outreach {outreach}: is planned already"),
                format!("主动消息 {outreach}：已在计划中"),
            ),
            OutreachStep::Cancelled { outreach } => self.two(
                format!("outreach {outreach}: cancelled by its unless"),
                format!("主动消息 {outreach}：因 unless 所写的事发生而取消"),
            ),
            OutreachStep::Postponed { outreach, due } => self.two(
                format!("outreach {outreach}: quiet hours, waits until {due}"),
                format!("主动消息 {outreach}：免打扰时段，等到 {due}"),
            ),
            OutreachStep::Sent { outreach } => self.two(
                format!("outreach {outreach}: sent"),
                format!("主动消息 {outreach}：已发送"),
            ),
            OutreachStep::Dropped { outreach, because } => {
                let reason = self.dropped(because);
                self.two(
                    format!("outreach {outreach}: not sent, since {reason}"),
                    format!("主动消息 {outreach}：没有发送，因为{reason}"),
                )
            }
        }
    }

    fn closed(&self, closed: &ClosedQueue) -> String {
        let ClosedQueue { queue, instead } = closed;
        match instead {
            None => self.two(
                format!("  {queue} is closed now: the customer waits there until people are back"),
                format!("  {queue} 现在没有人：客户排队等到上班"),
            ),
            Some(instead) => self.two(
                format!("  {queue} is closed now and overflows to {instead}"),
                format!("  {queue} 现在没有人，溢出到 {instead}"),
            ),
        }
    }

    fn dropped(&self, reason: &DropReason) -> String {
        match reason {
            DropReason::NotInRules => {
                self.two("the live rules have it no more", "现行规则里已没有它")
            }
            DropReason::TooLate => self.two("its time is over", "已过最迟时间"),
            DropReason::PersonOwns => self.two("people have the conversation", "会话已由人工接管"),
            DropReason::Failed => self.two("signalbox failed on it", "signalbox 处理它时出错"),
            DropReason::OptedOut => self.two(
                "the customer opted out (tag “opt-out”)",
                "客户已退订（标签“opt-out”）",
            ),
            DropReason::ConditionNotTrue => self.two("its when is not true", "when 的条件不成立"),
            DropReason::LimitReached => self.two("its limit is used up", "次数已用完"),
            DropReason::MarketingCap => self.two(
                "the customer had as much marketing as defaults allow",
                "营销消息已达 defaults 规定的上限",
            ),
            DropReason::ValueMissing { parameter } => self.two(
                format!("there is no value for {parameter}"),
                format!("缺少 {parameter} 的值"),
            ),
        }
    }

    /// As rule files write it.
    fn reached(&self, reached: &Reached) -> String {
        let scope = match reached.scope {
            Scope::Episode => "episode",
            Scope::Customer => "customer",
        };
        let Reached {
            signal,
            times,
            window,
            ..
        } = reached;
        format!("{signal} reaching {times} {window} per {scope}")
    }

    /// As rule files write it, and how it moved.
    fn risen(&self, risen: &Risen) -> String {
        let unknown = || self.two("?", "？");
        let shown =
            |value: &Option<Arc<str>>| value.as_ref().map_or_else(unknown, ToString::to_string);
        let Risen { field, above, .. } = risen;
        let (from, to) = (shown(&risen.from), shown(&risen.to));
        format!("{field} rising above {above} [{from} → {to}]")
    }

    fn rule(&self, rule: &ExplainedRule, lines: &mut Vec<String>) {
        let (name, rank) = (&rule.rule, &rule.rank);
        let head = self.two(
            format!("  {name} (rank {rank})"),
            format!("  {name}（级别 {rank}）"),
        );
        match &rule.verdict {
            Verdict::Fired { keywords, withheld } => {
                let words = self.list(keywords);
                let because = match keywords.is_empty() {
                    true => String::new(),
                    false => self.two(format!(", keywords {words}"), format!("，关键词 {words}")),
                };
                lines.push(self.two(
                    format!("{head}: fired{because}"),
                    format!("{head}：触发{because}"),
                ));
                for withheld in withheld {
                    let number = withheld.effect + 1;
                    let reason = self.withheld(&withheld.reason);
                    lines.push(self.two(
                        format!("    effect {number} withheld: {reason}"),
                        format!("    第{number}个效果没有执行：{reason}"),
                    ));
                }
            }
            Verdict::NotTrue { failing, .. } => {
                lines.push(self.two(format!("{head}: not fired"), format!("{head}：没有触发")));
                self.failing(failing, 2, lines);
            }
            Verdict::NotReached {
                counts,
                rises,
                attachments,
            } => {
                lines.push(self.two(format!("{head}: not fired"), format!("{head}：没有触发")));
                for Count { reaching, so_far } in counts {
                    let reaching = self.reached(reaching);
                    lines.push(self.two(
                        format!("    {reaching}: {so_far} so far"),
                        format!("    {reaching}：目前 {so_far} 次"),
                    ));
                }
                lines.extend(
                    rises
                        .iter()
                        .map(|risen| format!("    {}", self.risen(risen))),
                );
                let waits = attachments.iter().map(|kind| {
                    self.two(
                        format!("    no {kind} was sent"),
                        format!("    没有发来 {kind}"),
                    )
                });
                lines.extend(waits);
            }
            Verdict::OtherState { during } => {
                let (english, chinese) = (during.join(" or "), during.join("、"));
                lines.push(self.two(
                    format!("{head}: not fired, since it says while {english}"),
                    format!("{head}：没有触发，因为它只在会话状态为 {chinese} 时触发"),
                ));
            }
            Verdict::Disabled { would_fire: true } => lines.push(self.two(
                format!("{head}: disabled; it would have fired"),
                format!("{head}：已停用；否则会触发"),
            )),
            Verdict::Disabled { would_fire: false } => {
                lines.push(self.two(format!("{head}: disabled"), format!("{head}：已停用")));
            }
            Verdict::FloorTaken { by } => {
                let by = self.list(by);
                lines.push(self.two(
                    format!("{head}: not fired, since it says otherwise and {by} answered"),
                    format!("{head}：没有触发，因为它只在别的规则都不应答时触发，而{by}已应答"),
                ));
            }
        }
    }

    fn withheld(&self, reason: &WithheldReason) -> String {
        match reason {
            WithheldReason::Overridden { by } => {
                self.two(format!("{by} came before it"), format!("{by}优先"))
            }
            WithheldReason::Silenced { by } => self.two(
                format!("{by} allows no other replies"),
                format!("{by}不许其他规则回复"),
            ),
            WithheldReason::LimitReached => self.two("its limit is used up", "次数已用完"),
            WithheldReason::Tied => self.two(
                "several rules wanted different things and nothing tells them apart",
                "几条规则答案不同，分不出先后",
            ),
            WithheldReason::PersonOwns => {
                self.two("a person has the conversation", "会话已由人工接管")
            }
            WithheldReason::QueueClosed { queue } => self.two(
                format!("{queue} is closed, and says so in its place"),
                format!("{queue} 没有人在，改为告知上班时间"),
            ),
            WithheldReason::ValueMissing { parameter } => self.two(
                format!("there is no value for {parameter}"),
                format!("缺少 {parameter} 的值"),
            ),
        }
    }

    fn failing(&self, failing: &Failing, depth: usize, lines: &mut Vec<String>) {
        let indent = "  ".repeat(depth);
        let truth = match failing.truth {
            Truth::Unknown => self.two("unknown", "无法判断"),
            Truth::False | Truth::True => self.two("not true", "不成立"),
        };
        let mut details: Vec<String> = failing.read.iter().map(|read| self.read(read)).collect();
        if !failing.keywords.is_empty() {
            let words = self.list(&failing.keywords);
            details.push(self.two(format!("found {words}"), format!("出现了 {words}")));
        }
        let within: Vec<String> = failing
            .within
            .iter()
            .map(|name| format!("{name} → "))
            .collect();
        let (within, condition) = (within.concat(), &failing.condition);
        if failing.parts.is_empty() {
            let details = details.join("; ");
            lines.push(self.two(
                format!("{indent}{truth}: {within}{condition}  [{details}]"),
                format!("{indent}{truth}：{within}{condition}  [{details}]"),
            ));
            return;
        }
        lines.push(self.two(
            format!("{indent}{truth}: {within}none of these"),
            format!("{indent}{truth}：{within}以下没有一条成立"),
        ));
        for part in &failing.parts {
            self.failing(part, depth + 1, lines);
        }
    }

    fn read(&self, read: &super::ReadValue) -> String {
        let path = &read.path;
        match &read.value {
            Some(value) => format!("{path} = {value}"),
            None => self.two(format!("{path} is absent"), format!("{path} 没有值")),
        }
    }
}

impl fmt::Display for Explanation {
    /// As [`Explanation::text`] in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Locale::English))
    }
}
