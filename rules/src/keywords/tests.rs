use proptest::prelude::*;
use proptest::sample::select;
use signalbox_dsl::bundle::{Folding, ListId};
use std::sync::Arc;

use super::scanner::{Findings, Scanner};
use super::*;

fn list(keywords: &[&str], except: &[&str], boundary: Boundary) -> KeywordList {
    let owned = |texts: &[&str]| texts.iter().map(|it| Arc::from(*it)).collect();
    KeywordList {
        name: None,
        except_when_negated: false,
        keywords: owned(keywords),
        except: owned(except),
        folding: Folding::DEFAULT,
        boundary,
    }
}

fn has(list: &KeywordList, text: &str) -> bool {
    MatchedList::new(list).has_any(fold(text, list.folding).text())
}

#[test]
fn latin_keywords_are_whole_words_and_han_ones_stand_anywhere() {
    let words = list(
        &["refund", "退款", "12315", "vip客户"],
        &[],
        Boundary::Automatic,
    );
    for text in [
        "我要refund",
        "REFUND!",
        "ｒｅｆｕｎｄ",
        "请退款吧",
        "打12315投诉",
        "我是VIP客户abc",
    ] {
        assert!(has(&words, text), "{text}");
    }
    for text in [
        "refunds",
        "prerefund",
        "refundé",
        "123150",
        "退 款",
        "svip客户",
    ] {
        assert!(!has(&words, text), "{text}");
    }
    let anywhere = list(&["refund"], &[], Boundary::Substring);
    assert!(has(&anywhere, "prerefunds"));
}

/// As long as a message can be, and as many phrases as hits: compared each with each this is half a thousand million comparisons.
#[test]
fn a_long_text_full_of_except_phrases_is_searched_all_the_same() {
    let words = list(
        &["投诉"],
        &["不投诉", "不", "不投诉不"],
        Boundary::Automatic,
    );
    let matched = MatchedList::new(&words);
    let text = "不投诉".repeat(64 * 1024 / "不投诉".len());
    assert_eq!(matched.first_hits(&text), []);
    assert!(!matched.has_any(&text));
    let with_a_complaint = format!("{text}我投诉{text}");
    let start = text.len() + "我".len();
    assert_eq!(
        matched.first_hits(&with_a_complaint),
        [Hit { keyword: 0, start }]
    );
}

/// Two phrases that only together hold a keyword do not except it.
#[test]
fn a_hit_must_lie_inside_one_single_phrase() {
    let words = list(&["bc", "a"], &["ab", "cd", "abx"], Boundary::Substring);
    let matched = MatchedList::new(&words);
    assert_eq!(
        matched.first_hits("abcd"),
        [Hit {
            keyword: 0,
            start: 1
        }]
    );
}

#[test]
fn a_hit_inside_an_except_phrase_does_not_count_and_one_beside_it_does() {
    let words = list(
        &["投诉", "哈哈"],
        &["不投诉", "投诉已解决", "哈哈镜"],
        Boundary::Automatic,
    );
    for text in ["我不投诉", "投诉已解决了", "哈哈镜"] {
        assert!(!has(&words, text), "{text}");
    }
    for text in ["不投诉？我投诉！", "投诉未解决", "哈哈哈镜"] {
        assert!(has(&words, text), "{text}");
    }
    let latin = list(&["ai"], &["ai art"], Boundary::Automatic);
    assert!(!has(&latin, "AI art"));
    assert!(
        has(&latin, "AI artist"),
        "the phrase is no whole word there"
    );
}

#[test]
fn all_means_every_keyword() {
    let words = MatchedList::new(&list(&["退款", "快"], &["快递"], Boundary::Automatic));
    assert!(words.has_all("快退款"));
    assert!(!words.has_all("退款"));
    assert!(!words.has_all("快递退款"));
}

fn words(pieces: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let piece = select(vec!["退", "款", "不", "a", "ab", "b", " ", "1", "é"]);
    prop::collection::vec(piece, pieces).prop_map(|pieces| pieces.concat())
}

fn random_list() -> impl Strategy<Value = KeywordList> {
    let keywords = prop::collection::vec(words(1..3), 1..4);
    let around = prop::collection::vec((words(0..2), 0..4_usize, words(0..3)), 0..4);
    let boundary = select(vec![Boundary::Automatic, Boundary::Substring]);
    (keywords, around, boundary).prop_map(|(keywords, around, boundary)| {
        let except = around.iter().map(|(before, keyword, behind)| {
            format!("{before}{}{behind}", keywords[keyword % keywords.len()])
        });
        let except: Vec<String> = except.collect();
        let refs = |texts: &[String]| -> Vec<Arc<str>> {
            texts.iter().map(|it| Arc::from(&**it)).collect()
        };
        KeywordList {
            keywords: refs(&keywords),
            except: refs(&except),
            ..list(&[], &[], boundary)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// Keyword by keyword, first places included; the same findings are used for text after text.
    #[test]
    fn the_scanner_finds_what_the_straight_search_finds(
        lists in prop::collection::vec(random_list(), 1..4),
        texts in prop::collection::vec(words(0..12), 1..4),
    ) {
        let matched: Vec<_> = lists.iter().map(MatchedList::new).collect();
        let numbered: Vec<_> = (0..).map(ListId).zip(&matched).collect();
        let scanner = Scanner::new(&numbered).unwrap();
        let mut findings = Findings::default();
        for text in &texts {
            scanner.scan(text, &mut findings);
            for (number, list) in (0..).zip(&matched) {
                let mut found: Vec<Hit> = findings.hits(number).collect();
                found.sort_by_key(|hit| hit.keyword);
                prop_assert_eq!(&found, &list.first_hits(text), "list {} in {:?}", number, text);
                prop_assert_eq!(findings.count(number) > 0, list.has_any(text));
                prop_assert_eq!(scanner.found_all(number, &findings), list.has_all(text));
            }
        }
    }
}
