//! The checker as its callers see it, one file a topic.

use super::*;
use crate::bundle::{Condition, Guard, Operand, Predicate, TieBreak};
use crate::problem::{Locale, Severity};
use crate::render::render;
use crate::source::{Encoding, ForeignFile, SourceFile};
use crate::value::Value;

/// A bundle of one file, `module t`, with a rank and a default queue in front of `items`.
fn checked(items: &str) -> (SourceSet, Checked) {
    let text =
        format!("language 1\nmodule t\nranks high > low\nqueue people \"People\" default\n{items}");
    checked_files(&[("t.rules", &text)])
}

fn checked_files(files: &[(&str, &str)]) -> (SourceSet, Checked) {
    let files = files.iter().map(|(path, text)| SourceFile {
        path: (*path).into(),
        text: (*text).into(),
    });
    let sources = SourceSet::new(files.collect());
    let checked = check(&sources);
    let has_error = checked
        .diagnostics
        .iter()
        .any(|found| found.problem.severity() == Severity::Error);
    assert_eq!(
        checked.bundle.is_none(),
        has_error,
        "there is a bundle exactly if there is no error"
    );
    (sources, checked)
}

/// The bundle that `items` make, which must be without findings.
#[track_caller]
fn bundle(items: &str) -> Bundle {
    let (sources, checked) = checked(items);
    let told = render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{told}");
    checked.bundle.unwrap()
}

#[test]
fn hello() {
    let text = include_str!("../../../examples/hello/rules/hello.rules");
    let (sources, checked) = checked_files(&[("hello.rules", text)]);
    let told = render(&sources, &checked.diagnostics, Locale::English);
    assert!(checked.diagnostics.is_empty(), "{told}");
}

/// The codes of all findings, in order of place.
fn codes(items: &str) -> Vec<&'static str> {
    let (_, checked) = checked(items);
    let found = checked.diagnostics.iter();
    found.map(|found| found.problem.code()).collect()
}

/// The condition of the one rule `r` of `items`.
#[track_caller]
fn condition(items: &str, when: &str) -> Condition {
    let rule =
        format!("{items}\nrule r\n  rank low\n  on message\n  when {when}\n  then note \"x\"\n");
    let bundle = bundle(&rule);
    match &bundle.rules[0].guard {
        Guard::When(condition) => condition.clone(),
        other => panic!("{other:?}"),
    }
}

/// A condition in short, without spans and ids.
fn shown(condition: &Condition) -> String {
    let several = |parts: &[Condition], join: &str| {
        let parts: Vec<String> = parts.iter().map(shown).collect();
        format!("({})", parts.join(join))
    };
    match condition {
        Condition::All(parts) => several(parts, " & "),
        Condition::Any(parts) => several(parts, " | "),
        Condition::Not(inner) => format!("!{}", shown(inner)),
        Condition::Named { name, body } => format!("{name}={}", shown(body)),
        Condition::Atom(atom) => match &atom.predicate {
            Predicate::Compare {
                comparison, right, ..
            } => match right {
                Operand::Constant(value) => format!("{comparison:?} {value:?}"),
                Operand::Field { .. } => format!("{comparison:?} field"),
            },
            Predicate::OneOf { values, .. } => format!("OneOf {}", values.len()),
            Predicate::Between { .. } => "Between".to_owned(),
            Predicate::Known(_) => "Known".to_owned(),
            Predicate::IsTrue(_) => "IsTrue".to_owned(),
            Predicate::HasAny { list, .. } => format!("HasAny {}", list.0),
            Predicate::HasAll { list, .. } => format!("HasAll {}", list.0),
            Predicate::StartsWith { .. } => "StartsWith".to_owned(),
            Predicate::IsExactly { .. } => "IsExactly".to_owned(),
            Predicate::Matches { .. } => "Matches".to_owned(),
            Predicate::Contains { .. } => "Contains".to_owned(),
            Predicate::Open(calendar) => format!("Open {}", calendar.0),
        },
    }
}

#[test]
fn conditions_are_brought_into_one_form() {
    let items = "schema customer\n  vip: bool\n  n: int\n  m: int\n\ncondition c = customer.vip and customer.n > 1\n";
    for (when, expected) in [
        (
            "text has \"a\" and (text has \"b\" and c)",
            "(HasAny 0 & HasAny 1 & c=(IsTrue & Greater Number(1)))",
        ),
        (
            "5 < customer.n and c",
            "(Greater Number(5) & c=(IsTrue & Greater Number(1)))",
        ),
        ("not (not c)", "c=(IsTrue & Greater Number(1))"),
        (
            "customer.vip is no or c",
            "(!IsTrue | c=(IsTrue & Greater Number(1)))",
        ),
        (
            "text has none of (\"a\", \"A b\") and c",
            "(!HasAny 0 & c=(IsTrue & Greater Number(1)))",
        ),
        (
            "customer.tags has any of (\"a\", \"b\") and c",
            "((Contains | Contains) & c=(IsTrue & Greater Number(1)))",
        ),
        (
            "customer.n not in (1, 2, 1) and c",
            "(!OneOf 2 & c=(IsTrue & Greater Number(1)))",
        ),
        (
            "customer.n is customer.m or c",
            "(Equal field | c=(IsTrue & Greater Number(1)))",
        ),
        (
            "(text has \"a\" or text has \"b\") or (text has \"a\" or c)",
            "(HasAny 0 | HasAny 1 | HasAny 0 | c=(IsTrue & Greater Number(1)))",
        ),
    ] {
        assert_eq!(shown(&condition(items, when)), expected, "{when}");
    }
}

#[test]
fn guards_are_followed_through_and_or_and_not() {
    let rule = |when: &str| {
        format!(
            "schema customer\n  n: int optional\n  b: bool optional\n\ncondition big = customer.n > 100\ncondition safe = customer.n is known and customer.n > 100\nrule r\n  rank low\n  on message\n  when {when} or (safe and big)\n  then note \"x\"\n"
        )
    };
    let none: &[&str] = &[];
    let missing: &[&str] = &["E0304"];
    for (when, expected) in [
        ("(customer.n is known and customer.n > 5)", none),
        ("(customer.n is known and big)", none),
        ("(customer.n is not known or customer.n > 5)", none),
        ("not (customer.n is not known or customer.n > 5)", none),
        ("((customer.n or 0) > 5 or safe)", none),
        ("(customer.b is known and customer.b)", none),
        (
            "(customer.n is known and (text has \"a\" or customer.n > 5))",
            none,
        ),
        ("customer.n > 5", missing),
        ("big", missing),
        ("customer.b", missing),
        ("(customer.n > 5 and customer.n is known)", missing),
        (
            "((customer.n is known or text has \"a\") and customer.n > 5)",
            missing,
        ),
        (
            "(not (customer.n is known and text has \"a\") and customer.n > 5)",
            missing,
        ),
    ] {
        assert_eq!(codes(&rule(when)), expected, "{when}");
    }
}

#[test]
fn ids_follow_full_names_and_not_files() {
    let head = "language 1\nmodule ";
    let files = [
        (
            "1.rules",
            format!(
                "{head}b\nranks low\nqueue z \"Z\" default\nrule a\n  rank low\n  on message\n  then note \"1\"\n"
            ),
        ),
        (
            "2.rules",
            format!("{head}a.c\nrule a\n  rank low\n  on message\n  then note \"2\"\n"),
        ),
        (
            "3.rules",
            format!(
                "{head}a\nrule z\n  rank low\n  on message\n  then hand over to y\n\nqueue y \"Y\"\n"
            ),
        ),
    ];
    let mut bundles = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0]] {
        let files: Vec<(&str, &str)> = order
            .iter()
            .map(|&file| (files[file].0, &*files[file].1))
            .collect();
        bundles.push(checked_files(&files).1.bundle.unwrap());
    }
    for bundle in &bundles {
        let names: Vec<&str> = bundle.rules.iter().map(|rule| &*rule.name).collect();
        assert_eq!(names, ["a.c.a", "a.z", "b.a"]);
        let queues: Vec<&str> = bundle.queues.iter().map(|queue| &*queue.name).collect();
        assert_eq!(queues, ["y", "z"]);
        assert_eq!(bundle.default_queue.0, 1);
    }
    assert_eq!(bundles[0].hash, bundles[1].hash);
}

#[test]
fn equal_words_in_conditions_are_one_list() {
    let bundle = bundle(
        "list named\n  \"a\"\n\nrule r\n  rank low\n  on message\n  when text has any of (\"x\", \"y\") or text has any of named\n  then note \"1\"\n\nrule s\n  rank low\n  on message\n  when text has any of (\"x\", \"y\")\n  then note \"2\"\n",
    );
    let lists: Vec<(Option<&str>, usize)> = bundle
        .keyword_lists
        .iter()
        .map(|list| (list.name.as_deref(), list.keywords.len()))
        .collect();
    assert_eq!(lists, [(Some("named"), 1), (None, 2)]);
}

#[test]
fn fields_of_events_are_there_under_their_trigger() {
    let rule = |on: &str, when: &str| {
        format!(
            "schema event a.x\n  no: text\n  extra: int\n\nschema event a.y\n  no: text\n\nrule r\n  rank low\n  on {on}\n  when {when}\n  then note \"x\"\n"
        )
    };
    for (on, when, expected) in [
        ("event a.x", "a.no is \"1\" and a.extra > 1", vec![]),
        ("event a.x or event a.y", "a.no is \"1\"", vec![]),
        ("event a.x or event a.y", "a.extra > 1", vec!["E0304"]),
        ("message", "a.no is \"1\"", vec!["E0304"]),
        ("message", "a.no is known and a.no is \"1\"", vec![]),
        (
            "event page.left",
            "page.dwell > 5m and page.url starts with \"https://\"",
            vec![],
        ),
        ("message", "page.dwell > 5m", vec!["E0304"]),
    ] {
        assert_eq!(codes(&rule(on, when)), expected, "{on}: {when}");
    }
}

#[test]
fn a_rank_without_tie_has_the_usual_ones() {
    let bundle = bundle("");
    let usual = [TieBreak::LongestKeyword, TieBreak::FirstMentioned];
    assert!(bundle.ranks.iter().all(|rank| rank.ties == usual));
}

#[test]
fn a_keyword_inside_another_is_told_apart_by_the_tie() {
    let overlaps = |tie: &str, longer: &str| {
        let text = format!(
            "language 1
             module t
             ranks business
               tie business {tie}
             queue people \"People\" default
             template one
               en \"One\"
             template two
               en \"Two\"
             rule r
               rank business
               on message
               when text has any of (\"退款\")
               then reply one
             rule s
               rank business
               on message
               when text has any of (\"{longer}\")
               then reply two"
        );
        let (_, checked) = checked_files(&[("t.rules", &text)]);
        let mut found = checked.diagnostics.iter().map(|found| found.problem.code());
        found.any(|code| code == "A05")
    };
    assert!(!overlaps("longest keyword", "退款到账"));
    assert!(!overlaps(
        "first mentioned, then longest keyword",
        "退款到账"
    ));
    assert!(!overlaps("first mentioned", "我的退款"));
    assert!(overlaps("first mentioned", "退款到账"));
    assert!(overlaps("longest keyword, then first mentioned", "退款"));
}

#[test]
fn moments_are_read_in_the_zone_of_the_bundle() {
    let items = "defaults\n  zone \"Asia/Shanghai\"\n";
    let Condition::Atom(atom) = condition(items, "now >= 2026-11-11 08:00") else {
        panic!("not one comparison");
    };
    let Predicate::Compare {
        right: Operand::Constant(Value::Timestamp(moment)),
        ..
    } = atom.predicate
    else {
        panic!("{:?}", atom.predicate);
    };
    assert_eq!(moment.to_string(), "2026-11-11T00:00:00Z");
}

#[test]
fn one_cause_is_told_once() {
    // An unknown type, a broken named condition and a broken template are used again and again.
    let items = "schema customer\n  x: nothing\n\ncondition c = customer.y is 1\n\ntemplate t (a: nothing2)\n  en \"{a}\"\n";
    let rule = |name: &str| {
        format!("rule {name}\n  rank low\n  on message\n  when c\n  then reply t (a: 1)\n\n")
    };
    let found = codes(&format!("{items}\n{}{}", rule("r"), rule("s")));
    assert_eq!(found, ["E0412", "E0403", "E0412"]);
}

#[test]
fn conditions_that_grow_are_bounded() {
    use std::fmt::Write as _;
    let mut items = "condition c0 = text has \"a\" or text has \"b\"\n".to_owned();
    for level in 1..40 {
        let before = level - 1;
        writeln!(items, "condition c{level} = c{before} or not (c{before})").unwrap();
    }
    let found = codes(&items);
    assert!(found.contains(&"E0605"), "{found:?}");
    assert_eq!(found.iter().filter(|code| **code == "E0605").count(), 1);
}

#[test]
fn deep_chains_of_conditions_are_bounded() {
    use std::fmt::Write as _;
    let mut items = String::new();
    for level in 0..2_000 {
        writeln!(items, "condition c{level:05} = not (c{:05})", level + 1).unwrap();
    }
    items.push_str("condition c02000 = text has \"a\"\n");
    assert!(codes(&items).contains(&"E0605"));
}

#[test]
fn an_empty_bundle_is_told_what_it_lacks() {
    let (_, checked) = checked_files(&[]);
    let codes: Vec<&str> = checked
        .diagnostics
        .iter()
        .map(|found| found.problem.code())
        .collect();
    assert_eq!(codes, ["E0501", "E0503"]);
}

#[test]
fn a_wrong_value_with_one_right_form_has_a_fix() {
    for (when, expected) in [
        ("message.anger >= 70", Some("70%")),
        ("message.anger >= 0.705", Some("70.5%")),
        ("message.anger >= 1", None),
        ("message.anger >= 700", None),
        ("message.anger >= episode.turns", None),
        ("language is \"zh\"", Some("zh")),
        ("channel is \"sms\"", Some("sms")),
        ("channel is \"fax\"", None),
        ("episode.turns > 1.5", None),
    ] {
        let (_, checked) = checked(&format!(
            "rule r\n  rank low\n  on message\n  when {when}\n  then note \"x\"\n"
        ));
        let fix = checked.diagnostics[0]
            .fix
            .as_ref()
            .map(|fix| &*fix.edits[0].replacement);
        assert_eq!(fix, expected, "{when}");
    }
}

#[test]
fn what_a_bundle_holds_is_bounded() {
    use std::fmt::Write as _;
    let queues = |count: usize| {
        let mut items = String::new();
        for queue in 0..count {
            writeln!(items, "queue q{queue} \"Q\"").unwrap();
        }
        codes(&items).contains(&"E0604")
    };
    // One more stands in front of the items.
    assert!(!queues(limits::MOST_QUEUES - 1));
    assert!(queues(limits::MOST_QUEUES));
}

#[test]
fn ranks_are_bounded_and_members_of_an_enum_may_be_many() {
    let ranks = |count: usize| {
        let names: Vec<String> = (0..count).map(|rank| format!("r{rank}")).collect();
        let text = format!(
            "language 1\nmodule t\nqueue q \"Q\" default\nranks {}\n",
            names.join(" > ")
        );
        let checked = crate::check(&crate::SourceSet::new(vec![crate::SourceFile {
            path: "t.rules".into(),
            text: text.into(),
        }]));
        checked.bundle.is_none()
    };
    assert!(!ranks(limits::MOST_RANKS));
    assert!(ranks(limits::MOST_RANKS + 1));
    // Compared each with all before, these would be five thousand million comparisons.
    let many = 100_000;
    let members: Vec<String> = (0..many).map(|member| format!("m{member}")).collect();
    let found = codes(&format!("enum E = {} | m7\n", members.join(" | ")));
    assert_eq!(found, ["E0405"]);
}

#[test]
fn declared_events_are_told_with_their_fields() {
    let bundle = bundle(
        "schema event order.delivered\n  no: text\n  amount: money optional\nschema event order.lost\n  no: text optional\n",
    );
    let told: Vec<_> = bundle
        .events
        .iter()
        .map(|event| {
            let fields = event.fields.iter().map(|one| {
                let path = &*bundle.fields[one.field.index()].path;
                (path, one.optional)
            });
            (&*event.name, fields.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "order.delivered",
                vec![("order.no", false), ("order.amount", true)]
            ),
            ("order.lost", vec![("order.no", true)]),
        ],
        "page events are not among them: nobody may report those from outside"
    );
}

#[test]
fn a_file_that_is_not_utf_8_hides_nothing() {
    let head = "language 1\nmodule t\nranks high > low\nqueue people \"People\" default\n";
    let file = |path: &str, text: String| SourceFile {
        path: path.into(),
        text: text.into(),
    };
    let rule = "rule r\n  rank lwo\n  on message\n  then note \"退款\"\n";
    for (encoding, codes) in [
        (Encoding::Gb18030, vec!["E0401", "E0114"]),
        (Encoding::Utf16, vec!["E0401", "E0114"]),
        (Encoding::Unknown, vec!["E0401", "E0114"]),
    ] {
        let text = "language 1\nmodule other\nlist words\n  \"退款\"\n".to_owned();
        let first = text.find('退').unwrap() as u32;
        let sources = SourceSet::new(vec![
            file("a.rules", format!("{head}{rule}")),
            file("other.rules", text),
        ])
        .with_foreign(vec![ForeignFile {
            path: "other.rules".into(),
            encoding,
            first,
        }]);
        let checked = check(&sources);
        let found: Vec<_> = checked
            .diagnostics
            .iter()
            .map(|found| found.problem.code())
            .collect();
        assert_eq!(found, codes);
        assert!(checked.bundle.is_none());
        let told = render(
            &sources.shown_below("rules/"),
            &checked.diagnostics,
            Locale::Chinese,
        );
        assert!(told.contains("rules/other.rules:4:4"), "{told}");
        assert!(told.contains("UTF-8"), "{told}");
    }
}
