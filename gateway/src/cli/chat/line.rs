//! What one line of a chat means. Everything is the customer's words but what begins with `/`; `//` begins words with one `/`.
//!
//! Chinese input methods write `／`, `：`, `＝` and `“”`: all are understood.

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// An empty line.
    Nothing,
    /// The customer writes this.
    Says(String),
    /// `/event order.delivered no=A1 amount="CNY 300"`
    Event {
        /// Dotted.
        name: String,
        /// Name and value of each field.
        fields: Vec<(String, String)>,
    },
    /// `/clock +10m`, `/at 2026-11-11 22:00`; `None`: what does it show?
    Clock(Option<String>),
    /// `/with customer.tier vip`
    With(String, String),
    /// `/as vip`
    As(String),
    /// `/language en`
    Language(String),
    /// `/take`
    PersonTakesOver,
    /// `/give back`
    PersonGivesBack,
    /// `/close`
    Close,
    /// `/why`
    Why,
    /// `/why all`
    WhyAll,
    /// `/state`
    State,
    /// `/save`
    Save,
    /// `/new`
    New,
    /// `/help`
    Help,
    /// `/quit`
    Quit,
    /// Another word behind `/`.
    Unknown(String),
    /// A command that lacks something, or has too much.
    Malformed(&'static str),
}

impl Line {
    /// Reads a line, without its end.
    pub(super) fn read(line: &str) -> Self {
        let line = line.trim();
        let Some(rest) = line.strip_prefix(['/', '／']) else {
            return match line {
                "" => Self::Nothing,
                words => Self::Says(words.to_owned()),
            };
        };
        if rest.starts_with(['/', '／']) {
            return Self::Says(rest.to_owned());
        }
        let (word, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        command(&word.to_lowercase(), rest.trim())
    }
}

fn command(word: &str, rest: &str) -> Line {
    let bare = |line: Line, form| match rest {
        "" => line,
        _ => Line::Malformed(form),
    };
    match word {
        "event" | "事件" => event(rest),
        "clock" | "at" | "时钟" => Line::Clock((!rest.is_empty()).then(|| rest.to_owned())),
        "with" | "设" => match field(rest).or_else(|| rest.split_once(char::is_whitespace)) {
            Some((path, value)) => Line::With(path.trim().to_owned(), unquoted(value)),
            None => Line::Malformed("/with customer.tier vip"),
        },
        "as" | "扮" if !rest.is_empty() => Line::As(rest.to_owned()),
        "as" | "扮" => Line::Malformed("/as vip"),
        "language" | "lang" | "语言" if !rest.is_empty() => Line::Language(rest.to_owned()),
        "language" | "lang" | "语言" => Line::Malformed("/language en"),
        "take" | "接手" => bare(Line::PersonTakesOver, "/take"),
        "give" | "give-back" | "交还" => match rest {
            "" | "back" => Line::PersonGivesBack,
            _ => Line::Malformed("/give back"),
        },
        "close" | "结束" => bare(Line::Close, "/close"),
        "why" | "为什么" => match rest {
            "" => Line::Why,
            "all" | "全部" => Line::WhyAll,
            _ => Line::Malformed("/why all"),
        },
        "state" | "状态" => bare(Line::State, "/state"),
        "save" | "保存" => bare(Line::Save, "/save"),
        "new" | "新客户" => bare(Line::New, "/new"),
        "help" | "?" | "帮助" => Line::Help,
        "quit" | "exit" | "退出" => Line::Quit,
        other => Line::Unknown(other.to_owned()),
    }
}

/// `order.delivered no=A1 amount="CNY 300"`, or as in rule files: `order.delivered (no: "A1", amount: CNY 300)`.
fn event(rest: &str) -> Line {
    const FORM: &str = "/event order.delivered no=A1";
    let name_end = rest.find(|c: char| c.is_whitespace() || c == '(' || c == '（');
    let (name, rest) = rest.split_at(name_end.unwrap_or(rest.len()));
    let rest = rest.trim();
    if name.is_empty() {
        return Line::Malformed(FORM);
    }
    let as_in_rules = rest
        .strip_prefix(['(', '（'])
        .and_then(|rest| rest.strip_suffix([')', '）']));
    let parts = match as_in_rules {
        Some(inner) => split(inner, |c| matches!(c, ',' | '，')),
        None => split(rest, char::is_whitespace),
    };
    let fields: Option<Vec<_>> = parts
        .into_iter()
        .map(|part| field(part).map(|(name, value)| (name.trim().to_owned(), unquoted(value))))
        .collect();
    match fields {
        Some(fields) => Line::Event {
            name: name.to_owned(),
            fields,
        },
        None => Line::Malformed(FORM),
    }
}

/// `name=value` or `name: value`
fn field(part: &str) -> Option<(&str, &str)> {
    let (name, value) = part.split_once(['=', '＝', ':', '：'])?;
    let is_name = !name.trim().is_empty() && !name.trim().contains(char::is_whitespace);
    is_name.then_some((name, value))
}

/// Parts between separators outside quotes; none of them empty.
fn split(text: &str, is_separator: impl Fn(char) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    for (place, character) in text.char_indices() {
        match character {
            '"' => is_quoted = !is_quoted,
            '“' => is_quoted = true,
            '”' => is_quoted = false,
            _ if !is_quoted && is_separator(character) => {
                parts.extend(text.get(start..place));
                start = place + character.len_utf8();
            }
            _ => {}
        }
    }
    parts.extend(text.get(start..));
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = value
        .strip_prefix(['"', '“'])
        .and_then(|rest| rest.strip_suffix(['"', '”']));
    inner.unwrap_or(value).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(fields: &[(&str, &str)]) -> Line {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Line::Event {
            name: "order.delivered".into(),
            fields: fields.iter().map(owned).collect(),
        }
    }

    #[test]
    fn words_are_the_customer_s_and_a_slash_begins_a_command() {
        for (line, read) in [
            ("  ", Line::Nothing),
            (" 我要退款 ", Line::Says("我要退款".into())),
            ("//why", Line::Says("/why".into())),
            ("/WHY", Line::Why),
            ("／为什么 全部", Line::WhyAll),
            ("/give back", Line::PersonGivesBack),
            ("/clock", Line::Clock(None)),
            (
                "/at 2026-11-11 22:00",
                Line::Clock(Some("2026-11-11 22:00".into())),
            ),
            ("/take it", Line::Malformed("/take")),
            ("/whoami", Line::Unknown("whoami".into())),
        ] {
            assert_eq!(Line::read(line), read, "{line}");
        }
    }

    #[test]
    fn facts_and_fields_are_read_as_people_write_them() {
        let vip = Line::With("customer.tier".into(), "vip".into());
        for line in [
            "/with customer.tier vip",
            "/with customer.tier=vip",
            "/设 customer.tier：“vip”",
        ] {
            assert_eq!(Line::read(line), vip, "{line}");
        }
        let delivered = event(&[("no", "A1"), ("amount", "CNY 300")]);
        for line in [
            "/event order.delivered no=A1 amount=\"CNY 300\"",
            "/event order.delivered (no: \"A1\", amount: CNY 300)",
            "/event order.delivered（no：“A1”，amount：CNY 300）",
        ] {
            assert_eq!(Line::read(line), delivered, "{line}");
        }
        assert_eq!(Line::read("/event order.delivered"), event(&[]));
        let url = event(&[("url", "https://a.example/?x=1, 2")]);
        let line = "/event order.delivered url=\"https://a.example/?x=1, 2\"";
        assert_eq!(Line::read(line), url);
    }
}
