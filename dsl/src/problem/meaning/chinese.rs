//! The Chinese texts.

use super::english::{counts, hour};
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
            "`{written}` 是{}，而 `{what}` 需要{}",
            type_words(found),
            type_words(needed)
        ),
        P::NotOrdered {
            relation,
            field,
            found,
        } => {
            format!(
                "`{relation}` 要求可比较大小，而 `{field}` 是{}",
                type_words(found)
            )
        }
        P::PercentOutOfRange { written } => format!("`{written}` 超过了 100%"),
        P::MayBeMissing { field, absence } => match absence {
            Absence::Optional => format!("`{field}` 在这里可能没有值"),
            Absence::OtherTrigger { .. } => {
                format!("`{field}` 在这里可能没有值：并非规则的每个触发都带有它")
            }
            Absence::NoFallback { parameter } => {
                format!("`{field}` 可能没有值，而 `{parameter}` 并非在每种语言里都有备用文字")
            }
        },
        P::CurrenciesDiffer { left, right } => format!("`{left}` 与 `{right}` 币种不同，不能比较"),
        P::NothingCompared {} => "这里没有比较任何字段".to_owned(),
        P::FieldOfTwoTypes { field } => format!("`{field}` 声明了两种类型"),
        P::FallbackNotAllowed { relation } => format!("`{relation}` 不接受备用值"),
        P::BadPattern {
            reason: Some(reason),
        } => format!("无法读懂这个模式：{reason}"),
        P::BadPattern { reason: None } => "这个模式太大".to_owned(),
        P::BadLanguageTag { tag, .. } => format!("`{tag}` 不是规则里的语言"),
        P::UnknownTimezone { zone } => format!("没有时区 `{zone}`"),
        P::NotACondition { field, found } => {
            format!("`{field}` 是{}，没有真假之分", type_words(found))
        }
        P::NotConstant { written } => format!("`{written}` 是字段，而这里只能写常量"),
        P::Weekday { day } => format!("`{day}` 是星期几，条件不能直接用"),
        P::UnknownName { kind, name, .. } => format!("这里没有{} `{name}`", kind_words(*kind)),
        P::UnknownMember { of, name, .. } => format!("`{name}` 不是 `{of}` 的取值"),
        P::UnknownField { field, .. } => format!("未知字段 `{field}`"),
        P::UnknownEvent { event, .. } => format!("未知事件 `{event}`"),
        P::DuplicateName { kind, name } => format!("{} `{name}` 重复", kind_words(*kind)),
        P::UnknownModule { module, .. } => format!("没有模块 `{module}`"),
        P::NotInModule {
            module,
            name,
            private: false,
            ..
        } => {
            format!("模块 `{module}` 没有可用的 `{name}`")
        }
        P::NotInModule {
            module,
            name,
            private: true,
            ..
        } => {
            format!("条件 `{name}` 只在模块 `{module}` 内可见")
        }
        P::UnknownArgument { template, name, .. } => format!("模板 `{template}` 没有参数 `{name}`"),
        P::UnknownPlaceholder { name, .. } => format!("占位符 `{name}` 不是这个模板的参数"),
        P::MissingArgument {
            template,
            parameter,
        } => format!("模板 `{template}` 需要参数 `{parameter}`"),
        P::UnknownPriority { name, .. } => format!("`{name}` 不是优先级"),
        P::UnknownType { name, .. } => format!("这里没有类型 `{name}`"),
        P::ConditionCycle { way } => format!("条件不能依赖自身：{way}"),
        P::BuiltInField { field } => format!("`{field}` 是内置字段"),
        P::ReservedModule { module } => format!("`{module}` 是 signalbox 自带模块的名字"),
        P::NoRanks {} => "没有文件声明 `ranks`".to_owned(),
        P::SecondRanks {} => "`ranks` 声明了第二次".to_owned(),
        P::NoDefaultQueue {} => "没有默认队列".to_owned(),
        P::SecondDefaultQueue {} => "出现了第二个默认队列".to_owned(),
        P::NoDefaultBody { template, language } => {
            format!("模板 `{template}` 没有默认语言 `{language}` 的文字")
        }
        P::EmptyText {} => "这段文字里没有可查找的内容".to_owned(),
        P::RepeatedEffect { effect } => format!("一条规则里出现了两次 `{effect}`"),
        P::RepeatedBody { language } => format!("`{language}` 的文字重复"),
        P::SecondSetting { setting } => format!("`{setting}` 设置了第二次"),
        P::HolidayOutsideYears { day } => format!("`{day}` 不在这份假日声明的年份里"),
        P::HolidayTwice { day } => format!("`{day}` 写了两次"),
        P::DaysReversed {} => "最后一天早于第一天".to_owned(),
        P::NotOpenOrClosed { calendar } => format!("`{calendar}` 是日历，不是字段"),
        P::CannotRise { field, .. } => {
            format!("会话不记录 `{field}` 之前的值，无从判断它是否上升")
        }
        P::HandOverWhileAssigned {} => "这会把会话从正在接待的人手里拿走".to_owned(),
        P::NoMarketingCap {} => "没有规定每位客户最多收到多少营销消息".to_owned(),
        P::NeverInTime {} => "发送时间晚于最迟时间".to_owned(),
        P::OverflowCircle { queue } => format!("队列 `{queue}` 的溢出绕了一圈又回到它自己"),
        P::QueueNeverClosed { clause } => {
            format!("这个队列从不关闭，`{clause}` 不会起作用")
        }
        P::AlwaysQuiet {} => "免打扰时段占满了一整天，什么也发不出去".to_owned(),
        P::LimitTimesOutOfRange { times, .. } => format!("次数 {times} 超出范围"),
        P::WindowOutOfRange { .. } => "时间超出范围".to_owned(),
        P::TagLifetimeOutOfRange { .. } => "标签的有效时间超出范围".to_owned(),
        P::TooMany { kind, most } => format!("一套规则里{}超过 {most} 个", kind_words(*kind)),
        P::ConditionTooLarge { most } => format!("连同所引用的条件，比较超过 {most} 个"),
        P::ClockMovesBack {} => "测试的时钟不能倒退".to_owned(),
        P::ExpectTooEarly {} => "`expect` 之前什么都没有发生".to_owned(),
        P::MissingEventField { event, field } => format!("事件 `{event}` 总是带有 `{field}`"),
        P::FactNotSettable { field, .. } => format!("`{field}` 不能这样设置"),
        P::RepeatedFact { field } => format!("`{field}` 设置了两次"),
        P::NoScript { file } => format!("没有脚本 `{file}`"),
        P::NoScriptResult { found } => format!("脚本不能给出{}", type_words(found)),
        P::StepsOutOfRange { .. } => "步数超出范围".to_owned(),
        P::NoScriptArgument { written } => format!("不能把 `{written}` 传给脚本"),
        P::BadScript { chinese, .. } => format!("无法读懂这个脚本：{chinese}"),
        P::NoScriptFunction {
            function,
            arguments,
            ..
        } => format!("这个脚本没有带 {arguments} 个参数的函数 `{function}`"),
        P::NeedlessFallback { field } => format!("`{field}` 总有值，备用值永远用不到"),
        P::UnusedUse { name } => format!("这个文件没有用到 `{name}`"),
        P::LooksAlike {
            kind, name, other, ..
        } => format!(
            "{} `{name}` 看起来像 `{other}`，但不是同一个名字",
            kind_words(*kind)
        ),
        P::UselessExcept { phrase } => format!("`{phrase}` 里没有这个词表的任何关键词"),
        P::MissingTranslation {
            template,
            languages,
        } => {
            format!("模板 `{template}` 没有 {languages} 的文字，而其他模板有")
        }
        P::UnusedParameter {
            template,
            parameter,
        } => {
            format!("模板 `{template}` 的文字都没有用到 `{parameter}`")
        }
        P::FullWidthBraces { written, .. } => format!("客户会直接读到 `{written}`"),
        P::UnsaidInLanguage {
            template,
            parameter,
            language,
        } => format!("模板 `{template}` 的 `{language}` 文字没有用到 `{parameter}`"),
        P::HolidayDataEnds { holidays, last } => format!("假日 `{holidays}` 的数据只到 {last}"),
        P::AttachmentsUnheard { kinds } => format!("客户发来 {kinds} 时，没有规则理会"),
        P::VacuousTest {} => "没有哪条规则能让这个测试失败".to_owned(),
        P::NeverTrue {} => "这个条件永远不会成立".to_owned(),
        P::NeverFalse {} => "这个条件永远不会不成立".to_owned(),
        P::Overlap {
            rule, other, rank, ..
        } => {
            format!("级别 `{rank}` 的规则 `{rule}` 与 `{other}` 对同一条消息回答不同")
        }
        P::Unused { kind, name } => format!("没有任何地方用到{} `{name}`", kind_words(*kind)),
        P::UnusedScript { file } => format!("没有任何事实调用脚本 `{file}`"),
        P::DoubtfulScript { tried, chinese, .. } => {
            format!("用 {tried} 试运行脚本，没有得到值：{chinese}")
        }
        P::NotCancelled { name } => {
            format!("主动消息 `{name}` 在等待期间没有任何取消条件")
        }
        P::KeywordExcepted { keyword } => {
            format!("关键词 `{keyword}` 永远不算数：它同时写在 `except` 里")
        }
        P::PersonKeptAway { rank, above: true } => {
            format!("级别 `{rank}` 高于 `safety`，可能挡住要求人工的客户")
        }
        P::PersonKeptAway { rank, above: false } => {
            format!("级别 `{rank}` 属于 `std`：这条规则可能挡住要求人工的客户")
        }
        P::SameKeyword { keyword, first } => {
            format!("对这个词表来说，`{keyword}` 与 `{first}` 是同一个关键词")
        }
    }
}

pub(super) fn help(problem: &MeaningProblem) -> Option<String> {
    use MeaningProblem as P;
    Some(match problem {
        P::WrongType { what, needed, written, found } => needed_help(what, needed, written, found)?,
        P::NotOrdered { .. } => "用 `is`、`is not` 或 `in` 比较".to_owned(),
        P::PercentOutOfRange { .. } => "写 `0%` 到 `100%`".to_owned(),
        P::MayBeMissing { field, absence } => match absence {
            Absence::Optional => format!("写 `{field} is known and …`，或加备用值 `({field} or …)`"),
            Absence::OtherTrigger { trigger: Some(trigger) } => {
                format!("只写 `on {trigger}`，或先判断 `{field} is known and …`")
            }
            Absence::OtherTrigger { trigger: None } => format!("先判断 `{field} is known and …`"),
            Absence::NoFallback { parameter } => {
                format!("这里写 `{field} or …`，或在模板的每段文字里写 `{{{parameter}, |…}}`")
            }
        },
        P::CurrenciesDiffer { .. } => "使用同一币种".to_owned(),
        P::NothingCompared {} => "其中一边写字段".to_owned(),
        P::FieldOfTwoTypes { .. } => "统一类型，或在其中一处改名".to_owned(),
        P::FallbackNotAllowed { .. } => "去掉 `or …`，改用 `is known` 判断".to_owned(),
        P::BadPattern { reason: Some(_) } => {
            "如果要找这些字符本身，用 `has any of` 代替 `matches`".to_owned()
        }
        P::BadPattern { reason: None } => "拆开它，或减少重复次数".to_owned(),
        P::BadLanguageTag { meant: Some(meant), .. } => format!("写成 `{meant}`"),
        P::BadLanguageTag { meant: None, .. } => "写 `zh`、`zh-Hant`、`en` 这样的语言".to_owned(),
        P::UnknownTimezone { .. } => "写 \"Asia/Shanghai\"、\"UTC\" 这样的时区".to_owned(),
        P::NotACondition { field, .. } => format!("写出比较：`{field} is …`"),
        P::NotConstant { .. } => "直接写值；两个字段用 `is` 比较".to_owned(),
        P::Weekday { .. } => {
            "声明 `calendar 名称`，再写 `名称 is open`；或写日期 `now between 2026-11-09 00:00 and 2026-11-14 00:00`，或时刻 `now between 09:00 and 18:00`".to_owned()
        }
        P::UnknownName { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownName { name, module: Some(module), .. } => format!("加上 `use {module} ({name})`"),
        P::UnknownName { known, .. } if !known.is_empty() => format!("可以写 {known}"),
        P::UnknownMember { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownMember { members, .. } => format!("可以写 {members}"),
        P::UnknownField { field, word: BareWord::List, .. } => {
            format!("`{field}` 是词表：要查找其中的词，写 `has any of {field}` 或 `has none of {field}`")
        }
        P::UnknownField { module: Some((module, word)), .. }
        | P::UnknownEvent { module: Some((module, word)), .. } => format!("加上 `use {module} ({word})`"),
        P::UnknownField { nearest: Some(nearest), .. }
        | P::UnknownEvent { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownField { field, word: BareWord::Text, .. } => format!("文字要加引号：\"{field}\""),
        P::UnknownField { field, .. } => match field.split_once('.') {
            Some((subject, name)) => format!("在 `schema {subject}` 里声明：`{name}: …`"),
            None => return None,
        },
        P::UnknownEvent { event, .. } => format!("先声明：`schema event {event}`"),
        P::DuplicateName { .. } => "给其中一个改名，或删掉".to_owned(),
        P::UnknownModule { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::NotInModule { private: true, .. } => "在那里写 `public condition`".to_owned(),
        P::NotInModule { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownArgument { nearest: Some(nearest), .. }
        | P::UnknownPlaceholder { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownPlaceholder { name, .. } => {
            format!("加上参数 `{name}`；如果要花括号本身，写 `{{{{{name}}}}}`")
        }
        P::MissingArgument { template, parameter } => format!("写 `reply {template} ({parameter}: …)`"),
        P::UnknownPriority { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownPriority { .. } => "写 `low`、`normal`、`high` 或 `urgent`".to_owned(),
        P::UnknownType { nearest: Some(nearest), .. } => format!("是不是想写 `{nearest}`？"),
        P::UnknownType { .. } => {
            "写 `text`、`bool`、`int`、`decimal`、`percent`、`money`、`duration`、`time`、`date`、`timestamp`、\
             `timezone`、`language`、`list of …` 或一个 enum"
                .to_owned()
        }
        P::ConditionCycle { .. } => "把其中一个直接写开".to_owned(),
        P::BuiltInField { .. } => "删掉这一行，字段本来就有".to_owned(),
        P::ReservedModule { .. } => "换一个不以 `std` 开头的模块名".to_owned(),
        P::NoRanks {} => "在其中一个文件里写 `ranks business`".to_owned(),
        P::SecondRanks {} => "只保留一处，写全所有级别，从高到低".to_owned(),
        P::NoDefaultQueue {} => "在接收无规则可处理的消息的队列后面写 `default`".to_owned(),
        P::SecondDefaultQueue {} => "只在一个队列上写 `default`".to_owned(),
        P::NoDefaultBody { language, .. } => {
            format!("加一行 `{language} \"…\"`，或在 `defaults` 下设置另一种 `language`")
        }
        P::EmptyText {} => "至少写一个看得见的字符".to_owned(),
        P::RepeatedEffect { .. } => "保留一个，或拆成两条规则".to_owned(),
        P::RepeatedBody { .. } => "保留一个".to_owned(),
        P::SecondSetting { .. } => "保留一个".to_owned(),
        P::HolidayOutsideYears { day } => format!("补齐全年假日后，在 `of` 后面加上 {}", day.year()),
        P::HolidayTwice { .. } => "留一处：一天要么是 `off`，要么是 `work`".to_owned(),
        P::DaysReversed {} => "早的日期写在前面".to_owned(),
        P::NotOpenOrClosed { calendar } => format!("写 `{calendar} is open` 或 `{calendar} is closed`"),
        P::CannotRise { known, .. } => {
            format!("可以用的有：{known}；其他字段请写在 `when` 里，如 `when message.anger > 60%`")
        }
        P::HandOverWhileAssigned {} => {
            "写 `while queued`，或者用 `tag`、`note`、`set priority` 提醒接待的人".to_owned()
        }
        P::NoMarketingCap {} => {
            "在 `defaults` 下写一次：`marketing at most twice per 7d per customer`".to_owned()
        }
        P::NeverInTime {} => "早一点发送，或放宽 `not later than`".to_owned(),
        P::OverflowCircle { .. } => "让最后一个队列自己接待：去掉它的 `overflow to`".to_owned(),
        P::QueueNeverClosed { .. } => "写明什么时间有人：`hours` 加日历的名字".to_owned(),
        P::AlwaysQuiet {} => {
            "写明到几点结束，如 `quiet hours 22:00 to 09:00`，或删掉这一行".to_owned()
        }
        P::LimitTimesOutOfRange { most, .. } => format!("写 1 到 {most} 次"),
        P::WindowOutOfRange { most } | P::TagLifetimeOutOfRange { most } => {
            format!("要大于 0s，最多 `{most}`")
        }
        P::ConditionTooLarge { .. } => "把词放进词表，或拆开规则".to_owned(),
        P::ClockMovesBack {} => "按先后排列步骤，或写明哪一天：`at day 2 …`".to_owned(),
        P::ExpectTooEarly {} => "先写发生了什么：`customer says \"…\"`".to_owned(),
        P::MissingEventField { event, field } => format!("写 `event {event} ({field}: …)`"),
        P::FactNotSettable { source, .. } => match source {
            FactSource::Says => "写 `customer says \"…\"`".to_owned(),
            FactSource::Sends => "写 `customer sends image` 等".to_owned(),
            FactSource::Clock => "写 `at 10:00`".to_owned(),
            FactSource::Event => "写在 `event … (…)` 的括号里".to_owned(),
        },
        P::RepeatedFact { .. } => "保留一个".to_owned(),
        P::NeedlessFallback { .. } => "去掉 `or …`".to_owned(),
        P::UnusedUse { .. } => "删掉它".to_owned(),
        P::LooksAlike { character, .. } => format!(
            "`{character}`（U+{:04X}）只是看起来像另一个字母；两个名字请用同样的字母",
            u32::from(*character)
        ),
        P::UselessExcept { .. } => "删掉它；只有含关键词的短语才有作用".to_owned(),
        P::MissingTranslation { .. } => "补上文字；在此之前会发送默认语言".to_owned(),
        P::UnusedParameter { parameter, .. } => format!("用上 `{{{parameter}}}`，或删掉这个参数"),
        P::FullWidthBraces { write, .. } => format!("要填入值，写成 `{write}`"),
        P::UnsaidInLanguage { parameter, .. } => {
            format!("这里也写上 `{{{parameter}}}`，其他语言的文字里有它")
        }
        P::HolidayDataEnds { .. } => {
            "请补上下一年的日期；假日来自 `std` 时，写进自己的 holidays；补上之前，那一年没有一天算假日".to_owned()
        }
        P::AttachmentsUnheard { .. } => {
            "加一条 `on attachment image` 规则，或用 `on attachment` 接住所有类型".to_owned()
        }
        P::VacuousTest {} => {
            "请期望某条规则会做的事，如 `expect reply 名称`；或改正 `no`、`not` 后面写的内容".to_owned()
        }
        P::NeverTrue {} => "删掉它；如果两者之一成立即可，写 `or` 或 `in (…)`".to_owned(),
        P::NeverFalse {} => "删掉它；想判断字段有没有值用 `is known`".to_owned(),
        P::Overlap { witness, .. } => {
            format!("两条都会触发：{witness}；提高其中一条的级别，或让其中一条排除另一条")
        }
        P::NoScript { file } => format!("写好脚本，或改正 `script` 后的名字：会在规则文件旁寻找 `{file}`"),
        P::NoScriptResult { .. } => "把事实声明为 text、bool、int、decimal、percent、money、duration、枚举或 list of text".to_owned(),
        P::StepsOutOfRange { most } => format!("写 1 到 {most} 步"),
        P::NoScriptArgument { .. } => "传入消息、客户或事件的字段；脚本之间要共用的内容，写成同一个脚本里的函数".to_owned(),
        P::BadScript { .. } => "改正脚本的这一处".to_owned(),
        P::NoScriptFunction { function, arguments, found } if found.is_empty() => {
            format!("在这个脚本里写 `fn {function}(…)`，带 {arguments} 个参数")
        }
        P::NoScriptFunction { found, .. } => format!("已有带 {} 个参数的函数：传入同样多的参数，或修改函数", counts(found, "、", " 或 ")),
        P::UnusedScript { .. } => "在事实里调用它，或删掉".to_owned(),
        P::DoubtfulScript { .. } => "改正脚本，或用测试证明它对真实的值有效".to_owned(),
        P::Unused { .. } => "用上它，或删掉".to_owned(),
        P::NotCancelled { .. } => {
            "写明什么情况下取消：`unless message or event …`，或写 `cannot be cancelled`".to_owned()
        }
        P::KeywordExcepted { .. } => "从两处之一删掉".to_owned(),
        P::PersonKeptAway { above: true, .. } => "把 `safety` 放在最前，或删掉它：`std` 会自带".to_owned(),
        P::PersonKeptAway { above: false, .. } => "给这条规则换一个自己的级别，最高可紧接在 `safety` 之下".to_owned(),
        P::SameKeyword { .. } => "删掉它".to_owned(),
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
            "判断是否含有某一项：`has …`".to_owned()
        }
        Type::Percent => match percentage::meant(written).filter(|_| is_number) {
            Some(meant) => format!("写 `{meant}`"),
            None => "写百分数，如 `70%`".to_owned(),
        },
        Type::Money if is_number => format!("写明币种，如 `CNY {written}`"),
        Type::Money => "写带币种的金额，如 `CNY 200`".to_owned(),
        Type::Duration if is_number => {
            format!("写明单位：`{written}s`、`{written}m`、`{written}h` 或 `{written}d`")
        }
        Type::Duration => "写时长，如 `10m`、`24h`".to_owned(),
        Type::Text if is_relation && matches!(found, Type::Enum(_)) => {
            "用 `is` 或 `in` 比较".to_owned()
        }
        Type::Text => "写带引号的文字".to_owned(),
        Type::Bool => "写 `yes` 或 `no`".to_owned(),
        Type::Int => "写整数".to_owned(),
        Type::Decimal => "写数字".to_owned(),
        Type::TimeOfDay => "写时刻，如 `09:30`".to_owned(),
        Type::Date => "写日期，如 `2026-11-11`".to_owned(),
        Type::Timestamp if *found == Type::TimeOfDay => {
            "写 `between 09:00 and 18:00`，或带上日期：`2026-11-11 09:30`".to_owned()
        }
        Type::Timestamp if is_number && hour(written).is_some() => {
            format!("时刻写成 `{}`", hour(written)?)
        }
        Type::Timestamp => "写日期和时刻，如 `2026-11-11 09:30`".to_owned(),
        Type::Timezone => "写带引号的时区，如 \"Asia/Shanghai\"".to_owned(),
        Type::Language => "写不带引号的语言，如 `zh`".to_owned(),
        Type::Enum(_) => "写它的一个取值，不带引号".to_owned(),
        Type::List(_) => "把值写在括号里".to_owned(),
    })
}

/// What an author calls a type.
fn type_words(found: &Type) -> String {
    match found {
        Type::Text => "文字".to_owned(),
        Type::Bool => "是否".to_owned(),
        Type::Int => "整数".to_owned(),
        Type::Decimal => "数字".to_owned(),
        Type::Percent => "百分数".to_owned(),
        Type::Money => "金额".to_owned(),
        Type::Duration => "时长".to_owned(),
        Type::TimeOfDay => "时刻".to_owned(),
        Type::Date => "日期".to_owned(),
        Type::Timestamp => "时间点".to_owned(),
        Type::Timezone => "时区".to_owned(),
        Type::Language => "语言".to_owned(),
        Type::Enum(name) => format!(" `{name}` 的取值"),
        Type::List(element) => format!("列表（每项是{}）", type_words(element)),
    }
}

fn kind_words(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::List => "词表",
        ItemKind::Queue => "队列",
        ItemKind::Template => "模板",
        ItemKind::Condition => "条件",
        ItemKind::Enum => "枚举",
        ItemKind::Rule => "规则",
        ItemKind::Rank => "级别",
        ItemKind::Field => "字段",
        ItemKind::Member => "取值",
        ItemKind::Parameter => "参数",
        ItemKind::Argument => "参数值",
        ItemKind::Keyword => "关键词",
        ItemKind::Used => "引用名",
        ItemKind::Test => "测试",
        ItemKind::Signal => "信号",
        ItemKind::Fact => "脚本事实",
        ItemKind::Calendar => "日历",
        ItemKind::Holidays => "假日",
        ItemKind::OpeningHours => "营业时段",
        ItemKind::Outreach => "主动消息",
    }
}
