//! The English texts.

use super::{Absence, BareWord, FactSource, ItemKind, MeaningProblem, percentage};
use crate::value::Type;

pub(super) fn message(problem: &MeaningProblem) -> String {
    use MeaningProblem as P;
    match problem {
        P::WrongType {
            what,
            needed,
            written,
            found,
        } => format!(
            "`{written}` is {}, but `{what}` needs {}",
            type_words(found),
            type_words(needed)
        ),
        P::NotOrdered {
            relation,
            field,
            found,
        } => {
            format!(
                "`{relation}` needs an order, but `{field}` is {}",
                type_words(found)
            )
        }
        P::PercentOutOfRange { written } => format!("`{written}` is more than 100%"),
        P::MayBeMissing { field, absence } => match absence {
            Absence::Optional => format!("`{field}` may be missing here"),
            Absence::OtherTrigger { .. } => {
                format!("`{field}` may be missing here: not every trigger of the rule brings it")
            }
            Absence::NoFallback { parameter } => {
                format!(
                    "`{field}` may be missing, and `{parameter}` has no fallback in every language"
                )
            }
        },
        P::CurrenciesDiffer { left, right } => {
            format!("`{left}` and `{right}` are two currencies and cannot be compared")
        }
        P::NothingCompared {} => "no field is compared here".to_owned(),
        P::FieldOfTwoTypes { field } => format!("`{field}` is declared with two types"),
        P::FallbackNotAllowed { relation } => format!("`{relation}` takes no fallback"),
        P::BadPattern {
            reason: Some(reason),
        } => format!("the pattern cannot be read: {reason}"),
        P::BadPattern { reason: None } => "the pattern is too large".to_owned(),
        P::BadLanguageTag { tag, .. } => format!("`{tag}` is not a language of rules"),
        P::UnknownTimezone { zone } => format!("there is no time zone `{zone}`"),
        P::NotACondition { field, found } => {
            format!(
                "`{field}` is {}, which is neither true nor false",
                type_words(found)
            )
        }
        P::NotConstant { written } => {
            format!("`{written}` is a field, but only a constant can stand here")
        }
        P::Weekday { day } => {
            format!("`{day}` is a day of the week, which no condition asks for directly")
        }
        P::UnknownName { kind, name, .. } => {
            format!("there is no {} `{name}` here", kind_words(*kind))
        }
        P::UnknownMember { of, name, .. } => format!("`{name}` is not one of `{of}`"),
        P::UnknownField { field, .. } => format!("unknown field `{field}`"),
        P::UnknownEvent { event, .. } => format!("unknown event `{event}`"),
        P::DuplicateName { kind, name } => format!("a second {} `{name}`", kind_words(*kind)),
        P::UnknownModule { module, .. } => format!("there is no module `{module}`"),
        P::NotInModule {
            module,
            name,
            private: false,
            ..
        } => {
            format!("module `{module}` has no `{name}` to use")
        }
        P::NotInModule {
            module,
            name,
            private: true,
            ..
        } => {
            format!("condition `{name}` is private to module `{module}`")
        }
        P::UnknownArgument { template, name, .. } => {
            format!("template `{template}` has no parameter `{name}`")
        }
        P::UnknownPlaceholder { name, .. } => {
            format!("placeholder `{name}` is not a parameter of this template")
        }
        P::MissingArgument {
            template,
            parameter,
        } => {
            format!("template `{template}` needs `{parameter}`")
        }
        P::UnknownPriority { name, .. } => format!("`{name}` is not a priority"),
        P::UnknownType { name, .. } => format!("there is no type `{name}` here"),
        P::ConditionCycle { way } => format!("a condition cannot need itself: {way}"),
        P::BuiltInField { field } => format!("`{field}` is built in"),
        P::ReservedModule { module } => {
            format!("`{module}` is a name of the modules that come with signalbox")
        }
        P::NoRanks {} => "no file declares `ranks`".to_owned(),
        P::SecondRanks {} => "`ranks` is declared a second time".to_owned(),
        P::NoDefaultQueue {} => "no queue is the default".to_owned(),
        P::SecondDefaultQueue {} => "a second queue is the default".to_owned(),
        P::NoDefaultBody { template, language } => {
            format!("template `{template}` has no text in the default language `{language}`")
        }
        P::EmptyText {} => "there is nothing to look for in this text".to_owned(),
        P::RepeatedEffect { effect } => format!("`{effect}` stands twice in one rule"),
        P::RepeatedBody { language } => format!("a second text in `{language}`"),
        P::SecondSetting { setting } => format!("`{setting}` is set a second time"),
        P::HolidayOutsideYears { day } => {
            format!("`{day}` is not in a year that these holidays name")
        }
        P::HolidayTwice { day } => format!("`{day}` is named twice"),
        P::DaysReversed {} => "the last day comes before the first".to_owned(),
        P::NotOpenOrClosed { calendar } => format!("`{calendar}` is a calendar, not a field"),
        P::CannotRise { field, .. } => {
            format!("`{field}` is not kept from turn to turn, so nobody knows what it rises from")
        }
        P::HandOverWhileAssigned {} => {
            "this would take the conversation from the person who has it".to_owned()
        }
        P::NoMarketingCap {} => {
            "nothing says how much marketing a customer gets at most".to_owned()
        }
        P::NeverInTime {} => "it is sent later than it may be".to_owned(),
        P::OverflowCircle { queue } => {
            format!("the overflow of queue `{queue}` leads back to it")
        }
        P::QueueNeverClosed { clause } => {
            format!("`{clause}` in a queue that is never closed")
        }
        P::AlwaysQuiet {} => {
            "these quiet hours last the whole day: nothing is ever sent".to_owned()
        }
        P::LimitTimesOutOfRange { times, .. } => {
            format!("{times} times is out of range")
        }
        P::WindowOutOfRange { .. } => "this length of time is out of range".to_owned(),
        P::TagLifetimeOutOfRange { .. } => "the time of this tag is out of range".to_owned(),
        P::TooMany { kind, most } => {
            format!("more than {most} {} in one bundle", plural_words(*kind))
        }
        P::ConditionTooLarge { most } => {
            format!("more than {most} comparisons, those of the named conditions included")
        }
        P::ClockMovesBack {} => "the clock of a test does not move back".to_owned(),
        P::ExpectTooEarly {} => "`expect` before anything happened".to_owned(),
        P::MissingEventField { event, field } => format!("event `{event}` always has `{field}`"),
        P::FactNotSettable { field, .. } => format!("`{field}` is not set this way"),
        P::RepeatedFact { field } => format!("`{field}` is set twice"),
        P::NoScript { file } => format!("there is no script `{file}`"),
        P::NoScriptResult { found } => format!("a script cannot give {}", type_words(found)),
        P::StepsOutOfRange { .. } => "the number of steps is out of range".to_owned(),
        P::NoScriptArgument { written } => format!("a script cannot be given `{written}`"),
        P::BadScript { english, .. } => format!("this script cannot be read: {english}"),
        P::NoScriptFunction {
            function,
            arguments,
            ..
        } => format!("this script has no function `{function}` with {arguments} parameters"),
        P::NeedlessFallback { field } => {
            format!("`{field}` is always there, its fallback is never used")
        }
        P::UnusedUse { name } => format!("`{name}` is not used in this file"),
        P::LooksAlike {
            kind, name, other, ..
        } => format!(
            "{} `{name}` looks like `{other}`, but is another name",
            kind_words(*kind)
        ),
        P::UselessExcept { phrase } => format!("no keyword of this list stands in `{phrase}`"),
        P::MissingTranslation {
            template,
            languages,
        } => {
            format!("template `{template}` has no text in {languages}, which other templates have")
        }
        P::UnusedParameter {
            template,
            parameter,
        } => {
            format!("no text of template `{template}` says `{parameter}`")
        }
        P::FullWidthBraces { written, .. } => {
            format!("customers would read `{written}` as it stands here")
        }
        P::UnsaidInLanguage {
            template,
            parameter,
            language,
        } => {
            format!("the text of template `{template}` in `{language}` does not say `{parameter}`")
        }
        P::HolidayDataEnds { holidays, last } => {
            format!("holidays `{holidays}` are known until {last} only")
        }
        P::AttachmentsUnheard { kinds } => {
            format!("no rule hears of {kinds} that customers send")
        }
        P::VacuousTest {} => "no rule can make this test fail".to_owned(),
        P::NeverTrue {} => "this condition can never be true".to_owned(),
        P::NeverFalse {} => "this condition can never be false".to_owned(),
        P::Overlap {
            rule, other, rank, ..
        } => {
            format!(
                "rules `{rule}` and `{other}` of rank `{rank}` answer the same message differently"
            )
        }
        P::Unused { kind, name } => format!("nothing uses {} `{name}`", kind_words(*kind)),
        P::UnusedScript { file } => format!("no fact calls script `{file}`"),
        P::DoubtfulScript { tried, english, .. } => {
            format!("the script was tried with {tried} and gave no value: {english}")
        }
        P::NotCancelled { name } => {
            format!("nothing takes the outreach `{name}` back while it waits")
        }
        P::KeywordExcepted { keyword } => {
            format!("keyword `{keyword}` never counts: it is an `except` phrase too")
        }
        P::PersonKeptAway { rank, above: true } => {
            format!(
                "rank `{rank}` stands above `safety` and could keep a customer from the person they ask for"
            )
        }
        P::PersonKeptAway { rank, above: false } => {
            format!(
                "rank `{rank}` belongs to `std`: this rule could keep a customer from the person they ask for"
            )
        }
        P::SameKeyword { keyword, first } => {
            format!("`{keyword}` is the same keyword as `{first}` for this list")
        }
    }
}

pub(super) fn help(problem: &MeaningProblem) -> Option<String> {
    use MeaningProblem as P;
    Some(match problem {
        P::WrongType { what, needed, written, found } => needed_help(what, needed, written, found)?,
        P::NotOrdered { .. } => "compare it with `is`, `is not` or `in`".to_owned(),
        P::PercentOutOfRange { .. } => "write `0%` to `100%`".to_owned(),
        P::MayBeMissing { field, absence } => match absence {
            Absence::Optional => format!("write `{field} is known and …`, or a fallback such as `({field} or …)`"),
            Absence::OtherTrigger { trigger: Some(trigger) } => {
                format!("write `on {trigger}` alone, or guard it: `{field} is known and …`")
            }
            Absence::OtherTrigger { trigger: None } => format!("guard it: `{field} is known and …`"),
            Absence::NoFallback { parameter } => {
                format!("write `{field} or …` here, or `{{{parameter}, |…}}` in every text of the template")
            }
        },
        P::CurrenciesDiffer { .. } => "use one currency".to_owned(),
        P::NothingCompared {} => "put a field on one side".to_owned(),
        P::FieldOfTwoTypes { .. } => "give it one type, or another name in one of the schemas".to_owned(),
        P::FallbackNotAllowed { .. } => "leave `or …` out, and guard the field with `is known`".to_owned(),
        P::BadPattern { reason: Some(_) } => {
            "to look for the characters themselves, write `has any of` instead of `matches`".to_owned()
        }
        P::BadPattern { reason: None } => "split it, or make its repetitions smaller".to_owned(),
        P::BadLanguageTag { meant: Some(meant), .. } => format!("write `{meant}`"),
        P::BadLanguageTag { meant: None, .. } => "write a tag such as `zh`, `zh-Hant` or `en`".to_owned(),
        P::UnknownTimezone { .. } => "write a zone such as \"Asia/Shanghai\" or \"UTC\"".to_owned(),
        P::NotACondition { field, .. } => format!("compare it: `{field} is …`"),
        P::NotConstant { .. } => "write the value itself; `is` compares two fields".to_owned(),
        P::Weekday { .. } => {
            "declare `calendar NAME` and write `NAME is open`; or write dates, `now between 2026-11-09 00:00 and 2026-11-14 00:00`, or times of day, `now between 09:00 and 18:00`".to_owned()
        }
        P::UnknownName { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownName { name, module: Some(module), .. } => format!("add `use {module} ({name})`"),
        P::UnknownName { known, .. } if !known.is_empty() => format!("write one of {known}"),
        P::UnknownMember { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownMember { members, .. } => format!("write one of {members}"),
        P::UnknownField { field, word: BareWord::List, .. } => {
            format!("`{field}` is a list: to look for its words, write `has any of {field}` or `has none of {field}`")
        }
        P::UnknownField { module: Some((module, word)), .. }
        | P::UnknownEvent { module: Some((module, word)), .. } => format!("add `use {module} ({word})`"),
        P::UnknownField { nearest: Some(nearest), .. }
        | P::UnknownEvent { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownField { field, word: BareWord::Text, .. } => format!("a text stands in quotes: \"{field}\""),
        P::UnknownField { field, .. } => match field.split_once('.') {
            Some((subject, name)) => format!("declare it: a line `{name}: …` in `schema {subject}`"),
            None => return None,
        },
        P::UnknownEvent { event, .. } => format!("declare it: `schema event {event}`"),
        P::DuplicateName { .. } => "give one of them another name, or take it out".to_owned(),
        P::UnknownModule { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::NotInModule { private: true, .. } => "write `public condition` there".to_owned(),
        P::NotInModule { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownArgument { nearest: Some(nearest), .. }
        | P::UnknownPlaceholder { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownPlaceholder { name, .. } => {
            format!("add the parameter `{name}`, or write `{{{{{name}}}}}` for the braces themselves")
        }
        P::MissingArgument { template, parameter } => {
            format!("write `reply {template} ({parameter}: …)`")
        }
        P::UnknownPriority { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownPriority { .. } => "write `low`, `normal`, `high` or `urgent`".to_owned(),
        P::UnknownType { nearest: Some(nearest), .. } => format!("did you mean `{nearest}`?"),
        P::UnknownType { .. } => {
            "write `text`, `bool`, `int`, `decimal`, `percent`, `money`, `duration`, `time`, `date`, `timestamp`, \
             `timezone`, `language`, `list of …` or an enum"
                .to_owned()
        }
        P::ConditionCycle { .. } => "write out one of them".to_owned(),
        P::BuiltInField { .. } => "take the line out; the field is there without it".to_owned(),
        P::ReservedModule { .. } => "give the module a name that does not begin with `std`".to_owned(),
        P::NoRanks {} => "write `ranks business` in one of the files".to_owned(),
        P::SecondRanks {} => "keep one list of all ranks, highest first".to_owned(),
        P::NoDefaultQueue {} => {
            "write `default` behind the queue that takes what no rule handles".to_owned()
        }
        P::SecondDefaultQueue {} => "keep `default` on one queue".to_owned(),
        P::NoDefaultBody { language, .. } => {
            format!("add a line `{language} \"…\"`, or set another `language` under `defaults`")
        }
        P::EmptyText {} => "write at least one visible character".to_owned(),
        P::RepeatedEffect { .. } => "keep one of them, or make two rules".to_owned(),
        P::RepeatedBody { .. } => "keep one of them".to_owned(),
        P::SecondSetting { .. } => "keep one of them".to_owned(),
        P::HolidayOutsideYears { day } => format!("add {} behind `of`, once all its holidays are here", day.year()),
        P::HolidayTwice { .. } => "keep one of them: a day is either `off` or `work`".to_owned(),
        P::DaysReversed {} => "write the earlier day first".to_owned(),
        P::NotOpenOrClosed { calendar } => format!("write `{calendar} is open` or `{calendar} is closed`"),
        P::CannotRise { known, .. } => {
            format!("these can rise: {known}; ask for others with `when`, such as `when message.anger > 60%`")
        }
        P::HandOverWhileAssigned {} => {
            "write `while queued`, or `tag`, `note` or `set priority` for the person".to_owned()
        }
        P::NoMarketingCap {} => {
            "write it once under `defaults`: `marketing at most twice per 7d per customer`".to_owned()
        }
        P::NeverInTime {} => "send it earlier, or make `not later than` longer".to_owned(),
        P::OverflowCircle { .. } => "let the last queue keep its customers: take its `overflow to` away".to_owned(),
        P::QueueNeverClosed { .. } => {
            "say when people are there: `hours` and the name of a calendar".to_owned()
        }
        P::AlwaysQuiet {} => {
            "say when they end, such as `quiet hours 22:00 to 09:00`, or take the line out".to_owned()
        }
        P::LimitTimesOutOfRange { most, .. } => format!("write 1 to {most} times"),
        P::WindowOutOfRange { most } | P::TagLifetimeOutOfRange { most } => {
            format!("write more than 0s and at most `{most}`")
        }
        P::ConditionTooLarge { .. } => "put words into a list, or split the rule".to_owned(),
        P::ClockMovesBack {} => "put the steps in order, or name the day: `at day 2 …`".to_owned(),
        P::ExpectTooEarly {} => "write what happens first: `customer says \"…\"`".to_owned(),
        P::MissingEventField { event, field } => format!("write `event {event} ({field}: …)`"),
        P::FactNotSettable { source, .. } => match source {
            FactSource::Says => "write `customer says \"…\"`".to_owned(),
            FactSource::Sends => "write `customer sends image`, or another kind".to_owned(),
            FactSource::Clock => "write `at 10:00`".to_owned(),
            FactSource::Event => "write it in the parentheses of `event … (…)`".to_owned(),
        },
        P::RepeatedFact { .. } => "keep one of them".to_owned(),
        P::NeedlessFallback { .. } => "leave `or …` out".to_owned(),
        P::UnusedUse { .. } => "take it out".to_owned(),
        P::LooksAlike { character, .. } => format!(
            "`{character}` (U+{:04X}) only looks like the other letter; write both names with the same letters",
            u32::from(*character)
        ),
        P::UselessExcept { .. } => "take it out; only phrases with a keyword inside have an effect".to_owned(),
        P::MissingTranslation { .. } => "add the text; until then the default language is sent".to_owned(),
        P::UnusedParameter { parameter, .. } => format!("say `{{{parameter}}}`, or take the parameter out"),
        P::FullWidthBraces { write, .. } => format!("write `{write}` to fill in the value"),
        P::UnsaidInLanguage { parameter, .. } => {
            format!("say `{{{parameter}}}` there too, as the texts in other languages do")
        }
        P::HolidayDataEnds { .. } => {
            "add the next year's days, in holidays of your own if they come from `std`; until then no day of it is a holiday".to_owned()
        }
        P::AttachmentsUnheard { .. } => {
            "add a rule `on attachment image`, or `on attachment` for all kinds".to_owned()
        }
        P::VacuousTest {} => {
            "expect what a rule does, such as `expect reply NAME`, or correct what stands behind `no` and `not`".to_owned()
        }
        P::NeverTrue {} => "take it out, or write `or` or `in (…)` if either may hold".to_owned(),
        P::NeverFalse {} => "take it out; `is known` asks whether a field is there".to_owned(),
        P::Overlap { witness, .. } => {
            format!("this fires both: {witness}; give one a higher rank, or let one exclude the other")
        }
        P::NoScript { file } => format!("write the script, or correct the name behind `script`: it is looked for beside the rule file as `{file}`"),
        P::NoScriptResult { .. } => "declare the fact as text, bool, int, decimal, percent, money, duration, an enum or list of text".to_owned(),
        P::StepsOutOfRange { most } => format!("write 1 to {most} steps"),
        P::NoScriptArgument { .. } => "give it fields of messages, customers or events; write what scripts share as functions in one script".to_owned(),
        P::BadScript { .. } => "correct the script at this place".to_owned(),
        P::NoScriptFunction { function, arguments, found } if found.is_empty() => {
            format!("write `fn {function}(…)` with {arguments} parameters in this script")
        }
        P::NoScriptFunction { found, .. } => match &found[..] {
            [one] => format!("there is one with {one}: give it as many arguments, or change the function"),
            _ => format!("there are functions with {} parameters: give as many arguments, or change a function", counts(found, ", ", " or ")),
        },
        P::UnusedScript { .. } => "call it in a fact, or take it out".to_owned(),
        P::DoubtfulScript { .. } => "correct the script, or let a test show that it works for real values".to_owned(),
        P::Unused { .. } => "use it, or take it out".to_owned(),
        P::NotCancelled { .. } => {
            "say what does: `unless message or event …`; or write `cannot be cancelled`".to_owned()
        }
        P::KeywordExcepted { .. } => "take it out of one of the two".to_owned(),
        P::SameKeyword { .. } => "take it out".to_owned(),
        P::PersonKeptAway { above: true, .. } => "put `safety` first, or leave it out: `std` brings it".to_owned(),
        P::PersonKeptAway { above: false, .. } => "give the rule a rank of your own, the highest below `safety` if it must be".to_owned(),
        P::UnknownName { .. }
        | P::UnknownModule { .. }
        | P::NotInModule { .. }
        | P::UnknownArgument { .. }
        | P::TooMany { .. } => return None,
    })
}

fn needed_help(what: &str, needed: &Type, written: &str, found: &Type) -> Option<String> {
    let is_number = matches!(found, Type::Int | Type::Decimal);
    // Relations on texts are named by their words, fields and parameters by one.
    let is_relation = what.contains(' ') || what == "has" || what == "matches";
    Some(match needed {
        _ if matches!(found, Type::List(_)) && !matches!(needed, Type::List(_)) => {
            "ask for one element: `has …`".to_owned()
        }
        Type::Percent => match percentage::meant(written).filter(|_| is_number) {
            Some(meant) => format!("write `{meant}`"),
            None => "write a percentage such as `70%`".to_owned(),
        },
        Type::Money if is_number => format!("name the currency, such as `CNY {written}`"),
        Type::Money => "write an amount with its currency, such as `CNY 200`".to_owned(),
        Type::Duration if is_number => {
            format!("name the unit: `{written}s`, `{written}m`, `{written}h` or `{written}d`")
        }
        Type::Duration => "write a length of time such as `10m` or `24h`".to_owned(),
        Type::Text if is_relation && matches!(found, Type::Enum(_)) => {
            "compare it with `is` or `in`".to_owned()
        }
        Type::Text => "write a text in quotes".to_owned(),
        Type::Bool => "write `yes` or `no`".to_owned(),
        Type::Int => "write a whole number".to_owned(),
        Type::Decimal => "write a number".to_owned(),
        Type::TimeOfDay => "write a time such as `09:30`".to_owned(),
        Type::Date => "write a date such as `2026-11-11`".to_owned(),
        Type::Timestamp if *found == Type::TimeOfDay => {
            "write `between 09:00 and 18:00`, or a date with it: `2026-11-11 09:30`".to_owned()
        }
        Type::Timestamp if is_number && hour(written).is_some() => {
            format!("write the time `{}`", hour(written)?)
        }
        Type::Timestamp => "write a date and a time such as `2026-11-11 09:30`".to_owned(),
        Type::Timezone => "write a zone in quotes such as \"Asia/Shanghai\"".to_owned(),
        Type::Language => "write a language without quotes such as `zh`".to_owned(),
        Type::Enum(_) => "write one of its names without quotes".to_owned(),
        Type::List(_) => "write values in parentheses".to_owned(),
    })
}

/// The time of day that a whole hour means: `09:00` for `9`.
pub(super) fn hour(written: &str) -> Option<String> {
    let hour = written.parse::<u8>().ok().filter(|hour| *hour < 24)?;
    Some(format!("{hour:02}:00"))
}

/// What an author calls a type.
fn type_words(found: &Type) -> String {
    match found {
        Type::Text => "a text".to_owned(),
        Type::Bool => "a yes or no".to_owned(),
        Type::Int => "a whole number".to_owned(),
        Type::Decimal => "a number".to_owned(),
        Type::Percent => "a percentage".to_owned(),
        Type::Money => "an amount of money".to_owned(),
        Type::Duration => "a length of time".to_owned(),
        Type::TimeOfDay => "a time of day".to_owned(),
        Type::Date => "a date".to_owned(),
        Type::Timestamp => "a moment".to_owned(),
        Type::Timezone => "a time zone".to_owned(),
        Type::Language => "a language".to_owned(),
        Type::Enum(name) => format!("one of `{name}`"),
        Type::List(element) => format!("a list ({} each)", type_words(element)),
    }
}

fn kind_words(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::List => "list",
        ItemKind::Queue => "queue",
        ItemKind::Template => "template",
        ItemKind::Condition => "condition",
        ItemKind::Enum => "enum",
        ItemKind::Rule => "rule",
        ItemKind::Rank => "rank",
        ItemKind::Field => "field",
        ItemKind::Member => "member",
        ItemKind::Parameter => "parameter",
        ItemKind::Argument => "argument",
        ItemKind::Keyword => "keyword",
        ItemKind::Used => "used name",
        ItemKind::Test => "test",
        ItemKind::Signal => "signal",
        ItemKind::Fact => "fact",
        ItemKind::Calendar => "calendar",
        ItemKind::Holidays => "set of holidays",
        ItemKind::OpeningHours => "line of opening hours",
        ItemKind::Outreach => "outreach",
    }
}

fn plural_words(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Queue => "queues",
        ItemKind::Template => "templates",
        ItemKind::Rule => "rules",
        ItemKind::Keyword => "keywords",
        ItemKind::Field => "fields",
        ItemKind::Test => "tests",
        ItemKind::Condition => "conditions",
        ItemKind::Rank => "ranks",
        ItemKind::Signal => "signals",
        ItemKind::Fact => "facts of scripts",
        ItemKind::Calendar => "calendars",
        ItemKind::Outreach => "outreaches",
        ItemKind::OpeningHours => "opening hours of one calendar",
        ItemKind::List
        | ItemKind::Enum
        | ItemKind::Member
        | ItemKind::Parameter
        | ItemKind::Argument
        | ItemKind::Holidays
        | ItemKind::Used => "names",
    }
}

/// `1, 2 or 3`, each once and in order.
pub(super) fn counts(found: &[usize], comma: &str, or: &str) -> String {
    let found: std::collections::BTreeSet<usize> = found.iter().copied().collect();
    let mut words: Vec<String> = found.iter().map(usize::to_string).collect();
    let last = words.pop().unwrap_or_default();
    match words.is_empty() {
        true => last,
        false => format!("{}{or}{last}", words.join(comma)),
    }
}
