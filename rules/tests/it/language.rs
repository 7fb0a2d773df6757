//! From rule files to decisions: what the language crate checks, this crate runs.

#![expect(clippy::unwrap_used, reason = "a test; what is wrong shall be seen")]

use std::sync::Arc;

use signalbox_dsl::bundle::{Bundle, Trigger};
use signalbox_dsl::{Locale, SourceFile, SourceSet, check};
use signalbox_rules::corpus::CorpusReader;
use signalbox_rules::testing::{FailureReason, run_tests};
use signalbox_rules::{Engine, Reference};

fn bundle(rules: &str) -> Arc<Bundle> {
    let file = SourceFile {
        path: "shop.rules".into(),
        text: rules.into(),
    };
    let checked = check(&SourceSet::new(vec![file]));
    assert!(checked.bundle.is_some(), "{:#?}", checked.diagnostics);
    Arc::new(checked.bundle.unwrap())
}

const SHOP: &str = r#"language 1
module shop

defaults
  language zh
  zone "Asia/Shanghai"

ranks escalation > business
tie business longest keyword, then first mentioned

queue 售后组 "售后组"
queue 人工 "人工客服" default

schema customer
  tier: tier optional "会员等级"

enum tier = normal | vip

list 退款词
  "退款", "退钱", "refund"
  except "退款政策"

template 安抚
  zh "非常抱歉，专员马上联系您。"
  en "We are sorry. A specialist will contact you."

template 办理退款
  zh "请发一下订单号。"
  en "Please send your order number."

rule VIP退款
  rank escalation
  on message
  when text has any of 退款词 and customer.tier is known and customer.tier is vip
  then set priority to high
       hand over to 售后组
       reply 安抚, at most once per 30m

rule 退款
  rank business
  on message
  when text has any of 退款词
  then tag "refund"
       reply 办理退款

test "普通客户由机器人办理退款"
  given language zh, customer.tier normal
  customer says "我要退款"
  expect exactly fired 退款
  customer says "退款政策是什么"
  expect no rule fired

test "VIP 退款优先，之后机器人不再说话"
  given language en, customer.tier vip
  at 10:00
  customer says "REFUND please"
  expect hand over to 售后组, priority high, reply 安抚 in en, tag "refund"
  expect no reply 办理退款
  at 10:05
  customer says "refund!"
  expect no reply, no hand over
"#;

#[test]
fn inline_tests_of_a_rule_file_pass_and_cover_its_rules() {
    let bundle = bundle(SHOP);
    let report = run_tests(&Reference::new(bundle).unwrap());
    let failures: Vec<_> = report
        .cases
        .iter()
        .flat_map(|case| &case.failures)
        .map(|failure| failure.text(Locale::Chinese))
        .collect();
    assert!(report.passed(), "{}", failures.join("\n"));
    assert_eq!(report.cases.len(), 2);
    assert!(
        report.coverage.iter().all(|it| it.fired > 0),
        "{:?}",
        report.coverage
    );
}

/// The whole bundles of the language book do what their tests say.
#[test]
fn the_tests_of_the_book_pass() {
    let book = include_str!("../../../docs/language.md");
    let files = book.split("```rules file\n").skip(1);
    let mut tests = 0;
    for file in files {
        let (text, _) = file.split_once("```").unwrap();
        let report = run_tests(&Reference::new(bundle(text)).unwrap());
        let failures = report.cases.iter().flat_map(|case| &case.failures);
        let told: Vec<_> = failures.map(|it| it.text(Locale::English)).collect();
        assert!(report.passed(), "{}\n{text}", told.join("\n"));
        tests += report.cases.len();
    }
    assert!(tests >= 2, "the book has tests");
}

#[test]
fn a_corpus_finds_the_same_rules_in_both_evaluators() {
    let bundle = bundle(SHOP);
    let corpus = r#"
        {"id": 1, "text": "退钱", "facts": {"customer.tier": "vip"}}
        {"id": 2, "text": "我想看退款政策"}
        {"id": 3, "text": "Refund", "facts": {"customer.tier": "platinum", "unknown": 1}}
    "#;
    let reader = CorpusReader::new(&bundle, "2026-01-05T04:00:00Z".parse().unwrap());
    let engine = Engine::compile(bundle.clone()).unwrap();
    let reference = Reference::new(bundle.clone()).unwrap();
    let matches: Vec<_> = reader
        .read(corpus)
        .unwrap()
        .iter()
        .map(|message| {
            let rules = engine.matching_rules(&Trigger::Message, &message.facts, message.now);
            assert_eq!(
                rules,
                reference.matching_rules(&Trigger::Message, &message.facts, message.now)
            );
            let names: Vec<_> = rules
                .iter()
                .map(|it| &*bundle.rules[it.index()].name)
                .collect();
            format!("{} {}", message.id, names.join(","))
        })
        .collect();
    assert_eq!(matches, ["1 shop.VIP退款,shop.退款", "2 ", "3 shop.退款"]);
}

const EVERYTHING: &str = r#"language 1
module shop
ranks low
queue people "People" default

rule all
  rank low
  on message
  when text has any of "all"
  then set priority to high
       set language to en
       tag "new"
       untag "old"
       note "n"

rule handed
  rank low
  on message
  when text has any of "person"
  then hand over to people with note "asked"

test "t"
  customer says "WORDS"
  expect EXPECTED
"#;

/// What a test of [`EVERYTHING`] finds unmet.
fn unmet(words: &str, expected: &str) -> Vec<String> {
    let rules = EVERYTHING
        .replace("WORDS", words)
        .replace("EXPECTED", expected);
    let report = run_tests(&Reference::new(bundle(&rules)).unwrap());
    let failures = report.cases.iter().flat_map(|case| &case.failures);
    failures
        .map(|failure| match &failure.reason {
            FailureReason::NotMet { expected } => expected.clone(),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn every_outcome_can_be_expected_and_forbidden() {
    let there = [
        r#"priority high"#,
        r#"language en"#,
        r#"tag "new""#,
        r#"untag "old""#,
        r#"note "n""#,
    ];
    let absent = [
        "no priority",
        "no priority high",
        "no language",
        "no language en",
        "no tag",
        r#"no tag "new""#,
        "no untag",
        r#"no untag "old""#,
        "no note",
        r#"no note "n""#,
    ];
    let others = [
        "no priority low",
        "no language zh",
        r#"no tag "old""#,
        r#"no untag "new""#,
        r#"no note "m""#,
    ];
    for met in there.iter().chain(&others) {
        assert_eq!(unmet("all", met), [""; 0], "{met}");
    }
    for unmet_one in absent {
        assert_eq!(unmet("all", unmet_one), [unmet_one]);
        assert_eq!(unmet("nothing", unmet_one), [""; 0], "{unmet_one}");
    }
    for unmet_one in there {
        assert_eq!(unmet("nothing", unmet_one), [unmet_one]);
    }
    let exactly = format!("exactly {}", there.join(", "));
    assert_eq!(unmet("all", &exactly), [""; 0]);
    let without_untag = exactly.replace(r#", untag "old""#, "");
    assert!(unmet("all", &without_untag)[0].starts_with("Unexpected"));
}

#[test]
fn the_note_of_a_hand_over_is_a_note() {
    assert_eq!(unmet("person", r#"note "asked", no tag"#), [""; 0]);
    assert_eq!(unmet("person", "no note"), ["no note"]);
}

/// Unstubbed scores come from the shipped scorer, given ones win, the customer's index remembers, and the conversation speaks the
/// customer's language.
const FEELINGS: &str = r#"language 1
module shop

defaults
  language zh
  zone "Asia/Shanghai"

ranks escalation > business

queue 投诉专席 "投诉专席" default

template 安抚
  zh "非常抱歉，专员马上联系您。"
  en "We are sorry. A specialist will contact you."

rule 生气
  rank business
  on message
  when message.anger >= 60%
  then reply 安抚

rule 一再生气
  rank escalation
  on message
  when customer.anger >= 75%
  then hand over to 投诉专席

rule 越来越生气
  rank escalation
  on customer.anger rising above 50%
  then note "客户越来越生气"
       tag customer "急"

test "a given index holds, and rises only against what was given"
  given customer.anger 80%
  customer says "我要退货，谢谢"
  expect hand over to 投诉专席, not fired 越来越生气
  customer says "你好" with customer.anger 40%
  expect no hand over, not fired 越来越生气
  customer says "你好"
  expect fired 越来越生气, tag "急", tag customer "急", no tag episode "急"

test "the first turn rises from what was given"
  given customer.anger 20%
  customer says "你好" with customer.anger 60%
  expect fired 越来越生气

test "a calm request is no anger"
  customer says "我要退货，谢谢"
  expect no reply

test "words are scored"
  customer says "气死我了，到底有没有人管"
  expect reply 安抚 in zh
  expect not fired 一再生气

test "a given score wins"
  customer says "气死我了" with message.anger 10%
  expect no reply
  customer says "我要退货" with message.anger 90%
  expect reply 安抚

test "twice within minutes is remembered, and forgotten the day after"
  at 10:00 customer says "气死我了，到底有没有人管"
  at 10:05 customer says "垃圾服务，骗子！"
  expect hand over to 投诉专席
  at day 2 12:00 customer says "太差了"
  expect not fired 一再生气

test "the answer follows the language of a sentence, not of ok"
  at 10:00 customer says "This is ridiculous, I am fed up with waiting"
  expect reply 安抚 in en
  at 13:00 customer says "ok 12345" with message.anger 90%
  expect reply 安抚 in en
  at 16:00 customer says "你们太过分了，气死我了"
  expect reply 安抚 in zh
"#;

#[test]
fn what_was_said_is_heard() {
    let bundle = bundle(FEELINGS);
    assert!(signalbox_rules::conversation::hearing::reads_emotion(
        &bundle
    ));
    let report = run_tests(&Reference::new(bundle).unwrap());
    let failures: Vec<String> = report
        .cases
        .iter()
        .flat_map(|case| {
            case.failures
                .iter()
                .map(|failure| failure.text(Locale::English))
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
