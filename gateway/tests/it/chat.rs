//! `chat` through a pipe: what a customer types, and what comes of it.

use std::fs;
use std::io::Write;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::binary::{command, shown};
use crate::golden::expect;

const RULES: &str = r#"language 1
module shop

defaults
  language zh
  zone "Asia/Shanghai"

ranks safety > urgent > business > smalltalk

enum Tier = normal | vip

schema customer
  tier: Tier optional "会员等级"

schema event order.delivered
  no: text "订单号"
  amount: money "金额"

queue 人工 "人工" default

signal 生气 = message where message.anger >= 60%

template 退款说明
  zh "三天内到账。\n请放心。"
  en "Within three days."

template 回访 (no: text)
  zh "订单 {no} 用着还好吗？"
  en "How is order {no}?"

template 没听懂
  zh "没听懂，请换个说法。"
  en "Pardon?"

rule 会员退款
  rank urgent
  on message
  when text has "退款" and (customer.tier or normal) is vip
  then hand over to 人工 with note "会员\"退款\""
       set priority to high
       set score to 70%

rule 退款
  rank business
  on message
  when text has any of ("退款", "refund")
  then reply 退款说明
       tag "refund"

rule 总生气
  rank urgent
  on 生气 reaching 2 within 10m per customer
  then set priority to urgent
       tag customer "upset"

rule 兜底
  rank smalltalk
  on message
  otherwise
  then reply 没听懂

outreach 签收回访
  on event order.delivered
  unless message
  send 回访 (no: order.no) next day at 09:30 in zone "Asia/Shanghai"
  not later than 48h, else drop
  at most once per 7d per customer
"#;

fn chat(arguments: &[&str], rules: &str, lines: &str) -> Output {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("shop.rules"), rules).unwrap();
    let mut all = vec!["chat", ".", "--at", "2026-11-11 22:00"];
    all.extend(arguments);
    let mut child = command(&all)
        .current_dir(directory.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    // One that ends before it reads is judged by what it says.
    let _ = input.write_all(lines.as_bytes());
    drop(input);
    child.wait_with_output().unwrap()
}

#[test]
fn a_customer_an_ops_person_and_a_clock() {
    let lines = "\
我要退款
/why
how long does a refund take, please
/as vip
我要退款
/state
/with message.anger 80%
到底有没有人管
/clock +5m
有人吗
/take
在吗
/give back
/event order.delivered no=A1 amount=\"CNY 300\"
/at 09:30
/why
/clock
/close
/quit
never read
";
    let output = chat(&[], RULES, lines);
    expect("chat.out", &shown(&output));
}

#[test]
fn the_same_in_chinese_as_chinese_input_methods_write_it() {
    let lines = "\
/扮 vip
我要退款
/为什么
/接手
/交还
/事件 order.delivered（no：“A1”，amount：CNY 300）
/时钟 09：30
/保存
/帮助
";
    let output = chat(&["--lang", "zh"], RULES, lines);
    expect("chat_zh.out", &shown(&output));
}

#[test]
fn what_cannot_be_done_says_what_to_write_and_changes_nothing() {
    let lines = "\
/why
/save
/blah
/with customer.teir vip
/with customer.tier vvip
/with text hello
/with customer.tier
/as gold
/event order.delivred
/event order.delivered
/event order.delivered no=A1 no=A2
/event order.delivered no=A1 price=3
/event order.delivered no=A1 amount=300
/clock 3 o'clock
/clock +soon
/clock 2025-01-01 10:00
//help
/clock 2024-01-01 10:00
/state
";
    let output = chat(&[], RULES, lines);
    expect("chat_mistakes.out", &shown(&output));
}

/// What is saved is pasted where it says, and passes there; and fails once the rules say something else.
#[test]
fn a_chat_becomes_a_test_that_passes_and_can_fail() {
    let lines = "\
/with customer.tier normal
我要退款
/clock +3m
/as vip
我还是要“退款”\\
/event order.delivered no=A1 amount=\"CNY 12.50\"
/at 09:30
/take
喂
/save
";
    let output = chat(&["--format", "json"], RULES, lines);
    let last = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    let saved = last["test"].as_str().unwrap();
    expect("chat_saved.out", saved);
    let tested = |rules: &str| {
        let directory = tempfile::tempdir().unwrap();
        fs::write(
            directory.path().join("shop.rules"),
            format!("{rules}\n{saved}"),
        )
        .unwrap();
        let arguments = ["test", directory.path().to_str().unwrap()];
        command(&arguments).output().unwrap().status.code()
    };
    assert_eq!(tested(RULES), Some(0));
    let other = RULES.replace("set score to 70%", "set score to 71%");
    assert_eq!(tested(&other), Some(1), "the score is part of the test");
}

#[test]
fn programs_get_one_object_a_line() {
    let output = chat(
        &["--format", "json", "--fact", "customer.tier=vip"],
        RULES,
        "我要退款\n/blah\n",
    );
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [decided, refused] = lines.as_slice() else {
        panic!("two lines, not {text}");
    };
    assert_eq!(decided["now"], "2026-11-11T22:00:00+08:00[Asia/Shanghai]");
    assert_eq!(decided["decision"]["effects"][0]["rule"], "shop.会员退款");
    assert!(refused["error"].as_str().unwrap().contains("/help"));
}

#[test]
fn rules_with_errors_are_told_as_check_tells_them() {
    let output = chat(&[], "language 1\nmodule shop\nrule\n", "hello\n");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("shop.rules:3"), "{text}");
}
