//! What holds for every text: reading never panics, places are places, and laying out keeps the tree and the comments.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use signalbox_dsl::{FileId, format, parse};

/// Pieces that mean something to the language, and some that never do.
const PIECES: &[&str] = &[
    "language 1",
    "module",
    "use",
    "ranks",
    "tie",
    "longest keyword",
    "defaults",
    "schema",
    "event",
    "message",
    "customer",
    "enum",
    "list",
    "match substring",
    "fold width",
    "except",
    "queue",
    "default",
    "template",
    "zh",
    "zh-Hant",
    "public",
    "condition",
    "rule",
    "rank",
    "on",
    "when",
    "otherwise",
    "then",
    "reply",
    "hand over to",
    "set priority to",
    "tag",
    "untag",
    "note",
    "no other replies",
    "at most",
    "once",
    "3 times",
    "per",
    "today",
    "test",
    "given",
    "at",
    "day 2",
    "says",
    "with",
    "expect",
    "exactly",
    "no",
    "not",
    "fired",
    "and",
    "or",
    "is",
    "is not",
    "is known",
    "in",
    "between",
    "has any of",
    "has",
    "starts with",
    "matches",
    "is exactly",
    "yes",
    "signal",
    "dialogue",
    "outreach",
    "退款",
    "投诉词",
    "order.no",
    "x",
    "10m",
    "30",
    "90 days",
    "1 day",
    "70%",
    "09:30",
    "25:00",
    "2026-11-11",
    "2026-11-11 09:30",
    "CNY 200",
    "¥200",
    "\"退款\"",
    "“退款”",
    "「他说\"好\"」",
    "\"{name, |您}\"",
    "\"{\"",
    "\"\\\\\"",
    "“",
    "”",
    "\"",
    "（",
    "）",
    "，",
    "：",
    "(",
    ")",
    ",",
    ":",
    ".",
    "|",
    ">",
    ">=",
    "≥",
    "=",
    "!=",
    "@owner",
    "@",
    "#",
    "# 注释",
    "＃",
    "\u{3000}",
    "\u{202E}",
    "\u{200B}",
    "\u{FEFF}",
    "{",
    "}",
    ";",
    "-",
    "%",
    "\n",
    "\n",
    "\n",
    "\r\n",
    "\n  ",
    "\n\n\n",
    "\0",
];

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        20 => select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    (
        vec((piece, select(&[" ", "", "\n"][..])), 0..60),
        any::<bool>(),
    )
        .prop_map(|(pieces, header)| {
            let start = if header { "language 1\nmodule m\n" } else { "" };
            pieces
                .into_iter()
                .fold(start.to_owned(), |text, (piece, space)| {
                    text + &piece + space
                })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_text_is_read_without_panic_and_all_places_are_in_it(text in soup()) {
        let (tree, found) = parse(FileId(0), &text);
        prop_assert_eq!(tree.span.end as usize, text.len());
        for finding in &found {
            let span = finding.span;
            prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
            let mut position = 0;
            for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                let range = edit.span.start as usize..edit.span.end as usize;
                prop_assert!(range.start >= position, "edits overlap: {finding:?}");
                position = range.end;
                prop_assert!(text.get(range).is_some(), "{edit:?}");
            }
        }
        if let Ok(laid_out) = format(&text) {
            same_but_for_layout(&text, &laid_out)?;
        }
    }

    #[test]
    fn laying_out_keeps_tree_and_comments(file in file()) {
        let (_, found) = parse(FileId(0), &file);
        prop_assert!(found.is_empty(), "{found:?}\n{file}");
        same_but_for_layout(&file, &format(&file).unwrap())?;
    }

    #[test]
    fn full_width_punctuation_is_repaired_to_the_same_tree(file in file()) {
        let plain = parse(FileId(0), &file).0.dump();
        let full_width = as_typed_in_chinese(&file);
        let laid_out = format(&full_width).unwrap();
        let (tree, found) = parse(FileId(0), &laid_out);
        prop_assert!(found.is_empty(), "{found:?}\n{laid_out}");
        prop_assert_eq!(tree.dump(), plain);
    }
}

/// Both have the same tree and the same comments, and laying out once more changes nothing.
fn same_but_for_layout(text: &str, laid_out: &str) -> Result<(), TestCaseError> {
    let before = parse(FileId(0), text).0.dump();
    let (tree, found) = parse(FileId(0), laid_out);
    prop_assert!(found.is_empty(), "{found:?}\n{laid_out}");
    prop_assert_eq!(tree.dump(), before, "{}\nbecame\n{}", text, laid_out);
    prop_assert_eq!(&format(laid_out).unwrap(), laid_out);
    for number in 0..40 {
        let comment = format!("# c{number} ");
        prop_assert_eq!(
            text.matches(&comment).count(),
            laid_out.matches(&comment).count()
        );
    }
    Ok(())
}

/// Replaces what a Chinese input method replaces, outside comments.
fn as_typed_in_chinese(file: &str) -> String {
    let mut opening = true;
    file.chars()
        .map(|character| match character {
            ',' => '，',
            ':' => '：',
            '(' => '（',
            ')' => '）',
            '>' => '＞',
            '"' => {
                opening = !opening;
                if opening { '”' } else { '“' }
            }
            other => other,
        })
        .collect()
}

fn name() -> impl Strategy<Value = String> {
    select(
        &[
            "退款",
            "安抚",
            "x",
            "vip_2",
            "售后组",
            "rule",
            "then",
            "list",
            "reply",
            "VIP客户",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn path() -> impl Strategy<Value = String> {
    select(&["customer.tier", "text", "order.no", "message.anger", "b"][..]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    select(&["\"退款\"", "\"x\"", "\"A1\"", "\"\""][..]).prop_map(str::to_owned)
}

fn value() -> impl Strategy<Value = String> {
    let constants = select(
        &[
            "70%",
            "10m",
            "90 minutes",
            "3",
            "2.50",
            "-4",
            "yes",
            "CNY 12.50",
            "09:30",
            "2026-11-11",
            "zh-Hant",
            "gold",
        ][..],
    );
    prop_oneof![constants.prop_map(str::to_owned), text(), path()]
}

/// A comparison. `/` marks where a line may break.
fn relation() -> impl Strategy<Value = String> {
    prop_oneof![
        path(),
        (
            path(),
            select(&["is", "is not", ">=", "<", ">"][..]),
            value()
        )
            .prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (path(), vec(value(), 1..4)).prop_map(|(a, all)| format!("{a} in ({})", all.join(",/ "))),
        (path(), value(), value())
            .prop_map(|(a, low, high)| format!("{a} between {low} and {high}")),
        path().prop_map(|a| format!("{a} is known")),
        (path(), name()).prop_map(|(a, list)| format!("{a} has any of {list}")),
        (path(), vec(text(), 1..4))
            .prop_map(|(a, all)| format!("{a} has none of (/{}/)", all.join(", "))),
        (path(), text()).prop_map(|(a, b)| format!("{a} starts with {b}")),
        (path(), value(), value()).prop_map(|(a, b, c)| format!("({a} or {b}) is {c}")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    relation().prop_recursive(4, 24, 4, |inner| {
        let several = vec(inner.clone(), 2..4);
        prop_oneof![
            (several, select(&["/ and ", "/ or "][..]))
                .prop_map(|(all, joint)| format!("({})", all.join(joint))),
            inner.prop_map(|one| format!("not {one}")),
        ]
    })
}

fn effect() -> impl Strategy<Value = String> {
    let argument = (name(), value(), value())
        .prop_map(|(name, value, default)| format!("{name}: {value} or {default}"));
    let kind = prop_oneof![
        (name(), vec(argument, 1..3))
            .prop_map(|(name, all)| format!("reply {name} ({})", all.join(",/ "))),
        name().prop_map(|name| format!("reply {name}")),
        (name(), text()).prop_map(|(name, note)| format!("hand over to {name} with note {note}")),
        text().prop_map(|text| format!("tag customer {text} for 90 days")),
        select(
            &[
                "set priority to urgent",
                "set language to zh-Hant",
                "no other replies"
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    let limit = select(
        &[
            "",
            ", at most once per 30m",
            "/, at most 3 times today per customer",
        ][..],
    );
    (kind, limit).prop_map(|(kind, limit)| kind + limit)
}

/// The statements of one item.
fn item() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        (name(), condition(), vec(effect(), 1..4)).prop_map(|(name, condition, effects)| {
            let head = [
                format!("rule {name}"),
                "rank x".into(),
                "on message or event a.b".into(),
            ];
            let mut lines = Vec::from(head);
            lines.push(format!("when {condition}"));
            lines.push("then".into());
            lines.extend(effects);
            lines
        }),
        (name(), condition())
            .prop_map(|(name, condition)| vec![format!("public condition {name} = {condition}")]),
        (name(), vec(text(), 1..4)).prop_map(|(name, words)| {
            vec![
                format!("list {name} match substring fold width, case"),
                words.join(",/ "),
                format!("except {}", words.join(", ")),
            ]
        }),
        (name(), text()).prop_map(|(name, title)| vec![format!("queue {name} {title} default")]),
        vec(name(), 1..4).prop_map(|names| vec![format!("enum e = {}", names.join(" | "))]),
        (name(), value()).prop_map(|(name, value)| vec![
            "@owner(\"x\")".into(),
            "test \"t\"".into(),
            format!("given {name}.y {value}, z {value}"),
            format!("at day 2 10:00 customer says \"x\" with message.{name} {value}"),
            format!("expect exactly reply {name} in zh, no tag \"x\""),
        ]),
    ]
}

/// A file whose lines are indented, broken and commented at random.
fn file() -> impl Strategy<Value = String> {
    let item = item().prop_flat_map(|statements| {
        let layout = vec((0..12_usize, 0..8_usize, 0..40_usize), statements.len());
        (Just(statements), layout)
    });
    vec(item, 0..6).prop_map(|items| {
        let mut file = "language 1\nmodule a.b\n".to_owned();
        for (statement, (indent, layout, number)) in items
            .into_iter()
            .flat_map(|(statements, layout)| statements.into_iter().zip(layout))
        {
            let comment = format!("# c{number} 注释");
            if layout == 1 {
                file += &format!("{comment}\n\n");
            }
            let broken = if layout == 2 {
                format!("  {comment}\n")
            } else if layout < 5 {
                "\n ".into()
            } else {
                String::new()
            };
            file += &" ".repeat(indent);
            file += &statement
                .replace('/', &broken)
                .replace(' ', if layout == 6 { "  " } else { " " });
            file += match layout {
                3 => "\n\n\n",
                4 => "   \n",
                7 => "\t# c0 behind\n",
                _ => "\n",
            };
        }
        file
    })
}
