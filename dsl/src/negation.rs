//! Whether somebody says that they do *not* want what a keyword names: 我不想投诉, I don't want a refund.
//!
//! Read is only what stands directly in front of the keyword: a negating word, and between the two nothing but words such as 要, 再,
//! want and to. So 你们不处理我就投诉 is a complaint. Two negations are none (不得不投诉), a question is none (要不要转人工,
//! 为什么不转人工), and a word that only looks like one is none (特别想投诉). It is a help and no grammar: where it is not sure, the
//! keyword counts.

/// How far back is looked, in characters.
const MOST_LOOKED_BACK: usize = 48;

/// How many words may stand between.
const MOST_WORDS: usize = 12;

/// What negates. Latin words in small letters, with a straight apostrophe.
const NEGATORS: [&str; 23] = [
    "不",
    "没",
    "沒",
    "别",
    "別",
    "勿",
    "无需",
    "無需",
    "无须",
    "無須",
    "not",
    "never",
    "don't",
    "dont",
    "doesn't",
    "didn't",
    "won't",
    "wouldn't",
    "isn't",
    "wasn't",
    "haven't",
    "shouldn't",
    "without",
];

/// What may stand between a negation and the keyword.
const BETWEEN: [&str; 55] = [
    "转", "轉", "找", "接", "叫", "要", "想", "再", "是", "用", "需", "必", "会", "會", "打算",
    "准备", "準備", "愿意", "願意", "愿", "願", "有", "得", "该", "該", "应", "應", "来", "來",
    "去", "在", "want", "to", "need", "a", "an", "the", "any", "going", "gonna", "planning",
    "plan", "trying", "looking", "for", "talk", "speak", "with", "really", "wish", "of", "file",
    "filing", "make", "making",
];

/// In front of a negation they ask, and do not negate.
const QUESTIONS: [&str; 13] = [
    "为什么",
    "為什麼",
    "为何",
    "為何",
    "为啥",
    "怎么",
    "怎麼",
    "干嘛",
    "凭什么",
    "憑什麼",
    "咋",
    "why",
    "or",
];

/// Together with 别 they are another word: 特别, 区别.
const BEFORE_OTHER: [char; 14] = [
    '特', '级', '級', '性', '区', '區', '个', '個', '分', '类', '類', '识', '識', '告',
];

/// Whether the keyword that begins at byte `start` of the folded `text` is negated.
pub fn is_negated(text: &str, start: usize) -> bool {
    let Some(before) = text.get(..start) else {
        return false;
    };
    let from = before.char_indices().rev().nth(MOST_LOOKED_BACK - 1);
    let near = before
        .get(from.map_or(0, |(from, _)| from)..)
        .unwrap_or_default();
    let near = near.to_lowercase().replace('’', "'");
    let mut rest = near.trim_end_matches(is_space);
    let mut is_negated = false;
    // What stood directly behind where we are.
    let mut behind = "";
    for _ in 0..MOST_WORDS {
        if let Some((word, shorter)) = strip(rest, &NEGATORS) {
            if is_other_word(word, shorter, behind) {
                return false;
            }
            is_negated = !is_negated;
            (rest, behind) = (shorter, "");
        } else if let Some((word, shorter)) = strip(rest, &BETWEEN) {
            (rest, behind) = (shorter, word);
        } else {
            break;
        }
    }
    is_negated && strip(rest, &QUESTIONS).is_none()
}

/// 要不要, 有没有 ask; 要不 proposes; 还不, 还没 wait for it; 特别 is no 别.
fn is_other_word(negator: &str, before: &str, behind: &str) -> bool {
    match negator {
        "不" | "没" | "沒" => {
            (!behind.is_empty() && before.ends_with(behind)) || before.ends_with(['要', '还', '還'])
        }
        "别" | "別" => before.ends_with(BEFORE_OTHER),
        _ => false,
    }
}

/// One of `words` at the end of `text`, and what stands in front of it, spaces aside.
fn strip<'t>(text: &'t str, words: &[&'static str]) -> Option<(&'static str, &'t str)> {
    words.iter().find_map(|word| {
        let shorter = text.strip_suffix(word)?;
        let is_latin = word.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_part =
            is_latin && shorter.ends_with(|last: char| last.is_alphanumeric() && last.is_ascii());
        (!is_part).then(|| (*word, shorter.trim_end_matches(is_space)))
    })
}

/// Not the end of a line: what was said before it is another sentence.
fn is_space(character: char) -> bool {
    character.is_whitespace() && character != '\n'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn negated(text: &str) -> bool {
        let start = text.find('|').unwrap();
        is_negated(&text.replace('|', ""), start)
    }

    #[test]
    fn what_is_not_wanted_is_negated() {
        for text in [
            "我不想|投诉",
            "不用|人工",
            "别再|转人工",
            "不需要|人工",
            "我不是要|退款",
            "没有要|投诉",
            "無需|退款",
            "不|投诉",
            "I don't want a |refund",
            "i don’t want to talk to a |human",
            "Not going to |complain",
            "DON'T |call",
        ] {
            assert!(negated(text), "{text}");
        }
    }

    #[test]
    fn what_is_wanted_is_not() {
        for text in [
            "|投诉",
            "我要|投诉",
            "你们不处理我就|投诉",
            "不得不|投诉",
            "要不要|投诉",
            "有没有|人工",
            "是不是要|转人工",
            "要不|转人工吧",
            "为什么不|转人工",
            "怎么还不|退款",
            "还没|退款",
            "怎么不|退款",
            "特别想|投诉",
            "不仅要|投诉",
            "不行\n|退款",
            "对不起，|退款",
            "why not |refund me",
            "knot |refund",
            "I can't wait, |refund",
            "not now but soon a |refund",
        ] {
            assert!(!negated(text), "{text}");
        }
    }

    #[test]
    fn any_place_can_be_asked_for() {
        assert!(!is_negated("不退", 1));
        assert!(!is_negated("不退", 100));
        let long = "不".repeat(500) + "退";
        assert!(!is_negated(&long, 1500));
    }
}
