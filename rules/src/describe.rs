//! Conditions in the words of the rule files, for explanations. Near enough to be read; `fmt` is what writes files.

use rust_decimal::Decimal;
use signalbox_dsl::bundle::{
    Atom, Bundle, CalendarId, Comparison, Condition, FieldId, LimitWindow, ListId, Operand,
    Predicate,
};
use signalbox_dsl::value::Value;

/// Keywords of a list without a name that are written out; the rest is counted.
const MOST_WORDS_SHOWN: usize = 5;

/// A condition as an author would write it.
pub(crate) fn condition(condition: &Condition, bundle: &Bundle) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| nested(part, bundle)).collect();
        parts.join(word)
    };
    match condition {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(inner) => match &**inner {
            Condition::Atom(Atom {
                predicate: Predicate::Open(id),
                ..
            }) => format!("{} is closed", calendar(*id, bundle)),
            _ => format!("not {}", nested(inner, bundle)),
        },
        Condition::Named { name, .. } => name.to_string(),
        Condition::Atom(atom) => predicate(&atom.predicate, bundle),
    }
}

fn nested(part: &Condition, bundle: &Bundle) -> String {
    let text = condition(part, bundle);
    match part {
        Condition::All(_) | Condition::Any(_) => format!("({text})"),
        _ => text,
    }
}

fn predicate(predicate: &Predicate, bundle: &Bundle) -> String {
    let field = |id: &FieldId| path(*id, bundle);
    let side = |side: &Operand| operand(side, bundle);
    match predicate {
        Predicate::Compare {
            left,
            comparison,
            right,
        } => format!("{} {} {}", side(left), sign(*comparison), side(right)),
        Predicate::OneOf { left, values } => {
            let values: Vec<String> = values.iter().map(value).collect();
            format!("{} in ({})", side(left), values.join(", "))
        }
        Predicate::Between { left, low, high } => {
            format!("{} between {} and {}", side(left), value(low), value(high))
        }
        Predicate::Known(id) => format!("{} is known", field(id)),
        Predicate::IsTrue(left) => format!("{} is yes", side(left)),
        Predicate::HasAny { field: id, list } => {
            format!("{} has any of {}", field(id), words(*list, bundle))
        }
        Predicate::HasAll { field: id, list } => {
            format!("{} has all of {}", field(id), words(*list, bundle))
        }
        Predicate::StartsWith { field: id, prefix } => {
            format!("{} starts with \"{prefix}\"", field(id))
        }
        Predicate::IsExactly { field: id, text } => format!("{} is exactly \"{text}\"", field(id)),
        Predicate::Matches { field: id, pattern } => {
            format!("{} matches \"{pattern}\"", field(id))
        }
        Predicate::Contains {
            field: id,
            value: it,
        } => format!("{} has {}", field(id), value(it)),
        Predicate::Open(id) => format!("{} is open", calendar(*id, bundle)),
    }
}

/// The name of a calendar.
pub(crate) fn calendar(id: CalendarId, bundle: &Bundle) -> &str {
    let calendar = bundle.calendars.get(id.index());
    calendar.map_or("?", |calendar| &calendar.name)
}

/// How an edge's window is written.
pub(crate) fn window(window: LimitWindow) -> String {
    match window {
        LimitWindow::Sliding(length) => format!("within {}", duration(length)),
        LimitWindow::Today => "today".into(),
        LimitWindow::Whole => String::new(),
    }
}

/// The path of a field.
pub(crate) fn path(field: FieldId, bundle: &Bundle) -> String {
    bundle
        .fields
        .get(field.index())
        .map_or_else(|| "?".into(), |field| field.path.to_string())
}

fn operand(operand: &Operand, bundle: &Bundle) -> String {
    match operand {
        Operand::Field {
            field,
            default: None,
        } => path(*field, bundle),
        Operand::Field {
            field,
            default: Some(default),
        } => format!("({} or {})", path(*field, bundle), value(default)),
        Operand::Constant(constant) => value(constant),
    }
}

fn sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "is",
        Comparison::NotEqual => "is not",
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::Greater => ">",
        Comparison::AtLeast => ">=",
    }
}

fn words(list: ListId, bundle: &Bundle) -> String {
    let Some(list) = bundle.keyword_lists.get(list.index()) else {
        return "?".into();
    };
    if let Some(name) = &list.name {
        return name.to_string();
    }
    let shown = list.keywords.iter().take(MOST_WORDS_SHOWN);
    let mut shown: Vec<String> = shown.map(|word| format!("\"{word}\"")).collect();
    if let Some(more) = list.keywords.len().checked_sub(MOST_WORDS_SHOWN + 1) {
        shown.push(format!("… +{}", more + 1));
    }
    format!("({})", shown.join(", "))
}

/// A value as rule files write it.
pub(crate) fn value(value: &Value) -> String {
    let number = |number: &Decimal| number.normalize().to_string();
    match value {
        Value::Text(text) => format!("\"{text}\""),
        Value::Bool(true) => "yes".into(),
        Value::Bool(false) => "no".into(),
        Value::Number(it) => number(it),
        Value::Percent(it) => format!("{}%", number(it)),
        Value::Money { currency, amount } => format!("{currency} {}", number(amount)),
        Value::Duration(length) => duration(*length),
        Value::TimeOfDay(time) => time.strftime("%H:%M").to_string(),
        Value::Date(day) => day.to_string(),
        Value::Timestamp(moment) => moment.to_string(),
        Value::Timezone(name) | Value::Language(name) | Value::Member(name) => name.to_string(),
        Value::List(elements) => {
            let elements: Vec<String> = elements.iter().map(self::value).collect();
            format!("({})", elements.join(", "))
        }
    }
}

/// In the largest unit that leaves no rest.
fn duration(length: std::time::Duration) -> String {
    let seconds = length.as_secs();
    if length.subsec_millis() != 0 {
        return format!("{}ms", length.as_millis());
    }
    match seconds {
        0 => "0s".into(),
        _ if seconds.is_multiple_of(3600) => format!("{}h", seconds / 3600),
        _ if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
