//! Items as nested lists.

use super::form::{Form, list, word};
use super::{condition, expression, operand, quoted, text};
use crate::ast::{
    Argument, Assignment, Attribute, Calendar, Defaults, Effect, EffectKind, Enum, Expectation,
    Fact, Field, Guard, Holidays, Item, ItemKind, LanguageTag, Limit, List, Name, NamedCondition,
    Outcome, OutcomeKind, Outreach, Parameter, Path, Piece, PieceKind, Queue, Ranks, Rule, Schema,
    SchemaSubject, SendTime, Signal, Template, Test, TestDay, TestStep, TestStepKind, Tie, Trigger,
    TriggerKind, TypeName, TypeNameKind, Unless, Window, ZoneChoice,
};
use crate::bundle::{Boundary, Scope, TieBreak};
use crate::weekday::short_name;

/// An item, with what stands above it.
pub(super) fn form(item: &Item) -> Form {
    let (head, mut parts) = match &item.kind {
        ItemKind::Ranks(ranks) => ("ranks", self::ranks(ranks)),
        ItemKind::Defaults(defaults) => ("defaults", self::defaults(defaults)),
        ItemKind::Schema(schema) => ("schema", self::schema(schema)),
        ItemKind::Enum(members) => ("enum", enumeration(members)),
        ItemKind::List(list) => ("list", keyword_list(list)),
        ItemKind::Queue(queue) => ("queue", self::queue(queue)),
        ItemKind::Calendar(calendar) => ("calendar", self::calendar(calendar)),
        ItemKind::Holidays(holidays) => ("holidays", self::holidays(holidays)),
        ItemKind::Template(template) => ("template", self::template(template)),
        ItemKind::Condition(condition) => ("condition", named(condition)),
        ItemKind::Signal(signal) => ("signal", self::signal(signal)),
        ItemKind::Fact(fact) => ("fact", self::fact(fact)),
        ItemKind::Outreach(outreach) => ("outreach", self::outreach(outreach)),
        ItemKind::Rule(rule) => ("rule", self::rule(rule)),
        ItemKind::Test(test) => ("test", self::test(test)),
    };
    parts.extend(item.attributes.iter().map(attribute));
    if !item.complete {
        parts.push(list("incomplete", []));
    }
    list(head, parts)
}

fn name(name: &Name) -> Form {
    word(&*name.text)
}

fn path(path: &Path) -> Form {
    word(path.dotted())
}

fn tag(tag: &LanguageTag) -> Form {
    word(&*tag.tag)
}

fn flag(is_set: bool, head: &str) -> Option<Form> {
    is_set.then(|| list(head, []))
}

fn attribute(attribute: &Attribute) -> Form {
    let arguments = attribute.arguments.iter().map(|argument| {
        let value = expression(&argument.value);
        match &argument.label {
            Some(label) => list(&label.text, [value]),
            None => value,
        }
    });
    list("@", std::iter::once(name(&attribute.name)).chain(arguments))
}

fn ranks(ranks: &Ranks) -> Vec<Form> {
    let ties = ranks.ties.iter().map(|Tie { rank, breaks, .. }| {
        let breaks = breaks.iter().map(|one| match one {
            TieBreak::LongestKeyword => word("longest-keyword"),
            TieBreak::FirstMentioned => word("first-mentioned"),
        });
        list("tie", std::iter::once(name(rank)).chain(breaks))
    });
    ranks.names.iter().map(name).chain(ties).collect()
}

fn defaults(defaults: &Defaults) -> Vec<Form> {
    let language = defaults
        .language
        .as_ref()
        .map(|it| list("language", [tag(it)]));
    let zone = defaults.zone.as_ref().map(|it| list("zone", [text(it)]));
    let marketing = defaults.marketing.as_ref();
    let marketing = marketing.map(|it| list("marketing", [limit_form(it)]));
    language.into_iter().chain(zone).chain(marketing).collect()
}

fn schema(schema: &Schema) -> Vec<Form> {
    let subject = match &schema.subject {
        SchemaSubject::Message => word("message"),
        SchemaSubject::Customer => word("customer"),
        SchemaSubject::Conversation => word("conversation"),
        SchemaSubject::Episode => word("episode"),
        SchemaSubject::Event(event) => list("event", [path(event)]),
    };
    let fields = schema.fields.iter().map(|field| {
        let Field {
            name,
            value_type: of,
            optional,
            description,
            ..
        } = field;
        let parts = [
            Some(value_type(of)),
            flag(*optional, "optional"),
            description.as_ref().map(text),
        ];
        list(&name.text, parts.into_iter().flatten())
    });
    std::iter::once(subject).chain(fields).collect()
}

fn value_type(type_name: &TypeName) -> Form {
    match &type_name.kind {
        TypeNameKind::Named(named) => name(named),
        TypeNameKind::ListOf(inner) => list("list-of", [value_type(inner)]),
    }
}

fn enumeration(members: &Enum) -> Vec<Form> {
    std::iter::once(&members.name)
        .chain(&members.members)
        .map(name)
        .collect()
}

fn keyword_list(words: &List) -> Vec<Form> {
    let folding = words.folding;
    let folds = [
        (folding.width, "width"),
        (folding.case, "case"),
        (folding.variant, "variant"),
    ];
    let folds = folds.into_iter().filter(|(is_set, _)| *is_set);
    let except = (!words.except.is_empty()).then(|| list("except", words.except.iter().map(text)));
    [
        Some(name(&words.name)),
        flag(words.boundary == Boundary::Substring, "substring"),
        Some(list("fold", folds.map(|(_, fold)| word(fold)))),
        Some(list("words", words.keywords.iter().map(text))),
        except,
        flag(words.except_when_negated, "except-when-negated"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn argument(argument: &Argument) -> Form {
    list(&argument.name.text, [operand(&argument.value)])
}

fn queue(queue: &Queue) -> Vec<Form> {
    let closed = queue.closed_reply.as_ref().map(|reply| {
        let arguments = reply.arguments.iter().map(argument);
        list(
            "closed-reply",
            std::iter::once(path(&reply.template)).chain(arguments),
        )
    });
    [
        Some(name(&queue.name)),
        Some(text(&queue.title)),
        flag(queue.default.is_some(), "default"),
        queue
            .hours
            .as_ref()
            .map(|hours| list("hours", [path(hours)])),
        queue
            .overflow
            .as_ref()
            .map(|to| list("overflow", [path(to)])),
        closed,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn calendar(calendar: &Calendar) -> Vec<Form> {
    let open = calendar.open.iter().map(|line| {
        let days = line.days.iter().map(|day| word(short_name(*day)));
        let times = [line.from, line.to].map(|time| word(time.to_string()));
        list("open", days.chain(times))
    });
    let holidays = list("holidays", calendar.holidays.iter().map(path));
    let make_up = calendar
        .make_up_as
        .map(|day| list("make-up", [word(short_name(day))]));
    let zone = calendar
        .zone
        .as_ref()
        .map(|zone| list("zone", [text(zone)]));
    std::iter::once(name(&calendar.name))
        .chain(open)
        .chain((!calendar.holidays.is_empty()).then_some(holidays))
        .chain(make_up)
        .chain(zone)
        .collect()
}

fn holidays(holidays: &Holidays) -> Vec<Form> {
    let years = holidays
        .years
        .iter()
        .map(|year| word(year.number.to_string()));
    let lines = holidays.lines.iter().map(|line| {
        let days = [line.first, line.last].map(|day| word(day.to_string()));
        let head = if line.make_up { "work" } else { "off" };
        list(head, days.into_iter().chain(line.title.as_ref().map(text)))
    });
    [name(&holidays.name), list("of", years)]
        .into_iter()
        .chain(lines)
        .collect()
}

fn template(template: &Template) -> Vec<Form> {
    let parameters = template.parameters.iter().map(|parameter| {
        let Parameter {
            name,
            value_type: of,
        } = parameter;
        list(&name.text, [value_type(of)])
    });
    let bodies = template
        .bodies
        .iter()
        .map(|body| list(&body.language.tag, body.pieces.iter().map(piece)));
    [name(&template.name), list("parameters", parameters)]
        .into_iter()
        .chain(bodies)
        .collect()
}

fn piece(piece: &Piece) -> Form {
    match &piece.kind {
        PieceKind::Text(text) => quoted(text),
        PieceKind::Placeholder {
            parameter,
            fallback,
        } => {
            let fallback = fallback.as_deref().map(quoted);
            list("fill", std::iter::once(name(parameter)).chain(fallback))
        }
        PieceKind::OpensNext { calendar, fallback } => {
            let fallback = fallback.as_deref().map(quoted);
            list(
                "opens-next",
                std::iter::once(name(calendar)).chain(fallback),
            )
        }
    }
}

fn named(named: &NamedCondition) -> Vec<Form> {
    [
        Some(name(&named.name)),
        flag(named.public, "public"),
        named.condition.as_ref().map(condition),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn rule(rule: &Rule) -> Vec<Form> {
    let guard = match &rule.guard {
        Guard::Always => None,
        Guard::When(it) => Some(list("when", [condition(it)])),
        Guard::Otherwise(_) => Some(list("otherwise", [])),
    };
    let triggers = list("on", rule.triggers.iter().map(trigger));
    let during = rule.during.iter().map(|state| word(state.name()));
    let during = (!rule.during.is_empty()).then(|| list("while", during));
    let effects = list("then", rule.effects.iter().map(effect));
    [
        Some(name(&rule.name)),
        rule.rank.as_ref().map(|rank| list("rank", [name(rank)])),
        Some(triggers),
        during,
        guard,
        Some(effects),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn outreach(outreach: &Outreach) -> Vec<Form> {
    let filter = outreach.filter.as_ref();
    let only_where = filter.map(|it| list("where", [condition(it)]));
    let triggers = outreach.triggers.iter().map(trigger);
    let unless = outreach.unless.as_ref().map(|unless| match unless {
        Unless::Happens(triggers) => list("unless", triggers.iter().map(trigger)),
        Unless::Never => list("cannot-be-cancelled", []),
    });
    let send = outreach.send.as_ref().map(|send| {
        let arguments = send.arguments.iter();
        let arguments = arguments.map(|it| list(&it.name.text, [operand(&it.value)]));
        let time = match &send.time {
            SendTime::AtOnce => None,
            SendTime::After(length, _) => Some(list("after", [word(format!("{length:?}"))])),
            SendTime::NextDay { at, zone } => {
                let at = std::iter::once(word(at.to_string()));
                Some(list("next-day", at.chain(zone_choice(zone))))
            }
        };
        let template = std::iter::once(path(&send.template));
        list("send", template.chain(arguments).chain(time))
    });
    let latest = outreach.latest.as_ref();
    let quiet = outreach.quiet.as_ref().map(|quiet| {
        let times = [quiet.from, quiet.to].map(|time| word(time.to_string()));
        list("quiet", times.into_iter().chain(zone_choice(&quiet.zone)))
    });
    [
        Some(name(&outreach.name)),
        Some(list("on", triggers.chain(only_where))),
        outreach
            .condition
            .as_ref()
            .map(|it| list("when", [condition(it)])),
        unless,
        send,
        latest.map(|(latest, _)| list("not-later", [word(format!("{latest:?}"))])),
        quiet,
        outreach.limit.as_ref().map(limit_form),
        flag(outreach.marketing.is_some(), "marketing"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn zone_choice(choice: &ZoneChoice) -> impl Iterator<Item = Form> {
    let field = choice.field.as_ref().map(path);
    field.into_iter().chain(choice.zone.as_ref().map(text))
}

fn signal(signal: &Signal) -> Vec<Form> {
    let only_where = signal.condition.as_ref();
    std::iter::once(name(&signal.name))
        .chain(signal.trigger.as_ref().map(trigger))
        .chain(only_where.map(|it| list("where", [condition(it)])))
        .collect()
}

fn fact(fact: &Fact) -> Vec<Form> {
    let arguments = fact.arguments.iter().map(operand);
    let call = std::iter::once(name(&fact.function)).chain(arguments);
    let steps = fact
        .steps
        .map(|steps| list("steps", [word(steps.count.to_string())]));
    [
        name(&fact.name),
        value_type(&fact.value_type),
        list("script", call),
    ]
    .into_iter()
    .chain(steps)
    .chain([list("otherwise", [expression(&fact.otherwise)])])
    .collect()
}

fn trigger(trigger: &Trigger) -> Form {
    match &trigger.kind {
        TriggerKind::Message => word("message"),
        TriggerKind::Attachment(kind) => {
            list("attachment", kind.iter().map(|kind| word(kind.name())))
        }
        TriggerKind::Event(event) => list("event", [path(event)]),
        TriggerKind::Reaching { signal, count } => {
            list("reaching", [path(signal), limit_form(count)])
        }
        TriggerKind::Rising { field, above } => {
            list("rising-above", [path(field), expression(above)])
        }
    }
}

fn effect(effect: &Effect) -> Form {
    let done = match &effect.kind {
        EffectKind::Reply {
            template,
            arguments,
        } => {
            let arguments = arguments.iter().map(argument);
            list("reply", std::iter::once(path(template)).chain(arguments))
        }
        EffectKind::HandOver { queue, note } => {
            let note = note.as_ref().map(|note| list("note", [text(note)]));
            list("hand-over", std::iter::once(path(queue)).chain(note))
        }
        EffectKind::SetPriority(priority) => list("priority", [name(priority)]),
        EffectKind::SetScore(score) => list("score", [operand(score)]),
        EffectKind::Tag {
            scope: of,
            tag,
            lifetime,
        } => {
            let lifetime = lifetime.map(|lifetime| word(format!("{lifetime:?}")));
            list("tag", [scope(*of), text(tag)].into_iter().chain(lifetime))
        }
        EffectKind::Untag { scope: of, tag } => list("untag", [scope(*of), text(tag)]),
        EffectKind::Note(note) => list("note", [text(note)]),
        EffectKind::SetLanguage(language) => list("language", [tag(language)]),
        EffectKind::NoOtherReplies => list("no-other-replies", []),
        EffectKind::CancelOutreach(outreach) => {
            list("cancel-outreach", outreach.as_ref().map(path))
        }
    };
    match &effect.limit {
        Some(limit) => list("limited", [done, limit_form(limit)]),
        None => done,
    }
}

fn limit_form(limit: &Limit) -> Form {
    let window = match &limit.window {
        Window::Sliding { length, .. } => word(format!("{length:?}")),
        Window::Today => word("today"),
        Window::Whole => word("whole"),
    };
    list(
        "at-most",
        [word(limit.times.to_string()), window, scope(limit.scope)],
    )
}

fn scope(scope: Scope) -> Form {
    match scope {
        Scope::Episode => word("episode"),
        Scope::Customer => word("customer"),
    }
}

fn test(test: &Test) -> Vec<Form> {
    let mut parts = vec![text(&test.sentence)];
    if !test.given.is_empty() {
        parts.push(list("given", test.given.iter().map(assignment)));
    }
    parts.extend(test.steps.iter().map(step));
    parts
}

fn assignment(assignment: &Assignment) -> Form {
    list(&assignment.path.dotted(), [expression(&assignment.value)])
}

fn step(step: &TestStep) -> Form {
    match &step.kind {
        TestStepKind::At { day, time } => {
            let day = day.map(|day| match day {
                TestDay::Number(number) => list("day", [word(number.to_string())]),
                TestDay::Date(date) => word(date.to_string()),
            });
            list("at", day.into_iter().chain([word(time.to_string())]))
        }
        TestStepKind::Says { text: said, with } => list(
            "says",
            std::iter::once(text(said)).chain(with.iter().map(assignment)),
        ),
        TestStepKind::Sends {
            kind,
            text: said,
            with,
        } => {
            let said = said.as_ref().map(|said| list("saying", [text(said)]));
            let rest = said.into_iter().chain(with.iter().map(assignment));
            list("sends", std::iter::once(word(kind.name())).chain(rest))
        }
        TestStepKind::Event { event, with } => list(
            "event",
            std::iter::once(path(event)).chain(with.iter().map(assignment)),
        ),
        TestStepKind::Expect(Expectation { exactly, outcomes }) => {
            let head = if *exactly { "expect-exactly" } else { "expect" };
            list(head, outcomes.iter().map(outcome))
        }
    }
}

fn outcome(outcome: &Outcome) -> Form {
    let (expected, form) = match &outcome.kind {
        OutcomeKind::NoRuleFired => (true, list("no-rule-fired", [])),
        OutcomeKind::Fired { rule, expected } => (*expected, list("fired", [path(rule)])),
        OutcomeKind::Reply {
            template,
            language,
            expected,
        } => {
            let template = template.as_ref().map(path);
            let language = language.as_ref().map(|it| list("in", [tag(it)]));
            (
                *expected,
                list("reply", template.into_iter().chain(language)),
            )
        }
        OutcomeKind::ReplyText(whole) => (true, list("reply", [text(whole)])),
        OutcomeKind::HandOver { queue, expected } => {
            (*expected, list("hand-over", queue.as_ref().map(path)))
        }
        OutcomeKind::Priority { priority, expected } => {
            (*expected, list("priority", priority.iter().map(name)))
        }
        OutcomeKind::Score { score, expected } => {
            let score = score.map(|score| word(score.to_string()));
            (*expected, list("score", score))
        }
        OutcomeKind::Tag {
            scope: of,
            tag,
            expected,
        } => {
            let of = of.map(scope).into_iter();
            (*expected, list("tag", of.chain(tag.iter().map(text))))
        }
        OutcomeKind::Untag {
            scope: of,
            tag,
            expected,
        } => {
            let of = of.map(scope).into_iter();
            (*expected, list("untag", of.chain(tag.iter().map(text))))
        }
        OutcomeKind::Language { language, expected } => {
            (*expected, list("language", language.iter().map(tag)))
        }
        OutcomeKind::Note {
            text: note,
            expected,
        } => (*expected, list("note", note.iter().map(text))),
        OutcomeKind::Outreach { outreach, expected } => {
            (*expected, list("outreach", outreach.as_ref().map(path)))
        }
    };
    match expected {
        true => form,
        false => list("not", [form]),
    }
}
