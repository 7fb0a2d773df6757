use super::*;
use crate::ast::ItemKind;
use crate::lexer::MAX_FILE_BYTES;

const HEADER: &str = "language 1\nmodule shop\n";

fn read(items: &str) -> (File, Vec<&'static str>) {
    let (tree, found) = parse(FileId(0), &format!("{HEADER}{items}"));
    let codes = found.iter().map(|finding| finding.problem.code()).collect();
    (tree, codes)
}

#[test]
fn what_is_broken_costs_nothing_behind_it() {
    let (tree, codes) = read(
        "rule a\n  rank x\n  on message\n  when a b\n  then replay x\n       note \"n\"\nqueue q \"q\"\n",
    );
    assert_eq!(codes, ["E0201", "E0201"]);
    let [rule, queue] = tree.items.as_slice() else {
        panic!("two items expected: {:?}", tree.items);
    };
    assert!(!rule.complete);
    let ItemKind::Rule(rule) = &rule.kind else {
        panic!("a rule expected");
    };
    assert_eq!(rule.effects.len(), 1, "the effect that can be read is read");
    assert!(queue.complete);
}

#[test]
fn an_item_that_is_not_read_leaves_its_name() {
    let (tree, codes) = read("dialogue 登记\n  ask x: text\ntemplate t (\ntable 愤怒\n");
    assert_eq!(codes, ["E0207", "E0201", "E0207"]);
    let names: Vec<&str> = tree.unread.iter().map(|name| &*name.text).collect();
    assert_eq!(names, ["登记", "t", "愤怒"]);
}

#[test]
fn a_line_that_could_not_be_cut_into_tokens_is_reported_once() {
    let (tree, codes) = read("rule r {\n  rank \"x\n  on message\nqueue q \"q\"\n");
    assert_eq!(codes, ["E0104", "E0103"]);
    assert_eq!(tree.items.len(), 1);
}

#[test]
fn the_file_ends_where_it_ends() {
    for text in ["", "\n", "# only a comment", "\u{FEFF}"] {
        let (tree, found) = parse(FileId(7), text);
        assert_eq!(tree.span.end as usize, text.len());
        assert_eq!(tree.span.file, FileId(7));
        let codes: Vec<&str> = found.iter().map(|finding| finding.problem.code()).collect();
        assert_eq!(codes, ["E0202"]);
    }
}

#[test]
fn problems_beyond_the_bound_are_not_told() {
    let (_, codes) = read(&"queue q\n".repeat(MAX_PROBLEMS + 50));
    assert_eq!(codes.len(), MAX_PROBLEMS + 1);
    assert_eq!(codes.last(), Some(&"E0110"));
}

/// Each of these would overflow the stack or take minutes if any step were recursive or looked back.
#[test]
fn large_inputs_take_one_pass() {
    let size = 3 * 1024 * 1024;
    assert!(size < MAX_FILE_BYTES);
    let pieces = [
        "(",
        ")",
        "not ",
        "a and ",
        "a and b or ",
        "a or\n",
        "\"x\" ",
        "\"x\",\n",
        "“x”，",
        "「",
        "\u{202E}",
        "@a ",
        "a.",
        "rule r\n",
        "list of ",
        "{",
        "\"{a}\" ",
        "#\n",
        "\n",
        "x",
    ];
    for piece in pieces {
        let mut text = format!("{HEADER}condition c = ");
        text.push_str(&piece.repeat(size / piece.len() / 24));
        let (tree, _) = parse(FileId(0), &text);
        assert_eq!(tree.span.end as usize, text.len(), "{piece}");
        // Whatever it says, it says it without looking back either.
        let _ = crate::format(&text).is_ok();
    }
}
