use proptest::prelude::*;

use super::*;

const EVERYTHING: Folding = Folding {
    width: true,
    case: true,
    variant: true,
};

const NOTHING: Folding = Folding {
    width: false,
    case: false,
    variant: false,
};

fn folded(text: &str, folding: Folding) -> String {
    fold(text, folding).text().to_owned()
}

#[test]
fn folds_width() {
    let width = Folding {
        width: true,
        ..NOTHING
    };
    for (text, expected) in [
        ("ＡＢＣ１２３", "ABC123"),
        ("你好，世界！", "你好,世界!"),
        ("全角\u{3000}空格", "全角 空格"),
        ("ｶﾞｲﾄﾞ", "ガイド"),
        ("｢｣", "「」"),
        ("￥１００", "¥100"),
        ("“中文引号”。", "“中文引号”。"),
    ] {
        assert_eq!(folded(text, width), expected, "{text}");
        assert_eq!(folded(text, NOTHING), text, "{text}");
    }
}

#[test]
fn folds_case() {
    let case = Folding {
        case: true,
        ..NOTHING
    };
    for (text, expected) in [
        ("Refund REFUND", "refund refund"),
        ("ÄÖÜ", "äöü"),
        ("ΣΟΦΟΣ σοφος σοφοσ", "σοφοσ σοφοσ σοφοσ"),
        ("ＡＢ", "ａｂ"),
    ] {
        assert_eq!(folded(text, case), expected, "{text}");
    }
}

#[test]
fn folds_traditional_characters() {
    for (traditional, simplified) in [
        ("投訴", "投诉"),
        ("退款還沒到帳", "退款还没到帐"),
        ("請問客服在嗎？", "请问客服在吗?"),
        ("等著瞭解一下", "等着了解一下"),
        ("妳們裡面", "你们里面"),
    ] {
        assert_eq!(folded(traditional, EVERYTHING), simplified);
        assert_eq!(
            folded(simplified, EVERYTHING),
            folded(simplified, Folding::DEFAULT)
        );
    }
    assert_eq!(folded("投訴", Folding::DEFAULT), "投訴");
}

#[test]
fn what_nobody_sees_does_not_count() {
    for text in [
        "投\u{200B}诉",
        "投诉\u{FEFF}",
        "\u{2060}投诉",
        "投\u{200D}诉",
        "投\u{AD}诉",
        "投\u{E0100}诉",
    ] {
        assert_eq!(folded(text, NOTHING), "投诉");
    }
    assert_eq!(folded("\u{200B}\u{FE0F}", NOTHING), "");
    assert_eq!(folded("cafe\u{301}", NOTHING), "café");
    assert_eq!(folded("cafe\u{AD}\u{301}", NOTHING), "café");
}

#[test]
fn the_table_is_sound() {
    let pairs: Vec<_> = variants::pairs().collect();
    assert!(pairs.len() > 2_500, "{}", pairs.len());
    for (traditional, simplified) in pairs {
        assert_eq!(variants::simplified(traditional), simplified);
        assert_eq!(
            variants::simplified(simplified),
            simplified,
            "{traditional} folds on past {simplified}"
        );
    }
}

#[test]
fn leads_back_to_the_original() {
    let text = "我要，ＲＥ\u{200B}ＦＵＮＤ！ｶﾞ";
    let folded = fold(text, EVERYTHING);
    assert_eq!(folded.text(), "我要,refund!ガ");
    for (needle, expected) in [
        ("我要", "我要"),
        (",", "，"),
        ("refund", "ＲＥ\u{200B}ＦＵＮＤ"),
        ("fund", "ＦＵＮＤ"),
        ("!", "！"),
        ("ガ", "ｶﾞ"),
    ] {
        let start = folded.text().find(needle).unwrap();
        let range = folded.original_range(start..start + needle.len());
        assert_eq!(&text[range], expected, "{needle}");
    }
    assert_eq!(folded.original_range(0..9_999), 0..text.len());
}

#[test]
fn a_buffer_forgets_the_text_before() {
    let mut buffer = fold("ＡＢＣ，很长的一段话", EVERYTHING);
    fold_into("短", EVERYTHING, &mut buffer);
    assert_eq!(buffer, fold("短", EVERYTHING));
}

/// Characters on which the steps could disturb each other.
fn tricky_text() -> impl Strategy<Value = String> {
    let tricky = prop::sample::select(
        "aZİıſKΩΣςßéÅ退訴著薴ｶﾞﾟガ，Ａ￣\u{300}\u{301}\u{345}\u{307}\u{AD}\u{200B}\u{FE0F}\u{F900}각ﾡ\u{3000}😀"
            .chars()
            .collect::<Vec<_>>(),
    );
    let either = prop_oneof![3 => tricky, 1 => any::<char>()];
    prop::collection::vec(either, 0..24).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn is_idempotent(text in tricky_text(), width: bool, case: bool, variant: bool) {
        let folding = Folding { width, case, variant };
        let once = folded(&text, folding);
        prop_assert_eq!(&folded(&once, folding), &once);
    }

    #[test]
    fn ranges_lie_on_characters_and_cover(text in tricky_text(), width: bool, case: bool, variant: bool) {
        let folding = Folding { width, case, variant };
        let folded = fold(&text, folding);
        prop_assert_eq!(folded.original_range(0..folded.text().len()).end <= text.len(), true);
        let mut before = 0;
        for (start, char) in folded.text().char_indices() {
            let range = folded.original_range(start..start + char.len_utf8());
            let part = text.get(range.clone());
            prop_assert!(part.is_some_and(|part| !part.is_empty()), "{range:?}");
            prop_assert!(range.start >= before);
            before = range.start;
            // Folding the part again gives the character (and its neighbours of the same cluster) again.
            prop_assert!(fold(part.unwrap(), folding).text().contains(char));
        }
    }
}
