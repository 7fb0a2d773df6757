use super::*;

#[test]
fn space_and_indentation_are_put_right_and_nothing_else() {
    let source = "language   1\nmodule shop\nuse a . b(x,y)\n\
        # about q\nqueue q   \"q\"\nqueue r \"r\"   # why\n\
        rule a\nrank  x\non message\nwhen a\nand (b\nor c)\n\n\n\n# soft\nthen reply t(a:1,b : 2)\n, at most once\n\
        note \"n\"\n# last\n\n      # still inside\n@owner ( \"me\" )\n# kept\nlist l\n\"a\",\n\"b\"\nexcept \"c\"\n# end\n\n\n";
    let expected = "language 1\nmodule shop\nuse a.b (x, y)\n\n\
        # about q\nqueue q \"q\"\nqueue r \"r\"  # why\n\n\
        rule a\n  rank x\n  on message\n  when a\n    and (b\n      or c)\n\n  # soft\n  \
        then reply t (a: 1, b: 2)\n         , at most once\n       note \"n\"\n# last\n\n\
        # still inside\n@owner(\"me\")\n# kept\nlist l\n  \"a\",\n  \"b\"\n  except \"c\"\n# end\n";
    assert_eq!(format(source).unwrap(), expected);
    assert_eq!(format(expected).unwrap(), expected);
}

#[test]
fn full_width_punctuation_is_repaired() {
    let source = "language　１\nmodule　shop\nlist　退款词　＃ 词\n“退款”，「他说\"退\"」\n";
    let expected = "language 1\nmodule shop\n\nlist 退款词  # 词\n  \"退款\", \"他说\\\"退\\\"\"\n";
    assert_eq!(format(source).unwrap(), expected);
}

#[test]
fn what_cannot_be_read_is_not_laid_out() {
    let findings = format("language 1\nmodule shop\nlist l\n“a\", \"b”\n").unwrap_err();
    let codes: Vec<&str> = findings
        .iter()
        .map(|finding| finding.problem.code())
        .collect();
    assert_eq!(codes, ["E0102"]);
}

#[test]
fn other_line_ends_and_a_byte_order_mark_go() {
    let source = "\u{FEFF}language 1\r\nmodule shop\r\n# a \r\nqueue q \"q\"\t\r\n";
    assert_eq!(
        format(source).unwrap(),
        "language 1\nmodule shop\n\n# a\nqueue q \"q\"\n"
    );
}

#[test]
fn single_quotes_of_an_input_method_become_straight_ones() {
    let text = "language 1\nmodule m\n\ncondition c = text has any of (‘it’s \"late\"’，’晚了‘)\n";
    assert_eq!(
        format(text).unwrap(),
        "language 1\nmodule m\n\ncondition c = text has any of (\"it’s \\\"late\\\"\", \"晚了\")\n"
    );
}

#[test]
fn full_width_punctuation_is_repaired_in_a_file_that_cannot_be_read() {
    let source = "language 1\nmodule m\nlist l\n  “a”，\"b\"\nrule r：\n  then reply t。  # done\n  note 「好」 “x\"，\n";
    assert!(format(source).is_err());
    let repaired = repair_full_width(source).unwrap();
    assert_eq!(
        repaired,
        "language 1\nmodule m\nlist l\n  \"a\",\"b\"\nrule r:\n  then reply t  # done\n  note 「好」 “x\"，\n",
        "the last line has quotes of two kinds and stays as it is"
    );
    assert_eq!(repair_full_width(&repaired), None);
}

#[test]
fn a_full_stop_at_the_end_of_a_line_goes() {
    let text = "language 1\nmodule m。\nqueue q \"q。\"。 # x\n";
    assert_eq!(
        format(text).unwrap(),
        "language 1\nmodule m\n\nqueue q \"q。\"  # x\n"
    );
}
